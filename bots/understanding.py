"""A French sentence as people type it → an intention and a subject. A grammar, not a guess. Pure.

What is not understood is said: an unknown territory never silently becomes the whole region.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bots.questions import AIDE, AXES, INTENTIONS, PAR_CLE
from config.campagne import campagne_du_jour
from config.dossier import Dossier
from config.langue import MOIS, cle, enumeration, vouliez_vous
from config.territoire import FRANCE, Perimetre, Territoire
from reports.vue import Sujet

VENTILEES = ("gains", "pourquoi")
"""The questions whose figure can be broken down along an axis."""
FAUTE = 84.0
"""How like a known word a mistyped one must be (0 to 100)."""
VIDES = frozenset(
    """
    a afficher ai au aux avec avoir avons bonjour bonsoir cher chers dites donnes encore deja toujours peut peux pouvez possible
    a ai au aux avec avons bonjour c ce ces cette combien d dans de des donne donner du elle elles en est et
    etait ete fait faire il ils j je l la le les leur ma me merci moi mon n ne nos notre nous on ont ou par
    pas plait plus pour qu que quel quelle quelles quels qui s sa salut se si son sont sur svp stp t te tous
    tout toute toutes tu un une veux voir vous y ght groupe region hospitalier hospitaliers centre ch chu
    hopital etablissement campagne annee exercice an euros achats achat trame trames peux savoir connaitre
    dire dis affiche montre donnez liste fin actuel actuellement jour aujourd hui ars
    """.split()
)
"""Words that carry no question of their own."""
GENERIQUES = re.compile(
    r"^(ght|centre hospitalier universitaire de|centre hospitalier universitaire|centre hospitalier specialise|centre hospitalier"
    r"|ctre hospitalier specialise|ctre hospitalier|centre|ch|chu|chi|chs|hopital local|hopital|etablissement de sante"
    r"|etablissement public de sante|groupe hospitalier|hospices civils)( (de la|de l|du|de|des|d))? "
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question understood. `intention` is None when it is not; `indices` then says what to try."""

    texte: str
    intention: str | None
    sujet: Sujet | None = None
    indices: str = ""


@dataclass(frozen=True, eq=False)
class Lexique:
    """Every way a territory may be called, longest names first."""

    noms: dict[str, tuple[Perimetre, ...]]


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
    for e in territoire.etablissements.values():
        for nom in (e.finess, e.nom, GENERIQUES.sub("", cle(e.nom))):
            if not noms.get(cle(nom)):
                ajoute(cle(nom), Perimetre("etablissement", e.finess))
    for nom in ("france", "national", "nationale", "nationaux", "pays"):
        ajoute(nom, FRANCE)
    # A word alone must not name a territory when it is an ordinary word of questions (La Réunion's « la »…).
    return Lexique({n: tuple(p) for n, p in noms.items() if n not in VIDES})


