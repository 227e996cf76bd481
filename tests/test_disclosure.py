"""A total that gives someone else away is not a total: tried on generated regions, in every order in which trames arrive.

The world is made of amounts by GHT, and an oracle adds them up by itself; only what reads the register is stood in for,
so that a hundred orders of arrival cost no workbook. What is told is then attacked as its reader could.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple
from unittest import mock
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.answer_files import image, lines_workbook
from bots.answering import answer_question
from bots.slack.conversation import answer_message
from config.errors import UserError
from config.folder import Folder
from config.french import NO_BREAK_SPACE, THOUSANDS_SPACE
from config.rights import Person
from config.settings import Disclosure
from config.territory import Etablissement, Ght, Membership, Scope, Territory
from reports.disclosure import unit_of_rounding, why_not
from reports.elimination import Figure, Span, left_out
from reports.view import View
from sheets.judged import Sum, Totals
from sheets.register.database import open_register
from sheets.register.what_counts import ReceivedTab
from tests.region import answer_as_json

NOON = datetime(2022, 10, 20, 12, tzinfo=ZoneInfo("Europe/Paris"))
N, BEFORE = 2022, 2021
CAMPAIGNS = {N: "2022-mi-annee", BEFORE: "2021-annuelle"}
Vector = dict[str, int]
"""Cents by GHT."""


class Told(NamedTuple):
    """A figure as it was told: its name, the cents shown, to what they are rounded, and what each GHT truly puts in it."""

    name: str
    shown: int
    u: int
    truth: Vector


@dataclass
class World:
    """What each GHT would send and had sent the year before, and who has sent so far."""

    region: list[str]
    elsewhere: list[str]
    amounts: dict[str, dict[str, int]]
    arrived: frozenset[str] = frozenset()
    answers: dict[tuple[frozenset[str], str], dict[str, Any]] = field(default_factory=dict)

    @property
    def everyone(self) -> list[str]:
        return [*self.region, *self.elsewhere]


def world(random_source: random.Random, n: int, elsewhere: int = 0) -> World:
    """Amounts of every size: losses, trames not handed in, one GHT that makes nearly all, some that make nothing of it."""
    region, others = [f"R-{k:02d}" for k in range(n)], [f"E-{k:02d}" for k in range(elsewhere)]

    def cents(chance: float) -> int:
        if random_source.random() > chance:
            return 0
        return int(10 ** random_source.uniform(5, 9)) * random_source.choice(
            (1, 1, 1, 1, 1, -1 if chance == 0.95 else 1)
        )

    amounts = {}
    for g in [*region, *others]:
        a = {"retenu": cents(0.95), "retire": abs(cents(0.5)), "notifie": abs(cents(0.4)), "report": abs(cents(0.4)),
             "before": cents(0.95), "remis": random_source.random() < 0.6}  # fmt: skip
        a["sous_alerte"] = abs(a["retenu"]) * random_source.choice((0, 0, 1, 3)) // 4
        amounts[g] = a
    return World(region, others, amounts)


def finess(ght: str) -> str:
    return f"9{ord(ght[0]):03d}00{ght[2:]}0"


def territory(w: World, real: Territory) -> Territory:
    ghts = {g: Ght(g, f"GHT {g}", "BFC" if g in w.region else "BRE") for g in w.everyone}
    tabs = {finess(g): Etablissement(finess(g), f"CH {g}") for g in w.everyone}
    return Territory(real.regions, ghts, tabs, tuple(Membership(finess(g), g, True, None, None) for g in w.everyone))


def tab(w: World, ght: str, exercice: int) -> ReceivedTab:
    a, rank = w.amounts[ght], w.everyone.index(ght) + (0 if exercice == N else 1000)
    kept, struck = (a["retenu"], a["retire"]) if exercice == N else (a["before"], 0)
    totals = Totals(10, 0, 0, 2, 8, kept + struck, struck, kept)
    under, notified = (a["sous_alerte"], a["notifie"]) if exercice == N else (0, 0)
    sums = {"prevision": Sum(notified, 0)}
    return ReceivedTab(rank, rank, "paat", "x.xlsx", "CH", CAMPAIGNS[exercice], ght, finess(ght), bool(a["remis"]) or exercice != N,
                      False, None, totals, max(kept, 0) + struck, sums, rank, "2022-10-01", under)  # fmt: skip


@contextmanager
def standing_for(w: World) -> Iterator[None]:
    """The tabs that count, and the lines of a forecast, are those of the world."""

    def counted(_db: Any, campaigns: list[str], _as_of: date, only: Any = None, **_: Any) -> dict[str, ReceivedTab]:
        here: dict[str, ReceivedTab] = {}
        for exercice, code in CAMPAIGNS.items():
            if code in campaigns:
                here |= {finess(g): tab(w, g, exercice) for g in (w.arrived if exercice == N else w.everyone)}
        return {f: o for f, o in sorted(here.items()) if only is None or f in only}

    def inherited(_db: Any, before: Any, *_: Any) -> dict[int, tuple[int]]:
        return {o.id: (w.amounts[o.ght]["report"],) for o in before if o.campaign == CAMPAIGNS[BEFORE]}

    with (
        mock.patch("reports.view.counting_tabs", counted),
        mock.patch("reports.forecast.sums_but", inherited),
    ):
        yield


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory, folder: Folder) -> View:
    return View(open_register(tmp_path_factory.mktemp("vide") / "v.sqlite"), folder, NOON.date())


def plain(text: str) -> str:
    return text.replace(NO_BREAK_SPACE, " ").replace(THOUSANDS_SPACE, " ")


QUESTIONS = ("gains bfc 2022", "objectif bfc 2022", "prévision bfc 2022", "gains france 2022", "prévision france 2022",
             "gains france sauf bfc 2022", "gains bfc sauf {own} 2022", "compare {own} et bfc 2022", "compare bfc et france 2022",
             "évolution bfc", "gains bfc 2021")  # fmt: skip


def ask(w: World, empty: View, own: str, question: str) -> dict[str, Any]:
    """What a director is told, once for each set of GHT that have sent something."""
    key = (w.arrived, question)
    if key not in w.answers:
        d = replace(empty.folder, territory=territory(w, empty.folder.territory), persons={})
        director = Person("d@exemple.invalid", "Directeur", "ght", Scope("ght", own))
        view = View(empty.db, d, empty.as_of)
        w.answers[key] = answer_as_json(question.format(own=f"GHT {own}"), director, view, NOON)
    return w.answers[key]


# The oracle: what each GHT puts in each figure


def truth(w: World, name: str, place: list[str], exercice: int) -> Vector:
    here = [g for g in place if exercice == BEFORE or g in w.arrived]
    a = w.amounts
    if exercice == BEFORE:
        return {g: a[g]["before"] for g in place if name in ("retenu", "declare")}
    made = {
        "retenu": lambda g: a[g]["retenu"], "retire": lambda g: a[g]["retire"],
        "declare": lambda g: a[g]["retenu"] + a[g]["retire"],
        "dont_provisoire": lambda g: 0 if a[g]["remis"] else a[g]["retenu"],
        "sous_alerte": lambda g: a[g]["sous_alerte"],
        "retenu_hors_alerte": lambda g: a[g]["retenu"] - a[g]["sous_alerte"],
        "notifie": lambda g: a[g]["notifie"],
    }  # fmt: skip
    if name in made:
        return {g: made[name](g) for g in here}
    if name == "report":
        return {g: a[g]["report"] for g in place}
    if name in ("impute", "impute_reporte"):
        return {g: a[g]["before" if name == "impute" else "report"] for g in place if g not in w.arrived}
    assert name == "valeur"
    sums = [truth(w, part, place, exercice) for part in ("retenu", "notifie", "report")]
    return {g: sum(s.get(g, 0) for s in sums) for g in place}


def figures(w: World, own: str, question: str, said: dict[str, Any]) -> list[Told]:
    """Every amount of an answer that bears on others, with its truth."""
    if said.get("refus") or said.get("arrondi") is None:
        return []
    exercice = said["exercice"]
    place = w.elsewhere if "sauf bfc" in question else w.everyone if "france" in question else w.region
    place = [g for g in place if not ("sauf {own}" in question and g == own)]
    told = []

    def tells(name: str, written: str | None, u: int | None = None) -> None:
        if written is not None:
            of = truth(w, name, place, exercice)
            told.append(
                Told(
                    f"{question} · {name}", round(Decimal(written) * 100), u or int(Decimal(said["arrondi"]) * 100), of
                )
            )

    if question.startswith(("compare", "évolution")):
        for e in said["lignes"]:
            if e["valeur"] is None or e.get("code") == own:
                continue
            year = int(e["libelle"]) if e["libelle"].isdigit() else exercice
            where = w.everyone if e["libelle"] == "France" else w.region
            of = truth(w, "retenu", where, year)
            u = unit_of_rounding(sum(truth(w, "declare", where, year).values()))
            told.append(Told(f"{question} · {e['libelle']}", round(Decimal(e["valeur"]) * 100), u, of))
        return told
    tells("retenu", said["totaux"]["gain_retenu"])
    for name in ("declare", "retire", "dont_provisoire", "sous_alerte"):
        if exercice == N:
            tells(name, said[name])
    if question.startswith("prévision"):
        tells("valeur", said["valeur"])
        for name in ("notifie", "report", "impute", "impute_reporte"):
            tells(name, said["faits"].get(name))
    return told


# The attack


def others(v: Vector, own: str) -> Vector:
    return {g: c for g, c in v.items() if c and g != own}


def holds(told: list[Told], own: str) -> None:
    """Each figure has others enough behind it, none of whom makes nearly all of it, and is rounded to its unit."""
    for t in told:
        shares = [abs(c) for c in others(t.truth, own).values()]
        assert len(shares) >= 3, t
        assert max(shares) * 100 <= 85 * sum(shares), t
        assert t.u >= unit_of_rounding(sum(t.truth.values())) // 1000, t
        assert t.shown % t.u == 0, t
        assert abs(t.shown - sum(t.truth.values())) * 2 <= t.u, t


def same_day(told: list[Told], own: str) -> None:
    """Of two figures told the same day, neither the sum nor the difference is one or two neighbours' amount."""
    for a, b in itertools.combinations(told, 2):
        for sign in (1, -1):
            left = others(
                {g: a.truth.get(g, 0) + sign * b.truth.get(g, 0) for g in a.truth.keys() | b.truth.keys()}, own
            )
            assert len(left) not in (1, 2), (a.name, b.name, sign, left)


