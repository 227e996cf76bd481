"""A chat between people and the bot, played whole against a local Slack. Run inside a network of its own: see test_slack.py.

Prints one JSON object: what each step gave. Everything it starts is stopped by its process number before it ends.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.e2e.screen import ecran, motif

PORT = 3100
LIEU = f"http://127.0.0.1:{PORT}"
JETONS = {"VIGIE_SLACK_BOT_TOKEN": "xoxb-11-RobotSecret", "VIGIE_SLACK_APP_TOKEN": "xapp-1-PriseSecrete"}
REFERENT, DIRECTEUR, INCONNU = "U01REF", "U02DIR", "U03INC"
SALON, PRIVE = "C01", "D01"
ESPACE = {
    "workspace": {"name": "Essai", "domain": "essai", "teamId": "T01"},
    "app": {"appId": "A01", "botUserId": "U0BOT", "botName": "vigie", "botToken": JETONS["VIGIE_SLACK_BOT_TOKEN"],
            "appToken": JETONS["VIGIE_SLACK_APP_TOKEN"], "mode": "socket"},
    "users": [{"id": REFERENT, "name": "referent", "email": "referent.bfc@exemple.invalid"},
              {"id": DIRECTEUR, "name": "directeur", "email": "directeur.bfc-06@exemple.invalid"},
              {"id": INCONNU, "name": "inconnu", "email": "quelqu-un@ailleurs.invalid"}],
    "channels": [{"id": SALON, "name": "achats", "members": [REFERENT, DIRECTEUR, INCONNU, "U0BOT"]},
                 {"id": PRIVE, "name": "dm", "is_im": True, "is_channel": False, "members": [REFERENT, "U0BOT"]}],
}  # fmt: skip

Message = dict[str, Any]


def appelle(chemin: str, corps: dict[str, Any] | None = None) -> Any:
    with closing(HTTPConnection("127.0.0.1", PORT, timeout=20)) as connexion:
        octets = None if corps is None else json.dumps(corps)
        connexion.request(
            "GET" if corps is None else "POST", f"/_control/{chemin}", octets, {"Content-Type": "application/json"}
        )
        return json.load(connexion.getresponse())


def attend(quoi: str, fonction: Callable[[], Any], secondes: float = 30) -> Any:
    """What a function gives once it gives something. Raises TimeoutError, saying what was waited for."""
    fin = time.monotonic() + secondes
    while time.monotonic() < fin:
        try:
            if rendu := fonction():
                return rendu
        except OSError:  # not listening yet
            pass
        time.sleep(0.05)
    raise TimeoutError(quoi)


def du_robot(salon: str) -> list[Message]:
    return [m for m in appelle(f"messages/{salon}")["messages"] if m.get("bot_id")]


def nouveaux(salon: str, geste: Callable[[], Any], combien: int = 1) -> list[Message]:
    """What the bot says in a channel once somebody has done something there; a moment is left for one answer too many."""
    avant = len(du_robot(salon))
    geste()
    attend(f"{combien} answer(s) in {salon}", lambda: len(du_robot(salon)) >= avant + combien)
    time.sleep(0.7)
    return du_robot(salon)[avant:]


def dit(texte: str, salon: str = SALON, user: str = REFERENT, **reste: str) -> Message:
    rendu: Message = appelle("message", {"channel": salon, "user": user, "text": texte, **reste})["message"]
    return rendu


def before_all(answer: Message) -> Message:
    """An answer as one that a whole channel reads, the way messages posted long ago still stand there with their buttons."""
    body = json.dumps({"channel": SALON, "text": answer["text"], "blocks": answer["blocks"]})
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {JETONS['VIGIE_SLACK_BOT_TOKEN']}"}
    with closing(HTTPConnection("127.0.0.1", PORT, timeout=20)) as connection:
        connection.request("POST", "/api/chat.postMessage", body, headers)
        message: Message = json.load(connection.getresponse())["message"]
    return message


def read_by_all(*but: str) -> list[Message]:
    """What everybody in the channel reads of the bot, without the messages of these times."""
    return [m for m in du_robot(SALON) if not m.get("ephemeral_to") and m["ts"] not in but]


def commande(texte: str, user: str = REFERENT) -> None:
    appelle("command", {"channel": SALON, "user": user, "command": "/vigie", "text": texte})


def appuie(message: Message, cle: str, user: str) -> None:
    bloc = message["blocks"][-1]
    (element,) = (e for e in bloc["elements"] if e["action_id"] == cle)
    action = {"type": "button", "action_id": cle, "block_id": bloc["block_id"], "value": element["value"]}
    appelle("interact", {"channel": message["channel"], "messageTs": message["ts"], "user": user, "action": action})


@contextmanager
def slack_local(binaire: str, ou: Path) -> Iterator[subprocess.Popen[bytes]]:
    config = ou / "espace.json"
    config.write_text(json.dumps(ESPACE), encoding="utf-8")
    commande = [
        binaire,
        "--config",
        str(config),
        "--port",
        str(PORT),
        "--base-host",
        "127.0.0.1",
        "--files-dir",
        str(ou / "f"),
    ]
    with (ou / "slack.log").open("ab") as sortie, subprocess.Popen(commande, stdout=sortie, stderr=sortie) as processus:
        try:
            attend("local Slack listens", lambda: appelle("state"))
            yield processus
        finally:
            processus.kill()


def vigie(ou: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-c", "from jobs.cli import main; main()", "--registre", str(ou / "vigie.sqlite"),
            "--today", "2022-03-31", *arguments]  # fmt: skip


def environnement() -> dict[str, str]:
    return {**os.environ, **JETONS, "VIGIE_SLACK_BASE_URL": f"{LIEU}/api/"}


@contextmanager
def robot(ou: Path, nom: str) -> Iterator[subprocess.Popen[bytes]]:
    with (ou / f"{nom}.log").open("wb") as sortie:
        avant = len(connexions())
        with subprocess.Popen(vigie(ou, "slack"), stdout=sortie, stderr=sortie, env=environnement()) as processus:
            try:
                attend("the bot connects", lambda: len(connexions()) > avant)
                yield processus
            finally:
                processus.kill()


def connexions() -> list[Any]:
    return [e for e in appelle("log")["log"] if "socket connected" in e["summary"]]


def scenario(binaire: str, ou: Path) -> dict[str, Any]:
    """Every step in order; the two that break things come last."""
    vu: dict[str, Any] = {}
    with slack_local(binaire, ou) as serveur, robot(ou, "robot") as processus:
        vu["commande"] = nouveaux(SALON, lambda: commande("gains BFC 2021"))
        question: list[Message] = []
        vu["mention"] = nouveaux(SALON, lambda: question.append(dit("<@U0BOT> rejets GHT Jura 2021")))
        vu["question"] = question[0]
        vu["en_fil"] = nouveaux(SALON, lambda: dit("<@U0BOT> objectif BFC 2021", thread_ts=question[0]["ts"]))
        vu["prive"] = nouveaux(PRIVE, lambda: dit("gains GHT Jura 2021 par famille", PRIVE))
        vu["pourquoi"] = nouveaux(PRIVE, lambda: dit("pourquoi ?", PRIVE))
        vu["bouton"] = nouveaux(SALON, lambda: appuie(vu["mention"][0], "vigie-pourquoi", REFERENT))
        vu["question_d_un_autre"] = nouveaux(
            SALON, lambda: dit("<@U0BOT> pourquoi gains GHT Jura 2021", user=DIRECTEUR)
        )
        vu["bouton_en_prive"] = nouveaux(PRIVE, lambda: appuie(vu["prive"][0], "vigie-pourquoi", REFERENT))
        vu["inconnu"] = nouveaux(SALON, lambda: dit("<@U0BOT> gains BFC 2021", user=INCONNU))
        vu["directeur_au_salon"] = nouveaux(SALON, lambda: dit("<@U0BOT> gains GHT Nièvre 2021", user=DIRECTEUR))
        vu["refus"] = nouveaux(SALON, lambda: commande("gains GHT Jura 2021", DIRECTEUR))
        old = before_all(vu["mention"][0])
        vu["bureau"] = bureau(ou, vu["mention"][0], old)
        vu["bouton_d_un_autre"] = nouveaux(SALON, lambda: appuie(old, "vigie-pourquoi", DIRECTEUR))
        vu["etat"] = json.loads(subprocess.run(vigie(ou, "status", "--json"), check=False, capture_output=True).stdout)[
            "slack"
        ]
        vu["docteur"] = subprocess.run(
            vigie(ou, "doctor"), check=False, capture_output=True, env=environnement()
        ).stdout.decode()
        with robot(ou, "second") as second:
            vu["a_deux"] = nouveaux(SALON, lambda: dit("<@U0BOT> couverture BFC 2021"))
            vu["a_deux_prive"] = nouveaux(PRIVE, lambda: dit("qualité BFC 2021", PRIVE))
            vu["a_deux_commande"] = nouveaux(SALON, lambda: commande("gains GHT Jura 2021"))
            vu["second_s_arrete"] = arrete(second)
        vu["journal"] = appelle("log")["log"]
        vu["read_by_all"] = read_by_all(old["ts"])
        serveur.kill()
        serveur.wait()
        with slack_local(binaire, ou):
            attend("the bot comes back", connexions, 60)
            vu["apres_la_coupure"] = nouveaux(PRIVE, lambda: dit("gains BFC 2021", PRIVE))
            vu["s_arrete"] = arrete(processus)
        vu["etat_apres"] = json.loads(
            subprocess.run(vigie(ou, "status", "--json"), check=False, capture_output=True).stdout
        )["slack"]
    vu["ecrits"] = "".join(f.read_text(encoding="utf-8") for f in ou.glob("*.log") if f.name != "slack.log")
    return vu


def bureau(ou: Path, reponse: Message, old: Message) -> dict[str, Any]:
    """Home tabs, then a line decided on from one of them, then another form from an answer; a director tries an old one."""
    vu: dict[str, Any] = {}
    with ecran(f"ws://127.0.0.1:{PORT}/ui") as e:
        for nom, qui in (("directeur", DIRECTEUR), ("inconnu", INCONNU), ("referent", REFERENT)):
            vu[nom] = e.apres("home", lambda qui=qui: appelle("open-home", {"user": qui}))["view"]  # type: ignore[misc]
        sens = {"sens": {"type": "radio_buttons", "selected_option": {"value": "retenir"}}}
        vu["formulaire"] = e.presse(
            vu["referent"], REFERENT, lambda b: "performance-superieure-100" in b["text"]["text"]
        )
        vu["erreurs"] = e.envoie(REFERENT, "view_errors", sens=sens, motif=motif("  "))
        avant = len(e.montres)
        vu["fait"] = e.envoie(REFERENT, "view", sens=sens, motif=motif("marché relu"))
        attend("the home tab follows", lambda: [m for m in e.montres[avant:] if m["t"] == "home"])
        vu["apres"] = next(m["view"] for m in e.montres[avant:] if m["t"] == "home")
        e.ferme(REFERENT)
        vu["prolonge"] = e.presse(vu["referent"], REFERENT, lambda b: "GHT Jura" in b["text"]["text"], "prolonger")
        hier = {"jusqu_au": {"type": "datepicker", "selected_date": "2022-03-30"}}
        vu["date_passee"] = e.envoie(REFERENT, "view_errors", jusqu_au=hier, motif=motif("grève"))
        e.ferme(REFERENT)
        liste = next(b for b in reponse["blocks"] if b.get("accessory", {}).get("type") == "static_select")
        action = {"type": "static_select", "action_id": "bureau-geste", "block_id": liste["block_id"],
                  "selected_option": liste["accessory"]["options"][0]}  # fmt: skip
        for nom, qui, where in (("de_la_reponse", REFERENT, reponse), ("de_la_reponse_d_un_autre", DIRECTEUR, old)):
            geste = {"channel": where["channel"], "messageTs": where["ts"], "user": qui, "action": action}
            vu[nom] = e.apres("view", lambda geste=geste: appelle("interact", geste))["stack"][-1]  # type: ignore[misc]
    question = vigie(ou, "ask", "pourquoi gains GHT Jura 2021", "--json")
    vu["au_registre"] = json.loads(subprocess.run(question, check=False, capture_output=True).stdout)["lignes"]
    return vu


def arrete(processus: subprocess.Popen[bytes]) -> tuple[int, float]:
    """(exit code, seconds it took) of a bot asked to stop."""
    debut = time.monotonic()
    processus.send_signal(signal.SIGTERM)
    return processus.wait(30), time.monotonic() - debut


if __name__ == "__main__":
    sys.stdout.write(json.dumps(scenario(sys.argv[1], Path(sys.argv[2]))))
