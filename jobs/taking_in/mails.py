"""The mailbox, one mail at a time: who may write to it, what is answered, where the mail is filed. Stateless.

Nothing is deleted. A crash at any moment neither takes a workbook in twice nor answers twice: attachments bear a path of
their own in the register, and an answer is claimed before it leaves. Never words an answer: see bots/letters/mail_reply_words.py.
"""

from __future__ import annotations

import hashlib
import logging
import traceback
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from heapq import nsmallest

from bots import outgoing_mail, terminal
from bots.letters import mail_reply_words
from config import environment
from config.errors import UserError
from config.french import count_words, size_in_words
from config.rights import Person
from config.secrets import mask
from jobs import wiring
from jobs.taking_in.mail_answers import (
    HANDLED,
    TO_LOOK_AT,
    HandledMail,
    MailRoom,
    answered,
    answers,
    attempt,
    ends,
    known,
    named,
    puts_off,
    sets_aside,
    waits,
)
from jobs.taking_in.mail_pieces import MailSending, handle_attachments
from jobs.wiring import Workshop
from sheets.register import mail_replies
from sheets.register.database import one_at_a_time, side_file
from sheets.register.mail_replies import KnownMail
from sheets.sources import mailbox
from sheets.sources.attachments import attachments
from sheets.sources.mail_headers import MailHeaders, is_authenticated
from sheets.sources.mailbox import MailPreview, OpenMailbox

BATCH, WAITING, SEEN = 200, 50, 5_000
"""Mails dealt with in one go, oldest first; those that wait already and are tried again in it, the longest untried first: they
do not hide those that come behind; mails whose headers are looked at."""
ATTEMPTS = 5
"""Attempts at one mail that are cut short before it is left to a person."""
HEAVIEST_MAIL = mailbox.HEAVIEST_MAIL
WEEK = timedelta(days=7)
"""Between two answers to someone unknown."""
PER_DAY = 30
"""Answers to one address in a day: past that, two machines are talking to each other."""


def show_mail(workshop: Workshop, *, send: bool) -> None:
    """`vigie courrier`: deal with the mailbox, or (dry) say what would be done. Raises UserError when a setting is missing."""
    settings, smtp = wiring.imap_settings(), wiring.smtp(workshop.current_time)
    if settings is None:
        raise UserError(
            f"La boîte aux lettres n'est pas réglée : donnez {environment.IMAP_URL}, par exemple {mailbox.EXAMPLE}"
        )
    if send and smtp is None:
        raise UserError(f"Rien ne peut être répondu sans serveur de courrier : donnez {environment.SMTP_URL}.")
    mail_round = _take_turn(MailRoom(workshop, settings, smtp if send else None))
    for handled in mail_round.handled_mails:
        terminal.write(
            f"{handled.headers.sender or 'expéditeur illisible'} — {handled.headers.mail_subject or 'sans objet'}",
            "bold",
        )
        for outcome in handled.outcomes:
            terminal.write(f"  {outcome.name} : {outcome.sentence}", "yellow" if outcome.needs_a_look else "")
        where = f" ; rangé dans {'/'.join(handled.place)}" if handled.place else ""
        terminal.write(f"  {handled.words}{where if send else where.replace('rangé', 'serait rangé')}")
    rest = f" Il en reste {mail_round.left} dans la boîte, pour les prochains tours." if mail_round.left else ""
    end = "" if send or not mail_round.handled_mails else " Rien n'a été pris, répondu ni rangé : ajoutez --send."
    terminal.write(f"{count_words(len(mail_round.handled_mails), 'courriel')} dans {settings.folder}.{rest}{end}")


def read_the_mail(mail_room: MailRoom) -> list[HandledMail]:
    """Deal with what is in the mailbox; without a way out, say what would be done.

    Raises UserError when the mailbox or the register fails: what was dealt with stays so, the rest waits for the next time.
    """
    return _take_turn(mail_room).handled_mails


@dataclass(frozen=True, slots=True)
class MailRound:
    """What became of the mails of one go, and how many are left in the mailbox for the next ones."""

    handled_mails: list[HandledMail]
    left: int


