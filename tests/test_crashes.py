"""A pull killed at any moment, on a full disk, or beside another one, ends in the register of an undisturbed run."""

from __future__ import annotations

import itertools
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from config.campaign import PARIS
from config.folder import Dossier
from config.territory import FRANCE
from reports.gains import gains, pourquoi
from reports.progress import etats
from reports.quality import rejets
from reports.view import Sujet, Vue
from sheets.register import outbox
from sheets.register.backup import verifie
from sheets.register.database import ouvre
from sheets.register.outbox import Cle
from tests.conftest import Remplir, trame_remplie
from tests.workshop import MOREZ, SUD, en_janvier

pytestmark = pytest.mark.e2e  # over two minutes of processor
RACINE = Path(__file__).parents[1]
JOUR = date(2023, 6, 1)
MORTS = 200
MORTS_DES_PROCESSUS = 4
"""Kills of a pull that reads in its worker processes, as people run it."""


class Lanceur:
    """A warm process that runs commands in children of its own; `avant` is what it is started under."""

    def __init__(self, source: Path, *avant: str) -> None:
        commande = [*avant, sys.executable, "-m", "tests.launcher", str(source)]
        self.processus = subprocess.Popen(
            commande, cwd=RACINE, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def __call__(self, *courses: dict[str, Any]) -> list[dict[str, Any]]:
        entree, sortie = self.processus.stdin, self.processus.stdout
        assert entree is not None
        assert sortie is not None
        entree.write(json.dumps(courses) + "\n")
        entree.flush()
        rendu: list[dict[str, Any]] = json.loads(sortie.readline())
        return rendu

    def ferme(self) -> None:
        self.processus.communicate()


@pytest.fixture(scope="module")
def lanceur(source: Path) -> Iterator[Lanceur]:
    un = Lanceur(source)
    yield un
    un.ferme()


@dataclass(frozen=True)
class Commande:
    """A command under test. `prepare` commands run first, undisturbed; `{source}` stands for the folder of trames."""

    nom: str
    arguments: tuple[str, ...]
    prepare: tuple[tuple[str, ...], ...] = ()
    jour: date = JOUR

    def course(self, registre: Path, source: Path, **autres: Any) -> dict[str, Any]:
        return {"arguments": _ou(self.arguments, registre, source, self.jour), **autres}

    def pose(self, lanceur: Lanceur, registre: Path, source: Path) -> None:
        """Start from a new register, with what must be there before."""
        for suite in ("", "-wal", "-shm", "-journal", ".verrou"):
            Path(f"{registre}{suite}").unlink(missing_ok=True)
        for arguments in self.prepare:
            (fini,) = lanceur({"arguments": _ou(arguments, registre, source)})
            assert fini.get("code") == 0, fini


def _ou(arguments: tuple[str, ...], registre: Path, source: Path, jour: date = JOUR) -> list[str]:
    mots = {
        "{source}": str(source),
        "{essai}": str(_on_trial(source)),
        "{sorties}": str(registre.parent / "sorties"),
    }
    dits = [reduce(lambda a, m: a.replace(*m), mots.items(), argument) for argument in arguments]
    return [*dits, "--registre", str(registre), "--today", str(jour)]


def _on_trial(source: Path) -> Path:
    """Where the folder of settings on trial lies: beside the files received, one per making of them."""
    return source.with_name(f"{source.name}-essai")


PULL = Commande("pull", ("pull", "{source}"))
LIGNE, QUI = f"2021-annuelle/{SUD}/0002", "referent.bfc@exemple.invalid"
DECIDE = Commande("decide", ("decide", LIGNE, "--retenir", "--motif", "relu", "--as", QUI), prepare=(PULL.arguments,))
LOCK = Commande(
    "lock", ("campaign", "lock", "2021-annuelle", "--motif", "clos", "--as", QUI), prepare=(PULL.arguments,)
)
REJUDGE = Commande("rejudge", ("rejudge", "--yes", "--dossier", "{essai}"), prepare=(PULL.arguments,))
PURGE = Commande("purge", ("purge", "--yes"), prepare=(PULL.arguments, DECIDE.arguments), jour=date(2029, 6, 1))
COMMANDES = [PULL, DECIDE, LOCK, REJUDGE, PURGE]
"""Another command that writes joins the list."""


@pytest.fixture(params=[pytest.param(c, id=c.nom) for c in COMMANDES])
def commande(request: pytest.FixtureRequest) -> Commande:
    rendu: Commande = request.param
    return rendu


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory, dossier: Dossier) -> Path:
    """Fifteen small files: partial workbooks, three campaigns, some replaced, one refused, doubles across them."""
    ici = tmp_path_factory.mktemp("recus")
    remplit: Remplir = _remplit(dossier)
    double = {
        "intitule": "gants",
        "marche": "2021-007",
        "gain_annuel": 1234.56,
        "date_premiere_commande": date(2021, 1, 4),
    }
    milieu = {"gain_annuel": 1200, "date_premiere_commande": date(2022, 1, 4)}
    trop = en_janvier(165_381, montant_reference=49_747)
    envois: dict[str, Any] = {
        "a-sud": remplit({SUD: [double, trop]}),
        "b-morez": remplit({MOREZ: [double, en_janvier(77)]}, remise=False),
        "c-mi": remplit({SUD: [milieu, double]}, campagne="2022-mi-annee"),
        "d-sud-bis": remplit({SUD: [double, en_janvier(-50), trop]}),
        "e-rebut": b"PK\x03\x04 pas un classeur",
        "f-fin": remplit({SUD: [milieu]}, campagne="2022-annuelle"),
    }
    envois |= {f"g-{n}": envois["a-sud" if n % 2 else "d-sud-bis"] for n in range(9)}
    for rang, (nom, octets) in enumerate(envois.items()):
        (ici / f"{nom}.xlsx").write_bytes(octets)
        os.utime(ici / f"{nom}.xlsx", (1_660_000_000 + rang,) * 2)
    # a rule on trial: judging again changes something
    essai = Path(shutil.copytree(dossier.chemin, _on_trial(ici)))
    reglages = (essai / "reglages.toml").read_text(encoding="utf-8")
    (essai / "reglages.toml").write_text(
        reglages.replace("controles = []", 'controles = ["performance-superieure-100"]')
    )
    return ici


