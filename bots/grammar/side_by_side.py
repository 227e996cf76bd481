"""Questions that set things side by side: two places, two exercices, a ranking, a rank. Pure."""

from __future__ import annotations

import re

from bots.grammar.question import AskingContext, Question, check_subject, named_campaign, place_asked, region_above
from bots.grammar.sentence import ReadSentence, intention_of
from bots.questions import BY_KEY
from config.french import enumeration
from config.territory import FRANCE, Scope
from reports.view import Subject

NEXT_LEVEL_DOWN = {"national": "region", "region": "ght", "ght": "etablissement", "etablissement": "famille"}
"""Along what a territory is ranked when nobody said."""


def several_places(c: AskingContext, reading: ReadSentence) -> Question:
    """Two places and no word to say what is wanted of them."""
    names = [c.name(p[0]) for p in reading.found_places]
    current_exercice = c.current_exercice(reading.since)
    exercice = reading.period.exercice(current_exercice, current_exercice)
    each_one = (BY_KEY[intention_of(reading) or "gains"].suggests(name, exercice) for name in names[:6])
    quoted_names = enumeration([f"« {name} »" for name in names], 6)
    return c.asks_instead(
        f"Plusieurs territoires correspondent : {quoted_names}. Lequel ?",
        f"compare {' et '.join(names[:6])}",
        *each_one,
    )


def compare(c: AskingContext, reading: ReadSentence, before: Subject | None = None) -> Question:
    """Two places, or two exercices; with one, one's own territory or the last one spoken of when the words point to it."""
    places = [p[0] for p in reading.found_places]
    lie = bool(re.search(r"\b(avec|a|au|aux|que|qu|et)\b", reading.sentence))
    if reading.region and len(places) < 2 and not any(p.type == "region" for p in places):
        places.append(region_above(c.own_scope, c))
    if before is None and c.previous and re.search(r"\b(compar\w* avec|ecart avec)\b", reading.sentence):
        before = c.previous[1]
    start = c.own_scope if reading.oneself or not before else before.scope
    exercice = reading.period.exercice(c.current_exercice(), before.exercice if before else c.current_exercice())
    years = tuple(sorted(set(reading.period.years)))
    if reading.period.step is not None:
        years = tuple(sorted({exercice, exercice - reading.period.step}))
    elif len(years) == 1 and len(places) < 2 and re.search(rf"\b(avec|a|au|que|en) {years[0]}\b", reading.sentence):
        years = tuple(sorted({years[0], before.exercice if before else c.current_exercice()}))
    if len(places) == 1 and len(years) < 2 and (lie or reading.oneself) and start not in places:
        places = [start, *places] if before or reading.oneself or "avec" in reading.sentence.split() else places
    if reading.by:
        return c.asks_instead("Je ne sais ventiler que les gains d'un territoire à la fois.",
                     *(f"gains {c.name(p)} {exercice} par {reading.by}" for p in places))  # fmt: skip
    if reading.but_for:
        return c.asks_instead("Je ne sais pas exclure un territoire d'une comparaison.")
    return _side_by_side(c, places or [start], years, exercice, bool(reading.found_places))


def _side_by_side(
    c: AskingContext, places: list[Scope], years: tuple[int, ...], exercice: int, named: bool
) -> Question:
    if len(places) > 1 and len(years) > 1:
        each_one = (f"compare {c.name(p)} {' et '.join(map(str, years))}" for p in places)
        return c.asks_instead("Deux territoires ou deux années, mais pas les deux à la fois.",
                     f"compare {' et '.join(c.name(p) for p in places)} {years[-1]}", *each_one)  # fmt: skip
    if len(places) > 1:
        return check_subject(c, "comparaison", Subject(places[0], exercice, others=tuple(places[1:])))
    if len(years) > 1:
        last_exercice = min(years[-1], c.current_exercice())
        return check_subject(c, "comparaison", Subject(places[0], last_exercice, exercices=years))
    place = places[0]
    above = next(iter(c.territory.parents(place, c.as_of)), None)
    next_tries = (*([f"compare {c.name(place)} et {c.name(above)}"] if above else []),
              f"compare {c.name(place)} {exercice - 1} et {exercice}")  # fmt: skip
    return c.asks_instead(
        "À quoi faut-il comparer ?" if named else "À quoi comparer quoi ? Dites deux territoires ou deux années.",
        *next_tries,
    )


def rank_places(c: AskingContext, reading: ReadSentence, before: Subject | None = None) -> Question:
    """A ranking inside a territory, or the rank of one place; what is not said is as in the question before, if any."""
    exercice = reading.period.exercice(c.current_exercice(), before.exercice if before else c.current_exercice())
    campaign = named_campaign(c, reading.period.moment, exercice)
    if before and not campaign and exercice == before.exercice:
        campaign = before.campaign
    if re.search(r"\b(rang|combientiemes?|positions?|situe|situons)\b", reading.sentence):
        start = before.scope if before and not reading.oneself else c.own_scope
        return _rank_of(c, reading, start, exercice, campaign)
    target, but_for = place_asked(c, reading, ""), tuple(p[0] for p in reading.but_for)
    axis = reading.by or reading.axis or ("region" if "regions" in reading.words else "")
    if before and not (reading.found_places or reading.oneself or reading.region):
        target, axis, but_for = before.scope, axis or before.by, (*before.but_for, *but_for)
    axis = axis or NEXT_LEVEL_DOWN[target.type]
    if axis == "ght" and target.type in ("ght", "etablissement"):
        if reading.found_places:
            axis = NEXT_LEVEL_DOWN[target.type]  # « top 3 du GHT Jura »
        else:
            target = region_above(target, c)
    if axis == "region" and not reading.found_places:
        target = FRANCE
    how_many, from_bottom = reading.rank or (0, False)
    return check_subject(
        c,
        "classement",
        Subject(
            target,
            exercice,
            campaign,
            axis,
            how_many=how_many,
            from_bottom=from_bottom,
            but_for=but_for,
        ),
    )


def _rank_of(c: AskingContext, reading: ReadSentence, start: Scope, exercice: int, campaign: str | None) -> Question:
    named_places = [p[0] for p in reading.found_places]
    containers = c.territory.parents(start, c.as_of)
    place = next((p for p in named_places if p not in containers), start)
    parents = c.territory.parents(place, c.as_of)
    if not parents:
        return c.asks_instead("Un rang parmi quoi ? Dites un GHT, une région ou un établissement.", "rang du GHT Jura")
    target = next((p for p in named_places if p in parents), parents[0])
    return check_subject(
        c,
        "classement",
        Subject(target, exercice, campaign, place.type, place=place, but_for=tuple(p[0] for p in reading.but_for)),
    )