def comprend(
    texte: str, dossier: Dossier, au: date, defaut: Perimetre, precedente: tuple[str, Sujet] | None = None
) -> Question:
    """Understand a question asked on day `au`. `defaut` is the asker's own territory; `precedente` their last subject."""
    mots = _sans_les_codes_ambigus(texte, dossier.territoire)
    phrase = " ".join(mots)
    if not mots or any(a in phrase for a in AIDE):
        return Question(texte, "aide")
    depuis, mots = _depuis(mots, au)
    phrase = " ".join(mots)
    if indices := _hors_de_portee(phrase):
        return Question(texte, None, None, indices)
    exercice, campagne, reste = _periode(mots, dossier, depuis or au)
    par, reste = _axe(reste)
    trouves, reste, inconnus = _tous_les_territoires(reste, lexique(dossier.territoire))
    intention = _intention(" ".join(reste))
    seul = not trouves and not campagne and not re.search(r"20\d\d", phrase) and all(_connu(m) for m in reste)
    if intention == "pourquoi" and precedente and seul:
        return _pourquoi(texte, *precedente)
    if inconnus:
        return Question(texte, None, None, _territoire_inconnu(inconnus, dossier.territoire))
    if len(trouves) > 1:
        noms = enumeration([f"« {dossier.territoire.nom(p)} »" for p in trouves], 6)
        return Question(texte, None, None, f"Plusieurs territoires correspondent : {noms}. Lequel ?")
    if depuis and intention in (None, "gains", "retards", "statut"):
        intention = "changements"
    if intention is None and (par or trouves):
        intention = "gains"
    if ignores := [m for m in reste if len(m) > 2 and not _connu(m)]:
        return Question(
            texte, None, None, f"Je ne sais pas quoi faire de « {' '.join(ignores)} ». {propositions(texte)}"
        )
    if intention is None:
        return Question(texte, None, None, propositions(texte))
    if par == "ght" and intention in ("statut", "retards"):
        par = ""  # they are told by GHT anyway
    if par and intention not in VENTILEES:
        return Question(texte, None, None, f"Je ne sais ventiler que les gains : essayez « gains par {par} ».")
    if intention == "changements" and not depuis:
        return Question(
            texte, None, None, "Depuis quel jour ? Par exemple : « qu'est-ce qui a changé depuis le 15/09 ? »"
        )
    cible = trouves[0] if trouves else _region_demandee(mots, defaut, dossier.territoire, au)
    return Question(texte, intention, Sujet(cible, exercice, campagne, par, depuis))


def _pourquoi(texte: str, intention: str, sujet: Sujet) -> Question:
    """« Pourquoi ? » opens the last answer: the lines of a figure, or those that moved between two days."""
    if intention == "changements":
        return Question(texte, "changements", replace(sujet, par="ligne"))
    return Question(texte, "pourquoi", sujet)


_JOUR = re.compile(
    rf"\bdepuis (?:le )?(?:(?P<jour>\d{{1,2}}|1er) (?P<mois>\d{{1,2}}|{'|'.join(cle(m) for m in MOIS)})(?: (?P<annee>20\d\d))?"
    r"|(?P<relatif>hier|(?:une|la) semaine(?: derniere)?|un mois|le mois dernier|(?P<n>\d{1,3}) jours?))\b"
)
_RELATIFS = {"hier": 1, "semaine": 7, "mois": 30}


def _depuis(mots: list[str], au: date) -> tuple[date | None, list[str]]:
    """The day a comparison starts from, and the words that are left; without a year, the last such day before `au`."""
    phrase = " ".join(mots)
    dit = _JOUR.search(phrase)
    if not dit:
        return None, mots
    reste = (phrase[: dit.start()] + phrase[dit.end() :]).split()
    if dit["relatif"]:
        jours = int(dit["n"]) if dit["n"] else next(n for mot, n in _RELATIFS.items() if mot in dit["relatif"])
        return au - timedelta(days=jours), reste
    mois = int(dit["mois"]) if dit["mois"].isdigit() else [cle(m) for m in MOIS].index(dit["mois"]) + 1
    numero = int(dit["jour"].removesuffix("er"))
    annees = [int(dit["annee"])] if dit["annee"] else [au.year, au.year - 1]
    for annee in annees:
        try:
            jour = date(annee, mois, numero)
        except ValueError:
            return None, mots
        if jour <= au or dit["annee"]:
            return jour, reste
    return None, mots


def _sans_les_codes_ambigus(texte: str, territoire: Territoire) -> list[str]:
    """The words of the question; a region's two-letter code counts only in capitals (« qui na pas remis » is no region)."""
    courts = {cle(c) for c in territoire.regions if len(c) == 2}
    return [m for brut in texte.split() for m in cle(brut).split() if m not in courts or brut.isupper()]


