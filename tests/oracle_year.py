"""Who must have been told what in a year, from the calendar and from what people do: nothing of the product is imported.

The ladder, the holidays and the working hours are written here a second time, on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
OUVRE, FERME = time(9), time(18)
Cle = tuple[str, str, str, str, str]
"""Campaign, GHT, step, the date it hangs on, the person."""


@dataclass(frozen=True)
class Campagne:
    code: str
    ouverture: date
    echeance: date
    verrou: date


@dataclass(frozen=True)
class Barreau:
    etape: str
    jour: date
    repere: date
    fin: date
    """The last day it is of use."""
    avant: bool = False
    """A reminder of before the deadline: who took note of the one before is spared it."""

    @property
    def moment(self) -> datetime:
        return prochain(datetime.combine(self.jour, OUVRE, PARIS))


@dataclass
class Vie:
    """What everyone does, decided beforehand."""

    campagnes: list[Campagne] = field(default_factory=list)
    equipes: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """By GHT: who is told as « ght », « direction », « referent »."""
    envois: dict[tuple[str, str], list[tuple[datetime, bool]]] = field(default_factory=dict)
    """By campaign and GHT: when a file is read, and whether it is handed in."""
    prolongations: dict[tuple[str, str], tuple[datetime, date]] = field(default_factory=dict)
    gestes: dict[tuple[str, str, str], tuple[str, str]] = field(default_factory=dict)
    """By campaign, GHT and person: at which step, the day after at noon, « noter » or « reporter »."""
    absences: dict[str, tuple[date, date, str]] = field(default_factory=dict)


REPORT_JOURS = 3


def paques(annee: int) -> date:
    """Easter Sunday, by the Gregorian computus."""
    a, b, c = annee % 19, annee // 100, annee % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    m = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    n = (a + 11 * h + 22 * m) // 451
    mois, jour = divmod(h + m - 7 * n + 114, 31)
    return date(annee, mois, jour + 1)


def chome(jour: date) -> bool:
    fixes = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
    mobiles = {paques(jour.year) + timedelta(days=n) for n in (1, 39, 50)}
    return jour.weekday() > 4 or (jour.month, jour.day) in fixes or jour in mobiles


def prochain(instant: datetime) -> datetime:
    """The next moment at which something may leave."""
    jour = instant.date()
    if not chome(jour) and OUVRE <= instant.time() < FERME:
        return instant
    if chome(jour) or instant.time() >= FERME:
        jour += timedelta(days=1)
    while chome(jour):
        jour += timedelta(days=1)
    return datetime.combine(jour, OUVRE, PARIS)


def lendemain_midi(moment: datetime) -> datetime:
    """When people press a button, if they do."""
    return datetime.combine(moment.date() + timedelta(days=1), time(12), PARIS)


def permis(instant: datetime) -> bool:
    return prochain(instant) == instant


def attendus(vie: Vie) -> dict[Cle, datetime]:
    """Every message of the year, and the moment it falls due."""
    return {
        cle: moment
        for c in vie.campagnes
        for ght in vie.equipes
        for suite in (_echelle(vie, c, ght), _accuses(vie, c, ght))
        for cle, moment in suite
    }


def verrou(vie: Vie, c: Campagne, ght: str) -> datetime:
    accord = vie.prolongations.get((c.code, ght))
    jour = max(c.verrou, accord[1] + timedelta(days=1)) if accord else c.verrou
    return datetime.combine(jour, FERME, PARIS)


def remise(vie: Vie, c: Campagne, ght: str) -> datetime | None:
    """When a GHT handed in, in time to count."""
    lus = [quand for quand, remis in vie.envois.get((c.code, ght), []) if remis]
    return min((quand for quand in lus if quand < verrou(vie, c, ght)), default=None)


def _barreaux(vie: Vie, c: Campagne, ght: str, role: str, echeance: date) -> list[Barreau]:
    ferme = verrou(vie, c, ght).date()
    jours = timedelta
    if role == "direction":
        return [Barreau("J+3", echeance + jours(3), echeance, ferme)]
    if role == "referent":
        return [Barreau("J+5", echeance + jours(5), echeance, ferme)]
    return [
        Barreau("ouverture", c.ouverture, c.ouverture, echeance),
        *(Barreau(f"J-{n}", echeance - jours(n), echeance, echeance, True) for n in (30, 15, 7, 2)),
        Barreau("J+1", echeance + jours(1), echeance, ferme),
    ]


def _echelle(vie: Vie, c: Campagne, ght: str) -> Iterator[tuple[Cle, datetime]]:
    rendu, accord = remise(vie, c, ght), vie.prolongations.get((c.code, ght))
    for role, personnes in vie.equipes[ght].items():
        barreaux = _barreaux(vie, c, ght, role, c.echeance)
        if accord:
            apres = _barreaux(vie, c, ght, role, accord[1])
            barreaux = [b for b in barreaux if b.moment < accord[0]] + [b for b in apres if b.moment > accord[0]]
        for p in personnes:
            yield from _montee(vie, c, ght, p, sorted(barreaux, key=lambda b: b.moment), rendu)
            if role == "ght":
                fin = verrou(vie, c, ght).date()
                b = Barreau("merci" if rendu else "clôture", fin + timedelta(days=1), fin, date.max)
                yield (c.code, ght, b.etape, b.repere.isoformat(), p), b.moment


def _montee(
    vie: Vie, c: Campagne, ght: str, p: str, barreaux: list[Barreau], rendu: datetime | None
) -> Iterator[tuple[Cle, datetime]]:
    """The rungs someone climbs until the hand-in is read; putting one off skips to the day they asked for."""
    etape, genre = vie.gestes.get((c.code, ght, p), ("", ""))
    debut = fin = su = None
    for rang, b in enumerate(barreaux):
        if (rendu and rendu <= b.moment) or b.moment.date() > b.fin:
            continue
        if debut and fin and debut <= b.moment < fin:
            continue
        if su and b.avant and su >= barreaux[rang - 1].moment:
            continue
        yield (c.code, ght, b.etape, b.repere.isoformat(), p), b.moment
        if b.etape == etape:
            pression = lendemain_midi(b.moment)
            if genre == "noter":
                su = pression
            else:
                jour = pression.date() + timedelta(days=REPORT_JOURS)
                debut, fin = pression, prochain(datetime.combine(jour, OUVRE, PARIS))
                dernier = [x for x in barreaux if x.moment <= fin][-1]
                if dernier.moment < fin and fin.date() <= dernier.fin and not (rendu and rendu <= fin):
                    yield (c.code, ght, "report", jour.isoformat(), p), fin


def _accuses(vie: Vie, c: Campagne, ght: str) -> Iterator[tuple[Cle, datetime]]:
    """A receipt for each reading, unless another one came before the hour: the date it hangs on is the reading's rank."""
    lus = [quand for quand, _ in vie.envois.get((c.code, ght), [])]
    for rang, quand in enumerate(lus):
        moment = prochain(quand)
        if not any(autre <= moment for autre in lus[rang + 1 :]):
            for p in vie.equipes[ght]["ght"]:
                yield (c.code, ght, "accusé", str(rang), p), moment


def recoit(vie: Vie, personne: str, jour: date) -> str:
    """To whom a message goes that day: the stand-in of someone who is away."""
    debut, fin, suppleant = vie.absences.get(personne, (date.max, date.min, ""))
    return suppleant if debut <= jour <= fin else personne
