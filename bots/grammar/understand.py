"""A French sentence as people type it → an intention and a subject. A grammar, not a guess. Pure.

What is not understood is said, with ready questions to choose from: an unknown territory never silently becomes the
whole region, and a question is never answered beside.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from bots.grammar.follow_ups import suite
from bots.grammar.lexicon import KINDS, VIDES, connu, lexique, territoire_inconnu
from bots.grammar.period import trop_fin
from bots.grammar.question import (
    Contexte,
    Question,
    campagne_nommee,
    essais,
    mon_ght,
    place_de,
    region_au_dessus,
    verifie,
)
from bots.grammar.sentence import DES_GAINS, Lu, axe_de, est_un_ordre, ignores, intention_de, lit, mots
from bots.grammar.side_by_side import classe, compare, plusieurs
from bots.grammar.wanted_form import donne, forme, seule
from bots.questions import AIDE, AXES, PAR_CLE
from config.folder import Dossier
from config.french import cle, enumeration
from config.territory import Perimetre
from reports.view import Sujet
from reports.why import FIGURES

LONGEST = 500
"""Characters of a question: eighty words say more than any question, and reading stays a matter of milliseconds."""
AUTRES_MESURES = {"qualite", "couverture", "rejets", "alertes", "objectif", "retards"}


def comprend(
    texte: str, dossier: Dossier, au: date, defaut: Perimetre, precedente: tuple[str, Sujet] | None = None
) -> Question:
    """Understand a question asked on day `au`. `defaut` is the asker's own territory; `precedente` their last subject."""
    c = Contexte(texte, dossier, au, defaut, precedente)
    if len(texte) > LONGEST:
        return c.non(f"Votre question est trop longue : j'en lis {LONGEST} caractères au plus. Posez-la en une phrase.",
                     *essais(c))  # fmt: skip
    tous = mots(texte, dossier.territoire)
    phrase = " ".join(tous)
    if not tous or any(re.search(rf"\b{a}\b", phrase) for a in AIDE):
        return Question(texte, "aide")
    if est_un_ordre(phrase):
        return c.non("Je réponds à des questions, je n'agis pas : pour décider, valider, prolonger ou relancer, "
                     "voyez les commandes (vigie --help).")  # fmt: skip
    quoi, reste = forme(tous)
    if quoi == "retour":
        reste = ["statut", *reste]  # it is handed back where one asks how a trame stands
    if quoi and not [m for m in reste if m not in VIDES]:
        return seule(c, quoi)
    lu = lit(reste, lexique(dossier.territoire), au)
    lu, which = _of_a_kind(c, lu)
    question = which or _refus(c, lu) or suite(c, lu) or _conclut(c, lu)
    return donne(question, quoi) if quoi else question


def _refus(c: Contexte, lu: Lu) -> Question | None:
    """What the grammar knows it cannot do, said rather than half answered."""
    phrase = " ".join(lu.reste)
    if re.search(r"\b\d{1,2} \d{1,2} 20\d\d\b", lu.phrase) and not lu.depuis:
        return c.non("Pour ce qu'on savait un autre jour, ajoutez --as-of DATE à la commande.")
    if not lu.depuis and (grain := trop_fin(lu.phrase)):
        return c.non(f"Je ne sais pas ventiler par {grain} : je compte par exercice.", *essais(c))
    if lu.inconnus:
        return c.non(territoire_inconnu(list(lu.inconnus), c.territoire))
    if inconnu := re.search(r"\b(?:par|selon) (marche|fournisseur|acheteur|service|ligne|produit)s?\b", phrase):
        return c.non(f"Je ne sais pas ventiler par {inconnu[1]} ; je sais : {enumeration(list(AXES))}.")
    if re.search(r"\bquand\b.*\b(remis|rendu|envoye|repondu|transmis)\b", lu.phrase):
        lieu = c.nom(lu.trouves[0][0]) if lu.trouves else c.nom(c.defaut)
        return c.non("Je ne dis pas quel jour une trame est arrivée ; je dis où elle en est.",
                     PAR_CLE["statut"].propose(lieu, c.courant()))  # fmt: skip
    if mal := ignores(lu):
        return c.non(f"Je ne sais pas quoi faire de « {' '.join(mal)} ».", *essais(c))
    for parmi in (*lu.trouves, *lu.sauf):
        if len(parmi) > 1:
            return _lequel(c, lu, parmi)
    if lu.exclut and not lu.sauf:
        return c.non("Que faut-il exclure ? Je ne sais exclure qu'un territoire.", "gains BFC sauf GHT Jura")
    if lu.rang and not lu.rang[0]:
        return c.non("Combien en faut-il ?", "les 3 meilleurs GHT")
    return None


