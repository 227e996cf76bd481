"""What an answer does not need is neither walked through nor worked out twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from unittest import mock

import pytest

from config.objectives import Objective, in_force
from config.rights import Person
from config.territory import FRANCE, Scope
from reports.view import View
from sheets.register import what_counts
from sheets.register.database import read_transaction
from sheets.register.what_counts import ReceivedTab, counting_tabs
from tests.region import Region, answer_as_json, new_region
from tests.test_under_alert import JURA, JURA_SUD, MOREZ, ORDINARY_LINES, YEAR_END

NEXT = "2022-mi-annee"


@pytest.fixture
def region(tmp_path: Path) -> Region:
    r = new_region(tmp_path)
    r.send("Jura.xlsx", JURA, YEAR_END, {JURA_SUD: ORDINARY_LINES, MOREZ: ORDINARY_LINES[:1]})
    r.dated(date(2022, 7, 20)).send("Ensuite.xlsx", JURA, NEXT, {JURA_SUD: ORDINARY_LINES[1:]})
    return r


class Country(dict[str, ReceivedTab]):
    """What counts in a whole campaign; whoever walks through it is found out."""

    def __iter__(self) -> Iterator[str]:
        raise AssertionError("walked through")

    def keys(self) -> Iterator[str]:  # type: ignore[override]
        return iter(self)


def test_a_few_of_a_campaign_are_looked_up_without_walking_through_it(region: Region) -> None:
    whole = counting_tabs(region.db, [YEAR_END], region.view.as_of)
    with mock.patch.object(what_counts._Memory, "recall", return_value=Country(whole)):
        few = counting_tabs(region.db, [YEAR_END], region.view.as_of, ["999999999", JURA_SUD, MOREZ, JURA_SUD])
    assert list(few) == sorted([JURA_SUD, MOREZ])
    assert few == whole


def test_the_trames_of_each_exercice_of_an_evolution_are_counted_once(region: Region) -> None:
    with mock.patch.object(View, "received", autospec=True, side_effect=View.received) as received:
        r = region.ask("évolution BFC")
    shown = [li for li in r["lignes"] if li["valeur"] is not None]
    assert len(shown) == 2
    assert [li["precision"].split(", ")[-1] for li in shown] == ["1 trame sur 11"] * 2
    assert received.call_count == len(shown) + 1  # and the answer's own


class Elsewhere(Scope):
    """Of another exercice: it need not even be looked at."""

    def __eq__(self, _: object) -> bool:
        raise AssertionError("compared")

    __hash__ = Scope.__hash__


def test_objectives_of_other_exercices_are_not_compared() -> None:
    day = date(2022, 1, 1)
    ours = Objective(FRANCE, 2022, "v1", day, 100)
    others = [Objective(Elsewhere("national", "FR"), n, "v1", day, 1) for n in (2021, 2023)]
    later = Objective(Elsewhere("national", "FR"), 2022, "v2", date(2022, 6, 1), 1)
    assert in_force([*others, ours, later], FRANCE, 2022, date(2022, 2, 1)) == ours


def test_what_counts_is_looked_up_once_for_all_that_is_read_in_one_state(region: Region) -> None:
    with mock.patch.object(what_counts, "_last_words", side_effect=what_counts._last_words) as looked_up:
        with read_transaction(region.db):
            one = [counting_tabs(region.db, [YEAR_END], region.view.as_of, [f]) for f in (JURA_SUD, MOREZ, JURA_SUD)]
        assert looked_up.call_count == 1
        assert [list(o) for o in one] == [[JURA_SUD], [MOREZ], [JURA_SUD]]
        region.send("Jura.xlsx", JURA, YEAR_END, {JURA_SUD: ORDINARY_LINES[:1], MOREZ: ORDINARY_LINES[:1]})
        after = counting_tabs(region.db, [YEAR_END], region.view.as_of, [JURA_SUD])
    assert after[JURA_SUD].totals.declared < one[0][JURA_SUD].totals.declared


@pytest.mark.parametrize("question", ["prévision BFC 2022", "performance BFC 2021", "couverture BFC 2021"])
def test_who_sees_totals_alone_does_not_wait_for_a_look_up_of_each_ght(region: Region, question: str) -> None:
    director = Person("d@exemple.invalid", "Directeur", "ght", Scope("ght", JURA))
    with mock.patch.object(what_counts, "_last_words", side_effect=what_counts._last_words) as looked_up:
        answer_as_json(question, director, region.view, region.hour, None)
    asked = [str(c.args[1:]) for c in looked_up.call_args_list]
    assert asked
    assert max(map(asked.count, asked)) < 10  # of the whole; its eleven GHT add none
