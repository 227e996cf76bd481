"""The home tab and the forms on Slack, with Python alone: what is published and opened, once, and when Slack misbehaves."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import BoltRequest

from bots.slack import conversation, modals, socket_mode
from bots.slack.conversation import BotHost
from bots.slack.socket_mode import Robot
from bots.slack.web_api import SlackSettings
from reports.view import View
from sheets.register.database import open_register
from tests.fake_slack import FakeSlack, fake_slack, no_drop
from tests.region import Region, new_region
from tests.test_blocks import NOON, read_back
from tests.test_bureau import check_modal, filled_form
from tests.test_slack import APP_TOKEN, BOT_TOKEN, REFERENT, UNKNOWN_PERSON, wait_for
from tests.workshop import january_line

GHT = "U02DIR"
LINE = "2021-annuelle/390780146/0002"


@pytest.fixture
def region(tmp_path: Path) -> Region:
    region = new_region(tmp_path).dated(date(2022, 3, 1))
    region.send("Jura.xlsx", "BFC-08", "2021-annuelle", {"390780146": [
        january_line(4321), january_line(98_765, montant_reference=1000),
    ]})  # fmt: skip
    region.db.close()
    return region


@pytest.fixture
def channel(region: Region) -> Iterator[tuple[Robot, FakeSlack, Region]]:
    @contextmanager
    def view() -> Iterator[View]:
        db = open_register(region.where / "vigie.sqlite")
        try:
            yield View(db, region.folder, NOON.date())
        finally:
            db.close()

    with fake_slack() as server:
        server.add_person(REFERENT, "referent.bfc@exemple.invalid", is_email_confirmed=True)
        server.add_person(GHT, "directeur.bfc-08@exemple.invalid", is_email_confirmed=True)
        server.add_person(UNKNOWN_PERSON, "quelqu-un@ailleurs.invalid", is_email_confirmed=True)
        robot = socket_mode.robot(
            SlackSettings(BOT_TOKEN, APP_TOKEN, server.address), BotHost(view, lambda: NOON, no_drop)
        )
        yield robot, server, region
        socket_mode.close(robot)


def deliver(robot: Robot, body: dict[str, Any]) -> Any:
    """Hand an envelope's payload to the application; what it acknowledges with comes back."""
    result = robot.app.dispatch(BoltRequest(body=body, mode="socket_mode"))
    assert result.status == 200
    return json.loads(result.body) if result.body else None


def acts(region: Region) -> list[tuple[str, str, str]]:
    """(what, by whom, why) of everything that was done."""
    db = open_register(region.where / "vigie.sqlite")
    try:
        return [(a["genre"], a["par"], a["motif"]) for a in db["actes"].rows]
    finally:
        db.close()


def home_opened(who: str = REFERENT, tab: str = "home") -> dict[str, Any]:
    event = {"type": "app_home_opened", "user": who, "channel": "D01", "tab": tab, "event_ts": "1.1"}
    return {"type": "event_callback", "team_id": "T01", "event_id": "EvH", "event": event}


def gesture(value: str, who: str = REFERENT, number: str = "t1", name: str = "bureau-geste") -> dict[str, Any]:
    """A button, as the home tab sends it."""
    return {"type": "block_actions", "user": {"id": who, "team_id": "T01"}, "team": {"id": "T01"}, "trigger_id": number,
            "container": {"type": "view", "view_id": "V0"},
            "actions": [{"type": "button", "action_id": name, "block_id": "b", "value": value}]}  # fmt: skip


def choose(value: str, number: str = "t1") -> dict[str, Any]:
    """The same as an overflow menu or a list sends it."""
    body = gesture(value, number=number)
    body["actions"] = [
        {"type": "overflow", "action_id": "bureau-geste", "block_id": "b", "selected_option": {"value": value}}
    ]
    return body


