"""A French sentence as people type it → an intention and a subject. A grammar, not a guess. Pure.

What is not understood is said, with ready questions to choose from: an unknown territory never silently becomes the
whole region, and a question is never answered beside.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from rapidfuzz import fuzz, process

from bots.lecture import Lu, est_un_ordre, ignores, lit, mots
from bots.lexique import lexique, territoire_inconnu
from bots.periode import trop_fin
from bots.questions import AIDE, AXES, INTENTIONS, PAR_CLE
from config.campagne import campagne_du_jour
from config.dossier import Dossier
from config.langue import cle, enumeration
from config.territoire import FRANCE, Perimetre, Territoire
from reports.vue import Sujet

VENTILEES = ("gains", "pourquoi", "classement")
"""The questions whose figure can be broken down along an axis."""
DES_GAINS = {"comparaison": "compare", "evolution": "suis d'un exercice à l'autre", "classement": "classe"}
"""The questions that are about gains alone."""
AUTRES_MESURES = {"qualite", "couverture", "rejets", "alertes", "objectif", "retards"}
DEDANS = {"national": "region", "region": "ght", "ght": "etablissement", "etablissement": "famille"}
"""Along what a territory is ranked when nobody said."""
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
    "prevision",
    "alertes",
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question understood. `intention` is None when it is not: `indices` says why, `propositions` what to ask instead."""

    texte: str
    intention: str | None
    sujet: Sujet | None = None
    indices: str = ""
    propositions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contexte:
    """Who asks, on which day, after which question."""

    texte: str
    dossier: Dossier
    au: date
    defaut: Perimetre
    """The asker's own territory."""
    precedente: tuple[str, Sujet] | None

    @property
    def territoire(self) -> Territoire:
        return self.dossier.territoire

    def courant(self, jour: date | None = None) -> int:
        return campagne_du_jour(self.dossier.campagnes.values(), jour or self.au).exercice

    def nom(self, p: Perimetre) -> str:
        return self.territoire.nom(p)

    def non(self, indices: str, *propositions: str) -> Question:
        """Not understood, and what to ask instead."""
        return Question(self.texte, None, None, indices, propositions)


def comprend(
    texte: str, dossier: Dossier, au: date, defaut: Perimetre, precedente: tuple[str, Sujet] | None = None
) -> Question:
    """Understand a question asked on day `au`. `defaut` is the asker's own territory; `precedente` their last subject."""
    c = Contexte(texte, dossier, au, defaut, precedente)
    tous = mots(texte, dossier.territoire)
    phrase = " ".join(tous)
    if not tous or any(re.search(rf"\b{a}\b", phrase) for a in AIDE):
        return Question(texte, "aide")
    if est_un_ordre(phrase):
        return c.non("Je réponds à des questions, je n'agis pas : pour décider, valider, prolonger ou relancer, "
                     "voyez les commandes (vigie --help).")  # fmt: skip
    lu = lit(tous, lexique(dossier.territoire), au)
    return _refus(c, lu) or _suite(c, lu) or _conclut(c, lu)


