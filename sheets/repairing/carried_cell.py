"""One cell of a damaged trame → what to write so that the clean one reads the same. Never changes what a cell says."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from sheets import cells
from sheets.cells import Doubtful, Lu, Probleme, Reconnu
from sheets.reading.rows import Lecteur
from sheets.trame import Colonne
from sheets.writing.safe_cells import Valeur, propre

PREMIER_JOUR = datetime(1900, 3, 1)  # noqa: DTZ001 - a cell has no zone
"""Before that day, Excel's calendar is not the world's."""


def a_reprendre(c: Colonne, brut: object, lecteur: Lecteur) -> Valeur:
    """What to write for a raw cell: clean when it was understood, as typed when not, None when neither reads the same."""
    lu = lecteur(brut)
    attendu = lu.label if isinstance(lu, Reconnu) else lu
    return next((v for v in _candidats(c, brut, lu) if _relue(v, lecteur) == attendu), None)


def _candidats(c: Colonne, brut: object, lu: Lu) -> list[Valeur]:
    """The ways to write a cell, cleanest first."""
    if isinstance(lu, Probleme | Doubtful):
        return _tel_quel(brut)
    if isinstance(lu, Reconnu):
        return [lu.label]
    if isinstance(lu, str):
        # A text keeps its line breaks; a label is written as the list has it.
        return [_texte(brut), lu] if c.genre == "texte" and isinstance(brut, str) else [lu]
    if c.genre == "euros" and isinstance(lu, int):
        return [lu // 100 if lu % 100 == 0 else lu / 100, f"{Decimal(lu) / 100:.2f}".replace(".", ",")]
    if isinstance(lu, Decimal):
        entier = [int(lu)] if lu == lu.to_integral_value() else []
        return [*entier, float(lu), f"{lu:f}".replace(".", ",")]
    return [lu]


def _tel_quel(brut: object) -> list[Valeur]:
    """A cell that was not understood, or is in doubt, as it was typed; a personal number stays masked."""
    if isinstance(brut, str):
        return [_texte(brut)]
    if isinstance(brut, datetime):
        return [brut] if brut >= PREMIER_JOUR else [cells.vu(brut)]
    if isinstance(brut, date):
        return [brut] if brut >= PREMIER_JOUR.date() else [cells.vu(brut)]
    if isinstance(brut, float) and not isfinite(brut):
        return [cells.vu(brut)]
    if isinstance(brut, float):
        return [int(brut) if brut.is_integer() and abs(brut) < 1e15 else brut, cells.vu(brut)]
    return [brut, cells.vu(brut)] if isinstance(brut, int) else [cells.vu(brut)]


def _texte(brut: str) -> str:
    return propre(cells.masque(brut.replace("\r\n", "\n").replace("\r", "\n")))


def _relue(valeur: Valeur, lecteur: Lecteur) -> Any:
    """What the reader will see once the value has been through a file: numbers are floats of sixteen digits there."""
    if isinstance(valeur, int | float | Decimal) and not isinstance(valeur, bool):
        return lecteur(float(f"{valeur:.16g}"))
    return lecteur(valeur)
