"""What a clean trame has that the person's file had not, or the reverse, as data. Never decides what is carried over."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Nature(StrEnum):
    """What a change asks of the person, in the order in which it is shown."""

    TO_MEND = "À corriger"
    LEFT_ASIDE = "Laissé de côté"
    UNDERSTOOD_SO = "Compris ainsi"
    RENEWED = "Remis à neuf"


ORDER = {n: rank for rank, n in enumerate(Nature)}


class Change(NamedTuple):
    """One difference: a French sentence, at its address in the person's file, with what stood there."""

    nature: Nature
    text: str
    sheet: str = ""
    cell: str = ""
    value: str = ""
