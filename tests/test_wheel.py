"""The wheel works where only it is installed: its data files are in it, and the command runs from any folder."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

ROOT = Path(__file__).parent.parent


def run(*command: str | Path, inside_folder: Path) -> str:
    """Run a command as a user would, without this checkout in sight; its output, or its complaint as the failure."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIGIE_"))}
    finished = subprocess.run(command, check=False, cwd=inside_folder, env=environment, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("roue")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", output, inside_folder=ROOT)
    (wheel,) = output.glob("vigie-*.whl")
    return wheel


@pytest.fixture(scope="module")
def bin_(wheel: Path) -> Path:
    """The commands of a new environment where the wheel alone is installed; its dependencies are lent by this one."""
    place = wheel.parent / "env"
    run(sys.executable, "-m", "venv", "--without-pip", place, inside_folder=wheel.parent)
    python = place / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--disable-pip-version-check")
    run(*pip, "--no-deps", "--no-index", wheel, inside_folder=wheel.parent)
    (site,) = place.glob("lib/python*/site-packages")
    # A path added by a .pth file has its own .pth files ignored: the editable install of this checkout stays out.
    places = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
    (site / "dependances.pth").write_text("\n".join(places), encoding="utf-8")
    return python.parent


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A working directory with nothing in it."""
    return tmp_path


def test_the_wheel_holds_every_file_the_product_reads(wheel: Path) -> None:
    data = [
        *ROOT.glob("config/exemple/*"),
        *ROOT.glob("jobs/demo/*.csv"),
        *ROOT.glob("sheets/register/migrations/*.sql"),
    ]
    assert len(data) > 12
    with ZipFile(wheel) as z:
        assert {f.relative_to(ROOT).as_posix() for f in data} - set(z.namelist()) == set()


def test_the_wheel_holds_every_module_and_no_test(wheel: Path) -> None:
    modules = {f.relative_to(ROOT).as_posix() for p in ("config", "sheets", "reports", "bots", "jobs")
               for f in (ROOT / p).rglob("*.py")}  # fmt: skip
    with ZipFile(wheel) as z:
        assert {n for n in z.namelist() if n.endswith(".py")} == modules


def test_what_is_imported_is_what_the_wheel_installed(bin_: Path, empty: Path) -> None:
    all_said = run(
        bin_ / "python", "-c", "import config, jobs; print(config.__file__, jobs.__file__)", inside_folder=empty
    )
    assert all(bin_.parent.resolve() in Path(f).resolve().parents for f in all_said.split())


def test_help_lists_the_commands(bin_: Path, empty: Path) -> None:
    help_text = run(bin_ / "vigie", "--help", inside_folder=empty)
    assert "Usage : vigie" in help_text
    assert {"template", "check", "pull", "ask", "demo"} <= set(help_text.split())


def test_a_template_is_written_and_judged_from_an_empty_folder(bin_: Path, empty: Path) -> None:
    ask = ("template", "paat", "--ght", "BFC-08", "--campagne", "2021-annuelle", "-o", "x.xlsx")
    run(bin_ / "vigie", *ask, inside_folder=empty)
    assert [f.name for f in empty.iterdir()] == ["x.xlsx"]
    assert "CENTRE HOSPITALIER JURA SUD" in load_workbook(empty / "x.xlsx").sheetnames
    assert "BFC-08, campagne 2021-annuelle" in run(bin_ / "vigie", "check", "x.xlsx", inside_folder=empty)
