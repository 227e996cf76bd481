"""The first tab of a trame: instructions, and what is asked once. Its words stand here for template and reader."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from config.french import cle
from sheets.cell_address import adresse
from sheets.cells import Probleme, euros, texte
from sheets.reading.opening import OngletBrut
from sheets.reading.units import announced, unit_said
from sheets.trame import Tampon

TITRE = "Mode d'emploi"
REMISE = "Trame remise"
CONTACT = "Contact"
FINESS = "FINESS"
ACHATS = "Achats totaux de l'exercice (€ TTC)"
NEANT = "Rien à déclarer"
OUI = "oui"
DEPTH = 60
"""Rows in which the first tab is known."""
AIDES = {
    REMISE: "« oui » quand la saisie est finie : tant qu'elle ne l'est pas, le chiffre est provisoire.",
    CONTACT: "La fonction et l'adresse de service de qui répondra aux questions.",
}
"""What stands beside each cell to fill in; never taken for an answer."""


@dataclass(slots=True)
class Accueil:
    """What the first tab says."""

    remis: bool = False
    contact: str = ""
    achats: dict[str, int] = field(default_factory=dict)
    neants: set[str] = field(default_factory=set)
    illisibles: dict[str, Probleme] = field(default_factory=dict)
    """Cells of total purchases that hold something else than an amount."""
    sans_achats: set[str] = field(default_factory=set)
    """Cells of total purchases that came back blank."""
    zeros: set[str] = field(default_factory=set)
    """Cells of total purchases that hold 0."""
    unclear: dict[str, Answer] = field(default_factory=dict)
    """By cell, answers that are neither yes nor no; under "", the question itself is nowhere."""
    said: str = ""
    """What is answered to « Trame remise », as it is written."""
    answered: str = ""
    """The cell where it is, or should be."""
    not_answered: str = ""
    """The same, when it came back blank."""
    units: dict[str, Unit] = field(default_factory=dict)
    """By cell, notes that give another unit to all amounts of the workbook."""
    unit_of_purchases: tuple[str, Unit] | None = None
    """The cell and heading of the total purchases, when it says another unit: they are not read."""


class Answer(NamedTuple):
    """What was answered to a question of the first tab."""

    question: str
    said: str


class Unit(NamedTuple):
    """A unit other than euros TTC, and the words that say it."""

    said: str
    unit: str


_YES = re.compile(
    r"oui(?: (?:ok|merci|remise?|fait|termine|complete?|tout|c est (?:fait|bon)|le [0-9]{1,2} [0-9]{1,2}(?: [0-9]{2,4})?))?"
    r"|o|x|v|vrai|true|1|ok|yes|remise?|trame remise|fait|c est (?:fait|bon)|termine"
)
_NO = re.compile(r"non(?: (?:remise?|pas encore))?|n|no|faux|false|0|pas encore|en cours|non termine")
_NOTHING = re.compile(r"neant|rien(?: a declarer)?|aucune?(?: action| gain)?")
"""What says yes to « Rien à déclarer » in its own words."""
_TICKED, _CROSSED = "✓✔☑✅", "☐✗✘❌"


def answer(said: str) -> bool | None:
    """Yes or no, where it is plainly said; None for anything else (« le 12/03 », « oui sauf Morez », « à valider »)."""
    key = cle(said)
    if "?" in said:
        return None
    if any(sign in said for sign in _TICKED + _CROSSED) and not key:
        return any(sign in said for sign in _TICKED)
    if not key:
        return None if said.strip(" -–—.") else False
    return True if _YES.fullmatch(key) else False if _NO.fullmatch(key) else None


def first_tab(tabs: Iterable[tuple[OngletBrut, Tampon | None]]) -> OngletBrut | None:
    """The first tab, wherever it stands among the tabs and their stamps: by its name, its table, the stamp of the workbook.

    Never the tab of an établissement, nor one that merely holds « Trame remise », as a note may.
    """
    marks = [(o, _marks(o, bool(stamp))) for o, stamp in tabs if not (stamp and stamp.finess)]
    known = [(o, m) for o, m in marks if m.named or m.table or (m.stamped and m.asks)]
    return max(known, key=lambda o: o[1], default=(None, None))[0]


class _Marks(NamedTuple):
    """What a tab bears of the first one, the surest first."""

    stamped: bool
    named: bool
    asks: bool
    table: bool


def _marks(onglet: OngletBrut, stamped: bool) -> _Marks:
    rows = [{cle(c) for c in r if c and isinstance(c, str)} for r in onglet.rangees[:DEPTH]]
    asks = any(label == cle(REMISE) or _ASKED.match(label) for row in rows for label in row)
    return _Marks(stamped, cle(onglet.nom) == cle(TITRE), asks, any({cle(FINESS), cle(NEANT)} <= row for row in rows))


_ASKED = re.compile(f"{cle(REMISE)} (?=.{{1,40}}$)")
"""The question with its answer in the same cell: « Trame remise : oui »."""


def lit(onglet: OngletBrut) -> Accueil:
    """Read the first tab by its labels, wherever they have been moved to."""
    accueil = Accueil()
    colonnes: dict[str, int] = {}
    for numero, rangee in enumerate(onglet.rangees, onglet.ligne_0 + 1):
        labels = {cle(c): rang for rang, c in enumerate(rangee) if isinstance(c, str) and c.strip()}
        ici = _Place(onglet.colonne_0, numero)
        if label := next((t for t in labels if t == cle(REMISE) or _ASKED.match(t)), None):
            _handed_in(accueil, rangee, labels[label], ici)
            continue
        if cle(CONTACT) in labels:
            accueil.contact = _suivant(rangee, labels[cle(CONTACT)])[1]
        if cle(FINESS) in labels and cle(NEANT) in labels:
            colonnes = _headings(accueil, labels, rangee, ici)
            continue
        if colonnes:
            _etablissement(accueil, rangee, colonnes, ici)
        if cle(CONTACT) not in labels:
            notes = ((rang, str(c), announced(c)) for rang, c in enumerate(rangee) if c)
            accueil.units |= {ici.cell(rang): Unit(" ".join(c.split()), unit) for rang, c, unit in notes if unit}
    if not accueil.answered:
        accueil.unclear[""] = Answer(REMISE, "")
    return accueil


class _Place(NamedTuple):
    """Where a row stands: the rank of its first column, and its number in the sheet."""

    colonne_0: int
    numero: int

    def cell(self, rang: int) -> str:
        return adresse(self.colonne_0 + rang, self.numero)


def _handed_in(accueil: Accueil, rangee: list[object], rang: int, ici: _Place) -> None:
    """What is answered to « Trame remise », beside it or in its own cell; asked twice, it wants the same answer twice."""
    ou, said = _suivant(rangee, rang)
    if not said:
        said = _ASKED.sub("", cle(str(rangee[rang]))) if _ASKED.match(cle(str(rangee[rang]))) else ""
        ou = rang if said else rang + 2
    if accueil.said and not said:
        return
    yes = answer(said)
    if accueil.said and answer(accueil.said) is not yes:
        yes, said = None, f"{accueil.said} puis {said}"
    if yes is None:
        accueil.unclear[ici.cell(ou)] = Answer(REMISE, said)
    accueil.said, accueil.remis, accueil.answered = said, bool(yes), ici.cell(ou)
    accueil.not_answered = "" if said else accueil.answered
    accueil.zeros |= {accueil.answered} if said == "0" else set()


def _suivant(rangee: list[object], rang: int) -> tuple[int, str]:
    """The first thing written to the right of a label, and its rank; our own words are left out."""
    suite = ((r, texte(c)) for r, c in enumerate(rangee[rang + 1 :], rang + 1))
    return next(((r, t) for r, t in suite if t and t not in AIDES.values()), (rang, ""))


_PURCHASES = re.compile(r"achats tota(?:l|ux)\b|tota(?:l|ux) (?:des |d )?achats\b")


def _headings(accueil: Accueil, labels: dict[str, int], rangee: list[object], ici: _Place) -> dict[str, int]:
    """The rank of each column of the table; the purchases' is -1 when it is gone, or says another unit."""
    achats = next((rang for label, rang in labels.items() if _PURCHASES.search(label)), -1)
    titre = str(rangee[achats]) if achats >= 0 else ""
    if unit := unit_said(titre):
        accueil.unit_of_purchases = (ici.cell(achats), Unit(" ".join(titre.split()), unit))
        achats = -1
    return {FINESS: labels[cle(FINESS)], ACHATS: achats, NEANT: labels[cle(NEANT)]}


def _etablissement(accueil: Accueil, rangee: list[object], colonnes: dict[str, int], ici: _Place) -> None:
    finess = (texte(rangee[colonnes[FINESS]]) or "").zfill(9)
    if not finess.strip("0"):
        return
    if colonnes[ACHATS] >= 0:
        ou, achats = ici.cell(colonnes[ACHATS]), euros(rangee[colonnes[ACHATS]])
        if isinstance(achats, Probleme):
            accueil.illisibles[ou] = achats
        elif achats:
            accueil.achats[finess] = achats
        else:
            (accueil.sans_achats if achats is None else accueil.zeros).add(ou)
    said = texte(rangee[colonnes[NEANT]]) or ""
    yes = True if _NOTHING.fullmatch(cle(said)) else answer(said)
    if yes:
        accueil.neants.add(finess)
    elif yes is None:
        accueil.unclear[ici.cell(colonnes[NEANT])] = Answer(NEANT, said)
