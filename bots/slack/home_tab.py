"""Someone's desk → the blocks of their home tab: what to do today first, then the figures, then what costs most.

Never shows more than their rights open, nor a word that someone typed in a trame; never acts: its buttons open forms.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bots import answer_json
from bots.answering import Regards, for_totals
from bots.questions import PAR_CLE
from bots.slack import blocks
from bots.slack.act_forms import FORMULAIRES, muets, simple
from bots.slack.blocks import Bloc, Choix
from config.errors import UserError
from config.french import compte, delai, enumeration, euros, grand_montant, jour
from config.rights import Regard, meilleur_regard, remplacees
from reports import desk
from reports.answer import Element, Reponse
from reports.desk import Detail, Poste
from reports.progress import Etat
from reports.sayable import reference_dicible
from reports.todo import GESTES
from reports.view import Sujet, Vue
from sheets.register import acts, claimed_events
from sheets.register.acts import Main
from sheets.register.step_history import LE_SERVICE

PAR_PAGE = 12
"""Things to do that one sees at once; a button shows the following ones."""
SECTIONS = 4
"""Campaigns and territories on one desk: more would not fit in the hundred blocks that Slack takes."""
AU_REPOS = 12
"""GHT that are named when nothing is asked of them."""
RIEN = "Aucun territoire n'est ouvert à votre profil ({fonction}). Si vous en attendez un, dites-le à votre référent."
VERBES = {"relancer": "à relancer", "completer": "à compléter", "trancher": "à trancher", "valider": "à valider"}


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a long list is shown: of which campaign and territory, from which place."""

    liste: str = ""
    debut: int = 0

    @classmethod
    def lue(cls, valeur: str) -> Page:
        """What a button carries: « 12 2021-annuelle/BFC »."""
        debut, _, liste = valeur.partition(" ")
        return cls(liste, int(debut))

    def de(self, liste: str) -> int:
        return self.debut if liste == self.liste else 0


def accueil(main: Main, vue: Vue, page: Page | None = None) -> tuple[Bloc, ...]:
    """The home tab of someone known, at most a hundred blocks."""
    blocs: list[Bloc] = []
    for p, droit in _postes(main, vue)[:SECTIONS]:
        blocs += [{"type": "divider"}] if blocs else []
        if droit is Regard.TOTAUX:
            blocs += blocks.reponse(_objet(_told(main, vue, p), vue), vue.dossier).blocs
        elif p.perimetre.type in ("national", "region"):
            blocs += _du_referent(main, vue, p, page or Page())
        else:
            blocs += _de_la_trame(main, vue, p)
    blocs = blocs or [blocks.paragraphe(RIEN.format(fonction=main.personne.fonction))]
    blocs += _du_service(main, vue)
    return tuple({**b, "block_id": f"bureau-{rang}"} for rang, b in enumerate(blocs))


def _told(main: Main, vue: Vue, p: Poste) -> Reponse:
    """The figures of a desk whose detail is closed, as the bot would tell them."""
    sujet = Sujet(p.perimetre, p.campagne.exercice)
    return for_totals(vue, sujet, p.gains, Regards(main.personne, vue), PAR_CLE["gains"])


def _du_service(main: Main, vue: Vue) -> list[Bloc]:
    """When the service last gave a sign of life, to those who would have it mended."""
    signe = claimed_events.dernier_signe(vue.db, LE_SERVICE) if main.personne.role in ("ars", "dgos") else None
    if signe is None:
        return []
    dit = f"{'Le service est arrêté depuis' if signe.etat == 'arrêté' else 'Dernier signe de vie du service :'} le {signe.le:%d/%m/%Y à %Hh%M}."
    return [{"type": "context", "elements": [simple(dit)]}]


def _postes(main: Main, vue: Vue) -> list[tuple[Poste, Regard]]:
    """The campaigns under way of one's own territory, then of those one answers for that day, with how far one may look."""
    d, moi = vue.dossier, main.personne
    lieux = dict.fromkeys(p.perimetre for p in (moi, *remplacees(moi, d.personnes, vue.au)))
    rendus = []
    for lieu in lieux:
        droit = meilleur_regard(moi, d.personnes, lieu, d.territoire, vue.au)
        for c in desk.campagnes_en_cours(vue) if droit is not Regard.RIEN else ():
            try:
                rendus.append((desk.poste(vue, c, lieu), droit))
            except UserError:  # nobody is awaited there
                continue
    return rendus


def _objet(r: Reponse, vue: Vue) -> dict[str, Any]:
    return answer_json.objet("", r, vue.dossier)


