"""What each line of a PAAT is worth for its exercice: the measures kept with it, and added up by tab. Pure."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sheets.trame import Measure
from sheets.trames.paat import gain
from sheets.trames.paat.columns import Action


class ActionWorth(NamedTuple):
    """Cents, but for the two counts. A line is *treated* in the year of its first order: once réalisée, with a reference."""

    gain_exercice: int
    report: int
    realise_a_date: int
    prevision: int
    repris: int
    """What falls in the exercice of a first order of before it: the report already taken up."""
    perimetre_traite: int
    gain_traite: int
    lignes_traitees: int
    """Reference, annual gain and number of the lines treated in the exercice."""
    perimetre_traite_avant: int
    gain_traite_avant: int
    lignes_traitees_avant: int
    """The same of those treated in the exercice before, and declared in this one."""


_STRUCK_WHOLE = frozenset(ActionWorth._fields[5:])
MEASURES = tuple(
    Measure(key, "nombre" if key.startswith("lignes_") else "EUR", struck_whole=key in _STRUCK_WHOLE)
    for key in ActionWorth._fields
)
HEADLINE = "gain_exercice"


def worth(action: Action, exercice: int, situation: date) -> ActionWorth:
    """What an action is worth for `exercice`, at the situation date."""
    in_time = gain.worth(action.gain_annuel, action.statut, action.date_premiere_commande, exercice, situation)
    year = action.date_premiere_commande.year if action.date_premiere_commande else 0
    is_treated = action.statut == "réalisé" and action.montant_reference is not None
    treated = (action.montant_reference or 0, action.gain_annuel or 0, 1) if is_treated else (0, 0, 0)
    return ActionWorth(
        *in_time,
        in_time.gain_exercice if 0 < year < exercice else 0,
        *(treated if year == exercice else (0, 0, 0)),
        *(treated if year == exercice - 1 else (0, 0, 0)),
    )


def computed(action: Action, line: ActionWorth, positive: int) -> dict[str, float]:
    """The computed columns of an action: euros, and fractions. `positive`: the positive gains of the whole workbook, in cents."""
    columns = {"gain_exercice": line.gain_exercice / 100, "report": line.report / 100}
    if positive:
        columns["poids"] = line.gain_exercice / positive
    if action.gain_annuel is not None and action.montant_reference and action.montant_reference > 0:
        columns["performance"] = action.gain_annuel / action.montant_reference
    return columns
