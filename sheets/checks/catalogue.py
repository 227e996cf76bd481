"""What a check is: a stable code, a gravité, why it exists, a sentence, a function. The catalogue lists them.

A check is declared where it is written, with `@controle`; the page `docs/controles.md` follows from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, NamedTuple

from config.campaign import Campagne
from config.nomenclature import Nomenclature
from config.settings import Seuils
from sheets.findings import Constat, Gravite

Portee = Literal["classeur", "onglet", "cellule", "ligne", "tableau", "trame", "campagne", "histoire"]


class Ecart(NamedTuple):
    """What a check has to say: what was seen and expected, then what to do. `gravite` overrides the check's."""

    message: str
    correction: str
    colonne: str = ""
    valeur: str = ""
    gravite: Gravite | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Contexte:
    """What the checks of a tab may know beside its lines: the campaign and the region's folder."""

    campagne: Campagne
    nomenclature: Nomenclature
    seuils: Seuils
    essais: frozenset[str]
    achats: int | None = None
    """Total purchases of the établissement in cents, when known."""


@dataclass(frozen=True, eq=False, slots=True)
class Controle:
    """`portee` says what the function is given:

    classeur, onglet, histoire: the facts its sentence needs, by the reader or the ledger, which calls it;
    cellule: (titre, requis, probleme), for one cell that holds something else than expected, or nothing;
    ligne: (action, contexte), for one typed line; tableau, trame: (lignes, contexte), for a whole tab or workbook;
    campagne: (stored lines, region's folder), after a pull, for all that counts in a campaign.
    """

    code: str
    gravite: Gravite
    portee: Portee
    titre: str
    pourquoi: str
    fonction: Callable[..., Any]
    trames: tuple[str, ...] = ("paat",)
    """The layouts whose lines it reads."""
    bon: Mapping[str, str] = field(default_factory=dict)
    mauvais: Mapping[str, str] = field(default_factory=dict)

    def constat(self, ecart: Ecart, **adresse: Any) -> Constat:
        """The finding at its address; the check's own gravité unless the case has another."""
        return Constat(
            self.code,
            ecart.gravite or self.gravite,
            ecart.message,
            ecart.correction,
            colonne=ecart.colonne,
            valeur=ecart.valeur,
            **adresse,
        )

    def __call__(self, *faits: Any, **adresse: Any) -> Constat:
        """The finding of a check that the reader calls itself, from the facts its sentence needs."""
        return self.constat(self.fonction(*faits), **adresse)


CATALOGUE: dict[str, Controle] = {}
"""Every check by code, in the order of the documentation."""


def controle(
    code: str,
    gravite: Gravite,
    portee: Portee,
    *,
    titre: str,
    pourquoi: str,
    trames: tuple[str, ...] = ("paat",),
    bon: Mapping[str, str] | None = None,
    mauvais: Mapping[str, str] | None = None,
) -> Callable[[Callable[..., Any]], Controle]:
    """Declare a check. `bon` and `mauvais` are cells typed over a valid line: one passes, the other does not."""

    def declare(fonction: Callable[..., Any]) -> Controle:
        if code in CATALOGUE:
            raise ValueError(f"check declared twice: {code}")
        CATALOGUE[code] = Controle(code, gravite, portee, titre, pourquoi, fonction, trames, bon or {}, mauvais or {})
        return CATALOGUE[code]

    return declare


@cache
def pour(trame: str, portee: Portee) -> tuple[Controle, ...]:
    """The checks that read the lines of a layout, one by one (ligne), by tab (tableau) or together (trame)."""
    return tuple(c for c in CATALOGUE.values() if c.portee == portee and trame in c.trames)
