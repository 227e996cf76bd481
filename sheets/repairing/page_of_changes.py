"""The tab « Ce qui a changé » of a clean trame: every difference with the person's file, what asks for work first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from config.french import count_words
from sheets.repairing.what_changed import ORDER, Change, Nature
from sheets.tab_names import PAGE
from sheets.writing.safe_cells import case, put, row_height
from sheets.writing.style import (
    BLUE,
    FRAME,
    ORANGE_PALE,
    PALE_BLUE,
    PALE_GREY,
    PALE_RED,
    WHITE,
    police,
    set_printing,
    title,
)

FIRST_ROW = 14
"""The table begins below the rows where a stamp is looked for: what a cell said is never taken for one."""
WIDTHS = (17, 76, 36, 16, 44)
TITLES = ("", "Ce qui diffère", "Onglet de votre fichier", "Cellule", "Ce qui y était")
FILLS = {
    Nature.TO_MEND: PALE_RED,
    Nature.LEFT_ASIDE: ORANGE_PALE,
    Nature.UNDERSTOOD_SO: PALE_BLUE,
    Nature.RENEWED: PALE_GREY,
}
EXPLANATIONS = {
    Nature.TO_MEND: "à corriger ici : la valeur est reprise telle quelle, ou la cellule est vide",
    Nature.LEFT_ASIDE: "pas repris : c'est dans votre ancien fichier ; recopiez ce dont vous avez besoin",
    Nature.UNDERSTOOD_SO: "repris : vérifiez que c'est bien ce que vous vouliez dire",
    Nature.RENEWED: "remis comme dans la trame d'origine : rien à faire",
}


def write_page_of_changes(book: Workbook, changes: Sequence[Change]) -> None:
    """Add the tab at the end of what is seen, and open the workbook on it. It is not read back; it may be deleted."""
    sheet: Worksheet = book.create_sheet(PAGE, index=len(book.sheetnames) - 1)
    title(
        sheet,
        "Ce qui a changé",
        "Cette trame est propre et vos valeurs y sont. Remplissez-la à la place de l'ancienne.",
    )
    sheet["A3"] = "Cet onglet n'est pas lu : vous pouvez le supprimer quand vous l'avez lu."
    sheet["A3"].font = police(10, bold=True)
    sheet.sheet_view.showGridLines = False
    for letter, width in zip("ABCDE", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    how_many = Counter(c.nature for c in changes)
    for line, nature in enumerate(sorted(how_many, key=ORDER.__getitem__), 5):
        case(sheet, line, 1).fill = PatternFill("solid", start_color=FILLS[nature])
        case(sheet, line, 1).border = FRAME
        put(case(sheet, line, 1), nature.value).font = police(bold=True)
        case(sheet, line, 2).value = f"{count_words(how_many[nature], 'point')} — {EXPLANATIONS[nature]}."
    _write_row(sheet, FIRST_ROW - 1, TITLES, BLUE, WHITE)
    for line, c in enumerate(changes, FIRST_ROW):
        _write_row(sheet, line, (c.nature.value, c.text, c.sheet, c.cell, c.value), FILLS[c.nature], "")
    sheet.freeze_panes = f"A{FIRST_ROW}"
    sheet.auto_filter.ref = f"A{FIRST_ROW - 1}:E{FIRST_ROW - 1 + len(changes)}"
    set_printing(sheet, f"{FIRST_ROW - 1}:{FIRST_ROW - 1}")
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    book.active = book.index(sheet)


def _write_row(sheet: Worksheet, line: int, texts: Sequence[str], fill: str, ink: str) -> None:
    for rank, text in enumerate(texts, 1):
        cell = put(case(sheet, line, rank), text or None)
        cell.alignment, cell.border = Alignment(wrap_text=True, vertical="top"), FRAME
        if ink:
            cell.font = police(bold=True, colour=ink)
        if ink or rank == 1:
            cell.fill = PatternFill("solid", start_color=fill)
    sheet.row_dimensions[line].height = row_height(zip(texts, WIDTHS, strict=True), 16)
