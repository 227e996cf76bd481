"""What a region is told without asking: where it stands at its dates, its week, a total that moves, a large line struck.

Computed from the state at an instant, as messages due (see `reports/relances`). Never tells anyone, never words it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from config.campaign import Campagne
from config.ladder import UTILE, Rappel, dates
from config.objectives import Objectif
from config.territory import Perimetre
from config.working_hours import premier_moment, prochain_moment
from reports.answer import Reponse
from reports.due.reminders import Relance, Silence, destinataires, en_cours
from reports.forecast import prevision
from reports.progress import Etat, etats
from reports.view import Sujet, Vue
from sheets.register import arrivals
from sheets.register.arrivals import Arrivee
from sheets.register.decisions import decisions
from sheets.register.outbox import Cle
from sheets.register.what_counts import OngletRecu, qui_compte

FRAIS = timedelta(days=6)
"""Past that, a total that moved is no news any more; it spans the longest weekend, Easter in Alsace."""


class Point(NamedTuple):
    """Where a GHT stands: cents kept and expected at the end of the year, what is imputed apart."""

    etat: Etat
    retenu: int
    objectif: Objectif | None
    prevu: int
    impute: int
    sous_alerte: int = 0
    report: int = 0
    """What the exercice before leaves and no line took up yet."""
    notifie: int = 0

    @property
    def atteinte(self) -> Decimal | None:
        """What is kept over the objective, or None without one."""
        return Decimal(self.retenu) / self.objectif.montant if self.objectif and self.objectif.montant else None


class Mouvement(NamedTuple):
    """How a pull moved what GHT had already declared: cents by GHT, and the total of their region before it."""

    arrivee: Arrivee
    region: str
    avant: int
    par_ght: dict[str, int]

    @property
    def ecart(self) -> int:
        return sum(self.par_ght.values())


def points(vue: Vue, campagne: Campagne, ou: Perimetre) -> list[Point]:
    """One for each GHT of a territory, those that have not answered first, then the farthest from their objective."""
    rendus = []
    for etat in etats(vue, Sujet(ou, campagne.exercice, campagne.code)):
        r = prevision(vue, Sujet(Perimetre("ght", etat.ght.code), campagne.exercice))
        rendus.append(
            Point(
                etat, r.totaux.gain_retenu, r.objectif, int(r.valeur or 0), impute(r), r.sous_alerte,
                cents_of(r, "report"), cents_of(r, "notifie"),
            )
        )  # fmt: skip
    return sorted(rendus, key=lambda p: (p.etat.repondu, p.retenu - (p.objectif.montant if p.objectif else 0)))


def impute(prevu: Reponse) -> int:
    """Cents imputed, of a forecast, to the GHT that sent nothing."""
    return cents_of(prevu, "impute")


def cents_of(prevu: Reponse, fact: str) -> int:
    """One of the amounts that a forecast says, in cents."""
    cents = prevu.faits[fact]
    assert isinstance(cents, int)
    return cents


def aux_dates(vue: Vue, instant: datetime, ou: Perimetre) -> Iterator[Relance | Silence]:
    """The rungs of `rappels.csv` that say « alerte »: at the situation, after the lock, or when the region decides."""
    for campagne in en_cours(vue):
        for r in vue.dossier.rappels:
            jour = r.jour(dates(campagne, campagne.echeance))
            if r.message != "alerte" or jour < campagne.ouverture:
                continue
            moment = premier_moment(jour, vue.dossier.heures)
            if moment <= instant < moment + timedelta(days=UTILE):
                yield from _alerte(vue, campagne, r, jour, moment, ou)


def _alerte(vue: Vue, campagne: Campagne, r: Rappel, jour: date, moment: datetime, ou: Perimetre) -> Iterator[Relance]:
    par_region = r.a == "referent"
    vus: set[str] = set()
    for ght in vue.dossier.territoire.ghts_de(ou, campagne.situation):
        unite = ght.region if par_region else ght.code
        if unite not in vus:
            vus.add(unite)
            for p in destinataires(vue, ght, r.a):
                yield Relance(Cle(campagne.code, unite, r.etape, jour.isoformat(), p.email), "alerte", moment, campagne)


def hebdomadaire(vue: Vue, instant: datetime, ou: Perimetre) -> Iterator[Relance | Silence]:
    """Each week of a campaign, to each referent: what came, what moved, who owes, what costs most."""
    jour_du_point = vue.dossier.alertes.jour_du_point
    if jour_du_point is None:
        return
    jour = vue.au - timedelta(days=(vue.au.weekday() - jour_du_point) % 7)
    moment = premier_moment(jour, vue.dossier.heures)
    if instant < moment:
        return
    for campagne in en_cours(vue):
        if campagne.ouverture < jour <= campagne.verrou + timedelta(days=7):
            rung = Rappel("point de la semaine", "hebdo", "ouverture", 0, "referent")
            for due in _alerte(vue, campagne, rung, jour, moment, ou):
                yield due._replace(genre="hebdo")


def total_qui_bouge(vue: Vue, instant: datetime, ou: Perimetre) -> Iterator[Relance | Silence]:
    """To the referent, at once, when a pull moves what had been declared by more than a configured share."""
    for campagne in en_cours(vue):
        for a in arrivals.corrections(vue.db, campagne.code, instant - FRAIS, instant):
            for m in mouvements(vue, campagne, a):
                if m.avant > 0 and abs(m.ecart) * 100 >= m.avant * vue.dossier.alertes.variation:
                    yield from _au_referent(vue, campagne, m.region, "total qui bouge", a.nom, a.le, ou)


def mouvements(vue: Vue, campagne: Campagne, arrivee: Arrivee) -> list[Mouvement]:
    """By region, how an arrival changed the tabs that already counted. What comes for the first time moves nothing."""
    apres = qui_compte(vue.db, [campagne.code], vue.au, arrivee.finess, avant=arrivee.suivante)
    avant = qui_compte(vue.db, [campagne.code], vue.au, arrivee.finess, avant=arrivee.premiere)
    ghts = vue.dossier.territoire.ghts
    par_region: dict[str, dict[str, int]] = {}
    for finess in avant.keys() & apres.keys():
        ght = avant[finess].ght
        ecart = apres[finess].totaux.gain_retenu - avant[finess].totaux.gain_retenu
        if ecart and ght in ghts:
            siens = par_region.setdefault(ghts[ght].region, {})
            siens[ght] = siens.get(ght, 0) + ecart
    return [
        Mouvement(arrivee, region, _avant(vue, campagne, region, arrivee), siens)
        for region, siens in par_region.items()
    ]


def _avant(vue: Vue, campagne: Campagne, region: str, arrivee: Arrivee) -> int:
    """Cents kept in a region before an arrival."""
    finess = vue.finess(Sujet(Perimetre("region", region), campagne.exercice, campagne.code))
    tous = qui_compte(vue.db, [campagne.code], vue.au, finess, avant=arrivee.premiere)
    return sum(o.totaux.gain_retenu for o in tous.values())


def grosse_ligne(vue: Vue, instant: datetime, ou: Perimetre) -> Iterator[Relance | Silence]:
    """To the referent, at once, a line worth more than a configured sum that the checks have just struck."""
    for campagne in en_cours(vue):
        ghts = {g.code: g for g in vue.dossier.territoire.ghts_de(ou, campagne.situation)}
        comptent: dict[str, OngletRecu] | None = None
        seuil = vue.dossier.alertes.ligne_retiree
        for r in arrivals.retirees(vue.db, campagne.code, seuil, instant - FRAIS, instant):
            comptent = qui_compte(vue.db, [campagne.code], vue.au) if comptent is None else comptent
            reference = f"{campagne.code}/{r.finess}/{r.action_id}"
            if r.finess not in comptent or comptent[r.finess].id != r.onglet or comptent[r.finess].ght not in ghts:
                continue
            if any(d.reference == reference and not d.caduque for d in decisions(vue.db, [r.onglet], vue.au)):
                continue  # a referent has looked at it
            ght = ghts[comptent[r.finess].ght]
            for p in destinataires(vue, ght, "referent"):
                cle = Cle(
                    campagne.code, ght.code, "grosse ligne retirée", f"{r.finess}/{r.action_id}/{r.retire}", p.email
                )
                moment = prochain_moment(r.le, vue.dossier.heures)
                yield Relance(cle, "grosse_ligne", moment, campagne, quoi=reference)


def _au_referent(
    vue: Vue, campagne: Campagne, region: str, etape: str, repere: str, le: datetime, ou: Perimetre
) -> Iterator[Relance]:
    ghts = [g for g in vue.dossier.territoire.ghts_de(ou, campagne.situation) if g.region == region]
    for p in destinataires(vue, ghts[0], "referent") if ghts else ():
        cle = Cle(campagne.code, region, etape, repere, p.email)
        yield Relance(cle, "total_qui_bouge", prochain_moment(le, vue.dossier.heures), campagne)


def il_y_a_une_semaine(vue: Vue) -> Vue:
    """The view of the same weekday, a week before."""
    return replace(vue, au=vue.au - timedelta(days=7))
