"""How much of the purchases was worked on, and how well: both rates stand on the same lines."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from config.errors import UserError
from config.french import rounded_amount
from reports.answer import Answer, Element
from reports.comparison import NOT_TOLD, Tell, plainly
from reports.gains import base
from reports.view import Subject, View
from sheets.register import line_parts
from sheets.register.line_parts import Treated


def treated(view: View, subject: Subject) -> list[Treated]:
    """The kept lines that have a reference and were first ordered in the exercice, whenever they were declared."""
    after = view.in_exercice(subject, subject.exercice + 1).values()
    return line_parts.treated(view.db, view.tabs_that_count(subject), after, subject.exercice, view.as_of)


def coverage(view: View, subject: Subject, tell: Tell = plainly) -> Answer:
    """Reference amounts of the treated lines ÷ total purchases of the whole territory; of several exercices, the sum."""
    if len(subject.exercices) > 1:
        return _of_several(view, subject, tell)
    tabs = view.tabs_that_count(subject)
    answer = base(view, subject, "couverture", tabs)
    after = view.in_exercice(subject, subject.exercice + 1).values()
    treated = sum(o.perimeter_treated for o in tabs) + line_parts.treated_late(
        view.db, tabs, after, subject.exercice, view.as_of
    )
    purchases = view.purchases(subject.exercice, view.members(subject))
    known_ones = [m for m in purchases.values() if m]
    facts = {
        "perimetre_traite": treated,
        "achats": sum(known_ones),
        "achats_inconnus": len(purchases) - len(known_ones),
    }
    value = Decimal(treated) / sum(known_ones) if known_ones and (tabs or treated) else None
    return replace(answer, value=value, unite="taux", facts=facts)


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
    treated, purchases = (int(str(r.facts[f])) for f in ("perimetre_traite", "achats"))
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
    after = view.in_exercice(subject, subject.exercice + 1).values()
    all_ = line_parts.treated_in_all(view.db, tabs, after, subject.exercice, view.as_of)
    facts = {"gain_annuel": all_.gain, "perimetre_traite": all_.reference, "lignes_traitees": all_.lines}
    value = Decimal(all_.gain) / all_.reference if all_.reference else None
    return replace(answer, value=value, unite="taux", facts=facts)
