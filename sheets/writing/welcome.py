"""The first tab: instructions, what the colours mean, what is asked once, and what each tab already adds up to."""

from __future__ import annotations

from typing import NamedTuple

from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from config.campaign import Campaign
from config.folder import Folder
from config.french import day
from sheets import first_tab
from sheets.places import TabPlace
from sheets.stamp import Stamp
from sheets.trame import EURO_FORMAT, Table, Trame
from sheets.writing.style import (
    BLUE,
    FRAME,
    GREY,
    ORANGE_PALE,
    PALE_RED,
    PALE_YELLOW,
    WHITE,
    police,
    protect,
    set_printing,
    title,
)
from sheets.writing.tab import HEADING_ROW


def write_first_tab(
    sheet: Worksheet, trame: Trame, campaign: Campaign, stamp: Stamp, folder: Folder,
    tabs: list[tuple[TabPlace, Worksheet]],
) -> None:  # fmt: skip
    ght = folder.territory.ghts[stamp.ght].name
    dates = (
        ""
        if trame.is_permanent
        else f" · situation au {day(campaign.situation)} · à remettre le {day(campaign.deadline)} au plus tard"
    )
    title(sheet, f"{trame.title} — {ght}", f"{campaign.title.capitalize()}{dates}")
    sheet["A3"] = str(stamp)
    sheet["A3"].font = police(8, colour=GREY)
    sheet.sheet_view.showGridLines = False
    for letter, width in zip("ABCDEFG", (13, 46, 20, 15, 19, 12, 30), strict=True):
        sheet.column_dimensions[letter].width = width
    line = 5
    for rank, instruction in enumerate(trame.instructions, 1):
        line = _write_paragraph(sheet, line, f"{rank}.", instruction)
    line = _write_legend(sheet, line + 1, trame, folder)
    for label, help_text in first_tab.HINTS.items():
        if label == first_tab.HANDED_IN_LABEL and trame.is_permanent:
            continue
        sheet.cell(line, 1, label).font = police(bold=True)
        _open_to_typing(sheet, line, 3)
        sheet.merge_cells(start_row=line, start_column=3, end_row=line, end_column=4)
        sheet.cell(line, 5, help_text).font = police(9, italic=True, colour=GREY)
        if label == first_tab.HANDED_IN_LABEL:
            _yes_drop_down(sheet, f"C{line}", "non")
        line += 1
    if trame.tab_for == "etablissement":
        _write_table(sheet, line + 1, campaign, folder, tabs)
    protect(sheet)
    set_printing(sheet)


