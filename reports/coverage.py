"""How much of the purchases was worked on, and how well: both rates stand on the same lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from config.errors import UserError
from config.french import rounded_amount
from reports.answer import Answer, Element
from reports.comparison import NOT_TOLD, Tell, plainly
from reports.gains import base
from reports.view import Subject, View
from sheets.register.line_parts import But, LinePart, parts, sums_but
from sheets.register.what_counts import ReceivedTab

GAIN, REFERENCE, LINES = "gain_traite", "perimetre_traite", "lignes_traitees"
TREATED = (LINES, GAIN, REFERENCE)
"""The lines treated in the exercice of their tab: how many, their annual gain, their reference amount."""
TREATED_BEFORE = tuple(f"{measure}_avant" for measure in TREATED)
"""The same of those treated in the exercice before that of the tab, and declared late."""


def treated(view: View, subject: Subject) -> list[LinePart]:
    """The kept lines that have a reference and were first ordered in the exercice, whenever they were declared.

    Their amounts: 1, annual gain, reference. A line of the next exercice that continues one of these is that one.
    """
    tabs, after = view.tabs_that_count(subject), view.in_exercice(subject, subject.exercice + 1).values()
    return [
        *parts(view.db, tabs, TREATED, view.as_of),
        *parts(view.db, after, TREATED_BEFORE, view.as_of, tabs, But.CONTINUING),
    ]


def treated_in_all(view: View, subject: Subject, tabs: Sequence[ReceivedTab]) -> tuple[int, int, int]:
    """(lines, annual gain, reference) of these lines: `tabs` are those that count for the subject."""
    after = view.in_exercice(subject, subject.exercice + 1).values()
    late = sums_but(view.db, after, TREATED_BEFORE, view.as_of, tabs, But.CONTINUING)
    sums = [tuple(o.kept(m) for m in TREATED) for o in tabs] + list(late.values())
    lines, gain, reference = (sum(s[rank] for s in sums) for rank in range(3))
    return lines, gain, reference


def coverage(view: View, subject: Subject, tell: Tell = plainly) -> Answer:
    """Reference amounts of the treated lines ÷ total purchases of the whole territory; of several exercices, the sum."""
    if len(subject.exercices) > 1:
        return _of_several(view, subject, tell)
    tabs = view.tabs_that_count(subject)
    answer = base(view, subject, "couverture", tabs)
    _, _, reference = treated_in_all(view, subject, tabs)
    purchases = view.purchases(subject.exercice, view.members(subject))
    known_ones = [m for m in purchases.values() if m]
    facts = {
        "perimetre_traite": reference,
        "achats": sum(known_ones),
        "achats_inconnus": len(purchases) - len(known_ones),
    }
    value = Decimal(reference) / sum(known_ones) if known_ones and (tabs or reference) else None
    return replace(answer, value=value, unit="taux", facts=facts)


def _of_several(view: View, subject: Subject, tell: Tell) -> Answer:
    """The plain sum of the yearly rates, each shown: it may well pass 100 %."""
    known = [n for n in subject.exercices if view.folder.campaigns_of(n)]
    if not known:
        raise UserError(f"Aucune campagne pour ces exercices : {', '.join(map(str, subject.exercices))}.")
    ones = {n: replace(subject, exercice=n, campaign=None, exercices=()) for n in known}
    yearly = {n: tell(one, coverage(view, one)) for n, one in ones.items()}
    elements = [_year(n, yearly.get(n)) for n in subject.exercices]
    rates = [e.value for e in elements if isinstance(e.value, Decimal)]
    facts = {"exercices": len(rates), "exercices_inconnus": len(elements) - len(rates)}
    value = sum(rates, Decimal(0)) if rates else None
    return replace(yearly[known[-1]], value=value, elements=tuple(elements), facts=facts)


def _year(exercice: int, r: Answer | None) -> Element:
    code = str(exercice)
    if r is None:
        return Element(code, None, "aucune campagne", code=code, ours=True)
    if "valeur" in r.mask:
        return Element(code, None, NOT_TOLD.format(why=r.mask["valeur"]), code=code, ours=True)
    if r.value is None:
        return Element(code, None, "achats totaux inconnus", code=code, ours=True)
    treated, purchases = r.cents("perimetre_traite"), r.cents("achats")
    return Element(
        code,
        r.value,
        f"{rounded_amount(treated)} traités sur {rounded_amount(purchases)} d'achats",
        code=code,
        ours=True,
    )


def performance(view: View, subject: Subject) -> Answer:
    """Annual gains of the treated lines ÷ their reference amounts; None without any."""
    tabs = view.tabs_that_count(subject)
    answer = base(view, subject, "performance", tabs)
    lines, gain, reference = treated_in_all(view, subject, tabs)
    facts = {"gain_annuel": gain, "perimetre_traite": reference, "lignes_traitees": lines}
    value = Decimal(gain) / reference if reference else None
    return replace(answer, value=value, unit="taux", facts=facts)
