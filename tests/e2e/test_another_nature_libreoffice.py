"""LibreOffice opens a trame of another nature, and gives back a file that is still recognised, table by table."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from sheets.judging.workbook import judge
from sheets.writing import HEADING_ROW
from tests.e2e.test_libreoffice import convert
from tests.region import Region
from tests.test_a_trame_of_another_nature import ASKED, MARCHES, SOURCING, filled, known, region

__all__ = ["known", "region"]
pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("by", [("xlsx",), ("ods",), ("ods", "xlsx")], ids="-".join)
def test_it_is_still_recognised_and_read_the_same(tmp_path: Path, region: Region, by: tuple[str, ...]) -> None:
    file = tmp_path / "formations.xlsx"
    file.write_bytes(filled(region, {"sessions": [MARCHES, {**SOURCING, "duree": 12}], "souhaits": [ASKED]}))
    expected = judge(file.name, file.read_bytes(), region.folder)
    for rank, to in enumerate(by):
        output = tmp_path / str(rank)
        output.mkdir()
        file = convert(file, to, output)
    result = judge(file.name, file.read_bytes(), region.folder)
    assert result.stamp == expected.stamp
    assert [(o.finess, o.table, o.lines) for o in result.tabs] == [(o.finess, o.table, o.lines) for o in expected.tabs]
    assert [(c.code, c.cell) for c in result.findings] == [(c.code, c.cell) for c in expected.findings]
    assert [c.code for c in expected.findings] == ["session-trop-longue"]


def test_its_lists_and_locks_are_there(tmp_path: Path, region: Region) -> None:
    (tmp_path / "formations.xlsx").write_bytes(filled(region, {"sessions": [MARCHES]}))
    (tmp_path / "lo").mkdir()
    sheet = load_workbook(convert(tmp_path / "formations.xlsx", "xlsx", tmp_path / "lo"))["Sessions"]
    assert sheet.protection.sheet
    assert not sheet.cell(HEADING_ROW + 1, 2).protection.locked
    assert sheet.cell(HEADING_ROW, 2).protection.locked
    assert {r.coord[0] for v in sheet.data_validations.dataValidation for r in v.sqref.ranges} == {"F"}
