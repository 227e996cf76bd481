"""A question as it was understood, as the JSON that programs read. Pure: understands nothing itself."""

from __future__ import annotations

from typing import Any

from bots.grammar.question import Question
from bots.grammar.understand import meaningless
from config.territory import Perimetre
from reports.metrics import METRICS
from reports.view import Sujet, Vue

_SUBJECT = ("metrique", "perimetre", "exercice", "exercices", "par", "filtres", "sauf", "contre", "n", "sens", "place",
            "depuis", "campagne")  # fmt: skip


def comprise(question: Question, vue: Vue) -> dict[str, Any]:
    """What was understood, whatever was answered; `ignore` are the words that carried no meaning.

    A question that was not understood has no intention; nor has it, as a request for help, any subject.
    """
    q = question
    subject = _subject(q.intention, q.sujet) if q.intention and q.sujet else dict.fromkeys(_SUBJECT)
    ignored = meaningless(q.texte, vue.dossier, vue.au) if q.intention else []
    return {"intention": q.intention, **subject, "forme": q.forme or None, "ignore": ignored}


def _subject(intention: str, s: Sujet) -> dict[str, Any]:
    ranked, metric = intention == "classement", METRICS.get(f"{intention} {s.figure}".strip())
    values: tuple[Any, ...] = (
        metric.nom if metric else None,
        _place(s.perimetre), s.exercice, list(s.exercices), s.par or None, [], [_place(p) for p in s.sauf],
        [_place(p) for p in s.autres], s.combien or None, ("bas" if s.du_bas else "haut") if ranked else None,
        _place(s.place), s.depuis.isoformat() if s.depuis else None, s.campagne,
    )  # fmt: skip
    return dict(zip(_SUBJECT, values, strict=True))


def _place(p: Perimetre | None) -> dict[str, str] | None:
    return {"type": p.type, "code": p.code} if p else None
