"""Keeps the region's folder each time it changes, and gives it back as it was on any day."""

from __future__ import annotations

from datetime import date, datetime

from sqlite_utils import Database

from config.folder import Folder, folder_from_archive
from sheets.register import views
from sheets.register.database import is_read_only, write_transaction
from sheets.register.decisions import next_day


def note(db: Database, folder: Folder, when: datetime) -> None:
    """Keep the folder if it is not the one last seen; costs one read when nothing changed.

    A day before the last change is left as it was: which folder was in force then is known. So is a register that may
    only be read.
    """
    if is_read_only(db):
        return
    dated = when.isoformat(timespec="seconds")
    last_row = db.execute("SELECT dossier, depuis FROM dossiers_en_vigueur ORDER BY id DESC LIMIT 1").fetchone()
    known = last_row is not None and (last_row[0] == folder.content_hash or dated[:10] < last_row[1][:10])
    if known and views.has_folder(db):
        return
    with write_transaction(db):
        db.execute("INSERT OR IGNORE INTO dossiers VALUES (?, ?, ?)", (folder.content_hash, folder.archive(), dated))
        if not known:
            db.execute("INSERT INTO dossiers_en_vigueur (depuis, dossier) VALUES (?, ?)", (dated, folder.content_hash))
        views.follow(db, folder)


def as_of_day(db: Database, current: Folder, as_of: date) -> Folder:
    """The folder in force at the end of that day; before the first one known, the first one."""
    rank = db.execute(
        "SELECT dossier FROM dossiers_en_vigueur WHERE depuis < ? ORDER BY id DESC LIMIT 1", (next_day(as_of),)
    ).fetchone()
    rank = rank or db.execute("SELECT dossier FROM dossiers_en_vigueur ORDER BY id LIMIT 1").fetchone()
    if rank is None or rank[0] == current.content_hash:
        return current
    archive = db.execute("SELECT archive FROM dossiers WHERE empreinte = ?", rank).fetchone()[0]
    return folder_from_archive(archive)