def _chiffres(p: Poste, vue: Vue) -> Bloc:
    """When it is due, then kept, objective and attainment, struck and declared, trames received, day."""
    texte = str(_objet(p.gains, vue)["texte"]).split("\n")
    reste = delai((p.echeance - vue.au).days)
    quand = f"à rendre le {jour(p.echeance)} ({reste}), verrou le {jour(p.campagne.verrou)}"
    return blocks.paragraphe(f"*{p.campagne.titre.capitalize()}*, {quand}\n{texte[0]}\n{texte[-1]}")


# The referent's desk


def _du_referent(main: Main, vue: Vue, p: Poste, page: Page) -> list[Bloc]:
    d = desk.detail(vue, p)
    etats = {e.ght.code: e for e in d.etats}
    nom, cle = vue.dossier.territoire.nom(p.perimetre), f"{p.campagne.code}/{p.perimetre.code}"
    debut = page.de(cle) if page.de(cle) < len(d.taches.elements) else 0
    montrees = d.taches.elements[debut : debut + PAR_PAGE]
    return [
        blocks.entete(f"{nom} : {compte(len(d.taches.elements), 'chose')} à faire"),
        *([blocks.paragraphe(_aujourd_hui(d))] if d.taches.elements else []),
        _chiffres(p, vue),
        *(_tache(main, p, e, etats[e.territoire.code]) for e in montrees if e.territoire),
        *_pages(cle, debut, len(d.taches.elements)),
        *_constats(main, vue, d),
        *_au_repos(d),
    ]


def _aujourd_hui(d: Detail) -> str:
    """« 1 GHT à relancer, 2 à compléter, 8 à trancher (23 lignes, 2,2 M€) et 2 à valider. »"""
    combien = Counter(e.code for e in d.taches.elements)
    lignes, cents = d.a_trancher
    enjeu = {"trancher": f" ({compte(lignes, 'ligne')}, {grand_montant(cents)})"}
    dits = [f"*{combien[c]}* {mots}{enjeu.get(c, '')}" for c, mots in VERBES.items() if combien[c]]
    return f"GHT : {enumeration(dits)}."


def _tache(main: Main, p: Poste, e: Element, etat: Etat) -> Bloc:
    """« *Relancer GHT Nièvre* — rien reçu », and what can be done about it."""
    bloc = blocks.paragraphe(f"*{e.libelle}* — {blocks.sans_motif(e.precision)}")
    gestes = _gestes(main, p, etat)
    if not gestes:
        return bloc
    cible = f"{p.campagne.code}/{etat.ght.code}"
    options = [{"text": simple(FORMULAIRES[g].mots), "value": f"{g} {cible}"} for g in gestes]
    return {**bloc, "accessory": {"type": "overflow", "action_id": "bureau-geste", "options": options}}


def _gestes(main: Main, p: Poste, etat: Etat) -> list[str]:
    """What someone may do of a GHT, as it stands: at most five, as Slack takes."""
    ght = etat.ght.code
    if not acts.peut(main, ght, p.campagne.code):
        return []
    recue = etat.progres not in ("attendue", "ouverte")
    return [
        *(["devalider" if etat.progres == "validée" else "valider"] if recue else []),
        *([] if etat.repondu else ["relancer"]),
        "prolonger",
        *(["neant"] if muets(main, p.campagne, ght) else []),
    ]


def _pages(cle: str, debut: int, combien: int) -> list[Bloc]:
    reste = combien - debut - PAR_PAGE
    boutons = (
        [_bouton(f"et {compte(reste, 'autre')}", f"{debut + PAR_PAGE} {cle}", "bureau-page-suite")] if reste > 0 else []
    )
    boutons += [_bouton("Revenir au début", f"0 {cle}", "bureau-page-debut")] if debut else []
    return [{"type": "actions", "elements": boutons}] if boutons else []


def _bouton(mots: str, valeur: str, action: str) -> Bloc:
    return {"type": "button", "action_id": action, "text": simple(mots), "value": valeur}


def _constats(main: Main, vue: Vue, d: Detail) -> list[Bloc]:
    """The findings that cost most, each with the form that decides on its line."""
    couteux = [e for e in d.rejets.elements if int(e.valeur or 0) > 0][: desk.COUTEUX]
    dits = _lignes(main, vue, d.rejets, couteux)
    return [blocks.paragraphe("*Ce qui coûte le plus*"), *dits] if dits else []


