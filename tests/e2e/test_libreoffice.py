"""LibreOffice opens our trames, computes what we compute, and gives back a file that is still recognised."""

from __future__ import annotations

import subprocess
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from config.folder import Folder
from sheets.judging.workbook import judge
from sheets.trames.paat import ACTIONS
from sheets.trames.paat.gain import worth
from sheets.writing import HEADING_ROW
from tests.conftest import FillTrame

pytestmark = pytest.mark.e2e
JURA_SUD = "390780146"
COLUMN_NUMBERS = {c.key: i for i, c in enumerate(ACTIONS.columns, 1)}


def convert(file: Path, to: str, output: Path) -> Path:
    """Open a workbook in LibreOffice and save it as another format."""
    profile = output / "profil"
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", to, "--outdir", str(output),
         str(file)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return output / f"{file.stem}.{to.partition(':')[0]}"


@pytest.fixture
def lines() -> list[dict[str, object]]:
    """Every month of two years, gains and losses that do not divide by twelve."""
    month = [(year, m) for year in (2020, 2021) for m in range(1, 13)]
    return [
        {"date_premiere_commande": date(year, m, 1 + m), "gain_annuel": 90.06 + 1000 * rank * (-1) ** rank,
         "montant_reference": 400_000 + rank, "marche": f"{year}-{m:03d}"}
        for rank, (year, m) in enumerate(month)
    ]  # fmt: skip


def test_the_formulas_of_the_trame_give_what_we_compute_to_the_cent(
    tmp_path: Path, filled_trame: FillTrame, lines: list[dict[str, object]]
) -> None:
    (tmp_path / "jura.xlsx").write_bytes(filled_trame({JURA_SUD: lines}))
    (tmp_path / "lo").mkdir()
    result = load_workbook(convert(tmp_path / "jura.xlsx", "xlsx", tmp_path / "lo"), data_only=True)
    sheet = result.worksheets[1]
    for rank, line in enumerate(lines, HEADING_ROW + 1):
        when, gain = line["date_premiere_commande"], line["gain_annuel"]
        assert isinstance(when, date)
        m = worth(round(Decimal(str(gain)) * 100), "réalisé", when, 2021, date(2021, 12, 31))
        read_files = [sheet.cell(rank, COLUMN_NUMBERS[c]).value for c in ("gain_exercice", "report", "performance")]
        assert [round(float(v) * 100) for v in read_files[:2]] == [m.gain_exercice, m.report], when  # type: ignore[arg-type]
        assert read_files[2] == pytest.approx(float(str(gain)) / float(str(line["montant_reference"])))


@pytest.mark.parametrize("by", [("xlsx",), ("ods",), ("ods", "xlsx"), ("xlsx", "ods", "xlsx")], ids="-".join)
def test_a_trame_saved_by_libreoffice_is_still_recognised_and_read_the_same(
    tmp_path: Path, filled_trame: FillTrame, folder: Folder, lines: list[dict[str, object]], by: tuple[str, ...]
) -> None:
    file = tmp_path / "jura.xlsx"
    file.write_bytes(filled_trame({JURA_SUD: lines}))
    expected = judge("jura.xlsx", file.read_bytes(), folder)
    for rank, to in enumerate(by):
        output = tmp_path / str(rank)
        output.mkdir()
        file = convert(file, to, output)
    result = judge(file.name, file.read_bytes(), folder)
    assert result.stamp == expected.stamp
    assert result.totals == expected.totals
    assert [(c.code, c.cell) for c in result.findings] == [(c.code, c.cell) for c in expected.findings]
    assert result.handed_in


def test_drop_downs_and_locks_survive_a_round_trip(tmp_path: Path, filled_trame: FillTrame) -> None:
    (tmp_path / "jura.xlsx").write_bytes(filled_trame({JURA_SUD: [{}]}))
    (tmp_path / "lo").mkdir()
    sheet = load_workbook(convert(tmp_path / "jura.xlsx", "xlsx", tmp_path / "lo")).worksheets[1]
    assert sheet.protection.sheet
    assert not sheet.cell(HEADING_ROW + 1, COLUMN_NUMBERS["intitule"]).protection.locked
    assert sheet.cell(HEADING_ROW, COLUMN_NUMBERS["intitule"]).protection.locked
    assert sheet.cell(HEADING_ROW + 1, COLUMN_NUMBERS["gain_exercice"]).protection.locked
    listed = {r.coord[0:1] for v in sheet.data_validations.dataValidation for r in v.sqref.ranges}
    assert listed >= {"B", "D", "E", "F", "H", "J", "K", "M"}
