"""The register and the region's folder seen on a given day: what counts there, and what was expected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlite_utils import Database

from config.campaign import Campagne, campagne_du_jour
from config.errors import UserError
from config.folder import Dossier
from config.objectives import Objectif, en_vigueur, reparti
from config.territory import Ght, Perimetre
from sheets.judged import Totaux, total
from sheets.register import past_folders, stored_lines
from sheets.register.what_counts import OngletRecu, qui_compte


@dataclass(frozen=True, slots=True)
class Sujet:
    """What is asked: a territory, an exercice, possibly one campaign instead of the one that counts."""

    perimetre: Perimetre
    exercice: int
    campagne: str | None = None
    par: str = ""
    depuis: date | None = None
    """The earlier day of a comparison between two days."""
    limite: int = -1
    """At most that many lines behind the figure; -1 is all of them."""
    autres: tuple[Perimetre, ...] = ()
    """The territories it is compared with."""
    exercices: tuple[int, ...] = ()
    """The exercices compared, or walked through; none said, those that are known."""
    sauf: tuple[Perimetre, ...] = ()
    """What is left out of the territory."""
    combien: int = 0
    """How many of a ranking; 0 is all of them."""
    du_bas: bool = False
    """The last of a ranking rather than the first."""
    place: Perimetre | None = None
    """Whose rank is asked."""
    figure: str = ""
    """Whose lines « pourquoi » opens: prevision, couverture, performance; nothing said, the gains."""

    @property
    def cibles(self) -> tuple[Perimetre, ...]:
        """Every territory whose figure the answer lets out: what is left out of a total is told by difference."""
        return (self.perimetre, *self.autres, *self.sauf, *([self.place] if self.place else []))


@dataclass(frozen=True, eq=False, slots=True)
class Vue:
    """`au` is the day the answer would have been given; nothing received after it is seen."""

    db: Database
    dossier: Dossier
    au: date

    def le(self, jour: date) -> Vue:
        """The same register seen on another day, with the folder of that day; the future has today's."""
        dossier = self.dossier if jour >= self.au else past_folders.au_jour(self.db, self.dossier, jour)
        return Vue(self.db, dossier, jour)

    def campagnes(self, sujet: Sujet) -> list[Campagne]:
        """The campaigns that may count for a subject, earliest situation first. Raises UserError if there are none."""
        toutes = self.dossier.campagnes_de(sujet.exercice)
        choisies = [c for c in toutes if sujet.campagne in (None, c.code)]
        if not choisies:
            connus = sorted({str(c.exercice) for c in self.dossier.campagnes.values()})
            raise UserError(f"Aucune campagne pour {sujet.exercice} ; exercices connus : {', '.join(connus)}.")
        return choisies

    def campagne(self, sujet: Sujet) -> Campagne:
        """The campaign under way for a subject that day: the last one opened."""
        return campagne_du_jour(self.campagnes(sujet), self.au)

    def ghts(self, sujet: Sujet) -> tuple[Ght, ...]:
        """The GHT expected to answer: those that have somebody left in the territory."""
        territoire, situation = self.dossier.territoire, self.campagne(sujet).situation
        tous = territoire.ghts_de(sujet.perimetre, situation)
        if not sujet.sauf:
            return tous
        ours = self.inside(sujet, situation)
        return tuple(g for g in tous if any(e.finess in ours for e in territoire.membres(g.code, situation)))

    def comptent(self, sujet: Sujet, *, at_lock: bool = False) -> list[OngletRecu]:
        """The tabs that make the figure of a subject, one per établissement; with `at_lock`, as they were when locked."""
        campagnes = self.campagnes(sujet)
        # Who belonged where is asked at the situation of the campaign each tab was filled for.
        dedans = {c.code: self.inside(sujet, c.situation) for c in campagnes}
        tous = self.finess(sujet)
        retenus = qui_compte(self.db, [c.code for c in campagnes], self.au, tous, at_lock=at_lock)
        return [o for finess, o in sorted(retenus.items()) if finess in dedans[o.campagne]]

    def inside(self, sujet: Sujet, situation: date) -> frozenset[str]:
        """The établissements of the territory that day, but for what is left out of it."""
        territoire = self.dossier.territoire
        ours = territoire.finess_de(sujet.perimetre, situation)
        if sujet.perimetre.type == "etablissement":
            ours = frozenset(f for f in ours if territoire.ght_de(f, situation))
        return ours.difference(*(territoire.finess_de(p, situation) for p in sujet.sauf))

    def members(self, sujet: Sujet) -> frozenset[str]:
        """Whose figure it is: each établissement where its tab that counts was filled, else at the campaign under way.

        So each is in one GHT, and the parts of a figure that needs more than the tabs still add up.
        """
        campagnes, last = self.campagnes(sujet), self.campagne(sujet).code
        dedans = {c.code: self.inside(sujet, c.situation) for c in campagnes}
        known = frozenset[str]().union(*dedans.values())
        seen = None if sujet.perimetre.type == "national" else known
        now = qui_compte(self.db, [c.code for c in campagnes], self.au, seen)
        return frozenset(f for f in known if f in dedans[now[f].campagne if f in now else last])

    def in_exercice(self, sujet: Sujet, exercice: int) -> dict[str, OngletRecu]:
        """The tabs that count in another exercice for those whose figure it is, by FINESS; none without a campaign."""
        codes = [c.code for c in self.dossier.campagnes_de(exercice)]
        if not codes:
            return {}
        ours = self.members(sujet)
        tous = None if sujet.perimetre.type == "national" else ours
        return {f: o for f, o in qui_compte(self.db, codes, self.au, tous).items() if f in ours}

    def received(self, sujet: Sujet, onglets: Iterable[OngletRecu]) -> tuple[int, int]:
        """(GHT of which something counts, GHT expected): a GHT that is gone by then is neither."""
        expected = {g.code for g in self.ghts(sujet)}
        return len(expected & {self.ght_de(o) for o in onglets}), len(expected)

    def finess(self, sujet: Sujet) -> frozenset[str] | None:
        """Whoever was in a territory at one of the campaigns that may count; None for the whole country."""
        if sujet.perimetre.type == "national":
            return None
        territoire = self.dossier.territoire
        # The GHT whole, for an établissement: where it stands is told with the others'.
        return frozenset(
            e.finess
            for c in self.campagnes(sujet)
            for g in territoire.ghts_de(sujet.perimetre, c.situation)
            for e in territoire.membres(g.code, c.situation)
        )

    def ght_de(self, onglet: OngletRecu) -> str | None:
        """The GHT an établissement belonged to at the situation of the campaign its tab was filled for."""
        return self.dossier.territoire.ght_de(onglet.finess, self.dossier.campagnes[onglet.campagne].situation)

    def achats(self, exercice: int, finess: Iterable[str]) -> dict[str, int | None]:
        """Total purchases in cents of each établissement: the trame's, else the folder's, else the latest known."""
        codes = [c.code for c in reversed(self.dossier.campagnes_de(exercice))]
        finess = frozenset(finess)
        declares = stored_lines.achats_declares(self.db, codes, finess, self.au)
        return {
            f: next((declares[f, c] for c in codes if (f, c) in declares), None)
            or self.dossier.achats_connus(f, exercice)
            for f in finess
        }

    @property
    def tout_le_pays(self) -> bool:
        """Whether every region of the folder has GHT in its territory."""
        return self.dossier.territoire.regions.keys() == {g.region for g in self.dossier.territoire.ghts.values()}

    def objectif(self, sujet: Sujet) -> Objectif | None:
        """The objective in force that day; for a GHT without one, its share of the region's."""
        if sujet.sauf or (sujet.perimetre.type == "national" and not self.tout_le_pays):
            return None  # a country's objective says nothing of the few regions that are here, nor a whole's of a part
        propre = en_vigueur(self.dossier.objectifs, sujet.perimetre, sujet.exercice, self.au)
        if propre or sujet.perimetre.type != "ght":
            return propre
        territoire, situation = self.dossier.territoire, self.campagne(sujet).situation
        region = territoire.parents(sujet.perimetre, situation)[0]
        du_tout = en_vigueur(self.dossier.objectifs, region, sujet.exercice, self.au)
        if du_tout is None:
            return None
        siens = territoire.finess_de(sujet.perimetre, situation)
        if not siens:
            return None  # a GHT that is gone has no share of what is aimed at
        achats = self.achats(sujet.exercice, territoire.finess_de(region, situation))
        return reparti(du_tout, sujet.perimetre, achats, siens)


def somme(onglets: Iterable[OngletRecu]) -> Totaux:
    return total(o.totaux for o in onglets)
