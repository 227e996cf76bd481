"""The command line: exit codes, JSON, plain French when something is wrong, no traceback."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import pytest
from openpyxl import load_workbook

from jobs.command_line import HELP
from jobs.command_line import vigie as vigie_group
from tests.conftest import GAIN_COL, FillTrame

ROOT = Path(__file__).parent.parent
JURA_SUD = "390780146"


def vigie(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, as people do."""
    code = "from jobs.commands import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False
    )


@pytest.fixture
def jura_file(tmp_path: Path, filled_trame: FillTrame) -> Path:
    file = tmp_path / "recus" / "GHT Jura.xlsx"
    file.parent.mkdir()
    file.write_bytes(filled_trame({JURA_SUD: [{}, {"gain_annuel": 165_381, "montant_reference": 49_747}]}))
    return file


def test_check_exits_0_1_or_2_by_the_worst_it_saw(tmp_path: Path, jura_file: Path, filled_trame: FillTrame) -> None:
    good, other = tmp_path / "bon.xlsx", tmp_path / "autre.xlsx"
    good.write_bytes(filled_trame({JURA_SUD: [{}]}))
    other.write_bytes(b"PK\x03\x04 not a workbook")
    assert vigie("check", good, cwd=tmp_path).returncode == 0
    assert vigie("check", good, jura_file, cwd=tmp_path).returncode == 1
    assert vigie("check", jura_file, other, cwd=tmp_path).returncode == 2


def test_check_json_has_the_promised_keys_and_its_totals_add_up(tmp_path: Path, jura_file: Path) -> None:
    (result,) = json.loads(vigie("check", jura_file, "--json", cwd=tmp_path).stdout)
    assert (result["trame"], result["version"], result["ght"], result["campagne"]) == (
        "paat",
        "2022.1",
        "BFC-08",
        "2021-annuelle",
    )
    t = result["totaux"]
    assert (
        t["lignes_lues"] == t["lignes_vides"] + t["lignes_ignorees"] + t["lignes_rejetees"] + t["lignes_retenues"] == 2
    )
    assert (t["gain_declare"], t["gain_retire"], t["gain_retenu"]) == ("141150.83", "137817.50", "3333.33")
    finding = result["constats"][0]
    assert (
        finding | {"code": "performance-superieure-100", "gravite": "rejet", "cellule": f"{GAIN_COL}6", "ligne": 6}
        == finding
    )
    assert finding["feuille"] == "CENTRE HOSPITALIER JURA SUD"
    assert finding.keys() >= {"colonne", "valeur", "message", "correction"}


def test_pull_then_ask_then_pourquoi_by_hand(tmp_path: Path, jura_file: Path) -> None:
    def on_march_31(*arguments: str | Path) -> dict[str, Any]:
        result: dict[str, Any] = json.loads(vigie(*arguments, "--json", "--today", "2022-03-31", cwd=tmp_path).stdout)
        return result

    assert [f["etat"] for f in on_march_31("pull", jura_file.parent)["fichiers"]] == ["nouveau"]
    result = on_march_31("ask", "gains GHT Jura 2021")
    assert (result["intention"], result["valeur"], result["unite"], result["au"]) == (
        "gains",
        "3333.33",
        "EUR",
        "2022-03-31",
    )
    detail = on_march_31("ask", "pourquoi")
    assert sum(Decimal(li["valeur"]) for li in detail["lignes"]) == Decimal(detail["valeur"]) == Decimal("3333.33")


def test_a_file_of_the_folder_is_a_command_of_the_help_page_and_the_reverse() -> None:
    files = {f.stem for f in (ROOT / "jobs" / "commands").glob("[!_]*.py")}
    assert files == HELP.keys()
    for name in files:
        command = vigie_group.get_command(click.Context(vigie_group), name)
        assert command is not None
        assert (command.name, command.help) == (name, HELP[name])
        assert command.get_short_help_str(200) == vigie_group.commands[name].get_short_help_str(200)