def sending(view: dict[str, Any], who: str = REFERENT) -> dict[str, Any]:
    return {"type": "view_submission", "user": {"id": who, "team_id": "T01"}, "team": {"id": "T01"}, "trigger_id": "t9",
            "view": {**view, "type": "modal"}}  # fmt: skip


def test_opening_the_home_tab_publishes_it_for_whoever_opens_it(channel: tuple[Robot, FakeSlack, Region]) -> None:
    robot, server, _ = channel
    for who in (REFERENT, GHT, UNKNOWN_PERSON):
        deliver(robot, home_opened(who))
    deliver(robot, home_opened(tab="messages"))
    wait_for(robot)
    published_views = {p["user_id"]: p["view"] for p in server.body("views.publish")}
    assert {v["type"] for v in published_views.values()} == {"home"}
    for v in published_views.values():
        read_back(v["blocks"], 100)
    assert published_views[REFERENT]["blocks"][0]["text"]["text"] == "Bourgogne-Franche-Comté : 11 choses à faire"
    assert published_views[GHT]["blocks"][0]["text"]["text"] == "GHT Jura : 4 choses à faire"
    assert [b["text"]["text"] for b in published_views[UNKNOWN_PERSON]["blocks"]] == [conversation.UNKNOWN_PERSON]
    assert len(server.body("views.publish")) == 3


def test_from_a_button_to_the_act_and_the_home_follows(channel: tuple[Robot, FakeSlack, Region]) -> None:
    robot, server, region = channel
    deliver(robot, gesture(f"decider {LINE}"))
    wait_for(robot)
    (opened_one,) = server.body("views.open")
    assert opened_one["trigger_id"] == "t1"
    check_modal(opened_one["view"])
    refusal = deliver(robot, sending(filled_form(opened_one["view"], sens="retenir", motif=" ")))
    assert refusal == {
        "response_action": "errors",
        "errors": {"motif": "Un motif est demandé : il se lira partout où se lit le chiffre."},
    }
    wait_for(robot)
    assert server.body("views.publish") == [], "nothing was done"
    done = deliver(robot, sending(filled_form(opened_one["view"], sens="retenir", motif="marché relu")))
    assert done["response_action"] == "update"
    assert "gardée" in done["view"]["blocks"][0]["text"]["text"]
    wait_for(robot)
    assert "Trancher" not in json.dumps(server.body("views.publish")[-1])
    assert acts(region) == [("retenir", "referent.bfc@exemple.invalid", "marché relu")]


def test_what_slack_delivers_twice_opens_one_form_and_writes_one_act(channel: tuple[Robot, FakeSlack, Region]) -> None:
    robot, server, region = channel
    for _ in range(3):
        deliver(robot, choose("prolonger 2021-annuelle/BFC-08"))
    wait_for(robot)
    (opened_one,) = server.body("views.open")
    filled_ = sending(filled_form(opened_one["view"], jusqu_au="2022-04-15", motif="grève"))
    all_said = [deliver(robot, filled_)["view"]["blocks"][0]["text"]["text"] for _ in range(2)]
    assert "portée au 15/04/2022" in all_said[0]
    assert all_said[1] == modals.ALREADY_DONE
    assert len(acts(region)) == 1


def test_somebody_unknown_opens_and_sends_nothing(channel: tuple[Robot, FakeSlack, Region]) -> None:
    robot, server, region = channel
    deliver(robot, gesture(f"decider {LINE}"))
    wait_for(robot)
    deliver(robot, gesture(f"decider {LINE}", who=UNKNOWN_PERSON, number="t2"))
    wait_for(robot)
    real_view, refusal = (o["view"] for o in server.body("views.open"))
    assert conversation.UNKNOWN_PERSON in json.dumps(refusal, ensure_ascii=False)
    done = deliver(robot, sending(filled_form(real_view, sens="retenir", motif="moi"), who=UNKNOWN_PERSON))
    assert done["view"]["blocks"][0]["text"]["text"] == conversation.UNKNOWN_PERSON
    assert acts(region) == []


