"""Remembers the questions people asked: « pourquoi ? » refers to the last one, and what was not understood can be learnt.

Never says who asked what to anyone else.
"""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlite_utils import Database

from config.french import cle
from sheets.register.database import ecriture, is_read_only


def retient_question(db: Database, personne: str, quand: datetime, texte: str, comprise: dict[str, Any] | None) -> None:
    """Remember a question and how it was understood: « pourquoi ? » refers to it.

    `comprise` is None when it was not, and empty when it was but nothing may refer to it (a refusal, a request for help).
    Where nothing may be written, it is not remembered.
    """
    if is_read_only(db):
        return
    with ecriture(db):
        db.execute(
            "INSERT INTO questions (personne, posee_le, texte, comprise) VALUES (?, ?, ?, ?)",
            (
                personne,
                quand.isoformat(timespec="seconds"),
                texte,
                json.dumps(comprise) if comprise is not None else None,
            ),
        )


def derniere_question(db: Database, personne: str) -> dict[str, Any] | None:
    """How that person's last understood question was understood."""
    rang = db.execute(
        "SELECT comprise FROM questions WHERE personne = ? AND comprise IS NOT NULL AND comprise <> '{}' ORDER BY id DESC LIMIT 1",
        (personne,),
    ).fetchone()
    return json.loads(rang[0]) if rang else None


class Incomprise(NamedTuple):
    """A question that was not answered, and how often; who asked is left out."""

    texte: str
    fois: int
    derniere: date


def incomprises(db: Database, limite: int = -1) -> list[Incomprise]:
    """The questions that were not understood, most frequent first; case, accents and punctuation aside.

    An e-mail address typed in a question is masked.
    """
    groupes: dict[str, list[tuple[str, str]]] = {}
    requete = "SELECT texte, posee_le FROM questions WHERE comprise IS NULL ORDER BY id"
    for texte, posee_le in db.execute(requete):
        groupes.setdefault(cle(texte), []).append((_ADRESSE.sub("…@…", texte), posee_le))
    lues = [Incomprise(g[-1][0], len(g), date.fromisoformat(g[-1][1][:10])) for g in groupes.values()]
    lues.sort(key=lambda i: (-i.fois, -i.derniere.toordinal(), i.texte))
    return lues[:limite] if limite >= 0 else lues


_ADRESSE = re.compile(r"[^\s@<>]+@[^\s@<>]+")
