"""An act that was just done → the sentence that says so, for the command line and the chat alike. Pure; does nothing."""

from __future__ import annotations

from datetime import date

from config.french import day, euros
from sheets.register.acts import TargetLine

DECIDED_WORDS = {"retenir": "gardée", "retirer": "retirée", "revenir": "rendue aux contrôles"}


def decision_words(line: TargetLine, direction: str) -> str:
    """« 2021-annuelle/390780146/0042, 165 381 €, gardée : +165 381 € par rapport aux contrôles. »"""
    effect = {
        "retenir": max(line.declared, 0) if line.blocked else 0,
        "retirer": 0 if line.blocked else -max(line.declared, 0),
        "revenir": 0,
    }[direction]
    end = f" : {'+' if effect > 0 else ''}{euros(effect)} par rapport aux contrôles" if effect else ""
    return f"{line.reference}, {euros(line.declared)}, {DECIDED_WORDS[direction]}{end}."


def note_taken(line: TargetLine) -> str:
    return f"Noté sur {line.reference}."


def extended(ght: str, campaign: str, until_day: date) -> str:
    return f"{ght} : échéance de {campaign} portée au {day(until_day)}."


def validated(ght: str, campaign: str, *, yes: bool) -> str:
    return f"{ght}, {campaign} : {'validée' if yes else 'validation levée'}."


def neant(finess: str, campaign: str, position: str) -> str:
    return f"{finess}, {campaign} : rien à déclarer, noté en votre nom ({position})."


def reminded(ght: str, campaign: str) -> str:
    return f"{ght}, {campaign} : relance demandée. Elle part au prochain passage, aux heures ouvrées."
