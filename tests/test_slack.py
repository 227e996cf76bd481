"""The bot on Slack, with Python alone: who it answers, once, what it never says, and what it does when Slack misbehaves."""

from __future__ import annotations

import io
import json
import logging
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from slack_bolt import BoltRequest

from bots import log
from bots.slack import conversation, socket_mode, web_api
from bots.slack.conversation import BotHost, Profile
from bots.slack.socket_mode import Robot
from bots.slack.web_api import SlackSettings
from config.errors import UserError
from reports.view import View
from sheets.register import claimed_events as chat_register
from sheets.register.database import open_register
from tests.fake_slack import FakeSlack, fake_slack, no_drop
from tests.region import Region, new_region

ROOT = Path(__file__).parents[1]
NOON = datetime(2022, 3, 31, 12, tzinfo=ZoneInfo("Europe/Paris"))
BOT_TOKEN, APP_TOKEN = "xoxb-1234-SecretDuRobot", "xapp-1-SecretDeLaPrise"
REFERENT, UNKNOWN_PERSON, ELSEWHERE = "U01REF", "U09INC", "U09DIR"


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    region = new_region(tmp_path_factory.mktemp("region"))
    region.send("Jura.xlsx", "BFC-08", "2021-annuelle", {"390780146": [
        {"gain_annuel": 4321, "intitule": "<!channel> Gants & co @everyone"},
        {"gain_annuel": 98_765, "montant_reference": 1000, "intitule": "<@U01REF> Fournisseur Tartempion"},
    ]})  # fmt: skip
    region.db.close()
    return region


@pytest.fixture(scope="module")
def host(region: Region) -> BotHost:
    """The register as every question of the bot opens it: on a connection of its own."""

    @contextmanager
    def view() -> Iterator[View]:
        db = open_register(region.where / "vigie.sqlite")
        try:
            yield View(db, region.folder, NOON.date())
        finally:
            db.close()

    return BotHost(view, lambda: NOON, no_drop)


@pytest.fixture(scope="module")
def online(host: BotHost) -> Iterator[tuple[FakeSlack, Robot]]:
    """A server and a bot for the whole file: a bot takes a second to leave."""
    with fake_slack() as fake:
        r = socket_mode.robot(SlackSettings(BOT_TOKEN, APP_TOKEN, fake.address), host)
        yield fake, r
        socket_mode.close(r)


@pytest.fixture
def server(online: tuple[FakeSlack, Robot], host: BotHost) -> FakeSlack:
    """The server, as if nothing had ever been asked."""
    fake, r = online
    wait_for(r)
    fake.forget()
    fake.add_person(REFERENT, "referent.bfc@exemple.invalid", is_email_confirmed=True)
    fake.add_person(UNKNOWN_PERSON, "quelqu-un@ailleurs.invalid", is_email_confirmed=True)
    fake.add_person(ELSEWHERE, "directeur.bfc-06@exemple.invalid", is_email_confirmed=True)
    with host.view() as view:
        view.db.execute("DELETE FROM evenements_du_chat")
    return fake


@pytest.fixture
def robot(online: tuple[FakeSlack, Robot], server: FakeSlack) -> Robot:
    return online[1]


