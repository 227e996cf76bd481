"""A tab as it was read: its typed lines, what is doubtful in them, and what was left aside. Never judged here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sheets.cells import Doubtful, Probleme, Reconnu
from sheets.findings import Constat


@dataclass(slots=True)
class LigneLue:
    """A line as read: values by column, and problems by column. Rank in the sheet from 1."""

    numero: int
    valeurs: dict[str, Any]
    problemes: dict[str, Probleme | Reconnu | Doubtful]


@dataclass(frozen=True, slots=True)
class OngletLu:
    colonnes: dict[str, str]
    lignes: list[LigneLue]
    vides: int
    ignorees: int
    constats: list[Constat]
    utilisable: bool
    entete: int = 0
    """Row of the headings in the sheet."""
