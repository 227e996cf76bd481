"""Gains set side by side: one territory and another, one exercice and the next. Totals only, never a line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from config.errors import UserError
from config.french import NO_RATE, rate, rounded_amount
from config.objectives import Objective
from reports.answer import Answer, Element
from reports.gains import base
from reports.view import Subject, View

NOT_TOLD = "non communiqué : {why}"
Tell = Callable[[Subject, Answer], Answer]
"""What one figure becomes for whoever it is told to."""


def plainly(_subject: Subject, r: Answer) -> Answer:
    return r


def comparison(view: View, subject: Subject, tell: Tell = plainly) -> Answer:
    """The kept gains of several territories, or of several exercices; `value` is how far the first is from the second.

    Of two exercices, the change from the earlier to the later. What is aimed at is one side's: of the whole, there is none.
    """
    if subject.others:
        places = [replace(subject, scope=p, others=()) for p in (subject.scope, *subject.others)]
        elements = [_territory_element(view, place, tell) for place in places]
        a, b = elements[0].value, elements[1].value
        answer = _taken_together(view, places)
    else:
        elements = [_exercice(view, subject, n, tell) for n in subject.exercices]
        b, a = elements[0].value, elements[-1].value
        known_subject = replace(subject, exercice=_last_with_campaign(view, subject.exercices), campaign=None)
        answer = base(view, known_subject, "comparaison", view.tabs_that_count(known_subject))
    difference = int(a) - int(b) if a is not None and b is not None else None
    return replace(answer, value=difference, unit="EUR", elements=tuple(elements), objective=None)


def _taken_together(view: View, places: list[Subject]) -> Answer:
    """The basis of several territories taken together, one inside another counted once."""
    tabs = {o.id: o for place in places for o in view.tabs_that_count(place)}
    expected_ghts = {g.code for place in places for g in view.ghts(place)}
    received_files = {view.ght_of(o) for o in tabs.values()} & expected_ghts
    answer = base(view, places[0], "comparaison", list(tabs.values()))
    return replace(answer, received_so_far=len(received_files), expected_trames=len(expected_ghts))


def evolution(view: View, subject: Subject, tell: Tell = plainly) -> Answer:
    """The kept gains of each exercice whose campaign was opened; `value` is the change over the last two."""
    exercices = subject.exercices or open_exercices(view)
    elements = [_exercice(view, subject, n, tell) for n in exercices]
    amounts_told = [int(e.value) for e in elements if e.value is not None]
    known_subject = replace(subject, exercice=_last_with_campaign(view, exercices), campaign=None)
    answer = base(view, known_subject, "evolution", view.tabs_that_count(known_subject))
    difference = amounts_told[-1] - amounts_told[-2] if len(amounts_told) > 1 else None
    return replace(answer, value=difference, unit="EUR", elements=tuple(_with_steps_between(elements)),
                   objective=None)  # fmt: skip


def open_exercices(view: View) -> tuple[int, ...]:
    """The exercices of which a campaign had been opened that day, oldest first."""
    return tuple(sorted({c.exercice for c in view.folder.campaigns.values() if c.opening <= view.as_of}))


def _last_with_campaign(view: View, exercices: Sequence[int]) -> int:
    """The last of these exercices that has a campaign. Raises UserError when none has."""
    known_ones = {c.exercice for c in view.folder.campaigns.values()}
    amounts_told = [n for n in exercices if n in known_ones]
    if not amounts_told:
        raise UserError(f"Aucune campagne pour ces exercices ; connus : {', '.join(map(str, sorted(known_ones)))}.")
    return amounts_told[-1]


def _territory_element(view: View, subject: Subject, tell: Tell) -> Element:
    """What one territory kept, beside how much of its objective that is and how many of its trames came."""
    tabs = view.tabs_that_count(subject)
    answer = tell(subject, base(view, subject, "comparaison", tabs))
    name, p = view.folder.territory.name(subject.scope), subject.scope
    if not tabs:
        return Element(name, None, "rien reçu", code=p.code, territory=p, ours=True)
    if "retenu" in answer.mask:
        return Element(name, None, NOT_TOLD.format(why=answer.mask["retenu"]), code=p.code, territory=p, ours=True)
    received_so_far = (
        f"{answer.received_so_far} trame{'s' if answer.received_so_far > 1 else ''} sur {answer.expected_trames}"
    )
    return Element(
        name, answer.totals.kept, f"{_attainment(answer)}{received_so_far}", code=p.code, territory=p, ours=True,
        struck=answer.totals.struck, objective=answer.objective.amount if answer.objective else None,
        under_alert=answer.under_alert,
    )  # fmt: skip


def _attainment(r: Answer) -> str:
    if r.attainment is None:
        return f"objectif de 0 €, {NO_RATE}, " if r.objective else ""
    return f"{rate(r.attainment)} de l'objectif, "


def _exercice(view: View, subject: Subject, exercice: int, tell: Tell) -> Element:
    """What one exercice kept; no figure when it has no campaign, or nothing came."""
    code = str(exercice)
    if not view.folder.campaigns_of(exercice):
        return Element(code, None, "aucune campagne", code=code, ours=True)
    that_subject = replace(subject, exercice=exercice, campaign=None, exercices=())
    tabs = view.tabs_that_count(that_subject)
    if not tabs:
        return Element(code, None, "rien reçu", code=code, ours=True)
    r = tell(that_subject, base(view, that_subject, "evolution", tabs))
    trames = f"{r.received_so_far} trame{'s' if r.received_so_far > 1 else ''} sur {r.expected_trames}"
    if "retenu" in r.mask:
        return Element(code, None, NOT_TOLD.format(why=r.mask["retenu"]), code=code, ours=True)
    return Element(
        code, r.totals.kept, _objective(r.objective) + trames, code=code, ours=True, struck=r.totals.struck,
        objective=r.objective.amount if r.objective else None, under_alert=r.under_alert,
    )  # fmt: skip


def _objective(objective: Objective | None) -> str:
    return f"objectif {rounded_amount(objective.amount)}, " if objective else ""


def _with_steps_between(elements: list[Element]) -> list[Element]:
    """Each figure with how far it is from the one before."""
    results, before = [], None
    for e in elements:
        if e.value is not None and before is not None:
            step = int(e.value) - before
            e = replace(e, precision=f"{'+' if step >= 0 else ''}{rounded_amount(step)}, {e.precision}")  # noqa: PLW2901
        before = int(e.value) if e.value is not None else before
        results.append(e)
    return results