def _remplit(dossier: Dossier) -> Remplir:
    """The fixture of the same name, at the scope of this module."""
    fonction: Any = trame_remplie
    rendu: Remplir = fonction.__wrapped__(dossier)
    return rendu


# What two registers have in common, whatever happened on the way

DEBOUT = {
    "fichiers": "id, chemin, modifie_le, empreinte, etat, motif, trame, version, ght, campagne, remis, contact, recu",
    "onglets": "*",
    "lignes_paat": "*",
    "originaux": "empreinte, length(octets), hex(substr(octets, 1, 64))",
    "reperes": "*",
    "campagnes_connues": "*",
    "copies": "chemin, fichier",
    "dossiers": "empreinte",
    "dossiers_en_vigueur": "dossier",
    "en_vigueur_campagnes": "*",
    "en_vigueur_membres": "*",
    "actes": "le, par, genre, campagne, ght, finess, action_id, valeur, motif",
}
"""Facts, all but when and in which pull."""
LAISSEES = {"illisibles", "pulls", "bilans", "sources", "recoupements", "constats", "sous_alertes", "questions", "sauvegardes", "evenements_du_chat", "questions_en_cours", "signes_de_vie",
            "messages", "gestes", "courriels", "courriels_en_attente", "pas_du_service", "_sqlite_migrations"}  # fmt: skip
"""How many pulls it took differs; findings are compared below, the last look at each campaign alone."""
CONSTATS = (
    "SELECT fichier, onglet, code, gravite, feuille, ligne, cellule, colonne, valeur, message, correction, enjeu,"
    " recoupement IS NOT NULL FROM constats WHERE recoupement IS NULL OR recoupement IN ("
    " SELECT max(id) FROM recoupements GROUP BY campagne) ORDER BY 1, 2, 3, 5, 6, 7, 10"
)
UNDER_ALERT = "SELECT onglet, cents FROM sous_alertes WHERE recoupement IN (SELECT max(id) FROM recoupements GROUP BY campagne) ORDER BY 1"


