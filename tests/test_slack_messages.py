"""Letters by Slack, against a server that misbehaves: found again by their key, never said twice, answered by their reader."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bots.delivery import DeliveryChannel, deliver_due
from bots.everything_due import dues
from bots.letters.letter import Letter, SendingError
from bots.piece import Piece
from bots.slack import direct_messages
from bots.slack.blocks import Message
from bots.slack.conversation import BotHost, Profile
from bots.slack.web_api import SlackSettings
from reports.view import View
from sheets.register import outbox
from tests.fake_slack import FakeSlack, fake_slack, no_drop
from tests.region import Region, new_region
from tests.test_blocks import check_message

PROJECT_LEAD, ACCOUNT = "paat.bfc-08@exemple.invalid", "U08CHEF"
LETTER = Letter(
    "abc123",
    ACCOUNT,
    "GHT Jura : trame attendue",
    "Bonjour,\n\n  • Il manque <!channel> & @tous\n",
    "",
    takes_replies=True,
)


@pytest.fixture
def server() -> Iterator[FakeSlack]:
    with fake_slack() as fake:
        fake.add_person(ACCOUNT, PROJECT_LEAD, is_email_confirmed=True)
        yield fake


@pytest.fixture
def delivery_channel(server: FakeSlack) -> DeliveryChannel:
    return direct_messages.delivery_channel(SlackSettings("xoxb-1234-Secret", None, server.address))


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return new_region(tmp_path).dated(date(2022, 2, 14), 10)


def host(region: Region) -> BotHost:
    @contextmanager
    def view() -> Iterator[View]:
        yield region.view

    return BotHost(view, lambda: region.hour, no_drop)


def rank(region: Region) -> outbox.StoredMessage:
    states = ("à dire", "pris", "dit", "refusé", "doute")
    return next(r for r in outbox.in_states(region.db, *states) if r.key.person == PROJECT_LEAD)


def test_a_letter_bears_its_key_and_its_buttons_and_mentions_nobody(
    server: FakeSlack, delivery_channel: DeliveryChannel
) -> None:
    delivery_channel.send(LETTER)
    (slack_mail,) = server.body("chat.postMessage")
    assert slack_mail["channel"] == f"D-{ACCOUNT}"
    assert slack_mail["blocks"][0]["block_id"] == "lettre-abc123"
    assert [b["action_id"] for b in slack_mail["blocks"][-1]["elements"]] == ["rappel-noter", "rappel-reporter"]
    assert "<!channel>" not in str(slack_mail["blocks"])
    check_message(slack_mail["blocks"], slack_mail["text"])


def test_someone_is_found_by_their_address_and_who_has_no_account_is_left_to_another_channel(
    region: Region, server: FakeSlack, delivery_channel: DeliveryChannel
) -> None:
    persons = region.folder.persons
    assert delivery_channel.address(persons[PROJECT_LEAD]) == ACCOUNT
    assert delivery_channel.address(persons["paat.bfc-06@exemple.invalid"]) == ""
    assert len(server.received_files) == 2
    delivery_channel.address(persons[PROJECT_LEAD])
    assert len(server.received_files) == 2, "an account is looked for once"


@pytest.mark.parametrize("breakdown", ["coupe", "500", "html", "refus fatal_error", "refus token_revoked", "429 60"])
def test_a_failure_that_may_pass_is_not_a_refusal_and_nothing_is_posted_again_meanwhile(
    server: FakeSlack, delivery_channel: DeliveryChannel, breakdown: str
) -> None:
    server.breakdowns["chat.postMessage"] = [breakdown]
    with pytest.raises(SendingError) as fault:
        delivery_channel.send(LETTER)
    assert not fault.value.is_final
    assert "Secret" not in str(fault.value)
    assert server.body("chat.postMessage") == []


@pytest.mark.parametrize("method", ["conversations.open", "chat.postMessage"])
def test_an_account_that_is_closed_is_a_refusal(
    server: FakeSlack, delivery_channel: DeliveryChannel, method: str
) -> None:
    server.breakdowns[method] = ["refus user_disabled" if method == "conversations.open" else "refus is_archived"]
    with pytest.raises(SendingError) as fault:
        delivery_channel.send(LETTER)
    assert fault.value.is_final


def test_a_letter_taken_by_slack_just_before_the_connection_was_cut_is_found_again(
    region: Region, server: FakeSlack, delivery_channel: DeliveryChannel
) -> None:
    server.breakdowns["chat.postMessage"] = ["avale"]
    deliver_due(region.view, lambda: region.hour, [delivery_channel])
    assert rank(region).state == "pris"
    region.hour += timedelta(minutes=16)
    deliver_due(region.view, lambda: region.hour, [delivery_channel])
    assert len(server.body("chat.postMessage")) == 1
    assert (rank(region).state, rank(region).reference) == ("dit", f"D-{ACCOUNT}/1.2")


def test_a_letter_that_slack_never_saw_leaves_again(
    region: Region, server: FakeSlack, delivery_channel: DeliveryChannel
) -> None:
    server.breakdowns["chat.postMessage"] = ["500"]
    server.breakdowns["conversations.history"] = ["500"]
    deliver_due(region.view, lambda: region.hour, [delivery_channel])
    for _ in range(3):
        region.hour += timedelta(minutes=16)
        deliver_due(region.view, lambda: region.hour, [delivery_channel])
    assert len(server.body("chat.postMessage")) == 1
    assert rank(region).state == "dit"


def test_a_letter_whose_attachment_does_not_pass_has_arrived_all_the_same(
    server: FakeSlack, delivery_channel: DeliveryChannel, caplog: pytest.LogCaptureFixture
) -> None:
    server.breakdowns["files.getUploadURLExternal"] = ["refus missing_scope"]
    delivery_channel.send(replace(LETTER, pieces=(Piece("trame.xlsx", b"PK", "application/zip"),)))
    assert len(server.body("chat.postMessage")) == 1
    assert "La pièce « trame.xlsx » n'a pas pu être jointe" in caplog.text


def press(region: Region, what: str, who: str = ACCOUNT, times: str = "1") -> Message | None:
    body: dict[str, Any] = {
        "user": {"id": who}, "trigger_id": f"{what}{times}", "actions": [{"action_id": what, "value": rank(region).sending}],
    }  # fmt: skip
    profiles = {ACCOUNT: Profile(ACCOUNT, PROJECT_LEAD), "U02": Profile("U02", "directeur.bfc-08@exemple.invalid")}
    return direct_messages.takes_replies(body, host(region), lambda u: profiles.get(u, Profile("")))


def test_a_button_acts_once_and_says_what_it_did(region: Region, delivery_channel: DeliveryChannel) -> None:
    deliver_due(region.view, lambda: region.hour, [delivery_channel])
    said = press(region, "rappel-reporter")
    assert said is not None
    assert "relancé à partir du 17/02/2022" in said.text
    assert press(region, "rappel-reporter") is None, "Slack delivers it twice"
    region.dated(date(2022, 2, 16))
    (reason,) = {s.reason for s in dues(region.view, region.hour).silences if s.person == PROJECT_LEAD}
    assert reason == "reportée jusqu'au 17/02/2022, à sa demande"


def test_a_button_pressed_by_someone_else_does_nothing_and_says_so(
    region: Region, delivery_channel: DeliveryChannel
) -> None:
    deliver_due(region.view, lambda: region.hour, [delivery_channel])
    for who, words in (("U02", "quelqu'un d'autre"), ("U99", "Je ne vous connais pas")):
        said = press(region, "rappel-noter", who, who)
        assert said is not None
        assert words in said.text
    assert outbox.replies(region.db, "2021-annuelle", region.hour) == {}