def _of_a_kind(c: Contexte, lu: Lu) -> tuple[Lu, Question | None]:
    """« le CHU » is the only one of the place that is spoken of; of several, or of « les EHPAD », one is asked which."""
    named = [p.type for parmi in (*lu.trouves, *lu.sauf) for p in parmi]
    word = next((m for m in lu.reste if m.removesuffix("s").replace("chru", "chu") in KINDS), "")
    if not word or lu.inconnus or "etablissement" in named:
        return lu, None
    kind = word.removesuffix("s").replace("chru", "chu")
    places = [*(parmi[0] for parmi in lu.trouves), c.defaut, region_au_dessus(c.defaut, c)]
    for place in places:
        finess = sorted(c.territoire.finess_de(place, c.au))
        found = tuple(Perimetre("etablissement", f) for f in finess if KINDS[kind].search(cle(c.territoire.nom_de(f))))
        if len(found) == 1 and not re.search(rf"\b(les|des|aux|nos|ces) {word}|{kind}s\b", lu.phrase):
            return replace(lu, trouves=(found,)), None
        if found:
            return lu, _lequel(c, lu, found)
    return lu, c.non(f"Je ne connais pas de {kind.upper()} ici.", *essais(c))


def _lequel(c: Contexte, lu: Lu, parmi: tuple[Perimetre, ...]) -> Question:
    """A name that fits several territories is asked back, the rest of the question kept."""
    intention = PAR_CLE[lu.intention or "gains"]
    exercice = lu.periode.exercice(c.courant(), c.courant())
    dits = enumeration([f"« {c.apart(p, parmi)} »" for p in parmi], 6)
    return c.non(
        f"Plusieurs territoires correspondent : {dits}. Lequel ?" if len(parmi) > 1 else f"Lequel ? Je connais {dits}.",
        *(intention.propose(c.named(p, parmi), exercice) for p in parmi[:6]),
    )


def _conclut(c: Contexte, lu: Lu) -> Question:
    """The question and its subject, once everything was read."""
    intention = intention_de(lu)
    if intention is None:
        return c.non("", *essais(c))
    if intention == "classement" and re.search(r"\b(lignes|actions)\b", lu.phrase) and lu.rang and not lu.rang[1]:
        intention = "pourquoi"  # the lines of a figure come largest first
    if a_cote := _a_cote(c, lu, intention):
        return a_cote
    if several := _one_at_a_time(c, lu, intention):
        return several
    if intention == "comparaison":
        return compare(c, lu)
    if re.search(r"\b(mon|notre) (ght|groupement|territoire)\b", lu.phrase) and not lu.trouves and not mon_ght(c):
        return c.non("Quel GHT ? Votre profil en suit plusieurs.")
    if len(lu.trouves) > 1:
        return plusieurs(c, lu)
    if intention == "classement":
        return classe(c, lu)
    if intention == "changements" and not lu.depuis:
        return c.non("Depuis quel jour ? Par exemple : « qu'est-ce qui a changé depuis le 15/09 ? »",
                     "qu'est-ce qui a changé depuis une semaine ?")  # fmt: skip
    par = axe_de(lu, intention)
    if intention == "pourquoi" and par and "pourquoi" not in lu.phrase:
        intention = "gains"  # « le détail des gains par famille »
    courant = c.courant(lu.depuis)
    exercices = _exercices(c, lu, intention)
    exercice = exercices[-1] if exercices else lu.periode.exercice(courant, courant)
    return verifie(
        c,
        intention,
        Sujet(
            place_de(c, lu, par), exercice, campagne_nommee(c, lu.periode.moment, exercice), par, lu.depuis,
            exercices=exercices, sauf=tuple(p[0] for p in lu.sauf), figure=_figure(lu, intention),
        ),
    )  # fmt: skip


