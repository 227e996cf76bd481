"""When a question is about: exercices, a campaign, a day. Reads the words, says what is left of them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from config.french import MONTHS, text_key

_MONTHS = "|".join(text_key(m) for m in MONTHS)
_DAY = re.compile(
    rf"\bdepuis (?:le )?(?:(?P<jour>\d{{1,2}}|1er) (?P<mois>\d{{1,2}}|{_MONTHS})(?: (?P<annee>20\d\d))?"
    r"|(?P<relatif>hier|(?:une|la) semaine(?: derniere)?|un mois|le mois dernier|(?P<n>\d{1,3}) jours?))\b"
)
_RELATIVE_DAYS = {"hier": 1, "semaine": 7, "mois": 30}
_RANGE = re.compile(
    r"\b(?P<mot>de|entre|depuis) (?:l annee )?(?P<de>20\d\d)(?:(?: a| et| jusqu a| jusqu en) (?P<a>20\d\d))?\b"
)
_NUMBER_WORDS = {"deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "dix": 10}
_DURATION = re.compile(
    rf"\b(?:sur|ces|les|pendant|depuis) (?:les )?(?P<n>\d{{1,2}}|{'|'.join(_NUMBER_WORDS)}) (?:derni(?:er|ere)s )?"
    r"(?:ans|annees|exercices)(?: derni(?:er|ere)s| passe(?:e)?s)?\b"
)
_STEPS = (
    (re.compile(r"\b(l )?(an|annee|exercice) (dernier|derniere|passe|passee)\b|\bn 1\b"), -1, False),
    (re.compile(r"\b(l )?(an|annee|exercice) (d avant|precedente?)\b"), -1, True),
    (re.compile(r"\b(l )?(an|annee|exercice) (suivante?|d apres|prochaine?)\b"), 1, True),
    (re.compile(r"\b(cette annee|cet exercice|l annee en cours)\b"), 0, False),
)
_MOMENTS = (
    (re.compile(r"\bmi annee\b|\bmi annuelle?\b|\bsemestre\b"), "mi-annee"),
    (re.compile(r"\bannuelle\b|\bfin (d|de l) annee\b"), "annuelle"),
)
_TOO_FINE = re.compile(
    rf"\b(trimestres?|trimestrielle?s?|mensuelle?s?|par mois|par semaine|par jour|mois|(?:premier|1er|second|deuxieme|2e|2eme|dernier)"
    rf" semestre|{_MONTHS})\b"
)


@dataclass(frozen=True, slots=True)
class Period:
    """What was said of time. Empty when nothing was."""

    years: tuple[int, ...] = ()
    """Exercices named, in the order they were said."""
    range_: bool = False
    """From one to the other, rather than one and the other; « depuis 2019 » names the first alone."""
    step: int | None = None
    """Exercices from the current one: -1 is « l'an dernier », 0 « cette année »."""
    from_spoken: bool = False
    """Counted from the exercice that was spoken of: « l'année d'avant »."""
    moment: str = ""
    """mi-annee, annuelle."""
    several: int = 0
    """That many exercices, the last one included: « sur trois ans »."""

    @property
    def is_said(self) -> bool:
        return bool(self.years or self.moment or self.several) or self.step is not None

    def exercice(self, current_exercice: int, spoken_of: int) -> int:
        """The exercice meant, the last one when several were named."""
        if self.years:
            return self.years[-1]
        if self.step is None:
            return spoken_of
        return (spoken_of if self.from_spoken else current_exercice) + self.step


def period(sentence: str) -> tuple[Period, str]:
    """The exercices and the campaign that are named, and the words that are left."""
    several = 0
    if duration := _DURATION.search(sentence):
        several = _NUMBER_WORDS.get(duration["n"]) or int(duration["n"])
        sentence = _DURATION.sub(" ", sentence)
    range_ = _RANGE.search(sentence)
    if range_ and not (range_["a"] or range_["mot"] == "depuis"):
        range_ = None
    years = tuple(dict.fromkeys(int(a) for a in re.findall(r"\b20\d\d\b", sentence)))
    if range_:
        sentence = sentence.replace(range_[0], " ")
    step, from_spoken = None, False
    for pattern, difference, relative in _STEPS:
        if pattern.search(sentence):
            step, from_spoken, sentence = difference, relative, pattern.sub(" ", sentence)
            break
    moment = ""
    for pattern, name in _MOMENTS:
        if pattern.search(sentence):
            moment, sentence = name, pattern.sub(" ", sentence)
    rest = re.sub(r"\b20\d\d\b", " ", sentence)
    return Period(years, bool(range_), step, from_spoken, moment, several), " ".join(rest.split())


def too_fine(sentence: str) -> str:
    """The word that asks for a finer grain than an exercice, if there is one."""
    matched = _TOO_FINE.search(sentence)
    return matched[1] if matched else ""


def since(sentence: str, as_of: date) -> tuple[date | None, str]:
    """The day a comparison starts from, and the words that are left; without a year, the last such day before `as_of`."""
    matched = _DAY.search(sentence)
    if not matched:
        return None, sentence
    rest = " ".join((sentence[: matched.start()] + sentence[matched.end() :]).split())
    if matched["relatif"]:
        days = (
            int(matched["n"])
            if matched["n"]
            else next(n for word, n in _RELATIVE_DAYS.items() if word in matched["relatif"])
        )
        return as_of - timedelta(days=days), rest
    month = (
        int(matched["mois"]) if matched["mois"].isdigit() else [text_key(m) for m in MONTHS].index(matched["mois"]) + 1
    )
    number = int(matched["jour"].removesuffix("er"))
    years = [int(matched["annee"])] if matched["annee"] else [as_of.year, as_of.year - 1]
    for year in years:
        try:
            day = date(year, month, number)
        except ValueError:
            return None, sentence
        if day <= as_of or matched["annee"]:
            return day, rest
    return None, sentence
