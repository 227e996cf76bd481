"""What a question is once understood, who asks it, and the last look at its subject. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from rapidfuzz import fuzz, process

from bots.grammar.sentence import VENTILEES, Lu
from bots.questions import INTENTIONS, PAR_CLE
from config.campaign import campagne_du_jour
from config.folder import Dossier
from config.french import cle, enumeration
from config.territory import FRANCE, Perimetre, Territoire
from reports.view import Sujet

EXCLUSIVES = ("gains", "verrou", "pourquoi", "couverture", "performance", "qualite", "prevision", "classement", "statut", "retards",
              "rejets", "alertes", "evolution", "changements")  # fmt: skip
"""The questions of which a territory can be left out; an objective is that of a whole."""
Forme = Literal["", "image", "tableur", "retour"]
"""What an answer is wanted as, beside its words: a picture, the workbook of its lines, the return of a trame."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question understood. `intention` is None when it is not: `indices` says why, `propositions` what to ask instead."""

    texte: str
    intention: str | None
    sujet: Sujet | None = None
    indices: str = ""
    propositions: tuple[str, ...] = ()
    forme: Forme = ""


@dataclass(frozen=True, slots=True)
class Contexte:
    """Who asks, on which day, after which question."""

    texte: str
    dossier: Dossier
    au: date
    defaut: Perimetre
    """The asker's own territory."""
    precedente: tuple[str, Sujet] | None

    @property
    def territoire(self) -> Territoire:
        return self.dossier.territoire

    def courant(self, jour: date | None = None) -> int:
        return campagne_du_jour(self.dossier.campagnes.values(), jour or self.au).exercice

    def nom(self, p: Perimetre) -> str:
        return self.territoire.nom(p)

    def apart(self, p: Perimetre, among: Sequence[Perimetre]) -> str:
        """A name that tells a territory from the others: « CH Saint-Jean (GHT Loire Sud) », « GHT Loire (LOI-02) »."""
        if [cle(self.nom(q)) for q in among].count(cle(self.nom(p))) < 2:  # a question has neither case nor accents
            return self.nom(p)
        inside = next((self.nom(m) for m in self.territoire.parents(p, self.au) if m.type == "ght"), p.code)
        return f"{self.nom(p)} ({inside})"

    def named(self, p: Perimetre, among: Sequence[Perimetre]) -> str:
        """The same as a question may say it: by its code when the name is another's too."""
        return self.nom(p) if self.apart(p, among) == self.nom(p) else p.code

    def non(self, indices: str, *propositions: str) -> Question:
        """Not understood, and what to ask instead."""
        return Question(self.texte, None, None, indices, propositions)


def verifie(c: Contexte, intention: str, sujet: Sujet) -> Question:
    """The last look at a subject: an axis, or an exclusion, that the question cannot take is said."""
    if sujet.par and intention not in VENTILEES and not (intention == "changements" and sujet.par == "ligne"):
        return c.non(f"Je ne sais ventiler que les gains, et pas {_nommee(intention)}.",
                     f"gains {c.nom(sujet.perimetre)} {sujet.exercice} par {sujet.par}")  # fmt: skip
    if sujet.sauf:
        if intention not in EXCLUSIVES:
            return c.non(f"Je ne sais pas exclure un territoire de {_nommee(intention)}.",
                         PAR_CLE[intention].propose(c.nom(sujet.perimetre), sujet.exercice))  # fmt: skip
        jours = [k.situation for k in c.dossier.campagnes_de(sujet.exercice)] or [c.au]
        dehors = [p for p in sujet.sauf if not any(sujet.perimetre in (p, *c.territoire.parents(p, j)) for j in jours)]
        if dehors:
            noms = enumeration([c.nom(p) for p in dehors])
            return c.non(f"{c.nom(sujet.perimetre)} ne contient pas {noms} : je ne peux pas l'en exclure.")
    return Question(c.texte, intention, sujet)


def _nommee(intention: str) -> str:
    return f"« {PAR_CLE[intention].exemple} »"


def campagne_nommee(c: Contexte, moment: str, exercice: int) -> str | None:
    if not moment:
        return None
    connues = {k.moment: k.code for k in c.dossier.campagnes_de(exercice)}
    return connues.get(moment, f"{exercice}-{moment}")  # one that does not exist is refused further on


def place_de(c: Contexte, lu: Lu, par: str) -> Perimetre:
    """The territory a question is about: named, « mon GHT », « la région », or one's own."""
    if lu.trouves:
        return lu.trouves[0][0]
    if par == "region":
        return FRANCE
    if lu.region:
        return region_au_dessus(c.defaut, c)
    if re.search(r"\b(mon|notre) (ght|groupement|territoire)\b", lu.phrase):
        return mon_ght(c) or c.defaut
    return c.defaut


def mon_ght(c: Contexte) -> Perimetre | None:
    return next((p for p in (c.defaut, *c.territoire.parents(c.defaut, c.au)) if p.type == "ght"), None)


def region_au_dessus(depuis: Perimetre, c: Contexte) -> Perimetre:
    """« la région », said of a GHT, is the region above; said of a region or a country, itself."""
    return next((p for p in (depuis, *c.territoire.parents(depuis, c.au)) if p.type in ("region", "national")), depuis)


def essais(c: Contexte) -> tuple[str, ...]:
    """The questions nearest to what was typed."""
    exemples = {i.exemple: cle(i.exemple) for i in INTENTIONS}
    return tuple(p[2] for p in process.extract(cle(c.texte), exemples, scorer=fuzz.token_set_ratio, limit=3))