def any_days(told: list[Told], own: str) -> None:
    """Over any two answers, whatever the days, no neighbour is confined to an interval narrower than the smaller unit."""
    for a, b in itertools.combinations(told, 2):
        for sign in (1, -1):
            left = others(
                {g: a.truth.get(g, 0) + sign * b.truth.get(g, 0) for g in a.truth.keys() | b.truth.keys()}, own
            )
            if len(left) == 1:
                times = 2 if sign == 1 and set(others(a.truth, own)) == set(others(b.truth, own)) == set(left) else 1
                assert Fraction(a.u + b.u, times) >= min(a.u, b.u), (a.name, b.name, left)


def attack(w: World, empty: View, own: str, orders: list[tuple[str, ...]]) -> None:
    by_set: dict[frozenset[str], list[Told]] = {}
    with standing_for(w):
        for order in orders:
            days: list[list[Told]] = []
            for k in range(len(order) + 1):
                w.arrived = frozenset(order[:k])
                if w.arrived not in by_set:
                    said = [(q, ask(w, empty, own, q)) for q in QUESTIONS]
                    by_set[w.arrived] = [t for q, s in said for t in figures(w, own, q, s)]
                    holds(by_set[w.arrived], own)
                    same_day(by_set[w.arrived], own)
                    for q, s in said:
                        rate_says_no_more(q, s)
                days.append(by_set[w.arrived])
            for before, after in itertools.pairwise(days):
                any_days([*before, *after], own)


