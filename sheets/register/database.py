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
from sheets.register.faults import RESTORE, code_of, dit_la_machine

ATTENTE_MS = 10_000
UN_REGARD = 0.01
"""Seconds that a look at a lock may hold it."""
FIRST_STEP = "Lancez : vigie pull DOSSIER_DES_TRAMES, ou, pour une première campagne, vigie campaign open CAMPAGNE. S'il est ailleurs : --registre."
VIGIE = 0x56494745
"""What marks a SQLite file as ours (PRAGMA application_id): « VIGE »."""


_FICHIERS: WeakKeyDictionary[Database, tuple[int, int]] = WeakKeyDictionary()
_CHEMINS: WeakKeyDictionary[Database, Path] = WeakKeyDictionary()
_EN_LECTURE: WeakKeyDictionary[Database, dict[Any, Any]] = WeakKeyDictionary()
_READ_ONLY: WeakSet[Database] = WeakSet()


def ouvre(chemin: Path) -> Database:
    """Open the register, create or migrate it: all pending migrations, or none.

    Raises UserError when the file is not one of ours, is cut, or comes from a later version; it is then left as it is.
    """
    chemin.parent.mkdir(parents=True, exist_ok=True)
    with _said_on_opening(chemin), ouverture_seule(chemin):
        if not chemin.exists():
            _begin(chemin.resolve())
        _refuse_cut(chemin)
        db = Database(sqlite3.connect(chemin, timeout=ATTENTE_MS / 1000, isolation_level=None))
        _refuse_foreign(db, chemin)
        db.execute("PRAGMA journal_mode = WAL")  # readers never wait for the pull
        _settings(db)
        migre(db)
        if db.execute("PRAGMA application_id").fetchone()[0] != VIGIE:
            db.execute(f"PRAGMA application_id = {VIGIE}")
        _remember(db, chemin)
    return db


def open_to_read(chemin: Path) -> Database:
    """Open a register that may only be read. Raises UserError as `ouvre` does; whatever would write raises it too."""
    with _said_on_opening(chemin), ouverture_seule(chemin):
        _refuse_cut(chemin)
        db = reading_only.connect(chemin)
        _refuse_foreign(db, chemin)
        if schema.registre.pending(db):  # a copy of one's own
            migre(db)
        schema.refuse_other_layout(db)
        _remember(db, chemin)
    _READ_ONLY.add(db)
    return db


def is_read_only(db: Database) -> bool:
    """Whether nothing can be kept: what would only be remembered is then left out."""
    return db in _READ_ONLY


def _begin(chemin: Path) -> None:
    """A new register, made beside and then named: a file of that name that holds nothing is never one of ours."""
    if (journal := Path(f"{chemin}-wal")).exists() and journal.stat().st_size:
        raise UserError(f"Le registre « {chemin} » n'est plus là, mais son journal y est encore. {RESTORE}")
    with safe_write.beside(chemin, private=True) as partial:
        with closing(Database(sqlite3.connect(partial, isolation_level=None))) as db:
            # In the file itself, and no journal that closing would have to bring back, unheard if it cannot.
            db.execute("PRAGMA synchronous = OFF")  # it is synced whole, once finished
            migre(db)
            db.execute(f"PRAGMA application_id = {VIGIE}")
        safe_write.settle(partial, chemin)


def _settings(db: Database) -> None:
    db.execute(f"PRAGMA busy_timeout = {ATTENTE_MS}")  # a second writer waits instead of failing
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA synchronous = NORMAL")  # with WAL: a power cut may lose the last commit, never the file
    db.execute("PRAGMA secure_delete = ON")  # what is erased is gone from the file, however SQLite was compiled


def _refuse_cut(chemin: Path) -> None:
    if not chemin.stat().st_size:
        raise UserError(f"Le registre « {chemin} » est vide (0 octet) : il a été coupé, ou n'en est pas un. {RESTORE}")


def _refuse_foreign(db: Database, chemin: Path) -> None:
    if db.table_names() and not est_a_nous(db):
        raise UserError(f"« {chemin} » est la base d'un autre programme. Indiquez un autre registre par --registre.")
    if inconnues := plus_recentes(db):
        raise UserError(
            f"« {chemin} » a été écrit par une version plus récente de Vigie (étape {inconnues[-1]}). "
            "Mettez Vigie à jour, ou indiquez un autre registre par --registre."
        )


