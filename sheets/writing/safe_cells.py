"""Writes what came from a person's file, or may quote it, into a cell of ours. Never lets it become a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from math import ceil

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.comments import Comment
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

Value = str | int | float | Decimal | date | None
DANGEROUS_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""
LONGEST_TEXT = 32_000
"""Characters in a cell; Excel refuses a workbook that has more than 32 767 of them in one."""
_ESCAPE = re.compile("_x[0-9A-Fa-f]{4}_")
"""How Excel writes a sign that XML cannot carry; typed as such, it must be escaped or it is read as the sign."""
_SURROGATES = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """The text without what XML cannot carry."""
    return _SURROGATES.sub("", ILLEGAL_CHARACTERS_RE.sub("", text))[:LONGEST_TEXT]


def case(sheet: Worksheet, line: int, column: int) -> Cell:
    """The cell at a row and a column counted from 1; never one swallowed by a merge, we write none there."""
    cell = sheet.cell(line, column)
    assert isinstance(cell, Cell)
    return cell


def put(cell: Cell, value: Value) -> Cell:
    """Write a value as it is. A text is a text, whatever it begins with, and stays one when the cell is edited."""
    if not isinstance(value, str):
        cell.value = value
        return cell
    cell.value = _ESCAPE.sub(r"_x005F\g<0>", clean(value))
    cell.data_type = "s"
    if value.startswith(DANGEROUS_STARTS):
        cell.quotePrefix = True
    return cell


def lie(cell: Cell, sheet: str, address: str) -> None:
    """Make of a cell a link to another one of the same workbook."""
    target = "'" + sheet.replace("'", "''") + f"'!{address}"
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=target)


NOTE_WIDTH, NOTE_CHARACTERS, NOTE_LINE_HEIGHT = 360, 52, 17
"""A note in pixels, the characters in one of its lines, and the height of a line."""


def add_note(cell: Cell, text: str) -> None:
    """Put a note on a cell, large enough to be read whole."""
    note = Comment(clean(text)[:4_000], "Vigie")
    note.width = NOTE_WIDTH
    note.height = NOTE_LINE_HEIGHT * (lines(text[:4_000], NOTE_CHARACTERS) + 1)
    cell.comment = note


def lines(text: str, width: float) -> int:
    """How many lines a text takes when it is wrapped at `width` characters."""
    return sum(max(1, ceil(len(part) / width)) for part in text.split("\n"))


def row_height(texts: Iterable[tuple[str, float]], mini: float = 15.0) -> float:
    """The height in points of a row whose wrapped texts have these widths, in characters."""
    tallest = max((lines(t, max(large * 1.05, 1)) for t, large in texts), default=1)
    return min(409.0, max(mini, 13.5 * tallest + 3))
