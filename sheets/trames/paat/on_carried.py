"""What is said of a line carried over from the exercice before: gone, or changed."""

from __future__ import annotations

from config.french import euros
from sheets.checks.catalogue import Deviation, check
from sheets.findings import Severity


@check("report-non-repris", Severity.ALERT, "histoire", title="Un report de l'exercice précédent n'est pas repris",
          why="Un report que personne ne ressaisit n'est pas compté, par prudence ; il reste dans la prévision.")  # fmt: skip
def carried_over_not_taken_up(action_id: str, campaign: str, cents: int) -> Deviation:
    return Deviation(f"Le report de l'action « {action_id} » ({campaign}), {euros(cents)}, n'est pas dans l'onglet : il n'est pas compté.",
                 "Remettez la ligne avec son numéro ; la trame préremplie de la campagne la contient.",
                 "action_id", action_id)  # fmt: skip


@check("report-modifie", Severity.ALERT, "histoire", title="Une ligne reportée a été modifiée",
          why="Le report d'un exercice est arrêté avec lui : c'est la valeur connue qui compte.")  # fmt: skip
def carried_over_modified(origin: str, typed: str, known: str, column: str) -> Deviation:
    return Deviation(f"Ligne reportée de {origin} : saisi {typed} ; connu {known}, qui compte.",
                 "Rétablissez la ligne. Si la valeur connue est fausse, dites-le à votre référent.",
                 column, typed)  # fmt: skip
