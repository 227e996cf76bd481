"""A French sentence as people type it → an intention and a subject. A grammar, not a guess. Pure.

What is not understood is said, with ready questions to choose from: an unknown territory never silently becomes the
whole region, and a question is never answered beside.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from bots.grammar.follow_ups import follow_up
from bots.grammar.lexicon import EMPTY_WORDS, KINDS, known, lexicon_of, unknown_territory
from bots.grammar.period import too_fine
from bots.grammar.question import (
    AskingContext,
    Question,
    check_subject,
    named_campaign,
    own_ght,
    place_asked,
    region_above,
    suggestions_near,
)
from bots.grammar.sentence import ReadSentence, axis_of, ignores, intention_of, is_order, read, words
from bots.grammar.side_by_side import compare, rank_places, several_places
from bots.grammar.wanted_form import form, form_alone, with_form
from bots.questions import AXES, BY_KEY, HELP_WORDS, INTENTIONS
from config.folder import Folder
from config.french import enumeration, text_key
from config.territory import Scope
from reports.view import Subject

LONGEST = 500
"""Characters of a question: eighty words say more than any question, and reading stays a matter of milliseconds."""


def understand(
    text: str, folder: Folder, as_of: date, own_scope: Scope, previous: tuple[str, Subject] | None = None
) -> Question:
    """Understand a question asked on day `as_of`. `own_scope` is the asker's own territory; `previous` their last subject."""
    c = AskingContext(text, folder, as_of, own_scope, previous)
    if len(text) > LONGEST:
        return c.asks_instead(f"Votre question est trop longue : j'en lis {LONGEST} caractères au plus. Posez-la en une phrase.",
                     *suggestions_near(c))  # fmt: skip
    all_of_them = words(text, folder.territory)
    sentence = " ".join(all_of_them)
    if not all_of_them or any(re.search(rf"\b{a}\b", sentence) for a in HELP_WORDS):
        return Question(text, "aide")
    if is_order(sentence):
        return c.asks_instead("Je réponds à des questions, je n'agis pas : pour décider, valider, prolonger ou relancer, "
                     "voyez les commandes (vigie --help).")  # fmt: skip
    what, rest = form(all_of_them)
    if what == "retour":
        rest = ["statut", *rest]  # it is handed back where one asks how a trame stands
    if what and not [m for m in rest if m not in EMPTY_WORDS]:
        return form_alone(c, what)
    reading = read(rest, lexicon_of(folder.territory), as_of)
    reading, which = _of_a_kind(c, reading)
    question = which or _refusal(c, reading) or follow_up(c, reading) or _conclude(c, reading)
    return with_form(question, what) if what else question


def _refusal(c: AskingContext, reading: ReadSentence) -> Question | None:
    """What the grammar knows it cannot do, said rather than half answered."""
    sentence = " ".join(reading.rest)
    if re.search(r"\b\d{1,2} \d{1,2} 20\d\d\b", reading.sentence) and not reading.since:
        return c.asks_instead("Pour ce qu'on savait un autre jour, ajoutez --as-of DATE à la commande.")
    if not reading.since and (grain := too_fine(reading.sentence)):
        return c.asks_instead(f"Je ne sais pas ventiler par {grain} : je compte par exercice.", *suggestions_near(c))
    if reading.unknown_words:
        return c.asks_instead(unknown_territory(list(reading.unknown_words), c.territory))
    if unknown := re.search(r"\b(?:par|selon) (marche|fournisseur|acheteur|service|ligne|produit)s?\b", sentence):
        return c.asks_instead(f"Je ne sais pas ventiler par {unknown[1]} ; je sais : {enumeration(list(AXES))}.")
    if re.search(r"\bquand\b.*\b(remis|rendu|envoye|repondu|transmis)\b", reading.sentence):
        place = c.name(reading.found_places[0][0]) if reading.found_places else c.name(c.own_scope)
        return c.asks_instead("Je ne dis pas quel jour une trame est arrivée ; je dis où elle en est.",
                     BY_KEY["statut"].suggests(place, c.current_exercice()))  # fmt: skip
    if ignored_words := ignores(reading):
        return c.asks_instead(f"Je ne sais pas quoi faire de « {' '.join(ignored_words)} ».", *suggestions_near(c))
    for among in (*reading.found_places, *reading.but_for):
        if len(among) > 1:
            return _ask_which(c, reading, among)
    if reading.excludes and not reading.but_for:
        return c.asks_instead("Que faut-il exclure ? Je ne sais exclure qu'un territoire.", "gains BFC sauf GHT Jura")
    if reading.rank and not reading.rank[0]:
        return c.asks_instead("Combien en faut-il ?", "les 3 meilleurs GHT")
    return None


