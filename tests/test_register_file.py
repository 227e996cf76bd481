"""The register as a file: who may read it, what names it, where nothing may be written, a page that is damaged, nothing left."""

from __future__ import annotations

import gzip
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from config.errors import UserError
from config.folder import EXAMPLE, Folder
from jobs.command_line import vigie
from jobs.commands.run import only_one_service, run_step
from jobs.taking_in.mail_answers import MailRoom
from jobs.taking_in.mails import _only_one
from jobs.wiring import Workshop, workshop
from sheets.register import claimed_events, step_history
from sheets.register.database import (
    is_read_only,
    only_one_pull,
    open_existing,
    open_register,
    open_to_read,
    opened_by_this_thread,
)
from tests.conftest import FillTrame
from tests.test_crashes import _can_mount
from tests.workshop import DAY, JURA_SUD, january_line, pull_in_process

REGISTERS = Path(__file__).parent / "data" / "registres"
TODAY_OPTION = "2022-02-02"


@pytest.fixture
def register(tmp_path: Path, folder: Folder, received_files: Path, filled_trame: FillTrame) -> Path:
    """A register of its own folder, with one trame, closed."""
    (received_files / "sud.xlsx").write_bytes(
        filled_trame({JURA_SUD: [january_line(1000), january_line(100, date_premiere_commande=date(2021, 7, 1))]})
    )
    path = tmp_path / "tenu" / "vigie.sqlite"
    with closing(open_register(path)) as db:
        pull_in_process(db, folder, received_files)
    return path


def run(*arguments: str | Path, register: Path) -> tuple[int, str]:
    done = CliRunner().invoke(vigie, [*map(str, arguments), "--registre", str(register), "--today", TODAY_OPTION])
    if done.exception and not isinstance(done.exception, (SystemExit, UserError)):
        raise done.exception
    return (2, str(done.exception)) if isinstance(done.exception, UserError) else (done.exit_code, done.output)


# For its owner alone


def test_the_register_its_copies_and_what_is_dropped_are_for_their_owner_alone(
    register: Path, received_files: Path
) -> None:
    before = os.umask(0o022)
    try:
        with closing(open_register(register)) as db:
            db.execute("INSERT INTO questions (personne, posee_le, texte) VALUES ('x', '2022', 'x')")
            modes = {
                f.name: stat.S_IMODE(f.stat().st_mode) for f in register.parent.iterdir() if "verrou" not in f.name
            }
        assert modes == dict.fromkeys(("vigie.sqlite", "vigie.sqlite-wal", "vigie.sqlite-shm"), 0o600)
        run("backup", register=register)
        run("backup", register.parent / "ailleurs" / "copie.sqlite", register=register)
        copies = [*(register.parent / "sauvegardes").iterdir(), register.parent / "ailleurs" / "copie.sqlite"]
        assert {stat.S_IMODE(c.stat().st_mode) for c in copies} == {0o600}
        assert {stat.S_IMODE(c.parent.stat().st_mode) for c in copies} == {0o700}
        register.chmod(0o640)  # a group that reads it goes on reading it
        run("restore", copies[0], "--yes", register=register)
        assert stat.S_IMODE(register.stat().st_mode) == 0o640
        run("restore", copies[0], "--yes", register=register.parent / "neuf.sqlite")
        assert stat.S_IMODE((register.parent / "neuf.sqlite").stat().st_mode) == 0o600
    finally:
        os.umask(before)


# By whatever name


