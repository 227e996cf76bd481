"""The answer to one mail: claimed before it leaves, written down after, put off when it cannot leave yet. Stateless.

Never reads a mail and never words an answer: see jobs/taking_in/mails.py and bots/letters/mail_reply_words.py. An answer is claimed once, in the
register itself: whoever else deals with the same mail finds it claimed.
"""

from __future__ import annotations

import hashlib
import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bots import outgoing_mail
from bots.letters.letter import Letter, SendingError
from config.secrets import mask
from jobs.taking_in.mail_pieces import Outcome
from jobs.wiring import Workshop
from sheets.register import mail_replies
from sheets.register.mail_replies import KnownMail, ReplyState, Waiting
from sheets.sources import mailbox
from sheets.sources.mail_headers import MailHeaders

PATIENCE = timedelta(days=3)
"""How long what cannot be dealt with is tried again."""
HANDLED, TO_LOOK_AT = ("Vigie", "Traité"), ("Vigie", "À voir")


@dataclass(frozen=True)
class MailRoom:
    """What it takes to deal with the mailbox. Without a way out (`smtp`), everything is looked at and nothing touched."""

    workshop: Workshop
    mailbox: mailbox.MailboxSettings
    smtp: outgoing_mail.SmtpSettings | None
    send: Callable[[Letter, outgoing_mail.SmtpSettings], None] = outgoing_mail.send

    @property
    def remembers(self) -> bool:
        """Whether there is a register to ask; a dry look makes none."""
        return self.smtp is not None or self.workshop.register_path.exists()

    @property
    def current_time(self) -> datetime:
        return self.workshop.current_time()


@dataclass(frozen=True, slots=True)
class HandledMail:
    """What became of one mail, in words and attachment by attachment; the folder it goes to, none when it waits."""

    headers: MailHeaders
    words: str
    place: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()


def named(e: MailHeaders, *what: str) -> MailHeaders:
    """The same mail under the name of one answer to it: by what it holds, or by why it is not read."""
    return replace(e, key=hashlib.sha256("/".join((e.key, *what)).encode()).hexdigest()[:20])


def answers(
    mail_room: MailRoom, e: MailHeaders, letter: Letter, place: tuple[str, ...], *, unknown: bool = False
) -> HandledMail:
    """Claim the answer, hand it over, write what came of it; dry, say that it would leave. What we cannot tell is a doubt."""
    if mail_room.smtp is None:
        return HandledMail(e, "une réponse partirait", place)
    if not _note(mail_room, e, "en partance", unknown=unknown):
        return HandledMail(e, "déjà traité", TO_LOOK_AT)
    try:
        mail_room.send(letter, mail_room.smtp)
    except SendingError as fault:
        if unknown:
            return sets_aside(mail_room, e, str(fault))
        if fault.doubt or fault.is_final:
            return ends(mail_room, e, "doute" if fault.doubt else "refusé", str(fault), TO_LOOK_AT)
        mail_replies.gives_back(mail_room.workshop.register, e.key)
        return puts_off(mail_room, e, str(fault))
    except Exception:
        logging.getLogger("vigie").error("answer %s\n%s", e.key, mask(traceback.format_exc()))
        name = outgoing_mail.identifier_of(letter.key, mail_room.smtp)
        return ends(
            mail_room,
            e,
            "doute",
            f"Vigie s'est trompée en l'envoyant : elle est peut-être partie. Cherchez {name}.",
            TO_LOOK_AT,
        )
    return ends(mail_room, e, "répondu", "" if place == HANDLED else "des pièces sont à voir", place)


def sets_aside(mail_room: MailRoom, e: MailHeaders, reason: str) -> HandledMail:
    return ends(mail_room, e, "sans réponse", reason, TO_LOOK_AT)


def ends(mail_room: MailRoom, e: MailHeaders, state: ReplyState, reason: str, place: tuple[str, ...]) -> HandledMail:
    _note(mail_room, e, state, reason)
    words_by_state = {"répondu": "réponse envoyée", "refusé": "réponse refusée", "doute": "réponse douteuse"}
    return HandledMail(
        e, f"{words_by_state.get(state, state)}{f' : {reason}' if reason and state != 'répondu' else ''}", place
    )


def puts_off(mail_room: MailRoom, e: MailHeaders, reason: str) -> HandledMail:
    """Leave a mail where it is, for the next time; after a few days it is filed for someone to see."""
    pending = attempt(mail_room, e)
    if pending and mail_room.current_time - datetime.fromisoformat(pending.since) > PATIENCE:
        return ends(mail_room, named(e, e.delivery), "refusé", reason, TO_LOOK_AT)
    waits(mail_room, e, reason)
    return HandledMail(e, f"remis à plus tard : {reason}")


def waits(mail_room: MailRoom, e: MailHeaders, reason: str) -> None:
    if mail_room.smtp:
        mail_replies.waits(mail_room.workshop.register, e.delivery, mask(reason))


def attempt(mail_room: MailRoom, e: MailHeaders) -> Waiting | None:
    return mail_replies.waiting(mail_room.workshop.register, e.delivery) if mail_room.remembers else None


def known(mail_room: MailRoom, e: MailHeaders) -> KnownMail | None:
    return mail_replies.read(mail_room.workshop.register, e.key) if mail_room.remembers else None


def answered(mail_room: MailRoom, e: MailHeaders, since: timedelta) -> int:
    if not mail_room.remembers:
        return 0
    return mail_replies.answers(mail_room.workshop.register, e.sender, mail_room.current_time - since)


def _note(mail_room: MailRoom, e: MailHeaders, state: ReplyState, reason: str = "", *, unknown: bool = False) -> bool:
    if not mail_room.smtp:
        return False
    return mail_replies.note(
        mail_room.workshop.register, e.key, e.sender, state, mail_room.current_time, mask(reason), unknown=unknown
    )
