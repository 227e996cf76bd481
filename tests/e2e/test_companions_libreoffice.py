"""LibreOffice opens what we hand back, companion and clean trame, and keeps their tabs, notes, links and lists."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from config.folder import Folder
from sheets.judging.workbook import judge
from sheets.repairing.clean_trame import repair
from sheets.returning.companion import write_companion
from sheets.returning.companion_summary import SUMMARY
from sheets.tab_names import PAGE
from tests.corpus.base import COL, TAB, edited, put, type_line
from tests.e2e.test_libreoffice import convert

pytestmark = pytest.mark.e2e


@pytest.fixture
def damaged_trame() -> bytes:
    return edited(
        type_line(5, gain_annuel="NC"), type_line(6, mode="annuel", commentaire="=1+1"), put({"S4": "Montant Gain"})
    )


def test_a_companion_keeps_its_tabs_notes_links_and_colours(
    tmp_path: Path, damaged_trame: bytes, folder: Folder
) -> None:
    (tmp_path / "lo").mkdir()
    file = write_companion(judge("jura.xlsx", damaged_trame, folder), folder, tmp_path / "jura - retour.xlsx")
    result = convert(file, "xlsx", tmp_path / "lo")
    book = load_workbook(result)
    assert book.sheetnames[:2] == [SUMMARY, TAB]
    nc = book[TAB][f"{COL['gain_annuel']}5"]
    assert nc.value == "NC"
    assert nc.comment is not None
    assert "Saisissez un nombre seul" in nc.comment.text
    assert nc.fill.start_color.rgb == "FFF8C9C4"
    assert book[TAB][f"{COL['commentaire']}6"].value == "=1+1"
    assert book[TAB][f"{COL['commentaire']}6"].data_type == "s"
    assert any(c.hyperlink for r in book[SUMMARY].iter_rows() for c in r)


@pytest.mark.parametrize("to", ["xlsx", "ods"])
def test_a_companion_saved_by_libreoffice_is_still_no_trame(
    tmp_path: Path, damaged_trame: bytes, folder: Folder, to: str
) -> None:
    (tmp_path / "lo").mkdir()
    file = write_companion(judge("jura.xlsx", damaged_trame, folder), folder, tmp_path / "jura - retour.xlsx")
    result = judge("x", convert(file, to, tmp_path / "lo").read_bytes(), folder)
    assert [c.code for c in result.findings] == ["retour-de-vigie"]


def test_a_clean_trame_keeps_its_lists_and_reads_the_same(tmp_path: Path, damaged_trame: bytes, folder: Folder) -> None:
    (tmp_path / "lo").mkdir()
    file = tmp_path / "propre.xlsx"
    file.write_bytes(repair(damaged_trame, folder).raw_bytes)
    expected = judge("x", file.read_bytes(), folder)
    file = convert(file, "xlsx", tmp_path / "lo")
    book, result = load_workbook(file), judge("x", file.read_bytes(), folder)
    assert PAGE in book.sheetnames
    listed = {r.coord[0:1] for v in book[TAB].data_validations.dataValidation for r in v.sqref.ranges}
    assert listed >= {"B", "D", "E", "F", "H", "J", "K", "M"}
    assert [c.code for c in result.findings] == [c.code for c in expected.findings]
    assert [li.values for o in result.tabs for li in o.lines] == [li.values for o in expected.tabs for li in o.lines]


@pytest.mark.parametrize("what", ["retour", "propre"])
def test_both_can_be_printed(tmp_path: Path, damaged_trame: bytes, folder: Folder, what: str) -> None:
    (tmp_path / "lo").mkdir()
    file = tmp_path / "x.xlsx"
    if what == "retour":
        write_companion(judge("jura.xlsx", damaged_trame, folder), folder, file)
    else:
        file.write_bytes(repair(damaged_trame, folder).raw_bytes)
    assert convert(file, "pdf", tmp_path / "lo").stat().st_size > 10_000
