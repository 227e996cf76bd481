"""The words of questions and the names of territories: which are known, which carry nothing, who is called what. Pure.

Never decides what is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bots.questions import AXES, INTENTIONS
from config.french import did_you_mean, text_key
from config.territory import FRANCE, Scope, Territory

MISTAKE_SCORE = 84.0
"""How like a known word a mistyped one must be (0 to 100)."""
EMPTY_WORDS = frozenset(
    """
    a afficher ai au aux avec avoir avons bonjour bonsoir cher chers dites donnes encore deja toujours peut peux pouvez possible
    c ca ce ces cette combien d dans de des donne donner du elle elles en est et entre
    etait ete fait faire il ils j je l la le les leur ma me merci moi mon n ne nos notre nous on ont ou par
    pas plait plus pour qu que quel quelle quelles quels qui quoi s sa salut se si son sont sur svp stp t te tous
    tout toute toutes tu un une veux voir vous y ght groupe region hospitalier hospitaliers centre ch chu
    hopital etablissement campagne annee exercice an euros achats achat trame trames peux savoir connaitre
    dire dis affiche montre donnez liste fin actuel actuellement jour aujourd hui ars
    slt hello coucou bjr cordialement avance svp merci souhaiterais souhaite aimerais voudrais aurais besoin faudrait faut
    pourriez pourrais indiquer indiquez sortir sors montrer montrez envoyer rendre remettre lignes ligne fichier fichiers
    date prochaine prochain prochains prochaines semaine entiere entier niveau point quels bien mes chez nombre nb chus chru chrus ehpad ehpads
    realisee realisees realise realises part donnees donnee sommes suis dois doit doivent est ca
    temps reste meme chose question celui celle ceux vont va campagnes faites avez font comment bloquant bloquants estimez
    """.split()
)
"""Words that carry no question of their own."""
ABBREVIATIONS = {
    "cb": "combien", "cmb": "combien", "cbien": "combien", "kel": "quel", "kels": "quels", "kelle": "quelle", "kelles": "quelles",
    "pr": "pour", "ds": "dans", "ki": "qui", "koi": "quoi", "kan": "quand", "qd": "quand", "pk": "pourquoi", "pq": "pourquoi",
    "pkoi": "pourquoi", "pourkoi": "pourquoi", "pa": "pas", "na": "n a", "obj": "objectif", "couv": "couverture",
    "etab": "etablissement", "etabs": "etablissements", "ets": "etablissement", "fam": "famille", "ope": "operateur",
    "prev": "prevision", "previ": "prevision", "evol": "evolution", "nrj": "energie", "tps": "temps", "qte": "quantite",
    "reg": "region", "qlt": "qualite",
}  # fmt: skip
"""What telegraphic and SMS spellings stand for."""
KINDS = {
    "chu": re.compile(r"^(chu|chru|c(en)?tre hospitalier (regional )?(et )?universitaire)\b"),
    "ehpad": re.compile(r"\behpad\b"),
}
"""Words that say a kind of établissement, and which names are of that kind: alone they name nobody."""
LINK_WORDS = ("de", "du", "des", "d", "ght", "ch", "chu", "en", "au", "aux", "pour", "region", "la", "le", "l", "et", "contre",
           "vs", "avec", "que", "qu")  # fmt: skip
ARTICLES = ("de", "du", "des", "d", "la", "le", "l", "les")
"""The words after which a name is awaited."""
GENERIC_WORDS = re.compile(
    r"^(ght|centre hospitalier universitaire de|centre hospitalier universitaire|centre hospitalier specialise|centre hospitalier"
    r"|ctre hospitalier specialise|ctre hospitalier|centre|ch|chu|chi|chs|hopital local|hopital|etablissement de sante"
    r"|etablissement public de sante|groupe hospitalier|hospices civils)( (de la|de l|du|de|des|d))? "
)


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Every way a territory may be called, longest names first."""

    names: dict[str, tuple[Scope, ...]]
    territory: Territory


