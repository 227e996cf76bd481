"""Questions that follow another: « et par famille ? », « pour le Jura ? », « pourquoi ? ». Pure."""

from __future__ import annotations

from dataclasses import replace

from bots.grammar.question import EXCLUSIVES, Contexte, Question, campagne_nommee, region_au_dessus, verifie
from bots.grammar.sentence import VENTILEES, Lu, axe_de
from bots.grammar.side_by_side import compare
from bots.questions import PAR_CLE
from reports.view import Sujet
from reports.why import FIGURES

S_OUVRENT = {"qualite": "rejets", "rejets": "rejets"}
"""What « pourquoi ? » opens, when it is not the lines of a gain."""
SANS_LIGNES = (
    "comparaison",
    "evolution",
    "classement",
    "echeances",
    "taches",
    "statut",
    "retards",
    "alertes",
)


def suite(c: Contexte, lu: Lu) -> Question | None:
    """What follows the last question: « et par famille ? », « pour le Jura ? », « en détail ? », « pourquoi ? »."""
    seul = not lu.trouves and not lu.periode.dite and not lu.par
    if lu.intention == "pourquoi" and c.precedente and seul:
        return _ouvre(c, *c.precedente)
    dit_quelque_chose = bool(lu.trouves or lu.periode.dite or lu.par or lu.sauf or lu.soi or lu.region)
    forte = lu.suite == "forte"
    if not forte and (lu.suite != "faible" or lu.intention or lu.rang or not dit_quelque_chose):
        return None
    if c.precedente:
        return _enchaine(c, lu, *c.precedente)
    if not forte or (lu.intention and lu.intention not in ("pourquoi", "comparaison")):
        return None
    lieu = c.nom(lu.trouves[0][0] if lu.trouves else c.defaut)
    exercice = lu.periode.exercice(c.courant(), c.courant())
    return c.non(
        "Je ne connais pas de question précédente de vous : dites-la en entier.",
        *(PAR_CLE[i].propose(lieu, exercice) for i in ("gains", "objectif", "statut")),
    )


def _ouvre(c: Contexte, intention: str, sujet: Sujet) -> Question:
    """« Pourquoi ? » opens the last answer: the lines of a figure, those struck out, or those that moved between two days."""
    if intention == "changements":
        return Question(c.texte, "changements", replace(sujet, par="ligne"))
    if intention in SANS_LIGNES:
        places = dict.fromkeys((sujet.perimetre, *sujet.autres))
        return c.non(
            "De quel chiffre ? Je sais ouvrir les gains d'un territoire, jusqu'aux cellules.",
            *(PAR_CLE["pourquoi"].propose(c.nom(p), sujet.exercice) for p in places),
        )
    if intention in FIGURES:
        return Question(c.texte, "pourquoi", replace(sujet, figure=intention, exercices=()))
    return Question(
        c.texte, S_OUVRENT.get(intention, "pourquoi"), replace(sujet, par="" if intention in S_OUVRENT else sujet.par)
    )


def _enchaine(c: Contexte, lu: Lu, intention: str, avant: Sujet) -> Question:
    """The last question with what is said anew: everything that is not said stays."""
    garde = lu.intention in (None, intention) or (lu.intention == "gains" and intention in VENTILEES) or bool(lu.rang)
    garde = garde and not (lu.rang and intention != "classement")
    if lu.intention == "comparaison" and intention != "comparaison":
        return compare(c, lu, avant)
    nouvelle = intention if garde else lu.intention or "classement"
    exercice = lu.periode.exercice(c.courant(), avant.exercice)
    sujet = replace(
        avant if garde else Sujet(avant.perimetre, avant.exercice, sauf=avant.sauf if nouvelle in EXCLUSIVES else ()),
        exercice=exercice,
        campagne=campagne_nommee(c, lu.periode.moment, exercice)
        or (avant.campagne if exercice == avant.exercice else None),
        limite=-1,
    )
    place = lu.trouves[0][0] if lu.trouves else c.defaut if lu.soi else None
    if not place and lu.region:
        place = region_au_dessus(avant.perimetre, c)
    if place and garde and sujet.autres:
        sujet = replace(sujet, autres=(*sujet.autres, place))  # one more to compare
    elif place:
        sujet = replace(sujet, perimetre=place, sauf=())
    if sujet.exercices and lu.periode.dite and intention == "comparaison":
        sujet = replace(sujet, exercices=tuple(sorted({*sujet.exercices, exercice})))
    if lu.sauf:
        sujet = replace(sujet, sauf=(*sujet.sauf, *(p[0] for p in lu.sauf)))
    if axe := lu.axe if nouvelle == "classement" and not lu.par else axe_de(lu, nouvelle):
        sujet = replace(sujet, par=axe)
    if lu.rang:
        sujet = replace(sujet, combien=lu.rang[0], du_bas=lu.rang[1])
    return verifie(c, nouvelle, sujet)