@contextmanager
def _said_on_opening(chemin: Path) -> Iterator[None]:
    """What SQLite cannot open is said: a full disk, a damaged page, or no base at all."""
    try:
        with dit_la_machine(chemin):
            yield
    except (sqlite3.DatabaseError, UserError) as faute:
        cause = faute.__cause__ if isinstance(faute, UserError) else faute
        if isinstance(cause, sqlite3.DatabaseError) and code_of(cause) in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR):
            raise UserError(
                f"« {chemin} » n'est pas un registre Vigie. Indiquez-en un autre par --registre."
            ) from cause
        raise


def _remember(db: Database, chemin: Path) -> None:
    """Which file it is, now, while nobody can put another one under that name."""
    lui = chemin.stat()
    _FICHIERS[db], _CHEMINS[db] = (lui.st_dev, lui.st_ino), chemin.resolve()


def est_a_nous(db: Database) -> bool:
    """Whether a base is a register of ours; the first ones bore no mark, but went through our first migration."""
    marque = db.execute("PRAGMA application_id").fetchone()[0]
    return bool(marque == VIGIE or (marque == 0 and schema.registre.applied(db)))


def migre(db: Database) -> None:
    """Apply the pending migrations and make the views, in one transaction: a crash in the middle changes nothing.

    Raises UserError when a trame declares what the tables do not hold; nothing is then changed either.
    """
    if schema.registre.pending(db) or views.outdated(db):
        with db.atomic():
            views.remove(db)
            schema.registre.apply(db)
            views.cree(db)
            schema.refuse_other_layout(db)
    else:
        schema.refuse_other_layout(db)


def plus_recentes(db: Database) -> list[str]:
    """The migrations this register went through and that this version does not know."""
    return [m.name for m in schema.registre.applied(db) if m.name not in etapes()]


@cache
def etapes() -> frozenset[str]:
    """The names of the migrations that this version knows."""
    vierge = Database(memory=True)
    connues = frozenset(m.name for m in schema.registre.pending(vierge))
    vierge.close()
    return connues


def empty() -> Database:
    """A register in memory, with nothing in it: what is known before the first one is begun."""
    db = Database(memory=True)
    migre(db)
    return db


@contextmanager
def ouverture_seule(chemin: Path) -> Iterator[None]:
    """Registers of one folder are opened, created, migrated or replaced one at a time; the lock is on the folder.

    Without it, two first pulls would both create the tables, and a restore could slip under someone who is opening.
    """
    dossier = os.open(chemin.parent, os.O_RDONLY)
    try:
        fcntl.flock(dossier, fcntl.LOCK_EX)
        yield
    finally:
        os.close(dossier)


def ouvre_existant(chemin: Path) -> Database:
    """Open a register to read it, even where nothing may be written. Raises UserError when there is none yet."""
    if not chemin.exists():
        raise UserError(f"Le registre « {chemin} » n'existe pas encore. {FIRST_STEP}")
    return ouvre(chemin) if reading_only.may_write(chemin) else open_to_read(chemin)


class _Fil(threading.local):
    """What each thread has open: by path, which file that was, and the connection."""

    def __init__(self) -> None:
        self.ouverts: dict[Path, tuple[int, Database]] = {}


_FIL = _Fil()


def ouvert_par_ce_fil(chemin: Path) -> Database:
    """This thread's own connection, kept with what it remembers from one question to the next.

    Another one is opened when the file of that name is no longer the same: a backup was restored.
    Raises UserError when there is no register.
    """
    ouverts, lequel = _FIL.ouverts, chemin.stat().st_ino if chemin.exists() else 0
    if chemin in ouverts and ouverts[chemin][0] != lequel:
        ouverts.pop(chemin)[1].close()
    if chemin not in ouverts:
        ouverts[chemin] = (lequel, ouvre_existant(chemin))
    return ouverts[chemin][1]