def imported_by(code: str) -> set[str]:
    """The modules of the house that some code imports, in a process of its own."""
    end = "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr)); "
    done = subprocess.run([sys.executable, "-c", end + code], capture_output=True, text=True, check=True, cwd=ROOT)
    return {m for m in done.stderr.split() if m.startswith(("jobs.", "bots", "reports", "sheets", "click"))}


def test_a_command_is_imported_only_when_it_is_called() -> None:
    main = "sys.argv = ['vigie', *{!r}]; from jobs.commands import main; main()"
    on_the_page = imported_by(main.format(["--help"]))
    assert {m for m in on_the_page if not m.startswith("click")} == {
        "jobs.commands", "jobs.command_line", "jobs.french_click",
    }  # fmt: skip
    on_a_command = imported_by(main.format(["note", "--help"]))
    assert {m for m in on_a_command if m.startswith("jobs.commands.")} == {"jobs.commands.note"}


def test_a_reading_process_that_imports_the_module_of_main_imports_nothing_else() -> None:
    assert imported_by("import jobs.commands") == {"jobs.commands"}


def test_a_common_option_stands_before_the_command_or_after_it_and_the_last_wins(tmp_path: Path) -> None:
    def said(*arguments: str) -> str:
        return vigie(*arguments, cwd=tmp_path).stdout

    assert "« avant.sqlite »" in said("--registre", "avant.sqlite", "status")
    assert "« apres.sqlite »" in said("status", "--registre", "apres.sqlite")
    assert "« apres.sqlite »" in said("--registre", "avant.sqlite", "status", "--registre", "apres.sqlite")
    assert "« avant.sqlite »" in said("--registre", "avant.sqlite", "campaign", "list")


def test_what_was_not_understood_is_read_back_without_saying_who_asked(tmp_path: Path, jura_file: Path) -> None:
    vigie("pull", jura_file.parent, "--today", "2022-03-31", cwd=tmp_path)
    assert vigie("ask", "--incomprises", cwd=tmp_path).stdout == "Tout ce qui a été demandé a été compris.\n"
    for question in ("gains ugap", "gains UGAP ?"):
        vigie("ask", question, "--as", "dgos@exemple.invalid", "--today", "2022-03-31", cwd=tmp_path)
    finished = vigie("ask", "--incomprises", "--json", cwd=tmp_path)
    assert json.loads(finished.stdout) == [{"texte": "gains UGAP ?", "fois": 2, "derniere": "2022-03-31"}]


def test_the_clock_can_be_stood_in_for(tmp_path: Path, jura_file: Path) -> None:
    vigie("pull", jura_file.parent, "--today", "2022-02-01", cwd=tmp_path)
    before = json.loads(vigie("ask", "gains jura 2021", "--as-of", "31/01/2022", "--json", cwd=tmp_path).stdout)
    after = json.loads(vigie("ask", "gains jura 2021", "--as-of", "01/02/2022", "--json", cwd=tmp_path).stdout)
    assert (before["valeur"], after["valeur"]) == (None, "3333.33")


