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
from config.folder import Folder
from config.territory import FRANCE
from reports.gains import gains, lines_behind
from reports.progress import states
from reports.quality import rejections
from reports.view import Subject, View
from sheets.register import outbox
from sheets.register.backup import check_register
from sheets.register.database import open_register
from sheets.register.outbox import MessageKey
from tests.conftest import FillTrame, filled_trame
from tests.workshop import JURA_SUD, MOREZ, january_line

pytestmark = pytest.mark.e2e  # over two minutes of processor
ROOT = Path(__file__).parents[1]
DAY = date(2023, 6, 1)
DEATHS = 200
WORKER_DEATHS = 4
"""Kills of a pull that reads in its worker processes, as people run it."""


class Launcher:
    """A warm process that runs commands in children of its own; `before` is what it is started under."""

    def __init__(self, source: Path, *before: str) -> None:
        command = [*before, sys.executable, "-m", "tests.launcher", str(source)]
        self.process = subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __call__(self, *runs: dict[str, Any]) -> list[dict[str, Any]]:
        stdin, output = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert output is not None
        stdin.write(json.dumps(runs) + "\n")
        stdin.flush()
        result: list[dict[str, Any]] = json.loads(output.readline())
        return result

    def close(self) -> None:
        self.process.communicate()


@pytest.fixture(scope="module")
def warm_launcher(source: Path) -> Iterator[Launcher]:
    launcher = Launcher(source)
    yield launcher
    launcher.close()


@dataclass(frozen=True)
class CommandUnderTest:
    """A command under test. `prepare` commands run first, undisturbed; `{source}` stands for the folder of trames."""

    name: str
    arguments: tuple[str, ...]
    prepare: tuple[tuple[str, ...], ...] = ()
    day: date = DAY

    def course(self, register: Path, source: Path, **others: Any) -> dict[str, Any]:
        return {"arguments": _command_words(self.arguments, register, source, self.day), **others}

    def put(self, warm_launcher: Launcher, register: Path, source: Path) -> None:
        """Start from a new register, with what must be there before."""
        for end in ("", "-wal", "-shm", "-journal", ".verrou"):
            Path(f"{register}{end}").unlink(missing_ok=True)
        for arguments in self.prepare:
            (finished,) = warm_launcher({"arguments": _command_words(arguments, register, source)})
            assert finished.get("code") == 0, finished


def _command_words(arguments: tuple[str, ...], register: Path, source: Path, day: date = DAY) -> list[str]:
    words = {
        "{source}": str(source),
        "{essai}": str(_on_trial(source)),
        "{sorties}": str(register.parent / "sorties"),
    }
    all_said = [reduce(lambda a, m: a.replace(*m), words.items(), argument) for argument in arguments]
    return [*all_said, "--registre", str(register), "--today", str(day)]


def _on_trial(source: Path) -> Path:
    """Where the folder of settings on trial lies: beside the files received, one per making of them."""
    return source.with_name(f"{source.name}-essai")


PULL = CommandUnderTest("pull", ("pull", "{source}"))
LINE, WHO = f"2021-annuelle/{JURA_SUD}/0002", "referent.bfc@exemple.invalid"
DECIDE = CommandUnderTest(
    "decide", ("decide", LINE, "--retenir", "--motif", "relu", "--as", WHO), prepare=(PULL.arguments,)
)
LOCK = CommandUnderTest(
    "lock", ("campaign", "lock", "2021-annuelle", "--motif", "clos", "--as", WHO), prepare=(PULL.arguments,)
)
REJUDGE = CommandUnderTest("rejudge", ("rejudge", "--yes", "--dossier", "{essai}"), prepare=(PULL.arguments,))
PURGE = CommandUnderTest("purge", ("purge", "--yes"), prepare=(PULL.arguments, DECIDE.arguments), day=date(2029, 6, 1))
COMMANDS = [PULL, DECIDE, LOCK, REJUDGE, PURGE]
"""Another command that writes joins the list."""


