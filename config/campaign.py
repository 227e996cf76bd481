"""A campaign's calendar: one collection, for one exercice, at one situation date. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
"""Where a campaign's days begin and end, wherever the machine is."""
MOMENTS = ("mi-annee", "annuelle")


@dataclass(frozen=True, slots=True)
class Campaign:
    """`situation` is the day the gains are counted at; files are awaited from `opening` to `deadline`."""

    code: str
    exercice: int
    moment: str
    situation: date
    opening: date
    deadline: date
    lock: date

    @property
    def title(self) -> str:
        if self.moment not in MOMENTS:
            return "toute l'année"
        return f"{'mi-année' if self.moment == 'mi-annee' else 'campagne annuelle'} {self.exercice}"


def by_situation(campaigns: Iterable[Campaign]) -> list[Campaign]:
    """Earliest situation first: within an exercice the last one supersedes the others."""
    return sorted(campaigns, key=lambda c: (c.situation, c.code))


def current_campaign(campaigns: Iterable[Campaign], current_day: date) -> Campaign:
    """The campaign people mean without naming it: the last one opened; before any, the first to open."""
    order = sorted(campaigns, key=lambda c: (c.opening, c.code))
    return [c for c in order if c.opening <= current_day][-1] if order[0].opening <= current_day else order[0]
