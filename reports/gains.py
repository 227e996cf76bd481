"""Gains of an exercice, by territory, family or operator, against objectives; and the lines that make them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from config.errors import UserError
from config.french import day
from config.territory import Ght, Scope
from reports.answer import Answer, CellAddress, Element
from reports.view import Subject, View, total_of
from sheets.judged import Totals
from sheets.register import stored_lines
from sheets.register.decisions import Decision, have_changed
from sheets.register.stored_lines import ReceivedLine
from sheets.register.what_counts import ReceivedTab

NO_LABEL = "non renseigné"
NAMED = 3


def gains(view: View, subject: Subject) -> Answer:
    """What is kept for an exercice, in cents, if anything was received; one element per value of `subject.by`."""
    received_tabs = view.tabs_that_count(subject)
    answer = base(view, subject, "gains", received_tabs, heavy=True)
    value = answer.totals.kept if received_tabs else None
    return replace(answer, value=value, unit="EUR", elements=broken_down(view, subject, received_tabs))


def objective(view: View, subject: Subject) -> Answer:
    """The objective in force, and how far it is reached."""
    answer = base(view, subject, "objectif", view.tabs_that_count(subject), heavy=True)
    amount = answer.objective.amount if answer.objective else None
    return replace(answer, value=amount, unit="EUR")


def lines_behind(view: View, subject: Subject) -> Answer:
    """Every line that makes the figure, at its cell: they add up to it to the cent."""
    received_tabs = view.tabs_that_count(subject)
    answer = base(view, subject, "pourquoi", received_tabs)
    keys = [o.id for o in received_tabs]
    all_of_those, struck_lines = stored_lines.count_lines(view.db, keys, view.as_of)
    lines = tuple(
        Element(
            line.title,
            line.declared - line.struck,
            precision(line),
            CellAddress(line.reference, line.path, line.sheet, line.cell),
            outside=outside(line),
        )
        for line in stored_lines.lines_of(view.db, keys, view.as_of, subject.limit)
    )
    facts = {"lignes": all_of_those, "retirees": struck_lines}
    value = answer.totals.kept if received_tabs else None
    return replace(answer, value=value, unit="EUR", elements=lines, facts=facts)


def precision(line: ReceivedLine) -> str:
    """What is said beside a line: struck or kept, by whom, carried over from where."""
    words = ["retirée"] if line.struck else []
    words += [line.decision.words] if line.decision else []
    words += [f"report de {line.carried_from.split('/')[0]}"] if line.carried_from else []
    return ", ".join(words)


def outside(line: ReceivedLine) -> str:
    """What may leave the house of that: neither who decided nor why."""
    carried_from = f"report de {line.carried_from.split('/')[0]}" if line.carried_from else ""
    return ", ".join(filter(None, ("retirée" if line.struck else verdict(line.decision), carried_from)))


def verdict(decision: Decision | None) -> str:
    """What a decision came to, without who took it and why: those were typed."""
    if decision is None:
        return ""
    to_review = f", mais {have_changed(decision.changed)} depuis : à revoir" if decision.lapsed else ""
    return {"retenir": f"gardée{to_review}", "retirer": "retirée"}.get(decision.kind, "")


def base(
    view: View, subject: Subject, intention: str, received_tabs: Sequence[ReceivedTab], heavy: bool = False
) -> Answer:
    """What every answer says: basis, date, trames received over expected, provisional part, objective.

    `heavy` names the lines which make much of its total by themselves.
    """
    totals, provisional = total_of(received_tabs), total_of(o for o in received_tabs if not o.handed_in)
    received_so_far, expected_trames = view.received(subject, received_tabs)
    if not expected_trames:
        _somebody(view, subject)
    campaigns = [c.code for c in view.campaigns(subject) if c.code in {o.campaign for o in received_tabs}]
    days = sorted(o.received_on for o in received_tabs)
    return Answer(
        intention=intention,
        scope=subject.scope,
        exercice=subject.exercice,
        campaign=campaigns[-1] if campaigns else view.campaign(subject).code,
        as_of=view.as_of,
        value=None,
        unit="",
        received_so_far=received_so_far,
        expected_trames=expected_trames,
        totals=totals,
        campaigns=tuple(campaigns),
        provisional=provisional.kept,
        under_alert=under_alert(received_tabs),
        sources=(date.fromisoformat(days[0]), date.fromisoformat(days[-1])) if days else None,
        heavy=heavy_lines(view, received_tabs, totals) if heavy else (),
        objective=view.objective(subject),
        by=subject.by,
        but_for=subject.but_for,
        place=subject.place,
    )


def under_alert(received_tabs: Iterable[ReceivedTab]) -> int:
    """Cents kept, in these tabs, by lines that bear an alert."""
    return sum(o.under_alert for o in received_tabs)


def heavy_lines(view: View, received_tabs: Sequence[ReceivedTab], totals: Totals) -> tuple[Element, ...]:
    """The kept lines that alone make more than a configured share of a total, at their cells; at most `NAMED`.

    Only the tabs that hold as much are read. A total of few lines names none: each of them weighs.
    """
    bar = view.folder.thresholds.part_d_une_ligne * totals.kept
    if bar <= 0 or totals.lines_kept < view.folder.thresholds.poids_lignes_minimum:
        return ()
    tabs = [o.id for o in received_tabs if o.positive_declared > bar]
    lines = stored_lines.lines_of(view.db, tabs, view.as_of, NAMED) if tabs else []
    return tuple(
        Element(li.title, kept, "", CellAddress(li.reference, li.path, li.sheet, li.cell))
        for li in lines
        if (kept := li.declared - li.struck) > bar
    )


def _somebody(view: View, subject: Subject) -> None:
    """Raises UserError when a territory never had anybody in the exercice, or when everything is left out of it."""
    days = [c.situation for c in view.campaigns(subject)]
    if any(view.inside(subject, day) for day in days):
        return
    name = view.folder.territory.name(subject.scope)
    if any(view.inside(replace(subject, but_for=()), day) for day in days):
        raise UserError(f"Tout est exclu de {name} : il ne reste rien à compter.")
    raise UserError(f"Aucun GHT de ce territoire ({name}) n'est dans le dossier de la région.")


def broken_down(view: View, subject: Subject, received_tabs: list[ReceivedTab]) -> tuple[Element, ...]:
    """What is kept along an axis, largest first."""
    if subject.by in ("ght", "region"):
        return _by_group(view, subject, received_tabs)
    if subject.by == "etablissement":
        names = view.folder.territory
        parts = [
            Element(names.name_of(o.finess), o.totals.kept, "" if o.handed_in else "provisoire", code=o.finess,
                    territory=Scope("etablissement", o.finess), ours=True, provisional=not o.handed_in, struck=o.totals.struck,
                    under_alert=o.under_alert)
            for o in received_tabs
        ]  # fmt: skip
        return tuple(sorted(parts, key=_largest_first))
    if subject.by:
        sums = stored_lines.sums_by(view.db, [o.id for o in received_tabs], subject.by, view.as_of)
        return tuple(sorted((Element(label or NO_LABEL, d - r, struck=r) for label, d, r in sums), key=_largest_first))
    return ()


def _largest_first(e: Element) -> tuple[Any, str]:
    return (-(e.value or 0), e.label)


def _by_group(view: View, subject: Subject, received_tabs: list[ReceivedTab]) -> tuple[Element, ...]:
    """One element per GHT (or region) expected, those that sent nothing last and without a figure.

    A GHT that is gone has its own as well, when a tab of its time still counts: the elements add up to the figure.
    """
    territory = view.folder.territory
    theirs: dict[Scope, list[ReceivedTab]] = {}
    for o in received_tabs:
        theirs.setdefault(_group_of(territory.ghts[view.ght_of(o) or o.ght], subject.by), []).append(o)
    expected_groups = dict.fromkeys(_group_of(g, subject.by) for g in view.ghts(subject))
    presents = [_present(view, subject, p, own_tabs, former=p not in expected_groups) for p, own_tabs in theirs.items()]
    missing_ghts = [
        Element(territory.name(p), None, "rien reçu", code=p.code, territory=p, ours=True)
        for p in expected_groups
        if p not in theirs
    ]
    return (*sorted(presents, key=_largest_first), *missing_ghts)


def _present(view: View, subject: Subject, p: Scope, received_tabs: list[ReceivedTab], *, former: bool) -> Element:
    t = total_of(received_tabs)
    said = [f"n'est plus attendu au {day(view.campaign(subject).situation)}"] if former else []
    provisional = not all(o.handed_in for o in received_tabs)
    said += ["provisoire"] if provisional else []
    name = view.folder.territory.name(p)
    return Element(name, t.kept, ", ".join(said), code=p.code, territory=p, struck=t.struck,
                   under_alert=under_alert(received_tabs), ours=True, provisional=provisional)  # fmt: skip


def _group_of(ght: Ght, by: str) -> Scope:
    return Scope("region", ght.region) if by == "region" else Scope("ght", ght.code)
