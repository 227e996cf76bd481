"""French notations: read to the right value, or reported; never to a wrong value, never to zero."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.french import MONTHS, text_key
from sheets.cells import Doubtful, Problem, amount, date_, decimal_number, euros, text, whole_number

AMOUNTS_READ = {
    "1 234,56 €": 123_456, "49747,50": 4_974_750, "3,5": 350, "(1 234)": -123_400, "-3,2": -320, "12 k€": 1_200_000,
    "12,5 k€": 1_250_000, "1,2 M€": 120_000_000, "12 500 TTC": 1_250_000, "12 500,00 € TTC": 1_250_000,
    "1.234,56": 123_456, "1,234.56": 123_456, "1 234 567": 123_456_700, "1234-": -123_400, "− 12": -1_200,
    "0,123": 12, "1'234.50": 123_450, "1.234.567": 123_456_700, "€ 12": 1_200, ",5": 50, "5 k": 500_000, "+12": 1_200,
    "1\u202f234,5\u00a0€": 123_450, "12 euros": 1_200, "12 EUR": 1_200,
}  # fmt: skip
REFUSES = ["NC", "à voir", "-", "néant", "12 500 HT", "12 %", "1.234", "1,234", "12 34", "5,", "--3", "(-3)", "1e5", "2 m",
           "12/07", "k€", "€", "1,2,3", "1.2.3", "12 500 €/an", "env. 12", "12 à 15", "0x10", "١٢", "½", "12\u00a0\u00a034 5",
           "23\n581", "23\r\n581", "23\t581", "23   581", "23 581\n-500", "23 / 581", "23 ; 581", "23 581 + 500", "23 581 dont 500"]  # fmt: skip


@pytest.mark.parametrize(("written", "cents"), AMOUNTS_READ.items(), ids=list(AMOUNTS_READ))
def test_an_amount_as_people_type_it(written: str, cents: int) -> None:
    assert euros(written) == cents


@pytest.mark.parametrize("written", REFUSES)
def test_what_is_not_an_amount_is_reported_with_what_was_seen(written: str) -> None:
    reading = euros(written)
    assert isinstance(reading, Problem)
    assert reading.shown.strip()


def test_blank_is_none_and_never_zero() -> None:
    assert [euros(b) for b in ("", "  ", "\u00a0", None)] == [None] * 4
    assert euros("0") == euros(0.0) == euros("0,00 €") == 0


THOUSANDS_SPACES = [" ", "\u00a0", "\u202f", "", "\u2009"]
cents_drawn = st.integers(-(10**11), 10**11)


@given(cents_drawn, st.sampled_from(THOUSANDS_SPACES), st.sampled_from(["", "€", " €", "\u00a0€", " EUR", " € TTC"]),
       st.sampled_from(["-", "\N{MINUS SIGN}", "- ", "()"]))  # fmt: skip
def test_any_amount_in_any_french_notation_is_read_back(cents: int, thousands: str, unit: str, minus: str) -> None:
    whole_part, rest = divmod(abs(cents), 100)
    body = f"{whole_part:,}".replace(",", thousands) + f",{rest:02d}"
    if cents < 0:
        body = f"({body})" if minus == "()" else minus + body
    assert euros(body + unit) == cents


@given(st.integers(0, 10**9), st.sampled_from("kM"), st.sampled_from(["€", " €", "euros"]))
def test_thousands_and_millions_of_euros_are_read_or_reported(n: int, k: str, unit: str) -> None:
    whole_part, rest = divmod(n, 10)
    reading = euros(f"{whole_part},{rest} {k}{unit}")
    expected = n * {"k": 10_000, "M": 10_000_000}[k]
    assert reading == expected or (isinstance(reading, Problem) and expected >= 10**14)


@given(st.floats(-1e11, 1e11, allow_nan=False).filter(lambda x: x == 0 or abs(x) >= 1))
def test_a_number_of_excel_is_rounded_half_away_from_zero_once(x: float) -> None:
    assert euros(x) == int((Decimal(repr(x)) * 100).quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.parametrize(
    ("raw", "cents", "said"),
    [(0.75, 75, "taux"), (-0.5, -50, "taux"), ("0,05", 5, "taux"), ("-0,5 €", -50, "taux"), (0.004, 0, "taux"), (1e-9, 0, "taux"),
     (23.581, 2_358, "trois décimales"), ("1234,567", 123_457, "trois décimales"), ("12 345,678 €", 1_234_568, "trois décimales"),
     (1e9, 100_000_000_000, "milliard"), (-5e11, -50_000_000_000_000, "milliard"), ("2 000 M€", 200_000_000_000, "milliard")],
)  # fmt: skip
def test_an_amount_that_may_be_something_else_is_used_and_said(raw: object, cents: int, said: str) -> None:
    reading = amount(raw)
    assert isinstance(reading, Doubtful)
    assert (reading.value, said in reading.why) == (cents, True)


@pytest.mark.parametrize("raw", [0.0, "0", "0,00 €", 1.0, -1.0, "1", 23.58, "12,50", 1234.567, 999_999_999.0, "12,5 k€", "1,2 M€",
                                  1200.0000001, 3.5])  # fmt: skip
def test_an_ordinary_amount_is_not_in_doubt(raw: object) -> None:
    assert amount(raw) == euros(raw)
    assert isinstance(euros(raw), int)


@pytest.mark.parametrize("raw", [1e12, 1e308, "1e12", "1 000 000 000 000", float("inf"), float("nan"), True, "NC"])
def test_what_no_purchase_costs_is_refused(raw: object) -> None:
    assert isinstance(amount(raw), Problem)


@given(st.text(max_size=30))
def test_any_text_is_a_value_or_a_problem_never_a_crash(typed: str) -> None:
    for read in (euros, decimal_number, whole_number, date_):
        reading = read(typed)
        assert reading is None or isinstance(reading, int | Decimal | date | Problem)
        if reading is None:
            assert (
                not typed.strip("\u200b\u00a0\u202f\u2007\u2009\u200a \t\r\n\f\v\x1c\x1d\x1e\x1f\x85\u2028\u2029")
                or typed.isspace()
            )


DATES = {
    "01/07/2021": date(2021, 7, 1), "1/7/21": date(2021, 7, 1), "01-07-2021": date(2021, 7, 1), "01.07.2021": date(2021, 7, 1),
    "2021-07-01": date(2021, 7, 1), "2021-07-01 00:00:00": date(2021, 7, 1), "1er juillet 2021": date(2021, 7, 1),
    "juil-21": date(2021, 7, 1), "juil. 21": date(2021, 7, 1), "juillet 2021": date(2021, 7, 1), "07/2021": date(2021, 7, 1),
    "15 décembre 2021": date(2021, 12, 15), "2021-07-01T00:00:00.000Z": date(2021, 7, 1),
    "2021-06-30T22:00:00.000Z": date(2021, 7, 1), "2021-07-01T00:00:00+02:00": date(2021, 7, 1), "2021-07-01T00:00Z": date(2021, 7, 1),
    "2021-03-27T00:00:00+02:00": date(2021, 3, 27), "2021-12-31T22:00:00-05:00": date(2021, 12, 31),
    "2021-07-01T10:30:00+0200": date(2021, 7, 1), "2021-12-31T23:00:00Z": date(2022, 1, 1), "2021-07-01T08:15": date(2021, 7, 1),
    "01/07/2021 14:30": date(2021, 7, 1), "01/07/2021 00:00:00": date(2021, 7, 1), "01/07/2021 à 14h30": date(2021, 7, 1),
    "1er juillet 2021, 9 h 05": date(2021, 7, 1), "2021/07/01": date(2021, 7, 1), "aout-21": date(2021, 8, 1), "29/02/2024": date(2024, 2, 29),
}  # fmt: skip


@pytest.mark.parametrize(("written", "day"), DATES.items(), ids=list(DATES))
def test_a_date_as_people_type_it(written: str, day: date) -> None:
    assert date_(written) == day


@pytest.mark.parametrize(
    "written",
    [
        "07/31/2021",
        "31/02/2021",
        "29/02/2021",
        "2021",
        2021.0,
        "jui-21",
        "en cours",
        "01/07",
        True,
        3.5,
        "1/7/1021",
        "7/1/2021 2:30 PM",
        "2021-13-01T00:00:00Z",
        "2021-07-01T25:00:00Z",
        "0001-01-01T00:00:00Z",
        "2021-07/01",
        "01/07/2021\n02/07/2021",
        "01/07/2021 - 14",
    ],
)
def test_what_is_not_a_date_is_reported(written: object) -> None:
    assert isinstance(date_(written), Problem)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_any_day_in_any_french_notation_is_read_back(day: date) -> None:
    month = MONTHS[day.month - 1]
    typed_texts = [
        f"{day:%d/%m/%Y}", f"{day.day}/{day.month}/{day.year}", f"{day:%d-%m-%y}", f"{day:%Y-%m-%d}",
        f"{day.day} {month} {day.year}", f"{day.day} {text_key(month)} {day:%y}", f"{day:%d.%m.%Y}", f" {day:%d/%m/%Y} ",
    ]  # fmt: skip
    assert {date_(e) for e in typed_texts} == {day}
    assert date_(f"{month} {day.year}") == day.replace(day=1)
    assert date_(float((day - date(1899, 12, 30)).days)) == day


def test_codes_stay_text_with_their_zeros() -> None:
    assert [text(b) for b in ("00123", "1E5", "NA", "010780054", 123.0, " a  b ")] == [
        "00123",
        "1E5",
        "NA",
        "010780054",
        "123",
        "a b",
    ]
