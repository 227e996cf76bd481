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
from config.folder import Dossier, charge, deplie
from config.territory import Perimetre
from jobs.cli.commande import vigie
from reports.gains import gains
from reports.view import Sujet, Vue
from sheets.register import outbox, schema
from sheets.register.backup import nom_date, sauve, verifie
from sheets.register.database import VIGIE, etapes, ouvre, un_seul_releve
from sheets.register.outbox import Cle
from sheets.register.past_folders import note
from tests.conftest import Remplir
from tests.workshop import JOUR, MOREZ, SUD, en_janvier, releve_ici

JURA = Perimetre("ght", "BFC-08")
ENVOIS: dict[str, bytes] = {}


@pytest.fixture(autouse=True)
def ailleurs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in ("VIGIE_DOSSIER", "VIGIE_REGISTRE"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def registre(tmp_path: Path, dossier: Dossier, trame_remplie: Remplir) -> Path:
    """A register with one pull of two files, closed."""
    if not ENVOIS:
        libre = en_janvier(1000, justification="calcul de M. Untel", commentaire="appeler M. Untel")
        ENVOIS["sud.xlsx"] = trame_remplie({SUD: [libre, en_janvier(165_381, montant_reference=49_747)]})
        ENVOIS["morez.xlsx"] = trame_remplie({MOREZ: [en_janvier(77)]})
    (tmp_path / "recus").mkdir()
    for nom, octets in ENVOIS.items():
        (tmp_path / "recus" / nom).write_bytes(octets)
    with closing(ouvre(tmp_path / "vigie.sqlite")) as db:
        releve_ici(db, dossier, tmp_path / "recus")
    return tmp_path / "vigie.sqlite"


def lance(*arguments: str | Path, code: int = 0, jour: str = "2022-02-02") -> str:
    """What a command says, errors included; fails when its exit code is another."""
    rendu: Result = CliRunner().invoke(vigie, [*map(str, arguments), "--today", jour])
    if rendu.exception and not isinstance(rendu.exception, (SystemExit, UserError)):
        raise rendu.exception
    vu = 2 if isinstance(rendu.exception, UserError) else rendu.exit_code
    texte = rendu.output + (str(rendu.exception) if isinstance(rendu.exception, UserError) else "")
    assert vu == code, texte
    return texte


def retenu(registre: Path, dossier: Dossier, au: date = date(2022, 3, 1)) -> int:
    with closing(ouvre(registre)) as db:
        return gains(Vue(db, dossier, au), Sujet(JURA, 2021)).totaux.gain_retenu


def empreinte(registre: Path) -> str:
    return hashlib.sha256(registre.read_bytes()).hexdigest()


# Backups


def test_a_backup_is_dated_verified_told_and_noted(registre: Path, dossier: Dossier) -> None:
    dit = lance("backup")
    (copie,) = Path("sauvegardes").iterdir()
    assert copie.name == "vigie-2022-02-02-120000.sqlite"
    assert re.search(
        r"Sauvegardé et vérifié : sauvegardes/vigie-.*, \d+,\d.ko, dernier relevé le 01/02/2022 .*, 2 fichiers\.", dit
    )
    assert verifie(copie, copie).fichiers == 2
    assert retenu(copie, dossier) == retenu(registre, dossier) == 107_700
    assert _status("2022-02-02", code=0)["derniere_sauvegarde"]["jours"] == 0


def test_a_backup_holds_what_the_journal_still_holds_and_needs_no_file_beside_it(
    registre: Path, tmp_path: Path
) -> None:
    with closing(ouvre(registre)) as db:
        db.execute("PRAGMA wal_autocheckpoint = 0")
        db.execute("INSERT INTO questions (personne, posee_le, texte) VALUES ('x', '2022-02-02', 'toute fraîche')")
        assert Path(f"{registre}-wal").stat().st_size
        sauve(db, registre, tmp_path / "copie.sqlite", JOUR)
    (tmp_path / "copie.sqlite").chmod(0o444)
    with closing(sqlite3.connect(f"file:{tmp_path}/copie.sqlite?mode=ro&immutable=1", uri=True)) as copie:
        assert copie.execute("SELECT texte FROM questions").fetchall() == [("toute fraîche",)]
        assert copie.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_backup_taken_while_someone_writes_is_of_one_moment(registre: Path, tmp_path: Path) -> None:
    """Each transaction writes two rows: a copy never holds one of them alone."""
    assez = threading.Event()

    def ecrit_sans_cesse() -> None:
        with closing(ouvre(registre)) as sienne:
            while not assez.is_set():
                with sienne.atomic():
                    for _ in range(2):
                        sienne.execute("INSERT INTO questions (personne, posee_le, texte) VALUES ('x', '2022', 'x')")

    ecrivain = threading.Thread(target=ecrit_sans_cesse)
    ecrivain.start()
    try:
        with closing(ouvre(registre)) as db:
            comptes = []
            for n in range(20):
                sauve(db, registre, copie := tmp_path / f"{n}.sqlite", JOUR)
                with closing(sqlite3.connect(copie)) as lue:
                    comptes.append(lue.execute("SELECT count(*) FROM questions").fetchone()[0])
    finally:
        assez.set()
        ecrivain.join()
    assert len(set(comptes)) > 5
    assert all(n % 2 == 0 for n in comptes)


def test_only_the_latest_dated_backups_are_kept_and_nothing_else_is_touched(registre: Path) -> None:
    for jour in range(2, 6):
        lance("backup", jour=f"2022-02-0{jour}")
    Path("sauvegardes/vigie-avant-travaux.sqlite").write_text("à garder")
    assert "3 sauvegardes plus anciennes retirées" in lance("backup", "--garde", "2", jour="2022-02-06")
    noms = sorted(f.name for f in Path("sauvegardes").iterdir())
    assert noms == ["vigie-2022-02-05-120000.sqlite", "vigie-2022-02-06-120000.sqlite", "vigie-avant-travaux.sqlite"]


def test_a_backup_never_overwrites_and_leaves_no_half(registre: Path) -> None:
    Path("ici.sqlite").write_text("précieux")
    assert "n'en écrase jamais une autre" in lance("backup", "ici.sqlite", code=2)
    assert Path("ici.sqlite").read_text() == "précieux"
    with closing(ouvre(registre)) as db:
        db.execute("UPDATE originaux SET octets = x'00' WHERE rowid = 1")
    dit = lance("backup", code=2)
    assert "La sauvegarde n'a pas été gardée" in dit
    assert "n'est plus celui qui a été reçu" in dit
    assert list(Path("sauvegardes").iterdir()) == []


def test_what_a_killed_copy_left_goes_a_day_later(registre: Path) -> None:
    Path("sauvegardes").mkdir()
    vieux, jeune = Path("sauvegardes/.vigie.x.partiel"), Path("sauvegardes/.vigie.y.partiel")
    for fichier, quand in ((vieux, 1_600_000_000), (jeune, 1_643_800_000)):
        fichier.touch()
        os.utime(fichier, (quand, quand))
    lance("backup")
    assert (vieux.exists(), jeune.exists()) == (False, True)


# Restores


@pytest.fixture
def sauvegarde(registre: Path) -> Path:
    lance("backup", "bonne.sqlite")
    return Path("bonne.sqlite")


def test_a_restore_shows_first_then_replaces_and_keeps_the_old_one(
    registre: Path, sauvegarde: Path, dossier: Dossier, trame_remplie: Remplir
) -> None:
    Path("recus/sud.xlsx").write_bytes(trame_remplie({SUD: [en_janvier(5000)]}))
    with closing(ouvre(registre)) as db:
        releve_ici(db, dossier, Path("recus"), 1)
    avant = retenu(registre, dossier)
    dit = lance("restore", sauvegarde)
    assert "bonne.sqlite, dernier relevé le 01/02/2022 à 09h00, 2 fichiers" in dit
    assert "vigie.sqlite, dernier relevé le 02/02/2022 à 09h00, 3 fichiers" in dit
    assert "Rien n'a été remplacé" in dit
    assert retenu(registre, dossier) == avant == 507_700
    assert "gardé sous vigie-remplace-2022-02-02-120000.sqlite" in lance("restore", sauvegarde, "--yes")
    assert retenu(registre, dossier) == 107_700
    assert retenu(Path("vigie-remplace-2022-02-02-120000.sqlite"), dossier) == 507_700
    lance("restore", sauvegarde, "--yes")
    assert Path("vigie-remplace-2022-02-02-120000-2.sqlite").exists()
    assert not list(Path().glob(".*partiel*"))


def test_the_journal_of_the_old_register_is_never_read_into_the_new_one(
    registre: Path, sauvegarde: Path, dossier: Dossier
) -> None:
    code = ("import os; from pathlib import Path; from sheets.register.database import ouvre;"
            "db = ouvre(Path('vigie.sqlite')); db.execute('PRAGMA wal_autocheckpoint = 0');"
            "db.execute(\"INSERT INTO questions (personne, posee_le, texte) VALUES ('x', '2022', 'x')\"); os._exit(9)")  # fmt: skip
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    assert Path(f"{registre}-wal").stat().st_size  # a process died with its journal full
    lance("restore", sauvegarde, "--yes")
    with closing(ouvre(registre)) as db:
        assert db.execute("SELECT count(*) FROM questions").fetchone() == (0,)
        assert outbox.connus(db, ["2021-annuelle"]) == {}
    with closing(ouvre(Path("vigie-remplace-2022-02-02-120000.sqlite"))) as db:
        assert db.execute("SELECT count(*) FROM questions").fetchone() == (1,)


def _copie(sauvegarde: Path, change: str = "") -> Path:
    copie = Path("autre.sqlite")
    copie.write_bytes(sauvegarde.read_bytes())
    if change:
        with closing(sqlite3.connect(copie)) as db:
            db.executescript(change)
    return copie


def _abimee(sauvegarde: Path) -> Path:
    octets = bytearray(sauvegarde.read_bytes())
    for page in range(4096, len(octets), 8192):
        octets[page : page + 600] = b"\x99" * 600
    Path("autre.sqlite").write_bytes(octets)
    return Path("autre.sqlite")


def _ecrite(octets: bytes) -> Path:
    Path("autre.sqlite").write_bytes(octets)
    return Path("autre.sqlite")


MAUVAISES: dict[str, tuple[Any, str]] = {
    "absent": (lambda s: Path("nulle-part.sqlite"), "Fichier introuvable"),
    "empty": (lambda s: _ecrite(b""), "est vide"),
    "not a base": (lambda s: _ecrite(b"PK\x03\x04" * 99), "n'est pas une base SQLite"),
    "a few bytes": (lambda s: _ecrite(s.read_bytes()[:50]), "est tronqué"),
    "truncated": (lambda s: _ecrite(s.read_bytes()[:-5000]), "est tronqué"),
    "damaged": (_abimee, "est abîmé"),
    "foreign": (lambda s: _copie(s, "PRAGMA application_id = 7"), "la base d'un autre programme"),
    "of ours, with nothing in it": (
        lambda s: _copie_vide(),
        "il est vide",
    ),
    "newer": (
        lambda s: _copie(s, "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('vigie', 'm999', '')"),
        "cette sauvegarde vient d'une version plus récente",
    ),
    "a total that does not add up": (
        lambda s: _copie(s, "UPDATE lignes_paat SET gain_exercice = gain_exercice + 1 WHERE id = 1"),
        "ne redonnent pas ses totaux",
    ),
    "an orphan": (lambda s: _copie(s, "PRAGMA foreign_keys = OFF; DELETE FROM pulls"), "renvoie à une ligne absente"),
    "an original that changed": (
        lambda s: _copie(s, "UPDATE originaux SET octets = x'00'"),
        "n'est plus celui qui a été reçu",
    ),
    "the register itself": (lambda s: Path("vigie.sqlite"), "est le registre lui-même"),
}  # fmt: skip


def _copie_vide() -> Path:
    with closing(sqlite3.connect("autre.sqlite")) as db:
        db.execute(f"PRAGMA application_id = {VIGIE}")
    return Path("autre.sqlite")


@pytest.mark.parametrize("quoi", MAUVAISES)
def test_a_bad_backup_gets_one_sentence_and_replaces_nothing(quoi: str, registre: Path, sauvegarde: Path) -> None:
    fabrique, attendu = MAUVAISES[quoi]
    mauvaise = fabrique(sauvegarde)
    avant = empreinte(registre)
    dit = lance("restore", mauvaise, "--yes", code=2).splitlines()[-1]
    assert attendu in dit
    assert empreinte(registre) == avant
    assert not list(Path().glob("*remplace*"))
    assert not list(Path().glob(".*partiel*"))


def test_a_restore_waits_for_no_pull_and_slips_under_nobody(registre: Path, sauvegarde: Path) -> None:
    with closing(ouvre(registre)) as db:
        with un_seul_releve(db):
            assert "Un autre relevé est en cours" in lance("restore", sauvegarde, "--yes", code=2)
        assert "est ouvert par un autre programme" in lance("restore", sauvegarde, "--yes", code=2)
        assert db.execute("SELECT count(*) FROM fichiers").fetchone() == (2,)
    assert not list(Path().glob("*remplace*"))
    lance("restore", sauvegarde, "--yes")


def test_a_register_too_damaged_to_open_can_be_replaced(registre: Path, sauvegarde: Path, dossier: Dossier) -> None:
    registre.write_bytes(b"\x00" * 5000)
    Path(f"{registre}-wal").write_bytes(b"reste")
    assert "qui ne peut pas être lu" in lance("restore", sauvegarde, "--yes")
    assert retenu(registre, dossier) == 107_700
    assert Path("vigie-remplace-2022-02-02-120000.sqlite").read_bytes() == b"\x00" * 5000
    assert Path("vigie-remplace-2022-02-02-120000.sqlite-wal").read_bytes() == b"reste"


def test_a_restore_where_there_is_no_register_yet(registre: Path, sauvegarde: Path, dossier: Dossier) -> None:
    neuf = Path("ailleurs/vigie.sqlite")
    assert lance("restore", sauvegarde, "--registre", neuf, "--yes").endswith("Restauré.\n")
    assert retenu(neuf, dossier) == 107_700


def test_a_register_from_a_later_version_is_refused_and_left_as_it_is(registre: Path) -> None:
    with closing(sqlite3.connect(registre)) as db, db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('vigie', 'm999_apres', '')"
        )
    avant = empreinte(registre)
    dit = lance("ask", "gains jura 2021", code=2)
    assert "a été écrit par une version plus récente de Vigie (étape m999_apres). Mettez Vigie à jour" in dit
    assert empreinte(registre) == avant


