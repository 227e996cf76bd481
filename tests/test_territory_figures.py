"""Figures of a territory that changes, or of which something is left out: the parts always add up to the whole."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from config.territory import FRANCE, Scope
from reports.coverage import coverage, performance
from reports.forecast import forecast
from reports.gains import gains
from reports.progress import late_ones, states, status
from reports.quality import line_quality
from reports.ranking import ranking
from reports.view import Subject
from tests.region import REFERENT, Region, answer_as_json, new_region, subject

MID_YEAR, NEXT_YEAR_END = "2022-mi-annee", "2022-annuelle"
NORTH, SOUTH, CLOSED = "420000011", "420000012", "420000013"
NORTH_BANK, SOUTH_BANK = "BFC-31", "BFC-32"
ROWS = f"""
BFC;{NORTH_BANK};GHT Rive Nord;{NORTH};CH Rive Haute;support;;
BFC;{NORTH_BANK};GHT Rive Nord;{CLOSED};CH Rive Close;partie;;30/09/2022
BFC;{NORTH_BANK};GHT Rive Nord;{SOUTH};CH Rive Basse;partie;01/10/2022;
BFC;{SOUTH_BANK};GHT Rive Sud;{SOUTH};CH Rive Basse;support;;30/09/2022
IDF;IDF-91;GHT Rive Ouest;920000011;CH Rive Ouest;support;;
"""
JULY = {"date_premiere_commande": date(2022, 7, 1), "montant_reference": 100_000}


@pytest.fixture
def region(tmp_path: Path) -> Region:
    """Two GHT answer at mid-year, then are one: 1 000 and 3 000 euros of the exercice; 500 of a hospital that closes."""
    r = new_region(tmp_path)
    r.edit_folder("territoire.csv", ";debut;fin\n", f";debut;fin{ROWS}")
    bought = "".join(f"{f};2021;{m};test\n" for f, m in ((NORTH, 1_000_000), (SOUTH, 2_000_000), (CLOSED, 500_000)))
    r.edit_folder("achats.csv", ";source\n", f";source\n{bought}")
    r.dated(date(2022, 7, 20))
    r.send(
        "nord.xlsx",
        NORTH_BANK,
        MID_YEAR,
        {NORTH: [{**JULY, "gain_annuel": 2_000}], CLOSED: [{**JULY, "gain_annuel": 1_000}]},
    )
    r.send("sud.xlsx", SOUTH_BANK, MID_YEAR, {SOUTH: [{**JULY, "gain_annuel": 6_000}]})
    return r.dated(date(2023, 2, 1))


def parts(answer: dict[str, Any]) -> dict[str, str]:
    return {li["code"]: li["valeur"] for li in answer["lignes"] if li["valeur"] is not None}


def test_every_ght_that_makes_a_figure_has_its_row(region: Region) -> None:
    r = region.ask("gains BFC 2022 par ght")
    assert (r["valeur"], parts(r)) == ("4500.00", {SOUTH_BANK: "3000.00", NORTH_BANK: "1500.00"})
    assert next(li for li in r["lignes"] if li["code"] == SOUTH_BANK)["precision"] == "n'est plus attendu au 31/12/2022"
    assert r["trames"] == {"recues": 1, "attendues": 12}
    assert parts(region.ask("gains BFC 2022 par établissement")) == {
        NORTH: "1000.00",
        SOUTH: "3000.00",
        CLOSED: "500.00",
    }


def test_what_is_gone_can_still_be_asked_about(region: Region) -> None:
    south = region.ask("gains GHT Rive Sud 2022")
    assert (south["valeur"], south["trames"], south["objectif"]) == ("3000.00", {"recues": 0, "attendues": 0}, None)
    compared = region.ask("compare GHT Rive Sud et GHT Rive Nord 2022")
    assert (compared["valeur"], parts(compared)) == ("1500.00", {SOUTH_BANK: "3000.00", NORTH_BANK: "1500.00"})
    assert region.ask("gains CH Rive Close 2022")["valeur"] == "500.00"
    assert region.ask("pourquoi gains GHT Rive Sud 2022")["valeur"] == "3000.00"
    assert region.ask("gains GHT Rive Nord 2022")["valeur"] == "1500.00"
    for question in ("statut", "qualité", "couverture", "performance", "prévision", "rejets", "qui n'a pas remis", "tâches",
                     "échéances", "retour", "classement", "objectif", "alertes", "évolution"):  # fmt: skip
        assert region.ask(f"{question} GHT Rive Sud 2022")["texte"], question
    referent = region.folder.persons[REFERENT]
    assert answer_as_json("gains CH Rive Close 2022", referent, region.view, region.hour)["valeur"] == "500.00"


def test_a_row_follows_the_last_tab_that_counts(region: Region) -> None:
    region.send("fin.xlsx", NORTH_BANK, NEXT_YEAR_END, {SOUTH: [{**JULY, "gain_annuel": 8_000}]})
    assert parts(region.ask("gains BFC 2022 par ght")) == {NORTH_BANK: "5500.00"}
    with_past = region.ask("gains BFC 2022 par ght", date(2023, 1, 31))
    assert parts(with_past) == {SOUTH_BANK: "3000.00", NORTH_BANK: "1500.00"}
    assert region.ask("gains GHT Rive Sud 2022")["valeur"] is None


@pytest.mark.parametrize(
    ("left_out", "expected", "rows"),
    [
        ("GHT Rive Sud", "1500.00", {NORTH_BANK: "1500.00"}),
        ("GHT Rive Nord", "3000.00", {SOUTH_BANK: "3000.00"}),
        ("CH Rive Haute", "3500.00", {SOUTH_BANK: "3000.00", NORTH_BANK: "500.00"}),
        ("CH Rive Close", "4000.00", {SOUTH_BANK: "3000.00", NORTH_BANK: "1000.00"}),
        ("GHT Rive Nord et GHT Rive Sud", None, {}),
    ],
)
def test_what_is_left_out_is_in_no_part(
    region: Region, left_out: str, expected: str | None, rows: dict[str, str]
) -> None:
    r = region.ask(f"gains BFC 2022 par ght sauf {left_out}")
    assert (r["valeur"], parts(r)) == (expected, rows)
    names = {NORTH_BANK, SOUTH_BANK} - rows.keys() if "GHT" in left_out else set()
    assert not names & {li["code"] for li in r["lignes"]}
    assert region.ask(f"pourquoi gains BFC 2022 sauf {left_out}")["valeur"] == expected


def test_a_region_left_out_of_the_country_is_expected_nowhere(region: Region) -> None:
    region.dated(date(2023, 2, 1)).send(
        "ouest.xlsx", "IDF-91", NEXT_YEAR_END, {"920000011": [{**JULY, "gain_annuel": 200}]}
    )
    whole, part = (
        region.ask("gains France 2022 par région"),
        region.ask("gains France 2022 par région sauf BFC"),
    )
    assert (whole["valeur"], part["valeur"]) == ("4600.00", "100.00")
    expected = {"BFC": 12, "IDF": sum(g.region == "IDF" for g in region.folder.territory.ghts.values())}
    assert whole["trames"]["attendues"] - part["trames"]["attendues"] == expected["BFC"]
    assert parts(part) == {"IDF": "100.00"}
    assert "BFC" not in {li["code"] for li in part["lignes"]}
    assert part["objectif"] is None
    by_ght = region.ask("gains France 2022 par GHT sauf BFC")
    assert not any(li["code"].startswith("BFC") for li in by_ght["lignes"])


def test_every_figure_forgets_what_is_left_out(region: Region) -> None:
    without = Subject(
        Scope("region", "BFC"), 2022, but_for=(Scope("ght", NORTH_BANK), Scope("etablissement", "390780153"))
    )
    assert NORTH_BANK not in {e.ght.code for e in states(region.view, without)}
    assert NORTH_BANK not in {
        e.code for e in (*status(region.view, without).elements, *late_ones(region.view, without).elements)
    }
    ranked = ranking(region.view, Subject(without.scope, 2022, by="ght", but_for=without.but_for))
    assert [e.code for e in ranked.elements] == [SOUTH_BANK]
    assert forecast(region.view, without).value == 300_000
    assert (line_quality(region.view, without).value, gains(region.view, without).expected_trames) == (1, 11)
    assert performance(region.view, without).facts["perimetre_traite"] == 10_000_000
    purchases = coverage(region.view, without).facts["achats"]
    all_but = coverage(region.view, subject("BFC", 2022)).facts["achats"]
    north = coverage(region.view, subject(NORTH_BANK, 2022)).facts["achats"]
    morez_purchases = coverage(region.view, Subject(Scope("etablissement", "390780153"), 2022)).facts["achats"]
    assert int(str(all_but)) - int(str(purchases)) == int(str(north)) + int(str(morez_purchases)) > 0


@pytest.mark.parametrize("figure", [coverage, performance, forecast])
def test_the_country_is_the_sum_of_its_ght_for_what_is_not_only_tabs(region: Region, figure: Any) -> None:
    keys = {"coverage": ("perimetre_traite", "achats"), "performance": ("gain_annuel", "perimetre_traite"),
            "forecast": ("notifie", "report", "impute", "absents")}[figure.__name__]  # fmt: skip
    ghts = region.folder.territory.ghts
    for key in keys:
        each = [figure(region.view, Subject(Scope("ght", g), 2022)).facts[key] for g in ghts]
        assert sum(each) == figure(region.view, Subject(FRANCE, 2022)).facts[key], key


def test_everything_left_out_leaves_nothing_to_count(region: Region) -> None:
    r = region.ask("gains GHT Rive Sud 2022 sauf CH Rive Basse")
    assert r["valeur"] is None
    assert "Tout est exclu de GHT Rive Sud" in r["texte"]
    assert region.ask("gains GHT Jura 2022 sauf GHT Jura")["valeur"] is None


@pytest.mark.parametrize("question", ["qualité", "couverture", "performance", "prévision", "statut", "qui n'a pas remis",
                                      "rejets", "classement", "pourquoi gains", "pourquoi prévision"])  # fmt: skip
def test_an_answer_says_what_it_leaves_out(region: Region, question: str) -> None:
    r = region.ask(f"{question} BFC 2022 sauf GHT Rive Nord")
    assert "hors GHT Rive Nord" in r["texte"]
    assert r["sauf"] == [{"type": "ght", "code": NORTH_BANK}]


def test_an_objective_is_that_of_a_whole(region: Region) -> None:
    r = region.ask("objectif BFC 2022 sauf GHT Rive Nord")
    assert r["intention"] is None
    assert "exclure" in r["texte"]
