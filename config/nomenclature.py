"""Purchase families, domains and categories, their synonyms, and the bounds of a believable performance. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from config.french import text_key

LEVELS = ("famille", "domaine", "categorie")
WITH_ARTICLE = {"famille": "une famille", "domaine": "un domaine", "categorie": "une catégorie"}
"""Each level as a sentence names it."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Above `first` a performance must be explained, above `second` it is struck out unless it is."""

    first: Decimal
    second: Decimal


@dataclass(frozen=True, eq=False)
class Nomenclature:
    """`branches` are the known (famille, domaine, catégorie), empty where a level is not detailed."""

    branches: tuple[tuple[str, str, str], ...]
    synonyms: dict[tuple[str, str], str]
    bounds: dict[str, Bounds]
    default_bounds: Bounds

    @cached_property
    def familles(self) -> tuple[str, ...]:
        return _distinct(f for f, _, _ in self.branches)

    @cached_property
    def domaines(self) -> dict[str, tuple[str, ...]]:
        """Domains by family."""
        return {f: _distinct(d for g, d, _ in self.branches if g == f and d) for f in self.familles}

    @cached_property
    def categories(self) -> dict[str, tuple[str, ...]]:
        """Categories by domain."""
        names = _distinct(d for _, d, _ in self.branches if d)
        return {n: _distinct(c for _, d, c in self.branches if d == n and c) for n in names}

    def children(self, level: str) -> dict[str, tuple[str, ...]]:
        """The labels of the level below, by label of that one; none below the last."""
        return {"famille": self.domaines, "domaine": self.categories}.get(level, {})

    @cached_property
    def _known_labels(self) -> dict[str, dict[str, str]]:
        levels = dict(zip(LEVELS, zip(*self.branches, strict=True), strict=True))
        known_ones = {level: {text_key(v): v for v in levels[level] if v} for level in LEVELS}
        for (level, synonym), label in self.synonyms.items():
            known_ones[level].setdefault(synonym, label)
        return known_ones

    @cached_property
    def _labels(self) -> dict[str, tuple[str, ...]]:
        return {level: _distinct(known_ones.values()) for level, known_ones in self._known_labels.items()}

    def labels(self, level: str) -> tuple[str, ...]:
        """Every official label of a level: famille, domaine or categorie."""
        return self._labels[level]

    def label(self, level: str, text: str) -> str | None:
        """The official label for what was typed: same but for case and accents, or a known synonym."""
        return self._known_labels[level].get(text_key(text))

    def bounds_of(self, famille: str | None) -> Bounds:
        return self.bounds.get(famille or "", self.default_bounds)


def _distinct(labels: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(labels))
