"""Questions that follow another: « et par famille ? », « pour le Jura ? », « pourquoi ? ». Pure."""

from __future__ import annotations

from dataclasses import replace

from bots.grammar.question import (
    AskingContext,
    Question,
    check_subject,
    named_campaign,
    region_above,
)
from bots.grammar.sentence import ReadSentence, axis_of
from bots.grammar.side_by_side import compare, rank_places
from bots.questions import AXES, BY_KEY
from reports.view import Subject


def follow_up(c: AskingContext, reading: ReadSentence) -> Question | None:
    """What follows the last question: « et par famille ? », « pour le Jura ? », « en détail ? », « pourquoi ? »."""
    alone = not reading.found_places and not reading.period.is_said and not reading.by
    if reading.intention == "pourquoi" and c.previous and alone:
        return _open_last_answer(c, *c.previous)
    says_something = bool(
        reading.found_places
        or reading.period.is_said
        or reading.by
        or reading.but_for
        or reading.oneself
        or reading.region
    )
    strong_link = reading.follow_up == "forte"
    if not strong_link and (reading.follow_up != "faible" or reading.intention or reading.rank or not says_something):
        return None
    if c.previous:
        return _follow_up(c, reading, *c.previous)
    if not strong_link or (reading.intention and reading.intention not in ("pourquoi", "comparaison")):
        return None
    place = c.name(reading.found_places[0][0] if reading.found_places else c.own_scope)
    exercice = reading.period.exercice(c.current_exercice(), c.current_exercice())
    return c.asks_instead(
        "Je ne connais pas de question précédente de vous : dites-la en entier.",
        *(BY_KEY[i].suggests(place, exercice) for i in ("gains", "objectif", "statut")),
    )


def _open_last_answer(c: AskingContext, intention: str, subject: Subject) -> Question:
    """« Pourquoi ? » opens the last answer: the lines of a figure, those struck out, or those that moved between two days."""
    last = BY_KEY[intention]
    if not last.opens:
        places = dict.fromkeys((subject.scope, *subject.others))
        return c.asks_instead(
            "De quel chiffre ? Je sais ouvrir les gains d'un territoire, jusqu'aux cellules.",
            *(BY_KEY["pourquoi"].suggests(c.name(p), subject.exercice) for p in places),
        )
    if last.lines:
        return Question(c.text, "pourquoi", replace(subject, figure=intention, exercices=()))
    by = subject.by if last.opens == "pourquoi" else next(iter(BY_KEY[last.opens].axes), "")
    return Question(c.text, last.opens, replace(subject, by=by))


def _follow_up(c: AskingContext, reading: ReadSentence, intention: str, before: Subject) -> Question:
    """The last question with what is said anew: everything that is not said stays."""
    keep = (
        reading.intention in (None, intention)
        or (reading.intention == "gains" and BY_KEY[intention].axes == tuple(AXES))
        or bool(reading.rank)
    )
    keep = keep and not (reading.rank and intention != "classement")
    if reading.intention == "comparaison" and intention != "comparaison":
        return compare(c, reading, before)
    new_intention = intention if keep else reading.intention or "classement"
    if BY_KEY[new_intention].ranked and not keep:
        return rank_places(c, reading, before)
    exercice = reading.period.exercice(c.current_exercice(), before.exercice)
    subject = replace(
        before
        if keep
        else Subject(before.scope, before.exercice, but_for=before.but_for if BY_KEY[new_intention].leaves_out else ()),
        exercice=exercice,
        campaign=named_campaign(c, reading.period.moment, exercice)
        or (before.campaign if exercice == before.exercice else None),
        limit=-1,
    )
    place = reading.found_places[0][0] if reading.found_places else c.own_scope if reading.oneself else None
    if not place and reading.region:
        place = region_above(before.scope, c)
    if place and keep and subject.others:
        subject = replace(subject, others=(*subject.others, place))  # one more to compare
    elif place:
        subject = replace(subject, scope=place, but_for=())
    if subject.exercices and reading.period.is_said and intention == "comparaison":
        subject = replace(subject, exercices=tuple(sorted({*subject.exercices, exercice})))
    if reading.but_for:
        subject = replace(subject, but_for=(*subject.but_for, *(p[0] for p in reading.but_for)))
    if axis := reading.axis if new_intention == "classement" and not reading.by else axis_of(reading, new_intention):
        subject = replace(subject, by=axis)
    if reading.rank:
        subject = replace(subject, how_many=reading.rank[0], from_bottom=reading.rank[1])
    return check_subject(c, new_intention, subject)
