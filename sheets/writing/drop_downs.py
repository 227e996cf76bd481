"""The hidden tab that feeds the drop-downs and the bounds; and the formulas that read it."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from config.folder import Folder
from config.nomenclature import Nomenclature
from sheets.accepted_labels import label_lists
from sheets.tab_names import LISTS_TAB
from sheets.trame import Trame


def write_lists(book: Workbook, trame: Trame, folder: Folder) -> dict[str, str]:
    """Write the lists → the validation formula of each column, where `{famille}`… stand for cells of the line."""
    sheet = book.create_sheet(LISTS_TAB)
    sheet.sheet_state = "hidden"
    formulas: dict[str, str] = {}
    rank = 1
    for name, values in _plain_lists(trame, folder).items():
        letter = _write_column(sheet, rank, [f"liste : {name}", *values])
        formulas[name] = f"{LISTS_TAB}!${letter}$2:${letter}${len(values) + 1}"
        rank += 1
    n = folder.nomenclature
    for child, parent, branches in (("domaine", "famille", n.domaines), ("categorie", "domaine", n.categories)):
        pairs = [(p, e) for p, children in branches.items() for e in children]
        a = _write_column(sheet, rank, [f"liste : {parent} de", *(p for p, _ in pairs)])
        b = _write_column(sheet, rank + 1, [f"liste : {child}", *(e for _, e in pairs)])
        range_ = f"{LISTS_TAB}!${a}$2:${a}${len(pairs) + 1}"
        formulas[child] = (
            f"OFFSET({LISTS_TAB}!${b}$1,MATCH({{{parent}}},{range_},0),0,COUNTIF({range_},{{{parent}}}),1)"
        )
        rank += 2
    formulas |= _bounds(sheet, rank, n)
    sheet.protection.sheet = True
    return formulas


def _plain_lists(trame: Trame, folder: Folder) -> dict[str, list[str]]:
    """The labels of each list that does not depend on another column."""
    plain = {c: list(dict.fromkeys(table.values())) for c, table in label_lists(trame, folder).items()}
    return plain | {"famille": list(folder.nomenclature.familles)}


def _bounds(sheet: Worksheet, rank: int, n: Nomenclature) -> dict[str, str]:
    """The bounds of a family's performance, as formulas that look the family up."""
    column_letters = [
        _write_column(sheet, rank, ["bornes de", *n.bounds]),
        _write_column(sheet, rank + 1, ["borne 1", *(float(b.first) for b in n.bounds.values())]),
        _write_column(sheet, rank + 2, ["borne 2", *(float(b.second) for b in n.bounds.values())]),
    ]
    range_ = f"{LISTS_TAB}!${column_letters[0]}$2:${column_letters[2]}${max(len(n.bounds), 1) + 1}"
    defaults = {"borne_1": n.default_bounds.first, "borne_2": n.default_bounds.second}
    return {
        name: f"IFERROR(VLOOKUP({{famille}},{range_},{column},FALSE),{default})"
        for column, (name, default) in enumerate(defaults.items(), 2)
    }


def _write_column(sheet: Worksheet, rank: int, values: Sequence[str | float]) -> str:
    for line, value in enumerate(values, 1):
        sheet.cell(line, rank, value)
    return get_column_letter(rank)
