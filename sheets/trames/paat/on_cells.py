"""What is said of a blank cell that this line of a PAAT cannot do without: the title of its column is given."""

from __future__ import annotations

from sheets.cells import Problem
from sheets.checks.catalogue import Deviation, check
from sheets.findings import Severity


@check("montant-reference-absent", Severity.REJECTION, "cellule", title="Le montant de référence manque",
          why="Sans ce que coûtait l'achat, aucune performance ne peut être vérifiée.",
          good={"montant_reference": "80000"}, failing_cells={"montant_reference": ""})  # fmt: skip
def missing_reference_amount(title: str, _required: bool, _: Problem | None) -> Deviation:
    return Deviation(f"« {title} » est vide pour une action réalisée ou notifiée.",
                 "Saisissez ce que l'achat coûtait avant, sur 12 mois, en euros TTC.")  # fmt: skip


@check("gain-absent", Severity.REJECTION, "cellule", title="Le gain manque",
          why="Une action réalisée ou notifiée sans gain ne peut être comptée.",
          good={"gain_annuel": "4000"}, failing_cells={"gain_annuel": ""})  # fmt: skip
def gain_absent(title: str, _required: bool, _: Problem | None) -> Deviation:
    return Deviation(f"« {title} » est vide pour une action réalisée ou notifiée.",
                 "Saisissez le gain sur 12 mois pleins, sans prorata ; une perte s'écrit en négatif.")  # fmt: skip


@check("date-commande-absente", Severity.REJECTION, "cellule", title="La date de 1re commande manque",
          why="Le gain vit 12 mois à partir de la première commande ; sans date il n'a pas d'exercice.",
          good={"date_premiere_commande": "01/07/2021"}, failing_cells={"date_premiere_commande": ""})  # fmt: skip
def missing_order_date(title: str, _required: bool, _: Problem | None) -> Deviation:
    return Deviation(f"« {title} » est vide pour une action réalisée.",
                 "Saisissez la date de la première commande, ou passez le statut à « notifié ».")  # fmt: skip


@check("amortissement-absent", Severity.REJECTION, "cellule", title="La durée d'amortissement manque",
          why="Le gain d'un investissement se divise par sa durée d'amortissement.",
          good={"nature": "investissement", "duree_amortissement": "5"}, failing_cells={"nature": "investissement"})  # fmt: skip
def missing_depreciation(title: str, _required: bool, _: Problem | None) -> Deviation:
    return Deviation(
        f"« {title} » est vide pour un investissement.", "Saisissez la durée en années ; les montants restent annuels."
    )