@lru_cache(maxsize=4)
def lexicon_of(territory: Territory) -> Lexicon:
    """Names of regions, GHT (with and without « GHT ») and établissements (with and without « CH »), codes, FINESS."""
    names: dict[str, list[Scope]] = {}

    def add(name: str, scope: Scope) -> None:
        if name and scope not in names.setdefault(name, []):
            names[name].append(scope)

    for r in territory.regions.values():
        add(text_key(r.code), Scope("region", r.code))
        add(text_key(r.name), Scope("region", r.code))
    for g in territory.ghts.values():
        for name in (g.code, g.name, GENERIC_WORDS.sub("", text_key(g.name))):
            add(text_key(name), Scope("ght", g.code))
    large_territories = frozenset(
        names
    )  # a region or a GHT of that name comes first; two établissements are asked back
    for e in territory.etablissements.values():
        for name in (e.finess, e.name, GENERIC_WORDS.sub("", text_key(e.name))):
            if text_key(name) not in large_territories:
                add(text_key(name), Scope("etablissement", e.finess))
    for name in ("france", "national", "nationale", "nationaux", "pays"):
        add(name, FRANCE)
    # A word alone must not name a territory when it is an ordinary word of questions (La Réunion's « la »…).
    return Lexicon({n: tuple(p) for n, p in names.items() if n not in EMPTY_WORDS}, territory)


def territories(words: list[str], names: Lexicon, as_of: date) -> tuple[tuple[Scope, ...], list[str], list[str]]:
    """(territories named, words left, words that follow « de », « du »… and name nothing known)."""
    for length in range(min(len(words), 12), 0, -1):
        for start in range(len(words) - length + 1):
            name = words[start : start + length]
            if found := names.names.get(" ".join(name), ()):
                found, before = _of_the_ght(words[:start], name, found, names, as_of)
                rest = before + words[start + length :]
                return found, rest, [] if found else name
    left_words = [m for m in words if m not in EMPTY_WORDS and not known(m)]
    if not left_words:
        return (), words, []
    for group in (left_words, *_unknown_runs(words, left_words)):
        if nearby := _nearly_named(group, names):
            before = words[: words.index(group[0])]
            nearby, kept_ones = _of_the_ght(before, group, nearby, names, as_of)
            rest = [m for m in kept_ones + words[len(before) :] if m not in group]
            return nearby, rest, [] if nearby else group
    following = [m for a, m in zip(["", *words], words, strict=False) if m in left_words and a in LINK_WORDS]
    return (), words, following


def _of_the_ght(
    before: list[str], name: list[str], found: tuple[Scope, ...], names: Lexicon, as_of: date
) -> tuple[tuple[Scope, ...], list[str]]:
    """What a name stands for, and the words before it that are left: after « GHT », never a hospital.

    It is then the GHT called so, else those whose name holds these words, else those of the hospitals called so.
    """
    said = len(before)
    while said and before[said - 1] in ARTICLES:
        said -= 1
    if not said or before[said - 1] != "ght" or any(p.type in ("region", "national") for p in found):
        return found, before
    called = tuple(p for p in found if p.type == "ght")
    words = set(name)
    holding = {p for n, places in names.names.items() if words <= set(n.split()) for p in places if p.type == "ght"}
    theirs = {Scope("ght", code) for p in found if (code := names.territory.ght_of(p.code, as_of))}
    return called or tuple(sorted(holding or theirs, key=lambda p: p.code)), before[: said - 1]


def narrowed(found_places: tuple[tuple[Scope, ...], ...], names: Lexicon, as_of: date) -> tuple[tuple[Scope, ...], ...]:
    """The territories named, a name that several bear being told by another: « CH Saint-Jean du GHT Loire Sud »."""
    results, used = list(found_places), set[tuple[Scope, ...]]()
    for rank, among in enumerate(found_places):
        for other in found_places:
            if len(among) > 1 and len(other) == 1:
                its_places = tuple(p for p in among if other[0] in (p, *names.territory.parents(p, as_of)))
                if len(its_places) == 1:
                    results[rank] = its_places
                    used.add(other)
    return tuple(
        t for t in dict.fromkeys(results) if t not in used or t in [r for r in results if r not in found_places]
    )


