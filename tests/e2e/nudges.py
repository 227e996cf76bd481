"""Letters delivered to a local Slack: an opening with its trame, a reminder, a crash, a button. See test_reminders_slack.py.

Prints one JSON object: what each step gave.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.e2e import chat_room
from tests.e2e.chat_room import bot_messages, call_server, environment, new_messages, press_button, robot, slack_local

PROJECT_LEAD, EMAIL = "U04CHEF", "paat.bfc-06@exemple.invalid"


def vigie(where: Path, day: str, *words: str) -> str:
    command = [sys.executable, "-c", "from jobs.commands import main; main()", *words, "--registre", str(where / "vigie.sqlite"),
                "--today", day]  # fmt: skip
    finished = subprocess.run(command, check=False, capture_output=True, text=True, env=environment())
    return finished.stdout + finished.stderr


def rows(where: Path) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(where / "vigie.sqlite")) as db:
        db.row_factory = sqlite3.Row
        return [dict(r) for r in db.execute("SELECT * FROM messages WHERE personne = ? ORDER BY id", (EMAIL,))]


def interrupt(where: Path, stage: str) -> None:
    """The register as a crash would have left it between delivering and marking."""
    with closing(sqlite3.connect(where / "vigie.sqlite")) as db:
        db.execute("UPDATE messages SET etat = 'pris', reference = '' WHERE etape = ? AND personne = ?", (stage, EMAIL))
        db.commit()


def scenario(binary_path: str, where: Path) -> dict[str, Any]:
    chat_room.WORKSPACE["users"].append({"id": PROJECT_LEAD, "name": "chef", "email": EMAIL})  # type: ignore[attr-defined]
    played: dict[str, Any] = {}
    with slack_local(binary_path, where), robot(where, "robot"):
        played["a_sec"] = vigie(where, "2022-01-10", "campaign", "open", "2021-annuelle")
        played["avant"] = call_server("log")["log"]
        played["ouverture"] = vigie(where, "2022-01-10", "campaign", "open", "2021-annuelle", "--send")
        private = rows(where)[0]["reference"].partition("/")[0]
        played["ouverts"] = call_server(f"messages/{private}")["messages"]
        played["rappel"] = vigie(where, "2022-02-14", "remind", "--send")
        interrupt(where, "J-15")
        played["apres_la_coupure"] = vigie(where, "2022-02-15", "remind", "--send")
        played["etats"] = [(r["etape"], r["etat"]) for r in rows(where)]
        played["dits"] = bot_messages(private)
        played["bouton"] = new_messages(
            private, lambda: press_button(played["dits"][-1], "rappel-reporter", PROJECT_LEAD)
        )
        played["d_un_autre"] = new_messages(
            private, lambda: press_button(played["dits"][-1], "rappel-noter", chat_room.DIRECTOR)
        )
        played["journal"] = call_server("log")["log"]
    return played


if __name__ == "__main__":
    sys.stdout.write(json.dumps(scenario(sys.argv[1], Path(sys.argv[2]))))
