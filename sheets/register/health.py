"""What `vigie status` asks the register: when it was last fed, from where, under which folder, last copied when."""

from __future__ import annotations

from typing import NamedTuple

from sqlite_utils import Database


class Source(NamedTuple):
    """A folder that pulls looked into: when last, and how many workbooks it held then and at most."""

    path: str
    last_pull_counts: str
    workbooks: int
    at_most: int


class LastBackup(NamedTuple):
    dated: str
    path: str
    raw_bytes: int


def sources(db: Database) -> list[Source]:
    """Every folder ever given to a pull, by path."""
    query = (
        "SELECT s.chemin, p.debut, s.classeurs, max(t.classeurs) FROM sources s JOIN pulls p ON p.id = s.pull"
        " JOIN sources t ON t.chemin = s.chemin"
        " WHERE s.id IN (SELECT max(id) FROM sources GROUP BY chemin) GROUP BY s.id ORDER BY s.chemin"
    )
    return [Source(*r) for r in db.execute(query)]


def unread(db: Database) -> list[tuple[str, str]]:
    """(path, sentence) of what could not be read the last time that each source was looked into."""
    query = (
        "SELECT i.chemin, i.phrase FROM illisibles i WHERE i.pull = (SELECT max(s.pull) FROM sources s JOIN bilans b"
        " ON b.pull = s.pull WHERE s.chemin = i.source) ORDER BY i.chemin"
    )
    return db.execute(query).fetchall()


def last_backup(db: Database) -> LastBackup | None:
    """The last backup made from this register."""
    rank = db.execute("SELECT le, chemin, octets FROM sauvegardes ORDER BY id DESC LIMIT 1").fetchone()
    return LastBackup(*rank) if rank else None


def first_pull(db: Database) -> str | None:
    """When the register began to hold something."""
    start: str | None = db.execute("SELECT min(debut) FROM pulls").fetchone()[0]
    return start


def folder_of_last_pull(db: Database) -> str | None:
    """The hash of the region's folder that judged last."""
    rank = db.execute("SELECT dossier FROM pulls ORDER BY id DESC LIMIT 1").fetchone()
    return str(rank[0]) if rank else None
