"""Takes in what changed in the sources: look, judge, hand over to the one way in. Stateless.

Never writes in a source, and never opens a file that has not changed.
"""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from config.errors import UserError
from config.folder import Folder
from config.machine import reason, shown
from jobs.taking_in.looked_into import LATER, Seen, as_it_stands, look, unread
from jobs.taking_in.take_in import ANYONE, LONGEST_WAIT, Handed, Known, ReceivedFile, Sender, passed_over, take_in
from sheets.judged import Totals, total
from sheets.judging.once import once
from sheets.judging.workers import judge_all
from sheets.reading.opening import SIZE_MAX
from sheets.register import pulls
from sheets.register.database import only_one_pull
from sheets.register.pulls import FileState, FoundFile, Unread

STABLE = 5.0
"""Seconds for which a file of a share must stay as it is before the service reads it."""


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
    advance: Callable[[int, int], None] = lambda done, over: None, sender: Sender = ANYONE, patience: float = 0,
) -> PullSummary:  # fmt: skip
    """Take in every file that changed. `advance(done, of)` is called as files are recorded.

    A file that cannot be read is one refusal; a crash in the middle loses at most the file in hand.
    With `patience`, a file that changed must stay as it is for that many seconds, and another pull
    is waited for. Raises UserError when no source can be looked into.
    """
    with only_one_pull(db, LONGEST_WAIT if patience else 0):
        data = list(sources)
        seen = look(data)
        if data and len(seen.absent) == len(data):
            raise UserError(
                f"La source « {shown(data[0])} » n'existe pas, ou n'est pas accessible. Donnez un dossier de trames, ou un classeur."
            )
        return _pull(db, folder, seen, clock, advance, sender, patience)


def _pull(
    db: Database, folder: Folder, seen: Seen, clock: Callable[[], datetime], advance: Callable[[int, int], None],
    sender: Sender, patience: float,
) -> PullSummary:  # fmt: skip
    known, ours = pulls.remembered_files(db, folder), pulls.companions(db)
    companions = [d for d in seen.oldest_first if (d.name, d.size, d.modified_ns) in ours]
    found_files = [d for d in seen.oldest_first if d not in companions]
    to_read = [d for d in found_files if known.get(d.name, ())[:2] != (d.size, d.modified_ns)]
    if patience and to_read:
        time.sleep(patience)
    reading = _Reading(seen, to_read, _passed_over(db, known))
    untouched = set(found_files) - set(to_read)
    taken_in = take_in(
        db, folder, sender, _handed(reading, untouched, folder), clock, seen.counts, seen.unread,
        lambda done: advance(done, len(to_read)),
    )  # fmt: skip
    received = taken_in.received_files
    return PullSummary(
        tuple(received[d.path] for d in found_files if d.path in received),
        tuple(d.name for d in (*companions, *taken_in.companions)),
        tuple(d.name for d in reading.being_written if as_it_stands(d.path)),
        tuple(map(shown, seen.absent)),
        tuple(seen.unread),
    )


def _passed_over(db: Database, known: Known) -> Callable[[FoundFile], bool]:
    """Tells whether a file, just read, brings nothing. One already read under another path was
    renamed, moved or copied: it is the same."""
    elsewhere = pulls.already_read(db)

    def is_passed_over(found_file: FoundFile) -> bool:
        same_file = (found_file.content_hash, found_file.size, found_file.modified_ns) in elsewhere
        return passed_over(db, found_file, known) or (found_file.name not in known and same_file)

    return is_passed_over


@dataclass
class _Reading:
    """The files to read, and those found to be still written while they are."""

    seen: Seen
    to_read: Sequence[FoundFile]
    passed_over: Callable[[FoundFile], bool]
    being_written: list[FoundFile] = field(default_factory=list)

    def contents(self) -> Iterator[FoundFile]:
        """Each file with its bytes and its hash. One that changes while it is read is left for the
        next pull; one that cannot be read is said; one that is gone was never found."""
        for found_file in self.to_read:
            if as_it_stands(found_file.path) != found_file:
                self.being_written.append(found_file)
                continue
            try:
                with Path(found_file.path).open("rb") as f:
                    raw_bytes = f.read(SIZE_MAX + 1)  # past that, the size alone refuses it
            except OSError as fault:
                self._lost(found_file, fault)
                continue
            if as_it_stands(found_file.path) != found_file:
                self.being_written.append(found_file)
                continue
            content_hash = hashlib.sha256(raw_bytes).hexdigest()
            yield replace(found_file, content_hash=content_hash, raw_bytes=raw_bytes)

    def _lost(self, found_file: FoundFile, fault: OSError) -> None:
        if not isinstance(fault, FileNotFoundError):
            next_ = f"Rétablissez l'accès de Vigie à ce fichier. {LATER}"
            source = self.seen.source_of(found_file.path)
            self.seen.unread.append(unread(source, found_file.path, reason(fault), next_))


def _handed(reading: _Reading, untouched: Iterable[FoundFile], folder: Folder) -> Iterator[Handed]:
    """Every file found; judged, with the very bytes that will be kept, when its content changed."""
    yield from ((d, None) for d in untouched)
    under_way: deque[FoundFile] = deque()
    same: list[FoundFile] = []

    def changed() -> Iterator[tuple[str, bytes]]:
        for found_file in reading.contents():
            if reading.passed_over(found_file):
                same.append(replace(found_file, raw_bytes=b""))
            else:
                under_way.append(found_file)
                yield found_file.path, found_file.raw_bytes

    for judged in once(judge_all)(changed(), folder):
        yield under_way.popleft(), judged
    yield from ((d, None) for d in same)
