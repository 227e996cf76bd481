"""The gain of one action: how it falls in time, and what the prices say it should be. Pure, in whole cents.

A gain lives 12 months from the month of the first order, that month included, then it is nothing.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

VIE_EN_MOIS = 12


class Mesure(NamedTuple):
    """What one action is worth for an exercice, in cents."""

    gain_exercice: int
    """The part that falls in the exercice; what *déclaré*, *retiré* and *retenu* add up."""
    report: int
    """The part that falls in the next exercice."""
    realise_a_date: int
    """The part already earned at the situation date, its own month included."""
    prevision: int
    """What a *notifié* would add to the exercice if it starts as announced; never in the total."""


RIEN = Mesure(0, 0, 0, 0)


def arrondi(numerateur: int, denominateur: int) -> int:
    """numerateur / denominateur rounded half away from zero; denominateur > 0."""
    moitie_haute = (2 * abs(numerateur) + denominateur) // (2 * denominateur)
    return moitie_haute if numerateur >= 0 else -moitie_haute


def cumul(gain_annuel: int, mois: int) -> int:
    """Cents earned after `mois` months of life (clamped to 0..12)."""
    if mois <= 0:
        return 0
    return gain_annuel if mois >= VIE_EN_MOIS else arrondi(gain_annuel * mois, VIE_EN_MOIS)


def mois_ecoules(premiere_commande: date, annee: int, mois: int) -> int:
    """Months of life at the end of that month: 1 at the end of the month of the first order."""
    return (annee - premiere_commande.year) * 12 + mois - premiere_commande.month + 1


def part_de_l_exercice(gain_annuel: int, premiere_commande: date, exercice: int) -> int:
    """Cents that fall inside a calendar year. Over all years the parts add up to `gain_annuel` exactly."""
    fin, debut = (mois_ecoules(premiere_commande, annee, 12) for annee in (exercice, exercice - 1))
    return cumul(gain_annuel, fin) - cumul(gain_annuel, debut)


def mesure(
    gain_annuel: int | None, statut: str | None, premiere_commande: date | None, exercice: int, situation: date
) -> Mesure:
    """What an action is worth for `exercice`, at the situation date.

    Only *réalisé* counts. *Notifié* feeds the forecast, from its date or else from the month after the
    situation. *Potentiel* and *abandonné* are worth nothing. An unreadable status with a first order is
    measured as *réalisé*, so that the euros it declares show where they are struck out.
    """
    if not gain_annuel or statut in ("potentiel", "abandonné"):
        return RIEN
    if statut == "notifié":
        depart = premiere_commande or _mois_suivant(situation)
        return Mesure(0, 0, 0, part_de_l_exercice(gain_annuel, depart, exercice))
    if not premiere_commande:
        return RIEN
    fin = mois_ecoules(premiere_commande, exercice, 12)
    a_date = mois_ecoules(premiere_commande, situation.year, situation.month)
    avant, a_la_fin, apres = (cumul(gain_annuel, mois) for mois in (fin - 12, fin, fin + 12))
    return Mesure(
        gain_exercice=a_la_fin - avant,
        report=apres - a_la_fin,
        realise_a_date=cumul(gain_annuel, a_date) - avant,
        prevision=0,
    )


def _mois_suivant(jour: date) -> date:
    return date(jour.year + jour.month // 12, jour.month % 12 + 1, 1)


def recalcul(
    prix_reference: Decimal, prix_nouveau: Decimal, quantite: Decimal, nature: str | None, duree: int | None
) -> int:
    """The annual gain in cents that prices and quantity over 12 months imply.

    A saving is what it cost less what it costs; a *recette* is what it brings less what it brought; an
    investment is divided by its depreciation period.
    """
    ecart = prix_reference - prix_nouveau
    brut = (-ecart if nature == "recette" else ecart) * quantite * 100
    annees = duree if nature == "investissement" and duree else 1
    return int((brut / annees).quantize(Decimal(1), ROUND_HALF_UP))
