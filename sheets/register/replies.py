"""What someone answers to a reminder: that they know, or to be told again later. Rights are checked here, as for acts.

Every answer is a row; none is ever changed. It silences that person alone, and only for a while.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from config.errors import UserError
from config.french import count_words
from config.ladder import takes_replies
from config.rights import stood_in_for
from sheets.register import outbox
from sheets.register.acts import Main
from sheets.register.database import write_transaction
from sheets.register.outbox import StoredMessage


def note(main: Main, sending: str) -> list[StoredMessage]:
    """The reader of a letter knows: the next reminder before the deadline is skipped. Return what it was about."""
    return _write_reply(main, sending, "noter", main.day)


def put_off(main: Main, sending: str, days: int) -> date:
    """The reader of a letter wants it again in so many days: nothing before. Return the day.

    Raises UserError past the bound that the region's folder sets.
    """
    at_most = main.folder.hours.report_jours
    if not 1 <= days <= at_most:
        raise UserError(f"Un rappel se reporte de {count_words(at_most, 'jour')} au plus.")
    until_day = main.day + timedelta(days=days)
    _write_reply(main, sending, "reporter", until_day)
    return until_day


def _write_reply(main: Main, sending: str, kind: str, until_day: date) -> list[StoredMessage]:
    rows = [r for r in outbox.messages_of_letter(main.db, sending) if takes_replies(r.kind)]
    if not rows:
        raise UserError("Ce message est trop ancien : il n'attend plus de réponse.")
    theirs = _own_messages(main, rows)
    if not theirs:
        raise UserError("Ce rappel s'adresse à quelqu'un d'autre : seul son destinataire, ou son suppléant, y répond.")
    dated = main.when.isoformat(timespec="seconds")
    with write_transaction(main.db):
        main.db.conn.executemany(
            "INSERT INTO gestes (le, par, pour, genre, campagne, unite, jusqu_au) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (dated, main.person.email, r.key.person, kind, r.key.campaign, r.key.unit, until_day.isoformat())
                for r in theirs
            ],
        )
    return theirs


def _own_messages(main: Main, rows: Sequence[StoredMessage]) -> list[StoredMessage]:
    replaced = stood_in_for(main.person, main.folder.persons, main.day)
    its_own = {main.person.email, *(p.email for p in replaced)}
    return [r for r in rows if r.key.person in its_own]
