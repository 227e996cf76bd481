"""The gain of one action: worked lines, and what must hold for every line anyone could type."""

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets.trames.paat.gain import cumulative, share_in_exercice, worth

CASES_FILE = Path(__file__).parent / "data" / "cas_gains.csv"


def cents(euros: str) -> int:
    return round(float(euros) * 100)


def lines() -> list[dict[str, str]]:
    with CASES_FILE.open(encoding="utf-8") as f:
        return list(csv.DictReader(f))


@pytest.mark.parametrize("example", lines(), ids=lambda c: c["cas"])
def test_worked_lines_are_right_to_the_cent(example: dict[str, str]) -> None:
    when = example["date_premiere_commande"]
    m = worth(
        cents(example["gain_annuel"]),
        example["statut"],
        date.fromisoformat(when) if when else None,
        int(example["exercice"]),
        date.fromisoformat(example["situation"]),
    )
    expected = tuple(cents(example[c]) for c in ("gain_exercice", "report", "realise_a_date"))
    assert (m.gain_exercice, m.report, m.realise_a_date) == expected


def test_the_forecast_of_an_undated_notifie_starts_the_month_after_the_situation() -> None:
    m = worth(1_200_000, "notifié", None, 2021, date(2021, 6, 30))
    assert m.prevision == 600_000


gains = st.integers(-(10**12), 10**12)
days = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@given(gains, days)
def test_the_parts_of_all_exercices_add_up_to_the_annual_gain(gain: int, day: date) -> None:
    assert sum(share_in_exercice(gain, day, n) for n in range(day.year - 1, day.year + 3)) == gain


@given(gains, days)
def test_a_loss_is_the_mirror_of_a_gain(gain: int, day: date) -> None:
    assert share_in_exercice(-gain, day, day.year) == -share_in_exercice(gain, day, day.year)


@given(gains, st.integers(1, 12), st.integers(2000, 2099))
def test_every_month_of_the_year_is_worth_a_twelfth_to_the_cent(gain: int, month: int, year: int) -> None:
    part = share_in_exercice(gain, date(year, month, 15), year)
    assert abs(12 * part - gain * (13 - month)) <= 6


@given(days, st.sampled_from(["potentiel", "abandonné", "notifié"]), gains)
def test_only_realise_counts(day: date, statut: str, gain: int) -> None:
    m = worth(gain, statut, day, day.year, day)
    assert (m.gain_exercice, m.report, m.realise_a_date) == (0, 0, 0)


@given(gains)
def test_a_gain_stops_at_twelve_months_and_zero_is_zero(gain: int) -> None:
    assert cumulative(gain, 12) == cumulative(gain, 400) == gain
    assert cumulative(gain, 0) == cumulative(gain, -3) == cumulative(0, 7) == 0
