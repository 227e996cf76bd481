"""Which of two lines alike is a copy, which only asks for a look, and which is a report that repeats nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sheets.findings import Severity
from sheets.trames.paat.on_campaigns import CrossCheckedLine, likely_duplicate
from tests import acted
from tests.region import Region, new_region, subject

BELFORT, GHT = "900000365", "BFC-09"
YEAR_END, MID_YEAR = "2021-annuelle", "2022-mi-annee"
MARCH, MAY = date(2021, 3, 1), date(2021, 5, 3)


def purchase(ordered_on: date | None = MARCH, **rest: Any) -> dict[str, Any]:
    return {"intitule": "Gants", "marche": "AC 1", "gain_annuel": 4_000, "montant_reference": 80_000,
            "date_premiere_commande": ordered_on, **rest}  # fmt: skip


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return new_region(tmp_path)


def doubles_found(
    region: Region, *lines: dict[str, Any], campaign: str = YEAR_END
) -> list[tuple[int | None, Severity]]:
    region.dated(date(2022, 1, 20) if campaign == YEAR_END else date(2022, 7, 1))
    region.send(f"{campaign}.xlsx", GHT, campaign, {BELFORT: lines})
    return sorted((c.line, c.severity) for c in region.findings(campaign, "doublon"))


NOTIFIED: dict[str, Any] = {"statut": "notifié"}


@pytest.mark.parametrize(("first", "second", "expected"), [
    (purchase(), purchase(), Severity.REJECTION),
    (purchase(), purchase(intitule="gants ", marche="ac1"), Severity.REJECTION),
    (purchase(), purchase(marche=" A C 1 "), Severity.REJECTION),
    (purchase(), purchase(MAY), Severity.ALERT),
    (purchase(**NOTIFIED), purchase(**NOTIFIED), Severity.REJECTION),
    (purchase(None, **NOTIFIED), purchase(None, **NOTIFIED), Severity.REJECTION),
    (purchase(), purchase(None, **NOTIFIED), Severity.REJECTION),
    (purchase(None, **NOTIFIED), purchase(MAY), Severity.REJECTION),
    (purchase(), purchase(MAY, **NOTIFIED), Severity.ALERT),
    (purchase(gain_annuel=-50), purchase(gain_annuel=-50), Severity.REJECTION),
    (purchase(), purchase(gain_annuel=4_001), None),
    (purchase(), purchase(montant_reference=80_001), None),
    (purchase(), purchase(intitule="Gants stériles"), None),
    (purchase(), purchase(marche="AC 2"), None),
    (purchase(marche=None), purchase(marche=None), None),
    (purchase(marche=" "), purchase(marche=None), None),
    (purchase(statut="potentiel"), purchase(), None),
    (purchase(), purchase(statut="abandonné"), None),
])  # fmt: skip
def test_two_lines_of_a_tab(region: Region, first: Any, second: Any, expected: Severity | None) -> None:
    assert doubles_found(region, first, second) == ([(6, expected)] if expected else [])


def test_a_copy_of_a_second_purchase_is_struck_and_the_second_purchase_asks_for_a_look(region: Region) -> None:
    assert doubles_found(region, purchase(), purchase(MAY), purchase(MAY), purchase()) == [
        (6, Severity.ALERT), (7, Severity.REJECTION), (8, Severity.REJECTION),
    ]  # fmt: skip
    assert region.view.tabs_that_count(subject(GHT, 2021))[0].totals.kept == 333_333 + 266_667


def test_a_line_struck_otherwise_strikes_no_other(region: Region) -> None:
    assert doubles_found(region, purchase(famille=None), purchase()) == []


JULY = date(2021, 7, 1)


def test_a_market_renewed_with_its_amounts_does_not_repeat_its_report(region: Region) -> None:
    doubles_found(region, purchase(JULY))
    assert doubles_found(region, purchase(JULY), purchase(date(2022, 7, 1)), campaign=MID_YEAR) == []
    assert (
        doubles_found(
            region, purchase(date(2022, 7, 1), action_id=None), purchase(JULY, action_id="0001"), campaign=MID_YEAR
        )
        == []
    )
    assert doubles_found(region, purchase(JULY), purchase(None, **NOTIFIED), campaign=MID_YEAR) == []


@pytest.mark.parametrize("place", [0, 1])
def test_of_two_copies_of_a_report_the_one_that_is_carried_counts(region: Region, place: int) -> None:
    doubles_found(region, purchase(JULY))
    lines = [purchase(JULY, action_id="0099"), purchase(JULY, action_id="0099")]
    lines[place]["action_id"] = "0001"
    other = 1 - place
    assert doubles_found(region, *lines, campaign=MID_YEAR) == [(5 + other, Severity.REJECTION)]
    assert region.view.tabs_that_count(subject(GHT, 2022))[0].totals.kept == 200_000


def test_two_lines_alike_that_a_referent_kept_are_both_carried(region: Region) -> None:
    assert doubles_found(region, purchase(JULY), purchase(JULY)) == [(6, Severity.REJECTION)]
    acted.decide(region.main(), f"{YEAR_END}/{BELFORT}/0002", "retenir", "deux lots")
    assert doubles_found(region, purchase(JULY), purchase(JULY), campaign=MID_YEAR) == []
    assert region.view.tabs_that_count(subject(GHT, 2022))[0].totals.kept == 400_000


def test_without_a_register_two_copies_of_a_report_are_one(region: Region) -> None:
    assert doubles_found(region, purchase(JULY), purchase(JULY), campaign=MID_YEAR) == [(6, Severity.REJECTION)]
    assert doubles_found(region, purchase(JULY), purchase(date(2021, 8, 2)), campaign=MID_YEAR) == []


@pytest.mark.parametrize("spellings", [("AC1", "ac1"), ("AC1", "AC 1"), (" ac 1", "AC\u00a01")])
def test_a_market_spelt_otherwise_in_two_etablissements_is_the_same(spellings: tuple[str, str], region: Region) -> None:
    lines = [
        CrossCheckedLine(n, n, n, "G", f"F{n}", "Fournitures", m, 100, 50_000)
        for n, m in enumerate((*spellings, "AC2", " ", ""))
    ]
    assert [li.id for li, _ in likely_duplicate.function(lines, region.folder)] == [0, 1]
