"""Lines as read → typed lines, what each is worth, and what the checks have to say of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from sheets.cells import Doubtful, Problem, Recognised
from sheets.checks import on_workbooks
from sheets.checks.catalogue import Check, Context, Deviation
from sheets.findings import Finding, Severity
from sheets.judged import Line, Tab
from sheets.reading.read_tab import LineRead, TabRead
from sheets.spelling import number_key
from sheets.trame import Table
from sheets.trames import CATALOGUE

_USED: dict[type, str] = {Recognised: "valeur-reconnue", Doubtful: "montant-douteux"}
"""What was used all the same → the check that says so."""


def judge_lines(tab_read: TabRead, sheet: str, table: Table, context: Context) -> tuple[list[Line], list[Finding]]:
    """Type, measure and judge the lines of one tab: each alone, then together."""
    lines: list[Line] = []
    findings: list[Finding] = []
    for line_read, number in _numbered(tab_read.lines):
        written = line_read.values.get("action_id")
        if written and written != number:
            address = f"{tab_read.columns['action_id']}{line_read.number}"
            findings.append(
                on_workbooks.duplicate_number(written, number, sheet=sheet, line=line_read.number, cell=address)
            )
        values = table.line(**{**line_read.values, "action_id": number})
        worth = table.worth(values, context.campaign.exercice, context.campaign.situation)
        line = Line(line_read.number, number, values, worth, table.declared(worth), written=written or "")
        lines.append(line)
        for check, deviation in _deviations(line_read, line, table, context):
            findings.append(finding_at_cell(check, deviation, sheet, line, tab_read.columns, context))
    blocked_lines = {c.line for c in findings if c.severity is Severity.REJECTION}
    sound_lines = [
        line for line in lines if line.number not in blocked_lines
    ]  # a line struck out cannot strike another
    for check in table.checks_for("tableau"):
        for line, deviation in check.function(sound_lines, context):
            findings.append(finding_at_cell(check, deviation, sheet, line, tab_read.columns, context))
    return lines, findings


def judge_trame(tabs: Sequence[Tab], table: Table, context: Context) -> list[Finding]:
    """What the checks have to say of all the lines of a workbook together."""
    tab_by_line = {id(line): tab for tab in tabs for line in tab.lines}
    all_of_those = [line for tab in tabs for line in tab.lines]
    return [
        finding_at_cell(check, deviation, tab_by_line[id(line)].sheet, line, tab_by_line[id(line)].columns, context)
        for check in table.checks_for("trame")
        for line, deviation in check.function(all_of_those, context)
    ]


def _numbered(line_rows: Sequence[LineRead]) -> Iterator[tuple[LineRead, str]]:
    """Each line with its number: its own, or the first free one for a line without number or a copy."""
    written_numbers = {number_key(line_read.values.get("action_id") or "") for line_read in line_rows}
    free_numbers = iter(f"{rank:04d}" for rank in range(1, 2 * len(line_rows) + 2) if str(rank) not in written_numbers)
    taken: set[str] = set()
    for line_read in line_rows:
        written = line_read.values.get("action_id")
        number = written if written and written not in taken else next(free_numbers)
        taken.add(number)
        yield line_read, number


def _deviations(line_read: LineRead, line: Line, table: Table, context: Context) -> Iterable[tuple[Check, Deviation]]:
    """Everything the checks have to say of one line: cells first, then the line as a whole."""
    for key, problem in line_read.problems.items():
        c = table.by_key[key]
        required = c.required is not None and c.required.when(line_read.values)
        code = problem.code if isinstance(problem, Problem) else _USED[type(problem)]
        yield CATALOGUE[code], CATALOGUE[code].function(c.title, required, problem)._replace(column=key)
    for c, requirement in table.required_columns:
        if c.key not in line_read.values and c.key not in line_read.problems and requirement.when(line_read.values):
            yield CATALOGUE[requirement.code], _blank_deviation(requirement.code, c.title, c.key)
    for check in table.checks_for("ligne"):
        if deviation := check.function(line.values, context):
            yield check, deviation


@cache
def _blank_deviation(code: str, title: str, key: str) -> Deviation:
    """What is said of a blank required cell: the same on every line."""
    deviation: Deviation = CATALOGUE[code].function(title, True, None)
    return deviation._replace(column=key)


def finding_at_cell(
    check: Check, deviation: Deviation, sheet: str, line: Line, columns: dict[str, str], context: Context
) -> Finding:
    """The finding at its cell; a check on trial warns and never strikes out."""
    cell = f"{columns[deviation.column]}{line.number}" if deviation.column in columns else ""
    finding = check.finding(deviation, sheet=sheet, line=line.number, cell=cell)
    if check.code in context.rules_on_trial and finding.severity is Severity.REJECTION:
        return finding._replace(severity=Severity.ALERT, message=f"{finding.message} (contrôle à l'essai)")
    return finding
