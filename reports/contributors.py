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
from config.territory import FRANCE, Perimetre
from reports.answer import Reponse
from reports.gains import gains
from reports.view import Sujet, Vue
from sheets.register.what_counts import OngletRecu

Ask = Callable[[Vue, Sujet], Reponse]
Amounts = Mapping[str, int]
"""Cents (or lines) by unit."""
EUROS = ("notifie", "report", "impute", "impute_reporte", "perimetre_traite", "achats", "gain_annuel")
"""The facts of an answer that are amounts of someone."""


class Scope(NamedTuple):
    """A territory, less what is left out of it."""

    perimetre: Perimetre
    sauf: frozenset[Perimetre] = frozenset()


@dataclass(frozen=True)
class Page:
    """All that a reader may ask of an exercice on one day: who makes what, where."""

    vue: Vue
    sujet: Sujet
    reader: Reader
    at_lock: bool = False
    """Whether each tab is as it stood at the lock of its GHT."""

    @cached_property
    def scopes(self) -> list[Scope]:
        """What may be asked, the nearest territory first, then one less another; and what is asked."""
        asked = Scope(self.sujet.perimetre, frozenset(self.sujet.sauf))
        whole = dict.fromkeys([*self.reader.totals, asked.perimetre, *self.sujet.sauf])
        nested = [
            Scope(p, frozenset({q})) for p in self.reader.totals for q in self.reader.totals if self._inside(q, p)
        ]
        kept = [Scope(p) for p in whole if p not in self.reader.own]
        return list(dict.fromkeys([*kept, *nested, asked]))

    def _inside(self, part: Perimetre, whole: Perimetre) -> bool:
        situation = self.vue.campagne(self.sujet).situation
        return whole in self.vue.dossier.territoire.parents(part, situation)

    def others(self) -> Iterator[tuple[str, OngletRecu, frozenset[Scope]]]:
        """(unit, tab, the scopes it counts in) of every tab of the country that is not the reader's own."""
        scopes = self.scopes
        for o in self.vue.comptent(replace(self.sujet, perimetre=FRANCE, sauf=(), par=""), at_lock=self.at_lock):
            if not any(self._holds(p, o) for p in self.reader.own):
                yield self._unit(o), o, frozenset(s for s in scopes if self._in(s, o))

    def _in(self, scope: Scope, o: OngletRecu) -> bool:
        return self._holds(scope.perimetre, o) and not any(self._holds(p, o) for p in scope.sauf)

    def _holds(self, p: Perimetre, o: OngletRecu) -> bool:
        situation = self.vue.dossier.campagnes[o.campagne].situation
        return p == FRANCE or o.finess in self.vue.dossier.territoire.finess_de(p, situation)

    def _unit(self, o: OngletRecu) -> str:
        return self.unit_at(o.finess, self.vue.ght_de(o) or o.ght)

    def unit_at(self, finess: str, ght: str) -> str:
        if self.reader.unit == "etablissement":
            return finess
        known = self.vue.dossier.territoire.ghts.get(ght)
        return known.region if self.reader.unit == "region" and known else ght

    @cached_property
    def members(self) -> dict[str, frozenset[Scope]]:
        """Whoever else is expected in the country, by unit: the scopes it is in."""
        territoire, situation = self.vue.dossier.territoire, self.vue.campagne(self.sujet).situation
        scopes = self.scopes
        inside = {p: territoire.finess_de(p, situation) for s in scopes for p in (s.perimetre, *s.sauf)}
        mine = frozenset[str]().union(*(territoire.finess_de(p, situation) for p in self.reader.own))
        seen: dict[str, set[str]] = {}
        for finess in territoire.finess_de(FRANCE, situation) - mine:
            seen.setdefault(self.unit_at(finess, territoire.ght_de(finess, situation) or ""), set()).add(finess)
        return {
            unit: frozenset(s for s in scopes if its & inside[s.perimetre] and not any(its & inside[q] for q in s.sauf))
            for unit, its in seen.items()
        }


Known = dict[tuple[str, frozenset[Scope]], dict[str, int]]
"""By what is measured and where it counts: cents by unit."""


def of_tabs(page: Page) -> Known:
    known: Known = {}
    for unit, o, scopes in page.others():
        t = o.totaux
        said = {"remis": t.gain_retenu if o.remis else 0, "provisoire": 0 if o.remis else t.gain_retenu,
                "retire": t.gain_retire, "sous_alerte": o.sous_alerte, "lignes": t.lignes_retenues + t.lignes_rejetees,
                "retenues": t.lignes_retenues, "positif": o.declare_positif, "garde": o.declare_positif - t.gain_retire}  # fmt: skip
        for what, amount in said.items():
            cell = known.setdefault((what, scopes), {})
            cell[unit] = cell.get(unit, 0) + amount
    return known


def of_facts(page: Page, ask: Ask) -> Known:
    """What each unit puts in the facts of an answer: the same question, asked of it alone."""
    known: Known = {}
    for unit, scopes in page.members.items():
        alone = replace(page.sujet, perimetre=Perimetre(page.reader.unit, unit), sauf=(), par="")
        try:
            facts = ask(page.vue, alone).faits
        except UserError:
            continue
        said = {what: cents for what in EUROS if isinstance(cents := facts.get(what), int)}
        if "impute" in said:
            said["present"] = _kept_before(page.vue, alone) - said["impute"]
        for what, cents in said.items():
            known.setdefault((what, scopes), {})[unit] = cents
    return known


def _kept_before(vue: Vue, sujet: Sujet) -> int:
    """Cents kept in the exercice before; 0 when it has no campaign."""
    try:
        return gains(vue, replace(sujet, exercice=sujet.exercice - 1, campagne=None)).totaux.gain_retenu
    except UserError:
        return 0


def amounts(known: Known, scope: Scope, parts: Iterable[str]) -> Amounts:
    made: dict[str, int] = {}
    for part in parts:
        sign, what = (-1, part[1:]) if part.startswith("-") else (1, part)
        for (measured, scopes), cents in known.items():
            if measured == what and scope in scopes:
                for unit, c in cents.items():
                    made[unit] = made.get(unit, 0) + sign * c
    return made


def row(known: Known, scope: Scope, parts: Iterable[str]) -> dict[Hashable, int]:
    signed = {part.removeprefix("-"): -1 if part.startswith("-") else 1 for part in parts}
    return {cell: signed[cell[0]] for cell in known if cell[0] in signed and scope in cell[1]}
