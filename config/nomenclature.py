"""Purchase families, domains and categories, their synonyms, and the bounds of a believable performance. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from config.french import cle

RUBRIQUES = ("famille", "domaine", "categorie")
UNE = {"famille": "une famille", "domaine": "un domaine", "categorie": "une catégorie"}
"""Each level as a sentence names it."""


@dataclass(frozen=True, slots=True)
class Bornes:
    """Above `premiere` a performance must be explained, above `seconde` it is struck out unless it is."""

    premiere: Decimal
    seconde: Decimal


@dataclass(frozen=True, eq=False)
class Nomenclature:
    """`branches` are the known (famille, domaine, catégorie), empty where a level is not detailed."""

    branches: tuple[tuple[str, str, str], ...]
    synonymes: dict[tuple[str, str], str]
    bornes: dict[str, Bornes]
    bornes_par_defaut: Bornes

    @cached_property
    def familles(self) -> tuple[str, ...]:
        return _uniques(f for f, _, _ in self.branches)

    @cached_property
    def domaines(self) -> dict[str, tuple[str, ...]]:
        """Domains by family."""
        return {f: _uniques(d for g, d, _ in self.branches if g == f and d) for f in self.familles}

    @cached_property
    def categories(self) -> dict[str, tuple[str, ...]]:
        """Categories by domain."""
        noms = _uniques(d for _, d, _ in self.branches if d)
        return {n: _uniques(c for _, d, c in self.branches if d == n and c) for n in noms}

    @cached_property
    def _connus(self) -> dict[str, dict[str, str]]:
        niveaux = dict(zip(RUBRIQUES, zip(*self.branches, strict=True), strict=True))
        connus = {rubrique: {cle(v): v for v in niveaux[rubrique] if v} for rubrique in RUBRIQUES}
        for (rubrique, synonyme), label in self.synonymes.items():
            connus[rubrique].setdefault(synonyme, label)
        return connus

    @cached_property
    def _labels(self) -> dict[str, tuple[str, ...]]:
        return {rubrique: _uniques(connus.values()) for rubrique, connus in self._connus.items()}

    def labels(self, rubrique: str) -> tuple[str, ...]:
        """Every official label of a level: famille, domaine or categorie."""
        return self._labels[rubrique]

    def label(self, rubrique: str, texte: str) -> str | None:
        """The official label for what was typed: same but for case and accents, or a known synonym."""
        return self._connus[rubrique].get(cle(texte))

    def bornes_de(self, famille: str | None) -> Bornes:
        return self.bornes.get(famille or "", self.bornes_par_defaut)


def _uniques(labels: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(labels))
