"""« Pourquoi ? »: the lines behind a figure, each at its cell; they add up to it to the cent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from config.french import euros
from reports.answer import Answer, CellAddress, Element
from reports.coverage import treated
from reports.forecast import forecast_of
from reports.gains import base, outside, precision
from reports.view import Subject, View
from sheets.register.line_parts import But, parts
from sheets.register.stored_lines import ReceivedLine, lines_of


class Share(NamedTuple):
    """What a stored line adds to the figure, in cents, and what is said beside it."""

    tab: int
    line: int
    cents: int
    said: str


Shares = Callable[[View, Subject], Iterator[Share]]


def why(view: View, subject: Subject, shares_of: Shares) -> Answer:
    """The lines of `subject.figure`, largest first."""
    shares = list(shares_of(view, subject))
    answer = base(view, subject, "pourquoi", view.tabs_that_count(subject))
    shown = sorted(shares, key=lambda s: (-s.cents, s.line))[: subject.limit if subject.limit >= 0 else None]
    lines = {li.line: li for li in lines_of(view.db, {s.tab for s in shown}, view.as_of, among=[s.line for s in shown])}
    elements = tuple(_element(lines[s.line], s) for s in shown)
    facts = {"lignes": len(shares), "retirees": sum(not s.cents for s in shares)}
    total = None if answer.nothing_received and not shares else sum(s.cents for s in shares)
    return replace(answer, value=total, unit="EUR", elements=elements, facts=facts, figure=subject.figure)


def _element(line: ReceivedLine, share: Share) -> Element:
    in_house, out = (", ".join(filter(None, (share.said, words))) for words in (precision(line), outside(line)))
    address = CellAddress(line.reference, line.path, line.sheet, line.cell)
    return Element(line.title, share.cents, in_house, address, outside=out)


def of_the_forecast(view: View, subject: Subject) -> Iterator[Share]:
    f = forecast_of(view, subject)
    for li in lines_of(view.db, [o.id for o in f.tabs], view.as_of):
        yield Share(li.tab, li.line, li.declared - li.struck, "")
    for part in parts(view.db, f.tabs, ("prevision",), view.as_of):
        yield Share(part.tab, part.line, part.amounts[0], "notifié")
    for part in parts(view.db, f.before.values(), ("report",), view.as_of, f.tabs, But.CONTINUED):
        yield Share(part.tab, part.line, part.amounts[0], f"report de {subject.exercice - 1} pas encore repris")


def of_the_coverage(view: View, subject: Subject) -> Iterator[Share]:
    return (Share(t.tab, t.line, t.amounts[2], "montant de référence") for t in treated(view, subject))


def of_the_performance(view: View, subject: Subject) -> Iterator[Share]:
    for part in treated(view, subject):
        _, gain, reference = part.amounts
        yield Share(part.tab, part.line, gain, f"par an, sur {euros(reference)}")
