"""Reminders on the real protocol: a direct message with the trame in its thread, found again by its key, its buttons pressed.

The local Slack gives no scopes and refuses nobody: what leans on those is in tests/test_slack_messages.py.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.e2e.test_slack import BINARY, ISOLATED, ROOT
from tests.region import new_region
from tests.test_blocks import check_message

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The scenario, played once."""
    assert BINARY.exists(), "bash tests/e2e/install.sh"
    region = new_region(tmp_path_factory.mktemp("relances"))
    region.db.close()
    command = [*ISOLATED, "sh", "-c", 'ip link set lo up && exec "$@"', "sh", sys.executable, "-m", "tests.e2e.nudges",
                str(BINARY), str(region.where)]  # fmt: skip
    finished = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert finished.returncode == 0, finished.stderr
    result: dict[str, Any] = json.loads(finished.stdout)
    return result


def test_nothing_leaves_unasked(played: dict[str, Any]) -> None:
    assert "Rien n'est parti" in played["a_sec"]
    assert not [e for e in played["avant"] if "postMessage" in json.dumps(e)]


def test_the_opening_arrives_with_its_trame_in_the_thread(played: dict[str, Any]) -> None:
    assert "1 message dit" in played["ouverture"]
    letter = next(m for m in played["ouverts"] if m.get("blocks"))
    assert letter["blocks"][0]["text"]["text"] == "GHT Nièvre : la collecte de la campagne annuelle 2021 est ouverte"
    check_message(letter["blocks"], letter["text"])
    files = [f["name"] for m in played["ouverts"] for f in m.get("files", ()) if m.get("thread_ts") == letter["ts"]]
    assert files == ["GHT Nièvre - trame 2021-annuelle.xlsx"]


def test_a_letter_that_arrived_before_a_crash_is_found_and_not_said_again(played: dict[str, Any]) -> None:
    assert "11 messages dits, 10 refusés" in played["rappel"], (
        "the chef; and to the referent, the ten whom Slack does not know"
    )
    assert played["etats"] == [["ouverture", "dit"], ["J-15", "dit"]]
    titles = [m["blocks"][0]["text"]["text"] for m in played["dits"] if m.get("blocks")]
    assert [t for t in titles if "trame attendue" in t] == [
        "GHT Nièvre : trame attendue, à remettre pour le 28/02/2022"
    ]


def test_the_buttons_act_for_their_reader_alone(played: dict[str, Any]) -> None:
    (said,), (refusal,) = played["bouton"], played["d_un_autre"]
    assert "Vous serez relancé à partir du" in said["text"]
    assert said["thread_ts"] == played["dits"][-1]["ts"]
    assert "quelqu'un d'autre" in refusal["text"]
