"""Looks again at the cells of typed lines that may hide something: a formula nobody computed, another unit shown.

Never looks at a cell that shows no symptom: see `sheets.reading.sheet_xml`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from config.french import enumeration
from config.french import euros as euros_in_french
from sheets.cells import Doubtful, Problem
from sheets.checks import on_workbooks
from sheets.findings import Finding
from sheets.reading import sheet_xml
from sheets.reading.number_formats import SCALED, WORDED
from sheets.reading.read_tab import LineRead
from sheets.reading.shown import doubtful_below, other_units
from sheets.trame import Table

_SHOWN = {
    SCALED: "se montre divisé par mille ou plus dans sa case.",
    WORDED: "se montre avec un mot qui n'est pas « € » dans sa case.",
}
"""Why an amount that a format dresses otherwise may not be what it seems."""
_ZEROS = frozenset(("0", "00:00:00", "30/12/1899", "31/12/1899", "01/01/1900", "01/01/1904"))
"""What is seen of 0 where no amount is expected, a date say."""


def look_for_formulas(
    lines: list[LineRead], table: Table, columns: dict[str, str], sheet: str, raw_bytes: bytes
) -> None:
    """Put a problem where a blank required cell, or a 0, is in truth a formula that nobody computed, or an error."""
    required_columns = [(c.key, c.required) for c in table.columns if c.required and c.key in columns]
    empties = {
        f"{columns[c]}{line.number}": (line, c)
        for line in lines
        for c, required in required_columns
        if c not in line.values and c not in line.problems and required.when(line.values)
    }
    ones = any(100 in line.values.values() for line in lines) and sheet_xml.is_open_document(raw_bytes)
    hollow: set[int | str] = {0, "0", 100} if ones else {0, "0"}
    zeros = {
        f"{columns[c]}{line.number}": (line, c)
        for line in lines
        if line.problems or not hollow.isdisjoint(line.values.values())
        for c in _zeros(line, hollow)
    }
    if empties or zeros:
        for address, problem in sheet_xml.hidden_problems(raw_bytes, sheet, empties, zeros).items():
            line, column = (empties | zeros)[address]
            line.problems[column] = problem
            line.values.pop(column, None)


def _zeros(line: LineRead, hollow: Collection[int | str]) -> Iterator[str]:
    """The columns that hold 0, under whatever guise, or 1 € where a truth is kept so."""
    yield from (c for c, v in line.values.items() if v in hollow)
    yield from (c for c, p in line.problems.items() if type(p) is Problem and p.shown in _ZEROS)


def look_at_units(
    lines: list[LineRead], table: Table, columns: dict[str, str], sheet: str, raw_bytes: bytes
) -> list[Finding]:
    """Put a problem on the amounts that show another unit than they hold; a column where most do is refused whole."""
    euros = [c.key for c in table.columns if c.kind == "euros" and c.key in columns]
    below = doubtful_below(raw_bytes)
    places = {
        f"{columns[c]}{line.number}": (line, c)
        for line in lines
        for c in euros
        if 0 < abs(line.values.get(c) or 0) < below
    }
    units = other_units(raw_bytes, sheet, {where: line.values[c] for where, (line, c) in places.items()})
    refused = []
    for c in euros if units else ():
        theirs = [where for where in units if places[where][1] == c and units[where] not in _SHOWN]
        if 2 * len(theirs) > sum(bool(line.values.get(c)) for line in lines):
            shown, title = f"le format de {enumeration(theirs, 3)}", table.by_key[c].title
            refused.append(on_workbooks.column_unit(shown, title, units[theirs[0]], sheet=sheet, cell=theirs[0]))
    for where, unit in units.items():
        line, c = places[where]
        shown = euros_in_french(line.values[c])
        if why := _SHOWN.get(unit):
            line.problems.setdefault(c, Doubtful(line.values[c], shown, why))
        else:
            line.problems[c] = Problem("unite-de-cellule", shown, unit)
            del line.values[c]
    return refused
