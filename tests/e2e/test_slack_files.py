"""Files on the real protocol: a picture and a workbook received and opened, a trame dropped, judged, kept, handed back.

The local Slack asks for a token of the right shape to give a file, and checks no scope: that is in tests/test_slack_files.py.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from PIL import Image

from sheets.register.database import ouvre
from sheets.register.received_files import fichiers_recus
from tests.e2e.chat_room import JETONS
from tests.e2e.test_slack import BINAIRE, RACINE, SEUL, texte
from tests.region import nouvelle, trame
from tests.test_blocks import verifie

pytestmark = pytest.mark.e2e
FOURNISSEUR = "Tartempion"


@pytest.fixture(scope="module")
def ou(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fichiers")


@pytest.fixture(scope="module")
def vu(ou: Path) -> dict[str, Any]:
    """The scenario, played once."""
    assert BINAIRE.exists(), "bash tests/e2e/install.sh"
    region = nouvelle(ou)
    region.envoie("Jura.xlsx", "BFC-08", "2021-annuelle", {"390780146": [
        {"gain_annuel": 4321, "intitule": f"Gants {FOURNISSEUR}"},
        {"gain_annuel": 98_765, "montant_reference": 1000, "intitule": f"<!channel> {FOURNISSEUR} à 12,50 €"},
    ]})  # fmt: skip
    region.db.close()
    nievre = trame(
        region.dossier, "BFC-06", "2021-annuelle", {"580780039": [{"intitule": FOURNISSEUR, "gain_annuel": 7000}]}
    )
    (ou / f"{FOURNISSEUR}.xlsx").write_bytes(nievre)
    Workbook().save(ou / "autre.xlsx")
    commande = [*SEUL, "sh", "-c", 'ip link set lo up && exec "$@"', "sh", sys.executable, "-m", "tests.e2e.chat_room_files",
                str(BINAIRE), str(ou)]  # fmt: skip
    fini = subprocess.run(commande, check=False, cwd=RACINE, capture_output=True, text=True, timeout=300)
    assert fini.returncode == 0, fini.stderr
    rendu: dict[str, Any] = json.loads(fini.stdout)
    return rendu


def test_a_picture_is_received_and_opens(vu: dict[str, Any], ou: Path) -> None:
    (message,), (nom,) = vu["image"], vu["image_recus"]
    assert message["text"].startswith("3\u202f601")
    assert message["files"][0]["mimetype"] == "image/png"
    assert "Graphique en barres : GHT Jura" in message["files"][0]["alt_txt"]
    with Image.open(ou / nom) as image:
        image.load()
        assert image.size[0] == 1080
        couleurs = {couleur for _, couleur in image.convert("RGB").getcolors(10**6) or []}
    assert {(0, 114, 178), (230, 159, 0)} <= couleurs, "what is kept and what is struck out"


def test_a_workbook_is_received_and_adds_up(vu: dict[str, Any], ou: Path) -> None:
    (nom,) = vu["tableur_recus"]
    feuille = load_workbook(ou / nom)["Lignes"]
    total, *_ = ([c for c in r if c is not None] for r in feuille.iter_rows(min_row=4, max_row=4, values_only=True))
    assert total[0] == "Total"
    colonnes = list(zip(*feuille.iter_rows(min_row=6, min_col=5, max_col=7, values_only=True), strict=True))
    assert [round(sum(float(str(v or 0)) for v in c), 2) for c in colonnes] == total[1:]


def test_a_button_in_a_channel_hands_the_file_to_its_presser_and_the_channel_reads_nothing(
    vu: dict[str, Any], ou: Path
) -> None:
    (au_salon,) = vu["bouton_au_salon"]
    assert au_salon["subtype"] == "ephemeral"
    assert "messages directs" in au_salon["text"]
    assert "files" not in au_salon
    assert vu["read_by_all"] == []
    mots, fichier = vu["chez_lui"]
    assert mots["text"].startswith("3\u202f601")
    assert fichier["files"][0]["name"].endswith(".png")
    with Image.open(ou / vu["chez_lui_recus"][0]) as image:
        image.load()


def test_a_trame_dropped_is_judged_then_kept_when_asked(vu: dict[str, Any], ou: Path) -> None:
    verdict, compagnon = vu["trame"]
    assert verdict["text"].startswith("GHT Nièvre, 2021-annuelle : ")
    assert compagnon["files"][0]["name"] == "GHT Nièvre - 2021-annuelle - retour.xlsx"
    assert load_workbook(ou / vu["trame_recus"][0]).sheetnames[0] == "À corriger"
    (autre,) = vu["autre"]
    assert "trame-inconnue" in autre["text"]
    (garde,) = vu["garde"]
    assert garde["text"].startswith("Trame gardée. GHT Nièvre : remise")
    db = ouvre(ou / "vigie.sqlite")
    try:
        ghts = [(f.ght, f.saisi_par) for f in fichiers_recus(db, ["2021-annuelle"], date(2022, 3, 31))]
    finally:
        db.close()
    assert ghts == [("BFC-08", ""), ("BFC-06", "referent.bfc@exemple.invalid")]


def test_the_return_of_what_was_kept_holds_its_figures_and_nothing_that_was_typed(vu: dict[str, Any], ou: Path) -> None:
    (nom,) = vu["retour_recus"]
    livre = load_workbook(ou / nom)
    cellules = [c.value for f in livre for r in f.iter_rows() for c in r if c.value is not None]
    assert 7000 in cellules
    assert FOURNISSEUR not in str(cellules)


def test_every_message_is_one_that_slack_would_take_and_quotes_nobody(vu: dict[str, Any]) -> None:
    messages = [m for etape in vu.values() if isinstance(etape, list) for m in etape if isinstance(m, dict)]
    assert len(messages) >= 9
    for m in messages:
        if m.get("blocks"):
            verifie(m["blocks"], m["text"])
        assert FOURNISSEUR not in texte(m)
        assert "12,50" not in texte(m)


def test_no_token_is_in_what_it_writes(vu: dict[str, Any]) -> None:
    assert "vigie" in vu["ecrits"]
    assert not [j for j in JETONS.values() if j in vu["ecrits"]]
