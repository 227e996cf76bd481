"""What a clean trame has that the person's file had not, or the reverse, as data. Never decides what is carried over."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Nature(StrEnum):
    """What a change asks of the person, in the order in which it is shown."""

    CORRIGER = "À corriger"
    LAISSE = "Laissé de côté"
    COMPRIS = "Compris ainsi"
    NEUF = "Remis à neuf"


ORDRE = {n: rang for rang, n in enumerate(Nature)}


class Changement(NamedTuple):
    """One difference: a French sentence, at its address in the person's file, with what stood there."""

    nature: Nature
    texte: str
    feuille: str = ""
    cellule: str = ""
    valeur: str = ""
