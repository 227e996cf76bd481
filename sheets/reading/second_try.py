"""Second try on a workbook that calamine dies on, refuses or misreads: the same file, rewritten through another parser.

One stray value in the last cell of a sheet makes calamine ask for the memory of the whole sheet; other encodings than
UTF-8, CDATA, odd links and sheets of macros stop it. The XML is streamed, cells out of reach are dropped and listed,
and what is left is given to the same reader, so there is only one. Never guesses: what is not XML is refused.
"""

from __future__ import annotations

import io
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from posixpath import dirname
from typing import IO
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

from sheets.cell_address import address
from sheets.reading.mending import mend
from sheets.reading.opening import DAMAGED_SENTENCE, Misread, RawTab, open_workbook
from sheets.reading.parts import LINKS, STRINGS, STYLES, USUAL, Parts, Sheet, links_of
from sheets.reading.plain_package import PACKAGE, link
from sheets.reading.plain_xml import copy_part
from sheets.reading.unwrapping import unwrapped

MOST_COLUMNS = 256
GAP_MAX = 1_000
"""A row further than that below the last one that holds something is out of reach."""
MOST_ROWS = 50_000
ROOT_RELS, OPEN_DOCUMENT = "_rels/.rels", "content.xml"
_DAMAGE_ERRORS = (zipfile.BadZipFile, ET.ParseError, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, LookupError)  # fmt: skip
"""What unpacking and parsing a damaged file raises."""
_RANGE = re.compile(r"[A-Z]{1,3}\d{1,7}(:[A-Z]{1,3}\d{1,7})?")
_ADDRESS = re.compile(r"([A-Z]{1,3})(\d{1,7})")


@dataclass(frozen=True, slots=True)
class Trimmed:
    """The workbook cut down, the cells left out, and how many rows of each sheet show something."""

    raw_bytes: bytes
    far_cells: tuple[str, ...]
    lines: tuple[int, ...] | None
    """None where they were not counted: an OpenDocument is rewritten whole."""
    missing_tabs: tuple[str, ...]
    """Tabs that the workbook lists, and whose content is not there."""


def rewrite_and_reread(raw_bytes: bytes) -> Trimmed:
    """The workbook rewritten, and read again to see that both readings have as many lines. Raises Refus."""
    trimmed_ = _rewritten(raw_bytes)
    seen_counts = sorted(sum(any(c != "" for c in r) for r in o.rows) for o in open_workbook(trimmed_.raw_bytes))
    if trimmed_.lines is not None and seen_counts != sorted(trimmed_.lines):
        raise Misread("Deux lectures de ce classeur ne voient pas le même nombre de lignes.")
    return trimmed_


def tabs_of(raw_bytes: bytes) -> list[RawTab]:
    """The tabs of a workbook read outside of a worker process: what is out of reach is left out first. Raises Refus."""
    return open_workbook(_rewritten(raw_bytes).raw_bytes)


def _rewritten(raw_bytes: bytes) -> Trimmed:
    try:
        return trim(unwrapped(raw_bytes))
    except _DAMAGE_ERRORS as fault:
        raise Misread(DAMAGED_SENTENCE) from fault


def trim(raw_bytes: bytes) -> Trimmed:
    """Rewrite the parts of a workbook that are read, under their usual names, without what is out of reach.

    Raises what unpacking raises.
    """
    output = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw_bytes)) as before, zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as after:
        parts = Parts(before)
        main = parts.main
        listed = parts.sheets if main else []
        sheets = [s for s in listed if s.part and s.kind == "worksheet"]
        cuts = [_cut_sheet(parts, after, sheet, rank) for rank, sheet in enumerate(sheets, 1)]
        if main:
            _copy_the_others(parts, after, sheets, {s.ident for s in listed} - {s.ident for s in sheets})
        else:
            _copy_an_open_document(parts, after)
    far_cells = tuple(where for _, far_ones in cuts for where in far_ones)
    lines = tuple(keep for keep, _ in cuts) if main else None
    return Trimmed(output.getvalue(), far_cells, lines, tuple(s.name for s in listed if not s.part))


def _cut_sheet(parts: Parts, after: zipfile.ZipFile, sheet: Sheet, rank: int) -> tuple[int, list[str]]:
    with parts.zip.open(sheet.part) as xml, after.open(_named(rank), "w") as new_part:
        return _trim_sheet(xml, new_part)


def _copy_an_open_document(parts: Parts, after: zipfile.ZipFile) -> None:
    for name in parts.zip.namelist():
        with parts.zip.open(name) as part, after.open(name, "w") as new_part:
            if name == OPEN_DOCUMENT:
                copy_part(part, new_part, "", frozenset())
            else:
                shutil.copyfileobj(part, new_part)


def _named(rank: int) -> str:
    return f"xl/worksheets/sheet{rank}.xml"


