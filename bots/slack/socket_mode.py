"""Bolt wiring in Socket Mode: a slash command, a mention, a direct message, a button → an answer. Never words one.

Slack wants an acknowledgement within three seconds and delivers again what it is unsure of: everything is acknowledged
at once, and every event is claimed in the register before it is answered.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from threading import Event
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bots.log import hand_over
from bots.slack import (
    blocks,
    conversation,
    direct_messages,
    dropped_trame,
    handing_over,
    home_tab_events,
    shared_files,
    web_api,
)
from bots.slack.blocks import Message
from bots.slack.conversation import BotHost, ChatEvent, Replier
from bots.slack.handing_over import Send
from bots.slack.home_tab_events import HomeTab
from bots.slack.shared_files import PrivateThread
from bots.slack.web_api import SlackSettings
from config.errors import UserError
from config.rights import Person
from reports.view import View
from sheets.register import claimed_events as register

SLASH_COMMAND = "/vigie"
HEARTBEAT = 5.0
"""Seconds between two looks at the socket; its own pings go at the same pace."""
PATIENCE = 90.0
"""Seconds without a word from Slack, reconnections included, after which the bot gives up rather than look alive."""
REWRITE_AFTER = 30.0
"""Seconds between two signs of life in the register."""
ANSWERER_COUNT = 3
"""Threads that answer: one interpreter works out one answer at a time, the others wait for Slack meanwhile."""
CATCH_UP = 60.0
"""Seconds between two looks at the questions that are still without an answer."""
TRIES = 5
"""How often an answer that Slack refuses is tried again, before its asker is told."""
ASKING = (None, "me_message", "thread_broadcast")
"""The kinds of message in which someone may ask: an ordinary one, « /me », a thread's also sent to the channel."""
QUOTED = 80
INTERRUPTED = (
    "J'ai été interrompu en répondant à votre question{quoi}. Si ma réponse ne vous est pas parvenue, reposez-la."
)
journal = logging.getLogger("vigie.slack")


@dataclass(frozen=True)
class Robot:
    """A bot wired and not yet connected."""

    app: App
    socket_handler: SocketModeHandler
    answerers: ThreadPoolExecutor
    catch_up: Callable[[], None] = lambda: None
    """Answers what is still without an answer."""


