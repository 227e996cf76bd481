"""What an alert says: where a territory stands, what its week was, what moved, what was struck. Pure words.

No text of a cell gets in here: states, counts, euros, references and names, so that any channel may carry it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bots.amount_words import under_alert
from bots.answer_words import heavy
from bots.letters.reminder_words import LetterPart
from config.campaign import Campaign
from config.errors import UserError
from config.french import NO_RATE, aim, count_words, day, enumeration, euros, rate, rounded_amount
from config.territory import Scope
from reports.answer import Answer, Element
from reports.changes import changes
from reports.due.alerts import FRESH_FOR, Point, movements, points, week_before
from reports.due.reminders import Reminder
from reports.forecast import forecast
from reports.progress import State, states
from reports.quality import rejections
from reports.view import Subject, View
from sheets.register import arrivals
from sheets.trames import CATALOGUE

MOST_SHOWN = 15
"""GHT told one by one; the others are counted."""
COSTLIEST_SHOWN = 3


def standing(view: View, reminders: Sequence[Reminder]) -> LetterPart:
    """Where one territory stands, or several when someone answers for several GHT."""
    c = reminders[0].campaign
    units = _without_parts(view, list(dict.fromkeys(r.key.unit for r in reminders)))
    places = [_place(view, u) for u in units]
    sums = [forecast(view, Subject(where, c.exercice)) for where in places]
    all_of_them = [p for where in places for p in points(view, c, where)]
    single_deadline = [
        f"{p.state.ght.name} : {p.state.outside_words}, échéance du {day(p.state.deadline)}" for p in all_of_them
    ]
    return LetterPart(
        _title(view, c, sums, places),
        f"{c.title.capitalize()}, situation au {day(c.situation)}. {_overview(c, sums)}".strip(),
        (
            *_to_look_at(sums),
            *(_points(c, all_of_them) if len(all_of_them) > 1 else single_deadline),
            *_costliest_findings(view, c, places),
        ),
        f"Pour le détail, demandez à Vigie : « pourquoi gains {units[0]} {c.exercice} », « rejets {units[0]} {c.exercice} »."
        if any(s.received_so_far for s in sums)
        else "",
    )


def _to_look_at(sums: Sequence[Answer]) -> list[str]:
    """What is kept and asks for a look, then the lines that alone make much of a total, by their place."""
    under = sum(s.under_alert for s in sums)
    said = f"Sous alerte : {rounded_amount(under)} ; hors alerte, {rounded_amount(sum(s.outside_alert for s in sums))} retenus"
    return [*([said] if under else []), *(heavy(e) for s in sums for e in s.heavy)]


def _without_parts(view: View, units: Sequence[str]) -> list[str]:
    """The territories told, without the GHT of a region that is told whole: someone may answer for both."""
    ghts = view.folder.territory.ghts
    return [u for u in units if u not in ghts or ghts[u].region not in units]


def _title(view: View, c: Campaign, sums: Sequence[Answer], places: Sequence[Scope]) -> str:
    """« Bourgogne-Franche-Comté : 14,6 M€ retenus, 91,2 % de l'objectif »; before anyone answers, what is expected."""
    if len(places) > 1:
        kept = sum(s.totals.kept for s in sums)
        under = under_alert(sum(s.under_alert for s in sums))
        return f"{enumeration([view.folder.territory.name(where) for where in places], 2)} : {rounded_amount(kept)} retenus{under}"
    s, name = sums[0], view.folder.territory.name(places[0])
    if not s.received_so_far:
        return f"{name} : rien reçu{_awaited(c, s)}"
    attainment = f", {rate(s.attainment)} de l'objectif" if s.attainment is not None else ""
    return f"{name} : {rounded_amount(s.totals.kept)} retenus{attainment}{under_alert(s.under_alert)}"


def _awaited(c: Campaign, s: Answer) -> str:
    """« , 10,2 M€ attendus en fin d'année »; nothing once the year is over."""
    return f" encore, {rounded_amount(int(s.value or 0))} attendus en fin d'année" if c.moment != "annuelle" else ""


def _overview(c: Campaign, sums: Sequence[Answer]) -> str:
    """Trames received; at mid-year, what is expected at its end and of what it is made, and apart what is only imputed."""
    received_so_far, expected_trames = sum(s.received_so_far for s in sums), sum(s.expected_trames for s in sums)
    said = (
        f"{count_words(received_so_far, 'trame reçue', 'trames reçues')} sur {expected_trames}."
        if expected_trames > 1 or not received_so_far
        else ""
    )
    if c.moment == "annuelle":
        return said
    report, notified, imputed_total = (sum(s.cents(f) for s in sums) for f in ("report", "notifie", "impute"))
    kept = sum(s.totals.kept for s in sums)
    parts = (
        f"{rounded_amount(kept)} retenus + {rounded_amount(notified)} notifiés"
        f" + {rounded_amount(report)} de report de {c.exercice - 1} pas encore repris"
    )
    expected_cents = f"En fin d'année, {rounded_amount(sum(int(s.value or 0) for s in sums))} sont attendus : {parts}."
    return f"{said} {expected_cents}{_aimed(sums)}{_apart(c, imputed_total)}".strip()


