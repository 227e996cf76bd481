"""LibreOffice opens our trames, computes what we compute, and gives back a file that is still recognised."""

from __future__ import annotations

import subprocess
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from config.folder import Dossier
from sheets.gain import mesure
from sheets.judging.workbook import juge
from sheets.trames.paat.columns import PAAT
from sheets.writing import ENTETE
from tests.conftest import Remplir

pytestmark = pytest.mark.e2e
SUD = "390780146"
RANG = {c.cle: i for i, c in enumerate(PAAT.colonnes, 1)}


def convertit(fichier: Path, vers: str, sortie: Path) -> Path:
    """Open a workbook in LibreOffice and save it as another format."""
    profil = sortie / "profil"
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{profil}", "--headless", "--convert-to", vers, "--outdir", str(sortie),
         str(fichier)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return sortie / f"{fichier.stem}.{vers.partition(':')[0]}"


@pytest.fixture
def lignes() -> list[dict[str, object]]:
    """Every month of two years, gains and losses that do not divide by twelve."""
    mois = [(annee, m) for annee in (2020, 2021) for m in range(1, 13)]
    return [
        {"date_premiere_commande": date(annee, m, 1 + m), "gain_annuel": 90.06 + 1000 * rang * (-1) ** rang,
         "montant_reference": 400_000 + rang, "marche": f"{annee}-{m:03d}"}
        for rang, (annee, m) in enumerate(mois)
    ]  # fmt: skip


def test_the_formulas_of_the_trame_give_what_we_compute_to_the_cent(
    tmp_path: Path, trame_remplie: Remplir, lignes: list[dict[str, object]]
) -> None:
    (tmp_path / "jura.xlsx").write_bytes(trame_remplie({SUD: lignes}))
    (tmp_path / "lo").mkdir()
    rendu = load_workbook(convertit(tmp_path / "jura.xlsx", "xlsx", tmp_path / "lo"), data_only=True)
    feuille = rendu.worksheets[1]
    for rang, ligne in enumerate(lignes, ENTETE + 1):
        quand, gain = ligne["date_premiere_commande"], ligne["gain_annuel"]
        assert isinstance(quand, date)
        m = mesure(round(Decimal(str(gain)) * 100), "réalisé", quand, 2021, date(2021, 12, 31))
        lus = [feuille.cell(rang, RANG[c]).value for c in ("gain_exercice", "report", "performance")]
        assert [round(float(v) * 100) for v in lus[:2]] == [m.gain_exercice, m.report], quand  # type: ignore[arg-type]
        assert lus[2] == pytest.approx(float(str(gain)) / float(str(ligne["montant_reference"])))


@pytest.mark.parametrize("par", [("xlsx",), ("ods",), ("ods", "xlsx"), ("xlsx", "ods", "xlsx")], ids="-".join)
def test_a_trame_saved_by_libreoffice_is_still_recognised_and_read_the_same(
    tmp_path: Path, trame_remplie: Remplir, dossier: Dossier, lignes: list[dict[str, object]], par: tuple[str, ...]
) -> None:
    fichier = tmp_path / "jura.xlsx"
    fichier.write_bytes(trame_remplie({SUD: lignes}))
    attendu = juge("jura.xlsx", fichier.read_bytes(), dossier)
    for rang, vers in enumerate(par):
        sortie = tmp_path / str(rang)
        sortie.mkdir()
        fichier = convertit(fichier, vers, sortie)
    rendu = juge(fichier.name, fichier.read_bytes(), dossier)
    assert rendu.tampon == attendu.tampon
    assert rendu.totaux == attendu.totaux
    assert [(c.code, c.cellule) for c in rendu.constats] == [(c.code, c.cellule) for c in attendu.constats]
    assert rendu.remis


def test_drop_downs_and_locks_survive_a_round_trip(tmp_path: Path, trame_remplie: Remplir) -> None:
    (tmp_path / "jura.xlsx").write_bytes(trame_remplie({SUD: [{}]}))
    (tmp_path / "lo").mkdir()
    feuille = load_workbook(convertit(tmp_path / "jura.xlsx", "xlsx", tmp_path / "lo")).worksheets[1]
    assert feuille.protection.sheet
    assert not feuille.cell(ENTETE + 1, RANG["intitule"]).protection.locked
    assert feuille.cell(ENTETE, RANG["intitule"]).protection.locked
    assert feuille.cell(ENTETE + 1, RANG["gain_exercice"]).protection.locked
    listees = {r.coord[0:1] for v in feuille.data_validations.dataValidation for r in v.sqref.ranges}
    assert listees >= {"B", "D", "E", "F", "H", "J", "K", "M"}
