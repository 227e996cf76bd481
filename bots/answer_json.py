"""Answers as objects: the JSON that programs read, and that the chat dresses. Pure: words nothing, adds up nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from bots.answer_words import texte
from config.folder import Dossier
from config.french import decimal_euros
from reports.answer import FACTS, Element, Reponse
from reports.metrics import METRICS


def objet(question: str, r: Reponse, dossier: Dossier) -> dict[str, Any]:
    """The answer as the JSON of `vigie ask --json`: amounts are decimal strings in euros."""
    return {
        "question": question,
        "intention": r.intention,
        "metrique": asdict(METRICS[f"{r.intention} {r.figure}".strip()]),
        "perimetre": {"type": r.perimetre.type, "code": r.perimetre.code},
        "exercice": r.exercice,
        "campagne": r.campagne,
        "campagnes": list(r.campagnes),
        "base": "retenu",
        "dont_provisoire": _said(r, "dont_provisoire", r.provisoire),
        "ajustement": decimal_euros(r.ajustement),
        "par": r.par,
        "chiffre": r.figure,
        "sauf": [{"type": p.type, "code": p.code} for p in r.sauf],
        "declare": _said(r, "declare", r.totaux.gain_declare),
        "retire": _said(r, "retire", r.totaux.gain_retire),
        "sous_alerte": _said(r, "sous_alerte", r.sous_alerte),
        "retenu_hors_alerte": _said(r, "retenu_hors_alerte", r.hors_alerte),
        "arrondi": decimal_euros(r.arrondi) if r.arrondi else None,
        "masque": [{"chiffre": name, "motif": why} for name, why in r.masque.items()],
        "lignes_qui_pesent": [_objet_element(e, "EUR") for e in r.heavy],
        "sources": dict(zip(("plus_ancienne", "plus_recente"), map(date.isoformat, r.sources), strict=True))
        if r.sources
        else None,
        "au": r.au.isoformat(),
        "valeur": _valeur(r.valeur, r.unite),
        "unite": r.unite,
        "objectif": decimal_euros(r.objectif.montant) if r.objectif else None,
        "objectif_reparti": bool(r.objectif and r.objectif.reparti),
        "taux_atteinte": round(float(r.atteinte), 6) if r.atteinte is not None else None,
        "trames": {"recues": r.recues, "attendues": r.attendues},
        "lignes": [_objet_element(e, "EUR" if r.intention == "classement" else r.unite) for e in r.elements],
        "a_part": [_objet_element(e, r.unite) for e in r.beside],
        "totaux": {k: _control(r, k, v) for k, v in asdict(r.totaux).items()},
        "faits": {k: _fait(k, v) for k, v in r.faits.items()},
        "texte": texte(r, dossier),
    }


def _said(r: Reponse, name: str, cents: int) -> str | None:
    """An amount, or nothing where it is withheld."""
    return None if name in r.masque else decimal_euros(cents)


def _control(r: Reponse, name: str, value: int) -> str | int | None:
    """A control total; counts of lines are a detail, which who gets rounded totals does not get."""
    if name.startswith("gain_"):
        return _said(r, name.removeprefix("gain_"), value)
    return None if r.arrondi else value


def _fait(nom: str, valeur: int | Decimal | date) -> str:
    if isinstance(valeur, date):
        return valeur.isoformat()
    return decimal_euros(int(valeur)) if FACTS[nom] == "EUR" else str(valeur)


def _valeur(valeur: int | Decimal | None, unite: str) -> Any:
    if valeur is None:
        return None
    if unite == "EUR":
        return decimal_euros(int(valeur))
    return round(float(valeur), 6) if isinstance(valeur, Decimal) else valeur


def _objet_element(e: Element, unite: str) -> dict[str, Any]:
    rendu: dict[str, Any] = {"libelle": e.libelle, "valeur": _valeur(e.valeur, unite)}
    if e.precision:
        rendu["precision"] = e.precision
    if e.sous_alerte:
        rendu["sous_alerte"] = decimal_euros(e.sous_alerte)
    if e.code:
        rendu["code"] = e.code
    if e.objectif is not None:
        rendu["objectif"] = decimal_euros(e.objectif)
    if e.adresse:
        rendu |= {"reference": e.adresse.reference, "fichier": e.adresse.fichier, "feuille": e.adresse.feuille,
                  "cellule": e.adresse.cellule}  # fmt: skip
    return rendu


def sans_figure(question: str, intention: str | None, phrase: str, *, refus: bool = False) -> dict[str, Any]:
    """A question that gets no figure: not understood, refused, or a request for help."""
    rendu: dict[str, Any] = {
        "question": question,
        "intention": intention,
        "valeur": None,
        "lignes": [],
        "texte": phrase,
    }
    return rendu | {"refus": True} if refus else rendu


def pas_compris(question: str, indices: str, propositions: Sequence[str]) -> dict[str, Any]:
    """Why it was not understood, and ready questions that a chat can turn into buttons."""
    essayez = f" Essayez : {' ; '.join(f'« {p} »' for p in propositions)}." if propositions else ""
    pourquoi = f" {indices}" if indices else ""
    phrase = f"Je n'ai pas compris.{pourquoi}{essayez} « aide » donne la liste des questions."
    return sans_figure(question, None, phrase) | {"propositions": list(propositions)}