def _write_paragraph(sheet: Worksheet, line: int, bullet: str, text: str) -> int:
    sheet.cell(line, 1, bullet).alignment = Alignment(horizontal="right", vertical="top")
    sheet.merge_cells(start_row=line, start_column=2, end_row=line, end_column=7)
    cell = sheet.cell(line, 2, text)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.row_dimensions[line].height = 15 * (1 + len(text) // 150)
    return line + 1


def _write_legend(sheet: Worksheet, line: int, trame: Trame, folder: Folder) -> int:
    legend = trame.legend(folder)
    colours = ((PALE_RED, legend.struck), (ORANGE_PALE, legend.to_explain), (PALE_YELLOW, legend.blank))
    for colour, text in colours:
        next_one = _write_paragraph(sheet, line, "", text)
        sheet.cell(line, 1).fill = PatternFill("solid", start_color=colour)
        sheet.cell(line, 1).border = FRAME
        line = next_one
    return line + 1


def _open_to_typing(sheet: Worksheet, line: int, column: int) -> None:
    cell = sheet.cell(line, column)
    cell.fill, cell.border = PatternFill("solid", start_color=PALE_YELLOW), FRAME
    cell.protection = Protection(locked=False)


def _yes_drop_down(sheet: Worksheet, range_: str, *others: str) -> None:
    v = DataValidation("list", formula1=f'"{",".join((first_tab.YES, *others))}"', allow_blank=True)
    v.add(range_)
    sheet.add_data_validation(v)


class _Added(NamedTuple):
    """What each tab adds up to, shown beside it: a function of Excel over one of its columns."""

    title: str
    column: str
    function: str
    number_format: str


def _added(table: Table) -> list[_Added]:
    """The headline, where a column of the table computes it; how many lines there are."""
    lines = _Added(table.title, table.amount or table.titled_by, "COUNTA", "General")
    if table.headline not in table.by_key:
        return [lines]
    return [_Added(table.by_key[table.headline].title, table.headline, "SUM", EURO_FORMAT), lines]


def _range(place: TabPlace, tab: Worksheet, column: str) -> str:
    """A column of a tab, below its heading."""
    letter = get_column_letter([c.key for c in place.table.columns].index(column) + 1)
    return f"{quote_sheetname(tab.title)}!${letter}${HEADING_ROW + 1}:${letter}${tab.max_row}"


def _write_table(
    sheet: Worksheet, line: int, campaign: Campaign, folder: Folder,
    tabs: list[tuple[TabPlace, Worksheet]],
) -> None:  # fmt: skip
    """What is asked once per établissement, and what its tab already adds up to."""
    table, added = tabs[0][0].table, _added(tabs[0][0].table)
    titles = (first_tab.FINESS, "Établissement", first_tab.PURCHASES, first_tab.NEANT, *(a.title for a in added))
    for rank, name in enumerate(titles, 1):
        cell = sheet.cell(line, rank, name)
        cell.fill = PatternFill("solid", start_color=BLUE if rank in (3, 4) else GREY)
        cell.font, cell.border = police(bold=True, colour=WHITE), FRAME
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
    sheet.row_dimensions[line].height = 34
    formats = {1: "@", 3: EURO_FORMAT} | {rank: a.number_format for rank, a in enumerate(added, 5)}
    first = line + 1
    for place, tab in tabs:
        line += 1
        sums = (f"={a.function}({_range(place, tab, a.column)})" for a in added)
        values = (place.finess, place.whose, _total_purchases(folder, place.finess, campaign), None, *sums)
        for rank, value in enumerate(values, 1):
            cell = sheet.cell(line, rank, value)
            cell.border = FRAME
            cell.number_format = formats.get(rank, "General")
        for rank in (3, 4):
            _open_to_typing(sheet, line, rank)
        sheet.cell(line, 2).hyperlink = f"#{quote_sheetname(tab.title)}!A{HEADING_ROW + 1}"
        sheet.cell(line, 2).font = Font(name="Calibri", size=10, color=BLUE, underline="single")
    _yes_drop_down(sheet, f"D{first}:D{line}")
    sheet.cell(line + 1, 2, "Total").font = police(bold=True)
    for rank, a in enumerate(added, 5):
        letter = get_column_letter(rank)
        cell = sheet.cell(line + 1, rank, f"=SUM({letter}{first}:{letter}{line})")
        cell.font, cell.border, cell.number_format = police(bold=True), FRAME, a.number_format
    if table.headline in table.by_key:
        _write_positive(sheet, line + 2, tabs)


def _write_positive(sheet: Worksheet, line: int, tabs: list[tuple[TabPlace, Worksheet]]) -> None:
    """What the headlines above 0 add up to, under the name that the formulas of the tabs know it by."""
    terms = (f'SUMIF({_range(place, tab, place.table.headline)},">0")' for place, tab in tabs)
    sheet.cell(line, 2, "dont montants positifs (base des poids)").font = police(9, italic=True, colour=GREY)
    sheet.cell(line, 5, "=" + "+".join(terms)).number_format = EURO_FORMAT
    assert sheet.parent is not None
    sheet.parent.defined_names["total_positif"] = DefinedName(
        "total_positif", attr_text=f"{quote_sheetname(sheet.title)}!$E${line}"
    )


def _total_purchases(folder: Folder, finess: str, campaign: Campaign) -> float | None:
    cents = folder.purchases.get((finess, campaign.exercice))
    return cents / 100 if cents else None
