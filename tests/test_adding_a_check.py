"""« Ajouter un contrôle », executed: a copy of the code, the edits of the page, its commands, then a workbook judged."""

from __future__ import annotations

import json
from pathlib import Path

from config.folder import EXAMPLE, load_folder
from tests.by_the_page import copy_of_the_code, edit, page, python, run
from tests.region import trame
from tests.test_under_alert import JURA, JURA_SUD, YEAR_END

PAGE = page("ajouter-un-controle.md")
CODE = "intitule-trop-court"
EXAMPLES = """
import json
from config.folder import EXAMPLE, load_folder
from sheets.judging.examples import finding_of
from sheets.trames import CATALOGUE
check = CATALOGUE["intitule-trop-court"]
found = [finding_of(check, cells, load_folder(EXAMPLE)) for cells in (check.good, check.failing_cells)]
print(json.dumps([f and f.message for f in found]))
"""


def test_the_page_adds_a_check_that_reports_its_example_and_is_in_the_catalogue(tmp_path: Path) -> None:
    copy = copy_of_the_code(tmp_path / "code")
    for diff in PAGE.blocks("diff"):
        edit(copy, diff)
    for command in PAGE.commands():
        run(copy, command)
    written = (copy / "docs" / "controles.md").read_text(encoding="utf-8")
    said = "L'intitulé « Divers » ne dit pas quel achat."
    assert f"## {CODE}\n" in written
    assert f"| signalé | Intitulé de l'action : « Divers » | {said}" in written
    assert json.loads(python(copy, "-c", EXAMPLES).stdout) == [None, said]
    lines = [{"intitule": "Divers"}, {"intitule": "Pansements hydrocellulaires"}]
    (copy / "Jura.xlsx").write_bytes(trame(load_folder(EXAMPLE), JURA, YEAR_END, {JURA_SUD: lines}))
    (judged,) = json.loads(python(copy, "-m", "jobs.commands", "check", "Jura.xlsx", "--json").stdout)
    assert [c["message"] for c in judged["constats"] if c["code"] == CODE] == [said]