def _take_turn(mail_room: MailRoom) -> MailRound:
    """Oldest first. A mail that waits for its answer gives up its place; one whose attempt was cut short keeps it, for what was
    sent after it must count after it. Raises the first failure to file a mail, once the others are dealt with."""
    handled_mails: list[HandledMail] = []
    faults: list[UserError] = []
    again: list[tuple[str, int, MailPreview]] = []
    held = behind = 0
    with _only_one(mail_room), mailbox.open_mailbox(mail_room.mailbox, untouched=mail_room.smtp is None) as opened_one:
        for rank, preview in enumerate(opened_one.list_mails(SEEN)):
            behind = preview.behind
            pending = attempt(mail_room, preview.headers)
            if pending and pending.reason and not pending.attempts:
                held += 1
                again = nsmallest(WAITING, [*again, (pending.dated, rank, preview)])
                continue
            handled_mails.append(_without_stopping(mail_room, opened_one, preview, faults))
            if len(handled_mails) >= BATCH:
                break
        handled_mails += [_without_stopping(mail_room, opened_one, preview, faults) for _, _, preview in again]
    if faults:
        raise faults[0]
    return MailRound(handled_mails, behind + held - len(again) + sum(not s.place for s in handled_mails))


def _only_one(mail_room: MailRoom) -> AbstractContextManager[object]:
    """Two at work on one mailbox would both find a mail unanswered, and both answer it."""
    if mail_room.smtp is None:
        return nullcontext()
    _ = mail_room.workshop.register
    taken = "La boîte aux lettres est déjà en train d'être relevée. Attendez la fin, puis relancez."
    return one_at_a_time(side_file(mail_room.workshop.register_path, ".courrier"), taken)


def _without_stopping(
    mail_room: MailRoom, opened_one: OpenMailbox, preview: MailPreview, faults: list[UserError]
) -> HandledMail:
    """One mail, then its filing. A fault of ours on it is logged whole and said by `vigie status`; the others go on."""
    e = preview.headers
    try:
        handled = _attempt(mail_room, opened_one, preview)
    except UserError:
        waits(mail_room, e, "")  # not its fault: it keeps its place
        raise
    except Exception:
        logging.getLogger("vigie").error("mail %s\n%s", e.key, mask(traceback.format_exc()))
        words = "Vigie s'est trompée sur ce courriel : c'est un défaut du programme, consigné dans son journal."
        handled = puts_off(mail_room, e, words)
    if handled.place and mail_room.smtp:
        try:
            opened_one.range(preview.number, handled.place)
        except UserError as fault:
            waits(mail_room, e, mail_replies.UNFILED)
            faults.append(fault)
        else:
            mail_replies.settles(mail_room.workshop.register, e.delivery)
    return handled


def _attempt(mail_room: MailRoom, opened_one: OpenMailbox, preview: MailPreview) -> HandledMail:
    """Deal with a mail; what kills us meanwhile is remembered, and after a few times it is left to a person."""
    if mail_room.smtp is None:
        return _deal_with(mail_room, opened_one, preview)
    e, pending = preview.headers, attempt(mail_room, preview.headers)
    if pending and pending.attempts >= ATTEMPTS:
        words = f"Vigie s'est arrêtée {ATTEMPTS} fois en le lisant, et ne le lit plus. Ouvrez-le vous-même, ou faites renvoyer la trame."
        return ends(mail_room, named(e, e.delivery), "refusé", words, TO_LOOK_AT)
    mail_replies.begins(mail_room.workshop.register, e.delivery, e.sender, mail_room.current_time)
    return _deal_with(mail_room, opened_one, preview)


def _deal_with(mail_room: MailRoom, opened_one: OpenMailbox, preview: MailPreview) -> HandledMail:
    e, aside = preview.headers, named(preview.headers, preview.headers.delivery)
    if e.trouble:
        return sets_aside(mail_room, aside, f"ses en-têtes n'ont pas pu être lus : {e.trouble}")
    if e.automatic or (mail_room.smtp and e.sender == mail_room.smtp.sender.lower()):
        return sets_aside(mail_room, aside, "courriel automatique")
    if mail_room.mailbox.voucher and not is_authenticated(e, mail_room.mailbox.voucher):
        return sets_aside(mail_room, aside, f"{mail_room.mailbox.voucher} ne garantit pas l'expéditeur")
    person = mail_room.workshop.folder.persons.get(e.sender)
    if person is None:
        return _answer_unknown_sender(mail_room, named(e, "inconnu"))
    if answered(mail_room, e, timedelta(days=1)) >= PER_DAY:
        return sets_aside(mail_room, aside, f"déjà {PER_DAY} réponses à cette adresse depuis un jour")
    if preview.size > HEAVIEST_MAIL:
        return _answer_too_heavy(mail_room, named(e, "lourd"), preview.size)
    raw_bytes = opened_one.raw_bytes(preview.number)
    if len(raw_bytes) > HEAVIEST_MAIL:
        return _answer_too_heavy(mail_room, named(e, "lourd"), len(raw_bytes))
    if not raw_bytes:
        return puts_off(mail_room, e, "Le serveur ne donne pas ce courriel.")
    return _take_in(mail_room, e, person, raw_bytes)