def _unknown_runs(words: list[str], left_words: list[str]) -> list[list[str]]:
    """The words that name nothing known, in runs as they were typed."""
    groups: list[list[str]] = [[]]
    for m in words:
        if m in left_words:
            groups[-1].append(m)
        elif groups[-1]:
            groups.append([])
    return [g for g in groups if g and g != left_words]


def _nearly_named(left_words: list[str], names: Lexicon) -> tuple[Scope, ...]:
    """Part of a name, or a mistyped one: « bresse », « bourgone franche comte ». A number is never nearly another."""
    words = set(left_words)
    digits = all(m.isdigit() for m in words)
    if digits and len(words) < 2:
        return ()
    partial_matches = [(n, p) for n, p in names.names.items() if words <= set(n.split())]
    large_territories = {q for _, p in partial_matches for q in p if q.type in ("ght", "region")}
    small_ones = {q for _, p in partial_matches for q in p if q.type == "etablissement"}
    if large_territories or small_ones or digits:
        return tuple(sorted(large_territories or small_ones, key=lambda p: p.code))
    if neighbour := process.extractOne(
        " ".join(left_words), names.names.keys(), scorer=fuzz.ratio, score_cutoff=MISTAKE_SCORE
    ):
        return names.names[neighbour[0]]
    return ()


NAMED_AT_MOST = 20
"""Territories read in one sentence: what follows is left over, and said not to be understood."""


def all_territories(
    words: list[str], names: Lexicon, as_of: date
) -> tuple[tuple[tuple[Scope, ...], ...], list[str], list[str]]:
    """Every territory named, in the order they were said, each with all it may stand for; words left; unknown names."""
    all_of_them: dict[tuple[Scope, ...], int] = {}
    places, rest = list(range(len(words))), words
    for _ in range(NAMED_AT_MOST):
        found_places, after, unknown_words = territories(rest, names, as_of)
        if not found_places:
            break
        kept_words = _kept_places(rest, after)
        start = next(i for i in range(len(rest)) if i not in kept_words)
        all_of_them.setdefault(found_places, places[start])
        places, rest = [places[i] for i in kept_words], after
    return tuple(sorted(all_of_them, key=lambda t: all_of_them[t])), rest, unknown_words


def _kept_places(before: list[str], after: list[str]) -> list[int]:
    """Where the words that are left stood."""
    kept_words: list[int] = []
    for i, word in enumerate(before):
        if len(kept_words) < len(after) and after[len(kept_words)] == word:
            kept_words.append(i)
    return kept_words


def unknown_territory(unknown_words: list[str], territory: Territory) -> str:
    names = [*(r.name for r in territory.regions.values()), *(g.name for g in territory.ghts.values()),
            *(e.name for e in territory.etablissements.values())]  # fmt: skip
    sought = " ".join(unknown_words)
    return f"Je ne connais pas « {sought} »{did_you_mean(sought, names)}"


def contains(sentence: str, word: str) -> bool:
    return re.search(rf"\b{word}(s|e|es)?\b", sentence) is not None


def looks_like_known(words: Iterable[str], known_ones: Iterable[str]) -> bool:
    """Whether a word is a known one but for a slip of the finger: one in a short word, two in a long one."""
    list_labels = [c for c in known_ones if len(c) > 3]
    return any(
        OSA.distance(m.rstrip("s"), c, score_cutoff=2) <= (1 if len(c) < 8 else 2)
        for m in words
        if len(m) > 3
        for c in list_labels
    )


_QUESTION_WORDS = tuple(
    {m for i in INTENTIONS for expression in i.words for m in expression.split()}
    | {f for a in AXES.values() for f in a}
)


@lru_cache(maxsize=4096)
def known(word: str) -> bool:
    """Whether a word belongs to the questions themselves, typing errors included. A number says something: never."""
    return (
        word in EMPTY_WORDS
        or any(contains(word, m) for m in _QUESTION_WORDS)
        or looks_like_known((word,), _QUESTION_WORDS)
    )
