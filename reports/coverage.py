"""How much of the purchases was worked on: the périmètre traité over total purchases."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from reports.gains import base
from reports.reponse import Reponse
from reports.vue import Sujet, Vue


def couverture(vue: Vue, sujet: Sujet) -> Reponse:
    """Reference amounts of kept lines first ordered in the exercice ÷ total purchases of the whole territory."""
    onglets = vue.comptent(sujet)
    traite = sum(o.perimetre_traite for o in onglets)
    finess = vue.dossier.territoire.finess_de(sujet.perimetre, vue.campagne(sujet).situation)
    achats = vue.achats(sujet.exercice, finess)
    connus = [m for m in achats.values() if m]
    faits = {"perimetre_traite": traite, "achats": sum(connus), "achats_inconnus": len(achats) - len(connus)}
    valeur = Decimal(traite) / sum(connus) if connus else None
    return replace(base(vue, sujet, "couverture", onglets), valeur=valeur, unite="taux", faits=faits)
