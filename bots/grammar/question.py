"""What a question is once understood, who asks it, and the last look at its subject. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from rapidfuzz import fuzz, process

from bots.grammar.sentence import ReadSentence
from bots.questions import BY_KEY, INTENTIONS
from config.campaign import current_campaign
from config.folder import Folder
from config.french import enumeration, text_key
from config.territory import FRANCE, Scope, Territory
from reports.view import Subject

AnswerForm = Literal["", "image", "tableur", "retour"]
"""What an answer is wanted as, beside its words: a picture, the workbook of its lines, the return of a trame."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question understood. `intention` is None when it is not: `hints` says why, `suggestions` what to ask instead."""

    text: str
    intention: str | None
    subject: Subject | None = None
    hints: str = ""
    suggestions: tuple[str, ...] = ()
    form: AnswerForm = ""


@dataclass(frozen=True, slots=True)
class AskingContext:
    """Who asks, on which day, after which question."""

    text: str
    folder: Folder
    as_of: date
    own_scope: Scope
    """The asker's own territory."""
    previous: tuple[str, Subject] | None

    @property
    def territory(self) -> Territory:
        return self.folder.territory

    def current_exercice(self, day: date | None = None) -> int:
        return current_campaign(self.folder.campaigns.values(), day or self.as_of).exercice

    def name(self, p: Scope) -> str:
        return self.territory.name(p)

    def apart(self, p: Scope, among: Sequence[Scope]) -> str:
        """A name that tells a territory from the others: « CH Saint-Jean (GHT Loire Sud) », « GHT Loire (LOI-02) »."""
        if [text_key(self.name(q)) for q in among].count(
            text_key(self.name(p))
        ) < 2:  # a question has neither case nor accents
            return self.name(p)
        inside = next((self.name(m) for m in self.territory.parents(p, self.as_of) if m.type == "ght"), p.code)
        return f"{self.name(p)} ({inside})"

    def named(self, p: Scope, among: Sequence[Scope]) -> str:
        """The same as a question may say it: by its code when the name is another's too."""
        return self.name(p) if self.apart(p, among) == self.name(p) else p.code

    def asks_instead(self, hints: str, *suggestions: str) -> Question:
        """Not understood, and what to ask instead."""
        return Question(self.text, None, None, hints, suggestions)


def check_subject(c: AskingContext, intention: str, subject: Subject) -> Question:
    """The last look at a subject: an axis, or an exclusion, that the question cannot take is said."""
    if subject.by and subject.by not in BY_KEY[intention].axes:
        return c.asks_instead(f"Je ne sais ventiler que les gains, et pas {_named(intention)}.",
                     f"gains {c.name(subject.scope)} {subject.exercice} par {subject.by}")  # fmt: skip
    if subject.but_for:
        if not BY_KEY[intention].leaves_out:
            return c.asks_instead(f"Je ne sais pas exclure un territoire de {_named(intention)}.",
                         BY_KEY[intention].suggests(c.name(subject.scope), subject.exercice))  # fmt: skip
        days = [k.situation for k in c.folder.campaigns_of(subject.exercice)] or [c.as_of]
        outside = [
            p for p in subject.but_for if not any(subject.scope in (p, *c.territory.parents(p, j)) for j in days)
        ]
        if outside:
            names = enumeration([c.name(p) for p in outside])
            return c.asks_instead(f"{c.name(subject.scope)} ne contient pas {names} : je ne peux pas l'en exclure.")
    return Question(c.text, intention, subject)


def _named(intention: str) -> str:
    return f"« {BY_KEY[intention].example} »"


def named_campaign(c: AskingContext, moment: str, exercice: int) -> str | None:
    if not moment:
        return None
    known_moments = {k.moment: k.code for k in c.folder.campaigns_of(exercice)}
    return known_moments.get(moment, f"{exercice}-{moment}")  # one that does not exist is refused further on


def place_asked(c: AskingContext, reading: ReadSentence, by: str) -> Scope:
    """The territory a question is about: named, « mon GHT », « la région », or one's own."""
    if reading.found_places:
        return reading.found_places[0][0]
    if by == "region":
        return FRANCE
    if reading.region:
        return region_above(c.own_scope, c)
    if re.search(r"\b(mon|notre) (ght|groupement|territoire)\b", reading.sentence):
        return own_ght(c) or c.own_scope
    return c.own_scope


def own_ght(c: AskingContext) -> Scope | None:
    return next((p for p in (c.own_scope, *c.territory.parents(c.own_scope, c.as_of)) if p.type == "ght"), None)


def region_above(since: Scope, c: AskingContext) -> Scope:
    """« la région », said of a GHT, is the region above; said of a region or a country, itself."""
    return next((p for p in (since, *c.territory.parents(since, c.as_of)) if p.type in ("region", "national")), since)


def suggestions_near(c: AskingContext) -> tuple[str, ...]:
    """The questions nearest to what was typed."""
    examples = {i.example: text_key(i.example) for i in INTENTIONS}
    return tuple(p[2] for p in process.extract(text_key(c.text), examples, scorer=fuzz.token_set_ratio, limit=3))
