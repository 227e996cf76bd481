"""Whether a spreadsheet has computed the formulas of a workbook: only then is a stored 0, or nothing, their result.

XlsxWriter, POI and others store 0 or nothing under the formulas they write, and some call themselves « Microsoft Excel »:
Excel is known by its chain of calculation, which lists every cell it computed, the others by their name.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable

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
_WORKBOOK = re.compile(r"xl/\w*workbook\w*\.xml", re.IGNORECASE)


def computed_cells(z: zipfile.ZipFile) -> Callable[[str], bool]:
    """For the address of a formula's cell, in whatever tab: whether what is stored there was computed."""
    parts = {name.replace("\\", "/").lower(): name for name in z.namelist()}
    if "content.xml" in parts:
        known = bool(_GENERATOR.search(z.read(parts["meta.xml"]))) if "meta.xml" in parts else False
        return lambda _: known
    book = b"".join(z.read(name) for part, name in parts.items() if _WORKBOOK.fullmatch(part))
    if _LATER.search(book):
        return lambda _: False
    if "xl/calcchain.xml" in parts:
        listed = {address.decode() for address in _LISTED.findall(z.read(parts["xl/calcchain.xml"]))}
        return listed.__contains__
    says = z.read(parts["docprops/app.xml"]) if "docprops/app.xml" in parts else b""
    known = bool(_NAMED.search(says)) or (not says and _GOOGLE in book)
    return lambda _: known