def _take_in(mail_room: MailRoom, e: MailHeaders, person: Person, raw_bytes: bytes) -> HandledMail:
    """Its attachments name the answer: another mail that wrongly bears the same identifier is another mail, and one whose
    words alone differ (a list adds its own) is the same."""
    pieces = attachments(raw_bytes)
    if not pieces:
        return sets_aside(mail_room, named(e, e.delivery), "aucune pièce jointe")
    named_mail = named(e, *(f"{p.name}\n{p.trouble}\n{hashlib.sha256(p.raw_bytes).hexdigest()}" for p in pieces))
    if known_answer := known(mail_room, named_mail) or _answer_of_earlier_version(mail_room, e):
        return _already_seen(mail_room, named_mail, known_answer)
    outcomes = handle_attachments(MailSending(mail_room.workshop, person, e.key, mail_room.smtp is not None), pieces)
    letter = mail_reply_words.receipt(
        named_mail, [(s.name, s.sentence) for s in outcomes], [s.companion for s in outcomes if s.companion]
    )
    handled = answers(mail_room, named_mail, letter, TO_LOOK_AT if any(s.needs_a_look for s in outcomes) else HANDLED)
    return replace(handled, outcomes=tuple(outcomes))


def _answer_of_earlier_version(mail_room: MailRoom, e: MailHeaders) -> KnownMail | None:
    """An answer claimed by an earlier version, which named it by the identifier and the sender alone."""
    known_answer = known(mail_room, e)
    return known_answer if known_answer and known_answer.state != "sans réponse" else None


def _already_seen(mail_room: MailRoom, e: MailHeaders, known_answer: KnownMail) -> HandledMail:
    """Dealt with before a crash, or delivered twice: filed. An answer that was leaving then may have left: a doubt."""
    if known_answer.state == "en partance":
        name = (
            outgoing_mail.identifier_of(mail_reply_words.answer_key(replace(e, key=known_answer.key)), mail_room.smtp)
            if mail_room.smtp
            else ""
        )
        words = f"l'envoi a été interrompu : elle est peut-être partie. Cherchez {name}."
        return ends(mail_room, replace(e, key=known_answer.key), "doute", words, TO_LOOK_AT)
    return HandledMail(
        e, "déjà traité", HANDLED if known_answer.state == "répondu" and not known_answer.reason else TO_LOOK_AT
    )


def _answer_too_heavy(mail_room: MailRoom, e: MailHeaders, size: int) -> HandledMail:
    if known_answer := known(mail_room, e):
        return _already_seen(mail_room, e, known_answer)
    return answers(
        mail_room, e, mail_reply_words.too_heavy(e, size_in_words(size), size_in_words(HEAVIEST_MAIL)), TO_LOOK_AT
    )


def _answer_unknown_sender(mail_room: MailRoom, e: MailHeaders) -> HandledMail:
    """A polite sentence, once a week, to so many a day; one that does not leave is not tried again."""
    if known_answer := known(mail_room, e):
        return _already_seen(mail_room, e, known_answer)
    if answered(mail_room, e, WEEK):
        return sets_aside(mail_room, e, "expéditeur inconnu, à qui cela a déjà été dit cette semaine")
    day = mail_room.current_time - timedelta(days=1)
    if (
        mail_room.remembers
        and mail_replies.to_strangers(mail_room.workshop.register, day) >= mail_room.mailbox.strangers
    ):
        return sets_aside(mail_room, e, mail_replies.CAPPED)
    handled = answers(mail_room, e, mail_reply_words.unknown(e), TO_LOOK_AT, unknown=True)
    return replace(handled, words=f"expéditeur inconnu ; {handled.words}")
