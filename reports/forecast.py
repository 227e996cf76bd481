"""What an exercice would come to: kept, notified, inherited from the one before. What is imputed stays beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from config.territory import Scope
from reports.answer import Answer, Element
from reports.gains import base
from reports.view import Subject, View, total_of
from sheets.register.line_parts import But, sums_but
from sheets.register.what_counts import ReceivedTab


@dataclass(frozen=True, slots=True)
class Forecast:
    """The tabs that a forecast stands on: those of the exercice, and by FINESS those of the one before."""

    tabs: list[ReceivedTab]
    before: dict[str, ReceivedTab]


def forecast_of(view: View, subject: Subject) -> Forecast:
    return Forecast(view.tabs_that_count(subject), view.in_exercice(subject, subject.exercice - 1))


def forecast(view: View, subject: Subject) -> Answer:
    """Kept gains of the whole exercice + what is notified + the reports of the exercice before that nobody took up yet.

    `imputed`, among the facts and never in the figure, is what the GHT that sent nothing kept the exercice before;
    `impute_reporte` what these same GHT inherit, which the figure holds.
    """
    f = forecast_of(view, subject)
    answer = base(view, subject, "prevision", f.tabs, heavy=True)
    left = sums_but(view.db, f.before.values(), ("report",), view.as_of, f.tabs, But.CONTINUED)
    inherited = {tab: report for tab, (report,) in left.items()}
    missing_ghts = _missing_ghts(view, subject, f)
    kept, parts = (
        answer.totals.kept,
        {"notifie": sum(o.kept("prevision") for o in f.tabs), "report": sum(inherited.values())},
    )
    facts = {
        **parts,
        "impute": sum(total_of(theirs).kept for _, theirs in missing_ghts),
        "impute_reporte": sum(inherited.get(o.id, 0) for _, theirs in missing_ghts for o in theirs),
        "absents": len(missing_ghts),
        "anciens": len(f.before),
    }
    elements = (
        Element("Retenu", kept, code="retenu", ours=True),
        Element("Notifié", parts["notifie"], code="notifie", ours=True),
        Element(f"Report de {subject.exercice - 1} pas encore repris", parts["report"], code="report", ours=True),
    )
    beside = tuple(
        Element(g.label, total_of(theirs).kept, f"imputé : son retenu de {subject.exercice - 1}", code=g.code,
                territory=g.territory, ours=True)
        for g, theirs in missing_ghts if theirs
    )  # fmt: skip
    value = kept + sum(parts.values()) if f.tabs or f.before else None
    return replace(answer, value=value, unit="EUR", elements=elements, beside=beside, facts=facts)


def _missing_ghts(view: View, subject: Subject, f: Forecast) -> list[tuple[Element, list[ReceivedTab]]]:
    """The GHT expected of which nothing counts, each with its tabs of the exercice before."""
    situation, territory = view.campaign(subject).situation, view.folder.territory
    answered, seen = {view.ght_of(o) for o in f.tabs}, {o.finess for o in f.tabs}
    ours = view.inside(subject, situation)
    results = []
    for g in view.ghts(subject):
        if g.code not in answered:
            theirs = [e.finess for e in territory.members(g.code, situation) if e.finess in ours - seen]
            element = Element(g.name, code=g.code, territory=Scope("ght", g.code))
            results.append((element, [f.before[x] for x in theirs if x in f.before]))
    return results
