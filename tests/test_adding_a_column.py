"""« Ajouter une colonne », executed: a copy of the code, the edits of the page, its commands, then a trame of then."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.by_the_page import copy_of_the_code, edit, is_written, page, python, run
from tests.region import new_region
from tests.test_under_alert import JURA, JURA_SUD, ORDINARY_LINES, YEAR_END

PAGE = page("ajouter-une-colonne.md")
OPENS = """
import sys
from pathlib import Path
from sheets.register.database import open_register
open_register(Path(sys.argv[1]))
"""
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


@pytest.mark.e2e  # half a minute, most of it for the registers of every version
def test_the_page_adds_a_column_that_is_read_stored_and_shown(tmp_path: Path) -> None:
    copy = copy_of_the_code(tmp_path / "code")
    region = new_region(tmp_path)
    region.send("Jura.xlsx", JURA, YEAR_END, {JURA_SUD: ORDINARY_LINES})
    expected = region.ask("gains bfc 2021")["valeur"]
    region.db.close()
    declared, shown = PAGE.blocks("diff")
    edit(copy, declared)
    assert PAGE.quoted("La trame") in python(copy, "-c", OPENS, str(tmp_path / "vigie.sqlite")).stderr
    migrates, *proves = PAGE.commands()
    run(copy, migrates)
    assert all(is_written(copy, block) for block in PAGE.blocks("sql"))
    edit(copy, shown)
    for command in proves:
        run(copy, command)
    assert "| `code_cpv` | Code CPV |" in (copy / "docs" / "colonnes.md").read_text(encoding="utf-8")
    seen = json.loads(python(copy, "-c", THEN, str(tmp_path)).stdout)
    assert seen["figures"] == [expected, expected]
    assert seen["stored"] == seen["view"] == ["33140000", *[None] * 5]
    assert seen["companion"].count("33140000") == 1
    assert "Code CPV" in seen["companion"]
