"""Who gained most, who gained least: kept gains in order, each with its rank. Ranks only those that sent something."""

from __future__ import annotations

from dataclasses import replace

from reports.answer import Answer, Element
from reports.gains import base, broken_down
from reports.view import Subject, View

FEMININE_AXES = ("region", "famille", "categorie", "nature")
"""The axes whose first is « 1re »."""


def ranking(view: View, subject: Subject) -> Answer:
    """The first (or last) of a territory along an axis, or the rank of one place; equal gains share a rank.

    `value` counts who is ranked; `missing_ghts`, among the facts, those that sent nothing.
    """
    tabs = view.tabs_that_count(subject)
    all_of_them = broken_down(view, subject, tabs)
    classes = [e for e in all_of_them if e.value is not None]
    answer = base(view, subject, "classement", tabs)
    facts = {"absents": len(all_of_them) - len(classes), "du_bas": int(subject.from_bottom)}
    elements = _shown_ranks(subject, _ranges(classes, "re" if subject.by in FEMININE_AXES else "er"))
    return replace(answer, value=len(classes), unit="", elements=tuple(elements), facts=facts)


def _ranges(classes: list[Element], first: str) -> list[Element]:
    """Each with its rank in words; equal gains share one."""
    results: list[Element] = []
    for e in classes:
        rank = 1 + sum(int(other.value or 0) > int(e.value or 0) for other in results)
        results.append(replace(e, rank=f"{rank}{first if rank == 1 else 'e'} sur {len(classes)}"))
    return results


def _shown_ranks(subject: Subject, ranges: list[Element]) -> list[Element]:
    if subject.place:
        return [e for e in ranges if e.territory == subject.place]
    order = ranges[::-1] if subject.from_bottom else ranges
    return order[: subject.how_many] if subject.how_many else order
