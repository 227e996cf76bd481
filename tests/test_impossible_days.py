"""A day that nobody can have meant: refused wherever it is typed by one rule, and harmless where it already stands."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from config.errors import UserError
from config.folder import charge
from jobs.status import etat
from jobs.wiring import Atelier
from reports.due.everything import dues
from sheets.register import acts
from sheets.register.decisions import impossible_extensions, suites
from tests.region import Region, nouvelle
from tests.test_bureau import JURA, combien_d_actes, envoie, jura
from tests.test_dossier import A_LA_FIN, copie, ecrit

__all__ = ["copie", "jura"]
CAMPAIGN, GHT = "2021-annuelle", "BFC-08"
LAST = date(2022, 2, 28) + timedelta(days=366)
IMPOSSIBLE = ["9999-12-31", "0001-01-01", "demain", "31/12/9999"]


@pytest.mark.parametrize("typed", ["9999-12-31", "2101-01-01", (LAST + timedelta(days=1)).isoformat(), "0001-01-01",
                                   "2022-02-30", "demain", "31/12/9999"])  # fmt: skip
def test_the_form_and_the_act_refuse_the_same_days(typed: str, jura: Region) -> None:
    answer = envoie(jura, "prolonger", JURA, jusqu_au=typed, motif="grève")
    assert set(answer["errors"]) == {"jusqu_au"}
    assert combien_d_actes(jura) == 0
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return
    with pytest.raises(UserError):
        acts.prolonge(jura.main(), CAMPAIGN, GHT, day, "grève")


def test_a_year_is_the_furthest_and_is_said(jura: Region) -> None:
    with pytest.raises(UserError, match=f"trop loin.*jusqu'au {LAST:%d/%m/%Y}"):
        acts.prolonge(jura.main(), CAMPAIGN, GHT, LAST + timedelta(days=1), "grève")
    acts.prolonge(jura.main(), CAMPAIGN, GHT, LAST, "grève")
    assert suites(jura.db, CAMPAIGN, jura.heure.date())[GHT].prolongee_au == LAST


@pytest.mark.parametrize("stored", IMPOSSIBLE)
def test_a_row_that_already_stands_stops_nobodys_reminders_and_is_told(
    stored: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    region = nouvelle(tmp_path).sans_alertes()
    region.le(date(2022, 2, 14), 10)
    before = dues(region.vue, region.heure)
    acts.prolonge(region.main(), CAMPAIGN, GHT, date(2022, 4, 1), "grève")
    region.db.execute("UPDATE actes SET valeur = ?", (stored,))
    region.db.execute(
        "INSERT INTO gestes (le, par, pour, genre, campagne, unite, jusqu_au) VALUES ('2022-02-14T09:00:00+01:00', 'x',"
        " 'paat.bfc-08@exemple.invalid', 'reporter', ?, ?, ?)", (CAMPAIGN, GHT, stored),
    )  # fmt: skip
    region.db.conn.commit()
    after = dues(region.vue, region.heure)
    assert {r.cle for r in after.relances} == {r.cle for r in before.relances} != set()
    assert len(impossible_extensions(region.db)) == 1
    etat(Atelier(region.vue.dossier.chemin, region.ou / "vigie.sqlite", date(2022, 2, 14)), False)
    said = " ".join(capsys.readouterr().out.split())
    assert f"La prolongation de GHT Jura pour {CAMPAIGN}, donnée par referent.bfc@exemple.invalid le 2022-02-14" in said
    assert f"dit « {stored} » : elle ne compte pas" in said
    acts.prolonge(region.main(), CAMPAIGN, GHT, date(2022, 4, 1), "grève")
    assert impossible_extensions(region.db) == []


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("campagnes.csv", "15/03/2022", "31/12/9999"),
        ("personnes.csv", "21/08/2022", "31/12/9999"),
        ("personnes.csv", "01/08/2022", "01/08/0022"),
        ("objectifs.csv", "01/07/2021", "0001-01-01"),
        ("territoire.csv", A_LA_FIN, f"BFC;{GHT};GHT Jura;390000000;CH X;partie;01/01/2020;31/12/9999"),
    ],
)
def test_no_file_of_the_folder_takes_one(copie: Path, file: str, old: str, new: str) -> None:
    ecrit(copie, file, old, new)
    with pytest.raises(
        UserError, match=r"n'est pas une date possible : une année de 1900 à 2100 était attendue, ou rien"
    ):
        charge(copie)
