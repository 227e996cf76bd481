"""The tab of one établissement: headings, drop-downs, numbered lines with their formulas, locks."""

from __future__ import annotations

from copy import copy

from openpyxl import Workbook
from openpyxl.styles import Alignment, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from config.campaign import Campaign
from config.folder import Folder
from config.french import day
from sheets.places import TabPlace
from sheets.stamp import Stamp
from sheets.trame import NUMBER, Column, Table
from sheets.writing.colours import write_colours
from sheets.writing.style import BLUE, FRAME, GREY, LIGHT_BLUE, PALE_GREY, WHITE, police, protect, set_printing, title

LINES = 300
"""Lines prepared with a number and formulas; people may go further down, everything is read all the same."""
HEADING_ROW = 4
"""Row of the headings; the data begin just below."""


def write_tab(
    book: Workbook, name: str, place: TabPlace, campaign: Campaign, stamp: Stamp, folder: Folder,
    label_lists: dict[str, str], lines: int | None = None,
) -> Worksheet:  # fmt: skip
    table = place.table
    lines = lines or LINES
    sheet: Worksheet = book.create_sheet(name)
    column_letters = {c.key: get_column_letter(rank) for rank, c in enumerate(table.columns, 1)}
    end = HEADING_ROW + lines
    ght = folder.territory.ghts[stamp.ght].name
    when = f" · situation au {day(campaign.situation)}" if campaign.exercice else ""
    title(sheet, place.name, f"{ght} · {campaign.title}{when}")
    sheet["A3"] = str(place.stamped(stamp))
    sheet["A3"].font = police(8, colour=GREY)
    _write_headings(sheet, table)
    first = HEADING_ROW + 1
    references = {c: f"${letter}{first}" for c, letter in column_letters.items()}
    for c in table.columns:
        if formula := label_lists.get(c.key):
            sheet.add_data_validation(
                _drop_down(
                    c, formula.format(**references), f"{column_letters[c.key]}{first}:{column_letters[c.key]}{end}"
                )
            )
    _write_prepared_lines(sheet, table, column_letters, campaign, lines)
    bounds = {b: label_lists[b].format(**references) for b in ("borne_1", "borne_2") if b in label_lists}
    write_colours(sheet, table, references | bounds | {"exercice": str(campaign.exercice)}, first, end)
    sheet.freeze_panes = f"{column_letters[table.beside_title]}{first}"
    sheet.auto_filter.ref = f"A{HEADING_ROW}:{get_column_letter(len(table.columns))}{end}"
    protect(sheet)
    set_printing(sheet, f"{HEADING_ROW}:{HEADING_ROW}")
    return sheet


def _write_headings(sheet: Worksheet, table: Table) -> None:
    for rank, c in enumerate(table.columns, 1):
        write_heading(sheet, HEADING_ROW, rank, c)
        column = sheet.column_dimensions[get_column_letter(rank)]
        # A style on the whole column costs nothing per cell, and holds for lines added further down.
        column.number_format = format_of(c)
        column.protection = Protection(locked=not c.is_typed)
        column.alignment = alignment_of(c)


def write_heading(sheet: Worksheet, line: int, rank: int, c: Column) -> None:
    """The heading of a column, and the width under it."""
    sheet.row_dimensions[line].height = 48
    cell = sheet.cell(line, rank, c.title)
    fill = BLUE if c.is_typed and c.required else LIGHT_BLUE if c.is_typed else GREY
    cell.fill = PatternFill("solid", start_color=fill)
    cell.font = police(bold=bool(c.required), colour=WHITE)
    cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
    cell.border = FRAME
    sheet.column_dimensions[get_column_letter(rank)].width = c.width


def format_of(c: Column) -> str:
    """The number format of a column: codes and labels are text, so that no zero is lost."""
    return "@" if c.kind in ("texte", "liste", "nomenclature") else c.format or "General"


def alignment_of(c: Column) -> Alignment:
    right = c.kind in ("euros", "nombre", "entier", "calcul")
    return Alignment(horizontal="right" if right else "left", vertical="center")


def _write_prepared_lines(
    sheet: Worksheet, table: Table, column_letters: dict[str, str], campaign: Campaign, lines: int
) -> None:
    """Numbers and formulas. One style per column, made once: styling each cell takes most of the time."""
    for rank, c in enumerate(table.columns, 1):
        if not c.formula and c.key != NUMBER:
            continue
        model_cell = sheet.cell(HEADING_ROW + 1, rank)
        model_cell.number_format, model_cell.alignment = format_of(c), alignment_of(c)
        model_cell.fill, model_cell.font = PatternFill("solid", start_color=PALE_GREY), police(colour=GREY)
        for n in range(1, lines + 1):
            references = {k: f"${letter}{HEADING_ROW + n}" for k, letter in column_letters.items()}
            references |= {"exercice": str(campaign.exercice), "total_positif": "total_positif"}
            value = f"={c.formula.format(**references)}" if c.formula else f"{n:04d}"
            sheet.cell(HEADING_ROW + n, rank, value)._style = copy(model_cell._style)  # type: ignore[attr-defined, union-attr]


def _drop_down(c: Column, formula: str, range_: str) -> DataValidation:
    """Required lists refuse what is not in them; the nomenclature only warns, as the checks do."""
    strict = c.kind == "liste"
    v = DataValidation("list", formula1=formula, allow_blank=True, errorStyle="stop" if strict else "warning")
    v.errorTitle, v.promptTitle = c.title[:32], c.title[:32]
    v.error = (
        "Choisissez une valeur de la liste." if strict else "Ce libellé n'est pas dans la nomenclature. Le garder ?"
    )
    v.prompt, v.showErrorMessage, v.showInputMessage = c.help_text[:255], True, True
    v.add(range_)
    return v
