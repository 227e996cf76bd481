"""Looks at the XML of a few cells, where what calamine gave of them leaves a doubt: blanks, bare numbers, lost lines.

Never looks at a workbook that shows no symptom: this second look costs as much as the first.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import IO
from xml.etree import ElementTree as ET

from sheets.cell_address import address
from sheets.cells import AMOUNT_EXAMPLE, ERROR, Problem, shown
from sheets.reading.computed import computed_cells
from sheets.reading.number_formats import shown_text, useful_formats
from sheets.reading.opening import Misread
from sheets.reading.parts import Parts, package

SEEN = "vu"
"""Where a workbook that was rewritten keeps an error that the reader does not know."""
_ROW = re.compile(rb"""<(?:\w+:)?row\s(?:[^>]*?\s)?r\s*=\s*["'](\d+)""")
_STYLE = re.compile(rb"""\ss\s*=\s*["'](\d+)""")
_SUMS = re.compile(r"^(?:of:)?[=+\s]*(?:_xlfn\.)?(?:SUM|SUBTOTAL|AGGREGATE)\(", re.IGNORECASE)
_ADDRESS = re.compile("([A-Z]{1,3})([0-9]{1,7})")
_TRUTH = re.compile(r"of:=(TRUE|FALSE)\(\)")
"""How LibreOffice writes VRAI and FAUX in a cell of amounts, beside the 1 or the 0 that it shows."""
_NULL_DATE_1904 = b'null-date table:date-value="1904-01-01"'
ABSENT_PART_ERRORS = (KeyError, StopIteration, ValueError, zipfile.BadZipFile)
"""What looking into another kind of file than expected raises."""


def hidden_problems(
    raw_bytes: bytes, sheet_name: str, empties: Collection[str], zeros: Collection[str] = ()
) -> dict[str, Problem]:
    """Of these blank cells of a tab, those that hold a formula or an error; of these zeros, those nobody computed.

    (In an OpenDocument, a 1 may be asked about as a 0 is: it may show « VRAI ».)

    By address → the problem. {} if not a zip of XML. Raises MalLu when a blank cell holds a value after all, or when the
    tab is not XML that can be trusted.
    """
    if not empties and not zeros:
        return {}
    try:
        parts = package(raw_bytes)
        addresses, computed = {*empties, *zeros}, computed_cells(parts, sheet_name)
        if parts.find("content.xml"):
            with parts.zip.open("content.xml") as xml:
                seen_cells = _ods_cells(xml, sheet_name, addresses)
                return {where: p for where, c in seen_cells if (p := _ods_problem(c, computed(where)))}
        arrays: list[str] = []
        with _open_tab_part(parts, sheet_name) as xml:
            seen_cells = _cells(xml, addresses)
            return {where: p for where, c in seen_cells if (p := _problem(where, c, where in zeros, computed, arrays))}
    except ABSENT_PART_ERRORS:
        return {}
    except ET.ParseError as fault:
        raise Misread("Ce classeur est abîmé : le contenu d'un onglet n'est pas du XML en règle.") from fault


def is_open_document(raw_bytes: bytes) -> bool:
    """Whether the workbook is an .ods, whatever its name."""
    try:
        return bool(package(raw_bytes).find("content.xml"))
    except zipfile.BadZipFile:
        return False


def sums(raw_bytes: bytes, sheet_name: str, addresses: Collection[str]) -> set[str]:
    """Of these cells of a tab, those whose formula adds up others: SUM, SUBTOTAL, AGGREGATE. ∅ if it cannot be known."""
    if not addresses:
        return set()
    try:
        return {
            where for where, c in cells_of(package(raw_bytes), sheet_name, set(addresses)) if _SUMS.search(_formula(c))
        }
    except (*ABSENT_PART_ERRORS, ET.ParseError):
        return set()


def _formula(cell: ET.Element) -> str:
    return cell.findtext("{*}f") or _attribute(cell, "formula")


def errors(raw_bytes: bytes, sheet_name: str) -> dict[str, Problem]:
    """Every cell of a tab that holds an error, or a formula nobody calculated → the problem. {} if it cannot be known."""
    try:
        with _open_tab_part(package(raw_bytes), sheet_name) as xml:
            return {where: p for where, c in _cells(xml) if (p := _formula_without_value(c))}
    except (*ABSENT_PART_ERRORS, ET.ParseError):
        return {}


def formula_cells(raw_bytes: bytes, sheet_name: str) -> set[str] | None:
    """The cells of a tab that carry a formula, by address. None if it cannot be known (not an .xlsx)."""
    try:
        with _open_tab_part(package(raw_bytes), sheet_name) as xml:
            return {where for where, cell in _cells(xml) if any(_local_name(e) == "f" for e in cell)}
    except (*ABSENT_PART_ERRORS, ET.ParseError):
        return None


