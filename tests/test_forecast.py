"""A forecast is a sum of lines: what is kept, notified, and left by the exercice before and taken up by nobody yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from config.territory import Scope
from reports.answer import Answer
from reports.forecast import forecast
from reports.view import Subject
from reports.why import of_the_forecast, why
from tests import acted
from tests.region import Region, new_region, subject

YEAR_END, MID_YEAR, NEXT_YEAR_END = "2021-annuelle", "2022-mi-annee", "2022-annuelle"
SENS, JOIGNY = "890970569", "890000417"
LATE = {"intitule": "Tardif", "date_premiere_commande": date(2021, 10, 1), "gain_annuel": 24_000,
        "montant_reference": 400_000}  # fmt: skip


def line(title: str, gain: float, day: date, **more: Any) -> dict[str, Any]:
    return {"intitule": title, "gain_annuel": gain, "montant_reference": 900_000, "date_premiere_commande": day, **more}


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return new_region(tmp_path)


def of(region: Region, exercice: int, code: str = SENS) -> tuple[int, int]:
    """(kept, forecast) of an établissement in whole euros; its lines add up to it, and so do its parts."""
    s = Subject(Scope("etablissement", code), exercice)
    r = forecast(region.view, s)
    assert sum(int(e.value or 0) for e in r.elements) == r.value
    assert sum(int(e.value or 0) for e in lines(region, s).elements) == r.value
    return r.totals.kept // 100, int(r.value or 0) // 100


def lines(region: Region, s: Subject) -> Answer:
    return why(region.view, Subject(s.scope, s.exercice, figure="prevision"), of_the_forecast)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        # Its only line left nothing; an action of last year is declared late.
        ([line("Vieux", 12_000, date(2021, 1, 10))], [LATE], (18_000, 18_000)),
        # It forgot to retype a report of 6 000, and declares a late action: neither hides the other.
        ([line("Gants", 12_000, date(2021, 7, 1))], [LATE], (18_000, 24_000)),
        # Of two reports, +6 000 and -1 000, the first alone is retyped.
        ([line("Gants", 12_000, date(2021, 7, 1)), line("Linge", -2_000, date(2021, 7, 1))],
         [line("Gants", 12_000, date(2021, 7, 1))], (6_000, 5_000)),
        # The loss alone is retyped.
        ([line("Gants", 12_000, date(2021, 7, 1)), line("Linge", -2_000, date(2021, 7, 1))],
         [line("Linge", -2_000, date(2021, 7, 1))], (-1_000, 5_000)),
        # Retyped with another status: the known value counts, and it is there once.
        ([line("Gants", 12_000, date(2021, 7, 1))],
         [line("Gants", 12_000, date(2021, 7, 1), statut="abandonné")], (6_000, 6_000)),
        # A loss that a check flags stays in, and so does what it leaves.
        ([line("Gants", 12_000, date(2021, 7, 1)), line("Linge", -2_000, date(2021, 7, 1), montant_reference=None)],
         [LATE], (18_000, 23_000)),
        # A gain that a check strikes leaves nothing.
        ([line("Trop", 12_000, date(2021, 7, 1), montant_reference=None)], [LATE], (18_000, 18_000)),
        # Nothing retyped: everything is still to come, the notified as well.
        ([line("Gants", 12_000, date(2021, 7, 1))],
         [line("Neuf", 12_000, date(2022, 10, 1), statut="notifié")], (0, 9_000)),
    ],
)  # fmt: skip
def test_a_report_is_inherited_until_a_line_continues_it(
    region: Region, before: list[Mapping[str, Any]], now: list[Mapping[str, Any]], expected: tuple[int, int]
) -> None:
    region.send("avant.xlsx", "BFC-05", YEAR_END, {SENS: before})
    wiped = [{**li, "action_id": None} for li in now]  # retyped by hand: they are recognised, or are new
    region.dated(date(2022, 7, 20)).send("apres.xlsx", "BFC-05", MID_YEAR, {SENS: wiped})
    assert of(region, 2022) == expected


def test_a_line_taken_up_then_left_out_at_the_end_of_the_year_is_inherited_again(region: Region) -> None:
    gloves, fresh = line("Gants", 12_000, date(2021, 7, 1)), line("Neuf", 2_400, date(2022, 1, 10))
    region.send("avant.xlsx", "BFC-05", YEAR_END, {SENS: [gloves]})
    region.dated(date(2022, 7, 20)).send("mi.xlsx", "BFC-05", MID_YEAR, {SENS: [gloves, fresh]})
    assert of(region, 2022) == (8_400, 8_400)
    region.dated(date(2023, 2, 1)).send("fin.xlsx", "BFC-05", NEXT_YEAR_END, {SENS: [{**fresh, "action_id": None}]})
    assert of(region, 2022) == (2_400, 8_400)
    assert of(region.dated(date(2022, 8, 1)), 2022) == (8_400, 8_400), "the past stays"


def test_a_line_struck_after_it_was_taken_up_leaves_nothing_behind(region: Region) -> None:
    gloves = line("Gants", 12_000, date(2021, 7, 1))
    region.send("avant.xlsx", "BFC-05", YEAR_END, {SENS: [gloves]})
    region.dated(date(2022, 7, 20)).send("mi.xlsx", "BFC-05", MID_YEAR, {SENS: [gloves]})
    acted.decide(region.main(), f"{MID_YEAR}/{SENS}/0001", "retirer", "relu")
    assert of(region, 2022) == (0, 0), "continued, whatever became of it"


def test_what_is_imputed_stays_beside_and_is_worded_as_what_it_is(region: Region) -> None:
    region.send("nord.xlsx", "BFC-05", YEAR_END, {SENS: [line("Gants", 72_000, date(2021, 12, 1))]})
    r = region.dated(date(2022, 7, 20)).ask("prévision GHT Nord Yonne 2022")
    assert (r["valeur"], r["faits"]["impute"], r["faits"]["impute_reporte"]) == ("66000.00", "6000.00", "66000.00")
    assert sum(float(li["valeur"]) for li in r["lignes"]) == 66_000
    assert [(li["code"], li["valeur"]) for li in r["a_part"]] == [("BFC-05", "6000.00")]
    text = r["texte"].replace("\u202f", " ").replace("\xa0", " ")
    assert "6 000 € imputés à 1 GHT sans réponse (leur retenu de 2021 ; leur report, 66 k€, est déjà dans" in text
    assert "dont" not in text.partition("À part")[2].partition("\n")[0]


def test_the_lines_of_a_forecast_are_shown_when_one_asks_why(region: Region) -> None:
    gloves, linen = line("Gants", 12_000, date(2021, 7, 1)), line("Linge", 2_400, date(2021, 7, 1))
    upcoming = line("À venir", 12_000, date(2022, 10, 1), statut="notifié")
    region.send("avant.xlsx", "BFC-05", YEAR_END, {SENS: [gloves], JOIGNY: [linen]})
    region.dated(date(2022, 7, 20)).send("mi.xlsx", "BFC-05", MID_YEAR, {SENS: [gloves, upcoming]})
    region.ask("prévision GHT Nord Yonne 2022")
    for question in ("pourquoi ?", "pourquoi prévision GHT Nord Yonne 2022"):
        r = region.ask(question)
        assert (r["intention"], r["chiffre"], r["valeur"]) == ("pourquoi", "prevision", "10200.00")
        assert [(li["libelle"], li["valeur"], li["precision"], li["reference"].split("/")[0]) for li in r["lignes"]] == [
            ("Gants", "6000.00", "report de 2021-annuelle", MID_YEAR),
            ("À venir", "3000.00", "notifié", MID_YEAR),
            ("Linge", "1200.00", "report de 2021 pas encore repris", YEAR_END),
        ]  # fmt: skip
    assert region.ask("prévision GHT Nord Yonne 2022")["valeur"] == "10200.00"
    assert forecast(region.view, subject("BFC", 2022)).value == 1_020_000
