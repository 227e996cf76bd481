"""Who is to be told what at an instant, computed from the state then, and why everyone else is not. Never tells anyone.

A kind of message is a function of (view, instant, territory) in `SOURCES`; its words stand in `bots/redaction`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from config.territory import FRANCE, Scope
from config.working_hours import reason_to_wait
from reports.due import alerts, reminders
from reports.due.reminders import Reminder, Silence
from reports.view import View
from sheets.register.outbox import Cle


@dataclass(frozen=True, slots=True)
class Dues:
    reminders: tuple[Reminder, ...]
    silences: tuple[Silence, ...]


Source = Callable[[View, datetime, Scope], Iterator[Reminder | Silence]]


def dues(view: View, instant: datetime, where: Scope = FRANCE) -> Dues:
    """Everything due in a territory; at night, at weekends and on public holidays, everything waits and says why."""
    everything = [x for source in SOURCES for x in source(view, instant, where)]
    due_by_key = {r.cle: r for r in everything if isinstance(r, Reminder)}
    silences = [s for s in everything if isinstance(s, Silence)]
    if reason := reason_to_wait(instant, view.folder.hours):
        return Dues((), (*(_silence(r, reason) for r in due_by_key.values()), *silences))
    return Dues(tuple(due_by_key.values()), tuple(silences))


def _silence(r: Reminder, reason: str) -> Silence:
    return Silence(r.cle.campaign, r.cle.unite, r.cle.person, reason, r.kind)


SOURCES: tuple[Source, ...] = (
    reminders.ladder, reminders.receipts, reminders.reminders_asked, reminders.unreachable_addresses,
    alerts.alerts_on_dates, alerts.weekly, alerts.moving_total, alerts.large_line_struck,
)  # fmt: skip
"""Every kind of message: what adds one adds it here, and its words in `bots/redaction`."""


def scope_around(view: View, keys: Iterable[Cle]) -> Scope:
    """The least territory in which to ask again whether these are due: the GHT they are all about, else everything."""
    unites = {c.unite for c in keys}
    return Scope("ght", unites.pop()) if len(unites) == 1 and unites <= view.folder.territory.ghts.keys() else FRANCE
