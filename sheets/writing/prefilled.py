"""The trame of the next campaign: the lines already received, those carried over from last year marked and locked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openpyxl import Workbook

from config.campaign import Campaign
from config.folder import Folder
from sheets.places import places
from sheets.register.known_actions import ExpectedLine
from sheets.tab_names import tab_names
from sheets.trame import Table, Trame
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
    found = places(trame, ght, campaign.situation, folder.territory)
    names = tab_names(found.values())
    for finess, its_own in expected_lines.items():
        if finess in names:
            table = found[finess].table
            ready = [_ready_line(p, table) for p in its_own]
            write_lines(book[names[finess]], table, ready, taken.get(finess, frozenset()))
    return book


def _ready_line(p: ExpectedLine, table: Table) -> ReadyLine:
    cell_values = {
        c.key: _cell_value(p.values[c.key], c.kind) for c in table.typed_columns if c.is_typed and p.values.get(c.key)
    }
    said = table.carrying.note(p.origin, p.carried) if table.carrying and p.carried else ""
    return ReadyLine(p.action_id, cell_values, said)


def _cell_value(value: Value, kind: str) -> Value:
    """A stored value as a cell holds it: euros, not cents."""
    return value / 100 if kind == "euros" and isinstance(value, int) else value
