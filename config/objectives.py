"""Objectives with version and date of effect, and how a region's is shared among GHT that have none. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from config.territory import Scope


@dataclass(frozen=True, slots=True)
class Objective:
    """`amount` in cents, in force from `effective_from` on, until a later version."""

    scope: Scope
    exercice: int
    version: str
    effective_from: date
    amount: int
    shared_out: bool = False


def in_force(objectives: Iterable[Objective], scope: Scope, exercice: int, as_of: date) -> Objective | None:
    """The version in force that day, if any."""
    candidates = [o for o in objectives if o.exercice == exercice and o.effective_from <= as_of and o.scope == scope]
    return max(candidates, key=lambda o: o.effective_from, default=None)


def shared_out(
    objective: Objective, scope: Scope, purchases: Mapping[str, int | None], part: Iterable[str]
) -> Objective | None:
    """The share of a region's objective that falls to `part` (FINESS numbers), by total purchases.

    `purchases` holds the purchases in cents of every établissement of the region. None when one is unknown:
    a share of an unknown whole would be invented.
    """
    known_amounts = {finess: amount for finess, amount in purchases.items() if amount}
    total = sum(known_amounts.values())
    if len(known_amounts) < len(purchases) or not total:
        return None
    fraction = sum(known_amounts[finess] for finess in part)
    amount = (2 * objective.amount * fraction + total) // (2 * total)
    return Objective(scope, objective.exercice, objective.version, objective.effective_from, amount, shared_out=True)
