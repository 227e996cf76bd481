"""« Pourquoi ? »: the lines behind a figure, each at its cell; they add up to it to the cent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from config.french import euros
from reports.answer import Adresse, Element, Reponse
from reports.coverage import treated
from reports.forecast import forecast_of
from reports.gains import base, pourquoi, precision
from reports.view import Sujet, Vue
from sheets.register.line_parts import inherited, notified
from sheets.register.stored_lines import LigneRecue, lignes_de


class Share(NamedTuple):
    """What a stored line adds to the figure, in cents, and what is said beside it."""

    tab: int
    line: int
    cents: int
    said: str


def why(vue: Vue, sujet: Sujet) -> Reponse:
    """The lines of `sujet.figure`, largest first: of the gains when none is named."""
    if not sujet.figure:
        return pourquoi(vue, sujet)
    shares = list(_SHARES[sujet.figure](vue, sujet))
    reponse = base(vue, sujet, "pourquoi", vue.comptent(sujet))
    shown = sorted(shares, key=lambda s: (-s.cents, s.line))[: sujet.limite if sujet.limite >= 0 else None]
    lines = {li.line: li for li in lignes_de(vue.db, {s.tab for s in shown}, vue.au, parmi=[s.line for s in shown])}
    elements = tuple(_element(lines[s.line], s) for s in shown)
    faits = {"lignes": len(shares), "retirees": sum(not s.cents for s in shares)}
    total = sum(s.cents for s in shares)
    return replace(reponse, valeur=total, unite="EUR", elements=elements, faits=faits, figure=sujet.figure)


def _element(ligne: LigneRecue, share: Share) -> Element:
    said = ", ".join(m for m in (share.said, precision(ligne)) if m)
    return Element(
        ligne.intitule, share.cents, said, Adresse(ligne.reference, ligne.chemin, ligne.feuille, ligne.cellule)
    )  # fmt: skip


def _of_the_forecast(vue: Vue, sujet: Sujet) -> Iterator[Share]:
    f = forecast_of(vue, sujet)
    for li in lignes_de(vue.db, [o.id for o in f.tabs], vue.au):
        yield Share(li.tab, li.line, li.gain_exercice - li.retire, "")
    for part in notified(vue.db, f.tabs, vue.au):
        yield Share(part.tab, part.line, part.cents, "notifié")
    for part in inherited(vue.db, f.before.values(), f.tabs, vue.au):
        yield Share(part.tab, part.line, part.cents, f"report de {sujet.exercice - 1} pas encore repris")


def _of_the_coverage(vue: Vue, sujet: Sujet) -> Iterator[Share]:
    return (Share(t.tab, t.line, t.reference, "montant de référence") for t in treated(vue, sujet))


def _of_the_performance(vue: Vue, sujet: Sujet) -> Iterator[Share]:
    return (Share(t.tab, t.line, t.gain, f"par an, sur {euros(t.reference)}") for t in treated(vue, sujet))


_SHARES = {"prevision": _of_the_forecast, "couverture": _of_the_coverage, "performance": _of_the_performance}
FIGURES = tuple(_SHARES)
"""The figures, beside the gains, whose lines can be shown."""