def deliver(robot: Robot, body: dict[str, Any]) -> int:
    """Hand an envelope's payload to the application, as the socket does; the acknowledgement comes back at once."""
    return robot.app.dispatch(BoltRequest(body=body, mode="socket_mode")).status


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again is tried at once."""
    monkeypatch.setattr("time.sleep", lambda _: None)


def wait_for(robot: Robot) -> None:
    """Until everything handed over so far is answered: each of the answering threads comes to the gate."""
    barrier = threading.Barrier(socket_mode.ANSWERER_COUNT + 1)
    for _ in range(socket_mode.ANSWERER_COUNT):
        robot.answerers.submit(barrier.wait, 60)
    barrier.wait(60)


def mention(text: str, author: str = REFERENT, number: str = "Ev1", ts: str = "100.1", **rest: Any) -> dict[str, Any]:
    event = {
        "type": "app_mention",
        "user": author,
        "text": f"<@U0BOT> {text}",
        "ts": ts,
        "channel": "C01",
        **rest,
    }
    return {"type": "event_callback", "team_id": "T01", "event_id": number, "event": event}


def direct(text: str, author: str = REFERENT, number: str = "Ev2", **rest: Any) -> dict[str, Any]:
    event = {
        "type": "message",
        "channel_type": "im",
        "user": author,
        "text": text,
        "ts": "200.1",
        "channel": "D01",
    }
    return {"type": "event_callback", "team_id": "T01", "event_id": number, "event": {**event, **rest}}


def command(text: str, server: FakeSlack, author: str = REFERENT, number: str = "t1") -> dict[str, Any]:
    return {"command": "/vigie", "text": text, "user_id": author, "team_id": "T01", "channel_id": "C01", "trigger_id": number,
            "response_url": f"{server.address}/reponse"}  # fmt: skip


def button(value: str, server: FakeSlack, channel: str = "C01", number: str = "t2") -> dict[str, Any]:
    return {"type": "block_actions", "user": {"id": REFERENT, "team_id": "T01"}, "team": {"id": "T01"}, "trigger_id": number,
            "channel": {"id": channel}, "message": {"ts": "100.2", "thread_ts": "100.1"},
            "actions": [{"type": "button", "action_id": "vigie-pourquoi", "block_id": "b", "value": value}],
            "response_url": f"{server.address}/reponse"}  # fmt: skip


# What is answered, where


def test_a_slash_command_is_answered_to_its_author_alone(robot: Robot, server: FakeSlack) -> None:
    assert deliver(robot, command("gains BFC 2021", server)) == 200
    wait_for(robot)
    (said,) = server.all_said
    assert said["response_type"] == "ephemeral"
    assert said["blocks"][0]["text"]["text"].endswith("retenus")


def test_a_mention_is_answered_to_its_author_alone_and_stays_in_the_thread_it_is_in(
    robot: Robot, server: FakeSlack
) -> None:
    deliver(robot, mention("gains BFC 2021"))
    deliver(robot, mention("objectif BFC 2021", number="Ev9", ts="101.1", thread_ts="100.1"))
    wait_for(robot)
    said = server.body("chat.postEphemeral")
    assert {(d["channel"], d["user"], d.get("thread_ts")) for d in said} == {
        ("C01", REFERENT, None), ("C01", REFERENT, "100.1")}  # fmt: skip
    assert all("retenus" in d["text"] or "objectif" in d["text"].lower() for d in said)
    assert len(server.all_said) == 2


@pytest.mark.parametrize("channel", [{"channel": "C01", "channel_type": "channel"}, {"channel": "G01", "channel_type": "group"},
                                     {"channel": "G02", "channel_type": "mpim"}, {"channel": "C02"}])  # fmt: skip
@pytest.mark.parametrize("text", ["gains BFC 2021", "pourquoi gains GHT Jura 2021", "qui n'a pas remis ?", "gains BFC 2021 en image",
                                  "retour GHT Jura 2021", "n'importe quoi", ""])  # fmt: skip
def test_whatever_is_asked_before_others_whoever_asks_they_read_nothing(
    robot: Robot, server: FakeSlack, host: BotHost, channel: dict[str, str], text: str
) -> None:
    with host.view() as view:
        roles = {p.role: email for email, p in view.folder.persons.items()}
    assert len(roles) >= 4
    for n, email in enumerate((*roles.values(), "quelqu-un@ailleurs.invalid")):
        server.add_person(f"U5{n}", email, is_email_confirmed=True)
        deliver(robot, mention(text, author=f"U5{n}", number=f"Ev{n}", ts=f"30{n}.1", **channel))
    wait_for(robot)
    assert all(d["channel"].startswith("U5") for d in server.body("chat.postMessage"))
    answered = server.body("chat.postEphemeral")
    assert {(d["channel"], d["user"]) for d in answered} == {
        (channel["channel"], f"U5{n}") for n in range(len(roles) + 1)
    }


def test_a_direct_message_is_answered_where_it_stands(robot: Robot, server: FakeSlack) -> None:
    deliver(robot, direct("gains BFC 2021"))
    deliver(robot, direct("et en fil : gains BFC 2021", number="Ev3", ts="201.1", thread_ts="200.1"))
    wait_for(robot)
    assert {d.get("thread_ts") for d in server.body("chat.postMessage")} == {None, "200.1"}


def test_a_button_asks_the_next_question_for_whoever_presses_it(robot: Robot, server: FakeSlack) -> None:
    deliver(robot, command("gains GHT Jura 2021", server))
    wait_for(robot)
    buttons = {b["text"]["text"]: b["value"] for b in server.all_said[0]["blocks"][-1]["elements"]}
    assert buttons == {"Pourquoi ?": "pourquoi gains BFC-08 2021", "Par famille": "gains BFC-08 2021 par famille",
                       "En image": "gains BFC-08 2021 en image", "Feuille de calcul": "gains BFC-08 2021 en tableur"}  # fmt: skip
    deliver(robot, button(buttons["Pourquoi ?"], server))
    deliver(robot, button(buttons["Par famille"], server, channel="D01", number="t3"))
    wait_for(robot)
    in_channel, in_private = server.body("reponse")[1], server.body("chat.postMessage")[0]
    assert in_channel["response_type"] == "ephemeral"
    assert in_channel["replace_original"] is False
    assert "[2021-annuelle/390780146/0001 · S5]" in json.dumps(in_channel, ensure_ascii=False)
    assert in_private["channel"] == "D01"


def test_the_bot_answers_neither_itself_nor_what_is_not_for_it(robot: Robot, server: FakeSlack) -> None:
    deliver(robot, direct("gains BFC 2021", bot_id="B07"))
    deliver(robot, direct("gains BFC 2021", number="Ev4", subtype="message_changed"))
    deliver(robot, direct("gains BFC 2021", number="Ev5", channel_type="channel", channel="C01"))
    wait_for(robot)
    assert server.all_said == []


# Once


def test_an_event_delivered_three_times_is_answered_once(robot: Robot, server: FakeSlack) -> None:
    for envelope in (mention("gains BFC 2021"), direct("gains BFC 2021"), command("gains BFC 2021", server)):
        for _ in range(3):
            assert deliver(robot, envelope) == 200
    wait_for(robot)
    assert len(server.all_said) == 3


def test_a_message_that_comes_as_two_events_is_answered_once(robot: Robot, server: FakeSlack) -> None:
    deliver(robot, direct("gains BFC 2021", number="EvA"))
    deliver(robot, mention("gains BFC 2021", number="EvB", ts="200.1", channel="D01"))
    wait_for(robot)
    assert len(server.all_said) == 1


def test_an_event_delivered_again_after_a_restart_is_not_answered_again(server: FakeSlack, host: BotHost) -> None:
    for _ in range(2):
        r = socket_mode.robot(SlackSettings(BOT_TOKEN, APP_TOKEN, server.address), host)
        deliver(r, mention("gains BFC 2021"))
        wait_for(r)
        socket_mode.close(r)
    assert len(server.all_said) == 1


# Who


def test_somebody_unknown_gets_one_polite_sentence_that_they_alone_see(robot: Robot, server: FakeSlack) -> None:
    deliver(robot, mention("gains BFC 2021", author=UNKNOWN_PERSON))
    deliver(robot, direct("pourquoi gains GHT Jura 2021", author=UNKNOWN_PERSON))
    deliver(robot, command("qui n'a pas remis ?", server, author=UNKNOWN_PERSON))
    wait_for(robot)
    assert {d["text"] for d in server.all_said} == {conversation.UNKNOWN_PERSON}
    assert [len(d["blocks"]) for d in server.all_said] == [1, 1, 1]
    assert {d["user"] for d in server.body("chat.postEphemeral")} == {UNKNOWN_PERSON}


@pytest.mark.parametrize("rest", [{"is_email_confirmed": False}, {"team_id": "T99"}, {"is_stranger": True}, {"deleted": True},
                                   {"is_bot": True}])  # fmt: skip
def test_an_address_that_slack_does_not_vouch_for_opens_nothing(
    robot: Robot, server: FakeSlack, rest: dict[str, Any]
) -> None:
    server.add_person(REFERENT, "referent.bfc@exemple.invalid", **rest)
    deliver(robot, direct("gains BFC 2021"))
    wait_for(robot)
    assert [d["text"] for d in server.all_said] == [conversation.UNKNOWN_PERSON]


def test_an_identifier_given_in_the_folder_wins_over_the_address(region: Region, host: BotHost) -> None:
    persons = dict(region.folder.persons)
    name = "referent.bfc@exemple.invalid"
    persons[name] = replace(persons[name], slack="U777")
    folder = replace(region.folder, persons=persons)
    with host.view() as view:
        v = View(view.db, folder, view.as_of)
        assert conversation.who(Profile("U777", "autre@ailleurs.invalid"), v) == persons[name]
        assert conversation.who(Profile("U778", name), v) is None, (
            "the same address on another account is somebody else"
        )
        assert conversation.who(Profile("U778", "DGOS@exemple.invalid"), v) == persons["dgos@exemple.invalid"]
        assert conversation.who(Profile("", ""), v) is None


def test_a_refusal_says_no_figure(robot: Robot, server: FakeSlack) -> None:
    server.add_person("U02", "directeur.bfc-06@exemple.invalid")
    deliver(robot, command("gains GHT Jura 2021", server, author="U02"))
    wait_for(robot)
    (said,) = server.all_said
    assert "pas ouvert à votre profil" in said["text"]
    assert not any(c.isdigit() for c in said["text"] + str([b["text"]["text"] for b in said["blocks"]]))


# When Slack misbehaves


@pytest.mark.parametrize("breakdown", ["429 1", "500", "coupe"])
@pytest.mark.parametrize("where", ["users.info", "chat.postEphemeral"])
def test_a_passing_fault_of_slack_is_tried_again(
    robot: Robot, server: FakeSlack, breakdown: str, where: str, no_waiting: None
) -> None:
    server.breakdowns[where] = [breakdown]
    deliver(robot, mention("gains BFC 2021"))
    wait_for(robot)
    (said,) = server.all_said
    assert said["text"].startswith("3\u202f601")


def test_a_passing_fault_at_the_address_of_a_command_is_tried_again(
    robot: Robot, server: FakeSlack, no_waiting: None
) -> None:
    server.breakdowns["reponse"] = ["500", "429 1"]
    deliver(robot, command("gains BFC 2021", server))
    wait_for(robot)
    assert len(server.all_said) == 1


@pytest.mark.parametrize("breakdown", ["html", "lent 2", "500", "429 3600", "refus fatal_error"])
def test_a_lasting_fault_is_one_sentence_with_a_reference_that_is_in_the_log(
    robot: Robot, server: FakeSlack, breakdown: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None) if breakdown == "500" else None
    monkeypatch.setattr(robot.app.client, "timeout", 1)
    server.breakdowns["users.info"] = [breakdown] * 9
    deliver(robot, direct("gains BFC 2021"))
    wait_for(robot)
    (said,) = server.all_said
    (reference,) = re.findall(r"[0-9a-f]{8}", said["text"])
    assert f"référence {reference}" in caplog.text
    assert "Traceback" not in json.dumps(said)


def test_an_answer_that_does_not_pass_is_in_the_log_and_stops_nothing(
    robot: Robot, server: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    server.breakdowns["chat.postMessage"] = ["refus channel_not_found"]
    deliver(robot, direct("gains BFC 2021"))
    deliver(robot, mention("gains BFC 2021"))
    wait_for(robot)
    assert len(server.all_said) == 1
    assert "channel_not_found" in caplog.text


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "account_inactive"])
def test_a_revoked_token_is_one_clear_sentence(server: FakeSlack, host: BotHost, code: str) -> None:
    server.breakdowns["auth.test"] = [f"refus {code}"]
    with pytest.raises(UserError, match=rf"^Slack refuse le jeton \({code}\).*VIGIE_SLACK_BOT_TOKEN") as fault:
        socket_mode.robot(SlackSettings(BOT_TOKEN, APP_TOKEN, server.address), host)
    assert "Secret" not in str(fault.value)


def test_an_unreachable_slack_is_one_clear_sentence(host: BotHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    with pytest.raises(UserError, match=r"^Slack ne répond pas .* VIGIE_SLACK_BASE_URL"):
        socket_mode.robot(SlackSettings(BOT_TOKEN, APP_TOKEN, "http://127.0.0.1:9"), host)


@pytest.mark.parametrize(("bot", "app_token", "all_said"), [(None, APP_TOKEN, "BOT_TOKEN :"), (BOT_TOKEN, None, "APP_TOKEN :"),
                                                    (None, None, "BOT_TOKEN et VIGIE_SLACK_APP_TOKEN :")])  # fmt: skip
def test_a_missing_setting_is_named(host: BotHost, bot: str | None, app_token: str | None, all_said: str) -> None:
    with pytest.raises(UserError, match=f"^Il manque VIGIE_SLACK_{all_said}"):
        socket_mode.robot(SlackSettings(bot, app_token), host)


# What never leaves


def test_no_secret_is_ever_written(server: FakeSlack, host: BotHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the most talkative level, with faults that show what was sent."""
    shown = io.StringIO()
    monkeypatch.setattr("sys.stderr", shown)
    output = log.start_logging(logging.DEBUG)
    try:
        r = socket_mode.robot(SlackSettings(BOT_TOKEN, APP_TOKEN, server.address), host)
        server.breakdowns["users.info"] = ["html"]
        deliver(r, direct("gains BFC 2021"))
        deliver(r, mention("gains BFC 2021"))
        wait_for(r)
        web_api.client(APP_TOKEN, server.address).apps_connections_open(app_token=APP_TOKEN)
        logging.getLogger().error("voici %s et wss://x/?ticket=abc-123&app_id=1", BOT_TOKEN)
        try:
            raise RuntimeError(f"jeton {APP_TOKEN}")
        except RuntimeError:
            logging.getLogger().exception("faute")
        socket_mode.close(r)
    finally:
        logging.getLogger().removeHandler(output)
        logging.getLogger().setLevel(logging.WARNING)
    assert len(shown.getvalue()) > 1000
    assert not [
        s for s in ("SecretDuRobot", "SecretDeLaPrise", "abc-123", BOT_TOKEN, APP_TOKEN) if s in shown.getvalue()
    ]
    assert "Secret" not in repr(SlackSettings(BOT_TOKEN, APP_TOKEN))


