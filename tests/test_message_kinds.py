"""A kind of message is one record: add it, and it is due, worded, carried, placed and chosen like the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from bots.delivery import deliver_due, letters_due
from bots.letters.composing import letter
from bots.letters.letter import Letter
from bots.letters.message_kinds import KINDS, MessageKind, Place
from bots.letters.reminder_words import LetterPart
from bots.piece import XLSX, Piece
from config.rights import Person
from config.territory import Scope
from config.working_hours import next_moment
from jobs.messages_due import is_alert
from reports.due.reminders import Reminder, Silence, under_way
from reports.view import View
from sheets.register.outbox import MessageKey
from tests.postman import Postman
from tests.region import Region, new_region

JURA, PROJECT_LEAD = "BFC-08", "paat.bfc-08@exemple.invalid"
KIND = "essai"


def _due(view: View, instant: datetime, where: Scope) -> Iterator[Reminder | Silence]:
    for c in under_way(view):
        key = MessageKey(c.code, JURA, "essai du jour", view.as_of.isoformat(), PROJECT_LEAD)
        yield Reminder(key, KIND, next_moment(instant, view.folder.hours), c)


def _words(_view: View, reminders: Sequence[Reminder]) -> LetterPart:
    return LetterPart("Un essai", f"{len(reminders)} message d'essai.")


def _piece(_view: View, r: Reminder, person: Person) -> Piece | None:
    return Piece(f"{r.key.unit} pour {person.role}.xlsx", b"", XLSX)


RECORD = MessageKind(KIND, (_due,), _words, _piece)


@pytest.fixture
def region(tmp_path: Path) -> Region:
    """The day a reminder is due to the same person."""
    return new_region(tmp_path).silence_alerts().dated(date(2022, 2, 14), 10)


def _letter(region: Region) -> Letter:
    mailings, _ = letters_due(region.view, region.hour)
    (theirs,) = (m for m in mailings if m.person.email == PROJECT_LEAD)
    return letter(region.view, theirs.reminders, theirs.person, "cle", PROJECT_LEAD)


@pytest.mark.parametrize(("place", "subject"), [
    (Place.FIRST, "Un essai, et un autre sujet"),
    (Place.LAST, "GHT Jura : trame attendue, à remettre pour le 28/02/2022, et un autre sujet"),
])  # fmt: skip
def test_a_kind_is_one_record(region: Region, monkeypatch: pytest.MonkeyPatch, place: Place, subject: str) -> None:
    monkeypatch.setitem(KINDS, KIND, replace(RECORD, place=place))
    written = _letter(region)
    assert written.mail_subject == subject
    assert "1 message d'essai." in written.text
    assert [p.name for p in written.pieces] == ["BFC-08 pour ght.xlsx"]
    postman = Postman()
    deliver_due(region.view, lambda: region.hour, [postman.delivery_channel])
    assert postman.a(PROJECT_LEAD) == [subject]
    assert [m for m in letters_due(region.view, region.hour)[0] if m.person.email == PROJECT_LEAD] == []


def test_at_night_it_waits_like_the_others(region: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, KIND, RECORD)
    region.dated(date(2022, 2, 14), 20)
    mailings, silences = letters_due(region.view, region.hour)
    assert mailings == []
    assert any("hors des heures d'envoi" in s.reason for s in silences if s.kind == KIND)


def test_its_record_says_whether_it_is_an_alert_and_whether_time_may_be_asked(
    region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    region.dated(date(2022, 2, 15), 10)
    deliver_due(region.view, lambda: region.hour, [Postman().delivery_channel])
    assert not is_alert(KIND)
    monkeypatch.setitem(KINDS, KIND, replace(RECORD, is_alert=True))
    assert is_alert(KIND)
    assert _letter(region).takes_replies is False
    assert "Besoin de temps" not in _letter(region).text


def test_what_nothing_comes_with_carries_nothing(region: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, KIND, MessageKind(KIND, (_due,), _words))
    assert _letter(region).pieces == ()
