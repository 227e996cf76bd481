"""A Slack that can be told to misbehave: a small HTTP server on loopback, for what no real server does on request.

It holds no socket: events are handed to the bot's application directly, as the socket's own library would.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote

from bots.slack.dropped_trame import Fichier
from config.rights import Personne

EQUIPE = "T01"
BONS: dict[str, dict[str, Any]] = {
    "auth.test": {"team_id": EQUIPE, "team": "Essai", "user": "vigie", "user_id": "U0BOT", "bot_id": "B0BOT"},
    "apps.connections.open": {"url": "ws://127.0.0.1:9/socket"},
    "chat.postMessage": {"ts": "1.2"},
    "chat.postEphemeral": {"message_ts": "1.2"},
    "files.completeUploadExternal": {"files": [{"id": "F0DEPOSE"}]},
}
PRIVE = "D0PRIVE"
"""The direct conversation that Slack opens when a message is addressed to a person."""


def sans_depot(_personne: Personne, _fichier: Fichier) -> str:
    """What takes a trame in, where no test hands one over."""
    raise AssertionError("nobody asked to keep anything here")


@dataclass
class FauxSlack:
    """What was received, and what to answer next: a name of `panne`, by method, each used once."""

    adresse: str = ""
    personnes: dict[str, dict[str, Any]] = field(default_factory=dict)
    scopes: str | None = None
    recus: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    pannes: dict[str, list[str]] = field(default_factory=dict)
    deposes: list[bytes] = field(default_factory=list)
    """What was put where files are put, in the order it came."""
    fichiers: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """Files that people dropped, by identifier: name and bytes."""
    porteurs: list[tuple[str, str]] = field(default_factory=list)
    """Of every file asked for, its path and the token that was shown."""

    def oublie(self) -> None:
        """Nothing was received, nobody is known, nothing is out of order."""
        for memoire in (self.recus, self.personnes, self.pannes, self.deposes, self.fichiers, self.porteurs):
            memoire.clear()
        self.scopes = None

    def connait(self, identifiant: str, email: str, **reste: Any) -> None:
        """Somebody has an account."""
        self.personnes[identifiant] = {"id": identifiant, "team_id": EQUIPE, "profile": {"email": email}, **reste}

    def corps(self, *methodes: str) -> list[dict[str, Any]]:
        return [c for m, c in self.recus if m in methodes]

    @property
    def dits(self) -> list[dict[str, Any]]:
        """Everything the bot said, by whatever way."""
        return self.corps("chat.postMessage", "chat.postEphemeral", "reponse")

    def rend(self, methode: str, corps: dict[str, Any]) -> dict[str, Any]:
        if methode == "users.info":
            connu = self.personnes.get(str(corps.get("user")))
            return {"ok": True, "user": connu} if connu else {"ok": False, "error": "user_not_found"}
        if methode == "files.getUploadURLExternal":
            return {"ok": True, "file_id": f"F{len(self.recus)}", "upload_url": f"{self.adresse}/upload/v1/depot"}
        if methode == "files.info":
            return self.fiche(str(corps.get("file")))
        if methode == "chat.postMessage" and str(corps.get("channel")).startswith("U"):
            return {"ok": True, "ts": "1.2", "channel": PRIVE}
        if methode == "users.lookupByEmail":
            trouve = [p for p in self.personnes.values() if p["profile"]["email"] == corps.get("email")]
            return {"ok": True, "user": trouve[0]} if trouve else {"ok": False, "error": "users_not_found"}
        if methode == "conversations.open":
            return {"ok": True, "channel": {"id": f"D-{corps.get('users')}"}}
        if methode == "conversations.history":
            siens = [c for c in self.corps("chat.postMessage") if c["channel"] == corps.get("channel")]
            return {"ok": True, "messages": [{"ts": "1.2", **c} for c in siens]}
        return {"ok": True, **BONS.get(methode, {})}

    def fiche(self, identifiant: str) -> dict[str, Any]:
        """What Slack says of a file, in an event as by files.info."""
        if identifiant not in self.fichiers:
            return {"ok": False, "error": "file_not_found"}
        nom, octets = self.fichiers[identifiant]
        adresse = f"{self.adresse}/files-pri/T01-{identifiant}/download/{quote(nom)}"
        return {
            "ok": True,
            "file": {"id": identifiant, "name": nom, "size": len(octets), "url_private_download": adresse},
        }


class _Guichet(BaseHTTPRequestHandler):
    slack: FauxSlack

    def do_POST(self) -> None:
        recus = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith(("/upload/", "/files-pri/")):
            self._fichier(recus)
            return
        octets = recus.decode()
        methode = self.path.rpartition("/")[2]
        json_ = "json" in (self.headers.get("Content-Type") or "")
        corps = json.loads(octets or "{}") if json_ else {k: v[0] for k, v in parse_qs(octets).items()}
        for champ in ("blocks", "view"):
            if isinstance(corps.get(champ), str):
                corps[champ] = json.loads(corps[champ])
        panne = next(iter(self.slack.pannes.get(methode, [])), "")
        if panne:
            self.slack.pannes[methode].pop(0)
            if panne == "avale":  # taken, and cut before it is said
                self.slack.recus.append((methode, corps))
            self._tombe("coupe" if panne == "avale" else panne)
            return
        self.slack.recus.append((methode, corps))
        self._ecrit(200, "application/json", json.dumps(self.slack.rend(methode, corps)))

    def _fichier(self, recus: bytes) -> None:
        """Bytes put, or asked for by whoever shows the right token."""
        panne = next(iter(self.slack.pannes.get("fichier", [])), "")
        if panne:
            self.slack.pannes["fichier"].pop(0)
            self._tombe(panne)
        elif self.path.startswith("/upload/"):
            self.slack.deposes.append(recus)
            self._ecrit(200, "text/plain", f"OK - {len(recus)}")
        else:
            self.slack.porteurs.append((self.path, self.headers.get("Authorization", "")))
            connu = self.slack.fichiers.get(self.path.split("/")[2].partition("-")[2])
            self._rend(200, "application/octet-stream", connu[1]) if connu else self._ecrit(
                404, "text/plain", "Not Found"
            )

    do_GET = do_POST  # noqa: N815 - the name that http.server looks for

    def _tombe(self, panne: str) -> None:
        quoi, _, precision = panne.partition(" ")
        if quoi == "coupe":
            self.close_connection = True
            self.connection.close()
        elif quoi == "lent":
            time.sleep(float(precision))
            self._ecrit(200, "application/json", '{"ok": true}')
        elif quoi == "html":
            self._ecrit(200, "text/html", "<html><body>Maintenance</body></html>")
        elif quoi == "refus":
            self._ecrit(200, "application/json", json.dumps({"ok": False, "error": precision}))
        elif quoi == "429":
            self._ecrit(429, "application/json", '{"ok": false, "error": "ratelimited"}', {"Retry-After": precision})
        elif quoi == "302":
            self._ecrit(302, "text/plain", "", {"Location": precision})
        else:
            self._ecrit(int(quoi), "text/plain", "Internal Server Error")

    def _ecrit(self, code: int, genre: str, texte: str, entetes: dict[str, str] | None = None) -> None:
        self._rend(code, genre, texte.encode(), entetes)

    def _rend(self, code: int, genre: str, octets: bytes, entetes: dict[str, str] | None = None) -> None:
        scopes = {"x-oauth-scopes": self.slack.scopes} if self.slack.scopes is not None else {}
        try:
            self.send_response(code)
            for nom, valeur in {
                "Content-Type": genre,
                "Content-Length": str(len(octets)),
                **scopes,
                **(entetes or {}),
            }.items():
                self.send_header(nom, valeur)
            self.end_headers()
            self.wfile.write(octets)
        except OSError:  # it was given up
            pass

    def log_message(self, *_: Any) -> None:
        """Nothing: what matters is in `recus`."""


class _Serveur(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A cut connection is what was asked for."""


@contextmanager
def faux_slack(slack: FauxSlack | None = None) -> Iterator[FauxSlack]:
    slack = slack or FauxSlack()
    serveur = _Serveur(("127.0.0.1", 0), type("Guichet", (_Guichet,), {"slack": slack}))
    slack.adresse = f"http://127.0.0.1:{serveur.server_port}"
    fil = threading.Thread(target=serveur.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    fil.start()
    try:
        yield slack
    finally:
        serveur.shutdown()
        serveur.server_close()
        fil.join()
