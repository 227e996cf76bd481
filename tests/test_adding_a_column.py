"""« Ajouter une colonne », executed: a copy of the code, the edits of the page, its commands, then a trame of then."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sheets.register import schema
from tests.region import new_region
from tests.test_docs import DOCS, ROOT
from tests.test_under_alert import JURA, JURA_SUD, ORDINARY_LINES, YEAR_END

PAGE = (DOCS / "ajouter-une-colonne.md").read_text(encoding="utf-8")
NUMBER = f"{int(schema.history()[-1].name[:3]) + 1:03d}"
TOP = ("config", "sheets", "reports", "bots", "jobs", "tests", "docs", "pyproject.toml", "CHANGELOG.md", "README.md")

OPENS = "import sys; from pathlib import Path; from sheets.register.database import open_register; open_register(Path(sys.argv[1]))"
THEN = """
import json, sys
from datetime import date
from pathlib import Path
from sheets.judging.workbook import judge
from sheets.register.database import open_register
from sheets.returning.companion import companion_book
from tests.region import EXAMPLE, Region, load_folder
from tests.test_under_alert import YEAR_END, JURA, ORDINARY_LINES, JURA_SUD

here = Path(sys.argv[1])
region = Region(here, load_folder(EXAMPLE), open_register(here / "vigie.sqlite")).dated(date(2022, 1, 27))
before = region.ask("gains bfc 2021")["valeur"]
lines = {JURA_SUD: [{**ORDINARY_LINES[0], "code_cpv": "33140000"}, *ORDINARY_LINES[1:]]}
region.send("Jura.xlsx", JURA, YEAR_END, lines)
companion = companion_book(judge("Jura.xlsx", (here / "recus" / "Jura.xlsx").read_bytes(), region.folder), region.folder)
print(json.dumps({
    "figures": [before, region.ask("gains bfc 2021")["valeur"]],
    "stored": [li["code_cpv"] for li in region.lines(JURA_SUD, YEAR_END).values()],
    "view": [c for c, in region.db.execute("SELECT code_cpv FROM v_lignes_qui_comptent ORDER BY ligne")],
    "companion": [c.value for page in companion for row in page for c in row if c.value in ("Code CPV", "33140000")],
}))
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE.replace("NNN", NUMBER), re.MULTILINE | re.DOTALL)


def edit(copy: Path, diff: str) -> None:
    """Do one diff of the page; what it starts from stands once in the file."""
    name, _, hunks = diff.partition("\n")
    file = copy / name.removeprefix("--- ")
    for hunk in hunks.split("@@\n"):
        lines = hunk.splitlines(keepends=True)
        before = "".join(li[1:] for li in lines if li[0] != "+")
        after = "".join(li[1:] for li in lines if li[0] != "-")
        text = file.read_text(encoding="utf-8")
        assert text.count(before) == 1, before
        file.write_text(text.replace(before, after), encoding="utf-8")


def python(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python, in the copy and with its modules."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIGIE_"))}
    environment["PYTHONPATH"] = str(copy)
    command = (sys.executable, *arguments)
    return subprocess.run(command, check=False, cwd=copy, env=environment, capture_output=True, text=True)


def run(copy: Path, *arguments: str) -> str:
    done = python(copy, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The code, in a folder of its own; what is imported there is that copy."""
    place = tmp_path / "code"
    place.mkdir()
    for name in TOP:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, place / name, ignore=shutil.ignore_patterns("__pycache__", "e2e", "bench"))
        else:
            shutil.copy(source, place / name)
    return place


@pytest.mark.e2e  # half a minute, most of it for the copy to be set up
def test_the_page_adds_a_column_that_is_read_stored_and_shown(copy: Path, tmp_path: Path) -> None:
    region = new_region(tmp_path)
    region.send("Jura.xlsx", JURA, YEAR_END, {JURA_SUD: ORDINARY_LINES})
    expected = region.ask("gains bfc 2021")["valeur"]
    region.db.close()
    declared, shown = blocks("diff")
    edit(copy, declared)
    said = python(copy, "-c", OPENS, str(tmp_path / "vigie.sqlite"))
    (quoted,) = re.findall(r"« (La trame.*?) »\.", " ".join(PAGE.split()))
    assert quoted in said.stderr
    edit(copy, shown)
    for text in blocks("sql"):
        name = text.partition("\n")[0].removeprefix("-- ")
        (copy / name).write_text(text, encoding="utf-8")
    for command in "".join(blocks("sh")).splitlines():
        run(copy, *shlex.split(command.removeprefix(".venv/bin/python ")))
    assert "| `code_cpv` | Code CPV |" in (copy / "docs" / "colonnes.md").read_text(encoding="utf-8")
    seen = json.loads(run(copy, "-c", THEN, str(tmp_path)))
    assert seen["figures"] == [expected, expected]
    assert seen["stored"] == seen["view"] == ["33140000", *[None] * 5]
    assert seen["companion"].count("33140000") == 1
    assert "Code CPV" in seen["companion"]
