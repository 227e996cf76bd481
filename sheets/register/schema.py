"""The tables, by numbered migrations: frozen texts in `migrations/`, applied in order; none reads today's declarations.

Facts are inserted, never updated: the past can be asked again. Amounts are whole cents, dates ISO text. A trame whose
layout the tables do not follow is said when a register is opened, before anything is read.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from sqlite_utils import Database, Migrations

from config.errors import UserError
from config.folder import folder_from_archive
from sheets.trame import Table
from sheets.trames import TABLES

FOLDER = Path(__file__).parent / "migrations"
TYPES = {"euros": "INTEGER", "entier": "INTEGER"}


def lines_table(table: Table) -> str:
    """« lignes_suivi_seances »."""
    return f"lignes_{table.code.replace('/', '_')}"


@cache
def table_columns(table: Table) -> tuple[str, ...]:
    """Every column but the key, in the order a judged line gives them: where, what was typed, what it is worth."""
    return tuple(key for key in declared(table) if key != "id")


@cache
def declared(table: Table) -> dict[str, str]:
    """The columns that the table of a trame's lines must have, with their SQL types."""
    typed = {c.key: TYPES.get(c.kind, "TEXT") for c in table.typed_columns}
    worth = dict.fromkeys((*(m.key for m in table.measures), "bloquee", "retire"), "INTEGER")
    return {**dict.fromkeys(("id", "onglet", "numero"), "INTEGER"), **typed, **worth, "reportee_de": "TEXT"}


def declared_of(table: Table, line: str = "l") -> str:
    """What a stored line declares, in SQL: its headline measure."""
    return f"{line}.{table.headline}" if table.headline else "0"


def amount_cell(table: Table) -> str:
    """The cell of a stored line `l`, in a tab `o`, where its amount was typed (else its title), in SQL."""
    return f"json_extract(o.colonnes, '$.{table.amount or table.titled_by}') || l.numero"


def columns_typed(table: Table) -> str:
    """What was typed in a stored line `l`, in SQL: what `typed_line` takes."""
    return ", ".join(f"l.{c.key}" for c in table.typed_columns)


def typed_line(table: Table, row: Sequence[Any]) -> Any:
    """The typed line that a row of `columns_typed` holds."""
    values = list(row)
    for rank, read in _readers(table):
        if values[rank] is not None:
            values[rank] = read(values[rank])
    return table.line(**dict(zip((c.key for c in table.typed_columns), values, strict=True)))


@cache
def _readers(table: Table) -> tuple[tuple[int, Callable[[str], Any]], ...]:
    by_kind: dict[str, Callable[[str], Any]] = {"date": date.fromisoformat, "nombre": Decimal}
    return tuple((rank, by_kind[c.kind]) for rank, c in enumerate(table.typed_columns) if c.kind in by_kind)


def by_table(db: Database, tabs: Iterable[int]) -> list[tuple[Table, list[int]]]:
    """Which trame each of these tabs is of, as they lie on the disk: a country is read in one sweep."""
    query = "SELECT o.tableau, o.id FROM json_each(?) t CROSS JOIN onglets o ON o.id = t.value"
    known: dict[str, list[int]] = {}
    for code, tab in db.execute(query, (json.dumps(sorted(tabs)),)):
        known.setdefault(code, []).append(tab)
    return [(TABLES[code], theirs) for code, theirs in known.items()]


@cache
def sql_conversions(table: Table) -> tuple[tuple[int, Callable[[Any], str]], ...]:
    """Which values of a typed line SQLite has no type for, and how they are written as text."""
    writers_by_kind: dict[str, Callable[[Any], str]] = {"date": date.isoformat, "nombre": str}
    return tuple(
        (rank, writers_by_kind[c.kind]) for rank, c in enumerate(table.typed_columns) if c.kind in writers_by_kind
    )


def statements(text: str) -> Iterator[str]:
    """One statement at a time: executescript() would commit the migration's transaction half-way."""
    statement = ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():  # a comment, or a statement cut short: SQLite tells
        yield statement


