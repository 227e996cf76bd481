"""The wheel works where only it is installed: its data files are in it, and the command runs from any folder."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

RACINE = Path(__file__).parent.parent


def lance(*commande: str | Path, dans: Path) -> str:
    """Run a command as a user would, without this checkout in sight; its output, or its complaint as the failure."""
    environnement = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIGIE_"))}
    fini = subprocess.run(commande, check=False, cwd=dans, env=environnement, capture_output=True, text=True)
    assert fini.returncode == 0, fini.stderr
    return fini.stdout


@pytest.fixture(scope="module")
def roue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sortie = tmp_path_factory.mktemp("roue")
    lance(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", sortie, dans=RACINE)
    (roue,) = sortie.glob("vigie-*.whl")
    return roue


@pytest.fixture(scope="module")
def bin_(roue: Path) -> Path:
    """The commands of a new environment where the wheel alone is installed; its dependencies are lent by this one."""
    lieu = roue.parent / "env"
    lance(sys.executable, "-m", "venv", "--without-pip", lieu, dans=roue.parent)
    python = lieu / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--disable-pip-version-check")
    lance(*pip, "--no-deps", "--no-index", roue, dans=roue.parent)
    (site,) = lieu.glob("lib/python*/site-packages")
    # A path added by a .pth file has its own .pth files ignored: the editable install of this checkout stays out.
    lieux = {sysconfig.get_path(nom) for nom in ("purelib", "platlib")}
    (site / "dependances.pth").write_text("\n".join(lieux), encoding="utf-8")
    return python.parent


@pytest.fixture
def vide(tmp_path: Path) -> Path:
    """A working directory with nothing in it."""
    return tmp_path


def test_the_wheel_holds_every_file_the_product_reads(roue: Path) -> None:
    donnees = [
        *RACINE.glob("config/exemple/*"),
        *RACINE.glob("jobs/demo/*.csv"),
        *RACINE.glob("sheets/register/migrations/*.sql"),
    ]
    assert len(donnees) > 12
    with ZipFile(roue) as z:
        assert {f.relative_to(RACINE).as_posix() for f in donnees} - set(z.namelist()) == set()


def test_the_wheel_holds_every_module_and_no_test(roue: Path) -> None:
    modules = {f.relative_to(RACINE).as_posix() for p in ("config", "sheets", "reports", "bots", "jobs")
               for f in (RACINE / p).rglob("*.py")}  # fmt: skip
    with ZipFile(roue) as z:
        assert {n for n in z.namelist() if n.endswith(".py")} == modules


def test_what_is_imported_is_what_the_wheel_installed(bin_: Path, vide: Path) -> None:
    dits = lance(bin_ / "python", "-c", "import config, jobs.cli; print(config.__file__, jobs.__file__)", dans=vide)
    assert all(bin_.parent.resolve() in Path(f).resolve().parents for f in dits.split())


def test_help_lists_the_commands(bin_: Path, vide: Path) -> None:
    aide = lance(bin_ / "vigie", "--help", dans=vide)
    assert "Usage : vigie" in aide
    assert {"template", "check", "pull", "ask", "demo"} <= set(aide.split())


def test_a_template_is_written_and_judged_from_an_empty_folder(bin_: Path, vide: Path) -> None:
    demande = ("template", "paat", "--ght", "BFC-08", "--campagne", "2021-annuelle", "-o", "x.xlsx")
    lance(bin_ / "vigie", *demande, dans=vide)
    assert [f.name for f in vide.iterdir()] == ["x.xlsx"]
    assert "CENTRE HOSPITALIER JURA SUD" in load_workbook(vide / "x.xlsx").sheetnames
    assert "BFC-08, campagne 2021-annuelle" in lance(bin_ / "vigie", "check", "x.xlsx", dans=vide)
