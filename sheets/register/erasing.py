"""Erases what need not be kept once a campaign is old: original files, contacts, free texts, questions asked.

Never touches a figure: lines' amounts, findings, decisions and control totals stay, so the past still adds up.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import NamedTuple

from sqlite_utils import Database

from config.folder import without_persons
from sheets.register import step_history
from sheets.register.database import path_of, write_transaction
from sheets.register.faults import say_machine_faults
from sheets.register.schema import lines_table
from sheets.trame import Table
from sheets.trames import TABLES

ERASED_MARK = "effacé"
STEP = "purge"
"""Under which name it is remembered that a purge is to be finished, or was."""
_LAST = "INSERT OR REPLACE INTO pas_du_service (pas, reussi, le, dit) VALUES (?, ?, ?, ?)"


class Outdated(NamedTuple):
    """What has had its time: campaigns by code, and for what bears no known campaign, the first day that is kept."""

    campaigns: tuple[str, ...]
    known_actions: tuple[str, ...]
    since: date


class Erased(NamedTuple):
    """What is (or would be) erased, counted. `raw_bytes` is that of the original files."""

    originals: int
    raw_bytes: int
    contacts: int
    texts: int
    notes: int
    questions: int
    folders: int
    messages: int
    reasons: int

    @property
    def is_nothing(self) -> bool:
        return not any(self)


_OUTDATED_FILES = """
WITH perime(id, empreinte) AS MATERIALIZED (
  SELECT f.id, f.empreinte FROM fichiers f JOIN fichiers r ON r.id = f.recu JOIN pulls p ON p.id = r.pull
  WHERE f.campagne IN (SELECT value FROM json_each(:campagnes))
    OR (p.debut < :depuis AND f.campagne NOT IN (SELECT value FROM json_each(:connues)))
), seul(empreinte) AS MATERIALIZED (
  SELECT empreinte FROM originaux o WHERE efface_le IS NULL AND empreinte IN (SELECT empreinte FROM perime)
    AND NOT EXISTS (SELECT 1 FROM fichiers f WHERE f.empreinte = o.empreinte AND f.id NOT IN (SELECT id FROM perime))
), onglet_perime(id) AS MATERIALIZED (SELECT id FROM onglets WHERE fichier IN (SELECT id FROM perime))
"""
_NOTES = f"genre = 'noter' AND motif <> '{ERASED_MARK}' AND campagne IN (SELECT value FROM json_each(:campagnes))"
_REASONS = f"saisi_motif NOT IN ('', '{ERASED_MARK}') AND id IN (SELECT id FROM perime)"
_OF_CAMPAIGNS = "campagne IN (SELECT value FROM json_each(:campagnes))"


def count_outdated(db: Database, outdated: Outdated) -> Erased:
    """What erasing would remove."""
    p = _parameters(outdated)

    def count_of(query: str) -> int:
        return int(db.execute(_OUTDATED_FILES + query, p).fetchone()[0])

    return Erased(
        count_of("SELECT count(*) FROM seul"),
        count_of(
            "SELECT coalesce(sum(length(octets)), 0) FROM originaux WHERE empreinte IN (SELECT empreinte FROM seul)"
        ),
        count_of("SELECT count(*) FROM fichiers WHERE contact <> '' AND id IN (SELECT id FROM perime)"),
        sum(count_of(f"SELECT count(*) FROM {lines} WHERE {where}") for _, lines, where in _with_texts()),
        count_of(f"SELECT count(*) FROM actes WHERE {_NOTES}"),
        count_of("SELECT count(*) FROM questions WHERE posee_le < :depuis"),
        len(list(_past_folders(db, outdated))),
        count_of(f"SELECT count(*) FROM messages WHERE {_OF_CAMPAIGNS}"),
        count_of(f"SELECT count(*) FROM fichiers WHERE {_REASONS}"),
    )


def erase(db: Database, outdated: Outdated, when: datetime) -> Erased:
    """Erase it, all or nothing; return what was. `reclaim_space` is owed from then on, whatever cuts it short."""
    p = _parameters(outdated) | {"le": when.isoformat(timespec="seconds")}
    with write_transaction(db):
        counts = count_outdated(db, outdated)
        for query in (
            "UPDATE originaux SET octets = x'', efface_le = :le WHERE empreinte IN (SELECT empreinte FROM seul)",
            "UPDATE fichiers SET contact = '' WHERE id IN (SELECT id FROM perime)",
            *_without_texts(),
            f"UPDATE fichiers SET saisi_motif = '{ERASED_MARK}' WHERE {_REASONS}",
            f"UPDATE actes SET motif = '{ERASED_MARK}' WHERE {_NOTES}",
            "DELETE FROM questions WHERE posee_le < :depuis",
            "DELETE FROM courriels WHERE recu_le < :depuis",
            "DELETE FROM courriels_en_attente WHERE le < :depuis",
            f"DELETE FROM messages WHERE {_OF_CAMPAIGNS}",
            f"DELETE FROM gestes WHERE {_OF_CAMPAIGNS}",
        ):
            db.execute(_OUTDATED_FILES + query, p)
        for content_hash, archive in list(_past_folders(db, outdated)):
            db.execute("UPDATE dossiers SET archive = ? WHERE empreinte = ?", (archive, content_hash))
        if not counts.is_nothing:
            db.execute(_LAST, (STEP, 0, p["le"], "à compacter"))
    return counts


def _with_texts() -> Iterator[tuple[Table, str, str]]:
    """By trame, its lines that hold something in a column of free text: their table, and which they are."""
    for table in TABLES.values():
        if table.free_texts:
            texts = " OR ".join(f"coalesce({c}, '') <> ''" for c in table.free_texts)
            yield table, lines_table(table), f"onglet IN (SELECT id FROM onglet_perime) AND ({texts})"


def _without_texts() -> Iterator[str]:
    """What wipes them, and what was quoted of them. The title stays: without it a line could not be named."""
    for table, lines, where in _with_texts():
        yield f"UPDATE {lines} SET {', '.join(f'{c} = NULL' for c in table.free_texts)} WHERE {where}"
        columns = ", ".join(f"'{c}'" for c in table.free_texts)
        yield (
            "UPDATE constats SET valeur = '' WHERE fichier IN (SELECT id FROM perime)"
            f" AND onglet IN (SELECT id FROM onglets WHERE tableau = '{table.code}') AND colonne IN ({columns})"
        )


def is_owed(db: Database) -> bool:
    """Whether something was erased whose place was not given back: a purge was cut short."""
    return step_history.breakdown(db, STEP) is not None


def paths(db: Database, outdated: Outdated) -> tuple[set[str], set[str]]:
    """(every path ever received, those of which nothing has to be kept)."""
    known = {path for (path,) in db.execute("SELECT DISTINCT chemin FROM fichiers")}
    kept = f"{_OUTDATED_FILES} SELECT DISTINCT chemin FROM fichiers WHERE id NOT IN (SELECT id FROM perime)"
    return known, known - {path for (path,) in db.execute(kept, _parameters(outdated))}


def reclaim_space(db: Database, when: datetime) -> int:
    """Give the space back to the disk, with every trace of what was erased; return the bytes regained."""
    path = path_of(db)
    with say_machine_faults(path):
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        before = path.stat().st_size
        db.execute("VACUUM")
        db.execute(_LAST, (STEP, 1, when.isoformat(timespec="seconds"), "compacté"))
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return before - path.stat().st_size


def _parameters(outdated: Outdated) -> dict[str, str]:
    return {
        "campagnes": json.dumps(outdated.campaigns),
        "connues": json.dumps(outdated.known_actions),
        "depuis": outdated.since.isoformat(),
    }


def _past_folders(db: Database, outdated: Outdated) -> Iterable[tuple[str, bytes]]:
    """(hash, archive without its people) of the folders replaced before that day: rights are today's, always."""
    query = (
        "SELECT empreinte, archive FROM dossiers WHERE empreinte NOT IN ("
        " SELECT dossier FROM (SELECT dossier, lead(depuis) OVER (ORDER BY id) AS jusqu_a FROM dossiers_en_vigueur)"
        " WHERE jusqu_a IS NULL OR jusqu_a >= ?)"
    )
    for content_hash, archive in db.execute(query, (outdated.since.isoformat(),)).fetchall():
        lightened = without_persons(archive)
        if lightened != archive:
            yield content_hash, lightened