def _of_a_kind(c: AskingContext, reading: ReadSentence) -> tuple[ReadSentence, Question | None]:
    """« le CHU » is the only one of the place that is spoken of; of several, or of « les EHPAD », one is asked which."""
    named = [p.type for among in (*reading.found_places, *reading.but_for) for p in among]
    word = next((m for m in reading.rest if m.removesuffix("s").replace("chru", "chu") in KINDS), "")
    if not word or reading.unknown_words or "etablissement" in named:
        return reading, None
    kind = word.removesuffix("s").replace("chru", "chu")
    places = [*(among[0] for among in reading.found_places), c.own_scope, region_above(c.own_scope, c)]
    for place in places:
        finess = sorted(c.territory.finess_of(place, c.as_of))
        found = tuple(Scope("etablissement", f) for f in finess if KINDS[kind].search(text_key(c.territory.name_of(f))))
        if len(found) == 1 and not re.search(rf"\b(les|des|aux|nos|ces) {word}|{kind}s\b", reading.sentence):
            return replace(reading, found_places=(found,)), None
        if found:
            return reading, _ask_which(c, reading, found)
    return reading, c.asks_instead(f"Je ne connais pas de {kind.upper()} ici.", *suggestions_near(c))


def _ask_which(c: AskingContext, reading: ReadSentence, among: tuple[Scope, ...]) -> Question:
    """A name that fits several territories is asked back, the rest of the question kept."""
    intention = BY_KEY[reading.intention or "gains"]
    exercice = reading.period.exercice(c.current_exercice(), c.current_exercice())
    quoted_names = enumeration([f"« {c.apart(p, among)} »" for p in among], 6)
    return c.asks_instead(
        f"Plusieurs territoires correspondent : {quoted_names}. Lequel ?"
        if len(among) > 1
        else f"Lequel ? Je connais {quoted_names}.",
        *(intention.suggests(c.named(p, among), exercice) for p in among[:6]),
    )


def _conclude(c: AskingContext, reading: ReadSentence) -> Question:
    """The question and its subject, once everything was read."""
    intention = intention_of(reading)
    if intention is None:
        return c.asks_instead("", *suggestions_near(c))
    if (
        intention == "classement"
        and re.search(r"\b(lignes|actions)\b", reading.sentence)
        and reading.rank
        and not reading.rank[1]
    ):
        intention = "pourquoi"  # the lines of a figure come largest first
    if nearby_answer := _answer_nearby(c, reading, intention):
        return nearby_answer
    if several := _one_at_a_time(c, reading, intention):
        return several
    if intention == "comparaison":
        return compare(c, reading)
    if (
        re.search(r"\b(mon|notre) (ght|groupement|territoire)\b", reading.sentence)
        and not reading.found_places
        and not own_ght(c)
    ):
        return c.asks_instead("Quel GHT ? Votre profil en suit plusieurs.")
    if len(reading.found_places) > 1:
        return several_places(c, reading)
    if intention == "classement":
        return rank_places(c, reading)
    if intention == "changements" and not reading.since:
        return c.asks_instead("Depuis quel jour ? Par exemple : « qu'est-ce qui a changé depuis le 15/09 ? »",
                     "qu'est-ce qui a changé depuis une semaine ?")  # fmt: skip
    by = axis_of(reading, intention)
    if intention == "pourquoi" and by and "pourquoi" not in reading.sentence:
        intention = "gains"  # « le détail des gains par famille »
    current_exercice = c.current_exercice(reading.since)
    exercices = _exercices(c, reading, intention)
    exercice = exercices[-1] if exercices else reading.period.exercice(current_exercice, current_exercice)
    return check_subject(
        c,
        intention,
        Subject(
            place_asked(c, reading, by), exercice, named_campaign(c, reading.period.moment, exercice), by, reading.since,
            exercices=exercices, but_for=tuple(p[0] for p in reading.but_for), figure=_figure(reading, intention),
        ),
    )  # fmt: skip


