"""What was read and judged: lines, tabs and workbooks, with their addresses and their control totals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple

from sheets.findings import Finding, Severity
from sheets.stamp import Stamp
from sheets.trame import Measure


@dataclass(frozen=True, slots=True)
class Totals:
    """Control totals. Amounts are those of the headline measure, in cents.

    lues = vides + ignorées + rejetées + retenues, and déclaré = retiré + retenu: at every hop, or it is a bug.
    """

    lines_read: int = 0
    lines_blank: int = 0
    lines_ignored: int = 0
    lines_struck: int = 0
    lines_kept: int = 0
    declared: int = 0
    struck: int = 0
    kept: int = 0

    def __post_init__(self) -> None:
        counted_lines = self.lines_blank + self.lines_ignored + self.lines_struck + self.lines_kept
        if self.lines_read != counted_lines or self.declared != self.struck + self.kept:
            raise ValueError(f"control totals do not add up: {self}")

    def __add__(self, other: Totals) -> Totals:
        return total((self, other))


_TOTALS_FIELDS = tuple(f.name for f in fields(Totals))
_values_of = attrgetter(*_TOTALS_FIELDS)


def total(totals: Iterable[Totals]) -> Totals:
    """Column by column: a country's answer adds a thousand of them."""
    rows = [_values_of(t) for t in totals]
    return Totals(*map(sum, zip(*rows, strict=True))) if rows else Totals()


class Line(NamedTuple):
    """One line of a tab: `number` is the sheet's own, `values` the typed line of its trame."""

    number: int
    action_id: str
    values: Any
    worth: Any
    """Its measures, in the order its trame declares them."""
    declared: int = 0
    """The headline among them, in cents; 0 in a trame that has none."""
    blocked: bool = False
    """A blocking finding stands on it: an amount is struck out, a negative one is flagged and stays in."""
    written: str = ""
    """The number typed in the sheet; `action_id` differs from it when none was, or when it is a copied line's."""
    carried_from: str | None = None
    """The line of an earlier exercice that it carries over: « 2021-annuelle/390780146/0042 »."""

    @property
    def struck(self) -> int:
        """Cents struck out of the exercice: never negative, so that striking never raises a total."""
        return max(self.declared, 0) if self.blocked else 0


class Sum(NamedTuple):
    """What the lines of a tab add up to along one measure, and what strikes take of it."""

    declared: int
    struck: int

    @property
    def kept(self) -> int:
        return self.declared - self.struck


NOTHING = Sum(0, 0)


@dataclass(frozen=True)
class Tab:
    """The tab of one établissement, or of one place of a trame. `columns` gives the letter of each column, so every value has its cell."""

    sheet: str
    finess: str
    columns: dict[str, str]
    lines: tuple[Line, ...] = ()
    empties: int = 0
    ignored_lines: int = 0
    purchases: int | None = None
    """Total purchases written on the first tab, in cents."""
    neant: bool = False
    """« Rien à déclarer »: an answer, with no line."""
    refused: bool = False
    table: str = ""
    """The code of the table its lines are of."""
    heading_row: int = 0
    """Row of the headings in the sheet; 0 for a tab that was not read."""

    @property
    def usable(self) -> bool:
        """An empty tab that does not say « rien à déclarer » answers nothing, so it replaces nothing."""
        return not self.refused and (self.neant or bool(self.lines))

    def cell(self, key: str, line: int) -> str:
        """« S14 », or nothing when the column is not in this tab."""
        return f"{self.columns[key]}{line}" if key in self.columns else ""

    @cached_property
    def positive_declared(self) -> int:
        """Cents of the positive amounts declared: what the quality rate in euros is a share of."""
        return sum(max(line.declared, 0) for line in self.lines)

    def sums(self, measures: Sequence[Measure]) -> dict[str, Sum]:
        """By measure, what its lines add up to; those that come to nothing are left out."""
        sums = {}
        for rank, measure in enumerate(measures):
            struck = sum(measure.struck(line.worth[rank]) for line in self.lines if line.blocked)
            sums[measure.key] = Sum(sum(line.worth[rank] for line in self.lines), struck)
        return {key: s for key, s in sums.items() if s != NOTHING}

    @cached_property
    def totals(self) -> Totals:
        rejected_lines = sum(line.blocked for line in self.lines)
        declared = sum(line.declared for line in self.lines)
        struck = sum(line.struck for line in self.lines)
        return Totals(
            lines_read=self.empties + self.ignored_lines + len(self.lines),
            lines_blank=self.empties,
            lines_ignored=self.ignored_lines,
            lines_struck=rejected_lines,
            lines_kept=len(self.lines) - rejected_lines,
            declared=declared,
            struck=struck,
            kept=declared - struck,
        )


@dataclass(frozen=True)
class JudgedWorkbook:
    """One file, read and judged. `readable` is false when nothing of it could be read as a trame."""

    file: str
    stamp: Stamp | None
    tabs: tuple[Tab, ...]
    findings: tuple[Finding, ...]
    readable: bool
    handed_in: bool = False
    contact: str = ""
    exercice: int = 0
    """Of its campaign; 0 when nothing could be read."""

    @cached_property
    def totals(self) -> Totals:
        return total(o.totals for o in self.tabs)

    def under_alert(self, tab: Tab) -> int:
        """Cents kept by the lines of a tab that bear an alert, each line once, losses left out."""
        lines_with_alerts = {c.line for c in self.findings if c.severity is Severity.ALERT and c.sheet == tab.sheet}
        return sum(max(line.declared, 0) for line in tab.lines if line.number in lines_with_alerts and not line.blocked)

    @property
    def is_blocking(self) -> bool:
        return any(c.severity is Severity.REJECTION for c in self.findings)
