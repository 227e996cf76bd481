"""A disk that fails or fills in the middle: nothing lost, nothing doubled, one French sentence, and the next run continues.

A small preloaded library (`faults.c`) makes one kind of call fail on chosen files, from the nth on.
"""

from __future__ import annotations

import errno
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sheets.register.backup import check_register
from tests.test_crashes import FILES, PULL, PURGE, Launcher, _command_words, facts, workbooks
from tests.test_crashes import source as source  # noqa: PLC0414 - the fixture, under its name

pytestmark = pytest.mark.e2e
FAULTS = [
    ("write", errno.EIO), ("write", errno.ENOSPC), ("fsync", errno.EIO), ("read", errno.EIO), ("open", errno.EIO),
    ("open", errno.ENOSPC), ("rename", errno.EIO),
]  # fmt: skip
AFTER = (0, 1, 4, 16, 64)
"""How many calls go well before the disk fails for good."""
ENGLISH = re.compile(
    r"\b(error|disk|file|failed|such|input|output|malformed|database|denied|None|Errno|Traceback)\b", re.IGNORECASE
)
HELD = "/tenu/"


@dataclass(frozen=True)
class Case:
    """A command, and what is looked at when it is over; `word` is held by the paths that fail."""

    arguments: tuple[str, ...]
    state: Callable[[Path], Any]
    before: tuple[tuple[str, ...], ...] = (PULL.arguments,)
    word: str = HELD
    day: Any = PULL.day


def _facts(held: Path) -> Any:
    return facts(held / "vigie.sqlite") if (held / "vigie.sqlite").exists() else None


def _figures(held: Path) -> Any:
    """Facts but for findings: two workbooks that came in two pulls do not compete as they would in one."""
    return {k: v for k, v in (_facts(held) or {}).items() if k != "constats"}


def _received(held: Path) -> Any:
    """What each path was read to hold, its bytes kept. What was read in a later pull came later: it counts, or is a copy, as such."""
    with closing(sqlite3.connect(held / "vigie.sqlite")) as db:
        seen = db.execute("SELECT chemin, empreinte FROM reperes ORDER BY 1").fetchall()
        assert {h for _, h in seen} <= {h for (h,) in db.execute("SELECT empreinte FROM originaux")}
    return seen


def _books(held: Path) -> Any:
    return workbooks(held / "sorties") if (held / "sorties").exists() else None


def _copies(held: Path) -> Any:
    """Every copy that bears a name is whole."""
    return {check_register(c, c).files for c in (held / "sorties").glob("[!.]*.sqlite")}


CASES = {
    "pull": Case(PULL.arguments, _figures, ()),
    "pull, its sources": Case(PULL.arguments, _received, (), "/recus"),
    "backup": Case(("backup", "{sorties}/b.sqlite"), _copies),
    "restore": Case(("restore", "{sorties}/bonne.sqlite", "--yes"), _facts,
                    (PULL.arguments, ("backup", "{sorties}/bonne.sqlite"))),
    "retour": Case(FILES["retour"], _books),
    "template": Case(("template", "paat", "--ght", "BFC-08", "--campagne", "2022-annuelle", "-o", "{sorties}/t.xlsx"), _books),
    "purge": Case(PURGE.arguments, _facts, PURGE.prepare, day=PURGE.day),
}  # fmt: skip


@pytest.fixture(scope="module")
def failing(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launcher]:
    """A warm process under the library, just built."""
    library = tmp_path_factory.mktemp("bibliotheque") / "faults.so"
    code = Path(__file__).with_name("faults.c")
    subprocess.run(
        ["gcc", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", library, code, "-ldl"], check=True
    )
    one = Launcher(source, "env", f"LD_PRELOAD={library}")
    yield one
    one.close()


@pytest.mark.parametrize("name", CASES)
def test_a_disk_that_fails_costs_nothing_and_is_said(
    name: str, failing: Launcher, source: Path, tmp_path: Path
) -> None:
    case, held, start = CASES[name], tmp_path / "tenu", tmp_path / "depart"
    held.mkdir()
    register = held / "vigie.sqlite"
    for arguments in case.before:
        assert failing({"arguments": _command_words(arguments, register, source, case.day)})[0]["code"] == 0
    shutil.copytree(held, start)
    run = {"arguments": _command_words(case.arguments, register, source, case.day)}
    (good,) = failing(run)
    assert good["code"] in (0, 1), good
    expected = case.state(held)
    said = 0
    for call, code in FAULTS:
        for after in AFTER:
            shutil.rmtree(held)
            shutil.copytree(start, held)
            (done,) = failing({**run, "panne": [call, case.word, code, after]})
            if not done["pannes"]:
                break  # it did not come to so many calls
            if done["code"] == good["code"] and not _complaints(done):
                assert case.state(held) == expected, (call, code, after)  # what failed was of no consequence
            else:
                said += 1
                _is_said(done)
            _goes_on(case, failing, run, held, expected, good["code"], (call, code, after, done))
    assert said >= 3, said


def _complaints(done: dict[str, Any]) -> list[str]:
    """What a command complained of, on either channel: a pull says on the first what it could not read."""
    said = [li for li in done["plaint"].splitlines() if not li.startswith(("Dossier de la région", "Nouveau registre"))]
    return said + [li for li in done["dit"].splitlines() if li.startswith("  «")]


def _is_said(done: dict[str, Any]) -> None:
    """In one French sentence, with an exit code that tells it."""
    assert done["code"] in (1, 2), done
    words = _complaints(done)[:1] if done["code"] == 1 else _complaints(done)
    assert len(words) == 1, done
    assert not ENGLISH.search(re.sub(r"«[^»]*»", "", words[0])), words


def _goes_on(
    case: Case, failing: Launcher, run: dict[str, Any], held: Path, expected: Any, code: int, fault: Any
) -> None:
    """Nothing half done under a name; the same command ends what was cut, on a disk that works again."""
    partials = [f.name for f in held.rglob("*.partiel*")]
    assert partials == []
    if "backup" in run["arguments"] and case.state(held) == expected:
        return  # whole, and a backup replaces no other
    (again,) = failing(run)
    assert again["code"] == code, (again, fault)
    assert case.state(held) == expected
