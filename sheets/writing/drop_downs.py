"""The hidden tab that feeds the drop-downs and the bounds; and the formulas that read it."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from config.folder import Dossier
from config.nomenclature import Nomenclature
from sheets.accepted_labels import listes
from sheets.tab_names import LISTES
from sheets.trame import Trame


def ecrit_listes(livre: Workbook, trame: Trame, dossier: Dossier) -> dict[str, str]:
    """Write the lists → the validation formula of each column, where `{famille}`… stand for cells of the line."""
    feuille = livre.create_sheet(LISTES)
    feuille.sheet_state = "hidden"
    formules: dict[str, str] = {}
    rang = 1
    for nom, valeurs in _simples(trame, dossier).items():
        lettre = _ecrit_colonne(feuille, rang, [f"liste : {nom}", *valeurs])
        formules[nom] = f"{LISTES}!${lettre}$2:${lettre}${len(valeurs) + 1}"
        rang += 1
    n = dossier.nomenclature
    for enfant, parent, branches in (("domaine", "famille", n.domaines), ("categorie", "domaine", n.categories)):
        paires = [(p, e) for p, enfants in branches.items() for e in enfants]
        a = _ecrit_colonne(feuille, rang, [f"liste : {parent} de", *(p for p, _ in paires)])
        b = _ecrit_colonne(feuille, rang + 1, [f"liste : {enfant}", *(e for _, e in paires)])
        plage = f"{LISTES}!${a}$2:${a}${len(paires) + 1}"
        formules[enfant] = f"OFFSET({LISTES}!${b}$1,MATCH({{{parent}}},{plage},0),0,COUNTIF({plage},{{{parent}}}),1)"
        rang += 2
    formules |= _bornes(feuille, rang, n)
    feuille.protection.sheet = True
    return formules


def _simples(trame: Trame, dossier: Dossier) -> dict[str, list[str]]:
    """The labels of each list that does not depend on another column."""
    simples = {c: list(dict.fromkeys(table.values())) for c, table in listes(trame, dossier).items()}
    return simples | {"famille": list(dossier.nomenclature.familles)}


def _bornes(feuille: Worksheet, rang: int, n: Nomenclature) -> dict[str, str]:
    """The bounds of a family's performance, as formulas that look the family up."""
    lettres = [
        _ecrit_colonne(feuille, rang, ["bornes de", *n.bornes]),
        _ecrit_colonne(feuille, rang + 1, ["borne 1", *(float(b.premiere) for b in n.bornes.values())]),
        _ecrit_colonne(feuille, rang + 2, ["borne 2", *(float(b.seconde) for b in n.bornes.values())]),
    ]
    plage = f"{LISTES}!${lettres[0]}$2:${lettres[2]}${max(len(n.bornes), 1) + 1}"
    defauts = {"borne_1": n.bornes_par_defaut.premiere, "borne_2": n.bornes_par_defaut.seconde}
    return {
        nom: f"IFERROR(VLOOKUP({{famille}},{plage},{colonne},FALSE),{defaut})"
        for colonne, (nom, defaut) in enumerate(defauts.items(), 2)
    }


def _ecrit_colonne(feuille: Worksheet, rang: int, valeurs: Sequence[str | float]) -> str:
    for ligne, valeur in enumerate(valeurs, 1):
        feuille.cell(ligne, rang, valeur)
    return get_column_letter(rang)
