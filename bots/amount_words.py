"""The pieces of a sentence that several answers share: whose figure, what asks for a look, how far an objective is. Pure."""

from __future__ import annotations

from decimal import Decimal

from config.folder import Folder
from config.french import NO_RATE, after_de, enumeration, rate, rounded_amount
from config.territory import Scope
from reports.answer import Answer


def of_scope(p: Scope, folder: Folder) -> str:
    return after_de(folder.territory.name(p))


def except_for(r: Answer, folder: Folder) -> str:
    """« , hors GHT Jura, », inside a sentence."""
    left_out = _left_out(r, folder)
    return f"{left_out}," if left_out else ""


def _left_out(r: Answer, folder: Folder) -> str:
    return f", hors {enumeration([folder.territory.name(p) for p in r.but_for])}" if r.but_for else ""


def scope_name(r: Answer, folder: Folder) -> str:
    return folder.territory.name(r.scope) + _left_out(r, folder)


def under_alert(cents: int) -> str:
    """« , dont 4,0 M€ sous alerte »: the part of a kept amount that asks for a look."""
    return f", dont {rounded_amount(cents)} sous alerte" if cents else ""


def attained(r: Answer) -> str:
    """« 116,2 % (91,2 % hors alerte) »: how far the objective is reached, and without what asks for a look.

    An objective of 0 has no rate, and it is said; nothing without an objective.
    """
    if r.objective is None or not r.objective.amount:
        return NO_RATE if r.objective else ""
    without = f" ({rate(Decimal(r.outside_alert) / r.objective.amount)} hors alerte)" if r.under_alert else ""
    return rate(r.attainment or Decimal(0)) + without