def _lignes(main: Main, vue: Vue, r: Reponse, elements: Sequence[Element]) -> list[Bloc]:
    """The lines of an answer, one a block, each with what one may do of it; what may not be said in a chat is left out."""
    objet = _objet(r, vue)
    return [
        {**blocks.paragraphe(f"{_devant(main, r, e)}{mots}"), **_accessoire(main, e)}
        for e, dite in zip(r.elements, objet["lignes"], strict=True)
        if e in elements and (mots := blocks.ligne(dite, objet, vue.dossier))
    ]


def _devant(main: Main, r: Reponse, e: Element) -> str:
    """What introduces a line: whose it is, to someone who has several GHT; what to do of it, to the others."""
    if r.intention == "taches":
        return "" if e.code in GESTES else "*Corriger* — "
    lue = acts.REFERENCE.fullmatch(e.adresse.reference) if e.adresse else None
    ght = _ght(main, lue["campagne"], lue["finess"]) if lue else ""
    return f"*{main.dossier.territoire.ghts[ght].nom}* — " if ght else ""


def _ght(main: Main, campagne: str, finess: str) -> str:
    c = main.dossier.campagnes.get(campagne)
    return (main.dossier.territoire.ght_de(finess, c.situation) if c else None) or ""


def _accessoire(main: Main, e: Element) -> Bloc:
    geste = geste_sur_la_ligne(main, e.adresse.reference) if e.adresse else ""
    if not geste or not e.adresse:
        return {}
    return {"accessory": _bouton(FORMULAIRES[geste].mots, f"{geste} {e.adresse.reference}", "bureau-geste")}


def geste_sur_la_ligne(main: Main, reference: str) -> str:
    """What someone may do of a line: decide, else leave a word; nothing when its number was typed, and so may not leave."""
    lue = acts.REFERENCE.fullmatch(reference)
    ght = _ght(main, lue["campagne"], lue["finess"]) if lue and reference_dicible(reference) == reference else ""
    if not lue or not ght:
        return ""
    if acts.peut(main, ght, lue["campagne"]):
        return "decider"
    return "noter" if acts.peut(main, ght, lue["campagne"], ght_aussi=True) else ""


def _au_repos(d: Detail) -> list[Bloc]:
    """Where the others stand, of whom nothing is asked."""
    occupes = {e.territoire.code for e in d.taches.elements if e.territoire}
    calmes = [e for e in d.etats if e.ght.code not in occupes]
    dits = [f"• {e.ght.nom} — {blocks.sans_motif(e.mots)}" for e in calmes[:AU_REPOS]]
    dits += [f"et {compte(len(calmes) - AU_REPOS, 'autre')}"] if len(calmes) > AU_REPOS else []
    return [blocks.paragraphe("\n".join(["*Rien à faire*", *dits]))] if dits else []


# The desk of a GHT, or of one of its établissements


def _de_la_trame(main: Main, vue: Vue, p: Poste) -> list[Bloc]:
    """What is expected, what to mend by cost, where the trame is."""
    d = desk.detail(vue, p)
    combien = len(d.taches.elements)
    attendu = f"{compte(combien, 'chose')} à faire" if combien else "rien à faire"
    return [
        blocks.entete(f"{vue.dossier.territoire.nom(p.perimetre)} : {attendu}"),
        *(blocks.paragraphe(f"Votre trame, {e.ght.nom} : *{blocks.sans_motif(e.mots)}*") for e in d.etats),
        *_lignes(main, vue, d.taches, d.taches.elements[:PAR_PAGE]),
        _chiffres(p, vue),
        *(bloc for e in d.etats for bloc in _neant(main, p, e)),
    ]


def _neant(main: Main, p: Poste, etat: Etat) -> Iterator[Bloc]:
    c, ght = p.campagne, etat.ght.code
    if acts.peut(main, ght, c.code, ght_aussi=True) and muets(main, c, ght):
        mots = "Un établissement n'a rien à déclarer"
        yield {"type": "actions", "elements": [_bouton(mots, f"neant {c.code}/{ght}", "bureau-geste")]}


# From an answer to the form of a line


def choix(main: Main, lignes: Iterable[Mapping[str, Any]]) -> tuple[Choix, ...]:
    """The lines of answers on which someone may act, each once: what a list under the answer offers."""
    rendus: dict[str, Choix] = {}
    for e in lignes:
        reference = str(e.get("reference") or "")
        if geste := geste_sur_la_ligne(main, reference):
            montant = f" · {euros(blocks.cents(e['valeur']))}" if e.get("valeur") else ""
            mots = f"{FORMULAIRES[geste].mots} : {reference.partition('/')[2]}{montant}"
            rendus.setdefault(reference, Choix(f"{geste} {reference}", mots))
    return tuple(rendus.values())
