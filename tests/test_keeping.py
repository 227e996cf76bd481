"""Nothing is lost: backups are whole, a bad one replaces nothing, what is old goes and no figure moves."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlite_utils import Database

from config.errors import UserError
from config.folder import Folder, folder_from_archive, load_folder
from config.territory import Scope
from jobs.command_line import vigie
from reports.gains import gains
from reports.view import Subject, View
from sheets.register import outbox, schema
from sheets.register.backup import back_up, check_register, dated_name
from sheets.register.database import VIGIE, known_migrations, only_one_pull, open_register
from sheets.register.outbox import MessageKey
from sheets.register.past_folders import note
from tests.conftest import FillTrame
from tests.workshop import DAY, JURA_SUD, MOREZ, january_line, pull_in_process

JURA = Scope("ght", "BFC-08")
SENT_FILES: dict[str, bytes] = {}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in ("VIGIE_DOSSIER", "VIGIE_REGISTRE"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def register(tmp_path: Path, folder: Folder, filled_trame: FillTrame) -> Path:
    """A register with one pull of two files, closed."""
    if not SENT_FILES:
        free_text_line = january_line(1000, justification="calcul de M. Untel", commentaire="appeler M. Untel")
        SENT_FILES["sud.xlsx"] = filled_trame(
            {JURA_SUD: [free_text_line, january_line(165_381, montant_reference=49_747)]}
        )
        SENT_FILES["morez.xlsx"] = filled_trame({MOREZ: [january_line(77)]})
    (tmp_path / "recus").mkdir()
    for name, raw_bytes in SENT_FILES.items():
        (tmp_path / "recus" / name).write_bytes(raw_bytes)
    with closing(open_register(tmp_path / "vigie.sqlite")) as db:
        pull_in_process(db, folder, tmp_path / "recus")
    return tmp_path / "vigie.sqlite"


def run(*arguments: str | Path, code: int = 0, day: str = "2022-02-02") -> str:
    """What a command says, errors included; fails when its exit code is another."""
    result: Result = CliRunner().invoke(vigie, [*map(str, arguments), "--today", day])
    if result.exception and not isinstance(result.exception, (SystemExit, UserError)):
        raise result.exception
    shown = 2 if isinstance(result.exception, UserError) else result.exit_code
    text = result.output + (str(result.exception) if isinstance(result.exception, UserError) else "")
    assert shown == code, text
    return text


def kept(register: Path, folder: Folder, as_of: date = date(2022, 3, 1)) -> int:
    with closing(open_register(register)) as db:
        return gains(View(db, folder, as_of), Subject(JURA, 2021)).totals.kept


def content_hash(register: Path) -> str:
    return hashlib.sha256(register.read_bytes()).hexdigest()


# Backups


def test_a_backup_is_dated_verified_told_and_noted(register: Path, folder: Folder) -> None:
    said = run("backup")
    (copied,) = Path("sauvegardes").iterdir()
    assert copied.name == "vigie-2022-02-02-120000.sqlite"
    assert re.search(
        r"Sauvegardé et vérifié : sauvegardes/vigie-.*, \d+,\d.ko, dernier relevé le 01/02/2022 .*, 2 fichiers\.", said
    )
    assert check_register(copied, copied).files == 2
    assert kept(copied, folder) == kept(register, folder) == 107_700
    assert _status("2022-02-02", code=0)["derniere_sauvegarde"]["jours"] == 0


def test_a_backup_holds_what_the_journal_still_holds_and_needs_no_file_beside_it(
    register: Path, tmp_path: Path
) -> None:
    with closing(open_register(register)) as db:
        db.execute("PRAGMA wal_autocheckpoint = 0")
        db.execute("INSERT INTO questions (personne, posee_le, texte) VALUES ('x', '2022-02-02', 'toute fraîche')")
        assert Path(f"{register}-wal").stat().st_size
        back_up(db, register, tmp_path / "copie.sqlite", DAY)
    (tmp_path / "copie.sqlite").chmod(0o444)
    with closing(sqlite3.connect(f"file:{tmp_path}/copie.sqlite?mode=ro&immutable=1", uri=True)) as copied:
        assert copied.execute("SELECT texte FROM questions").fetchall() == [("toute fraîche",)]
        assert copied.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_backup_taken_while_someone_writes_is_of_one_moment(register: Path, tmp_path: Path) -> None:
    """Each transaction writes two rows: a copy never holds one of them alone."""
    enough = threading.Event()

    def write_without_pause() -> None:
        with closing(open_register(register)) as own_register:
            while not enough.is_set():
                with own_register.atomic():
                    for _ in range(2):
                        own_register.execute(
                            "INSERT INTO questions (personne, posee_le, texte) VALUES ('x', '2022', 'x')"
                        )

    writer = threading.Thread(target=write_without_pause)
    writer.start()
    try:
        with closing(open_register(register)) as db:
            counts = []
            for n in range(20):
                back_up(db, register, copied := tmp_path / f"{n}.sqlite", DAY)
                with closing(sqlite3.connect(copied)) as read_one:
                    counts.append(read_one.execute("SELECT count(*) FROM questions").fetchone()[0])
    finally:
        enough.set()
        writer.join()
    assert len(set(counts)) > 5
    assert all(n % 2 == 0 for n in counts)


def test_only_the_latest_dated_backups_are_kept_and_nothing_else_is_touched(register: Path) -> None:
    for day in range(2, 6):
        run("backup", day=f"2022-02-0{day}")
    Path("sauvegardes/vigie-avant-travaux.sqlite").write_text("à garder")
    assert "3 sauvegardes plus anciennes retirées" in run("backup", "--garde", "2", day="2022-02-06")
    names = sorted(f.name for f in Path("sauvegardes").iterdir())
    assert names == ["vigie-2022-02-05-120000.sqlite", "vigie-2022-02-06-120000.sqlite", "vigie-avant-travaux.sqlite"]


def test_a_backup_never_overwrites_and_leaves_no_half(register: Path) -> None:
    Path("ici.sqlite").write_text("précieux")
    assert "n'en écrase jamais une autre" in run("backup", "ici.sqlite", code=2)
    assert Path("ici.sqlite").read_text() == "précieux"
    with closing(open_register(register)) as db:
        db.execute("UPDATE originaux SET octets = x'00' WHERE rowid = 1")
    said = run("backup", code=2)
    assert "La sauvegarde n'a pas été gardée" in said
    assert "n'est plus celui qui a été reçu" in said
    assert list(Path("sauvegardes").iterdir()) == []


def test_what_a_killed_copy_left_goes_a_day_later(register: Path) -> None:
    Path("sauvegardes").mkdir()
    old_partial, recent = Path("sauvegardes/.vigie.x.partiel"), Path("sauvegardes/.vigie.y.partiel")
    for file, when in ((old_partial, 1_600_000_000), (recent, 1_643_800_000)):
        file.touch()
        os.utime(file, (when, when))
    run("backup")
    assert (old_partial.exists(), recent.exists()) == (False, True)


# Restores


@pytest.fixture
def backup(register: Path) -> Path:
    run("backup", "bonne.sqlite")
    return Path("bonne.sqlite")


def test_a_restore_shows_first_then_replaces_and_keeps_the_old_one(
    register: Path, backup: Path, folder: Folder, filled_trame: FillTrame
) -> None:
    Path("recus/sud.xlsx").write_bytes(filled_trame({JURA_SUD: [january_line(5000)]}))
    with closing(open_register(register)) as db:
        pull_in_process(db, folder, Path("recus"), 1)
    before = kept(register, folder)
    said = run("restore", backup)
    assert "bonne.sqlite, dernier relevé le 01/02/2022 à 09h00, 2 fichiers" in said
    assert "vigie.sqlite, dernier relevé le 02/02/2022 à 09h00, 3 fichiers" in said
    assert "Rien n'a été remplacé" in said
    assert kept(register, folder) == before == 507_700
    assert "gardé sous vigie-remplace-2022-02-02-120000.sqlite" in run("restore", backup, "--yes")
    assert kept(register, folder) == 107_700
    assert kept(Path("vigie-remplace-2022-02-02-120000.sqlite"), folder) == 507_700
    run("restore", backup, "--yes")
    assert Path("vigie-remplace-2022-02-02-120000-2.sqlite").exists()
    assert not list(Path().glob(".*partiel*"))


def test_the_journal_of_the_old_register_is_never_read_into_the_new_one(
    register: Path, backup: Path, folder: Folder
) -> None:
    code = ("import os; from pathlib import Path; from sheets.register.database import open_register;"
            "db = open_register(Path('vigie.sqlite')); db.execute('PRAGMA wal_autocheckpoint = 0');"
            "db.execute(\"INSERT INTO questions (personne, posee_le, texte) VALUES ('x', '2022', 'x')\"); os._exit(9)")  # fmt: skip
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    assert Path(f"{register}-wal").stat().st_size  # a process died with its journal full
    run("restore", backup, "--yes")
    with closing(open_register(register)) as db:
        assert db.execute("SELECT count(*) FROM questions").fetchone() == (0,)
        assert outbox.known_messages(db, ["2021-annuelle"]) == {}
    with closing(open_register(Path("vigie-remplace-2022-02-02-120000.sqlite"))) as db:
        assert db.execute("SELECT count(*) FROM questions").fetchone() == (1,)


def _altered_copy(backup: Path, change: str = "") -> Path:
    copied = Path("autre.sqlite")
    copied.write_bytes(backup.read_bytes())
    if change:
        with closing(sqlite3.connect(copied)) as db:
            db.executescript(change)
    return copied


def _damaged(backup: Path) -> Path:
    raw_bytes = bytearray(backup.read_bytes())
    for page in range(4096, len(raw_bytes), 8192):
        raw_bytes[page : page + 600] = b"\x99" * 600
    Path("autre.sqlite").write_bytes(raw_bytes)
    return Path("autre.sqlite")


def _written(raw_bytes: bytes) -> Path:
    Path("autre.sqlite").write_bytes(raw_bytes)
    return Path("autre.sqlite")


BAD_BACKUPS: dict[str, tuple[Any, str]] = {
    "absent": (lambda s: Path("nulle-part.sqlite"), "Fichier introuvable"),
    "empty": (lambda s: _written(b""), "est vide"),
    "not a base": (lambda s: _written(b"PK\x03\x04" * 99), "n'est pas une base SQLite"),
    "a few bytes": (lambda s: _written(s.read_bytes()[:50]), "est tronqué"),
    "truncated": (lambda s: _written(s.read_bytes()[:-5000]), "est tronqué"),
    "damaged": (_damaged, "est abîmé"),
    "foreign": (lambda s: _altered_copy(s, "PRAGMA application_id = 7"), "la base d'un autre programme"),
    "of ours, with nothing in it": (
        lambda s: _empty_copy(),
        "il est vide",
    ),
    "newer": (
        lambda s: _altered_copy(s, "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('vigie', 'm999', '')"),
        "cette sauvegarde vient d'une version plus récente",
    ),
    "a total that does not add up": (
        lambda s: _altered_copy(s, "UPDATE lignes_paat SET gain_exercice = gain_exercice + 1 WHERE id = 1"),
        "ne redonnent pas ses totaux",
    ),
    "an orphan": (lambda s: _altered_copy(s, "PRAGMA foreign_keys = OFF; DELETE FROM pulls"), "renvoie à une ligne absente"),
    "an original that changed": (
        lambda s: _altered_copy(s, "UPDATE originaux SET octets = x'00'"),
        "n'est plus celui qui a été reçu",
    ),
    "the register itself": (lambda s: Path("vigie.sqlite"), "est le registre lui-même"),
}  # fmt: skip


def _empty_copy() -> Path:
    with closing(sqlite3.connect("autre.sqlite")) as db:
        db.execute(f"PRAGMA application_id = {VIGIE}")
    return Path("autre.sqlite")


@pytest.mark.parametrize("what", BAD_BACKUPS)
def test_a_bad_backup_gets_one_sentence_and_replaces_nothing(what: str, register: Path, backup: Path) -> None:
    maker, expected = BAD_BACKUPS[what]
    bad_backup = maker(backup)
    before = content_hash(register)
    said = run("restore", bad_backup, "--yes", code=2).splitlines()[-1]
    assert expected in said
    assert content_hash(register) == before
    assert not list(Path().glob("*remplace*"))
    assert not list(Path().glob(".*partiel*"))


def test_a_restore_waits_for_no_pull_and_slips_under_nobody(register: Path, backup: Path) -> None:
    with closing(open_register(register)) as db:
        with only_one_pull(db):
            assert "Un autre relevé est en cours" in run("restore", backup, "--yes", code=2)
        assert "est ouvert par un autre programme" in run("restore", backup, "--yes", code=2)
        assert db.execute("SELECT count(*) FROM fichiers").fetchone() == (2,)
    assert not list(Path().glob("*remplace*"))
    run("restore", backup, "--yes")


def test_a_register_too_damaged_to_open_can_be_replaced(register: Path, backup: Path, folder: Folder) -> None:
    register.write_bytes(b"\x00" * 5000)
    Path(f"{register}-wal").write_bytes(b"reste")
    assert "qui ne peut pas être lu" in run("restore", backup, "--yes")
    assert kept(register, folder) == 107_700
    assert Path("vigie-remplace-2022-02-02-120000.sqlite").read_bytes() == b"\x00" * 5000
    assert Path("vigie-remplace-2022-02-02-120000.sqlite-wal").read_bytes() == b"reste"


def test_a_restore_where_there_is_no_register_yet(register: Path, backup: Path, folder: Folder) -> None:
    fresh = Path("ailleurs/vigie.sqlite")
    assert run("restore", backup, "--registre", fresh, "--yes").endswith("Restauré.\n")
    assert kept(fresh, folder) == 107_700


def test_a_register_from_a_later_version_is_refused_and_left_as_it_is(register: Path) -> None:
    with closing(sqlite3.connect(register)) as db, db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('vigie', 'm999_apres', '')"
        )
    before = content_hash(register)
    said = run("ask", "gains jura 2021", code=2)
    assert "a été écrit par une version plus récente de Vigie (étape m999_apres). Mettez Vigie à jour" in said
    assert content_hash(register) == before


def test_the_dated_names_follow_that_of_the_register() -> None:
    assert dated_name(Path("x/bfc.sqlite"), DAY) == "bfc-2022-02-01-090000.sqlite"


# What is old


def _facts(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All that figures come from."""
    queries = {
        "onglets": "SELECT * FROM onglets",
        "lignes": "SELECT id, action_id, intitule, marche, gain_annuel, montant_reference, gain_exercice, report, retire FROM lignes_paat",
        "constats": "SELECT id, code, cellule, enjeu, message FROM constats",
        "vues": "SELECT * FROM v_onglets_qui_comptent",
    }
    return {name: db.execute(query).fetchall() for name, query in queries.items()}


