"""When a message may leave: working days and hours in Paris, French public holidays. Pure: never knows what day it is."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache

import holidays

from config.campaign import PARIS
from config.settings import Heures


def ferie(jour: date, heures: Heures) -> str:
    """The name of the public holiday that day, « Ascension »; empty on an ordinary day."""
    return str(_feries(jour.year, heures.feries).get(jour, ""))


def prochain_moment(instant: datetime, heures: Heures) -> datetime:
    """The instant itself when messages may leave then, else the next opening: Monday to Friday, no public holiday.

    `instant` bears its zone. Opening hours are the clock's on the wall in Paris, on the nights it changes as on others.
    """
    ici = instant.astimezone(PARIS)
    jour = ici.date()
    if not raison_d_attendre(ici, heures):
        return ici
    if ici.time() >= time(heures.ouvre) or ferme(jour, heures):
        jour += timedelta(days=1)
    while ferme(jour, heures):
        jour += timedelta(days=1)
    return a_l_ouverture(jour, heures)


@lru_cache(maxsize=4096)
def premier_moment(jour: date, heures: Heures) -> datetime:
    """The first moment of that day, or of those after, at which messages may leave."""
    return prochain_moment(a_l_ouverture(jour, heures), heures)


def a_l_ouverture(jour: date, heures: Heures) -> datetime:
    return datetime.combine(jour, time(heures.ouvre), PARIS)


def raison_d_attendre(instant: datetime, heures: Heures) -> str:
    """Why nothing leaves at that instant: « week-end », « jour férié (Ascension) », « hors des heures… »; empty if it may."""
    ici = instant.astimezone(PARIS)
    if raison := ferme(ici.date(), heures):
        return raison
    if not time(heures.ouvre) <= ici.time() < time(heures.ferme):
        return f"hors des heures d'envoi ({heures.ouvre}h à {heures.ferme}h)"
    return ""


def ferme(jour: date, heures: Heures) -> str:
    """Why nothing leaves all that day; empty on a working day."""
    if jour.weekday() >= 5:
        return "week-end"
    nom = ferie(jour, heures)
    return f"jour férié ({nom})" if nom else ""


@lru_cache(maxsize=64)
def _feries(annee: int, subdivision: str) -> holidays.HolidayBase:
    return holidays.country_holidays("FR", subdiv=subdivision or None, years=annee, language="fr", expand=False)
