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
from sheets.register.pulls import Depot, FileState, Unread

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
    depots = [d for d in seen.oldest_first if d not in companions]
    to_read = [d for d in depots if known.get(d.name, ())[:2] != (d.size, d.modified_ns)]
    if patience and to_read:
        time.sleep(patience)
    reading = _Reading(seen, to_read, _passed_over(db, known))
    untouched = set(depots) - set(to_read)
    taken_in = take_in(
        db, folder, sender, _handed(reading, untouched, folder), clock, seen.counts, seen.unread,
        lambda done: advance(done, len(to_read)),
    )  # fmt: skip
    received = taken_in.received_files
    return PullSummary(
        tuple(received[d.path] for d in depots if d.path in received),
        tuple(d.name for d in (*companions, *taken_in.companions)),
        tuple(d.name for d in reading.being_written if as_it_stands(d.path)),
        tuple(map(shown, seen.absent)),
        tuple(seen.unread),
    )


def _passed_over(db: Database, known: Known) -> Callable[[Depot], bool]:
    """Tells whether a file, just read, brings nothing. One already read under another path was
    renamed, moved or copied: it is the same."""
    elsewhere = pulls.already_read(db)

    def is_passed_over(depot: Depot) -> bool:
        same_file = (depot.content_hash, depot.size, depot.modified_ns) in elsewhere
        return passed_over(db, depot, known) or (depot.name not in known and same_file)

    return is_passed_over


@dataclass
class _Reading:
    """The files to read, and those found to be still written while they are."""

    seen: Seen
    to_read: Sequence[Depot]
    passed_over: Callable[[Depot], bool]
    being_written: list[Depot] = field(default_factory=list)

    def contents(self) -> Iterator[Depot]:
        """Each file with its bytes and its hash. One that changes while it is read is left for the
        next pull; one that cannot be read is said; one that is gone was never found."""
        for depot in self.to_read:
            if as_it_stands(depot.path) != depot:
                self.being_written.append(depot)
                continue
            try:
                with Path(depot.path).open("rb") as f:
                    raw_bytes = f.read(SIZE_MAX + 1)  # past that, the size alone refuses it
            except OSError as fault:
                self._lost(depot, fault)
                continue
            if as_it_stands(depot.path) != depot:
                self.being_written.append(depot)
                continue
            content_hash = hashlib.sha256(raw_bytes).hexdigest()
            yield replace(depot, content_hash=content_hash, raw_bytes=raw_bytes)

    def _lost(self, depot: Depot, fault: OSError) -> None:
        if not isinstance(fault, FileNotFoundError):
            next_ = f"Rétablissez l'accès de Vigie à ce fichier. {LATER}"
            source = self.seen.source_of(depot.path)
            self.seen.unread.append(unread(source, depot.path, reason(fault), next_))


def _handed(reading: _Reading, untouched: Iterable[Depot], folder: Folder) -> Iterator[Handed]:
    """Every file found; judged, with the very bytes that will be kept, when its content changed."""
    yield from ((d, None) for d in untouched)
    under_way: deque[Depot] = deque()
    same: list[Depot] = []

    def changed() -> Iterator[tuple[str, bytes]]:
        for depot in reading.contents():
            if reading.passed_over(depot):
                same.append(replace(depot, raw_bytes=b""))
            else:
                under_way.append(depot)
                yield depot.path, depot.raw_bytes

    for judged in once(judge_all)(changed(), folder):
        yield under_way.popleft(), judged
    yield from ((d, None) for d in same)
