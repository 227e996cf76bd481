"""History is frozen: no migration reads a declaration of today, and every path to today's schema ends in one register."""

from __future__ import annotations

import collections
import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from config.errors import UserError
from sheets.register import database, schema
from sheets.register.database import open_register, open_to_read
from sheets.trame import Column, Table
from sheets.trames.paat import ACTIONS
from sheets.trames.paat.columns import Action
from tests import acted
from tests.region import Region, new_region
from tests.test_migrations import OLD_REGISTERS, REGISTERS, forms, old_register
from tests.test_under_alert import JURA, JURA_SUD, MOREZ, ORDINARY_LINES, PLANTED, YEAR_END
from tests.test_vues import check_views_agree

pytestmark = pytest.mark.e2e  # half a minute of processor, kept out of the quick tests

NUMBERS = [int(f.name[:3]) for f in schema.history()]
SINCE = [n for n in NUMBERS if n >= 4]
"""Schemas a register is filled at from a pull of today; the earlier ones did not keep what it needs."""
COMPUTED = {"en_vigueur_campagnes", "en_vigueur_membres", "campagnes_connues", "sous_alertes", "sommes"}
"""Tables that a migration fills from what a register already held."""
CPV_COLUMN = Column("code_cpv", "Code CPV", "texte", "Le code de l'achat.")
ADDED = "ALTER TABLE lignes_paat ADD COLUMN code_cpv TEXT;\n"


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    """A tab with alerts, one struck line, a newer sending, a decision: the register as a pull of today writes it."""
    region = new_region(tmp_path_factory.mktemp("region"))
    struck = {**ORDINARY_LINES[0], "montant_reference": None}
    later = {"statut": "notifié", "date_premiere_commande": date(2021, 11, 1)}
    region.dated(date(2022, 1, 20)).send(
        "Jura.xlsx", JURA, YEAR_END, {JURA_SUD: [*ORDINARY_LINES, PLANTED], MOREZ: [struck]}
    )
    half_year = {**ORDINARY_LINES[1], "date_premiere_commande": date(2021, 6, 1)}
    lines = {
        JURA_SUD: [*ORDINARY_LINES, PLANTED, {**ORDINARY_LINES[2], **later}],
        MOREZ: [struck, half_year, half_year],
    }
    region.dated(date(2022, 1, 27)).send("Jura.xlsx", JURA, YEAR_END, lines)
    acted.decide(region.main(), f"{YEAR_END}/{JURA_SUD}/0002", "retirer", "doublon")
    yield region
    region.db.close()


def tables(path: Path) -> dict[str, list[str]]:
    with closing(sqlite3.connect(path)) as db:
        names = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return {
            n: sorted(r[0] for r in db.execute("SELECT name FROM pragma_table_info(?)", (n,)))
            for (n,) in names.fetchall()
            if n != "_sqlite_migrations"
        }


def rows(path: Path, columns: dict[str, list[str]]) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(path)) as db:
        return {
            t: sorted(db.execute(f"SELECT {', '.join(c)} FROM {t}"), key=repr)  # noqa: S608 - our own names
            for t, c in columns.items()
        }


def at_schema(number: int, path: Path, source: Path) -> Path:
    """A register that the frozen migrations up to `number` made, filled with what a pull wrote in `source`."""
    with closing(Database(path)) as db:
        schema.migrations([f for f in schema.history() if int(f.name[:3]) <= number]).apply(db)
        db.execute(f"PRAGMA application_id = {database.VIGIE}")
    shared = {t: [c for c in cs if c in tables(source)[t]] for t, cs in tables(path).items()}
    with closing(sqlite3.connect(path)) as raw, raw:
        for table, found in rows(source, shared).items():
            places = ", ".join("?" * len(shared[table]))
            into = f"{table} ({', '.join(shared[table])})"
            raw.executemany(f"INSERT INTO {into} VALUES ({places})", found)  # noqa: S608 - our own names
    return path


