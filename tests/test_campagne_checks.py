"""Checks on a whole campaign: found whoever sent the lines, in whatever order they arrived."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime
from itertools import permutations
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.folder import EXAMPLE, Folder, load_folder
from jobs.taking_in.folders import pull
from sheets.findings import Severity
from sheets.register import stored_lines
from sheets.register.database import open_register
from sheets.trames.paat.on_campaigns import CrossCheckedLine, atypical_gain, likely_duplicate, suspect_unit
from tests.conftest import FillTrame

FOLDER = load_folder(EXAMPLE)
NOON = datetime(2022, 2, 1, 12, tzinfo=ZoneInfo("Europe/Paris"))


def line(n: int, reference: int, gain: int, marche: str = "", ght: str = "G1", finess: str = "") -> CrossCheckedLine:
    return CrossCheckedLine(n, n, n + 5, ght, finess or f"F{n}", "Hôtellerie", marche, reference, gain)


def famille(random_source: random.Random) -> list[CrossCheckedLine]:
    """Forty ordinary lines: references around 50 000 €, gains around 6 % of them."""
    references = [round(5_000_000 * random_source.lognormvariate(0, 0.8)) for _ in range(40)]
    return [line(n, r, round(r * random_source.uniform(0.04, 0.08))) for n, r in enumerate(references)]


def found_ones(check, lines: Sequence[CrossCheckedLine]) -> list[int]:  # type: ignore[no-untyped-def]
    return sorted(li.id for li, _ in check.function(lines, FOLDER))


@pytest.mark.parametrize("seed", range(20))
def test_an_ordinary_family_has_nothing_said_of_it(seed: int) -> None:
    lines = famille(random.Random(seed))
    assert found_ones(suspect_unit, lines) == []
    assert found_ones(atypical_gain, lines) == []


@pytest.mark.parametrize(("factor", "unit"), [(0.001, "milliers d'euros"), (100, "centimes")])
def test_a_line_in_another_unit_is_suspected_and_said_once(factor: float, unit: str) -> None:
    lines = [*famille(random.Random(1)), line(99, round(5_000_000 * factor), round(300_000 * factor))]
    ((suspect, difference),) = suspect_unit.function(lines, FOLDER)
    assert (suspect.id, unit in difference.correction) == (99, True)
    assert found_ones(atypical_gain, lines) == []


def test_a_gain_far_from_its_family_is_shown_when_there_are_twenty_lines() -> None:
    form_alone = line(99, 2_000_000_000, 200_000_000)
    assert found_ones(atypical_gain, [*famille(random.Random(2)), form_alone]) == [99]
    assert found_ones(atypical_gain, [*famille(random.Random(2))[:18], form_alone]) == []


def test_the_same_gain_to_the_cent_under_one_market_is_shown_at_both() -> None:
    lines = [
        line(1, 1, 50_000, "M1"),
        line(2, 2, 50_000, "M1"),
        line(3, 3, 50_001, "M1"),
        line(4, 4, 50_000, "M2"),
    ]
    assert found_ones(likely_duplicate, lines) == [1, 2]


def test_two_lines_of_one_etablissement_are_not_a_probable_double() -> None:
    assert found_ones(likely_duplicate, [line(1, 1, 5, "M", finess="F"), line(2, 1, 5, "M", finess="F")]) == []


def test_what_another_ght_declares_is_not_named() -> None:
    lines = [line(1, 1, 50_000, "M1", "G1"), line(2, 2, 50_000, "M1", "G2")]
    assert not any("CH " in e.message for _, e in likely_duplicate.function(lines, FOLDER))


def test_findings_do_not_depend_on_the_order_of_arrival(
    tmp_path: Path, folder: Folder, filled_trame: FillTrame
) -> None:
    same = {"marche": "2021-G1", "gain_annuel": 4321}
    sendings = {
        "jura": filled_trame({"390780146": [same]}),
        "nievre": filled_trame({"580780039": [same]}, ght="BFC-06"),
        "autre": filled_trame({"390780153": [{**same, "gain_annuel": 999}]}),
    }
    results = set()
    for rank, order in enumerate(permutations(sendings)):
        received_files = tmp_path / str(rank)
        received_files.mkdir()
        db = open_register(received_files / "v.sqlite")
        for name in order:
            (received_files / f"{name}.xlsx").write_bytes(sendings[name])
            pull(db, folder, [received_files], lambda: NOON)
        tabs = [r[0] for r in db.execute("SELECT id FROM onglets")]
        all_said = stored_lines.findings_of(db, tabs, (Severity.ALERT,), NOON.date())
        results.add(
            tuple(
                sorted(
                    (f, c.code, c.cell, c.message)
                    for f, c in ((r.finess, r.finding) for r in all_said)
                    if c.code == "doublon-probable"
                )
            )
        )
    assert len(results) == 1
    assert [f for f, *_ in results.pop()] == ["390780146", "580780039"]


def test_a_mended_double_is_no_longer_said_and_the_past_still_says_it(
    tmp_path: Path, folder: Folder, filled_trame: FillTrame
) -> None:
    same = {"marche": "2021-G1", "gain_annuel": 4321}
    db = open_register(tmp_path / "v.sqlite")
    (tmp_path / "jura.xlsx").write_bytes(filled_trame({"390780146": [same], "390780153": [same]}))
    pull(db, folder, [tmp_path], lambda: NOON)
    (tmp_path / "jura.xlsx").write_bytes(
        filled_trame({"390780146": [same], "390780153": [{**same, "marche": "2021-G2"}]})
    )
    pull(db, folder, [tmp_path], lambda: NOON.replace(day=5))

    def doubles(day: int) -> int:
        tabs = [r[0] for r in db.execute("SELECT id FROM onglets")]
        all_said = stored_lines.findings_of(db, tabs, (Severity.ALERT,), NOON.replace(day=day).date())
        return sum(r.finding.code == "doublon-probable" for r in all_said)

    assert (doubles(1), doubles(5)) == (2, 0)
