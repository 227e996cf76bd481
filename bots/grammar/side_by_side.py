"""Questions that set things side by side: two places, two exercices, a ranking, a rank. Pure."""

from __future__ import annotations

import re

from bots.grammar.question import Contexte, Question, campagne_nommee, place_de, region_au_dessus, verifie
from bots.grammar.sentence import Lu, intention_de
from bots.questions import PAR_CLE
from config.french import enumeration
from config.territory import FRANCE, Perimetre
from reports.view import Sujet

DEDANS = {"national": "region", "region": "ght", "ght": "etablissement", "etablissement": "famille"}
"""Along what a territory is ranked when nobody said."""


def plusieurs(c: Contexte, lu: Lu) -> Question:
    """Two places and no word to say what is wanted of them."""
    noms = [c.nom(p[0]) for p in lu.trouves]
    courant = c.courant(lu.depuis)
    exercice = lu.periode.exercice(courant, courant)
    chacun = (PAR_CLE[intention_de(lu) or "gains"].propose(nom, exercice) for nom in noms[:6])
    dits = enumeration([f"« {nom} »" for nom in noms], 6)
    return c.non(f"Plusieurs territoires correspondent : {dits}. Lequel ?", f"compare {' et '.join(noms[:6])}", *chacun)


def compare(c: Contexte, lu: Lu, avant: Sujet | None = None) -> Question:
    """Two places, or two exercices; with one, one's own territory or the last one spoken of when the words point to it."""
    places = [p[0] for p in lu.trouves]
    lie = bool(re.search(r"\b(avec|a|au|aux|que|qu|et)\b", lu.phrase))
    if lu.region and len(places) < 2 and not any(p.type == "region" for p in places):
        places.append(region_au_dessus(c.defaut, c))
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
        return c.non("Je ne sais pas exclure un territoire d'une comparaison.")
    return _cote_a_cote(c, places or [depart], annees, exercice, bool(lu.trouves))


def _cote_a_cote(
    c: Contexte, places: list[Perimetre], annees: tuple[int, ...], exercice: int, nommee: bool
) -> Question:
    if len(places) > 1 and len(annees) > 1:
        chacun = (f"compare {c.nom(p)} {' et '.join(map(str, annees))}" for p in places)
        return c.non("Deux territoires ou deux années, mais pas les deux à la fois.",
                     f"compare {' et '.join(c.nom(p) for p in places)} {annees[-1]}", *chacun)  # fmt: skip
    if len(places) > 1:
        return verifie(c, "comparaison", Sujet(places[0], exercice, autres=tuple(places[1:])))
    if len(annees) > 1:
        dernier = min(annees[-1], c.courant())
        return verifie(c, "comparaison", Sujet(places[0], dernier, exercices=annees))
    lieu = places[0]
    dessus = next(iter(c.territoire.parents(lieu, c.au)), None)
    essais = (*([f"compare {c.nom(lieu)} et {c.nom(dessus)}"] if dessus else []),
              f"compare {c.nom(lieu)} {exercice - 1} et {exercice}")  # fmt: skip
    return c.non(
        "À quoi faut-il comparer ?" if nommee else "À quoi comparer quoi ? Dites deux territoires ou deux années.",
        *essais,
    )


def classe(c: Contexte, lu: Lu) -> Question:
    """A ranking inside a territory, or the rank of one place."""
    exercice = lu.periode.exercice(c.courant(), c.courant())
    campagne = campagne_nommee(c, lu.periode.moment, exercice)
    if re.search(r"\b(rang|combientiemes?|positions?|situe|situons)\b", lu.phrase):
        return _rang_de(c, lu, exercice, campagne)
    cible = place_de(c, lu, "")
    axe = lu.par or lu.axe or ("region" if "regions" in lu.mots else "") or DEDANS[cible.type]
    if axe == "ght" and cible.type in ("ght", "etablissement"):
        if lu.trouves:
            axe = DEDANS[cible.type]  # « top 3 du GHT Jura »
        else:
            cible = region_au_dessus(cible, c)
    if axe == "region" and not lu.trouves:
        cible = FRANCE
    combien, du_bas = lu.rang or (0, False)
    return verifie(
        c,
        "classement",
        Sujet(cible, exercice, campagne, axe, combien=combien, du_bas=du_bas, sauf=tuple(p[0] for p in lu.sauf)),
    )


def _rang_de(c: Contexte, lu: Lu, exercice: int, campagne: str | None) -> Question:
    nommes = [p[0] for p in lu.trouves]
    contenants = c.territoire.parents(c.defaut, c.au)
    place = next((p for p in nommes if p not in contenants), c.defaut)
    parents = c.territoire.parents(place, c.au)
    if not parents:
        return c.non("Un rang parmi quoi ? Dites un GHT, une région ou un établissement.", "rang du GHT Jura")
    cible = next((p for p in nommes if p in parents), parents[0])
    return verifie(
        c, "classement", Sujet(cible, exercice, campagne, place.type, place=place, sauf=tuple(p[0] for p in lu.sauf))
    )
