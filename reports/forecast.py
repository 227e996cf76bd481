"""What an exercice would come to: kept, notified, inherited from the one before. What is imputed stays beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from config.territory import Perimetre
from reports.answer import Element, Reponse
from reports.gains import base
from reports.view import Sujet, Vue, somme
from sheets.register.line_parts import inherited_by_tab
from sheets.register.what_counts import OngletRecu


@dataclass(frozen=True, slots=True)
class Forecast:
    """The tabs that a forecast stands on: those of the exercice, and by FINESS those of the one before."""

    tabs: list[OngletRecu]
    before: dict[str, OngletRecu]


def forecast_of(vue: Vue, sujet: Sujet) -> Forecast:
    return Forecast(vue.comptent(sujet), vue.in_exercice(sujet, sujet.exercice - 1))


def prevision(vue: Vue, sujet: Sujet) -> Reponse:
    """Kept gains of the whole exercice + what is notified + the reports of the exercice before that nobody took up yet.

    `impute`, among the facts and never in the figure, is what the GHT that sent nothing kept the exercice before;
    `impute_reporte` what these same GHT inherit, which the figure holds.
    """
    f = forecast_of(vue, sujet)
    reponse = base(vue, sujet, "prevision", f.tabs)
    inherited = inherited_by_tab(vue.db, f.before.values(), f.tabs, vue.au)
    absents = _absents(vue, sujet, f)
    retenu, parts = (
        reponse.totaux.gain_retenu,
        {"notifie": sum(o.notifie for o in f.tabs), "report": sum(inherited.values())},
    )
    faits = {
        **parts,
        "impute": sum(somme(siens).gain_retenu for _, siens in absents),
        "impute_reporte": sum(inherited.get(o.id, 0) for _, siens in absents for o in siens),
        "absents": len(absents),
        "anciens": len(f.before),
    }
    elements = (
        Element("Retenu", retenu, code="retenu"),
        Element("Notifié", parts["notifie"], code="notifie"),
        Element(f"Report de {sujet.exercice - 1} pas encore repris", parts["report"], code="report"),
    )
    beside = tuple(
        Element(g.libelle, somme(siens).gain_retenu, f"imputé : son retenu de {sujet.exercice - 1}", code=g.code,
                territoire=g.territoire)
        for g, siens in absents if siens
    )  # fmt: skip
    return replace(
        reponse, valeur=retenu + sum(parts.values()), unite="EUR", elements=elements, beside=beside, faits=faits
    )


def _absents(vue: Vue, sujet: Sujet, f: Forecast) -> list[tuple[Element, list[OngletRecu]]]:
    """The GHT expected of which nothing counts, each with its tabs of the exercice before."""
    situation, territoire = vue.campagne(sujet).situation, vue.dossier.territoire
    answered, seen = {vue.ght_de(o) for o in f.tabs}, {o.finess for o in f.tabs}
    ours = vue.inside(sujet, situation)
    rendus = []
    for g in vue.ghts(sujet):
        if g.code not in answered:
            siens = [e.finess for e in territoire.membres(g.code, situation) if e.finess in ours - seen]
            element = Element(g.nom, code=g.code, territoire=Perimetre("ght", g.code))
            rendus.append((element, [f.before[x] for x in siens if x in f.before]))
    return rendus
