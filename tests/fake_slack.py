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

from bots.slack.dropped_trame import HandedFile
from config.folder import Folder
from config.rights import Person
from sheets.judged import JudgedWorkbook

TEAM = "T01"
GOOD_ANSWERS: dict[str, dict[str, Any]] = {
    "auth.test": {"team_id": TEAM, "team": "Essai", "user": "vigie", "user_id": "U0BOT", "bot_id": "B0BOT"},
    "apps.connections.open": {"url": "ws://127.0.0.1:9/socket"},
    "chat.postMessage": {"ts": "1.2"},
    "chat.postEphemeral": {"message_ts": "1.2"},
    "files.completeUploadExternal": {"files": [{"id": "F0DEPOSE"}]},
}
DIRECT_CHANNEL = "D0PRIVE"
"""The direct conversation that Slack opens when a message is addressed to a person."""


def no_drop(_person: Person, _serve_file: HandedFile, _judged: JudgedWorkbook, _folder: Folder) -> str:
    """What takes a trame in, where no test hands one over."""
    raise AssertionError("nobody asked to keep anything here")


@dataclass
class FakeSlack:
    """What was received, and what to answer next: a name of `breakdown`, by method, each used once."""

    address: str = ""
    persons: dict[str, dict[str, Any]] = field(default_factory=dict)
    scopes: str | None = None
    received_files: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    breakdowns: dict[str, list[str]] = field(default_factory=dict)
    uploaded: list[bytes] = field(default_factory=list)
    """What was put where files are put, in the order it came."""
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """Files that people dropped, by identifier: name and bytes."""
    bearers: list[tuple[str, str]] = field(default_factory=list)
    """Of every file asked for, its path and the token that was shown."""

    def forget(self) -> None:
        """Nothing was received, nobody is known, nothing is out of order."""
        for received_lists in (
            self.received_files,
            self.persons,
            self.breakdowns,
            self.uploaded,
            self.files,
            self.bearers,
        ):
            received_lists.clear()
        self.scopes = None

    def add_person(self, identifier: str, email: str, **rest: Any) -> None:
        """Somebody has an account."""
        self.persons[identifier] = {"id": identifier, "team_id": TEAM, "profile": {"email": email}, **rest}

    def body(self, *methods: str) -> list[dict[str, Any]]:
        return [c for m, c in self.received_files if m in methods]

    @property
    def all_said(self) -> list[dict[str, Any]]:
        """Everything the bot said, by whatever way."""
        return self.body("chat.postMessage", "chat.postEphemeral", "reponse")

    def give_back(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        if method == "users.info":
            known = self.persons.get(str(body.get("user")))
            return {"ok": True, "user": known} if known else {"ok": False, "error": "user_not_found"}
        if method == "files.getUploadURLExternal":
            return {
                "ok": True,
                "file_id": f"F{len(self.received_files)}",
                "upload_url": f"{self.address}/upload/v1/depot",
            }
        if method == "files.info":
            return self.file_card(str(body.get("file")))
        if method == "chat.postMessage" and str(body.get("channel")).startswith("U"):
            return {"ok": True, "ts": "1.2", "channel": DIRECT_CHANNEL}
        if method == "users.lookupByEmail":
            found = [p for p in self.persons.values() if p["profile"]["email"] == body.get("email")]
            return {"ok": True, "user": found[0]} if found else {"ok": False, "error": "users_not_found"}
        if method == "conversations.open":
            return {"ok": True, "channel": {"id": f"D-{body.get('users')}"}}
        if method == "conversations.history":
            theirs = [c for c in self.body("chat.postMessage") if c["channel"] == body.get("channel")]
            return {"ok": True, "messages": [{"ts": "1.2", **c} for c in theirs]}
        return {"ok": True, **GOOD_ANSWERS.get(method, {})}

    def file_card(self, identifier: str) -> dict[str, Any]:
        """What Slack says of a file, in an event as by files.info."""
        if identifier not in self.files:
            return {"ok": False, "error": "file_not_found"}
        name, raw_bytes = self.files[identifier]
        address = f"{self.address}/files-pri/T01-{identifier}/download/{quote(name)}"
        return {
            "ok": True,
            "file": {"id": identifier, "name": name, "size": len(raw_bytes), "url_private_download": address},
        }


class _RequestHandler(BaseHTTPRequestHandler):
    slack: FakeSlack

    def do_POST(self) -> None:
        received_files = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith(("/upload/", "/files-pri/")):
            self._serve_file(received_files)
            return
        raw_bytes = received_files.decode()
        method = self.path.rpartition("/")[2]
        json_ = "json" in (self.headers.get("Content-Type") or "")
        body = json.loads(raw_bytes or "{}") if json_ else {k: v[0] for k, v in parse_qs(raw_bytes).items()}
        for form_field in ("blocks", "view"):
            if isinstance(body.get(form_field), str):
                body[form_field] = json.loads(body[form_field])
        breakdown = next(iter(self.slack.breakdowns.get(method, [])), "")
        if breakdown:
            self.slack.breakdowns[method].pop(0)
            if breakdown == "avale":  # taken, and cut before it is said
                self.slack.received_files.append((method, body))
            self._fail("coupe" if breakdown == "avale" else breakdown)
            return
        self.slack.received_files.append((method, body))
        self._send(200, "application/json", json.dumps(self.slack.give_back(method, body)))

    def _serve_file(self, received_files: bytes) -> None:
        """Bytes put, or asked for by whoever shows the right token."""
        breakdown = next(iter(self.slack.breakdowns.get("fichier", [])), "")
        if breakdown:
            self.slack.breakdowns["fichier"].pop(0)
            self._fail(breakdown)
        elif self.path.startswith("/upload/"):
            self.slack.uploaded.append(received_files)
            self._send(200, "text/plain", f"OK - {len(received_files)}")
        else:
            self.slack.bearers.append((self.path, self.headers.get("Authorization", "")))
            known = self.slack.files.get(self.path.split("/")[2].partition("-")[2])
            self._give_back(200, "application/octet-stream", known[1]) if known else self._send(
                404, "text/plain", "Not Found"
            )

    do_GET = do_POST  # noqa: N815 - the name that http.server looks for

    def _fail(self, breakdown: str) -> None:
        what, _, precision = breakdown.partition(" ")
        if what == "coupe":
            self.close_connection = True
            self.connection.close()
        elif what == "lent":
            time.sleep(float(precision))
            self._send(200, "application/json", '{"ok": true}')
        elif what == "html":
            self._send(200, "text/html", "<html><body>Maintenance</body></html>")
        elif what == "refus":
            self._send(200, "application/json", json.dumps({"ok": False, "error": precision}))
        elif what == "429":
            self._send(429, "application/json", '{"ok": false, "error": "ratelimited"}', {"Retry-After": precision})
        elif what == "302":
            self._send(302, "text/plain", "", {"Location": precision})
        else:
            self._send(int(what), "text/plain", "Internal Server Error")

    def _send(self, code: int, kind: str, text: str, headings: dict[str, str] | None = None) -> None:
        self._give_back(code, kind, text.encode(), headings)

    def _give_back(self, code: int, kind: str, raw_bytes: bytes, headings: dict[str, str] | None = None) -> None:
        scopes = {"x-oauth-scopes": self.slack.scopes} if self.slack.scopes is not None else {}
        try:
            self.send_response(code)
            for name, value in {
                "Content-Type": kind,
                "Content-Length": str(len(raw_bytes)),
                **scopes,
                **(headings or {}),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw_bytes)
        except OSError:  # it was given up
            pass

    def log_message(self, *_: Any) -> None:
        """Nothing: what matters is in `received_files`."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A cut connection is what was asked for."""


@contextmanager
def fake_slack(slack: FakeSlack | None = None) -> Iterator[FakeSlack]:
    slack = slack or FakeSlack()
    server = _Server(("127.0.0.1", 0), type("Guichet", (_RequestHandler,), {"slack": slack}))
    slack.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield slack
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