def test_the_dated_names_follow_that_of_the_register() -> None:
    assert nom_date(Path("x/bfc.sqlite"), JOUR) == "bfc-2022-02-01-090000.sqlite"


# What is old


def _faits(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All that figures come from."""
    requetes = {
        "onglets": "SELECT * FROM onglets",
        "lignes": "SELECT id, action_id, intitule, marche, gain_annuel, montant_reference, gain_exercice, report, retire FROM lignes_paat",
        "constats": "SELECT id, code, cellule, enjeu, message FROM constats",
        "vues": "SELECT * FROM v_onglets_qui_comptent",
    }
    return {nom: db.execute(requete).fetchall() for nom, requete in requetes.items()}


def test_purge_is_dry_first_then_erases_what_is_old_and_no_figure_moves(registre: Path, dossier: Dossier) -> None:
    lance("ask", "gains jura 2021", "--as", "referent.bfc@exemple.invalid")
    with closing(ouvre(registre)) as db:
        cle = Cle("2021-annuelle", "BFC-08", "J-2", "2022-02-28", "paat.bfc-08@exemple.invalid")
        outbox.inscrit(db, [(cle, "rappel")], JOUR)
    jours = (date(2022, 1, 31), date(2022, 2, 1), date(2030, 1, 1))
    with closing(ouvre(registre)) as db:
        faits, montants = _faits(db), [gains(Vue(db, dossier, j), Sujet(JURA, 2021)).totaux for j in jours]
    dit = lance("purge", jour="2028-06-01")
    for attendu in (
        "2 classeurs d'origine",
        "1 ligne avec un texte libre",
        "1 question posée",
        "1 message envoyé",
        "Rien n'a été effacé",
    ):
        assert attendu in dit
    assert b"Untel" in registre.read_bytes()
    assert "regagnés" in lance("purge", "--yes", jour="2028-06-01")
    assert b"Untel" not in registre.read_bytes()
    with closing(ouvre(registre)) as db:
        assert _faits(db) == faits
        assert [gains(Vue(db, dossier, j), Sujet(JURA, 2021)).totaux for j in jours] == montants
        assert db.execute("SELECT max(length(octets)), min(efface_le) FROM originaux").fetchone()[0] == 0
        assert db.execute("SELECT count(*) FROM questions").fetchone() == (0,)
        assert db.execute("SELECT group_concat(contact, '') FROM fichiers").fetchone() == ("",)
        assert releve_ici(db, dossier, Path("recus"), 3000).combien("inchange") == 2
    assert "Rien à effacer" in lance("purge", "--yes", jour="2028-06-01")
    lance("backup", "apres.sqlite", jour="2031-01-01")


def test_a_younger_campaign_keeps_everything_and_shared_originals_stay(
    registre: Path, dossier: Dossier, trame_remplie: Remplir
) -> None:
    jeune = trame_remplie(
        {SUD: [{"gain_annuel": 5, "date_premiere_commande": date(2022, 1, 4)}]}, campagne="2022-annuelle"
    )
    Path("recus/jeune.xlsx").write_bytes(jeune)
    with closing(ouvre(registre)) as db:
        releve_ici(db, dossier, Path("recus"), 400)
        db.execute(
            "UPDATE fichiers SET empreinte = (SELECT empreinte FROM fichiers WHERE chemin LIKE '%jeune%') WHERE id = 1"
        )
    lance("purge", "--yes", jour="2027-12-01")
    with closing(ouvre(registre)) as db:
        gardes = db.execute("SELECT octets FROM originaux WHERE efface_le IS NULL").fetchall()
    assert jeune in [o for (o,) in gardes]


def _drops(registre: Path, dossier: Dossier, trame_remplie: Remplir) -> tuple[Path, Path]:
    """(an old drop, a young one): two trames dropped in the chat for two campaigns, entered for their GHT with a reason."""
    old, young = (Path("depots-slack").resolve() / "a@exemple.invalid" / n for n in ("vieux.xlsx", "jeune.xlsx"))
    old.parent.mkdir(parents=True)
    old.write_bytes(trame_remplie({SUD: [en_janvier(5)]}))
    juillet = {"gain_annuel": 5, "date_premiere_commande": date(2022, 1, 4)}
    young.write_bytes(trame_remplie({SUD: [juillet]}, campagne="2022-annuelle"))
    with closing(ouvre(registre)) as db:
        releve_ici(db, dossier, old.parent, 400)
        db.execute("UPDATE fichiers SET saisi_par = 'r', saisi_motif = 'appel de M. Untel'")
    return old, young


def test_what_lies_outside_the_register_goes_with_it(registre: Path, dossier: Dossier, trame_remplie: Remplir) -> None:
    old, young = _drops(registre, dossier, trame_remplie)
    forgotten = young.with_name("jamais relevé.xlsx")
    forgotten.write_bytes(b"x")
    os.utime(forgotten, (1_600_000_000,) * 2)
    lance("backup", "bonne.sqlite")
    lance("restore", "bonne.sqlite", "--yes", jour="2023-04-01")
    (aside,) = Path().glob("vigie-remplace-*.sqlite")
    broken = Path("vigie-remplace-2020-01-01-120000.sqlite")
    broken.write_bytes(b"\x00" * 5000)
    before = {f: f.read_bytes() for f in (old, young, forgotten, aside, broken)}
    dit = lance("purge", jour="2027-12-01")
    for attendu in (
        "2 trames déposées sur Slack",
        "1 ancien registre mis de côté",
        "3 motifs",
        "trop abîmé pour être nettoyé",
    ):
        assert attendu in dit
    assert {f: f.read_bytes() for f in before} == before
    lance("purge", "--yes", jour="2027-12-01")
    assert (old.exists(), young.exists(), forgotten.exists(), broken.exists()) == (False, True, False, True)
    for kept in (registre, aside):
        with closing(ouvre(kept)) as db:
            motifs = db.execute("SELECT saisi_motif, campagne FROM fichiers ORDER BY id").fetchall()
            assert motifs == [("effacé", "2021-annuelle")] * 3 + [("appel de M. Untel", "2022-annuelle")]
            assert db.execute("SELECT count(*) FROM originaux WHERE length(octets) > 0").fetchone() == (1,)
        assert b"calcul de M. Untel" not in kept.read_bytes()
    assert "Rien à effacer" in lance("purge", "--yes", jour="2027-12-01")
    assert not any("depots-slack" in s for s in _status("2027-12-01", code=1)["soucis"])


def test_a_purge_cut_before_it_compacts_is_owed_and_the_next_one_ends_it(
    registre: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(ouvre(registre)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    avant = registre.stat().st_size
    with monkeypatch.context() as m:
        m.setattr("sheets.register.erasing.compacte", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        lance("purge", "--yes", jour="2028-06-01", code=1)
    assert any("purge a été interrompue" in s for s in _status("2028-06-01", code=1)["soucis"])
    dit = lance("purge", "--yes", jour="2028-06-01")
    assert "Rien à effacer" in dit
    assert "regagnés" in dit
    assert not any("purge" in s for s in _status("2028-06-01", code=1)["soucis"])
    assert registre.stat().st_size <= avant - sum(map(len, ENVOIS.values())) * 0.9  # the place is given back
    with closing(ouvre(registre)) as db:
        assert db.execute("PRAGMA freelist_count").fetchone() == (0,)
    assert "regagnés" not in lance("purge", "--yes", jour="2028-06-01")


def test_what_is_erased_leaves_the_file_however_sqlite_was_compiled(
    registre: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite3.connect

    def compiled_without(*a: Any, **k: Any) -> sqlite3.Connection:
        connexion: sqlite3.Connection = connect(*a, **k)
        connexion.execute("PRAGMA secure_delete = OFF")
        return connexion

    monkeypatch.setattr(sqlite3, "connect", compiled_without)
    with closing(ouvre(registre)) as db:
        assert db.execute("PRAGMA secure_delete").fetchone() == (1,)
        db.execute("INSERT INTO questions (personne, posee_le, texte) VALUES ('x', '2022', ?)", ("TRÈS SECRET" * 2000,))
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert "TRÈS SECRET".encode() in registre.read_bytes()
        db.execute("DELETE FROM questions")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert "TRÈS SECRET".encode() not in registre.read_bytes()


def test_what_is_due_is_due_to_the_day(registre: Path) -> None:
    """Locked on 15 March 2022, kept five years: the fifteenth is not over, and on the sixteenth it goes."""
    assert "aucune. Rien à effacer" in lance("purge", jour="2027-03-15")
    assert "2 classeurs d'origine" in lance("purge", jour="2027-03-16")
    with closing(ouvre(registre)) as db:
        for le in ("2022-03-15T23:59:59+01:00", "2022-03-16T00:00:00+01:00"):
            db.execute("INSERT INTO questions (personne, posee_le, texte) VALUES ('x', ?, ?)", (le, le))
        db.execute("UPDATE pulls SET debut = '2022-03-15T23:00:00+01:00'")
        db.execute("UPDATE fichiers SET campagne = ''")
    lance("purge", "--yes", jour="2027-03-16")
    with closing(ouvre(registre)) as db:
        assert db.execute("SELECT texte FROM questions").fetchall() == [("2022-03-16T00:00:00+01:00",)]
        assert db.execute("SELECT count(*) FROM originaux WHERE efface_le IS NULL").fetchone() == (0,)
        db.execute("UPDATE originaux SET efface_le = NULL")
        db.execute("UPDATE pulls SET debut = '2022-03-16T00:00:00+01:00'")
    assert "classeur" not in lance("purge", jour="2027-03-16")
    assert "closes avant le 28/02/2023" in lance("purge", jour="2028-02-29")  # a day that was not, five years before


def test_how_long_is_the_regions_choice(registre: Path, dossier: Dossier, tmp_path: Path) -> None:
    copie = Path(shutil.copytree(dossier.chemin, tmp_path / "region"))
    reglages = copie / "reglages.toml"
    reglages.write_text(reglages.read_text().replace("conservation_annees = 5", "conservation_annees = 10"))
    assert "aucune. Rien à effacer" in lance("purge", "--dossier", copie, jour="2028-06-01")
    reglages.write_text(reglages.read_text().replace("conservation_annees = 10", "conservation_annees = 0.5"))
    assert "« conservation_annees » attend un nombre entier" in lance("purge", "--dossier", copie, code=2)


def test_the_people_of_old_folders_go_with_the_rest(registre: Path, dossier: Dossier, tmp_path: Path) -> None:
    copie = Path(shutil.copytree(dossier.chemin, tmp_path / "region"))
    (copie / "reglages.toml").write_text((copie / "reglages.toml").read_text() + "\n")
    with closing(ouvre(registre)) as db:
        note(db, charge(copie), JOUR.replace(month=3))
    assert "1 liste de personnes" in lance("purge", "--yes", "--dossier", copie, jour="2028-06-01")
    with closing(ouvre(registre)) as db:
        archives = dict(db.execute("SELECT empreinte, archive FROM dossiers").fetchall())
    assert deplie(archives[dossier.empreinte]).personnes == {}
    assert deplie(archives[dossier.empreinte]).objectifs == dossier.objectifs
    assert deplie(archives[charge(copie).empreinte]).personnes == dossier.personnes


# What is stale


def _status(jour: str, *arguments: str | Path, code: int) -> dict[str, Any]:
    texte = lance("status", "--json", *arguments, code=code, jour=jour)
    rendu: dict[str, Any] = json.loads(texte[texte.index("{") :])
    return rendu


def test_status_keeps_its_keys_and_is_green_on_a_fresh_register(registre: Path) -> None:
    rendu = _status("2022-02-02", code=0)
    assert list(rendu) == ["dossier", "registre", "taille", "dernier_releve", "jours_depuis_releve", "dossier_change",
                           "derniere_sauvegarde", "sources", "slack", "service", "courrier", "en_retard", "soucis", "a_noter"]  # fmt: skip
    assert rendu["soucis"] == []
    assert (rendu["jours_depuis_releve"], rendu["derniere_sauvegarde"], rendu["dossier_change"]) == (1, None, False)
    assert rendu["taille"] > 100_000


def test_status_worries_about_an_old_pull_while_a_campaign_is_open_and_about_backups(registre: Path) -> None:
    soucis = _status("2022-02-20", code=1)["soucis"]
    assert any("Le dernier relevé date de 19 jours" in s and "lancez vigie pull" in s for s in soucis)
    assert any("Aucune sauvegarde depuis le premier relevé, il y a 19 jours (7 au plus)" in s for s in soucis)
    lance("backup", jour="2022-02-20")
    assert not any("sauvegarde" in s for s in _status("2022-02-27", code=1)["soucis"])
    assert any("La dernière sauvegarde date de 8 jours" in s for s in _status("2022-02-28", code=1)["soucis"])
    assert not any("dernier relevé date" in s for s in _status("2022-05-01", code=1)["soucis"])  # none is open


def test_status_names_who_is_late_without_turning_red(registre: Path) -> None:
    lance("backup", jour="2022-03-01")
    with closing(ouvre(registre)) as db:
        db.execute("UPDATE pulls SET debut = '2022-03-01T09:00:00+01:00'")
    rendu = _status("2022-03-01", code=0)
    assert len(rendu["en_retard"]) == 10
    assert "échéance du 28/02/2022 passée : 10 GHT attendus" in rendu["a_noter"][0]


def test_status_sees_a_source_gone_silent_a_folder_changed_and_a_pull_cut_short(
    registre: Path, dossier: Dossier, tmp_path: Path
) -> None:
    for f in Path("recus").iterdir():
        f.unlink()
    with closing(ouvre(registre)) as db:
        releve_ici(db, dossier, Path("recus"), 1)
    (souci,) = _status("2022-02-02", code=1)["soucis"]
    assert "ne tient plus aucun classeur (elle en a eu jusqu'à 2)" in souci
    Path("recus").rmdir()
    assert "n'existe plus" in _status("2022-02-02", code=1)["soucis"][0]
    copie = Path(shutil.copytree(dossier.chemin, tmp_path / "region"))
    (copie / "bornes.csv").write_text((copie / "bornes.csv").read_text() + "\n")
    rendu = _status("2022-02-02", "--dossier", copie, code=1)
    assert rendu["dossier_change"]
    assert any("Lancez : vigie rejudge" in s for s in rendu["soucis"])
    with closing(ouvre(registre)) as db:
        db.execute("DELETE FROM bilans WHERE pull = 2")
    assert any("interrompu" in s for s in _status("2022-02-02", code=1)["soucis"])


def test_a_pull_under_way_is_not_one_that_was_cut_and_status_says_both(registre: Path, dossier: Dossier) -> None:
    with closing(ouvre(registre)) as db:
        with un_seul_releve(db):
            db.execute("INSERT INTO pulls (debut, dossier) SELECT '2022-02-02T09:00:00+01:00', dossier FROM pulls")
            rendu = _status("2022-02-02", code=0)
            assert (rendu["dernier_releve"]["etat"], rendu["dernier_releve"]["fin"]) == ("en cours", None)
            dit = lance("status", jour="2022-02-02")
            assert "Dernier relevé le 02/02/2022 à 09h00, aujourd'hui : en cours." in dit
            assert "interrompu" not in dit
        assert _status("2022-02-02", code=1)["dernier_releve"]["etat"] == "interrompu"
        dit = lance("status", jour="2022-02-02", code=1)
        assert "Dernier relevé le 02/02/2022 à 09h00, aujourd'hui : interrompu." in dit
        assert "Le dernier relevé a été interrompu ; relancez vigie pull, rien n'est perdu." in dit
        with un_seul_releve(db):  # a purge holds the lock without pulling
            assert _status("2022-02-02", code=1)["dernier_releve"]["etat"] == "interrompu"
        with un_seul_releve(db):
            pass  # whoever only looks leaves the lock to be taken
        releve_ici(db, dossier, Path("recus"), 1)
    assert _status("2022-02-02", code=0)["dernier_releve"]["etat"] == "fini"


def test_status_stays_a_page_whatever_is_wrong(registre: Path) -> None:
    with closing(ouvre(registre)) as db:
        for n in range(300):
            db.execute(
                "INSERT INTO illisibles SELECT max(pull), chemin, ?, ? FROM sources", (f"{n}", f"« {n} » est muet.")
            )
    rendu = _status("2022-02-02", code=1)
    assert len(rendu["soucis"]) == 21
    assert rendu["soucis"][-1] == "… et 280 autres fichiers ou dossiers illisibles."


def test_what_this_version_knows_is_what_it_writes(registre: Path) -> None:
    with closing(ouvre(registre)) as db:
        noms = [m.name for m in schema.registre.applied(db)]
    assert frozenset(noms) == etapes()
    numeros = [int(nom[1:4]) for nom in noms]
    assert len(set(numeros)) == len(numeros)
