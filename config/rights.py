"""Who may see what, for which territory. Pure: the only place that decides it.

Inside one's scope everything; above it totals only; beside it nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Literal

from config.territory import FRANCE, Scope, ScopeKind, Territory

ROLES = ("etablissement", "ght", "ars", "dgos", "operateur", "lecture")


class Sight(Enum):
    """How far a person may look: lines and cells, totals, nothing."""

    EVERYTHING = "tout"
    TOTALS = "totaux"
    NOTHING = "rien"


@dataclass(frozen=True, slots=True)
class Absence:
    """A stand-in and the days, both included, on which they answer for someone."""

    deputy: str
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Person:
    """Someone Vigie knows, by function rather than by name."""

    email: str
    position: str
    role: str
    scope: Scope
    absence: Absence | None = None
    slack: str = ""
    """Their identifier in Slack (U…), when their address there is another one."""
    direction: bool = False
    """Whether they are told, and not only asked, when their GHT is late."""


AT_KEYBOARD = Person("", "la personne au clavier", "dgos", FRANCE)
"""Whoever runs the command already holds the register: nothing is hidden from them."""


def sight_of(person: Person, target: Scope, territory: Territory, as_of: date) -> Sight:
    """What `person` may see of `target`. Operators see only their own gaps, so nothing of a territory."""
    if person.role == "operateur":
        return Sight.NOTHING
    if person.scope in (target, *territory.parents(target, as_of)):
        return Sight.TOTALS if person.role == "lecture" else Sight.EVERYTHING
    if target in territory.parents(person.scope, as_of):
        return Sight.TOTALS
    return Sight.NOTHING


def stood_in_for(person: Person, all_of_those: dict[str, Person], as_of: date) -> tuple[Person, ...]:
    """The people someone stands in for that day."""
    return tuple(
        p
        for p in all_of_those.values()
        if p.absence and p.absence.deputy == person.email and p.absence.start <= as_of <= p.absence.end
    )


def stand_in_for(person: Person, all_of_those: dict[str, Person], as_of: date) -> Person:
    """Who answers in someone's place that day: their stand-in, or the stand-in's own; themselves when all are away."""
    acting_person, seen_ones = person, {person.email}
    while (
        acting_person.absence
        and acting_person.absence.start <= as_of <= acting_person.absence.end
        and acting_person.absence.deputy in all_of_those
    ):
        acting_person = all_of_those[acting_person.absence.deputy]
        if acting_person.email in seen_ones:
            return person
        seen_ones.add(acting_person.email)
    return acting_person


def best_sight(
    person: Person, all_of_those: dict[str, Person], target: Scope, territory: Territory, as_of: date
) -> Sight:
    """One's own right, or that of a person one stands in for, whichever sees further."""
    seen = sight_of(person, target, territory, as_of)
    if seen is Sight.EVERYTHING:
        return seen
    seen_ones = {seen, *(sight_of(p, target, territory, as_of) for p in stood_in_for(person, all_of_those, as_of))}
    return next(r for r in Sight if r in seen_ones)


def may_act_over(
    person: Person,
    all_of_those: dict[str, Person],
    roles: tuple[str, ...],
    target: Scope,
    territory: Territory,
    situation: date,
    as_of: date,
) -> bool:
    """Whether someone, or a person they stand in for that day, holds one of `roles` over `target`."""
    acting_person = (target, *territory.parents(target, situation))

    def holds(p: Person) -> bool:
        return p.role in roles and p.scope in acting_person

    return holds(person) or any(map(holds, stood_in_for(person, all_of_those, as_of)))


REFERENTS = ("ars", "dgos")
"""Who acts on what the GHT of their territory sent."""
REFERENTS_AND_GHT = ("ars", "dgos", "ght")
"""Who acts where the GHT itself has a say."""

HandingIn = Literal["courriel", "messagerie", "saisie"]
"""How a trame is handed in: sent by mail, dropped in the chat, entered at the keyboard on behalf of its GHT."""
HAND_IN: Mapping[HandingIn, tuple[str, ...]] = {
    "courriel": ("etablissement", "ght", "ars", "dgos"), "messagerie": ("ght", "ars", "dgos"), "saisie": ("ars", "dgos"),
}  # fmt: skip
"""Who may hand in a trame, or their part of it, inside their territory."""


def out_of_reach(
    person: Person, all_of_those: dict[str, Person], way: HandingIn, targets: Iterable[Scope], territory: Territory,
    situation: date, as_of: date,
) -> list[Scope]:  # fmt: skip
    """Of what a trame bears on, all for which someone may not hand it in that way."""
    roles = HAND_IN[way]
    return [t for t in targets if not may_act_over(person, all_of_those, roles, t, territory, situation, as_of)]


def hands_in_somewhere(person: Person, all_of_those: dict[str, Person], way: HandingIn, as_of: date) -> bool:
    """Whether someone, or a person they stand in for that day, may hand in a trame at all."""
    return any(p.role in HAND_IN[way] for p in (person, *stood_in_for(person, all_of_those, as_of)))


UNITS: Mapping[str, ScopeKind] = {"etablissement": "etablissement", "ght": "ght", "ars": "region", "dgos": "region"}
"""Whose figures a total must not give away to each role."""
BELOW: dict[ScopeKind, ScopeKind] = {
    "national": "region", "region": "ght", "ght": "etablissement", "etablissement": "etablissement",
}  # fmt: skip
"""The same for who reads totals alone: what their own territory is made of."""
COARSEST: tuple[ScopeKind, ...] = ("region", "ght", "etablissement")


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a total is told: what it must not give away, what they know exactly, and where they may ask for totals."""

    unit: ScopeKind
    own: frozenset[Scope]
    totals: tuple[Scope, ...]
    """Nearest first."""


def reader(person: Person, all_of_those: dict[str, Person], territory: Territory, as_of: date) -> Reader:
    """Someone as a reader of totals, with whoever they stand in for: the coarser unit of theirs, which protects most."""
    them = [p for p in (person, *stood_in_for(person, all_of_those, as_of)) if p.role != "operateur"]
    units = {BELOW[p.scope.type] if p.role == "lecture" else UNITS[p.role] for p in them}
    own = frozenset(p.scope for p in them)
    totals = dict.fromkeys(
        t for p in them for t in (p.scope, *territory.parents(p.scope, as_of)) if t not in own
    )  # fmt: skip
    unit: ScopeKind = next((u for u in COARSEST if u in units), "region")
    return Reader(unit, own, tuple(sorted(totals, key=lambda t: ORDER.index(t.type))))


ORDER: tuple[ScopeKind, ...] = ("etablissement", "ght", "region", "national")