@pytest.fixture(params=[pytest.param(c, id=c.name) for c in COMMANDS])
def command(request: pytest.FixtureRequest) -> CommandUnderTest:
    result: CommandUnderTest = request.param
    return result


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory, folder: Folder) -> Path:
    """Fifteen small files: partial workbooks, three campaigns, some replaced, one refused, doubles across them."""
    here = tmp_path_factory.mktemp("recus")
    fill_in: FillTrame = _fill_in(folder)
    double = {
        "intitule": "gants",
        "marche": "2021-007",
        "gain_annuel": 1234.56,
        "date_premiere_commande": date(2021, 1, 4),
    }
    middle = {"gain_annuel": 1200, "date_premiere_commande": date(2022, 1, 4)}
    too_much = january_line(165_381, montant_reference=49_747)
    sendings: dict[str, Any] = {
        "a-sud": fill_in({JURA_SUD: [double, too_much]}),
        "b-morez": fill_in({MOREZ: [double, january_line(77)]}, handing_in=False),
        "c-mi": fill_in({JURA_SUD: [middle, double]}, campaign="2022-mi-annee"),
        "d-sud-bis": fill_in({JURA_SUD: [double, january_line(-50), too_much]}),
        "e-rebut": b"PK\x03\x04 pas un classeur",
        "f-fin": fill_in({JURA_SUD: [middle]}, campaign="2022-annuelle"),
    }
    sendings |= {f"g-{n}": sendings["a-sud" if n % 2 else "d-sud-bis"] for n in range(9)}
    for rank, (name, raw_bytes) in enumerate(sendings.items()):
        (here / f"{name}.xlsx").write_bytes(raw_bytes)
        os.utime(here / f"{name}.xlsx", (1_660_000_000 + rank,) * 2)
    # a rule on trial: judging again changes something
    attempt = Path(shutil.copytree(folder.path, _on_trial(here)))
    settings = (attempt / "reglages.toml").read_text(encoding="utf-8")
    (attempt / "reglages.toml").write_text(
        settings.replace("controles = []", 'controles = ["performance-superieure-100"]')
    )
    return here


def _fill_in(folder: Folder) -> FillTrame:
    """The fixture of the same name, at the scope of this module."""
    function: Any = filled_trame
    result: FillTrame = function.__wrapped__(folder)
    return result


# What two registers have in common, whatever happened on the way

