"""Files between people and the bot, against a local Slack: asked for, dropped, kept. Run inside a network of its own.

Prints one JSON object: what each step gave; the files received are written beside the register.
"""

from __future__ import annotations

import json
import sys
import uuid
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.e2e.chat_room import (
    JETONS,
    PORT,
    PRIVE,
    REFERENT,
    SALON,
    Message,
    appelle,
    appuie,
    dit,
    du_robot,
    nouveaux,
    read_by_all,
    robot,
    slack_local,
)


def depose(fichier: Path, salon: str = PRIVE, user: str = REFERENT) -> None:
    """Drop a file in a conversation, as a person does."""
    marque = uuid.uuid4().hex
    champs = "".join(
        f'--{marque}\r\nContent-Disposition: form-data; name="{nom}"\r\n\r\n{valeur}\r\n'
        for nom, valeur in (("channel", salon), ("user", user), ("text", "voici"))
    )
    entete = f'--{marque}\r\nContent-Disposition: form-data; name="file"; filename="{fichier.name}"\r\n\r\n'
    corps = f"{champs}{entete}".encode() + fichier.read_bytes() + f"\r\n--{marque}--\r\n".encode()
    with closing(HTTPConnection("127.0.0.1", PORT, timeout=20)) as connexion:
        connexion.request(
            "POST", "/_control/upload", corps, {"Content-Type": f"multipart/form-data; boundary={marque}"}
        )
        rendu = json.load(connexion.getresponse())
        assert rendu["ok"], rendu


def prive_du_robot() -> str:
    """The conversation that Slack opened when the bot wrote to the person."""
    etat = appelle("state")
    salons = [c["id"] for c in etat["channels"] if c.get("is_im") and REFERENT in c.get("members", [])]
    return str(max(salons, key=lambda s: max((float(m["ts"]) for m in du_robot(s)), default=0.0)))


def recoit(message: Message, ou: Path) -> list[str]:
    """Download what came with a message, as a person opens it; the names it was written under."""
    noms = []
    for f in message.get("files", []):
        url = urlsplit(f["url_private_download"])
        with closing(HTTPConnection("127.0.0.1", PORT, timeout=20)) as connexion:
            connexion.request("GET", url.path, headers={"Authorization": f"Bearer {JETONS['VIGIE_SLACK_BOT_TOKEN']}"})
            reponse = connexion.getresponse()
            assert reponse.status == 200, reponse.status
            nom = f"recu-{f['id']}-{f['name']}"
            (ou / nom).write_bytes(reponse.read())
            noms.append(nom)
    return noms


def scenario(binaire: str, ou: Path) -> dict[str, Any]:
    vu: dict[str, Any] = {}
    with slack_local(binaire, ou), robot(ou, "robot"):
        vu["image"] = nouveaux(PRIVE, lambda: dit("gains BFC 2021 en image", PRIVE))
        vu["tableur"] = nouveaux(PRIVE, lambda: dit("et en tableur ?", PRIVE))
        vu["mention"] = nouveaux(SALON, lambda: dit("<@U0BOT> gains GHT Jura 2021"))
        vu["bouton_au_salon"] = nouveaux(SALON, lambda: appuie(vu["mention"][0], "vigie-image", REFERENT))
        vu["read_by_all"] = read_by_all()
        vu["chez_lui"] = du_robot(prive_du_robot())[-2:]
        vu["trame"] = nouveaux(PRIVE, lambda: depose(ou / "Tartempion.xlsx"), 2)
        bouton = next(e["action_id"] for e in vu["trame"][0]["blocks"][-1]["elements"])
        vu["autre"] = nouveaux(PRIVE, lambda: depose(ou / "autre.xlsx"))
        vu["garde"] = nouveaux(PRIVE, lambda: appuie(vu["trame"][0], bouton, REFERENT))
        vu["retour"] = nouveaux(PRIVE, lambda: dit("retour GHT Nièvre 2021", PRIVE))
        for etape in ("image", "tableur", "chez_lui", "trame", "retour"):
            vu[f"{etape}_recus"] = [n for m in vu[etape] for n in recoit(m, ou)]
    vu["ecrits"] = (ou / "robot.log").read_text(encoding="utf-8")
    return vu


if __name__ == "__main__":
    sys.stdout.write(json.dumps(scenario(sys.argv[1], Path(sys.argv[2]))))
