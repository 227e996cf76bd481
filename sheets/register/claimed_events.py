"""What the chat leaves in the register: events already taken, questions under way, and whether the service still lives.

The text of a question stays only until it is answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlite_utils import Database

from sheets.register.database import ecriture

GARDE = timedelta(days=7)
"""Slack delivers an event again for about an hour; past a week, its name says nothing any more."""


class Signe(NamedTuple):
    """The last sign of life of a service: when, and « vivant », « muet » or « arrêté »."""

    le: datetime
    etat: str


class Pending(NamedTuple):
    """A question that was claimed and is not known to be answered; `corps` is what it takes to answer it."""

    cle: str
    etat: str
    essais: int
    corps: str

    @property
    def may_have_arrived(self) -> bool:
        """Whether its answer had begun to leave: it is then told, and never said again."""
        return self.etat in ("part", "doute")


def prend(db: Database, cles: Sequence[str], quand: datetime, corps: str = "", robot: str = "") -> bool:
    """Claim an event under all its names; False when any of them was claimed before: someone else answers it.

    With `corps`, it is kept under its first name, as `robot`'s, until `settle`.
    """
    with ecriture(db):
        db.execute("DELETE FROM evenements_du_chat WHERE pris_le < ?", (_iso(quand - GARDE),))
        db.execute("DELETE FROM questions_en_cours WHERE recue_le < ?", (_iso(quand - GARDE),))
        taken = prend_aussi(db, cles, quand)
        if taken and corps:
            db.execute(
                "INSERT OR REPLACE INTO questions_en_cours (cle, recue_le, robot, etat, essais, corps)"
                " VALUES (?, ?, ?, 'prise', 0, ?)",
                (cles[0], _iso(quand), robot, corps),
            )
        return taken


def mark(db: Database, cle: str, etat: str) -> None:
    """What became of a question under way: its answer leaves (`part`), was refused (`échec`), may have arrived (`doute`)."""
    with ecriture(db):
        db.execute("UPDATE questions_en_cours SET etat = ? WHERE cle = ?", (etat, cle))


def settle(db: Database, cle: str) -> None:
    """It was answered, or its asker was told: nothing of it stays."""
    with ecriture(db):
        db.execute("DELETE FROM questions_en_cours WHERE cle = ?", (cle,))


def adopt(db: Database, robot: str) -> list[Pending]:
    """The questions that another robot left, or that this one could not answer; they are this one's from here on."""
    with ecriture(db):
        rows = db.execute(
            "SELECT cle, etat, essais, corps FROM questions_en_cours WHERE robot <> ? OR etat IN ('échec', 'doute')"
            " ORDER BY recue_le, cle", (robot,),
        ).fetchall()  # fmt: skip
        left = [Pending(*row) for row in rows]
        for p in left:
            db.execute(
                "UPDATE questions_en_cours SET robot = ?, essais = essais + 1, etat = ? WHERE cle = ?",
                (robot, "part" if p.may_have_arrived else "prise", p.cle),
            )
    return left


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
