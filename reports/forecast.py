"""What an exercice would come to: kept, notified, inherited from the one before. What is imputed stays beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from config.territoire import Perimetre
from reports.gains import base
from reports.reponse import Element, Reponse
from reports.vue import Sujet, Vue, somme
from sheets.register.compte import OngletRecu, qui_compte


def prevision(vue: Vue, sujet: Sujet) -> Reponse:
    """Kept gains of the whole exercice + what is notified + the report of the exercice before not taken up yet.

    `impute`, among the facts and never in the figure, is what the GHT that sent nothing kept the exercice before; part
    of it (`impute_reporte`) is a report that the figure already holds.
    """
    onglets = vue.comptent(sujet)
    anciens = _d_avant(vue, sujet)
    reponse = base(vue, sujet, "prevision", onglets)
    parts = {
        "notifie": sum(o.notifie for o in onglets),
        "report": sum(_a_reprendre({o.finess: o for o in onglets}, anciens)),
    }
    absents = _absents(vue, sujet, onglets, anciens)
    faits = {
        **parts,
        "impute": sum(somme(siens).gain_retenu for _, siens in absents),
        "impute_reporte": sum(o.report for _, siens in absents for o in siens),
        "absents": len(absents),
        "anciens": len(anciens),
    }
    elements = tuple(
        Element(g.libelle, somme(siens).gain_retenu, f"imputé : son retenu de {sujet.exercice - 1}", code=g.code,
                territoire=g.territoire)
        for g, siens in absents if siens
    )  # fmt: skip
    valeur = reponse.totaux.gain_retenu + parts["notifie"] + parts["report"]
    return replace(reponse, valeur=valeur, unite="EUR", elements=elements, faits=faits)


def _d_avant(vue: Vue, sujet: Sujet) -> dict[str, OngletRecu]:
    """What counted in the exercice before, for those who are in the territory in this one."""
    codes = [c.code for c in vue.dossier.campagnes_de(sujet.exercice - 1)]
    if not codes:
        return {}
    ici = vue.dossier.territoire.finess_de(sujet.perimetre, vue.campagne(sujet).situation)
    tous = None if sujet.perimetre.type == "national" else ici
    return {f: o for f, o in qui_compte(vue.db, codes, vue.au, tous).items() if f in ici}


def _a_reprendre(onglets: dict[str, OngletRecu], anciens: dict[str, OngletRecu]) -> Iterable[int]:
    """By établissement, what it inherits and has not taken up: a report is never counted with the line that carries it."""
    for finess, ancien in anciens.items():
        reste = ancien.report - (onglets[finess].repris if finess in onglets else 0)
        yield max(reste, 0) if ancien.report > 0 else min(reste, 0)


def _absents(
    vue: Vue, sujet: Sujet, onglets: list[OngletRecu], anciens: dict[str, OngletRecu]
) -> list[tuple[Element, list[OngletRecu]]]:
    """The GHT of the territory of which nothing counts, each with its tabs of the exercice before."""
    situation, territoire = vue.campagne(sujet).situation, vue.dossier.territoire
    recus = {o.finess for o in onglets}
    rendus = []
    for g in vue.ghts(sujet):
        membres = [e.finess for e in territoire.membres(g.code, situation)]
        siens = [f for f in membres if sujet.perimetre.type != "etablissement" or f == sujet.perimetre.code]
        if not recus.intersection(siens):
            p = Perimetre("ght", g.code)
            rendus.append((Element(g.nom, code=g.code, territoire=p), [anciens[f] for f in siens if f in anciens]))
    return rendus
