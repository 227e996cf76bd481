"""The gain of one action: how it falls in time, and what the prices say it should be. Pure, in whole cents.

A gain lives 12 months from the month of the first order, that month included, then it is nothing.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from config.rounding import rounded

LIFE_IN_MONTHS = 12


class Worth(NamedTuple):
    """How the gain of one action falls in time, seen from an exercice, in cents."""

    gain_exercice: int
    """The part that falls in the exercice; what *déclaré*, *retiré* and *retenu* add up."""
    report: int
    """The part that falls in the next exercice."""
    realise_a_date: int
    """The part already earned at the situation date, its own month included."""
    prevision: int
    """What a *notifié* would add to the exercice if it starts as announced; never in the total."""


NOTHING = Worth(0, 0, 0, 0)


def cumulative(gain_annuel: int, months: int) -> int:
    """Cents earned after `months` months of life (clamped to 0..12)."""
    if months <= 0:
        return 0
    return gain_annuel if months >= LIFE_IN_MONTHS else rounded(gain_annuel * months, LIFE_IN_MONTHS)


def months_elapsed(first_order: date, year: int, months: int) -> int:
    """Months of life at the end of that month: 1 at the end of the month of the first order."""
    return (year - first_order.year) * 12 + months - first_order.month + 1


def share_in_exercice(gain_annuel: int, first_order: date, exercice: int) -> int:
    """Cents that fall inside a calendar year. Over all years the parts add up to `gain_annuel` exactly."""
    end, start = (months_elapsed(first_order, year, 12) for year in (exercice, exercice - 1))
    return cumulative(gain_annuel, end) - cumulative(gain_annuel, start)


def worth(
    gain_annuel: int | None, statut: str | None, first_order: date | None, exercice: int, situation: date
) -> Worth:
    """What an action is worth for `exercice`, at the situation date.

    Only *réalisé* counts. *Notifié* feeds the forecast, from its date or else from the month after the
    situation. *Potentiel* and *abandonné* are worth nothing. An unreadable status with a first order is
    measured as *réalisé*, so that the euros it declares show where they are struck out.
    """
    if not gain_annuel or statut in ("potentiel", "abandonné"):
        return NOTHING
    if statut == "notifié":
        start = first_order or _next_month(situation)
        return Worth(0, 0, 0, share_in_exercice(gain_annuel, start, exercice))
    if not first_order:
        return NOTHING
    end = months_elapsed(first_order, exercice, 12)
    at_date = months_elapsed(first_order, situation.year, situation.month)
    before, at_end, after = (cumulative(gain_annuel, months) for months in (end - 12, end, end + 12))
    return Worth(
        gain_exercice=at_end - before,
        report=after - at_end,
        realise_a_date=cumulative(gain_annuel, at_date) - before,
        prevision=0,
    )


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def recomputed_gain(
    prix_reference: Decimal, prix_nouveau: Decimal, quantite: Decimal, nature: str | None, duration: int | None
) -> int:
    """The annual gain in cents that prices and quantity over 12 months imply.

    A saving is what it cost less what it costs; a *recette* is what it brings less what it brought; an
    investment is divided by its depreciation period.
    """
    deviation = prix_reference - prix_nouveau
    raw = (-deviation if nature == "recette" else deviation) * quantite * 100
    years = duration if nature == "investissement" and duration else 1
    return int((raw / years).quantize(Decimal(1), ROUND_HALF_UP))
