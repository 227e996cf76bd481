"""A judged workbook once people have decided: lines kept or struck by a referent, each with who, when and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sheets.checks import on_history
from sheets.findings import Constat, Gravite, rang
from sheets.judged import Classeur, Ligne
from sheets.judging.workbook import avec_blocages
from sheets.register.decisions import Decision, line_state, what_changed

Decidees = Mapping[tuple[str, str], Decision]
"""By FINESS and number of the action."""


def tranche(classeur: Classeur, decidees: Decidees) -> Classeur:
    """The workbook as it counts: a kept line is told and no longer struck, a struck one says by whom."""
    visees = {
        (o.feuille, li.numero): d
        for o in classeur.onglets
        for li in o.lignes
        if (d := decidees.get((o.finess, li.action_id))) and tient(d, li)
    }
    constats = [_adouci(c, visees.get((c.feuille, c.ligne or 0))) for c in classeur.constats]
    constats += [
        on_history.retiree_par_decision(d.mots, feuille=feuille, ligne=ligne)
        for (feuille, ligne), d in visees.items()
        if d.genre == "retirer"
    ]
    onglets, tous = avec_blocages(list(classeur.onglets), constats)
    return replace(classeur, onglets=tuple(onglets), constats=tuple(sorted(tous, key=rang)))


def tient(decision: Decision, ligne: Ligne) -> bool:
    """Whether the decision holds on this line: one to keep was taken on what it said, and lapses with it."""
    v = ligne.valeurs
    now = line_state(v.gain_annuel, v.montant_reference, v.date_premiere_commande, v.statut)
    return decision.genre == "retirer" or not what_changed(decision.montants, now)


def _adouci(constat: Constat, decision: Decision | None) -> Constat:
    if decision is None or decision.genre != "retenir" or constat.gravite is not Gravite.REJET:
        return constat
    message = f"{constat.message} Ligne {decision.mots}."
    return constat._replace(gravite=Gravite.INFO, message=message, correction="Rien à faire.", enjeu=0)
