"""What a purge finds outside the register: trames dropped in the chat, registers that a restore set aside. Keeps the rest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, time
from pathlib import Path
from typing import NamedTuple

from sqlite_utils import Database

from config.campaign import PARIS
from config.errors import UserError
from sheets.register import erasing
from sheets.register.database import open_register, open_to_read
from sheets.register.erasing import Outdated
from sheets.register.pulls import BY_SLACK, Depot


class Leftovers(NamedTuple):
    """Files dropped that have had their time; registers set aside that still hold what is erased; those that cannot tell."""

    drops: tuple[Path, ...]
    registers: tuple[Path, ...]
    damaged: tuple[Path, ...]


def find(db: Database, register: Path, due: Outdated) -> Leftovers:
    """What is left beside a register. Changes nothing."""
    held, damaged = [], []
    for aside in sorted(register.parent.glob(f"{register.stem}-remplace-*.sqlite")):
        try:
            with closing(open_to_read(aside)) as old:
                owed = erasing.is_owed(old) or not erasing.count_outdated(old, due).is_nothing
        except UserError:
            damaged.append(aside)
            continue
        held += [aside] if owed else []
    return Leftovers(tuple(_drops(db, register, due)), tuple(held), tuple(damaged))


def clean(found: Leftovers, due: Outdated, when: datetime) -> None:
    """Take away the files, erase the same things from the registers set aside; nothing else of theirs changes."""
    for drop in found.drops:
        drop.unlink(missing_ok=True)
        for folder in (drop.parent, drop.parent.parent):
            if not any(folder.iterdir()):
                folder.rmdir()
    for aside in found.registers:
        with closing(open_register(aside)) as old:
            erasing.erase(old, due, when)
            erasing.reclaim_space(old, when)


def _drops(db: Database, register: Path, due: Outdated) -> Iterator[Path]:
    """The files dropped in the chat of which nothing younger was received; one that was never taken in goes by its date."""
    known, old = erasing.paths(db, due)
    first_kept = datetime.combine(due.since, time(), PARIS).timestamp()
    for file in sorted((register.resolve().parent / BY_SLACK).glob("*/*")):
        name = Depot(str(file), 0, 0).name
        if file.is_file() and (name in old or (name not in known and file.stat().st_mtime < first_kept)):
            yield file
