"""The gain of one action: worked lines, and what must hold for every line anyone could type."""

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets.gain import cumul, mesure, part_de_l_exercice

CAS = Path(__file__).parent / "data" / "cas_gains.csv"


def cents(euros: str) -> int:
    return round(float(euros) * 100)


def lignes() -> list[dict[str, str]]:
    with CAS.open(encoding="utf-8") as f:
        return list(csv.DictReader(f))


@pytest.mark.parametrize("cas", lignes(), ids=lambda c: c["cas"])
def test_worked_lines_are_right_to_the_cent(cas: dict[str, str]) -> None:
    quand = cas["date_premiere_commande"]
    m = mesure(
        cents(cas["gain_annuel"]),
        cas["statut"],
        date.fromisoformat(quand) if quand else None,
        int(cas["exercice"]),
        date.fromisoformat(cas["situation"]),
    )
    attendu = tuple(cents(cas[c]) for c in ("gain_exercice", "report", "realise_a_date"))
    assert (m.gain_exercice, m.report, m.realise_a_date) == attendu


def test_the_forecast_of_an_undated_notifie_starts_the_month_after_the_situation() -> None:
    m = mesure(1_200_000, "notifié", None, 2021, date(2021, 6, 30))
    assert m.prevision == 600_000


gains = st.integers(-(10**12), 10**12)
jours = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@given(gains, jours)
def test_the_parts_of_all_exercices_add_up_to_the_annual_gain(gain: int, jour: date) -> None:
    assert sum(part_de_l_exercice(gain, jour, n) for n in range(jour.year - 1, jour.year + 3)) == gain


@given(gains, jours)
def test_a_loss_is_the_mirror_of_a_gain(gain: int, jour: date) -> None:
    assert part_de_l_exercice(-gain, jour, jour.year) == -part_de_l_exercice(gain, jour, jour.year)


@given(gains, st.integers(1, 12), st.integers(2000, 2099))
def test_every_month_of_the_year_is_worth_a_twelfth_to_the_cent(gain: int, mois: int, annee: int) -> None:
    part = part_de_l_exercice(gain, date(annee, mois, 15), annee)
    assert abs(12 * part - gain * (13 - mois)) <= 6


@given(jours, st.sampled_from(["potentiel", "abandonné", "notifié"]), gains)
def test_only_realise_counts(jour: date, statut: str, gain: int) -> None:
    m = mesure(gain, statut, jour, jour.year, jour)
    assert (m.gain_exercice, m.report, m.realise_a_date) == (0, 0, 0)


@given(gains)
def test_a_gain_stops_at_twelve_months_and_zero_is_zero(gain: int) -> None:
    assert cumul(gain, 12) == cumul(gain, 400) == gain
    assert cumul(gain, 0) == cumul(gain, -3) == cumul(0, 7) == 0
