"""Who must have been told what in a year, from the calendar and from what people do: nothing of the product is imported.

The ladder, the holidays and the working hours are written here a second time, on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
OPENS_AT, CLOSES_AT = time(9), time(18)
MessageKey = tuple[str, str, str, str, str]
"""Campaign, GHT, step, the date it hangs on, the person."""


@dataclass(frozen=True)
class Campaign:
    code: str
    opening: date
    deadline: date
    lock: date


@dataclass(frozen=True)
class Rung:
    stage: str
    day: date
    anchor: date
    end: date
    """The last day it is of use."""
    before: bool = False
    """A reminder of before the deadline: who took note of the one before is spared it."""

    @property
    def moment(self) -> datetime:
        return next_working_moment(datetime.combine(self.day, OPENS_AT, PARIS))


@dataclass
class YearPlan:
    """What everyone does, decided beforehand."""

    campaigns: list[Campaign] = field(default_factory=list)
    teams: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """By GHT: who is told as « ght », « direction », « referent »."""
    sendings: dict[tuple[str, str], list[tuple[datetime, bool]]] = field(default_factory=dict)
    """By campaign and GHT: when a file is read, and whether it is handed in."""
    extensions: dict[tuple[str, str], tuple[datetime, date]] = field(default_factory=dict)
    replies: dict[tuple[str, str, str], tuple[str, str]] = field(default_factory=dict)
    """By campaign, GHT and person: at which step, the day after at noon, « noter » or « reporter »."""
    absences: dict[str, tuple[date, date, str]] = field(default_factory=dict)


PUT_OFF_DAYS = 3


def easter(year: int) -> date:
    """Easter Sunday, by the Gregorian computus."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    m = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def is_day_off(day: date) -> bool:
    fixed_days = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
    movable_days = {easter(day.year) + timedelta(days=n) for n in (1, 39, 50)}
    return day.weekday() > 4 or (day.month, day.day) in fixed_days or day in movable_days


def next_working_moment(instant: datetime) -> datetime:
    """The next moment at which something may leave."""
    day = instant.date()
    if not is_day_off(day) and OPENS_AT <= instant.time() < CLOSES_AT:
        return instant
    if is_day_off(day) or instant.time() >= CLOSES_AT:
        day += timedelta(days=1)
    while is_day_off(day):
        day += timedelta(days=1)
    return datetime.combine(day, OPENS_AT, PARIS)


def noon_next_day(moment: datetime) -> datetime:
    """When people press a button, if they do."""
    return datetime.combine(moment.date() + timedelta(days=1), time(12), PARIS)


def allowed(instant: datetime) -> bool:
    return next_working_moment(instant) == instant


def expected_messages(plan: YearPlan) -> dict[MessageKey, datetime]:
    """Every message of the year, and the moment it falls due."""
    return {
        key: moment
        for c in plan.campaigns
        for ght in plan.teams
        for end in (_ladder_messages(plan, c, ght), _receipts(plan, c, ght))
        for key, moment in end
    }


def lock(plan: YearPlan, c: Campaign, ght: str) -> datetime:
    granted = plan.extensions.get((c.code, ght))
    day = max(c.lock, granted[1] + timedelta(days=1)) if granted else c.lock
    return datetime.combine(day, CLOSES_AT, PARIS)


def handing_in(plan: YearPlan, c: Campaign, ght: str) -> datetime | None:
    """When a GHT handed in, in time to count."""
    read_files = [when for when, handed_in in plan.sendings.get((c.code, ght), []) if handed_in]
    return min((when for when in read_files if when < lock(plan, c, ght)), default=None)


def _rungs(plan: YearPlan, c: Campaign, ght: str, role: str, deadline: date) -> list[Rung]:
    closes = lock(plan, c, ght).date()
    days = timedelta
    if role == "direction":
        return [Rung("J+3", deadline + days(3), deadline, closes)]
    if role == "referent":
        return [Rung("J+5", deadline + days(5), deadline, closes)]
    return [
        Rung("ouverture", c.opening, c.opening, deadline),
        *(Rung(f"J-{n}", deadline - days(n), deadline, deadline, True) for n in (30, 15, 7, 2)),
        Rung("J+1", deadline + days(1), deadline, closes),
    ]


def _ladder_messages(plan: YearPlan, c: Campaign, ght: str) -> Iterator[tuple[MessageKey, datetime]]:
    result, granted = handing_in(plan, c, ght), plan.extensions.get((c.code, ght))
    for role, persons in plan.teams[ght].items():
        rungs = _rungs(plan, c, ght, role, c.deadline)
        if granted:
            after = _rungs(plan, c, ght, role, granted[1])
            rungs = [b for b in rungs if b.moment < granted[0]] + [b for b in after if b.moment > granted[0]]
        for p in persons:
            yield from _climbed_rungs(plan, c, ght, p, sorted(rungs, key=lambda b: b.moment), result)
            if role == "ght":
                end = lock(plan, c, ght).date()
                b = Rung("merci" if result else "clôture", end + timedelta(days=1), end, date.max)
                yield (c.code, ght, b.stage, b.anchor.isoformat(), p), b.moment


def _climbed_rungs(
    plan: YearPlan, c: Campaign, ght: str, p: str, rungs: list[Rung], result: datetime | None
) -> Iterator[tuple[MessageKey, datetime]]:
    """The rungs someone climbs until the hand-in is read; putting one off skips to the day they asked for."""
    stage, kind = plan.replies.get((c.code, ght, p), ("", ""))
    start = end = known_since = None
    for rank, b in enumerate(rungs):
        if (result and result <= b.moment) or b.moment.date() > b.end:
            continue
        if start and end and start <= b.moment < end:
            continue
        if known_since and b.before and known_since >= rungs[rank - 1].moment:
            continue
        yield (c.code, ght, b.stage, b.anchor.isoformat(), p), b.moment
        if b.stage == stage:
            pressed_at = noon_next_day(b.moment)
            if kind == "noter":
                known_since = pressed_at
            else:
                day = pressed_at.date() + timedelta(days=PUT_OFF_DAYS)
                start, end = pressed_at, next_working_moment(datetime.combine(day, OPENS_AT, PARIS))
                last_one = [x for x in rungs if x.moment <= end][-1]
                if last_one.moment < end and end.date() <= last_one.end and not (result and result <= end):
                    yield (c.code, ght, "report", day.isoformat(), p), end


def _receipts(plan: YearPlan, c: Campaign, ght: str) -> Iterator[tuple[MessageKey, datetime]]:
    """A receipt for each reading, unless another one came before the hour: the date it hangs on is the reading's rank."""
    read_files = [when for when, _ in plan.sendings.get((c.code, ght), [])]
    for rank, when in enumerate(read_files):
        moment = next_working_moment(when)
        if not any(other <= moment for other in read_files[rank + 1 :]):
            for p in plan.teams[ght]["ght"]:
                yield (c.code, ght, "accusé", str(rank), p), moment


def receiver_of(plan: YearPlan, person: str, day: date) -> str:
    """To whom a message goes that day: the stand-in of someone who is away."""
    start, end, deputy = plan.absences.get(person, (date.max, date.min, ""))
    return deputy if start <= day <= end else person
