"""Letters delivered to a local Slack: an opening with its trame, a reminder, a crash, a button. See test_relances_slack.py.

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
from tests.e2e.chat_room import appelle, appuie, du_robot, environnement, nouveaux, robot, slack_local

CHEF, EMAIL = "U04CHEF", "paat.bfc-06@exemple.invalid"


def vigie(ou: Path, jour: str, *mots: str) -> str:
    commande = [sys.executable, "-c", "from jobs.cli import main; main()", *mots, "--registre", str(ou / "vigie.sqlite"),
                "--today", jour]  # fmt: skip
    fini = subprocess.run(commande, check=False, capture_output=True, text=True, env=environnement())
    return fini.stdout + fini.stderr


def rangs(ou: Path) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(ou / "vigie.sqlite")) as db:
        db.row_factory = sqlite3.Row
        return [dict(r) for r in db.execute("SELECT * FROM messages WHERE personne = ? ORDER BY id", (EMAIL,))]


def interrompt(ou: Path, etape: str) -> None:
    """The register as a crash would have left it between delivering and marking."""
    with closing(sqlite3.connect(ou / "vigie.sqlite")) as db:
        db.execute("UPDATE messages SET etat = 'pris', reference = '' WHERE etape = ? AND personne = ?", (etape, EMAIL))
        db.commit()


def scenario(binaire: str, ou: Path) -> dict[str, Any]:
    chat_room.ESPACE["users"].append({"id": CHEF, "name": "chef", "email": EMAIL})  # type: ignore[attr-defined]
    vu: dict[str, Any] = {}
    with slack_local(binaire, ou), robot(ou, "robot"):
        vu["a_sec"] = vigie(ou, "2022-01-10", "campaign", "open", "2021-annuelle")
        vu["avant"] = appelle("log")["log"]
        vu["ouverture"] = vigie(ou, "2022-01-10", "campaign", "open", "2021-annuelle", "--send")
        prive = rangs(ou)[0]["reference"].partition("/")[0]
        vu["ouverts"] = appelle(f"messages/{prive}")["messages"]
        vu["rappel"] = vigie(ou, "2022-02-14", "remind", "--send")
        interrompt(ou, "J-15")
        vu["apres_la_coupure"] = vigie(ou, "2022-02-15", "remind", "--send")
        vu["etats"] = [(r["etape"], r["etat"]) for r in rangs(ou)]
        vu["dits"] = du_robot(prive)
        vu["bouton"] = nouveaux(prive, lambda: appuie(vu["dits"][-1], "rappel-reporter", CHEF))
        vu["d_un_autre"] = nouveaux(prive, lambda: appuie(vu["dits"][-1], "rappel-noter", chat_room.DIRECTEUR))
        vu["journal"] = appelle("log")["log"]
    return vu


if __name__ == "__main__":
    sys.stdout.write(json.dumps(scenario(sys.argv[1], Path(sys.argv[2]))))
