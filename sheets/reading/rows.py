"""A tab's raw rows → typed lines with their problems. Tells actions from blank lines, totals and stray cells.

Never judges whether a line is right: that is `sheets.judging`.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any

from config.folder import Folder
from config.french import text_key
from config.secrets import MASK, SECRET
from sheets import cells
from sheets.accepted_labels import label_lists
from sheets.cell_address import address, letter
from sheets.cells import Doubtful, Problem, Recognised
from sheets.checks import on_workbooks
from sheets.findings import Finding
from sheets.reading import sheet_xml
from sheets.reading.headings import TableHeadings, find_headings
from sheets.reading.opening import Misread, RawTab
from sheets.reading.read_tab import LineRead, TabRead
from sheets.reading.second_look import look_at_units, look_for_formulas
from sheets.reading.totals import TOTALS_CHECKED, could_be_sums, without_totals, wrong_totals
from sheets.trame import Column, Table

GAP = 20
"""After that many blank lines, a line with fewer than `GAP_VALUES` values is a stray note, not an action."""
GAP_VALUES = 3
BARE_NUMBER = "nombre-nu"
"""Code of a bare number in a column of texts or dates, until the workbook has said what it shows; never told."""
COLUMNS_LISTED = 8
"""Columns that nobody knows, past which the others are only counted."""
_1904 = 1_462
"""Days between the two calendars of Excel."""

CellReader = Callable[[object], cells.ReadValue]


@lru_cache(maxsize=4)
def cell_readers(table: Table, folder: Folder) -> dict[str, CellReader]:
    """One function per column that is read, from a raw cell to a value or a problem.

    Labels repeat from line to line: those columns remember what they have read (`typed`, for True is not 1).
    """
    tables = label_lists(table, folder)

    def cell_reader(c: Column) -> CellReader:
        if c.kind == "liste":
            return lru_cache(maxsize=4096, typed=True)(lambda raw: cells.choices(raw, tables[c.key]))
        if c.kind == "nomenclature":
            label = folder.nomenclature.label
            return lru_cache(maxsize=4096, typed=True)(lambda raw: (t := cells.text(raw)) and (label(c.key, t) or t))
        plain: dict[str, CellReader] = {
            "texte": _text,
            "euros": cells.amount,
            "nombre": cells.decimal_number,
            "entier": cells.whole_number,
            "date": _date,
        }
        return plain[c.kind]

    return {c.key: cell_reader(c) for c in table.typed_columns}


def _text(raw: object) -> cells.ReadValue:
    reading = cells.text(raw)
    return Problem(BARE_NUMBER, reading or "", "") if type(raw) is float and reading != MASK else reading


def _date(raw: object) -> cells.ReadValue:
    return Problem(BARE_NUMBER, cells.shown(raw), "") if type(raw) is float else cells.date_(raw)


def read(
    tab: RawTab,
    table: Table,
    cell_readers: Mapping[str, CellReader],
    raw_bytes: bytes,
    *,
    anyway: bool = False,
    read_again: bool = True,
) -> TabRead | None:
    """Read a tab. None when it has no headings of this trame, so it is not one of its tabs.

    A tab that cannot be judged (a column missing, twice there, in another unit) gives its lines only `anyway`.
    Raises MalLu when two of its rows bear one number, unless the tab was `read_again`: the other one is blank here.
    """
    headings = find_headings(tab.rows, table, tab.first_column, tab.first_row, tab.name)
    if headings is None:
        return None
    columns = {c: letter(tab.first_column + r) for c, r in headings.places.items()}
    heading_row = tab.first_row + headings.first
    if not (headings.usable or anyway):
        return TabRead(columns, [], 0, 0, list(headings.findings), False, heading_row)
    read_lines = _lines(tab, headings, table, cell_readers)
    _read_as_shown(read_lines, tab, headings, table, raw_bytes)
    lines, far_cells = _without_far_lines(read_lines, columns)
    empties = lines[-1].number - heading_row - len(lines) if lines else 0
    if empties and not read_again and sheet_xml.row_twice(raw_bytes, tab.name):
        raise Misread(f"Deux lignes de l'onglet « {tab.name} » portent le même numéro.")
    far_cells += _cells_beyond_headings(tab, headings)
    findings = list(headings.findings)
    sums = sheet_xml.sums(raw_bytes, tab.name, could_be_sums(lines, table, columns))
    kept_lines, totals = without_totals(lines, table, {int(where.lstrip(string.ascii_uppercase)) for where in sums})
    for line in totals:
        amount = line.values.get(table.amount)
        advice = table.total_lines.advice if table.total_lines else ""
        findings.append(on_workbooks.total_line(amount, advice, sheet=tab.name, line=line.number))
    findings += wrong_totals(kept_lines, totals[:TOTALS_CHECKED], table, columns, tab.name)
    findings += _unknown_columns(tab, headings, table)
    if far_cells:
        findings.append(on_workbooks.far_cell(far_cells, sheet=tab.name, cell=far_cells[0]))
    look_for_formulas(kept_lines, table, columns, tab.name, raw_bytes)
    refused = look_at_units(kept_lines, table, columns, tab.name, raw_bytes)
    findings += refused
    if refused and not anyway:
        return TabRead(columns, [], 0, 0, findings, False, heading_row)
    return TabRead(columns, kept_lines, empties, len(totals), findings, headings.usable and not refused, heading_row)


def _lines(
    tab: RawTab, headings: TableHeadings, table: Table, cell_readers: Mapping[str, CellReader]
) -> list[LineRead]:
    plan = [(rank, c, cell_readers[c]) for c, rank in headings.places.items() if c in cell_readers]
    # A trame has hundreds of prepared lines: those where nothing was typed are passed over in one comparison.
    typed = {c for _, c, _ in plan if table.by_key[c].is_typed}
    typed_columns = itemgetter(*(rank for rank, c, _ in plan if c in typed))
    empty = ("",) * len(typed)
    lines = []
    for number, row in enumerate(tab.rows[headings.first :], tab.first_row + headings.first + 1):
        if typed_columns(row) != empty:
            line = _read_line(number, row, plan)
            if not (typed.isdisjoint(line.values) and typed.isdisjoint(line.problems)):
                lines.append(line)
    return lines


def _read_line(number: int, row: list[Any], plan: list[tuple[int, str, CellReader]]) -> LineRead:
    values: dict[str, Any] = {}
    problems: dict[str, Problem | Recognised | Doubtful] = {}
    for rank, column, cell_reader in plan:
        raw = row[rank]
        if raw == "":
            continue
        reading = cell_reader(raw)
        if type(reading) is Problem:
            problems[column] = Problem("donnee-personnelle", MASK, "") if MASK in reading.shown else reading
        elif type(reading) is Recognised:
            problems[column], values[column] = reading, reading.label
        elif type(reading) is Doubtful:
            problems[column], values[column] = reading, reading.value
        elif reading is not None:
            values[column] = reading
            if type(reading) is str and (MASK in reading or SECRET in reading):
                problems[column] = Problem("donnee-personnelle", MASK if MASK in reading else SECRET, "")
    return LineRead(number, values, problems)


def _read_as_shown(lines: list[LineRead], tab: RawTab, headings: TableHeadings, table: Table, raw_bytes: bytes) -> None:
    """Read the bare numbers as the workbook shows them: dressed by their format, counted in its calendar."""
    bare_numbers = {
        address(tab.first_column + headings.places[c], line.number): (line, c)
        for line in lines
        for c, p in line.problems.items()
        if type(p) is Problem and p.code == BARE_NUMBER
    }
    if not bare_numbers:
        return
    raw_values = {
        where: tab.rows[line.number - tab.first_row - 1][headings.places[c]]
        for where, (line, c) in bare_numbers.items()
    }
    dates = {where for where, (_, c) in bare_numbers.items() if table.by_key[c].kind == "date"}
    date_shift = _1904 if dates and sheet_xml.dates_from_1904(raw_bytes) else 0
    shown_ones = sheet_xml.shown_texts(
        raw_bytes, tab.name, {where: n for where, n in raw_values.items() if where not in dates}
    )
    for where, (line, c) in bare_numbers.items():
        del line.problems[c]
        raw, cell_reader = (
            (raw_values[where] + date_shift, cells.date_)
            if where in dates
            else (shown_ones.get(where, raw_values[where]), cells.text)
        )
        line_read = _read_line(line.number, [raw], [(0, c, cell_reader)])
        line.values |= line_read.values
        line.problems |= line_read.problems


def _without_far_lines(lines: list[LineRead], columns: dict[str, str]) -> tuple[list[LineRead], list[str]]:
    kept_lines: list[LineRead] = []
    far_cells: list[str] = []
    for line in lines:
        filled_columns = line.values.keys() | line.problems.keys()
        is_far = kept_lines and line.number - kept_lines[-1].number > GAP
        if is_far and len(filled_columns) < GAP_VALUES:
            far_cells += [f"{columns[c]}{line.number}" for c in columns if c in filled_columns]
        else:
            kept_lines.append(line)
    return kept_lines, far_cells


def _cells_beyond_headings(tab: RawTab, headings: TableHeadings) -> list[str]:
    """Cells beyond the last heading."""
    if not tab.rows or len(tab.rows[0]) <= headings.width:  # every row of a tab is as wide
        return []
    return [
        address(tab.first_column + rank, number)
        for number, row in enumerate(tab.rows[headings.first :], tab.first_row + headings.first + 1)
        for rank, cell in enumerate(row[headings.width :], headings.width)
        if cell not in ("", None) and str(cell).strip()
    ]


def _unknown_columns(tab: RawTab, headings: TableHeadings, table: Table) -> list[Finding]:
    """The columns of the table that are not of the trame and hold something, at their heading."""
    unknown = sorted(set(range(min(headings.width, len(tab.rows[0])))) - set(headings.places.values()))
    titles, rows = tab.rows[headings.first - 1], tab.rows[headings.first :]
    filled = {c: n for c in unknown if (n := sum(row[c] not in ("", None) for row in rows))}
    listed = list(filled.items())[:COLUMNS_LISTED]
    return [
        on_workbooks.ignored_column(
            " ".join(str(titles[c] or "").split()),
            n,
            len(filled) - len(listed) if c == listed[-1][0] else 0,
            _rival(str(titles[c] or ""), [row[c] for row in rows], table),
            sheet=tab.name,
            cell=address(tab.first_column + c, tab.first_row + headings.first),
        )
        for c, n in listed
    ]


def _rival(title: str, values: list[Any], table: Table) -> str:
    """The column of amounts, by its heading, if this unknown one seems to be a second one: by its own, and its amounts."""
    known = table.by_key.get(table.amount)
    held = [v for v in values if v not in ("", None)]
    amounts = sum(isinstance(v, int | float) and abs(v) >= 1 for v in held)
    words = {word.rstrip("s") for word in re.findall(r"\w+", text_key(title))}
    return known.title if known and text_key(known.title).split()[0] in words and 2 * amounts > len(held) else ""
