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
from config.french import compte
from config.safe_write import PARTIAL, beside, second_name, settle
from sheets.register import carry_over, schema
from sheets.register.carry_over import Repris
from sheets.register.database import ecriture, est_a_nous, migre, ouverture_seule, plus_recentes
from sheets.register.schema import table_des_lignes
from sheets.trames import TRAMES

SQLITE = b"SQLite format 3\0"
INTACT = "Rien n'a été remplacé."


@dataclass(frozen=True, slots=True)
class Contenu:
    """What a register holds, to be told from another one. `debut` is its last pull's, None without any."""

    debut: str | None
    fichiers: int
    actes: int
    octets: int


def nom_date(registre: Path, quand: datetime, quoi: str = "") -> str:
    """« vigie-2022-03-31-120000.sqlite »."""
    return f"{registre.stem}{quoi}-{quand:%Y-%m-%d-%H%M%S}.sqlite"


def sauve(db: Database, registre: Path, vers: Path, quand: datetime) -> Contenu:
    """Write a consistent copy of an open register under that name, once verified. Raises UserError, and leaves nothing."""
    if vers.exists():
        raise UserError(f"« {vers} » existe déjà, et une sauvegarde n'en écrase jamais une autre. Donnez un autre nom.")
    vers.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    oublie_les_partiels(vers.parent, quand)
    with beside(vers, private=True) as copie:
        with _avoue(vers), closing(sqlite3.connect(copie)) as destination:
            db.conn.backup(destination)  # in one step: one state of the register, whoever writes meanwhile
            destination.execute(
                "PRAGMA journal_mode = DELETE"
            )  # one file, that opens even where nothing can be written
        try:
            contenu = verifie(copie, copie)
        except UserError as faute:
            raise UserError(
                f"La sauvegarde n'a pas été gardée : {str(faute).replace(str(copie), str(registre))}"
            ) from None
        settle(copie, vers)
    return contenu


def note(db: Database, vers: Path, quand: datetime, octets: int) -> None:
    """Remember that a backup was made, and where."""
    with ecriture(db):
        db.execute(
            "INSERT INTO sauvegardes (le, chemin, octets) VALUES (?, ?, ?)",
            (quand.isoformat(timespec="seconds"), str(vers.resolve()), octets),
        )


def eclaircit(dossier: Path, registre: Path, garde: int) -> list[Path]:
    """Remove the oldest dated backups of this register in a folder, past the `garde` latest; return those removed."""
    motif = re.compile(rf"{re.escape(registre.stem)}-\d{{4}}-\d{{2}}-\d{{2}}-\d{{6}}\.sqlite")
    siennes = sorted((f for f in dossier.iterdir() if motif.fullmatch(f.name)), reverse=True)
    for f in siennes[garde:]:
        f.unlink()
    return siennes[garde:]


def oublie_les_partiels(dossier: Path, quand: datetime) -> None:
    """Remove what a copy that was killed left behind; a day later nobody is still writing it."""
    hier = (quand - timedelta(days=1)).timestamp()
    for f in dossier.glob(f".*{PARTIAL}*"):
        if f.stat().st_mtime < hier:
            f.unlink(missing_ok=True)


@contextmanager
def prepare(sauvegarde: Path, registre: Path, quand: datetime) -> Iterator[tuple[Path, Contenu]]:
    """A verified copy of a backup, brought to today's schema, beside the register it may replace. The backup is only read.

    Raises UserError, in one sentence, when it is not a whole register of ours that this version can open.
    """
    with beside(registre, private=True) as copie:
        shutil.copyfile(sauvegarde, copie)
        if (journal := Path(f"{sauvegarde}-wal")).exists():  # a register copied by hand while it was open
            shutil.copyfile(journal, f"{copie}-wal")
        contenu = verifie(copie, sauvegarde)
        with _avoue(registre), closing(Database(sqlite3.connect(copie, isolation_level=None))) as db:
            db.execute("PRAGMA foreign_keys = ON")
            migre(db)
            db.execute("DELETE FROM questions_en_cours")  # those of that day were answered since
            _sommes(db, sauvegarde)
            note(db, sauvegarde, quand, contenu.octets)  # what is put back has a backup: this one
            db.execute("PRAGMA journal_mode = DELETE")
        if registre.exists():
            shutil.copymode(registre, copie)
        yield copie, contenu


