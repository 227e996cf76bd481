"""Lines that make a figure which is not the gain of the exercice: what each adds, in cents. As of any day; writes nothing.

A figure of `reports/` is the sum of what these functions give, and « pourquoi » shows those very lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from sqlite_utils import Database

from sheets.register.compte import OngletRecu
from sheets.register.decisions import decisions


class Part(NamedTuple):
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
    "WITH tab(id) AS (SELECT value FROM json_each(:tabs)), other(id) AS (SELECT value FROM json_each(:others)),"
    " decided(line, struck) AS MATERIALIZED (SELECT value ->> 0, value ->> 1 FROM json_each(:decided))"
)
_STRUCK = "coalesce(d.struck, l.bloquee)"
_KEPT = f"iif({_STRUCK}, min({{cents}}, 0), {{cents}})"
"""A struck line keeps its losses: striking never raises a total."""

_INHERITED = f"""{_TABS}, continued(of) AS MATERIALIZED (
  SELECT substr(l.reportee_de, instr(l.reportee_de, '/') + 1) FROM other JOIN lignes_paat l ON l.onglet = other.id
  WHERE l.reportee_de IS NOT NULL)
SELECT l.id, tab.id, o.finess, {_KEPT.format(cents="l.report")} FROM tab JOIN onglets o ON o.id = tab.id
JOIN lignes_paat l ON l.onglet = tab.id AND l.report <> 0 LEFT JOIN decided d ON d.line = l.id
WHERE o.finess || '/' || l.action_id NOT IN continued"""

_NOTIFIED = f"""{_TABS}
SELECT l.id, tab.id, o.finess, {_KEPT.format(cents="l.prevision")} FROM tab JOIN onglets o ON o.id = tab.id
JOIN lignes_paat l ON l.onglet = tab.id LEFT JOIN decided d ON d.line = l.id WHERE l.prevision <> 0"""

_TREATED = f"""{_TABS}, known(of) AS MATERIALIZED (
  SELECT o.finess || '/' || l.action_id FROM other JOIN onglets o ON o.id = other.id JOIN lignes_paat l ON l.onglet = other.id)
SELECT l.id, tab.id, o.finess, coalesce(l.gain_annuel, 0), l.montant_reference FROM tab JOIN onglets o ON o.id = tab.id
JOIN lignes_paat l ON l.onglet = tab.id LEFT JOIN decided d ON d.line = l.id
WHERE l.date_premiere_commande BETWEEN :first AND :last AND l.statut = 'réalisé' AND l.montant_reference IS NOT NULL
  AND NOT {_STRUCK}
  AND (l.reportee_de IS NULL OR substr(l.reportee_de, instr(l.reportee_de, '/') + 1) NOT IN known)"""


def inherited(db: Database, before: Iterable[OngletRecu], tabs: Iterable[OngletRecu], au: date) -> list[Part]:
    """The reports that the kept lines of `before` (the exercice before) leave, and that no line of `tabs` continues.

    A line continues another when it was matched with it, whatever its status or what became of it.
    """
    return _parts(db, _INHERITED, before, tabs, au)


def notified(db: Database, tabs: Iterable[OngletRecu], au: date) -> list[Part]:
    """What the notified lines of these tabs would add to their exercice."""
    return _parts(db, _NOTIFIED, tabs, (), au)


def treated(
    db: Database, tabs: Iterable[OngletRecu], after: Iterable[OngletRecu], exercice: int, au: date
) -> list[Treated]:
    """The kept lines that have a reference and were first ordered in the exercice, declared in it or in the next one.

    A line of the next exercice (`after`) that continues one of `tabs` is that one, and counts once.
    """
    tabs = list(tabs)
    year = {"first": f"{exercice}-01-01", "last": f"{exercice}-12-31"}
    rows = [*_rows(db, _TREATED, tabs, (), au, year), *_rows(db, _TREATED, after, tabs, au, year)]
    return [Treated(*r) for r in rows]


def _parts(db: Database, query: str, tabs: Iterable[OngletRecu], others: Iterable[OngletRecu], au: date) -> list[Part]:
    return [p for r in _rows(db, query, tabs, others, au) if (p := Part(*r)).cents]


def _rows(
    db: Database,
    query: str,
    tabs: Iterable[OngletRecu],
    others: Iterable[OngletRecu],
    au: date,
    more: dict[str, str] | None = None,
) -> list[tuple[Any, ...]]:
    ids = sorted(o.id for o in tabs)  # as they lie on the disk
    if not ids:
        return []
    decided = [(d.ligne, int(d.bloquee)) for d in decisions(db, ids, au)]
    parameters = {
        "tabs": json.dumps(ids),
        "others": json.dumps(sorted(o.id for o in others)),
        "decided": json.dumps(decided),
    }
    return db.execute(query, parameters | (more or {})).fetchall()
