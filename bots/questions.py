"""The table of questions: words, help, function. `vigie ask`, the chat and the help page all follow from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reports import bridge, coverage, gains, quality, suivi
from reports.reponse import Reponse
from reports.vue import Sujet, Vue


@dataclass(frozen=True, slots=True)
class Intention:
    """One kind of question. `mots` are compared without case or accents; the first table row that matches wins."""

    cle: str
    mots: tuple[str, ...]
    exemple: str
    aide: str
    fonction: Callable[[Vue, Sujet], Reponse]
    total_seul: bool = True
    """Whether the figure alone, without its lines, still answers: what someone entitled to totals gets."""


INTENTIONS = (
    Intention("pourquoi", ("pourquoi", "d ou vient", "detail", "explique", "justifie", "quelles lignes"),
              "pourquoi gains GHT Jura 2021", "les lignes et les cellules qui font un chiffre", gains.pourquoi, False),
    Intention("changements", ("change", "changement", "bouge", "evolue", "quoi de neuf"),
              "qu'est-ce qui a changé depuis le 15/03 ?", "ce qui sépare deux jours, ligne à ligne", bridge.changements, False),
    Intention("retards", ("retard", "pas remis", "pas rendu", "pas envoye", "pas repondu", "pas transmis", "manque",
                          "manquant", "attend on", "relancer", "en attente"),
              "qui n'a pas remis ?", "les GHT qui n'ont pas remis leur trame", suivi.retards, False),
    Intention("statut", ("statut", "ou en est", "ou en sont", "avancement", "etat", "qui a remis", "qui a rendu", "remise", "recu"),
              "où en est le GHT Nièvre ?", "où en est chaque GHT dans la campagne", suivi.statut),
    Intention("rejets", ("rejet", "rejete", "retire", "refuse", "ecarte", "erreur", "a corriger", "constat"),
              "rejets du GHT Jura", "ce qui est retiré, du plus coûteux au moins coûteux", quality.rejets, False),
    Intention("alertes", ("alerte", "a regarder", "a verifier", "suspect", "doublon", "anomalie"),
              "alertes du GHT Jura", "ce qui demande un regard sans rien retirer, par règle", quality.alertes, False),
    Intention("qualite", ("qualite", "fiable", "fiabilite", "confiance"),
              "qualité BFC 2021", "la part des lignes déclarées sans constat bloquant", quality.qualite),
    Intention("couverture", ("couverture", "couvert", "perimetre traite"),
              "couverture BFC 2021", "la part des achats sur laquelle on a travaillé", coverage.couverture),
    Intention("objectif", ("objectif", "cible", "atteinte", "taux d atteinte"),
              "objectif BFC 2021", "l'objectif en vigueur et son taux d'atteinte", gains.objectif),
    Intention("gains", ("gain", "gagne", "combien", "economie", "economise", "performance", "total", "resultat", "chiffre",
                        "montant", "retenu", "declare"),
              "gains BFC 2021 par famille", "ce qui est retenu pour un exercice, par GHT, famille, opérateur…", gains.gains),
)  # fmt: skip

AXES = {
    "ght": ("ght", "groupement"),
    "etablissement": ("etablissement", "hopital"),
    "famille": ("famille",),
    "domaine": ("domaine",),
    "categorie": ("categorie",),
    "operateur": ("operateur",),
    "levier": ("levier",),
    "nature": ("nature",),
}
"""« par … »: how an axis is typed."""

AIDE = ("aide", "help", "que sais tu faire", "comment ca marche")
PAR_CLE = {i.cle: i for i in INTENTIONS}
