"""How the service's steps went: the last success of each, and why it last failed. Nothing older is kept."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlite_utils import Database

from sheets.register.database import ecriture

LE_SERVICE = "service"
"""Under which name the service as a whole leaves its signs of life."""


class Issue(NamedTuple):
    """How a step went once: when, and what it did or why it failed."""

    le: datetime
    dit: str


def note(db: Database, pas: str, quand: datetime, dit: str, *, reussi: bool) -> None:
    """Keep how a step went, in place of the last time it went so."""
    rang = (pas, int(reussi), quand.isoformat(timespec="microseconds"), dit)
    with ecriture(db):
        db.execute("INSERT OR REPLACE INTO pas_du_service (pas, reussi, le, dit) VALUES (?, ?, ?, ?)", rang)


def derniere_reussite(db: Database, pas: str) -> Issue | None:
    return _derniere(db, pas, reussi=True)


def panne(db: Database, pas: str) -> Issue | None:
    """When and why a step last failed, unless it has succeeded since: by the order of writing, for a clock may go back."""
    rang = db.execute("SELECT reussi FROM pas_du_service WHERE pas = ? ORDER BY rowid DESC LIMIT 1", (pas,)).fetchone()
    return _derniere(db, pas, reussi=False) if rang and not rang[0] else None


def _derniere(db: Database, pas: str, *, reussi: bool) -> Issue | None:
    rang = db.execute("SELECT le, dit FROM pas_du_service WHERE pas = ? AND reussi = ?", (pas, int(reussi))).fetchone()
    return Issue(datetime.fromisoformat(rang[0]), rang[1]) if rang else None
