"""Writes what came from a person's file, or may quote it, into a cell of ours. Never lets it become a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from math import ceil

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.comments import Comment
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

Valeur = str | int | float | Decimal | date | None
DANGEREUX = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""
LONGUEUR = 32_000
"""Characters in a cell; Excel refuses a workbook that has more than 32 767 of them in one."""
_ECHAPPEMENT = re.compile("_x[0-9A-Fa-f]{4}_")
"""How Excel writes a sign that XML cannot carry; typed as such, it must be escaped or it is read as the sign."""
_SURROGATS = re.compile("[\ud800-\udfff]")


def propre(texte: str) -> str:
    """The text without what XML cannot carry."""
    return _SURROGATS.sub("", ILLEGAL_CHARACTERS_RE.sub("", texte))[:LONGUEUR]


def case(feuille: Worksheet, ligne: int, colonne: int) -> Cell:
    """The cell at a row and a column counted from 1; never one swallowed by a merge, we write none there."""
    cellule = feuille.cell(ligne, colonne)
    assert isinstance(cellule, Cell)
    return cellule


def pose(cellule: Cell, valeur: Valeur) -> Cell:
    """Write a value as it is. A text is a text, whatever it begins with, and stays one when the cell is edited."""
    if not isinstance(valeur, str):
        cellule.value = valeur
        return cellule
    cellule.value = _ECHAPPEMENT.sub(r"_x005F\g<0>", propre(valeur))
    cellule.data_type = "s"
    if valeur.startswith(DANGEREUX):
        cellule.quotePrefix = True
    return cellule


def lie(cellule: Cell, feuille: str, adresse: str) -> None:
    """Make of a cell a link to another one of the same workbook."""
    cible = "'" + feuille.replace("'", "''") + f"'!{adresse}"
    cellule.hyperlink = Hyperlink(ref=cellule.coordinate, location=cible)


NOTE_LARGEUR, NOTE_SIGNES, NOTE_LIGNE = 360, 52, 17
"""A note in pixels, the characters in one of its lines, and the height of a line."""


def annote(cellule: Cell, texte: str) -> None:
    """Put a note on a cell, large enough to be read whole."""
    note = Comment(propre(texte)[:4_000], "Vigie")
    note.width = NOTE_LARGEUR
    note.height = NOTE_LIGNE * (lignes(texte[:4_000], NOTE_SIGNES) + 1)
    cellule.comment = note


def lignes(texte: str, largeur: float) -> int:
    """How many lines a text takes when it is wrapped at `largeur` characters."""
    return sum(max(1, ceil(len(part) / largeur)) for part in texte.split("\n"))


def hauteur(textes: Iterable[tuple[str, float]], mini: float = 15.0) -> float:
    """The height in points of a row whose wrapped texts have these widths, in characters."""
    plus_haut = max((lignes(t, max(large * 1.05, 1)) for t, large in textes), default=1)
    return min(409.0, max(mini, 13.5 * plus_haut + 3))
