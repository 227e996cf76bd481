"""A register of any earlier version opens with today's code, answers as it did then, and survives a crash half-way."""

from __future__ import annotations

import gzip
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from sqlite_utils import Database

from config.folder import Folder
from config.territory import Scope
from reports.gains import gains
from reports.view import Subject, View
from sheets.register import schema, views
from sheets.register.backup import check_register
from sheets.register.database import known_migrations as known_actions
from sheets.register.database import open_register
from tests.test_vues import check_views_agree

REGISTERS = Path(__file__).parent / "data" / "registres"
OLD_REGISTERS = sorted(f.name.removesuffix(".sqlite.gz") for f in REGISTERS.glob("*.gz"))


def old_register(name: str, where: Path) -> Path:
    path = where / "vigie.sqlite"
    path.write_bytes(gzip.decompress((REGISTERS / f"{name}.sqlite.gz").read_bytes()))
    return path


def known_migrations(path: Path) -> list[str]:
    with closing(Database(path)) as db:
        return [m.name for m in schema.register.applied(db)]


def forms(path: Path) -> dict[str, object]:
    """Every table with its columns, every view, every index."""
    with closing(sqlite3.connect(path)) as db:
        names = db.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_autoindex%'"
        ).fetchall()
        return {
            name: sorted(db.execute("SELECT name, type, \"notnull\", pk FROM pragma_table_info(?)", (name,)))
            if kind == "table" else sql
            for kind, name, sql in names
        }  # fmt: skip


def test_there_is_a_register_of_every_schema_before_the_views() -> None:
    assert OLD_REGISTERS == ["m001", "m002", "m003", "m004"]


@pytest.mark.parametrize("name", OLD_REGISTERS)
def test_an_earlier_register_answers_as_it_did_then(name: str, tmp_path: Path, folder: Folder) -> None:
    path = old_register(name, tmp_path)
    assert known_migrations(path)[-1].startswith(name)
    all_said = json.loads((REGISTERS / f"{name}.json").read_text())
    assert len({tuple(d[4:]) for d in all_said}) > 10
    with closing(open_register(path)) as db:
        for as_of, exercice, territory, code, *expected in all_said:
            r = gains(View(db, folder, date.fromisoformat(as_of)), Subject(Scope(territory, code), exercice))
            t = r.totals
            shown = [t.declared, t.struck, t.kept, t.lines_read, t.lines_struck, r.provisional]
            assert shown == expected, (as_of, exercice, territory, code)
        check_views_agree(db, folder)
    check_register(path, path)  # control totals of every tab, every original


@pytest.mark.parametrize("name", OLD_REGISTERS)
def test_an_earlier_register_becomes_like_a_new_one(name: str, tmp_path: Path) -> None:
    path = old_register(name, tmp_path)
    open_register(path).close()
    open_register(tmp_path / "neuf.sqlite").close()
    assert forms(path) == forms(tmp_path / "neuf.sqlite")


@pytest.mark.parametrize("name", ["m001", "m004"])
def test_a_migration_that_fails_leaves_the_old_schema(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(db: Database) -> None:
        raise RuntimeError("a fault of ours")

    path = old_register(name, tmp_path)
    before = (known_migrations(path), forms(path))
    with monkeypatch.context() as m:
        m.setattr(views, "create", fail)
        with pytest.raises(RuntimeError):
            open_register(path)
    assert (known_migrations(path), forms(path)) == before
    open_register(path).close()
    assert len(known_migrations(path)) > len(before[0])


KILL_SCRIPT = """
import os, shutil, signal, sqlite3, sys
from pathlib import Path
from sheets.register import database, schema
source, attempt, step = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
connect = sqlite3.connect

def until(n):
    def trace(query):
        nonlocal n
        n -= 1
        if n == 0:
            os.kill(os.getpid(), signal.SIGKILL)
    def connecte(*a, **k):
        connection = connect(*a, **k)
        connection.set_trace_callback(trace)
        return connection
    sqlite3.connect = connecte

n = 1
while True:
    shutil.copy(source, attempt)
    for end in ("-wal", "-shm"):
        Path(f"{attempt}{end}").unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        until(n)
        database.open_register(attempt).close()
        os._exit(0)
    mort = os.WIFSIGNALED(os.waitpid(child, 0)[1])
    base = connect(attempt)
    done_migrations = [r[0] for r in base.execute("SELECT name FROM _sqlite_migrations ORDER BY id")]
    tables = base.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    saine = base.execute("PRAGMA integrity_check").fetchone()[0]
    base.close()
    print(n, int(mort), len(done_migrations), tables, saine, flush=True)
    if not mort:
        break
    n += step
"""


def test_killed_at_any_statement_of_the_migration_it_is_all_or_nothing(tmp_path: Path) -> None:
    path = old_register("m001", tmp_path)
    command = [sys.executable, "-c", KILL_SCRIPT, str(path), str(tmp_path / "essai.sqlite"), "4"]
    all_said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    attempts = [line.split() for line in all_said]
    assert len(attempts) > 20
    assert {e[4] for e in attempts} == {"ok"}
    states = {(done_migrations, tables) for _, _, done_migrations, tables, _ in attempts}
    assert len(states) == 2  # what it was, what it becomes
    assert [e[1] for e in attempts] == ["1"] * (len(attempts) - 1) + ["0"]


def test_two_that_open_at_once_migrate_once(tmp_path: Path) -> None:
    path = old_register("m001", tmp_path)
    code = "import sys; from pathlib import Path; from sheets.register.database import open_register; open_register(Path(sys.argv[1])).close()"
    launched: list[Callable[[], int]] = [
        subprocess.Popen([sys.executable, "-c", code, str(path)]).wait for _ in range(3)
    ]
    assert [wait_for() for wait_for in launched] == [0, 0, 0]
    assert len(known_migrations(path)) == len(set(known_migrations(path))) == len(known_actions())
