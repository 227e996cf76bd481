"""Writes known lines into a blank tab: those carried over from a campaign, those taken from a damaged file.

Numbers the prepared lines that are left with numbers nobody has. Never decides which lines.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

from openpyxl.styles import PatternFill, Protection
from openpyxl.worksheet.worksheet import Worksheet

from sheets.trame import Colonne, Trame
from sheets.writing.safe_cells import Valeur, annote, case, pose
from sheets.writing.style import BLEU_PALE
from sheets.writing.tab import ENTETE, alignement_de, format_de


@dataclass(frozen=True, slots=True)
class LignePrete:
    """A line to write: its number, its cells by column, and, when its report is carried over, what to say of it."""

    action_id: str
    cellules: Mapping[str, Valeur]
    report: str = ""


def ecrit_les_lignes(
    feuille: Worksheet, trame: Trame, lignes: Sequence[LignePrete], pris: Collection[str] = ()
) -> None:
    """Write the lines below one another; no line left bears a number of theirs, or one of `pris`."""
    rangs = {c.cle: rang for rang, c in enumerate(trame.colonnes, 1)}
    for numero, ligne in enumerate(lignes, ENTETE + 1):
        for cle, valeur in ligne.cellules.items():
            _ecrit(feuille, numero, rangs[cle], trame.par_cle[cle], valeur)
        pose(case(feuille, numero, rangs["action_id"]), ligne.action_id)
        if ligne.report:
            _marque(feuille, numero, trame, ligne.report)
    portes = {ligne.action_id for ligne in lignes} | set(pris)
    libres = (n for rang in range(1, 10**6) if (n := f"{rang:04d}") not in portes)
    for numero in range(ENTETE + 1 + len(lignes), feuille.max_row + 1):
        pose(case(feuille, numero, rangs["action_id"]), next(libres))


def _ecrit(feuille: Worksheet, numero: int, rang: int, c: Colonne, valeur: Valeur) -> None:
    """A value in the look of its column, open to typing."""
    cellule = pose(case(feuille, numero, rang), valeur)
    if not cellule.is_date or c.genre == "date":
        cellule.number_format = format_de(c)
    cellule.alignment, cellule.protection = copy(alignement_de(c)), Protection(locked=not c.saisie)


def _marque(feuille: Worksheet, numero: int, trame: Trame, report: str) -> None:
    """A line carried over is blue and locked: the known value counts, whatever would be typed over it."""
    for rang in range(1, len(trame.colonnes) + 1):
        cellule = case(feuille, numero, rang)
        cellule.fill, cellule.protection = PatternFill("solid", start_color=BLEU_PALE), Protection(locked=True)
    annote(case(feuille, numero, 1), report)