def a_reprendre(registre: Path, copie: Path) -> Repris | None:
    """What would be carried over from the register into a verified copy put in its place; None when there is none."""
    return _reprend(copie, registre, essai=True) if registre.exists() else None


def remplace(registre: Path, copie: Path, de_cote: Path) -> Repris | None:
    """Put a verified copy in the place of the register, which stays under `de_cote`; None when there was none.

    What the register has said since is carried over into the copy, once nobody can add to it. One rename makes the change: before it the old register is whole, after it the new one is. Raises UserError when
    some other program has the register open: what it would still write belongs to the old one.
    """
    with ouverture_seule(registre):
        repris = None
        if registre.exists():
            repris = _reprend(copie, registre) if _referme(registre, de_cote) else Repris(manque=carry_over.ABIME)
            second_name(registre, de_cote)
        settle(copie, registre, over=True)
    return repris


def _reprend(copie: Path, registre: Path, *, essai: bool = False) -> Repris:
    try:
        _entete(registre, registre)
    except UserError:
        return Repris(manque=carry_over.ABIME)
    with _avoue(registre):
        return carry_over.reprend(copie, registre, essai=essai)


def resume(chemin: Path) -> Contenu | None:
    """What a register holds, without changing it; None when it cannot be read."""
    try:
        with closing(Database(sqlite3.connect(f"file:{chemin.resolve()}?mode=ro", uri=True))) as db:
            return _contenu(db, chemin)
    except sqlite3.DatabaseError:
        return None


def verifie(chemin: Path, dite: Path) -> Contenu:
    """Check a register whole: ours, of a version we know, sound, adding up, with its originals. `dite` is its name in words.

    Raises UserError with the first thing that is wrong.
    """
    _entete(chemin, dite)
    try:
        with closing(Database(sqlite3.connect(chemin, isolation_level=None))) as db:
            if db.table_names() and not est_a_nous(db):
                raise UserError(f"« {dite} » est la base d'un autre programme, pas une sauvegarde de Vigie. {INTACT}")
            if not schema.registre.applied(db):
                raise UserError(f"« {dite} » ne contient aucun registre : il est vide. {INTACT}")
            if plus_recentes(db):
                raise UserError(
                    f"« {dite} » : cette sauvegarde vient d'une version plus récente de Vigie. {INTACT}"
                    " Mettez Vigie à jour, puis recommencez."
                )
            _saine(db, dite)
            _sommes(db, dite)
            _originaux(db, dite)
            return _contenu(db, chemin)
    except sqlite3.DatabaseError as faute:
        raise _abime(dite, "une page ne peut pas être lue") from faute


def _entete(chemin: Path, dite: Path) -> None:
    """Size and first bytes: what SQLite would otherwise take for a new base, or read up to where the file stops."""
    octets = chemin.stat().st_size
    with chemin.open("rb") as f:
        debut = f.read(100)
    if not octets:
        raise UserError(f"« {dite} » est vide (0 octet) : ce n'est pas une sauvegarde. {INTACT}")
    if not debut.startswith(SQLITE[: len(debut)]):
        raise UserError(f"« {dite} » n'est pas une base SQLite, donc pas une sauvegarde de Vigie. {INTACT}")
    page = int.from_bytes(debut[16:18], "big")
    attendus = (65536 if page == 1 else page) * int.from_bytes(debut[28:32], "big")
    if len(debut) < 100 or (octets < attendus and not Path(f"{chemin}-wal").exists()):
        raise UserError(
            f"« {dite} » est tronqué : {compte(octets, 'octet')} là, {compte(attendus, 'attendu', 'attendus')}. {INTACT}"
            " La copie s'est sans doute arrêtée en route ; reprenez-la, ou une autre sauvegarde."
        )