def _hors_de_portee(phrase: str) -> str:
    """What the grammar knows it cannot do, said rather than half answered."""
    if re.search(r"\b(sauf|sans|hors|excepte|moins)\b", phrase):
        return "Je ne sais pas encore exclure un territoire : demandez chacun à part."
    if len(set(re.findall(r"\b20\d\d\b", phrase))) > 1 or re.search(
        r"\b(compare|comparaison|comparer|versus|vs)\b", phrase
    ):
        return "Je ne sais pas encore comparer : demandez un territoire et une année à la fois."
    if re.search(r"\b\d{1,2} \d{1,2} 20\d\d\b", phrase):
        return "Pour ce qu'on savait un autre jour, ajoutez --as-of DATE à la commande."
    if inconnu := re.search(
        r"\b(?:par|selon) (mois|trimestre|semestre|region|annee|exercice|marche|fournisseur)\b", phrase
    ):
        return f"Je ne sais pas ventiler par {inconnu[1]} ; je sais : {enumeration(list(AXES))}."
    return ""


def _region_demandee(mots: list[str], defaut: Perimetre, territoire: Territoire, au: date) -> Perimetre:
    """« la région », said by someone of a GHT, is the region above; said of nothing, one's own territory."""
    if not {"region", "regional", "regionale", "ars"} & set(mots):
        return defaut
    return next((p for p in (defaut, *territoire.parents(defaut, au)) if p.type in ("region", "national")), defaut)


def _tous_les_territoires(mots: list[str], noms: Lexique) -> tuple[tuple[Perimetre, ...], list[str], list[str]]:
    """Every territory named, one after the other, so that two of them are never taken for one."""
    tous: tuple[Perimetre, ...] = ()
    trouves, reste, inconnus = _territoires(mots, noms)
    while trouves:
        tous += tuple(p for p in trouves if p not in tous)
        trouves, reste, inconnus = _territoires(reste, noms)
    return tous, reste, inconnus


def propositions(texte: str) -> str:
    """The questions nearest to what was typed, as a sentence."""
    exemples = {i.exemple: cle(i.exemple) for i in INTENTIONS}
    proches = process.extract(cle(texte), exemples, scorer=fuzz.token_set_ratio, limit=3)
    return "Essayez : " + " ; ".join(f"« {p[2]} »" for p in proches) + ". « aide » donne la liste des questions."


def _periode(mots: list[str], dossier: Dossier, au: date) -> tuple[int, str | None, list[str]]:
    """The exercice and, if named, the campaign; and the words that are left."""
    courante = campagne_du_jour(dossier.campagnes.values(), au)
    exercice, campagne = courante.exercice, None
    phrase = " ".join(mots)
    if annee := re.search(r"\b(20\d\d)\b", phrase):
        exercice = int(annee[1])
    elif re.search(r"\b(an|annee) (dernier|derniere|passe|passee|precedente?)\b", phrase):
        exercice -= 1
    for motif, moment in (
        (r"\bmi annee\b|\bmi annuelle?\b|\bsemestre\b", "mi-annee"),
        (r"\bannuelle\b|\bfin d annee\b", "annuelle"),
    ):
        if re.search(motif, phrase):
            connues = {c.moment: c.code for c in dossier.campagnes_de(exercice)}
            campagne = connues.get(moment, f"{exercice}-{moment}")  # one that does not exist is refused further on
            phrase = re.sub(motif, " ", phrase)
    phrase = re.sub(r"\b20\d\d\b|\b(l )?(an|annee) (dernier|derniere|passe|passee|precedente?)\b", " ", phrase)
    return exercice, campagne, phrase.split()


def _axe(mots: list[str]) -> tuple[str, list[str]]:
    for rang, mot in enumerate(mots[:-1]):
        if mot in ("par", "chaque", "selon"):
            for axe, formes in AXES.items():
                if process.extractOne(mots[rang + 1].rstrip("s"), formes, scorer=fuzz.ratio, score_cutoff=FAUTE - 4):
                    return axe, mots[:rang] + mots[rang + 2 :]
    return "", mots


