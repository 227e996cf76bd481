"""A question asked by someone → the answer they have a right to. The one way in, for every channel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from bots.grammar.question import Question
from bots.grammar.understand import LONGEST, understand
from bots.intention import Intention
from bots.questions import BY_KEY, told_as
from bots.reply import HelpWanted, Refused, Reply, Told, Unanswerable, Unclear
from config.errors import UserError
from config.rights import AT_KEYBOARD, Person, Sight, best_sight, reader
from config.secrets import mask
from config.territory import FRANCE, Scope
from reports.answer import Answer
from reports.disclosure import told
from reports.view import Subject, View
from sheets.register import asked
from sheets.register.database import read_transaction

TERRITORIES = ("ght", "etablissement", "region")
"""The axes whose parts are territories, each with a right of its own."""


def answer_question(
    text: str, person: Person, view: View, current_time: datetime, as_of: date | None = None, limit: int = -1
) -> Reply:
    """Answer a question, and remember it for « pourquoi ? ».

    `view` is today's: its folder decides the rights. With `as_of`, the answer is the one that day would have given; with
    `limit`, at most that many lines come with it.
    """
    text = mask(text[: LONGEST + 1])
    reply, as_understood = answer_to(text, person, view, as_of, limit)
    asked.remember_question(view.db, person.email, current_time, text, as_understood)
    return reply


def answer_to(
    text: str, person: Person, view: View, as_of: date | None = None, limit: int = -1
) -> tuple[Reply, dict[str, Any] | None]:
    """The answer, and what to remember of the question: reads only, so that a pull never makes anyone wait."""
    return answer_after(asked.last_question(view.db, person.email), text, person, view, as_of, limit)


def answer_after(
    last: dict[str, Any] | None, text: str, person: Person, view: View, as_of: date | None = None, limit: int = -1
) -> tuple[Reply, dict[str, Any] | None]:
    """The same, for a question that follows on another: `last` is what `answer_to` gave to remember of that one."""
    text = mask(text[: LONGEST + 1])
    previous = _previous(last)
    view_that_day = view.dated(as_of) if as_of else view
    question = understand(text, view_that_day.folder, view_that_day.as_of, default_territory(person, view), previous)
    if question.subject:
        question = replace(question, subject=replace(question.subject, limit=limit))
    reply = reply_to(question, person, view_that_day, view)
    named = _memory(question) if question.subject and not isinstance(reply.outcome, Refused) else {}
    return reply, named if question.intention else None


def default_territory(person: Person, view: View) -> Scope:
    """One's own territory; at the keyboard, the region when the folder has a single one."""
    if person is not AT_KEYBOARD:
        return person.scope
    regions = {g.region for g in view.folder.territory.ghts.values()}
    return Scope("region", regions.pop()) if len(regions) == 1 else FRANCE


def reply_to(question: Question, person: Person, view: View, today_view: View) -> Reply:
    """What is answered as of the view's day, to someone whose rights are those of `today_view`; remembers nothing."""
    if question.intention == "aide":
        return Reply(question, view, HelpWanted())
    if question.intention is None or question.subject is None:
        return Reply(question, view, Unclear(question.hints, question.suggestions))
    intention, subject, sights = BY_KEY[question.intention], question.subject, Sights(person, today_view)
    sight = max((sights.over(p) for p in subject.revealed_scopes), key=list(Sight).index)
    if sight is Sight.NOTHING or (sight is Sight.TOTALS and not _totals_suffice(intention, subject)):
        return Reply(question, view, Refused(person.position, sight is Sight.TOTALS))
    try:
        with read_transaction(view.db):  # every figure of an answer stands on the same state
            function = told_as(intention.key, subject.figure).function
            answer = function(view, subject if sight is Sight.EVERYTHING else replace(subject, how_many=0))
    except UserError as fault:
        name, years = view.folder.territory.name(subject.scope), _known_exercices(subject, view)
        return Reply(question, view, Unanswerable(str(fault), tuple(intention.suggests(name, n) for n in years)))
    if sight is Sight.TOTALS:
        answer = for_totals(view, subject, answer, sights, intention)
    return Reply(question, view, Told(answer, subject, sight))


@dataclass(frozen=True, slots=True)
class Sights:
    """How far someone, or a person they stand in for that day, may look at each territory."""

    person: Person
    view: View

    def over(self, target: Scope) -> Sight:
        d = self.view.folder
        return best_sight(self.person, d.persons, target, d.territory, self.view.as_of)


def _known_exercices(subject: Subject, view: View) -> list[int]:
    """The exercices to ask about instead, nearest first, when the one that was named has no campaign."""
    known_exercices = {c.exercice for c in view.folder.campaigns.values()}
    return (
        []
        if subject.exercice in known_exercices
        else sorted(known_exercices, key=lambda n: (abs(n - subject.exercice), n))[:3]
    )


def _totals_suffice(intention: Intention, subject: Subject) -> bool:
    """Whether who sees totals alone may have this answer: a ranking of territories, yes; of families, no, it is a detail."""
    return intention.total_alone and not (intention.ranked and subject.by not in TERRITORIES)


def for_totals(view: View, subject: Subject, answer: Answer, sights: Sights, intention: Intention) -> Answer:
    """An answer to someone entitled to totals alone: without its lines, and without what gives anyone else away."""
    p, d = sights.person, sights.view.folder
    who = reader(p, d.persons, d.territory, sights.view.as_of)
    with read_transaction(view.db):
        r = told(view, subject, answer, who, intention.function, lambda t: sights.over(t) is not Sight.NOTHING)
    if not intention.lines_open:
        r = replace(r, elements=(), beside=(), by="")
    return replace(r, heavy=(), closed=_what_is_closed(answer, r, intention))


def _what_is_closed(whole: Answer, said: Answer, intention: Intention) -> Literal["", "parts", "ranks"]:
    if len(said.elements) == len(whole.elements) or intention.in_sentence:
        return ""
    return "ranks" if intention.ranked else "parts"


def _memory(question: Question) -> dict[str, Any]:
    s = question.subject
    assert s is not None
    return {
        "type": s.scope.type,
        "code": s.scope.code,
        "exercice": s.exercice,
        "campagne": s.campaign,
        "par": s.by,
        "depuis": s.since.isoformat() if s.since else None,
        "intention": question.intention,
        "autres": [(p.type, p.code) for p in s.others],
        "exercices": s.exercices,
        "sauf": [(p.type, p.code) for p in s.but_for],
        "combien": s.how_many,
        "du_bas": s.from_bottom,
        "place": (s.place.type, s.place.code) if s.place else None,
        "figure": s.figure,
    }


def _previous(m: dict[str, Any] | None) -> tuple[str, Subject] | None:
    """What was last asked: the question, and its subject."""
    if not m:
        return None
    return m.get("intention") or "gains", Subject(
        Scope(m["type"], m["code"]),
        m["exercice"],
        m["campagne"],
        m["par"],
        date.fromisoformat(m["depuis"]) if m.get("depuis") else None,
        others=tuple(Scope(*p) for p in m.get("autres", ())),
        exercices=tuple(m.get("exercices", ())),
        but_for=tuple(Scope(*p) for p in m.get("sauf", ())),
        how_many=m.get("combien", 0),
        from_bottom=m.get("du_bas", False),
        place=Scope(*m["place"]) if m.get("place") else None,
        figure=m.get("figure", ""),
    )
