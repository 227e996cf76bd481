"""« Ajouter une question », executed: a copy of the code, the edits of the page, its commands, then the question asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.by_the_page import copy_of_the_code, edit, page, run, write
from tests.region import new_region
from tests.test_under_alert import JURA, JURA_SUD, ORDINARY_LINES, YEAR_END

pytestmark = pytest.mark.e2e  # several whole commands, each in a process of its own

PAGE = page("ajouter-une-question.md")


def test_the_page_adds_a_question_that_is_understood_answered_and_in_the_help(tmp_path: Path) -> None:
    copy = copy_of_the_code(tmp_path / "code")
    region = new_region(tmp_path)
    region.send("Jura.xlsx", JURA, YEAR_END, {JURA_SUD: ORDINARY_LINES}, handing_in=False)
    kept = region.ask("gains bfc 2021")["valeur"]
    region.db.close()
    for block in PAGE.blocks("python"):
        write(copy, block)
    for diff in PAGE.blocks("diff"):
        edit(copy, diff)
    *proofs, ask = PAGE.commands()
    for command in proofs:
        run(copy, command)
    asked = f"{ask} --registre {tmp_path / 'vigie.sqlite'} --today 2022-01-20"
    assert run(copy, asked).splitlines()[0].startswith("Part provisoire de Bourgogne-Franche-Comté en 2021 : ")
    said = json.loads(run(copy, f"{asked} --json"))
    assert (said["intention"], said["valeur"], said["metrique"]["nom"]) == ("provisoire", kept, "part provisoire")
    assert kept not in (None, "0.00")
    assert "provisoire BFC 2021 — ce qui n'est pas encore remis" in run(
        copy, asked.replace("provisoire BFC 2021", "aide")
    )
    assert "| provisoire BFC 2021 |" in (copy / "docs" / "commandes.md").read_text(encoding="utf-8")