def with_column(*more: Column) -> Table:
    """The trame as declared, and these columns after the others."""
    fields = (*Action._fields, *(c.key for c in more))
    line: Any = collections.namedtuple("Action", fields, defaults=(None,) * len(fields))  # type: ignore[misc]
    return replace(ACTIONS, columns=(*ACTIONS.columns, *more), line=line)


def declare(m: pytest.MonkeyPatch, table: Table, files: list[Path] | None = None) -> None:
    """That trame and those migrations are the product's."""
    m.setattr(schema, "TABLES", {table.code: table})
    if files:
        m.setattr(schema, "history", lambda: files)
        m.setattr(schema, "register", schema.migrations(files))
        m.setattr(database, "known_migrations", lambda: frozenset(f"m{f.stem}" for f in files))


def test_what_was_shipped_is_what_is_there() -> None:
    shipped = [li.split() for li in (REGISTERS / "migrations.sha256").read_text().splitlines()]
    assert len(shipped) >= 19
    for digest, name in shipped:
        now = hashlib.sha256((schema.FOLDER / name).read_bytes()).hexdigest()
        assert now == digest, f"{name} was shipped: registers went through it. Write a new migration instead."


def test_every_number_is_given_once_and_every_python_step_has_its_text() -> None:
    assert sorted(set(NUMBERS)) == NUMBERS
    assert len(NUMBERS) == len(list(schema.FOLDER.iterdir()))
    assert set(schema.IN_PYTHON) <= {f.stem for f in schema.history()}


