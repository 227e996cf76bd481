"""Opens the register for someone who may read it and not write: a share mounted read-only, a file of somebody else's.

Nothing is written, not even what was asked. What cannot be read in place, a journal or an older schema, is read in a
private copy.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from pathlib import Path
from weakref import finalize

from sqlite_utils import Database

from sheets.register import schema


def may_write(path: Path) -> bool:
    """Whether the register can be written: SQLite needs its folder too."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def connect(path: Path) -> Database:
    """A connection that only reads, at today's schema or at a later one. Raises sqlite3.DatabaseError on what is no base."""
    for options in ("mode=ro", *(() if _journal(path) else ("mode=ro&immutable=1",))):
        db = Database(sqlite3.connect(f"{path.resolve().as_uri()}?{options}", uri=True, isolation_level=None))
        try:
            if not schema.register.pending(db):
                return db
            break
        except sqlite3.OperationalError:  # a journal that may be neither read nor made
            db.close()
    return _copy(path)


def _journal(path: Path) -> bool:
    """Whether the journal beside the register still holds something that the register does not."""
    journal = Path(f"{path}-wal")
    return journal.exists() and journal.stat().st_size > 0


def _copy(path: Path) -> Database:
    """A copy of one's own, taken away with the connection; the caller brings it to today's schema."""
    folder = tempfile.TemporaryDirectory(prefix="vigie-")
    copy = Path(folder.name) / path.name
    shutil.copyfile(path, copy)
    if _journal(path):
        shutil.copyfile(f"{path}-wal", f"{copy}-wal")
    db = Database(sqlite3.connect(copy, isolation_level=None))
    finalize(db, folder.cleanup)
    return db
