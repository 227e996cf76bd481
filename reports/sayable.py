"""What may be said outside the house: labels of ours, references, cell addresses. Never a text that someone typed. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from config.folder import Folder
from reports.gains import NO_LABEL
from sheets.accepted_labels import label_lists
from sheets.trames import TRAMES


@lru_cache(maxsize=4)
def known_labels(folder: Folder) -> frozenset[str]:
    """Every label that comes from the region's folder or from us: the only ones that may be said as they are."""
    t, n = folder.territory, folder.nomenclature
    places = [
        *(r.name for r in t.regions.values()),
        *(g.name for g in t.ghts.values()),
        *(e.name for e in t.etablissements.values()),
    ]
    listed_labels = [
        c for trame in TRAMES.values() for table in label_lists(trame, folder).values() for c in table.values()
    ]
    all_labels = [label for level in ("famille", "domaine", "categorie") for label in n.labels(level)]
    return frozenset([*places, *listed_labels, *all_labels, *folder.campaigns, NO_LABEL])


def sayable_reference(reference: str) -> str:
    """« 2021-annuelle/390780146/0042 »; an action's number that is no number was typed, and stays out."""
    campaign, _, rest = reference.partition("/")
    finess, _, action = rest.partition("/")
    return "/".join([campaign, finess, *([action] if re.fullmatch(r"[0-9]{1,6}", action) else [])]) if finess else ""


def sayable_cell(cell: str) -> str:
    return cell if re.fullmatch(r"[A-Z]{1,3}[0-9]{1,7}", cell) else ""
