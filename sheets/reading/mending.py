"""Writes the cells of a row as the one reader knows them, where Excel or another program goes beyond what it knows.

Never changes what a cell says: an error it never heard of keeps its name beside, a number that is none becomes a text.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from sheets.reading.parts import local
from sheets.reading.sheet_xml import SEEN

ERRORS = {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"}
"""Those that the reader knows; Excel has found others since."""
HELD = {"v", "f", "is"}
TRUTHS = {"", "0", "1", "true", "false"}
KINDS = {"b", "d", "e", "inlineStr", "n", "s", "str"}


def mend(row: ET.Element) -> None:
    """Write the cells of a row as the reader knows them: nothing between them, no type nor error it never heard of."""
    row.text = None
    for cell in row:
        cell.tail = cell.text = None
        if "$" in (place := cell.get("r", "")):
            cell.set("r", place.replace("$", ""))
        for extra in [e for e in cell if local(e) not in HELD]:
            cell.remove(extra)
        value = next((e for e in cell if local(e) == "v"), None)
        if value is not None:
            _mend_value(cell, value)


def _mend_value(cell: ET.Element, value: ET.Element) -> None:
    kind = cell.get("t", "n")
    if kind != "str":
        value.text = (value.text or "").strip()
    text = value.text or ""
    if kind == "e" and text not in ERRORS:
        cell.set(SEEN, text)
        value.text = "#N/A"
    elif kind == "b" and text not in TRUTHS:
        value.text = "1"
    elif kind not in KINDS or (kind == "n" and text and not _is_number(text)):
        cell.set("t", "n" if _is_number(text) else "str")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text
