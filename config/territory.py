"""Regions, GHT and établissements, and who belonged where on which day. Pure.

A GHT belongs to the region of its support; all its members follow, whatever their département.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
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


Epoque = tuple[dict[str, tuple[Etablissement, ...]], dict[str, str]]
Dedans = tuple[tuple[Ght, ...], frozenset[str]]


@dataclass(frozen=True, eq=False)
class Territoire:
    regions: dict[str, Region]
    ghts: dict[str, Ght]
    etablissements: dict[str, Etablissement]
    appartenances: tuple[Appartenance, ...]

    def membres(self, ght: str, au: date) -> tuple[Etablissement, ...]:
        """Établissements of a GHT that day, support first."""
        return self._epoque(self._rang(au))[0].get(ght, ())

    def ghts_de(self, perimetre: Perimetre, au: date) -> tuple[Ght, ...]:
        """The GHT inside a scope that have members that day; an établissement's own GHT."""
        return self._dedans(perimetre, self._rang(au))[0]

    def ght_de(self, finess: str, au: date) -> str | None:
        """Code of the GHT an établissement belonged to that day."""
        return self._epoque(self._rang(au))[1].get(finess)

    def finess_de(self, perimetre: Perimetre, au: date) -> frozenset[str]:
        """FINESS numbers of the établissements inside a scope that day."""
        return self._dedans(perimetre, self._rang(au))[1]

    def parents(self, perimetre: Perimetre, au: date) -> tuple[Perimetre, ...]:
        """The scopes that contain this one, nearest first, France last."""
        if perimetre.type == "national":
            return ()
        if perimetre.type == "region":
            return (FRANCE,)
        if perimetre.type == "ght":
            ght = self.ghts.get(perimetre.code)
            return (Perimetre("region", ght.region), FRANCE) if ght else (FRANCE,)
        code = self.ght_de(perimetre.code, au) or self._last_ght(perimetre.code, au)
        mere = Perimetre("ght", code) if code else None
        return (mere, *self.parents(mere, au)) if mere else (FRANCE,)

    def _last_ght(self, finess: str, au: date) -> str | None:
        """Of an établissement that is in no GHT that day, the one it last left, else the one it will enter."""
        theirs = [a for a in self.appartenances if a.finess == finess and a.ght in self.ghts]
        left = [a for a in theirs if a.fin and a.fin < au]
        return max(left or theirs, key=lambda a: a.fin or date.max).ght if theirs else None

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

    def _rang(self, au: date) -> int:
        """Between which changes that day stands."""
        return bisect_right(self._changements, au)

    @cached_property
    def _changements(self) -> list[date]:
        """The days on which someone entered a GHT or had left it: between two of them nothing moves."""
        entrees = {a.debut for a in self.appartenances if a.debut}
        return sorted(entrees | {a.fin + timedelta(days=1) for a in self.appartenances if a.fin})

    def _epoque(self, rang: int) -> Epoque:
        """Members by GHT, and GHT by FINESS, between two changes."""
        if rang not in self._epoques:
            self._epoques[rang] = self._lit_l_epoque(rang)
        return self._epoques[rang]

    def _dedans(self, perimetre: Perimetre, rang: int) -> Dedans:
        """The GHT and the FINESS numbers inside a scope, between two changes."""
        if (perimetre, rang) not in self._lieux:
            self._lieux[perimetre, rang] = self._cherche_dedans(perimetre, rang)
        return self._lieux[perimetre, rang]

    # Worked out once, and gone with the territory: the past has one for every folder that was ever in force.

    @cached_property
    def _epoques(self) -> dict[int, Epoque]:
        return {}

    @cached_property
    def _lieux(self) -> dict[tuple[Perimetre, int], Dedans]:
        return {}

    def _lit_l_epoque(self, rang: int) -> Epoque:
        au = self._changements[rang - 1] if rang else date.min
        membres: dict[str, list[Etablissement]] = {}
        for a in sorted(self.appartenances, key=lambda a: (not a.support, a.finess)):
            if a.vaut(au):
                membres.setdefault(a.ght, []).append(self.etablissements[a.finess])
        ght_de = {e.finess: ght for ght, siens in membres.items() for e in siens}
        return {ght: tuple(siens) for ght, siens in membres.items()}, ght_de

    def _cherche_dedans(self, perimetre: Perimetre, rang: int) -> Dedans:
        membres, ght_de = self._epoque(rang)
        vivants = [self.ghts[code] for code in sorted(membres) if code in self.ghts]
        if perimetre.type == "etablissement":
            chez = ght_de.get(perimetre.code)
            return tuple(g for g in vivants if g.code == chez), frozenset({perimetre.code})
        if perimetre.type != "national":
            vivants = [g for g in vivants if perimetre.code == (g.region if perimetre.type == "region" else g.code)]
        return tuple(vivants), frozenset(e.finess for g in vivants for e in membres[g.code])
