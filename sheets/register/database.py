"""Opens the register: one SQLite file, one writer, short transactions."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import IO, Any
from weakref import WeakKeyDictionary, WeakSet

from sqlite_utils import Database

from config import safe_write
from config.errors import UserError
from sheets.register import reading_only, schema, views
from sheets.register.faults import RESTORE, code_of, say_machine_faults

BUSY_TIMEOUT_MS = 10_000
ONE_LOOK = 0.01
"""Seconds that a look at a lock may hold it."""
FIRST_STEP = "Lancez : vigie pull DOSSIER_DES_TRAMES, ou, pour une première campagne, vigie campaign open CAMPAGNE. S'il est ailleurs : --registre."
VIGIE = 0x56494745
"""What marks a SQLite file as ours (PRAGMA application_id): « VIGE »."""


_FILES: WeakKeyDictionary[Database, tuple[int, int]] = WeakKeyDictionary()
_PATHS: WeakKeyDictionary[Database, Path] = WeakKeyDictionary()
_READING_ONLY: WeakKeyDictionary[Database, dict[Any, Any]] = WeakKeyDictionary()
_READ_ONLY: WeakSet[Database] = WeakSet()


def open_register(path: Path) -> Database:
    """Open the register, create or migrate it: all pending migrations, or none.

    Raises UserError when the file is not one of ours, is cut, or comes from a later version; it is then left as it is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _said_on_opening(path), opening_alone(path):
        if not path.exists():
            _begin(path.resolve())
        _refuse_cut(path)
        db = Database(sqlite3.connect(path, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None))
        _refuse_foreign(db, path)
        db.execute("PRAGMA journal_mode = WAL")  # readers never wait for the pull
        _settings(db)
        migrate(db)
        if db.execute("PRAGMA application_id").fetchone()[0] != VIGIE:
            db.execute(f"PRAGMA application_id = {VIGIE}")
        _remember(db, path)
    return db


def open_to_read(path: Path) -> Database:
    """Open a register that may only be read. Raises UserError as `open_register` does; whatever would write raises it too."""
    with _said_on_opening(path), opening_alone(path):
        _refuse_cut(path)
        db = reading_only.connect(path)
        _refuse_foreign(db, path)
        if schema.register.pending(db):  # a copy of one's own
            migrate(db)
        schema.refuse_other_layout(db)
        _remember(db, path)
    _READ_ONLY.add(db)
    return db


def is_read_only(db: Database) -> bool:
    """Whether nothing can be kept: what would only be remembered is then left out."""
    return db in _READ_ONLY


def _begin(path: Path) -> None:
    """A new register, made beside and then named: a file of that name that holds nothing is never one of ours."""
    if (journal := Path(f"{path}-wal")).exists() and journal.stat().st_size:
        raise UserError(f"Le registre « {path} » n'est plus là, mais son journal y est encore. {RESTORE}")
    with safe_write.beside(path, private=True) as partial:
        with closing(Database(sqlite3.connect(partial, isolation_level=None))) as db:
            # In the file itself, and no journal that closing would have to bring back, unheard if it cannot.
            db.execute("PRAGMA synchronous = OFF")  # it is synced whole, once finished
            migrate(db)
            db.execute(f"PRAGMA application_id = {VIGIE}")
        safe_write.settle(partial, path)


def _settings(db: Database) -> None:
    db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")  # a second writer waits instead of failing
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA synchronous = NORMAL")  # with WAL: a power cut may lose the last commit, never the file
    db.execute("PRAGMA secure_delete = ON")  # what is erased is gone from the file, however SQLite was compiled


def _refuse_cut(path: Path) -> None:
    if not path.stat().st_size:
        raise UserError(f"Le registre « {path} » est vide (0 octet) : il a été coupé, ou n'en est pas un. {RESTORE}")


