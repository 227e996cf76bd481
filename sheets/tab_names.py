"""The name of each établissement's tab: given by the template, and known again by the reader."""

from __future__ import annotations

import re
from collections.abc import Iterable

from config.territory import Etablissement

INTERDITS = re.compile(r"[\[\]:*?/\\]")
"""Signs that Excel refuses in the name of a tab."""
LONGUEUR = 31
LISTES, PAGE = "Listes", "Ce qui a changé"
"""The tab of the drop-downs, and the one that a clean trame is told in."""
A_NOUS = (LISTES, PAGE)


def noms_d_onglets(membres: Iterable[Etablissement]) -> dict[str, str]:
    """A tab name per FINESS: Excel's 31 characters, no forbidden sign, none twice."""
    noms: dict[str, str] = {}
    for e in membres:
        nom = INTERDITS.sub("-", e.nom).strip("' ")
        court, rang = nom[:LONGUEUR].strip("' "), 2
        while court.casefold() in {n.casefold() for n in noms.values()}:
            court, rang = f"{nom[: LONGUEUR - 3].strip()} {rang}", rang + 1
        noms[e.finess] = court
    return noms
