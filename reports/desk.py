"""What stands on someone's desk: each campaign under way, its figures, its states, what is to be done. Never words it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from config.campaign import Campagne, campagne_du_jour
from config.territory import Perimetre
from reports import deadlines
from reports.answer import Reponse
from reports.gains import gains
from reports.progress import Etat, etats
from reports.quality import rejets
from reports.todo import a_trancher, taches
from reports.view import Sujet, Vue

COUTEUX = 5
"""Findings shown: the costliest; the rejects tell them all."""


@dataclass(frozen=True, slots=True)
class Poste:
    """A campaign under way seen from a territory. The euros are those of its exercice, as every answer says them."""

    campagne: Campagne
    gains: Reponse
    echeance: date
    """The campaign's, or the GHT's own when it was extended."""

    @property
    def perimetre(self) -> Perimetre:
        return self.gains.perimetre


@dataclass(frozen=True, slots=True)
class Detail:
    """What only someone who may see the lines of the territory finds beside the figures."""

    etats: tuple[Etat, ...]
    taches: Reponse
    a_trancher: tuple[int, int]
    """Lines that wait for a decision, and their cents."""
    rejets: Reponse


def campagnes_en_cours(vue: Vue) -> list[Campagne]:
    """Those opened and not past their lock, the nearest deadline first; when there is none, the last one opened."""
    toutes = vue.dossier.campagnes.values()
    ouvertes = [c for c in toutes if c.ouverture <= vue.au <= c.verrou]
    return sorted(ouvertes, key=lambda c: (c.echeance, c.code)) or [campagne_du_jour(toutes, vue.au)]


def poste(vue: Vue, campagne: Campagne, perimetre: Perimetre) -> Poste:
    """Raises UserError when nobody is awaited in that territory."""
    echeance, _ = deadlines.echeance_de(vue, Sujet(perimetre, campagne.exercice), campagne)
    return Poste(campagne, gains(vue, Sujet(perimetre, campagne.exercice)), echeance)


def detail(vue: Vue, p: Poste) -> Detail:
    """The states and the things to do of that campaign; the costliest findings in what counts for its exercice."""
    de_la_campagne = Sujet(p.perimetre, p.campagne.exercice, p.campagne.code)
    restent = a_trancher(vue, vue.comptent(de_la_campagne)).values()
    return Detail(
        tuple(etats(vue, de_la_campagne)),
        taches(vue, de_la_campagne),
        (sum(n for n, _ in restent), sum(cents for _, cents in restent)),
        rejets(vue, Sujet(p.perimetre, p.campagne.exercice, limite=COUTEUX)),
    )
