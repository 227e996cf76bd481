"""Who may see what, for which territory. Pure: the only place that decides it.

Inside one's scope everything; above it totals only; beside it nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from config.territory import FRANCE, Perimetre, Territoire, TypePerimetre

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


UNITS: Mapping[str, TypePerimetre] = {"etablissement": "etablissement", "ght": "ght", "ars": "region", "dgos": "region"}
"""Whose figures a total must not give away to each role."""
BELOW: dict[TypePerimetre, TypePerimetre] = {
    "national": "region", "region": "ght", "ght": "etablissement", "etablissement": "etablissement",
}  # fmt: skip
"""The same for who reads totals alone: what their own territory is made of."""
COARSEST: tuple[TypePerimetre, ...] = ("region", "ght", "etablissement")


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a total is told: what it must not give away, what they know exactly, and where they may ask for totals."""

    unit: TypePerimetre
    own: frozenset[Perimetre]
    totals: tuple[Perimetre, ...]
    """Nearest first."""


def reader(personne: Personne, toutes: dict[str, Personne], territoire: Territoire, au: date) -> Reader:
    """Someone as a reader of totals, with whoever they stand in for: the coarser unit of theirs, which protects most."""
    them = [p for p in (personne, *remplacees(personne, toutes, au)) if p.role != "operateur"]
    units = {BELOW[p.perimetre.type] if p.role == "lecture" else UNITS[p.role] for p in them}
    own = frozenset(p.perimetre for p in them)
    totals = dict.fromkeys(
        t for p in them for t in (p.perimetre, *territoire.parents(p.perimetre, au)) if t not in own
    )  # fmt: skip
    unit: TypePerimetre = next((u for u in COARSEST if u in units), "region")
    return Reader(unit, own, tuple(sorted(totals, key=lambda t: ORDER.index(t.type))))


ORDER: tuple[TypePerimetre, ...] = ("etablissement", "ght", "region", "national")
