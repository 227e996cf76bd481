"""Whether a spreadsheet has computed the formulas of a workbook: only then is a stored 0, or nothing, their result.

XlsxWriter, POI and others store 0 or nothing under the formulas they write, and some call themselves « Microsoft Excel »:
Excel is known by its chain of calculation, which lists every cell it computed, the others by their name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from sheets.reading.parts import Parts, local

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
_LISTED = re.compile(rb"<(?:\w+:)?c\s([^>]*)>")
_PLACE, _TAB = re.compile(rb"""\br=["']([A-Z]{1,3}[0-9]+)"""), re.compile(rb"""\bi=["'](\d+)""")


def computed_cells(parts: Parts, sheet: str) -> Callable[[str], bool]:
    """For the address of a formula's cell in a tab: whether what is stored there was computed."""
    chain = _chain_or_word(parts)
    if isinstance(chain, bool):
        return lambda _: chain
    return _listed(chain, _number_of(parts, sheet)).__contains__


@lru_cache(maxsize=1)
def _chain_or_word(parts: Parts) -> bytes | bool:
    """The chain of calculation of a workbook; without one, whether its writer computes all of its formulas or none."""

    def read(part: str) -> bytes:
        return parts.zip.read(found) if (found := parts.find(part)) else b""

    if parts.find("content.xml"):
        return bool(_GENERATOR.search(read("meta.xml")))
    book = read(parts.main)
    if _LATER.search(book):
        return False
    if chain := read("xl/calcChain.xml"):
        return chain
    says = read("docProps/app.xml")
    return bool(_NAMED.search(says)) or (not says and _GOOGLE in book)


def _number_of(parts: Parts, sheet: str) -> str:
    """The number that a workbook gives to a tab; "" for one it does not list."""
    sheets = (e for e in parts.root(parts.main).iter() if local(e) == "sheet")
    return next((e.get("sheetId", "") for e in sheets if e.get("name") == sheet), "")


def _listed(chain: bytes, number: str) -> set[str]:
    """The cells of a tab that the chain lists; one that names no tab is in that of the cell before."""
    listed: set[str] = set()
    tab = ""
    for cell in _LISTED.findall(chain):
        tab = said[1].decode() if (said := _TAB.search(cell)) else tab
        if tab == number and (place := _PLACE.search(cell)):
            listed.add(place[1].decode())
    return listed