def rate_says_no_more(question: str, said: dict[str, Any]) -> None:
    """A rate is that of the rounded amount; of what is withheld there is no rate either, in words or in figures."""
    if said.get("refus") or said.get("arrondi") is None or question.startswith(("compare", "évolution")):
        return
    kept = said["totaux"]["gain_retenu"]
    if kept is None:
        assert said["taux_atteinte"] is None
        assert "retenus" not in said["texte"].split("Non communiqué")[0]
    elif said["objectif"] and Decimal(said["objectif"]):
        assert said["taux_atteinte"] == round(float(Decimal(kept) / Decimal(said["objectif"])), 6)


SMALL = [(n, elsewhere) for n in (2, 3, 4, 5) for elsewhere in (0, 2)]


@pytest.mark.parametrize(("n", "elsewhere"), SMALL)
def test_no_order_of_arrival_gives_a_neighbour_away(n: int, elsewhere: int, empty: View) -> None:
    w = world(random.Random(n * 10 + elsewhere), n, elsewhere)
    attack(w, empty, w.region[0], list(itertools.permutations(w.everyone if n + elsewhere <= 4 else w.region)))


@pytest.mark.parametrize("n", [7, 11])
def test_no_seeded_order_of_a_larger_region_gives_a_neighbour_away(n: int, empty: View) -> None:
    seeded(n, empty, 2)


