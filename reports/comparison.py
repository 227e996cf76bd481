"""Gains set side by side: one territory and another, one exercice and the next. Totals only, never a line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from config.errors import UserError
from config.french import SANS_TAUX, grand_montant, taux
from config.objectives import Objectif
from reports.answer import Element, Reponse
from reports.gains import base
from reports.view import Sujet, Vue

NOT_TOLD = "non communiqué : {why}"
Tell = Callable[[Sujet, Reponse], Reponse]
"""What one figure becomes for whoever it is told to."""


def plainly(_sujet: Sujet, r: Reponse) -> Reponse:
    return r


def comparaison(vue: Vue, sujet: Sujet, tell: Tell = plainly) -> Reponse:
    """The kept gains of several territories, or of several exercices; `valeur` is how far the first is from the second.

    Of two exercices, the change from the earlier to the later.
    """
    if sujet.autres:
        places = [replace(sujet, perimetre=p, autres=()) for p in (sujet.perimetre, *sujet.autres)]
        elements = [_territoire(vue, place, tell) for place in places]
        a, b = elements[0].valeur, elements[1].valeur
        reponse = _ensemble(vue, places)
    else:
        elements = [_exercice(vue, sujet, n, tell) for n in sujet.exercices]
        b, a = elements[0].valeur, elements[-1].valeur
        connu = replace(sujet, exercice=_dernier_connu(vue, sujet.exercices), campagne=None)
        reponse = base(vue, connu, "comparaison", vue.comptent(connu))
    ecart = int(a) - int(b) if a is not None and b is not None else None
    return replace(reponse, valeur=ecart, unite="EUR", elements=tuple(elements))


def _ensemble(vue: Vue, places: list[Sujet]) -> Reponse:
    """The basis of several territories taken together, one inside another counted once."""
    onglets = {o.id: o for place in places for o in vue.comptent(place)}
    attendus = {g.code for place in places for g in vue.ghts(place)}
    recus = {vue.ght_de(o) for o in onglets.values()} & attendus
    reponse = base(vue, places[0], "comparaison", list(onglets.values()))
    # What is aimed at is one side's: nobody's attainment is that of the sum.
    return replace(reponse, recues=len(recus), attendues=len(attendus), objectif=None)


def evolution(vue: Vue, sujet: Sujet, tell: Tell = plainly) -> Reponse:
    """The kept gains of each exercice whose campaign was opened; `valeur` is the change over the last two."""
    exercices = sujet.exercices or exercices_ouverts(vue)
    elements = [_exercice(vue, sujet, n, tell) for n in exercices]
    dits = [int(e.valeur) for e in elements if e.valeur is not None]
    connu = replace(sujet, exercice=_dernier_connu(vue, exercices), campagne=None)
    reponse = base(vue, connu, "evolution", vue.comptent(connu))
    ecart = dits[-1] - dits[-2] if len(dits) > 1 else None
    return replace(reponse, valeur=ecart, unite="EUR", elements=tuple(_avec_les_pas(elements)))


def exercices_ouverts(vue: Vue) -> tuple[int, ...]:
    """The exercices of which a campaign had been opened that day, oldest first."""
    return tuple(sorted({c.exercice for c in vue.dossier.campagnes.values() if c.ouverture <= vue.au}))


def _dernier_connu(vue: Vue, exercices: Sequence[int]) -> int:
    """The last of these exercices that has a campaign. Raises UserError when none has."""
    connus = {c.exercice for c in vue.dossier.campagnes.values()}
    dits = [n for n in exercices if n in connus]
    if not dits:
        raise UserError(f"Aucune campagne pour ces exercices ; connus : {', '.join(map(str, sorted(connus)))}.")
    return dits[-1]


def _territoire(vue: Vue, sujet: Sujet, tell: Tell) -> Element:
    """What one territory kept, beside how much of its objective that is and how many of its trames came."""
    onglets = vue.comptent(sujet)
    reponse = tell(sujet, base(vue, sujet, "comparaison", onglets))
    nom, p = vue.dossier.territoire.nom(sujet.perimetre), sujet.perimetre
    if not onglets:
        return Element(nom, None, "rien reçu", code=p.code, territoire=p)
    if "retenu" in reponse.masque:
        return Element(nom, None, NOT_TOLD.format(why=reponse.masque["retenu"]), code=p.code, territoire=p)
    recues = f"{reponse.recues} trame{'s' if reponse.recues > 1 else ''} sur {reponse.attendues}"
    return Element(
        nom, reponse.totaux.gain_retenu, f"{_atteinte(reponse)}{recues}", code=p.code, territoire=p,
        retire=reponse.totaux.gain_retire, objectif=reponse.objectif.montant if reponse.objectif else None,
        sous_alerte=reponse.sous_alerte,
    )  # fmt: skip


def _atteinte(r: Reponse) -> str:
    if r.atteinte is None:
        return f"objectif de 0 €, {SANS_TAUX}, " if r.objectif else ""
    return f"{taux(r.atteinte)} de l'objectif, "


def _exercice(vue: Vue, sujet: Sujet, exercice: int, tell: Tell) -> Element:
    """What one exercice kept; no figure when it has no campaign, or nothing came."""
    code = str(exercice)
    if not vue.dossier.campagnes_de(exercice):
        return Element(code, None, "aucune campagne", code=code)
    celui_la = replace(sujet, exercice=exercice, campagne=None, exercices=())
    onglets = vue.comptent(celui_la)
    if not onglets:
        return Element(code, None, "rien reçu", code=code)
    r = tell(celui_la, base(vue, celui_la, "evolution", onglets))
    trames = f"{r.recues} trame{'s' if r.recues > 1 else ''} sur {r.attendues}"
    if "retenu" in r.masque:
        return Element(code, None, NOT_TOLD.format(why=r.masque["retenu"]), code=code)
    return Element(
        code, r.totaux.gain_retenu, _objectif(r.objectif) + trames, code=code, retire=r.totaux.gain_retire,
        objectif=r.objectif.montant if r.objectif else None, sous_alerte=r.sous_alerte,
    )  # fmt: skip


def _objectif(objectif: Objectif | None) -> str:
    return f"objectif {grand_montant(objectif.montant)}, " if objectif else ""


def _avec_les_pas(elements: list[Element]) -> list[Element]:
    """Each figure with how far it is from the one before."""
    rendus, avant = [], None
    for e in elements:
        if e.valeur is not None and avant is not None:
            pas = int(e.valeur) - avant
            e = replace(e, precision=f"{'+' if pas >= 0 else ''}{grand_montant(pas)}, {e.precision}")  # noqa: PLW2901
        avant = int(e.valeur) if e.valeur is not None else avant
        rendus.append(e)
    return rendus
