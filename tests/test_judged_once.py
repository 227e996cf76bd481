"""Whichever way a file comes in, its content is judged once, and what was judged is what is answered and kept."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bots import companion_to_chat
from bots.slack import conversation, socket_mode
from bots.slack.conversation import BotHost
from bots.slack.web_api import SlackSettings
from config.folder import EXAMPLE, Folder
from jobs import companions
from jobs.taking_in import folders, mail_pieces
from jobs.taking_in.folders import pull
from jobs.taking_in.slack_drops import take
from jobs.wiring import Workshop
from sheets.judged import JudgedWorkbook
from sheets.judging.once import once
from sheets.judging.workbook import judge
from sheets.matching.known import with_register
from sheets.register.database import open_register
from tests.conftest import FillTrame
from tests.fake_slack import fake_slack
from tests.test_courriel import make_mail
from tests.test_intake import MailRig, mail_rig
from tests.test_slack import APP_TOKEN, BOT_TOKEN, NOON, REFERENT, deliver, no_waiting, wait_for
from tests.test_slack_files import keep_button, share_files
from tests.workshop import DAY, JURA_SUD, MOREZ, january_line

__all__ = ["mail_rig", "no_waiting"]


@pytest.fixture
def judgements(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many times each content was judged, wherever that is done."""
    counts: Counter[str] = Counter()

    def count(files: Iterable[tuple[str, bytes]], folder: Folder) -> Iterator[JudgedWorkbook]:
        for name, raw_bytes in files:
            counts[hashlib.sha256(raw_bytes).hexdigest()] += 1
            yield judge(name, raw_bytes, folder)

    for module in (folders, mail_pieces, conversation, companion_to_chat):
        monkeypatch.setattr(module, "judge_all", count)
    return counts


@pytest.fixture
def two_contents(filled_trame: FillTrame) -> tuple[bytes, bytes]:
    return filled_trame({JURA_SUD: [january_line(1000)]}), filled_trame({MOREZ: [january_line(3000)]})


def _counted(files: Iterable[tuple[str, bytes]], folder: Folder) -> Iterator[JudgedWorkbook]:
    return vars(folders)["judge_all"](files, folder)  # type: ignore[no-any-return]


def _each_once(*contents: bytes) -> Counter[str]:
    return Counter({hashlib.sha256(c).hexdigest(): 1 for c in contents})


def test_a_folder(tmp_path: Path, folder: Folder, judgements: Counter[str], two_contents: tuple[bytes, bytes]) -> None:
    source = tmp_path / "recus"
    source.mkdir()
    for n, content in enumerate((*two_contents, two_contents[0])):
        (source / f"{n}.xlsx").write_bytes(content)
        os.utime(source / f"{n}.xlsx", ns=(n, 1_600_000_000_000_000_000 + n))
    db = open_register(tmp_path / "vigie.sqlite")
    summary = pull(db, folder, [source], lambda: DAY)
    assert [Path(r.file).name for r in summary.received_files] == ["0.xlsx", "1.xlsx", "2.xlsx"]
    assert summary.how_many("nouveau") == 3
    (source / "2.xlsx").touch()
    pull(db, folder, [source], lambda: DAY)
    db.close()
    assert judgements == _each_once(*two_contents)


def test_the_mailbox(mail_rig: MailRig, judgements: Counter[str], two_contents: tuple[bytes, bytes]) -> None:
    mail = make_mail(*[(f"{n}.xlsx", c) for n, c in enumerate((*two_contents, two_contents[0]))])
    (handled,) = mail_rig.pull_sources(mail)
    assert [o.name for o in handled.outcomes] == ["0.xlsx", "1.xlsx", "2.xlsx"]
    assert mail_rig.taken == 3
    mail_rig.pull_sources(mail)
    assert judgements == _each_once(*two_contents)


def test_the_chat_from_the_verdict_to_what_is_kept(
    tmp_path: Path, judgements: Counter[str], two_contents: tuple[bytes, bytes]
) -> None:
    """Dropped, told with its companion, kept; kept again by someone else; dropped again."""
    workshop = Workshop(EXAMPLE, tmp_path / "vigie.sqlite", NOON.date())
    open_register(workshop.register_path).close()
    with fake_slack() as fake:
        fake.add_person("U08", "directeur.bfc-08@exemple.invalid", is_email_confirmed=True)
        fake.add_person(REFERENT, "referent.bfc@exemple.invalid", is_email_confirmed=True)
        host = BotHost(workshop.fresh_view, workshop.current_time, partial(take, workshop))
        robot = socket_mode.robot(SlackSettings(BOT_TOKEN, APP_TOKEN, fake.address), host)
        _say(robot, share_files(fake, two_contents[0]))
        press = keep_button(fake)
        _say(robot, press)
        assert fake.all_said[-1]["text"].startswith("Trame gardée. GHT Jura")
        _say(robot, {**press, "trigger_id": "autre", "user": {"id": "U08", "team_id": "T01"}})
        assert fake.all_said[-1]["text"].startswith("Trame gardée. GHT Jura")
        _say(robot, share_files(fake, two_contents[0], author="U08", name="encore.xlsx"))
        assert fake.all_said[-1]["text"].startswith("GHT Jura, 2021-annuelle")
        assert len(fake.uploaded) == 2
        socket_mode.close(robot)
    assert judgements == _each_once(two_contents[0])