def _answer_nearby(c: AskingContext, reading: ReadSentence, intention: str) -> Question | None:
    """What would be answered beside the question: another measure, a count of things, a rank of something else."""
    place = c.name(reading.found_places[0][0] if reading.found_places else c.own_scope)
    exercice = reading.period.exercice(c.current_exercice(), c.current_exercice())
    verb = BY_KEY[intention].gains_verb
    if verb and (measures := {m for m in reading.intentions_evoked if BY_KEY[m].other_measure}):
        return _only_gains(c, reading, verb, measures)
    if (verb or intention == "gains") and re.search(
        r"\b(combien d(e)?|nombre d(e)?) (\w+ )?(ght|groupements?|etablissements?|hopitaux|lignes?|trames?|fichiers?)\b",
        reading.sentence,
    ):
        return c.asks_instead(
            "Je compte des euros et des trames reçues, rien d'autre.", BY_KEY["statut"].suggests(place, exercice)
        )
    if intention == "gains" and re.search(
        r"\b(total|montant|volume) (des|d|de nos|de mes) achats?\b", reading.sentence
    ):
        return c.asks_instead(
            "Je ne donne pas les achats à part ; la couverture les dit.", BY_KEY["couverture"].suggests(place, exercice)
        )
    if reading.rank and intention in ("evolution", "comparaison"):
        return c.asks_instead("Je classe les gains, ou je les suis d'un exercice à l'autre, pas les deux à la fois.",
                     BY_KEY["classement"].suggests(place, exercice), BY_KEY["evolution"].suggests(place, exercice))  # fmt: skip
    if BY_KEY[intention].sorts_nobody and re.match(r"qui\b", reading.sentence):
        return c.asks_instead("Je ne trie pas les GHT sur ce point ; je le dis d'un territoire à la fois.",
                     BY_KEY[intention].suggests(place, exercice), f"gains {place} {exercice} par ght")  # fmt: skip
    return None


def _only_gains(c: AskingContext, reading: ReadSentence, verb: str, measures: set[str]) -> Question:
    places = [c.name(p[0]) for p in reading.found_places] or [c.name(c.own_scope)]
    exercice = reading.period.exercice(c.current_exercice(), c.current_exercice())
    others = (BY_KEY[m].suggests(place, exercice) for m in sorted(measures) for place in places)
    return c.asks_instead(f"Je ne {verb} que les gains.", *others)


def _figure(reading: ReadSentence, intention: str) -> str:
    """The figure whose lines are asked, when it is not the gains: « pourquoi prévision BFC »."""
    evoked = (i.key for i in INTENTIONS if i.lines and i.key in reading.intentions_evoked)
    return next(evoked, "") if intention == "pourquoi" else ""


def _exercices(c: AskingContext, reading: ReadSentence, intention: str) -> tuple[int, ...]:
    """The exercices an evolution or a coverage goes through, or whose calendar is asked; none said, the report knows them."""
    years, current_exercice = reading.period.years, c.current_exercice()
    if intention not in ("evolution", "couverture"):
        return years if intention == "echeances" else ()
    if reading.period.several:
        end = reading.period.exercice(current_exercice, current_exercice)
        return tuple(range(end - reading.period.several + 1, end + 1))
    if years and (reading.period.range_ or (intention == "evolution" and len(years) > 1)):
        end = max(years) if len(years) > 1 else max(current_exercice, years[0])
        return tuple(range(min(years), end + 1))
    return tuple(sorted(years)) if intention == "couverture" and len(years) > 1 else ()


def _one_at_a_time(c: AskingContext, reading: ReadSentence, intention: str) -> Question | None:
    """Several exercices asked of a figure that is told of one: never the last of them in silence."""
    if BY_KEY[intention].of_several:
        return None
    if len(reading.period.years) < 2 and not reading.period.range_ and not reading.period.several:
        return None
    place, current_exercice = (
        c.name(reading.found_places[0][0] if reading.found_places else c.own_scope),
        c.current_exercice(),
    )
    years = reading.period.years or tuple(range(current_exercice - reading.period.several + 1, current_exercice + 1))
    return c.asks_instead(
        "Je le dis d'un exercice à la fois.", *(BY_KEY[intention].suggests(place, n) for n in sorted(years)[-3:])
    )


def meaningless(text: str, folder: Folder, as_of: date) -> list[str]:
    """The words of an understood question that changed nothing to it: articles, politeness, words too short to count."""
    _, rest = form(words(text, folder.territory))
    left = read(rest, lexicon_of(folder.territory), as_of).rest
    return [m for m in left if m in EMPTY_WORDS or not known(m)]