def test_purge_is_dry_first_then_erases_what_is_old_and_no_figure_moves(register: Path, folder: Folder) -> None:
    run("ask", "gains jura 2021", "--as", "referent.bfc@exemple.invalid")
    with closing(open_register(register)) as db:
        key = MessageKey("2021-annuelle", "BFC-08", "J-2", "2022-02-28", "paat.bfc-08@exemple.invalid")
        outbox.write_down(db, [(key, "rappel")], DAY)
    days = (date(2022, 1, 31), date(2022, 2, 1), date(2030, 1, 1))
    with closing(open_register(register)) as db:
        facts, amounts = _facts(db), [gains(View(db, folder, j), Subject(JURA, 2021)).totals for j in days]
    said = run("purge", day="2028-06-01")
    for expected in (
        "2 classeurs d'origine",
        "1 ligne avec un texte libre",
        "1 question posée",
        "1 message envoyé",
        "Rien n'a été effacé",
    ):
        assert expected in said
    assert b"Untel" in register.read_bytes()
    assert "regagnés" in run("purge", "--yes", day="2028-06-01")
    assert b"Untel" not in register.read_bytes()
    with closing(open_register(register)) as db:
        assert _facts(db) == facts
        assert [gains(View(db, folder, j), Subject(JURA, 2021)).totals for j in days] == amounts
        assert db.execute("SELECT max(length(octets)), min(efface_le) FROM originaux").fetchone()[0] == 0
        assert db.execute("SELECT count(*) FROM questions").fetchone() == (0,)
        assert db.execute("SELECT group_concat(contact, '') FROM fichiers").fetchone() == ("",)
        assert pull_in_process(db, folder, Path("recus"), 3000).how_many("inchange") == 2
    assert "Rien à effacer" in run("purge", "--yes", day="2028-06-01")
    run("backup", "apres.sqlite", day="2031-01-01")


