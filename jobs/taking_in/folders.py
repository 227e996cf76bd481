"""Takes in what changed in the sources: look, judge, record. Stateless: run twice, it does nothing the second time."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from config.errors import UserError
from config.folder import Folder
from config.machine import reason, shown
from jobs.taking_in.looked_into import LATER, Seen, as_it_stands, look, unread
from sheets.findings import Finding, Severity
from sheets.judged import JudgedWorkbook, Totals, total
from sheets.judging.workers import judge_all
from sheets.matching.known import tie_to_register
from sheets.matching.whole_campaign import cross_check
from sheets.reading.opening import SIZE_MAX
from sheets.register import pulls
from sheets.register.copies import Copy, copy_of, ignore
from sheets.register.database import only_one_pull
from sheets.register.pulls import BY_THE_GHT, Depot, Entry, FileState, Unread

STABLE = 5.0
"""Seconds for which a file of a share must stay as it is before the service reads it."""
LONGEST_WAIT = 300.0
"""Seconds that the service leaves to another pull to end: its folders and its mailbox take turns."""


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """What became of one file in a pull."""

    file: str
    state: FileState
    reason: str
    totals: Totals
    unread: tuple[Finding, ...] = ()
    """Why the file, or some of its tabs, could not be read. The rest of the findings is in the register."""


@dataclass(frozen=True, slots=True)
class PullSummary:
    received_files: tuple[ReceivedFile, ...]
    companions: tuple[str, ...] = ()
    """Companions of ours found beside the trames: passed over, and nothing of them is kept."""
    being_written: tuple[str, ...] = ()
    """Files that were still being written: left for the next pull."""
    missing_sources: tuple[str, ...] = ()
    """Sources that could not be looked into; the others were."""
    unread: tuple[Unread, ...] = ()
    """Files and folders of the sources that could not be read, each with why."""

    @property
    def totals(self) -> Totals:
        return total(r.totals for r in self.received_files)

    def how_many(self, state: FileState) -> int:
        return sum(r.state == state for r in self.received_files)


def pull(
    db: Database, folder: Folder, sources: Iterable[Path], clock: Callable[[], datetime],
    advance: Callable[[int, int], None] = lambda done, over: None, entry: Entry = BY_THE_GHT,
    allowed: Callable[[str], bool] = lambda ght: True, patience: float = 0,
) -> PullSummary:  # fmt: skip
    """Take in every file that changed. `advance(done, of)` is called as files are recorded.

    A file that cannot be read is one refusal; a crash in the middle loses at most the file in hand. With `entry`, the
    files were entered by someone on behalf of their GHT, who must be `allowed` to. With `patience`, a file that changed
    must stay as it is for that many seconds, and another pull is waited for. Raises UserError when no source can be looked into.
    """
    with only_one_pull(db, LONGEST_WAIT if patience else 0):
        data = list(sources)
        seen = look(data)
        if data and len(seen.absent) == len(data):
            raise UserError(
                f"La source « {shown(data[0])} » n'existe pas, ou n'est pas accessible. Donnez un dossier de trames, ou un classeur."
            )
        return _pull(db, folder, seen, clock, advance, entry, allowed, patience)


def _pull(
    db: Database,
    folder: Folder,
    seen: Seen,
    clock: Callable[[], datetime],
    advance: Callable[[int, int], None],
    entry: Entry,
    allowed: Callable[[str], bool],
    patience: float,
) -> PullSummary:
    known_ones, seen_keys, ours = pulls.remembered_files(db, folder), pulls.already_read(db), pulls.companions(db)
    companions = [d for d in seen.oldest_first if (d.name, d.size, d.modified_ns) in ours]
    depots = [d for d in seen.oldest_first if d not in companions]
    to_read = [d for d in depots if known_ones.get(d.name, ())[:2] != (d.size, d.modified_ns)]
    if patience and to_read:
        time.sleep(patience)
    being_written = [d for d in to_read if as_it_stands(d.path) != d]
    to_read = [d for d in to_read if d not in being_written]
    number = pulls.start_pull(db, folder, clock(), seen.counts)
    received_files = {d.path: ReceivedFile(d.name, "inchange", "", Totals()) for d in depots}
    read_files: list[Depot] = []
    known_companions = len(companions)
    copied: list[tuple[Depot, Copy]] = []
    for depot, judged in _judge_changed(
        to_read, folder, known_ones, seen_keys, read_files, being_written, seen, _copies(db, known_ones, copied)
    ):
        if is_companion(judged):
            companions.append(depot)
            del received_files[depot.path]
            continue
        if judged.stamp and not allowed(judged.stamp.ght):
            reason = f"Cette trame est du GHT {judged.stamp.ght}, pour qui {entry.by} ne peut pas agir."
            received_files[depot.path] = ReceivedFile(depot.name, "refuse", reason, Totals())
            continue
        received_files[depot.path] = _store(db, folder, number, depot, judged, clock(), depot.name in known_ones, entry)
        advance(sum(r.state != "inchange" for r in received_files.values()), len(to_read))
    for depot, copy in copied:  # told before it is remembered as read: cut between the two, it is told again
        received_files[depot.path] = _ignored(db, number, depot, copy)
    if read_files:
        pulls.remember_files(db, read_files)
    if companions[known_companions:]:
        pulls.remember_files(db, companions[known_companions:], companions=True)
    for path in {d.path for d in being_written} | (received_files.keys() - seen.found.keys()):
        del received_files[path]
    _finish(db, folder, number, received_files, clock, seen.unread)
    return PullSummary(
        tuple(received_files.values()),
        tuple(d.name for d in companions),
        tuple(d.name for d in being_written if as_it_stands(d.path)),
        tuple(map(shown, seen.absent)),
        tuple(seen.unread),
    )


def take(
    db: Database,
    folder: Folder,
    judged_workbooks: Iterable[tuple[Depot, JudgedWorkbook]],
    clock: Callable[[], datetime],
) -> PullSummary:
    """Take in workbooks that came otherwise than by a folder, already judged with the bytes that will be kept.

    Each bears a path of its own for ever: one that was taken in before is not taken in again.
    """
    with only_one_pull(db, LONGEST_WAIT):
        known_ones = pulls.remembered_files(db, folder)
        number = pulls.start_pull(db, folder, clock())
        received_files: dict[str, ReceivedFile] = {}
        for depot, judged in judged_workbooks:
            if depot.name in known_ones:
                received_files[depot.path] = ReceivedFile(depot.name, "inchange", "", Totals())
            elif copy := copy_of(db, depot, known_ones):
                received_files[depot.path] = _ignored(db, number, depot, copy)
                pulls.remember_files(db, [depot])
            else:
                received_files[depot.path] = _store(db, folder, number, depot, judged, clock(), False, BY_THE_GHT)
        _finish(db, folder, number, received_files, clock)
    return PullSummary(tuple(received_files.values()))


def _copies(
    db: Database, known_ones: Mapping[str, tuple[int, int, str]], found: list[tuple[Depot, Copy]]
) -> Callable[[Depot], bool]:
    """Tells whether a file, just read, is an exact copy of a replaced version; those that are join `found`."""

    def is_copy(depot: Depot) -> bool:
        copy = copy_of(db, depot, known_ones)
        found.extend([(depot, copy)] if copy else [])
        return copy is not None

    return is_copy


def _ignored(db: Database, number: int, depot: Depot, copy: Copy) -> ReceivedFile:
    ignore(db, number, depot, copy)
    return ReceivedFile(depot.name, "inchange", copy.said, Totals())


def is_companion(judged: JudgedWorkbook) -> bool:
    """Whether a workbook is a companion of ours, sent back as it was."""
    return any(c.code == "retour-de-vigie" for c in judged.findings)


def _store(
    db: Database, folder: Folder, number: int, depot: Depot, judged: JudgedWorkbook, when: datetime, known: bool, entry: Entry
) -> ReceivedFile:  # fmt: skip
    workbook = tie_to_register(db, folder, judged, when.date())
    return _received_file(depot, pulls.store(db, number, depot, workbook, known, entry), workbook)


def _lost(seen: Seen, depot: Depot, fault: OSError) -> None:
    """Leave aside a file that was found and cannot be read; unless it was taken away meanwhile, say why."""
    del seen.found[depot.path]
    if not isinstance(fault, FileNotFoundError):
        next_ = f"Rétablissez l'accès de Vigie à ce fichier. {LATER}"
        seen.unread.append(unread(seen.source_of(depot.path), depot.path, reason(fault), next_))


def _finish(
    db: Database,
    folder: Folder,
    number: int,
    received_files: Mapping[str, ReceivedFile],
    clock: Callable[[], datetime],
    not_read: Sequence[Unread] = (),
) -> None:
    for campaign in pulls.campaigns_to_cross_check(db):  # those of a pull cut short before this point included
        cross_check(db, folder, number, campaign, clock().date())
    pulls.close_pull(db, number, clock(), [r.state for r in received_files.values()], not_read)


def _received_file(depot: Depot, state: FileState, workbook: JudgedWorkbook) -> ReceivedFile:
    reason = "" if workbook.readable else workbook.findings[0].message
    unread = tuple(c for c in workbook.findings if c.severity is Severity.REJECTION and c.line is None)
    return ReceivedFile(depot.name, state, reason, workbook.totals, unread)


def _judge_changed(
    depots: list[Depot],
    folder: Folder,
    known_ones: Mapping[str, tuple[int, int, str]],
    seen_keys: Set[tuple[str, int, int]],
    unchanged: list[Depot],
    being_written: list[Depot],
    seen: Seen,
    is_copy: Callable[[Depot], bool],
) -> Iterator[tuple[Depot, JudgedWorkbook]]:
    """Judge the files whose content changed, each with the very bytes that will be kept; the others join `unchanged`.

    A file put back in the place of the version that replaced it is a change; elsewhere, an exact copy of a replaced
    version is none, whatever its date (`is_copy`). A file of `seen_keys` under another path was renamed, moved or copied: it
    is the same. One that changes while it is read joins `being_written`; one that cannot be read leaves what was found, and
    is said; one that is gone leaves it, and the next pull will see.
    """
    under_way: list[Depot] = []

    def contents() -> Iterator[tuple[str, bytes]]:
        for depot in depots:
            try:
                with Path(depot.path).open("rb") as f:
                    raw_bytes = f.read(SIZE_MAX + 1)  # past that, the size alone refuses it
            except OSError as fault:
                _lost(seen, depot, fault)
                continue
            if as_it_stands(depot.path) != depot:
                being_written.append(depot)
                continue
            read_file = replace(depot, content_hash=hashlib.sha256(raw_bytes).hexdigest(), raw_bytes=raw_bytes)
            same_file = (read_file.content_hash, read_file.size, read_file.modified_ns)
            same = known_ones.get(depot.name, (0, 0, ""))[2] == read_file.content_hash
            if same or is_copy(read_file) or (depot.name not in known_ones and same_file in seen_keys):
                unchanged.append(replace(read_file, raw_bytes=b""))
                continue
            under_way.append(read_file)
            yield depot.path, raw_bytes

    for workbook in judge_all(contents(), folder):
        yield under_way.pop(0), workbook
