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

from tests.e2e.screen import reason, screen

PORT = 3100
BASE_URL = f"http://127.0.0.1:{PORT}"
TOKENS = {"VIGIE_SLACK_BOT_TOKEN": "xoxb-11-RobotSecret", "VIGIE_SLACK_APP_TOKEN": "xapp-1-PriseSecrete"}
REFERENT, DIRECTOR, UNKNOWN_PERSON = "U01REF", "U02DIR", "U03INC"
CHANNEL, DIRECT_CHANNEL = "C01", "D01"
WORKSPACE = {
    "workspace": {"name": "Essai", "domain": "essai", "teamId": "T01"},
    "app": {"appId": "A01", "botUserId": "U0BOT", "botName": "vigie", "botToken": TOKENS["VIGIE_SLACK_BOT_TOKEN"],
            "appToken": TOKENS["VIGIE_SLACK_APP_TOKEN"], "mode": "socket"},
    "users": [{"id": REFERENT, "name": "referent", "email": "referent.bfc@exemple.invalid"},
              {"id": DIRECTOR, "name": "directeur", "email": "directeur.bfc-06@exemple.invalid"},
              {"id": UNKNOWN_PERSON, "name": "inconnu", "email": "quelqu-un@ailleurs.invalid"}],
    "channels": [{"id": CHANNEL, "name": "achats", "members": [REFERENT, DIRECTOR, UNKNOWN_PERSON, "U0BOT"]},
                 {"id": DIRECT_CHANNEL, "name": "dm", "is_im": True, "is_channel": False, "members": [REFERENT, "U0BOT"]}],
}  # fmt: skip

Message = dict[str, Any]


def call_server(path: str, body: dict[str, Any] | None = None) -> Any:
    with closing(HTTPConnection("127.0.0.1", PORT, timeout=20)) as connection:
        raw_bytes = None if body is None else json.dumps(body)
        connection.request(
            "GET" if body is None else "POST", f"/_control/{path}", raw_bytes, {"Content-Type": "application/json"}
        )
        return json.load(connection.getresponse())


