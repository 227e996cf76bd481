"""Delivers what is due, each thing once: claim, word, deliver, mark. Knows neither words nor any channel's library.

A crash leaves a claim. Where the channel can tell, it is asked; where it cannot, the doubt is shown and nothing is said
again. What passes is tried again at later ticks; what is refused goes by the person's other channel.
"""

from __future__ import annotations

import logging
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bots.everything_due import Dues, dues, scope_around
from bots.letters import composing
from bots.letters.letter import Letter, SendingError
from config.french import day
from config.rights import Person, stand_in_for
from config.working_hours import reason_to_wait
from reports.due.reminders import Reminder, Silence, as_of_day
from reports.view import View
from sheets.register import outbox
from sheets.register.outbox import LEASE, MessageKey, StoredMessage

RETRY_DELAYS = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4), timedelta(days=1), timedelta(days=1))
"""How long to wait after each failure that passes; after the last, another channel is tried; the last one, for as long as it is of use."""
journal = logging.getLogger("vigie.rappels")
MessageFilter = Callable[[str, str], bool]
"""Whether messages of that kind are wanted, in that campaign."""


@dataclass(frozen=True)
class DeliveryChannel:
    """A way to someone. `address` is empty for those it cannot reach; `send` returns what the channel calls the letter.

    `find_sent` looks up (key, address, since): the channel's name for a letter that did arrive, None if it did not. A
    channel without it can only be told once. Both raise `SendingError`.
    """

    name: str
    address: Callable[[Person], str]
    send: Callable[[Letter], str]
    find_sent: Callable[[str, str, datetime], str | None] | None = None


@dataclass
class TickReport:
    """What a tick did: messages by what became of them."""

    facts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Mailing:
    """What goes together: to whom, in whose place if it is not for themselves, and what."""

    person: Person
    reminders: tuple[Reminder, ...]


def deliver_due(
    view: View, current_time: Callable[[], datetime], delivery_channels: Sequence[DeliveryChannel], is_chosen: MessageFilter = lambda kind, campaign: True
) -> TickReport:  # fmt: skip
    """Settle what a crash left; while messages may leave, write down what is due, and deliver what is chosen of it.

    The clock is read for each letter: a tick may take long, and a claim bears its own hour.
    """
    instant = current_time()
    view, tick_report = as_of_day(view, instant), TickReport()
    _settle_claims(view, instant, delivery_channels, tick_report)
    if reason_to_wait(instant, view.folder.hours):
        return tick_report
    letters_due = _write_dues(view, instant)
    known_messages = {r.key: r for r in outbox.in_states(view.db, "à dire") if r.not_before <= instant}
    for sending in sendings(
        view, [r for r in letters_due.reminders if r.key in known_messages and is_chosen(r.kind, r.key.campaign)]
    ):
        instant = current_time()
        if reason_to_wait(instant, view.folder.hours):
            break
        _deliver(
            view,
            instant,
            delivery_channels,
            [known_messages[r.key].id for r in sending.reminders],
            sending.person,
            tick_report,
        )
    return tick_report


def _write_dues(view: View, instant: datetime) -> Dues:
    """Write down what is due and not yet known; what was, and is no longer, becomes void with its reason."""
    letters_due = dues(view, instant)
    stored = outbox.known_messages(view.db, (r.key.campaign for r in letters_due.reminders))
    new_reminders = [
        (r.key, r.kind) for r in letters_due.reminders if r.key not in stored or stored[r.key].state == "nul"
    ]
    if new_reminders:
        outbox.write_down(view.db, new_reminders, instant)
    still_due = {r.key for r in letters_due.reminders}
    silenced = {(s.campaign, s.unit, s.person): s.reason for s in letters_due.silences}
    outdated = {
        r.id: silenced.get((r.key.campaign, r.key.unit, r.key.person), "un message plus récent le remplace")
        for r in outbox.in_states(view.db, "à dire")
        if r.key not in still_due
    }
    if outdated:
        outbox.cancel(view.db, outdated, instant)
    return letters_due


def letters_due(
    view: View, instant: datetime, is_chosen: MessageFilter = lambda kind, campaign: True
) -> tuple[list[Mailing], list[Silence]]:
    """What a tick would deliver of what is chosen, and why the others are not told of it; writes nothing."""
    view = as_of_day(view, instant)
    everything = dues(view, instant)
    stored = outbox.known_messages(view.db, (r.key.campaign for r in everything.reminders))
    still_left, silences = [], [s for s in everything.silences if is_chosen(s.kind, s.campaign)]
    for r in (r for r in everything.reminders if is_chosen(r.kind, r.key.campaign)):
        rank = stored.get(r.key)
        if rank is None or rank.state == "nul" or (rank.state == "à dire" and rank.not_before <= instant):
            still_left.append(r)
        else:
            extended = f"prolongée jusqu'au {day(r.state.deadline)}, " if r.state and r.state.extended else ""
            silences.append(Silence(r.key.campaign, r.key.unit, r.key.person, extended + _already_told(rank), r.kind))
    return sendings(view, still_left), silences


def _already_told(r: StoredMessage) -> str:
    """Why a message that is due is not to be said: it was, or is about to be."""
    when = f"le {r.dated:%d/%m/%Y à %Hh%M} ({r.key.stage})"
    return {
        "dit": f"déjà dit {when}",
        "pris": f"en cours d'envoi depuis {when}",
        "doute": f"peut-être dit {when} : il ne sera pas redit",
        "refusé": f"refusé {when} : {r.reason}",
        "à dire": f"n'est pas passé {when} ; nouvel essai à partir du {day(r.not_before)} à {r.not_before:%Hh%M}",
    }[r.state]