def test_no_mention_comes_out_of_a_question(robot: Robot, server: FakeSlack) -> None:
    deliver(robot, direct("zorglub &lt;!channel&gt; @here <!everyone> <https://mechant.invalid|clic>"))
    wait_for(robot)
    said = json.dumps(server.all_said[0], ensure_ascii=False)
    assert not re.search(r"<[!@#h]|@(here|everyone|channel)", said)
    assert "mechant" not in said


# Alive or not


def _stub_bot(pongs: list[float | None]) -> Robot:
    """A socket that answers pings at these instants, then no longer."""

    class Client:
        auto_reconnect_enabled = True

        def connect(self) -> None:
            pass

        def is_connected(self) -> bool:
            return True

        @property
        def current_session(self) -> SimpleNamespace:
            return SimpleNamespace(last_ping_pong_time=pongs.pop(0) if len(pongs) > 1 else pongs[0])

    return Robot(None, SimpleNamespace(client=Client()), None)  # type: ignore[arg-type]


def _stepping_clock(step: float) -> Callable[[], float]:
    hour = iter(range(10**6))
    return lambda: next(hour) * step


def test_a_dead_socket_is_noticed_and_ends_the_bot() -> None:
    signs: list[str] = []
    finished = socket_mode.keep_connected(
        _stub_bot([None, 1.0, 2.0, 3.0]), signs.append, threading.Event(), _stepping_clock(1.0), 60.0, 0.01
    )
    assert finished is False
    assert signs[0] == "vivant" or signs[0] == "muet"
    assert signs[-1] == "muet"


