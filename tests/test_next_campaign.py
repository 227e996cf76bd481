"""The next trame comes with what is already known: nobody types twice, and a line keeps its number."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook, load_workbook
from sqlite_utils import Database

from config.folder import Folder
from config.french import euros
from config.territory import Scope
from jobs.taking_in.folders import pull
from reports.gains import gains, lines_behind
from reports.view import Subject, View
from sheets import writing
from sheets.places import places
from sheets.register.database import open_register
from sheets.register.known_actions import expected_lines
from sheets.trames.paat import ACTIONS, PAAT
from sheets.writing import HEADING_ROW
from tests.conftest import FillTrame, as_bytes

SUPPORT, MOREZ = "390780146", "390780153"
JURA = Scope("ght", "BFC-08")
LINES = [
    {"intitule": "Gants", "gain_annuel": 9600, "date_premiere_commande": date(2021, 7, 1), "marche": "00123"},
    {"intitule": "Fini en janvier", "gain_annuel": 1200, "date_premiere_commande": date(2021, 1, 4)},
    {"intitule": "Impossible", "gain_annuel": 90000, "montant_reference": 50000, "date_premiere_commande": date(2021, 9, 1)},
    {"intitule": "Perte", "gain_annuel": -2400, "date_premiere_commande": date(2021, 12, 1)},
]  # fmt: skip


def noon_of(dated: date) -> Callable[[], datetime]:
    return lambda: datetime(dated.year, dated.month, dated.day, 12, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.fixture
def db(tmp_path: Path, folder: Folder, filled_trame: FillTrame) -> Database:
    """A register after the year-end campaign of 2021."""
    db = open_register(tmp_path / "v.sqlite")
    pull_bytes(db, tmp_path, folder, filled_trame({SUPPORT: LINES}), date(2022, 2, 1))
    return db


def pull_bytes(db: Database, where: Path, folder: Folder, raw_bytes: bytes, dated: date) -> None:
    (where / f"{dated}.xlsx").write_bytes(raw_bytes)
    summary = pull(db, folder, [where / f"{dated}.xlsx"], noon_of(dated))
    assert summary.how_many("refuse") == 0


def next_workbook(db: Database, folder: Folder, campaign: str, dated: date) -> Workbook:
    """The workbook handed out for a campaign, opened as its reader would."""
    c = folder.campaigns[campaign]
    whole = places(PAAT, "BFC-08", c.situation, folder.territory).values()
    lines, taken = expected_lines(db, folder, c, whole, dated)
    raw_bytes = as_bytes(writing.prefilled(PAAT, "BFC-08", c, folder, lines, taken))
    return load_workbook(io.BytesIO(raw_bytes))


def rows(book: Workbook, folder: Folder, finess: str = SUPPORT) -> list[dict[str, Any]]:
    """The typed lines of a tab, by column key, with the cell's lock."""
    members = folder.territory.members("BFC-08", date(2022, 6, 30))
    sheet = book[writing.tab_names(members)[finess]]
    keys = [c.key for c in ACTIONS.columns]
    read_ones = []
    for cells in sheet.iter_rows(min_row=HEADING_ROW + 1):
        values = {c: cell.value for c, cell in zip(keys, cells, strict=False)}
        if values["intitule"]:
            read_ones.append(
                values | {"verrou": cells[keys.index("gain_annuel")].protection.locked, "note": cells[0].comment}
            )
    return read_ones


def test_only_the_lines_that_still_yield_come_with_next_year_and_they_are_locked(db: Database, folder: Folder) -> None:
    read_ones = rows(next_workbook(db, folder, "2022-mi-annee", date(2022, 6, 15)), folder)
    assert {v["intitule"]: (v["action_id"], v["verrou"]) for v in read_ones} == {
        "Gants": ("0001", True),
        "Perte": ("0004", True),
    }
    gloves = next(v for v in read_ones if v["intitule"] == "Gants")
    assert (gloves["marche"], gloves["gain_annuel"], gloves["date_premiere_commande"].date()) == (
        "00123",
        9600,
        date(2021, 7, 1),
    )
    assert euros(480_000) in gloves["note"].text


def test_the_numbers_left_are_those_nobody_has(db: Database, folder: Folder) -> None:
    book = next_workbook(db, folder, "2022-mi-annee", date(2022, 6, 15))
    sheet = book.worksheets[1]
    numbers = [sheet.cell(r, 1).value for r in range(HEADING_ROW + 1, sheet.max_row + 1)]
    assert numbers[:3] == ["0001", "0004", "0002"]
    assert len(set(numbers)) == len(numbers)


def test_sent_back_as_it_came_it_is_worth_the_report_to_the_cent(db: Database, folder: Folder, tmp_path: Path) -> None:
    raw_bytes = as_bytes(next_workbook(db, folder, "2022-mi-annee", date(2022, 6, 15)))
    pull_bytes(db, tmp_path, folder, raw_bytes, date(2022, 7, 1))
    view = View(db, folder, date(2022, 7, 1))
    assert gains(view, Subject(JURA, 2022)).totals.kept == 480_000 - 220_000
    assert {e.label: e.precision for e in lines_behind(view, Subject(JURA, 2022)).elements} == {
        "Gants": "report de 2021-annuelle",
        "Perte": "report de 2021-annuelle",
    }


def test_year_end_comes_with_every_line_of_mid_year_open_to_typing_but_the_reports(
    db: Database, folder: Folder, tmp_path: Path
) -> None:
    book = next_workbook(db, folder, "2022-mi-annee", date(2022, 6, 15))
    sheet = book.worksheets[1]
    added_line: dict[str, Any] = {"intitule": "Draps", "famille": "Hôtellerie", "operateur": "GHT", "mode": "récurrent", "nature": "exploitation",
             "statut": "potentiel", "montant_reference": 1000, "gain_annuel": 10}  # fmt: skip
    for column, c in enumerate(ACTIONS.columns, 1):
        if c.key in added_line:
            sheet.cell(HEADING_ROW + 3, column).value = added_line[c.key]
    pull_bytes(db, tmp_path, folder, as_bytes(book), date(2022, 7, 1))
    read_ones = rows(next_workbook(db, folder, "2022-annuelle", date(2023, 1, 10)), folder)
    assert [(v["intitule"], v["action_id"], v["verrou"]) for v in read_ones] == [
        ("Gants", "0001", True), ("Perte", "0004", True), ("Draps", "0002", False)]  # fmt: skip


def test_a_hospital_that_sent_nothing_gets_a_blank_tab(db: Database, folder: Folder) -> None:
    assert rows(next_workbook(db, folder, "2022-mi-annee", date(2022, 6, 15)), folder, MOREZ) == []


def test_typed_over_a_report_the_known_value_counts_and_it_is_said(
    db: Database, folder: Folder, tmp_path: Path
) -> None:
    book = next_workbook(db, folder, "2022-mi-annee", date(2022, 6, 15))
    column = [c.key for c in ACTIONS.columns].index("gain_annuel") + 1
    book.worksheets[1].cell(HEADING_ROW + 1, column, 96_000)
    pull_bytes(db, tmp_path, folder, as_bytes(book), date(2022, 7, 1))
    assert gains(View(db, folder, date(2022, 7, 1)), Subject(JURA, 2022)).totals.kept == 480_000 - 220_000
    all_said = db.execute("SELECT cellule, message FROM constats WHERE code = 'report-modifie'").fetchall()
    assert len(all_said) == 1
    assert euros(9_600_000) in all_said[0][1]
    assert euros(960_000) in all_said[0][1]
