"""What someone is answered, typed until a channel renders it: an answer as they may see it, or why there is none.

Words nothing: see `answer_words`, `answer_json` and `slack/answer_blocks`.
"""

from __future__ import annotations

from dataclasses import dataclass

from bots.grammar.question import Question
from config.rights import Sight
from reports.answer import Answer
from reports.view import Subject, View


@dataclass(frozen=True, slots=True)
class Told:
    """An answer as whoever asks may see it, and how far they may look at what it is about."""

    answer: Answer
    subject: Subject
    sight: Sight


@dataclass(frozen=True, slots=True)
class Refused:
    """A question outside the rights of whoever asks, or whose lines alone are."""

    position: str
    lines_alone: bool


@dataclass(frozen=True, slots=True)
class Unclear:
    """`hints` say why, `suggestions` what to ask instead."""

    hints: str
    suggestions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unanswerable:
    """A question understood of which nothing is known: why, and what to ask instead."""

    why: str
    suggestions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HelpWanted:
    """The list of questions was asked for."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A question and what it is answered; `view` is of the day it was asked of."""

    question: Question
    view: View
    outcome: Told | Refused | Unclear | Unanswerable | HelpWanted

    @property
    def suggestions(self) -> tuple[str, ...]:
        """What may be asked instead."""
        return self.outcome.suggestions if isinstance(self.outcome, Unclear | Unanswerable) else ()
