"""Files on Slack, with Python alone: a picture and a workbook to whoever may have them, alone; what happens when Slack fails."""

from __future__ import annotations

import io
import json
import logging
import re
import zipfile
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from bots import companion_to_chat
from bots.grammar.understand import understand
from bots.next_questions import next_questions
from bots.questions import BY_KEY
from bots.slack import conversation, dropped_trame, shared_files, socket_mode
from bots.slack.conversation import UNKNOWN_PERSON, BotHost
from bots.slack.dropped_trame import HandedFile
from bots.slack.socket_mode import Robot
from bots.slack.web_api import SlackSettings
from config.errors import UserError
from config.folder import EXAMPLE, Folder
from config.rights import Person
from jobs.taking_in.slack_drops import take
from jobs.wiring import Workshop
from sheets.judged import JudgedWorkbook
from sheets.judging.workbook import judge
from sheets.matching.known import with_register
from sheets.register.database import only_one_pull, open_register
from sheets.register.received_files import received_files
from tests.conftest import GAIN_COL
from tests.fake_slack import DIRECT_CHANNEL, FakeSlack, fake_slack
from tests.region import Region, trame
from tests.test_blocks import check_message
from tests.test_phrasings import HOME_SCOPES, MARCH_31, SENTENCES, ask
from tests.test_slack import (
    APP_TOKEN,
    BOT_TOKEN,
    ELSEWHERE,
    NOON,
    REFERENT,
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
HOSTILE = "<!channel> Tartempion à 12,50 €"
PNG_START = b"\x89PNG\r\n\x1a\n"


def posted_files(server: FakeSlack) -> list[dict[str, str]]:
    """Every file that was shared: where, in which thread, with which words."""
    return server.body("files.completeUploadExternal")


# Pictures and workbooks


def test_a_picture_asked_in_a_direct_message_comes_where_it_was_asked(robot: Robot, server: FakeSlack) -> None:
    deliver(robot, direct("gains GHT Jura 2021 en image", thread_ts="200.0"))
    wait_for(robot)
    (put,), (raw_bytes,) = posted_files(server), server.uploaded
    assert (put["channel_id"], put["thread_ts"]) == ("D01", "200.0")
    assert put["initial_comment"].startswith("3\u202f601")
    assert raw_bytes.startswith(PNG_START)
    (announced_upload,) = server.body("files.getUploadURLExternal")
    assert "Graphique en barres : CENTRE HOSPITALIER JURA SUD" in announced_upload["alt_txt"]
    assert server.all_said == []


@pytest.mark.parametrize("comment", ["mention", "commande", "bouton"])
def test_asked_before_others_a_file_goes_to_ones_direct_messages_and_the_channel_says_nothing(
    robot: Robot, server: FakeSlack, comment: str
) -> None:
    question = "gains GHT Jura 2021 en tableur"
    deliver(robot, {"mention": mention(question), "commande": command(question, server),
                  "bouton": button(question, server)}[comment])  # fmt: skip
    wait_for(robot)
    assert [p["channel_id"] for p in posted_files(server)] == [DIRECT_CHANNEL]
    assert [d["channel"] for d in server.body("chat.postMessage")] == [REFERENT]
    (to_asker_only,) = server.body("chat.postEphemeral", "reponse")
    assert to_asker_only["text"] == shared_files.IN_DIRECT_MESSAGES
    assert to_asker_only.get("user") == REFERENT or to_asker_only["response_type"] == "ephemeral"
    check_message(to_asker_only["blocks"], to_asker_only["text"])
    workbook_ = load_workbook(io.BytesIO(server.uploaded[0]))
    assert workbook_.sheetnames == ["Lignes"]


def test_a_button_asks_the_rights_of_whoever_presses_it(robot: Robot, server: FakeSlack) -> None:
    for question in ("gains BFC-08 2021 en image", "gains BFC-08 2021 en tableur"):
        body = button(question, server, number=question)
        body["user"]["id"] = ELSEWHERE
        deliver(robot, body)
    wait_for(robot)
    assert (posted_files(server), server.uploaded) == ([], [])
    assert {"pas ouvert à votre profil" in d["text"] for d in server.all_said} == {True}
    assert len(server.all_said) == 2


def test_somebody_unknown_gets_no_file(robot: Robot, server: FakeSlack) -> None:
    server.add_person("U77", "quelqu-un@ailleurs.invalid", is_email_confirmed=True)
    deliver(robot, direct("gains BFC 2021 en image", author="U77"))
    wait_for(robot)
    assert server.uploaded == []
    assert [d["text"] for d in server.all_said] == [UNKNOWN_PERSON]


def test_the_comment_and_the_file_quote_nobody(robot: Robot, server: FakeSlack) -> None:
    for n, question in enumerate(
        ("gains GHT Jura 2021 par famille en image", "pourquoi gains GHT Jura 2021 en tableur")
    ):
        deliver(robot, direct(question, number=f"Ev{n}", ts=f"20{n}.1"))
    wait_for(robot)
    assert len(server.uploaded) == 2
    assert "Tartempion" not in json.dumps(server.received_files, ensure_ascii=False)
    assert "Tartempion" not in str([f.value for o in server.uploaded if o[:2] == b"PK"
                                    for r in load_workbook(io.BytesIO(o)).active.iter_rows() for f in r])  # type: ignore[union-attr]  # fmt: skip


def test_every_picture_button_asks_the_question_it_stands_under(folder: Folder) -> None:
    drawn = {i.key for i in BY_KEY.values() if i.picture}
    seen_ones = set()
    for sentence in (p for p in SENTENCES if p["intention"] in drawn):
        q = ask(sentence, folder)
        assert q.intention
        assert q.subject
        buttons = next_questions(BY_KEY[q.intention].buttons, q.subject, folder)
        said = next((b.question for b in buttons if b.key == "image"), "")
        if not said:
            assert q.subject.place
            continue
        understood_again = understand(said, folder, MARCH_31, HOME_SCOPES["dgos"])
        expected_one = "gains" if q.intention == "objectif" else q.intention
        assert (understood_again.intention, understood_again.form) == (expected_one, "image"), (
            sentence["texte"],
            said,
            understood_again.hints,
        )
        assert understood_again.subject
        assert understood_again.subject.revealed_scopes == q.subject.revealed_scopes, (sentence["texte"], said)
        assert (understood_again.subject.exercice, understood_again.subject.exercices, understood_again.subject.by) == (
            q.subject.exercice, q.subject.exercices, q.subject.by), (sentence["texte"], said)  # fmt: skip
        seen_ones.add(q.intention)
    assert seen_ones == drawn


# When Slack misbehaves


@pytest.mark.parametrize("breakdown", ["500", "429 1", "coupe"])
@pytest.mark.parametrize("where", ["files.getUploadURLExternal", "fichier", "files.completeUploadExternal"])
def test_a_passing_fault_is_tried_again_and_the_file_comes_once(
    robot: Robot, server: FakeSlack, breakdown: str, where: str, no_waiting: None
) -> None:
    server.breakdowns[where] = [breakdown]
    deliver(robot, direct("gains BFC 2021 en image"))
    wait_for(robot)
    assert len(posted_files(server)) == 1
    assert server.all_said == []


@pytest.mark.parametrize(("where", "breakdown"), [("fichier", "500"), ("fichier", "404"), ("files.getUploadURLExternal", "refus missing_scope"),
                                           ("files.completeUploadExternal", "refus fatal_error")])  # fmt: skip
def test_a_lasting_fault_is_a_sentence_with_a_reference(
    robot: Robot, server: FakeSlack, where: str, breakdown: str, no_waiting: None, caplog: pytest.LogCaptureFixture
) -> None:
    server.breakdowns[where] = [breakdown] * 9
    deliver(robot, direct("gains BFC 2021 en image"))
    wait_for(robot)
    (said,) = server.all_said
    assert "Je n'ai pas pu répondre" in said["text"]
    assert "Traceback" in caplog.text


def test_the_token_is_not_shown_where_bytes_are_put(
    robot: Robot, server: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    deliver(robot, direct("gains BFC 2021 en image"))
    wait_for(robot)
    assert server.uploaded
    assert BOT_TOKEN not in caplog.text


# A file that somebody drops


def bomb() -> bytes:
    """Five hundred megabytes of nothing in half a megabyte."""
    stamp = io.BytesIO()
    with zipfile.ZipFile(stamp, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", "<Types/>")
        z.writestr("xl/worksheets/sheet1.xml", b" " * 500_000_000)
    return stamp.getvalue()


def other_workbook() -> bytes:
    stamp = io.BytesIO()
    workbook_ = Workbook()
    workbook_.create_sheet("Tartempion")
    workbook_.save(stamp)
    return stamp.getvalue()


TRAME = {"390780146": [{"gain_annuel": 4321, "intitule": HOSTILE, "commentaire": HOSTILE},
                       {"gain_annuel": 98_765, "montant_reference": 1000, "intitule": HOSTILE}]}  # fmt: skip


@pytest.fixture(scope="module")
def raw_bytes(region: Region) -> bytes:
    return trame(region.folder, "BFC-08", "2021-annuelle", TRAME)


@pytest.fixture
def judged_in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are judged in this process; the tests of hostile ones go through the real workers."""
    for module in (conversation, companion_to_chat):
        monkeypatch.setattr(module, "judge_all", judge_in_process)


def judge_in_process(files: Iterable[tuple[str, bytes]], folder: Folder) -> Iterator[JudgedWorkbook]:
    for name, content in files:
        yield judge(name, content, folder)


def share_files(
    server: FakeSlack, *contents: bytes, name: str = "Fournisseur Tartempion.xlsx", author: str = REFERENT
) -> dict[str, Any]:
    """The event of a message whose files Slack holds."""
    for n, content in enumerate(contents, 1):
        server.files[f"FA{n}"] = (name, content)
    file_cards = [server.file_card(f"FA{n}")["file"] for n in range(1, len(contents) + 1)]
    return direct(
        "",
        subtype="file_share",
        files=file_cards,
        author=author,
        number=f"Ev{name}{author}",
        ts=f"{len(name)}.{author[1:3]}",
    )


def test_a_dropped_trame_is_judged_at_once_and_answered_with_its_companion(
    robot: Robot, server: FakeSlack, raw_bytes: bytes, judged_in_process: None
) -> None:
    deliver(robot, share_files(server, raw_bytes))
    wait_for(robot)
    (said,) = server.all_said
    check_message(said["blocks"], said["text"])
    assert said["text"] == "GHT Jura, 2021-annuelle : 1 ligne retirée, 82\xa0k€ en moins"
    text = json.dumps(said, ensure_ascii=False)
    assert f"performance-superieure-100), 82\u202f304,17\xa0€ retirés — CENTRE HOSPITALIER JURA SUD {GAIN_COL}6" in text
    assert "Rien n'est enregistré" in text
    assert "Tartempion" not in text
    assert [(p["channel_id"], p.get("thread_ts")) for p in posted_files(server)] == [("D01", None)]
    (companion,) = server.uploaded
    sheet_names = load_workbook(io.BytesIO(companion)).sheetnames
    assert sheet_names[0] == "À corriger"
    assert "CENTRE HOSPITALIER JURA SUD" in sheet_names
    assert server.bearers == [("/files-pri/T01-FA1/download/Fournisseur%20Tartempion.xlsx", f"Bearer {BOT_TOKEN}")]


def test_several_files_are_answered_in_one_message_and_those_left_out_are_told(
    robot: Robot, server: FakeSlack, raw_bytes: bytes, judged_in_process: None
) -> None:
    deliver(robot, share_files(server, *[raw_bytes] * 7))
    wait_for(robot)
    (said,) = server.all_said
    check_message(said["blocks"], said["text"])
    assert sum(b["type"] == "header" for b in said["blocks"]) == dropped_trame.MOST_FILES
    assert "2 autres fichiers n'ont pas été lus" in json.dumps(said, ensure_ascii=False)
    assert len(server.uploaded) == dropped_trame.MOST_FILES
    assert len(posted_files(server)) == 1


def test_what_is_known_of_a_ght_is_told_only_to_those_who_may_see_its_lines(
    robot: Robot, server: FakeSlack, raw_bytes: bytes, judged_in_process: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = []

    def note(*facts: Any, **options: Any) -> Any:
        requests.append(options)
        return with_register(*facts, **options)

    monkeypatch.setattr(dropped_trame, "with_register", note)
    deliver(robot, share_files(server, raw_bytes, author=ELSEWHERE))
    wait_for(robot)
    (said,) = server.all_said
    assert "seul le GHT, ou son référent, peut la garder" in json.dumps(said, ensure_ascii=False)
    assert [b for b in said["blocks"] if b["type"] == "actions"] == []
    assert requests == []
    deliver(robot, share_files(server, raw_bytes))
    wait_for(robot)
    assert requests == [{"in_full": False}]


def test_a_stranger_s_file_is_not_even_read(robot: Robot, server: FakeSlack, raw_bytes: bytes) -> None:
    server.add_person("U77", "quelqu-un@ailleurs.invalid", is_email_confirmed=True)
    deliver(robot, share_files(server, raw_bytes, author="U77"))
    wait_for(robot)
    assert [d["text"] for d in server.all_said] == [UNKNOWN_PERSON]
    assert server.bearers == []
    assert server.body("files.info") == []


@pytest.mark.parametrize(("name", "content", "said"), [
    ("photo.png", PNG_START + b"x" * 99, "classeur-illisible"), ("bombe.xlsx", bomb, "classeur-illisible"),
    ("autre.xlsx", other_workbook, "trame-inconnue"), ("vide.xlsx", b"", "classeur-illisible"),
])  # fmt: skip
def test_a_file_that_is_no_trame_is_one_sentence_and_the_next_one_is_read(
    robot: Robot, server: FakeSlack, raw_bytes: bytes, name: str, content: Any, said: str
) -> None:
    """In the expendable processes themselves."""
    deliver(robot, share_files(server, content() if callable(content) else content, raw_bytes, name=name))
    wait_for(robot)
    (message,) = server.all_said
    check_message(message["blocks"], message["text"])
    text = json.dumps(message, ensure_ascii=False)
    assert "Le fichier n° 1 n'a pas été lu." in text
    assert said in text
    assert "GHT Jura, 2021-annuelle" in text
    assert len(server.uploaded) == 1


def test_a_file_too_large_is_refused_before_it_is_read(
    robot: Robot, server: FakeSlack, raw_bytes: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_files, "SIZE_MAX", 1000)
    deliver(robot, share_files(server, raw_bytes))
    wait_for(robot)
    assert [d["text"] for d in server.all_said] == [shared_files.TOO_BIG]
    assert server.bearers == []


def test_a_file_that_lies_about_its_size_is_dropped_on_the_way(
    robot: Robot, server: FakeSlack, raw_bytes: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = share_files(server, raw_bytes)
    true_card = server.file_card("FA1")
    true_card["file"]["size"] = 10
    monkeypatch.setattr(server, "file_card", lambda _: true_card)
    monkeypatch.setattr(shared_files, "SIZE_MAX", 1000)
    deliver(robot, body)
    wait_for(robot)
    assert [d["text"] for d in server.all_said] == [shared_files.TOO_BIG]
    assert len(server.bearers) == 1


@pytest.mark.parametrize(("breakdown", "said"), [("404", shared_files.GONE), ("500", shared_files.NOT_GIVEN), ("html", shared_files.NOT_GIVEN),
                                            ("coupe", shared_files.NOT_GIVEN), ("403", shared_files.NOT_GIVEN)])  # fmt: skip
def test_a_file_that_slack_does_not_give_is_one_sentence(
    robot: Robot, server: FakeSlack, raw_bytes: bytes, breakdown: str, said: str
) -> None:
    server.breakdowns["fichier"] = [breakdown] * 9
    deliver(robot, share_files(server, raw_bytes))
    wait_for(robot)
    assert [d["text"] for d in server.all_said] == [said]


@pytest.mark.parametrize("breakdown", ["500", "429 1", "coupe"])
def test_a_passing_fault_does_not_lose_the_file(
    robot: Robot, server: FakeSlack, raw_bytes: bytes, breakdown: str, judged_in_process: None
) -> None:
    server.breakdowns["fichier"] = [breakdown]
    deliver(robot, share_files(server, raw_bytes))
    wait_for(robot)
    assert server.all_said[0]["text"].startswith("GHT Jura")


def test_a_file_that_is_gone_is_told(robot: Robot, server: FakeSlack, raw_bytes: bytes) -> None:
    body = share_files(server, raw_bytes)
    server.files.clear()
    deliver(robot, body)
    wait_for(robot)
    assert [d["text"] for d in server.all_said] == [shared_files.GONE]


@pytest.mark.parametrize("where", ["http://127.0.0.1:9/files-pri/x", "https://files.slack.com.mechant.invalid/x", "http://files.slack.com/x",
                                "file:///etc/passwd", "https://mechant.invalid@files.slack.com:444/x"])  # fmt: skip
def test_the_token_is_shown_to_slack_alone(
    robot: Robot, server: FakeSlack, raw_bytes: bytes, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = share_files(server, raw_bytes)
    file_card = server.file_card("FA1")
    file_card["file"]["url_private_download"] = where
    monkeypatch.setattr(server, "file_card", lambda _: file_card)
    monkeypatch.setattr(shared_files, "_receive", lambda *_: pytest.fail("something was asked for"))
    deliver(robot, body)
    wait_for(robot)
    assert [d["text"] for d in server.all_said] == [shared_files.NOT_GIVEN]


def test_a_redirection_is_not_followed(robot: Robot, server: FakeSlack, raw_bytes: bytes) -> None:
    server.breakdowns["fichier"] = [f"302 {server.address}/files-pri/T01-FA1/download/ailleurs"] * 3
    deliver(robot, share_files(server, raw_bytes))
    wait_for(robot)
    assert [d["text"] for d in server.all_said] == [shared_files.NOT_GIVEN]
    assert server.bearers == []


# Kept, when asked to


def keep_button(server: FakeSlack) -> dict[str, Any]:
    said = server.all_said[-1]
    (block,) = (b for b in said["blocks"] if b["type"] == "actions")
    (element,) = block["elements"]
    assert set(element["confirm"]) == {"title", "text", "confirm", "deny"}
    body = button(element["value"], server, channel="D01", number=f"garde{len(server.received_files)}")
    body["actions"][0]["action_id"] = element["action_id"]
    return body


def test_a_file_is_kept_only_when_it_is_said_and_then_it_counts(
    region: Region, judged_in_process: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the pull itself, on a register of its own."""
    where = region.where / "autre"
    where.mkdir()
    workshop = Workshop(EXAMPLE, where / "vigie.sqlite", NOON.date())
    open_register(workshop.register_path).close()
    raw_bytes = trame(region.folder, "BFC-08", "2021-annuelle", TRAME)
    with fake_slack() as fake:
        fake.add_person("U08", "directeur.bfc-08@exemple.invalid", is_email_confirmed=True)
        fake.add_person(REFERENT, "referent.bfc@exemple.invalid", is_email_confirmed=True)
        r = socket_mode.robot(
            SlackSettings(BOT_TOKEN, APP_TOKEN, fake.address),
            BotHost(workshop.fresh_view, workshop.current_time, partial(take, workshop)),
        )
        deliver(r, share_files(fake, raw_bytes, author="U08"))
        wait_for(r)
        assert _received(workshop) == []
        keep_press = keep_button(fake)
        keep_press["user"]["id"] = "U08"
        deliver(r, keep_press)
        wait_for(r)
        assert fake.all_said[-1]["text"].startswith(
            "Trame gardée. GHT Jura : remise, 1 ligne à corriger, 1 onglet sur 4"
        )
        assert _received(workshop) == [("", "")]
        deliver(r, {**keep_press, "trigger_id": "encore"})
        wait_for(r)
        assert "déjà gardée, à l'identique" in fake.all_said[-1]["text"]
        assert _received(workshop) == [("", "")]
        deliver(r, {**keep_press, "trigger_id": "referent", "user": {"id": REFERENT, "team_id": "T01"}})
        wait_for(r)
        assert _received(workshop)[-1] == ("referent.bfc@exemple.invalid", "trame déposée sur Slack")
        assert "trame déposée" not in fake.all_said[-1]["text"]
        socket_mode.close(r)


def _received(workshop: Workshop) -> list[tuple[str, str]]:
    db = open_register(workshop.register_path)
    try:
        return [(f.typed_by, f.typed_reason) for f in received_files(db, ["2021-annuelle"], NOON.date())]
    finally:
        db.close()


def test_a_file_that_changed_since_it_was_judged_is_not_kept(
    robot: Robot, server: FakeSlack, raw_bytes: bytes, judged_in_process: None
) -> None:
    deliver(robot, share_files(server, raw_bytes))
    wait_for(robot)
    keep_press = keep_button(server)
    server.files["FA1"] = ("x.xlsx", other_workbook())
    deliver(robot, keep_press)
    wait_for(robot)
    assert server.all_said[-1]["text"] == "Ce fichier n'est plus celui que j'ai jugé. Déposez-le à nouveau."


def test_who_presses_for_another_is_refused(
    robot: Robot, server: FakeSlack, raw_bytes: bytes, judged_in_process: None
) -> None:
    deliver(robot, share_files(server, raw_bytes))
    wait_for(robot)
    keep_press = keep_button(server)
    keep_press["user"]["id"] = ELSEWHERE
    deliver(robot, keep_press)
    wait_for(robot)
    assert server.all_said[-1]["text"] == "Seuls GHT Jura et son référent peuvent garder cette trame."


def hand_in(workshop: Workshop, person: Person, name: str, content: bytes) -> str:
    return take(
        workshop, person, HandedFile(name, content, "F1"), judge(name, content, workshop.folder), workshop.folder
    )


def test_a_file_name_leads_nowhere_else_and_a_refused_file_leaves_nothing(tmp_path: Path) -> None:
    workshop = Workshop(EXAMPLE, tmp_path / "vigie.sqlite", NOON.date())
    referent = workshop.folder.persons["referent.bfc@exemple.invalid"]
    nievre_trame = trame(workshop.folder, "BFC-06", "2021-annuelle", {})
    for name in ("../../ailleurs.xlsx", ".cache", "~$verrou.xlsx", "x" * 300, "trame"):
        hand_in(workshop, referent, name, nievre_trame)
    kept_paths = _kept_paths(workshop)
    assert {f.parent for f in kept_paths} == {tmp_path.resolve() / "depots-slack/referent.bfc@exemple.invalid"}
    assert len(kept_paths) == 5
    jura_director = workshop.folder.persons["directeur.bfc-08@exemple.invalid"]
    with pytest.raises(UserError, match="du GHT BFC-06, pour qui"):
        hand_in(workshop, jura_director, "trame.xlsx", nievre_trame)
    assert _kept_paths(workshop) == kept_paths
    assert [f for f in tmp_path.rglob("*") if f.suffix == ".xlsx"] == [], "kept in the register alone"


def _kept_paths(workshop: Workshop) -> list[Path]:
    db = open_register(workshop.register_path)
    try:
        return [Path(f.path) for f in received_files(db, ["2021-annuelle"], NOON.date())]
    finally:
        db.close()


def test_two_pulls_at_once_are_told_and_nothing_is_kept(tmp_path: Path) -> None:
    workshop = Workshop(EXAMPLE, tmp_path / "vigie.sqlite", NOON.date())
    referent = workshop.folder.persons["referent.bfc@exemple.invalid"]
    with only_one_pull(workshop.register), pytest.raises(UserError, match="Un autre relevé est en cours"):
        hand_in(workshop, referent, "trame.xlsx", trame(workshop.folder, "BFC-06", "2021-annuelle", {}))
    assert _kept_paths(workshop) == []
    workshop.register.close()


# The return


def test_the_return_of_a_ght_comes_to_who_may_see_its_lines(
    robot: Robot, server: FakeSlack, judged_in_process: None
) -> None:
    deliver(robot, direct("retour GHT Jura 2021"))
    deliver(robot, direct("mon retour", author=ELSEWHERE, number="Ev8", ts="9.9"))
    deliver(robot, direct("retour GHT Jura 2021", author=ELSEWHERE, number="Ev9", ts="9.8"))
    wait_for(robot)
    assert posted_files(server)[0]["initial_comment"].endswith(companion_to_chat.WITHOUT_TEXTS)
    (companion,) = server.uploaded
    workbook = load_workbook(io.BytesIO(companion))
    sheet = workbook["CENTRE HOSPITALIER JURA SUD"]
    assert 98_765 in [c.value for r in sheet.iter_rows() for c in r]
    assert "performance-superieure-100" in str([c.value for r in workbook["À corriger"].iter_rows() for c in r])
    everything = str([c.value for f in workbook for r in f.iter_rows() for c in r]) + str(
        [c.comment.text for f in workbook for r in f.iter_rows() for c in r if c.comment]
    )
    assert not [s for s in ("Tartempion", "Gants & co", "2021-045") if s in everything]
    assert sorted(d["text"] for d in server.all_said) == [
        "Aucun fichier n'a été reçu de GHT Nièvre pour 2021-annuelle : il n'y a pas de retour.",
        "Ce territoire n'est pas ouvert à votre profil (Directeur des achats).",
    ]


def test_where_is_my_trame_says_its_state_and_offers_its_return(robot: Robot, server: FakeSlack) -> None:
    server.add_person("U08", "directeur.bfc-08@exemple.invalid", is_email_confirmed=True)
    deliver(robot, direct("où en est ma trame ?", author="U08"))
    wait_for(robot)
    (said,) = server.all_said
    assert "GHT Jura : remise, 1 ligne à corriger" in said["text"]
    assert {"Son retour": "retour BFC-08 2021"}.items() <= {
        b["text"]["text"]: b["value"] for b in said["blocks"][-1]["elements"]}.items()  # fmt: skip


def test_an_etablissement_gets_the_return_of_its_own_tab_and_a_referent_says_whose(
    robot: Robot, server: FakeSlack, judged_in_process: None
) -> None:
    server.add_person("U08", "achats.390780153@exemple.invalid", is_email_confirmed=True)
    deliver(robot, direct("mon retour", author="U08"))
    deliver(robot, direct("mon retour", number="Ev8", ts="9.9"))
    wait_for(robot)
    (said,) = server.all_said
    assert re.match(r"Le retour de quel GHT \? Dites par exemple « retour GHT .* 2021 »\.", said["text"])
    (companion,) = server.uploaded
    assert load_workbook(io.BytesIO(companion)).sheetnames == ["À corriger", "CH LEON BERARD MOREZ"]
