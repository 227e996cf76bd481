"""Writes the migration that a layout asks for: `python -m sheets.register.next_migration NOM`, for a developer to read over.

From then on it is frozen text like the others, and may be edited before it is delivered. Never opens a register.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sqlite_utils import Database

from config import safe_write
from config.errors import UserError
from sheets.register.schema import FOLDER, declared, execute, history, lines_table
from sheets.trame import Table
from sheets.trames import TABLES

_CONSTRAINTS = {"id": " PRIMARY KEY", "onglet": " NOT NULL REFERENCES onglets(id)", "numero": " NOT NULL"}


def asked_for() -> str:
    """In SQL, what takes the frozen texts to today's declarations; empty when they agree.

    Raises UserError where a column goes or changes its type: only a person knows what becomes of its values.
    """
    db = Database(memory=True)
    for file in history():
        execute(db, file)
    return "".join(_of_table(db, table) for table in TABLES.values())


def _of_table(db: Database, table: Table) -> str:
    where, ours = lines_table(table), declared(table)
    theirs = dict(db.execute("SELECT name, type FROM pragma_table_info(?)", (where,)).fetchall())
    if not theirs:
        return _created(table)
    changed = [key for key, kind in theirs.items() if ours.get(key) != kind]
    if changed:
        raise UserError(
            f"La colonne « {changed[0]} » de la table {where} n'est plus déclarée, ou plus de ce type : renommée, convertie "
            "ou enlevée, cela s'écrit à la main dans sheets/register/migrations (RENAME COLUMN, UPDATE, DROP COLUMN)."
        )
    return "".join(
        f"ALTER TABLE {where} ADD COLUMN {_column(table, key, added=True)};\n" for key in ours if key not in theirs
    )


def _created(table: Table) -> str:
    where = lines_table(table)
    columns = ",\n  ".join(_column(table, key) for key in declared(table))
    return (
        f"CREATE TABLE {where} (\n  {columns}\n) STRICT;\nCREATE INDEX {where}_onglet ON {where}(onglet, action_id);\n"
    )


def _column(table: Table, key: str, *, added: bool = False) -> str:
    """A column as SQLite is told of it: what was typed may be blank, what a line is worth never is."""
    computed = {*(m.key for m in table.measures), "bloquee", "retire"}
    never_blank = (" NOT NULL DEFAULT 0" if added else " NOT NULL") if key in computed else ""
    return f"{key} {declared(table)[key]}{_CONSTRAINTS.get(key, never_blank)}"


def write(name: str) -> Path | None:
    """Write it under the next number; nothing when no layout asks for one."""
    text = asked_for()
    if not text:
        return None
    path = FOLDER / f"{int(history()[-1].name[:3]) + 1:03d}_{name}.sql"
    safe_write.create(path, text.encode())
    return path


def main(arguments: list[str]) -> str:
    """What is said of it."""
    if len(arguments) != 1 or not arguments[0].isidentifier():
        return (
            "Dites comment l'appeler, en minuscules et d'un seul tenant : python -m sheets.register.next_migration NOM"
        )
    try:
        path = write(arguments[0])
    except UserError as fault:
        return str(fault)
    if path is None:
        return "Les tables suivent déjà les trames : pas de migration à écrire."
    return f"{path.relative_to(FOLDER.parents[2])}, à relire :\n\n{path.read_text(encoding='utf-8')}"


if __name__ == "__main__":
    sys.stdout.write(f"{main(sys.argv[1:])}\n")