COMPARED_COLUMNS = {
    "fichiers": "id, chemin, modifie_le, empreinte, etat, motif, trame, version, ght, campagne, remis, contact, recu",
    "onglets": "*",
    "lignes_paat": "*",
    "sommes": "*",
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
TABLES_LEFT_OUT = {"illisibles", "pulls", "bilans", "sources", "recoupements", "constats", "sous_alertes", "questions", "sauvegardes", "evenements_du_chat", "questions_en_cours", "signes_de_vie",
            "messages", "gestes", "courriels", "courriels_en_attente", "pas_du_service", "_sqlite_migrations"}  # fmt: skip
"""How many pulls it took differs; findings are compared below, the last look at each campaign alone."""
FINDINGS = (
    "SELECT fichier, onglet, code, gravite, feuille, ligne, cellule, colonne, valeur, message, correction, enjeu,"
    " recoupement IS NOT NULL FROM constats WHERE recoupement IS NULL OR recoupement IN ("
    " SELECT max(id) FROM recoupements GROUP BY campagne) ORDER BY 1, 2, 3, 5, 6, 7, 10"
)
UNDER_ALERT = "SELECT onglet, cents FROM sous_alertes WHERE recoupement IN (SELECT max(id) FROM recoupements GROUP BY campagne) ORDER BY 1"


def facts(register: Path) -> dict[str, Any]:
    """Everything a register knows, but for times and for how many runs it took."""
    with closing(sqlite3.connect(register)) as db:
        tables = {n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert tables == COMPARED_COLUMNS.keys() | TABLES_LEFT_OUT
        # Whoever decides again after a crash has decided twice: both rows stay, and say the same.
        result = {
            t: sorted(db.execute(f"SELECT DISTINCT {what} FROM {t}"), key=repr)  # noqa: S608
            for t, what in COMPARED_COLUMNS.items()
        }
        result["constats"] = db.execute(FINDINGS).fetchall()
        result["sous_alertes"] = db.execute(UNDER_ALERT).fetchall()
        result["recoupes"] = db.execute("SELECT DISTINCT campagne FROM recoupements ORDER BY 1").fetchall()
        return result


def answers(register: Path, folder: Folder) -> list[Any]:
    with closing(open_register(register)) as db:
        view = View(db, folder, DAY)
        subjects = [Subject(FRANCE, n) for n in (2021, 2022)]
        return [f(view, s) for s in subjects for f in (gains, lines_behind, rejections)] + [
            states(view, s) for s in subjects
        ]


@pytest.fixture(scope="module")
def undisturbed_runs(
    warm_launcher: Launcher, source: Path, folder: Folder, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Any, Any, float]]:
    """For each command: the facts and answers of an undisturbed run, and how long it takes."""
    results = {}
    for c in COMMANDS:
        register = tmp_path_factory.mktemp("attendu") / "vigie.sqlite"
        durations = []
        for _ in range(3):
            c.put(warm_launcher, register, source)
            (finished,) = warm_launcher(c.course(register, source))
            assert finished.get("code") == 0, finished
            durations.append(finished["duree"])
        results[c.name] = (facts(register), answers(register, folder), sorted(durations)[1])
    assert all(
        results[c.name][0] != results["pull"][0] for c in COMMANDS if c is not PULL
    )  # each of them changes something
    findings = results["pull"][0]["constats"]
    assert any(c[-1] for c in findings)  # the checks on a whole campaign had something to find
    return results


def pull_counts(register: Path) -> tuple[int, int]:
    """(pulls begun, pulls cut short)."""
    if not register.exists():
        return 0, 0
    with closing(sqlite3.connect(register)) as db:
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'bilans'").fetchone():
            return 0, 0
        query = (
            "SELECT count(*), count(*) FILTER (WHERE b.pull IS NULL) FROM pulls p LEFT JOIN bilans b ON b.pull = p.id"
        )
        result: tuple[int, int] = db.execute(query).fetchone()
        return result


# Killed


def test_killed_at_any_moment_nothing_is_lost_nothing_is_twice(
    command: CommandUnderTest, warm_launcher: Launcher, source: Path, folder: Folder, tmp_path: Path,
    undisturbed_runs: dict[str, tuple[Any, Any, float]],
) -> None:  # fmt: skip
    """At least 200 kills in all; after each one the command is simply run again."""
    dice, register = random.Random(20220331), tmp_path / "vigie.sqlite"
    done, answer_question, elapsed = undisturbed_runs[command.name]
    deaths = killed_midway = 0
    deaths_wanted = DEATHS if command is PULL else DEATHS // 10
    for tick in itertools.count():
        if deaths >= deaths_wanted:
            break
        command.put(warm_launcher, register, source)
        if tick % 4:
            open_register(register).close()  # one time in four, the register is yet to be created
        for _ in range(8):
            before = pull_counts(register)[1]
            (finished,) = warm_launcher(command.course(register, source, tue=elapsed * dice.uniform(0.35, 0.9)))
            if "tuee" not in finished:
                assert finished["code"] == 0, finished
                elapsed *= 0.93  # the machine is quicker than it was
                break
            deaths += 1
            if pull_counts(register)[1] > before:
                killed_midway += 1
            else:
                elapsed *= 1.07
        (finished,) = warm_launcher(command.course(register, source))
        assert finished["code"] == 0, finished
        assert facts(register) == done
    assert answers(register, folder) == answer_question
    check_register(register, register)
    if command is PULL:
        assert killed_midway >= deaths / 2, f"{killed_midway} of {deaths} kills fell inside the work"


def test_killed_with_its_reading_processes_it_continues(
    warm_launcher: Launcher, source: Path, tmp_path: Path, undisturbed_runs: dict[str, tuple[Any, Any, float]]
) -> None:
    dice, register = random.Random(7), tmp_path / "vigie.sqlite"
    PULL.put(warm_launcher, register, source)
    (finished,) = warm_launcher(PULL.course(tmp_path / "essai.sqlite", source, pool=True))
    for _ in range(WORKER_DEATHS):
        warm_launcher(PULL.course(register, source, pool=True, tue=finished["duree"] * dice.uniform(0.5, 1.0)))
    (finished,) = warm_launcher(PULL.course(register, source, pool=True))
    assert finished["code"] == 0, finished
    assert facts(register) == undisturbed_runs["pull"][0]


# Full


def complaints(finished: dict[str, Any]) -> list[str]:
    """What a run said went wrong: which folder and which new register it works on are no complaint."""
    return [
        li for li in finished["plaint"].splitlines() if not li.startswith(("Dossier de la région", "Nouveau registre"))
    ]


def says_disk_full(finished: dict[str, Any]) -> bool:
    """Whether a run stopped on a full disk, and said so in one French sentence."""
    assert finished.get("code") in (0, 2), finished
    if finished["code"] == 0:
        return False
    (sentence,) = complaints(finished)
    assert "plein" in sentence, sentence
    assert "Faites de la place" in sentence
    return True


def _can_mount() -> bool:
    attempt = ["unshare", "-rm", "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "/mnt"]
    return (
        shutil.which("unshare") is not None
        and subprocess.run(attempt, capture_output=True, check=False).returncode == 0
    )


@pytest.mark.skipif(not _can_mount(), reason="this machine lets nobody mount a disk of their own")
def test_on_a_full_disk_nothing_is_lost_and_the_next_run_continues(
    command: CommandUnderTest, source: Path, tmp_path: Path, undisturbed_runs: dict[str, tuple[Any, Any, float]]
) -> None:
    """A disk with every room up to enough: the run stops with a sentence, room is made, the next run ends."""
    (disk := tmp_path / "disque").mkdir()
    (brought_out := tmp_path / "sorti").mkdir()
    launcher = Launcher(source, "unshare", "-rm")
    register, full_count = disk / "vigie.sqlite", 0
    for ko in range(0, 2000, 80) if command is PULL else (0, 8, 40, 300):
        assert launcher({"systeme": ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)]}) == [{"code": 0}]
        command.put(launcher, register, source)
        ballast = f"$(($(df -k --output=avail {disk} | tail -1) - {ko}))"
        launcher({"systeme": ["sh", "-c", f"dd if=/dev/zero of={disk}/lest bs=1k count={ballast} 2>/dev/null"]})
        (finished,) = launcher(command.course(register, source))
        full_count += says_disk_full(finished)
        launcher({"systeme": ["rm", f"{disk}/lest"]})
        (finished,) = launcher(command.course(register, source))
        assert finished["code"] == 0, finished
        launcher({"systeme": ["sh", "-c", f"cp {register} {register}-wal {brought_out} 2>/dev/null; umount {disk}"]})
        assert facts(brought_out / "vigie.sqlite") == undisturbed_runs[command.name][0]
        for f in brought_out.iterdir():
            f.unlink()
    launcher.close()
    assert full_count >= (10 if command is PULL else 1)


