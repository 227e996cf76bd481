"""The migration that a layout asks for is written for a developer; what only a person can decide is said instead."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest

from sheets.register import next_migration, schema
from sheets.trame import Column, Measure, Table
from sheets.trames import TABLES
from sheets.trames.paat import ACTIONS
from tests.made_up import COURSES_OF_A_GHT, MIGRATION

CPV = Column("code_cpv", "Code CPV", "texte", "Le code de l'achat.")


@pytest.fixture
def written_in(tmp_path: Path) -> Iterator[Path]:
    """Where the next migration is written: beside the last one, in a folder of its own."""
    folder = tmp_path / "sheets" / "register" / "migrations"
    folder.mkdir(parents=True)
    with mock.patch.object(next_migration, "FOLDER", folder):
        yield folder


def declared(*tables: Table) -> mock._patch_dict:
    return mock.patch.dict(TABLES, {t.code: t for t in tables})


def with_columns(*columns: Column) -> Table:
    return replace(ACTIONS, columns=columns)


def forms(sql: str) -> list[tuple[str, ...]]:
    """The columns of every table that some SQL makes, and its indexes."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(f"CREATE TABLE onglets (id INTEGER PRIMARY KEY);{sql}")
        names = [n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE name LIKE 'lignes%' ORDER BY name")]
        return [
            row
            for n in names
            for row in db.execute('SELECT ?, name, type, "notnull", pk FROM pragma_table_info(?)', (n, n))
        ]


def test_nothing_is_asked_for_while_the_frozen_texts_follow_the_trames(written_in: Path) -> None:
    assert next_migration.asked_for() == ""
    assert "pas de migration à écrire" in next_migration.main(["rien"])
    assert list(written_in.iterdir()) == []


def test_the_tables_of_a_new_trame_are_those_that_a_person_would_write() -> None:
    with declared(*COURSES_OF_A_GHT.tables):
        assert forms(next_migration.asked_for()) == forms(MIGRATION)


def test_a_new_column_and_a_new_measure_are_added_under_the_next_number(written_in: Path) -> None:
    measured = replace(with_columns(*ACTIONS.columns, CPV), measures=(*ACTIONS.measures, Measure("marches", "nombre")))
    with declared(measured):
        said = next_migration.main(["code_cpv"])
    (file,) = written_in.iterdir()
    assert file.name == f"{int(schema.history()[-1].name[:3]) + 1:03d}_code_cpv.sql"
    assert file.name in said
    assert file.read_text(encoding="utf-8") == (
        "ALTER TABLE lignes_paat ADD COLUMN code_cpv TEXT;\n"
        "ALTER TABLE lignes_paat ADD COLUMN marches INTEGER NOT NULL DEFAULT 0;\n"
    )


@pytest.mark.parametrize(
    "columns",
    [
        tuple(c for c in ACTIONS.columns if c.key != "marche"),
        tuple(replace(c, key="marche_public") if c.key == "marche" else c for c in ACTIONS.columns),
        tuple(replace(c, kind="entier") if c.key == "marche" else c for c in ACTIONS.columns),
    ],
    ids=["taken away", "renamed", "another type"],
)
def test_what_becomes_of_values_is_left_to_a_person(columns: tuple[Column, ...], written_in: Path) -> None:
    with declared(with_columns(*columns)):
        said = next_migration.main(["marche"])
    assert "« marche »" in said
    assert "s'écrit à la main" in said
    assert list(written_in.iterdir()) == []


@pytest.mark.parametrize("arguments", [[], ["Code CPV"], ["../x"], ["a", "b"]])
def test_a_name_that_is_no_name_is_asked_again(arguments: list[str], written_in: Path) -> None:
    with declared(with_columns(*ACTIONS.columns, CPV)):
        assert "NOM" in next_migration.main(arguments)
    assert list(written_in.iterdir()) == []
