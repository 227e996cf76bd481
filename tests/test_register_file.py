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
from config.folder import EXEMPLE, Dossier
from jobs.cli.commande import vigie
from jobs.service import marche, un_seul_service
from jobs.taking_in.mail_answers import Poste
from jobs.taking_in.mails import _seul
from jobs.wiring import Atelier, atelier
from sheets.register import claimed_events, step_history
from sheets.register.database import (
    is_read_only,
    open_to_read,
    ouvert_par_ce_fil,
    ouvre,
    ouvre_existant,
    un_seul_releve,
)
from tests.conftest import Remplir
from tests.test_crashes import _montage_possible
from tests.workshop import JOUR, SUD, en_janvier, releve_ici

REGISTRES = Path(__file__).parent / "data" / "registres"
DAY = "2022-02-02"


@pytest.fixture
def registre(tmp_path: Path, dossier: Dossier, recus: Path, trame_remplie: Remplir) -> Path:
    """A register of its own folder, with one trame, closed."""
    (recus / "sud.xlsx").write_bytes(
        trame_remplie({SUD: [en_janvier(1000), en_janvier(100, date_premiere_commande=date(2021, 7, 1))]})
    )
    chemin = tmp_path / "tenu" / "vigie.sqlite"
    with closing(ouvre(chemin)) as db:
        releve_ici(db, dossier, recus)
    return chemin


def run(*arguments: str | Path, registre: Path) -> tuple[int, str]:
    done = CliRunner().invoke(vigie, [*map(str, arguments), "--registre", str(registre), "--today", DAY])
    if done.exception and not isinstance(done.exception, (SystemExit, UserError)):
        raise done.exception
    return (2, str(done.exception)) if isinstance(done.exception, UserError) else (done.exit_code, done.output)


# For its owner alone


def test_the_register_its_copies_and_what_is_dropped_are_for_their_owner_alone(registre: Path, recus: Path) -> None:
    before = os.umask(0o022)
    try:
        with closing(ouvre(registre)) as db:
            db.execute("INSERT INTO questions (personne, posee_le, texte) VALUES ('x', '2022', 'x')")
            modes = {
                f.name: stat.S_IMODE(f.stat().st_mode) for f in registre.parent.iterdir() if "verrou" not in f.name
            }
        assert modes == dict.fromkeys(("vigie.sqlite", "vigie.sqlite-wal", "vigie.sqlite-shm"), 0o600)
        run("backup", registre=registre)
        run("backup", registre.parent / "ailleurs" / "copie.sqlite", registre=registre)
        copies = [*(registre.parent / "sauvegardes").iterdir(), registre.parent / "ailleurs" / "copie.sqlite"]
        assert {stat.S_IMODE(c.stat().st_mode) for c in copies} == {0o600}
        assert {stat.S_IMODE(c.parent.stat().st_mode) for c in copies} == {0o700}
        registre.chmod(0o640)  # a group that reads it goes on reading it
        run("restore", copies[0], "--yes", registre=registre)
        assert stat.S_IMODE(registre.stat().st_mode) == 0o640
        run("restore", copies[0], "--yes", registre=registre.parent / "neuf.sqlite")
        assert stat.S_IMODE((registre.parent / "neuf.sqlite").stat().st_mode) == 0o600
    finally:
        os.umask(before)


# By whatever name


