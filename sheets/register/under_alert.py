"""What is kept by lines that bear an alert: added up when a campaign is looked at, lifted where a referent decided.

A tab's own checks are added up with it, as it is stored; never reads all the lines of a territory.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from sqlite_utils import Database

from sheets.register.decisions import decisions, next_day
from sheets.register.schema import by_table, declared_of, lines_table
from sheets.trame import Table
from sheets.trames import TABLES

_ADDED = """
INSERT INTO sous_alertes (recoupement, onglet, cents)
SELECT :vu, l.onglet, sum(max({declared}, 0)) FROM json_each(:lignes) v
JOIN {lines} l ON l.onglet = v.value ->> 0 AND l.numero = v.value ->> 1
WHERE l.bloquee = 0 AND NOT EXISTS (SELECT 1 FROM constats c WHERE c.onglet = l.onglet AND c.gravite = 'alerte'
  AND c.recoupement IS NULL AND c.ligne = l.numero)
GROUP BY l.onglet
"""

_LIFTED = """
SELECT l.onglet, sum(max({declared}, 0)) FROM json_each(:lignes) v
JOIN {lines} l ON l.id = v.value ->> 0 JOIN onglets o ON o.id = l.onglet
WHERE l.bloquee = 0 AND EXISTS (SELECT 1 FROM constats c WHERE c.onglet = l.onglet AND c.gravite = 'alerte'
  AND c.ligne = l.numero AND (c.recoupement IS NULL OR c.recoupement = (
    SELECT max(r.id) FROM recoupements r JOIN pulls p ON p.id = r.pull
    WHERE r.campagne = o.campagne AND p.debut < :apres
      AND (v.value ->> 1 IS NULL OR datetime(p.debut) <= datetime(v.value ->> 1)))))
GROUP BY l.onglet
"""


def add_up(db: Database, look: int, lines: Collection[tuple[int, int | None]]) -> None:
    """Store, by tab, the cents kept by these lines (tab, row) on which that look at a campaign alone put an alert."""
    by_tab: dict[int, list[tuple[int, int | None]]] = {}
    for line in lines:
        by_tab.setdefault(line[0], []).extend([line] if line[1] is not None else [])
    for table, tabs in by_table(db, by_tab):
        theirs = sorted(line for tab in tabs for line in by_tab[tab])
        db.execute(_of(table, _ADDED), {"vu": look, "lignes": json.dumps(theirs)})


def _of(table: Table, query: str) -> str:
    return query.format(lines=lines_table(table), declared=declared_of(table))


def lifted(db: Database, tabs: Iterable[int], as_of: date, at_lock: Mapping[int, str] | None = None) -> dict[int, int]:
    """By tab, the cents that decisions in force that day take out: the line is struck, or a referent answers for it.

    With `at_lock` (by tab, the instant of its lock), the decisions and the look at the campaign of before the lock.
    """
    at = at_lock or {}
    taken = decisions(db, tabs, as_of, at_lock=at_lock is not None)
    by_code: dict[str, list[tuple[int, str | None]]] = {}
    for d in taken:
        by_code.setdefault(d.table, []).extend([] if d.lapsed else [(d.line, at.get(d.tab))])
    found: dict[int, int] = {}
    for code, decided in by_code.items():
        parameters = {"lignes": json.dumps(decided), "apres": next_day(as_of)}
        found |= {tab: int(cents) for tab, cents in db.execute(_of(TABLES[code], _LIFTED), parameters)}
    return found
