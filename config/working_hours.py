"""When a message may leave: working days and hours in Paris, French public holidays. Pure: never knows what day it is."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache

import holidays

from config.campaign import PARIS
from config.settings import WorkingHours


def public_holiday(day: date, hours: WorkingHours) -> str:
    """The name of the public holiday that day, « Ascension »; empty on an ordinary day."""
    return str(_public_holidays(day.year, hours.feries).get(day, ""))


def next_moment(instant: datetime, hours: WorkingHours) -> datetime:
    """The instant itself when messages may leave then, else the next opening: Monday to Friday, no public holiday.

    `instant` bears its zone. Opening hours are the clock's on the wall in Paris, on the nights it changes as on others.
    """
    here = instant.astimezone(PARIS)
    day = here.date()
    if not reason_to_wait(here, hours):
        return here
    if here.time() >= time(hours.ouvre) or why_closed(day, hours):
        day += timedelta(days=1)
    while why_closed(day, hours):
        day += timedelta(days=1)
    return at_opening(day, hours)


@lru_cache(maxsize=4096)
def first_moment(day: date, hours: WorkingHours) -> datetime:
    """The first moment of that day, or of those after, at which messages may leave."""
    return next_moment(at_opening(day, hours), hours)


def at_opening(day: date, hours: WorkingHours) -> datetime:
    return datetime.combine(day, time(hours.ouvre), PARIS)


def reason_to_wait(instant: datetime, hours: WorkingHours) -> str:
    """Why nothing leaves at that instant: « week-end », « jour férié (Ascension) », « hors des heures… »; empty if it may."""
    here = instant.astimezone(PARIS)
    if reason := why_closed(here.date(), hours):
        return reason
    if not time(hours.ouvre) <= here.time() < time(hours.ferme):
        return f"hors des heures d'envoi ({hours.ouvre}h à {hours.ferme}h)"
    return ""


def why_closed(day: date, hours: WorkingHours) -> str:
    """Why nothing leaves all that day; empty on a working day."""
    if day.weekday() >= 5:
        return "week-end"
    name = public_holiday(day, hours)
    return f"jour férié ({name})" if name else ""


@lru_cache(maxsize=64)
def _public_holidays(year: int, subdivision: str) -> holidays.HolidayBase:
    return holidays.country_holidays("FR", subdiv=subdivision or None, years=year, language="fr", expand=False)