def _copy_the_others(parts: Parts, after: zipfile.ZipFile, sheets: Sequence[Sheet], without: AbstractSet[str]) -> None:
    """Every part but the sheets: those that are read, rewritten under their usual names; the others as they are."""
    usual = parts.usual_names
    fixed = {ROOT_RELS: _root_links(), LINKS: _book_links(sheets)}
    rewritten = {name: usual[name] for name in (USUAL, STRINGS, STYLES) if name in usual}
    for rank, sheet in enumerate(sheets, 1):
        if links := parts.find(links_of(sheet.part)):
            rewritten[links_of(_named(rank))] = links
    for name, text in fixed.items():
        after.writestr(name, text)
    for name, real in rewritten.items():
        with parts.zip.open(real) as xml, after.open(name, "w") as new_part:
            copy_part(xml, new_part, dirname(dirname(real.replace("\\", "/"))), without)
    taken = {*fixed, *rewritten}
    for name, real in usual.items():
        if name not in taken and not name.startswith("xl/worksheets/"):
            with parts.zip.open(real) as part, after.open(name, "w") as new_part:
                shutil.copyfileobj(part, new_part)


def _root_links() -> str:
    return f'<Relationships xmlns="{PACKAGE}">{link("rId1", "officeDocument", USUAL)}</Relationships>'


def _book_links(sheets: Sequence[Sheet]) -> str:
    linked = [link(sheet.ident, "worksheet", f"/{_named(rank)}") for rank, sheet in enumerate(sheets, 1)]
    linked += [link("strings", "sharedStrings", f"/{STRINGS}"), link("styles", "styles", f"/{STYLES}")]
    return f'<Relationships xmlns="{PACKAGE}">{"".join(linked)}</Relationships>'


def _trim_sheet(xml: IO[bytes], new_part: IO[bytes]) -> tuple[int, list[str]]:
    """Write the rows of a sheet that are within reach; return how many show something, and the cells left out."""
    far_cells: list[str] = []
    taken_cells: dict[int, int] = {}
    last_row, number = 0, 0
    for element in _sheet_pieces(xml):
        if not element.tag.endswith("row"):  # the root, then the dimension: true or not, the reader judges it
            new_part.write(_opening_xml(element))
            continue
        new_part.write(b"" if number else b"<sheetData>")
        row_reference = element.get("r", "")
        number = int(row_reference) if row_reference.isdecimal() else number + 1
        mend(element)
        filled = [c for c in element if _is_filled(c)]
        if not filled:
            continue
        if len(taken_cells) >= MOST_ROWS or number - last_row > GAP_MAX:
            far_cells += [c.get("r", f"ligne {number}") for c in filled][:5]
            continue
        for c in list(element):
            if _column_rank(c.get("r", "")) > MOST_COLUMNS:
                element.remove(c)
                far_cells += [c.get("r", "")] if c in filled else []
        last_row = number
        taken_cells[number] = _taken_columns(element, number, taken_cells.get(number, 0))
        element.set("r", str(number))
        new_part.write(ET.tostring(element))
    new_part.write(b"</sheetData></worksheet>" if number else b"<sheetData/></worksheet>")
    return sum(map(bool, taken_cells.values())), far_cells


def _taken_columns(row: ET.Element, number: int, taken_cells: int) -> int:
    """The columns taken in a row of the sheet (a bit each), with those that show something here. Raises MalLu.

    Two rows may bear one number and two cells one address: the reader keeps the last one and forgets the other.
    """
    rank = 0
    for cell in row:
        rank = _column_rank(cell.get("r", "")) or rank + 1
        if _visible(cell):
            if taken_cells >> rank & 1:
                raise Misread(f"Deux cellules de ce classeur portent la même adresse, {address(rank - 1, number)}.")
            taken_cells |= 1 << rank
    return taken_cells


def _sheet_pieces(xml: IO[bytes]) -> Iterator[ET.Element]:
    """The root of a sheet as it opens, its dimension, then each row, forgotten once it has been looked at."""
    open_ones: list[ET.Element] = []
    for event, element in ET.iterparse(xml, ("start", "end")):  # noqa: S314 - sizes were bounded before
        if event == "start":
            if not open_ones:
                yield element
            open_ones.append(element)
            continue
        open_ones.pop()
        if element.tag.rpartition("}")[2] in ("row", "dimension"):
            yield element
            open_ones[-1].remove(element)


def _opening_xml(element: ET.Element) -> bytes:
    """What stands before the rows, in one namespace without prefix."""
    namespace, _, name = element.tag.rpartition("}")
    if name == "dimension":
        if not _RANGE.fullmatch(element.get("ref", "")):
            return b""
        return b"<dimension ref=%s/>" % quoteattr(element.get("ref", "")).encode()
    ET.register_namespace("", namespace.lstrip("{"))
    return b"<worksheet xmlns=%s>" % quoteattr(namespace.lstrip("{")).encode()


def _is_filled(cell: ET.Element) -> bool:
    return any((e.text or "").strip() or len(e) for e in cell)


def _visible(cell: ET.Element) -> bool:
    """Whether the reader shows something of this cell: no error, no formula without value."""
    values = (e for e in cell if e.tag.rpartition("}")[2] in ("v", "is"))
    return cell.get("t") != "e" and any("".join(e.itertext()) for e in values)


def _column_rank(where: str) -> int:
    """The rank of a cell's column, from 1; 0 when the cell has no address."""
    found = _ADDRESS.fullmatch(where)
    rank = 0
    for letter in found[1] if found else "":
        rank = rank * 26 + ord(letter) - 64
    return rank