def _abime(dite: Path, pourquoi: str) -> UserError:
    return UserError(f"« {dite} » est abîmé ({pourquoi}). {INTACT} Prenez une autre sauvegarde.")


def _saine(db: Database, dite: Path) -> None:
    dit = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if dit != "ok":
        raise _abime(dite, "ses pages ne tiennent plus ensemble")
    if orphelin := db.execute("PRAGMA foreign_key_check").fetchone():
        raise _abime(dite, f"une ligne de « {orphelin[0]} » renvoie à une ligne absente de « {orphelin[2]} »")


def _sommes(db: Database, dite: Path) -> None:
    """Every tab's control totals, added up again from its lines."""
    lignes = " UNION ALL ".join(
        f"SELECT onglet, bloquee, gain_exercice, retire FROM {table_des_lignes(t)}" for t in TRAMES.values()
    )
    faux = db.execute(
        f"SELECT f.chemin, o.feuille FROM onglets o JOIN fichiers f ON f.id = o.fichier LEFT JOIN (SELECT onglet,"
        f" count(*) AS n, sum(bloquee) AS b, sum(gain_exercice) AS g, sum(retire) AS r FROM ({lignes}) GROUP BY onglet) l"
        " ON l.onglet = o.id WHERE (o.lignes_rejetees + o.lignes_retenues, o.lignes_rejetees, o.gain_declare, o.gain_retire)"
        " <> (coalesce(l.n, 0), coalesce(l.b, 0), coalesce(l.g, 0), coalesce(l.r, 0)) LIMIT 1"
    ).fetchone()
    if faux:
        raise _abime(dite, f"les lignes de {Path(faux[0]).name}, onglet {faux[1]}, ne redonnent pas ses totaux")


def _originaux(db: Database, dite: Path) -> None:
    """Every original file is the one its hash tells, or was erased on purpose."""
    effaces = "efface_le" if "efface_le" in db["originaux"].columns_dict else "NULL"
    for empreinte, octets, efface in db.execute(f"SELECT empreinte, octets, {effaces} FROM originaux"):
        if hashlib.sha256(octets).hexdigest() != empreinte and not (efface and not octets):
            raise _abime(dite, f"un classeur d'origine n'est plus celui qui a été reçu, {empreinte[:12]}…")


def _contenu(db: Database, chemin: Path) -> Contenu:
    actes = db.execute("SELECT count(*) FROM actes").fetchone()[0] if "actes" in db.table_names() else 0
    debut = db.execute("SELECT max(debut) FROM pulls").fetchone()[0]
    fichiers = db.execute("SELECT count(*) FROM fichiers").fetchone()[0]
    return Contenu(debut, fichiers, actes, chemin.stat().st_size)


def _referme(registre: Path, de_cote: Path) -> bool:
    """Bring back into the register what its journal still holds; a journal left beside would be read into the new one.

    False when it is too damaged to be closed.
    """
    try:
        _entete(registre, registre)
        with closing(sqlite3.connect(registre, timeout=2)) as connexion:
            connexion.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError:
        raise UserError(
            f"Le registre « {registre} » est ouvert par un autre programme. {INTACT}"
            " Arrêtez-le (service vigie run, Datasette, tableur…), puis recommencez."
        ) from None
    except (UserError, sqlite3.DatabaseError):  # its journal goes aside with it
        for suite in ("-wal", "-shm"):
            if Path(f"{registre}{suite}").exists():
                Path(f"{registre}{suite}").rename(f"{de_cote}{suite}")
        return False
    return True


@contextmanager
def _avoue(chemin: Path) -> Iterator[None]:
    """SQLite's complaint about a copy, in a sentence."""
    try:
        yield
    except sqlite3.DatabaseError as faute:
        raise UserError(
            f"« {chemin} » n'a pas pu être écrit : le disque est plein, ou ne répond plus. Rien n'a changé. Faites de la"
            " place sur ce disque, ou donnez un autre chemin, puis relancez."
        ) from faute
