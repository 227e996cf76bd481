"""When a question is about: exercices, a campaign, a day. Reads the words, says what is left of them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from config.french import MOIS, cle

_MOIS = "|".join(cle(m) for m in MOIS)
_JOUR = re.compile(
    rf"\bdepuis (?:le )?(?:(?P<jour>\d{{1,2}}|1er) (?P<mois>\d{{1,2}}|{_MOIS})(?: (?P<annee>20\d\d))?"
    r"|(?P<relatif>hier|(?:une|la) semaine(?: derniere)?|un mois|le mois dernier|(?P<n>\d{1,3}) jours?))\b"
)
_RELATIFS = {"hier": 1, "semaine": 7, "mois": 30}
_PLAGE = re.compile(
    r"\b(?P<mot>de|entre|depuis) (?:l annee )?(?P<de>20\d\d)(?:(?: a| et| jusqu a| jusqu en) (?P<a>20\d\d))?\b"
)
_EN_LETTRES = {"deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "dix": 10}
_DUREE = re.compile(
    rf"\b(?:sur|ces|les|pendant|depuis) (?:les )?(?P<n>\d{{1,2}}|{'|'.join(_EN_LETTRES)}) (?:derni(?:er|ere)s )?"
    r"(?:ans|annees|exercices)(?: derni(?:er|ere)s| passe(?:e)?s)?\b"
)
_PAS = (
    (re.compile(r"\b(l )?(an|annee|exercice) (dernier|derniere|passe|passee)\b|\bn 1\b"), -1, False),
    (re.compile(r"\b(l )?(an|annee|exercice) (d avant|precedente?)\b"), -1, True),
    (re.compile(r"\b(l )?(an|annee|exercice) (suivante?|d apres|prochaine?)\b"), 1, True),
    (re.compile(r"\b(cette annee|cet exercice|l annee en cours)\b"), 0, False),
)
_MOMENTS = (
    (re.compile(r"\bmi annee\b|\bmi annuelle?\b|\bsemestre\b"), "mi-annee"),
    (re.compile(r"\bannuelle\b|\bfin (d|de l) annee\b"), "annuelle"),
)
_TROP_FIN = re.compile(
    rf"\b(trimestres?|trimestrielle?s?|mensuelle?s?|par mois|par semaine|par jour|mois|(?:premier|1er|second|deuxieme|2e|2eme|dernier)"
    rf" semestre|{_MOIS})\b"
)


@dataclass(frozen=True, slots=True)
class Periode:
    """What was said of time. Empty when nothing was."""

    annees: tuple[int, ...] = ()
    """Exercices named, in the order they were said."""
    plage: bool = False
    """From one to the other, rather than one and the other; « depuis 2019 » names the first alone."""
    pas: int | None = None
    """Exercices from the current one: -1 is « l'an dernier », 0 « cette année »."""
    d_avant: bool = False
    """Counted from the exercice that was spoken of: « l'année d'avant »."""
    moment: str = ""
    """mi-annee, annuelle."""
    several: int = 0
    """That many exercices, the last one included: « sur trois ans »."""

    @property
    def dite(self) -> bool:
        return bool(self.annees or self.moment or self.several) or self.pas is not None

    def exercice(self, courant: int, dont_on_parle: int) -> int:
        """The exercice meant, the last one when several were named."""
        if self.annees:
            return self.annees[-1]
        if self.pas is None:
            return dont_on_parle
        return (dont_on_parle if self.d_avant else courant) + self.pas


def periode(phrase: str) -> tuple[Periode, str]:
    """The exercices and the campaign that are named, and the words that are left."""
    several = 0
    if duree := _DUREE.search(phrase):
        several = _EN_LETTRES.get(duree["n"]) or int(duree["n"])
        phrase = _DUREE.sub(" ", phrase)
    plage = _PLAGE.search(phrase)
    if plage and not (plage["a"] or plage["mot"] == "depuis"):
        plage = None
    annees = tuple(dict.fromkeys(int(a) for a in re.findall(r"\b20\d\d\b", phrase)))
    if plage:
        phrase = phrase.replace(plage[0], " ")
    pas, d_avant = None, False
    for motif, ecart, relatif in _PAS:
        if motif.search(phrase):
            pas, d_avant, phrase = ecart, relatif, motif.sub(" ", phrase)
            break
    moment = ""
    for motif, nom in _MOMENTS:
        if motif.search(phrase):
            moment, phrase = nom, motif.sub(" ", phrase)
    reste = re.sub(r"\b20\d\d\b", " ", phrase)
    return Periode(annees, bool(plage), pas, d_avant, moment, several), " ".join(reste.split())


def trop_fin(phrase: str) -> str:
    """The word that asks for a finer grain than an exercice, if there is one."""
    dit = _TROP_FIN.search(phrase)
    return dit[1] if dit else ""


def depuis(phrase: str, au: date) -> tuple[date | None, str]:
    """The day a comparison starts from, and the words that are left; without a year, the last such day before `au`."""
    dit = _JOUR.search(phrase)
    if not dit:
        return None, phrase
    reste = " ".join((phrase[: dit.start()] + phrase[dit.end() :]).split())
    if dit["relatif"]:
        jours = int(dit["n"]) if dit["n"] else next(n for mot, n in _RELATIFS.items() if mot in dit["relatif"])
        return au - timedelta(days=jours), reste
    mois = int(dit["mois"]) if dit["mois"].isdigit() else [cle(m) for m in MOIS].index(dit["mois"]) + 1
    numero = int(dit["jour"].removesuffix("er"))
    annees = [int(dit["annee"])] if dit["annee"] else [au.year, au.year - 1]
    for annee in annees:
        try:
            jour = date(annee, mois, numero)
        except ValueError:
            return None, phrase
        if jour <= au or dit["annee"]:
            return jour, reste
    return None, phrase
