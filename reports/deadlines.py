"""When trames are awaited: the dates of the campaigns, and a GHT's own deadline when it was extended. No figure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from config.campaign import Campagne, par_situation
from config.errors import UserError
from config.french import compte, jour
from reports.answer import Element, Reponse
from reports.gains import base
from reports.view import Sujet, Vue
from sheets.register.decisions import suites


def echeances(vue: Vue, sujet: Sujet) -> Reponse:
    """The campaigns under way or to come, or those of the exercice that was named; the next deadline among the facts."""
    choisies = _choisies(vue, sujet)
    celle = next((c for c in choisies if echeance_de(vue, sujet, c)[0] >= vue.au), choisies[-1])
    courant = replace(sujet, exercice=celle.exercice, campagne=celle.code)
    reponse = base(vue, courant, "echeances", vue.comptent(courant))
    elements = tuple(Element(c.titre, None, _dates(vue, sujet, c), code=c.code) for c in choisies)
    faits = {"echeance": echeance_de(vue, sujet, celle)[0], "ouverture": celle.ouverture}
    return replace(reponse, campagne=celle.code, elements=elements, faits=faits)


def _choisies(vue: Vue, sujet: Sujet) -> list[Campagne]:
    toutes = par_situation(vue.dossier.campagnes.values())
    if sujet.campagne or sujet.exercices:
        nommees = [c for n in sujet.exercices or (sujet.exercice,) for c in vue.dossier.campagnes_de(n)]
        choisies = [c for c in nommees if sujet.campagne in (None, c.code)]
        if not choisies:
            connus = sorted({str(c.exercice) for c in toutes})
            raise UserError(f"Aucune campagne pour {sujet.exercice} ; exercices connus : {', '.join(connus)}.")
        return choisies
    return [c for c in toutes if c.verrou >= vue.au or c == vue.campagne(sujet)]


def echeance_de(vue: Vue, sujet: Sujet, campagne: Campagne) -> tuple[date, bool]:
    """The deadline, and whether it is the GHT's own: later than the campaign's."""
    if sujet.perimetre.type in ("ght", "etablissement"):
        for g in vue.dossier.territoire.ghts_de(sujet.perimetre, campagne.situation):
            suite = suites(vue.db, campagne.code, vue.au).get(g.code)
            if suite and suite.prolongee_au:
                return suite.prolongee_au, True
    return campagne.echeance, False


def _dates(vue: Vue, sujet: Sujet, c: Campagne) -> str:
    """« ouverte du 10/01/2022 au 28/02/2022 (dans 12 jours), verrou le 15/03/2022 »."""
    echeance, prolongee = echeance_de(vue, sujet, c)
    reste = (echeance - vue.au).days
    dans = "aujourd'hui" if not reste else f"dans {compte(reste, 'jour')}" if reste > 0 else "passée"
    pour_lui = ", prolongée pour ce GHT" if prolongee else ""
    return (
        f"situation au {jour(c.situation)}, ouverture le {jour(c.ouverture)}, à rendre le {jour(echeance)} "
        f"({dans}{pour_lui}), verrou le {jour(c.verrou)}"
    )
