"""Opens the register: one SQLite file, one writer, short transactions."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from config.errors import UserError
from sheets.register import schema

ATTENTE_MS = 10_000
VIGIE = 0x56494745
"""What marks a SQLite file as ours (PRAGMA application_id): « VIGE »."""


def ouvre(chemin: Path) -> Database:
    """Open the register, create or migrate it. Raises UserError when the file is not one of ours."""
    chemin.parent.mkdir(parents=True, exist_ok=True)
    try:
        db = Database(sqlite3.connect(chemin, timeout=ATTENTE_MS / 1000, isolation_level=None))
        if db.execute("PRAGMA application_id").fetchone()[0] != VIGIE:
            if db.table_names():
                raise UserError(
                    f"« {chemin} » est la base d'un autre programme. Indiquez un autre registre par --registre."
                )
            db.execute(f"PRAGMA application_id = {VIGIE}")
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
    try:
        db.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as faute:
        raise UserError(
            f"Le registre ne peut pas être écrit ({faute}) : un autre relevé est sans doute en cours. Réessayez."
        ) from faute
    try:
        yield
        db.commit()
    except BaseException:
        db.rollback()
        raise


@contextmanager
def un_seul_releve(db: Database) -> Iterator[None]:
    """One pull at a time on a register: two at once could let the older of two files win.

    Raises UserError when another one is under way; the lock goes with its process, whatever kills it.
    """
    chemin = db.execute("PRAGMA database_list").fetchone()[2]
    with Path(f"{chemin}.verrou").open("w") as verrou:
        try:
            fcntl.flock(verrou, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError("Un autre relevé est en cours sur ce registre. Attendez sa fin, puis relancez.") from None
        yield
