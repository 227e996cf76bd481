"""What the register keeps of the mailbox: what became of each mail, and of its answer. Never a mail's words.

An answer is claimed (« en partance ») before it is sent, so that a crash leaves a doubt and never two answers.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sqlite_utils import Database

from sheets.register.database import write_transaction

ReplyState = Literal["en partance", "à répondre", "répondu", "refusé", "doute", "sans réponse"]


class KnownMail(NamedTuple):
    """A mail by its key: when it was first seen, who sent it, where its answer is since when, and why."""

    key: str
    received_on: str
    sender: str
    state: ReplyState
    dated: str
    reason: str


class Waiting(NamedTuple):
    """A delivery that waits in the mailbox: since when, when it was last tried, and why it waits. `attempts` counts the attempts
    that were cut short since one last came to its end."""

    key: str
    sender: str
    since: str
    dated: str
    attempts: int
    reason: str


CAPPED = "expéditeur inconnu, comme trop d'autres aujourd'hui"
"""Why someone unknown is not answered once enough letters to strangers have left."""

UNFILED = "pas encore rangé"
"""Why a mail waits that is dealt with, and that the mailbox would not move: no answer is missing."""


def note(
    db: Database, key: str, sender: str, state: ReplyState, when: datetime, reason: str = "", *, unknown: bool = False
) -> bool:  # fmt: skip
    """Write where a mail stands; the day it was first seen stays. False when it claims an answer already claimed."""
    iso = when.isoformat(timespec="seconds")
    with write_transaction(db):
        written = db.execute(
            "INSERT INTO courriels (cle, recu_le, expediteur, etat, le, motif, inconnu) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (cle) DO UPDATE SET etat = excluded.etat, le = excluded.le, motif = excluded.motif"
            " WHERE excluded.etat <> 'en partance'",
            (key, iso, sender, state, iso, reason, int(unknown)),
        )
        return written.rowcount == 1


def gives_back(db: Database, key: str) -> None:
    """Take back the claim of an answer that did not leave for sure."""
    with write_transaction(db):
        db.execute("DELETE FROM courriels WHERE cle = ? AND etat = 'en partance'", (key,))


def read(db: Database, key: str) -> KnownMail | None:
    """Where a mail stands; None when it was never seen."""
    rank = db.execute(
        "SELECT cle, recu_le, expediteur, etat, le, motif FROM courriels WHERE cle = ?", (key,)
    ).fetchone()
    return KnownMail(*rank) if rank else None


def waiting(db: Database, delivery: str) -> Waiting | None:
    """A delivery that waits, or whose last attempt was cut short; None when it was never begun, or is dealt with."""
    rank = db.execute(
        "SELECT cle, expediteur, depuis, le, essais, motif FROM courriels_en_attente WHERE cle = ?", (delivery,)
    ).fetchone()
    return Waiting(*rank) if rank else None


def begins(db: Database, delivery: str, sender: str, when: datetime) -> None:
    """Write that a delivery is being dealt with, before it is: what kills the process then is remembered."""
    iso = when.isoformat(timespec="seconds")
    with write_transaction(db):
        db.execute(
            "INSERT INTO courriels_en_attente VALUES (?, ?, ?, ?, 1, '')"
            " ON CONFLICT (cle) DO UPDATE SET le = excluded.le, essais = essais + 1",
            (delivery, sender, iso, iso),
        )


def waits(db: Database, delivery: str, reason: str) -> None:
    """Write that the attempt begun came to its end, and why the mail waits for another."""
    with write_transaction(db):
        db.execute("UPDATE courriels_en_attente SET essais = 0, motif = ? WHERE cle = ?", (reason, delivery))


def settles(db: Database, delivery: str) -> None:
    """Forget a delivery that waits no more: it is dealt with, and filed."""
    with write_transaction(db):
        db.execute("DELETE FROM courriels_en_attente WHERE cle = ?", (delivery,))


def answers(db: Database, sender: str, since: datetime) -> int:
    """How many answers left (or may have left) for an address since then."""
    query = "SELECT count(*) FROM courriels WHERE expediteur = ? AND le >= ? AND etat IN ('en partance', 'répondu', 'doute')"
    return int(db.execute(query, (sender, since.isoformat(timespec="seconds"))).fetchone()[0])


def to_strangers(db: Database, since: datetime) -> int:
    """How many letters were handed over for people nobody knows since then, whatever became of them."""
    query = "SELECT count(*) FROM courriels WHERE inconnu AND le >= ?"
    return int(db.execute(query, (since.isoformat(timespec="seconds"),)).fetchone()[0])


def turned_away(db: Database, since: datetime) -> int:
    """How many mails of strangers were not answered since then, because enough letters had left."""
    query = "SELECT count(*) FROM courriels WHERE etat = 'sans réponse' AND motif = ? AND le >= ?"
    return int(db.execute(query, (CAPPED, since.isoformat(timespec="seconds"))).fetchone()[0])


def stuck_replies(db: Database, when: datetime, days: int) -> list[KnownMail]:
    """The answers of the last days that were refused, doubtful, or still cannot leave, oldest first."""
    query = (
        "SELECT cle, recu_le, expediteur, etat, le, motif FROM courriels WHERE etat IN ('refusé', 'doute') AND le >= :depuis"
        " UNION ALL SELECT cle, depuis, expediteur, 'à répondre', le, motif FROM courriels_en_attente"
        " WHERE motif NOT IN ('', :unfiled) AND le >= :depuis ORDER BY 5, 1"
    )
    since = (when - timedelta(days=days)).isoformat(timespec="seconds")
    return [KnownMail(*r) for r in db.execute(query, {"depuis": since, "unfiled": UNFILED})]
