"""Whether a spreadsheet has computed the formulas of a workbook: only then is a stored 0, or nothing, their result.

XlsxWriter, POI and others store 0 or nothing under the formulas they write, and some call themselves « Microsoft Excel »:
Excel is known by its chain of calculation, which lists every cell it computed, the others by their name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from sheets.reading.parts import Parts

_LATER = re.compile(rb'\bfullCalcOnLoad="(?:1|true)"|\bcalcCompleted="(?:0|false)"')
_NAMED = re.compile(
    rb"<(?:\w+:)?(?:Application|generator)>\s*(?:LibreOffice|OpenOffice|Collabora|ONLYOFFICE|Numbers|Gnumeric|WPS)",
    re.IGNORECASE,
)
_GENERATOR = re.compile(
    rb"generator>\s*(?:LibreOffice|OpenOffice|Collabora|ONLYOFFICE|Calligra|Gnumeric|Google|MicrosoftOffice)",
    re.IGNORECASE,
)
_GOOGLE = b"urn:schemas-microsoft-com:mac:vml"
"""Google's exports name no application; they all declare this namespace."""
_LISTED = re.compile(rb'\br="([A-Z]{1,3}[0-9]+)"')


@lru_cache(maxsize=1)
def computed_cells(parts: Parts) -> Callable[[str], bool]:
    """For the address of a formula's cell, in whatever tab: whether what is stored there was computed."""

    def read(part: str) -> bytes:
        return parts.zip.read(found) if (found := parts.find(part)) else b""

    if parts.find("content.xml"):
        known = bool(_GENERATOR.search(read("meta.xml")))
        return lambda _: known
    book = read(parts.main)
    if _LATER.search(book):
        return lambda _: False
    if chain := read("xl/calcChain.xml"):
        listed = {address.decode() for address in _LISTED.findall(chain)}
        return listed.__contains__
    says = read("docProps/app.xml")
    known = bool(_NAMED.search(says)) or (not says and _GOOGLE in book)
    return lambda _: known
