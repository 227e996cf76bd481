"""How far the figures can be believed: quality rates, and what was struck out, costliest first."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from config.french import compte
from reports.answer import Adresse, Element, Reponse
from reports.gains import base
from reports.view import Sujet, Vue, somme
from sheets.checks import CATALOGUE
from sheets.findings import Gravite, groupes
from sheets.register import stored_lines
from sheets.register.decisions import decisions


def qualite(vue: Vue, sujet: Sujet) -> Reponse:
    """Share of declared lines without a blocking finding, kept by someone or not; beside it, what decisions make of it.

    `qualite_euros` is the share of positive euros that the checks do not strike; `…_apres` are the same after decisions.
    """
    onglets = vue.comptent(sujet)
    lignes, bloquees, positif, retire = stored_lines.before_decisions(vue.db, [o.id for o in onglets])
    apres = somme(onglets)
    faits: dict[str, Decimal] = {}
    if lignes:
        faits["qualite_apres"] = Decimal(apres.lignes_retenues) / lignes
    if positif:
        faits |= {"qualite_euros": 1 - Decimal(retire) / positif,
                  "qualite_euros_apres": 1 - Decimal(apres.gain_retire) / positif}  # fmt: skip
    par_lignes = Decimal(lignes - bloquees) / lignes if lignes else None
    return replace(base(vue, sujet, "qualite", onglets), valeur=par_lignes, unite="taux", faits=faits)


def rejets(vue: Vue, sujet: Sujet) -> Reponse:
    """The euros struck out, and each blocking finding, costliest first."""
    onglets = vue.comptent(sujet)
    cles = [o.id for o in onglets]
    elements = tuple(
        Element(
            r.constat.message,
            r.constat.enjeu,
            r.decision.mots if r.decision else "",
            Adresse(r.reference, r.chemin, r.constat.feuille, r.constat.cellule),
            code=r.constat.code,
        )
        for r in stored_lines.constats_de(vue.db, cles, (Gravite.REJET,), vue.au, sujet.limite)
    )
    reponse = base(vue, sujet, "rejets", onglets)
    tous = sum(n for n, _ in stored_lines.combien_de_constats(vue.db, cles, Gravite.REJET, vue.au).values())
    prises = decisions(vue.db, cles, vue.au)
    par_decision = _par_decision(vue, cles, [d.ligne for d in prises if d.de_plus > 0])
    elements = tuple(sorted([*elements, *par_decision], key=lambda e: -int(e.valeur or 0)))
    faits = {"constats": tous, "decisions": len(prises), "lignes": tous + len(par_decision)}
    return replace(reponse, valeur=reponse.totaux.gain_retire, unite="EUR", elements=elements, faits=faits)


def _par_decision(vue: Vue, onglets: list[int], lignes: list[int]) -> list[Element]:
    """The lines that a referent struck out and that no check had anything to say of."""
    return [
        Element(
            li.intitule,
            li.retire,
            li.decision.mots if li.decision else "",
            Adresse(li.reference, li.chemin, li.feuille, li.cellule),
            code="decision",
        )
        for li in stored_lines.lignes_de(vue.db, onglets, vue.au, parmi=lignes)
    ]


def alertes(vue: Vue, sujet: Sujet) -> Reponse:
    """What asks for a look without striking anything out, by rule, most frequent first; whole-campaign checks included."""
    onglets = vue.comptent(sujet)
    cles = [o.id for o in onglets]
    par_regle = stored_lines.combien_de_constats(vue.db, cles, Gravite.ALERTE, vue.au)
    places: dict[str, str] = {}
    if sujet.perimetre.type in ("ght", "etablissement"):  # a larger territory has too many places to read
        dits = [r.constat for r in stored_lines.constats_de(vue.db, cles, (Gravite.ALERTE,), vue.au)]
        places = {g.code: " ; ".join(g.places[:3]) for g in groupes(dits)}
    elements = tuple(
        Element(CATALOGUE[code].titre, None, f"{n} × ; {places.get(code) or _etablissements(ou)}", code=code)
        for code, (n, ou) in par_regle.items()
    )
    valeur = sum(n for n, _ in par_regle.values())
    return replace(base(vue, sujet, "alertes", onglets), valeur=valeur, unite="constats", elements=elements)


def _etablissements(combien: int) -> str:
    return compte(combien, "établissement")
