"""What someone still has to do: a GHT, its trame and its lines; a region, those it waits for and the lines to decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from config.campaign import Campaign
from config.french import count_words, day, euros
from config.territory import Scope
from reports.answer import Answer, CellAddress, Element
from reports.gains import base
from reports.progress import State, states
from reports.view import Subject, View
from sheets.findings import Severity
from sheets.register import stored_lines
from sheets.register.decisions import decisions
from sheets.register.what_counts import ReceivedTab

TASK_CODES = ("remettre", "renvoyer", "onglet", "relancer", "completer", "trancher", "valider")
"""The code of a thing to do that is no finding: its words hold nothing that was typed in a trame."""
MOST_SHOWN = 12
"""Lines to mend that are named; the rejects tell them all."""


def tasks(view: View, subject: Subject) -> Answer:
    """What is left to do in the campaign under way, most urgent first; `value` counts it."""
    campaign = view.campaign(subject)
    current_subject = replace(subject, campaign=campaign.code)
    tabs = view.tabs_that_count(current_subject)
    tabs_that_count = {o.finess: o for o in tabs}
    situation = states(view, current_subject, None if subject.scope.type == "etablissement" else tabs_that_count)
    if subject.scope.type in ("ght", "etablissement"):
        elements = _of_ght(view, current_subject, campaign, situation, tabs)
    else:
        elements = _of_the_region(situation, undecided_lines(view, tabs))
    answer = base(view, current_subject, "taches", tabs)
    return replace(answer, value=len(elements), unit="trames", elements=tuple(elements),
                   facts={"echeance": campaign.deadline, "lignes": len(elements)})  # fmt: skip


def _of_ght(
    view: View, subject: Subject, campaign: Campaign, situation: list[State], tabs: list[ReceivedTab]
) -> list[Element]:
    """The trame to hand in, the tabs that are missing, then the lines to mend, costliest first."""
    state = next(iter(situation), None)
    if state is None or campaign.opening > view.as_of:
        return []
    elements = []
    if not state.has_answered:
        due_words = f"pour le {day(state.deadline)}" + (", échéance passée" if view.as_of > state.deadline else "")
        what = "Dire que la trame est finie" if state.progress == "vue" else "Remettre la trame"
        elements.append(Element(what, None, f"{campaign.title}, {due_words}", code="remettre", ours=True))
    if state.health == "illisible":
        elements.append(
            Element("Renvoyer le fichier", None, "le dernier envoi n'a pas pu être lu", code="renvoyer", ours=True)
        )
    missing_ones = missing_tabs(view, subject, campaign, tabs) if tabs else []
    elements += [Element("Remplir l'onglet", None, name, code="onglet", ours=True) for name in missing_ones]
    return elements + _lines_to_mend(view, tabs)


def missing_tabs(view: View, subject: Subject, campaign: Campaign, tabs: list[ReceivedTab]) -> list[str]:
    """The établissements of a territory that have no tab among these."""
    territory = view.folder.territory
    expected = territory.finess_of(subject.scope, campaign.situation)
    return [territory.etablissements[f].name for f in sorted(expected - {o.finess for o in tabs})]


def _lines_to_mend(view: View, tabs: list[ReceivedTab]) -> list[Element]:
    """The lines struck out by a check, one element each, with what they cost."""
    lines: dict[str, Element] = {}
    for r in stored_lines.findings_of(view.db, [o.id for o in tabs], (Severity.REJECTION,), view.as_of, 4 * MOST_SHOWN):
        if r.decision and not r.decision.lapsed:
            continue
        address = CellAddress(r.reference, r.path, r.finding.sheet, r.finding.cell)
        cost = f"{euros(r.finding.stake)} en jeu" if r.finding.stake else ""
        key = r.reference or f"{r.path}/{r.finding.sheet}"
        lines.setdefault(
            key, Element(f"Corriger : {r.finding.message}", None, cost, address, r.finding.code, outside=cost)
        )
    return list(lines.values())[:MOST_SHOWN]


def undecided_lines(view: View, tabs: Iterable[ReceivedTab]) -> dict[str, tuple[int, int]]:
    """By GHT, the lines struck by the checks that nobody has decided on yet, and their cents; only GHT that have some."""
    tabs = list(tabs)
    ght_of = {o.id: o.ght for o in tabs}
    lines: Counter[str] = Counter()
    cents: Counter[str] = Counter()
    for o in tabs:
        lines[o.ght] += o.totals.lines_struck
        cents[o.ght] += o.totals.struck
    for d in decisions(view.db, ght_of, view.as_of):
        if d.blocked and not d.changed:
            lines[ght_of[d.tab]] -= 1
            cents[ght_of[d.tab]] -= d.struck
    return {ght: (n, cents[ght]) for ght, n in lines.items() if n}


def _of_the_region(situation: list[State], still_left: dict[str, tuple[int, int]]) -> list[Element]:
    """The GHT that owe their trame (the latest first) or tabs of it, then those that wait for a decision (costliest first)
    or a validation."""
    missing_ghts = sorted((e for e in situation if not e.has_answered), key=lambda e: e.deadline)
    to_decide = sorted((e for e in situation if e.ght.code in still_left), key=lambda e: -still_left[e.ght.code][1])
    handed_in_ones = [e for e in situation if e.progress == "remise" and e.ght.code not in still_left]
    return [
        *(_task_for_ght(e, f"Relancer {e.ght.name}", e.words, "relancer", e.outside_words) for e in missing_ghts),
        *(
            _task_for_ght(e, f"Compléter {e.ght.name}", e.words, "completer", e.outside_words)
            for e in handed_in_ones
            if e.tabs < e.expected_tabs
        ),
        *(_to_decide(e, *still_left[e.ght.code]) for e in to_decide),
        *(
            _task_for_ght(
                e, f"Valider {e.ght.name}", f"trame remise, {'tranchée' if e.lines_to_mend else 'en ordre'}", "valider"
            )
            for e in handed_in_ones
            if e.tabs >= e.expected_tabs
        ),
    ]


def _to_decide(e: State, lines: int, cents: int) -> Element:
    return _task_for_ght(
        e, f"Trancher {count_words(lines, 'ligne')} : {e.ght.name}", f"{euros(cents)} retirés", "trancher"
    )


def _task_for_ght(e: State, what: str, precision: str, code: str, outside: str | None = None) -> Element:
    """What is to do of a GHT; `outside` is what may leave the house of a state that holds a reason someone typed."""
    p = Scope("ght", e.ght.code)
    return Element(what, None, precision, code=code, territory=p, ours=True, outside=outside)
