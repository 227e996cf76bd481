"""What a region is told without asking: where it stands at its dates, its week, a total that moves, a large line struck.

Computed from the state at an instant, as messages due (see `reports/due/reminders`). Never tells anyone, never words it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from config.campaign import Campaign
from config.ladder import USEFUL_DAYS, Rung, dates
from config.objectives import Objective
from config.territory import Scope
from config.working_hours import first_moment, next_moment
from reports.answer import Answer
from reports.due.reminders import Reminder, Silence, recipients, under_way
from reports.forecast import forecast
from reports.progress import State, states
from reports.view import Subject, View
from sheets.register import arrivals
from sheets.register.arrivals import Arrival
from sheets.register.decisions import decisions
from sheets.register.outbox import MessageKey
from sheets.register.what_counts import ReceivedTab, counting_tabs

FRESH_FOR = timedelta(days=6)
"""Past that, a total that moved is no news any more; it spans the longest weekend, Easter in Alsace."""


class Point(NamedTuple):
    """Where a GHT stands: cents kept and expected at the end of the year, what is imputed apart."""

    state: State
    kept: int
    objective: Objective | None
    expected_cents: int
    imputed: int
    under_alert: int = 0
    report: int = 0
    """What the exercice before leaves and no line took up yet."""
    notified: int = 0

    @property
    def attainment(self) -> Decimal | None:
        """What is kept over the objective, or None without one."""
        return Decimal(self.kept) / self.objective.amount if self.objective and self.objective.amount else None


class GhtMovement(NamedTuple):
    """How a pull moved what GHT had already declared: cents by GHT, and the total of their region before it."""

    arrival: Arrival
    region: str
    before: int
    by_ght: dict[str, int]

    @property
    def difference(self) -> int:
        return sum(self.by_ght.values())


def points(view: View, campaign: Campaign, where: Scope) -> list[Point]:
    """One for each GHT of a territory, those that have not answered first, then the farthest from their objective."""
    results = []
    for state in states(view, Subject(where, campaign.exercice, campaign.code)):
        r = forecast(view, Subject(Scope("ght", state.ght.code), campaign.exercice))
        results.append(
            Point(
                state, r.totals.kept, r.objective, int(r.value or 0), imputed(r), r.under_alert,
                r.cents("report"), r.cents("notifie"),
            )
        )  # fmt: skip
    return sorted(results, key=lambda p: (p.state.has_answered, p.kept - (p.objective.amount if p.objective else 0)))


def imputed(expected_cents: Answer) -> int:
    """Cents imputed, of a forecast, to the GHT that sent nothing."""
    return expected_cents.cents("impute")


def alerts_on_dates(view: View, instant: datetime, where: Scope) -> Iterator[Reminder | Silence]:
    """The rungs of `rappels.csv` about every GHT: at the situation, after the lock, or when the region decides."""
    for campaign in under_way(view):
        for r in view.folder.rungs:
            day = r.day(dates(campaign, campaign.deadline))
            if r.says.about != "all" or day < campaign.opening:
                continue
            moment = first_moment(day, view.folder.hours)
            if moment <= instant < moment + timedelta(days=USEFUL_DAYS):
                yield from _alerts_of_rung(view, campaign, r, day, moment, where)


def _alerts_of_rung(
    view: View, campaign: Campaign, r: Rung, day: date, moment: datetime, where: Scope
) -> Iterator[Reminder]:
    by_region = r.a == "referent"
    seen_ones: set[str] = set()
    for ght in view.folder.territory.ghts_of(where, campaign.situation):
        unit = ght.region if by_region else ght.code
        if unit not in seen_ones:
            seen_ones.add(unit)
            for p in recipients(view, ght, r.a):
                yield Reminder(
                    MessageKey(campaign.code, unit, r.stage, day.isoformat(), p.email), r.message, moment, campaign
                )


def weekly(view: View, instant: datetime, where: Scope) -> Iterator[Reminder | Silence]:
    """Each week of a campaign, to each referent: what came, what moved, who owes, what costs most."""
    jour_du_point = view.folder.alerts.jour_du_point
    if jour_du_point is None:
        return
    day = view.as_of - timedelta(days=(view.as_of.weekday() - jour_du_point) % 7)
    moment = first_moment(day, view.folder.hours)
    if instant < moment:
        return
    for campaign in under_way(view):
        if campaign.opening < day <= campaign.lock + timedelta(days=7):
            rung = Rung("point de la semaine", "hebdo", "ouverture", 0, "referent")
            yield from _alerts_of_rung(view, campaign, rung, day, moment, where)


def moving_total(view: View, instant: datetime, where: Scope) -> Iterator[Reminder | Silence]:
    """To the referent, at once, when a pull moves what had been declared by more than a configured share."""
    for campaign in under_way(view):
        for a in arrivals.corrections(view.db, campaign.code, instant - FRESH_FOR, instant):
            for m in movements(view, campaign, a):
                if m.before > 0 and abs(m.difference) * 100 >= m.before * view.folder.alerts.variation:
                    yield from _to_referents(view, campaign, m.region, "total qui bouge", a.name, a.dated, where)


def movements(view: View, campaign: Campaign, arrival: Arrival) -> list[GhtMovement]:
    """By region, how an arrival changed the tabs that already counted. What comes for the first time moves nothing."""
    after = counting_tabs(view.db, [campaign.code], view.as_of, arrival.finess, before=arrival.next_arrival)
    before = counting_tabs(view.db, [campaign.code], view.as_of, arrival.finess, before=arrival.first)
    ghts = view.folder.territory.ghts
    by_region: dict[str, dict[str, int]] = {}
    for finess in before.keys() & after.keys():
        ght = before[finess].ght
        difference = after[finess].totals.kept - before[finess].totals.kept
        if difference and ght in ghts:
            theirs = by_region.setdefault(ghts[ght].region, {})
            theirs[ght] = theirs.get(ght, 0) + difference
    return [
        GhtMovement(arrival, region, _kept_before(view, campaign, region, arrival), theirs)
        for region, theirs in by_region.items()
    ]


def _kept_before(view: View, campaign: Campaign, region: str, arrival: Arrival) -> int:
    """Cents kept in a region before an arrival."""
    finess = view.finess(Subject(Scope("region", region), campaign.exercice, campaign.code))
    all_of_them = counting_tabs(view.db, [campaign.code], view.as_of, finess, before=arrival.first)
    return sum(o.totals.kept for o in all_of_them.values())


def large_line_struck(view: View, instant: datetime, where: Scope) -> Iterator[Reminder | Silence]:
    """To the referent, at once, a line worth more than a configured sum that the checks have just struck."""
    for campaign in under_way(view):
        ghts = {g.code: g for g in view.folder.territory.ghts_of(where, campaign.situation)}
        tabs_that_count: dict[str, ReceivedTab] | None = None
        threshold = view.folder.alerts.ligne_retiree
        for r in arrivals.struck_lines(view.db, campaign.code, threshold, instant - FRESH_FOR, instant):
            tabs_that_count = (
                counting_tabs(view.db, [campaign.code], view.as_of) if tabs_that_count is None else tabs_that_count
            )
            reference = f"{campaign.code}/{r.finess}/{r.action_id}"
            if (
                r.finess not in tabs_that_count
                or tabs_that_count[r.finess].id != r.tab
                or tabs_that_count[r.finess].ght not in ghts
            ):
                continue
            if any(d.reference == reference and not d.lapsed for d in decisions(view.db, [r.tab], view.as_of)):
                continue  # a referent has looked at it
            ght = ghts[tabs_that_count[r.finess].ght]
            for p in recipients(view, ght, "referent"):
                key = MessageKey(
                    campaign.code, ght.code, "grosse ligne retirée", f"{r.finess}/{r.action_id}/{r.struck}", p.email
                )
                moment = next_moment(r.dated, view.folder.hours)
                yield Reminder(key, "grosse_ligne", moment, campaign, what=reference)


def _to_referents(
    view: View, campaign: Campaign, region: str, stage: str, anchor: str, dated: datetime, where: Scope
) -> Iterator[Reminder]:
    ghts = [g for g in view.folder.territory.ghts_of(where, campaign.situation) if g.region == region]
    for p in recipients(view, ghts[0], "referent") if ghts else ():
        key = MessageKey(campaign.code, region, stage, anchor, p.email)
        yield Reminder(key, "total_qui_bouge", next_moment(dated, view.folder.hours), campaign)


def week_before(view: View) -> View:
    """The view of the same weekday, a week before."""
    return replace(view, as_of=view.as_of - timedelta(days=7))
