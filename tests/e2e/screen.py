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

ScreenEvent = dict[str, Any]


class Screen:
    """What was shown since it was lit, in order."""

    def __init__(self, address: str) -> None:
        self.shown_events: list[ScreenEvent] = []
        self._state = ConnectionState()  # type: ignore[no-untyped-call]
        self._connection = Connection(
            address, logging.getLogger("ecran"), on_message_listener=lambda m: self.shown_events.append(json.loads(m))
        )
        self._connection.connect()
        self._thread = threading.Thread(target=self._connection.run_until_completion, args=(self._state,), daemon=True)
        self._thread.start()

    def switch_off(self) -> None:
        self._state.terminated = True
        self._connection.disconnect()
        self._thread.join(5)

    def after(self, kind: str, gesture: Callable[[], Any], seconds: float = 20) -> ScreenEvent:
        """The first thing of that kind shown after a gesture. Raises TimeoutError, saying what was waited for."""
        start, end = len(self.shown_events), time.monotonic() + seconds
        gesture()
        while time.monotonic() < end:
            for screen_event in self.shown_events[start:]:
                if screen_event["t"] == kind:
                    return screen_event
            time.sleep(0.02)
        raise TimeoutError(f"a « {kind} » on the screen")

    def press(self, view: ScreenEvent, who: str, what: Callable[[ScreenEvent], bool], choices: str = "") -> ScreenEvent:
        """Press the first button, or choose in the first menu, that answers `what`; the form that opens comes back."""
        block, e = next((b, b["accessory"]) for b in view["blocks"] if "accessory" in b and what(b))
        option = next((o for o in e.get("options", ()) if o["value"].startswith(choices)), None)
        action = {"type": e["type"], "action_id": e["action_id"], "block_id": block["block_id"], "value": e.get("value"),
                  "selected_option": option}  # fmt: skip
        stack = self.after("view", lambda: self._send_fact({"t": "block_action", "user": who, "action": action}))[
            "stack"
        ]
        return dict(stack[-1])

    def send(self, who: str, expected: str, **values: ScreenEvent) -> ScreenEvent:
        """Send the form on top: its errors, or what takes its place."""
        result = self.after(expected, lambda: self._send_fact({"t": "view_submit", "user": who, "values": values}))
        return dict(result["errors"] if expected == "view_errors" else result["stack"][-1])

    def close(self, who: str) -> None:
        self.after("view", lambda: self._send_fact({"t": "view_close", "user": who}))

    def _send_fact(self, screen_event: ScreenEvent) -> None:
        self._connection.send(json.dumps(screen_event))


@contextmanager
def screen(address: str) -> Iterator[Screen]:
    screen_on = Screen(address)
    try:
        yield screen_on
    finally:
        screen_on.switch_off()


def reason(text: str) -> ScreenEvent:
    return {"motif": {"type": "plain_text_input", "value": text}}
