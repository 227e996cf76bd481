"""« Rien à déclarer », said by the référent or in the workbook, is an empty tab at its instant."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from config.errors import UserError
from reports.progress import states
from tests import acted
from tests.region import Region, new_region, subject
from tests.test_vues import check_views_agree

BELFORT, SENS, JOIGNY, NORTH, YONNE = "900000365", "890970569", "890000417", "BFC-09", "BFC-05"
MID_YEAR, YEAR_END = "2022-mi-annee", "2022-annuelle"
SUMMER, NEXT_WINTER, DAYS_LATER = date(2022, 7, 1), date(2023, 1, 20), date(2023, 1, 25)
DIRECTOR = "directeur.bfc-09@exemple.invalid"


def purchase(gain: int) -> dict[str, Any]:
    return {"gain_annuel": gain, "montant_reference": 20_000, "date_premiere_commande": date(2022, 1, 5)}


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return new_region(tmp_path)


def kept_cents(region: Region, ght: str = NORTH, campaign: str | None = None) -> int:
    return sum(o.totals.kept for o in region.view.tabs_that_count(subject(ght, 2022, campaign)))


def declare(region: Region, day: date, campaign: str, gain: int) -> None:
    region.dated(day).send(f"{campaign}.xlsx", NORTH, campaign, {BELFORT: [purchase(gain)]})


@pytest.mark.parametrize("said", ["referent", "classeur"])
def test_it_replaces_what_mid_year_declared_and_a_later_tab_replaces_it(region: Region, said: str) -> None:
    declare(region, SUMMER, MID_YEAR, 500)
    assert kept_cents(region) == 50_000
    if said == "referent":
        acted.declare_neant(region.dated(NEXT_WINTER).main(), YEAR_END, BELFORT, "appel")
    else:
        region.dated(NEXT_WINTER).send("annuelle.xlsx", NORTH, YEAR_END, {}, neants=[BELFORT])
    assert (kept_cents(region), kept_cents(region, campaign=MID_YEAR)) == (0, 50_000)
    assert region.ask("gains BFC-09 2022")["valeur"] == "0.00"
    assert region.ask("gains BFC-09 2022")["trames"]["recues"] == 1
    check_views_agree(region.db, region.folder, NEXT_WINTER)
    declare(region, DAYS_LATER, YEAR_END, 700)
    assert kept_cents(region) == 70_000
    check_views_agree(region.db, region.folder, DAYS_LATER)
    assert [kept_cents(region.dated(j)) for j in (SUMMER, NEXT_WINTER, DAYS_LATER)] == [50_000, 0, 70_000]


def test_it_speaks_for_one_etablissement_alone(region: Region) -> None:
    region.dated(SUMMER).send("m.xlsx", YONNE, MID_YEAR, {SENS: [purchase(500)], JOIGNY: [purchase(300)]})
    acted.declare_neant(region.dated(NEXT_WINTER).main(), YEAR_END, SENS, "appel")
    assert kept_cents(region, YONNE) == 30_000
    assert {o.finess: o.totals.kept for o in region.view.tabs_that_count(subject(YONNE, 2022))} == {
        SENS: 0,
        JOIGNY: 30_000,
    }
    assert region.ask("pourquoi BFC-05 2022")["valeur"] == "300.00"
    assert region.ask("qu'est-ce qui a changé BFC-05 2022 depuis le 01/07/2022")["valeur"] == "-500.00"
    (state,) = states(region.view, subject(YONNE, 2022, YEAR_END))
    assert (state.progress, state.tabs) == ("ouverte", 1)


def test_said_in_the_campaign_of_a_received_tab_it_is_refused(region: Region) -> None:
    declare(region, NEXT_WINTER, YEAR_END, 500)
    with pytest.raises(UserError, match="a déjà répondu"):
        acted.declare_neant(region.main(), YEAR_END, BELFORT, "appel")


@pytest.mark.parametrize(("who", "expected"), [("referent.bfc@exemple.invalid", 0), (DIRECTOR, 50_000)])
def test_after_the_lock_the_region_may_say_it_and_the_ght_no_longer(region: Region, who: str, expected: int) -> None:
    declare(region, SUMMER, MID_YEAR, 500)
    acted.lock_ghts(region.dated(NEXT_WINTER).main(), YEAR_END, [NORTH], "fin de campagne")
    acted.declare_neant(region.dated(DAYS_LATER).main(who), YEAR_END, BELFORT, "appel")
    assert kept_cents(region) == expected
    check_views_agree(region.db, region.folder, DAYS_LATER)
    acted.lock_ghts(region.main(), YEAR_END, [NORTH], "reprise", yes=False)
    assert kept_cents(region) == 0


def test_what_came_before_is_still_known(region: Region) -> None:
    """A line declared at mid-year, said nothing of, then declared again: the same action, with its decision."""
    region.dated(SUMMER).send("m.xlsx", NORTH, MID_YEAR, {BELFORT: [{**purchase(500), "action_id": None}]})
    acted.decide(region.main(), f"{MID_YEAR}/{BELFORT}/0001", "retirer", "relu")
    acted.declare_neant(region.dated(NEXT_WINTER).main(), YEAR_END, BELFORT, "appel")
    region.dated(DAYS_LATER).send("a.xlsx", NORTH, YEAR_END, {BELFORT: [{**purchase(500), "action_id": None}]})
    assert list(region.lines(BELFORT, YEAR_END)) == ["0001"]
    assert kept_cents(region) == 0