def test_no_migration_reads_the_trame_of_today(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [tmp_path / "as declared", tmp_path / "another"]
    for path, trame in zip(paths, (ACTIONS, with_column(CPV_COLUMN)), strict=True):
        declare(monkeypatch, trame)
        with closing(Database(path)) as db:
            schema.register.apply(db)
    assert forms(paths[0]) == forms(paths[1])


def test_a_statement_ends_where_sqlite_says() -> None:
    text = "-- a; comment;\nCREATE TABLE a (\n  b TEXT DEFAULT ';\n');\nINSERT INTO a VALUES ('x');\nINSERT INTO a VALUES (1);\n-- end\n"
    db = sqlite3.connect(":memory:")
    for statement in schema.statements(text):
        db.execute(statement)
    assert db.execute("SELECT count(*) FROM a").fetchone() == (2,)
    with pytest.raises(sqlite3.OperationalError):  # a statement cut short is not left out
        db.execute(*schema.statements("DROP TABLE"))
    db.close()


@pytest.mark.parametrize("number", SINCE)
def test_a_register_of_every_schema_becomes_what_a_pull_of_today_writes(
    number: int, region: Region, tmp_path: Path
) -> None:
    today = region.where / "vigie.sqlite"
    path = at_schema(number, tmp_path / "vigie.sqlite", today)
    born = tables(today).keys() - tables(path).keys() - COMPUTED
    with closing(open_register(path)) as db:
        assert check_views_agree(db, region.folder) > 0
    assert forms(path) == forms(today)
    compared = {t: c for t, c in tables(today).items() if t not in born}
    assert rows(path, compared) == rows(today, compared)


def test_the_pull_of_today_has_something_in_every_sum(region: Region) -> None:
    for s in ("sous_alerte", "declare_positif", "gain_retire"):
        assert region.db.execute(f"SELECT sum({s}) FROM onglets").fetchone()[0], s  # noqa: S608 - our own names
    measured = {m for (m,) in region.db.execute("SELECT mesure FROM sommes WHERE declare <> 0")}
    assert {"report", "prevision", "perimetre_traite"} <= measured
    assert region.db.execute("SELECT sum(retire) FROM sommes").fetchone()[0]


@pytest.fixture
def cpv_migrations(tmp_path: Path) -> list[Path]:
    """The migrations, and the one that adds the column."""
    folder = Path(shutil.copytree(schema.FOLDER, tmp_path / "migrations"))
    (folder / f"{NUMBERS[-1] + 1:03d}_code_cpv.sql").write_text(ADDED)
    return schema.history(folder)


KEPT = [*OLD_REGISTERS, *(f"m{n:03d}" for n in SINCE if n > 4)]


def kept(name: str, folder: Path, region: Region) -> Path:
    if name in OLD_REGISTERS:
        return old_register(name, folder)
    return at_schema(int(name[1:]), folder / "vigie.sqlite", region.where / "vigie.sqlite")


@pytest.mark.parametrize("name", KEPT)
def test_a_column_with_its_migration_reaches_every_register(
    name: str, region: Region, cpv_migrations: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("a", "b"):
        (tmp_path / place).mkdir()
    before, path = kept(name, tmp_path / "a", region), kept(name, tmp_path / "b", region)
    open_register(before).close()
    held = tables(before)
    declare(monkeypatch, with_column(CPV_COLUMN), cpv_migrations)
    with closing(open_register(path)) as db:
        assert check_views_agree(db, region.folder) > 0
    open_register(tmp_path / "fresh.sqlite").close()
    assert forms(path) == forms(tmp_path / "fresh.sqlite")
    assert tables(path)["lignes_paat"] == sorted([*held["lignes_paat"], "code_cpv"])
    assert rows(path, held) == rows(before, held)


@pytest.mark.parametrize("name", [*KEPT, "fresh"])
def test_a_column_without_its_migration_is_said_on_opening(
    name: str, region: Region, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "vigie.sqlite" if name == "fresh" else kept(name, tmp_path, region)
    before = forms(path) if path.exists() else None
    declare(monkeypatch, with_column(CPV_COLUMN))
    with pytest.raises(UserError) as said:
        open_register(path)
    assert str(said.value) == (
        "La trame paat déclare la colonne « code_cpv » (TEXT), que la table lignes_paat du registre n'a pas : il "
        "manque la migration qui l'ajoute (python -m sheets.register.next_migration NOM ; voir "
        "docs/ajouter-une-colonne.md)."
    )
    assert (forms(path) if path.exists() else None) == before


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (with_column(replace(CPV_COLUMN, kind="euros")), "déclare la colonne « code_cpv » (INTEGER)"),
        (
            replace(ACTIONS, columns=tuple(c for c in ACTIONS.columns if c.key != "marche")),
            "La table lignes_paat du registre a la colonne « marche » (TEXT), que la trame paat ne déclare pas",
        ),
        (
            replace(
                ACTIONS, columns=tuple(replace(c, kind="entier") if c.key == "marche" else c for c in ACTIONS.columns)
            ),
            "La trame paat déclare la colonne « marche » en INTEGER, la table lignes_paat du registre la garde en TEXT",
        ),
        (with_column(replace(CPV_COLUMN, kind="calcul")), ""),
        (replace(ACTIONS, columns=ACTIONS.columns[::-1]), ""),
    ],
    ids=["added", "taken away", "another type", "a computed one is not stored", "another order"],
)
def test_whatever_the_layout_changes_is_said_to_who_writes_and_to_who_reads(
    table: Table, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "vigie.sqlite"
    open_register(path).close()
    declare(monkeypatch, table)
    for open_ in (open_register, open_to_read):
        if not said:
            open_(path).close()
            continue
        with pytest.raises(UserError) as heard:
            open_(path)
        assert said in str(heard.value)


def test_views_that_changed_are_made_anew_without_a_migration(tmp_path: Path) -> None:
    path, fresh = tmp_path / "vigie.sqlite", tmp_path / "fresh.sqlite"
    open_register(fresh).close()
    with closing(open_register(path)) as db:
        db.execute("DROP VIEW v_releves")
        db.execute("CREATE VIEW v_releves AS SELECT 1 AS releve")
    open_register(path).close()
    assert forms(path) == forms(fresh)
