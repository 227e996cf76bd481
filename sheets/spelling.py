"""References as people and spreadsheets spell them, and the key under which two spellings are one. Pure."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"['’]?(?:n(?:um[ée]ro|o|°|º)?[.:]?)?0*(\d+)(?:[.,]0+)?", re.IGNORECASE)


def squeeze(written: str) -> str:
    """« AC 1 » → « ac1 »: as two people write the same reference, case and spaces aside."""
    return "".join(written.split()).casefold()


def number_key(written: str) -> str:
    """« 0022 », « 22 », « 22.0 », « N° 22 » → « 22 »; « A-7 » → « a-7 ». Spreadsheets turn one into another."""
    if written.isdecimal():  # nearly every one
        return written.lstrip("0") or "0"
    squeezed = squeeze(written)
    number = _NUMBER.fullmatch(squeezed)
    return number[1] if number else squeezed