@pytest.mark.e2e
@pytest.mark.parametrize("n", range(6, 12))
def test_none_of_two_hundred_orders_in_all_gives_a_neighbour_away(n: int, empty: View) -> None:
    seeded(n, empty, 34)


@pytest.mark.e2e
@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("n", range(2, 6))
def test_no_order_of_many_small_regions_gives_a_neighbour_away(n: int, seed: int, empty: View) -> None:
    w = world(random.Random(1000 * n + seed), n, seed % 4)
    attack(w, empty, w.region[0], list(itertools.permutations(w.region)))


def seeded(n: int, empty: View, orders: int) -> None:
    random_source = random.Random(n)
    w = world(random_source, n, 4)
    attack(w, empty, w.region[1], [tuple(random_source.sample(w.everyone, len(w.everyone))) for _ in range(orders)])


def test_what_passes_is_told_and_says_that_it_is_rounded(empty: View) -> None:
    """The rule is no excuse: with enough others of a like size, every figure is there."""
    w = world(random.Random(1), 6)
    for k, g in enumerate(w.region):
        w.amounts[g] |= {"retenu": 10_000_000 + k, "retire": 1_000_000, "sous_alerte": 2_000_000, "remis": k < 2}
    w.arrived = frozenset(w.region)
    with standing_for(w):
        said = ask(w, empty, w.region[0], "gains bfc 2022")
    assert (said["valeur"], said["retire"], said["declare"]) == ("600000.00", "60000.00", "660000.00")
    assert said["dont_provisoire"] is None, "what is handed in would be that of two"
    assert (said["arrondi"], {m["chiffre"] for m in said["masque"]}) == ("1000.00", {"dont_provisoire"})
    assert "Arrondi à 1 000 € près." in plain(said["texte"])


def likes(n: int) -> World:
    """GHT of a like size, all of which have sent and handed in."""
    w = world(random.Random(1), n)
    for k, g in enumerate(w.region):
        w.amounts[g] |= {"retenu": 10_000_000 + k, "retire": 1_000_000, "sous_alerte": 2_000_000, "remis": True}
    w.arrived = frozenset(w.region)
    return w


def as_director(w: World, empty: View) -> tuple[Person, View]:
    d = replace(empty.folder, territory=territory(w, empty.folder.territory), persons={})
    return Person("d@exemple.invalid", "Directeur", "ght", Scope("ght", w.region[0])), replace(empty, folder=d)


def test_the_chat_and_the_picture_say_the_rounded_figure_and_no_other(empty: View) -> None:
    w = likes(6)
    director, view = as_director(w, empty)
    with standing_for(w):
        block_list = json.dumps(answer_message("gains bfc 2022", director, view, NOON).block_list, ensure_ascii=False)
        piece = image(answer_question("gains bfc 2022 en image", director, view, NOON))
        with pytest.raises(UserError, match="pas ouvertes"):
            lines_workbook(answer_question("gains bfc 2022 en tableur", director, view, NOON))
    for said in (plain(block_list), plain(piece.alternative)):
        assert "600 k€ retenus" in said
        assert "60 k€" in said
        assert "R-03" not in said
    assert "Arrondi à 1 000 € près. Non communiqué : part provisoire (moins de 3 autres GHT y contribuent)." in plain(
        block_list
    )