def test_a_bot_told_to_stop_stops_well() -> None:
    stop = threading.Event()
    pongs: list[float | None] = [float(n) for n in range(10**4)]
    signs: list[str] = []

    def sign(state: str) -> None:
        signs.append(state)
        stop.set()

    assert socket_mode.keep_connected(_stub_bot(pongs), sign, stop, _stepping_clock(0.001), 60.0, 0.01) is True
    assert signs == ["vivant"]


def test_events_are_forgotten_after_a_week_and_the_last_sign_is_kept(host: BotHost, server: FakeSlack) -> None:
    with host.view() as view:
        assert chat_register.take(view.db, ["a", "b"], NOON)
        assert not chat_register.take(view.db, ["b", "c"], NOON)
        assert chat_register.take(view.db, ["a"], NOON.replace(month=4, day=8))
        for state in ("vivant", "muet", "arrêté"):
            chat_register.give_sign(view.db, "essai", state, NOON)
        assert chat_register.last_sign(view.db, "essai") == (NOON, "arrêté")
        assert chat_register.last_sign(view.db, "autre") is None


# Installing


def test_the_manifest_asks_for_what_the_bot_needs_and_nothing_more() -> None:
    manifest = (ROOT / "docs" / "slack-manifest.yaml").read_text(encoding="utf-8")
    block = manifest.partition("scopes:")[2].partition("settings:")[0]
    assert sorted(re.findall(r"^\s+- ([\w:.]+)$", block, re.MULTILINE)) == sorted(web_api.SCOPES)
    assert re.findall(r"^\s+- (app_home_opened|app_mention|message\.im)$", manifest, re.MULTILINE) == [
        "app_home_opened", "app_mention", "message.im"]  # fmt: skip
    assert f"command: {socket_mode.SLASH_COMMAND}" in manifest
    assert "socket_mode_enabled: true" in manifest