def test_a_younger_campaign_keeps_everything_and_shared_originals_stay(
    register: Path, folder: Folder, filled_trame: FillTrame
) -> None:
    recent = filled_trame(
        {JURA_SUD: [{"gain_annuel": 5, "date_premiere_commande": date(2022, 1, 4)}]}, campaign="2022-annuelle"
    )
    Path("recus/jeune.xlsx").write_bytes(recent)
    with closing(open_register(register)) as db:
        pull_in_process(db, folder, Path("recus"), 400)
        db.execute(
            "UPDATE fichiers SET empreinte = (SELECT empreinte FROM fichiers WHERE chemin LIKE '%jeune%') WHERE id = 1"
        )
    run("purge", "--yes", day="2027-12-01")
    with closing(open_register(register)) as db:
        kept_originals = db.execute("SELECT octets FROM originaux WHERE efface_le IS NULL").fetchall()
    assert recent in [o for (o,) in kept_originals]


def _drops(register: Path, folder: Folder, filled_trame: FillTrame) -> tuple[Path, Path]:
    """(an old drop, a young one): two trames dropped in the chat for two campaigns, entered for their GHT with a reason."""
    old, young = (Path("depots-slack").resolve() / "a@exemple.invalid" / n for n in ("vieux.xlsx", "jeune.xlsx"))
    old.parent.mkdir(parents=True)
    old.write_bytes(filled_trame({JURA_SUD: [january_line(5)]}))
    july_line = {"gain_annuel": 5, "date_premiere_commande": date(2022, 1, 4)}
    young.write_bytes(filled_trame({JURA_SUD: [july_line]}, campaign="2022-annuelle"))
    with closing(open_register(register)) as db:
        pull_in_process(db, folder, old.parent, 400)
        db.execute("UPDATE fichiers SET saisi_par = 'r', saisi_motif = 'appel de M. Untel'")
    return old, young


