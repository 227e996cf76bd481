"""A workbook of Excel 2 to 2003 (.xls) → the same values as an .xlsx, with their errors, number formats and calendar.

Never judges a value, nor runs a macro. xlrd reads: it tells an error from a blank, and gives the number formats.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import xlrd
from xlrd.book import Book
from xlrd.sheet import Sheet as OldSheet

from sheets.reading.opening import DAMAGED_SENTENCE, Misread
from sheets.reading.plain_package import Cell, ValuesSheet, written

KINDS = {xlrd.XL_CELL_NUMBER: "n", xlrd.XL_CELL_DATE: "n", xlrd.XL_CELL_BOOLEAN: "b", xlrd.XL_CELL_TEXT: "str"}


def as_package(raw_bytes: bytes) -> bytes:
    """The workbook as an .xlsx. Raises MalLu when it is damaged."""
    try:
        book = _opened(raw_bytes)
        formats = [_format(book, xf.format_key) for xf in book.xf_list]
        sheets = [ValuesSheet(s.name, _cells(s)) for s in book.sheets()]
        return written(sheets, formats, in_1904=bool(book.datemode))
    except MemoryError:
        raise
    except Exception as fault:  # whatever records that lie make of it
        raise Misread(DAMAGED_SENTENCE) from fault


def is_locked(raw_bytes: bytes) -> bool:
    """Whether the workbook is encrypted."""
    try:
        _opened(raw_bytes, on_demand=True)
    except xlrd.XLRDError as fault:
        return "encrypted" in str(fault)
    except Exception:  # told when it is read
        return False
    return False


def _opened(raw_bytes: bytes, *, on_demand: bool = False) -> Book:
    return xlrd.open_workbook(
        file_contents=raw_bytes, logfile=io.StringIO(), formatting_info=True, ragged_rows=True, on_demand=on_demand,
        ignore_workbook_corruption=True,
    )  # fmt: skip


def _format(book: Book, key: int) -> str:
    found = book.format_map.get(key)
    return found.format_str if found and found.format_str != "General" else ""


def _cells(sheet: OldSheet) -> Iterator[Cell]:
    for row in range(sheet.nrows):
        styles = sheet.row_slice(row)
        for column, cell in enumerate(styles):
            if cell.ctype in KINDS:
                text = cell.value if isinstance(cell.value, str) else repr(cell.value)
                yield Cell(row, column, KINDS[cell.ctype], text, cell.xf_index or 0)
            elif cell.ctype == xlrd.XL_CELL_ERROR:
                yield Cell(row, column, "e", xlrd.error_text_from_code.get(cell.value, "#N/A"), cell.xf_index or 0)
