"""What lies in a source and cannot be read is said where it lies; it takes nothing else with it."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from config.folder import EXAMPLE, Folder
from config.machine import shown
from jobs.command_line import vigie
from jobs.subprocesses import pull_apart
from jobs.taking_in.folders import PullSummary
from jobs.taking_in.looked_into import look
from jobs.wiring import Workshop
from sheets.register import health
from tests.conftest import FillTrame
from tests.workshop import JURA_SUD, january_line, pull_in_process


@pytest.fixture
def trame(received_files: Path, filled_trame: FillTrame) -> Path:
    """One good trame in a source."""
    path = received_files / "jura.xlsx"
    path.write_bytes(filled_trame({JURA_SUD: [january_line(1000)]}))
    return path


def fails(monkeypatch: pytest.MonkeyPatch, code: int, name: str) -> None:
    """From now on, opening or listing what bears that name fails as the machine would."""
    opens, lists = Path.open, os.scandir

    def opened(self: Path, *a: Any, **k: Any) -> Any:
        if self.name == name:
            raise OSError(code, os.strerror(code), str(self))
        return opens(self, *a, **k)

    def listed(folder: Path) -> Any:
        if Path(folder).name == name:
            raise OSError(code, os.strerror(code), str(folder))
        return lists(folder)

    monkeypatch.setattr(Path, "open", opened)
    monkeypatch.setattr(os, "scandir", listed)


def said(summary: PullSummary) -> dict[str, str]:
    return {Path(u.path).name: u.sentence for u in summary.unread}


WHY = {
    errno.EACCES: "les droits manquent",
    errno.EIO: "le disque ou le partage répond par une erreur",
    errno.ESTALE: "le partage a été coupé",
    errno.ETIMEDOUT: "le partage ne répond plus",
    999: "erreur 999 de la machine",
}


@pytest.mark.parametrize("code", WHY)
def test_a_file_that_cannot_be_read_is_no_unchanged_file(
    code: int, db: Database, folder: Folder, trame: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy2(trame, trame.with_name("panne.xlsx"))
    os.utime(trame.with_name("panne.xlsx"), (1, 1))
    with monkeypatch.context() as m:
        fails(m, code, "panne.xlsx")
        for _ in range(2):  # and it is said again as long as it lasts
            summary = pull_in_process(db, folder, trame.parent)
            assert WHY[code] in said(summary)["panne.xlsx"]
            assert "Rétablissez l'accès" in said(summary)["panne.xlsx"]
            assert [Path(r.file).name for r in summary.received_files] == ["jura.xlsx"]
            assert [Path(p).name for p, _ in health.unread(db)] == ["panne.xlsx"]
    summary = pull_in_process(db, folder, trame.parent)
    assert (summary.unread, health.unread(db), len(summary.received_files)) == ((), [], 2)


def test_a_folder_that_cannot_be_listed_takes_only_itself(
    db: Database, folder: Folder, trame: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (trame.parent / "fermé").mkdir()
    (trame.parent / "ouvert").mkdir()
    shutil.copy2(trame, trame.parent / "fermé")
    shutil.copy2(trame, trame.parent / "ouvert")
    with monkeypatch.context() as m:
        fails(m, errno.EACCES, "fermé")
        summary = pull_in_process(db, folder, trame.parent)
    assert list(said(summary)) == ["fermé"]
    assert "Donnez à Vigie le droit de parcourir ce dossier" in said(summary)["fermé"]
    assert (len(summary.received_files), summary.missing_sources) == (2, ())


def _latin(folder: Path, good: Path) -> str:
    shutil.copy(good, os.fsdecode(os.fsencode(folder) + b"/Universit\xe9.xlsx"))
    return "Universit\\xe9.xlsx"


def _in_latin_folder(folder: Path, good: Path) -> str:
    latin = Path(os.fsdecode(os.fsencode(folder) + b"/d\xe9pots"))
    latin.mkdir()
    shutil.copy(good, latin / "ghts.xlsx")
    return "ghts.xlsx"


def _loop(folder: Path, good: Path) -> str:
    (folder / "boucle.xlsx").symlink_to(folder / "boucle.xlsx")
    return "boucle.xlsx"


def _two_links(folder: Path, good: Path) -> str:
    (folder / "l1").symlink_to(folder / "l2")
    (folder / "l2").symlink_to(folder / "l1")
    (folder / "tourne.xlsx").symlink_to(folder / "l1")
    return "tourne.xlsx"


def _dangling(folder: Path, good: Path) -> str:
    (folder / "parti.ods").symlink_to(folder / "nulle-part.ods")
    return "parti.ods"


def _settings(folder: Path, good: Path) -> str:
    (folder.parent / "reglages.toml").write_text("secret = 1")
    (folder / "reglages.xlsx").symlink_to(folder.parent / "reglages.toml")
    return "reglages.xlsx"


@pytest.mark.parametrize("spoil", [_latin, _in_latin_folder, _loop, _two_links, _dangling, _settings])
def test_one_bad_name_is_said_and_the_others_are_read(
    spoil: Callable[[Path, Path], str], db: Database, folder: Folder, trame: Path
) -> None:
    name = spoil(trame.parent, trame)
    summary = pull_in_process(db, folder, trame.parent)
    assert list(said(summary)) == [name]
    assert "Déposez le fichier lui-même" in said(summary)[name]
    assert [r.state for r in summary.received_files] == ["nouveau"]
    assert b"secret" not in b"".join(o for (o,) in db.execute("SELECT octets FROM originaux"))
    json.dumps([u._asdict() for u in summary.unread], ensure_ascii=False).encode()


def test_a_link_within_the_sources_is_the_file_it_leads_to(db: Database, folder: Folder, trame: Path) -> None:
    (trame.parent / "autre.xlsx").symlink_to(trame)
    summary = pull_in_process(db, folder, trame.parent)
    assert (len(summary.received_files), summary.unread) == (1, ())


def test_a_file_swapped_for_a_link_once_listed_is_not_followed(
    db: Database, folder: Folder, trame: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret.toml").write_text("secret = 1")
    opens = Path.open

    def swapped(self: Path, *a: Any, **k: Any) -> Any:
        if self == trame and not trame.is_symlink():
            trame.unlink()
            trame.symlink_to(tmp_path / "secret.toml")
        return opens(self, *a, **k)

    monkeypatch.setattr(Path, "open", swapped)
    assert pull_in_process(db, folder, trame.parent).received_files == ()
    assert db.execute("SELECT count(*) FROM originaux").fetchone() == (0,)


def test_a_source_of_a_bad_name_is_absent_and_the_others_are_read(received_files: Path, trame: Path) -> None:
    bad = Path(os.fsdecode(os.fsencode(received_files) + b"-\xe9"))
    bad.mkdir()
    loop = received_files.parent / "boucle"
    loop.symlink_to(loop)
    seen = look([bad, loop, received_files])
    assert (seen.absent, len(seen.found)) == ([bad, loop], 1)
    assert shown(bad).endswith("-\\xe9")


def run(*arguments: str | Path, day: str = "2022-02-02") -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, in a terminal that knows UTF-8 and nothing more."""
    return subprocess.run(
        [sys.executable, "-m", "jobs.commands", *map(str, arguments), "--today", day],
        capture_output=True, text=True, check=False, env=os.environ | {"PYTHONIOENCODING": "utf-8:strict"},
    )  # fmt: skip


