"""The hidden tab that feeds the drop-downs and the bounds; and the formulas that read it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from config.folder import Folder
from config.nomenclature import LEVELS, Nomenclature
from sheets.accepted_labels import label_lists
from sheets.tab_names import LISTS_TAB
from sheets.trame import Table, Trame


def write_lists(book: Workbook, trame: Trame, folder: Folder) -> dict[str, dict[str, str]]:
    """Write the lists → by table, the validation formula of each column, where `{parent}`… stand for cells of the line."""
    sheet = book.create_sheet(LISTS_TAB)
    sheet.sheet_state = "hidden"
    rank, formulas = 1, {}
    for table in trame.tables:
        formulas[table.code], rank = _lists_of(sheet, rank, table, folder)
    sheet.protection.sheet = True
    return formulas


def _lists_of(sheet: Worksheet, rank: int, table: Table, folder: Folder) -> tuple[dict[str, str], int]:
    """The formulas of one table, and the rank of the first free column."""
    formulas: dict[str, str] = {}
    levels = [level for level in LEVELS if level in table.by_key]
    plain = {c: list(dict.fromkeys(labels.values())) for c, labels in label_lists(table, folder).items()}
    n = folder.nomenclature
    for name, values in (plain | {level: list(n.familles) for level in levels[:1]}).items():
        letter = _write_column(sheet, rank, [f"liste : {name}", *values])
        formulas[name] = f"{LISTS_TAB}!${letter}$2:${letter}${len(values) + 1}"
        rank += 1
    for parent, child in pairwise(levels):
        pairs = [(p, e) for p, children in n.children(parent).items() for e in children]
        a = _write_column(sheet, rank, [f"liste : {parent} de", *(p for p, _ in pairs)])
        b = _write_column(sheet, rank + 1, [f"liste : {child}", *(e for _, e in pairs)])
        range_ = f"{LISTS_TAB}!${a}$2:${a}${len(pairs) + 1}"
        formulas[child] = (
            f"OFFSET({LISTS_TAB}!${b}$1,MATCH({{{parent}}},{range_},0),0,COUNTIF({range_},{{{parent}}}),1)"
        )
        rank += 2
    if levels:
        formulas |= _bounds(sheet, rank, n, levels[0])
        rank += 3
    return formulas, rank


def _bounds(sheet: Worksheet, rank: int, n: Nomenclature, level: str) -> dict[str, str]:
    """The bounds of a family, as formulas that look it up."""
    column_letters = [
        _write_column(sheet, rank, ["bornes de", *n.bounds]),
        _write_column(sheet, rank + 1, ["borne 1", *(float(b.first) for b in n.bounds.values())]),
        _write_column(sheet, rank + 2, ["borne 2", *(float(b.second) for b in n.bounds.values())]),
    ]
    range_ = f"{LISTS_TAB}!${column_letters[0]}$2:${column_letters[2]}${max(len(n.bounds), 1) + 1}"
    defaults = {"borne_1": n.default_bounds.first, "borne_2": n.default_bounds.second}
    return {
        name: f"IFERROR(VLOOKUP({{{level}}},{range_},{column},FALSE),{default})"
        for column, (name, default) in enumerate(defaults.items(), 2)
    }


def _write_column(sheet: Worksheet, rank: int, values: Sequence[str | float]) -> str:
    for line, value in enumerate(values, 1):
        sheet.cell(line, rank, value)
    return get_column_letter(rank)
