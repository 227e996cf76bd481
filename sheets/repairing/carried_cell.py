"""One cell of a damaged trame → what to write so that the clean one reads the same. Never changes what a cell says."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from sheets import cells
from sheets.cells import Doubtful, Problem, ReadValue, Recognised
from sheets.reading.rows import CellReader
from sheets.trame import Column
from sheets.writing.safe_cells import Value, clean

FIRST_DAY = datetime(1900, 3, 1)  # noqa: DTZ001 - a cell has no zone
"""Before that day, Excel's calendar is not the world's."""


def value_to_carry(c: Column, raw: object, cell_reader: CellReader) -> Value:
    """What to write for a raw cell: clean when it was understood, as typed when not, None when neither reads the same."""
    reading = cell_reader(raw)
    expected = reading.label if isinstance(reading, Recognised) else reading
    return next((v for v in _candidate_values(c, raw, reading) if _as_read_back(v, cell_reader) == expected), None)


def _candidate_values(c: Column, raw: object, reading: ReadValue) -> list[Value]:
    """The ways to write a cell, cleanest first."""
    if isinstance(reading, Problem | Doubtful):
        return _as_typed(raw)
    if isinstance(reading, Recognised):
        return [reading.label]
    if isinstance(reading, str):
        # A text keeps its line breaks; a label is written as the list has it.
        return [_text(raw), reading] if c.kind == "texte" and isinstance(raw, str) else [reading]
    if c.kind == "euros" and isinstance(reading, int):
        return [
            reading // 100 if reading % 100 == 0 else reading / 100,
            f"{Decimal(reading) / 100:.2f}".replace(".", ","),
        ]
    if isinstance(reading, Decimal):
        as_integer = [int(reading)] if reading == reading.to_integral_value() else []
        return [*as_integer, float(reading), f"{reading:f}".replace(".", ",")]
    return [reading]


def _as_typed(raw: object) -> list[Value]:
    """A cell that was not understood, or is in doubt, as it was typed; a personal number stays masked."""
    if isinstance(raw, str):
        return [_text(raw)]
    if isinstance(raw, datetime):
        return [raw] if raw >= FIRST_DAY else [cells.shown(raw)]
    if isinstance(raw, date):
        return [raw] if raw >= FIRST_DAY.date() else [cells.shown(raw)]
    if isinstance(raw, float) and not isfinite(raw):
        return [cells.shown(raw)]
    if isinstance(raw, float):
        return [int(raw) if raw.is_integer() and abs(raw) < 1e15 else raw, cells.shown(raw)]
    return [raw, cells.shown(raw)] if isinstance(raw, int) else [cells.shown(raw)]


def _text(raw: str) -> str:
    return clean(cells.mask(raw.replace("\r\n", "\n").replace("\r", "\n")))


def _as_read_back(value: Value, cell_reader: CellReader) -> Any:
    """What the reader will see once the value has been through a file: numbers are floats of sixteen digits there."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return cell_reader(float(f"{value:.16g}"))
    return cell_reader(value)
