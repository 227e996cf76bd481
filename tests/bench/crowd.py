"""How the bot bears a crowd: two hundred people of a country who all ask at once, each in a conversation of their own.

Slack is stood in for by a server in a process of its own, as it would be: what it costs is not the bot's.
"""

from __future__ import annotations

import csv
import multiprocessing
import random
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from slack_bolt import BoltRequest

from bots.slack import socket_mode
from bots.slack.conversation import BREAKDOWN, BotHost
from bots.slack.socket_mode import Robot
from bots.slack.web_api import SlackSettings
from config.folder import Folder, load_folder
from jobs.wiring import Workshop
from tests.fake_slack import TEAM, FakeSlack, fake_slack, no_drop

CROWD = 200
THREADS = 10
"""Threads that hand events over, as many as the socket's library has."""
DAY = date(2022, 4, 1)


@dataclass(frozen=True)
class CrowdTimes:
    """Seconds from the moment all were asked: to the acknowledgement, and to the answer, of each."""

    acknowledged: list[float]
    answered: list[float]


def make_peopled_folder(path: Path, country: Folder) -> Folder:
    """The country's folder, with people: the national team, a referent a region, directors and project heads of the GHT."""
    if not path.exists():
        shutil.copytree(country.path, path)
        with (path / "personnes.csv").open("w", newline="", encoding="utf-8") as f:
            table = csv.writer(f, delimiter=";")
            table.writerow("email fonction role perimetre code suppleant absence_debut absence_fin".split())
            table.writerow(("dgos@exemple.invalid", "Équipe nationale", "dgos", "national", "FR", "", "", ""))
            for r in sorted({g.region for g in country.territory.ghts.values()}):
                table.writerow((f"referent.{r}@exemple.invalid", "Référent", "ars", "region", r, "", "", ""))
            for n, g in enumerate(sorted(country.territory.ghts) * 2):
                table.writerow((f"p{n}.{g}@exemple.invalid", "Directeur des achats", "ght", "ght", g, "", "", ""))
    return load_folder(path)


def questions(folder: Folder) -> list[tuple[str, str]]:
    """(who, question) for a crowd, seeded: what people ask of what they may see."""
    random_source = random.Random(11)
    templates = ("gains {annee}", "où en est-on ?", "rejets {annee}", "qu'attend-on de moi ?", "pourquoi gains {annee}",
               "gains {annee} par famille", "objectif {annee}", "qualité {annee}", "gains {annee} par ght", "qui n'a pas remis ?")  # fmt: skip
    who = list(folder.persons)[:CROWD]
    return [(p, random_source.choice(templates).format(annee=2021)) for p in who]


class _TimedSlack(FakeSlack):
    """Notes when each conversation was answered, on the clock that every process of the machine shares."""

    def give_back(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        if method == "chat.postMessage":
            body["recu_a"] = time.monotonic()
        return super().give_back(method, body)


def _serve(pipe: Connection, persons: list[str]) -> None:
    """The server's process: gives its address, serves, then tells what it received and when."""
    with fake_slack(_TimedSlack()) as server:
        for n, email in enumerate(persons):
            server.add_person(f"U{n:04d}", email, is_email_confirmed=True)
        pipe.send(server.address)
        while (word := pipe.recv()) != "fin":
            received_files = [c for m, c in list(server.received_files) if m == "chat.postMessage"]
            pipe.send([(c["channel"], c["recu_a"], c["text"]) for c in received_files] if word == "recus" else None)


def measure_answers(folder: Path, register: Path) -> CrowdTimes:
    """All at once, one answer each. Raises AssertionError when somebody got none, or two."""
    asked_questions = questions(load_folder(folder))
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(there, [p for p, _ in asked_questions]))
    server.start()
    try:
        workshop = Workshop(folder, register, DAY)
        keep = workshop.register  # as `vigie slack` does: the last one to close would put the journal away each time
        robot = socket_mode.robot(
            SlackSettings("xoxb-essai", "xapp-essai", here.recv()),
            BotHost(workshop.fresh_view, workshop.current_time, no_drop),
        )
        try:
            return _hold_crowd(robot, asked_questions, here)
        finally:
            socket_mode.close(robot)
            keep.close()
    finally:
        here.send("fin")
        server.join(10)


def _hold_crowd(robot: Robot, asked_questions: list[tuple[str, str]], server: Connection) -> CrowdTimes:
    def deliver(n: int, start: float) -> float:
        result = robot.app.dispatch(BoltRequest(body=_direct(n, asked_questions[n][1], start), mode="socket_mode"))
        assert result.status == 200
        return time.monotonic() - start

    deliver(0, 0.0)  # the first question of all loads what the others share
    _wait_for(server, 1)
    with ThreadPoolExecutor(THREADS) as postmen:
        start = time.monotonic()
        acknowledged = list(postmen.map(lambda n: deliver(n, start), range(len(asked_questions))))
    received_files = _wait_for(server, len(asked_questions) + 1)[1:]
    assert sorted(channel for channel, _, _ in received_files) == [f"D{n:04d}" for n in range(len(asked_questions))]
    assert not [said for _, _, said in received_files if said.startswith(BREAKDOWN[:30])], "an apology is no answer"
    return CrowdTimes(sorted(acknowledged), sorted(dated - start for _, dated, _ in received_files))


def _direct(n: int, text: str, start: float) -> dict[str, Any]:
    event = {"type": "message", "channel_type": "im", "user": f"U{n:04d}", "text": text, "ts": f"{start:.0f}.{n:06d}",
                 "channel": f"D{n:04d}"}  # fmt: skip
    return {"type": "event_callback", "team_id": TEAM, "event_id": f"Ev{start}-{n}", "event": event}


def _wait_for(server: Connection, how_many: int, seconds: float = 120) -> list[tuple[str, float, str]]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        server.send("recus")
        received_files: list[tuple[str, float, str]] = server.recv()
        if len(received_files) >= how_many:
            return received_files
        time.sleep(0.05)
    raise TimeoutError(f"{how_many} answers")
