"""Objectives with version and date of effect, and how a region's is shared among GHT that have none. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from config.territory import Perimetre


@dataclass(frozen=True, slots=True)
class Objectif:
    """`montant` in cents, in force from `effet` on, until a later version."""

    perimetre: Perimetre
    exercice: int
    version: str
    effet: date
    montant: int
    reparti: bool = False


def en_vigueur(objectifs: Iterable[Objectif], perimetre: Perimetre, exercice: int, au: date) -> Objectif | None:
    """The version in force that day, if any."""
    candidats = [o for o in objectifs if o.exercice == exercice and o.effet <= au and o.perimetre == perimetre]
    return max(candidats, key=lambda o: o.effet, default=None)


def reparti(
    objectif: Objectif, perimetre: Perimetre, achats: Mapping[str, int | None], part: Iterable[str]
) -> Objectif | None:
    """The share of a region's objective that falls to `part` (FINESS numbers), by total purchases.

    `achats` holds the purchases in cents of every établissement of the region. None when one is unknown:
    a share of an unknown whole would be invented.
    """
    connus = {finess: montant for finess, montant in achats.items() if montant}
    total = sum(connus.values())
    if len(connus) < len(achats) or not total:
        return None
    fraction = sum(connus[finess] for finess in part)
    montant = (2 * objectif.montant * fraction + total) // (2 * total)
    return Objectif(perimetre, objectif.exercice, objectif.version, objectif.effet, montant, reparti=True)
