"""What an exercice would come to, how territories and years compare, what is left to do, what was not understood."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from config.territory import Scope
from reports.comparison import comparison, evolution
from reports.forecast import forecast
from reports.ranking import ranking
from reports.todo import tasks
from sheets.register import asked
from sheets.trames.paat import ACTIONS
from tests import acted
from tests.region import Region, answer_as_json, new_region, subject

YEAR_END, MID_YEAR = "2021-annuelle", "2022-mi-annee"
JOIGNY, SENS, AVALLON = "890000417", "890970569", "890000409"
JULY_LINE = {"date_premiere_commande": date(2021, 7, 1), "montant_reference": 1_000_000, "gain_annuel": 96_000}


@pytest.fixture
def region(tmp_path: Path) -> Region:
    """In 2021, Nord Yonne kept 48 000 € and leaves 48 000 € to 2022; Sud Yonne kept 24 000 € and leaves as much."""
    r = new_region(tmp_path)
    r.send("nord.xlsx", "BFC-05", YEAR_END, {SENS: [{**JULY_LINE, "intitule": "Gants"}]})
    r.send("sud.xlsx", "BFC-04", YEAR_END, {AVALLON: [{**JULY_LINE, "intitule": "Linge", "gain_annuel": 48_000}]})
    return r.dated(date(2022, 7, 20))


def facts(region: Region, code: str = "BFC") -> dict[str, int]:
    """In euros (or counts), the forecast of 2022 and what it is made of."""
    r = forecast(region.view, subject(code, 2022))
    in_euros = {k: int(str(v)) // (1 if k in ("absents", "anciens") else 100) for k, v in r.facts.items()}
    return {"valeur": int(r.value or 0) // 100, "retenu": r.totals.kept // 100, **in_euros}


def test_before_anyone_answers_the_forecast_is_the_report_and_the_imputed_stays_beside(region: Region) -> None:
    f = facts(region)
    assert (f["valeur"], f["retenu"], f["notifie"], f["report"]) == (72_000, 0, 0, 72_000)
    assert (f["impute"], f["impute_reporte"], f["absents"]) == (72_000, 72_000, 11)


def test_a_report_is_never_counted_with_the_line_that_carries_it(region: Region) -> None:
    new_line = {"intitule": "Neuf", "date_premiere_commande": date(2022, 1, 10), "montant_reference": 900_000,
               "gain_annuel": 12_000}  # fmt: skip
    notified = {"intitule": "À venir", "statut": "notifié", "date_premiere_commande": date(2022, 10, 1),
               "montant_reference": 500_000, "gain_annuel": 40_000}  # fmt: skip
    taken_up = {**JULY_LINE, "intitule": "Gants"}
    region.send("nord22.xlsx", "BFC-05", MID_YEAR, {SENS: [taken_up, new_line, notified]})
    f = facts(region, "BFC-05")
    assert (f["valeur"], f["retenu"], f["notifie"], f["report"]) == (70_000, 60_000, 10_000, 0)
    assert (f["impute"], f["absents"]) == (0, 0)
    everything = facts(region)
    assert (everything["valeur"], everything["report"], everything["impute"], everything["absents"]) == (
        94_000,
        24_000,
        24_000,
        10,
    )


def test_a_report_that_was_not_taken_up_is_still_inherited(region: Region) -> None:
    fresh = {"intitule": "Neuf", "date_premiere_commande": date(2022, 1, 10), "montant_reference": 900_000,
            "gain_annuel": 12_000}  # fmt: skip
    region.send("nord22.xlsx", "BFC-05", MID_YEAR, {SENS: [fresh]})
    f = facts(region, "BFC-05")
    assert (f["valeur"], f["retenu"], f["report"]) == (60_000, 12_000, 48_000)


def test_a_line_struck_by_a_referent_leaves_nothing_to_the_next_exercice(region: Region) -> None:
    acted.decide(region.main(), f"{YEAR_END}/{SENS}/0001", "retirer", "relu")
    f = facts(region)
    assert (f["valeur"], f["impute"]) == (24_000, 24_000)


def test_the_sums_kept_with_a_tab_are_those_of_its_lines(region: Region) -> None:
    lines = region.db.execute("SELECT * FROM lignes_paat")
    names = [c[0] for c in lines.description]
    added: dict[tuple[int, str], tuple[int, int]] = {}
    for line in (dict(zip(names, r, strict=True)) for r in lines):
        for m in (m for m in ACTIONS.measures if m.key != ACTIONS.headline):
            declared, struck = added.get((line["onglet"], m.key), (0, 0))
            more = m.struck(line[m.key]) if line["bloquee"] else 0
            added[line["onglet"], m.key] = (declared + line[m.key], struck + more)
    sums = {(o, m): (d, r) for o, m, d, r in region.db.execute("SELECT onglet, mesure, declare, retire FROM sommes")}
    assert sums == {k: v for k, v in added.items() if v != (0, 0)}
    assert len({o for o, _ in sums}) == 2


def test_two_places_are_set_side_by_side_on_what_came_from_both(region: Region) -> None:
    r = comparison(region.view, subject("BFC-05", 2021, others=(Scope("ght", "BFC-04"), Scope("region", "BFC"))))
    assert [e.value for e in r.elements] == [4_800_000, 2_400_000, 7_200_000]
    assert (r.value, r.received_so_far, r.expected_trames) == (2_400_000, 2, 11)


def test_an_evolution_goes_through_the_exercices_that_were_opened(region: Region) -> None:
    region.send("nord22.xlsx", "BFC-05", MID_YEAR, {SENS: [{**JULY_LINE, "intitule": "Gants"}]})
    r = evolution(region.view, subject("BFC-05", 2022))
    assert [(e.label, e.value) for e in r.elements] == [("2021", 4_800_000), ("2022", 4_800_000)]
    assert r.value == 0
    before = evolution(region.view.dated(date(2022, 3, 1)), subject("BFC-05", 2021))
    assert [e.label for e in before.elements] == ["2021"]


def test_a_ranking_leaves_out_those_that_sent_nothing_and_says_so(region: Region) -> None:
    r = ranking(region.view, subject("BFC", 2021, by="ght", how_many=1, from_bottom=True))
    assert [(e.label, e.beside) for e in r.elements] == [("GHT Sud Yonne-Haut-Nivernais", "2e sur 2")]
    assert r.facts["absents"] == 9


def test_a_ght_is_told_what_it_owes_and_what_it_costs(region: Region) -> None:
    region.dated(date(2022, 2, 1))
    bad_line = {**JULY_LINE, "intitule": "Trop beau", "gain_annuel": 2_000_000}
    region.send("nord.xlsx", "BFC-05", YEAR_END, {SENS: [bad_line]}, handing_in=False)
    r = tasks(region.view, subject("BFC-05", 2021))
    codes = [e.code for e in r.elements]
    assert codes == ["remettre", "onglet", "performance-superieure-100"]
    assert r.elements[1].precision == "CH JOIGNY"
    assert "1 000 000 € en jeu" in r.elements[2].precision.replace("\u202f", " ").replace("\xa0", " ")
    referent_tasks = tasks(region.view, subject("BFC", 2021))
    assert [e.label for e in referent_tasks.elements if e.code == "trancher"] == ["Trancher 1 ligne : GHT Nord Yonne"]
    assert sum(e.code == "relancer" for e in referent_tasks.elements) == 10


def test_deadlines_follow_the_extension_of_a_ght(region: Region) -> None:
    acted.extend(region.main(), MID_YEAR, "BFC-05", date(2022, 9, 28), "intempéries")
    assert "28/09/2022" in region.ask("échéances GHT Nord Yonne")["texte"]
    assert "15/09/2022" in region.ask("échéances GHT Jura")["texte"].split("\n")[0]


def test_follow_ups_go_through_the_register(region: Region) -> None:
    region.ask("gains GHT Nord Yonne 2021")
    end = region.ask("et par famille ?")
    assert (end["intention"], end["par"], end["perimetre"]["code"]) == ("gains", "famille", "BFC-05")
    end = region.ask("et Sud Yonne ?")
    assert (end["perimetre"]["code"], end["par"], end["valeur"]) == ("BFC-04", "famille", "24000.00")
    end = region.ask("compare avec Nord Yonne")
    assert (end["intention"], end["valeur"]) == ("comparaison", "-24000.00")
    assert region.ask("et en 2022 ?")["intention"] == "comparaison"


def test_what_was_not_understood_is_listed_most_frequent_first_without_addresses(region: Region) -> None:
    neighbour = region.folder.persons["directeur.bfc-08@exemple.invalid"]
    for text in (
        "Gains UGAP",
        "gains vesoul",
        "gains ugap ?",
        "gains bfc 2021",
        "aide",
        "écris à quelqu.un@exemple.invalid",
    ):
        region.ask(text)
    answer_as_json("gains GHT Nièvre 2021", neighbour, region.view, region.hour)  # refused, but understood
    said_ones = [(i.text, i.times) for i in asked.questions_not_understood(region.db)]
    assert said_ones == [("gains ugap ?", 2), ("gains vesoul", 1), ("écris à …@…", 1)]
    assert len(asked.questions_not_understood(region.db, 1)) == 1