def test_a_page_of_the_home_follows_another(channel: tuple[Robot, FakeSlack, Region]) -> None:
    robot, server, _ = channel
    deliver(robot, gesture("10 2021-annuelle/BFC", name="bureau-page-suite"))
    wait_for(robot)
    published = json.dumps(server.body("views.publish")[0])
    assert published.count("overflow") == 1
    assert "Revenir au d" in published


def test_a_form_that_slack_no_longer_takes_is_said_in_a_direct_message(
    channel: tuple[Robot, FakeSlack, Region], caplog: pytest.LogCaptureFixture
) -> None:
    robot, server, _ = channel
    server.breakdowns["views.open"] = ["refus expired_trigger_id"]
    deliver(robot, gesture(f"decider {LINE}"))
    wait_for(robot)
    (said,) = server.body("chat.postMessage")
    assert said["channel"] == REFERENT
    assert "Réessayez" in said["text"]
    assert "expired_trigger_id" in caplog.text


def test_a_fault_of_ours_while_sending_is_one_sentence_in_place_of_the_form(
    channel: tuple[Robot, FakeSlack, Region], monkeypatch: pytest.MonkeyPatch
) -> None:
    robot, server, _ = channel
    deliver(robot, gesture(f"decider {LINE}"))
    wait_for(robot)
    view = server.body("views.open")[0]["view"]
    monkeypatch.setattr("bots.slack.modals.submit", lambda *_: 1 / 0)
    said = deliver(robot, sending(filled_form(view, sens="retenir", motif="relu")))
    assert "donnez cette référence" in said["view"]["blocks"][0]["text"]["text"]
    monkeypatch.setattr("bots.slack.home_tab.home_blocks", lambda *_: 1 / 0)
    deliver(robot, home_opened())
    wait_for(robot)
    assert "donnez cette référence" in json.dumps(server.body("views.publish")[-1], ensure_ascii=False)


def together(robot: Robot, sendings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What each of several sendings gets, all handed over at the same instant."""
    barrier = threading.Barrier(len(sendings))

    def once(body: dict[str, Any]) -> dict[str, Any]:
        barrier.wait(10)
        result: dict[str, Any] = deliver(robot, body)
        return result

    with ThreadPoolExecutor(len(sendings)) as threads:
        return list(threads.map(once, sendings))


def test_the_same_form_taken_by_several_threads_at_once_is_done_once(channel: tuple[Robot, FakeSlack, Region]) -> None:
    robot, server, region = channel
    deliver(robot, gesture(f"decider {LINE}"))
    wait_for(robot)
    filled_ = sending(filled_form(server.body("views.open")[0]["view"], sens="retenir", motif="relu"))
    all_said = [r["view"]["blocks"][0]["text"]["text"] for r in together(robot, [filled_] * 6)]
    assert all_said.count(modals.ALREADY_DONE) == 5
    assert len(acts(region)) == 1


def test_of_two_people_who_decide_at_once_the_second_is_told_and_writes_nothing(
    channel: tuple[Robot, FakeSlack, Region],
) -> None:
    robot, server, region = channel
    server.add_person("U04DGOS", "dgos@exemple.invalid", is_email_confirmed=True)
    deliver(robot, gesture(f"decider {LINE}"))
    deliver(robot, gesture(f"decider {LINE}", who="U04DGOS", number="t2"))
    wait_for(robot)
    views = [o["view"] for o in server.body("views.open")]
    sendings = [
        sending({**filled_form(view, sens=direction, motif="relu"), "id": f"V{direction}"}, who=who)
        for view, direction, who in zip(views, ("retenir", "retirer"), (REFERENT, "U04DGOS"), strict=True)
    ]
    all_said = [r["view"]["blocks"][0]["text"]["text"] for r in together(robot, sendings)]
    assert all_said.count(modals.CHANGE) == 1
    assert len(acts(region)) == 1