def test_every_run_says_which_folder_is_in_force_and_keeps_the_output_clean(tmp_path: Path, jura_file: Path) -> None:
    finished = vigie("check", jura_file, "--json", cwd=tmp_path)
    assert "Dossier de la région" in finished.stderr
    json.loads(finished.stdout)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["chek"], "vouliez-vous dire « check »"),
        (["check"], "Il manque FICHIER"),
        (["check", "absent.xlsx"], "Fichier introuvable"),
        (["pull", "nulle-part"], "La source « nulle-part » n'existe pas"),
        (["pull"], "Donnez un dossier de trames"),
        (["ask", "gains"], "n'existe pas encore"),
        (["ask", "gains", "--as-of", "demain"], "n'est pas une date"),
        (["template", "paat", "--ght", "BFC-8", "--campagne", "2021-annuelle"], "vouliez-vous dire « BFC-08 »"),
        (["template", "paat", "--ght", "BFC-08", "--campagne", "2021"], "Je ne connais pas la campagne « 2021 »"),
        (["template", "paat", "--campagne", "2021-annuelle"], "pour quel GHT"),
        (["ask", "gains", "--dossier", "nulle-part"], "Le dossier de la région « nulle-part » n'existe pas"),
        (["ask"], "Posez une question"),
        (["ask", "--incomprises", "gains"], "Posez une question"),
        (["ask", "--jsn", "x"], "L'option « --jsn » n'existe pas"),
        (["territory", "x.csv"], "Fichier introuvable"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_what_the_user_can_mend_is_one_french_sentence(tmp_path: Path, arguments: list[str], expected: str) -> None:
    finished = vigie(*arguments, cwd=tmp_path)
    assert finished.returncode == 2
    assert expected in finished.stderr
    assert "Traceback" not in finished.stderr


def test_a_file_that_is_not_a_register_is_said_so_and_left_alone(tmp_path: Path, jura_file: Path) -> None:
    fake = tmp_path / "faux.sqlite"
    fake.write_text("ceci n'est pas une base")
    finished = vigie("pull", jura_file.parent, "--registre", fake, cwd=tmp_path)
    assert finished.returncode == 2
    assert "n'est pas un registre Vigie" in finished.stderr
    assert fake.read_text() == "ceci n'est pas une base"


def test_status_turns_red_on_a_file_nobody_could_read(tmp_path: Path, jura_file: Path) -> None:
    vigie("pull", jura_file.parent, cwd=tmp_path)
    assert vigie("status", cwd=tmp_path).returncode == 0
    (jura_file.parent / "photo.xlsx").write_bytes(b"\xff\xd8\xff")
    vigie("pull", jura_file.parent, cwd=tmp_path)
    finished = vigie("status", "--json", cwd=tmp_path)
    assert finished.returncode == 1
    assert "photo.xlsx" in json.loads(finished.stdout)["soucis"][0]


def test_status_without_a_register_checks_the_folder_and_says_what_to_do(tmp_path: Path) -> None:
    finished = vigie("status", cwd=tmp_path)
    assert finished.returncode == 1
    assert "sans faute" in finished.stdout
    assert "Lancez : vigie pull" in finished.stdout


def test_a_refused_tab_is_said_by_pull_and_by_status(tmp_path: Path, filled_trame: FillTrame) -> None:
    book = load_workbook(io.BytesIO(filled_trame({JURA_SUD: [{}]})))
    book.worksheets[1].delete_rows(4)
    (tmp_path / "recus").mkdir()
    book.save(tmp_path / "recus" / "jura.xlsx")
    assert "onglet refusé" in vigie("pull", "recus", cwd=tmp_path).stdout
    finished = vigie("status", cwd=tmp_path)
    assert finished.returncode == 1
    assert "onglet CENTRE HOSPITALIER JURA SUD" in finished.stdout


def test_in_a_pipe_there_is_no_colour_and_no_box(tmp_path: Path, jura_file: Path) -> None:
    assert "\x1b" not in vigie("check", jura_file, cwd=tmp_path).stdout


def test_the_version_is_that_of_the_changelog() -> None:
    from importlib.metadata import version

    assert f"## {version('vigie')}" in (ROOT / "CHANGELOG.md").read_text()


def test_every_library_says_why_it_is_there_and_is_pinned() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    pinned = (ROOT / "requirements.txt").read_text().casefold()
    assert "http" not in pinned
    for dependency in tomllib.loads(text)["project"]["dependencies"]:
        line = next(li for li in text.splitlines() if f'"{dependency}"' in li)
        assert "#" in line
        assert f"\n{dependency.partition('>')[0].casefold()}==" in pinned
