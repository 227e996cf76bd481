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

from sheets.register.database import open_register
from sheets.register.received_files import received_files
from tests.e2e.chat_room import TOKENS
from tests.e2e.test_slack import BINARY, ISOLATED, ROOT, text
from tests.region import new_region, trame
from tests.test_blocks import check_message

pytestmark = pytest.mark.e2e
SUPPLIER = "Tartempion"


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fichiers")


@pytest.fixture(scope="module")
def played(where: Path) -> dict[str, Any]:
    """The scenario, played once."""
    assert BINARY.exists(), "bash tests/e2e/install.sh"
    region = new_region(where)
    region.send("Jura.xlsx", "BFC-08", "2021-annuelle", {"390780146": [
        {"gain_annuel": 4321, "intitule": f"Gants {SUPPLIER}"},
        {"gain_annuel": 98_765, "montant_reference": 1000, "intitule": f"<!channel> {SUPPLIER} à 12,50 €"},
    ]})  # fmt: skip
    region.db.close()
    nievre_trame = trame(
        region.folder, "BFC-06", "2021-annuelle", {"580780039": [{"intitule": SUPPLIER, "gain_annuel": 7000}]}
    )
    (where / f"{SUPPLIER}.xlsx").write_bytes(nievre_trame)
    Workbook().save(where / "autre.xlsx")
    command = [*ISOLATED, "sh", "-c", 'ip link set lo up && exec "$@"', "sh", sys.executable, "-m", "tests.e2e.chat_room_files",
                str(BINARY), str(where)]  # fmt: skip
    finished = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert finished.returncode == 0, finished.stderr
    result: dict[str, Any] = json.loads(finished.stdout)
    return result


def test_a_picture_is_received_and_opens(played: dict[str, Any], where: Path) -> None:
    (message,), (name,) = played["image"], played["image_recus"]
    assert message["text"].startswith("3\u202f601")
    assert message["files"][0]["mimetype"] == "image/png"
    assert "Graphique en barres : GHT Jura" in message["files"][0]["alt_txt"]
    with Image.open(where / name) as image:
        image.load()
        assert image.size[0] == 1080
        colours = {colour for _, colour in image.convert("RGB").getcolors(10**6) or []}
    assert {(0, 114, 178), (230, 159, 0)} <= colours, "what is kept and what is struck out"


def test_a_workbook_is_received_and_adds_up(played: dict[str, Any], where: Path) -> None:
    (name,) = played["tableur_recus"]
    sheet = load_workbook(where / name)["Lignes"]
    total, *_ = ([c for c in r if c is not None] for r in sheet.iter_rows(min_row=4, max_row=4, values_only=True))
    assert total[0] == "Total"
    columns = list(zip(*sheet.iter_rows(min_row=6, min_col=5, max_col=7, values_only=True), strict=True))
    assert [round(sum(float(str(v or 0)) for v in c), 2) for c in columns] == total[1:]


def test_a_button_in_a_channel_hands_the_file_to_its_presser_and_the_channel_reads_nothing(
    played: dict[str, Any], where: Path
) -> None:
    (in_channel,) = played["bouton_au_salon"]
    assert in_channel["subtype"] == "ephemeral"
    assert "messages directs" in in_channel["text"]
    assert "files" not in in_channel
    assert played["read_by_all"] == []
    words, file = played["chez_lui"]
    assert words["text"].startswith("3\u202f601")
    assert file["files"][0]["name"].endswith(".png")
    with Image.open(where / played["chez_lui_recus"][0]) as image:
        image.load()


def test_a_trame_dropped_is_judged_then_kept_when_asked(played: dict[str, Any], where: Path) -> None:
    verdict, companion = played["trame"]
    assert verdict["text"].startswith("GHT Nièvre, 2021-annuelle : ")
    assert companion["files"][0]["name"] == "GHT Nièvre - 2021-annuelle - retour.xlsx"
    assert load_workbook(where / played["trame_recus"][0]).sheetnames[0] == "À corriger"
    (other,) = played["autre"]
    assert "trame-inconnue" in other["text"]
    (keep,) = played["garde"]
    assert keep["text"].startswith("Trame gardée. GHT Nièvre : remise")
    db = open_register(where / "vigie.sqlite")
    try:
        ghts = [(f.ght, f.typed_by) for f in received_files(db, ["2021-annuelle"], date(2022, 3, 31))]
    finally:
        db.close()
    assert ghts == [("BFC-08", ""), ("BFC-06", "referent.bfc@exemple.invalid")]


def test_the_return_of_what_was_kept_holds_its_figures_and_nothing_that_was_typed(
    played: dict[str, Any], where: Path
) -> None:
    (name,) = played["retour_recus"]
    book = load_workbook(where / name)
    cells = [c.value for f in book for r in f.iter_rows() for c in r if c.value is not None]
    assert 7000 in cells
    assert SUPPLIER not in str(cells)


def test_every_message_is_one_that_slack_would_take_and_quotes_nobody(played: dict[str, Any]) -> None:
    messages = [m for stage in played.values() if isinstance(stage, list) for m in stage if isinstance(m, dict)]
    assert len(messages) >= 9
    for m in messages:
        if m.get("blocks"):
            check_message(m["blocks"], m["text"])
        assert SUPPLIER not in text(m)
        assert "12,50" not in text(m)


def test_no_token_is_in_what_it_writes(played: dict[str, Any]) -> None:
    assert "vigie" in played["ecrits"]
    assert not [j for j in TOKENS.values() if j in played["ecrits"]]
