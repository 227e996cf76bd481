"""No question on Slack stays without an answer in silence: after a kill, an outage, an odd kind of message, an odd refusal."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from bots.slack import blocks, conversation, handing_over, socket_mode, web_api
from bots.slack.conversation import BotHost
from bots.slack.socket_mode import Answering
from sheets.register import claimed_events as kept
from tests.fake_slack import FakeSlack
from tests.region import Region
from tests.test_slack import (
    BOT_TOKEN,
    REFERENT,
    UNKNOWN_PERSON,
    button,
    command,
    deliver,
    direct,
    host,
    mention,
    no_waiting,
    online,
    region,
    robot,
    server,
    wait_for,
)

__all__ = ["host", "no_waiting", "online", "region", "robot", "server"]
TOLD = "J'ai été interrompu en répondant à votre question"


class Killed(BaseException):
    """What no handler catches, as a kill."""


def answering(server: FakeSlack, house: BotHost) -> Answering:
    """A process of the bot: its own name, the same register."""
    return Answering(
        web_api.client(BOT_TOKEN, server.address), BotHost(house.view, house.current_time, house.take), "T01"
    )


def answers(server: FakeSlack) -> tuple[int, int]:
    """(answers, times that the asker was told to ask again)."""
    texts = [str(d["text"]) for d in server.all_said]
    told = sum(t.startswith(TOLD) for t in texts)
    return len(texts) - told, told


def pending(house: BotHost) -> int:
    with house.view() as view:
        return int(view.db["questions_en_cours"].count)


SEAMS: list[tuple[Any, str, bool]] = [
    (kept, "take", False), (kept, "take", True), (conversation, "who", False), (conversation, "answer_message", False), (conversation, "answer_message", True),
    (kept, "mark", False), (kept, "mark", True), (WebClient, "chat_postMessage", False), (WebClient, "chat_postMessage", True),
    (WebClient, "chat_postEphemeral", False), (WebClient, "chat_postEphemeral", True),
    (WebhookClient, "send", False), (WebhookClient, "send", True), (kept, "settle", False),
    (kept, "settle", True),
]  # fmt: skip
"""Where a process may die: (module, function, once it is done)."""
KINDS: dict[str, Callable[[Answering, FakeSlack], None]] = {
    "direct": lambda r, s: r.message(direct("gains BFC 2021")),
    "mention": lambda r, s: r.message(mention("gains BFC 2021")),
    "commande": lambda r, s: r.command(command("gains BFC 2021", s)),
    "bouton": lambda r, s: r.button(button("gains BFC 2021", s)),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("module", "name", "after"), SEAMS, ids=[f"{n}-{'after' if a else 'before'}" for _, n, a in SEAMS]
)
def test_a_question_whose_process_is_killed_is_answered_once_at_the_next_start_or_its_asker_is_told(
    kind: str, module: Any, name: str, after: bool, server: FakeSlack, host: BotHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = getattr(module, name)

    def dies(*args: Any, **kwargs: Any) -> Any:
        if after:
            real(*args, **kwargs)  # a method's first argument is what it is called on
        raise Killed

    ask = KINDS[kind]
    with monkeypatch.context() as m:
        m.setattr(module, name, dies)
        with suppress(Killed):
            ask(answering(server, host), server)
    claimed = pending(host) == 1
    answering(server, host).catch_up()
    said, told = answers(server)
    assert said <= 1
    if claimed:
        assert said + told >= 1, "nobody was told"
    elif name == "take" and not after:
        assert (said, told) == (0, 0), "it was never taken: Slack delivers it again"
        ask(answering(server, host), server)
    before = answers(server)
    answering(server, host).catch_up()
    ask(answering(server, host), server)
    assert answers(server) == before, "twice"
    assert sum(before) >= 1
    assert pending(host) == 0


BOT = """
import os, signal, sys
from contextlib import contextmanager
from pathlib import Path
from bots.slack import conversation, web_api
from bots.slack.conversation import BotHost
from bots.slack.socket_mode import Answering
from reports.view import View
from config.folder import load_folder
from sheets.register import claimed_events as kept
from sheets.register.database import open_register
from tests.fake_slack import no_drop
from tests.test_slack import NOON, BOT_TOKEN, direct
register, folder, address, seam, after = sys.argv[1:]
@contextmanager
def view():
    db = open_register(Path(register))
    yield View(db, load_folder(Path(folder)), NOON.date())
    db.close()
