"""Exact copies of versions that were replaced: told from a version put back, ignored, remembered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import PurePath
from typing import NamedTuple

from sqlite_utils import Database

from config.french import day
from sheets.register.database import write_transaction
from sheets.register.pulls import FoundFile
from sheets.register.what_counts import counting_tabs


class Copy(NamedTuple):
    """The replaced version that a file is an exact copy of, when it came, and the path of what counts instead."""

    file: int
    received: date
    replaced_by: str

    @property
    def said(self) -> str:
        """Why it is ignored, and what to do if that is not what was wanted."""
        return (
            f"Copie exacte d'une version reçue le {day(self.received)}, que « {PurePath(self.replaced_by).name} » a remplacée "
            "depuis : elle ne compte pas. Pour y revenir, mettez-la à la place de cette dernière, ou enregistrez-la de nouveau "
            "avant de la renvoyer."
        )


def copy_of(db: Database, found_file: FoundFile, seen: Mapping[str, tuple[int, int, str]]) -> Copy | None:
    """The replaced version that a file is an exact copy of; None when it is none, or takes the place of the version that
    replaced it: then it counts. `seen` says what each path last held.

    Replaced before this pull began, or the one cut short that it goes on from: what arrives together is told by its dates,
    in whatever order it is stored.
    """
    since = db.execute(
        "SELECT min(id) FROM fichiers WHERE pull > (SELECT coalesce(max(pull), 0) FROM bilans)"
    ).fetchone()[0]
    row = db.execute(
        "SELECT f.id, f.recu, f.campagne, substr(p.debut, 1, 10) FROM fichiers f JOIN fichiers a ON a.id = f.recu"
        " JOIN pulls p ON p.id = a.pull WHERE f.empreinte = :empreinte AND f.etat <> 'refuse' AND (:since IS NULL OR f.recu < :since)"
        " ORDER BY f.recu DESC, f.id DESC LIMIT 1",
        {"empreinte": found_file.content_hash, "since": since},
    ).fetchone()
    if row is None:
        return None
    file, arrival, campaign, received = row
    finess = [f for (f,) in db.execute("SELECT finess FROM onglets WHERE fichier = ? AND utilisable", (file,))]
    counting = counting_tabs(db, [campaign], date.max, finess, lock=False, before=since).values()
    instead = [o for o in counting if o.arrival != arrival]
    held = seen.get(found_file.name, (0, 0, ""))[2]
    if not instead or any(o.path == found_file.name or (held and _hash(db, o.arrival) == held) for o in instead):
        return None
    return Copy(file, date.fromisoformat(received), max(instead, key=lambda o: o.arrival).path)


def _hash(db: Database, file: int) -> str:
    return str(db.execute("SELECT empreinte FROM fichiers WHERE id = ?", (file,)).fetchone()[0])


def ignore(db: Database, pull: int, found_file: FoundFile, copy: Copy) -> None:
    """Remember where a copy of a replaced version lies."""
    with write_transaction(db):
        db.execute("INSERT INTO copies (pull, chemin, fichier) VALUES (?, ?, ?)", (pull, found_file.name, copy.file))


class Ignored(NamedTuple):
    """A copy that still lies where it was seen, and the first tab of what counts instead."""

    path: str
    file: int
    tab: int
    sheet: str
    counts: str


def ignored(db: Database, campaign: str) -> list[Ignored]:
    """The ignored copies of a campaign."""
    query = (
        "SELECT c.chemin, k.fichier, k.id, k.feuille, n.chemin, max((n.recu << 32) | n.id) FROM copies c"
        " JOIN fichiers f ON f.id = c.fichier JOIN reperes r ON r.chemin = c.chemin AND r.empreinte = f.empreinte"
        " JOIN onglets o ON o.fichier = f.id AND o.utilisable JOIN onglets k ON k.campagne = o.campagne AND k.finess = o.finess"
        " AND k.utilisable JOIN fichiers n ON n.id = k.fichier AND n.recu > f.recu"
        " WHERE f.campagne = ? GROUP BY c.chemin ORDER BY c.chemin"
    )
    return [Ignored(*r[:5]) for r in db.execute(query, (campaign,))]