def _refuse_foreign(db: Database, path: Path) -> None:
    if db.table_names() and not is_our_register(db):
        raise UserError(f"« {path} » est la base d'un autre programme. Indiquez un autre registre par --registre.")
    if unknown_migrations := later_migrations(db):
        raise UserError(
            f"« {path} » a été écrit par une version plus récente de Vigie (étape {unknown_migrations[-1]}). "
            "Mettez Vigie à jour, ou indiquez un autre registre par --registre."
        )


@contextmanager
def _said_on_opening(path: Path) -> Iterator[None]:
    """What SQLite cannot open is said: a full disk, a damaged page, or no base at all."""
    try:
        with say_machine_faults(path):
            yield
    except (sqlite3.DatabaseError, UserError) as fault:
        cause = fault.__cause__ if isinstance(fault, UserError) else fault
        if isinstance(cause, sqlite3.DatabaseError) and code_of(cause) in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR):
            raise UserError(f"« {path} » n'est pas un registre Vigie. Indiquez-en un autre par --registre.") from cause
        raise


def _remember(db: Database, path: Path) -> None:
    """Which file it is, now, while nobody can put another one under that name."""
    file_stat = path.stat()
    _FILES[db], _PATHS[db] = (file_stat.st_dev, file_stat.st_ino), path.resolve()


def is_our_register(db: Database) -> bool:
    """Whether a base is a register of ours; the first ones bore no mark, but went through our first migration."""
    mark = db.execute("PRAGMA application_id").fetchone()[0]
    return bool(mark == VIGIE or (mark == 0 and schema.register.applied(db)))


def migrate(db: Database) -> None:
    """Apply the pending migrations and make the views, in one transaction: a crash in the middle changes nothing.

    Raises UserError when a trame declares what the tables do not hold; nothing is then changed either.
    """
    if schema.register.pending(db) or views.outdated(db):
        with db.atomic():
            views.remove(db)
            schema.register.apply(db)
            views.create(db)
            schema.refuse_other_layout(db)
    else:
        schema.refuse_other_layout(db)


def later_migrations(db: Database) -> list[str]:
    """The migrations this register went through and that this version does not know."""
    return [m.name for m in schema.register.applied(db) if m.name not in known_migrations()]


@cache
def known_migrations() -> frozenset[str]:
    """The names of the migrations that this version knows."""
    blank = Database(memory=True)
    names = frozenset(m.name for m in schema.register.pending(blank))
    blank.close()
    return names


def empty() -> Database:
    """A register in memory, with nothing in it: what is known before the first one is begun."""
    db = Database(memory=True)
    migrate(db)
    return db


@contextmanager
def opening_alone(path: Path) -> Iterator[None]:
    """Registers of one folder are opened, created, migrated or replaced one at a time; the lock is on the folder.

    Without it, two first pulls would both create the tables, and a restore could slip under someone who is opening.
    """
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def open_existing(path: Path) -> Database:
    """Open a register to read it, even where nothing may be written. Raises UserError when there is none yet."""
    if not path.exists():
        raise UserError(f"Le registre « {path} » n'existe pas encore. {FIRST_STEP}")
    return open_register(path) if reading_only.may_write(path) else open_to_read(path)


class _ThreadLocal(threading.local):
    """What each thread has open: by path, which file that was, and the connection."""

    def __init__(self) -> None:
        self.open_ones: dict[Path, tuple[int, Database]] = {}


_THREAD = _ThreadLocal()


def opened_by_this_thread(path: Path) -> Database:
    """This thread's own connection, kept with what it remembers from one question to the next.

    Another one is opened when the file of that name is no longer the same: a backup was restored.
    Raises UserError when there is no register.
    """
    open_ones, inode = _THREAD.open_ones, path.stat().st_ino if path.exists() else 0
    if path in open_ones and open_ones[path][0] != inode:
        open_ones.pop(path)[1].close()
    if path not in open_ones:
        open_ones[path] = (inode, open_existing(path))
    return open_ones[path][1]


