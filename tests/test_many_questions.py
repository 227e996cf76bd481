"""`vigie ask --lot`: many questions in one run, in the order of the file; nothing passes from one conversation to another."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from jobs.command_line import vigie
from tests.region import Region, new_region
from tests.test_under_alert import JURA, JURA_SUD, ORDINARY_LINES, YEAR_END

DIRECTOR, READER, REFERENT = (
    "directeur.bfc-08@exemple.invalid",
    "lecture@exemple.invalid",
    "referent.bfc@exemple.invalid",
)
TITLES = "conversation;profil;jour;question"


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    """The Jura sent twice: what is asked of a day between the two has the first figure."""
    region = new_region(tmp_path_factory.mktemp("region"))
    region.dated(date(2022, 1, 20)).send("Jura.xlsx", JURA, YEAR_END, {JURA_SUD: ORDINARY_LINES[:2]})
    region.dated(date(2022, 1, 27)).send("Jura.xlsx", JURA, YEAR_END, {JURA_SUD: ORDINARY_LINES})
    yield region
    region.db.close()


def run(region: Region, *rows: str, titles: str = TITLES, encoding: str = "utf-8") -> Result:
    file = region.where / "lot.csv"
    file.write_text("\n".join((titles, *rows, "")), encoding=encoding)
    return CliRunner().invoke(
        vigie, ["ask", "--lot", str(file), "--registre", str(region.where / "vigie.sqlite"), "--today", "2022-01-31"]
    )


def answers(region: Region, *rows: str, **how: str) -> list[dict[str, Any]]:
    done = run(region, *rows, **how)
    assert done.exit_code == 0, done.output
    return [json.loads(li) for li in done.stdout.splitlines()]


def test_every_row_has_its_line_in_the_order_of_the_file(region: Region) -> None:
    rows = ["a;;;gains bfc 2021", "b;;;objectif bfc 2021", "a;;;qui n'a pas remis ?"]
    said = answers(region, *rows)
    assert [(s["ligne"], s["conversation"], s["question"]) for s in said] == [
        (2, "a", "gains bfc 2021"), (3, "b", "objectif bfc 2021"), (4, "a", "qui n'a pas remis ?"),
    ]  # fmt: skip
    assert [s["intention"] for s in said] == ["gains", "objectif", "retards"]


def test_an_answer_is_the_one_that_is_asked_alone(region: Region) -> None:
    (said,) = answers(region, "a;;2022-01-27;gains bfc 2021 par famille")
    alone = region.ask("gains bfc 2021 par famille")
    assert {k: said[k] for k in alone} == json.loads(json.dumps(alone))


def test_questions_of_one_conversation_follow_each_other_and_others_share_nothing(region: Region) -> None:
    rows = ["a;;;gains jura 2021", "b;;;gains bfc 2022", "a;;;pourquoi ?", "b;;;et en 2021 ?", ";;;pourquoi ?"]
    first, _, why, year, alone = answers(region, *rows)
    assert why["intention"] == "pourquoi"
    assert why["perimetre"] == first["perimetre"]
    assert why["valeur"] == first["valeur"]
    assert (year["perimetre"]["code"], year["exercice"]) == ("BFC", 2021)
    (asked_first,) = answers(region, "c;;;pourquoi ?")
    assert alone["comprise"] == asked_first["comprise"]
    assert alone["comprise"]["perimetre"] != why["comprise"]["perimetre"]


def test_who_asks_decides_the_rights_and_follows_only_their_own_questions(region: Region) -> None:
    rows = [
        f"a;{DIRECTOR};;gains 2021", f"a;{READER};;pourquoi gains jura 2021", f"a;{REFERENT};;pourquoi ?",
        f"a;{DIRECTOR.upper()};;pourquoi ?",
    ]  # fmt: skip
    own, closed, other, mine = answers(region, *rows)
    assert own["perimetre"]["code"] == JURA
    assert closed["refus"] is True
    assert other["comprise"]["perimetre"] != {"type": "ght", "code": JURA}
    assert mine["perimetre"]["code"] == JURA


def test_each_day_has_its_own_figure(region: Region) -> None:
    rows = [f"a;;{d};gains jura 2021" for d in ("2022-01-19", "21/01/2022", "2022-01-27", "")]
    figures = [s["valeur"] for s in answers(region, *rows)]
    assert figures == [None, "200001.00", "600015.00", "600015.00"]


def test_what_was_understood_is_said(region: Region) -> None:
    rows = [
        "a;;;bonjour, les 3 derniers ght de bfc en 2021", "b;;;gains bfc sauf jura 2021",
        "c;;;compare le ght jura et le ght de nevers en 2021", "d;;;gains bfc 2021 par famille en image",
        "e;;;qu'est-ce qui a changé depuis le 20/01 ?", "f;;;bla bla truc", "g;;;évolution des gains bfc 2020 2021",
    ]  # fmt: skip
    rank, but, against, drawn, since, lost, years = (s["comprise"] for s in answers(region, *rows))
    assert (rank["intention"], rank["n"], rank["sens"], rank["par"]) == ("classement", 3, "bas", "ght")
    assert {"bonjour", "les", "de"} & set(rank["ignore"])
    assert not {"derniers", "2021", "3"} & set(rank["ignore"])
    assert but["sauf"] == [{"type": "ght", "code": JURA}]
    assert but["metrique"] == "gain retenu"
    assert [p["code"] for p in against["contre"]] == ["BFC-06"]
    assert (drawn["par"], drawn["forme"]) == ("famille", "image")
    assert since["depuis"] == "2022-01-20"
    assert (lost["intention"], lost["perimetre"], lost["ignore"]) == (None, None, [])
    assert years["exercices"] == [2020, 2021]
    keys = ["intention", "metrique", "perimetre", "exercice", "exercices", "par", "filtres", "sauf", "contre", "n",
            "sens", "place", "depuis", "campagne", "forme", "ignore"]  # fmt: skip
    assert all(list(c) == keys for c in (rank, but, against, drawn, since, lost, years))


def test_a_bad_row_is_one_sentence_and_stops_nothing(region: Region) -> None:
    rows = [
        "a;personne@exemple.invalid;;gains bfc 2021", "a;;hier;gains bfc 2021", "a;;;", "a;;;gains; bfc", "a;;gains",
        'a;;;"gains\nbfc"', "", "a;;;gains bfc 2021",
    ]  # fmt: skip
    done = run(region, *rows)
    said = [json.loads(li) for li in done.stdout.splitlines()]
    sentences = [
        "« personne@exemple.invalid » n'est pas dans", "« hier » dans « jour » n'est pas une date",
        "La colonne « question » est vide", "Cette ligne a 5 cellules, les titres en ont 4",
        "Cette ligne a 3 cellules, les titres en ont 4", "un guillemet n'est sans doute pas refermé",
    ]  # fmt: skip
    assert len(said) == 7
    for row, sentence in zip(said, sentences, strict=False):
        assert set(row) == {"ligne", "conversation", "question", "erreur"}
        assert sentence in row["erreur"]
        assert "\n" not in row["erreur"]
    assert said[-1]["intention"] == "gains"
    assert done.exit_code == 0
    assert done.stderr.endswith("7 questions, dont 6 lignes en erreur.\n")


def test_a_file_from_excel_in_another_order_with_columns_of_its_own(region: Region) -> None:
    (said,) = answers(
        region, '"gains jura, 2021",note à part,,a,', titles="Question,Note,Jour,Conversation,Profil", encoding="cp1252"
    )
    assert (said["conversation"], said["valeur"]) == ("a", "600015.00")


@pytest.mark.parametrize(
    ("titles", "sentence"),
    [
        ("conversation;profil;question", "colonnes absentes ou en double : jour."),
        (f"{TITLES};Jour", "colonnes absentes ou en double : jour."),
        ("", "colonnes absentes ou en double : conversation, profil, jour et question."),
    ],
)
def test_a_file_without_its_columns_is_refused_whole(region: Region, titles: str, sentence: str) -> None:
    done = run(region, "a;;;gains", titles=titles)
    assert done.exit_code != 0
    assert done.stdout == ""
    assert sentence in str(done.exception) + done.stderr


def test_what_does_not_go_with_a_file_is_said(region: Region, tmp_path: Path) -> None:
    for more in (["gains"], ["--as", READER], ["--incomprises"], ["--as-of", "2022-01-01"], ["--xlsx", "x.xlsx"]):
        done = CliRunner().invoke(vigie, ["ask", "--lot", "lot.csv", *more])
        assert "--lot se donne seul" in str(done.exception) + done.stderr
    done = CliRunner().invoke(vigie, ["ask", "--lot", str(tmp_path / "absent.csv"), "--json"])
    assert "Fichier introuvable" in str(done.exception) + done.stderr


def test_nothing_of_a_file_is_remembered(region: Region) -> None:
    asked = "SELECT count(*), max(id) FROM questions"
    with closing(sqlite3.connect(region.where / "vigie.sqlite")) as db:
        before = db.execute(asked).fetchone()
        answers(region, "a;;;gains bfc 2021", "b;;;charabia incompris", f"c;{READER};;gains bfc 2021")
        assert db.execute(asked).fetchone() == before