def _refus(c: Contexte, lu: Lu) -> Question | None:
    """What the grammar knows it cannot do, said rather than half answered."""
    phrase = " ".join(lu.reste)
    if re.search(r"\b\d{1,2} \d{1,2} 20\d\d\b", lu.phrase) and not lu.depuis:
        return c.non("Pour ce qu'on savait un autre jour, ajoutez --as-of DATE à la commande.")
    if not lu.depuis and (grain := trop_fin(lu.phrase)):
        return c.non(f"Je ne sais pas ventiler par {grain} : je compte par exercice.", *_essais(c))
    if lu.inconnus:
        return c.non(territoire_inconnu(list(lu.inconnus), c.territoire))
    if inconnu := re.search(r"\b(?:par|selon) (marche|fournisseur|acheteur|service|ligne|produit)s?\b", phrase):
        return c.non(f"Je ne sais pas ventiler par {inconnu[1]} ; je sais : {enumeration(list(AXES))}.")
    if re.search(r"\bquand\b.*\b(remis|rendu|envoye|repondu|transmis)\b", lu.phrase):
        lieu = c.nom(lu.trouves[0][0]) if lu.trouves else c.nom(c.defaut)
        return c.non("Je ne dis pas quel jour une trame est arrivée ; je dis où elle en est.",
                     PAR_CLE["statut"].propose(lieu, c.courant()))  # fmt: skip
    if mal := ignores(lu):
        return c.non(f"Je ne sais pas quoi faire de « {' '.join(mal)} ».", *_essais(c))
    for parmi in (*lu.trouves, *lu.sauf):
        if len(parmi) > 1:
            return _lequel(c, lu, parmi)
    if lu.exclut and not lu.sauf:
        return c.non("Que faut-il exclure ? Je ne sais exclure qu'un territoire.", "gains BFC sauf GHT Jura")
    if lu.rang and not lu.rang[0]:
        return c.non("Combien en faut-il ?", "les 3 meilleurs GHT")
    return None


def _lequel(c: Contexte, lu: Lu, parmi: tuple[Perimetre, ...]) -> Question:
    """A name that fits several territories is asked back, the rest of the question kept."""
    intention = PAR_CLE[lu.intention or "gains"]
    exercice = lu.periode.exercice(c.courant(), c.courant())
    noms = [c.nom(p) for p in parmi]
    dits = enumeration([f"« {nom} »" for nom in noms], 6)
    return c.non(
        f"Plusieurs territoires correspondent : {dits}. Lequel ?",
        *(intention.propose(nom, exercice) for nom in noms[:6]),
    )


def _suite(c: Contexte, lu: Lu) -> Question | None:
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
    return Question(
        c.texte, S_OUVRENT.get(intention, "pourquoi"), replace(sujet, par="" if intention in S_OUVRENT else sujet.par)
    )


def _enchaine(c: Contexte, lu: Lu, intention: str, avant: Sujet) -> Question:
    """The last question with what is said anew: everything that is not said stays."""
    garde = lu.intention in (None, intention) or (lu.intention == "gains" and intention in VENTILEES) or bool(lu.rang)
    garde = garde and not (lu.rang and intention != "classement")
    if lu.intention == "comparaison" and intention != "comparaison":
        return _compare(c, lu, avant)
    nouvelle = intention if garde else lu.intention or "classement"
    exercice = lu.periode.exercice(c.courant(), avant.exercice)
    sujet = replace(
        avant if garde else Sujet(avant.perimetre, avant.exercice, sauf=avant.sauf if nouvelle == "gains" else ()),
        exercice=exercice,
        campagne=_campagne(c, lu.periode.moment, exercice) or (avant.campagne if exercice == avant.exercice else None),
        limite=-1,
    )
    place = lu.trouves[0][0] if lu.trouves else c.defaut if lu.soi else None
    if not place and lu.region:
        place = _region_au_dessus(avant.perimetre, c)
    if place and garde and sujet.autres:
        sujet = replace(sujet, autres=(*sujet.autres, place))  # one more to compare
    elif place:
        sujet = replace(sujet, perimetre=place, sauf=())
    if sujet.exercices and lu.periode.dite and intention == "comparaison":
        sujet = replace(sujet, exercices=tuple(sorted({*sujet.exercices, exercice})))
    if lu.sauf:
        sujet = replace(sujet, sauf=(*sujet.sauf, *(p[0] for p in lu.sauf)))
    if axe := lu.axe if nouvelle == "classement" and not lu.par else _par(lu, nouvelle):
        sujet = replace(sujet, par=axe)
    if lu.rang:
        sujet = replace(sujet, combien=lu.rang[0], du_bas=lu.rang[1])
    return _verifie(c, nouvelle, sujet)


