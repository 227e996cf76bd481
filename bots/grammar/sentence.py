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
    ABREGES,
    FAUTE,
    VIDES,
    Lexique,
    connu,
    contient,
    narrowed,
    ressemblant,
    tous_les_territoires,
)
from bots.grammar.period import Periode
from bots.questions import AXES, INTENTIONS
from config.french import cle
from config.territory import Perimetre, Territoire

VENTILEES = ("gains", "pourquoi", "classement")
"""The questions whose figure can be broken down along an axis."""
DES_GAINS = {"comparaison": "compare", "evolution": "suis d'un exercice à l'autre", "classement": "classe"}
"""The questions that are about gains alone."""

_ORDRE = re.compile(
    r"^(?:(?:bonjour|bonsoir|stp|svp|merci|de|d|peux tu|tu peux|pouvez vous|vous pouvez|pourrais tu|pourriez vous|veuillez|il faut"
    r"|je veux|je voudrais|me|nous|y) )*(?:(?:relance|valide|devalide|prolonge|verrouille|deverrouille|supprime|efface|corrige"
    r"|modifie|ajoute|annule|cree|garde|decide|remplace)[rz]?|envoie|envoye[rz]|retire[rz]? (?:la|les|cette|ces) lignes?)\b(?! qui)"
)
_POLITESSE = re.compile(
    r"\b(dis|dites|donne|donner|donnez|montre|montrer|montrez|sors|sortir|indique|indiquer|indiquez|affiche|explique|expliquer"
    r"|expliquez|detaille|rappelle|rappelez) (moi|nous)\b"
)
_FORTE = re.compile(r"^(et|idem|pareil|(la )?meme (chose|question)|ou alors|en detail)\b")
_FAIBLE = re.compile(r"^(pour|en|sur|dans|par|sans|sauf|hors|avec|l an|l annee|cette annee)\b")
_EXCLUT = re.compile(r"\b(sauf|sans|hors|hormis|excepte|a l exception (de|du|des|d))\b")
_EN_LETTRES = {"deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9, "dix": 10}
_N = rf"(?P<n>\d{{1,3}}|{'|'.join(_EN_LETTRES)})"
_RANGS = tuple(
    re.compile(rf"\b{motif}\b")
    for motif in (
        rf"(?P<mot>top|flop)(?: ?{_N})?",
        rf"(?:{_N} )?(?P<mot>meilleure?s?|premiers|premieres|derniers|dernieres|pires?)",
        rf"(?:{_N} )?(?P<mot>(plus|moins) (gros(se)?s?|bon(ne)?s?|fort(e)?s?|eleve(e)?s?|performante?s?|grand(e)?s?|faibles?|petite?s?))",
        r"(?:le|la|les) (?P<mot>plus|moins)(?P<n>)",
        r"qui est (le |la )?(?P<mot>premier|dernier|premiere|derniere)(?P<n>)",
    )
)
_DU_BAS = re.compile(r"flop|dernier|pire|moins|faible|petit")
PAR_DEFAUT = 3
"""How many of a ranking, when nobody said."""


@dataclass(frozen=True, slots=True)
class Lu:
    """What was read. `reste` is what is left: words of the questions themselves, and those nobody knows."""

    mots: tuple[str, ...]
    intention: str | None
    periode: Periode
    depuis: date | None = None
    par: str = ""
    axe: str = ""
    """An axis named without « par »: « les 3 meilleurs GHT »."""
    rang: tuple[int, bool] | None = None
    """(how many, from the bottom)."""
    trouves: tuple[tuple[Perimetre, ...], ...] = ()
    sauf: tuple[tuple[Perimetre, ...], ...] = ()
    exclut: bool = False
    inconnus: tuple[str, ...] = ()
    reste: tuple[str, ...] = ()
    suite: Literal["", "forte", "faible"] = ""
    """Whether it begins like what follows another question: surely, or perhaps."""

    @property
    def phrase(self) -> str:
        return " ".join(self.mots)

    @property
    def soi(self) -> bool:
        """Whether one's own territory is said."""
        return bool({"nous", "moi", "mon", "notre", "nos"} & set(self.mots))

    @property
    def region(self) -> bool:
        return bool({"region", "regional", "regionale", "ars"} & set(self.mots))

    @property
    def evoquees(self) -> set[str]:
        """Every question that words of the sentence belong to."""
        phrase = " ".join(self.reste)
        return {i.cle for i in INTENTIONS if any(contient(phrase, m) for m in i.mots)}


def mots(texte: str, territoire: Territoire) -> list[str]:
    """The words of a question, spelt out; a region's two-letter code counts only in capitals (« qui na pas remis »)."""
    texte = re.sub(r"\b(20\d\d) ?[-–/] ?(20\d\d)\b", r"de \1 a \2", texte)
    courts = {cle(c) for c in territoire.regions if len(c) == 2}
    lus = [m for brut in texte.split() for m in cle(brut).split() if m not in courts or brut.isupper() or m in ABREGES]
    majuscules = {cle(brut) for brut in texte.split() if brut.isupper()}
    phrase = " ".join(m if m in majuscules & courts else ABREGES.get(m, m) for m in lus)
    return _POLITESSE.sub(r"\1", phrase).split()


def est_un_ordre(phrase: str) -> bool:
    """« relance le Jura » asks for an act, and nobody should think it was done."""
    return _ORDRE.search(phrase) is not None


def lit(mots: list[str], noms: Lexique, au: date) -> Lu:
    """Read a sentence part by part, the surest first."""
    phrase = " ".join(mots)
    suite: Literal["", "forte", "faible"] = (
        "forte" if _FORTE.search(phrase) else "faible" if _FAIBLE.search(phrase) else ""
    )
    phrase = re.sub(r"^(idem|pareil|(la )?meme (chose|question)|ou alors)\b", "", phrase).strip()
    depuis, phrase = period.depuis(phrase, au)
    intention, phrase = _tournure(phrase)
    quand, phrase = period.periode(phrase)
    rang, phrase = _rang(phrase)
    par, reste = _axe(phrase.split())
    avant, apres = _sans_exclusion(reste)
    trouves, avant, inconnus = tous_les_territoires(avant, noms, au)
    exclus, apres, inconnus_exclus = tous_les_territoires(apres, noms, au)
    trouves, exclus = narrowed(trouves, noms, au), narrowed(exclus, noms, au)
    reste = [*avant, *apres]
    axe, reste = _axe_nomme(reste)
    return Lu(
        tuple(mots), intention or _intention(reste), quand, depuis, par, axe, rang, trouves, exclus,
        bool(_EXCLUT.search(phrase)), (*inconnus, *inconnus_exclus), tuple(reste), suite,
    )  # fmt: skip


def _tournure(phrase: str) -> tuple[str | None, str]:
    """The first question of the table with a turn of phrase in the sentence, and what is left of it."""
    for i in INTENTIONS:
        for tournure in i.tournures:
            if dit := re.search(rf"\b(?:{tournure})(?!\w)", phrase):
                return i.cle, " ".join((phrase[: dit.start()] + " " + phrase[dit.end() :]).split())
    return None, phrase


def _intention(mots: list[str]) -> str | None:
    """The first question of the table with a word in the sentence, then the same with typing errors."""
    utiles = [m for m in mots if m not in ("encore", "toujours", "deja")]
    phrase = " ".join(utiles)
    pleins = [m for m in utiles if m not in VIDES]
    essais: tuple[Callable[[tuple[str, ...]], bool], ...] = (
        lambda connus: any(contient(phrase, m) for m in connus),
        lambda connus: ressemblant(pleins, (m for m in connus if " " not in m)),
    )
    return next((i.cle for essai in essais for i in INTENTIONS if essai(i.mots)), None)


def _rang(phrase: str) -> tuple[tuple[int, bool] | None, str]:
    """« top 5 », « les trois moins bons », « qui gagne le moins »: how many, and from which end."""
    for motif in _RANGS:
        if dit := motif.search(phrase):
            n = dit["n"]
            combien = PAR_DEFAUT if not n else int(n) if n.isdigit() else _EN_LETTRES[n]
            reste = phrase[: dit.start()] + " " + phrase[dit.end() :]
            return (combien, bool(_DU_BAS.search(dit["mot"]))), " ".join(reste.split())
    return None, phrase


def _axe(mots: list[str]) -> tuple[str, list[str]]:
    """« par famille »."""
    for rang, mot in enumerate(mots[:-1]):
        if mot in ("par", "chaque", "selon") and (axe := _est_un_axe(mots[rang + 1])):
            return axe, mots[:rang] + mots[rang + 2 :]
    return "", mots


def _axe_nomme(mots: list[str]) -> tuple[str, list[str]]:
    """« les familles », « quel GHT »: an axis said without « par »; a GHT or a region alone may just be a place."""
    dits = [(axe, m) for m in mots if (axe := _est_un_axe(m)) and m not in ("region", "etablissement", "hopital")]
    if not dits:
        return "", mots
    axe, mot = next(((a, m) for a, m in dits if a != "ght"), dits[0])
    return axe, [m for m in mots if m != mot]


def _est_un_axe(mot: str) -> str:
    for axe, formes in AXES.items():
        if process.extractOne(mot.rstrip("s"), formes, scorer=fuzz.ratio, score_cutoff=FAUTE - 4):
            return axe
    return ""


def _sans_exclusion(mots: list[str]) -> tuple[list[str], list[str]]:
    """The words before « sauf », and those after."""
    phrase = " ".join(mots)
    dit = _EXCLUT.search(phrase)
    return (phrase[: dit.start()].split(), phrase[dit.end() :].split()) if dit else (mots, [])


def ignores(lu: Lu) -> list[str]:
    """The words that nobody understood: a number counts, a short word does not."""
    return [m for m in lu.reste if (len(m) > 2 or m.isdigit()) and not connu(m)]


def intention_de(lu: Lu) -> str | None:
    """The question asked; a place or an axis alone asks for its gains."""
    annees = len(lu.periode.annees)
    intention = lu.intention
    if lu.depuis and intention in (None, "gains", "retards", "statut", "evolution"):
        return "changements"
    if intention in (None, "gains", "pourquoi") and lu.rang:
        return "classement"
    if intention in (None, "gains") and (annees > 1 or lu.periode.plage or lu.periode.several):
        return "evolution" if lu.periode.plage or lu.periode.several else "comparaison"
    if intention == "comparaison" and not lu.trouves and not lu.periode.dite and (lu.axe or lu.par) and not lu.soi:
        return "classement"  # « compare les GHT »
    if lu.rang and intention not in DES_GAINS:
        return "classement"
    if intention is None and (lu.par or lu.trouves or lu.sauf):
        return "gains"
    return intention


def axe_de(lu: Lu, intention: str) -> str:
    """The axis asked for: « par famille », « des familles »; « du GHT Jura » names a place."""
    if intention in ("statut", "retards") and "ght" in (lu.par, lu.axe):
        return ""  # they are told by GHT anyway
    if lu.par or lu.axe != "ght":
        return lu.par or lu.axe
    return "ght" if intention == "gains" and re.search(r"\b(des|les|chaque) ght\b", lu.phrase) else ""
