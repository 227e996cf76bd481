"""Writes known lines into a blank tab: those carried over from a campaign, those taken from a damaged file.

Numbers the prepared lines that are left with numbers nobody has. Never decides which lines.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

from openpyxl.styles import PatternFill, Protection
from openpyxl.worksheet.worksheet import Worksheet

from sheets.trame import Column, Table
from sheets.writing.safe_cells import Value, add_note, case, put
from sheets.writing.style import PALE_BLUE
from sheets.writing.tab import HEADING_ROW, alignment_of, format_of


@dataclass(frozen=True, slots=True)
class ReadyLine:
    """A line to write: its number, its cells by column, and, when it is carried over, what to say of it."""

    action_id: str
    cell_values: Mapping[str, Value]
    carried_note: str = ""


def write_lines(sheet: Worksheet, table: Table, lines: Sequence[ReadyLine], taken: Collection[str] = ()) -> None:
    """Write the lines below one another; no line left bears a number of theirs, or one of `taken`."""
    rows = {c.key: rank for rank, c in enumerate(table.columns, 1)}
    for number, line in enumerate(lines, HEADING_ROW + 1):
        for key, value in line.cell_values.items():
            _write_cell(sheet, number, rows[key], table.by_key[key], value)
        put(case(sheet, number, rows["action_id"]), line.action_id)
        if line.carried_note:
            _mark_carried_line(sheet, number, table, line.carried_note)
    borne = {line.action_id for line in lines} | set(taken)
    free_numbers = (n for rank in range(1, 10**6) if (n := f"{rank:04d}") not in borne)
    for number in range(HEADING_ROW + 1 + len(lines), sheet.max_row + 1):
        put(case(sheet, number, rows["action_id"]), next(free_numbers))


def _write_cell(sheet: Worksheet, number: int, rank: int, c: Column, value: Value) -> None:
    """A value in the look of its column, open to typing."""
    cell = put(case(sheet, number, rank), value)
    if not cell.is_date or c.kind == "date":
        cell.number_format = format_of(c)
    cell.alignment, cell.protection = copy(alignment_of(c)), Protection(locked=not c.is_typed)


def _mark_carried_line(sheet: Worksheet, number: int, table: Table, said: str) -> None:
    """A line carried over is blue and locked: the known value counts, whatever would be typed over it."""
    for rank in range(1, len(table.columns) + 1):
        cell = case(sheet, number, rank)
        cell.fill, cell.protection = PatternFill("solid", start_color=PALE_BLUE), Protection(locked=True)
    add_note(case(sheet, number, 1), said)
