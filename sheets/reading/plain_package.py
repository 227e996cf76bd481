"""Writes an .xlsx that holds values alone, for workbooks of other formats to be read by the one reader there is.

Never decides what a value means: type, style and address are those of the workbook it came from.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from sheets.cell_address import address

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold, however it is written."""


class Cell(NamedTuple):
    """A value at its place, from 0. `kind` is Excel's own: n, b (1 or 0), e (the error), str (a text)."""

    row: int
    column: int
    kind: str
    text: str
    style: int = 0


class ValuesSheet(NamedTuple):
    name: str
    cells: Iterable[Cell]
    """Row by row, from left to right."""


def written(sheets: Sequence[ValuesSheet], formats: Sequence[str], *, in_1904: bool, properties: bytes = b"") -> bytes:
    """The workbook's bytes. `formats` gives the number format of each style, "" for none; `properties` are XML."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as z:
        names, links = [], []
        for rank, sheet in enumerate(sheets, 1):
            with z.open(f"xl/worksheets/sheet{rank}.xml", "w") as part:
                _write_cells(part, sheet.cells)
            names.append(f'<sheet name={_attribute(sheet.name)} sheetId="{rank}" r:id="rId{rank}"/>')
            links.append(link(f"rId{rank}", "worksheet", f"worksheets/sheet{rank}.xml"))
        links.append(link("styles", "styles", "styles.xml"))
        book = f'<workbookPr date1904="{int(in_1904)}"/><sheets>{"".join(names)}</sheets>'
        z.writestr("xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{book}</workbook>')
        z.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{PACKAGE}">{"".join(links)}</Relationships>')
        z.writestr("xl/styles.xml", _styles(formats))
        z.writestr("docProps/custom.xml", properties)
        z.writestr("_rels/.rels", f'<Relationships xmlns="{PACKAGE}">{link("rId1", "officeDocument", "xl/workbook.xml")}</Relationships>')  # fmt: skip
    return out.getvalue()


def _write_cells(part: IO[bytes], cells: Iterable[Cell]) -> None:
    part.write(f'<worksheet xmlns="{MAIN}"><sheetData>'.encode())
    row = -1
    for cell in cells:
        if cell.row != row:
            part.write(f'{"</row>" if row >= 0 else ""}<row r="{cell.row + 1}">'.encode())
            row = cell.row
        part.write("".join(_cell(cell)).encode())
    part.write(f"{'</row>' if row >= 0 else ''}</sheetData></worksheet>".encode())


def _cell(cell: Cell) -> Iterator[str]:
    yield f'<c r="{address(cell.column, cell.row + 1)}" s="{cell.style}" t="{cell.kind}">'
    yield f"<v>{escape(_FORBIDDEN.sub(' ', cell.text))}</v></c>"


def link(ident: str, kind: str, target: str) -> str:
    return f'<Relationship Id={quoteattr(ident)} Type="{OFFICE}/{kind}" Target="{target}"/>'


def _styles(formats: Sequence[str]) -> str:
    codes = {code: rank for rank, code in enumerate(dict.fromkeys(filter(None, formats)), 164)}
    listed = "".join(f'<numFmt numFmtId="{rank}" formatCode={_attribute(code)}/>' for code, rank in codes.items())
    cells = "".join(f'<xf numFmtId="{codes.get(code, 0)}"/>' for code in formats or [""])
    return f'<styleSheet xmlns="{MAIN}"><numFmts>{listed}</numFmts><cellXfs>{cells}</cellXfs></styleSheet>'


def _attribute(text: str) -> str:
    return quoteattr(_FORBIDDEN.sub(" ", text))
