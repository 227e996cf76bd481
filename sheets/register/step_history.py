"""How the service's steps went: the last success of each, and why it last failed. Nothing older is kept."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlite_utils import Database

from sheets.register.database import write_transaction

THE_SERVICE = "service"
"""Under which name the service as a whole leaves its signs of life."""


class Issue(NamedTuple):
    """How a step went once: when, and what it did or why it failed."""

    dated: datetime
    said: str


def note(db: Database, step: str, when: datetime, said: str, *, succeeded: bool) -> None:
    """Keep how a step went, in place of the last time it went so."""
    rank = (step, int(succeeded), when.isoformat(timespec="microseconds"), said)
    with write_transaction(db):
        db.execute("INSERT OR REPLACE INTO pas_du_service (pas, reussi, le, dit) VALUES (?, ?, ?, ?)", rank)


def last_success_of(db: Database, step: str) -> Issue | None:
    return _last_outcome(db, step, succeeded=True)


def breakdown(db: Database, step: str) -> Issue | None:
    """When and why a step last failed, unless it has succeeded since: by the order of writing, for a clock may go back."""
    rank = db.execute("SELECT reussi FROM pas_du_service WHERE pas = ? ORDER BY rowid DESC LIMIT 1", (step,)).fetchone()
    return _last_outcome(db, step, succeeded=False) if rank and not rank[0] else None


def _last_outcome(db: Database, step: str, *, succeeded: bool) -> Issue | None:
    rank = db.execute(
        "SELECT le, dit FROM pas_du_service WHERE pas = ? AND reussi = ?", (step, int(succeeded))
    ).fetchone()
    return Issue(datetime.fromisoformat(rank[0]), rank[1]) if rank else None