def faits(registre: Path) -> dict[str, Any]:
    """Everything a register knows, but for times and for how many runs it took."""
    with closing(sqlite3.connect(registre)) as db:
        tables = {n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert tables == DEBOUT.keys() | LAISSEES
        # Whoever decides again after a crash has decided twice: both rows stay, and say the same.
        rendu = {t: sorted(db.execute(f"SELECT DISTINCT {quoi} FROM {t}"), key=repr) for t, quoi in DEBOUT.items()}  # noqa: S608
        rendu["constats"] = db.execute(CONSTATS).fetchall()
        rendu["sous_alertes"] = db.execute(UNDER_ALERT).fetchall()
        rendu["recoupes"] = db.execute("SELECT DISTINCT campagne FROM recoupements ORDER BY 1").fetchall()
        return rendu


def reponses(registre: Path, dossier: Dossier) -> list[Any]:
    with closing(ouvre(registre)) as db:
        vue = Vue(db, dossier, JOUR)
        sujets = [Sujet(FRANCE, n) for n in (2021, 2022)]
        return [f(vue, s) for s in sujets for f in (gains, pourquoi, rejets)] + [etats(vue, s) for s in sujets]


@pytest.fixture(scope="module")
def attendus(
    lanceur: Lanceur, source: Path, dossier: Dossier, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Any, Any, float]]:
    """For each command: the facts and answers of an undisturbed run, and how long it takes."""
    rendus = {}
    for c in COMMANDES:
        registre = tmp_path_factory.mktemp("attendu") / "vigie.sqlite"
        durees = []
        for _ in range(3):
            c.pose(lanceur, registre, source)
            (fini,) = lanceur(c.course(registre, source))
            assert fini.get("code") == 0, fini
            durees.append(fini["duree"])
        rendus[c.nom] = (faits(registre), reponses(registre, dossier), sorted(durees)[1])
    assert all(
        rendus[c.nom][0] != rendus["pull"][0] for c in COMMANDES if c is not PULL
    )  # each of them changes something
    constats = rendus["pull"][0]["constats"]
    assert any(c[-1] for c in constats)  # the checks on a whole campaign had something to find
    return rendus


def interrompus(registre: Path) -> tuple[int, int]:
    """(pulls begun, pulls cut short)."""
    if not registre.exists():
        return 0, 0
    with closing(sqlite3.connect(registre)) as db:
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'bilans'").fetchone():
            return 0, 0
        requete = (
            "SELECT count(*), count(*) FILTER (WHERE b.pull IS NULL) FROM pulls p LEFT JOIN bilans b ON b.pull = p.id"
        )
        rendu: tuple[int, int] = db.execute(requete).fetchone()
        return rendu


# Killed


def test_killed_at_any_moment_nothing_is_lost_nothing_is_twice(
    commande: Commande, lanceur: Lanceur, source: Path, dossier: Dossier, tmp_path: Path,
    attendus: dict[str, tuple[Any, Any, float]],
) -> None:  # fmt: skip
    """At least 200 kills in all; after each one the command is simply run again."""
    des, registre = random.Random(20220331), tmp_path / "vigie.sqlite"
    fait, repond, duree = attendus[commande.nom]
    morts = en_plein = 0
    voulus = MORTS if commande is PULL else MORTS // 10
    for tour in itertools.count():
        if morts >= voulus:
            break
        commande.pose(lanceur, registre, source)
        if tour % 4:
            ouvre(registre).close()  # one time in four, the register is yet to be created
        for _ in range(8):
            avant = interrompus(registre)[1]
            (fini,) = lanceur(commande.course(registre, source, tue=duree * des.uniform(0.35, 0.9)))
            if "tuee" not in fini:
                assert fini["code"] == 0, fini
                duree *= 0.93  # the machine is quicker than it was
                break
            morts += 1
            if interrompus(registre)[1] > avant:
                en_plein += 1
            else:
                duree *= 1.07
        (fini,) = lanceur(commande.course(registre, source))
        assert fini["code"] == 0, fini
        assert faits(registre) == fait
    assert reponses(registre, dossier) == repond
    verifie(registre, registre)
    if commande is PULL:
        assert en_plein >= morts / 2, f"{en_plein} of {morts} kills fell inside the work"


def test_killed_with_its_reading_processes_it_continues(
    lanceur: Lanceur, source: Path, tmp_path: Path, attendus: dict[str, tuple[Any, Any, float]]
) -> None:
    des, registre = random.Random(7), tmp_path / "vigie.sqlite"
    PULL.pose(lanceur, registre, source)
    (fini,) = lanceur(PULL.course(tmp_path / "essai.sqlite", source, pool=True))
    for _ in range(MORTS_DES_PROCESSUS):
        lanceur(PULL.course(registre, source, pool=True, tue=fini["duree"] * des.uniform(0.5, 1.0)))
    (fini,) = lanceur(PULL.course(registre, source, pool=True))
    assert fini["code"] == 0, fini
    assert faits(registre) == attendus["pull"][0]


# Full


def complaints(fini: dict[str, Any]) -> list[str]:
    """What a run said went wrong: which folder and which new register it works on are no complaint."""
    return [li for li in fini["plaint"].splitlines() if not li.startswith(("Dossier de la région", "Nouveau registre"))]


