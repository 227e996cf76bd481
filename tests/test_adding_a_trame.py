"""« Ajouter une trame », executed: a copy of the code, the files of the page, its commands, then its lines in a register."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from sheets.writing import HEADING_ROW
from tests.by_the_page import copy_of_the_code, do, edit, is_written, page, python, run, write
from tests.region import REFERENT
from tests.test_adding_a_column import OPENS

pytestmark = pytest.mark.e2e  # several whole commands, each in a process of its own

PAGE = page("ajouter-une-trame.md")


def test_the_page_adds_a_trame_that_is_written_judged_and_kept_in_its_own_table(tmp_path: Path) -> None:
    copy = copy_of_the_code(tmp_path / "code")
    for block in PAGE.blocks("python"):
        write(copy, block)
    for diff in PAGE.blocks("diff"):
        edit(copy, diff)
    assert PAGE.quoted("La trame") in python(copy, "-c", OPENS, str(tmp_path / "other.sqlite")).stderr
    migrates, *proves, check, pull = PAGE.commands()
    run(copy, migrates)
    assert all(is_written(copy, block) for block in PAGE.blocks("sql"))
    for command in proves:
        run(copy, command)
    fill(copy / "visites.xlsx")
    said = do(copy, check)
    assert said.returncode == 1, said.stderr
    assert "Date de la visite" in said.stdout
    run(copy, pull)
    with closing(sqlite3.connect(copy / "vigie.sqlite")) as db:
        lines = db.execute(
            "SELECT action_id, site, jour, bilan, bloquee FROM lignes_visites ORDER BY numero"
        ).fetchall()
    assert lines == [("0001", "Pharmacie", "2022-03-01", "À imiter", 0), ("0002", "Blanchisserie", None, None, 1)]
    decided = run(copy, f"vigie decide visites/BFC-08/visites/0001 --retirer --motif Annulée --as {REFERENT}")
    assert "visites/BFC-08/visites/0001" in decided
    columns = (copy / "docs" / "colonnes.md").read_text(encoding="utf-8")
    assert "## Visites de sites (`visites`, version 2026.1)" in columns
    assert "| `jour` | Date de la visite |" in columns


def fill(template: Path) -> None:
    """Two visits, one without its date, under the headings of the page."""
    book = load_workbook(template)
    tab = book["Visites"]
    assert [c.value for c in tab[HEADING_ROW]][:4] == ["N° de visite", "Site visité", "Date de la visite", "Bilan"]
    for row, typed in enumerate(
        (("Pharmacie", date(2022, 3, 1), "À imiter"), ("Blanchisserie", None, None)), HEADING_ROW + 1
    ):
        for column, value in enumerate(typed, 2):
            tab.cell(row, column, value)
    book.save(template)
