"""Copies the register while it is written to, checks a copy whole, puts one back. Never leaves half a file under a name."""

from __future__ import annotations

import hashlib
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from config.errors import UserError
from config.french import count_words
from config.safe_write import PARTIAL, beside, second_name, settle
from sheets.register import carry_over, schema
from sheets.register.carry_over import CarriedOver
from sheets.register.database import is_our_register, later_migrations, migrate, opening_alone, write_transaction
from sheets.register.schema import declared_of, lines_table
from sheets.trames import TABLES

SQLITE = b"SQLite format 3\0"
INTACT = "Rien n'a été remplacé."


@dataclass(frozen=True, slots=True)
class RegisterContent:
    """What a register holds, to be told from another one. `start` is its last pull's, None without any."""

    start: str | None
    files: int
    acts: int
    raw_bytes: int

    @property
    def in_words(self) -> str:
        """« dernier relevé le 31/03/2022 à 12h00, 11 fichiers, 2 décisions »."""
        last_pull = (
            f"dernier relevé le {datetime.fromisoformat(self.start):%d/%m/%Y à %Hh%M}" if self.start else "aucun relevé"
        )
        acts = [count_words(self.acts, "décision")] if self.acts else []
        return ", ".join([last_pull, count_words(self.files, "fichier"), *acts])


def dated_name(register: Path, when: datetime, what: str = "") -> str:
    """« vigie-2022-03-31-120000.sqlite »."""
    return f"{register.stem}{what}-{when:%Y-%m-%d-%H%M%S}.sqlite"


def back_up(db: Database, register: Path, target_path: Path, when: datetime) -> RegisterContent:
    """Write a consistent copy of an open register under that name, once verified. Raises UserError, and leaves nothing."""
    if target_path.exists():
        raise UserError(
            f"« {target_path} » existe déjà, et une sauvegarde n'en écrase jamais une autre. Donnez un autre nom."
        )
    target_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    remove_partial_copies(target_path.parent, when)
    with beside(target_path, private=True) as copy_path:
        with _sqlite_errors_told(target_path), closing(sqlite3.connect(copy_path)) as destination:
            db.conn.backup(destination)  # in one step: one state of the register, whoever writes meanwhile
            destination.execute(
                "PRAGMA journal_mode = DELETE"
            )  # one file, that opens even where nothing can be written
        try:
            content = check_register(copy_path, copy_path)
        except UserError as fault:
            raise UserError(
                f"La sauvegarde n'a pas été gardée : {str(fault).replace(str(copy_path), str(register))}"
            ) from None
        settle(copy_path, target_path)
    return content


def note(db: Database, target_path: Path, when: datetime, raw_bytes: int) -> None:
    """Remember that a backup was made, and where."""
    with write_transaction(db):
        db.execute(
            "INSERT INTO sauvegardes (le, chemin, octets) VALUES (?, ?, ?)",
            (when.isoformat(timespec="seconds"), str(target_path.resolve()), raw_bytes),
        )


def thin_out_backups(folder: Path, register: Path, keep: int) -> list[Path]:
    """Remove the oldest dated backups of this register in a folder, past the `keep` latest; return those removed."""
    reason = re.compile(rf"{re.escape(register.stem)}-\d{{4}}-\d{{2}}-\d{{2}}-\d{{6}}\.sqlite")
    its_own = sorted((f for f in folder.iterdir() if reason.fullmatch(f.name)), reverse=True)
    for f in its_own[keep:]:
        f.unlink()
    return its_own[keep:]


def remove_partial_copies(folder: Path, when: datetime) -> None:
    """Remove what a copy that was killed left behind; a day later nobody is still writing it."""
    yesterday = (when - timedelta(days=1)).timestamp()
    for f in folder.glob(f".*{PARTIAL}*"):
        if f.stat().st_mtime < yesterday:
            f.unlink(missing_ok=True)


