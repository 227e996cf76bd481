"""How two lines are told to be the same one, in the ways that their trame declares. Pure.

Never decides between two candidates: that is the ledger's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sheets.judged import Line
from sheets.register.known_actions import KnownAction
from sheets.trame import Identity


def distance(line: Line, known_action: KnownAction, identity: Identity) -> int:
    """The first way in which a line is like a known one; their number when it is like it in none."""
    traits = ((trait(line.values), trait(known_action.values)) for _, trait in identity.ways)
    return next((rank for rank, (a, b) in enumerate(traits) if a == b and any(a)), len(identity.ways))


def by_trait(pairs: Iterable[tuple[tuple[Any, ...], Any]]) -> dict[tuple[Any, ...], list[Any]]:
    """What bears each trait, in order; those that say nothing are left out."""
    seen: dict[tuple[Any, ...], list[Any]] = {}
    for traits, thing in pairs:
        if any(traits):
            seen.setdefault(traits, []).append(thing)
    return seen
