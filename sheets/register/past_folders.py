"""Keeps the region's folder each time it changes, and gives it back as it was on any day."""

from __future__ import annotations

from datetime import date, datetime

from sqlite_utils import Database

from config.folder import Dossier, deplie
from sheets.register import views
from sheets.register.database import ecriture, is_read_only
from sheets.register.decisions import lendemain


def note(db: Database, dossier: Dossier, quand: datetime) -> None:
    """Keep the folder if it is not the one last seen; costs one read when nothing changed.

    A day before the last change is left as it was: which folder was in force then is known. So is a register that may
    only be read.
    """
    if is_read_only(db):
        return
    le = quand.isoformat(timespec="seconds")
    dernier = db.execute("SELECT dossier, depuis FROM dossiers_en_vigueur ORDER BY id DESC LIMIT 1").fetchone()
    connu = dernier is not None and (dernier[0] == dossier.empreinte or le[:10] < dernier[1][:10])
    if connu and views.a_un_dossier(db):
        return
    with ecriture(db):
        db.execute("INSERT OR IGNORE INTO dossiers VALUES (?, ?, ?)", (dossier.empreinte, dossier.archive(), le))
        if not connu:
            db.execute("INSERT INTO dossiers_en_vigueur (depuis, dossier) VALUES (?, ?)", (le, dossier.empreinte))
        views.suit(db, dossier)


def au_jour(db: Database, actuel: Dossier, au: date) -> Dossier:
    """The folder in force at the end of that day; before the first one known, the first one."""
    rang = db.execute(
        "SELECT dossier FROM dossiers_en_vigueur WHERE depuis < ? ORDER BY id DESC LIMIT 1", (lendemain(au),)
    ).fetchone()
    rang = rang or db.execute("SELECT dossier FROM dossiers_en_vigueur ORDER BY id LIMIT 1").fetchone()
    if rang is None or rang[0] == actuel.empreinte:
        return actuel
    archive = db.execute("SELECT archive FROM dossiers WHERE empreinte = ?", rang).fetchone()[0]
    return deplie(archive)
