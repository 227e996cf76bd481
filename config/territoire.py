"""Regions, GHT and établissements, and who belonged where on which day. Pure.

A GHT belongs to the region of its support; all its members follow, whatever their département.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import Literal

TypePerimetre = Literal["national", "region", "ght", "etablissement"]
NATIONAL = "FR"


@dataclass(frozen=True, slots=True)
class Perimetre:
    """What a figure is about, or what a person answers for."""

    type: TypePerimetre
    code: str


FRANCE = Perimetre("national", NATIONAL)


@dataclass(frozen=True, slots=True)
class Region:
    code: str
    nom: str
    insee: str = ""


@dataclass(frozen=True, slots=True)
class Ght:
    code: str
    nom: str
    region: str


@dataclass(frozen=True, slots=True)
class Etablissement:
    finess: str
    nom: str


@dataclass(frozen=True, slots=True)
class Appartenance:
    """An établissement in a GHT, from `debut` to `fin` included; None is open."""

    finess: str
    ght: str
    support: bool
    debut: date | None
    fin: date | None

    def vaut(self, au: date) -> bool:
        return (self.debut is None or self.debut <= au) and (self.fin is None or au <= self.fin)


@dataclass(frozen=True, eq=False)
class Territoire:
    regions: dict[str, Region]
    ghts: dict[str, Ght]
    etablissements: dict[str, Etablissement]
    appartenances: tuple[Appartenance, ...]

    def membres(self, ght: str, au: date) -> tuple[Etablissement, ...]:
        """Établissements of a GHT that day, support first."""
        return tuple(e for e in self._au(au).get(ght, ()))

    def ghts_de(self, perimetre: Perimetre, au: date) -> tuple[Ght, ...]:
        """The GHT inside a scope that have members that day; an établissement's own GHT."""
        vivants = [self.ghts[code] for code in sorted(self._au(au)) if code in self.ghts]
        if perimetre.type == "region":
            return tuple(g for g in vivants if g.region == perimetre.code)
        if perimetre.type == "ght":
            return tuple(g for g in vivants if g.code == perimetre.code)
        if perimetre.type == "etablissement":
            return tuple(g for g in vivants if g.code == self.ght_de(perimetre.code, au))
        return tuple(vivants)

    def ght_de(self, finess: str, au: date) -> str | None:
        """Code of the GHT an établissement belonged to that day."""
        return self._ght_au(au).get(finess)

    def finess_de(self, perimetre: Perimetre, au: date) -> frozenset[str]:
        """FINESS numbers of the établissements inside a scope that day."""
        if perimetre.type == "etablissement":
            return frozenset({perimetre.code})
        return frozenset(e.finess for g in self.ghts_de(perimetre, au) for e in self.membres(g.code, au))

    def parents(self, perimetre: Perimetre, au: date) -> tuple[Perimetre, ...]:
        """The scopes that contain this one, nearest first, France last."""
        if perimetre.type == "national":
            return ()
        if perimetre.type == "region":
            return (FRANCE,)
        if perimetre.type == "ght":
            ght = self.ghts.get(perimetre.code)
            return (Perimetre("region", ght.region), FRANCE) if ght else (FRANCE,)
        code = self.ght_de(perimetre.code, au)
        mere = Perimetre("ght", code) if code else None
        return (mere, *self.parents(mere, au)) if mere else (FRANCE,)

    def nom(self, perimetre: Perimetre) -> str:
        """« GHT Jura », « Bourgogne-Franche-Comté », « France »."""
        if perimetre.type == "region":
            return self.regions[perimetre.code].nom
        if perimetre.type == "ght":
            return self.ghts[perimetre.code].nom
        if perimetre.type == "etablissement":
            return self.nom_de(perimetre.code)
        return "France"

    def nom_de(self, finess: str) -> str:
        """The name of an établissement; its number where the region's folder no longer knows it."""
        connu = self.etablissements.get(finess)
        return connu.nom if connu else finess

    def _ght_au(self, au: date) -> dict[str, str]:
        return self._epoque(bisect_right(self._changements, au))[1]

    def _au(self, au: date) -> dict[str, list[Etablissement]]:
        return self._epoque(bisect_right(self._changements, au))[0]

    @cached_property
    def _changements(self) -> list[date]:
        """The days on which someone entered a GHT or had left it: between two of them nothing moves."""
        entrees = {a.debut for a in self.appartenances if a.debut}
        return sorted(entrees | {a.fin + timedelta(days=1) for a in self.appartenances if a.fin})

    @lru_cache(maxsize=64)  # noqa: B019 - a territory lives as long as the process
    def _epoque(self, rang: int) -> tuple[dict[str, list[Etablissement]], dict[str, str]]:
        """Members by GHT, and GHT by FINESS, between two changes."""
        au = self._changements[rang - 1] if rang else date.min
        membres: dict[str, list[Etablissement]] = {}
        for a in sorted(self.appartenances, key=lambda a: (not a.support, a.finess)):
            if a.vaut(au):
                membres.setdefault(a.ght, []).append(self.etablissements[a.finess])
        return membres, {e.finess: ght for ght, siens in membres.items() for e in siens}