def test_when_no_file_may_grow_any_more_it_is_said_and_the_next_run_continues(
    command: CommandUnderTest,
    warm_launcher: Launcher,
    source: Path,
    tmp_path: Path,
    undisturbed_runs: dict[str, tuple[Any, Any, float]],
) -> None:
    """Another way for a write to fail in the middle: a limit on the size of files."""
    register, full_count = tmp_path / "vigie.sqlite", 0
    for ko in range(16, 700, 60) if command is PULL else (1, 4, 8, 200):
        command.put(warm_launcher, register, source)
        (finished,) = warm_launcher(command.course(register, source, limite=ko * 1024))
        full_count += says_disk_full(finished)
        (finished,) = warm_launcher(command.course(register, source))
        assert finished["code"] == 0, finished
        assert facts(register) == undisturbed_runs[command.name][0]
    assert full_count >= (3 if command is PULL else 1)


# What a command writes for people

FILES = {
    "retour": ("retour", "{source}/a-sud.xlsx", "-o", "{sorties}"),
    "template": ("template", "paat", "--ght", "BFC-08", "--campagne", "2022-annuelle", "-o", "{sorties}/t.xlsx"),
}


def workbooks(folder: Path) -> dict[str, Any]:
    """Every workbook of a folder, cell by cell: one that is cut cannot be opened."""
    workbooks = {f.name: load_workbook(f) for f in folder.glob("[!.]*")}
    return {n: [list(o.iter_rows(values_only=True)) for o in book.worksheets] for n, book in workbooks.items()}


@pytest.mark.parametrize("name", FILES)
def test_killed_while_it_writes_a_workbook_no_half_of_one_stands_under_a_name(
    name: str, warm_launcher: Launcher, source: Path, tmp_path: Path
) -> None:
    register, dice, cuts = tmp_path / "vigie.sqlite", random.Random(11), 0
    PULL.put(warm_launcher, register, source)
    warm_launcher(PULL.course(register, source))
    course = {"arguments": _command_words(FILES[name], register, source)}
    (finished,) = warm_launcher(course)
    assert finished["code"] in (0, 1), finished
    undisturbed_runs = workbooks(tmp_path / "sorties")
    assert undisturbed_runs
    for _ in range(8):
        shutil.rmtree(tmp_path / "sorties")
        warm_launcher({**course, "tue": finished["duree"] * dice.uniform(0.3, 1.0)})
        cut_short = workbooks(tmp_path / "sorties") if (tmp_path / "sorties").exists() else {}
        assert cut_short.items() <= undisturbed_runs.items()
        cuts += cut_short != undisturbed_runs
        (carried_tab,) = warm_launcher(course)
        assert carried_tab["code"] == finished["code"], carried_tab
        assert workbooks(tmp_path / "sorties") == undisturbed_runs
    assert cuts


