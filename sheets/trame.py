"""What a layout is. One declaration drives the template, the reader, the checks, the table and the documentation.

A new trame is one file in `sheets/trames/`; nothing here knows any of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, Literal

from config.french import cle
from sheets.gain import Worth

ColumnKind = Literal["texte", "euros", "nombre", "entier", "date", "liste", "nomenclature", "calcul"]
"""euros → cents, nombre → Decimal, liste → a label of `choices`, nomenclature → an official label or the text
as typed, calcul → a formula for the person filling, recomputed by us and never read."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """When a column must be filled. `code` is the check that reports its absence."""

    text: str
    when: Callable[[Mapping[str, Any]], bool]
    code: str = "valeur-absente"
    column_required: bool = True
    """Whether a tab without that column at all is refused."""


ALWAYS = Requirement("toujours", lambda _: True)


@dataclass(frozen=True, slots=True)
class Column:
    """`choices` holds the labels of a list, or the name of a list of the region's folder."""

    cle: str
    title: str
    kind: ColumnKind
    help_text: str
    required: Requirement | None = None
    choices: tuple[str, ...] | str = ()
    synonyms: tuple[str, ...] = ()
    formula: str = ""
    format: str = ""
    width: int = 16
    is_ours: bool = False
    """Written by us: given or recomputed, so a line that holds nothing else is blank."""

    @property
    def is_typed(self) -> bool:
        return not self.is_ours and self.kind != "calcul"


@dataclass(frozen=True, slots=True)
class Signal:
    """A conditional format: these columns take this colour while that formula holds on their line.

    The formula names columns, `{exercice}`, and the family's bounds `{borne_1}` and `{borne_2}`.
    """

    columns: tuple[str, ...]
    formula: str
    colour: Literal["retiree", "a_expliquer"]


@dataclass(frozen=True, eq=False)
class Trame:
    """A layout: its columns in order, the type of its lines, and how much a line is worth.

    `worth(line, exercice, situation)` gives cents; `line(**values)` builds the typed line.
    """

    code: str
    title: str
    version: str
    versions_read: tuple[str, ...]
    columns: tuple[Column, ...]
    line: Callable[..., Any]
    worth: Callable[[Any, int, date], Worth]
    signals: tuple[Signal, ...] = ()

    @cached_property
    def by_key(self) -> dict[str, Column]:
        return {c.cle: c for c in self.columns}

    @cached_property
    def typed_columns(self) -> tuple[Column, ...]:
        return tuple(c for c in self.columns if c.kind != "calcul")

    @cached_property
    def required_columns(self) -> tuple[tuple[Column, Requirement], ...]:
        return tuple((c, c.required) for c in self.columns if c.required)

    @cached_property
    def headings(self) -> dict[str, str]:
        """Every way a heading may be written → the key of its column."""
        names: dict[str, str] = {}
        for c in self.columns:
            for name in (c.title, c.cle, *c.synonyms):
                names.setdefault(heading_key(name), c.cle)
        return names


_UNITES = re.compile(r"\([^)]*\)")


@lru_cache(maxsize=8192)
def heading_key(title: str) -> str:
    """A heading without its units, case, accents, line breaks or punctuation."""
    return cle(_UNITES.sub(" ", title)) or cle(title)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a workbook says it is, and, on a tab, for whom. Written by the template, believed over file names."""

    trame: str
    version: str
    ght: str
    campaign: str
    finess: str = ""

    def __str__(self) -> str:
        tab = f" · FINESS {self.finess}" if self.finess else ""
        return f"Vigie · trame {self.trame} {self.version} · {self.ght} · campagne {self.campaign}{tab}"


_STAMP = re.compile(
    r"Vigie · trame (?P<trame>\S+) (?P<version>\S+) · (?P<ght>\S+) · campagne (?P<campaign>\S+)"
    r"(?: · FINESS (?P<finess>\w{9}))?"
)


def read_stamp(text: str) -> Stamp | None:
    """The stamp written in a cell, or None."""
    if "Vigie" not in text:  # nearly every cell: spared the search
        return None
    found = _STAMP.search(" ".join(text.split()))
    return Stamp(**{k: v or "" for k, v in found.groupdict().items()}) if found else None
