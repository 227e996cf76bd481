"""The one way in: what someone hands in, judged once, goes into the register.

All of a file or none; run twice, it adds nothing. Never opens a file and never judges one: see
folders.py, mail_pieces.py and slack_drops.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlite_utils import Database

from config.folder import Folder
from config.rights import HandingIn, Person, out_of_reach
from config.territory import Scope
from sheets.findings import Finding, Severity
from sheets.judged import JudgedWorkbook, Totals
from sheets.matching.known import tie_to_register
from sheets.matching.whole_campaign import cross_check
from sheets.register import pulls
from sheets.register.copies import copy_of, ignore
from sheets.register.pulls import BY_THE_GHT, Entry, FileState, FoundFile, Unread

LONGEST_WAIT = 300.0
"""Seconds left to another pull to end: the folders and the mailbox take turns."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who hands in: in whose name it is traced, and why they may not hand in a workbook (or "")."""

    entry: Entry = BY_THE_GHT
    refusal: Callable[[JudgedWorkbook], str] = lambda judged: ""


ANYONE = Sender()
"""Whoever may write in a folder of the sources."""


def on_behalf_of_a_ght(
    person: Person, way: HandingIn, folder: Folder, day: date, entry: Entry
) -> Sender:  # fmt: skip
    """Someone who may hand in the trames of some GHT, and of no other."""

    def refusal(judged: JudgedWorkbook) -> str:
        if judged.stamp is None:
            return ""
        ght, persons = judged.stamp.ght, folder.persons
        if out_of_reach(person, persons, way, [Scope("ght", ght)], folder.territory, day, day):
            return f"Cette trame est du GHT {ght}, pour qui {person.email} ne peut pas agir."
        return ""

    return Sender(entry, refusal)


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """What became of one file handed in."""

    file: str
    state: FileState
    reason: str = ""
    totals: Totals = field(default_factory=Totals)
    unread: tuple[Finding, ...] = ()
    """Why the file, or some of its tabs, could not be read. The register has the other findings."""


@dataclass(frozen=True)
class TakenIn:
    """What became of each file, by path, and the companions of ours among them, not kept."""

    received_files: dict[str, ReceivedFile] = field(default_factory=dict)
    companions: list[FoundFile] = field(default_factory=list)


Handed = tuple[FoundFile, JudgedWorkbook | None]
"""A file with its bytes and what was judged of them. None: it was found to be as it was last seen,
and not judged again; without a hash, it was not even read."""
Known = Mapping[str, tuple[int, int, str]]
"""By path: size, date and hash at the last sight."""


def take_in(
    db: Database, folder: Folder, sender: Sender, files: Iterable[Handed], clock: Callable[[], datetime],
    sources: Mapping[str, int] | None = None, unread: Sequence[Unread] = (),
    advance: Callable[[int], None] = lambda done: None,
) -> TakenIn:  # fmt: skip
    """Take in files, one transaction each; whoever calls holds `only_one_pull`.

    A crash loses at most the file in hand. `sources` says what the folders held, and `unread`, once
    `files` is read through, what could not be read there. `advance(done)` is called as files are
    recorded.
    """
    known = pulls.remembered_files(db, folder)
    number = pulls.start_pull(db, folder, clock(), sources)
    taken_in, recognised = TakenIn(), list[FoundFile]()
    for found_file, judged in files:
        if judged and is_companion(judged):
            taken_in.companions.append(found_file)
        elif judged and (reason := sender.refusal(judged)):
            taken_in.received_files[found_file.path] = ReceivedFile(found_file.name, "refuse", reason)
        elif judged is None or passed_over(db, found_file, known):
            taken_in.received_files[found_file.path] = _not_taken(db, number, found_file, known)
            recognised += [found_file] if found_file.content_hash else []
        else:
            workbook = tie_to_register(db, folder, judged, clock().date())
            state = pulls.store(db, number, found_file, workbook, found_file.name in known, sender.entry)
            taken_in.received_files[found_file.path] = _received_file(found_file, state, workbook)
            advance(sum(r.state != "inchange" for r in taken_in.received_files.values()))
    for seen, companions in ((recognised, False), (taken_in.companions, True)):
        if seen:
            pulls.remember_files(db, seen, companions=companions)
    for campaign in pulls.campaigns_to_cross_check(db):  # those of a pull cut short included
        cross_check(db, folder, number, campaign, clock().date())
    states = [r.state for r in taken_in.received_files.values()]
    pulls.close_pull(db, number, clock(), states, unread)
    return taken_in


def is_companion(judged: JudgedWorkbook) -> bool:
    """Whether a workbook is a companion of ours, sent back as it was."""
    return any(c.code == "retour-de-vigie" for c in judged.findings)


def is_as_it_was(found_file: FoundFile, known: Known) -> bool:
    """Whether a file holds what was last seen under its path."""
    return known.get(found_file.name, (0, 0, ""))[2] == found_file.content_hash


def passed_over(db: Database, found_file: FoundFile, known: Known) -> bool:
    """Whether a file brings nothing: it is as it was, or an exact copy of a replaced version.

    One put back in the place of the version that replaced it is a change; elsewhere, a copy is none,
    whatever its date.
    """
    return is_as_it_was(found_file, known) or copy_of(db, found_file, known) is not None


def _not_taken(db: Database, number: int, found_file: FoundFile, known: Known) -> ReceivedFile:
    """Say of a copy why it is ignored, before it is remembered as read: cut between, it is told again."""
    may_be_a_copy = found_file.content_hash and not is_as_it_was(found_file, known)
    copy = copy_of(db, found_file, known) if may_be_a_copy else None
    if copy is None:
        return ReceivedFile(found_file.name, "inchange")
    ignore(db, number, found_file, copy)
    return ReceivedFile(found_file.name, "inchange", copy.said)


def _received_file(found_file: FoundFile, state: FileState, workbook: JudgedWorkbook) -> ReceivedFile:
    reason = "" if workbook.readable else workbook.findings[0].message
    rejections = (c for c in workbook.findings if c.severity is Severity.REJECTION)
    unread = tuple(c for c in rejections if c.line is None)
    return ReceivedFile(found_file.name, state, reason, workbook.totals, unread)
