"""The tab « Ce qui a changé » of a clean trame: every difference with the person's file, what asks for work first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from config.french import compte
from sheets.repairing.what_changed import ORDRE, Changement, Nature
from sheets.tab_names import PAGE
from sheets.writing.safe_cells import case, hauteur, pose
from sheets.writing.style import (
    BLANC,
    BLEU,
    BLEU_PALE,
    CADRE,
    GRIS_PALE,
    ORANGE_PALE,
    ROUGE_PALE,
    imprime,
    police,
    titre,
)

PREMIERE = 14
"""The table begins below the rows where a stamp is looked for: what a cell said is never taken for one."""
LARGEURS = (17, 76, 36, 16, 44)
TITRES = ("", "Ce qui diffère", "Onglet de votre fichier", "Cellule", "Ce qui y était")
FONDS = {
    Nature.CORRIGER: ROUGE_PALE,
    Nature.LAISSE: ORANGE_PALE,
    Nature.COMPRIS: BLEU_PALE,
    Nature.NEUF: GRIS_PALE,
}
SENS = {
    Nature.CORRIGER: "à corriger ici : la valeur est reprise telle quelle, ou la cellule est vide",
    Nature.LAISSE: "pas repris : c'est dans votre ancien fichier ; recopiez ce dont vous avez besoin",
    Nature.COMPRIS: "repris : vérifiez que c'est bien ce que vous vouliez dire",
    Nature.NEUF: "remis comme dans la trame d'origine : rien à faire",
}


def ecrit_la_page(livre: Workbook, changements: Sequence[Changement]) -> None:
    """Add the tab at the end of what is seen, and open the workbook on it. It is not read back; it may be deleted."""
    feuille: Worksheet = livre.create_sheet(PAGE, index=len(livre.sheetnames) - 1)
    titre(
        feuille,
        "Ce qui a changé",
        "Cette trame est propre et vos valeurs y sont. Remplissez-la à la place de l'ancienne.",
    )
    feuille["A3"] = "Cet onglet n'est pas lu : vous pouvez le supprimer quand vous l'avez lu."
    feuille["A3"].font = police(10, gras=True)
    feuille.sheet_view.showGridLines = False
    for lettre, largeur in zip("ABCDE", LARGEURS, strict=True):
        feuille.column_dimensions[lettre].width = largeur
    combien = Counter(c.nature for c in changements)
    for ligne, nature in enumerate(sorted(combien, key=ORDRE.__getitem__), 5):
        case(feuille, ligne, 1).fill = PatternFill("solid", start_color=FONDS[nature])
        case(feuille, ligne, 1).border = CADRE
        pose(case(feuille, ligne, 1), nature.value).font = police(gras=True)
        case(feuille, ligne, 2).value = f"{compte(combien[nature], 'point')} — {SENS[nature]}."
    _rangee(feuille, PREMIERE - 1, TITRES, BLEU, BLANC)
    for ligne, c in enumerate(changements, PREMIERE):
        _rangee(feuille, ligne, (c.nature.value, c.texte, c.feuille, c.cellule, c.valeur), FONDS[c.nature], "")
    feuille.freeze_panes = f"A{PREMIERE}"
    feuille.auto_filter.ref = f"A{PREMIERE - 1}:E{PREMIERE - 1 + len(changements)}"
    imprime(feuille, f"{PREMIERE - 1}:{PREMIERE - 1}")
    feuille.page_setup.paperSize = feuille.PAPERSIZE_A4
    livre.active = livre.index(feuille)


def _rangee(feuille: Worksheet, ligne: int, textes: Sequence[str], fond: str, encre: str) -> None:
    for rang, texte in enumerate(textes, 1):
        cellule = pose(case(feuille, ligne, rang), texte or None)
        cellule.alignment, cellule.border = Alignment(wrap_text=True, vertical="top"), CADRE
        if encre:
            cellule.font = police(gras=True, couleur=encre)
        if encre or rang == 1:
            cellule.fill = PatternFill("solid", start_color=fond)
    feuille.row_dimensions[ligne].height = hauteur(zip(textes, LARGEURS, strict=True), 16)