def test_a_chat_that_restarted_since_the_verdict_judges_again_and_keeps(
    tmp_path: Path, judgements: Counter[str], two_contents: tuple[bytes, bytes]
) -> None:
    workshop = Workshop(EXAMPLE, tmp_path / "vigie.sqlite", NOON.date())
    open_register(workshop.register_path).close()
    with fake_slack() as fake:
        fake.add_person(REFERENT, "referent.bfc@exemple.invalid", is_email_confirmed=True)
        for body in (partial(share_files, fake, two_contents[0]), partial(keep_button, fake)):
            host = BotHost(workshop.fresh_view, workshop.current_time, partial(take, workshop))
            robot = socket_mode.robot(SlackSettings(BOT_TOKEN, APP_TOKEN, fake.address), host)
            _say(robot, body())
            socket_mode.close(robot)
        assert fake.all_said[-1]["text"].startswith("Trame gardée. GHT Jura")
    assert list(judgements.values()) == [2]


def _say(robot: Any, body: dict[str, Any]) -> None:
    deliver(robot, body)
    wait_for(robot)


def test_the_companion_of_a_file_that_changes_meanwhile_is_of_what_was_judged(
    tmp_path: Path, two_contents: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = two_contents
    file, workshop = tmp_path / "jura.xlsx", Workshop(EXAMPLE, tmp_path / "vigie.sqlite", NOON.date())
    open_register(workshop.register_path).close()
    file.write_bytes(before)
    known: list[str] = []

    def judge_then_change(files: Iterable[tuple[str, bytes]], folder: Folder) -> Iterator[JudgedWorkbook]:
        for name, raw_bytes in files:
            file.write_bytes(after)
            yield judge(name, raw_bytes, folder)

    def note(*facts: Any) -> Any:
        known.append(facts[-1])
        return with_register(*facts)

    monkeypatch.setattr(companions, "judge_all", judge_then_change)
    monkeypatch.setattr(companions, "with_register", note)
    companions.write_companions(workshop, [file], None)
    assert known == [hashlib.sha256(before).hexdigest()]
    workshop.existing_register.close()


def test_what_comes_twice_is_given_twice_in_its_order_under_its_name(
    folder: Folder, judgements: Counter[str], two_contents: tuple[bytes, bytes]
) -> None:
    a, b = two_contents
    judge_once = once(_counted)
    files = [("1", a), ("2", b), ("3", a), ("4", b"rien"), ("5", b"rien"), ("6", b)]
    for _ in range(2):
        judged = list(judge_once(iter(files), folder))
        assert [j.file for j in judged] == ["1", "2", "3", "4", "5", "6"]
        assert [j.totals.declared for j in judged] == [100_000, 300_000, 100_000, 0, 0, 300_000]
    unread = hashlib.sha256(b"rien").hexdigest()
    assert judgements.pop(unread) == 2, "what could not be read is read again the next time"
    assert judgements == _each_once(a, b)


def test_files_judged_ahead_of_their_answers_keep_their_order(
    folder: Folder, two_contents: tuple[bytes, bytes]
) -> None:
    """The workers read several files before the first answer is taken back."""
    read_ahead: list[int] = []

    def ahead(files: Iterable[tuple[str, bytes]], folder: Folder) -> Iterator[JudgedWorkbook]:
        batch = list(files)
        read_ahead.append(len(batch))
        return (judge(name, raw_bytes, folder) for name, raw_bytes in batch)

    a, b = two_contents
    judged = list(once(ahead)([("1", a), ("2", a), ("3", b), ("4", a)], folder))
    assert [(j.file, j.totals.declared) for j in judged] == [
        ("1", 100_000), ("2", 100_000), ("3", 300_000), ("4", 100_000),
    ]  # fmt: skip
    assert read_ahead == [2]


def test_another_folder_of_the_region_is_another_judgement_and_the_oldest_is_forgotten(
    folder: Folder, judgements: Counter[str], two_contents: tuple[bytes, bytes]
) -> None:
    a, b = two_contents
    judge_once = once(_counted, remembered=1)
    for content, by in ((a, folder), (a, replace(folder, content_hash="autre")), (b, folder), (b, folder), (a, folder)):
        list(judge_once([("x", content)], by))
    assert judgements == Counter({hashlib.sha256(a).hexdigest(): 3, hashlib.sha256(b).hexdigest(): 1})
