"""What a number shows once dressed by its number format: zeros in front, dashes, words; another unit than it holds. Pure.

Only numbers that stand where a text is expected, a market number say, are read as they show. An amount never is: that it
shows another unit is said.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from xml.etree import ElementTree as ET

from sheets.reading.units import unit_said

_PIECE = re.compile(r'"([^"]*)"|\\(.)|([0#?])|([ ()+-])')
"""Words in quotes, an escaped sign, a place for a digit, a sign shown as it is."""
_FORMAT = re.compile(f"(?:{_PIECE.pattern})+")
MOST_DIGITS = 40
SCALED, WORDED = "divisé par mille", "avec un mot de plus"
"""What a format shows that divides without a word of it, or that adds a word of no known unit: the cell may hold euros."""
_SECTION = re.compile(r';(?=(?:[^"]*"[^"]*")*[^"]*$)')
_WORDS = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]|_.|\*(.)')
"""Words in quotes, an escaped sign, the sign of a currency; colours, conditions and blanks are none."""
_DIVIDED = re.compile(r"[0#?](,+)(?![0#?,])")
_BARE = re.compile(r"[^0#?.,\s]")
_BRIEF = {"k": "milliers d'euros", "000": "milliers d'euros", "m": "millions d'euros"}
"""What a letter alone behind the digits stands for."""
_EURO_WORDS = frozenset("eur euro euros ttc t c gain gains perte pertes".split())
_RATES: dict[str | None, str] = {"9": "0%", "10": "0.00%"}
"""Excel's own formats, which its files do not write out."""


def useful_formats(styles: ET.Element) -> dict[str, str]:
    """For a workbook's styles (root of styles.xml): rank of a cell's style → its format, if it changes the digits."""
    codes = {e.get("numFmtId"): e.get("formatCode", "") for e in styles.iterfind("{*}numFmts/{*}numFmt")}
    ranks = enumerate(styles.iterfind("{*}cellXfs/{*}xf"))
    formats = {str(rank): codes.get(xf.get("numFmtId"), "").partition(";")[0] for rank, xf in ranks}
    return {rank: code for rank, code in formats.items() if _FORMAT.fullmatch(code) and _change(code)}


@lru_cache(maxsize=1024)
def other_unit(code: str) -> str:
    """The unit other than the euros it holds that a cell of this format shows; "" for euros, however they are dressed.

    Excel writes a comma behind the digits for each thousand by which it divides what it shows.
    """
    return next((unit for section in _SECTION.split(code)[:2] if (unit := _of_section(section))), "")


def _of_section(section: str) -> str:
    """The same of what a format does to numbers above zero, or below it."""
    words = "".join(m[1] or m[2] or m[3] or m[4] or "" for m in _WORDS.finditer(section))
    bare = _WORDS.sub("", section)
    divided = len(_DIVIDED.search(bare)[1]) if _DIVIDED.search(bare) else 0  # type: ignore[index]
    if "%" in bare:
        return "un taux"
    said = said_behind(words) or unit_said(words + "".join(_BARE.findall(bare)))
    if said == ("", "milliers d'euros", "millions d'euros")[min(divided, 2)]:
        return "" if said else odd_word(words)
    return said or SCALED


def said_behind(words: str) -> str:
    """The unit that words, or a letter alone, say behind the digits."""
    return _BRIEF.get(words.strip(" .,'").lower()) or unit_said(words)


def odd_word(words: str) -> str:
    """WORDED when some of these words do not go with euros."""
    return "" if _EURO_WORDS.issuperset(re.findall(r"[^\W\d_]+", words.lower())) else WORDED


def units(styles: ET.Element) -> dict[str, str]:
    """For a workbook's styles: rank of a cell's style → the other unit it shows, for those that show one."""
    codes = {e.get("numFmtId"): e.get("formatCode", "") for e in styles.iterfind("{*}numFmts/{*}numFmt")} | _RATES
    ranks = enumerate(styles.iterfind("{*}cellXfs/{*}xf"))
    shown = {str(rank): other_unit(codes.get(xf.get("numFmtId"), "")) for rank, xf in ranks}
    return {rank: unit for rank, unit in shown.items() if unit}


def _change(code: str) -> bool:
    """Whether a format adds zeros or words; one that only spaces the digits out does not."""
    places = "".join(m[3] or "" for m in _PIECE.finditer(code))
    words = "".join(m[1] or m[2] or "" for m in _PIECE.finditer(code))
    return len(places.lstrip("#?")) > 1 or (bool(places) and any(c.isalnum() for c in words))


def shown_text(written: str, code: str) -> str:
    """The text shown for a number as the XML writes it; "" when it is not a whole number above zero."""
    try:
        decimal_number = Decimal(written.strip())
    except InvalidOperation:
        return ""
    if not 0 < decimal_number < Decimal(10) ** MOST_DIGITS or decimal_number != decimal_number.to_integral_value():
        return ""
    chunks = list(_PIECE.finditer(code))
    places = sum(bool(m[3]) for m in chunks)
    zeros = len("".join(m[3] or "" for m in chunks).lstrip("#?"))
    digits = f"{decimal_number:.0f}".rjust(zeros, "0").rjust(places)
    before_point, rest = digits[: len(digits) - places + 1], iter(digits[len(digits) - places + 1 :])
    text = ""
    for m in chunks:
        if m[3]:
            text, before_point = text + (before_point or next(rest)), ""
        else:
            text += m[1] or m[2] or m[4] or ""
    return " ".join(text.split())
