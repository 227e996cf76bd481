"""A finding as data: its code, how grave it is, its sentence and its address. Words are made by the checks. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Gravite(StrEnum):
    """`rejet` strikes the line out of *retenu*, `alerte` asks for a look, `info` tells."""

    REJET = "rejet"
    ALERTE = "alerte"
    INFO = "info"


ORDRE = {g: rang for rang, g in enumerate(Gravite)}


class Constat(NamedTuple):
    """A finding at its address. `enjeu` is the cents it takes out of *retenu* (0 unless it strikes)."""

    code: str
    gravite: Gravite
    message: str
    correction: str
    feuille: str = ""
    ligne: int | None = None
    cellule: str = ""
    colonne: str = ""
    valeur: str = ""
    enjeu: int = 0


def rang(c: Constat) -> tuple[int, int, str, int]:
    """The order in which findings are shown: blocking first, costliest first, then by place."""
    return (ORDRE[c.gravite], -c.enjeu, c.feuille, c.ligne or 0)


@dataclass(frozen=True, slots=True)
class Groupe:
    """The findings of one rule in one workbook. `enjeu` counts each line once, however many findings it has."""

    code: str
    gravite: Gravite
    constats: tuple[Constat, ...]
    enjeu: int

    @property
    def places(self) -> list[str]:
        """« CH JURA SUD : lignes 5 à 9, 12 », one per tab."""
        feuilles: dict[str, list[int]] = {}
        for c in self.constats:
            feuilles.setdefault(c.feuille, []).extend([c.ligne] if c.ligne else [])
        return [f"{f} : {plages(lignes)}" if lignes else f for f, lignes in feuilles.items() if f]


def groupes(constats: Iterable[Constat]) -> list[Groupe]:
    """Findings by rule and gravité: blocking first, costliest first, then the most frequent."""
    par_regle: dict[tuple[Gravite, str], list[Constat]] = {}
    for c in constats:
        par_regle.setdefault((c.gravite, c.code), []).append(c)
    rendus = [Groupe(code, gravite, tuple(siens), _enjeu(siens)) for (gravite, code), siens in par_regle.items()]
    return sorted(rendus, key=lambda g: (ORDRE[g.gravite], -g.enjeu, -len(g.constats), g.code))


def _enjeu(constats: Iterable[Constat]) -> int:
    """Cents, each line once: the euros of a line stand on one of its findings, and the others hold nothing."""
    par_ligne: dict[tuple[str, int | None], int] = {}
    for c in constats:
        place = (c.feuille, c.ligne)
        par_ligne[place] = max(c.enjeu, par_ligne.get(place, 0))
    return sum(par_ligne.values())


def plages(lignes: Iterable[int]) -> str:
    """« ligne 12 », « lignes 5 à 9, 12 »."""
    suites: list[list[int]] = []
    for n in sorted(set(lignes)):
        if suites and n == suites[-1][-1] + 1:
            suites[-1].append(n)
        else:
            suites.append([n])
    mots = [str(s[0]) if len(s) == 1 else f"{s[0]} à {s[-1]}" for s in suites]
    return f"{'ligne' if len(suites) == 1 and len(suites[0]) == 1 else 'lignes'} {', '.join(mots)}"
