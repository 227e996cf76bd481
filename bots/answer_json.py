"""Replies as objects: the JSON that programs read, and that nobody here reads back. Pure: adds up nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from bots.answer_words import reply_lines
from bots.questions import BY_KEY, told_as
from bots.reply import Refused, Reply, Told, Unanswerable, Unclear
from config.french import decimal_euros
from config.json_keys import as_object
from reports.answer import FACTS, Answer, Element


def reply_object(reply: Reply) -> dict[str, Any]:
    """What is replied as the JSON of `vigie ask --json`; a question that gets no figure says why, and what to ask."""
    outcome, text = reply.outcome, "\n".join(reply_lines(reply))
    if isinstance(outcome, Told):
        return {"question": reply.question.text, **_answer_object(outcome.answer), "texte": text}
    intention = None if isinstance(outcome, Unclear) else reply.question.intention
    return {
        "question": reply.question.text,
        "intention": intention,
        "valeur": None,
        "lignes": [],
        "texte": text,
        **({"refus": True} if isinstance(outcome, Refused) else {}),
        **({"propositions": list(reply.suggestions)} if isinstance(outcome, Unclear | Unanswerable) else {}),
    }


def _answer_object(r: Answer) -> dict[str, Any]:
    """Amounts are decimal strings in euros."""
    return {
        "intention": r.intention,
        "metrique": as_object(told_as(r.intention, r.figure).metric),
        "perimetre": {"type": r.scope.type, "code": r.scope.code},
        "exercice": r.exercice,
        "campagne": r.campaign,
        "campagnes": list(r.campaigns),
        "base": "retenu",
        "dont_provisoire": _said(r, "dont_provisoire", r.provisional),
        "ajustement": decimal_euros(r.adjustment),
        "par": r.by,
        "chiffre": r.figure,
        "sauf": [{"type": p.type, "code": p.code} for p in r.but_for],
        "declare": _said(r, "declare", r.totals.declared),
        "retire": _said(r, "retire", r.totals.struck),
        "sous_alerte": _said(r, "sous_alerte", r.under_alert),
        "retenu_hors_alerte": _said(r, "retenu_hors_alerte", r.outside_alert),
        "arrondi": decimal_euros(r.rounded) if r.rounded else None,
        "masque": [{"chiffre": name, "motif": why} for name, why in r.mask.items()],
        "lignes_qui_pesent": [_element_object(e, "EUR") for e in r.heavy],
        "sources": dict(zip(("plus_ancienne", "plus_recente"), map(date.isoformat, r.sources), strict=True))
        if r.sources
        else None,
        "au": r.as_of.isoformat(),
        "valeur": _value(r.value, r.unit),
        "unite": r.unit,
        "objectif": decimal_euros(r.objective.amount) if r.objective else None,
        "objectif_reparti": bool(r.objective and r.objective.shared_out),
        "taux_atteinte": round(float(r.attainment), 6) if r.attainment is not None else None,
        "trames": {"recues": r.received_so_far, "attendues": r.expected_trames},
        "lignes": [_element_object(e, "EUR" if BY_KEY[r.intention].ranked else r.unit) for e in r.elements],
        "a_part": [_element_object(e, r.unit) for e in r.beside],
        "totaux": {k: _control(r, k, v) for k, v in as_object(r.totals).items()},
        "faits": {k: _fact(k, v) for k, v in r.facts.items()},
    }


def _said(r: Answer, name: str, cents: int) -> str | None:
    """An amount, or nothing where it is withheld."""
    return None if name in r.mask else decimal_euros(cents)


def _control(r: Answer, name: str, value: int) -> str | int | None:
    """A control total; counts of lines are a detail, which who gets rounded totals does not get."""
    if name.startswith("gain_"):
        return _said(r, name.removeprefix("gain_"), value)
    return None if r.rounded else value


def _fact(name: str, value: int | Decimal | date) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return decimal_euros(int(value)) if FACTS[name] == "EUR" else str(value)


def _value(value: int | Decimal | None, unit: str) -> Any:
    if value is None:
        return None
    if unit == "EUR":
        return decimal_euros(int(value))
    return round(float(value), 6) if isinstance(value, Decimal) else value


def _element_object(e: Element, unit: str) -> dict[str, Any]:
    result: dict[str, Any] = {"libelle": e.label, "valeur": _value(e.value, unit)}
    if e.beside:
        result["precision"] = e.beside
    if e.under_alert:
        result["sous_alerte"] = decimal_euros(e.under_alert)
    if e.code:
        result["code"] = e.code
    if e.objective is not None:
        result["objectif"] = decimal_euros(e.objective)
    if e.address:
        result |= {"reference": e.address.reference, "fichier": e.address.file, "feuille": e.address.sheet,
                  "cellule": e.address.cell}  # fmt: skip
    return result
