"""Reads which sendings stood against one another: those of one pull, older ones that came later, versions that came back."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from sqlite_utils import Database

from sheets.register.schema import by_table, declared_of, lines_table

_USABLE = """
SELECT o.finess, o.id, o.fichier, o.feuille, o.gain_retenu, f.recu, coalesce(f.ex_aequo, f.recu) AS rang,
  (SELECT coalesce(max(b.pull), 0) FROM bilans b WHERE b.pull < a.pull), f.chemin,
  f.modifie_le, f.empreinte, substr(p.debut, 1, 10)
FROM onglets o JOIN fichiers f ON f.id = o.fichier JOIN fichiers a ON a.id = f.recu JOIN pulls p ON p.id = a.pull
WHERE o.campagne = ? AND o.utilisable AND NOT EXISTS (SELECT 1 FROM fichiers g WHERE g.recu = f.recu AND g.id > f.id)
ORDER BY o.finess, rang, o.gain_retenu DESC, f.empreinte DESC
"""


class Sent(NamedTuple):
    """A usable tab as last judged. `kept` in cents, before decisions; `written` is ISO text in UTC."""

    finess: str
    tab: int
    file: int
    sheet: str
    kept: int
    arrival: int
    rank: int
    pull: int
    """The last pull that had ended before it came: one cut short and the next one are the same."""
    path: str
    written: str
    content_hash: str
    received: str


class Rivals(NamedTuple):
    """What counts last for an établissement, locks aside, and what it was set against."""

    counts: Sent
    together: tuple[Sent, ...]
    """Other workbooks of the same pull."""
    older: Sent | None
    """What it replaces, when that was written later."""
    replaced: Sent | None
    """What it replaces, when it is itself a version that had been replaced before."""


def rivals(db: Database, campaign: str) -> list[Rivals]:
    """The établissements of a campaign whose last sending did not simply follow the one before."""
    by_finess = groupby(map(Sent._make, db.execute(_USABLE, (campaign,))), key=lambda s: s.finess)
    found = (_set_against(list(sent)) for _, sent in by_finess)
    return [r for r in found if r.together or r.older or r.replaced]


def _set_against(sent: list[Sent]) -> Rivals:
    *others, last = sent
    together = {s.content_hash: s for s in others if s.pull == last.pull and s.content_hash != last.content_hash}
    before = [s for s in others if s.pull != last.pull]
    replaces = before[-1] if before and before[-1].content_hash != last.content_hash else None
    back = replaces if replaces and any(s.content_hash == last.content_hash for s in before) else None
    older = replaces if replaces and not back and last.written < replaces.written else None
    return Rivals(last, tuple(together.values()), older, back)


def differing(db: Database, a: int, b: int) -> list[str]:
    """The numbers of the lines that two tabs do not say alike: amounts, date, status, verdict."""
    said: list[dict[str, tuple[Any, ...]]] = []
    for tab in (a, b):
        ((table, _),) = by_table(db, [tab])
        columns = ", ".join(f"l.{key}" for key in table.identity.decided_on)
        query = f"SELECT l.action_id, {declared_of(table)}, l.retire, {columns} FROM {lines_table(table)} l WHERE l.onglet = ?"
        said.append({r[0]: r[1:] for r in db.execute(query, (tab,))})
    return sorted(n for n in said[0].keys() | said[1].keys() if said[0].get(n) != said[1].get(n))


def first_received(db: Database, sent: Sent) -> date:
    """When those very bytes were first received."""
    query = "SELECT substr(min(p.debut), 1, 10) FROM fichiers f JOIN pulls p ON p.id = f.pull WHERE f.empreinte = ?"
    return date.fromisoformat(db.execute(query, (sent.content_hash,)).fetchone()[0])
