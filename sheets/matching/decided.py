"""A judged workbook once people have decided: lines kept or struck by a referent, each with who, when and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sheets.checks import on_history
from sheets.findings import Finding, Severity, rank
from sheets.judged import JudgedWorkbook, Line
from sheets.judging.workbook import with_blocked_lines
from sheets.register.decisions import Decision, line_state, what_changed
from sheets.trame import Table
from sheets.trames import TABLES

DecisionsByLine = Mapping[tuple[str, str], Decision]
"""By FINESS and number of the action."""


def apply_decisions(workbook: JudgedWorkbook, decisions_taken: DecisionsByLine) -> JudgedWorkbook:
    """The workbook as it counts: a kept line is told and no longer struck, a struck one says by whom."""
    decided_lines = {
        (o.sheet, li.number): d
        for o in workbook.tabs
        for li in o.lines
        if (d := decisions_taken.get((o.finess, li.action_id))) and holds(d, li, TABLES[o.table])
    }
    findings = [_softened(c, decided_lines.get((c.sheet, c.line or 0))) for c in workbook.findings]
    findings += [
        on_history.struck_by_decision(d.words, sheet=sheet, line=line)
        for (sheet, line), d in decided_lines.items()
        if d.kind == "retirer"
    ]
    tabs, all_of_them = with_blocked_lines(list(workbook.tabs), findings)
    return replace(workbook, tabs=tuple(tabs), findings=tuple(sorted(all_of_them, key=rank)))


def holds(decision: Decision, line: Line, table: Table) -> bool:
    """Whether the decision holds on this line: one to keep was taken on what it said, and lapses with it."""
    now = line_state(table, line.values)
    return decision.kind == "retirer" or not what_changed(table, decision.taken_on, now)


def _softened(finding: Finding, decision: Decision | None) -> Finding:
    if decision is None or decision.kind != "retenir" or finding.severity is not Severity.REJECTION:
        return finding
    message = f"{finding.message} Ligne {decision.words}."
    return finding._replace(severity=Severity.INFO, message=message, correction="Rien à faire.", stake=0)