def sendings(view: View, reminders: Iterable[Reminder]) -> list[Mailing]:
    """One for each person, however many GHT; someone who is away is replaced by their stand-in."""
    by_person: dict[str, list[Reminder]] = {}
    persons = view.folder.persons
    for r in reminders:
        if r.key.person in persons:
            reader = stand_in_for(persons[r.key.person], persons, view.as_of)
            by_person.setdefault(reader.email, []).append(r)
    return [Mailing(persons[email], tuple(its_own)) for email, its_own in by_person.items()]


def _deliver(
    view: View,
    instant: datetime,
    delivery_channels: Sequence[DeliveryChannel],
    ids: Sequence[int],
    person: Person,
    tick_report: TickReport,
) -> None:
    """Claim, ask the state again, word, hand to the first channel that takes it, mark."""
    sending = uuid.uuid4().hex
    taken = outbox.take(view.db, ids, sending, instant)
    letters_due = _still_due(view, instant, taken)
    no_longer_due = [r.id for r in taken if r.key not in letters_due]
    if no_longer_due:
        outbox.drop_claims(view.db, no_longer_due, "l'état a changé depuis", instant)
        tick_report.facts["nul"] += len(no_longer_due)
    still_left = [r for r in taken if r.key in letters_due]
    if still_left:
        reminders = [letters_due[r.key] for r in still_left]
        tick_report.facts[_by_one_channel(view, instant, delivery_channels, reminders, person, still_left)] += len(
            still_left
        )


def _still_due(view: View, instant: datetime, taken: Sequence[StoredMessage]) -> dict[MessageKey, Reminder]:
    """What is still due of what was claimed: someone may have handed in since."""
    keys = {r.key for r in taken}
    return {r.key: r for r in dues(view, instant, scope_around(view, keys)).reminders if r.key in keys} if keys else {}


def _by_one_channel(
    view: View, instant: datetime, delivery_channels: Sequence[DeliveryChannel], reminders: Sequence[Reminder], person: Person,
    taken: Sequence[StoredMessage],
) -> str:  # fmt: skip
    """What became of a letter, by the first channel that neither refuses its reader nor fails too often."""
    sending, attempts = taken[0].sending, max(r.attempts for r in taken) - 1
    refusal = []
    for delivery_channel in delivery_channels[min(attempts // len(RETRY_DELAYS), len(delivery_channels) - 1) :]:
        try:
            address = delivery_channel.address(person)
            if not address:
                continue
            letter = composing.letter(view, reminders, person, sending, address)
            outbox.part(view.db, sending, delivery_channel.name, address, instant)
            reference = delivery_channel.send(letter)
        except SendingError as fault:
            journal.info("%s : %s", delivery_channel.name, fault)
            if fault.doubt:
                outbox.doubt(view.db, sending, str(fault), instant)
                return "doute"
            if not fault.is_final:
                _put_off(
                    view,
                    delivery_channel,
                    sending,
                    str(fault),
                    instant + RETRY_DELAYS[attempts % len(RETRY_DELAYS)],
                    instant,
                )
                return "à dire"
            refusal.append(f"{delivery_channel.name} : {fault}")
        else:
            outbox.mark_delivered(view.db, sending, reference, instant, " ; ".join(refusal))
            return "dit"
    outbox.refuse(view.db, sending, " ; ".join(refusal) or "aucun moyen de joindre cette personne", instant)
    return "refusé"


def _put_off(
    view: View, delivery_channel: DeliveryChannel, sending: str, reason: str, when: datetime, instant: datetime
) -> None:
    """A failure that passes. Where the channel can tell whether it arrived all the same, it will be asked first."""
    (outbox.await_lookup if delivery_channel.find_sent else outbox.put_back)(view.db, sending, reason, when, instant)


def _settle_claims(
    view: View, instant: datetime, delivery_channels: Sequence[DeliveryChannel], tick_report: TickReport
) -> None:
    """Claims that a crash, or a channel that did not answer, left behind: one look for each letter."""
    by_name = {c.name: c for c in delivery_channels}
    abandoned = {r.sending: r for r in outbox.in_states(view.db, "pris") if _is_abandoned(r, instant)}
    for sending, rank in abandoned.items():
        delivery_channel = by_name.get(rank.delivery_channel)
        if not rank.delivery_channel:
            outbox.put_back(view.db, sending, "", instant, instant)
        elif delivery_channel is None:
            continue  # its channel is not set: it is asked once it is again
        elif delivery_channel.find_sent:
            _find_sent(view, delivery_channel, delivery_channel.find_sent, rank, instant)
        else:
            outbox.doubt(view.db, sending, "interrompu pendant l'envoi : peut-être arrivé, peut-être pas", instant)
            tick_report.facts["doute"] += 1


def _is_abandoned(r: StoredMessage, instant: datetime) -> bool:
    """Whether nobody is delivering it any more: it waits to be looked up, or its claim is old."""
    return r.not_before <= instant if r.reason else r.dated + LEASE <= instant


def _find_sent(
    view: View,
    delivery_channel: DeliveryChannel,
    find_handle: Callable[[str, str, datetime], str | None],
    rank: StoredMessage,
    instant: datetime,
) -> None:
    try:
        reference = find_handle(rank.sending, rank.address, rank.dated)
    except SendingError as fault:
        outbox.await_lookup(view.db, rank.sending, str(fault), instant + RETRY_DELAYS[0], rank.dated)
        journal.info("%s : %s", delivery_channel.name, fault)
        return
    if reference is None:
        outbox.put_back(view.db, rank.sending, rank.reason, instant, instant)
    else:
        outbox.mark_delivered(view.db, rank.sending, reference, instant)