@contextmanager
def write_transaction(db: Database) -> Iterator[None]:
    """A write transaction that takes its lock at once: all of it, or none.

    A deferred BEGIN would fail half-way, without waiting, when another writer came in between. Raises UserError where
    the register may only be read.
    """
    if is_read_only(db):
        raise UserError(
            f"Le registre « {path_of(db)} » peut être lu d'ici, pas être écrit. Vérifiez vos droits sur ce dossier."
        )
    with say_machine_faults(path_of(db)):
        db.execute("BEGIN IMMEDIATE")
        try:
            yield
            db.commit()
        except BaseException:
            db.rollback()
            raise


@contextmanager
def read_transaction(db: Database) -> Iterator[None]:
    """One state of the register for all that is read meanwhile: what others write in between is not seen."""
    if db.conn.in_transaction:
        yield
        return
    db.execute("BEGIN")
    _READING_ONLY[db] = {}
    try:
        yield
    finally:
        _READING_ONLY.pop(db, None)
        db.rollback()


def while_reading(db: Database) -> dict[Any, Any]:
    """What may be remembered until the `read_transaction` under way ends; outside of one, nothing is."""
    return _READING_ONLY.get(db, {})


def may_be_taken_back(db: Database) -> bool:
    """Whether what is read now may yet be taken back: a transaction that writes is under way on this connection."""
    return bool(db.conn.in_transaction) and db not in _READING_ONLY


def file_of(db: Database) -> tuple[int, int] | None:
    """Which file a register was when it was opened (device, inode), whatever bears its name since."""
    return _FILES.get(db)


def path_of(db: Database) -> Path:
    """The file of an open register."""
    return _PATHS.get(db) or Path(db.execute("PRAGMA database_list").fetchone()[2])


@contextmanager
def only_one_pull(db: Database, patience: float = 0) -> Iterator[None]:
    """One pull at a time on a register: two at once could let the older of two files win.

    Raises UserError when another one is still under way after `patience` seconds; the lock goes with its process,
    whatever kills it.
    """
    with lock_of(path_of(db), patience) as lock:
        lock.write(str(db.execute("SELECT coalesce(max(id), 0) FROM pulls").fetchone()[0]))
        lock.flush()
        yield


def is_under_way(db: Database, pull: int) -> bool:
    """Whether a pull that has no end yet belongs to whoever holds the lock now; without that, it was cut short.

    Who holds the lock without pulling (a purge, a restore) began after that pull, and wrote so in the lock.
    """
    try:
        with side_file(path_of(db), ".verrou").open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                before = lock.read()
                return not before or pull > int(before)
    except OSError:  # nobody ever pulled here, or nobody may look
        return False
    return False


def side_file(register: Path, suffix: str) -> Path:
    """The file of that name beside the register itself, links followed: two names of one register share it."""
    return Path(f"{register.resolve()}{suffix}")


@contextmanager
def lock_of(path: Path, patience: float = 0) -> Iterator[IO[str]]:
    """The lock of a pull, on a register that may be too damaged to be opened."""
    taken = "Un autre relevé est en cours sur ce registre. Attendez sa fin, puis relancez."
    with one_at_a_time(side_file(path, ".verrou"), taken, patience) as lock:
        yield lock


@contextmanager
def one_at_a_time(file: Path, taken: str, patience: float = 0) -> Iterator[IO[str]]:
    """One process at a time behind that file. Raises UserError, saying `taken`, once `patience` seconds have passed.

    The lock goes with its process, whatever kills it; what it holds is its owner's to write. One who only looks whether
    it is held holds it for a moment: that moment is waited for.
    """
    end = time.monotonic() + max(patience, ONE_LOOK)
    with file.open("a+") as lock:
        while not _take_lock(lock):
            if time.monotonic() >= end:
                raise UserError(taken)
            time.sleep(ONE_LOOK / 4)
        lock.truncate(0)
        yield lock


def _take_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
