"""The figure of an answer as one says it aloud, in a few words: the title of a message. Pure: says nothing of what is masked.

An empty title is that of an answer which has none of its own.
"""

from __future__ import annotations

from collections.abc import Callable

from bots.euro_sentences import RANGES, nothing_moved, nothing_struck, signed_amount, signed_euros
from config.french import count_words, day, euros, rounded_amount
from reports.answer import Answer


def amount(words: str) -> Callable[[Answer], str]:
    """« 1,2 M€ retenus »."""
    return lambda r: "" if r.value is None else f"{rounded_amount(_count(r))} {words}"


def behind(r: Answer) -> str:
    """To the cent: it is the sum of the lines under it."""
    return "" if r.value is None else euros(_count(r)) + ("" if r.figure else " retenus")


def rejections(r: Answer) -> str:
    return "Rien n'est retiré" if nothing_struck(r) else f"{euros(_count(r))} retirés"


def changes(r: Answer) -> str:
    return "Rien n'a changé" if nothing_moved(r) else f"{signed_euros(_count(r))} d'écart"


def alerts(r: Answer) -> str:
    return count_words(_count(r), "alerte") if r.value else "Aucune alerte"


def tasks(r: Answer) -> str:
    return count_words(_count(r), "chose à faire", "choses à faire") if r.value else "Rien à faire"


def late_ones(r: Answer) -> str:
    return count_words(_count(r), "trame manquante", "trames manquantes") if r.value else "Tout est remis"


def deadlines(r: Answer) -> str:
    return f"Échéance le {day(r.day('echeance'))}"


def status(r: Answer) -> str:
    if r.expected_trames == 1:
        return "Trame remise" if r.value else "Trame pas encore remise"
    return count_words(_count(r), "trame remise", "trames remises")


def ranking(r: Answer) -> str:
    if r.place:
        return r.elements[0].rank if r.elements else "Pas classé"
    return f"{count_words(_count(r), *RANGES[r.by])} au classement"


def comparison(r: Answer) -> str:
    if r.value is None:
        return "Rien à comparer"
    between_years = r.elements[0].label.isdigit()
    return signed_amount(_count(r)) if between_years else f"{rounded_amount(abs(_count(r)))} d'écart"


def evolution(r: Answer) -> str:
    return "Un seul exercice a des gains" if r.value is None else signed_amount(_count(r))


def _count(r: Answer) -> int:
    return int(r.value or 0)