@contextmanager
def ecriture(db: Database) -> Iterator[None]:
    """A write transaction that takes its lock at once: all of it, or none.

    A deferred BEGIN would fail half-way, without waiting, when another writer came in between. Raises UserError where
    the register may only be read.
    """
    if is_read_only(db):
        raise UserError(
            f"Le registre « {chemin_de(db)} » peut être lu d'ici, pas être écrit. Vérifiez vos droits sur ce dossier."
        )
    with dit_la_machine(chemin_de(db)):
        db.execute("BEGIN IMMEDIATE")
        try:
            yield
            db.commit()
        except BaseException:
            db.rollback()
            raise


@contextmanager
def lecture(db: Database) -> Iterator[None]:
    """One state of the register for all that is read meanwhile: what others write in between is not seen."""
    if db.conn.in_transaction:
        yield
        return
    db.execute("BEGIN")
    _EN_LECTURE[db] = {}
    try:
        yield
    finally:
        _EN_LECTURE.pop(db, None)
        db.rollback()


def while_reading(db: Database) -> dict[Any, Any]:
    """What may be remembered until the `lecture` under way ends; outside of one, nothing is."""
    return _EN_LECTURE.get(db, {})


def peut_etre_repris(db: Database) -> bool:
    """Whether what is read now may yet be taken back: a transaction that writes is under way on this connection."""
    return bool(db.conn.in_transaction) and db not in _EN_LECTURE


def fichier_de(db: Database) -> tuple[int, int] | None:
    """Which file a register was when it was opened (device, inode), whatever bears its name since."""
    return _FICHIERS.get(db)


def chemin_de(db: Database) -> Path:
    """The file of an open register."""
    return _CHEMINS.get(db) or Path(db.execute("PRAGMA database_list").fetchone()[2])


@contextmanager
def un_seul_releve(db: Database, patience: float = 0) -> Iterator[None]:
    """One pull at a time on a register: two at once could let the older of two files win.

    Raises UserError when another one is still under way after `patience` seconds; the lock goes with its process,
    whatever kills it.
    """
    with verrou_de(chemin_de(db), patience) as verrou:
        verrou.write(str(db.execute("SELECT coalesce(max(id), 0) FROM pulls").fetchone()[0]))
        verrou.flush()
        yield


def is_under_way(db: Database, pull: int) -> bool:
    """Whether a pull that has no end yet belongs to whoever holds the lock now; without that, it was cut short.

    Who holds the lock without pulling (a purge, a restore) began after that pull, and wrote so in the lock.
    """
    try:
        with side_file(chemin_de(db), ".verrou").open() as verrou:
            try:
                fcntl.flock(verrou, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                before = verrou.read()
                return not before or pull > int(before)
    except OSError:  # nobody ever pulled here, or nobody may look
        return False
    return False


def side_file(registre: Path, suffix: str) -> Path:
    """The file of that name beside the register itself, links followed: two names of one register share it."""
    return Path(f"{registre.resolve()}{suffix}")


@contextmanager
def verrou_de(chemin: Path, patience: float = 0) -> Iterator[IO[str]]:
    """The lock of a pull, on a register that may be too damaged to be opened."""
    pris = "Un autre relevé est en cours sur ce registre. Attendez sa fin, puis relancez."
    with un_a_la_fois(side_file(chemin, ".verrou"), pris, patience) as verrou:
        yield verrou


@contextmanager
def un_a_la_fois(fichier: Path, pris: str, patience: float = 0) -> Iterator[IO[str]]:
    """One process at a time behind that file. Raises UserError, saying `pris`, once `patience` seconds have passed.

    The lock goes with its process, whatever kills it; what it holds is its owner's to write. One who only looks whether
    it is held holds it for a moment: that moment is waited for.
    """
    fin = time.monotonic() + max(patience, UN_REGARD)
    with fichier.open("a+") as verrou:
        while not _verrouille(verrou):
            if time.monotonic() >= fin:
                raise UserError(pris)
            time.sleep(UN_REGARD / 4)
        verrou.truncate(0)
        yield verrou


def _verrouille(fichier: IO[str]) -> bool:
    try:
        fcntl.flock(fichier, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
