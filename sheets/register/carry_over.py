"""What was said stays said when a backup is put back: carries it over from the register about to be replaced.

Letters and answers that left, or may have, stand so in the world, whatever the register goes back to. What was merely
due is not carried: it is worked out again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

DAMAGED, OLDER = "abîmé", "d'une version plus ancienne de Vigie"
_DATES = frozenset({"le", "pas_avant", "recu_le", "pris_le", "jusqu_au"})


class CarriedOver(NamedTuple):
    """How many messages, answers to them and mails were carried over; `missing` says why not all could be."""

    messages: int = 0
    replies: int = 0
    mails: int = 0
    missing: str = ""


def carry_over(copy_path: Path, register: Path, *, trial: bool = False) -> CarriedOver:
    """Carry over into a copy, at today's schema, what the register it replaces has said since; with `trial`, only count.

    All or nothing. A register too damaged to tell is no error, it is said in `missing`. Raises sqlite3.DatabaseError on
    a full disk.
    """
    with closing(sqlite3.connect(f"{copy_path.resolve().as_uri()}?mode=rw", uri=True, isolation_level=None)) as db:
        for setting in ("synchronous = OFF", "journal_mode = MEMORY"):
            db.execute(f"PRAGMA {setting}")  # a crash leaves a copy that nobody looks at; it is synced once finished
        try:
            db.execute("ATTACH ? AS remplace", (f"{register.resolve().as_uri()}?mode=ro",))
            db.execute("BEGIN")
            carried = [_carry_table_over(db, table) for table in _TABLES]
        except (sqlite3.DatabaseError, TypeError, ValueError) as fault:
            if getattr(fault, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
                raise
            return CarriedOver(missing=DAMAGED)
        db.execute("ROLLBACK" if trial else "COMMIT")
    messages, replies, mails, _ = (n or 0 for n in carried)
    return CarriedOver(messages, replies, mails, OLDER if None in carried else "")


class _Table(NamedTuple):
    """What is carried of a table (`which_rows`, of the rows m), and what becomes of a row that the copy has already."""

    name: str
    which_rows: str
    otherwise: str = ""


_TABLES = (
    # A claim without a channel never left. What the copy knows to have been said, or in doubt, is not taken back.
    _Table(
        "messages",
        "m.etat IN ('dit', 'doute', 'refusé') OR (m.etat = 'pris' AND m.canal <> '')",
        "ON CONFLICT (campagne, unite, etape, repere, personne) DO UPDATE SET genre = excluded.genre, etat = excluded.etat,"
        " envoi = excluded.envoi, canal = excluded.canal, adresse = excluded.adresse, reference = excluded.reference,"
        " raison = excluded.raison, essais = excluded.essais, pas_avant = excluded.pas_avant, le = excluded.le"
        " WHERE (messages.etat, messages.envoi) <> (excluded.etat, excluded.envoi)"
        " AND (messages.etat NOT IN ('dit', 'doute') OR (messages.etat = 'doute' AND excluded.etat = 'dit'))",
    ),
    _Table("gestes", "true"),
    _Table(
        "courriels",
        "m.etat <> 'à répondre'",
        "ON CONFLICT (cle) DO UPDATE SET etat = excluded.etat, le = excluded.le, motif = excluded.motif"
        " WHERE courriels.etat NOT IN ('répondu', excluded.etat)",
    ),
    # What a form of the chat wrote is not carried: it may be filled again.
    _Table("evenements_du_chat", "m.cle NOT LIKE 'formulaire/%'", "ON CONFLICT DO NOTHING"),
)

_FILE = (
    "SELECT f.modifie_le || '/' || f.empreinte FROM remplace.fichiers f WHERE f.id = m.repere AND NOT EXISTS ("
    "SELECT 1 FROM main.fichiers g WHERE (g.id, g.modifie_le, g.empreinte) = (f.id, f.modifie_le, f.empreinte))"
)
_PULL = (
    "SELECT max(f.modifie_le || '/' || f.empreinte) FROM remplace.fichiers f JOIN remplace.onglets o ON o.fichier = f.id"
    " WHERE f.pull = m.repere AND f.campagne = m.campagne AND f.recu = f.id AND EXISTS (SELECT 1 FROM remplace.onglets a"
    " WHERE a.campagne = f.campagne AND a.finess = o.finess AND a.fichier < f.id) AND NOT EXISTS ("
    "SELECT 1 FROM main.pulls p JOIN remplace.pulls q ON (q.id, q.debut) = (p.id, p.debut) WHERE p.id = m.repere)"
)
_ANCHOR = (
    f"CASE m.etape WHEN 'accusé' THEN coalesce(({_FILE}), m.repere)"
    f" WHEN 'total qui bouge' THEN coalesce(({_PULL}), m.repere) ELSE m.repere END"
)
"""A file or a pull that the copy does not know is read again under another number, and its own number goes to another:
what hangs on it is named after what was read (see `messages.hand_ins_read`, `arrivals.corrections`)."""


def _carry_table_over(db: sqlite3.Connection, table: _Table) -> int | None:
    """How many rows of a table were carried over; None when the replaced register does not have it yet."""
    its_own = {c for (c,) in db.execute("SELECT name FROM pragma_table_info(?, 'remplace')", (table.name,))}
    if not its_own:
        return None
    our_columns = [c for (c,) in db.execute("SELECT name FROM pragma_table_info(?, 'main')", (table.name,))]
    columns = [c for c in our_columns if c in its_own and c != "id"]
    columns_read = ", ".join(_ANCHOR if (table.name, c) == ("messages", "repere") else f"m.{c}" for c in columns)
    query = f"SELECT {columns_read} FROM remplace.{table.name} m WHERE {table.which_rows} ORDER BY m.rowid"
    rows = db.execute(query).fetchall()  # read before anything is written, so that damaged text is never copied
    for rank in rows:
        _date(columns, rank)
    if not table.otherwise:  # nothing tells two rows apart but what they say
        existing_rows = set(db.execute(f"SELECT {', '.join(columns)} FROM main.{table.name}"))
        rows = [r for r in rows if r not in existing_rows]
    before = db.total_changes
    db.executemany(
        f"INSERT INTO main.{table.name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))}) {table.otherwise}",
        rows,
    )
    return db.total_changes - before


def _date(columns: Sequence[str], rank: Sequence[Any]) -> None:
    """Raises ValueError when what should be a date is none: damage that SQLite does not see."""
    for column, value in zip(columns, rank, strict=True):
        if column in _DATES:
            datetime.fromisoformat(value)
