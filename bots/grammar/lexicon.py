"""The words of questions and the names of territories: which are known, which carry nothing, who is called what. Pure.

Never decides what is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bots.questions import AXES, INTENTIONS
from config.french import cle, vouliez_vous
from config.territory import FRANCE, Perimetre, Territoire

FAUTE = 84.0
"""How like a known word a mistyped one must be (0 to 100)."""
VIDES = frozenset(
    """
    a afficher ai au aux avec avoir avons bonjour bonsoir cher chers dites donnes encore deja toujours peut peux pouvez possible
    c ca ce ces cette combien d dans de des donne donner du elle elles en est et entre
    etait ete fait faire il ils j je l la le les leur ma me merci moi mon n ne nos notre nous on ont ou par
    pas plait plus pour qu que quel quelle quelles quels qui quoi s sa salut se si son sont sur svp stp t te tous
    tout toute toutes tu un une veux voir vous y ght groupe region hospitalier hospitaliers centre ch chu
    hopital etablissement campagne annee exercice an euros achats achat trame trames peux savoir connaitre
    dire dis affiche montre donnez liste fin actuel actuellement jour aujourd hui ars
    slt hello coucou bjr cordialement avance svp merci souhaiterais souhaite aimerais voudrais aurais besoin faudrait faut
    pourriez pourrais indiquer indiquez sortir sors montrer montrez envoyer rendre remettre lignes ligne fichier fichiers
    date prochaine prochain prochains prochaines semaine entiere entier niveau point quels bien mes chez nombre nb chus chru chrus ehpad ehpads
    realisee realisees realise realises part donnees donnee sommes suis dois doit doivent est ca
    temps reste meme chose question celui celle ceux vont va campagnes faites avez font comment bloquant bloquants estimez
    """.split()
)
"""Words that carry no question of their own."""
ABREGES = {
    "cb": "combien", "cmb": "combien", "cbien": "combien", "kel": "quel", "kels": "quels", "kelle": "quelle", "kelles": "quelles",
    "pr": "pour", "ds": "dans", "ki": "qui", "koi": "quoi", "kan": "quand", "qd": "quand", "pk": "pourquoi", "pq": "pourquoi",
    "pkoi": "pourquoi", "pourkoi": "pourquoi", "pa": "pas", "na": "n a", "obj": "objectif", "couv": "couverture",
    "etab": "etablissement", "etabs": "etablissements", "ets": "etablissement", "fam": "famille", "ope": "operateur",
    "prev": "prevision", "previ": "prevision", "evol": "evolution", "nrj": "energie", "tps": "temps", "qte": "quantite",
    "reg": "region", "qlt": "qualite",
}  # fmt: skip
"""What telegraphic and SMS spellings stand for."""
KINDS = {
    "chu": re.compile(r"^(chu|chru|c(en)?tre hospitalier (regional )?(et )?universitaire)\b"),
    "ehpad": re.compile(r"\behpad\b"),
}
"""Words that say a kind of établissement, and which names are of that kind: alone they name nobody."""
REPERES = ("de", "du", "des", "d", "ght", "ch", "chu", "en", "au", "aux", "pour", "region", "la", "le", "l", "et", "contre",
           "vs", "avec", "que", "qu")  # fmt: skip
ARTICLES = ("de", "du", "des", "d", "la", "le", "l", "les")
"""The words after which a name is awaited."""
GENERIQUES = re.compile(
    r"^(ght|centre hospitalier universitaire de|centre hospitalier universitaire|centre hospitalier specialise|centre hospitalier"
    r"|ctre hospitalier specialise|ctre hospitalier|centre|ch|chu|chi|chs|hopital local|hopital|etablissement de sante"
    r"|etablissement public de sante|groupe hospitalier|hospices civils)( (de la|de l|du|de|des|d))? "
)


@dataclass(frozen=True, eq=False)
class Lexique:
    """Every way a territory may be called, longest names first."""

    noms: dict[str, tuple[Perimetre, ...]]
    territoire: Territoire


@lru_cache(maxsize=4)
def lexique(territoire: Territoire) -> Lexique:
    """Names of regions, GHT (with and without « GHT ») and établissements (with and without « CH »), codes, FINESS."""
    noms: dict[str, list[Perimetre]] = {}

    def ajoute(nom: str, perimetre: Perimetre) -> None:
        if nom and perimetre not in noms.setdefault(nom, []):
            noms[nom].append(perimetre)

    for r in territoire.regions.values():
        ajoute(cle(r.code), Perimetre("region", r.code))
        ajoute(cle(r.nom), Perimetre("region", r.code))
    for g in territoire.ghts.values():
        for nom in (g.code, g.nom, GENERIQUES.sub("", cle(g.nom))):
            ajoute(cle(nom), Perimetre("ght", g.code))
    grands = frozenset(noms)  # a region or a GHT of that name comes first; two établissements are asked back
    for e in territoire.etablissements.values():
        for nom in (e.finess, e.nom, GENERIQUES.sub("", cle(e.nom))):
            if cle(nom) not in grands:
                ajoute(cle(nom), Perimetre("etablissement", e.finess))
    for nom in ("france", "national", "nationale", "nationaux", "pays"):
        ajoute(nom, FRANCE)
    # A word alone must not name a territory when it is an ordinary word of questions (La Réunion's « la »…).
    return Lexique({n: tuple(p) for n, p in noms.items() if n not in VIDES}, territoire)


def territoires(mots: list[str], noms: Lexique, au: date) -> tuple[tuple[Perimetre, ...], list[str], list[str]]:
    """(territories named, words left, words that follow « de », « du »… and name nothing known)."""
    for longueur in range(min(len(mots), 12), 0, -1):
        for debut in range(len(mots) - longueur + 1):
            nom = mots[debut : debut + longueur]
            if trouve := noms.noms.get(" ".join(nom), ()):
                trouve, avant = _of_the_ght(mots[:debut], nom, trouve, noms, au)
                reste = avant + mots[debut + longueur :]
                return trouve, reste, [] if trouve else nom
    restants = [m for m in mots if m not in VIDES and not connu(m)]
    if not restants:
        return (), mots, []
    for groupe in (restants, *_groupes(mots, restants)):
        if approche := _approche(groupe, noms):
            avant = mots[: mots.index(groupe[0])]
            approche, gardes = _of_the_ght(avant, groupe, approche, noms, au)
            reste = [m for m in gardes + mots[len(avant) :] if m not in groupe]
            return approche, reste, [] if approche else groupe
    suivent = [m for a, m in zip(["", *mots], mots, strict=False) if m in restants and a in REPERES]
    return (), mots, suivent


def _of_the_ght(
    before: list[str], name: list[str], found: tuple[Perimetre, ...], noms: Lexique, au: date
) -> tuple[tuple[Perimetre, ...], list[str]]:
    """What a name stands for, and the words before it that are left: after « GHT », never a hospital.

    It is then the GHT called so, else those whose name holds these words, else those of the hospitals called so.
    """
    said = len(before)
    while said and before[said - 1] in ARTICLES:
        said -= 1
    if not said or before[said - 1] != "ght" or any(p.type in ("region", "national") for p in found):
        return found, before
    called = tuple(p for p in found if p.type == "ght")
    words = set(name)
    holding = {p for n, ps in noms.noms.items() if words <= set(n.split()) for p in ps if p.type == "ght"}
    theirs = {Perimetre("ght", code) for p in found if (code := noms.territoire.ght_de(p.code, au))}
    return called or tuple(sorted(holding or theirs, key=lambda p: p.code)), before[: said - 1]


def narrowed(trouves: tuple[tuple[Perimetre, ...], ...], noms: Lexique, au: date) -> tuple[tuple[Perimetre, ...], ...]:
    """The territories named, a name that several bear being told by another: « CH Saint-Jean du GHT Loire Sud »."""
    rendus, used = list(trouves), set[tuple[Perimetre, ...]]()
    for rang, parmi in enumerate(trouves):
        for autre in trouves:
            if len(parmi) > 1 and len(autre) == 1:
                siens = tuple(p for p in parmi if autre[0] in (p, *noms.territoire.parents(p, au)))
                if len(siens) == 1:
                    rendus[rang] = siens
                    used.add(autre)
    return tuple(t for t in dict.fromkeys(rendus) if t not in used or t in [r for r in rendus if r not in trouves])


def _groupes(mots: list[str], restants: list[str]) -> list[list[str]]:
    """The words that name nothing known, in runs as they were typed."""
    groupes: list[list[str]] = [[]]
    for m in mots:
        if m in restants:
            groupes[-1].append(m)
        elif groupes[-1]:
            groupes.append([])
    return [g for g in groupes if g and g != restants]


def _approche(restants: list[str], noms: Lexique) -> tuple[Perimetre, ...]:
    """Part of a name, or a mistyped one: « bresse », « bourgone franche comte ». A number is never nearly another."""
    mots = set(restants)
    chiffres = all(m.isdigit() for m in mots)
    if chiffres and len(mots) < 2:
        return ()
    partiels = [(n, p) for n, p in noms.noms.items() if mots <= set(n.split())]
    grands = {q for _, p in partiels for q in p if q.type in ("ght", "region")}
    petits = {q for _, p in partiels for q in p if q.type == "etablissement"}
    if grands or petits or chiffres:
        return tuple(sorted(grands or petits, key=lambda p: p.code))
    if voisin := process.extractOne(" ".join(restants), noms.noms.keys(), scorer=fuzz.ratio, score_cutoff=FAUTE):
        return noms.noms[voisin[0]]
    return ()


NAMED_AT_MOST = 20
"""Territories read in one sentence: what follows is left over, and said not to be understood."""


def tous_les_territoires(
    mots: list[str], noms: Lexique, au: date
) -> tuple[tuple[tuple[Perimetre, ...], ...], list[str], list[str]]:
    """Every territory named, in the order they were said, each with all it may stand for; words left; unknown names."""
    tous: dict[tuple[Perimetre, ...], int] = {}
    places, reste = list(range(len(mots))), mots
    for _ in range(NAMED_AT_MOST):
        trouves, suite, inconnus = territoires(reste, noms, au)
        if not trouves:
            break
        gardees = _gardees(reste, suite)
        debut = next(i for i in range(len(reste)) if i not in gardees)
        tous.setdefault(trouves, places[debut])
        places, reste = [places[i] for i in gardees], suite
    return tuple(sorted(tous, key=lambda t: tous[t])), reste, inconnus


def _gardees(avant: list[str], apres: list[str]) -> list[int]:
    """Where the words that are left stood."""
    gardees: list[int] = []
    for i, mot in enumerate(avant):
        if len(gardees) < len(apres) and apres[len(gardees)] == mot:
            gardees.append(i)
    return gardees


def territoire_inconnu(inconnus: list[str], territoire: Territoire) -> str:
    noms = [*(r.nom for r in territoire.regions.values()), *(g.nom for g in territoire.ghts.values()),
            *(e.nom for e in territoire.etablissements.values())]  # fmt: skip
    cherche = " ".join(inconnus)
    return f"Je ne connais pas « {cherche} »{vouliez_vous(cherche, noms)}"


def contient(phrase: str, mot: str) -> bool:
    return re.search(rf"\b{mot}(s|e|es)?\b", phrase) is not None


def ressemblant(mots: Iterable[str], connus: Iterable[str]) -> bool:
    """Whether a word is a known one but for a slip of the finger: one in a short word, two in a long one."""
    liste = [c for c in connus if len(c) > 3]
    return any(
        OSA.distance(m.rstrip("s"), c, score_cutoff=2) <= (1 if len(c) < 8 else 2)
        for m in mots
        if len(m) > 3
        for c in liste
    )


_DES_QUESTIONS = tuple(
    {m for i in INTENTIONS for expression in i.mots for m in expression.split()} | {f for a in AXES.values() for f in a}
)


@lru_cache(maxsize=4096)
def connu(mot: str) -> bool:
    """Whether a word belongs to the questions themselves, typing errors included. A number says something: never."""
    return mot in VIDES or any(contient(mot, m) for m in _DES_QUESTIONS) or ressemblant((mot,), _DES_QUESTIONS)