def dit_le_disque_plein(fini: dict[str, Any]) -> bool:
    """Whether a run stopped on a full disk, and said so in one French sentence."""
    assert fini.get("code") in (0, 2), fini
    if fini["code"] == 0:
        return False
    (phrase,) = complaints(fini)
    assert "plein" in phrase, phrase
    assert "Faites de la place" in phrase
    return True


def _montage_possible() -> bool:
    essai = ["unshare", "-rm", "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "/mnt"]
    return (
        shutil.which("unshare") is not None and subprocess.run(essai, capture_output=True, check=False).returncode == 0
    )


@pytest.mark.skipif(not _montage_possible(), reason="this machine lets nobody mount a disk of their own")
def test_on_a_full_disk_nothing_is_lost_and_the_next_run_continues(
    commande: Commande, source: Path, tmp_path: Path, attendus: dict[str, tuple[Any, Any, float]]
) -> None:
    """A disk with every room up to enough: the run stops with a sentence, room is made, the next run ends."""
    (disque := tmp_path / "disque").mkdir()
    (sorti := tmp_path / "sorti").mkdir()
    un = Lanceur(source, "unshare", "-rm")
    registre, pleins = disque / "vigie.sqlite", 0
    for ko in range(0, 2000, 80) if commande is PULL else (0, 8, 40, 300):
        assert un({"systeme": ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disque)]}) == [{"code": 0}]
        commande.pose(un, registre, source)
        lest = f"$(($(df -k --output=avail {disque} | tail -1) - {ko}))"
        un({"systeme": ["sh", "-c", f"dd if=/dev/zero of={disque}/lest bs=1k count={lest} 2>/dev/null"]})
        (fini,) = un(commande.course(registre, source))
        pleins += dit_le_disque_plein(fini)
        un({"systeme": ["rm", f"{disque}/lest"]})
        (fini,) = un(commande.course(registre, source))
        assert fini["code"] == 0, fini
        un({"systeme": ["sh", "-c", f"cp {registre} {registre}-wal {sorti} 2>/dev/null; umount {disque}"]})
        assert faits(sorti / "vigie.sqlite") == attendus[commande.nom][0]
        for f in sorti.iterdir():
            f.unlink()
    un.ferme()
    assert pleins >= (10 if commande is PULL else 1)


def test_when_no_file_may_grow_any_more_it_is_said_and_the_next_run_continues(
    commande: Commande, lanceur: Lanceur, source: Path, tmp_path: Path, attendus: dict[str, tuple[Any, Any, float]]
) -> None:
    """Another way for a write to fail in the middle: a limit on the size of files."""
    registre, pleins = tmp_path / "vigie.sqlite", 0
    for ko in range(16, 700, 60) if commande is PULL else (1, 4, 8, 200):
        commande.pose(lanceur, registre, source)
        (fini,) = lanceur(commande.course(registre, source, limite=ko * 1024))
        pleins += dit_le_disque_plein(fini)
        (fini,) = lanceur(commande.course(registre, source))
        assert fini["code"] == 0, fini
        assert faits(registre) == attendus[commande.nom][0]
    assert pleins >= (3 if commande is PULL else 1)


# What a command writes for people

FICHIERS = {
    "retour": ("retour", "{source}/a-sud.xlsx", "-o", "{sorties}"),
    "template": ("template", "paat", "--ght", "BFC-08", "--campagne", "2022-annuelle", "-o", "{sorties}/t.xlsx"),
}


def classeurs(dossier: Path) -> dict[str, Any]:
    """Every workbook of a folder, cell by cell: one that is cut cannot be opened."""
    livres = {f.name: load_workbook(f) for f in dossier.glob("[!.]*")}
    return {n: [list(o.iter_rows(values_only=True)) for o in livre.worksheets] for n, livre in livres.items()}


@pytest.mark.parametrize("nom", FICHIERS)
def test_killed_while_it_writes_a_workbook_no_half_of_one_stands_under_a_name(
    nom: str, lanceur: Lanceur, source: Path, tmp_path: Path
) -> None:
    registre, des, coupes = tmp_path / "vigie.sqlite", random.Random(11), 0
    PULL.pose(lanceur, registre, source)
    lanceur(PULL.course(registre, source))
    course = {"arguments": _ou(FICHIERS[nom], registre, source)}
    (fini,) = lanceur(course)
    assert fini["code"] in (0, 1), fini
    attendus = classeurs(tmp_path / "sorties")
    assert attendus
    for _ in range(8):
        shutil.rmtree(tmp_path / "sorties")
        lanceur({**course, "tue": fini["duree"] * des.uniform(0.3, 1.0)})
        coupe = classeurs(tmp_path / "sorties") if (tmp_path / "sorties").exists() else {}
        assert coupe.items() <= attendus.items()
        coupes += coupe != attendus
        (reprise,) = lanceur(course)
        assert reprise["code"] == fini["code"], reprise
        assert classeurs(tmp_path / "sorties") == attendus
    assert coupes


