"""Where a value stands, as people say it: « S14 ». Ours because openpyxl takes a tenth of a second to import. Pure."""

from __future__ import annotations

from functools import cache


@cache
def letter(rank: int) -> str:
    """The letters of a column counted from 0: 0 → « A », 26 → « AA »."""
    before, rest = divmod(rank, 26)
    return (letter(before - 1) if before else "") + chr(ord("A") + rest)


def address(rank: int, line: int) -> str:
    """The cell of a column counted from 0 and a line counted from 1."""
    return f"{letter(rank)}{line}"
