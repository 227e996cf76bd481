"""How two lines are told to be the same action: numbers however they are written, then titles, markets and amounts. Pure.

Never decides between two candidates: that is the ledger's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from config.french import cle
from sheets.judged import Line
from sheets.register.known_actions import KnownAction
from sheets.spelling import squeeze

PASSES: tuple[tuple[str, Callable[[Any], tuple[Any, ...]]], ...] = (
    ("même intitulé, même marché, mêmes montants",
     lambda v: (cle(v.intitule or ""), squeeze(v.marche or ""), v.gain_annuel, v.montant_reference)),
    ("même intitulé, même marché", lambda v: (cle(v.intitule), squeeze(v.marche)) if v.intitule and v.marche else ()),
    ("même marché, mêmes montants, même date de 1re commande",
     lambda v: (squeeze(v.marche), v.gain_annuel, v.montant_reference, v.date_premiere_commande)
     if v.marche and v.gain_annuel and v.date_premiere_commande else ()),
    ("même intitulé, même famille", lambda v: (cle(v.intitule), v.famille) if v.intitule else ()),
)  # fmt: skip
"""How alike two lines must be, from the surest; each must single out one line on both sides."""
SURE = len(PASSES) - 1
"""So many of them say more than a title and a family, which a second purchase may well share."""
UNLIKE = len(PASSES)


def distance(line: Line, known_action: KnownAction) -> int:
    """The first way in which a line is like a known action; `UNLIKE` when it is like it in none."""
    traits = ((trait(line.values), trait(known_action)) for _, trait in PASSES)
    return next((rank for rank, (a, b) in enumerate(traits) if a == b and any(a)), UNLIKE)


def by_trait(pairs: Iterable[tuple[tuple[Any, ...], Any]]) -> dict[tuple[Any, ...], list[Any]]:
    """What bears each trait, in order; those that say nothing are left out."""
    seen: dict[tuple[Any, ...], list[Any]] = {}
    for traits, thing in pairs:
        if any(traits):
            seen.setdefault(traits, []).append(thing)
    return seen


def same_purchase(line: Line, known_action: KnownAction) -> bool:
    """Whether a line that bears a carried-over number is that purchase, and not a new one under the same number."""
    ordered: date | None = line.values.date_premiere_commande
    return (
        cle(line.values.intitule or "") == cle(known_action.intitule) or ordered == known_action.date_premiere_commande
    )
