"""Who makes what of the figures of a territory: every amount by whose it is, and in which territories it counts.

Read for whoever sees totals alone; their own amounts are left out. Decides nothing: see `disclosure`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from config.errors import UserError
from config.rights import Reader
from config.territory import FRANCE, Scope
from reports.answer import Answer
from reports.gains import gains
from reports.view import Subject, View
from sheets.register.what_counts import ReceivedTab

Ask = Callable[[View, Subject], Answer]
Amounts = Mapping[str, int]
"""Cents (or lines) by unit."""
EURO_FACTS = ("notifie", "report", "impute", "impute_reporte", "perimetre_traite", "achats", "gain_annuel")
"""The facts of an answer that are amounts of someone."""


class ScopeLess(NamedTuple):
    """A territory, less what is left out of it."""

    scope: Scope
    but_for: frozenset[Scope] = frozenset()


@dataclass(frozen=True)
class ToldPage:
    """All that a reader may ask of an exercice on one day: who makes what, where."""

    view: View
    subject: Subject
    reader: Reader
    at_lock: bool = False
    """Whether each tab is as it stood at the lock of its GHT."""

    @cached_property
    def scopes(self) -> list[ScopeLess]:
        """What may be asked, the nearest territory first, then one less another; and what is asked."""
        asked = ScopeLess(self.subject.scope, frozenset(self.subject.but_for))
        whole = dict.fromkeys([*self.reader.totals, asked.scope, *self.subject.but_for])
        nested = [
            ScopeLess(p, frozenset({q})) for p in self.reader.totals for q in self.reader.totals if self._inside(q, p)
        ]
        kept = [ScopeLess(p) for p in whole if p not in self.reader.own]
        return list(dict.fromkeys([*kept, *nested, asked]))

    def _inside(self, part: Scope, whole: Scope) -> bool:
        situation = self.view.campaign(self.subject).situation
        return whole in self.view.folder.territory.parents(part, situation)

    def others(self) -> Iterator[tuple[str, ReceivedTab, frozenset[ScopeLess]]]:
        """(unit, tab, the scopes it counts in) of every tab of the country that is not the reader's own."""
        scopes = self.scopes
        for o in self.view.tabs_that_count(
            replace(self.subject, scope=FRANCE, but_for=(), by=""), at_lock=self.at_lock
        ):
            if not any(self._holds(p, o) for p in self.reader.own):
                yield self._unit(o), o, frozenset(s for s in scopes if self._in(s, o))

    def _in(self, scope_less: ScopeLess, o: ReceivedTab) -> bool:
        return self._holds(scope_less.scope, o) and not any(self._holds(p, o) for p in scope_less.but_for)

    def _holds(self, p: Scope, o: ReceivedTab) -> bool:
        situation = self.view.folder.campaigns[o.campaign].situation
        return p == FRANCE or o.finess in self.view.folder.territory.finess_of(p, situation)

    def _unit(self, o: ReceivedTab) -> str:
        return self.unit_at(o.finess, self.view.ght_of(o) or o.ght)

    def unit_at(self, finess: str, ght: str) -> str:
        if self.reader.unit == "etablissement":
            return finess
        known = self.view.folder.territory.ghts.get(ght)
        return known.region if self.reader.unit == "region" and known else ght

    @cached_property
    def members(self) -> dict[str, frozenset[ScopeLess]]:
        """Whoever else is expected in the country, by unit: the scopes it is in."""
        territory, situation = self.view.folder.territory, self.view.campaign(self.subject).situation
        scopes = self.scopes
        inside = {p: territory.finess_of(p, situation) for s in scopes for p in (s.scope, *s.but_for)}
        mine = frozenset[str]().union(*(territory.finess_of(p, situation) for p in self.reader.own))
        seen: dict[str, set[str]] = {}
        for finess in territory.finess_of(FRANCE, situation) - mine:
            seen.setdefault(self.unit_at(finess, territory.ght_of(finess, situation) or ""), set()).add(finess)
        return {
            unit: frozenset(s for s in scopes if its & inside[s.scope] and not any(its & inside[q] for q in s.but_for))
            for unit, its in seen.items()
        }


Known = dict[tuple[str, frozenset[ScopeLess]], dict[str, int]]
"""By what is measured and where it counts: cents by unit."""


def of_tabs(page: ToldPage) -> Known:
    known: Known = {}
    for unit, o, scopes in page.others():
        t = o.totals
        said = {"remis": t.kept if o.handed_in else 0, "provisoire": 0 if o.handed_in else t.kept,
                "retire": t.struck, "sous_alerte": o.under_alert, "lignes": t.lines_kept + t.lines_struck,
                "retenues": t.lines_kept, "positif": o.positive_declared, "garde": o.positive_declared - t.struck}  # fmt: skip
        for what, amount in said.items():
            cell = known.setdefault((what, scopes), {})
            cell[unit] = cell.get(unit, 0) + amount
    return known


def of_facts(page: ToldPage, ask: Ask) -> Known:
    """What each unit puts in the facts of an answer: the same question, asked of it alone."""
    known: Known = {}
    for unit, scopes in page.members.items():
        alone = replace(page.subject, scope=Scope(page.reader.unit, unit), but_for=(), by="")
        try:
            facts = ask(page.view, alone).facts
        except UserError:
            continue
        said = {what: cents for what in EURO_FACTS if isinstance(cents := facts.get(what), int)}
        if "impute" in said:
            said["present"] = _kept_before(page.view, alone) - said["impute"]
        for what, cents in said.items():
            known.setdefault((what, scopes), {})[unit] = cents
    return known


def _kept_before(view: View, subject: Subject) -> int:
    """Cents kept in the exercice before; 0 when it has no campaign."""
    try:
        return gains(view, replace(subject, exercice=subject.exercice - 1, campaign=None)).totals.kept
    except UserError:
        return 0


def amounts(known: Known, scope_less: ScopeLess, parts: Iterable[str]) -> Amounts:
    made: dict[str, int] = {}
    for part in parts:
        sign, what = (-1, part[1:]) if part.startswith("-") else (1, part)
        for (measured, scopes), cents in known.items():
            if measured == what and scope_less in scopes:
                for unit, c in cents.items():
                    made[unit] = made.get(unit, 0) + sign * c
    return made


def row(known: Known, scope_less: ScopeLess, parts: Iterable[str]) -> dict[Hashable, int]:
    signed = {part.removeprefix("-"): -1 if part.startswith("-") else 1 for part in parts}
    return {cell: signed[cell[0]] for cell in known if cell[0] in signed and scope_less in cell[1]}