def _conclut(c: Contexte, lu: Lu) -> Question:
    """The question and its subject, once everything was read."""
    intention = _intention(lu)
    if intention is None:
        return c.non("", *_essais(c))
    if intention == "classement" and re.search(r"\b(lignes|actions)\b", lu.phrase) and lu.rang and not lu.rang[1]:
        intention = "pourquoi"  # the lines of a figure come largest first
    if a_cote := _a_cote(c, lu, intention):
        return a_cote
    if intention == "comparaison":
        return _compare(c, lu)
    if re.search(r"\b(mon|notre) (ght|groupement|territoire)\b", lu.phrase) and not lu.trouves and not _mon_ght(c):
        return c.non("Quel GHT ? Votre profil en suit plusieurs.")
    if len(lu.trouves) > 1:
        return _plusieurs(c, lu)
    if intention == "classement":
        return _classe(c, lu)
    if intention == "changements" and not lu.depuis:
        return c.non("Depuis quel jour ? Par exemple : « qu'est-ce qui a changé depuis le 15/09 ? »",
                     "qu'est-ce qui a changé depuis une semaine ?")  # fmt: skip
    par = _par(lu, intention)
    if intention == "pourquoi" and par and "pourquoi" not in lu.phrase:
        intention = "gains"  # « le détail des gains par famille »
    courant = c.courant(lu.depuis)
    exercices = _exercices(c, lu, intention)
    exercice = exercices[-1] if exercices else lu.periode.exercice(courant, courant)
    return _verifie(
        c,
        intention,
        Sujet(
            _place(c, lu, par), exercice, _campagne(c, lu.periode.moment, exercice), par, lu.depuis,
            exercices=exercices, sauf=tuple(p[0] for p in lu.sauf),
        ),
    )  # fmt: skip


def _intention(lu: Lu) -> str | None:
    """The question asked; a place or an axis alone asks for its gains."""
    annees = len(lu.periode.annees)
    intention = lu.intention
    if lu.depuis and intention in (None, "gains", "retards", "statut", "evolution"):
        return "changements"
    if intention in (None, "gains", "pourquoi") and lu.rang:
        return "classement"
    if intention in (None, "gains") and (annees > 1 or lu.periode.plage):
        return "evolution" if lu.periode.plage else "comparaison"
    if intention == "comparaison" and not lu.trouves and not lu.periode.dite and (lu.axe or lu.par) and not lu.soi:
        return "classement"  # « compare les GHT »
    if lu.rang and intention not in DES_GAINS:
        return "classement"
    if intention is None and (lu.par or lu.trouves or lu.sauf):
        return "gains"
    return intention


def _par(lu: Lu, intention: str) -> str:
    """The axis asked for: « par famille », « des familles »; « du GHT Jura » names a place."""
    if intention in ("statut", "retards") and "ght" in (lu.par, lu.axe):
        return ""  # they are told by GHT anyway
    if lu.par or lu.axe != "ght":
        return lu.par or lu.axe
    return "ght" if intention == "gains" and re.search(r"\b(des|les|chaque) ght\b", lu.phrase) else ""


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


def _plusieurs(c: Contexte, lu: Lu) -> Question:
    """Two places and no word to say what is wanted of them."""
    noms = [c.nom(p[0]) for p in lu.trouves]
    courant = c.courant(lu.depuis)
    exercice = lu.periode.exercice(courant, courant)
    chacun = (PAR_CLE[_intention(lu) or "gains"].propose(nom, exercice) for nom in noms[:6])
    dits = enumeration([f"« {nom} »" for nom in noms], 6)
    return c.non(f"Plusieurs territoires correspondent : {dits}. Lequel ?", f"compare {' et '.join(noms[:6])}", *chacun)


