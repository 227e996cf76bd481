"""How much of the purchases was worked on, and how well: both rates stand on the same lines."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from config.errors import UserError
from config.french import grand_montant
from reports.answer import Element, Reponse
from reports.comparison import NOT_TOLD, Tell, plainly
from reports.gains import base
from reports.view import Sujet, Vue
from sheets.register import line_parts
from sheets.register.line_parts import Treated


def treated(vue: Vue, sujet: Sujet) -> list[Treated]:
    """The kept lines that have a reference and were first ordered in the exercice, whenever they were declared."""
    after = vue.in_exercice(sujet, sujet.exercice + 1).values()
    return line_parts.treated(vue.db, vue.comptent(sujet), after, sujet.exercice, vue.au)


def couverture(vue: Vue, sujet: Sujet, tell: Tell = plainly) -> Reponse:
    """Reference amounts of the treated lines ÷ total purchases of the whole territory; of several exercices, the sum."""
    if len(sujet.exercices) > 1:
        return _of_several(vue, sujet, tell)
    tabs = vue.comptent(sujet)
    reponse = base(vue, sujet, "couverture", tabs)
    after = vue.in_exercice(sujet, sujet.exercice + 1).values()
    traite = sum(o.perimetre_traite for o in tabs) + line_parts.treated_late(
        vue.db, tabs, after, sujet.exercice, vue.au
    )
    achats = vue.achats(sujet.exercice, vue.members(sujet))
    connus = [m for m in achats.values() if m]
    faits = {"perimetre_traite": traite, "achats": sum(connus), "achats_inconnus": len(achats) - len(connus)}
    valeur = Decimal(traite) / sum(connus) if connus else None
    return replace(reponse, valeur=valeur, unite="taux", faits=faits)


def _of_several(vue: Vue, sujet: Sujet, tell: Tell) -> Reponse:
    """The plain sum of the yearly rates, each shown: it may well pass 100 %."""
    known = [n for n in sujet.exercices if vue.dossier.campagnes_de(n)]
    if not known:
        raise UserError(f"Aucune campagne pour ces exercices : {', '.join(map(str, sujet.exercices))}.")
    ones = {n: replace(sujet, exercice=n, campagne=None, exercices=()) for n in known}
    yearly = {n: tell(one, couverture(vue, one)) for n, one in ones.items()}
    elements = [_year(n, yearly.get(n)) for n in sujet.exercices]
    rates = [e.valeur for e in elements if isinstance(e.valeur, Decimal)]
    faits = {"exercices": len(rates), "exercices_inconnus": len(elements) - len(rates)}
    valeur = sum(rates, Decimal(0)) if rates else None
    return replace(yearly[known[-1]], valeur=valeur, elements=tuple(elements), faits=faits)


def _year(exercice: int, r: Reponse | None) -> Element:
    code = str(exercice)
    if r is None:
        return Element(code, None, "aucune campagne", code=code)
    if "valeur" in r.masque:
        return Element(code, None, NOT_TOLD.format(why=r.masque["valeur"]), code=code)
    if r.valeur is None:
        return Element(code, None, "achats totaux inconnus", code=code)
    traite, achats = (int(str(r.faits[f])) for f in ("perimetre_traite", "achats"))
    return Element(code, r.valeur, f"{grand_montant(traite)} traités sur {grand_montant(achats)} d'achats", code=code)


def performance(vue: Vue, sujet: Sujet) -> Reponse:
    """Annual gains of the treated lines ÷ their reference amounts; None without any."""
    tabs = vue.comptent(sujet)
    reponse = base(vue, sujet, "performance", tabs)
    after = vue.in_exercice(sujet, sujet.exercice + 1).values()
    all_ = line_parts.treated_in_all(vue.db, tabs, after, sujet.exercice, vue.au)
    faits = {"gain_annuel": all_.gain, "perimetre_traite": all_.reference, "lignes_traitees": all_.lines}
    valeur = Decimal(all_.gain) / all_.reference if all_.reference else None
    return replace(reponse, valeur=valeur, unite="taux", faits=faits)