@contextmanager
def prepare(backup: Path, register: Path, when: datetime) -> Iterator[tuple[Path, RegisterContent]]:
    """A verified copy of a backup, brought to today's schema, beside the register it may replace. The backup is only read.

    Raises UserError, in one sentence, when it is not a whole register of ours that this version can open.
    """
    with beside(register, private=True) as copy_path:
        shutil.copyfile(backup, copy_path)
        if (journal := Path(f"{backup}-wal")).exists():  # a register copied by hand while it was open
            shutil.copyfile(journal, f"{copy_path}-wal")
        content = check_register(copy_path, backup)
        with _sqlite_errors_told(register), closing(Database(sqlite3.connect(copy_path, isolation_level=None))) as db:
            db.execute("PRAGMA foreign_keys = ON")
            migrate(db)
            db.execute("DELETE FROM questions_en_cours")  # those of that day were answered since
            _check_totals(db, backup)
            note(db, backup, when, content.raw_bytes)  # what is put back has a backup: this one
            db.execute("PRAGMA journal_mode = DELETE")
        if register.exists():
            shutil.copymode(register, copy_path)
        yield copy_path, content


def preview_carry_over(register: Path, copy_path: Path) -> CarriedOver | None:
    """What would be carried over from the register into a verified copy put in its place; None when there is none."""
    return _carry_register_over(copy_path, register, trial=True) if register.exists() else None


def replace_register(register: Path, copy_path: Path, set_aside: Path) -> CarriedOver | None:
    """Put a verified copy in the place of the register, which stays under `set_aside`; None when there was none.

    What the register has said since is carried over into the copy, once nobody can add to it. One rename makes the change: before it the old register is whole, after it the new one is. Raises UserError when
    some other program has the register open: what it would still write belongs to the old one.
    """
    with opening_alone(register):
        restored = None
        if register.exists():
            restored = (
                _carry_register_over(copy_path, register)
                if _close_journal(register, set_aside)
                else CarriedOver(missing=carry_over.DAMAGED)
            )
            second_name(register, set_aside)
        settle(copy_path, register, over=True)
    return restored


def _carry_register_over(copy_path: Path, register: Path, *, trial: bool = False) -> CarriedOver:
    try:
        _check_header(register, register)
    except UserError:
        return CarriedOver(missing=carry_over.DAMAGED)
    with _sqlite_errors_told(register):
        return carry_over.carry_over(copy_path, register, trial=trial)


def resume(path: Path) -> RegisterContent | None:
    """What a register holds, without changing it; None when it cannot be read."""
    try:
        with closing(Database(sqlite3.connect(f"file:{path.resolve()}?mode=ro", uri=True))) as db:
            return _backup_content(db, path)
    except sqlite3.DatabaseError:
        return None


def check_register(path: Path, named_path: Path) -> RegisterContent:
    """Check a register whole: ours, of a version we know, sound, adding up, with its originals. `named_path` is its name in words.

    Raises UserError with the first thing that is wrong.
    """
    _check_header(path, named_path)
    try:
        with closing(Database(sqlite3.connect(path, isolation_level=None))) as db:
            if db.table_names() and not is_our_register(db):
                raise UserError(
                    f"« {named_path} » est la base d'un autre programme, pas une sauvegarde de Vigie. {INTACT}"
                )
            if not schema.register.applied(db):
                raise UserError(f"« {named_path} » ne contient aucun registre : il est vide. {INTACT}")
            if later_migrations(db):
                raise UserError(
                    f"« {named_path} » : cette sauvegarde vient d'une version plus récente de Vigie. {INTACT}"
                    " Mettez Vigie à jour, puis recommencez."
                )
            _check_integrity(db, named_path)
            _check_totals(db, named_path)
            _check_originals(db, named_path)
            return _backup_content(db, path)
    except sqlite3.DatabaseError as fault:
        raise _damaged_backup(named_path, "une page ne peut pas être lue") from fault


def _check_header(path: Path, named_path: Path) -> None:
    """Size and first bytes: what SQLite would otherwise take for a new base, or read up to where the file stops."""
    raw_bytes = path.stat().st_size
    with path.open("rb") as f:
        start = f.read(100)
    if not raw_bytes:
        raise UserError(f"« {named_path} » est vide (0 octet) : ce n'est pas une sauvegarde. {INTACT}")
    if not start.startswith(SQLITE[: len(start)]):
        raise UserError(f"« {named_path} » n'est pas une base SQLite, donc pas une sauvegarde de Vigie. {INTACT}")
    page = int.from_bytes(start[16:18], "big")
    expected_size = (65536 if page == 1 else page) * int.from_bytes(start[28:32], "big")
    if len(start) < 100 or (raw_bytes < expected_size and not Path(f"{path}-wal").exists()):
        raise UserError(
            f"« {named_path} » est tronqué : {count_words(raw_bytes, 'octet')} là, {count_words(expected_size, 'attendu', 'attendus')}. {INTACT}"
            " La copie s'est sans doute arrêtée en route ; reprenez-la, ou une autre sauvegarde."
        )


