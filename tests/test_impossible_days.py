"""A day that nobody can have meant: refused wherever it is typed by one rule, and harmless where it already stands."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from bots.everything_due import dues
from config.errors import UserError
from config.folder import load_folder
from jobs.commands.status import state
from jobs.wiring import Workshop
from sheets.register.decisions import ght_decisions, impossible_extensions
from tests import acted
from tests.region import Region, new_region
from tests.test_bureau import JURA, act_count, jura_region, send
from tests.test_dossier import AT_END, copied, write

__all__ = ["copied", "jura_region"]
CAMPAIGN, GHT = "2021-annuelle", "BFC-08"
LAST = date(2022, 2, 28) + timedelta(days=366)
IMPOSSIBLE = ["9999-12-31", "0001-01-01", "demain", "31/12/9999"]


@pytest.mark.parametrize("typed", ["9999-12-31", "2101-01-01", (LAST + timedelta(days=1)).isoformat(), "0001-01-01",
                                   "2022-02-30", "demain", "31/12/9999"])  # fmt: skip
def test_the_form_and_the_act_refuse_the_same_days(typed: str, jura_region: Region) -> None:
    answer = send(jura_region, "prolonger", JURA, jusqu_au=typed, motif="grève")
    assert set(answer["errors"]) == {"jusqu_au"}
    assert act_count(jura_region) == 0
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return
    with pytest.raises(UserError):
        acted.extend(jura_region.main(), CAMPAIGN, GHT, day, "grève")


def test_a_year_is_the_furthest_and_is_said(jura_region: Region) -> None:
    with pytest.raises(UserError, match=f"trop loin.*jusqu'au {LAST:%d/%m/%Y}"):
        acted.extend(jura_region.main(), CAMPAIGN, GHT, LAST + timedelta(days=1), "grève")
    acted.extend(jura_region.main(), CAMPAIGN, GHT, LAST, "grève")
    assert ght_decisions(jura_region.db, CAMPAIGN, jura_region.hour.date())[GHT].extended_to == LAST


@pytest.mark.parametrize("stored", IMPOSSIBLE)
def test_a_row_that_already_stands_stops_nobodys_reminders_and_is_told(
    stored: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    region = new_region(tmp_path).silence_alerts()
    region.dated(date(2022, 2, 14), 10)
    before = dues(region.view, region.hour)
    acted.extend(region.main(), CAMPAIGN, GHT, date(2022, 4, 1), "grève")
    region.db.execute("UPDATE actes SET valeur = ?", (stored,))
    region.db.execute(
        "INSERT INTO gestes (le, par, pour, genre, campagne, unite, jusqu_au) VALUES ('2022-02-14T09:00:00+01:00', 'x',"
        " 'paat.bfc-08@exemple.invalid', 'reporter', ?, ?, ?)", (CAMPAIGN, GHT, stored),
    )  # fmt: skip
    region.db.conn.commit()
    after = dues(region.view, region.hour)
    assert {r.key for r in after.reminders} == {r.key for r in before.reminders} != set()
    assert len(impossible_extensions(region.db)) == 1
    state(Workshop(region.view.folder.path, region.where / "vigie.sqlite", date(2022, 2, 14)), False)
    said = " ".join(capsys.readouterr().out.split())
    assert f"La prolongation de GHT Jura pour {CAMPAIGN}, donnée par referent.bfc@exemple.invalid le 2022-02-14" in said
    assert f"dit « {stored} » : elle ne compte pas" in said
    acted.extend(region.main(), CAMPAIGN, GHT, date(2022, 4, 1), "grève")
    assert impossible_extensions(region.db) == []


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("campagnes.csv", "15/03/2022", "31/12/9999"),
        ("personnes.csv", "21/08/2022", "31/12/9999"),
        ("personnes.csv", "01/08/2022", "01/08/0022"),
        ("objectifs.csv", "01/07/2021", "0001-01-01"),
        ("territoire.csv", AT_END, f"BFC;{GHT};GHT Jura;390000000;CH X;partie;01/01/2020;31/12/9999"),
    ],
)
def test_no_file_of_the_folder_takes_one(copied: Path, file: str, old: str, new: str) -> None:
    write(copied, file, old, new)
    with pytest.raises(
        UserError, match=r"n'est pas une date possible : une année de 1900 à 2100 était attendue, ou rien"
    ):
        load_folder(copied)
