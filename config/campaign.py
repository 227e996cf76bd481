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
class Campagne:
    """`situation` is the day the gains are counted at; files are awaited from `ouverture` to `echeance`."""

    code: str
    exercice: int
    moment: str
    situation: date
    ouverture: date
    echeance: date
    verrou: date

    @property
    def titre(self) -> str:
        return f"{'mi-année' if self.moment == 'mi-annee' else 'campagne annuelle'} {self.exercice}"


def par_situation(campagnes: Iterable[Campagne]) -> list[Campagne]:
    """Earliest situation first: within an exercice the last one supersedes the others."""
    return sorted(campagnes, key=lambda c: (c.situation, c.code))


def campagne_du_jour(campagnes: Iterable[Campagne], aujourd_hui: date) -> Campagne:
    """The campaign people mean without naming it: the last one opened; before any, the first to open."""
    ordre = sorted(campagnes, key=lambda c: (c.ouverture, c.code))
    return [c for c in ordre if c.ouverture <= aujourd_hui][-1] if ordre[0].ouverture <= aujourd_hui else ordre[0]