def notes(raw_bytes: bytes, sheet_name: str) -> dict[str, str]:
    """The notes put on the cells of a tab, by address. {} if there are none, or if it cannot be known."""
    try:
        parts = package(raw_bytes)
        link = next(link.part for link in parts.links(_part_path(parts, sheet_name)) if link.kind == "comments")
        root = parts.root(link)
    except (*ABSENT_PART_ERRORS, ET.ParseError):
        return {}
    texts = {e.get("ref", ""): e for e in root.iter() if _local_name(e) == "comment"}
    return {
        where: shown(" ".join(t.text or "" for t in e.iter() if _local_name(t) == "t")) for where, e in texts.items()
    }


def shown_texts(raw_bytes: bytes, sheet_name: str, numbers: Mapping[str, float]) -> dict[str, str]:
    """Of these cells that hold a number, those that show another text than its plain digits → that text."""
    try:
        parts = package(raw_bytes)
        if parts.find("content.xml"):
            with parts.zip.open("content.xml") as xml:
                shown_ones = ((where, text_of(c)) for where, c in _ods_cells(xml, sheet_name, numbers))
                return {where: text for where, text in shown_ones if text.isdecimal() and int(text) == numbers[where]}
        formats = useful_formats(root(parts, "xl/styles.xml")) if "xl/styles.xml" in parts.usual_names else {}
        if not formats and all(abs(n) < 2**53 for n in numbers.values()):
            return {}
        with _open_tab_part(parts, sheet_name) as xml:
            numbers_read = (
                (where, c.findtext("{*}v", ""), formats.get(c.get("s", "0"), "0")) for where, c in _cells(xml, numbers)
            )
            return {where: text for where, written, format_ in numbers_read if (text := shown_text(written, format_))}
    except (*ABSENT_PART_ERRORS, ET.ParseError):
        return {}


def dates_from_1904(raw_bytes: bytes) -> bool:
    """Whether the workbook counts its days from 1904, as old Macs did."""
    try:
        parts = package(raw_bytes)
        if parts.find("content.xml"):
            return _NULL_DATE_1904 in parts.zip.read("content.xml")
        book = root(parts, "xl/workbook.xml")
    except (*ABSENT_PART_ERRORS, ET.ParseError):
        return False
    return any(e.get("date1904") in ("1", "true") for e in book.iter() if _local_name(e) == "workbookPr")


def row_twice(raw_bytes: bytes, sheet_name: str) -> bool:
    """Whether two rows of a tab bear the same number: the second one overwrites the first as it is read."""
    try:
        with _open_tab_part(package(raw_bytes), sheet_name) as xml:
            numbers = _ROW.findall(xml.read())
    except (*ABSENT_PART_ERRORS, ET.ParseError):
        return False
    return len(set(numbers)) < len(numbers)


def cells_of(parts: Parts, sheet_name: str, addresses: Collection[str]) -> Iterator[tuple[str, ET.Element]]:
    """These cells of a tab as their XML, each to be looked at before the next one is asked for."""
    if parts.find("content.xml"):
        with parts.zip.open("content.xml") as xml:
            yield from _ods_cells(xml, sheet_name, addresses)
    else:
        with _open_tab_part(parts, sheet_name) as xml:
            yield from _cells(xml, addresses)


def styled(parts: Parts, sheet_name: str, styles: Collection[str], addresses: Collection[str]) -> set[str]:
    """These cells of a tab but for those seen, without parsing it, to bear none of these styles.

    Those it takes a parser to find, as in a tab written with prefixes, are among them. Quick for cells in their order.
    """
    with _open_tab_part(parts, sheet_name) as xml:
        raw_bytes = xml.read()
    if b"<!--" in raw_bytes or b"<![CDATA[" in raw_bytes:
        return set(addresses)
    doubtful, at = set(), 0
    for where in addresses:
        start = b'<c r="%s"' % where.encode()
        at = max(raw_bytes.find(start, at), 0) or raw_bytes.find(start)
        style = _STYLE.search(raw_bytes[at : raw_bytes.find(b">", at)]) if at >= 0 else None
        if at < 0 or (style[1].decode() if style else "0") in styles:
            doubtful.add(where)
    return doubtful


def _local_name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def root(parts: Parts, part: str) -> ET.Element:
    """A part of the workbook, parsed. Raises what `ABSENT_PART_ERRORS` lists, and ET.ParseError."""
    return ET.fromstring(parts.zip.read(parts.usual_names[part]))  # noqa: S314 - sizes are bounded before opening


def _open_tab_part(parts: Parts, sheet_name: str) -> IO[bytes]:
    return parts.zip.open(_part_path(parts, sheet_name))


def _part_path(parts: Parts, sheet_name: str) -> str:
    """The part that holds a tab."""
    return next(sheet.part for sheet in parts.sheets if sheet.name == sheet_name and sheet.part)


