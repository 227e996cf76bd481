"""Reads which lines differ between what counted on two days. Writes nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlite_utils import Database

from sheets.register.decisions import Decision, last_acts
from sheets.register.schema import by_table, declared_of, lines_table
from sheets.register.what_counts import ReceivedTab
from sheets.trame import Table

_CHANGED_LINES = """
WITH a(onglet, vis) AS MATERIALIZED (SELECT value ->> 0, value ->> 1 FROM json_each(:avant)),
decidee(onglet, vis, action_id) AS (
  SELECT a.onglet, a.vis, l.action_id FROM json_each(:decidees) d CROSS JOIN {lines} l ON l.id = d.value JOIN a ON a.onglet = l.onglet
  UNION
  SELECT a.onglet, a.vis, l.action_id FROM json_each(:decidees) d CROSS JOIN {lines} l ON l.id = d.value JOIN a ON a.vis = l.onglet)
SELECT a.onglet, la.action_id, la.id, {a}, la.retire, a.vis, lb.id, {b}, lb.retire
FROM a JOIN {lines} la ON la.onglet = a.onglet
LEFT JOIN {lines} lb ON lb.onglet = a.vis AND lb.action_id = la.action_id
WHERE lb.id IS NULL OR {a} <> {b} OR la.retire <> lb.retire
UNION
SELECT d.onglet, la.action_id, la.id, {a}, la.retire, d.vis, lb.id, {b}, lb.retire
FROM decidee d CROSS JOIN {lines} la ON la.onglet = d.onglet AND la.action_id = d.action_id
LEFT JOIN {lines} lb ON lb.onglet = d.vis AND lb.action_id = la.action_id
"""
_NEW_LINES = """
WITH b(onglet, vis) AS MATERIALIZED (SELECT value ->> 0, value ->> 1 FROM json_each(?))
SELECT b.onglet, lb.action_id, lb.id, {b}, lb.retire FROM b JOIN {lines} lb ON lb.onglet = b.onglet
WHERE NOT EXISTS (SELECT 1 FROM {lines} la WHERE la.onglet = b.vis AND la.action_id = lb.action_id)
"""


class LineThatDay(NamedTuple):
    """A line as it counted one day, in cents: where it is stored, the arrival it comes from, what was decided of it."""

    line: int
    tab: int
    arrival: int
    declared: int
    struck: int
    decision: Decision | None


ChangedLines = dict[tuple[str, str], tuple[LineThatDay | None, LineThatDay | None]]
"""By FINESS and number: the line as it was, as it is."""


def changed_lines(
    db: Database, before: Sequence[ReceivedTab], dated: date, after: Sequence[ReceivedTab], as_of: date
) -> ChangedLines:
    """The lines whose euros may differ between the tabs of two days.

    Those that a decision was taken on are among them, whatever it came to.
    """
    changed: ChangedLines = {}
    for table, _ in by_table(db, {o.id for o in (*before, *after)}):
        theirs_before, theirs_after = ([o for o in tabs if o.table == table.code] for tabs in (before, after))
        changed |= _changed_of(db, table, theirs_before, theirs_after, dated, as_of)
    return changed


def _changed_of(
    db: Database, table: Table, before: Sequence[ReceivedTab], after: Sequence[ReceivedTab], dated: date, as_of: date
) -> ChangedLines:
    decisions_before, decisions_after = (
        {d.line: d for d in last_acts(db, [o.id for o in tabs], day)} for tabs, day in ((before, dated), (after, as_of))
    )
    decisions_taken = [*decisions_before.values(), *decisions_after.values()]
    moved_tabs = {d.tab for d in decisions_taken} | {o.id for o in before} ^ {o.id for o in after}
    by_finess_before, by_finess_after = ({o.finess: o for o in tabs} for tabs in (before, after))
    parameters = {
        # As they lie on the disk: a country is read in one sweep.
        "avant": json.dumps(sorted((o.id, _id(by_finess_after.get(o.finess))) for o in before if o.id in moved_tabs)),
        "decidees": json.dumps([d.line for d in decisions_taken]),
    }
    side_before, side_now = _Day(before, decisions_before), _Day(after, decisions_after)
    changed: ChangedLines = {}
    lost: Counter[int] = Counter()
    rows = db.execute(_of(table, _CHANGED_LINES), parameters)
    for tab, number, a, declared_a, struck_a, opposite, b, declared_b, struck_b in rows:
        lost[opposite] += b is None
        written_after = side_now.line_that_day(b, opposite, declared_b, struck_b) if b else None
        changed[side_before.finess(tab), number] = (
            side_before.line_that_day(a, tab, declared_a, struck_a),
            written_after,
        )
    # A tab with as many lines as were found again in it has no new one: nearly all, spared the second look.
    grown_tabs = [
        o
        for o in after
        if o.id in moved_tabs and _line_count(o) != _line_count(by_finess_before.get(o.finess)) - lost[o.id]
    ]
    grown = json.dumps([(o.id, _id(by_finess_before.get(o.finess))) for o in grown_tabs])
    for tab, number, b, declared_b, struck_b in db.execute(_of(table, _NEW_LINES), (grown,)):
        changed[side_now.finess(tab), number] = (None, side_now.line_that_day(b, tab, declared_b, struck_b))
    return changed


def _of(table: Table, query: str) -> str:
    return query.format(lines=lines_table(table), a=declared_of(table, "la"), b=declared_of(table, "lb"))


class _Day:
    """The tabs that counted one day, and what had been decided of their lines."""

    def __init__(self, tabs: Sequence[ReceivedTab], taken_decisions: Mapping[int, Decision]) -> None:
        self.tabs, self.taken_decisions = {o.id: o for o in tabs}, taken_decisions

    def finess(self, tab: int) -> str:
        return self.tabs[tab].finess

    def line_that_day(self, line: int, tab: int, declared: int, struck: int) -> LineThatDay:
        d = self.taken_decisions.get(line)
        return LineThatDay(line, tab, self.tabs[tab].arrival, declared, d.struck if d else struck, d)


def _id(tab: ReceivedTab | None) -> int:
    """0 is no tab's."""
    return tab.id if tab else 0


def _line_count(tab: ReceivedTab | None) -> int:
    return tab.totals.lines_kept + tab.totals.lines_struck if tab else 0