def test_what_is_withheld_is_on_no_surface(empty: View) -> None:
    w = likes(3)
    director, view = as_director(w, empty)
    with standing_for(w):
        block_list = json.dumps(answer_message("gains bfc 2022", director, view, NOON).block_list, ensure_ascii=False)
        with pytest.raises(UserError, match="Rien à dessiner"):
            image(answer_question("gains bfc 2022 en image", director, view, NOON))
        said = answer_as_json("gains bfc 2022", director, view, NOON)
    assert "Chiffre non communiqué" in block_list
    assert "300 k€" not in plain(block_list)
    figures_said = (
        said["valeur"],
        said["declare"],
        said["taux_atteinte"],
        said["totaux"]["gain_retenu"],
        said["faits"],
    )
    assert figures_said == (None, None, None, None, {})
    assert {"valeur", "retenu", "declare", "retire"} <= {m["chiffre"] for m in said["masque"]}
    assert "moins de 3 autres GHT y contribuent" in said["texte"]


def test_one_that_makes_nearly_all_of_it_is_not_told(empty: View) -> None:
    w = likes(6)
    w.amounts[w.region[3]]["retenu"] = 10_000_000_000
    director, view = as_director(w, empty)
    with standing_for(w):
        said = answer_as_json("gains bfc 2022", director, view, NOON)
    assert said["valeur"] is None
    assert "1 autre GHT en fait presque tout à soi seul" in said["texte"]


def masked(w: World, empty: View, question: str) -> dict[str, str]:
    director, view = as_director(w, empty)
    with standing_for(w):
        return {m["chiffre"]: m["motif"] for m in answer_as_json(question, director, view, NOON)["masque"]}


RECOVERED = "il ferait retrouver un chiffre qui ne se dit pas"


def test_a_difference_that_one_of_them_makes_nearly_alone_is_not_told_either(empty: View) -> None:
    """Six are struck of something, one of nearly all of it: what is declared would tell it, beside what is kept."""
    w = likes(6)
    w.amounts[w.region[2]]["retire"] = 60_000_000
    why = masked(w, empty, "gains bfc 2022")
    assert why["retire"] == "1 autre GHT en fait presque tout à soi seul"
    assert (why["declare"], "retenu" in why) == (RECOVERED, False)


def test_what_is_handed_in_is_no_figure_and_is_not_given_away_for_all_that(empty: View) -> None:
    w = likes(8)
    for k, g in enumerate(w.region):
        w.amounts[g] |= {"remis": k > 3}
    assert "dont_provisoire" not in masked(w, empty, "gains bfc 2022")
    w.amounts[w.region[7]]["retenu"] = 190_000_000
    assert masked(w, empty, "gains bfc 2022")["dont_provisoire"] == RECOVERED


def test_a_country_is_not_told_when_the_rest_of_it_is_one_neighbours(empty: View) -> None:
    w = world(random.Random(1), 6, 4)
    for g in w.everyone:
        w.amounts[g] |= {"retenu": 10_000_000, "retire": 0, "sous_alerte": 0, "remis": True}
    w.arrived = frozenset(w.everyone)
    assert "valeur" not in masked(w, empty, "gains france 2022")
    w.amounts[w.elsewhere[0]]["retenu"] = 200_000_000
    assert masked(w, empty, "gains france 2022")["valeur"] == RECOVERED
    assert "valeur" not in masked(w, empty, "gains bfc 2022")


def test_what_is_under_no_alert_is_a_figure_of_its_own(empty: View) -> None:
    w = likes(6)
    for g in w.region[2:]:
        w.amounts[g]["sous_alerte"] = w.amounts[g]["retenu"]
    assert {"sous_alerte", "retenu_hors_alerte"} <= masked(w, empty, "gains bfc 2022").keys()


