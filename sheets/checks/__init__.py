"""The catalogue of checks: importing this package declares them all, in the order of the documentation."""

from sheets.checks import on_cells, on_history, on_workbooks
from sheets.checks.catalogue import CATALOGUE
from sheets.trames.paat import on_amounts, on_campaigns, on_dates, on_labels, on_tabs

__all__ = [
    "CATALOGUE",
    "on_amounts",
    "on_campaigns",
    "on_cells",
    "on_dates",
    "on_history",
    "on_labels",
    "on_tabs",
    "on_workbooks",
]
