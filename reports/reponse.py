"""What every answer is made of, whoever words it: a figure, its basis, its date, and the lines behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from config.objectifs import Objectif
from config.territoire import Perimetre

Unite = Literal["EUR", "taux", "trames", ""]


@dataclass(frozen=True, slots=True)
class Adresse:
    """Where a figure was typed."""

    reference: str
    fichier: str
    feuille: str
    cellule: str


@dataclass(frozen=True, slots=True)
class Element:
    """One line of an answer. `valeur` in the answer's unit; `precision` is a word beside it."""

    libelle: str
    valeur: int | Decimal | None = None
    precision: str = ""
    adresse: Adresse | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Reponse:
    """The answer to one question. Amounts in cents, rates as fractions; `valeur` is None when unknown."""

    intention: str
    perimetre: Perimetre
    exercice: int
    campagne: str
    au: date
    valeur: int | Decimal | None
    unite: Unite
    recues: int
    attendues: int
    declare: int = 0
    retire: int = 0
    retenu: int = 0
    provisoire: int = 0
    ajustement: int = 0
    objectif: Objectif | None = None
    par: str = ""
    elements: tuple[Element, ...] = ()
    remarques: tuple[str, ...] = field(default=())

    @property
    def atteinte(self) -> Decimal | None:
        """What is kept over the objective, or None without an objective."""
        if self.objectif is None or self.objectif.montant == 0:
            return None
        return Decimal(self.retenu) / self.objectif.montant
