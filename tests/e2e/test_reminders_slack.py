"""Reminders on the real protocol: a direct message with the trame in its thread, found again by its key, its buttons pressed.

The local Slack gives no scopes and refuses nobody: what leans on those is in tests/test_slack_messages.py.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.e2e.test_slack import BINAIRE, RACINE, SEUL
from tests.region import nouvelle
from tests.test_blocks import verifie

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def vu(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The scenario, played once."""
    assert BINAIRE.exists(), "bash tests/e2e/install.sh"
    region = nouvelle(tmp_path_factory.mktemp("relances"))
    region.db.close()
    commande = [*SEUL, "sh", "-c", 'ip link set lo up && exec "$@"', "sh", sys.executable, "-m", "tests.e2e.nudges",
                str(BINAIRE), str(region.ou)]  # fmt: skip
    fini = subprocess.run(commande, check=False, cwd=RACINE, capture_output=True, text=True, timeout=300)
    assert fini.returncode == 0, fini.stderr
    rendu: dict[str, Any] = json.loads(fini.stdout)
    return rendu


def test_nothing_leaves_unasked(vu: dict[str, Any]) -> None:
    assert "Rien n'est parti" in vu["a_sec"]
    assert not [e for e in vu["avant"] if "postMessage" in json.dumps(e)]


def test_the_opening_arrives_with_its_trame_in_the_thread(vu: dict[str, Any]) -> None:
    assert "1 message dit" in vu["ouverture"]
    lettre = next(m for m in vu["ouverts"] if m.get("blocks"))
    assert lettre["blocks"][0]["text"]["text"] == "GHT Nièvre : la collecte de la campagne annuelle 2021 est ouverte"
    verifie(lettre["blocks"], lettre["text"])
    fichiers = [f["name"] for m in vu["ouverts"] for f in m.get("files", ()) if m.get("thread_ts") == lettre["ts"]]
    assert fichiers == ["GHT Nièvre - trame 2021-annuelle.xlsx"]


def test_a_letter_that_arrived_before_a_crash_is_found_and_not_said_again(vu: dict[str, Any]) -> None:
    assert "11 messages dits, 10 refusés" in vu["rappel"], (
        "the chef; and to the referent, the ten whom Slack does not know"
    )
    assert vu["etats"] == [["ouverture", "dit"], ["J-15", "dit"]]
    titres = [m["blocks"][0]["text"]["text"] for m in vu["dits"] if m.get("blocks")]
    assert [t for t in titres if "trame attendue" in t] == [
        "GHT Nièvre : trame attendue, à remettre pour le 28/02/2022"
    ]


def test_the_buttons_act_for_their_reader_alone(vu: dict[str, Any]) -> None:
    (dit,), (refus,) = vu["bouton"], vu["d_un_autre"]
    assert "Vous serez relancé à partir du" in dit["text"]
    assert dit["thread_ts"] == vu["dits"][-1]["ts"]
    assert "quelqu'un d'autre" in refus["text"]