def test_what_lies_outside_the_register_goes_with_it(register: Path, folder: Folder, filled_trame: FillTrame) -> None:
    old, young = _drops(register, folder, filled_trame)
    forgotten = young.with_name("jamais relevé.xlsx")
    forgotten.write_bytes(b"x")
    os.utime(forgotten, (1_600_000_000,) * 2)
    run("backup", "bonne.sqlite")
    run("restore", "bonne.sqlite", "--yes", day="2023-04-01")
    (aside,) = Path().glob("vigie-remplace-*.sqlite")
    broken = Path("vigie-remplace-2020-01-01-120000.sqlite")
    broken.write_bytes(b"\x00" * 5000)
    before = {f: f.read_bytes() for f in (old, young, forgotten, aside, broken)}
    said = run("purge", day="2027-12-01")
    for expected in (
        "2 trames déposées sur Slack",
        "1 ancien registre mis de côté",
        "3 motifs",
        "trop abîmé pour être nettoyé",
    ):
        assert expected in said
    assert {f: f.read_bytes() for f in before} == before
    run("purge", "--yes", day="2027-12-01")
    assert (old.exists(), young.exists(), forgotten.exists(), broken.exists()) == (False, True, False, True)
    for kept in (register, aside):
        with closing(open_register(kept)) as db:
            reasons = db.execute("SELECT saisi_motif, campagne FROM fichiers ORDER BY id").fetchall()
            assert reasons == [("effacé", "2021-annuelle")] * 3 + [("appel de M. Untel", "2022-annuelle")]
            assert db.execute("SELECT count(*) FROM originaux WHERE length(octets) > 0").fetchone() == (1,)
        assert b"calcul de M. Untel" not in kept.read_bytes()
    assert "Rien à effacer" in run("purge", "--yes", day="2027-12-01")
    assert not any("depots-slack" in s for s in _status("2027-12-01", code=1)["soucis"])


