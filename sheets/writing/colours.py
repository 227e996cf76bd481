"""Conditional formats: the tab shows what will be struck out while it is being filled, as the layout declares it."""

from __future__ import annotations

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from sheets.trame import ALWAYS, Table
from sheets.writing.style import ORANGE_PALE, PALE_RED, PALE_YELLOW

COLOURS = {"retiree": PALE_RED, "a_expliquer": ORANGE_PALE}


def write_colours(sheet: Worksheet, table: Table, references: dict[str, str], first: int, end: int) -> None:
    """Red: the line will be struck out. Orange: an explanation is awaited. Yellow: a required cell is still blank.

    `references` replaces the names in the layout's formulas, for the first line of data.
    """
    for signal in table.signals:
        for key in signal.columns:
            _add_colour_rule(sheet, table, key, signal.formula.format(**references), COLOURS[signal.colour], first, end)
    for c in table.columns:
        if c.required is ALWAYS:
            formula = f"AND(ISBLANK({references[c.key]}),{_line_begun(table, references)})"
            _add_colour_rule(sheet, table, c.key, formula, PALE_YELLOW, first, end)


def _line_begun(table: Table, references: dict[str, str]) -> str:
    """Whether anything was typed on the line."""
    return "OR(" + ",".join(f"NOT(ISBLANK({references[c.key]}))" for c in table.columns if c.is_typed) + ")"


def _add_colour_rule(sheet: Worksheet, table: Table, key: str, formula: str, colour: str, first: int, end: int) -> None:
    letter = get_column_letter([c.key for c in table.columns].index(key) + 1)
    fill = PatternFill("solid", start_color=colour, end_color=colour)
    rule = FormulaRule([formula], fill=fill)  # type: ignore[no-untyped-call]
    sheet.conditional_formatting.add(f"{letter}{first}:{letter}{end}", rule)