def _territoires(mots: list[str], noms: Lexique) -> tuple[tuple[Perimetre, ...], list[str], list[str]]:
    """(territories named, words left, words that follow « de », « du »… and name nothing known)."""
    for longueur in range(min(len(mots), 12), 0, -1):
        for debut in range(len(mots) - longueur + 1):
            nom = " ".join(mots[debut : debut + longueur])
            if nom in noms.noms:
                trouve = noms.noms[nom]
                precise = "ght" in mots[max(0, debut - 2) : debut]
                if precise and trouve[0].type == "etablissement":
                    trouve = tuple(p for p in trouve if p.type == "ght") or trouve
                return trouve, mots[:debut] + mots[debut + longueur :], []
    restants = [m for m in mots if m not in VIDES and not _connu(m)]
    if not restants:
        return (), mots, []
    if approche := _approche(restants, noms):
        return approche, [m for m in mots if m not in restants], []
    reperes = ("de", "du", "des", "d", "ght", "ch", "chu", "en", "au", "aux", "pour", "region", "la", "le", "l")
    suivent = [m for a, m in zip(["", *mots], mots, strict=False) if m in restants and a in reperes]
    return (), mots, suivent


def _approche(restants: list[str], noms: Lexique) -> tuple[Perimetre, ...]:
    """Part of a name, or a mistyped one: « bresse », « bourgone franche comte »."""
    cherche = " ".join(restants)
    mots = set(restants)
    partiels = [(n, p) for n, p in noms.noms.items() if mots <= set(n.split())]
    grands = {q for _, p in partiels for q in p if q.type in ("ght", "region")}
    petits = {q for _, p in partiels for q in p if q.type == "etablissement"}
    if grands or petits:
        return tuple(sorted(grands or petits, key=lambda p: p.code))
    if voisin := process.extractOne(cherche, noms.noms.keys(), scorer=fuzz.ratio, score_cutoff=FAUTE):
        return noms.noms[voisin[0]]
    return ()


def _territoire_inconnu(inconnus: list[str], territoire: Territoire) -> str:
    noms = [*(r.nom for r in territoire.regions.values()), *(g.nom for g in territoire.ghts.values()),
            *(e.nom for e in territoire.etablissements.values())]  # fmt: skip
    cherche = " ".join(inconnus)
    return f"Je ne connais pas « {cherche} »{vouliez_vous(cherche, noms)}"


def _intention(phrase: str) -> str | None:
    """The first question of the table with a word in the sentence, then the same with typing errors."""
    mots = [m for m in phrase.split() if m not in ("encore", "toujours", "deja")]
    phrase = " ".join(mots)
    for intention in INTENTIONS:
        if any(_contient(phrase, mot) for mot in intention.mots):
            return intention.cle
    for intention in INTENTIONS:
        if _ressemblant(mots, (m for m in intention.mots if " " not in m)):
            return intention.cle
    return None


def _contient(phrase: str, mot: str) -> bool:
    return re.search(rf"\b{mot}(s|e|es)?\b", phrase) is not None


def _ressemblant(mots: Iterable[str], connus: Iterable[str]) -> bool:
    """Whether a word is a known one but for a slip of the finger: one in a short word, two in a long one."""
    liste = [c for c in connus if len(c) > 3]
    return any(
        OSA.distance(m.rstrip("s"), c, score_cutoff=2) <= (1 if len(c) < 8 else 2)
        for m in mots
        if len(m) > 3
        for c in liste
    )


@lru_cache(maxsize=4096)
def _connu(mot: str) -> bool:
    """Whether a word belongs to the questions themselves, typing errors included."""
    if mot in VIDES or mot.isdigit():
        return True
    simples = [m for i in PAR_CLE.values() for expression in i.mots for m in expression.split()]
    return any(_contient(mot, m) for m in simples) or _ressemblant((mot,), simples)
