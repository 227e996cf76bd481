"""What a whole number shows once dressed by its number format: zeros in front, dashes, words. Pure.

Never touches amounts: only numbers that stand where a text is expected, a market number say.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from xml.etree import ElementTree as ET

_MORCEAU = re.compile(r'"([^"]*)"|\\(.)|([0#?])|([ ()+-])')
"""Words in quotes, an escaped sign, a place for a digit, a sign shown as it is."""
_FORMAT = re.compile(f"(?:{_MORCEAU.pattern})+")
CHIFFRES_MAX = 40


def utiles(styles: ET.Element) -> dict[str, str]:
    """For a workbook's styles (root of styles.xml): rank of a cell's style → its format, if it changes the digits."""
    codes = {e.get("numFmtId"): e.get("formatCode", "") for e in styles.iterfind("{*}numFmts/{*}numFmt")}
    rangs = enumerate(styles.iterfind("{*}cellXfs/{*}xf"))
    formats = {str(rang): codes.get(xf.get("numFmtId"), "").partition(";")[0] for rang, xf in rangs}
    return {rang: code for rang, code in formats.items() if _FORMAT.fullmatch(code) and _change(code)}


def _change(code: str) -> bool:
    """Whether a format adds zeros or words; one that only spaces the digits out does not."""
    places = "".join(m[3] or "" for m in _MORCEAU.finditer(code))
    mots = "".join(m[1] or m[2] or "" for m in _MORCEAU.finditer(code))
    return len(places.lstrip("#?")) > 1 or (bool(places) and any(c.isalnum() for c in mots))


def montre(ecrit: str, code: str) -> str:
    """The text shown for a number as the XML writes it; "" when it is not a whole number above zero."""
    try:
        nombre = Decimal(ecrit.strip())
    except InvalidOperation:
        return ""
    if not 0 < nombre < Decimal(10) ** CHIFFRES_MAX or nombre != nombre.to_integral_value():
        return ""
    morceaux = list(_MORCEAU.finditer(code))
    places = sum(bool(m[3]) for m in morceaux)
    zeros = len("".join(m[3] or "" for m in morceaux).lstrip("#?"))
    chiffres = f"{nombre:.0f}".rjust(zeros, "0").rjust(places)
    devant, reste = chiffres[: len(chiffres) - places + 1], iter(chiffres[len(chiffres) - places + 1 :])
    texte = ""
    for m in morceaux:
        if m[3]:
            texte, devant = texte + (devant or next(reste)), ""
        else:
            texte += m[1] or m[2] or m[4] or ""
    return " ".join(texte.split())