def _cells(xml: IO[bytes], addresses: Collection[str] | None = None) -> Iterator[tuple[str, ET.Element]]:
    for _, element in ET.iterparse(xml):  # noqa: S314
        if _local_name(element) == "row":
            for rank, cell in enumerate(element):
                where = cell.get("r") or address(rank, int(element.get("r", 0)))
                if addresses is None or where in addresses:
                    _show_the_error(cell)
                    yield where, cell
            element.clear()


def _show_the_error(cell: ET.Element) -> None:
    value = cell.find("{*}v")
    if value is not None and (seen := cell.get(SEEN)):
        value.text = seen


def _problem(
    where: str, cell: ET.Element, zero: bool, computed: Callable[[str], bool], arrays: list[str]
) -> Problem | None:  # fmt: skip
    """What a cell that came back blank, or as 0, hides. `arrays`, to be filled here, are the formulas of whole ranges.

    Raises MalLu when a blank one is a value.
    """
    if not zero and (problem := _formula_without_value(cell)):
        return problem
    formula = next((e for e in cell if _local_name(e) == "f"), None)
    if formula is not None and formula.get("t") == "array":
        arrays.append(formula.get("ref", ""))
    if (formula is not None or any(_within(where, range_) for range_ in arrays)) and not computed(where):
        text = (formula.text or "").strip() if formula is not None else ""
        return Problem("formule-non-calculee", shown("=" + (text or "…")), "")
    if not zero and cell.get("t", "n") == "n" and any(_local_name(e) == "v" and (e.text or "").strip() for e in cell):
        raise Misread("Deux lectures de ce classeur ne voient pas les mêmes valeurs.")
    return None


def _within(where: str, range_: str) -> bool:
    """Whether a cell lies in a range (« S5:T14 »)."""
    start, _, end = range_.partition(":")
    if not all(map(_ADDRESS.fullmatch, (where, start, end or start))):
        return False
    (c, line), (c1, l1), (c2, l2) = (_ADDRESS.fullmatch(a).groups() for a in (where, start, end or start))  # type: ignore[union-attr]
    return (len(c1), c1) <= (len(c), c) <= (len(c2), c2) and int(l1) <= int(line) <= int(l2)


def _formula_without_value(cell: ET.Element) -> Problem | None:
    children = {_local_name(e): (e.text or "").strip() for e in cell}
    if cell.get("t") == "e":
        return Problem("formule-en-erreur", children.get("v") or "#ERREUR", "")
    if "f" in children and not children.get("v") and cell.get("t") != "str":  # a text may well be empty
        return Problem("formule-non-calculee", shown("=" + (children["f"] or "…")), "")
    return None


def _ods_cells(xml: IO[bytes], sheet_name: str, addresses: Collection[str]) -> Iterator[tuple[str, ET.Element]]:
    """The same of an OpenDocument, where runs of equal rows and cells are written once, with their number."""
    tab, line = "", 1
    for event, element in ET.iterparse(xml, ("start", "end")):  # noqa: S314
        if event == "start" and _local_name(element) == "table":
            tab, line = _attribute(element, "name"), 1
        elif event == "end" and _local_name(element) == "table-row":
            if tab == sheet_name:
                yield from ((where, c) for where, c in _ods_row(element, line) if where in addresses)
            line += int(_attribute(element, "number-rows-repeated") or 1)
            element.clear()


def _ods_row(row: ET.Element, line: int) -> Iterator[tuple[str, ET.Element]]:
    rank = 0
    for cell in row:
        yield address(rank, line), cell
        rank += int(_attribute(cell, "number-columns-repeated") or 1)


def _attribute(element: ET.Element, name: str) -> str:
    return next((value for key, value in element.items() if key.rpartition("}")[2] == name), "")


def _ods_problem(cell: ET.Element, computed: bool) -> Problem | None:
    """An error, Excel's own included, which is kept as 0 and only shown; a formula without value, or of a 0 nobody computed."""
    kinds = {value for key, value in cell.items() if key.endswith("}value-type")}  # LibreOffice has its own beside
    shown_text, formula = text_of(cell), _attribute(cell, "formula")
    if truth := _TRUTH.fullmatch(formula):
        return Problem("valeur-non-numerique", shown(truth[1] == "TRUE"), AMOUNT_EXAMPLE)
    if "error" in kinds or ("string" not in kinds and ERROR.fullmatch(shown_text.strip())):
        return Problem("formule-en-erreur", shown(shown_text) or "#ERREUR", "")
    if _attribute(cell, "value") not in ("", "0") and shown_text and not re.search("[0-9]", shown_text):
        return Problem("valeur-non-numerique", shown(shown_text), AMOUNT_EXAMPLE)  # VRAI, which LibreOffice keeps as 1
    if formula and not (kinds and computed):
        return Problem("formule-non-calculee", shown("=" + formula.partition("=")[2]), "")
    return None


def text_of(cell: ET.Element) -> str:
    """What a cell of an OpenDocument shows."""
    return " ".join(e.text or "" for e in cell if _local_name(e) == "p")