def _aimed(sums: Sequence[Answer]) -> str:
    """How far the forecast reaches what is aimed at, when every territory told has an objective."""
    objectives = [s.objective.amount for s in sums if s.objective]
    if len(objectives) < len(sums):
        return ""
    expected_cents = sum(int(s.value or 0) for s in sums)
    return f" Objectif : {aim(sum(objectives), expected_cents, 'il serait atteint à')}."


def _apart(c: Campaign, imputed_total: int) -> str:
    if not imputed_total:
        return ""
    n = c.exercice - 1
    return f" À part, jamais dedans : {rounded_amount(imputed_total)} retenus en {n} par les GHT qui n'ont rien envoyé."


def _points(c: Campaign, all_of_them: Sequence[Point]) -> list[str]:
    """Who sent nothing, in one line; then one line for each, those that answered first, the farthest from its objective
    first; once the year is over, those that sent nothing have nothing more to say."""
    silent_ghts = [p for p in all_of_them if not p.state.tabs]
    all_said = [p for p in all_of_them if p.state.tabs] + [
        p for p in silent_ghts if c.moment != "annuelle" and (p.expected_cents or p.imputed)
    ]
    rest = len(all_said) - MOST_SHOWN
    names = enumeration([p.state.ght.name for p in silent_ghts], MOST_SHOWN)
    return [
        *([f"Rien reçu ({len(silent_ghts)}) : {names}"] if silent_ghts else []),
        *(_point(c, p) for p in all_said[:MOST_SHOWN]),
        *([f"… et {count_words(rest, 'autre GHT', 'autres GHT')}"] if rest > 0 else []),
    ]


def _point(c: Campaign, p: Point) -> str:
    """« GHT Jura : 0,6 M€ retenus sur 1,2 M€ d'objectif (52 %), 1,1 M€ attendus ; remise, 3 lignes à corriger »."""
    kept = f"{rounded_amount(p.kept)} retenus{_out_of(p)}" if p.state.tabs else ""
    amounts = ", ".join(filter(None, (kept, _to_come(c, p))))
    return f"{p.state.ght.name} : {amounts}{under_alert(p.under_alert)} ; {p.state.outside_words}"


def _out_of(p: Point) -> str:
    if p.objective is None:
        return ""
    return f" sur {rounded_amount(p.objective.amount)} d'objectif ({rate(p.attainment) if p.attainment is not None else NO_RATE})"


def _to_come(c: Campaign, p: Point) -> str:
    """« 1,1 M€ attendus en fin d'année (0,4 M€ de report, 0,1 M€ notifiés), 0,9 M€ imputés à part »."""
    if c.moment == "annuelle":
        return ""
    parts = [f"{rounded_amount(p.report)} de report"] if p.report else []
    parts += [f"{rounded_amount(p.notified)} notifiés"] if p.notified else []
    detail_words = f" (dont {' et '.join(parts)})" if parts else ""
    a_part = f", à part {rounded_amount(p.imputed)} imputés" if p.imputed else ""
    return f"{rounded_amount(p.expected_cents)} attendus en fin d'année{detail_words}{a_part}"


def _costliest_findings(view: View, c: Campaign, places: Iterable[Scope]) -> list[str]:
    """The findings that cost most, by the title of their check: a finding's own words quote cells."""
    found_ones: list[Element] = []
    for where in places:
        try:
            found_ones += rejections(view, Subject(where, c.exercice, c.code, limit=COSTLIEST_SHOWN)).elements[
                :COSTLIEST_SHOWN
            ]
        except UserError:
            continue
    found_ones.sort(key=lambda e: -int(e.value or 0))
    return [
        f"Retiré : {euros(int(e.value or 0))}, {_rule(e.code)} ({e.address.reference if e.address else ''})"
        for e in found_ones[:COSTLIEST_SHOWN]
        if e.value
    ]


def _rule(code: str) -> str:
    return _lower_first(CATALOGUE[code].title) if code in CATALOGUE else "par décision"


def _lower_first(text: str) -> str:
    return text[0].lower() + text[1:]


def week(view: View, reminders: Sequence[Reminder]) -> LetterPart:
    """The week of one region (or several), in the order of what to do: who owes, what moved, what costs."""
    c = reminders[0].campaign
    places = [_place(view, u) for u in dict.fromkeys(r.key.unit for r in reminders)]
    all_of_them = [e for where in places for e in states(view, Subject(where, c.exercice, c.code))]
    before = [e for where in places for e in states(week_before(view), Subject(where, c.exercice, c.code))]
    still_due, had_answered = (
        [e for e in all_of_them if not e.has_answered],
        {e.ght.code for e in before if e.has_answered},
    )
    newly_answered = [e.ght.name for e in all_of_them if e.has_answered and e.ght.code not in had_answered]
    names = enumeration([view.folder.territory.name(where) for where in places], 3)
    verb = "n'a pas répondu" if len(still_due) == 1 else "n'ont pas répondu"
    what = f"{len(still_due)} GHT sur {len(all_of_them)} {verb}" if still_due else "tous ont répondu"
    return LetterPart(
        f"{names}, la semaine : {what}",
        f"{c.title.capitalize()}, échéance du {day(c.deadline)} : {what}.",
        (
            *(
                [f"Ont répondu depuis une semaine : {enumeration(newly_answered, MOST_SHOWN)}"]
                if newly_answered
                else []
            ),
            *_who_owes(still_due),
            *(m for where in places for m in _week_of(view, c, where)),
            *_costliest_findings(view, c, places),
        ),
        "Les relances partent d'elles-mêmes ; vigie remind montre les prochaines." if still_due else "",
    )


