"""What moved a figure between two days, line by line: the parts add up to the difference, to the cent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from config.errors import UserError
from config.french import day
from reports.answer import Answer, CellAddress, Element
from reports.gains import base
from reports.view import Subject, View, total_of
from sheets.register.changed_lines import ChangedLines, LineThatDay, changed_lines
from sheets.register.stored_lines import ReceivedLine, lines_of

CAUSES = {
    "apparue": "apparues",
    "disparue": "disparues",
    "modifiee": "modifiées par le GHT",
    "retiree": "retirées par un contrôle",
    "retablie": "qui ne sont plus retirées",
    "decision": "gardées ou retirées par décision",
    "apres_verrou": "gardées ou retirées par décision après le verrou",
    "regle": "jugées autrement, une règle ayant changé",
}
"""Why a kept figure moves, in the order people ask."""


class LineMovement(NamedTuple):
    """One line's part of the difference: cents added to *retenu*, and the line as it stands (or stood)."""

    cause: str
    cents: int
    key: tuple[str, str]
    line: LineThatDay
    gone: bool


def changes(view: View, subject: Subject) -> Answer:
    """The bridge from `subject.since` to the view's day; one element per cause, or per line when asked by line."""
    assert subject.since is not None
    if subject.since > view.as_of:
        raise UserError(f"Le {day(subject.since)} n'est pas encore venu : on ne sait pas ce qui changera.")
    before = view.dated(subject.since)
    tabs_before, tabs_now = before.tabs_that_count(subject), view.tabs_that_count(subject)
    movements = list(_movements(changed_lines(view.db, tabs_before, before.as_of, tabs_now, view.as_of)))
    answer = base(view, subject, "changements", tabs_now)
    kept_before = total_of(tabs_before).kept
    difference = answer.totals.kept - kept_before
    if sum(m.cents for m in movements) != difference:
        raise RuntimeError(f"the bridge misses {difference - sum(m.cents for m in movements)} cents")
    objective = before.objective(subject)
    facts: dict[str, int | date] = {"retenu_avant": kept_before, "depuis": subject.since}
    if objective:
        facts["objectif_avant"] = objective.amount
    elements = _by_line(before, view, movements) if subject.by == "ligne" else _by_cause(movements)
    return replace(answer, value=difference, unit="EUR", elements=tuple(elements), facts=facts)


def _movements(changed: ChangedLines) -> Iterator[LineMovement]:
    for key, (a, b) in sorted(changed.items(), key=lambda c: c[0]):
        line = b or a
        assert line is not None
        declare = (b.declared if b else 0) - (a.declared if a else 0)
        struck = (b.struck if b else 0) - (a.struck if a else 0)
        if declare:
            yield LineMovement(_cause_of_declared(a, b), declare, key, line, b is None)
        if struck:
            yield LineMovement(_cause_of_struck(a, b, struck), -struck, key, line, b is None)


def _cause_of_declared(a: LineThatDay | None, b: LineThatDay | None) -> str:
    """A line that is there both days and is worth something else was changed, were it worth nothing on one of them."""
    if a and b:
        return "regle" if a.arrival == b.arrival else "modifiee"
    return "apparue" if b else "disparue"


def _cause_of_struck(a: LineThatDay | None, b: LineThatDay | None, struck: int) -> str:
    """Why more (or less) of a line is struck: a decision, a rule on the same sending, or what the sending says."""
    if b is None:
        return "disparue"  # what was struck of a line goes with it
    before, after = (_taken(li) for li in (a, b))
    if before != after or (after and b.arrival != (a.arrival if a else 0) and b.decision and not b.decision.lapsed):
        # taken since, or it still holds on another amount
        return "apres_verrou" if b.decision and b.decision.after_lock else "decision"
    if a and a.arrival == b.arrival:
        return "regle"
    return "retiree" if struck > 0 else "retablie"


def _taken(line: LineThatDay | None) -> tuple[object, ...]:
    """The decision in force on a line, and whether it holds; nothing when there is none."""
    d = line.decision if line else None
    return (d.kind, d.by, d.dated, d.reason, d.lapsed) if d and d.kind != "revenir" else ()


def _by_cause(movements: list[LineMovement]) -> Iterator[Element]:
    for cause, title in CAUSES.items():
        theirs = [m for m in movements if m.cause == cause]
        if theirs:
            lines = len({m.key for m in theirs})
            yield Element(f"Lignes {title} : {lines}", sum(m.cents for m in theirs), code=cause, ours=True)


def _by_line(before: View, after: View, movements: Sequence[LineMovement]) -> Iterator[Element]:
    """Largest first, each at its cell."""
    lines_by_place = _moved_lines(before, [m for m in movements if m.gone]) | _moved_lines(
        after, [m for m in movements if not m.gone]
    )
    for m in sorted(movements, key=lambda m: (-abs(m.cents), lines_by_place[m.key].reference)):
        li = lines_by_place[m.key]
        precision = CAUSES[m.cause] + (f", {li.decision.words}" if li.decision else "")
        address = CellAddress(li.reference, li.path, li.sheet, li.cell)
        yield Element(li.title, m.cents, precision, address, m.cause, outside=CAUSES[m.cause])


def _moved_lines(view: View, movements: Sequence[LineMovement]) -> dict[tuple[str, str], ReceivedLine]:
    """The lines that moved, with their words and their cells, as that day saw them."""
    tabs = {m.line.tab for m in movements}
    lines_by_place = lines_of(view.db, tabs, view.as_of, among={m.line.line for m in movements})
    return {(li.finess, li.action_id): li for li in lines_by_place}
