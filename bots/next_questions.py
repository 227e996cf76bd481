"""The buttons under an answer: each asks a question that stands by itself, whoever presses it and whenever. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bots.answer_files import AVEC_LIGNES, DESSINEES
from bots.slack.blocks import Suite
from config.territory import Perimetre
from reports.view import Sujet, Vue
from reports.why import FIGURES

S_OUVRENT = ("gains", "objectif", "pourquoi", "statut", "retards", "rejets", "qualite")
"""The answers whose figure can be opened, or broken down."""
MOTS = {"statut": "statut", "retards": "qui n'a pas remis", "prevision": "prévision", "classement": "classement"}
"""How the other answers that are drawn are asked; a total is asked as gains."""


def suites(intention: str, sujet: Sujet, vue: Vue) -> Sequence[Suite]:
    """What is asked next of an answer, then the same as a picture, as the workbook of its lines, as a GHT's return."""
    ou = _lieu(sujet.perimetre)
    quand = f"{sujet.exercice} {_moment(sujet, vue)}".strip()
    toutes: list[Suite] = []
    sauf = _sauf(sujet)
    if intention in FIGURES and len(sujet.exercices) < 2:
        toutes.append(Suite("pourquoi", "Pourquoi ?", f"pourquoi {MOTS.get(intention, intention)} {ou} {quand}{sauf}"))
    if intention in S_OUVRENT:
        if intention != "pourquoi":
            toutes.append(Suite("pourquoi", "Pourquoi ?", f"pourquoi gains {ou} {quand}{sauf}"))
        if sujet.perimetre.type in ("national", "region"):
            toutes.append(Suite("par-ght", "Par GHT", f"gains {ou} {quand} par ght{sauf}"))
        toutes.append(Suite("par-famille", "Par famille", f"gains {ou} {quand} par famille{sauf}"))
    if sujet.figure:
        return toutes
    dit = en_question(intention, sujet, quand)
    if dit and (intention in DESSINEES or intention in AVEC_LIGNES):
        toutes.append(Suite("image", "En image", f"{dit} en image"))
    if intention in AVEC_LIGNES:
        toutes.append(Suite("tableur", "Feuille de calcul", f"{_gains(sujet, quand)} en tableur"))
    if intention == "statut" and sujet.perimetre.type in ("ght", "etablissement"):
        toutes.append(Suite("retour", "Son retour", f"retour {ou} {quand}"))
    return toutes


def en_question(intention: str, sujet: Sujet, quand: str) -> str:
    """The question that gets the same figure, in words; empty for the rank of one place, which is no picture."""
    ou = _lieu(sujet.perimetre)
    if intention in AVEC_LIGNES:
        return _gains(sujet, quand)
    if intention == "evolution":
        de_a = f" de {sujet.exercices[0]} à {sujet.exercices[-1]}" if sujet.exercices else ""
        return f"évolution {ou}{de_a}{_sauf(sujet)}"
    if intention == "comparaison":
        if sujet.autres:
            return f"compare {' et '.join(map(_lieu, (sujet.perimetre, *sujet.autres)))} {sujet.exercice}"
        return f"compare {ou} {' et '.join(map(str, sujet.exercices))}"
    if intention not in MOTS or sujet.place:
        return ""
    par = f" par {sujet.par}" if intention == "classement" else ""
    return f"{MOTS[intention]} {ou} {quand}{par}{_sauf(sujet)}"


def _gains(sujet: Sujet, quand: str) -> str:
    par = f" par {sujet.par}" if sujet.par else ""
    return f"gains {_lieu(sujet.perimetre)} {quand}{par}{_sauf(sujet)}"


def _sauf(sujet: Sujet) -> str:
    return f" sauf {' et '.join(map(_lieu, sujet.sauf))}" if sujet.sauf else ""


def _lieu(p: Perimetre) -> str:
    return "france" if p.type == "national" else p.code


def _moment(sujet: Sujet, vue: Vue) -> str:
    campagne = vue.dossier.campagnes.get(sujet.campagne or "")
    return campagne.moment if campagne else ""
