"""What the words of a question say, before anything is concluded: places, time, axis, rank, turn of phrase. Pure.

Each part is read and taken out of the sentence; what is left at the end is what nobody understood.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from rapidfuzz import fuzz, process

from bots.grammar import period
from bots.grammar.lexicon import (
    ABBREVIATIONS,
    EMPTY_WORDS,
    MISTAKE_SCORE,
    Lexicon,
    all_territories,
    contains,
    known,
    looks_like_known,
    narrowed,
)
from bots.grammar.period import Period
from bots.questions import AXES, BY_KEY, INTENTIONS
from config.french import text_key
from config.territory import Scope, Territory

_ORDER = re.compile(
    r"^(?:(?:bonjour|bonsoir|stp|svp|merci|de|d|peux tu|tu peux|pouvez vous|vous pouvez|pourrais tu|pourriez vous|veuillez|il faut"
    r"|je veux|je voudrais|me|nous|y) )*(?:(?:relance|valide|devalide|prolonge|verrouille|deverrouille|supprime|efface|corrige"
    r"|modifie|ajoute|annule|cree|garde|decide|remplace)[rz]?|envoie|envoye[rz]|retire[rz]? (?:la|les|cette|ces) lignes?)\b(?! qui)"
)
_POLITENESS = re.compile(
    r"\b(dis|dites|donne|donner|donnez|montre|montrer|montrez|sors|sortir|indique|indiquer|indiquez|affiche|explique|expliquer"
    r"|expliquez|detaille|rappelle|rappelez) (moi|nous)\b"
)
_STRONG_LINK = re.compile(r"^(et|idem|pareil|(la )?meme (chose|question)|ou alors|en detail)\b")
_WEAK_LINK = re.compile(r"^(pour|en|sur|dans|par|sans|sauf|hors|avec|l an|l annee|cette annee)\b")
_EXCLUDES = re.compile(r"\b(sauf|sans|hors|hormis|excepte|a l exception (de|du|des|d))\b")
_NUMBER_WORDS = {"deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9, "dix": 10}
_N = rf"(?P<n>\d{{1,3}}|{'|'.join(_NUMBER_WORDS)})"
_RANKINGS = tuple(
    re.compile(rf"\b{pattern}\b")
    for pattern in (
        rf"(?P<mot>top|flop)(?: ?{_N})?",
        rf"(?:{_N} )?(?P<mot>meilleure?s?|premiers|premieres|derniers|dernieres|pires?)",
        rf"(?:{_N} )?(?P<mot>(plus|moins) (gros(se)?s?|bon(ne)?s?|fort(e)?s?|eleve(e)?s?|performante?s?|grand(e)?s?|faibles?|petite?s?))",
        r"(?:le|la|les) (?P<mot>plus|moins)(?P<n>)",
        r"qui est (le |la )?(?P<mot>premier|dernier|premiere|derniere)(?P<n>)",
    )
)
_FROM_BOTTOM = re.compile(r"flop|dernier|pire|moins|faible|petit")
DEFAULT_COUNT = 3
"""How many of a ranking, when nobody said."""


@dataclass(frozen=True, slots=True)
class ReadSentence:
    """What was read. `rest` is what is left: words of the questions themselves, and those nobody knows."""

    words: tuple[str, ...]
    intention: str | None
    period: Period
    since: date | None = None
    by: str = ""
    axis: str = ""
    """An axis named without « par »: « les 3 meilleurs GHT »."""
    rank: tuple[int, bool] | None = None
    """(how many, from the bottom)."""
    found_places: tuple[tuple[Scope, ...], ...] = ()
    but_for: tuple[tuple[Scope, ...], ...] = ()
    excludes: bool = False
    unknown_words: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    follow_up: Literal["", "forte", "faible"] = ""
    """Whether it begins like what follows another question: surely, or perhaps."""

    @property
    def sentence(self) -> str:
        return " ".join(self.words)

    @property
    def oneself(self) -> bool:
        """Whether one's own territory is said."""
        return bool({"nous", "moi", "mon", "notre", "nos"} & set(self.words))

    @property
    def region(self) -> bool:
        return bool({"region", "regional", "regionale", "ars"} & set(self.words))

    @property
    def intentions_evoked(self) -> set[str]:
        """Every question that words of the sentence belong to."""
        sentence = " ".join(self.rest)
        return {i.key for i in INTENTIONS if any(contains(sentence, m) for m in i.words)}


def words(text: str, territory: Territory) -> list[str]:
    """The words of a question, spelt out; a region's two-letter code counts only in capitals (« qui na pas remis »)."""
    text = re.sub(r"\b(20\d\d) ?[-–/] ?(20\d\d)\b", r"de \1 a \2", text)
    short_words = {text_key(c) for c in territory.regions if len(c) == 2}
    words_read = [
        m
        for raw in text.split()
        for m in text_key(raw).split()
        if m not in short_words or raw.isupper() or m in ABBREVIATIONS
    ]
    capitals = {text_key(raw) for raw in text.split() if raw.isupper()}
    sentence = " ".join(m if m in capitals & short_words else ABBREVIATIONS.get(m, m) for m in words_read)
    return _POLITENESS.sub(r"\1", sentence).split()


def is_order(sentence: str) -> bool:
    """« relance le Jura » asks for an act, and nobody should think it was done."""
    return _ORDER.search(sentence) is not None