def test_a_link_to_the_register_is_the_register(
    register: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = tmp_path / "lien.sqlite"
    link.symlink_to(register)
    with only_one_service(register), pytest.raises(UserError, match="tourne déjà"), only_one_service(link):
        pass
    db, other = open_register(register), open_register(link)
    with only_one_pull(db), pytest.raises(UserError, match="Un autre relevé"), only_one_pull(other):
        pass
    db.close()
    other.close()

    class Reached:
        smtp = "set"

        def __init__(self, path: Path) -> None:
            self.workshop = Workshop(EXAMPLE, path)

    mail_rooms: list[MailRoom] = [Reached(register), Reached(link)]  # type: ignore[list-item]
    with _only_one(mail_rooms[0]), pytest.raises(UserError, match="déjà en train"), _only_one(mail_rooms[1]):
        pass
    for mail_room in mail_rooms:
        mail_room.workshop.register.close()
    monkeypatch.setenv("VIGIE_REGISTRE", str(link))
    assert workshop(None, None, None).register_path == register
    run("backup", tmp_path / "copie.sqlite", register=link)
    code, words = run("restore", tmp_path / "copie.sqlite", "--yes", register=link)
    assert code == 0, words
    assert link.is_symlink()
    assert list(register.parent.glob("*remplace*"))


# Nothing left, or a page that is damaged


def test_a_register_cut_to_nothing_is_never_begun_anew(register: Path, received_files: Path) -> None:
    register.write_bytes(b"")
    for command in (("pull", received_files), ("ask", "gains jura 2021"), ("status",), ("purge",)):
        code, words = run(*command, register=register)
        assert (code, "est vide (0 octet)" in words, "vigie restore" in words) == (2, True, True)
    assert register.read_bytes() == b""


def test_a_journal_without_its_register_is_not_read_into_a_new_one(register: Path, received_files: Path) -> None:
    register.rename(register.with_name("ailleurs"))
    Path(f"{register}-wal").write_bytes(b"reste")
    code, words = run("pull", received_files, register=register)
    assert (code, "son journal y est encore" in words) == (2, True)
    assert not register.exists()


def test_a_register_killed_while_it_is_made_leaves_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def falls(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as m:
        m.setattr("sheets.register.database.migrate", falls)
        with pytest.raises(KeyboardInterrupt):
            open_register(tmp_path / "v.sqlite")
    assert list(tmp_path.iterdir()) == []
    open_register(tmp_path / "v.sqlite").close()


def damage(register: Path, *tables: str) -> None:
    """Spoil the pages where these tables begin, and no other."""
    with closing(sqlite3.connect(register)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.execute("PRAGMA journal_mode = DELETE")
        size = db.execute("PRAGMA page_size").fetchone()[0]
        pages = [db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (t,)).fetchone()[0] for t in tables]
    raw_bytes = bytearray(register.read_bytes())
    for page in pages:
        raw_bytes[(page - 1) * size : (page - 1) * size + 200] = b"\x99" * 200
    register.write_bytes(raw_bytes)


@pytest.mark.parametrize("command", [("ask", "gains jura 2021"), ("status",), ("template", "paat", "--ght", "BFC-08", "--campagne", "2022-annuelle", "-o", "t.xlsx"),
                                     ("report", "--out", "."), ("remind",), ("purge",), ("learn",)], ids=lambda c: c[0])  # fmt: skip
def test_a_damaged_page_met_while_reading_is_said(
    command: tuple[str, ...], register: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    damage(register, "onglets", "fichiers", "onglets_campagne", "fichiers_campagne", "actes", "messages")
    code, words = run(*command, register=register)
    assert code == 2
    assert words == f"Le registre « {register} » est abîmé. Reprenez la dernière sauvegarde : vigie restore FICHIER"


def test_a_step_of_the_service_says_it_too(register: Path) -> None:
    damage(register, "fichiers")
    there = Workshop(EXAMPLE, register, DAY.date())

    def reads(it: Workshop) -> str:
        with closing(open_existing(it.register_path)) as db:
            return str(db.execute("SELECT * FROM fichiers").fetchall())

    from jobs.steps import Step

    run_step(there, Step("messages", "l'envoi des messages", 60, reads))
    fault = step_history.breakdown(opened_by_this_thread(register), "messages")
    assert fault is not None
    assert "est abîmé. Reprenez la dernière sauvegarde" in fault.said


# Where nothing may be written


@pytest.fixture
def closed(register: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The register of somebody else: whoever writes beside it or in it is found out."""
    monkeypatch.setattr("sheets.register.reading_only.may_write", lambda _: False)
    before = {f.name: f.read_bytes() for f in register.parent.iterdir()}
    yield register
    assert {
        f.name: f.read_bytes() for f in register.parent.iterdir() if not f.name.endswith(("-shm", "-wal"))
    } == before


READS = (
    ("ask", "gains jura 2021"), ("ask", "pourquoi", "gains", "jura", "2021"), ("status",), ("status", "--json"),
    ("template", "paat", "--ght", "BFC-08", "--campagne", "2022-annuelle", "-o", "t.xlsx"), ("report", "--out", "."),
    ("remind",), ("alert",), ("learn",), ("doctor",), ("campaign", "list"), ("horloge",),
)  # fmt: skip


@pytest.mark.parametrize("command", READS, ids=" ".join)
def test_whoever_may_only_read_reads(
    command: tuple[str, ...], closed: Path, received_files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, words = run(*command, register=closed)
    assert code in (0, 1), words
    assert "peut être lu d'ici" not in words
    if command[0] == "template":
        assert "avec 1 ligne déjà connue" in words


def test_a_companion_says_what_the_register_knows_to_whoever_only_reads(
    closed: Path, received_files: Path, tmp_path: Path
) -> None:
    assert run("retour", received_files / "sud.xlsx", "-o", tmp_path, register=closed)[0] in (0, 1)
    assert (tmp_path / "sud - retour.xlsx").exists()


def test_what_would_write_is_refused_in_a_sentence(closed: Path) -> None:
    line = f"2021-annuelle/{JURA_SUD}/0001"
    code, words = run(
        "decide", line, "--retirer", "--motif", "x", "--as", "referent.bfc@exemple.invalid", register=closed
    )
    assert (code, "peut être lu d'ici, pas être écrit" in words) == (2, True)


def test_a_folder_that_the_register_does_not_know_reads_all_the_same(
    closed: Path, folder: Folder, tmp_path: Path
) -> None:
    copied = Path(shutil.copytree(folder.path, tmp_path / "region"))
    (copied / "bornes.csv").write_text((copied / "bornes.csv").read_text() + "\n")
    assert "1 050" in run("ask", "gains jura 2021", "--dossier", copied, register=closed)[1].replace("\u202f", " ")


def test_what_the_journal_still_holds_is_read_and_so_is_an_older_schema(register: Path) -> None:
    with closing(open_register(register)) as db:
        db.execute("PRAGMA wal_autocheckpoint = 0")
        claimed_events.give_sign(db, "x", "vivant", DAY)
        shutil.copytree(register.parent, register.parent.parent / "copie", ignore=shutil.ignore_patterns("*-shm"))
    copy = register.parent.parent / "copie" / "vigie.sqlite"
    with closing(open_to_read(copy)) as db:
        assert claimed_events.last_sign(db, "x") is not None
        assert is_read_only(db)
    older = register.parent.parent / "m004.sqlite"
    older.write_bytes(before := gzip.decompress((REGISTERS / "m004.sqlite.gz").read_bytes()))
    with closing(open_to_read(older)) as db:
        assert db.execute("SELECT count(*) FROM illisibles").fetchone() == (0,)
    assert older.read_bytes() == before


@pytest.mark.skipif(not _can_mount(), reason="this machine lets nobody mount a disk of their own")
def test_on_a_share_mounted_read_only_for_real(register: Path) -> None:
    """With and without a journal beside the register; the status is right and says that nothing can be kept there."""
    here, out = register.parent, register.parent.parent / "t.xlsx"
    ask = f"{sys.executable} -m jobs.commands --registre {register} --today {TODAY_OPTION}"
    script = f"mount --bind {here} {here} && mount -o remount,bind,ro {here} && {ask} ask gains jura 2021 --json && {ask} status --json; {ask} template paat --ght BFC-08 --campagne 2021-annuelle -o {out} && ! {ask} backup {out}.sqlite"
    done = subprocess.run(["unshare", "-rm", "sh", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert '"valeur": "1050.00"' in done.stdout
    assert '"etat": "fini"' in done.stdout
    assert out.exists()
    assert "Traceback" not in done.stderr