def _folder_in_force(db: Database) -> None:
    """Fill what the views need from the region's folder last in force: it lies in an archive, which SQL does not open."""
    last = db.execute(
        "SELECT d.archive FROM dossiers_en_vigueur e JOIN dossiers d ON d.empreinte = e.dossier"
        " ORDER BY e.id DESC LIMIT 1"
    ).fetchone()
    if not last:
        return
    try:
        folder = folder_from_archive(last[0])
    except UserError:
        return  # a folder that today's rules refuse: the next pull brings one that they accept
    db.conn.executemany(
        "INSERT INTO en_vigueur_campagnes (code, exercice, situation) VALUES (?, ?, ?)",
        [(c.code, c.exercice, c.situation.isoformat()) for c in folder.campaigns.values()],
    )
    t = folder.territory
    db.conn.executemany(
        "INSERT INTO en_vigueur_membres (finess, etablissement, ght, ght_nom, region, debut, fin)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (a.finess, t.etablissements[a.finess].name, a.ght, t.ghts[a.ght].name, t.ghts[a.ght].region,
             a.start.isoformat() if a.start else "0001-01-01", a.end.isoformat() if a.end else "9999-12-31")
            for a in t.memberships
        ],
    )  # fmt: skip


IN_PYTHON: dict[str, Callable[[Database], None]] = {"005_les_vues": _folder_in_force}
"""What follows a migration's text where SQL cannot move the data; it names every column it writes."""


def history(folder: Path = FOLDER) -> list[Path]:
    """The migrations, in order."""
    return sorted(folder.glob("[0-9][0-9][0-9]_*.sql"))


def execute(db: Database, migration: Path) -> None:
    """Do what one migration says, and nothing else: no transaction, no record."""
    for statement in statements(migration.read_text(encoding="utf-8")):
        db.execute(statement)
    if more := IN_PYTHON.get(migration.stem):
        more(db)


def migrations(files: list[Path]) -> Migrations:
    """These files as one set; each bears « m » and the name of its file in the registers that went through it."""
    known = Migrations("vigie")
    for file in files:

        def step(db: Database, file: Path = file) -> None:
            execute(db, file)

        known(name=f"m{file.stem}")(step)
    return known


register = migrations(history())


def refuse_other_layout(db: Database) -> None:
    """Raises UserError, in one sentence, when the lines of a trame are not stored as the trame declares them."""
    for table in TABLES.values():
        if gap := _gap(db, table):
            sentence, page = gap
            raise UserError(f"{sentence} (python -m sheets.register.next_migration NOM ; voir docs/{page}).")


def _gap(db: Database, table: Table) -> tuple[str, str] | None:
    """The first thing on which a trame and its table disagree, with what the missing migration does to it; the page to read."""
    where, ours = lines_table(table), declared(table)
    theirs = dict(db.execute("SELECT name, type FROM pragma_table_info(?)", (where,)).fetchall())
    if not theirs:
        missing = (
            f"La trame {table.code} n'a pas sa table {where} dans le registre : il manque la migration qui la crée"
        )
        return missing, "ajouter-une-trame.md"
    differing = (key for key in (*ours, *theirs) if ours.get(key) != theirs.get(key))
    key = next(differing, None)
    return (_difference(table, key, ours.get(key), theirs.get(key)), "ajouter-une-colonne.md") if key else None


def _difference(table: Table, key: str, wanted: str | None, found: str | None) -> str:
    where = lines_table(table)
    if not found:
        return (
            f"La trame {table.code} déclare la colonne « {key} » ({wanted}), que la table {where} du registre "
            "n'a pas : il manque la migration qui l'ajoute"
        )
    if not wanted:
        return (
            f"La table {where} du registre a la colonne « {key} » ({found}), que la trame {table.code} ne déclare "
            "pas : il manque la migration qui l'enlève"
        )
    return (
        f"La trame {table.code} déclare la colonne « {key} » en {wanted}, la table {where} du registre la garde "
        f"en {found} : il manque la migration qui la convertit"
    )
