"""Who is to be told what at an instant, computed from the state then, and why everyone else is not. Never tells anyone.

A kind of message is a function of (view, instant, territory) in `SOURCES`; its words stand in `bots/redaction`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from config.territory import FRANCE, Perimetre
from config.working_hours import raison_d_attendre
from reports.due import alerts, reminders
from reports.due.reminders import Relance, Silence
from reports.view import Vue
from sheets.register.outbox import Cle


@dataclass(frozen=True, slots=True)
class Dues:
    relances: tuple[Relance, ...]
    silences: tuple[Silence, ...]


Source = Callable[[Vue, datetime, Perimetre], Iterator[Relance | Silence]]


def dues(vue: Vue, instant: datetime, ou: Perimetre = FRANCE) -> Dues:
    """Everything due in a territory; at night, at weekends and on public holidays, everything waits and says why."""
    tout = [x for source in SOURCES for x in source(vue, instant, ou)]
    a_dire = {r.cle: r for r in tout if isinstance(r, Relance)}
    silences = [s for s in tout if isinstance(s, Silence)]
    if raison := raison_d_attendre(instant, vue.dossier.heures):
        return Dues((), (*(_tu(r, raison) for r in a_dire.values()), *silences))
    return Dues(tuple(a_dire.values()), tuple(silences))


def _tu(r: Relance, raison: str) -> Silence:
    return Silence(r.cle.campagne, r.cle.unite, r.cle.personne, raison, r.genre)


SOURCES: tuple[Source, ...] = (
    reminders.echelle, reminders.accuses, reminders.demandees, reminders.injoignables,
    alerts.aux_dates, alerts.hebdomadaire, alerts.total_qui_bouge, alerts.grosse_ligne,
)  # fmt: skip
"""Every kind of message: what adds one adds it here, and its words in `bots/redaction`."""


def autour_de(vue: Vue, cles: Iterable[Cle]) -> Perimetre:
    """The least territory in which to ask again whether these are due: the GHT they are all about, else everything."""
    unites = {c.unite for c in cles}
    return (
        Perimetre("ght", unites.pop()) if len(unites) == 1 and unites <= vue.dossier.territoire.ghts.keys() else FRANCE
    )
