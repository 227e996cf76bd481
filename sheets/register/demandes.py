"""Remembers the questions people asked, so that « pourquoi ? » refers to the last one."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from sheets.register.registre import ecriture


def retient_question(db: Database, personne: str, quand: datetime, texte: str, comprise: dict[str, Any] | None) -> None:
    """Remember a question and how it was understood: « pourquoi ? » refers to it."""
    with ecriture(db):
        db.execute(
            "INSERT INTO questions (personne, posee_le, texte, comprise) VALUES (?, ?, ?, ?)",
            (personne, quand.isoformat(timespec="seconds"), texte, json.dumps(comprise) if comprise else None),
        )


def derniere_question(db: Database, personne: str) -> dict[str, Any] | None:
    """How that person's last understood question was understood."""
    rang = db.execute(
        "SELECT comprise FROM questions WHERE personne = ? AND comprise IS NOT NULL ORDER BY id DESC LIMIT 1",
        (personne,),
    ).fetchone()
    return json.loads(rang[0]) if rang else None
