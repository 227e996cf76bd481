"""Remembers the questions people asked: « pourquoi ? » refers to the last one, and what was not understood can be learnt.

Never says who asked what to anyone else.
"""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlite_utils import Database

from config.french import text_key
from sheets.register.database import is_read_only, write_transaction


def remember_question(
    db: Database, person: str, when: datetime, text: str, as_understood: dict[str, Any] | None
) -> None:
    """Remember a question and how it was understood: « pourquoi ? » refers to it.

    `as_understood` is None when it was not, and empty when it was but nothing may refer to it (a refusal, a request for help).
    Where nothing may be written, it is not remembered.
    """
    if is_read_only(db):
        return
    with write_transaction(db):
        db.execute(
            "INSERT INTO questions (personne, posee_le, texte, comprise) VALUES (?, ?, ?, ?)",
            (
                person,
                when.isoformat(timespec="seconds"),
                text,
                json.dumps(as_understood) if as_understood is not None else None,
            ),
        )


def last_question(db: Database, person: str) -> dict[str, Any] | None:
    """How that person's last understood question was understood."""
    rank = db.execute(
        "SELECT comprise FROM questions WHERE personne = ? AND comprise IS NOT NULL AND comprise <> '{}' ORDER BY id DESC LIMIT 1",
        (person,),
    ).fetchone()
    return json.loads(rank[0]) if rank else None


class NotUnderstood(NamedTuple):
    """A question that was not answered, and how often; who asked is left out."""

    text: str
    times: int
    last_time: date


def questions_not_understood(db: Database, limit: int = -1) -> list[NotUnderstood]:
    """The questions that were not understood, most frequent first; case, accents and punctuation aside.

    An e-mail address typed in a question is masked.
    """
    groups: dict[str, list[tuple[str, str]]] = {}
    query = "SELECT texte, posee_le FROM questions WHERE comprise IS NULL ORDER BY id"
    for text, asked_on in db.execute(query):
        groups.setdefault(text_key(text), []).append((_ADDRESS.sub("…@…", text), asked_on))
    grouped_questions = [NotUnderstood(g[-1][0], len(g), date.fromisoformat(g[-1][1][:10])) for g in groups.values()]
    grouped_questions.sort(key=lambda i: (-i.times, -i.last_time.toordinal(), i.text))
    return grouped_questions[:limit] if limit >= 0 else grouped_questions


_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+")
