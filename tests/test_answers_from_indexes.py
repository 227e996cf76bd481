"""What every answer looks up, and the lines that a rate adds up, are read in an index that holds them whole."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from tests.region import Region, new_region
from tests.test_under_alert import JURA, JURA_SUD, MOREZ, ORDINARY_LINES, YEAR_END

NEXT = "2022-mi-annee"


@pytest.fixture
def region(tmp_path: Path) -> Region:
    """Two exercices of one GHT: a rate of the first also looks at the lines of the second."""
    r = new_region(tmp_path)
    many = [{**line, "intitule": f"Achat {n} {k}"} for n in range(8) for k, line in enumerate(ORDINARY_LINES)]
    r.send("Jura.xlsx", JURA, YEAR_END, {JURA_SUD: [*ORDINARY_LINES, *many], MOREZ: ORDINARY_LINES[:1]})
    r.dated(date(2022, 7, 20)).send("Ensuite.xlsx", JURA, NEXT, {JURA_SUD: ORDINARY_LINES[1:]})
    return r


def plans(region: Region, question: str, word: str) -> list[str]:
    """How SQLite reads what that answer asks of the register, of the queries that bear that word."""
    asked: list[tuple[str, Any]] = []
    execute = Database.execute

    def listening(db: Database, sql: str, parameters: Any = None) -> Any:
        if word in sql:
            asked.append((sql, parameters))
        return execute(db, sql, parameters) if parameters is not None else execute(db, sql)

    with pytest.MonkeyPatch.context() as m:
        m.setattr(Database, "execute", listening)
        region.ask(question)
    return [r[3] for sql, p in asked for r in region.db.execute(f"EXPLAIN QUERY PLAN {sql}", p).fetchall()]


@pytest.mark.parametrize("counted", [False, True], ids=["a new register", "one that was analysed"])
@pytest.mark.parametrize("figure", ["performance", "couverture"])
def test_a_rate_adds_up_its_lines_without_reading_them(region: Region, figure: str, *, counted: bool) -> None:
    if counted:
        region.db.execute("ANALYZE")
    read = [p for p in plans(region, f"{figure} BFC 2021", "perimetre_traite_avant") if " USING " in p]
    carrying = [p for p in read if p.startswith("SEARCH n ")]
    assert len(carrying) == 1
    assert "USING COVERING INDEX lignes_paat_continued" in carrying[0]
    assert plans(region, f"{figure} BFC 2021", "SELECT l.date_premiere_commande") == []


@pytest.mark.parametrize("question", ["gains BFC 2021", "évolution BFC", "prévision Jura 2022", "performance BFC 2021"])
def test_the_last_file_of_a_campaign_is_found_without_walking_through_the_others(region: Region, question: str) -> None:
    read = [p for p in plans(region, question, "FROM fichiers WHERE campagne") if " fichiers" in p]
    assert read
    assert {p for p in read if "fichiers_last (campagne=? AND id<?)" not in p} == set()