def _who_owes(still_due: Sequence[State]) -> list[str]:
    """Who sent nothing, in one line; then who sent something and has not handed it in."""
    silent_ghts, seen_ones = [e.ght.name for e in still_due if not e.tabs], [e for e in still_due if e.tabs]
    return [
        *([f"Rien reçu ({len(silent_ghts)}) : {enumeration(silent_ghts, MOST_SHOWN)}"] if silent_ghts else []),
        *(f"{e.ght.name} : {e.outside_words}" for e in seen_ones[:MOST_SHOWN]),
    ]


def _week_of(view: View, c: Campaign, where: Scope) -> list[str]:
    """« Bourgogne-Franche-Comté : +1,2 M€ retenus en une semaine (lignes apparues : +1,3 M€ …) »."""
    since = week_before(view).as_of
    r = changes(view, Subject(where, c.exercice, c.code, since=since))
    if not r.elements:
        return [f"{view.folder.territory.name(where)} : le total n'a pas bougé depuis une semaine"]
    parts = " ; ".join(f"{_lower_first(e.label)}, {_signed(int(e.value or 0))}" for e in r.elements)
    return [f"{view.folder.territory.name(where)} : {_signed(int(r.value or 0))} retenus en une semaine ({parts})"]


def _signed(cents: int) -> str:
    return ("+" if cents >= 0 else "") + rounded_amount(cents)


def moving_total(view: View, reminders: Sequence[Reminder]) -> LetterPart:
    """What each pull changed of what had been declared."""
    c = reminders[0].campaign
    points_, titles = [], []
    for r in reminders:
        instant = r.moment
        received_so_far = arrivals.corrections(view.db, c.code, instant - FRESH_FOR, instant)
        for a in (a for a in received_so_far if a.name == r.key.anchor):
            for m in (m for m in movements(view, c, a) if m.region == r.key.unit):
                name = view.folder.territory.regions[m.region].name
                titles.append((-abs(m.difference), f"{name} : {_signed(m.difference)} sur ce qui était déjà déclaré"))
                points_ += [
                    f"{view.folder.territory.ghts[g].name} : {_signed(e)} retenus (envoi lu le {a.dated:%d/%m/%Y à %Hh%M})"
                    for g, e in sorted(m.by_ght.items(), key=lambda x: -abs(x[1]))[:MOST_SHOWN]
                ]
    return LetterPart(
        min(titles)[1] if titles else f"{c.title.capitalize()} : le total a bougé",
        f"{c.title.capitalize()} : de nouveaux envois changent ce qui était déjà déclaré.",
        tuple(points_),
        f"Pour le détail, demandez : « qu'est-ce qui a changé {reminders[0].key.unit} {c.exercice} depuis hier ? »",
    )


def large_line_struck(view: View, reminders: Sequence[Reminder]) -> LetterPart:
    c, ghts = reminders[0].campaign, view.folder.territory.ghts
    total, names = sum(map(_struck, reminders)), list(dict.fromkeys(ghts[r.key.unit].name for r in reminders))
    lines = count_words(len(reminders), "grosse ligne retirée", "grosses lignes retirées")
    rows = sorted(reminders, key=lambda r: -_struck(r))
    return LetterPart(
        f"{enumeration(names, 3)} : {lines}, {euros(total)}",
        f"{c.title.capitalize()} : les contrôles viennent de retirer du total {euros(total)}.",
        (
            *(f"{ghts[r.key.unit].name} : {euros(_struck(r))} ({r.what})" for r in rows[:MOST_SHOWN]),
            *(
                [f"… et {count_words(len(rows) - MOST_SHOWN, 'autre ligne', 'autres lignes')}"]
                if len(rows) > MOST_SHOWN
                else []
            ),
        ),
        'Si le gain est juste, gardez la ligne en disant pourquoi : vigie decide RÉFÉRENCE --retenir --motif "…" --as ADRESSE, ou le '
        "bouton « Décider » sur Slack. Sinon, le GHT corrige sa trame.",
    )


def _struck(r: Reminder) -> int:
    """The cents of a struck line, as its key says them: FINESS, number of the line, cents."""
    return int(r.key.anchor.rsplit("/", 1)[1])


def _place(view: View, unit: str) -> Scope:
    return Scope("region" if unit in view.folder.territory.regions else "ght", unit)
