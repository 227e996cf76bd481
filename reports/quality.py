"""How far the figures can be believed: quality rates, and what was struck out, costliest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from reports.gains import base
from reports.reponse import Adresse, Element, Reponse
from reports.vue import Sujet, Vue, somme
from sheets.checks import CATALOGUE
from sheets.constats import Gravite, groupes
from sheets.register import questions
from sheets.register.compte import OngletRecu


def qualite(vue: Vue, sujet: Sujet) -> Reponse:
    """Share of declared lines without a blocking finding; beside it, share of positive euros not struck out."""
    onglets = vue.comptent(sujet)
    totaux = somme(onglets)
    lignes = totaux.lignes_retenues + totaux.lignes_rejetees
    positif = questions.declare_positif(vue.db, [o.id for o in onglets])
    par_lignes = Decimal(totaux.lignes_retenues) / lignes if lignes else None
    faits = {"qualite_euros": 1 - Decimal(totaux.gain_retire) / positif} if positif else {}
    return replace(base(vue, sujet, "qualite", onglets), valeur=par_lignes, unite="taux", faits=faits)


def rejets(vue: Vue, sujet: Sujet) -> Reponse:
    """The euros struck out, and each blocking finding, costliest first."""
    onglets = vue.comptent(sujet)
    recus = questions.constats_de(vue.db, [o.id for o in onglets], (Gravite.REJET,), vue.au)
    elements = tuple(
        Element(
            r.constat.message,
            r.constat.enjeu,
            r.decision.mots if r.decision else "",
            Adresse(r.reference, r.chemin, r.constat.feuille, r.constat.cellule),
            code=r.constat.code,
        )
        for r in recus
    )
    reponse = base(vue, sujet, "rejets", onglets)
    par_decision = _par_decision(vue, onglets, {r.reference for r in recus})
    faits = {"levees": sum(r.decision is not None and not r.decision.bloquee for r in recus)}
    tous = sorted([*elements, *par_decision], key=lambda e: -int(e.valeur or 0))
    return replace(reponse, valeur=reponse.totaux.gain_retire, unite="EUR", elements=tuple(tous), faits=faits)


def _par_decision(vue: Vue, onglets: list[OngletRecu], constatees: set[str]) -> Iterator[Element]:
    """The lines that a referent struck out and that no check had anything to say of."""
    for li in questions.lignes_de(vue.db, [o.id for o in onglets], vue.au):
        if li.decision and li.decision.bloquee and li.reference not in constatees:
            adresse = Adresse(li.reference, li.chemin, li.feuille, li.cellule)
            yield Element(li.intitule, li.retire, li.decision.mots, adresse, code="decision")


def alertes(vue: Vue, sujet: Sujet) -> Reponse:
    """What asks for a look without striking anything out, by rule, most frequent first; whole-campaign checks included."""
    onglets = vue.comptent(sujet)
    dits = [r.constat for r in questions.constats_de(vue.db, [o.id for o in onglets], (Gravite.ALERTE,), vue.au)]
    elements = tuple(
        Element(CATALOGUE[g.code].titre, None, f"{len(g.constats)} × ; {' ; '.join(g.places[:3])}", code=g.code)
        for g in groupes(dits)
    )
    return replace(base(vue, sujet, "alertes", onglets), valeur=len(dits), unite="constats", elements=elements)
