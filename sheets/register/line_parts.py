"""Lines that make a figure which is not the gain of the exercice: what each adds, in cents. As of any day; writes nothing.

A figure of `reports/` is a sum of these lines, worked out where they are stored; « pourquoi » shows those very lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlite_utils import Database

from sheets.register.decisions import decisions
from sheets.register.what_counts import ReceivedTab


class LinePart(NamedTuple):
    """What one stored line adds to a figure, in cents."""

    line: int
    tab: int
    finess: str
    cents: int


class Treated(NamedTuple):
    """A kept line of the périmètre traité: its annual gain and its reference amount, in cents."""

    line: int
    tab: int
    finess: str
    gain: int
    reference: int


_TABS = (
    "WITH tab(id, beside, finess) AS (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(:tabs)),"
    " decided(line, struck) AS MATERIALIZED (SELECT value ->> 0, value ->> 1 FROM json_each(:decided))"
)
"""The tabs asked about, each with that of the same établissement in the other exercice (0: none)."""
_STRUCK = "coalesce(d.struck, l.bloquee)"
_KEPT = f"iif({_STRUCK}, min({{cents}}, 0), {{cents}})"
"""A struck line keeps its losses: striking never raises a total."""
# What is continued bears the number of the line that it continues. The terms are those of the partial indexes.
_INHERITED = f"""{_TABS} SELECT l.id, tab.id, tab.finess, {_KEPT.format(cents="l.report")} FROM tab
CROSS JOIN lignes_paat l ON l.onglet = tab.id AND l.report <> 0 LEFT JOIN decided d ON d.line = l.id
WHERE NOT EXISTS (SELECT 1 FROM lignes_paat n
  WHERE n.onglet = tab.beside AND n.action_id = l.action_id AND n.reportee_de IS NOT NULL)"""
_NOTIFIED = f"""{_TABS} SELECT l.id, tab.id, tab.finess, {_KEPT.format(cents="l.prevision")} FROM tab
CROSS JOIN lignes_paat l ON l.onglet = tab.id LEFT JOIN decided d ON d.line = l.id WHERE l.prevision <> 0"""
_TREATED = f"""{_TABS} SELECT {{what}} FROM tab
CROSS JOIN lignes_paat l ON l.onglet = tab.id AND l.date_premiere_commande BETWEEN :first AND :last
LEFT JOIN decided d ON d.line = l.id
WHERE l.statut = 'réalisé' AND l.montant_reference IS NOT NULL AND NOT {_STRUCK} AND (l.reportee_de IS NULL
  OR NOT EXISTS (SELECT 1 FROM lignes_paat n WHERE n.onglet = tab.beside AND n.action_id = l.action_id))"""
_REPORT = _KEPT.format(cents="l.report")
_CONTINUED = f"""{_TABS} SELECT tab.id, sum({_REPORT}) FROM tab
CROSS JOIN lignes_paat l ON l.onglet = tab.id AND l.report <> 0 LEFT JOIN decided d ON d.line = l.id
WHERE l.action_id IN (SELECT n.action_id FROM lignes_paat n
  WHERE n.onglet = tab.beside AND n.reportee_de IS NOT NULL) GROUP BY tab.id"""


def inherited(db: Database, before: Iterable[ReceivedTab], tabs: Iterable[ReceivedTab], as_of: date) -> list[LinePart]:
    """The reports that the kept lines of `before` (the exercice before) leave, and that no line of `tabs` continues.

    A line continues another when it was matched with it, whatever its status or what became of it.
    """
    rows = _rows(db, _INHERITED, before, tabs, as_of)
    return [p for r in rows if (p := LinePart(*r)).cents]


def inherited_by_tab(
    db: Database, before: Iterable[ReceivedTab], tabs: Iterable[ReceivedTab], as_of: date
) -> dict[int, int]:
    """The same, added up by tab of `before`: what it leaves, but for its lines that are continued, which are few."""
    before = list(before)
    continued = dict(_rows(db, _CONTINUED, before, tabs, as_of))
    return {o.id: cents for o in before if (cents := o.report - continued.get(o.id, 0))}


def notified(db: Database, tabs: Iterable[ReceivedTab], as_of: date) -> list[LinePart]:
    """What the notified lines of these tabs would add to their exercice: `ReceivedTab.notified`, line by line."""
    return [p for r in _rows(db, _NOTIFIED, tabs, (), as_of) if (p := LinePart(*r)).cents]


def treated(
    db: Database, tabs: Iterable[ReceivedTab], after: Iterable[ReceivedTab], exercice: int, as_of: date
) -> list[Treated]:
    """The kept lines that have a reference and were first ordered in the exercice, declared in it or in the next one.

    A line of the next exercice (`after`) that continues one of `tabs` is that one, and counts once.
    """
    query, tabs = (
        _TREATED.format(what="l.id, tab.id, tab.finess, coalesce(l.gain_annuel, 0), l.montant_reference"),
        list(tabs),
    )
    rows = [*_rows(db, query, tabs, (), as_of, _year(exercice)), *_rows(db, query, after, tabs, as_of, _year(exercice))]
    return [Treated(*r) for r in rows]


class LineTotals(NamedTuple):
    """The same added up, in cents, and how many lines they are."""

    gain: int
    reference: int
    lines: int


def treated_in_all(
    db: Database, tabs: Iterable[ReceivedTab], after: Iterable[ReceivedTab], exercice: int, as_of: date
) -> LineTotals:
    """What `treated` gives, added up where the lines are stored: they are not read."""
    query = _TREATED.format(
        what="coalesce(sum(coalesce(l.gain_annuel, 0)), 0), coalesce(sum(l.montant_reference), 0), count(*)"
    )
    tabs, year = list(tabs), _year(exercice)
    rows = [*_rows(db, query, tabs, (), as_of, year), *_rows(db, query, after, tabs, as_of, year)]
    return LineTotals(*map(sum, zip((0, 0, 0), *rows, strict=True)))


def treated_late(
    db: Database, tabs: Iterable[ReceivedTab], after: Iterable[ReceivedTab], exercice: int, as_of: date
) -> int:
    """Cents of reference of those declared in the next exercice alone; the others are in `ReceivedTab.perimeter_treated`."""
    query = _TREATED.format(what="coalesce(sum(l.montant_reference), 0)")
    return sum(int(cents) for (cents,) in _rows(db, query, after, tabs, as_of, _year(exercice)))


def _year(exercice: int) -> dict[str, str]:
    return {"first": f"{exercice}-01-01", "last": f"{exercice}-12-31"}


def _rows(
    db: Database,
    query: str,
    tabs: Iterable[ReceivedTab],
    others: Iterable[ReceivedTab],
    as_of: date,
    more: Mapping[str, str] | None = None,
) -> list[tuple[Any, ...]]:
    beside = {o.finess: o.id for o in others}
    pairs = sorted((o.id, beside.get(o.finess, 0), o.finess) for o in tabs)  # as they lie on the disk
    if not pairs:
        return []
    decided = [(d.line, int(d.blocked)) for d in decisions(db, [i for i, *_ in pairs], as_of)]
    parameters = {"tabs": json.dumps(pairs), "decided": json.dumps(decided)}
    return db.execute(query, parameters | dict(more or {})).fetchall()
