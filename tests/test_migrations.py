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

from config.folder import Dossier
from config.territory import Perimetre
from reports.gains import gains
from reports.view import Sujet, Vue
from sheets.register import schema, views
from sheets.register.backup import verifie
from sheets.register.database import etapes as connues
from sheets.register.database import ouvre
from tests.test_vues import meme_reponse

REGISTRES = Path(__file__).parent / "data" / "registres"
ANCIENS = sorted(f.name.removesuffix(".sqlite.gz") for f in REGISTRES.glob("*.gz"))


def ancien(nom: str, ou: Path) -> Path:
    chemin = ou / "vigie.sqlite"
    chemin.write_bytes(gzip.decompress((REGISTRES / f"{nom}.sqlite.gz").read_bytes()))
    return chemin


def etapes(chemin: Path) -> list[str]:
    with closing(Database(chemin)) as db:
        return [m.name for m in schema.registre.applied(db)]


def formes(chemin: Path) -> dict[str, object]:
    """Every table with its columns, every view, every index."""
    with closing(sqlite3.connect(chemin)) as db:
        noms = db.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_autoindex%'"
        ).fetchall()
        return {
            nom: sorted(db.execute("SELECT name, type, \"notnull\", pk FROM pragma_table_info(?)", (nom,)))
            if genre == "table" else sql
            for genre, nom, sql in noms
        }  # fmt: skip


def test_there_is_a_register_of_every_schema_before_the_views() -> None:
    assert ANCIENS == ["m001", "m002", "m003", "m004"]


@pytest.mark.parametrize("nom", ANCIENS)
def test_an_earlier_register_answers_as_it_did_then(nom: str, tmp_path: Path, dossier: Dossier) -> None:
    chemin = ancien(nom, tmp_path)
    assert etapes(chemin)[-1].startswith(nom)
    dits = json.loads((REGISTRES / f"{nom}.json").read_text())
    assert len({tuple(d[4:]) for d in dits}) > 10
    with closing(ouvre(chemin)) as db:
        for au, exercice, territoire, code, *attendu in dits:
            r = gains(Vue(db, dossier, date.fromisoformat(au)), Sujet(Perimetre(territoire, code), exercice))
            t = r.totaux
            vu = [t.gain_declare, t.gain_retire, t.gain_retenu, t.lignes_lues, t.lignes_rejetees, r.provisoire]
            assert vu == attendu, (au, exercice, territoire, code)
        meme_reponse(db, dossier)
    verifie(chemin, chemin)  # control totals of every tab, every original


@pytest.mark.parametrize("nom", ANCIENS)
def test_an_earlier_register_becomes_like_a_new_one(nom: str, tmp_path: Path) -> None:
    chemin = ancien(nom, tmp_path)
    ouvre(chemin).close()
    ouvre(tmp_path / "neuf.sqlite").close()
    assert formes(chemin) == formes(tmp_path / "neuf.sqlite")


@pytest.mark.parametrize("nom", ["m001", "m004"])
def test_a_migration_that_fails_leaves_the_old_schema(
    nom: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tombe(db: Database) -> None:
        raise RuntimeError("a fault of ours")

    chemin = ancien(nom, tmp_path)
    avant = (etapes(chemin), formes(chemin))
    with monkeypatch.context() as m:
        m.setattr(views, "cree", tombe)
        with pytest.raises(RuntimeError):
            ouvre(chemin)
    assert (etapes(chemin), formes(chemin)) == avant
    ouvre(chemin).close()
    assert len(etapes(chemin)) > len(avant[0])


TUE = """
import os, shutil, signal, sqlite3, sys
from pathlib import Path
from sheets.register import database, schema
source, essai, pas = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
connect = sqlite3.connect

def jusqu_a(n):
    def trace(requete):
        nonlocal n
        n -= 1
        if n == 0:
            os.kill(os.getpid(), signal.SIGKILL)
    def connecte(*a, **k):
        connexion = connect(*a, **k)
        connexion.set_trace_callback(trace)
        return connexion
    sqlite3.connect = connecte

n = 1
while True:
    shutil.copy(source, essai)
    for suite in ("-wal", "-shm"):
        Path(f"{essai}{suite}").unlink(missing_ok=True)
    enfant = os.fork()
    if enfant == 0:
        jusqu_a(n)
        database.ouvre(essai).close()
        os._exit(0)
    mort = os.WIFSIGNALED(os.waitpid(enfant, 0)[1])
    base = connect(essai)
    faites = [r[0] for r in base.execute("SELECT name FROM _sqlite_migrations ORDER BY id")]
    tables = base.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    saine = base.execute("PRAGMA integrity_check").fetchone()[0]
    base.close()
    print(n, int(mort), len(faites), tables, saine, flush=True)
    if not mort:
        break
    n += pas
"""


def test_killed_at_any_statement_of_the_migration_it_is_all_or_nothing(tmp_path: Path) -> None:
    chemin = ancien("m001", tmp_path)
    commande = [sys.executable, "-c", TUE, str(chemin), str(tmp_path / "essai.sqlite"), "4"]
    dits = subprocess.run(commande, check=True, capture_output=True, text=True).stdout.splitlines()
    essais = [ligne.split() for ligne in dits]
    assert len(essais) > 20
    assert {e[4] for e in essais} == {"ok"}
    etats = {(faites, tables) for _, _, faites, tables, _ in essais}
    assert len(etats) == 2  # what it was, what it becomes
    assert [e[1] for e in essais] == ["1"] * (len(essais) - 1) + ["0"]


def test_two_that_open_at_once_migrate_once(tmp_path: Path) -> None:
    chemin = ancien("m001", tmp_path)
    code = "import sys; from pathlib import Path; from sheets.register.database import ouvre; ouvre(Path(sys.argv[1])).close()"
    lances: list[Callable[[], int]] = [
        subprocess.Popen([sys.executable, "-c", code, str(chemin)]).wait for _ in range(3)
    ]
    assert [attend() for attend in lances] == [0, 0, 0]
    assert len(etapes(chemin)) == len(set(etapes(chemin))) == len(connues())
