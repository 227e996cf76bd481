"""« … en image », « … en tableur », « mon retour »: what an answer is wanted as. Pure; never decides what is asked."""

from __future__ import annotations

import re
from dataclasses import replace

from bots.grammar.question import Contexte, Forme, Question
from bots.questions import PAR_CLE

_EN = r"(?:en|sous forme d(?:e|une?)?|au format|dans (?:un|une)|avec (?:un|une)|par|sur)(?: (?:un|une))?"
_IMAGE = r"(?:images?|graphiques?|graphes?|diagrammes?|dessins?|courbes?|photos?|png)"
_TABLEUR = r"(?:tableurs?|excel|xlsx?|feuilles? (?:de )?calculs?|classeurs?|fichiers? excel|tableaux?(?: excel)?|fichier de calcul)"
_FORMES: tuple[tuple[Forme, re.Pattern[str]], ...] = (
    ("image", re.compile(rf"\b{_EN} {_IMAGE}\b|^(?:(?:l|une?|le|la) )?{_IMAGE}\b|\b{_IMAGE}$")),
    ("tableur", re.compile(rf"\b{_EN} {_TABLEUR}\b|^(?:(?:l|une?|le|la) )?{_TABLEUR}\b|\b{_TABLEUR}$")),
    (
        "retour",
        re.compile(
            r"\b(?:mon|notre|le|du) (?:fichier (?:de )?)?retour\b(?: (?:de|du|sur) (?:ma|la|notre) trame\b)?|^retour\b"
        ),
    ),
)
"""Read over words without accents, one after the other."""


def forme(mots: list[str]) -> tuple[Forme, list[str]]:
    """What the answer is wanted as, and the words that are left."""
    phrase = " ".join(mots)
    for quoi, motif in _FORMES:
        if dit := motif.search(phrase):
            return quoi, f"{phrase[: dit.start()]} {phrase[dit.end() :]}".split()
    return "", mots


def seule(c: Contexte, quoi: Forme) -> Question:
    """« En image ? » alone: the last question again."""
    if c.precedente is None:
        exemple = "retour du GHT Jura 2021" if quoi == "retour" else f"gains {c.nom(c.defaut)} {c.courant()} en {quoi}"
        return c.non("Je ne connais pas de question précédente de vous : dites-la en entier.", exemple)
    return Question(c.texte, *c.precedente, forme=quoi)


def donne(question: Question, quoi: Forme) -> Question:
    """A question understood, in that form; what is proposed in its place keeps it too."""
    if question.intention is None:
        propositions = tuple(f"{p} en {quoi}" if quoi in ("image", "tableur") else p for p in question.propositions)
        return replace(question, propositions=propositions)
    return replace(question, forme=quoi) if question.intention in PAR_CLE else question
