"""Conditional formats: the tab shows what will be struck out while it is being filled, as the layout declares it."""

from __future__ import annotations

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from sheets.trame import TOUJOURS, Trame
from sheets.writing.style import JAUNE_PALE, ORANGE_PALE, ROUGE_PALE

COULEURS = {"retiree": ROUGE_PALE, "a_expliquer": ORANGE_PALE}


def ecrit_couleurs(feuille: Worksheet, trame: Trame, references: dict[str, str], premiere: int, fin: int) -> None:
    """Red: the line will be struck out. Orange: an explanation is awaited. Yellow: a required cell is still blank.

    `references` replaces the names in the layout's formulas, for the first line of data.
    """
    for signal in trame.signaux:
        for cle in signal.colonnes:
            _colore(feuille, trame, cle, signal.formule.format(**references), COULEURS[signal.couleur], premiere, fin)
    for c in trame.colonnes:
        if c.requis is TOUJOURS:
            formule = f"AND(ISBLANK({references[c.cle]}),{_commencee(trame, references)})"
            _colore(feuille, trame, c.cle, formule, JAUNE_PALE, premiere, fin)


def _commencee(trame: Trame, references: dict[str, str]) -> str:
    """Whether anything was typed on the line."""
    return "OR(" + ",".join(f"NOT(ISBLANK({references[c.cle]}))" for c in trame.colonnes if c.saisie) + ")"


def _colore(feuille: Worksheet, trame: Trame, cle: str, formule: str, couleur: str, premiere: int, fin: int) -> None:
    lettre = get_column_letter([c.cle for c in trame.colonnes].index(cle) + 1)
    fond = PatternFill("solid", start_color=couleur, end_color=couleur)
    regle = FormulaRule([formule], fill=fond)  # type: ignore[no-untyped-call]
    feuille.conditional_formatting.add(f"{lettre}{premiere}:{lettre}{fin}", regle)