def test_the_command_says_it_its_exit_code_too_and_the_status_is_red(tmp_path: Path, trame: Path) -> None:
    _latin(trame.parent, trame)
    _loop(trame.parent, trame)
    register = tmp_path / "v.sqlite"
    done = run("pull", trame.parent, "--registre", register)
    assert done.returncode == 1, done.stderr
    assert "Universit\\xe9.xlsx » ne peut pas être lu : son nom n'est pas écrit en UTF-8" in done.stdout
    assert "boucle.xlsx » ne peut pas être lu : c'est un lien" in done.stdout
    assert "1 fichier : 1 nouveau" in done.stdout
    done = run("pull", trame.parent, "--json", "--registre", register)
    assert len(json.loads(done.stdout)["illisibles"]) == 2
    state = CliRunner().invoke(vigie, ["status", "--registre", str(register), "--today", "2022-02-02"])
    assert state.exit_code == 1
    assert "boucle.xlsx » ne peut pas être lu" in state.stdout
    (trame.parent / "boucle.xlsx").unlink()
    next(f for f in trame.parent.iterdir() if f.name.startswith("Universit")).unlink()
    assert run("pull", trame.parent, "--registre", register).returncode == 0
    assert CliRunner().invoke(vigie, ["status", "--registre", str(register), "--today", "2022-02-02"]).exit_code == 0


def test_the_service_takes_it_for_a_pull_that_came_to_its_end(tmp_path: Path, trame: Path) -> None:
    _loop(trame.parent, trame)
    done = pull_apart(Workshop(EXAMPLE, tmp_path / "v.sqlite", date(2022, 2, 2)), [trame.parent])
    assert (len(done["fichiers"]), len(done["illisibles"])) == (1, 1)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become someone without rights")
def test_without_rights_for_real(tmp_path: Path, trame: Path) -> None:
    """Someone who may read the source, but neither one of its files nor one of its folders."""
    elsewhere = Path("/tmp") / f"vigie-droits-{os.getpid()}"  # noqa: S108 - the folders of pytest are closed to others
    shutil.copytree(trame.parent, elsewhere)
    try:
        (elsewhere / "fermé").mkdir(mode=0)
        shutil.copy(trame, elsewhere / "muet.xlsx")
        (elsewhere / "muet.xlsx").chmod(0)
        elsewhere.chmod(0o755)
        code = (
            "import os, sys; from pathlib import Path; from jobs.taking_in.looked_into import look; os.setuid(65534);"
            f"seen = look([Path({str(elsewhere)!r})]); print(len(seen.found), len(seen.unread), seen.absent);"
            "print(seen.unread[0].sentence)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert done.stdout.splitlines()[0] == "2 1 []", done.stderr
        assert "fermé » ne peut pas être lu : les droits manquent" in done.stdout
    finally:
        shutil.rmtree(elsewhere)
