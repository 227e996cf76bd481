"""Gains of an exercice, by territory, family or operator, against objectives; and the lines that make them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from config.errors import UserError
from config.french import jour
from config.territory import Ght, Perimetre
from reports.answer import Adresse, Element, Reponse
from reports.view import Sujet, Vue, somme
from sheets.judged import Totaux
from sheets.register import stored_lines
from sheets.register.stored_lines import LigneRecue
from sheets.register.what_counts import OngletRecu

SANS_LABEL = "non renseigné"
WITH_HEAVY_LINES = ("gains", "objectif", "prevision")
"""The answers that name the lines which make much of their total by themselves."""
NAMED = 3


def gains(vue: Vue, sujet: Sujet) -> Reponse:
    """What is kept for an exercice, in cents; one element per value of `sujet.par`."""
    onglets = vue.comptent(sujet)
    reponse = base(vue, sujet, "gains", onglets)
    return replace(reponse, valeur=reponse.totaux.gain_retenu, unite="EUR", elements=ventile(vue, sujet, onglets))


def objectif(vue: Vue, sujet: Sujet) -> Reponse:
    """The objective in force, and how far it is reached."""
    reponse = base(vue, sujet, "objectif", vue.comptent(sujet))
    montant = reponse.objectif.montant if reponse.objectif else None
    return replace(reponse, valeur=montant, unite="EUR")


def pourquoi(vue: Vue, sujet: Sujet) -> Reponse:
    """Every line that makes the figure, at its cell: they add up to it to the cent."""
    onglets = vue.comptent(sujet)
    reponse = base(vue, sujet, "pourquoi", onglets)
    cles = [o.id for o in onglets]
    toutes, retirees = stored_lines.combien_de_lignes(vue.db, cles, vue.au)
    lignes = tuple(
        Element(
            ligne.intitule,
            ligne.gain_exercice - ligne.retire,
            precision(ligne),
            Adresse(ligne.reference, ligne.chemin, ligne.feuille, ligne.cellule),
        )
        for ligne in stored_lines.lignes_de(vue.db, cles, vue.au, sujet.limite)
    )
    faits = {"lignes": toutes, "retirees": retirees}
    return replace(reponse, valeur=reponse.totaux.gain_retenu, unite="EUR", elements=lignes, faits=faits)


def precision(ligne: LigneRecue) -> str:
    """What is said beside a line: struck or kept, by whom, carried over from where."""
    mots = ["retirée"] if ligne.retire else []
    mots += [ligne.decision.mots] if ligne.decision else []
    mots += [f"report de {ligne.reportee_de.split('/')[0]}"] if ligne.reportee_de else []
    return ", ".join(mots)


def base(vue: Vue, sujet: Sujet, intention: str, onglets: Sequence[OngletRecu]) -> Reponse:
    """What every answer says: basis, date, trames received over expected, provisional part, objective."""
    totaux, provisoire = somme(onglets), somme(o for o in onglets if not o.remis)
    recues, attendues = vue.received(sujet, onglets)
    if not attendues:
        _somebody(vue, sujet)
    campagnes = [c.code for c in vue.campagnes(sujet) if c.code in {o.campagne for o in onglets}]
    days = sorted(o.recu_le for o in onglets)
    return Reponse(
        intention=intention,
        perimetre=sujet.perimetre,
        exercice=sujet.exercice,
        campagne=campagnes[-1] if campagnes else vue.campagne(sujet).code,
        au=vue.au,
        valeur=None,
        unite="",
        recues=recues,
        attendues=attendues,
        totaux=totaux,
        campagnes=tuple(campagnes),
        provisoire=provisoire.gain_retenu,
        sous_alerte=under_alert(onglets),
        sources=(date.fromisoformat(days[0]), date.fromisoformat(days[-1])) if days else None,
        heavy=heavy_lines(vue, onglets, totaux) if intention in WITH_HEAVY_LINES else (),
        objectif=vue.objectif(sujet),
        par=sujet.par,
        sauf=sujet.sauf,
        place=sujet.place,
    )


def under_alert(onglets: Iterable[OngletRecu]) -> int:
    """Cents kept, in these tabs, by lines that bear an alert."""
    return sum(o.sous_alerte for o in onglets)


def heavy_lines(vue: Vue, onglets: Sequence[OngletRecu], totaux: Totaux) -> tuple[Element, ...]:
    """The kept lines that alone make more than a configured share of a total, at their cells; at most `NAMED`.

    Only the tabs that hold as much are read. A total of few lines names none: each of them weighs.
    """
    bar = vue.dossier.seuils.part_d_une_ligne * totaux.gain_retenu
    if bar <= 0 or totaux.lignes_retenues < vue.dossier.seuils.poids_lignes_minimum:
        return ()
    tabs = [o.id for o in onglets if o.declare_positif > bar]
    lines = stored_lines.lignes_de(vue.db, tabs, vue.au, NAMED) if tabs else []
    return tuple(
        Element(li.intitule, kept, "", Adresse(li.reference, li.chemin, li.feuille, li.cellule))
        for li in lines
        if (kept := li.gain_exercice - li.retire) > bar
    )


def _somebody(vue: Vue, sujet: Sujet) -> None:
    """Raises UserError when a territory never had anybody in the exercice, or when everything is left out of it."""
    days = [c.situation for c in vue.campagnes(sujet)]
    if any(vue.inside(sujet, day) for day in days):
        return
    nom = vue.dossier.territoire.nom(sujet.perimetre)
    if any(vue.inside(replace(sujet, sauf=()), day) for day in days):
        raise UserError(f"Tout est exclu de {nom} : il ne reste rien à compter.")
    raise UserError(f"Aucun GHT de ce territoire ({nom}) n'est dans le dossier de la région.")


def ventile(vue: Vue, sujet: Sujet, onglets: list[OngletRecu]) -> tuple[Element, ...]:
    """What is kept along an axis, largest first."""
    if sujet.par in ("ght", "region"):
        return _par_ensemble(vue, sujet, onglets)
    if sujet.par == "etablissement":
        noms = vue.dossier.territoire
        parts = [
            Element(noms.nom_de(o.finess), o.totaux.gain_retenu, "" if o.remis else "provisoire", code=o.finess,
                    territoire=Perimetre("etablissement", o.finess), retire=o.totaux.gain_retire,
                    sous_alerte=o.sous_alerte)
            for o in onglets
        ]  # fmt: skip
        return tuple(sorted(parts, key=_plus_grand))
    if sujet.par:
        sommes = stored_lines.sommes_par(vue.db, [o.id for o in onglets], sujet.par, vue.au)
        return tuple(sorted((Element(label or SANS_LABEL, d - r, retire=r) for label, d, r in sommes), key=_plus_grand))
    return ()


def _plus_grand(e: Element) -> tuple[Any, str]:
    return (-(e.valeur or 0), e.libelle)


def _par_ensemble(vue: Vue, sujet: Sujet, onglets: list[OngletRecu]) -> tuple[Element, ...]:
    """One element per GHT (or region) expected, those that sent nothing last and without a figure.

    A GHT that is gone has its own as well, when a tab of its time still counts: the elements add up to the figure.
    """
    territoire = vue.dossier.territoire
    siens: dict[Perimetre, list[OngletRecu]] = {}
    for o in onglets:
        siens.setdefault(_ensemble(territoire.ghts[vue.ght_de(o) or o.ght], sujet.par), []).append(o)
    attendus = dict.fromkeys(_ensemble(g, sujet.par) for g in vue.ghts(sujet))
    presents = [_present(vue, sujet, p, a_lui, former=p not in attendus) for p, a_lui in siens.items()]
    absents = [
        Element(territoire.nom(p), None, "rien reçu", code=p.code, territoire=p) for p in attendus if p not in siens
    ]
    return (*sorted(presents, key=_plus_grand), *absents)


def _present(vue: Vue, sujet: Sujet, p: Perimetre, onglets: list[OngletRecu], *, former: bool) -> Element:
    t = somme(onglets)
    said = [f"n'est plus attendu au {jour(vue.campagne(sujet).situation)}"] if former else []
    said += [] if all(o.remis for o in onglets) else ["provisoire"]
    nom = vue.dossier.territoire.nom(p)
    return Element(nom, t.gain_retenu, ", ".join(said), code=p.code, territoire=p, retire=t.gain_retire,
                   sous_alerte=under_alert(onglets))  # fmt: skip


def _ensemble(ght: Ght, par: str) -> Perimetre:
    return Perimetre("region", ght.region) if par == "region" else Perimetre("ght", ght.code)