def _damaged_backup(named_path: Path, why: str) -> UserError:
    return UserError(f"« {named_path} » est abîmé ({why}). {INTACT} Prenez une autre sauvegarde.")


def _check_integrity(db: Database, named_path: Path) -> None:
    said = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if said != "ok":
        raise _damaged_backup(named_path, "ses pages ne tiennent plus ensemble")
    if orphan := db.execute("PRAGMA foreign_key_check").fetchone():
        raise _damaged_backup(
            named_path, f"une ligne de « {orphan[0]} » renvoie à une ligne absente de « {orphan[2]} »"
        )


def _check_totals(db: Database, named_path: Path) -> None:
    """Every tab's control totals, added up again from its lines."""
    lines = " UNION ALL ".join(
        f"SELECT l.onglet, l.bloquee, {declared_of(t)} AS declare, l.retire FROM {lines_table(t)} l"
        for t in TABLES.values()
    )
    wrong_totals = db.execute(
        f"SELECT f.chemin, o.feuille FROM onglets o JOIN fichiers f ON f.id = o.fichier LEFT JOIN (SELECT onglet,"
        f" count(*) AS n, sum(bloquee) AS b, sum(declare) AS g, sum(retire) AS r FROM ({lines}) GROUP BY onglet) l"
        " ON l.onglet = o.id WHERE (o.lignes_rejetees + o.lignes_retenues, o.lignes_rejetees, o.gain_declare, o.gain_retire)"
        " <> (coalesce(l.n, 0), coalesce(l.b, 0), coalesce(l.g, 0), coalesce(l.r, 0)) LIMIT 1"
    ).fetchone()
    if wrong_totals:
        raise _damaged_backup(
            named_path,
            f"les lignes de {Path(wrong_totals[0]).name}, onglet {wrong_totals[1]}, ne redonnent pas ses totaux",
        )


def _check_originals(db: Database, named_path: Path) -> None:
    """Every original file is the one its hash tells, or was erased on purpose."""
    erased_dates = "efface_le" if "efface_le" in db["originaux"].columns_dict else "NULL"
    for content_hash, raw_bytes, erased_column in db.execute(
        f"SELECT empreinte, octets, {erased_dates} FROM originaux"
    ):
        if hashlib.sha256(raw_bytes).hexdigest() != content_hash and not (erased_column and not raw_bytes):
            raise _damaged_backup(
                named_path, f"un classeur d'origine n'est plus celui qui a été reçu, {content_hash[:12]}…"
            )


def _backup_content(db: Database, path: Path) -> RegisterContent:
    acts = db.execute("SELECT count(*) FROM actes").fetchone()[0] if "actes" in db.table_names() else 0
    start = db.execute("SELECT max(debut) FROM pulls").fetchone()[0]
    files = db.execute("SELECT count(*) FROM fichiers").fetchone()[0]
    return RegisterContent(start, files, acts, path.stat().st_size)


def _close_journal(register: Path, set_aside: Path) -> bool:
    """Bring back into the register what its journal still holds; a journal left beside would be read into the new one.

    False when it is too damaged to be closed.
    """
    try:
        _check_header(register, register)
        with closing(sqlite3.connect(register, timeout=2)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError:
        raise UserError(
            f"Le registre « {register} » est ouvert par un autre programme. {INTACT}"
            " Arrêtez-le (service vigie run, Datasette, tableur…), puis recommencez."
        ) from None
    except (UserError, sqlite3.DatabaseError):  # its journal goes aside with it
        for suffix in ("-wal", "-shm"):
            if Path(f"{register}{suffix}").exists():
                Path(f"{register}{suffix}").rename(f"{set_aside}{suffix}")
        return False
    return True


@contextmanager
def _sqlite_errors_told(path: Path) -> Iterator[None]:
    """SQLite's complaint about a copy, in a sentence."""
    try:
        yield
    except sqlite3.DatabaseError as fault:
        raise UserError(
            f"« {path} » n'a pas pu être écrit : le disque est plein, ou ne répond plus. Rien n'a changé. Faites de la"
            " place sur ce disque, ou donnez un autre chemin, puis relancez."
        ) from fault