def _compare(c: Contexte, lu: Lu, avant: Sujet | None = None) -> Question:
    """Two places, or two exercices; with one, one's own territory or the last one spoken of when the words point to it."""
    places = [p[0] for p in lu.trouves]
    lie = bool(re.search(r"\b(avec|a|au|aux|que|qu|et)\b", lu.phrase))
    if lu.region and len(places) < 2 and not any(p.type == "region" for p in places):
        places.append(_region_au_dessus(c.defaut, c))
    if avant is None and c.precedente and re.search(r"\b(compar\w* avec|ecart avec)\b", lu.phrase):
        avant = c.precedente[1]
    depart = c.defaut if lu.soi or not avant else avant.perimetre
    exercice = lu.periode.exercice(c.courant(), avant.exercice if avant else c.courant())
    annees = tuple(sorted(set(lu.periode.annees)))
    if lu.periode.pas is not None:
        annees = tuple(sorted({exercice, exercice - lu.periode.pas}))
    elif len(annees) == 1 and len(places) < 2 and re.search(rf"\b(avec|a|au|que|en) {annees[0]}\b", lu.phrase):
        annees = tuple(sorted({annees[0], avant.exercice if avant else c.courant()}))
    if len(places) == 1 and len(annees) < 2 and (lie or lu.soi) and depart not in places:
        places = [depart, *places] if avant or lu.soi or "avec" in lu.phrase.split() else places
    if lu.par:
        return c.non("Je ne sais ventiler que les gains d'un territoire à la fois.",
                     *(f"gains {c.nom(p)} {exercice} par {lu.par}" for p in places))  # fmt: skip
    if lu.sauf:
        return c.non("Je ne sais exclure un territoire que d'un total de gains.")
    return _cote_a_cote(c, places or [depart], annees, exercice, bool(lu.trouves))


def _cote_a_cote(
    c: Contexte, places: list[Perimetre], annees: tuple[int, ...], exercice: int, nommee: bool
) -> Question:
    if len(places) > 1 and len(annees) > 1:
        chacun = (f"compare {c.nom(p)} {' et '.join(map(str, annees))}" for p in places)
        return c.non("Deux territoires ou deux années, mais pas les deux à la fois.",
                     f"compare {' et '.join(c.nom(p) for p in places)} {annees[-1]}", *chacun)  # fmt: skip
    if len(places) > 1:
        return _verifie(c, "comparaison", Sujet(places[0], exercice, autres=tuple(places[1:])))
    if len(annees) > 1:
        dernier = min(annees[-1], c.courant())
        return _verifie(c, "comparaison", Sujet(places[0], dernier, exercices=annees))
    lieu = places[0]
    dessus = next(iter(c.territoire.parents(lieu, c.au)), None)
    essais = (*([f"compare {c.nom(lieu)} et {c.nom(dessus)}"] if dessus else []),
              f"compare {c.nom(lieu)} {exercice - 1} et {exercice}")  # fmt: skip
    return c.non(
        "À quoi faut-il comparer ?" if nommee else "À quoi comparer quoi ? Dites deux territoires ou deux années.",
        *essais,
    )


def _classe(c: Contexte, lu: Lu) -> Question:
    """A ranking inside a territory, or the rank of one place."""
    exercice = lu.periode.exercice(c.courant(), c.courant())
    campagne = _campagne(c, lu.periode.moment, exercice)
    if re.search(r"\b(rang|combientiemes?|positions?|situe|situons)\b", lu.phrase):
        return _rang_de(c, lu, exercice, campagne)
    cible = _place(c, lu, "")
    axe = lu.par or lu.axe or ("region" if "regions" in lu.mots else "") or DEDANS[cible.type]
    if axe == "ght" and cible.type in ("ght", "etablissement"):
        if lu.trouves:
            axe = DEDANS[cible.type]  # « top 3 du GHT Jura »
        else:
            cible = _region_au_dessus(cible, c)
    if axe == "region" and not lu.trouves:
        cible = FRANCE
    combien, du_bas = lu.rang or (0, False)
    return _verifie(c, "classement", Sujet(cible, exercice, campagne, axe, combien=combien, du_bas=du_bas))