def test_doctor_names_each_scope_that_is_missing(server: FakeSlack) -> None:
    server.scopes = "app_mentions:read,commands, im:history,im:write,users:read"
    successes, troubles = web_api.examine(SlackSettings(BOT_TOKEN, APP_TOKEN, server.address))
    assert [re.findall("« (.+?) »", s) for s in troubles] == [
        ["chat:write"], ["files:read"], ["files:write"], ["users:read.email"]]  # fmt: skip
    assert any("Socket Mode" in b for b in successes)
    server.scopes = ",".join(web_api.SCOPES)
    assert web_api.examine(SlackSettings(BOT_TOKEN, APP_TOKEN, server.address))[1] == []


def test_doctor_says_which_token_is_missing_and_what_is_refused(server: FakeSlack) -> None:
    assert web_api.examine(SlackSettings(BOT_TOKEN, None, server.address))[1] == [
        "Il manque le réglage VIGIE_SLACK_APP_TOKEN (ou VIGIE_SLACK_APP_TOKEN_FILE)."
    ]
    server.breakdowns = {"auth.test": ["refus invalid_auth"], "apps.connections.open": ["refus missing_scope"]}
    _, (robot, app_token) = web_api.examine(SlackSettings(BOT_TOKEN, APP_TOKEN, server.address))
    assert robot.startswith("Slack refuse le jeton (invalid_auth)")
    assert app_token.startswith("Il manque à l'application Slack le droit")


@pytest.mark.parametrize(("given", "expected_one"), [
    (None, "https://slack.com/api/"), ("http://127.0.0.1:3100", "http://127.0.0.1:3100/api/"),
    ("http://127.0.0.1:3100/api", "http://127.0.0.1:3100/api/"), ("http://h/x/api/", "http://h/x/api/"),
])  # fmt: skip
def test_the_address_may_be_given_with_or_without_its_path(given: str | None, expected_one: str) -> None:
    assert web_api.base(given) == expected_one
