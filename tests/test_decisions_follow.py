"""A decision follows its line, from campaign to campaign of an exercice and into the report of the next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sheets.register.decisions import decisions
from sheets.register.what_counts import counting_tabs
from tests import acted
from tests.region import Line, Region, new_region, subject

BELFORT, GHT = "900000365", "BFC-09"
PREVIOUS_YEAR_END, MID_YEAR, YEAR_END = "2021-annuelle", "2022-mi-annee", "2022-annuelle"
WINTER, SUMMER, NEXT_WINTER = date(2022, 1, 20), date(2022, 7, 1), date(2023, 1, 20)
JULY, JANUARY = date(2021, 7, 1), date(2022, 1, 5)


def purchase(
    title: str, gain: int, reference: int | None = 96_000, ordered_on: date = JULY, **rest: Any
) -> dict[str, Any]:
    return {"intitule": title, "marche": f"M-{title}", "gain_annuel": gain, "montant_reference": reference,
            "date_premiere_commande": ordered_on, **rest}  # fmt: skip


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return new_region(tmp_path)


def send(region: Region, day: date, campaign: str, lines: Sequence[Line]) -> None:
    region.dated(day).send(f"{campaign}.xlsx", GHT, campaign, {BELFORT: lines})


def decide(region: Region, day: date, campaign: str, number: str, direction: str) -> None:
    acted.decide(region.dated(day).main(), f"{campaign}/{BELFORT}/{number}", direction, "relu")


def kept_cents(region: Region, exercice: int, number: str = "") -> int:
    """Cents kept of the exercice, of one line or of all."""
    (tab,) = region.view.tabs_that_count(subject(GHT, exercice))
    if not number:
        return tab.totals.kept
    line = region.lines(BELFORT, tab.campaign)[number]
    taken_decisions = {d.line: d.struck for d in decisions(region.db, [tab.id], region.hour.date())}
    return int(line["gain_exercice"]) - taken_decisions.get(line["id"], int(line["retire"]))


def words(region: Region, exercice: int, number: str) -> str:
    (tab,) = region.view.tabs_that_count(subject(GHT, exercice))
    (said_one,) = [
        d.words for d in decisions(region.db, [tab.id], region.hour.date()) if d.reference.endswith(f"/{number}")
    ]
    return said_one


THREE_LINES = [purchase("Scanner", 9_600), purchase("Papier", 2_400, None), purchase("Gants", 1_200)]


@pytest.mark.parametrize("retyped", [9_600, 9_601, 9_600.5, 19_200])
def test_the_report_of_a_line_struck_counts_nothing_and_that_of_a_line_kept_counts(
    region: Region, retyped: float
) -> None:
    send(region, WINTER, PREVIOUS_YEAR_END, THREE_LINES)
    decide(region, WINTER, PREVIOUS_YEAR_END, "0001", "retirer")
    decide(region, WINTER, PREVIOUS_YEAR_END, "0002", "retenir")
    assert [kept_cents(region, 2021, f"000{n}") for n in (1, 2, 3)] == [0, 120_000, 60_000]
    send(region, SUMMER, MID_YEAR, [{**THREE_LINES[0], "gain_annuel": retyped}, *THREE_LINES[1:]])
    assert [kept_cents(region, 2022, f"000{n}") for n in (1, 2, 3)] == [0, 120_000, 60_000]
    assert kept_cents(region, 2022) == 180_000
    assert (
        words(region, 2022, "0001")
        == f"retirée par referent.bfc@exemple.invalid le {WINTER} en {PREVIOUS_YEAR_END} : relu"
    )
    send(region, NEXT_WINTER, YEAR_END, THREE_LINES)
    assert kept_cents(region, 2022) == 180_000


def test_decisions_of_mid_year_hold_at_year_end(region: Region) -> None:
    two_lines = [purchase("Scanner", 1_200, ordered_on=JANUARY), purchase("Papier", 2_400, None, JANUARY)]
    send(region, SUMMER, MID_YEAR, two_lines)
    decide(region, SUMMER, MID_YEAR, "0001", "retirer")
    decide(region, SUMMER, MID_YEAR, "0002", "retenir")
    assert kept_cents(region, 2022) == 240_000
    send(region, NEXT_WINTER, YEAR_END, two_lines)
    assert kept_cents(region, 2022) == 240_000
    assert [kept_cents(region, 2022, n) for n in ("0001", "0002")] == [0, 240_000]
    decide(region, NEXT_WINTER, YEAR_END, "0001", "revenir")
    assert kept_cents(region, 2022) == 360_000
    assert region.view.tabs_that_count(subject(GHT, 2022, MID_YEAR))[0].totals.kept == 240_000, "mid-year is as it was"


def test_a_decision_of_year_end_does_not_go_back_to_mid_year(region: Region) -> None:
    send(region, SUMMER, MID_YEAR, [purchase("Scanner", 1_200, ordered_on=JANUARY)])
    send(region, NEXT_WINTER, YEAR_END, [purchase("Scanner", 1_200, ordered_on=JANUARY)])
    decide(region, NEXT_WINTER, YEAR_END, "0001", "retirer")
    assert region.view.tabs_that_count(subject(GHT, 2022, MID_YEAR))[0].totals.kept == 120_000
    assert kept_cents(region, 2022) == 0


def test_a_decision_does_not_fall_on_another_purchase_that_took_its_number_the_year_after(region: Region) -> None:
    send(region, WINTER, PREVIOUS_YEAR_END, [purchase("Scanner", 9_600)])
    decide(region, WINTER, PREVIOUS_YEAR_END, "0001", "retirer")
    send(region, SUMMER, MID_YEAR, [purchase("Repas", 1_200, ordered_on=JANUARY)])
    assert kept_cents(region, 2022) == 120_000


NEW_LINE = purchase("Papier", 2_400, None, JANUARY)
CHANGES: list[tuple[dict[str, Any], str]] = [
    ({"gain_annuel": 2_401}, "les montants ont changé"),
    ({"montant_reference": 2_000}, "les montants ont changé"),
    ({"date_premiere_commande": date(2022, 1, 6)}, "la date de 1re commande a changé"),
    ({"statut": "notifié"}, "le statut a changé"),
    ({"gain_annuel": 2_500, "date_premiere_commande": date(2022, 2, 5)},
     "les montants et la date de 1re commande ont changé"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "said"), CHANGES)
@pytest.mark.parametrize("campaign", [MID_YEAR, YEAR_END])
def test_a_line_kept_is_to_be_looked_at_again_once_it_says_something_else(
    region: Region, what: dict[str, Any], said: str, campaign: str
) -> None:
    send(region, SUMMER, MID_YEAR, [NEW_LINE])
    decide(region, SUMMER, MID_YEAR, "0001", "retenir")
    assert kept_cents(region, 2022) == 240_000
    send(region, NEXT_WINTER, campaign, [{**NEW_LINE, **what}])
    assert kept_cents(region, 2022) == 0
    assert f"mais {said} depuis : à revoir (relu)" in words(region, 2022, "0001")
    send(region, NEXT_WINTER, campaign, [{**NEW_LINE, "commentaire": "comme avant"}])
    assert kept_cents(region, 2022) == 240_000, "what it was taken on is back"


@pytest.mark.parametrize(("what", "said"), CHANGES)
def test_a_line_struck_stays_so_whatever_changes_and_is_to_be_looked_at_again(
    region: Region, what: dict[str, Any], said: str
) -> None:
    sound_line = purchase("Papier", 2_400, 90_000, JANUARY)
    send(region, SUMMER, MID_YEAR, [sound_line])
    decide(region, SUMMER, MID_YEAR, "0001", "retirer")
    send(region, NEXT_WINTER, YEAR_END, [{**sound_line, **what}])
    assert kept_cents(region, 2022) == 0
    assert (
        f"retirée par referent.bfc@exemple.invalid le {SUMMER} en {MID_YEAR} : relu ; {said} depuis : à revoir"
        == words(region, 2022, "0001")
    )
    decide(region, NEXT_WINTER, YEAR_END, "0001", "retirer")
    assert "à revoir" not in words(region, 2022, "0001"), "looked at again"


def test_a_notified_line_that_is_realised_with_its_amounts_has_not_changed(region: Region) -> None:
    notified = {**NEW_LINE, "statut": "notifié", "date_premiere_commande": None}
    send(region, SUMMER, MID_YEAR, [notified])
    decide(region, SUMMER, MID_YEAR, "0001", "retenir")
    send(region, NEXT_WINTER, YEAR_END, [NEW_LINE])
    assert kept_cents(region, 2022) == 240_000
    assert "à revoir" not in words(region, 2022, "0001")
    send(region, NEXT_WINTER, YEAR_END, [{**NEW_LINE, "gain_annuel": 2_500}])
    assert kept_cents(region, 2022) == 0


def test_a_struck_line_to_look_at_again_waits_for_the_referent(region: Region) -> None:
    send(region, SUMMER, MID_YEAR, [purchase("Papier", 2_400, 90_000, JANUARY)])
    decide(region, SUMMER, MID_YEAR, "0001", "retirer")
    send(region, NEXT_WINTER, YEAR_END, [purchase("Papier", 2_500, 90_000, JANUARY)])
    decision = region.db.execute("SELECT decision FROM v_lignes_qui_comptent WHERE exercice = 2022").fetchone()
    assert decision == ("retirée, à revoir",)


@pytest.mark.parametrize("decision_taken", ["240000/", "240000//2022-01-05/réalisé"])
def test_a_decision_taken_before_dates_were_kept_with_it_is_compared_on_amounts(
    region: Region, decision_taken: str
) -> None:
    send(region, SUMMER, MID_YEAR, [NEW_LINE])
    decide(region, SUMMER, MID_YEAR, "0001", "retenir")
    with region.db.conn:
        region.db.execute("UPDATE actes SET valeur = ? WHERE genre = 'retenir'", (decision_taken,))
    send(region, NEXT_WINTER, YEAR_END, [{**NEW_LINE, "date_premiere_commande": date(2022, 1, 25)}])
    assert kept_cents(region, 2022) == (240_000 if decision_taken.count("/") == 1 else 0)


def test_what_is_remembered_of_a_campaign_follows_the_decisions_of_the_exercice_before(region: Region) -> None:
    send(region, WINTER, PREVIOUS_YEAR_END, THREE_LINES)
    send(region, SUMMER, MID_YEAR, THREE_LINES)

    def whole() -> int:
        return sum(o.totals.kept for o in counting_tabs(region.db, [MID_YEAR], region.hour.date()).values())

    before = whole()
    decide(region, SUMMER, PREVIOUS_YEAR_END, "0001", "retirer")
    assert whole() == before - 480_000
    decide(region, SUMMER, PREVIOUS_YEAR_END, "0001", "revenir")
    assert whole() == before


@pytest.mark.parametrize("end", [
    [[purchase("Scanner", 9_600, action_id=None, intitule="Scanner 64 barrettes")]],  # renamed, its number wiped
    [[purchase("Scanner", 9_600, action_id="0001", intitule="Scanner neuf")], [purchase("Scanner", 9_600, action_id=None)]],
    [[purchase("Scanner", 9_600, action_id="0002", intitule="Scanner neuf"), purchase("Gants", 1_200, action_id="0001")]],
], ids=["renamed", "renamed, then as before", "renamed and numbered anew"])  # fmt: skip
def test_a_struck_line_that_is_renamed_and_loses_its_number_stays_struck(
    region: Region, end: list[list[dict[str, Any]]]
) -> None:
    send(region, WINTER, PREVIOUS_YEAR_END, [purchase("Scanner", 9_600), purchase("Gants", 1_200)])
    decide(region, WINTER, PREVIOUS_YEAR_END, "0001", "retirer")
    for sending in end:
        send(region, SUMMER, MID_YEAR, [*sending, purchase("Gants", 1_200, action_id="0002")][:2])
    assert kept_cents(region, 2022) == 60_000


def test_another_purchase_of_the_same_market_and_date_is_a_new_one(region: Region) -> None:
    send(region, WINTER, PREVIOUS_YEAR_END, [purchase("Scanner", 9_600)])
    decide(region, WINTER, PREVIOUS_YEAR_END, "0001", "retirer")
    send(region, SUMMER, MID_YEAR, [purchase("Scanner", 4_800, action_id=None, intitule="Échographe")])
    assert kept_cents(region, 2022) == 240_000