if seam:
    module = {"take": kept, "mark": kept, "settle": kept, "answer_message": conversation}[seam]
    real = getattr(module, seam)
    def dies(*a, **k):
        if after == "1":
            real(*a, **k)
        os.kill(os.getpid(), signal.SIGKILL)
    setattr(module, seam, dies)
bot = Answering(web_api.client(BOT_TOKEN, address), BotHost(view, lambda: NOON, no_drop), "T01")
bot.catch_up()
bot.message(direct("gains BFC 2021"))
"""


@pytest.mark.e2e
@pytest.mark.parametrize(("seam", "after"), [("take", "1"), ("answer_message", "1"), ("mark", "1"), ("settle", "0")])
def test_a_real_kill_loses_nothing_and_says_nothing_twice(
    seam: str, after: str, server: FakeSlack, host: BotHost, region: Region
) -> None:
    run = [sys.executable, "-c", BOT, str(region.where / "vigie.sqlite"), str(region.folder.path), server.address]
    died = subprocess.run([*run, seam, after], check=False, capture_output=True)
    assert died.returncode == -signal.SIGKILL, died.stderr
    for _ in range(2):
        subprocess.run([*run, "", ""], check=True, capture_output=True)
    said, told = answers(server)
    assert said <= 1
    assert said + told >= 1
    assert (said, told) == ((1, 1) if seam == "settle" else (0, 1) if seam == "mark" else (1, 0))


def test_an_outage_of_slack_is_caught_up(server: FakeSlack, host: BotHost, no_waiting: None) -> None:
    bot = answering(server, host)
    server.breakdowns["chat.postMessage"] = ["refus fatal_error"]
    bot.message(direct("gains BFC 2021"))
    assert answers(server) == (0, 0)
    bot.catch_up()
    assert answers(server) == (1, 0)
    server.breakdowns["chat.postMessage"] = ["coupe"] * 9  # it may have arrived
    bot.message(direct("gains BFC 2021", number="Ev77", ts="277.1"))
    server.breakdowns.clear()
    bot.catch_up()
    assert answers(server) == (1, 1)
    assert "« gains BFC 2021 »" in server.all_said[-1]["text"]
    assert server.all_said[-1]["channel"] == REFERENT
    assert pending(host) == 0


@pytest.mark.parametrize("refusal", ["user_not_in_channel", "not_in_channel", "fatal_error"])
def test_what_could_not_be_shown_in_a_channel_goes_to_its_asker_s_own_messages(
    refusal: str, server: FakeSlack, host: BotHost
) -> None:
    bot = answering(server, host)
    server.breakdowns["chat.postEphemeral"] = [f"refus {refusal}"]
    bot.message(mention("gains BFC 2021", thread_ts="99.1"))
    assert server.all_said == []
    bot.catch_up()
    (said,) = server.all_said
    assert (said["channel"], said.get("thread_ts")) == (REFERENT, None)
    assert said["text"].startswith("3\u202f601")
    assert pending(host) == 0


def test_what_slack_always_refuses_is_told_after_a_few_tries(server: FakeSlack, host: BotHost) -> None:
    bot = answering(server, host)
    server.breakdowns["chat.postMessage"] = ["refus channel_not_found"] * socket_mode.TRIES
    bot.message(direct("gains BFC 2021"))
    for _ in range(socket_mode.TRIES + 2):
        bot.catch_up()
    assert sum(answers(server)) == 1
    assert pending(host) == 0


def test_nothing_of_a_question_stays_once_it_is_answered(server: FakeSlack, host: BotHost) -> None:
    bot = answering(server, host)
    for kind in KINDS.values():
        kind(bot, server)
    assert pending(host) == 0


# Kinds of message


def edited(text: str, before: str, **rest: Any) -> dict[str, Any]:
    inside = {
        "type": "message",
        "user": REFERENT,
        "text": text,
        "ts": "200.1",
        "edited": {"user": REFERENT, "ts": "205.0"},
    }
    return direct("", number=f"Ev{text[:3]}{before[:3]}", subtype="message_changed", user=None,
                  message=inside, previous_message={"text": before}, **rest)  # fmt: skip


def test_an_edited_question_is_answered_and_what_slack_unfurled_is_not(
    robot: socket_mode.Robot, server: FakeSlack
) -> None:
    deliver(robot, direct("gians BFC"))
    deliver(robot, edited("gains BFC 2021", "gians BFC"))
    deliver(robot, edited("gains BFC 2021", "gains BFC 2021"))
    wait_for(robot)
    assert len(server.all_said) == 2
    assert server.all_said[1]["text"].startswith("3\u202f601")


@pytest.mark.parametrize("rest", [{"subtype": "me_message"}, {"subtype": "thread_broadcast", "thread_ts": "100.1"}])
def test_me_and_a_thread_also_sent_to_the_channel_are_answered(
    rest: dict[str, Any], robot: socket_mode.Robot, server: FakeSlack
) -> None:
    deliver(robot, direct("gains BFC 2021", **rest))
    deliver(robot, mention("gains BFC 2021", **rest))
    wait_for(robot)
    assert len(server.all_said) == 2
    assert {d.get("thread_ts") for d in server.all_said} == {rest.get("thread_ts")}


def test_what_is_no_question_leaves_a_trace(
    robot: socket_mode.Robot, server: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "vigie.slack")
    deliver(robot, direct("", subtype="message_deleted", user=None))
    deliver(robot, direct("a rejoint", subtype="channel_join", number="Ev8"))
    wait_for(robot)
    assert server.all_said == []
    assert "message_deleted" in caplog.text
    assert "channel_join" in caplog.text


def test_a_member_of_another_workspace_of_the_same_organisation_is_known(
    robot: socket_mode.Robot, server: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "vigie.slack")
    server.add_person(
        REFERENT, "referent.bfc@exemple.invalid", team_id="T77", enterprise_user={"teams": ["T77", "T01"]}
    )
    server.add_person(UNKNOWN_PERSON, "referent.bfc@exemple.invalid", team_id="T77", enterprise_user={"teams": ["T77"]})
    deliver(robot, direct("gains BFC 2021"))
    deliver(robot, direct("gains BFC 2021", author=UNKNOWN_PERSON, number="Ev9", ts="209.1"))
    wait_for(robot)
    assert sorted(d["text"] == conversation.UNKNOWN_PERSON for d in server.all_said) == [False, True]
    assert "d'un autre espace" in caplog.text


# Refusals of an answer


@pytest.mark.parametrize("refusal", handing_over.ILL_FORMED)
@pytest.mark.parametrize("kind", ["direct", "mention"])
def test_an_answer_that_slack_finds_ill_formed_arrives_as_plain_text(
    refusal: str, kind: str, server: FakeSlack, host: BotHost
) -> None:
    way = "chat.postMessage" if kind == "direct" else "chat.postEphemeral"
    server.breakdowns[way] = [f"refus {refusal}"]
    KINDS[kind](answering(server, host), server)
    (said,) = server.body(way)
    assert server.all_said == [said]
    assert "blocks" not in said
    assert said["text"].startswith("*") or "retenus" in said["text"]
    assert pending(host) == 0


@pytest.mark.parametrize("status", ["404", "410", "403"])
def test_an_address_that_has_expired_sends_the_answer_to_its_asker(
    status: str, server: FakeSlack, host: BotHost
) -> None:
    server.breakdowns["reponse"] = [status]
    KINDS["commande"](answering(server, host), server)
    (said,) = server.all_said
    assert said["channel"] == REFERENT
    assert pending(host) == 0


def test_plain_text_says_what_the_blocks_said_and_is_cut_with_a_word(region: Region) -> None:
    message = blocks.sentence("x" * 10_000)
    assert len(handing_over.plain(message)) <= handing_over.PLAIN
    long = blocks.Message("court", ({"type": "section", "text": {"type": "mrkdwn", "text": "y" * 9_000}},))
    assert handing_over.plain(long).endswith(handing_over.CUT)
    assert len(handing_over.plain(long)) <= handing_over.PLAIN
