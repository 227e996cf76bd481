"""What moved a figure between two days, line by line: the parts add up to the difference, to the cent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from config.errors import UserError
from config.french import jour
from reports.answer import Adresse, Element, Reponse
from reports.gains import base
from reports.view import Sujet, Vue, somme
from sheets.register.changed_lines import Changees, Ecrite, lignes_changees
from sheets.register.stored_lines import LigneRecue, lignes_de

CAUSES = {
    "apparue": "apparues",
    "disparue": "disparues",
    "modifiee": "modifiées par le GHT",
    "retiree": "retirées par un contrôle",
    "retablie": "qui ne sont plus retirées",
    "decision": "gardées ou retirées par décision",
    "apres_verrou": "gardées ou retirées par décision après le verrou",
    "regle": "jugées autrement, une règle ayant changé",
}
"""Why a kept figure moves, in the order people ask."""


class Mouvement(NamedTuple):
    """One line's part of the difference: cents added to *retenu*, and the line as it stands (or stood)."""

    cause: str
    cents: int
    cle: tuple[str, str]
    ligne: Ecrite
    disparue: bool


def changements(vue: Vue, sujet: Sujet) -> Reponse:
    """The bridge from `sujet.depuis` to the view's day; one element per cause, or per line when asked by line."""
    assert sujet.depuis is not None
    if sujet.depuis > vue.au:
        raise UserError(f"Le {jour(sujet.depuis)} n'est pas encore venu : on ne sait pas ce qui changera.")
    avant = vue.le(sujet.depuis)
    la, ici = avant.comptent(sujet), vue.comptent(sujet)
    mouvements = list(_mouvements(lignes_changees(vue.db, la, avant.au, ici, vue.au)))
    reponse = base(vue, sujet, "changements", ici)
    retenu_avant = somme(la).gain_retenu
    ecart = reponse.totaux.gain_retenu - retenu_avant
    if sum(m.cents for m in mouvements) != ecart:
        raise RuntimeError(f"the bridge misses {ecart - sum(m.cents for m in mouvements)} cents")
    objectif = avant.objectif(sujet)
    faits: dict[str, int | date] = {"retenu_avant": retenu_avant, "depuis": sujet.depuis}
    if objectif:
        faits["objectif_avant"] = objectif.montant
    elements = _par_ligne(avant, vue, mouvements) if sujet.par == "ligne" else _par_cause(mouvements)
    return replace(reponse, valeur=ecart, unite="EUR", elements=tuple(elements), faits=faits)


def _mouvements(changees: Changees) -> Iterator[Mouvement]:
    for cle, (a, b) in sorted(changees.items(), key=lambda c: c[0]):
        ligne = b or a
        assert ligne is not None
        declare = (b.gain_exercice if b else 0) - (a.gain_exercice if a else 0)
        retire = (b.retire if b else 0) - (a.retire if a else 0)
        if declare:
            yield Mouvement(_cause_du_declare(a, b), declare, cle, ligne, b is None)
        if retire:
            yield Mouvement(_cause_du_retrait(a, b, retire), -retire, cle, ligne, b is None)


def _cause_du_declare(a: Ecrite | None, b: Ecrite | None) -> str:
    """A line that is there both days and is worth something else was changed, were it worth nothing on one of them."""
    if a and b:
        return "regle" if a.recu == b.recu else "modifiee"
    return "apparue" if b else "disparue"


def _cause_du_retrait(a: Ecrite | None, b: Ecrite | None, retire: int) -> str:
    """Why more (or less) of a line is struck: a decision, a rule on the same sending, or what the sending says."""
    if b is None:
        return "disparue"  # what was struck of a line goes with it
    before, after = (_taken(li) for li in (a, b))
    if before != after or (after and b.recu != (a.recu if a else 0) and b.decision and not b.decision.caduque):
        # taken since, or it still holds on another amount
        return "apres_verrou" if b.decision and b.decision.after_lock else "decision"
    if a and a.recu == b.recu:
        return "regle"
    return "retiree" if retire > 0 else "retablie"


def _taken(line: Ecrite | None) -> tuple[object, ...]:
    """The decision in force on a line, and whether it holds; nothing when there is none."""
    d = line.decision if line else None
    return (d.genre, d.par, d.le, d.motif, d.caduque) if d and d.genre != "revenir" else ()


def _par_cause(mouvements: list[Mouvement]) -> Iterator[Element]:
    for cause, titre in CAUSES.items():
        siens = [m for m in mouvements if m.cause == cause]
        if siens:
            lignes = len({m.cle for m in siens})
            yield Element(f"Lignes {titre} : {lignes}", sum(m.cents for m in siens), code=cause)


def _par_ligne(avant: Vue, apres: Vue, mouvements: Sequence[Mouvement]) -> Iterator[Element]:
    """Largest first, each at its cell."""
    lues = _lues(avant, [m for m in mouvements if m.disparue]) | _lues(apres, [m for m in mouvements if not m.disparue])
    for m in sorted(mouvements, key=lambda m: (-abs(m.cents), lues[m.cle].reference)):
        li = lues[m.cle]
        precision = CAUSES[m.cause] + (f", {li.decision.mots}" if li.decision else "")
        yield Element(
            li.intitule, m.cents, precision, Adresse(li.reference, li.chemin, li.feuille, li.cellule), m.cause
        )


def _lues(vue: Vue, mouvements: Sequence[Mouvement]) -> dict[tuple[str, str], LigneRecue]:
    """The lines that moved, with their words and their cells, as that day saw them."""
    onglets = {m.ligne.onglet for m in mouvements}
    lues = lignes_de(vue.db, onglets, vue.au, parmi={m.ligne.ligne for m in mouvements})
    return {(li.finess, li.action_id): li for li in lues}
