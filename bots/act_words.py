"""An act that was just done → the sentence that says so, for the command line and the chat alike. Pure; does nothing."""

from __future__ import annotations

from datetime import date

from config.french import euros, jour
from sheets.register.acts import LigneVisee

DECIDEE = {"retenir": "gardée", "retirer": "retirée", "revenir": "rendue aux contrôles"}


def decidee(ligne: LigneVisee, sens: str) -> str:
    """« 2021-annuelle/390780146/0042, 165 381 €, gardée : +165 381 € par rapport aux contrôles. »"""
    effet = {
        "retenir": max(ligne.gain_exercice, 0) if ligne.bloquee else 0,
        "retirer": 0 if ligne.bloquee else -max(ligne.gain_exercice, 0),
        "revenir": 0,
    }[sens]
    suite = f" : {'+' if effet > 0 else ''}{euros(effet)} par rapport aux contrôles" if effet else ""
    return f"{ligne.reference}, {euros(ligne.gain_exercice)}, {DECIDEE[sens]}{suite}."


def notee(ligne: LigneVisee) -> str:
    return f"Noté sur {ligne.reference}."


def prolongee(ght: str, campagne: str, jusqu_au: date) -> str:
    return f"{ght} : échéance de {campagne} portée au {jour(jusqu_au)}."


def validee(ght: str, campagne: str, *, oui: bool) -> str:
    return f"{ght}, {campagne} : {'validée' if oui else 'validation levée'}."


def neant(finess: str, campagne: str, fonction: str) -> str:
    return f"{finess}, {campagne} : rien à déclarer, noté en votre nom ({fonction})."


def relancee(ght: str, campagne: str) -> str:
    return f"{ght}, {campagne} : relance demandée. Elle part au prochain passage, aux heures ouvrées."
