"""The lines that make a measure: what each adds, once decisions are taken. As of any day; writes nothing.

A figure of `reports/` is a sum of these lines, worked out where they are stored; « pourquoi » shows those very lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from enum import Enum
from typing import Any, NamedTuple

from sqlite_utils import Database

from sheets.register.decisions import decisions
from sheets.register.schema import by_table, lines_table
from sheets.register.what_counts import ReceivedTab
from sheets.trame import Measure, Table


class But(Enum):
    """Which lines of a tab are left out, for what stands in the tab beside it: that of the same unit, in another exercice.

    A line continues another when it was matched with it, and bears its number, whatever became of either.
    """

    CONTINUED = "n.onglet = tab.beside AND n.action_id = l.action_id AND n.reportee_de IS NOT NULL"
    CONTINUING = "l.reportee_de IS NOT NULL AND n.onglet = tab.beside AND n.action_id = l.action_id"


class LinePart(NamedTuple):
    """What one stored line adds along the measures asked for, struck or not."""

    line: int
    tab: int
    finess: str
    amounts: tuple[int, ...]


_TABS = (
    "WITH tab(id, beside, finess) AS (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(:tabs)),"
    " decided(line, struck) AS MATERIALIZED (SELECT value ->> 0, value ->> 1 FROM json_each(:decided))"
)
"""The tabs asked about, each with that of the same unit in the other exercice (0: none)."""


def parts(
    db: Database,
    tabs: Iterable[ReceivedTab],
    measures: Sequence[str],
    as_of: date,
    beside: Iterable[ReceivedTab] = (),
    but: But | None = None,
) -> list[LinePart]:
    """The lines of these tabs to which something is left of the first of these measures, but for those that `but` says."""
    without = f" AND NOT EXISTS (SELECT 1 FROM {{lines}} n WHERE {but.value})" if but else ""
    query = (
        f"{_TABS} SELECT l.id, tab.id, tab.finess, {{kept}} FROM tab CROSS JOIN {{lines}} l ON l.onglet = tab.id"
        f" AND l.{measures[0]} <> 0 LEFT JOIN decided d ON d.line = l.id WHERE TRUE{without}"
    )
    found = (LinePart(*(*r[:3], r[3:])) for r in _rows(db, query, tabs, beside, measures, as_of))
    return [part for part in found if part.amounts[0]]


def sums_but(
    db: Database, tabs: Iterable[ReceivedTab], measures: Sequence[str], as_of: date, beside: Iterable[ReceivedTab], but: But
) -> dict[int, tuple[int, ...]]:  # fmt: skip
    """What `parts` adds up to, by tab: what each adds up to, but for the lines left out, which are few."""
    tabs = list(tabs)
    carried, carrying = ("tab.id", "tab.beside") if but is But.CONTINUED else ("tab.beside", "tab.id")
    query = (  # the carrying lines are walked, in their index: each finds what it carries by its number
        f"{_TABS} SELECT tab.id, {{sums}} FROM tab"
        f" CROSS JOIN {{lines}} n ON n.onglet = {carrying} AND n.reportee_de IS NOT NULL"
        f" CROSS JOIN {{lines}} c ON c.onglet = {carried} AND c.action_id = n.action_id"
        f" CROSS JOIN {{lines}} l ON l.id = {'c' if but is But.CONTINUED else 'n'}.id"
        " LEFT JOIN decided d ON d.line = l.id GROUP BY tab.id"
    )
    out = {tab: amounts for tab, *amounts in _rows(db, query, tabs, beside, measures, as_of)}
    nothing = [0] * len(measures)
    left = {o.id: tuple(o.kept(m) - x for m, x in zip(measures, out.get(o.id, nothing), strict=True)) for o in tabs}
    return {tab: amounts for tab, amounts in left.items() if any(amounts)}


def _rows(
    db: Database,
    query: str,
    tabs: Iterable[ReceivedTab],
    others: Iterable[ReceivedTab],
    measures: Sequence[str],
    as_of: date,
) -> list[tuple[Any, ...]]:
    beside = {o.finess: o.id for o in others}
    finess_of = {o.id: o.finess for o in tabs}
    rows: list[tuple[Any, ...]] = []
    for table, theirs in by_table(db, finess_of):
        decided = [(d.line, int(d.blocked)) for d in decisions(db, theirs, as_of)]
        pairs = [(i, beside.get(finess_of[i], 0), finess_of[i]) for i in theirs]
        kept = [_kept(m) for m in _named(table, measures)]
        sums = ", ".join(f"sum({k})" for k in kept)
        sql = query.format(lines=lines_table(table), kept=", ".join(kept), sums=sums)
        rows += db.execute(sql, {"tabs": json.dumps(pairs), "decided": json.dumps(decided)}).fetchall()
    return rows


def _named(table: Table, measures: Sequence[str]) -> list[Measure]:
    known = {m.key: m for m in table.measures}
    return [known[m] for m in measures]


def _kept(m: Measure) -> str:
    """What is left of a measure of a stored line, in SQL; a struck one keeps its losses: striking never raises a total."""
    left = "0" if m.struck_whole else f"min(l.{m.key}, 0)"
    return f"iif(coalesce(d.struck, l.bloquee), {left}, l.{m.key})"
