"""The buttons under an answer: each asks a question that stands by itself, whoever presses it and whenever. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bots.answer_files import DRAWN_INTENTIONS, WITH_LINES
from config.territory import Scope
from reports.view import Subject, View
from reports.why import FIGURES

OPENABLE = ("gains", "objectif", "pourquoi", "statut", "retards", "rejets", "qualite")
"""The answers whose figure can be opened, or broken down."""
WORDS = {"statut": "statut", "retards": "qui n'a pas remis", "prevision": "prévision", "classement": "classement"}
"""How the other answers that are drawn are asked; a total is asked as gains."""


@dataclass(frozen=True, slots=True)
class NextQuestion:
    """A button: its words, and the question it asks; `confirmation` is what is said before it is taken at its word."""

    key: str
    words: str
    question: str
    confirmation: str = ""


def next_questions(intention: str, subject: Subject, view: View) -> Sequence[NextQuestion]:
    """What is asked next of an answer, then the same as a picture, as the workbook of its lines, as a GHT's return."""
    where = _place(subject.scope)
    when = f"{subject.exercice} {_moment(subject, view)}".strip()
    all_of_those: list[NextQuestion] = []
    but_for = _except_places(subject)
    if intention in FIGURES and len(subject.exercices) < 2:
        all_of_those.append(
            NextQuestion(
                "pourquoi", "Pourquoi ?", f"pourquoi {WORDS.get(intention, intention)} {where} {when}{but_for}"
            )
        )
    if intention in OPENABLE:
        if intention != "pourquoi":
            all_of_those.append(NextQuestion("pourquoi", "Pourquoi ?", f"pourquoi gains {where} {when}{but_for}"))
        if subject.scope.type in ("national", "region"):
            all_of_those.append(NextQuestion("par-ght", "Par GHT", f"gains {where} {when} par ght{but_for}"))
        all_of_those.append(NextQuestion("par-famille", "Par famille", f"gains {where} {when} par famille{but_for}"))
    if subject.figure:
        return all_of_those
    said = question_words(intention, subject, when)
    if said and (intention in DRAWN_INTENTIONS or intention in WITH_LINES):
        all_of_those.append(NextQuestion("image", "En image", f"{said} en image"))
    if intention in WITH_LINES:
        all_of_those.append(NextQuestion("tableur", "Feuille de calcul", f"{_gains(subject, when)} en tableur"))
    if intention == "statut" and subject.scope.type in ("ght", "etablissement"):
        all_of_those.append(NextQuestion("retour", "Son retour", f"retour {where} {when}"))
    return all_of_those


def question_words(intention: str, subject: Subject, when: str) -> str:
    """The question that gets the same figure, in words; empty for the rank of one place, which is no picture."""
    where = _place(subject.scope)
    if intention in WITH_LINES:
        return _gains(subject, when)
    if intention == "evolution":
        from_to = f" de {subject.exercices[0]} à {subject.exercices[-1]}" if subject.exercices else ""
        return f"évolution {where}{from_to}{_except_places(subject)}"
    if intention == "comparaison":
        if subject.others:
            return f"compare {' et '.join(map(_place, (subject.scope, *subject.others)))} {subject.exercice}"
        return f"compare {where} {' et '.join(map(str, subject.exercices))}"
    if intention not in WORDS or subject.place:
        return ""
    by = f" par {subject.by}" if intention == "classement" else ""
    return f"{WORDS[intention]} {where} {when}{by}{_except_places(subject)}"


def _gains(subject: Subject, when: str) -> str:
    by = f" par {subject.by}" if subject.by else ""
    return f"gains {_place(subject.scope)} {when}{by}{_except_places(subject)}"


def _except_places(subject: Subject) -> str:
    return f" sauf {' et '.join(map(_place, subject.but_for))}" if subject.but_for else ""


def _place(p: Scope) -> str:
    return "france" if p.type == "national" else p.code


def _moment(subject: Subject, view: View) -> str:
    campaign = view.folder.campaigns.get(subject.campaign or "")
    return campaign.moment if campaign else ""
