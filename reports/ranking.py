"""Who gained most, who gained least: kept gains in order, each with its rank. Ranks only those that sent something."""

from __future__ import annotations

from dataclasses import replace

from reports.answer import Element, Reponse
from reports.gains import base, ventile
from reports.view import Sujet, Vue

FEMININS = ("region", "famille", "categorie", "nature")
"""The axes whose first is « 1re »."""


def classement(vue: Vue, sujet: Sujet) -> Reponse:
    """The first (or last) of a territory along an axis, or the rank of one place; equal gains share a rank.

    `valeur` counts who is ranked; `absents`, among the facts, those that sent nothing.
    """
    onglets = vue.comptent(sujet)
    tous = ventile(vue, sujet, onglets)
    classes = [e for e in tous if e.valeur is not None]
    reponse = base(vue, sujet, "classement", onglets)
    faits = {"absents": len(tous) - len(classes), "du_bas": int(sujet.du_bas)}
    elements = _montres(sujet, _ranges(classes, "re" if sujet.par in FEMININS else "er"))
    return replace(reponse, valeur=len(classes), unite="", elements=tuple(elements), faits=faits)


def _ranges(classes: list[Element], premier: str) -> list[Element]:
    """Each with its rank in words; equal gains share one."""
    rendus: list[Element] = []
    for e in classes:
        rang = 1 + sum(int(autre.valeur or 0) > int(e.valeur or 0) for autre in rendus)
        suite = f", {e.precision}" if e.precision else ""
        rendus.append(replace(e, precision=f"{rang}{premier if rang == 1 else 'e'} sur {len(classes)}{suite}"))
    return rendus


def _montres(sujet: Sujet, ranges: list[Element]) -> list[Element]:
    if sujet.place:
        return [e for e in ranges if e.territoire == sujet.place]
    ordre = ranges[::-1] if sujet.du_bas else ranges
    return ordre[: sujet.combien] if sujet.combien else ordre
