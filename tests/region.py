"""A region under test: a register, a folder of received trames, and days that pass because they are passed in.

The workbooks are real: the product's template, typed over with openpyxl, cut to its first lines so that it is saved
quickly. They are judged in this process (the worker processes have their own tests) by the very function they call.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

from openpyxl import Workbook, load_workbook
from sqlite_utils import Database

from bots.answer_json import reply_object
from bots.answering import answer_question
from config.folder import EXAMPLE, Folder, load_folder
from config.rights import AT_KEYBOARD, Person
from config.territory import Scope
from jobs.commands.rejudge import JudgementChange, judge_again
from jobs.taking_in.folders import PullSummary, pull
from jobs.taking_in.take_in import Sender
from reports.view import Subject, View
from sheets import writing
from sheets.findings import Finding, Severity
from sheets.judged import JudgedWorkbook
from sheets.judging.workbook import judge
from sheets.register import past_folders, stored_lines
from sheets.register.acts import Main
from sheets.register.database import open_register
from sheets.register.pulls import BY_THE_GHT, Entry
from sheets.register.what_counts import counting_tabs
from sheets.trames.paat import ACTIONS, PAAT
from sheets.trames.paat.examples import VALID
from sheets.writing import HEADING_ROW

PARIS = ZoneInfo("Europe/Paris")
REFERENT = "referent.bfc@exemple.invalid"
LINES = 40
"""Lines kept of the template's three hundred."""
PLACES = {c.key: rank for rank, c in enumerate(ACTIONS.columns, 1)}
TYPED_KEYS = ["action_id", *(c.key for c in ACTIONS.columns if c.is_typed)]

Line = Mapping[str, Any]


@cache
def _blank_trame(folder: Folder, ght: str, campaign: str) -> Workbook:
    """One blank trame per GHT and campaign, typed over again and again."""
    book = writing.workbook(PAAT, ght, folder.campaigns[campaign], folder)
    for sheet in book.worksheets[1:-1]:
        sheet.delete_rows(HEADING_ROW + LINES + 1, writing.tab.LINES)
    return book


def trame(
    folder: Folder, ght: str, campaign: str, by_finess: Mapping[str, Sequence[Line]], *,
    handing_in: bool = True, neants: Iterable[str] = (), contact: str = "",
) -> bytes:  # fmt: skip
    """A filled trame: each line typed over a valid one; `action_id` None wipes the number the template had put there."""
    book = _blank_trame(folder, ght, campaign)
    members = folder.territory.members(ght, folder.campaigns[campaign].situation)
    for finess, name in writing.tab_names(members).items():
        lines = by_finess.get(finess, ())
        for n in range(LINES):
            line = (
                {**VALID, "action_id": f"{n + 1:04d}", **lines[n]} if n < len(lines) else {"action_id": f"{n + 1:04d}"}
            )
            for key in TYPED_KEYS:
                value = line.get(key)
                book[name].cell(HEADING_ROW + 1 + n, PLACES[key]).value = None if value == "" else value
    first = book.worksheets[0]
    for row in first.iter_rows(max_col=4):
        if row[0].value == "Trame remise":
            row[2].value = "oui" if handing_in else None
        if row[0].value == "Contact":
            row[2].value = contact or None
        if str(row[0].value) in folder.territory.etablissements:
            row[3].value = "oui" if row[0].value in tuple(neants) else None
    stamp = io.BytesIO()
    book.save(stamp)
    return stamp.getvalue()


def _judged_in_process(files: Iterable[tuple[str, bytes]], folder: Folder) -> Iterator[JudgedWorkbook]:
    for name, raw_bytes in files:
        yield judge(name, raw_bytes, folder)


@contextmanager
def judge_in_process() -> Iterator[None]:
    """Files are judged in this process: starting workers takes longer than the small files of a test."""
    with (
        mock.patch("jobs.taking_in.folders.judge_all", _judged_in_process),
        mock.patch("jobs.commands.rejudge.judge_all", _judged_in_process),
    ):
        yield


