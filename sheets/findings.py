"""A finding as data: its code, how grave it is, its sentence and its address. Words are made by the checks. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """`rejection` strikes the line out of *retenu*, `alerte` asks for a look, `info` tells."""

    REJECTION = "rejet"
    ALERT = "alerte"
    INFO = "info"


ORDER = {g: rank for rank, g in enumerate(Severity)}


class Finding(NamedTuple):
    """A finding at its address. `stake` is the cents it takes out of *retenu* (0 unless it strikes)."""

    code: str
    severity: Severity
    message: str
    correction: str
    sheet: str = ""
    line: int | None = None
    cell: str = ""
    column: str = ""
    value: str = ""
    stake: int = 0


def rank(c: Finding) -> tuple[int, int, str, int]:
    """The order in which findings are shown: blocking first, costliest first, then by place."""
    return (ORDER[c.severity], -c.stake, c.sheet, c.line or 0)


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """The findings of one rule in one workbook. `stake` counts each line once, however many findings it has."""

    code: str
    severity: Severity
    findings: tuple[Finding, ...]
    stake: int

    @property
    def places(self) -> list[str]:
        """« CH JURA SUD : lignes 5 à 9, 12 », one per tab."""
        lines_by_sheet: dict[str, list[int]] = {}
        for c in self.findings:
            lines_by_sheet.setdefault(c.sheet, []).extend([c.line] if c.line else [])
        return [f"{f} : {ranges(lines)}" if lines else f for f, lines in lines_by_sheet.items() if f]


def groups(findings: Iterable[Finding]) -> list[FindingGroup]:
    """Findings by rule and gravité: blocking first, costliest first, then the most frequent."""
    by_rule: dict[tuple[Severity, str], list[Finding]] = {}
    for c in findings:
        by_rule.setdefault((c.severity, c.code), []).append(c)
    results = [
        FindingGroup(code, severity, tuple(theirs), _stake(theirs)) for (severity, code), theirs in by_rule.items()
    ]
    return sorted(results, key=lambda g: (ORDER[g.severity], -g.stake, -len(g.findings), g.code))


def _stake(findings: Iterable[Finding]) -> int:
    """Cents, each line once: the euros of a line stand on one of its findings, and the others hold nothing."""
    by_line: dict[tuple[str, int | None], int] = {}
    for c in findings:
        place = (c.sheet, c.line)
        by_line[place] = max(c.stake, by_line.get(place, 0))
    return sum(by_line.values())


def ranges(lines: Iterable[int]) -> str:
    """« ligne 12 », « lignes 5 à 9, 12 »."""
    runs: list[list[int]] = []
    for n in sorted(set(lines)):
        if runs and n == runs[-1][-1] + 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    words = [str(s[0]) if len(s) == 1 else f"{s[0]} à {s[-1]}" for s in runs]
    return f"{'ligne' if len(runs) == 1 and len(runs[0]) == 1 else 'lignes'} {', '.join(words)}"