def _a_cote(c: Contexte, lu: Lu, intention: str) -> Question | None:
    """What would be answered beside the question: another measure, a count of things, a rank of something else."""
    lieu = c.nom(lu.trouves[0][0] if lu.trouves else c.defaut)
    exercice = lu.periode.exercice(c.courant(), c.courant())
    if intention in DES_GAINS and (mesures := lu.evoquees & AUTRES_MESURES):
        return _que_les_gains(c, lu, intention, mesures)
    if intention in ("gains", *DES_GAINS) and re.search(
        r"\b(combien d(e)?|nombre d(e)?) (\w+ )?(ght|groupements?|etablissements?|hopitaux|lignes?|trames?|fichiers?)\b",
        lu.phrase,
    ):
        return c.non(
            "Je compte des euros et des trames reçues, rien d'autre.", PAR_CLE["statut"].propose(lieu, exercice)
        )
    if intention == "gains" and re.search(r"\b(total|montant|volume) (des|d|de nos|de mes) achats?\b", lu.phrase):
        return c.non(
            "Je ne donne pas les achats à part ; la couverture les dit.", PAR_CLE["couverture"].propose(lieu, exercice)
        )
    if lu.rang and intention in ("evolution", "comparaison"):
        return c.non("Je classe les gains, ou je les suis d'un exercice à l'autre, pas les deux à la fois.",
                     PAR_CLE["classement"].propose(lieu, exercice), PAR_CLE["evolution"].propose(lieu, exercice))  # fmt: skip
    if intention in ("objectif", "qualite", "couverture", "prevision") and re.match(r"qui\b", lu.phrase):
        return c.non("Je ne trie pas les GHT sur ce point ; je le dis d'un territoire à la fois.",
                     PAR_CLE[intention].propose(lieu, exercice), f"gains {lieu} {exercice} par ght")  # fmt: skip
    return None


def _que_les_gains(c: Contexte, lu: Lu, intention: str, mesures: set[str]) -> Question:
    lieux = [c.nom(p[0]) for p in lu.trouves] or [c.nom(c.defaut)]
    exercice = lu.periode.exercice(c.courant(), c.courant())
    autres = (PAR_CLE[m].propose(lieu, exercice) for m in sorted(mesures) for lieu in lieux)
    return c.non(f"Je ne {DES_GAINS[intention]} que les gains.", *autres)


def _figure(lu: Lu, intention: str) -> str:
    """The figure whose lines are asked, when it is not the gains: « pourquoi prévision BFC »."""
    return next((f for f in FIGURES if intention == "pourquoi" and f in lu.evoquees), "")


def _exercices(c: Contexte, lu: Lu, intention: str) -> tuple[int, ...]:
    """The exercices an evolution or a coverage goes through, or whose calendar is asked; none said, the report knows them."""
    annees, courant = lu.periode.annees, c.courant()
    if intention not in ("evolution", "couverture"):
        return annees if intention == "echeances" else ()
    if lu.periode.several:
        fin = lu.periode.exercice(courant, courant)
        return tuple(range(fin - lu.periode.several + 1, fin + 1))
    if annees and (lu.periode.plage or (intention == "evolution" and len(annees) > 1)):
        fin = max(annees) if len(annees) > 1 else max(courant, annees[0])
        return tuple(range(min(annees), fin + 1))
    return tuple(sorted(annees)) if intention == "couverture" and len(annees) > 1 else ()


def _one_at_a_time(c: Contexte, lu: Lu, intention: str) -> Question | None:
    """Several exercices asked of a figure that is told of one: never the last of them in silence."""
    if intention not in (
        "performance",
        "qualite",
        "prevision",
        "objectif",
        "pourquoi",
        "rejets",
        "alertes",
        "statut",
        "retards",
    ):
        return None
    if len(lu.periode.annees) < 2 and not lu.periode.plage and not lu.periode.several:
        return None
    lieu, courant = c.nom(lu.trouves[0][0] if lu.trouves else c.defaut), c.courant()
    annees = lu.periode.annees or tuple(range(courant - lu.periode.several + 1, courant + 1))
    return c.non(
        "Je le dis d'un exercice à la fois.", *(PAR_CLE[intention].propose(lieu, n) for n in sorted(annees)[-3:])
    )


def meaningless(texte: str, dossier: Dossier, au: date) -> list[str]:
    """The words of an understood question that changed nothing to it: articles, politeness, words too short to count."""
    _, reste = forme(mots(texte, dossier.territoire))
    left = lit(reste, lexique(dossier.territoire), au).reste
    return [m for m in left if m in VIDES or not connu(m)]