@dataclass
class Region:
    """What a referent's machine holds, and the day it is."""

    where: Path
    folder: Folder
    db: Database
    hour: datetime = datetime(2022, 1, 20, 9, tzinfo=PARIS)
    _sent_count: int = field(default=0)

    def dated(self, day: date, hour: int = 9) -> Region:
        """It is now that day."""
        self.hour = datetime.combine(day, time(hour), PARIS)
        return self

    def silence_alerts(self) -> Region:
        """Reminders and receipts alone are told."""
        self.edit_folder("reglages.toml", 'jour_du_point = "lundi"', 'jour_du_point = "aucun"')
        rungs = self.folder.path / "rappels.csv"
        lines = rungs.read_text(encoding="utf-8").splitlines(keepends=True)
        self.edit_folder("rappels.csv", "".join(li for li in lines if ";alerte;" in li), "")
        return self

    def drop_file(self, name: str, raw_bytes: bytes) -> Path:
        """A file arrives; it is read at the next pull."""
        self._sent_count += 1
        file = self.where / "recus" / name
        file.write_bytes(raw_bytes)
        return file

    def pull_sources(self, entry: Entry = BY_THE_GHT, *names: str) -> PullSummary:
        sources = [self.where / "recus" / n for n in names] or [self.where / "recus"]
        with judge_in_process():
            return pull(self.db, self.folder, sources, lambda: self.hour, sender=Sender(entry))

    def send(
        self, name: str, ght: str, campaign: str, by_finess: Mapping[str, Sequence[Line]], **options: Any
    ) -> PullSummary:
        """A trame arrives and is pulled at once."""
        self.drop_file(name, trame(self.folder, ght, campaign, by_finess, **options))
        return self.pull_sources()

    def judge_again(self, *, write: bool = True, locked_too: bool = False) -> list[JudgementChange]:
        with judge_in_process():
            return judge_again(self.db, self.folder, lambda: self.hour, write=write, locked_too=locked_too)

    def edit_folder(self, file: str, before: str, after: str) -> None:
        """Somebody edits the region's folder (a copy of the example, made at the first change)."""
        copied = self.where / "region"
        if not copied.exists():
            shutil.copytree(EXAMPLE, copied)
        text = (copied / file).read_text(encoding="utf-8")
        assert before in text
        (copied / file).write_text(text.replace(before, after), encoding="utf-8")
        self.folder = load_folder(copied)
        past_folders.note(self.db, self.folder, self.hour)

    @property
    def view(self) -> View:
        return View(self.db, self.folder, self.hour.date())

    def main(self, email: str = REFERENT) -> Main:
        return Main(self.db, self.folder, self.folder.persons[email], self.hour)

    def ask(self, question: str, as_of: date | None = None) -> dict[str, Any]:
        return answer_as_json(question, AT_KEYBOARD, self.view, self.hour, as_of)

    def lines(self, finess: str, campaign: str, as_of: date | None = None) -> dict[str, dict[str, Any]]:
        """By number, the stored lines of the tab that counts."""
        tab = counting_tabs(self.db, [campaign], as_of or self.hour.date(), [finess])[finess]
        rows = self.db.query("SELECT * FROM lignes_paat WHERE onglet = ? ORDER BY numero", [tab.id])
        return {r["action_id"]: r for r in rows}

    def findings(self, campaign: str, *codes: str, as_of: date | None = None) -> list[Finding]:
        """The findings in what counts that day, those codes only."""
        day = as_of or self.hour.date()
        tabs = [o.id for o in counting_tabs(self.db, [campaign], day).values()]
        return [
            r.finding for r in stored_lines.findings_of(self.db, tabs, tuple(Severity), day) if r.finding.code in codes
        ]


def answer_as_json(
    question: str, person: Person, view: View, current_time: datetime, as_of: date | None = None
) -> dict[str, Any]:
    """What `vigie ask --json` prints."""
    return reply_object(answer_question(question, person, view, current_time, as_of))


def new_region(where: Path) -> Region:
    """A region that has received nothing yet."""
    (where / "recus").mkdir()
    return Region(where, load_folder(EXAMPLE), open_register(where / "vigie.sqlite"))


def subject(code: str, exercice: int, campaign: str | None = None, **rest: Any) -> Subject:
    """« BFC » or « BFC-09 », in an exercice."""
    return Subject(Scope("ght" if "-" in code else "region", code), exercice, campaign, **rest)


def read_back(raw_bytes: bytes) -> Workbook:
    return load_workbook(io.BytesIO(raw_bytes))