def test_a_link_to_the_register_is_the_register(
    registre: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lien = tmp_path / "lien.sqlite"
    lien.symlink_to(registre)
    with un_seul_service(registre), pytest.raises(UserError, match="tourne déjà"), un_seul_service(lien):
        pass
    db, autre = ouvre(registre), ouvre(lien)
    with un_seul_releve(db), pytest.raises(UserError, match="Un autre relevé"), un_seul_releve(autre):
        pass
    db.close()
    autre.close()

    class Reached:
        smtp = "set"

        def __init__(self, chemin: Path) -> None:
            self.atelier = Atelier(EXEMPLE, chemin)

    postes: list[Poste] = [Reached(registre), Reached(lien)]  # type: ignore[list-item]
    with _seul(postes[0]), pytest.raises(UserError, match="déjà en train"), _seul(postes[1]):
        pass
    for poste in postes:
        poste.atelier.registre.close()
    monkeypatch.setenv("VIGIE_REGISTRE", str(lien))
    assert atelier(None, None, None).chemin_registre == registre
    run("backup", tmp_path / "copie.sqlite", registre=lien)
    code, words = run("restore", tmp_path / "copie.sqlite", "--yes", registre=lien)
    assert code == 0, words
    assert lien.is_symlink()
    assert list(registre.parent.glob("*remplace*"))


# Nothing left, or a page that is damaged


def test_a_register_cut_to_nothing_is_never_begun_anew(registre: Path, recus: Path) -> None:
    registre.write_bytes(b"")
    for command in (("pull", recus), ("ask", "gains jura 2021"), ("status",), ("purge",)):
        code, words = run(*command, registre=registre)
        assert (code, "est vide (0 octet)" in words, "vigie restore" in words) == (2, True, True)
    assert registre.read_bytes() == b""


def test_a_journal_without_its_register_is_not_read_into_a_new_one(registre: Path, recus: Path) -> None:
    registre.rename(registre.with_name("ailleurs"))
    Path(f"{registre}-wal").write_bytes(b"reste")
    code, words = run("pull", recus, registre=registre)
    assert (code, "son journal y est encore" in words) == (2, True)
    assert not registre.exists()


def test_a_register_killed_while_it_is_made_leaves_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def falls(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as m:
        m.setattr("sheets.register.database.migre", falls)
        with pytest.raises(KeyboardInterrupt):
            ouvre(tmp_path / "v.sqlite")
    assert list(tmp_path.iterdir()) == []
    ouvre(tmp_path / "v.sqlite").close()


def damage(registre: Path, *tables: str) -> None:
    """Spoil the pages where these tables begin, and no other."""
    with closing(sqlite3.connect(registre)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.execute("PRAGMA journal_mode = DELETE")
        taille = db.execute("PRAGMA page_size").fetchone()[0]
        pages = [db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (t,)).fetchone()[0] for t in tables]
    octets = bytearray(registre.read_bytes())
    for page in pages:
        octets[(page - 1) * taille : (page - 1) * taille + 200] = b"\x99" * 200
    registre.write_bytes(octets)


@pytest.mark.parametrize("command", [("ask", "gains jura 2021"), ("status",), ("template", "paat", "--ght", "BFC-08", "--campagne", "2022-annuelle", "-o", "t.xlsx"),
                                     ("report", "--out", "."), ("remind",), ("purge",), ("learn",)], ids=lambda c: c[0])  # fmt: skip
def test_a_damaged_page_met_while_reading_is_said(
    command: tuple[str, ...], registre: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    damage(registre, "onglets", "fichiers", "onglets_campagne", "fichiers_campagne", "actes", "messages")
    code, words = run(*command, registre=registre)
    assert code == 2
    assert words == f"Le registre « {registre} » est abîmé. Reprenez la dernière sauvegarde : vigie restore FICHIER"


def test_a_step_of_the_service_says_it_too(registre: Path) -> None:
    damage(registre, "fichiers")
    la = Atelier(EXEMPLE, registre, JOUR.date())

    def reads(it: Atelier) -> str:
        with closing(ouvre_existant(it.chemin_registre)) as db:
            return str(db.execute("SELECT * FROM fichiers").fetchall())

    from jobs.steps import Pas

    marche(la, Pas("messages", "l'envoi des messages", 60, reads))
    fault = step_history.panne(ouvert_par_ce_fil(registre), "messages")
    assert fault is not None
    assert "est abîmé. Reprenez la dernière sauvegarde" in fault.dit


# Where nothing may be written


@pytest.fixture
def closed(registre: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The register of somebody else: whoever writes beside it or in it is found out."""
    monkeypatch.setattr("sheets.register.reading_only.may_write", lambda _: False)
    before = {f.name: f.read_bytes() for f in registre.parent.iterdir()}
    yield registre
    assert {
        f.name: f.read_bytes() for f in registre.parent.iterdir() if not f.name.endswith(("-shm", "-wal"))
    } == before


READS = (
    ("ask", "gains jura 2021"), ("ask", "pourquoi", "gains", "jura", "2021"), ("status",), ("status", "--json"),
    ("template", "paat", "--ght", "BFC-08", "--campagne", "2022-annuelle", "-o", "t.xlsx"), ("report", "--out", "."),
    ("remind",), ("alert",), ("learn",), ("doctor",), ("campaign", "list"), ("horloge",),
)  # fmt: skip


@pytest.mark.parametrize("command", READS, ids=" ".join)
def test_whoever_may_only_read_reads(
    command: tuple[str, ...], closed: Path, recus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, words = run(*command, registre=closed)
    assert code in (0, 1), words
    assert "peut être lu d'ici" not in words
    if command[0] == "template":
        assert "avec 1 ligne déjà connue" in words


def test_a_companion_says_what_the_register_knows_to_whoever_only_reads(
    closed: Path, recus: Path, tmp_path: Path
) -> None:
    assert run("retour", recus / "sud.xlsx", "-o", tmp_path, registre=closed)[0] in (0, 1)
    assert (tmp_path / "sud - retour.xlsx").exists()


def test_what_would_write_is_refused_in_a_sentence(closed: Path) -> None:
    line = f"2021-annuelle/{SUD}/0001"
    code, words = run(
        "decide", line, "--retirer", "--motif", "x", "--as", "referent.bfc@exemple.invalid", registre=closed
    )
    assert (code, "peut être lu d'ici, pas être écrit" in words) == (2, True)


def test_a_folder_that_the_register_does_not_know_reads_all_the_same(
    closed: Path, dossier: Dossier, tmp_path: Path
) -> None:
    copie = Path(shutil.copytree(dossier.chemin, tmp_path / "region"))
    (copie / "bornes.csv").write_text((copie / "bornes.csv").read_text() + "\n")
    assert "1 050" in run("ask", "gains jura 2021", "--dossier", copie, registre=closed)[1].replace("\u202f", " ")


def test_what_the_journal_still_holds_is_read_and_so_is_an_older_schema(registre: Path) -> None:
    with closing(ouvre(registre)) as db:
        db.execute("PRAGMA wal_autocheckpoint = 0")
        claimed_events.fait_signe(db, "x", "vivant", JOUR)
        shutil.copytree(registre.parent, registre.parent.parent / "copie", ignore=shutil.ignore_patterns("*-shm"))
    copy = registre.parent.parent / "copie" / "vigie.sqlite"
    with closing(open_to_read(copy)) as db:
        assert claimed_events.dernier_signe(db, "x") is not None
        assert is_read_only(db)
    older = registre.parent.parent / "m004.sqlite"
    older.write_bytes(before := gzip.decompress((REGISTRES / "m004.sqlite.gz").read_bytes()))
    with closing(open_to_read(older)) as db:
        assert db.execute("SELECT count(*) FROM illisibles").fetchone() == (0,)
    assert older.read_bytes() == before


@pytest.mark.skipif(not _montage_possible(), reason="this machine lets nobody mount a disk of their own")
def test_on_a_share_mounted_read_only_for_real(registre: Path) -> None:
    """With and without a journal beside the register; the status is right and says that nothing can be kept there."""
    here, out = registre.parent, registre.parent.parent / "t.xlsx"
    ask = f"{sys.executable} -m jobs.cli --registre {registre} --today {DAY}"
    script = f"mount --bind {here} {here} && mount -o remount,bind,ro {here} && {ask} ask gains jura 2021 --json && {ask} status --json; {ask} template paat --ght BFC-08 --campagne 2021-annuelle -o {out} && ! {ask} backup {out}.sqlite"
    done = subprocess.run(["unshare", "-rm", "sh", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert '"valeur": "1050.00"' in done.stdout
    assert '"etat": "fini"' in done.stdout
    assert out.exists()
    assert "Traceback" not in done.stderr
