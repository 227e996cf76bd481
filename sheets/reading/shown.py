"""Amounts whose cell shows another unit than it holds: « 23,6 k€ » over 23.581, a rate, pounds, euros without taxes.

The formats of a workbook are looked at before its cells are: nearly every one dresses amounts as euros alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from html import unescape
from xml.etree import ElementTree as ET

from sheets.cells import euros
from sheets.reading import sheet_xml
from sheets.reading.number_formats import SCALED, odd_word, said_behind, units
from sheets.reading.parts import STYLES, Parts, package

RATE = "un taux"
SMALL = 100_00
"""Cents below which an amount may be a rate: as one, it would be of ten thousand per cent."""
_SIGNS_ODS = ((b"<number:percentage-style", RATE), (b"number:display-factor", SCALED))
_SCALES = (1_000, 1_000_000)
_TEXT_ODS = re.compile(rb"<number:(?:text|currency-symbol)\b[^>]*>([^<]+)<")


def doubtful_below(raw_bytes: bytes) -> float:
    """Cents below which an amount of this workbook may be shown in another unit; 0 when no format of it shows one."""
    try:
        parts = package(raw_bytes)
        seen = _units_of_an_open_document(parts) or set(_styles_of_other_units(parts).values())
    except (*sheet_xml.ABSENT_PART_ERRORS, ET.ParseError):
        return 0
    return math.inf if seen - {RATE} else SMALL if seen else 0


def other_units(raw_bytes: bytes, sheet: str, asked: Mapping[str, int]) -> dict[str, str]:
    """Of these cells of a tab, by address, with the cents they hold: those that show another unit → which.

    {} for another kind of file than a zip of XML.
    """
    if not asked:
        return {}
    try:
        parts = package(raw_bytes)
        if parts.find("content.xml"):
            found = ((where, _shown_in_ods(c, asked[where])) for where, c in sheet_xml.cells_of(parts, sheet, asked))
        else:
            styles = _styles_of_other_units(parts)
            doubtful = sheet_xml.styled(parts, sheet, styles, asked)
            cells = sheet_xml.cells_of(parts, sheet, doubtful) if doubtful else ()
            found = ((where, styles.get(c.get("s", "0"), "")) for where, c in cells)
        return {where: unit for where, unit in found if unit}
    except (*sheet_xml.ABSENT_PART_ERRORS, ET.ParseError):
        return {}


@lru_cache(maxsize=1)
def _units_of_an_open_document(parts: Parts) -> frozenset[str]:
    """The other units that a format of it shows, used or not; none for another kind of workbook."""
    if not parts.find("content.xml"):
        return frozenset()
    xml = b"".join(parts.zip.read(part) for part in map(parts.find, ("content.xml", "styles.xml")) if part)
    words = {unescape(t.decode("utf-8", "replace")) for t in _TEXT_ODS.findall(xml)}
    said = {said_behind(w) or odd_word(w) for w in words} | {unit for sign, unit in _SIGNS_ODS if sign in xml}
    return frozenset(said - {""})


def _styles_of_other_units(parts: Parts) -> dict[str, str]:
    """The styles of an .xlsx under which a cell shows another unit; {} for another kind of workbook."""
    part = parts.usual_names.get(STYLES)
    return _units_of_styles(parts.zip.read(part)) if part else {}


@lru_cache(maxsize=8)
def _units_of_styles(xml: bytes) -> dict[str, str]:
    """Remembered: the workbooks of one template bear the same styles, as do the tabs of each."""
    return units(ET.fromstring(xml))  # noqa: S314 - sizes are bounded before opening


def _shown_in_ods(cell: ET.Element, cents: int) -> str:
    """The text of a cell says its unit; thousands that were divided by the format are euros all the same."""
    text = sheet_xml.text_of(cell)
    words = re.sub(r"[0-9.,\s]+", " ", text)
    said, shown = said_behind(words) or odd_word(words), euros(text)
    if not isinstance(shown, int):
        return said
    if abs(shown - cents) <= abs(cents) // 10 + 100:
        return ""
    return said or (SCALED if any(_near(shown * s, cents) or _near(shown, cents * s) for s in _SCALES) else "")


def _near(shown: int, cents: int) -> bool:
    return abs(shown - cents) <= abs(cents) // 10
