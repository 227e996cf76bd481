"""Somebody's screen: the socket by which local Slack's own page shows home tabs and forms, and hears what is pressed or sent."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from slack_sdk.socket_mode.builtin.connection import Connection, ConnectionState

Fait = dict[str, Any]


class Ecran:
    """What was shown since it was lit, in order."""

    def __init__(self, adresse: str) -> None:
        self.montres: list[Fait] = []
        self._etat = ConnectionState()  # type: ignore[no-untyped-call]
        self._connexion = Connection(
            adresse, logging.getLogger("ecran"), on_message_listener=lambda m: self.montres.append(json.loads(m))
        )
        self._connexion.connect()
        self._fil = threading.Thread(target=self._connexion.run_until_completion, args=(self._etat,), daemon=True)
        self._fil.start()

    def eteint(self) -> None:
        self._etat.terminated = True
        self._connexion.disconnect()
        self._fil.join(5)

    def apres(self, genre: str, geste: Callable[[], Any], secondes: float = 20) -> Fait:
        """The first thing of that kind shown after a gesture. Raises TimeoutError, saying what was waited for."""
        debut, fin = len(self.montres), time.monotonic() + secondes
        geste()
        while time.monotonic() < fin:
            for fait in self.montres[debut:]:
                if fait["t"] == genre:
                    return fait
            time.sleep(0.02)
        raise TimeoutError(f"a « {genre} » on the screen")

    def presse(self, vue: Fait, qui: str, quoi: Callable[[Fait], bool], choix: str = "") -> Fait:
        """Press the first button, or choose in the first menu, that answers `quoi`; the form that opens comes back."""
        bloc, e = next((b, b["accessory"]) for b in vue["blocks"] if "accessory" in b and quoi(b))
        option = next((o for o in e.get("options", ()) if o["value"].startswith(choix)), None)
        action = {"type": e["type"], "action_id": e["action_id"], "block_id": bloc["block_id"], "value": e.get("value"),
                  "selected_option": option}  # fmt: skip
        stack = self.apres("view", lambda: self._dit({"t": "block_action", "user": qui, "action": action}))["stack"]
        return dict(stack[-1])

    def envoie(self, qui: str, attendu: str, **valeurs: Fait) -> Fait:
        """Send the form on top: its errors, or what takes its place."""
        rendu = self.apres(attendu, lambda: self._dit({"t": "view_submit", "user": qui, "values": valeurs}))
        return dict(rendu["errors"] if attendu == "view_errors" else rendu["stack"][-1])

    def ferme(self, qui: str) -> None:
        self.apres("view", lambda: self._dit({"t": "view_close", "user": qui}))

    def _dit(self, fait: Fait) -> None:
        self._connexion.send(json.dumps(fait))


@contextmanager
def ecran(adresse: str) -> Iterator[Ecran]:
    allume = Ecran(adresse)
    try:
        yield allume
    finally:
        allume.eteint()


def motif(texte: str) -> Fait:
    return {"motif": {"type": "plain_text_input", "value": texte}}