def wait_for(what: str, function: Callable[[], Any], seconds: float = 30) -> Any:
    """What a function gives once it gives something. Raises TimeoutError, saying what was waited for."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if result := function():
                return result
        except OSError:  # not listening yet
            pass
        time.sleep(0.05)
    raise TimeoutError(what)


def bot_messages(channel: str) -> list[Message]:
    return [m for m in call_server(f"messages/{channel}")["messages"] if m.get("bot_id")]


def new_messages(channel: str, gesture: Callable[[], Any], how_many: int = 1) -> list[Message]:
    """What the bot says in a channel once somebody has done something there; a moment is left for one answer too many."""
    before = len(bot_messages(channel))
    gesture()
    wait_for(f"{how_many} answer(s) in {channel}", lambda: len(bot_messages(channel)) >= before + how_many)
    time.sleep(0.7)
    return bot_messages(channel)[before:]


def said(text: str, channel: str = CHANNEL, user: str = REFERENT, **rest: str) -> Message:
    result: Message = call_server("message", {"channel": channel, "user": user, "text": text, **rest})["message"]
    return result


def before_all(answer: Message) -> Message:
    """An answer as one that a whole channel reads, the way messages posted long ago still stand there with their buttons."""
    body = json.dumps({"channel": CHANNEL, "text": answer["text"], "blocks": answer["blocks"]})
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {TOKENS['VIGIE_SLACK_BOT_TOKEN']}"}
    with closing(HTTPConnection("127.0.0.1", PORT, timeout=20)) as connection:
        connection.request("POST", "/api/chat.postMessage", body, headers)
        message: Message = json.load(connection.getresponse())["message"]
    return message


def read_by_all(*but: str) -> list[Message]:
    """What everybody in the channel reads of the bot, without the messages of these times."""
    return [m for m in bot_messages(CHANNEL) if not m.get("ephemeral_to") and m["ts"] not in but]


def command(text: str, user: str = REFERENT) -> None:
    call_server("command", {"channel": CHANNEL, "user": user, "command": "/vigie", "text": text})


def press_button(message: Message, key: str, user: str) -> None:
    block = message["blocks"][-1]
    (element,) = (e for e in block["elements"] if e["action_id"] == key)
    action = {"type": "button", "action_id": key, "block_id": block["block_id"], "value": element["value"]}
    call_server("interact", {"channel": message["channel"], "messageTs": message["ts"], "user": user, "action": action})


@contextmanager
def slack_local(binary_path: str, here: Path) -> Iterator[subprocess.Popen[bytes]]:
    config = here / "espace.json"
    config.write_text(json.dumps(WORKSPACE), encoding="utf-8")
    command = [
        binary_path,
        "--config",
        str(config),
        "--port",
        str(PORT),
        "--base-host",
        "127.0.0.1",
        "--files-dir",
        str(here / "f"),
    ]
    with (here / "slack.log").open("ab") as output, subprocess.Popen(command, stdout=output, stderr=output) as process:
        try:
            wait_for("local Slack listens", lambda: call_server("state"))
            yield process
        finally:
            process.kill()


def vigie(here: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-c", "from jobs.commands import main; main()", "--registre", str(here / "vigie.sqlite"),
            "--today", "2022-03-31", *arguments]  # fmt: skip


def environment() -> dict[str, str]:
    return {**os.environ, **TOKENS, "VIGIE_SLACK_BASE_URL": f"{BASE_URL}/api/"}


@contextmanager
def robot(here: Path, name: str) -> Iterator[subprocess.Popen[bytes]]:
    with (here / f"{name}.log").open("wb") as output:
        before = len(connections())
        with subprocess.Popen(vigie(here, "slack"), stdout=output, stderr=output, env=environment()) as process:
            try:
                wait_for("the bot connects", lambda: len(connections()) > before)
                yield process
            finally:
                process.kill()


def connections() -> list[Any]:
    return [e for e in call_server("log")["log"] if "socket connected" in e["summary"]]


def scenario(binary_path: str, here: Path) -> dict[str, Any]:
    """Every step in order; the two that break things come last."""
    played: dict[str, Any] = {}
    with slack_local(binary_path, here) as server, robot(here, "robot") as process:
        played["commande"] = new_messages(CHANNEL, lambda: command("gains BFC 2021"))
        question: list[Message] = []
        played["mention"] = new_messages(CHANNEL, lambda: question.append(said("<@U0BOT> rejets GHT Jura 2021")))
        played["question"] = question[0]
        played["en_fil"] = new_messages(
            CHANNEL, lambda: said("<@U0BOT> objectif BFC 2021", thread_ts=question[0]["ts"])
        )
        played["prive"] = new_messages(DIRECT_CHANNEL, lambda: said("gains GHT Jura 2021 par famille", DIRECT_CHANNEL))
        played["pourquoi"] = new_messages(DIRECT_CHANNEL, lambda: said("pourquoi ?", DIRECT_CHANNEL))
        played["bouton"] = new_messages(CHANNEL, lambda: press_button(played["mention"][0], "vigie-pourquoi", REFERENT))
        played["question_d_un_autre"] = new_messages(
            CHANNEL, lambda: said("<@U0BOT> pourquoi gains GHT Jura 2021", user=DIRECTOR)
        )
        played["bouton_en_prive"] = new_messages(
            DIRECT_CHANNEL, lambda: press_button(played["prive"][0], "vigie-pourquoi", REFERENT)
        )
        played["inconnu"] = new_messages(CHANNEL, lambda: said("<@U0BOT> gains BFC 2021", user=UNKNOWN_PERSON))
        played["directeur_au_salon"] = new_messages(
            CHANNEL, lambda: said("<@U0BOT> gains GHT Nièvre 2021", user=DIRECTOR)
        )
        played["refus"] = new_messages(CHANNEL, lambda: command("gains GHT Jura 2021", DIRECTOR))
        old = before_all(played["mention"][0])
        played["bureau"] = home_tabs(here, played["mention"][0], old)
        played["bouton_d_un_autre"] = new_messages(CHANNEL, lambda: press_button(old, "vigie-pourquoi", DIRECTOR))
        played["etat"] = json.loads(
            subprocess.run(vigie(here, "status", "--json"), check=False, capture_output=True).stdout
        )["slack"]
        played["docteur"] = subprocess.run(
            vigie(here, "doctor"), check=False, capture_output=True, env=environment()
        ).stdout.decode()
        with robot(here, "second") as second:
            played["a_deux"] = new_messages(CHANNEL, lambda: said("<@U0BOT> couverture BFC 2021"))
            played["a_deux_prive"] = new_messages(DIRECT_CHANNEL, lambda: said("qualité BFC 2021", DIRECT_CHANNEL))
            played["a_deux_commande"] = new_messages(CHANNEL, lambda: command("gains GHT Jura 2021"))
            played["second_s_arrete"] = stop(second)
        played["journal"] = call_server("log")["log"]
        played["read_by_all"] = read_by_all(old["ts"])
        server.kill()
        server.wait()
        with slack_local(binary_path, here):
            wait_for("the bot comes back", connections, 60)
            played["apres_la_coupure"] = new_messages(DIRECT_CHANNEL, lambda: said("gains BFC 2021", DIRECT_CHANNEL))
            played["s_arrete"] = stop(process)
        played["etat_apres"] = json.loads(
            subprocess.run(vigie(here, "status", "--json"), check=False, capture_output=True).stdout
        )["slack"]
    played["ecrits"] = "".join(f.read_text(encoding="utf-8") for f in here.glob("*.log") if f.name != "slack.log")
    return played


def home_tabs(here: Path, answer: Message, old: Message) -> dict[str, Any]:
    """Home tabs, then a line decided on from one of them, then another form from an answer; a director tries an old one."""
    played: dict[str, Any] = {}
    with screen(f"ws://127.0.0.1:{PORT}/ui") as e:
        for name, who in (("directeur", DIRECTOR), ("inconnu", UNKNOWN_PERSON), ("referent", REFERENT)):
            played[name] = e.after("home", lambda who=who: call_server("open-home", {"user": who}))["view"]  # type: ignore[misc]
        direction = {"sens": {"type": "radio_buttons", "selected_option": {"value": "retenir"}}}
        played["formulaire"] = e.press(
            played["referent"], REFERENT, lambda b: "performance-superieure-100" in b["text"]["text"]
        )
        played["erreurs"] = e.send(REFERENT, "view_errors", sens=direction, motif=reason("  "))
        before = len(e.shown_events)
        played["fait"] = e.send(REFERENT, "view", sens=direction, motif=reason("marché relu"))
        wait_for("the home tab follows", lambda: [m for m in e.shown_events[before:] if m["t"] == "home"])
        played["apres"] = next(m["view"] for m in e.shown_events[before:] if m["t"] == "home")
        e.close(REFERENT)
        played["prolonge"] = e.press(
            played["referent"], REFERENT, lambda b: "GHT Jura" in b["text"]["text"], "prolonger"
        )
        yesterday = {"jusqu_au": {"type": "datepicker", "selected_date": "2022-03-30"}}
        played["date_passee"] = e.send(REFERENT, "view_errors", jusqu_au=yesterday, motif=reason("grève"))
        e.close(REFERENT)
        list_labels = next(b for b in answer["blocks"] if b.get("accessory", {}).get("type") == "static_select")
        action = {"type": "static_select", "action_id": "bureau-geste", "block_id": list_labels["block_id"],
                  "selected_option": list_labels["accessory"]["options"][0]}  # fmt: skip
        for name, who, where in (("de_la_reponse", REFERENT, answer), ("de_la_reponse_d_un_autre", DIRECTOR, old)):
            gesture = {"channel": where["channel"], "messageTs": where["ts"], "user": who, "action": action}
            played[name] = e.after("view", lambda gesture=gesture: call_server("interact", gesture))["stack"][-1]  # type: ignore[misc]
    question = vigie(here, "ask", "pourquoi gains GHT Jura 2021", "--json")
    played["au_registre"] = json.loads(subprocess.run(question, check=False, capture_output=True).stdout)["lignes"]
    return played


def stop(process: subprocess.Popen[bytes]) -> tuple[int, float]:
    """(exit code, seconds it took) of a bot asked to stop."""
    start = time.monotonic()
    process.send_signal(signal.SIGTERM)
    return process.wait(30), time.monotonic() - start


if __name__ == "__main__":
    sys.stdout.write(json.dumps(scenario(sys.argv[1], Path(sys.argv[2]))))
