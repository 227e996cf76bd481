"""What may be told of a total without giving anyone else away: the one function that decides, for every surface.

A figure needs several others behind it, none of whom makes nearly all of it; every amount is rounded; and what is
withheld cannot be found again from what the same reader may ask that day. Never words anything.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import islice

from config.french import count_words
from config.rights import Reader
from config.rounding import rounded
from config.settings import Disclosure
from config.territory import Scope, ScopeKind
from reports import comparison, coverage
from reports.answer import Answer, Element
from reports.contributors import EURO_FACTS, Amounts, Ask, Known, ScopeLess, ToldPage, amounts, of_facts, of_tabs, row
from reports.elimination import Figure, left_out
from reports.gains import gains
from reports.view import Subject, View, total_of
from sheets.judged import Totals

OF_TABS: dict[str, tuple[str, ...]] = {
    "retenu": ("remis", "provisoire"),
    "declare": ("remis", "provisoire", "retire"),
    "retire": ("retire",),
    "dont_provisoire": ("provisoire",),
    "sous_alerte": ("sous_alerte",),
    "retenu_hors_alerte": ("remis", "provisoire", "-sous_alerte"),
}
"""The figures that every answer says, the dearest first, and of what each is the sum."""
IMPLIED: dict[str, tuple[str, ...]] = {"remis": ("remis",), "suite": ("notifie", "report"), "present": ("present",)}
"""What no answer says and two figures side by side would: what is handed in, what is still to come, and what those who
have answered kept the exercice before."""
FORECAST: dict[str, tuple[str, ...]] = {
    "valeur": ("remis", "provisoire", "notifie", "report"), "avant": ("present", "impute"),
}  # fmt: skip
"""Besides, a forecast: its figure, and what was kept the exercice before, which may be asked as well."""
RATES = {"couverture": ("perimetre_traite", "achats"), "performance": ("gain_annuel", "perimetre_traite")}
"""The two halves of a rate, among the facts of its answer."""
WITH_FACTS = ("prevision", *RATES)
UNIT_WORDS: dict[ScopeKind, tuple[str, str]] = {
    "ght": ("autre GHT", "autres GHT"), "etablissement": ("autre établissement", "autres établissements"),
    "region": ("autre région", "autres régions"), "national": ("autre pays", "autres pays"),
}  # fmt: skip


class Rounded(Totals):
    """Control totals rounded one by one: they need not add up any more."""

    def __post_init__(self) -> None:
        return


def unit_of_rounding(declared: int) -> int:
    """Cents to which what is said of a territory is rounded, of the cents it declared: the third figure of it."""
    euros = abs(declared) // 100
    return 10 ** (len(str(euros)) - 1) if euros else 1


def why_not(amounts: Amounts, rule: Disclosure, unit: ScopeKind) -> str:
    """Why a figure made by these others may not be told; empty when it may."""
    shares = [abs(a) for a in amounts.values() if a]
    if len(shares) < rule.contributeurs:
        return f"moins de {count_words(rule.contributeurs, *UNIT_WORDS[unit])} y contribuent"
    if max(shares) > rule.part_du_plus_gros * sum(shares):
        return f"1 {UNIT_WORDS[unit][0]} en fait presque tout à soi seul"
    return ""


def withheld(page: ToldPage, known: Known, figures: Mapping[str, tuple[str, ...]]) -> dict[tuple[str, ScopeLess], str]:
    """What may not be told of a page, and why: what gives someone away, then the cheapest that would give it back."""
    rule, unit = page.view.folder.disclosure, page.reader.unit
    every = [(name, scope_less, parts) for name, parts in figures.items() for scope_less in page.scopes]
    unsaid = [(name, scope_less, parts) for name, parts in IMPLIED.items() for scope_less in page.scopes]
    made: dict[Hashable, Amounts] = {(n, s): amounts(known, s, parts) for n, s, parts in (*every, *unsaid)}
    why = {key: why_not(cents, rule, unit) for key, cents in made.items()}
    rows: dict[Hashable, dict[Hashable, int]] = {(n, s): row(known, s, parts) for n, s, parts in (*every, *unsaid)}
    shown = [Figure((n, s), rows[n, s]) for n, s, _ in every if not why[n, s]]
    hidden = [Figure(key, rows[key]) for key, reason in why.items() if reason]
    given = left_out(shown, hidden, lambda a, b: _few_apart(made[a], made[b], rule))
    out = {(n, s): why[n, s] for n, s, _ in every if why[n, s]}
    return out | {(n, s): "il ferait retrouver un chiffre qui ne se dit pas" for n, s, _ in every if (n, s) in given}


def _few_apart(a: Amounts, b: Amounts, rule: Disclosure) -> bool:
    """Whether two figures, one added to the other or taken from it, are made by some others and by too few."""
    units = a.keys() | b.keys()
    for sign in (1, -1):
        apart = (u for u in units if a.get(u, 0) + sign * b.get(u, 0))
        if 0 < sum(1 for _ in islice(apart, rule.contributeurs)) < rule.contributeurs:
            return True
    return False


def disclose(view: View, subject: Subject, answer: Answer, reader: Reader, ask: Ask) -> Answer:
    """An answer as that reader may have it: rounded, and without what would give someone else away.

    `ask` is what answers the question. A territory that is all theirs is told as it is.
    """
    page = ToldPage(view, replace(subject, by=""), reader, answer.intention == "verrou")
    scope_less = ScopeLess(subject.scope, frozenset(subject.but_for))
    if subject.scope in reader.own or not any(scope_less in scopes for scopes in page.members.values()):
        return answer
    known, figures = of_tabs(page), dict(OF_TABS)
    if answer.intention in WITH_FACTS:
        known |= of_facts(page, ask)
        figures |= FORECAST if answer.intention == "prevision" else {}
        figures |= {what: (what,) for what in EURO_FACTS if what in answer.facts}
    out = {name: why for (name, where), why in withheld(page, known, figures).items() if where == scope_less}
    if hidden := _left_out_alone(page, known):
        out |= dict.fromkeys(figures, hidden)
    return _with_rates(_told(answer, out, _rounding(view, subject, answer.intention)), known, page, scope_less)


def _rounding(view: View, subject: Subject, intention: str) -> int:
    """Cents to which an answer is rounded, a campaign of it alike: by what the whole territory declared that exercice, or
    the one before as well where its amounts are told too."""
    units = []
    for exercice in (subject.exercice, subject.exercice - 1) if intention in WITH_FACTS else (subject.exercice,):
        if view.folder.campaigns_of(exercice):
            whole = replace(subject, exercice=exercice, campaign=None, but_for=(), by="")
            units.append(unit_of_rounding(total_of(view.tabs_that_count(whole)).declared))
    return max(units)


def _left_out_alone(page: ToldPage, known: Known) -> str:
    """Why nothing may be told once a territory is left out: its own figure may not."""
    rule, unit = page.view.folder.disclosure, page.reader.unit
    others = frozenset[ScopeLess]().union(*page.members.values())
    alone = (ScopeLess(p) for p in page.subject.but_for if ScopeLess(p) in others)
    if any(why_not(amounts(known, s, OF_TABS["retenu"]), rule, unit) for s in alone):
        return "ce qui est retranché ne se dit pas"
    return ""


def _told(r: Answer, out: Mapping[str, str], u: int) -> Answer:
    def told(name: str, cents: int) -> int:
        return 0 if name in out else rounded(cents, u) * u

    t = r.totals
    kept = told("retenu", t.kept)
    under = told("sous_alerte", r.under_alert)
    mask = dict(out)
    facts = {k: v for k, v in r.facts.items() if k not in mask}
    value = r.value
    if r.unit == "EUR" and r.intention != "objectif":
        name = "valeur" if r.intention == "prevision" else "retenu"
        if name in mask:
            mask["valeur"] = mask[name]
        value = None if name in mask or r.value is None else told(name, int(r.value))
    return replace(
        r, value=value, heavy=(), rounded=u, mask=mask, under_alert=under,
        totals=Rounded(declared=told("declare", t.declared), struck=told("retire", t.struck), kept=kept),
        provisional=told("dont_provisoire", r.provisional),
        facts={k: told(k, v) if k in EURO_FACTS and isinstance(v, int) else v for k, v in facts.items()},
    )  # fmt: skip


def _with_rates(r: Answer, known: Known, page: ToldPage, scope_less: ScopeLess) -> Answer:
    """Rates from the rounded halves; of lines, to the thousandth; without both halves, none."""
    if r.intention in RATES:
        top, bottom = (r.facts.get(half) for half in RATES[r.intention])
        if isinstance(top, int) and isinstance(bottom, int) and bottom:
            return replace(r, value=Decimal(top) / bottom)
        mask = dict(r.mask)
        if reasons := [mask[half] for half in RATES[r.intention] if half in mask]:
            mask["valeur"] = reasons[0]
        return replace(r, value=None, facts={}, mask=mask)
    if r.intention != "qualite":
        return r
    rule, unit = page.view.folder.disclosure, page.reader.unit
    hidden = _left_out_alone(page, known)
    why = {n: hidden or why_not(amounts(known, scope_less, (n,)), rule, unit)
           for n in ("lignes", "retenues", "positif", "garde")}  # fmt: skip
    of_lines, of_euros = why["lignes"] or why["retenues"], why["positif"] or why["garde"]
    why_of = {k: of_euros if "euros" in k else of_lines for k in r.facts} | {"valeur": of_lines}
    mask = dict(r.mask) | {k: reason for k, reason in why_of.items() if reason}
    facts = {k: round(v, 3) for k, v in r.facts.items() if k not in mask and isinstance(v, Decimal)}
    value = None if of_lines or not isinstance(r.value, Decimal) else round(r.value, 3)
    return replace(r, value=value, facts=facts, mask=mask)


SIDE_BY_SIDE = {"comparaison": comparison.comparison, "evolution": comparison.evolution}


def told(
    view: View, subject: Subject, answer: Answer, reader: Reader, ask: Ask, sees: Callable[[Scope], bool]
) -> Answer:
    """The same for an answer of several figures too: each is told as if it had been asked by itself.

    `sees` says whether some total of a territory is open to them: of a ranking they get the places that are.
    """

    units: list[int] = []

    def tell(one: Subject, r: Answer) -> Answer:
        said = disclose(view, one, r, reader, gains)
        units.append(said.rounded)
        return said

    if answer.intention in SIDE_BY_SIDE:
        r = SIDE_BY_SIDE[answer.intention](view, subject, tell)
        first = replace(
            subject, exercice=r.exercice, campaign=None if subject.exercices else subject.campaign, others=()
        )
        basis = tell(first, gains(view, first))
        u = max(units)
        value = None if r.value is None else rounded(int(r.value), u) * u if u else r.value
        return replace(basis, intention=r.intention, value=value, elements=r.elements, objective=None, received_so_far=r.received_so_far,
                       expected_trames=r.expected_trames, campaign=r.campaign, campaigns=r.campaigns, rounded=u)  # fmt: skip
    if answer.intention == "couverture" and len(subject.exercices) > 1:
        return coverage.coverage(
            view, subject, lambda one, r: disclose(view, one, r, reader, coverage.coverage)
        )  # each year passes by itself; a sum of rates adds nothing to them
    r = disclose(view, subject, answer, reader, ask)
    if answer.intention != "classement":
        return replace(r, elements=(), beside=())
    ranked = (_ranked(view, subject, e, reader) for e in answer.elements if e.territory and sees(e.territory))
    return replace(r, elements=tuple(e for e in ranked if e))


def _ranked(view: View, subject: Subject, e: Element, reader: Reader) -> Element | None:
    """A place in a ranking, to whoever may be told its figure."""
    assert e.territory is not None
    place = Subject(e.territory, subject.exercice, subject.campaign)
    r = disclose(view, place, gains(view, place), reader, gains)
    if r.value is None:
        return None
    return replace(e, value=r.value, struck=r.totals.struck, under_alert=r.under_alert)
