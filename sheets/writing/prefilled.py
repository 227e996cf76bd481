"""The trame of the next campaign: the lines already received, those carried over from last year marked and locked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openpyxl import Workbook

from config.campaign import Campaign
from config.folder import Folder
from config.french import euros
from sheets.register.known_actions import ExpectedLine
from sheets.tab_names import tab_names
from sheets.trame import Trame
from sheets.writing import tab as template_tab
from sheets.writing.book import workbook
from sheets.writing.safe_cells import Value
from sheets.writing.written_lines import ReadyLine, write_lines

MARGIN = 100
"""Prepared lines left below those already known."""


def prefilled(
    trame: Trame, ght: str, campaign: Campaign, folder: Folder, expected_lines: Mapping[str, Sequence[ExpectedLine]],
    taken: Mapping[str, frozenset[str]],
) -> Workbook:  # fmt: skip
    """A trame with the known lines of each établissement (by FINESS); new lines take none of the numbers `taken`."""
    how_many = {
        f: len(its_own) + MARGIN for f, its_own in expected_lines.items() if len(its_own) + MARGIN > template_tab.LINES
    }
    book = workbook(trame, ght, campaign, folder, how_many)
    names = tab_names(folder.territory.members(ght, campaign.situation))
    for finess, its_own in expected_lines.items():
        if finess in names:
            ready = [_ready_line(p, trame) for p in its_own]
            write_lines(book[names[finess]], trame, ready, taken.get(finess, frozenset()))
    return book


def _ready_line(p: ExpectedLine, trame: Trame) -> ReadyLine:
    cell_values = {
        c.cle: _cell_value(p.values[c.cle], c.kind) for c in trame.typed_columns if c.is_typed and p.values.get(c.cle)
    }
    report = ""
    if p.report:
        report = (
            f"Report de {p.origin} : {euros(p.report)} sur cet exercice. Cette ligne est arrêtée avec lui ; "
            "si elle est fausse, dites-le à votre référent."
        )
    return ReadyLine(p.action_id, cell_values, report)


def _cell_value(value: Value, kind: str) -> Value:
    """A stored value as a cell holds it: euros, not cents."""
    return value / 100 if kind == "euros" and isinstance(value, int) else value
