"""A binary workbook (.xlsb) → the same values as an .xlsx, with their errors, number formats and calendar ([MS-XLSB]).

Never judges a value, nor runs a macro. calamine reads this format too, but panics on legal ones and hides errors.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from xml.etree import ElementTree as ET

from sheets.reading.opening import DAMAGED_SENTENCE, Misread
from sheets.reading.parts import PROPERTIES, Parts, Sheet
from sheets.reading.plain_package import Cell, ValuesSheet, written

ROW, STRING_ITEM, FORMAT, STYLE, SHEETS_BEGIN, BOOK, SHEET = 0, 19, 44, 47, 145, 153, 156
SHEETS_END, STYLES_BEGIN, STYLES_END = 146, 617, 618
ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
          0x2B: "#GETTING_DATA"}  # fmt: skip
BUILT_IN = {9: "0%", 10: "0.00%", 14: "dd/mm/yyyy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM",
            19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "dd/mm/yyyy h:mm", 45: "mm:ss", 46: "[h]:mm:ss",
            47: "mmss.0"}  # fmt: skip
"""The number formats that every workbook has, where they change what a number is."""
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    LookupError,
    ValueError,
    EOFError,
    NotImplementedError,
    RuntimeError,
)
"""What unpacking and taking apart a damaged part raises."""
Record = tuple[int, memoryview]
Value = Callable[[memoryview, Sequence[str]], tuple[str, str]]
"""From what follows a cell's style, with the shared texts, to its kind and its text."""


def is_binary(z: zipfile.ZipFile) -> bool:
    try:
        return Parts(z).main.lower().endswith(".bin")
    except (ET.ParseError, *DAMAGED):
        return False  # told when it is read


def as_package(z: zipfile.ZipFile) -> bytes:
    """The workbook as an .xlsx. Raises MalLu when it is damaged."""
    try:
        parts = Parts(z)
        main = parts.main
        linked = parts.links(main)
        by_kind = {link.kind: link.part for link in linked}
        texts = list(_texts(z, by_kind.get("sharedstrings", "")))
        sheets, in_1904 = _sheets(z, main, {link.ident: (link.kind, link.part) for link in linked})
        plain = [ValuesSheet(s.name, _cells(z, s.part, texts)) for s in sheets if s.part and s.kind == "worksheet"]
        own = parts.find(PROPERTIES)
        formats = _formats(z, by_kind.get("styles", ""))
        return written(plain, formats, in_1904=in_1904, properties=z.read(own) if own else b"")
    except (ET.ParseError, *DAMAGED) as fault:
        raise Misread(DAMAGED_SENTENCE) from fault


def _records(z: zipfile.ZipFile, part: str) -> Iterator[Record]:
    """(kind, content) of each record of a part. Raises IndexError when the last one is cut."""
    data = memoryview(z.read(part)) if part else memoryview(b"")
    at = 0
    while at < len(data):
        kind = data[at]
        at += 1
        if kind & 0x80:
            kind = kind & 0x7F | data[at] << 7
            at += 1
        size = shift = 0
        while True:
            byte = data[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80 or shift > 21:
                break
        if at + size > len(data):
            raise IndexError("a record goes beyond its part")
        yield kind, data[at : at + size]
        at += size


def _text(data: memoryview) -> str:
    """A text with its length before it; "" for the one that is said to be none."""
    (length,) = struct.unpack_from("<I", data)
    return "" if length == 0xFFFFFFFF else bytes(data[4 : 4 + 2 * length]).decode("utf-16-le", "replace")


def _sheets(z: zipfile.ZipFile, main: str, links: Mapping[str, tuple[str, str]]) -> tuple[list[Sheet], bool]:
    """The sheets listed, in order, and whether days are counted from 1904."""
    found, in_1904 = [], False
    for kind, data in _records(z, main):
        if kind == BOOK:
            in_1904 = bool(data[0] & 1)
        elif kind == SHEET:
            ident = _text(data[8:])
            name = _text(data[12 + 2 * len(ident) :])
            found.append(Sheet(name, ident, *links.get(ident, ("", ""))))
    return found, in_1904


def _texts(z: zipfile.ZipFile, part: str) -> Iterator[str]:
    return (_text(data[1:]) for kind, data in _records(z, part) if kind == STRING_ITEM)


def _formats(z: zipfile.ZipFile, part: str) -> list[str]:
    """The number format of each style of a cell."""
    own: dict[int, str] = {}
    styles: list[str] = []
    of_cells = False
    for kind, data in _records(z, part):
        if kind == FORMAT:
            own[struct.unpack_from("<H", data)[0]] = _text(data[2:])
        elif kind in (STYLES_BEGIN, STYLES_END):
            of_cells = kind == STYLES_BEGIN
        elif kind == STYLE and of_cells:
            number = struct.unpack_from("<H", data, 2)[0]
            styles.append(own.get(number) or BUILT_IN.get(number, ""))
    return styles


def _rk(data: memoryview, _: Sequence[str]) -> tuple[str, str]:
    """A number in four bytes: whole or the top of a float, in hundredths or not."""
    (packed,) = struct.unpack_from("<i", data)
    number = packed >> 2 if packed & 2 else struct.unpack("<d", struct.pack("<q", (packed & ~3) << 32))[0]
    return "n", repr(number / 100 if packed & 1 else number)


def _error(data: memoryview, _: Sequence[str]) -> tuple[str, str]:
    return "e", ERRORS.get(data[0], "#ERREUR")


def _truth(data: memoryview, _: Sequence[str]) -> tuple[str, str]:
    return "b", str(int(data[0] != 0))


def _real(data: memoryview, _: Sequence[str]) -> tuple[str, str]:
    return "n", repr(struct.unpack_from("<d", data)[0])


def _own_text(data: memoryview, _: Sequence[str]) -> tuple[str, str]:
    return "str", _text(data)


def _shared_text(data: memoryview, texts: Sequence[str]) -> tuple[str, str]:
    return "str", texts[struct.unpack_from("<I", data)[0]]


def _rich_text(data: memoryview, _: Sequence[str]) -> tuple[str, str]:
    return "str", _text(data[1:])


BLANK, SHORT = 1, 11
"""A short cell says no column: it stands behind the one before, and its kind is that of the long one and 11 more."""
VALUES: Mapping[int, Value] = {
    2: _rk, 3: _error, 4: _truth, 5: _real, 6: _own_text, 7: _shared_text,
    8: _own_text, 9: _real, 10: _truth, 11: _error, 62: _rich_text,
}  # fmt: skip
"""What each kind of cell holds: typed, then given by a formula, then a text of several fonts."""
SHORTS = {kind + SHORT: kind for kind in range(BLANK, 8)}


def _cells(z: zipfile.ZipFile, part: str, texts: Sequence[str]) -> Iterator[Cell]:
    row = column = -1
    inside = False
    for kind, record in _records(z, part):
        if kind in (SHEETS_BEGIN, SHEETS_END):
            inside = kind == SHEETS_BEGIN
        elif not inside:
            continue
        elif kind == ROW:
            (row,), column = struct.unpack_from("<I", record), -1
        elif kind == BLANK or kind in VALUES or kind in SHORTS:
            short = kind in SHORTS
            column = column + 1 if short else struct.unpack_from("<I", record)[0]
            data = record if short else record[4:]
            if read := VALUES.get(SHORTS.get(kind, kind)):
                style = struct.unpack_from("<I", data)[0] & 0xFFFFFF
                yield Cell(row, column, *read(data[4:], texts), style)