# Two at once


def test_two_at_once_are_one_or_one_after_the_other(
    commande: Commande, lanceur: Lanceur, source: Path, tmp_path: Path, attendus: dict[str, tuple[Any, Any, float]]
) -> None:
    registre, refus = tmp_path / "vigie.sqlite", 0
    for tour, combien in enumerate((2, 2, 3) * (9 if commande is PULL else 1)):
        commande.pose(lanceur, registre, source)
        if tour % 4:
            ouvre(registre).close()  # they meet over the pull itself; one time in four, over the register's making
        finis = lanceur(*[commande.course(registre, source)] * combien)
        assert 0 in [f["code"] for f in finis], finis
        for fini in finis:
            if fini["code"]:
                refus += 1
                (phrase,) = complaints(fini)
                assert phrase == "Un autre relevé est en cours sur ce registre. Attendez sa fin, puis relancez."
        assert faits(registre) == attendus[commande.nom][0]
    if commande is PULL:
        assert refus >= 6


# Backups and restores


def test_a_backup_killed_or_out_of_room_leaves_nothing_under_its_name(
    lanceur: Lanceur, source: Path, tmp_path: Path
) -> None:
    registre, des, entieres = tmp_path / "vigie.sqlite", random.Random(3), 0
    PULL.pose(lanceur, registre, source)
    lanceur(PULL.course(registre, source))
    (fini,) = lanceur({"arguments": _ou(("backup", str(tmp_path / "0.sqlite")), registre, source)})
    for n in range(1, 31):
        copie = tmp_path / f"{n}.sqlite"
        tue = fini["duree"] * des.uniform(0.2, 1.0)
        lanceur({"arguments": _ou(("backup", str(copie)), registre, source), "tue": tue})
        entieres += copie.exists()
        assert not copie.exists() or verifie(copie, copie).fichiers == 15
    assert entieres < 30
    (fini,) = lanceur({"arguments": _ou(("backup", str(tmp_path / "b.sqlite")), registre, source), "limite": 100_000})
    assert fini["code"] == 2
    assert "Faites de la place" in fini["plaint"]
    assert not (tmp_path / "b.sqlite").exists()


def test_a_restore_killed_at_any_moment_leaves_the_old_register_or_the_new_one(
    lanceur: Lanceur, source: Path, tmp_path: Path, attendus: dict[str, tuple[Any, Any, float]]
) -> None:
    registre, des, remplaces = tmp_path / "vigie.sqlite", random.Random(4), 0
    quand = datetime.combine(JOUR, time(9), PARIS)
    PULL.pose(lanceur, registre, source)
    lanceur(PULL.course(registre, source))
    sauvegarde = tmp_path / "bonne.sqlite"
    lanceur({"arguments": _ou(("backup", str(sauvegarde)), registre, source)})
    restaure = ("restore", str(sauvegarde), "--yes")
    (fini,) = lanceur({"arguments": _ou(restaure, registre, source)})
    assert fini["code"] == 0, fini
    for n in range(30):
        with closing(ouvre(registre)) as db:
            db.execute("INSERT INTO questions (personne, posee_le, texte) VALUES ('x', '2022', ?)", (f"après {n}",))
            dit = Cle("2021-annuelle", "BFC-08", "J-7", f"après {n}", "x")
            outbox.inscrit(db, [(dit, "rappel")], quand)
            outbox.prend(db, [outbox.connus(db, [dit.campagne])[dit].id], f"{n}", quand)
            outbox.part(db, f"{n}", "courriel", "x", quand)
            outbox.arrive(db, f"{n}", "", quand)
        lanceur({"arguments": _ou(restaure, registre, source), "tue": fini["duree"] * des.uniform(0.5, 1.2)})
        with closing(ouvre(registre)) as db:
            reste = db.execute("SELECT count(*) FROM questions WHERE texte = ?", (f"après {n}",)).fetchone()[0]
            assert len(outbox.en_etat(db, "dit")) == n + 1  # what was said was said, before and after
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        remplaces += 1 - reste
        assert faits(registre) == attendus["pull"][0]
    assert 0 < remplaces < 30, remplaces
    verifie(registre, registre)
