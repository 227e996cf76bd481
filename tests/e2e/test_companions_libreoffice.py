"""LibreOffice opens what we hand back, companion and clean trame, and keeps their tabs, notes, links and lists."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from config.folder import Dossier
from sheets.judging.workbook import juge
from sheets.repairing.clean_trame import soigne
from sheets.returning.companion import ecrit_retour
from sheets.returning.companion_summary import SOMMAIRE
from sheets.tab_names import PAGE
from tests.corpus.base import COL, ONGLET, frappe, pose, retouche
from tests.e2e.test_libreoffice import convertit

pytestmark = pytest.mark.e2e


@pytest.fixture
def abime() -> bytes:
    return retouche(
        frappe(5, gain_annuel="NC"), frappe(6, mode="annuel", commentaire="=1+1"), pose({"S4": "Montant Gain"})
    )


def test_a_companion_keeps_its_tabs_notes_links_and_colours(tmp_path: Path, abime: bytes, dossier: Dossier) -> None:
    (tmp_path / "lo").mkdir()
    fichier = ecrit_retour(juge("jura.xlsx", abime, dossier), dossier, tmp_path / "jura - retour.xlsx")
    rendu = convertit(fichier, "xlsx", tmp_path / "lo")
    livre = load_workbook(rendu)
    assert livre.sheetnames[:2] == [SOMMAIRE, ONGLET]
    nc = livre[ONGLET][f"{COL['gain_annuel']}5"]
    assert nc.value == "NC"
    assert nc.comment is not None
    assert "Saisissez un nombre seul" in nc.comment.text
    assert nc.fill.start_color.rgb == "FFF8C9C4"
    assert livre[ONGLET][f"{COL['commentaire']}6"].value == "=1+1"
    assert livre[ONGLET][f"{COL['commentaire']}6"].data_type == "s"
    assert any(c.hyperlink for r in livre[SOMMAIRE].iter_rows() for c in r)


@pytest.mark.parametrize("vers", ["xlsx", "ods"])
def test_a_companion_saved_by_libreoffice_is_still_no_trame(
    tmp_path: Path, abime: bytes, dossier: Dossier, vers: str
) -> None:
    (tmp_path / "lo").mkdir()
    fichier = ecrit_retour(juge("jura.xlsx", abime, dossier), dossier, tmp_path / "jura - retour.xlsx")
    rendu = juge("x", convertit(fichier, vers, tmp_path / "lo").read_bytes(), dossier)
    assert [c.code for c in rendu.constats] == ["retour-de-vigie"]


def test_a_clean_trame_keeps_its_lists_and_reads_the_same(tmp_path: Path, abime: bytes, dossier: Dossier) -> None:
    (tmp_path / "lo").mkdir()
    fichier = tmp_path / "propre.xlsx"
    fichier.write_bytes(soigne(abime, dossier).octets)
    attendu = juge("x", fichier.read_bytes(), dossier)
    fichier = convertit(fichier, "xlsx", tmp_path / "lo")
    livre, rendu = load_workbook(fichier), juge("x", fichier.read_bytes(), dossier)
    assert PAGE in livre.sheetnames
    listees = {r.coord[0:1] for v in livre[ONGLET].data_validations.dataValidation for r in v.sqref.ranges}
    assert listees >= {"B", "D", "E", "F", "H", "J", "K", "M"}
    assert [c.code for c in rendu.constats] == [c.code for c in attendu.constats]
    assert [li.valeurs for o in rendu.onglets for li in o.lignes] == [
        li.valeurs for o in attendu.onglets for li in o.lignes
    ]


@pytest.mark.parametrize("quoi", ["retour", "propre"])
def test_both_can_be_printed(tmp_path: Path, abime: bytes, dossier: Dossier, quoi: str) -> None:
    (tmp_path / "lo").mkdir()
    fichier = tmp_path / "x.xlsx"
    if quoi == "retour":
        ecrit_retour(juge("jura.xlsx", abime, dossier), dossier, fichier)
    else:
        fichier.write_bytes(soigne(abime, dossier).octets)
    assert convertit(fichier, "pdf", tmp_path / "lo").stat().st_size > 10_000
