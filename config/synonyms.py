"""Learns a synonym: adds it to the folder's `synonymes.csv` once a person has said yes, and never by itself."""

from __future__ import annotations

from pathlib import Path

from config import edited_table
from config.errors import UserError
from config.folder import edit
from config.french import cle, vouliez_vous
from config.nomenclature import RUBRIQUES, UNE, Nomenclature

FICHIER = "synonymes.csv"


def apprend(chemin: Path, nomenclature: Nomenclature, rubrique: str, synonyme: str, label: str) -> None:
    """Write one line more in `synonymes.csv`, in the file's own separator and column order.

    Raises UserError when the label is not official, when the synonym already names another, or cannot be one.
    """
    if label not in nomenclature.labels(rubrique):
        proches = vouliez_vous(label, nomenclature.labels(rubrique))
        raise UserError(f"« {label} » n'est pas {UNE[rubrique]} de la nomenclature{proches}")
    deja = nomenclature.label(rubrique, synonyme)
    if deja:
        raise UserError(f"« {synonyme} » est déjà compris comme « {deja} ».")
    if not cle(synonyme):
        raise UserError(f"« {synonyme} » ne contient ni lettre ni chiffre : il n'y a rien à apprendre.")
    table = edited_table.read((chemin / FICHIER).read_bytes())
    table.append({"rubrique": rubrique, "label": label, "synonyme": synonyme, "source": "appris"})
    edit(chemin, FICHIER, table.content())


def rubrique_de(nomenclature: Nomenclature, label: str) -> str:
    """The level an official label belongs to. Raises UserError with the nearest label when it is none."""
    trouvees = [r for r in RUBRIQUES if label in nomenclature.labels(r)]
    if not trouvees:
        tous = [v for r in RUBRIQUES for v in nomenclature.labels(r)]
        raise UserError(f"« {label} » n'est pas dans la nomenclature{vouliez_vous(label, tous)}")
    return trouvees[0]