class InPlace(Executor):
    """Runs a listener where it was called: it acknowledges and hands its work over, so nothing waits behind an answer."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        result_future: Future[Any] = Future()
        result_future.set_result(fn(*args, **kwargs))  # Bolt catches and logs what a listener raises
        return result_future


def robot(settings: SlackSettings, host: BotHost, heartbeat: float = HEARTBEAT) -> Robot:
    """Wire the bot. Raises UserError when a token is missing or refused, in a sentence without the token."""
    if settings.missing_scopes:
        raise UserError(
            f"Il manque {web_api.names(settings.missing_scopes)} : voyez docs/installer-slack.md, puis vigie doctor."
        )
    web = web_api.client(settings.bot, settings.address)
    try:
        team = str(web.auth_test()["team_id"])
    except Exception as fault:
        raise UserError(web_api.said(fault)) from fault
    answerers = ThreadPoolExecutor(ANSWERER_COUNT, "vigie-slack")
    app = App(client=web, logger=journal, listener_executor=InPlace(), token_verification_enabled=False)
    answers = Answering(web, host, team)
    _listen(app, answers, answerers)
    home_tab_events.listen(app, HomeTab(web, host, team), answerers)
    direct_messages.listen(app, web, host, team, answerers)
    socket_handler = SocketModeHandler(
        app, settings.app, journal, web_api.client(settings.app, settings.address), ping_interval=heartbeat
    )
    return Robot(app, socket_handler, answerers, partial(hand_over, answerers, answers.catch_up))


@dataclass(frozen=True)
class Answering:
    """What every kind of event does once it is acknowledged."""

    web: WebClient
    host: BotHost
    team: str

    def command(self, body: dict[str, Any], *, again: bool = False) -> None:
        """A slash command is answered to its author alone, at the address that comes with it."""
        who = body["user_id"]
        event = ChatEvent((f"commande/{body['trigger_id']}",), who, body.get("text") or "", _kept("commande", body))
        self._reply(event, handing_over.at_address(self.web, body["response_url"], who), again=again)

    def message(self, body: dict[str, Any], *, again: bool = False) -> None:
        """A mention is answered where it stands, to its author alone; a direct message and a file, in the open there.

        What Slack shows to one reader of a channel is not kept: an answer that comes late goes to their own messages.
        """
        e = _as_edited(body["event"])
        private = e.get("channel_type") == "im" or str(e["channel"]).startswith("D")
        found_files = (
            [str(f["id"]) for f in e.get("files") or ()] if private and e.get("subtype") == "file_share" else []
        )
        if e.get("bot_id") or not e.get("user") or (e.get("subtype") not in ASKING and not found_files):
            journal.info("Un message n'est pas une question : %s.", e.get("subtype") or "d'un robot")
            return
        thread = e.get("thread_ts")  # no thread is opened: nobody else would see what hangs there
        edition = f"/{e['edited']['ts']}" if e.get("edited") else ""
        keys = (f"evenement/{body['event_id']}", f"message/{e['channel']}/{e['ts']}{edition}")
        here = PrivateThread(e["channel"], thread) if private else None
        late = again and not private
        channel, thread = (e["user"], None) if late else (e["channel"], thread)
        sending = handing_over.in_channel(self.web, channel, thread, e["user"], private=private or late)
        event = ChatEvent(keys, e["user"], e.get("text") or "", _kept("message", body))
        self._reply(event, sending, here, self._judge_drops(found_files) if found_files else None, again=again)

    def button(self, body: dict[str, Any], *, again: bool = False) -> None:
        """A button asks its question for whoever presses it, with their rights; in a channel, they alone see the answer."""
        action, channel = body["actions"][0], body["channel"]["id"]
        container = body.get("message") or {}
        key = f"bouton/{body.get('trigger_id') or action.get('action_ts')}"
        event = ChatEvent((key,), body["user"]["id"], str(action.get("value") or ""), _kept("bouton", body))
        if channel.startswith("D") and not container.get("ephemeral_to"):
            thread = container.get("thread_ts")
            keep = (
                self._keep_trame if str(action["action_id"]).startswith(f"vigie-{dropped_trame.KEEP_ACTION}") else None
            )
            sending = handing_over.in_channel(self.web, channel, thread, event.author, private=True)
            self._reply(event, sending, PrivateThread(channel, thread), keep, again=again)
        else:
            sending = handing_over.at_address(self.web, body["response_url"], event.author)
            self._reply(event, sending, again=again)

    def catch_up(self) -> None:
        """Answer what a process that died, or a Slack that did not answer, left; where the answer may have arrived, say so."""
        with self.host.view() as view:
            left = register.adopt(view.db, self.host.robot)
        for pending in left:
            kind, body = json.loads(pending.body)
            if pending.may_have_arrived or pending.attempts >= TRIES:
                self._tell(pending.key, kind, body)
            else:
                {"commande": self.command, "message": self.message, "bouton": self.button}[kind](body, again=True)

    def _tell(self, key: str, kind: str, body: dict[str, Any]) -> None:
        """Say to someone that their answer may not have reached them: it is not said again by itself."""
        e = _as_edited(body["event"]) if kind == "message" else body
        who = e["user"] if kind == "message" else body["user_id"] if kind == "commande" else body["user"]["id"]
        what = conversation.question(str(e.get("text") or ""))[:QUOTED] if kind != "bouton" else ""
        event = ChatEvent((key,), who, "")
        try:
            message = blocks.sentence(INTERRUPTED.format(quoi=f" (« {what} »)" if what else ""))
            handing_over.in_channel(self.web, who, None, who, private=True)(message)
        except Exception:
            conversation.breakdown()
            conversation.follow(self.host, event, "doute")
        else:
            conversation.follow(self.host, event, "dite")

    def _judge_drops(self, found_files: list[str]) -> Replier:
        """What answers files that were dropped: the verdict on each."""

        def reply(_text: str, person: Person, view: View, _now: datetime) -> Message:
            read_files = [shared_files.read(self.web, d) for d in found_files[: dropped_trame.MOST_FILES]]
            return dropped_trame.verdict(read_files, person, view, self.host.judge, len(found_files) - len(read_files))

        return reply

    def _keep_trame(self, text: str, person: Person, view: View, _now: datetime) -> Message:
        """What answers the button under a verdict, which bears the file and the hash of what was judged."""
        identifier, _, content_hash = text.partition(" ")
        file, host = shared_files.read(self.web, identifier), self.host
        return dropped_trame.keep(file, content_hash, person, view, host.judge, host.take)

    def _reply(
        self, event: ChatEvent, sending: Send, private: PrivateThread | None = None, reply: Replier | None = None, *,
        again: bool = False,
    ) -> None:  # fmt: skip
        """`private` is where the question was asked, when nobody else reads there; `reply`, what answers it."""
        profile = partial(web_api.profile, self.web, team=self.team)
        message = conversation.handle_event(event, self.host, profile, reply, again=again)
        if message is None:
            return
        conversation.follow(self.host, event, "part")  # from here on, it may have arrived
        if message.pieces:
            message = self._hand_over(message, event.author, private)
        try:
            if message is not None:
                sending(message)
        except Exception as fault:
            conversation.breakdown()  # logged: where the answer did not pass, neither would the apology
            conversation.follow(self.host, event, "échec" if isinstance(fault, SlackApiError) else "doute")
        else:
            conversation.follow(self.host, event, "dite")

    def _hand_over(self, message: Message, author: str, private: PrivateThread | None) -> Message | None:
        try:
            return shared_files.hand_over(self.web, message, author, private)
        except Exception:
            return conversation.breakdown()


def _kept(kind: str, body: dict[str, Any]) -> str:
    return json.dumps((kind, body), ensure_ascii=False)


def _as_edited(event: dict[str, Any]) -> dict[str, Any]:
    """The message that a person edited, as it now stands; any other event as it came. What Slack unfurled is no edition."""
    inside, before = event.get("message") or {}, event.get("previous_message") or {}
    if (
        event.get("subtype") != "message_changed"
        or not inside.get("edited")
        or inside.get("text") == before.get("text")
    ):
        return event
    return {**inside, "channel": event["channel"], "channel_type": event.get("channel_type", "")}


def _listen(app: App, answers: Answering, thread: Executor) -> None:
    """Hand the work over, then acknowledge."""

    @app.command(SLASH_COMMAND)
    def command(ack: Callable[[], None], body: dict[str, Any]) -> None:
        hand_over(thread, answers.command, body)
        ack()

    @app.event("app_mention")
    def mention(body: dict[str, Any]) -> None:
        hand_over(thread, answers.message, body)

    @app.event("message")
    def direct(body: dict[str, Any]) -> None:
        if body["event"].get("channel_type") == "im":  # in a channel, only a mention is for us
            hand_over(thread, answers.message, body)

    @app.action(re.compile("^vigie-"))
    def button(ack: Callable[[], None], body: dict[str, Any]) -> None:
        hand_over(thread, answers.button, body)
        ack()


def keep_connected(
    r: Robot, sign: Callable[[str], None], stop: Event, clock: Callable[[], float], patience: float = PATIENCE,
    heartbeat: float = HEARTBEAT,
) -> bool:  # fmt: skip
    """Connect and watch until asked to stop (True), or until Slack has been silent too long (False).

    `sign` is told « vivant » every now and then while Slack answers our pings, « muet » when it no longer does;
    `clock` is a monotonic clock in seconds. The library reconnects by itself: here its success is checked.
    """
    _connect(r)
    r.catch_up()
    heard = written = looked = clock()
    last_pong: object = None
    state = ""
    while not stop.wait(min(heartbeat, 1.0)):
        pong = _pong(r)
        if pong is not None and pong != last_pong:
            last_pong, heard = pong, clock()
        current_time = clock()
        new_state = "vivant" if current_time - heard < 4 * heartbeat and _is_connected(r) else "muet"
        if new_state != state or current_time - written > REWRITE_AFTER:
            state, written = new_state, current_time
            sign(state)
        if new_state == "vivant" and current_time - looked > CATCH_UP:
            looked = current_time
            r.catch_up()
        if current_time - heard > patience:
            journal.error("Slack ne répond plus depuis %d secondes ; le robot s'arrête.", patience)
            return False
    return True


def close(r: Robot) -> None:
    """Leave Slack; what was being answered is given a moment by whoever calls."""
    r.socket_handler.client.auto_reconnect_enabled = False
    r.answerers.shutdown(wait=False, cancel_futures=True)
    r.socket_handler.client.close()


def _connect(r: Robot) -> None:
    try:
        r.socket_handler.client.connect()
    except Exception as fault:
        raise UserError(web_api.said(fault)) from fault


def _is_connected(r: Robot) -> bool:
    return bool(r.socket_handler.client.is_connected())


def _pong(r: Robot) -> object:
    """What changes each time Slack answers a ping; None before the first."""
    session = r.socket_handler.client.current_session
    return None if session is None else session.last_ping_pong_time
