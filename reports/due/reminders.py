"""The ladder of reminders and the receipts: who is concerned by which, at an instant, from the state then. Tells nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from config.campaign import PARIS, Campagne
from config.folder import Dossier
from config.french import jour
from config.ladder import ALERTE, UTILE, Dates, Rappel, dates
from config.rights import Personne
from config.territory import FRANCE, Ght, Perimetre
from config.working_hours import premier_moment, prochain_moment
from reports.progress import Etat, etats
from reports.view import Sujet, Vue
from sheets.register import outbox
from sheets.register.decisions import suites
from sheets.register.outbox import Cle, Geste

LECTURES = timedelta(days=7)
"""A receipt is owed for that long: later, what was read is old news."""
REPORT = "report"


class Relance(NamedTuple):
    """A message due since `moment`. Of the person only the address; the words come from `etat`, or from the register."""

    cle: Cle
    genre: str
    moment: datetime
    campagne: Campagne
    etat: Etat | None = None
    quoi: str = ""
    """What it is about when it is about no state: the address that could not be reached."""


class Silence(NamedTuple):
    """Someone who is not told, and why, in words."""

    campagne: str
    unite: str
    personne: str
    raison: str
    genre: str = ""
    """Of the message that is not said; empty when it is the ladder that has none for them."""


def echelle(vue: Vue, instant: datetime, ou: Perimetre) -> Iterator[Relance | Silence]:
    """The ladder of `rappels.csv`: for each GHT and role, the last rung whose moment has come, to those it concerns."""
    for campagne in en_cours(vue):
        faits = outbox.gestes(vue.db, campagne.code, instant)
        for etat in etats(vue, Sujet(ou, campagne.exercice, campagne.code)):
            for a in dict.fromkeys(r.a for r in vue.dossier.rappels if r.message != ALERTE):
                yield from _barreau(_Echelle(vue, instant, campagne, etat, a), faits)


def en_cours(vue: Vue) -> Iterator[Campagne]:
    """The campaigns that are open, or whose lock is recent; an extension may keep one going."""
    for c in vue.dossier.campagnes.values():
        if c.ouverture <= vue.au:
            fins = [s.prolongee_au for s in suites(vue.db, c.code, vue.au).values() if s.prolongee_au]
            if vue.au <= max([c.verrou, *fins]) + timedelta(days=2 * UTILE):
                yield c


@dataclass(frozen=True, slots=True)
class _Echelle:
    """The ladder of one role (`a`) in one GHT, seen at an instant."""

    vue: Vue
    instant: datetime
    campagne: Campagne
    etat: Etat
    a: str

    @property
    def dates(self) -> Dates:
        return dates(self.campagne, self.etat.echeance)

    @property
    def concernent(self) -> list[Rappel]:
        """The rungs for those in that state: thanks for who answered, all the others for who has not."""
        pour = [r for r in self.vue.dossier.rappels if r.a == self.a and r.message != ALERTE]
        return [r for r in pour if (r.message == "merci") == self.etat.repondu]

    def moment(self, r: Rappel) -> datetime:
        return premier_moment(r.jour(self.dates), self.vue.dossier.heures)

    def du(self) -> Rappel | None:
        """The last rung whose moment has come, if it is still of use. Those of before an extension are void: it was just given."""
        venus = [r for r in self.concernent if self.moment(r) <= self.instant]
        if not venus:
            return None
        dernier = max(venus, key=lambda r: (self.moment(r), r.jour(self.dates)))
        accorde = self.etat.prolongee_le
        if accorde and dernier.repere == "echeance" and self.moment(dernier) <= datetime.fromisoformat(accorde):
            return None
        return dernier if self.instant.astimezone(PARIS).date() <= dernier.perime(self.dates) else None

    def avant(self, r: Rappel) -> datetime:
        """When the rung before came due; long ago for the first one."""
        plus_tot = [m for autre in self.concernent if (m := self.moment(autre)) < self.moment(r)]
        return max(plus_tot, default=datetime(1, 1, 2, tzinfo=PARIS))

    def attente(self) -> str:
        """Why nothing is said now, and when something will be."""
        if self.etat.repondu:
            return {"validée": "déjà remis, validé", "néant": "rien à déclarer, déjà dit"}.get(
                self.etat.progres, "déjà remis"
            )
        a_venir = sorted((self.moment(r), r.etape) for r in self.concernent if self.moment(r) > self.instant)
        suite = f"prochain message le {jour(a_venir[0][0].date())} ({a_venir[0][1]})" if a_venir else "plus rien à dire"
        return f"prolongée jusqu'au {jour(self.etat.echeance)}, {suite}" if self.etat.prolongee else suite


def _barreau(e: _Echelle, faits: dict[tuple[str, str], list[Geste]]) -> Iterator[Relance | Silence]:
    ght, campagne = e.etat.ght.code, e.campagne.code
    personnes = destinataires(e.vue, e.etat.ght, e.a)
    du = e.du()
    if not personnes:
        yield Silence(campagne, ght, "", f"personne n'est connu comme « {e.a} » de ce GHT dans personnes.csv")
    for p in personnes:
        if du is None:
            yield Silence(campagne, ght, p.email, e.attente())
        else:
            yield _a_dire(e, du, p, faits.get((ght, p.email), []))


def _a_dire(e: _Echelle, du: Rappel, p: Personne, faits: list[Geste]) -> Relance | Silence:
    """The rung, unless its person put it off, or said that they knew."""
    ght, campagne, heures = e.etat.ght.code, e.campagne.code, e.vue.dossier.heures
    repere = getattr(e.dates, du.repere).isoformat()
    due = Relance(Cle(campagne, ght, du.etape, repere, p.email), du.message, e.moment(du), e.campagne, e.etat)
    if e.etat.repondu:
        return due
    reports = [g for g in faits if g.genre == "reporter"]
    if reports:
        reprise = premier_moment(reports[-1].jusqu_au, heures)
        if e.instant < reprise:
            return Silence(campagne, ght, p.email, f"reportée jusqu'au {jour(reprise.date())}, à sa demande")
        if reprise > due.moment:
            cle = Cle(campagne, ght, REPORT, reports[-1].jusqu_au.isoformat(), p.email)
            return due._replace(cle=cle, genre="rappel", moment=reprise)
    su = any(g.genre == "noter" and g.le >= e.avant(du) for g in faits)
    if su and du.message == "rappel" and du.jours <= 0:
        return Silence(campagne, ght, p.email, "pris en compte : ce rappel est sauté, le suivant sera dit")
    return due


def destinataires(vue: Vue, ght: Ght, a: str) -> list[Personne]:
    """Who is told for a GHT. Without anyone of that role, those next in line: team, direction, referent, then the nation."""
    connus = _par_role(vue.dossier)
    equipe = connus.get(("ght", Perimetre("ght", ght.code)), [])
    direction = [p for p in equipe if p.direction]
    referents = connus.get(("ars", Perimetre("region", ght.region))) or connus.get(("dgos", FRANCE), [])
    if a == "referent":
        return referents
    if a == "direction":
        return direction or equipe or referents
    return [p for p in equipe if not p.direction] or equipe or referents


def sans_equipe(vue: Vue, ght: Ght) -> bool:
    """Whether nobody of a GHT is known: what is for its team or its direction goes to the referent."""
    return ("ght", Perimetre("ght", ght.code)) not in _par_role(vue.dossier)


@lru_cache(maxsize=4)
def _par_role(dossier: Dossier) -> dict[tuple[str, Perimetre], list[Personne]]:
    rendu: dict[tuple[str, Perimetre], list[Personne]] = {}
    for p in dossier.personnes.values():
        rendu.setdefault((p.role, p.perimetre), []).append(p)
    return rendu


def accuses(vue: Vue, instant: datetime, ou: Perimetre) -> Iterator[Relance | Silence]:
    """A receipt for the last reading of each GHT: those before it are answered by it."""
    for campagne in en_cours(vue):
        lectures = outbox.lectures(vue.db, campagne.code, instant - LECTURES, instant)
        if not lectures:
            continue
        for etat in etats(vue, Sujet(ou, campagne.exercice, campagne.code)):
            if etat.ght.code in lectures:
                fichier, lu_le = lectures[etat.ght.code]
                moment = prochain_moment(lu_le, vue.dossier.heures)
                for p in destinataires(vue, etat.ght, "ght"):
                    cle = Cle(campagne.code, etat.ght.code, "accusé", fichier, p.email)
                    yield Relance(cle, "accuse", moment, campagne, etat)


def demandees(vue: Vue, instant: datetime, ou: Perimetre) -> Iterator[Relance | Silence]:
    """What a referent asked to be told at once to a GHT that owes its trame; their wish passes before « plus tard »."""
    for campagne in en_cours(vue):
        voulues = {
            ght: faits[-1]
            for (ght, pour), faits in outbox.gestes(vue.db, campagne.code, instant).items()
            if not pour and faits[-1].le > instant - LECTURES
        }
        if not voulues:
            continue
        for etat in etats(vue, Sujet(ou, campagne.exercice, campagne.code)):
            if etat.ght.code in voulues and not etat.repondu:
                voulue = voulues[etat.ght.code]
                moment = prochain_moment(voulue.le, vue.dossier.heures)
                for p in destinataires(vue, etat.ght, "ght"):
                    cle = Cle(campagne.code, etat.ght.code, "relance", voulue.jusqu_au.isoformat(), p.email)
                    yield Relance(cle, "rappel", moment, campagne, etat)


def injoignables(vue: Vue, instant: datetime, ou: Perimetre) -> Iterator[Relance | Silence]:
    """Said once a campaign to the referent: an address at which nothing arrives any more."""
    for campagne in en_cours(vue):
        ghts = {g.code: g for g in vue.dossier.territoire.ghts_de(ou, campagne.situation)}
        for perdu in outbox.refuses(vue.db, campagne.code):
            if perdu.unite not in ghts or perdu.genre == "injoignable":
                continue
            moment = prochain_moment(perdu.le, vue.dossier.heures)
            for p in destinataires(vue, ghts[perdu.unite], "referent"):
                if p.email != perdu.personne:
                    cle = Cle(campagne.code, perdu.unite, "injoignable", perdu.personne, p.email)
                    yield Relance(cle, "injoignable", moment, campagne, quoi=f"{perdu.personne} : {perdu.raison}")


def au_jour(vue: Vue, instant: datetime) -> Vue:
    """The view of the day it is in Paris at that instant."""
    return replace(vue, au=instant.astimezone(PARIS).date())
