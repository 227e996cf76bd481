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
from sheets.gain import Mesure

Genre = Literal["texte", "euros", "nombre", "entier", "date", "liste", "nomenclature", "calcul"]
"""euros → cents, nombre → Decimal, liste → a label of `choix`, nomenclature → an official label or the text
as typed, calcul → a formula for the person filling, recomputed by us and never read."""


@dataclass(frozen=True, slots=True)
class Requis:
    """When a column must be filled. `code` is the check that reports its absence."""

    texte: str
    quand: Callable[[Mapping[str, Any]], bool]
    code: str = "valeur-absente"
    colonne_indispensable: bool = True
    """Whether a tab without that column at all is refused."""


TOUJOURS = Requis("toujours", lambda _: True)


@dataclass(frozen=True, slots=True)
class Colonne:
    """`choix` holds the labels of a list, or the name of a list of the region's folder."""

    cle: str
    titre: str
    genre: Genre
    aide: str
    requis: Requis | None = None
    choix: tuple[str, ...] | str = ()
    synonymes: tuple[str, ...] = ()
    formule: str = ""
    format: str = ""
    largeur: int = 16
    a_nous: bool = False
    """Written by us: given or recomputed, so a line that holds nothing else is blank."""

    @property
    def saisie(self) -> bool:
        return not self.a_nous and self.genre != "calcul"


@dataclass(frozen=True, slots=True)
class Signal:
    """A conditional format: these columns take this colour while that formula holds on their line.

    The formula names columns, `{exercice}`, and the family's bounds `{borne_1}` and `{borne_2}`.
    """

    colonnes: tuple[str, ...]
    formule: str
    couleur: Literal["retiree", "a_expliquer"]


@dataclass(frozen=True, eq=False)
class Trame:
    """A layout: its columns in order, the type of its lines, and how much a line is worth.

    `mesure(ligne, exercice, situation)` gives cents; `ligne(**valeurs)` builds the typed line.
    """

    code: str
    titre: str
    version: str
    versions_lues: tuple[str, ...]
    colonnes: tuple[Colonne, ...]
    ligne: Callable[..., Any]
    mesure: Callable[[Any, int, date], Mesure]
    signaux: tuple[Signal, ...] = ()

    @cached_property
    def par_cle(self) -> dict[str, Colonne]:
        return {c.cle: c for c in self.colonnes}

    @cached_property
    def saisies(self) -> tuple[Colonne, ...]:
        return tuple(c for c in self.colonnes if c.genre != "calcul")

    @cached_property
    def requises(self) -> tuple[tuple[Colonne, Requis], ...]:
        return tuple((c, c.requis) for c in self.colonnes if c.requis)

    @cached_property
    def entetes(self) -> dict[str, str]:
        """Every way a heading may be written → the key of its column."""
        noms: dict[str, str] = {}
        for c in self.colonnes:
            for nom in (c.titre, c.cle, *c.synonymes):
                noms.setdefault(cle_entete(nom), c.cle)
        return noms


_UNITES = re.compile(r"\([^)]*\)")


@lru_cache(maxsize=8192)
def cle_entete(titre: str) -> str:
    """A heading without its units, case, accents, line breaks or punctuation."""
    return cle(_UNITES.sub(" ", titre)) or cle(titre)


@dataclass(frozen=True, slots=True)
class Tampon:
    """What a workbook says it is, and, on a tab, for whom. Written by the template, believed over file names."""

    trame: str
    version: str
    ght: str
    campagne: str
    finess: str = ""

    def __str__(self) -> str:
        onglet = f" · FINESS {self.finess}" if self.finess else ""
        return f"Vigie · trame {self.trame} {self.version} · {self.ght} · campagne {self.campagne}{onglet}"


_TAMPON = re.compile(
    r"Vigie · trame (?P<trame>\S+) (?P<version>\S+) · (?P<ght>\S+) · campagne (?P<campagne>\S+)"
    r"(?: · FINESS (?P<finess>\w{9}))?"
)


def lit_tampon(texte: str) -> Tampon | None:
    """The stamp written in a cell, or None."""
    if "Vigie" not in texte:  # nearly every cell: spared the search
        return None
    trouve = _TAMPON.search(" ".join(texte.split()))
    return Tampon(**{k: v or "" for k, v in trouve.groupdict().items()}) if trouve else None
