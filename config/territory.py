"""Regions, GHT and établissements, and who belonged where on which day. Pure.

A GHT belongs to the region of its support; all its members follow, whatever their département.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

ScopeKind = Literal["national", "region", "ght", "etablissement"]
NATIONAL = "FR"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a figure is about, or what a person answers for."""

    type: ScopeKind
    code: str


FRANCE = Scope("national", NATIONAL)


@dataclass(frozen=True, slots=True)
class Region:
    code: str
    name: str
    insee: str = ""


@dataclass(frozen=True, slots=True)
class Ght:
    code: str
    name: str
    region: str


@dataclass(frozen=True, slots=True)
class Etablissement:
    finess: str
    name: str


@dataclass(frozen=True, slots=True)
class Membership:
    """An établissement in a GHT, from `start` to `end` included; None is open."""

    finess: str
    ght: str
    support: bool
    start: date | None
    end: date | None

    def is_in_force(self, as_of: date) -> bool:
        return (self.start is None or self.start <= as_of) and (self.end is None or as_of <= self.end)


Era = tuple[dict[str, tuple[Etablissement, ...]], dict[str, str]]
InsideScope = tuple[tuple[Ght, ...], frozenset[str]]


@dataclass(frozen=True, eq=False)
class Territory:
    regions: dict[str, Region]
    ghts: dict[str, Ght]
    etablissements: dict[str, Etablissement]
    memberships: tuple[Membership, ...]

    def members(self, ght: str, as_of: date) -> tuple[Etablissement, ...]:
        """Établissements of a GHT that day, support first."""
        return self._era(self._era_rank(as_of))[0].get(ght, ())

    def ghts_of(self, scope: Scope, as_of: date) -> tuple[Ght, ...]:
        """The GHT inside a scope that have members that day; an établissement's own GHT."""
        return self._inside(scope, self._era_rank(as_of))[0]

    def ght_of(self, finess: str, as_of: date) -> str | None:
        """Code of the GHT an établissement belonged to that day."""
        return self._era(self._era_rank(as_of))[1].get(finess)

    def finess_of(self, scope: Scope, as_of: date) -> frozenset[str]:
        """FINESS numbers of the établissements inside a scope that day."""
        return self._inside(scope, self._era_rank(as_of))[1]

    def parents(self, scope: Scope, as_of: date) -> tuple[Scope, ...]:
        """The scopes that contain this one, nearest first, France last."""
        if scope.type == "national":
            return ()
        if scope.type == "region":
            return (FRANCE,)
        if scope.type == "ght":
            ght = self.ghts.get(scope.code)
            return (Scope("region", ght.region), FRANCE) if ght else (FRANCE,)
        code = self.ght_of(scope.code, as_of) or self._last_ght(scope.code, as_of)
        container = Scope("ght", code) if code else None
        return (container, *self.parents(container, as_of)) if container else (FRANCE,)

    def _last_ght(self, finess: str, as_of: date) -> str | None:
        """Of an établissement that is in no GHT that day, the one it last left, else the one it will enter."""
        theirs = [a for a in self.memberships if a.finess == finess and a.ght in self.ghts]
        left = [a for a in theirs if a.end and a.end < as_of]
        return max(left or theirs, key=lambda a: a.end or date.max).ght if theirs else None

    def name(self, scope: Scope) -> str:
        """« GHT Jura », « Bourgogne-Franche-Comté », « France »."""
        if scope.type == "region":
            return self.regions[scope.code].name
        if scope.type == "ght":
            return self.ghts[scope.code].name
        if scope.type == "etablissement":
            return self.name_of(scope.code)
        return "France"

    def name_of(self, finess: str) -> str:
        """The name of an établissement; its number where the region's folder no longer knows it."""
        known = self.etablissements.get(finess)
        return known.name if known else finess

    def _era_rank(self, as_of: date) -> int:
        """The number of the era of that day: how many days of change have come by then."""
        return bisect_right(self._days_of_change, as_of)

    @cached_property
    def _days_of_change(self) -> list[date]:
        """The days on which someone entered a GHT or had left it. An era is the time between two of them: nothing moves in it."""
        entries = {a.start for a in self.memberships if a.start}
        return sorted(entries | {a.end + timedelta(days=1) for a in self.memberships if a.end})

    def _era(self, rank: int) -> Era:
        """Members by GHT, and GHT by FINESS, during one era."""
        if rank not in self._eras:
            self._eras[rank] = self._read_era(rank)
        return self._eras[rank]

    def _inside(self, scope: Scope, rank: int) -> InsideScope:
        """The GHT and the FINESS numbers inside a scope, during one era."""
        if (scope, rank) not in self._places:
            self._places[scope, rank] = self._compute_inside(scope, rank)
        return self._places[scope, rank]

    # Worked out once, and gone with the territory: the past has one for every folder that was ever in force.

    @cached_property
    def _eras(self) -> dict[int, Era]:
        return {}

    @cached_property
    def _places(self) -> dict[tuple[Scope, int], InsideScope]:
        return {}

    def _read_era(self, rank: int) -> Era:
        as_of = self._days_of_change[rank - 1] if rank else date.min
        members: dict[str, list[Etablissement]] = {}
        for a in sorted(self.memberships, key=lambda a: (not a.support, a.finess)):
            if a.is_in_force(as_of):
                members.setdefault(a.ght, []).append(self.etablissements[a.finess])
        ght_of = {e.finess: ght for ght, theirs in members.items() for e in theirs}
        return {ght: tuple(theirs) for ght, theirs in members.items()}, ght_of

    def _compute_inside(self, scope: Scope, rank: int) -> InsideScope:
        members, ght_of = self._era(rank)
        living = [self.ghts[code] for code in sorted(members) if code in self.ghts]
        if scope.type == "etablissement":
            containing_ght = ght_of.get(scope.code)
            return tuple(g for g in living if g.code == containing_ght), frozenset({scope.code})
        if scope.type != "national":
            living = [g for g in living if scope.code == (g.region if scope.type == "region" else g.code)]
        return tuple(living), frozenset(e.finess for g in living for e in members[g.code])