@pytest.mark.parametrize(("amounts", "passes"), [
    ({"a": -90, "b": 60, "c": 70}, True), ({"a": -900, "b": 40, "c": 70}, False), ({"a": 85, "b": 10, "c": 5}, True),
    ({"a": 86, "b": 9, "c": 5}, False), ({"a": 1, "b": 1, "c": 0}, False), ({}, False),
])  # fmt: skip
def test_three_others_and_none_above_85_percent_of_their_absolute_amounts(amounts: Vector, passes: bool) -> None:
    assert (not why_not(amounts, Disclosure(), "ght")) is passes


def test_who_sees_everything_there_gets_it_to_the_cent(empty: View) -> None:
    w = likes(3)
    _, view = as_director(w, empty)
    for role in ("ars", "lecture"):
        with standing_for(w):
            said = answer_as_json(
                "gains bfc 2022", Person("r@exemple.invalid", "ARS", role, Scope("region", "BFC")), view, NOON
            )
        assert (said["valeur"], said["arrondi"], said["masque"]) == ("300000.03", None, [])


@pytest.mark.parametrize(("declared", "unit"), [
    (0, 1), (99, 1), (100, 1), (999, 1), (1_000, 10), (99_999, 100), (1_680_000_000, 10_000_000), (-1_680_000_000, 10_000_000),
])  # fmt: skip
def test_the_unit_is_the_third_figure_of_what_was_declared(declared: int, unit: int) -> None:
    """u = 10^(⌊log10 D⌋ − 2) euros: of 16,8 M€, 100 000 €."""
    assert unit_of_rounding(declared) == unit


# The elimination

rows = st.lists(st.integers(-2, 2), min_size=5, max_size=5)


def rank(matrix: list[list[int]]) -> int:
    """By minors modulo a prime: another way than the one under test."""
    p, m, r = 2_147_483_647, [[v % 2_147_483_647 for v in row] for row in matrix], 0
    for c in range(5):
        pivot = next((i for i in range(r, len(m)) if m[i][c]), None)
        if pivot is None:
            continue
        m[r], m[pivot] = m[pivot], m[r]
        inverse = pow(m[r][c], -1, p)
        for i in range(r + 1, len(m)):
            times = m[i][c] * inverse % p
            m[i] = [(a - times * b) % p for a, b in zip(m[i], m[r], strict=True)]
        r += 1
    return r


def as_row(values: list[int]) -> dict[Any, int]:
    return dict(enumerate(values))


@settings(max_examples=300, deadline=None)
@given(st.lists(rows, max_size=6), rows)
def test_a_span_gives_what_its_rank_says(known: list[list[int]], row: list[int]) -> None:
    span = Span()
    for k in known:
        span = span.one_row_more(as_row(k))
    assert span.gives(as_row(row)) == (rank([*known, row]) == rank(known))


@settings(max_examples=300, deadline=None)
@given(st.lists(rows, min_size=1, max_size=6), st.lists(rows, min_size=1, max_size=3))
def test_no_hidden_cell_can_be_solved_and_none_is_left_out_for_nothing(
    shown: list[list[int]], hidden: list[list[int]]
) -> None:
    secret = [h for h in hidden if any(h)]
    out = left_out(
        [Figure(k, as_row(r)) for k, r in enumerate(shown)], [Figure(h, as_row(r)) for h, r in enumerate(hidden)]
    )
    told = [r for k, r in enumerate(shown) if k not in out]
    assert all(rank([*told, h]) > rank(told) for h in secret)
    for k, given_away in out.items():
        assert isinstance(k, int)
        assert isinstance(given_away, int)
        before = [r for n, r in enumerate(shown) if n < k and n not in out]
        assert rank([*before, shown[k], hidden[given_away]]) == rank([*before, shown[k]])


def test_of_two_exercices_side_by_side_the_coarser_rounding_is_said(empty: View) -> None:
    """One exercice of six GHT, the other of none: what is told is rounded as the one that is there."""
    w = likes(6)
    for amounts in w.amounts.values():
        amounts["before"] = 0
    director, view = as_director(w, empty)
    with standing_for(w):
        alone = answer_as_json("gains bfc 2022", director, view, NOON)
        for question in ("compare bfc 2021 et 2022", "compare bfc 2022 et 2021", "évolution bfc"):
            assert answer_as_json(question, director, view, NOON)["arrondi"] == alone["arrondi"] == "1000.00"