def _rang_de(c: Contexte, lu: Lu, exercice: int, campagne: str | None) -> Question:
    nommes = [p[0] for p in lu.trouves]
    contenants = c.territoire.parents(c.defaut, c.au)
    place = next((p for p in nommes if p not in contenants), c.defaut)
    parents = c.territoire.parents(place, c.au)
    if not parents:
        return c.non("Un rang parmi quoi ? Dites un GHT, une région ou un établissement.", "rang du GHT Jura")
    cible = next((p for p in nommes if p in parents), parents[0])
    return _verifie(c, "classement", Sujet(cible, exercice, campagne, place.type, place=place))


def _verifie(c: Contexte, intention: str, sujet: Sujet) -> Question:
    """The last look at a subject: an axis, or an exclusion, that the question cannot take is said."""
    if sujet.par and intention not in VENTILEES and not (intention == "changements" and sujet.par == "ligne"):
        return c.non(f"Je ne sais ventiler que les gains, et pas {_nommee(intention)}.",
                     f"gains {c.nom(sujet.perimetre)} {sujet.exercice} par {sujet.par}")  # fmt: skip
    if sujet.sauf:
        if intention != "gains":
            return c.non(f"Je ne sais exclure un territoire que d'un total de gains, et pas de {_nommee(intention)}.",
                         PAR_CLE[intention].propose(c.nom(sujet.perimetre), sujet.exercice))  # fmt: skip
        dehors = [p for p in sujet.sauf if sujet.perimetre not in c.territoire.parents(p, c.au)]
        if dehors:
            noms = enumeration([c.nom(p) for p in dehors])
            return c.non(f"{c.nom(sujet.perimetre)} ne contient pas {noms} : je ne peux pas l'en exclure.")
    return Question(c.texte, intention, sujet)


def _nommee(intention: str) -> str:
    return f"« {PAR_CLE[intention].exemple} »"


def _exercices(c: Contexte, lu: Lu, intention: str) -> tuple[int, ...]:
    """The exercices an evolution walks through, or whose calendar is asked; none said, the report knows them."""
    annees = lu.periode.annees
    if intention == "evolution" and annees and (lu.periode.plage or len(annees) > 1):
        fin = max(annees) if len(annees) > 1 else max(c.courant(), annees[0])
        return tuple(range(min(annees), fin + 1))
    return annees if intention == "echeances" else ()


def _campagne(c: Contexte, moment: str, exercice: int) -> str | None:
    if not moment:
        return None
    connues = {k.moment: k.code for k in c.dossier.campagnes_de(exercice)}
    return connues.get(moment, f"{exercice}-{moment}")  # one that does not exist is refused further on


def _place(c: Contexte, lu: Lu, par: str) -> Perimetre:
    """The territory a question is about: named, « mon GHT », « la région », or one's own."""
    if lu.trouves:
        return lu.trouves[0][0]
    if par == "region":
        return FRANCE
    if lu.region:
        return _region_au_dessus(c.defaut, c)
    if re.search(r"\b(mon|notre) (ght|groupement|territoire)\b", lu.phrase):
        return _mon_ght(c) or c.defaut
    return c.defaut


def _mon_ght(c: Contexte) -> Perimetre | None:
    return next((p for p in (c.defaut, *c.territoire.parents(c.defaut, c.au)) if p.type == "ght"), None)


def _region_au_dessus(depuis: Perimetre, c: Contexte) -> Perimetre:
    """« la région », said of a GHT, is the region above; said of a region or a country, itself."""
    return next((p for p in (depuis, *c.territoire.parents(depuis, c.au)) if p.type in ("region", "national")), depuis)


def _essais(c: Contexte) -> tuple[str, ...]:
    """The questions nearest to what was typed."""
    exemples = {i.exemple: cle(i.exemple) for i in INTENTIONS}
    return tuple(p[2] for p in process.extract(cle(c.texte), exemples, scorer=fuzz.token_set_ratio, limit=3))
