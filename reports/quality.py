"""How far the figures can be believed: quality rates, and what was struck out, costliest first."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from config.french import count_words
from reports.answer import Answer, CellAddress, Element
from reports.gains import base, verdict
from reports.view import Subject, View, total_of
from sheets.findings import Severity, groups
from sheets.register import stored_lines
from sheets.register.decisions import decisions
from sheets.trames import CATALOGUE


def line_quality(view: View, subject: Subject) -> Answer:
    """Share of declared lines without a blocking finding, kept by someone or not; beside it, what decisions make of it.

    `qualite_euros` is the share of positive euros that the checks do not strike; `…_after_decisions` are the same after decisions.
    """
    tabs = view.tabs_that_count(subject)
    lines, blocked_lines, positive, struck = stored_lines.before_decisions(view.db, [o.id for o in tabs])
    after = total_of(tabs)
    facts: dict[str, Decimal] = {}
    if lines:
        facts["qualite_apres"] = Decimal(after.lines_kept) / lines
    if positive:
        facts |= {"qualite_euros": 1 - Decimal(struck) / positive,
                  "qualite_euros_apres": 1 - Decimal(after.struck) / positive}  # fmt: skip
    share_of_lines = Decimal(lines - blocked_lines) / lines if lines else None
    return replace(base(view, subject, "qualite", tabs), value=share_of_lines, unit="taux", facts=facts)


def rejections(view: View, subject: Subject) -> Answer:
    """The euros struck out, and each blocking finding, costliest first."""
    tabs = view.tabs_that_count(subject)
    keys = [o.id for o in tabs]
    elements = tuple(
        Element(
            r.finding.message,
            r.finding.stake,
            r.decision.words if r.decision else "",
            CellAddress(r.reference, r.path, r.finding.sheet, r.finding.cell),
            code=r.finding.code,
            outside=verdict(r.decision),
        )
        for r in stored_lines.findings_of(view.db, keys, (Severity.REJECTION,), view.as_of, subject.limit)
    )
    answer = base(view, subject, "rejets", tabs)
    all_of_them = sum(n for n, _ in stored_lines.count_findings(view.db, keys, Severity.REJECTION, view.as_of).values())
    taken_decisions = decisions(view.db, keys, view.as_of)
    by_decision = _by_decision(view, keys, [d.line for d in taken_decisions if d.lines_more > 0])
    elements = tuple(sorted([*elements, *by_decision], key=lambda e: -int(e.value or 0)))
    facts = {"constats": all_of_them, "decisions": len(taken_decisions), "lignes": all_of_them + len(by_decision)}
    return replace(answer, value=answer.totals.struck, unit="EUR", elements=elements, facts=facts)


def _by_decision(view: View, tabs: list[int], lines: list[int]) -> list[Element]:
    """The lines that a referent struck out and that no check had anything to say of."""
    return [
        Element(
            li.title,
            li.struck,
            li.decision.words if li.decision else "",
            CellAddress(li.reference, li.path, li.sheet, li.cell),
            code="decision",
            outside=verdict(li.decision),
        )
        for li in stored_lines.lines_of(view.db, tabs, view.as_of, among=lines)
    ]


def alerts(view: View, subject: Subject) -> Answer:
    """What asks for a look without striking anything out, by rule, most frequent first; whole-campaign checks included."""
    tabs = view.tabs_that_count(subject)
    keys = [o.id for o in tabs]
    by_rule = stored_lines.count_findings(view.db, keys, Severity.ALERT, view.as_of)
    places: dict[str, str] = {}
    if subject.scope.type in ("ght", "etablissement"):  # a larger territory has too many places to read
        all_said = [r.finding for r in stored_lines.findings_of(view.db, keys, (Severity.ALERT,), view.as_of)]
        places = {g.code: " ; ".join(g.places[:3]) for g in groups(all_said)}
    elements = tuple(
        Element(CATALOGUE[code].title, None, f"{n} × ; {places.get(code) or _etablissements(where)}", code=code,
                ours=True, outside=f"{n} ×" if code in places else None)  # the places bear the names that people gave their tabs
        for code, (n, where) in by_rule.items()
    )  # fmt: skip
    value = sum(n for n, _ in by_rule.values())
    return replace(base(view, subject, "alertes", tabs), value=value, unit="constats", elements=elements)


def _etablissements(how_many: int) -> str:
    return count_words(how_many, "établissement")
