"""Nothing leaves at night, at weekends or on a public holiday, and the nights when clocks change are nights like others."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.campaign import PARIS
from config.settings import HOLIDAY_TERRITORIES, WorkingHours
from config.working_hours import at_opening, next_moment, reason_to_wait, why_closed

HOURS = WorkingHours()

WAITS = [
    ("2022-06-01 10:00", "2022-06-01 10:00", "a Wednesday morning: at once"),
    ("2022-06-01 07:59", "2022-06-01 09:00", "before opening: the same day"),
    ("2022-06-01 18:00", "2022-06-02 09:00", "at closing: the next day"),
    ("2022-06-03 19:30", "2022-06-07 09:00", "a Friday evening before Whit Monday: Tuesday"),
    ("2022-07-14 10:00", "2022-07-15 09:00", "the 14th of July: the day after"),
    ("2022-12-24 10:00", "2022-12-26 09:00", "Christmas on a Sunday: Monday, a working day in most of France"),
    ("2022-10-29 23:00", "2022-10-31 09:00", "the weekend when an hour comes twice, then the eve of All Saints"),
    ("2023-03-25 12:00", "2023-03-27 09:00", "the weekend when an hour is missing"),
]


@pytest.mark.parametrize(("ask", "expected", "why"), WAITS, ids=[p for _, _, p in WAITS])
def test_a_message_waits_for_the_next_working_moment(ask: str, expected: str, why: str) -> None:
    instant, moment = (datetime.fromisoformat(t).replace(tzinfo=PARIS) for t in (ask, expected))
    assert next_moment(instant, HOURS) == moment, why


def test_nine_o_clock_is_nine_on_the_wall_before_and_after_the_clocks_change() -> None:
    assert next_moment(datetime(2022, 10, 29, tzinfo=UTC), HOURS) == datetime(2022, 10, 31, 8, tzinfo=UTC)
    assert next_moment(datetime(2023, 3, 25, tzinfo=UTC), HOURS) == datetime(2023, 3, 27, 7, tzinfo=UTC)


def test_alsace_moselle_and_overseas_have_holidays_of_their_own() -> None:
    good_friday, saint_stephen = date(2023, 4, 7), date(2022, 12, 26)
    assert not why_closed(good_friday, HOURS)
    assert why_closed(good_friday, WorkingHours(feries="Moselle")) == "jour férié (Vendredi saint)"
    assert why_closed(saint_stephen, WorkingHours(feries="Alsace"))
    assert why_closed(date(2022, 5, 27), WorkingHours(feries="Guadeloupe")), "the abolition of slavery"
    assert all(why_closed(date(2022, 7, 14), WorkingHours(feries=f)) for f in HOLIDAY_TERRITORIES)


def test_why_a_message_waits_is_said() -> None:
    def reason(text: str) -> str:
        return reason_to_wait(datetime.fromisoformat(text).replace(tzinfo=PARIS), HOURS)

    assert reason("2022-06-04 10:00") == "week-end"
    assert reason("2022-05-26 10:00") == "jour férié (Ascension)"
    assert reason("2022-06-01 20:00") == "hors des heures d'envoi (9h à 18h)"
    assert reason("2022-06-01 17:59") == ""


@given(st.integers(0, 15 * 365 * 24 * 60))
def test_the_next_moment_is_the_first_one_at_which_nothing_has_to_wait(minutes: int) -> None:
    instant = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    moment = next_moment(instant, HOURS)
    assert moment >= instant
    assert not reason_to_wait(moment, HOURS)
    if moment != instant:
        day = instant.astimezone(PARIS).date()
        while day < moment.date():
            assert at_opening(day, HOURS) < instant or why_closed(day, HOURS)
            day += timedelta(days=1)
        assert reason_to_wait(moment - timedelta(seconds=1), HOURS)
