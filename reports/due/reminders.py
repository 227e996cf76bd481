"""The ladder of reminders and the receipts: who is concerned by which, at an instant, from the state then. Tells nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from config.campaign import PARIS, Campaign
from config.folder import Folder
from config.french import day
from config.ladder import USEFUL_DAYS, Dates, Rung, dates
from config.rights import Person
from config.territory import FRANCE, Ght, Scope
from config.working_hours import first_moment, next_moment
from reports.progress import State, states
from reports.view import Subject, View
from sheets.register import outbox
from sheets.register.decisions import ght_decisions
from sheets.register.outbox import MessageKey, ReminderReply

LECTURES = timedelta(days=7)
"""A receipt is owed for that long: later, what was read is old news."""
REPORT = "report"


class Reminder(NamedTuple):
    """A message due since `moment`. Of the person only the address; the words come from `state`, or from the register."""

    key: MessageKey
    kind: str
    moment: datetime
    campaign: Campaign
    state: State | None = None
    what: str = ""
    """What it is about when it is about no state: the address that could not be reached."""


class Silence(NamedTuple):
    """Someone who is not told, and why, in words."""

    campaign: str
    unit: str
    person: str
    reason: str
    kind: str = ""
    """Of the message that is not said; empty when it is the ladder that has none for them."""


def ladder(view: View, instant: datetime, where: Scope) -> Iterator[Reminder | Silence]:
    """The ladder of `rappels.csv`: for each GHT and role, the last rung whose moment has come, to those it concerns."""
    for campaign in under_way(view):
        facts = outbox.replies(view.db, campaign.code, instant)
        for state in states(view, Subject(where, campaign.exercice, campaign.code)):
            for a in dict.fromkeys(r.a for r in view.folder.rungs if r.says.about != "all"):
                yield from _rung_for_persons(_Ladder(view, instant, campaign, state, a), facts)


def under_way(view: View) -> Iterator[Campaign]:
    """The campaigns that are open, or whose lock is recent; an extension may keep one going."""
    for c in view.folder.campaigns.values():
        if c.opening <= view.as_of:
            extended_ends = [
                s.extended_to for s in ght_decisions(view.db, c.code, view.as_of).values() if s.extended_to
            ]
            if view.as_of <= max([c.lock, *extended_ends]) + timedelta(days=2 * USEFUL_DAYS):
                yield c


@dataclass(frozen=True, slots=True)
class _Ladder:
    """The ladder of one role (`a`) in one GHT, seen at an instant."""

    view: View
    instant: datetime
    campaign: Campaign
    state: State
    a: str

    @property
    def dates(self) -> Dates:
        return dates(self.campaign, self.state.deadline)

    @property
    def rungs_concerned(self) -> list[Rung]:
        """The rungs for those in that state: thanks for who answered, all the others for who has not."""
        about = "answered" if self.state.has_answered else "owing"
        return [r for r in self.view.folder.rungs if r.a == self.a and r.says.about == about]

    def moment(self, r: Rung) -> datetime:
        return first_moment(r.day(self.dates), self.view.folder.hours)

    def due_rung(self) -> Rung | None:
        """The last rung whose moment has come, if it is still of use. Those of before an extension are void: it was just given."""
        come_due = [r for r in self.rungs_concerned if self.moment(r) <= self.instant]
        if not come_due:
            return None
        last_due = max(come_due, key=lambda r: (self.moment(r), r.day(self.dates)))
        granted_on = self.state.extended_on
        if granted_on and last_due.anchor == "echeance" and self.moment(last_due) <= datetime.fromisoformat(granted_on):
            return None
        return last_due if self.instant.astimezone(PARIS).date() <= last_due.expires(self.dates) else None

    def before(self, r: Rung) -> datetime:
        """When the rung before came due; long ago for the first one."""
        earlier = [m for other in self.rungs_concerned if (m := self.moment(other)) < self.moment(r)]
        return max(earlier, default=datetime(1, 1, 2, tzinfo=PARIS))

    def why_silent(self) -> str:
        """Why nothing is said now, and when something will be."""
        if self.state.has_answered:
            return {"validée": "déjà remis, validé", "néant": "rien à déclarer, déjà dit"}.get(
                self.state.progress, "déjà remis"
            )
        upcoming = sorted((self.moment(r), r.stage) for r in self.rungs_concerned if self.moment(r) > self.instant)
        end = f"prochain message le {day(upcoming[0][0].date())} ({upcoming[0][1]})" if upcoming else "plus rien à dire"
        return f"prolongée jusqu'au {day(self.state.deadline)}, {end}" if self.state.extended else end


def _rung_for_persons(e: _Ladder, facts: dict[tuple[str, str], list[ReminderReply]]) -> Iterator[Reminder | Silence]:
    ght, campaign = e.state.ght.code, e.campaign.code
    persons = recipients(e.view, e.state.ght, e.a)
    due_rung = e.due_rung()
    if not persons:
        yield Silence(campaign, ght, "", f"personne n'est connu comme « {e.a} » de ce GHT dans personnes.csv")
    for p in persons:
        if due_rung is None:
            yield Silence(campaign, ght, p.email, e.why_silent())
        else:
            yield _due_or_silenced(e, due_rung, p, facts.get((ght, p.email), []))


def _due_or_silenced(e: _Ladder, due_rung: Rung, p: Person, facts: list[ReminderReply]) -> Reminder | Silence:
    """The rung, unless its person put it off, or said that they knew."""
    ght, campaign, hours = e.state.ght.code, e.campaign.code, e.view.folder.hours
    anchor = e.dates.at(due_rung.anchor).isoformat()
    due = Reminder(
        MessageKey(campaign, ght, due_rung.stage, anchor, p.email),
        due_rung.message,
        e.moment(due_rung),
        e.campaign,
        e.state,
    )
    if e.state.has_answered:
        return due
    reports = [g for g in facts if g.kind == "reporter"]
    if reports:
        resumed_at = first_moment(reports[-1].until_day, hours)
        if e.instant < resumed_at:
            return Silence(campaign, ght, p.email, f"reportée jusqu'au {day(resumed_at.date())}, à sa demande")
        if resumed_at > due.moment:
            key = MessageKey(campaign, ght, REPORT, reports[-1].until_day.isoformat(), p.email)
            return due._replace(key=key, kind="rappel", moment=resumed_at)
    known_since = any(g.kind == "noter" and g.dated >= e.before(due_rung) for g in facts)
    if known_since and due_rung.message == "rappel" and due_rung.days <= 0:
        return Silence(campaign, ght, p.email, "pris en compte : ce rappel est sauté, le suivant sera dit")
    return due


def recipients(view: View, ght: Ght, a: str) -> list[Person]:
    """Who is told for a GHT. Without anyone of that role, those next in line: team, direction, referent, then the nation."""
    persons_by_role = _by_role(view.folder)
    team = persons_by_role.get(("ght", Scope("ght", ght.code)), [])
    direction = [p for p in team if p.direction]
    referents = persons_by_role.get(("ars", Scope("region", ght.region))) or persons_by_role.get(("dgos", FRANCE), [])
    if a == "referent":
        return referents
    if a == "direction":
        return direction or team or referents
    return [p for p in team if not p.direction] or team or referents


def without_team(view: View, ght: Ght) -> bool:
    """Whether nobody of a GHT is known: what is for its team or its direction goes to the referent."""
    return ("ght", Scope("ght", ght.code)) not in _by_role(view.folder)


@lru_cache(maxsize=4)
def _by_role(folder: Folder) -> dict[tuple[str, Scope], list[Person]]:
    result: dict[tuple[str, Scope], list[Person]] = {}
    for p in folder.persons.values():
        result.setdefault((p.role, p.scope), []).append(p)
    return result


def receipts(view: View, instant: datetime, where: Scope) -> Iterator[Reminder | Silence]:
    """A receipt for the last reading of each GHT: those before it are answered by it."""
    for campaign in under_way(view):
        hand_ins_read = outbox.hand_ins_read(view.db, campaign.code, instant - LECTURES, instant)
        if not hand_ins_read:
            continue
        for state in states(view, Subject(where, campaign.exercice, campaign.code)):
            if state.ght.code in hand_ins_read:
                file, read_at = hand_ins_read[state.ght.code]
                moment = next_moment(read_at, view.folder.hours)
                for p in recipients(view, state.ght, "ght"):
                    key = MessageKey(campaign.code, state.ght.code, "accusé", file, p.email)
                    yield Reminder(key, "accuse", moment, campaign, state)


def reminders_asked(view: View, instant: datetime, where: Scope) -> Iterator[Reminder | Silence]:
    """What a referent asked to be told at once to a GHT that owes its trame; their wish passes before « plus tard »."""
    for campaign in under_way(view):
        wanted_ones = {
            ght: facts[-1]
            for (ght, rungs), facts in outbox.replies(view.db, campaign.code, instant).items()
            if not rungs and facts[-1].dated > instant - LECTURES
        }
        if not wanted_ones:
            continue
        for state in states(view, Subject(where, campaign.exercice, campaign.code)):
            if state.ght.code in wanted_ones and not state.has_answered:
                wanted = wanted_ones[state.ght.code]
                moment = next_moment(wanted.dated, view.folder.hours)
                for p in recipients(view, state.ght, "ght"):
                    key = MessageKey(campaign.code, state.ght.code, "relance", wanted.until_day.isoformat(), p.email)
                    yield Reminder(key, "rappel", moment, campaign, state)


def unreachable_addresses(view: View, instant: datetime, where: Scope) -> Iterator[Reminder | Silence]:
    """Said once a campaign to the referent: an address at which nothing arrives any more."""
    for campaign in under_way(view):
        ghts = {g.code: g for g in view.folder.territory.ghts_of(where, campaign.situation)}
        for lost in outbox.refusals(view.db, campaign.code):
            if lost.unit not in ghts or lost.kind == "injoignable":
                continue
            moment = next_moment(lost.dated, view.folder.hours)
            for p in recipients(view, ghts[lost.unit], "referent"):
                if p.email != lost.person:
                    key = MessageKey(campaign.code, lost.unit, "injoignable", lost.person, p.email)
                    yield Reminder(key, "injoignable", moment, campaign, what=f"{lost.person} : {lost.reason}")


def as_of_day(view: View, instant: datetime) -> View:
    """The view of the day it is in Paris at that instant."""
    return replace(view, as_of=instant.astimezone(PARIS).date())
