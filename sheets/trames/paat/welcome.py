"""What the first tab of a PAAT tells whoever fills it."""

from __future__ import annotations

from config.folder import Folder
from config.french import enumeration, rate
from sheets.trame import Legend

INSTRUCTIONS = (
    "Un onglet par établissement, une ligne par achat. Les listes déroulantes donnent les valeurs attendues.",
    "Le gain se saisit sur 12 mois pleins, en euros TTC, sans prorata : Vigie le répartit. Une perte s'écrit en négatif.",
    "Le montant de référence est ce que l'achat coûtait avant, sur 12 mois : l'ancien montant, pas le nouveau.",
    "Seules les actions « réalisé » comptent ; il leur faut une date de 1re commande.",
    "Les colonnes grises se calculent seules. Vous pouvez filtrer et ajouter des lignes.",
    "Quand tout est saisi, choisissez « oui » en face de « Trame remise » et renvoyez ce fichier.",
)


def legend(folder: Folder) -> Legend:
    """What its colours mean, with the region's own thresholds."""
    thresholds = folder.thresholds
    familles = [f"{rate(b.first, 0)} et {rate(b.second, 0)} pour {f}" for f, b in folder.nomenclature.bounds.items()]
    special_ones = f" ({enumeration(familles)})" if familles else ""
    struck = (
        "Ligne qui sera retirée : montant ou date absents, date hors exercice, gain supérieur au montant de référence, "
        f"performance au-dessus de {rate(thresholds.performance_a_justifier, 0)} sans « Calcul des gains »{special_ones}."
    )
    to_explain = f"performance au-dessus de {rate(thresholds.performance_a_expliquer, 0)}, numéro de marché absent."
    return Legend(
        struck,
        f"Explication attendue : {to_explain}",
        "Valeur obligatoire encore vide : en l'état, la ligne sera retirée.",
    )