def test_a_purge_cut_before_it_compacts_is_owed_and_the_next_one_ends_it(
    register: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(open_register(register)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = register.stat().st_size
    with monkeypatch.context() as m:
        m.setattr("sheets.register.erasing.reclaim_space", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        run("purge", "--yes", day="2028-06-01", code=1)
    assert any("purge a été interrompue" in s for s in _status("2028-06-01", code=1)["soucis"])
    said = run("purge", "--yes", day="2028-06-01")
    assert "Rien à effacer" in said
    assert "regagnés" in said
    assert not any("purge" in s for s in _status("2028-06-01", code=1)["soucis"])
    assert register.stat().st_size <= before - sum(map(len, SENT_FILES.values())) * 0.9  # the place is given back
    with closing(open_register(register)) as db:
        assert db.execute("PRAGMA freelist_count").fetchone() == (0,)
    assert "regagnés" not in run("purge", "--yes", day="2028-06-01")


def test_what_is_erased_leaves_the_file_however_sqlite_was_compiled(
    register: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite3.connect

    def compiled_without(*a: Any, **k: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*a, **k)
        connection.execute("PRAGMA secure_delete = OFF")
        return connection

    monkeypatch.setattr(sqlite3, "connect", compiled_without)
    with closing(open_register(register)) as db:
        assert db.execute("PRAGMA secure_delete").fetchone() == (1,)
        db.execute("INSERT INTO questions (personne, posee_le, texte) VALUES ('x', '2022', ?)", ("TRÈS SECRET" * 2000,))
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert "TRÈS SECRET".encode() in register.read_bytes()
        db.execute("DELETE FROM questions")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert "TRÈS SECRET".encode() not in register.read_bytes()


def test_what_is_due_is_due_to_the_day(register: Path) -> None:
    """Locked on 15 March 2022, kept five years: the fifteenth is not over, and on the sixteenth it goes."""
    assert "aucune. Rien à effacer" in run("purge", day="2027-03-15")
    assert "2 classeurs d'origine" in run("purge", day="2027-03-16")
    with closing(open_register(register)) as db:
        for dated in ("2022-03-15T23:59:59+01:00", "2022-03-16T00:00:00+01:00"):
            db.execute("INSERT INTO questions (personne, posee_le, texte) VALUES ('x', ?, ?)", (dated, dated))
        db.execute("UPDATE pulls SET debut = '2022-03-15T23:00:00+01:00'")
        db.execute("UPDATE fichiers SET campagne = ''")
    run("purge", "--yes", day="2027-03-16")
    with closing(open_register(register)) as db:
        assert db.execute("SELECT texte FROM questions").fetchall() == [("2022-03-16T00:00:00+01:00",)]
        assert db.execute("SELECT count(*) FROM originaux WHERE efface_le IS NULL").fetchone() == (0,)
        db.execute("UPDATE originaux SET efface_le = NULL")
        db.execute("UPDATE pulls SET debut = '2022-03-16T00:00:00+01:00'")
    assert "classeur" not in run("purge", day="2027-03-16")
    assert "closes avant le 28/02/2023" in run("purge", day="2028-02-29")  # a day that was not, five years before


def test_how_long_is_the_regions_choice(register: Path, folder: Folder, tmp_path: Path) -> None:
    copied = Path(shutil.copytree(folder.path, tmp_path / "region"))
    settings = copied / "reglages.toml"
    settings.write_text(settings.read_text().replace("conservation_annees = 5", "conservation_annees = 10"))
    assert "aucune. Rien à effacer" in run("purge", "--dossier", copied, day="2028-06-01")
    settings.write_text(settings.read_text().replace("conservation_annees = 10", "conservation_annees = 0.5"))
    assert "« conservation_annees » attend un nombre entier" in run("purge", "--dossier", copied, code=2)


def test_the_people_of_old_folders_go_with_the_rest(register: Path, folder: Folder, tmp_path: Path) -> None:
    copied = Path(shutil.copytree(folder.path, tmp_path / "region"))
    (copied / "reglages.toml").write_text((copied / "reglages.toml").read_text() + "\n")
    with closing(open_register(register)) as db:
        note(db, load_folder(copied), DAY.replace(month=3))
    assert "1 liste de personnes" in run("purge", "--yes", "--dossier", copied, day="2028-06-01")
    with closing(open_register(register)) as db:
        archives = dict(db.execute("SELECT empreinte, archive FROM dossiers").fetchall())
    assert folder_from_archive(archives[folder.content_hash]).persons == {}
    assert folder_from_archive(archives[folder.content_hash]).objectives == folder.objectives
    assert folder_from_archive(archives[load_folder(copied).content_hash]).persons == folder.persons


# What is stale


def _status(day: str, *arguments: str | Path, code: int) -> dict[str, Any]:
    text = run("status", "--json", *arguments, code=code, day=day)
    result: dict[str, Any] = json.loads(text[text.index("{") :])
    return result


def test_status_keeps_its_keys_and_is_green_on_a_fresh_register(register: Path) -> None:
    result = _status("2022-02-02", code=0)
    assert list(result) == ["dossier", "registre", "taille", "dernier_releve", "jours_depuis_releve", "dossier_change",
                           "derniere_sauvegarde", "sources", "slack", "service", "courrier", "en_retard", "soucis", "a_noter"]  # fmt: skip
    assert result["soucis"] == []
    assert (result["jours_depuis_releve"], result["derniere_sauvegarde"], result["dossier_change"]) == (1, None, False)
    assert result["taille"] > 100_000


def test_status_worries_about_an_old_pull_while_a_campaign_is_open_and_about_backups(register: Path) -> None:
    troubles = _status("2022-02-20", code=1)["soucis"]
    assert any("Le dernier relevé date de 19 jours" in s and "lancez vigie pull" in s for s in troubles)
    assert any("Aucune sauvegarde depuis le premier relevé, il y a 19 jours (7 au plus)" in s for s in troubles)
    run("backup", day="2022-02-20")
    assert not any("sauvegarde" in s for s in _status("2022-02-27", code=1)["soucis"])
    assert any("La dernière sauvegarde date de 8 jours" in s for s in _status("2022-02-28", code=1)["soucis"])
    assert not any("dernier relevé date" in s for s in _status("2022-05-01", code=1)["soucis"])  # none is open


def test_status_names_who_is_late_without_turning_red(register: Path) -> None:
    run("backup", day="2022-03-01")
    with closing(open_register(register)) as db:
        db.execute("UPDATE pulls SET debut = '2022-03-01T09:00:00+01:00'")
    result = _status("2022-03-01", code=0)
    assert len(result["en_retard"]) == 10
    assert "échéance du 28/02/2022 passée : 10 GHT attendus" in result["a_noter"][0]


def test_status_sees_a_source_gone_silent_a_folder_changed_and_a_pull_cut_short(
    register: Path, folder: Folder, tmp_path: Path
) -> None:
    for f in Path("recus").iterdir():
        f.unlink()
    with closing(open_register(register)) as db:
        pull_in_process(db, folder, Path("recus"), 1)
    (trouble,) = _status("2022-02-02", code=1)["soucis"]
    assert "ne tient plus aucun classeur (elle en a eu jusqu'à 2)" in trouble
    Path("recus").rmdir()
    assert "n'existe plus" in _status("2022-02-02", code=1)["soucis"][0]
    copied = Path(shutil.copytree(folder.path, tmp_path / "region"))
    (copied / "bornes.csv").write_text((copied / "bornes.csv").read_text() + "\n")
    result = _status("2022-02-02", "--dossier", copied, code=1)
    assert result["dossier_change"]
    assert any("Lancez : vigie rejudge" in s for s in result["soucis"])
    with closing(open_register(register)) as db:
        db.execute("DELETE FROM bilans WHERE pull = 2")
    assert any("interrompu" in s for s in _status("2022-02-02", code=1)["soucis"])


def test_a_pull_under_way_is_not_one_that_was_cut_and_status_says_both(register: Path, folder: Folder) -> None:
    with closing(open_register(register)) as db:
        with only_one_pull(db):
            db.execute("INSERT INTO pulls (debut, dossier) SELECT '2022-02-02T09:00:00+01:00', dossier FROM pulls")
            result = _status("2022-02-02", code=0)
            assert (result["dernier_releve"]["etat"], result["dernier_releve"]["fin"]) == ("en cours", None)
            said = run("status", day="2022-02-02")
            assert "Dernier relevé le 02/02/2022 à 09h00, aujourd'hui : en cours." in said
            assert "interrompu" not in said
        assert _status("2022-02-02", code=1)["dernier_releve"]["etat"] == "interrompu"
        said = run("status", day="2022-02-02", code=1)
        assert "Dernier relevé le 02/02/2022 à 09h00, aujourd'hui : interrompu." in said
        assert "Le dernier relevé a été interrompu ; relancez vigie pull, rien n'est perdu." in said
        with only_one_pull(db):  # a purge holds the lock without pulling
            assert _status("2022-02-02", code=1)["dernier_releve"]["etat"] == "interrompu"
        with only_one_pull(db):
            pass  # whoever only looks leaves the lock to be taken
        pull_in_process(db, folder, Path("recus"), 1)
    assert _status("2022-02-02", code=0)["dernier_releve"]["etat"] == "fini"


def test_status_stays_a_page_whatever_is_wrong(register: Path) -> None:
    with closing(open_register(register)) as db:
        for n in range(300):
            db.execute(
                "INSERT INTO illisibles SELECT max(pull), chemin, ?, ? FROM sources", (f"{n}", f"« {n} » est muet.")
            )
    result = _status("2022-02-02", code=1)
    assert len(result["soucis"]) == 21
    assert result["soucis"][-1] == "… et 280 autres fichiers ou dossiers illisibles."


def test_what_this_version_knows_is_what_it_writes(register: Path) -> None:
    with closing(open_register(register)) as db:
        names = [m.name for m in schema.register.applied(db)]
    assert frozenset(names) == known_migrations()
    numbers = [int(name[1:4]) for name in names]
    assert len(set(numbers)) == len(numbers)
