"""What the chat leaves in the register: events already taken, and whether the service still lives. Never a message's text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlite_utils import Database

from sheets.register.registre import ecriture

GARDE = timedelta(days=7)
"""Slack delivers an event again for about an hour; past a week, its name says nothing any more."""


class Signe(NamedTuple):
    """The last sign of life of a service: when, and « vivant », « muet » or « arrêté »."""

    le: datetime
    etat: str


def prend(db: Database, cles: Sequence[str], quand: datetime) -> bool:
    """Claim an event under all its names; False when any of them was claimed before: someone else answers it."""
    with ecriture(db):
        db.execute("DELETE FROM evenements_du_chat WHERE pris_le < ?", (_iso(quand - GARDE),))
        return prend_aussi(db, cles, quand)


def prend_aussi(db: Database, cles: Sequence[str], quand: datetime) -> bool:
    """The same inside a write transaction that somebody opened: what is claimed goes with what they write, or not at all."""
    prises = [
        db.execute("INSERT OR IGNORE INTO evenements_du_chat (cle, pris_le) VALUES (?, ?)", (cle, _iso(quand)))
        for cle in cles
    ]
    return all(p.rowcount == 1 for p in prises)


def fait_signe(db: Database, service: str, etat: str, quand: datetime) -> None:
    """Leave a sign of life; only the last one is kept."""
    with ecriture(db):
        db.execute(
            "INSERT OR REPLACE INTO signes_de_vie (service, le, etat) VALUES (?, ?, ?)", (service, _iso(quand), etat)
        )


def dernier_signe(db: Database, service: str) -> Signe | None:
    rang = db.execute("SELECT le, etat FROM signes_de_vie WHERE service = ?", (service,)).fetchone()
    return Signe(datetime.fromisoformat(rang[0]), rang[1]) if rang else None


def _iso(quand: datetime) -> str:
    return quand.isoformat(timespec="seconds")
