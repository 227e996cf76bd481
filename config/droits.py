"""Who may see what, for which territory. Pure: the only place that decides it.

Inside one's scope everything; above it totals only; beside it nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from config.territoire import FRANCE, Perimetre, Territoire

ROLES = ("etablissement", "ght", "ars", "dgos", "operateur", "lecture")


class Regard(Enum):
    """How far a person may look: lines and cells, totals, nothing."""

    TOUT = "tout"
    TOTAUX = "totaux"
    RIEN = "rien"


@dataclass(frozen=True, slots=True)
class Absence:
    """A stand-in and the days, both included, on which they answer for someone."""

    suppleant: str
    debut: date
    fin: date


@dataclass(frozen=True, slots=True)
class Personne:
    """Someone Vigie knows, by function rather than by name."""

    email: str
    fonction: str
    role: str
    perimetre: Perimetre
    absence: Absence | None = None
    slack: str = ""
    """Their identifier in Slack (U…), when their address there is another one."""
    direction: bool = False
    """Whether they are told, and not only asked, when their GHT is late."""


CLAVIER = Personne("", "la personne au clavier", "dgos", FRANCE)
"""Whoever runs the command already holds the register: nothing is hidden from them."""


def regard(personne: Personne, cible: Perimetre, territoire: Territoire, au: date) -> Regard:
    """What `personne` may see of `cible`. Operators see only their own gaps, so nothing of a territory."""
    if personne.role == "operateur":
        return Regard.RIEN
    if personne.perimetre in (cible, *territoire.parents(cible, au)):
        return Regard.TOTAUX if personne.role == "lecture" else Regard.TOUT
    if cible in territoire.parents(personne.perimetre, au):
        return Regard.TOTAUX
    return Regard.RIEN


def remplacees(personne: Personne, toutes: dict[str, Personne], au: date) -> tuple[Personne, ...]:
    """The people someone stands in for that day."""
    return tuple(
        p
        for p in toutes.values()
        if p.absence and p.absence.suppleant == personne.email and p.absence.debut <= au <= p.absence.fin
    )


def remplacant(personne: Personne, toutes: dict[str, Personne], au: date) -> Personne:
    """Who answers in someone's place that day: their stand-in, or the stand-in's own; themselves when all are away."""
    la, vus = personne, {personne.email}
    while la.absence and la.absence.debut <= au <= la.absence.fin and la.absence.suppleant in toutes:
        la = toutes[la.absence.suppleant]
        if la.email in vus:
            return personne
        vus.add(la.email)
    return la


def meilleur_regard(
    personne: Personne, toutes: dict[str, Personne], cible: Perimetre, territoire: Territoire, au: date
) -> Regard:
    """One's own right, or that of a person one stands in for, whichever sees further."""
    vu = regard(personne, cible, territoire, au)
    if vu is Regard.TOUT:
        return vu
    vus = {vu, *(regard(p, cible, territoire, au) for p in remplacees(personne, toutes, au))}
    return next(r for r in Regard if r in vus)


def peut_agir(
    personne: Personne,
    toutes: dict[str, Personne],
    roles: tuple[str, ...],
    cible: Perimetre,
    territoire: Territoire,
    situation: date,
    au: date,
) -> bool:
    """Whether someone, or a person they stand in for that day, holds one of `roles` over `cible`."""
    la = (cible, *territoire.parents(cible, situation))

    def tient(p: Personne) -> bool:
        return p.role in roles and p.perimetre in la

    return tient(personne) or any(map(tient, remplacees(personne, toutes, au)))
