"""« … en image », « … en tableur », « mon retour »: what an answer is wanted as. Pure; never decides what is asked."""

from __future__ import annotations

import re
from dataclasses import replace

from bots.grammar.question import AnswerForm, AskingContext, Question
from bots.questions import BY_KEY

_INTO = r"(?:en|sous forme d(?:e|une?)?|au format|dans (?:un|une)|avec (?:un|une)|par|sur)(?: (?:un|une))?"
_IMAGE = r"(?:images?|graphiques?|graphes?|diagrammes?|dessins?|courbes?|photos?|png)"
_SPREADSHEET = r"(?:tableurs?|excel|xlsx?|feuilles? (?:de )?calculs?|classeurs?|fichiers? excel|tableaux?(?: excel)?|fichier de calcul)"
_FORMS: tuple[tuple[AnswerForm, re.Pattern[str]], ...] = (
    ("image", re.compile(rf"\b{_INTO} {_IMAGE}\b|^(?:(?:l|une?|le|la) )?{_IMAGE}\b|\b{_IMAGE}$")),
    ("tableur", re.compile(rf"\b{_INTO} {_SPREADSHEET}\b|^(?:(?:l|une?|le|la) )?{_SPREADSHEET}\b|\b{_SPREADSHEET}$")),
    (
        "retour",
        re.compile(
            r"\b(?:mon|notre|le|du) (?:fichier (?:de )?)?retour\b(?: (?:de|du|sur) (?:ma|la|notre) trame\b)?|^retour\b"
        ),
    ),
)
"""Read over words without accents, one after the other."""


def form(words: list[str]) -> tuple[AnswerForm, list[str]]:
    """What the answer is wanted as, and the words that are left."""
    sentence = " ".join(words)
    for what, pattern in _FORMS:
        if matched := pattern.search(sentence):
            return what, f"{sentence[: matched.start()]} {sentence[matched.end() :]}".split()
    return "", words


def form_alone(c: AskingContext, what: AnswerForm) -> Question:
    """« En image ? » alone: the last question again."""
    if c.previous is None:
        example = (
            "retour du GHT Jura 2021"
            if what == "retour"
            else f"gains {c.name(c.own_scope)} {c.current_exercice()} en {what}"
        )
        return c.asks_instead("Je ne connais pas de question précédente de vous : dites-la en entier.", example)
    return Question(c.text, *c.previous, form=what)


def with_form(question: Question, what: AnswerForm) -> Question:
    """A question understood, in that form; what is proposed in its place keeps it too."""
    if question.intention is None:
        suggestions = tuple(f"{p} en {what}" if what in ("image", "tableur") else p for p in question.suggestions)
        return replace(question, suggestions=suggestions)
    return replace(question, form=what) if question.intention in BY_KEY else question
