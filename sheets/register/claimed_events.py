"""What the chat leaves in the register: events already taken, questions under way, and whether the service still lives.

The text of a question stays only until it is answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlite_utils import Database

from sheets.register.database import write_transaction

KEPT_FOR = timedelta(days=7)
"""Slack delivers an event again for about an hour; past a week, its name says nothing any more."""


class SignOfLife(NamedTuple):
    """The last sign of life of a service: when, and « vivant », « muet » or « arrêté »."""

    dated: datetime
    state: str


class Pending(NamedTuple):
    """A question that was claimed and is not known to be answered; `body` is what it takes to answer it."""

    key: str
    state: str
    attempts: int
    body: str

    @property
    def may_have_arrived(self) -> bool:
        """Whether its answer had begun to leave: it is then told, and never said again."""
        return self.state in ("part", "doute")


def take(db: Database, keys: Sequence[str], when: datetime, body: str = "", robot: str = "") -> bool:
    """Claim an event under all its names; False when any of them was claimed before: someone else answers it.

    With `body`, it is kept under its first name, as `robot`'s, until `settle`.
    """
    with write_transaction(db):
        db.execute("DELETE FROM evenements_du_chat WHERE pris_le < ?", (_iso(when - KEPT_FOR),))
        db.execute("DELETE FROM questions_en_cours WHERE recue_le < ?", (_iso(when - KEPT_FOR),))
        taken = take_within(db, keys, when)
        if taken and body:
            db.execute(
                "INSERT OR REPLACE INTO questions_en_cours (cle, recue_le, robot, etat, essais, corps)"
                " VALUES (?, ?, ?, 'prise', 0, ?)",
                (keys[0], _iso(when), robot, body),
            )
        return taken


def mark(db: Database, key: str, state: str) -> None:
    """What became of a question under way: its answer leaves (`part`), was refused (`échec`), may have arrived (`doubt`)."""
    with write_transaction(db):
        db.execute("UPDATE questions_en_cours SET etat = ? WHERE cle = ?", (state, key))


def settle(db: Database, key: str) -> None:
    """It was answered, or its asker was told: nothing of it stays."""
    with write_transaction(db):
        db.execute("DELETE FROM questions_en_cours WHERE cle = ?", (key,))


def adopt(db: Database, robot: str) -> list[Pending]:
    """The questions that another robot left, or that this one could not answer; they are this one's from here on."""
    with write_transaction(db):
        rows = db.execute(
            "SELECT cle, etat, essais, corps FROM questions_en_cours WHERE robot <> ? OR etat IN ('échec', 'doute')"
            " ORDER BY recue_le, cle", (robot,),
        ).fetchall()  # fmt: skip
        left = [Pending(*row) for row in rows]
        for p in left:
            db.execute(
                "UPDATE questions_en_cours SET robot = ?, essais = essais + 1, etat = ? WHERE cle = ?",
                (robot, "part" if p.may_have_arrived else "prise", p.key),
            )
    return left


def take_within(db: Database, keys: Sequence[str], when: datetime) -> bool:
    """The same inside a write transaction that somebody opened: what is claimed goes with what they write, or not at all."""
    taken_keys = [
        db.execute("INSERT OR IGNORE INTO evenements_du_chat (cle, pris_le) VALUES (?, ?)", (key, _iso(when)))
        for key in keys
    ]
    return all(p.rowcount == 1 for p in taken_keys)


def give_sign(db: Database, service: str, state: str, when: datetime) -> None:
    """Leave a sign of life; only the last one is kept."""
    with write_transaction(db):
        db.execute(
            "INSERT OR REPLACE INTO signes_de_vie (service, le, etat) VALUES (?, ?, ?)", (service, _iso(when), state)
        )


def last_sign(db: Database, service: str) -> SignOfLife | None:
    rank = db.execute("SELECT le, etat FROM signes_de_vie WHERE service = ?", (service,)).fetchone()
    return SignOfLife(datetime.fromisoformat(rank[0]), rank[1]) if rank else None


def _iso(when: datetime) -> str:
    return when.isoformat(timespec="seconds")
