"""A question as it was understood, as the JSON that programs read. Pure: understands nothing itself."""

from __future__ import annotations

from typing import Any

from bots.grammar.question import Question
from bots.grammar.understand import meaningless
from bots.questions import BY_KEY, told_as
from config.territory import Scope
from reports.view import Subject, View

_SUBJECT = ("metrique", "perimetre", "exercice", "exercices", "par", "filtres", "sauf", "contre", "n", "sens", "place",
            "depuis", "campagne")  # fmt: skip


def as_understood(question: Question, view: View) -> dict[str, Any]:
    """What was understood, whatever was answered; `ignore` are the words that carried no meaning.

    A question that was not understood has no intention; nor has it, as a request for help, any subject.
    """
    q = question
    subject = _subject(q.intention, q.subject) if q.intention and q.subject else dict.fromkeys(_SUBJECT)
    ignored = meaningless(q.text, view.folder, view.as_of) if q.intention else []
    return {"intention": q.intention, **subject, "forme": q.form or None, "ignore": ignored}


def _subject(intention: str, s: Subject) -> dict[str, Any]:
    values: tuple[Any, ...] = (
        told_as(intention, s.figure).metric.name,
        _place(s.scope), s.exercice, list(s.exercices), s.by or None, [], [_place(p) for p in s.but_for],
        [_place(p) for p in s.others], s.how_many or None, ("bas" if s.from_bottom else "haut") if BY_KEY[intention].ranked else None,
        _place(s.place), s.since.isoformat() if s.since else None, s.campaign,
    )  # fmt: skip
    return dict(zip(_SUBJECT, values, strict=True))


def _place(p: Scope | None) -> dict[str, str] | None:
    return {"type": p.type, "code": p.code} if p else None
