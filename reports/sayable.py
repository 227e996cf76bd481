"""What may be said outside the house: labels of ours, references, cell addresses. Never a text that someone typed. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from config.folder import Dossier
from reports.gains import SANS_LABEL
from sheets.accepted_labels import listes
from sheets.trames import TRAMES


@lru_cache(maxsize=4)
def labels_connus(dossier: Dossier) -> frozenset[str]:
    """Every label that comes from the region's folder or from us: the only ones that may be said as they are."""
    t, n = dossier.territoire, dossier.nomenclature
    lieux = [
        *(r.nom for r in t.regions.values()),
        *(g.nom for g in t.ghts.values()),
        *(e.nom for e in t.etablissements.values()),
    ]
    fermees = [c for trame in TRAMES.values() for table in listes(trame, dossier).values() for c in table.values()]
    rubriques = [label for niveau in ("famille", "domaine", "categorie") for label in n.labels(niveau)]
    return frozenset([*lieux, *fermees, *rubriques, *dossier.campagnes, SANS_LABEL])


def reference_dicible(reference: str) -> str:
    """« 2021-annuelle/390780146/0042 »; an action's number that is no number was typed, and stays out."""
    campagne, _, reste = reference.partition("/")
    finess, _, action = reste.partition("/")
    return "/".join([campagne, finess, *([action] if re.fullmatch(r"[0-9]{1,6}", action) else [])]) if finess else ""


def cellule_dicible(cellule: str) -> str:
    return cellule if re.fullmatch(r"[A-Z]{1,3}[0-9]{1,7}", cellule) else ""
