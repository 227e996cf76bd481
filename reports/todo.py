"""What someone still has to do: a GHT, its trame and its lines; a region, those it waits for and the lines to decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from config.campaign import Campagne
from config.french import compte, euros, jour
from config.territory import Perimetre
from reports.answer import Adresse, Element, Reponse
from reports.gains import base
from reports.progress import Etat, etats
from reports.view import Sujet, Vue
from sheets.findings import Gravite
from sheets.register import stored_lines
from sheets.register.decisions import decisions
from sheets.register.what_counts import OngletRecu

GESTES = ("remettre", "renvoyer", "onglet", "relancer", "completer", "trancher", "valider")
"""The code of a thing to do that is no finding: its words hold nothing that was typed in a trame."""
MONTREES = 12
"""Lines to mend that are named; the rejects tell them all."""


def taches(vue: Vue, sujet: Sujet) -> Reponse:
    """What is left to do in the campaign under way, most urgent first; `valeur` counts it."""
    campagne = vue.campagne(sujet)
    courant = replace(sujet, campagne=campagne.code)
    onglets = vue.comptent(courant)
    comptent = {o.finess: o for o in onglets}
    situation = etats(vue, courant, None if sujet.perimetre.type == "etablissement" else comptent)
    if sujet.perimetre.type in ("ght", "etablissement"):
        elements = _du_ght(vue, courant, campagne, situation, onglets)
    else:
        elements = _de_la_region(situation, a_trancher(vue, onglets))
    reponse = base(vue, courant, "taches", onglets)
    return replace(reponse, valeur=len(elements), unite="trames", elements=tuple(elements),
                   faits={"echeance": campagne.echeance, "lignes": len(elements)})  # fmt: skip


def _du_ght(
    vue: Vue, sujet: Sujet, campagne: Campagne, situation: list[Etat], onglets: list[OngletRecu]
) -> list[Element]:
    """The trame to hand in, the tabs that are missing, then the lines to mend, costliest first."""
    etat = next(iter(situation), None)
    if etat is None or campagne.ouverture > vue.au:
        return []
    elements = []
    if not etat.repondu:
        pour = f"pour le {jour(etat.echeance)}" + (", échéance passée" if vue.au > etat.echeance else "")
        quoi = "Dire que la trame est finie" if etat.progres == "vue" else "Remettre la trame"
        elements.append(Element(quoi, None, f"{campagne.titre}, {pour}", code="remettre"))
    if etat.sante == "illisible":
        elements.append(Element("Renvoyer le fichier", None, "le dernier envoi n'a pas pu être lu", code="renvoyer"))
    manquants = onglets_manquants(vue, sujet, campagne, onglets) if onglets else []
    elements += [Element("Remplir l'onglet", None, nom, code="onglet") for nom in manquants]
    return elements + _a_corriger(vue, onglets)


def onglets_manquants(vue: Vue, sujet: Sujet, campagne: Campagne, onglets: list[OngletRecu]) -> list[str]:
    """The établissements of a territory that have no tab among these."""
    territoire = vue.dossier.territoire
    attendus = territoire.finess_de(sujet.perimetre, campagne.situation)
    return [territoire.etablissements[f].nom for f in sorted(attendus - {o.finess for o in onglets})]


def _a_corriger(vue: Vue, onglets: list[OngletRecu]) -> list[Element]:
    """The lines struck out by a check, one element each, with what they cost."""
    lignes: dict[str, Element] = {}
    for r in stored_lines.constats_de(vue.db, [o.id for o in onglets], (Gravite.REJET,), vue.au, 4 * MONTREES):
        if r.decision and not r.decision.caduque:
            continue
        adresse = Adresse(r.reference, r.chemin, r.constat.feuille, r.constat.cellule)
        cout = f"{euros(r.constat.enjeu)} en jeu" if r.constat.enjeu else ""
        cle = r.reference or f"{r.chemin}/{r.constat.feuille}"
        lignes.setdefault(cle, Element(f"Corriger : {r.constat.message}", None, cout, adresse, r.constat.code))
    return list(lignes.values())[:MONTREES]


def a_trancher(vue: Vue, onglets: Iterable[OngletRecu]) -> dict[str, tuple[int, int]]:
    """By GHT, the lines struck by the checks that nobody has decided on yet, and their cents; only GHT that have some."""
    onglets = list(onglets)
    ght_de = {o.id: o.ght for o in onglets}
    lignes: Counter[str] = Counter()
    cents: Counter[str] = Counter()
    for o in onglets:
        lignes[o.ght] += o.totaux.lignes_rejetees
        cents[o.ght] += o.totaux.gain_retire
    for d in decisions(vue.db, ght_de, vue.au):
        if d.bloquee and not d.changed:
            lignes[ght_de[d.onglet]] -= 1
            cents[ght_de[d.onglet]] -= d.retire
    return {ght: (n, cents[ght]) for ght, n in lignes.items() if n}


def _de_la_region(situation: list[Etat], restent: dict[str, tuple[int, int]]) -> list[Element]:
    """The GHT that owe their trame (the latest first) or tabs of it, then those that wait for a decision (costliest first)
    or a validation."""
    absents = sorted((e for e in situation if not e.repondu), key=lambda e: e.echeance)
    a_decider = sorted((e for e in situation if e.ght.code in restent), key=lambda e: -restent[e.ght.code][1])
    remises = [e for e in situation if e.progres == "remise" and e.ght.code not in restent]
    return [
        *(_chez(e, f"Relancer {e.ght.nom}", e.mots, "relancer") for e in absents),
        *(_chez(e, f"Compléter {e.ght.nom}", e.mots, "completer") for e in remises if e.onglets < e.attendus),
        *(_a_decider(e, *restent[e.ght.code]) for e in a_decider),
        *(
            _chez(e, f"Valider {e.ght.nom}", f"trame remise, {'tranchée' if e.a_corriger else 'en ordre'}", "valider")
            for e in remises
            if e.onglets >= e.attendus
        ),
    ]


def _a_decider(e: Etat, lignes: int, cents: int) -> Element:
    return _chez(e, f"Trancher {compte(lignes, 'ligne')} : {e.ght.nom}", f"{euros(cents)} retirés", "trancher")


def _chez(e: Etat, quoi: str, precision: str, code: str) -> Element:
    return Element(quoi, None, precision, code=code, territoire=Perimetre("ght", e.ght.code))
