"""Who is to be told what at an instant, computed from the state then, and why everyone else is not.

Everything that a kind of message says is due, in `letters/message_kinds`. Never tells anyone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bots.letters.message_kinds import KINDS
from config.territory import FRANCE, Scope
from config.working_hours import reason_to_wait
from reports.due.reminders import Reminder, Silence
from reports.view import View
from sheets.register.outbox import MessageKey


@dataclass(frozen=True, slots=True)
class Dues:
    reminders: tuple[Reminder, ...]
    silences: tuple[Silence, ...]


def dues(view: View, instant: datetime, where: Scope = FRANCE) -> Dues:
    """Everything due in a territory; at night, at weekends and on public holidays, everything waits and says why."""
    sources = dict.fromkeys(source for kind in KINDS.values() for source in kind.due)
    everything = [x for source in sources for x in source(view, instant, where)]
    due_by_key = {r.key: r for r in everything if isinstance(r, Reminder)}
    silences = [s for s in everything if isinstance(s, Silence)]
    if reason := reason_to_wait(instant, view.folder.hours):
        return Dues((), (*(_silence(r, reason) for r in due_by_key.values()), *silences))
    return Dues(tuple(due_by_key.values()), tuple(silences))


def _silence(r: Reminder, reason: str) -> Silence:
    return Silence(r.key.campaign, r.key.unit, r.key.person, reason, r.kind)


def scope_around(view: View, keys: Iterable[MessageKey]) -> Scope:
    """The least territory in which to ask again whether these are due: the GHT they are all about, else everything."""
    units = {c.unit for c in keys}
    return Scope("ght", units.pop()) if len(units) == 1 and units <= view.folder.territory.ghts.keys() else FRANCE
