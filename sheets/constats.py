"""A finding as data: its code, how grave it is, its sentence and its address. Words are made by the checks. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Gravite(StrEnum):
    """`rejet` strikes the line out of *retenu*, `alerte` asks for a look, `info` tells."""

    REJET = "rejet"
    ALERTE = "alerte"
    INFO = "info"


ORDRE = {g: rang for rang, g in enumerate(Gravite)}


@dataclass(frozen=True, slots=True)
class Constat:
    """A finding at its address. `enjeu` is the cents it takes out of *retenu* (0 unless it strikes)."""

    code: str
    gravite: Gravite
    message: str
    correction: str
    feuille: str = ""
    ligne: int | None = None
    cellule: str = ""
    colonne: str = ""
    valeur: str = ""
    enjeu: int = 0


def rang(c: Constat) -> tuple[int, int, str, int]:
    """The order in which findings are shown: blocking first, costliest first, then by place."""
    return (ORDRE[c.gravite], -c.enjeu, c.feuille, c.ligne or 0)