def read(words: list[str], names: Lexicon, as_of: date) -> ReadSentence:
    """Read a sentence part by part, the surest first."""
    sentence = " ".join(words)
    follow_up: Literal["", "forte", "faible"] = (
        "forte" if _STRONG_LINK.search(sentence) else "faible" if _WEAK_LINK.search(sentence) else ""
    )
    sentence = re.sub(r"^(idem|pareil|(la )?meme (chose|question)|ou alors)\b", "", sentence).strip()
    since, sentence = period.since(sentence, as_of)
    intention, sentence = _turn_of_phrase(sentence)
    when, sentence = period.period(sentence)
    rank, sentence = _ranking_asked(sentence)
    by, rest = _axis(sentence.split())
    before, after = _without_exclusion(rest)
    found_places, before, unknown_words = all_territories(before, names, as_of)
    excluded, after, unknown_excluded = all_territories(after, names, as_of)
    found_places, excluded = narrowed(found_places, names, as_of), narrowed(excluded, names, as_of)
    rest = [*before, *after]
    axis, rest = _named_axis(rest)
    return ReadSentence(
        tuple(words), intention or _intention(rest), when, since, by, axis, rank, found_places, excluded,
        bool(_EXCLUDES.search(sentence)), (*unknown_words, *unknown_excluded), tuple(rest), follow_up,
    )  # fmt: skip


def _turn_of_phrase(sentence: str) -> tuple[str | None, str]:
    """The first question of the table with a turn of phrase in the sentence, and what is left of it."""
    for i in INTENTIONS:
        for wording in i.wordings:
            if matched := re.search(rf"\b(?:{wording})(?!\w)", sentence):
                return i.key, " ".join((sentence[: matched.start()] + " " + sentence[matched.end() :]).split())
    return None, sentence


def _intention(words: list[str]) -> str | None:
    """The first question of the table with a word in the sentence, then the same with typing errors."""
    useful = [m for m in words if m not in ("encore", "toujours", "deja")]
    sentence = " ".join(useful)
    full_words = [m for m in useful if m not in EMPTY_WORDS]
    tests_in_order: tuple[Callable[[tuple[str, ...]], bool], ...] = (
        lambda known_ones: any(contains(sentence, m) for m in known_ones),
        lambda known_ones: looks_like_known(full_words, (m for m in known_ones if " " not in m)),
    )
    return next((i.key for test_of in tests_in_order for i in INTENTIONS if test_of(i.words)), None)


def _ranking_asked(sentence: str) -> tuple[tuple[int, bool] | None, str]:
    """« top 5 », « les trois moins bons », « qui gagne le moins »: how many, and from which end."""
    for pattern in _RANKINGS:
        if matched := pattern.search(sentence):
            n = matched["n"]
            how_many = DEFAULT_COUNT if not n else int(n) if n.isdigit() else _NUMBER_WORDS[n]
            rest = sentence[: matched.start()] + " " + sentence[matched.end() :]
            return (how_many, bool(_FROM_BOTTOM.search(matched["mot"]))), " ".join(rest.split())
    return None, sentence


def _axis(words: list[str]) -> tuple[str, list[str]]:
    """« par famille »."""
    for rank, word in enumerate(words[:-1]):
        if word in ("par", "chaque", "selon") and (axis := _axis_named_by(words[rank + 1])):
            return axis, words[:rank] + words[rank + 2 :]
    return "", words


def _named_axis(words: list[str]) -> tuple[str, list[str]]:
    """« les familles », « quel GHT »: an axis said without « par »; a GHT or a region alone may just be a place."""
    axes_said = [
        (axis, m) for m in words if (axis := _axis_named_by(m)) and m not in ("region", "etablissement", "hopital")
    ]
    if not axes_said:
        return "", words
    axis, word = next(((a, m) for a, m in axes_said if a != "ght"), axes_said[0])
    return axis, [m for m in words if m != word]


def _axis_named_by(word: str) -> str:
    for axis, forms in AXES.items():
        if process.extractOne(word.rstrip("s"), forms, scorer=fuzz.ratio, score_cutoff=MISTAKE_SCORE - 4):
            return axis
    return ""


def _without_exclusion(words: list[str]) -> tuple[list[str], list[str]]:
    """The words before « sauf », and those after."""
    sentence = " ".join(words)
    matched = _EXCLUDES.search(sentence)
    return (sentence[: matched.start()].split(), sentence[matched.end() :].split()) if matched else (words, [])


def ignores(reading: ReadSentence) -> list[str]:
    """The words that nobody understood: a number counts, a short word does not."""
    return [m for m in reading.rest if (len(m) > 2 or m.isdigit()) and not known(m)]


def intention_of(reading: ReadSentence) -> str | None:
    """The question asked; a place or an axis alone asks for its gains."""
    years = len(reading.period.years)
    intention = reading.intention
    if reading.since and intention in (None, "gains", "retards", "statut", "evolution"):
        return "changements"
    if intention in (None, "gains", "pourquoi") and reading.rank:
        return "classement"
    if intention in (None, "gains") and (years > 1 or reading.period.range_ or reading.period.several):
        return "evolution" if reading.period.range_ or reading.period.several else "comparaison"
    if (
        intention == "comparaison"
        and not reading.found_places
        and not reading.period.is_said
        and (reading.axis or reading.by)
        and not reading.oneself
    ):
        return "classement"  # « compare les GHT »
    if reading.rank and not (intention and BY_KEY[intention].gains_verb):
        return "classement"
    if intention is None and (reading.by or reading.found_places or reading.but_for):
        return "gains"
    return intention


def axis_of(reading: ReadSentence, intention: str) -> str:
    """The axis asked for: « par famille », « des familles »; « du GHT Jura » names a place."""
    if BY_KEY[intention].by_ght and "ght" in (reading.by, reading.axis):
        return ""
    if reading.by or reading.axis != "ght":
        return reading.by or reading.axis
    return "ght" if intention == "gains" and re.search(r"\b(des|les|chaque) ght\b", reading.sentence) else ""
