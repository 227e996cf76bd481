"""However a spreadsheet or a person rewrites the column of numbers, a line stays the line it was, with its decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sheets.spelling import number_key
from tests import acted
from tests.region import Line, Region, new_region, subject

BELFORT, GHT, YEAR_END = "900000365", "BFC-09", "2021-annuelle"
DAYS = [date(2022, 1, d) for d in (20, 21, 24, 25, 26, 27, 28)]


def purchase(title: str, number: object, gain: int = 4_000, **rest: Any) -> dict[str, Any]:
    return {"intitule": title, "marche": f"M-{title}", "gain_annuel": gain, "action_id": number,
            "montant_reference": 80_000, "date_premiere_commande": date(2021, 1, 4), **rest}  # fmt: skip


TITLES = ("Gants", "Linge", "Papier", "Repas", "Gaz")


def trame(numbers: Sequence[object], titles: Sequence[str] = TITLES) -> list[dict[str, Any]]:
    """Each purchase keeps its amount, whatever its number and its place."""
    return [purchase(t, n, 1_000 * (TITLES.index(t) + 1)) for t, n in zip(titles, numbers, strict=True)]


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return new_region(tmp_path)


def send(region: Region, rank: int, lines: Sequence[Line]) -> None:
    region.dated(DAYS[rank]).send("nord.xlsx", GHT, YEAR_END, {BELFORT: lines})


def titles(region: Region) -> dict[str, str]:
    return {n: li["intitule"] for n, li in region.lines(BELFORT, YEAR_END).items()}


def kept(region: Region) -> int:
    return region.view.tabs_that_count(subject(GHT, 2021))[0].totals.kept


KNOWN_NUMBERS = ["0001", "0002", "0003", "0004", "0005"]


@pytest.mark.parametrize("written_numbers", [
    [1, 2, 3, 4, 5], ["1", "2", "3", "4", "5"], [" 1", "2 ", "\u00a03", "4", " 5 "], ["1.0", "2.0", "3,0", "4.00", "5.0"],
    ["N°1", "n° 2", "No 3", "N° 0004", "n°5"], ["00001", "000002", "003", "04", "5"], ["0001", 2, "0003", " 4", "N°5"],
    ["'0001", "'0002", "'0003", "'0004", "'0005"], [None, 2, None, "0004", " 5"],
], ids=str)  # fmt: skip
def test_a_converted_column_leaves_every_line_what_it_was(region: Region, written_numbers: list[object]) -> None:
    send(region, 0, trame(KNOWN_NUMBERS))
    acted.decide(region.main(), f"{YEAR_END}/{BELFORT}/0002", "retirer", "achat annulé")
    before = kept(region)
    send(region, 1, trame(written_numbers))
    assert titles(region) == dict(zip(KNOWN_NUMBERS, TITLES, strict=True))
    assert kept(region) == before == 1_500_000 - 200_000
    assert not region.findings(YEAR_END, "ligne-disparue", "numero-en-double")
    send(region, 2, trame(KNOWN_NUMBERS))
    assert titles(region) == dict(zip(KNOWN_NUMBERS, TITLES, strict=True))
    assert not region.findings(YEAR_END, "ligne-disparue", "numero-en-double", "identite-reconnue")


def test_a_converted_column_is_said_once(region: Region) -> None:
    send(region, 0, trame(KNOWN_NUMBERS))
    send(region, 1, trame([1, 2, 3, 4, 5]))
    (said,) = region.findings(YEAR_END, "identite-reconnue")
    assert "« 1 » pour « 0001 », et 4 autres" in said.message


def test_letters_are_the_same_in_either_case(region: Region) -> None:
    send(region, 0, trame(["ACH-1", "ACH-2", "ACH-3", "ACH-4", "ACH-5"]))
    send(region, 1, trame(["ach-1", "Ach-2", "ACH-3", "ACH - 4", "ach-5"]))
    assert titles(region) == dict(zip(["ACH-1", "ACH-2", "ACH-3", "ACH-4", "ACH-5"], TITLES, strict=True))


@pytest.mark.parametrize(("before", "after"), [(["22", "0022"], ["0022", "22"]), (["0022", "22"], ["0022", "22"])])
def test_two_lines_22_and_0022_of_one_tab_stay_two_lines(region: Region, before: list[str], after: list[str]) -> None:
    send(region, 0, trame(before, ["Gants", "Linge"]))
    assert titles(region) == dict(zip(before, ["Gants", "Linge"], strict=True))
    send(region, 1, trame(after, [dict(zip(before, ["Gants", "Linge"], strict=True))[n] for n in after]))
    assert titles(region) == dict(zip(before, ["Gants", "Linge"], strict=True))
    send(region, 2, trame([22, 22], ["Linge", "Gants"]))
    assert titles(region) == dict(zip(before, ["Gants", "Linge"], strict=True))
    assert not region.findings(YEAR_END, "ligne-disparue")


def test_a_second_spelling_typed_beside_the_known_one_is_another_line(region: Region) -> None:
    send(region, 0, trame(["0022"], ["Gants"]))
    send(region, 1, trame(["0022", "22"], ["Gants", "Linge"]))
    assert titles(region) == {"0022": "Gants", "22": "Linge"}


@pytest.mark.parametrize("written_numbers", [("22", "022"), ("022", "22"), ("N°22", "22.0"), ("22.0", "N°22")])
def test_of_two_spellings_of_a_known_number_the_line_that_is_like_it_bears_it(
    region: Region, written_numbers: tuple[str, str]
) -> None:
    send(region, 0, trame(["0022"], ["Gants"]))
    send(region, 1, trame(written_numbers, ["Gants", "Linge"]))
    assert titles(region) == {"0022": "Gants", written_numbers[1]: "Linge"}


@pytest.mark.parametrize("numbers", [
    ["0003", "0004", "0005", "0001", "0002"],  # filled anew after a sort
    ["0002", "0003", "0004", "0005", "0006"],  # shifted by one
    ["1001", "1002", "1003", "1004", "1005"],  # a numbering of their own
    ["A", "B", "C", "D", "E"], [5, 4, 3, 2, 1],
], ids=str)  # fmt: skip
def test_a_column_numbered_anew_leaves_every_line_what_it_was(region: Region, numbers: list[object]) -> None:
    send(region, 0, trame(KNOWN_NUMBERS))
    acted.decide(region.main(), f"{YEAR_END}/{BELFORT}/0002", "retirer", "achat annulé")
    before = kept(region)
    send(region, 1, trame(numbers))
    assert titles(region) == dict(zip(KNOWN_NUMBERS, TITLES, strict=True))
    assert kept(region) == before
    assert not region.findings(YEAR_END, "ligne-disparue")
    assert len(region.findings(YEAR_END, "identite-reconnue", "numero-en-double")) >= 1


def test_a_purchase_typed_in_place_of_one_that_moved_gets_a_number_of_its_own(region: Region) -> None:
    send(region, 0, trame(["0001", "0002"], ["Gants", "Linge"]))
    send(region, 1, [purchase("Scanner", "0001", 9_000), *trame(["0002"], ["Gants"])])
    assert titles(region) == {"0001": "Gants", "0003": "Scanner"}
    assert ["« 0002 »" in c.message for c in region.findings(YEAR_END, "ligne-disparue")] == [True]


def test_a_new_number_on_a_line_like_two_known_ones_is_a_new_line(region: Region) -> None:
    send(region, 0, [purchase("Gants", "0001", 4_000), purchase("Gants", "0002", 5_000)])
    send(
        region,
        1,
        [purchase("Gants", "0001", 4_000), purchase("Gants", "0050", 6_000), purchase("Gants", "0002", 5_000)],
    )
    assert set(titles(region)) == {"0001", "0050", "0002"}


@pytest.mark.parametrize("number", [None, "0002", 2])
def test_an_action_left_out_of_one_sending_and_back_in_the_next_is_the_same(region: Region, number: object) -> None:
    send(region, 0, trame([None, None], ["Gants", "Linge"]))
    assert titles(region) == {"0001": "Gants", "0002": "Linge"}
    acted.decide(region.main(), f"{YEAR_END}/{BELFORT}/0002", "retirer", "achat annulé")
    send(region, 1, trame([None], ["Gants"]))
    assert len(region.findings(YEAR_END, "ligne-disparue")) == 1
    send(region, 2, trame([None, number], ["Gants", "Linge"]))
    assert titles(region) == {"0001": "Gants", "0002": "Linge"}
    assert kept(region) == 100_000, "what was struck stays struck"
    assert not region.findings(YEAR_END, "ligne-disparue")


def test_judged_again_the_lines_keep_the_numbers_they_had(region: Region) -> None:
    send(region, 0, trame(KNOWN_NUMBERS))
    send(region, 1, trame([1, 2, 3, 4, 5]))
    send(region, 2, trame([None, "0002", 3, None, "N°5"]))
    assert region.judge_again(write=False) == []
    assert titles(region) == dict(zip(KNOWN_NUMBERS, TITLES, strict=True))


@pytest.mark.parametrize(("write", "expected"), [
    ("0022", "22"), (" 22", "22"), ("22.0", "22"), ("22,00", "22"), ("N°22", "22"), ("n° 0022", "22"), ("numéro 22", "22"),
    ("'22", "22"), ("0000", "0"), ("22.5", "22.5"), ("22-1", "22-1"), ("A-0022", "a-0022"), ("AC 1", "ac1"),
])  # fmt: skip
def test_spellings_of_a_number(write: str, expected: str) -> None:
    assert number_key(write) == expected
