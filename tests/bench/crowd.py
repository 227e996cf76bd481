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
from bots.slack.conversation import PANNE, Maison
from bots.slack.socket_mode import Robot
from bots.slack.web_api import Reglages
from config.folder import Dossier, charge
from jobs.wiring import Atelier
from tests.fake_slack import EQUIPE, FauxSlack, faux_slack, sans_depot

FOULE = 200
FILS = 10
"""Threads that hand events over, as many as the socket's library has."""
JOUR = date(2022, 4, 1)


@dataclass(frozen=True)
class Tenue:
    """Seconds from the moment all were asked: to the acknowledgement, and to the answer, of each."""

    acquittes: list[float]
    repondus: list[float]


def dossier_peuple(chemin: Path, pays: Dossier) -> Dossier:
    """The country's folder, with people: the national team, a referent a region, directors and project heads of the GHT."""
    if not chemin.exists():
        shutil.copytree(pays.chemin, chemin)
        with (chemin / "personnes.csv").open("w", newline="", encoding="utf-8") as f:
            table = csv.writer(f, delimiter=";")
            table.writerow("email fonction role perimetre code suppleant absence_debut absence_fin".split())
            table.writerow(("dgos@exemple.invalid", "Équipe nationale", "dgos", "national", "FR", "", "", ""))
            for r in sorted({g.region for g in pays.territoire.ghts.values()}):
                table.writerow((f"referent.{r}@exemple.invalid", "Référent", "ars", "region", r, "", "", ""))
            for n, g in enumerate(sorted(pays.territoire.ghts) * 2):
                table.writerow((f"p{n}.{g}@exemple.invalid", "Directeur des achats", "ght", "ght", g, "", "", ""))
    return charge(chemin)


def questions(dossier: Dossier) -> list[tuple[str, str]]:
    """(who, question) for a crowd, seeded: what people ask of what they may see."""
    hasard = random.Random(11)
    modeles = ("gains {annee}", "où en est-on ?", "rejets {annee}", "qu'attend-on de moi ?", "pourquoi gains {annee}",
               "gains {annee} par famille", "objectif {annee}", "qualité {annee}", "gains {annee} par ght", "qui n'a pas remis ?")  # fmt: skip
    qui = list(dossier.personnes)[:FOULE]
    return [(p, hasard.choice(modeles).format(annee=2021)) for p in qui]


class _Horodate(FauxSlack):
    """Notes when each conversation was answered, on the clock that every process of the machine shares."""

    def rend(self, methode: str, corps: dict[str, Any]) -> dict[str, Any]:
        if methode == "chat.postMessage":
            corps["recu_a"] = time.monotonic()
        return super().rend(methode, corps)


def _sert(tuyau: Connection, personnes: list[str]) -> None:
    """The server's process: gives its address, serves, then tells what it received and when."""
    with faux_slack(_Horodate()) as serveur:
        for n, email in enumerate(personnes):
            serveur.connait(f"U{n:04d}", email, is_email_confirmed=True)
        tuyau.send(serveur.adresse)
        while (mot := tuyau.recv()) != "fin":
            recus = [c for m, c in list(serveur.recus) if m == "chat.postMessage"]
            tuyau.send([(c["channel"], c["recu_a"], c["text"]) for c in recus] if mot == "recus" else None)


def mesure(dossier: Path, registre: Path) -> Tenue:
    """All at once, one answer each. Raises AssertionError when somebody got none, or two."""
    posees = questions(charge(dossier))
    ici, la = multiprocessing.Pipe()
    serveur = multiprocessing.get_context("spawn").Process(target=_sert, args=(la, [p for p, _ in posees]))
    serveur.start()
    try:
        atelier = Atelier(dossier, registre, JOUR)
        garde = atelier.registre  # as `vigie slack` does: the last one to close would put the journal away each time
        robot = socket_mode.robot(
            Reglages("xoxb-essai", "xapp-essai", ici.recv()),
            Maison(atelier.vue_fraiche, atelier.maintenant, sans_depot),
        )
        try:
            return _tient(robot, posees, ici)
        finally:
            socket_mode.ferme(robot)
            garde.close()
    finally:
        ici.send("fin")
        serveur.join(10)


def _tient(robot: Robot, posees: list[tuple[str, str]], serveur: Connection) -> Tenue:
    def livre(n: int, debut: float) -> float:
        rendu = robot.app.dispatch(BoltRequest(body=_direct(n, posees[n][1], debut), mode="socket_mode"))
        assert rendu.status == 200
        return time.monotonic() - debut

    livre(0, 0.0)  # the first question of all loads what the others share
    _attend(serveur, 1)
    with ThreadPoolExecutor(FILS) as facteurs:
        debut = time.monotonic()
        acquittes = list(facteurs.map(lambda n: livre(n, debut), range(len(posees))))
    recus = _attend(serveur, len(posees) + 1)[1:]
    assert sorted(salon for salon, _, _ in recus) == [f"D{n:04d}" for n in range(len(posees))]
    assert not [dit for _, _, dit in recus if dit.startswith(PANNE[:30])], "an apology is no answer"
    return Tenue(sorted(acquittes), sorted(le - debut for _, le, _ in recus))


def _direct(n: int, texte: str, debut: float) -> dict[str, Any]:
    evenement = {"type": "message", "channel_type": "im", "user": f"U{n:04d}", "text": texte, "ts": f"{debut:.0f}.{n:06d}",
                 "channel": f"D{n:04d}"}  # fmt: skip
    return {"type": "event_callback", "team_id": EQUIPE, "event_id": f"Ev{debut}-{n}", "event": evenement}


def _attend(serveur: Connection, combien: int, secondes: float = 120) -> list[tuple[str, float, str]]:
    fin = time.monotonic() + secondes
    while time.monotonic() < fin:
        serveur.send("recus")
        recus: list[tuple[str, float, str]] = serveur.recv()
        if len(recus) >= combien:
            return recus
        time.sleep(0.05)
    raise TimeoutError(f"{combien} answers")
