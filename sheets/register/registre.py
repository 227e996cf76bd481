"""Opens the register: one SQLite file, one writer, short transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from config.errors import UserError
from sheets.register import schema

ATTENTE_MS = 10_000


def ouvre(chemin: Path) -> Database:
    """Open the register, create or migrate it. Raises UserError when the file is not one of ours."""
    chemin.parent.mkdir(parents=True, exist_ok=True)
    try:
        db = Database(sqlite3.connect(chemin, timeout=ATTENTE_MS / 1000, isolation_level=None))
        db.execute("PRAGMA journal_mode = WAL")  # readers never wait for the pull
        db.execute(f"PRAGMA busy_timeout = {ATTENTE_MS}")  # a second writer waits instead of failing
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA synchronous = NORMAL")  # with WAL: a power cut may lose the last commit, never the file
        if schema.registre.pending(db):
            schema.registre.apply(db)
    except sqlite3.DatabaseError as faute:
        raise UserError(
            f"« {chemin} » n'est pas un registre Vigie ({faute}). Indiquez-en un autre par --registre."
        ) from faute
    return db


def ouvre_existant(chemin: Path) -> Database:
    """Open a register to read it. Raises UserError when there is none yet."""
    if not chemin.exists():
        raise UserError(f"Le registre « {chemin} » n'existe pas encore. Lancez d'abord : vigie pull DOSSIER_DES_TRAMES")
    return ouvre(chemin)


@contextmanager
def ecriture(db: Database) -> Iterator[None]:
    """A write transaction that takes its lock at once: all of it, or none.

    A deferred BEGIN would fail half-way, without waiting, when another writer came in between.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.commit()
    except BaseException:
        db.rollback()
        raise
