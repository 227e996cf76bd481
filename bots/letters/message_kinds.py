"""Every kind of message, one record each: when it is due, its words, what goes with it, its place in a letter.

What adds a kind adds its record here; one that a region may put in `rappels.csv` is named in
`config/ladder` too. Never tells anyone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from bots.letters import alert_words, letter_pieces, reminder_words
from bots.letters.reminder_words import LetterPart
from bots.piece import Piece
from config.rights import Person
from config.territory import Scope
from reports.due import alerts, reminders
from reports.due.reminders import Reminder, Silence
from reports.view import View


class Place(Enum):
    """Where a part stands in a letter that has several."""

    FIRST = 0
    IN_TURN = 1
    LAST = 2


@dataclass(frozen=True, slots=True)
class MessageKind:
    """A kind of message, and everything that is particular to it."""

    code: str
    due: tuple[Callable[[View, datetime, Scope], Iterator[Reminder | Silence]], ...]
    """What says when it is due, to whom, and to whom it is not; several kinds may share one."""
    words: Callable[[View, Sequence[Reminder]], LetterPart]
    """Of those of one campaign to one person."""
    piece: Callable[[View, Reminder, Person], Piece | None] = lambda view, reminder, person: None
    """What goes with each, as its reader may see it."""
    place: Place = Place.IN_TURN
    is_alert: bool = False
    """It tells where things stand, rather than what someone owes."""
    may_ask_for_time: bool = False
    """Its reader is told whom to ask for more time."""


_LADDER = (reminders.ladder,)
KINDS = {k.code: k for k in (
    MessageKind("ouverture", _LADDER, reminder_words.opening, letter_pieces.trame, may_ask_for_time=True),
    MessageKind("rappel", (*_LADDER, reminders.reminders_asked), reminder_words.reminder, may_ask_for_time=True),
    MessageKind("escalade", _LADDER, reminder_words.escalation, may_ask_for_time=True),
    MessageKind("signalement", _LADDER, reminder_words.warning),
    MessageKind("cloture", _LADDER, reminder_words.closing),
    MessageKind("merci", _LADDER, reminder_words.thanks),
    MessageKind("accuse", (reminders.receipts,), reminder_words.receipt, letter_pieces.companion),
    MessageKind("injoignable", (reminders.unreachable_addresses,), reminder_words.unreachable),
    MessageKind("alerte", (alerts.alerts_on_dates,), alert_words.standing, letter_pieces.picture, is_alert=True),
    MessageKind("hebdo", (alerts.weekly,), alert_words.week, place=Place.LAST, is_alert=True),
    MessageKind(
        "total_qui_bouge", (alerts.moving_total,), alert_words.moving_total, place=Place.FIRST, is_alert=True,
    ),
    MessageKind(
        "grosse_ligne", (alerts.large_line_struck,), alert_words.large_line_struck, place=Place.FIRST, is_alert=True,
    ),
)}  # fmt: skip
