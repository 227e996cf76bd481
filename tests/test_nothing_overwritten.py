"""No command takes the place of what someone wrote, and a kill leaves no half file under its name."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from openpyxl import load_workbook

from config.errors import UserError
from config.safe_write import PARTIAL, TakenError
from jobs.commands.ask import answer_question
from jobs.commands.pull import pull_sources
from jobs.commands.report import write_findings
from jobs.commands.template import write_trames
from jobs.companions import write_companions
from jobs.demo import tour
from jobs.wiring import Workshop, workshop
from sheets.writing.seal import is_untouched
from tests.conftest import FillTrame
from tests.test_cli import vigie
from tests.test_demo import DAY

pytestmark = pytest.mark.e2e  # half a minute of processor, kept out of the quick tests

JURA_SUD = "390780146"
CAMPAIGN = "2021-annuelle"


def fill(path: Path) -> bytes:
    """Someone opens the workbook, types a word, and saves it."""
    book = load_workbook(path)
    book.worksheets[0]["H1"] = "à moi"
    book.save(path)
    return path.read_bytes()


@pytest.fixture
def house(tmp_path: Path, filled_trame: FillTrame) -> Workshop:
    """A register with one trame in it."""
    (tmp_path / "recus").mkdir()
    (tmp_path / "recus" / "jura.xlsx").write_bytes(filled_trame({JURA_SUD: [{}, {"gain_annuel": 90}]}))
    wired = workshop(None, tmp_path / "vigie.sqlite", DAY)
    pull_sources(wired, [tmp_path / "recus"], False)
    return wired


def test_all_trames_twice_keeps_those_that_are_there_and_writes_those_that_are_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wired = workshop(None, tmp_path / "vigie.sqlite", DAY)
    write_trames(wired, "paat", None, CAMPAIGN, tmp_path / "trames")
    written = sorted((tmp_path / "trames").iterdir())
    assert f"{len(written)} trames écrites dans {tmp_path / 'trames'}" in capsys.readouterr().out
    assert all(is_untouched(f.read_bytes()) for f in written)
    filled = fill(written[0])
    written[1].unlink()
    others = {f: f.stat().st_mtime_ns for f in written[2:]}
    write_trames(wired, "paat", None, CAMPAIGN, tmp_path / "trames")
    said = capsys.readouterr().out
    assert f"1 trame écrite dans {tmp_path / 'trames'}" in said
    assert f"{len(written) - 1} trames y étaient déjà et restent telles quelles :\n" in said
    assert {f.name for f in written if f"  {f.name}\n" in said} == {f.name for f in written} - {written[1].name}
    assert "déplacez d'abord l'ancienne" in said
    assert written[0].read_bytes() == filled
    assert {f: f.stat().st_mtime_ns for f in written[2:]} == others


def test_one_trame_replaces_a_blank_one_and_never_a_filled_one(tmp_path: Path, house: Workshop) -> None:
    path = tmp_path / "jura.xlsx"
    write_trames(house, "paat", "BFC-08", CAMPAIGN, path, blank=True)
    write_trames(house, "paat", "BFC-08", CAMPAIGN, path)
    filled = fill(path)
    with pytest.raises(UserError, match=r"existe déjà, et quelqu'un l'a peut-être rempli.*Déplacez-le"):
        write_trames(house, "paat", "BFC-08", CAMPAIGN, path)
    assert path.read_bytes() == filled
    (tmp_path / "ici").mkdir()
    write_trames(house, "paat", "BFC-08", CAMPAIGN, tmp_path / "ici")
    assert [f.name for f in (tmp_path / "ici").iterdir()] == ["GHT Jura - trame 2021-annuelle.xlsx"]


def test_a_workbook_of_findings_with_decisions_in_it_is_not_replaced(tmp_path: Path, house: Workshop) -> None:
    write_findings(house, tmp_path / "rapports", None)
    (path,) = (tmp_path / "rapports").iterdir()
    write_findings(house, tmp_path / "rapports", None)  # nobody wrote in it
    filled = fill(path)
    with pytest.raises(TakenError):
        write_findings(house, tmp_path / "rapports", None)
    assert path.read_bytes() == filled


def test_the_file_of_an_answer_is_not_replaced_once_someone_wrote_in_it(tmp_path: Path, house: Workshop) -> None:
    book, picture = tmp_path / "lignes.xlsx", tmp_path / "image.png"

    def ask(question: str) -> None:
        answer_question(house, question, None, None, False, {"image": picture, "tableur": book})

    ask("gains jura 2021 par famille")
    ask("gains jura 2021 par famille")
    filled = fill(book)
    with pytest.raises(TakenError):
        ask("gains jura 2021 par famille")
    assert book.read_bytes() == filled
    picture.write_bytes(b"une photo")
    book.unlink()
    with pytest.raises(TakenError):
        ask("gains jura 2021 par famille")
    assert picture.read_bytes() == b"une photo"


def test_a_companion_in_which_someone_wrote_is_kept(tmp_path: Path, house: Workshop) -> None:
    sent = tmp_path / "recus" / "jura.xlsx"
    write_companions(house, [sent], tmp_path)
    write_companions(house, [sent], tmp_path)
    filled = fill(tmp_path / "jura - retour.xlsx")
    with pytest.raises(UserError, match=r"quelqu'un y a écrit depuis : il n'est pas remplacé"):
        write_companions(house, [sent], tmp_path)
    assert (tmp_path / "jura - retour.xlsx").read_bytes() == filled


def test_a_backup_over_a_file_is_refused(tmp_path: Path, house: Workshop) -> None:
    (tmp_path / "notes.txt").write_text("à moi")
    house.existing_register.close()
    done = vigie("backup", tmp_path / "notes.txt", "--registre", tmp_path / "vigie.sqlite", cwd=tmp_path)
    assert done.returncode == 2
    assert "existe déjà" in done.stderr
    assert (tmp_path / "notes.txt").read_text() == "à moi"


def test_the_tour_made_again_erases_nothing_that_someone_wrote(tmp_path: Path) -> None:
    out = tmp_path / "demo"
    out.mkdir()
    (out / tour.DEMO_MARK).write_bytes(b"")
    trame, mine = out / "recus" / "GHT Jura.xlsx", out / "mes notes.txt"
    trame.parent.mkdir()
    write_trames(workshop(None, None, DAY), "paat", "BFC-08", CAMPAIGN, trame)
    (out / "vigie.sqlite").write_bytes(b"")
    tour._clear_output(out)
    assert [f.name for f in out.iterdir()] == [tour.DEMO_MARK]
    for path in (trame, mine):
        write_trames(workshop(None, None, DAY), "paat", "BFC-08", CAMPAIGN, trame)
        if path == mine:
            mine.write_text("à garder")
        else:
            fill(trame)
        with pytest.raises(UserError, match="a été ajouté ou modifié depuis la visite"):
            tour._clear_output(out)
        assert path.exists()
        trame.unlink()


KILLED = {
    "template": ["template", "paat", "--all", "--campagne", CAMPAIGN, "-o", "sortie"],
    "retour": ["retour", "recus/jura.xlsx", "recus/bis.xlsx", "-o", "sortie"],
    "soigne": ["soigne", "recus/jura.xlsx", "recus/bis.xlsx", "-o", "sortie"],
    "report": ["report", "--out", "sortie", "--registre", "vigie.sqlite", "--today", str(DAY)],
}


@pytest.mark.parametrize("command", KILLED)
def test_a_kill_while_writing_leaves_whole_workbooks_or_none(command: str, tmp_path: Path, house: Workshop) -> None:
    (tmp_path / "recus" / "bis.xlsx").write_bytes((tmp_path / "recus" / "jura.xlsx").read_bytes())
    out = tmp_path / "sortie"
    _killed_once_it_writes(KILLED[command], tmp_path, out)
    for path in out.glob("[!.]*"):
        assert is_untouched(path.read_bytes()), path.name
        load_workbook(path, read_only=True).close()


def _killed_once_it_writes(arguments: list[str], where: Path, out: Path) -> None:
    """Run a command and kill it as its first file begins to be written."""
    code = [sys.executable, "-c", "from jobs.commands import main; main()", *arguments]
    with subprocess.Popen(code, cwd=where, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        end, before = time.monotonic() + 60, set(out.glob("*"))
        while process.poll() is None and set(out.glob("*")) <= before and time.monotonic() < end:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
    assert all(PARTIAL in f.name for f in out.glob(".*"))
