"""What each answer's figure is: its name, its unit and its formula, said with it. Pure; computes nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure as people name it. `unit` as in `Answer`; `formula` in words of the trade."""

    name: str
    unit: str
    formula: str


_KEPT = Metric("gain retenu", "EUR", "gain déclaré de l'exercice − gain retiré + ajustement")
METRICS = {
    "gains": _KEPT,
    "pourquoi": _KEPT,
    "verrou": Metric("gain retenu au verrou", "EUR", "gain retenu des trames verrouillées, chacune au jour de son verrou"),
    "objectif": Metric("objectif", "EUR", "objectif en vigueur ce jour ; atteinte = gain retenu ÷ objectif"),
    "comparaison": Metric("écart de gain retenu", "EUR", "gain retenu de l'un − gain retenu de l'autre"),
    "evolution": Metric("évolution du gain retenu", "EUR", "gain retenu du dernier exercice − celui d'avant"),
    "changements": Metric("variation du gain retenu", "EUR", "gain retenu ce jour − gain retenu le premier jour"),
    "prevision": Metric("prévision", "EUR", "gain retenu + gain notifié + report de l'exercice d'avant pas encore repris"),
    "rejets": Metric("gain retiré", "EUR", "somme des gains positifs des lignes retirées"),
    "qualite": Metric("taux de qualité", "taux", "lignes déclarées sans constat bloquant ÷ lignes déclarées"),
    "couverture": Metric("taux de couverture", "taux", "périmètre traité ÷ achats totaux"),
    "performance": Metric(
        "taux de performance", "taux", "gains annuels ÷ montants de référence des lignes retenues commandées dans l'exercice"),
    "pourquoi prevision": Metric("prévision", "EUR", "gain retenu + gain notifié + report de l'exercice d'avant pas encore repris"),
    "pourquoi couverture": Metric("périmètre traité", "EUR", "montants de référence des lignes retenues commandées dans l'exercice"),
    "pourquoi performance": Metric("gain annuel", "EUR", "gains annuels des lignes retenues commandées dans l'exercice"),
    "classement": Metric("rang par gain retenu", "", "place parmi ceux dont quelque chose est reçu"),
    "statut": Metric("trames remises", "trames", "GHT qui ont répondu"),
    "retards": Metric("trames manquantes", "trames", "GHT qui n'ont pas répondu"),
    "alertes": Metric("alertes", "constats", "constats de gravité « alerte »"),
    "echeances": Metric("échéance", "", "prochaine échéance d'une campagne"),
    "taches": Metric("choses à faire", "", "ce qui reste à remettre, compléter, corriger, trancher ou valider"),
}  # fmt: skip
