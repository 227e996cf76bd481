"""A tab as it was read: its typed lines, what is doubtful in them, and what was left aside. Never judged here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sheets.cells import Doubtful, Problem, Recognised
from sheets.findings import Finding


@dataclass(slots=True)
class LineRead:
    """A line as read: values by column, and problems by column. Rank in the sheet from 1."""

    number: int
    values: dict[str, Any]
    problems: dict[str, Problem | Recognised | Doubtful]


@dataclass(frozen=True, slots=True)
class TabRead:
    columns: dict[str, str]
    lines: list[LineRead]
    empties: int
    ignored_lines: int
    findings: list[Finding]
    usable: bool
    heading_row: int = 0
    """Row of the headings in the sheet."""
