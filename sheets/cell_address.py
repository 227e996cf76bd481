"""Where a value stands, as people say it: « S14 ». Ours because openpyxl takes a tenth of a second to import. Pure."""

from __future__ import annotations

from functools import cache


@cache
def lettre(rang: int) -> str:
    """The letters of a column counted from 0: 0 → « A », 26 → « AA »."""
    avant, reste = divmod(rang, 26)
    return (lettre(avant - 1) if avant else "") + chr(ord("A") + reste)


def adresse(rang: int, ligne: int) -> str:
    """The cell of a column counted from 0 and a line counted from 1."""
    return f"{lettre(rang)}{ligne}"
