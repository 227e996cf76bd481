"""What may be said outside the house: labels of ours, references, cell addresses. Never a text that someone typed. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from config.folder import Folder
from reports.answer import Answer, CellAddress, Element
from reports.gains import NO_LABEL
from sheets.accepted_labels import label_lists
from sheets.places import split_reference
from sheets.trames import CATALOGUE, TABLES

UNKNOWN_LABELS = "libellés hors nomenclature"


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
        c for table in TABLES.values() for labels in label_lists(table, folder).values() for c in labels.values()
    ]
    all_labels = [label for level in ("famille", "domaine", "categorie") for label in n.labels(level)]
    return frozenset([*places, *listed_labels, *all_labels, *folder.campaigns, NO_LABEL])


def outside(r: Answer, folder: Folder) -> Answer:
    """The same answer without a word that someone typed: what may be said of it outside the house.

    Parts that only people named are taken together, so that the parts still add up to the whole.
    """
    heavy = tuple(_line(e, e.address, folder) for e in r.heavy if e.address)
    return replace(r, elements=_named(r.elements, folder), beside=_named(r.beside, folder), heavy=heavy)


def _named(elements: Sequence[Element], folder: Folder) -> tuple[Element, ...]:
    """The elements under names of ours; last, those that have none, added up."""
    named: list[Element] = []
    unnamed: list[Element] = []
    for e in elements:
        (named if _has_a_name(e, folder) else unnamed).append(e)
    return (*(element_outside(e, folder) for e in named), *([_together(unnamed)] if unnamed else []))


def _has_a_name(e: Element, folder: Folder) -> bool:
    return bool(e.ours or e.address or e.code in CATALOGUE or e.label in known_labels(folder))


def _together(elements: Sequence[Element]) -> Element:
    values = [int(e.value) for e in elements if e.value is not None]
    return Element(UNKNOWN_LABELS, sum(values) if values else None, struck=sum(e.struck for e in elements),
                   under_alert=sum(e.under_alert for e in elements), ours=True)  # fmt: skip


def element_outside(e: Element, folder: Folder) -> Element:
    """One element named by us: a line, by its check or its établissement."""
    if e.address:
        return _line(e, e.address, folder)
    label = _check(e.code) if e.code in CATALOGUE else e.label
    return replace(e, label=label, precision=e.said_outside)


def _check(code: str) -> str:
    return f"{CATALOGUE[code].title} ({code})"


def _line(e: Element, address: CellAddress, folder: Folder) -> Element:
    reference = sayable_reference(address.reference)
    etablissement = folder.territory.etablissements.get(split_reference(reference)[1])
    name = etablissement.name if etablissement else "Ligne"
    if e.code in CATALOGUE:
        name = _check(e.code)
    elif e.code == "decision":
        name = "Ligne retirée par décision"
    return replace(
        e, label=name, precision=e.said_outside, address=CellAddress(reference, "", "", sayable_cell(address.cell))
    )


def sayable_reference(reference: str) -> str:
    """« 2021-annuelle/390780146/0042 »; an action's number that is no number was typed, and stays out."""
    code, place, number = split_reference(reference)
    said = [number] if re.fullmatch(r"[0-9]{1,6}", number) else []
    return "/".join([code, place, *said]) if place else ""


def sayable_cell(cell: str) -> str:
    return cell if re.fullmatch(r"[A-Z]{1,3}[0-9]{1,7}", cell) else ""
