"""What may be told of a total without giving anyone else away: the one function that decides, for every surface.

A figure needs several others behind it, none of whom makes nearly all of it; every amount is rounded; and what is
withheld cannot be found again from what the same reader may ask that day. Never words anything.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import islice

from config.french import compte
from config.rights import Reader
from config.settings import Disclosure
from config.territory import Perimetre, TypePerimetre
from reports import comparison, coverage
from reports.answer import Element, Reponse
from reports.contributors import EUROS, Amounts, Ask, Known, Page, Scope, amounts, of_facts, of_tabs, row
from reports.elimination import Figure, left_out
from reports.gains import gains
from reports.view import Sujet, Vue, somme
from sheets.gain import arrondi
from sheets.judged import Totaux

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
UNIT_WORDS: dict[TypePerimetre, tuple[str, str]] = {
    "ght": ("autre GHT", "autres GHT"), "etablissement": ("autre établissement", "autres établissements"),
    "region": ("autre région", "autres régions"), "national": ("autre pays", "autres pays"),
}  # fmt: skip


class Rounded(Totaux):
    """Control totals rounded one by one: they need not add up any more."""

    def __post_init__(self) -> None:
        return


def unit_of_rounding(declared: int) -> int:
    """Cents to which what is said of a territory is rounded, of the cents it declared: the third figure of it."""
    euros = abs(declared) // 100
    return 10 ** (len(str(euros)) - 1) if euros else 1


def why_not(amounts: Amounts, rule: Disclosure, unit: TypePerimetre) -> str:
    """Why a figure made by these others may not be told; empty when it may."""
    shares = [abs(a) for a in amounts.values() if a]
    if len(shares) < rule.contributeurs:
        return f"moins de {compte(rule.contributeurs, *UNIT_WORDS[unit])} y contribuent"
    if max(shares) > rule.part_du_plus_gros * sum(shares):
        return f"1 {UNIT_WORDS[unit][0]} en fait presque tout à soi seul"
    return ""


def withheld(page: Page, known: Known, figures: Mapping[str, tuple[str, ...]]) -> dict[tuple[str, Scope], str]:
    """What may not be told of a page, and why: what gives someone away, then the cheapest that would give it back."""
    rule, unit = page.vue.dossier.disclosure, page.reader.unit
    every = [(name, scope, parts) for name, parts in figures.items() for scope in page.scopes]
    unsaid = [(name, scope, parts) for name, parts in IMPLIED.items() for scope in page.scopes]
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


def disclose(vue: Vue, sujet: Sujet, reponse: Reponse, reader: Reader, ask: Ask) -> Reponse:
    """An answer as that reader may have it: rounded, and without what would give someone else away.

    `ask` is what answers the question. A territory that is all theirs is told as it is.
    """
    page = Page(vue, replace(sujet, par=""), reader, reponse.intention == "verrou")
    scope = Scope(sujet.perimetre, frozenset(sujet.sauf))
    if sujet.perimetre in reader.own or not any(scope in scopes for scopes in page.members.values()):
        return reponse
    known, figures = of_tabs(page), dict(OF_TABS)
    if reponse.intention in WITH_FACTS:
        known |= of_facts(page, ask)
        figures |= FORECAST if reponse.intention == "prevision" else {}
        figures |= {what: (what,) for what in EUROS if what in reponse.faits}
    out = {name: why for (name, where), why in withheld(page, known, figures).items() if where == scope}
    if hidden := _left_out_alone(page, known):
        out |= dict.fromkeys(figures, hidden)
    return _with_rates(_told(reponse, out, _rounding(vue, sujet, reponse.intention)), known, page, scope)


def _rounding(vue: Vue, sujet: Sujet, intention: str) -> int:
    """Cents to which an answer is rounded, a campaign of it alike: by what the whole territory declared that exercice, or
    the one before as well where its amounts are told too."""
    units = []
    for exercice in (sujet.exercice, sujet.exercice - 1) if intention in WITH_FACTS else (sujet.exercice,):
        if vue.dossier.campagnes_de(exercice):
            whole = replace(sujet, exercice=exercice, campagne=None, sauf=(), par="")
            units.append(unit_of_rounding(somme(vue.comptent(whole)).gain_declare))
    return max(units)


def _left_out_alone(page: Page, known: Known) -> str:
    """Why nothing may be told once a territory is left out: its own figure may not."""
    rule, unit = page.vue.dossier.disclosure, page.reader.unit
    others = frozenset[Scope]().union(*page.members.values())
    alone = (Scope(p) for p in page.sujet.sauf if Scope(p) in others)
    if any(why_not(amounts(known, s, OF_TABS["retenu"]), rule, unit) for s in alone):
        return "ce qui est retranché ne se dit pas"
    return ""


def _told(r: Reponse, out: Mapping[str, str], u: int) -> Reponse:
    def told(name: str, cents: int) -> int:
        return 0 if name in out else arrondi(cents, u) * u

    t = r.totaux
    kept = told("retenu", t.gain_retenu)
    under = told("sous_alerte", r.sous_alerte)
    masque = dict(out)
    facts = {k: v for k, v in r.faits.items() if k not in masque}
    valeur = r.valeur
    if r.unite == "EUR" and r.intention != "objectif":
        name = "valeur" if r.intention == "prevision" else "retenu"
        if name in masque:
            masque["valeur"] = masque[name]
        valeur = None if name in masque else told(name, int(r.valeur or 0))
    return replace(
        r, valeur=valeur, heavy=(), arrondi=u, masque=masque, sous_alerte=under,
        totaux=Rounded(gain_declare=told("declare", t.gain_declare), gain_retire=told("retire", t.gain_retire), gain_retenu=kept),
        provisoire=told("dont_provisoire", r.provisoire),
        faits={k: told(k, v) if k in EUROS and isinstance(v, int) else v for k, v in facts.items()},
    )  # fmt: skip


def _with_rates(r: Reponse, known: Known, page: Page, scope: Scope) -> Reponse:
    """Rates from the rounded halves; of lines, to the thousandth; without both halves, none."""
    if r.intention in RATES:
        top, bottom = (r.faits.get(half) for half in RATES[r.intention])
        if isinstance(top, int) and isinstance(bottom, int) and bottom:
            return replace(r, valeur=Decimal(top) / bottom)
        masque = dict(r.masque)
        if reasons := [masque[half] for half in RATES[r.intention] if half in masque]:
            masque["valeur"] = reasons[0]
        return replace(r, valeur=None, faits={}, masque=masque)
    if r.intention != "qualite":
        return r
    rule, unit = page.vue.dossier.disclosure, page.reader.unit
    hidden = _left_out_alone(page, known)
    why = {n: hidden or why_not(amounts(known, scope, (n,)), rule, unit)
           for n in ("lignes", "retenues", "positif", "garde")}  # fmt: skip
    of_lines, of_euros = why["lignes"] or why["retenues"], why["positif"] or why["garde"]
    why_of = {k: of_euros if "euros" in k else of_lines for k in r.faits} | {"valeur": of_lines}
    masque = dict(r.masque) | {k: reason for k, reason in why_of.items() if reason}
    facts = {k: round(v, 3) for k, v in r.faits.items() if k not in masque and isinstance(v, Decimal)}
    valeur = None if of_lines or not isinstance(r.valeur, Decimal) else round(r.valeur, 3)
    return replace(r, valeur=valeur, faits=facts, masque=masque)


SIDE_BY_SIDE = {"comparaison": comparison.comparaison, "evolution": comparison.evolution}


def told(
    vue: Vue, sujet: Sujet, reponse: Reponse, reader: Reader, ask: Ask, sees: Callable[[Perimetre], bool]
) -> Reponse:
    """The same for an answer of several figures too: each is told as if it had been asked by itself.

    `sees` says whether some total of a territory is open to them: of a ranking they get the places that are.
    """

    units: list[int] = []

    def tell(one: Sujet, r: Reponse) -> Reponse:
        said = disclose(vue, one, r, reader, gains)
        units.append(said.arrondi)
        return said

    if reponse.intention in SIDE_BY_SIDE:
        r = SIDE_BY_SIDE[reponse.intention](vue, sujet, tell)
        first = replace(sujet, exercice=r.exercice, campagne=None if sujet.exercices else sujet.campagne, autres=())
        basis = tell(first, gains(vue, first))
        u = max(units)
        valeur = None if r.valeur is None else arrondi(int(r.valeur), u) * u if u else r.valeur
        return replace(basis, intention=r.intention, valeur=valeur, elements=r.elements, recues=r.recues,
                       attendues=r.attendues, campagne=r.campagne, campagnes=r.campagnes, arrondi=u)  # fmt: skip
    if reponse.intention == "couverture" and len(sujet.exercices) > 1:
        return coverage.couverture(
            vue, sujet, lambda one, r: disclose(vue, one, r, reader, coverage.couverture)
        )  # each year passes by itself; a sum of rates adds nothing to them
    r = disclose(vue, sujet, reponse, reader, ask)
    if reponse.intention != "classement":
        return replace(r, elements=(), beside=())
    ranked = (_ranked(vue, sujet, e, reader) for e in reponse.elements if e.territoire and sees(e.territoire))
    return replace(r, elements=tuple(e for e in ranked if e))


def _ranked(vue: Vue, sujet: Sujet, e: Element, reader: Reader) -> Element | None:
    """A place in a ranking, to whoever may be told its figure."""
    assert e.territoire is not None
    place = Sujet(e.territoire, sujet.exercice, sujet.campagne)
    r = disclose(vue, place, gains(vue, place), reader, gains)
    if r.valeur is None:
        return None
    return replace(e, valeur=r.valeur, retire=r.totaux.gain_retire, sous_alerte=r.sous_alerte)