# Two at once


def test_two_at_once_are_one_or_one_after_the_other(
    command: CommandUnderTest,
    warm_launcher: Launcher,
    source: Path,
    tmp_path: Path,
    undisturbed_runs: dict[str, tuple[Any, Any, float]],
) -> None:
    register, refusal = tmp_path / "vigie.sqlite", 0
    for tick, how_many in enumerate((2, 2, 3) * (9 if command is PULL else 1)):
        command.put(warm_launcher, register, source)
        if tick % 4:
            open_register(
                register
            ).close()  # they meet over the pull itself; one time in four, over the register's making
        finished_runs = warm_launcher(*[command.course(register, source)] * how_many)
        assert 0 in [f["code"] for f in finished_runs], finished_runs
        for finished in finished_runs:
            if finished["code"]:
                refusal += 1
                (sentence,) = complaints(finished)
                assert sentence == "Un autre relevé est en cours sur ce registre. Attendez sa fin, puis relancez."
        assert facts(register) == undisturbed_runs[command.name][0]
    if command is PULL:
        assert refusal >= 6


# Backups and restores


def test_a_backup_killed_or_out_of_room_leaves_nothing_under_its_name(
    warm_launcher: Launcher, source: Path, tmp_path: Path
) -> None:
    register, dice, whole_copies = tmp_path / "vigie.sqlite", random.Random(3), 0
    PULL.put(warm_launcher, register, source)
    warm_launcher(PULL.course(register, source))
    (finished,) = warm_launcher({"arguments": _command_words(("backup", str(tmp_path / "0.sqlite")), register, source)})
    for n in range(1, 31):
        copied = tmp_path / f"{n}.sqlite"
        kill_after = finished["duree"] * dice.uniform(0.2, 1.0)
        warm_launcher({"arguments": _command_words(("backup", str(copied)), register, source), "tue": kill_after})
        whole_copies += copied.exists()
        assert not copied.exists() or check_register(copied, copied).files == 15
    assert whole_copies < 30
    (finished,) = warm_launcher(
        {"arguments": _command_words(("backup", str(tmp_path / "b.sqlite")), register, source), "limite": 100_000}
    )
    assert finished["code"] == 2
    assert "Faites de la place" in finished["plaint"]
    assert not (tmp_path / "b.sqlite").exists()


def test_a_restore_killed_at_any_moment_leaves_the_old_register_or_the_new_one(
    warm_launcher: Launcher, source: Path, tmp_path: Path, undisturbed_runs: dict[str, tuple[Any, Any, float]]
) -> None:
    register, dice, replaced = tmp_path / "vigie.sqlite", random.Random(4), 0
    when = datetime.combine(DAY, time(9), PARIS)
    PULL.put(warm_launcher, register, source)
    warm_launcher(PULL.course(register, source))
    backup = tmp_path / "bonne.sqlite"
    warm_launcher({"arguments": _command_words(("backup", str(backup)), register, source)})
    restore_backup = ("restore", str(backup), "--yes")
    (finished,) = warm_launcher({"arguments": _command_words(restore_backup, register, source)})
    assert finished["code"] == 0, finished
    for n in range(30):
        with closing(open_register(register)) as db:
            db.execute("INSERT INTO questions (personne, posee_le, texte) VALUES ('x', '2022', ?)", (f"après {n}",))
            said = MessageKey("2021-annuelle", "BFC-08", "J-7", f"après {n}", "x")
            outbox.write_down(db, [(said, "rappel")], when)
            outbox.take(db, [outbox.known_messages(db, [said.campaign])[said].id], f"{n}", when)
            outbox.part(db, f"{n}", "courriel", "x", when)
            outbox.mark_delivered(db, f"{n}", "", when)
        warm_launcher(
            {
                "arguments": _command_words(restore_backup, register, source),
                "tue": finished["duree"] * dice.uniform(0.5, 1.2),
            }
        )
        with closing(open_register(register)) as db:
            rest = db.execute("SELECT count(*) FROM questions WHERE texte = ?", (f"après {n}",)).fetchone()[0]
            assert len(outbox.in_states(db, "dit")) == n + 1  # what was said was said, before and after
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        replaced += 1 - rest
        assert facts(register) == undisturbed_runs["pull"][0]
    assert 0 < replaced < 30, replaced
    check_register(register, register)
