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

ABIME, ANCIEN = "abîmé", "d'une version plus ancienne de Vigie"
_DATES = frozenset({"le", "pas_avant", "recu_le", "pris_le", "jusqu_au"})


class Repris(NamedTuple):
    """How many messages, answers to them and mails were carried over; `manque` says why not all could be."""

    messages: int = 0
    gestes: int = 0
    courriels: int = 0
    manque: str = ""


def reprend(copie: Path, registre: Path, *, essai: bool = False) -> Repris:
    """Carry over into a copy, at today's schema, what the register it replaces has said since; with `essai`, only count.

    All or nothing. A register too damaged to tell is no error, it is said in `manque`. Raises sqlite3.DatabaseError on
    a full disk.
    """
    with closing(sqlite3.connect(f"{copie.resolve().as_uri()}?mode=rw", uri=True, isolation_level=None)) as db:
        for reglage in ("synchronous = OFF", "journal_mode = MEMORY"):
            db.execute(f"PRAGMA {reglage}")  # a crash leaves a copy that nobody looks at; it is synced once finished
        try:
            db.execute("ATTACH ? AS remplace", (f"{registre.resolve().as_uri()}?mode=ro",))
            db.execute("BEGIN")
            repris = [_reprend(db, table) for table in _TABLES]
        except (sqlite3.DatabaseError, TypeError, ValueError) as faute:
            if getattr(faute, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
                raise
            return Repris(manque=ABIME)
        db.execute("ROLLBACK" if essai else "COMMIT")
    messages, gestes, courriels, _ = (n or 0 for n in repris)
    return Repris(messages, gestes, courriels, ANCIEN if None in repris else "")


class _Table(NamedTuple):
    """What is carried of a table (`lesquelles`, of the rows m), and what becomes of a row that the copy has already."""

    nom: str
    lesquelles: str
    sinon: str = ""


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

_FICHIER = (
    "SELECT f.modifie_le || '/' || f.empreinte FROM remplace.fichiers f WHERE f.id = m.repere AND NOT EXISTS ("
    "SELECT 1 FROM main.fichiers g WHERE (g.id, g.modifie_le, g.empreinte) = (f.id, f.modifie_le, f.empreinte))"
)
_RELEVE = (
    "SELECT max(f.modifie_le || '/' || f.empreinte) FROM remplace.fichiers f JOIN remplace.onglets o ON o.fichier = f.id"
    " WHERE f.pull = m.repere AND f.campagne = m.campagne AND f.recu = f.id AND EXISTS (SELECT 1 FROM remplace.onglets a"
    " WHERE a.campagne = f.campagne AND a.finess = o.finess AND a.fichier < f.id) AND NOT EXISTS ("
    "SELECT 1 FROM main.pulls p JOIN remplace.pulls q ON (q.id, q.debut) = (p.id, p.debut) WHERE p.id = m.repere)"
)
_REPERE = (
    f"CASE m.etape WHEN 'accusé' THEN coalesce(({_FICHIER}), m.repere)"
    f" WHEN 'total qui bouge' THEN coalesce(({_RELEVE}), m.repere) ELSE m.repere END"
)
"""A file or a pull that the copy does not know is read again under another number, and its own number goes to another:
what hangs on it is named after what was read (see `messages.lectures`, `arrivees.corrections`)."""


def _reprend(db: sqlite3.Connection, table: _Table) -> int | None:
    """How many rows of a table were carried over; None when the replaced register does not have it yet."""
    siennes = {c for (c,) in db.execute("SELECT name FROM pragma_table_info(?, 'remplace')", (table.nom,))}
    if not siennes:
        return None
    notres = [c for (c,) in db.execute("SELECT name FROM pragma_table_info(?, 'main')", (table.nom,))]
    colonnes = [c for c in notres if c in siennes and c != "id"]
    lues = ", ".join(_REPERE if (table.nom, c) == ("messages", "repere") else f"m.{c}" for c in colonnes)
    requete = f"SELECT {lues} FROM remplace.{table.nom} m WHERE {table.lesquelles} ORDER BY m.rowid"
    rangs = db.execute(requete).fetchall()  # read before anything is written, so that damaged text is never copied
    for rang in rangs:
        _date(colonnes, rang)
    if not table.sinon:  # nothing tells two rows apart but what they say
        deja = set(db.execute(f"SELECT {', '.join(colonnes)} FROM main.{table.nom}"))
        rangs = [r for r in rangs if r not in deja]
    avant = db.total_changes
    db.executemany(
        f"INSERT INTO main.{table.nom} ({', '.join(colonnes)}) VALUES ({', '.join('?' * len(colonnes))}) {table.sinon}",
        rangs,
    )
    return db.total_changes - avant


def _date(colonnes: Sequence[str], rang: Sequence[Any]) -> None:
    """Raises ValueError when what should be a date is none: damage that SQLite does not see."""
    for colonne, valeur in zip(colonnes, rang, strict=True):
        if colonne in _DATES:
            datetime.fromisoformat(valeur)
