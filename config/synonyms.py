"""Learns a synonym: adds it to the folder's `synonymes.csv` once a person has said yes, and never by itself."""

from __future__ import annotations

from pathlib import Path

from config import edited_table
from config.errors import UserError
from config.folder import edit
from config.french import did_you_mean, text_key
from config.nomenclature import LEVELS, WITH_ARTICLE, Nomenclature

FILE_NAME = "synonymes.csv"


def learn(path: Path, nomenclature: Nomenclature, level: str, synonym: str, label: str) -> None:
    """Write one line more in `synonymes.csv`, in the file's own separator and column order.

    Raises UserError when the label is not official, when the synonym already names another, or cannot be one.
    """
    if label not in nomenclature.labels(level):
        nearest_ones = did_you_mean(label, nomenclature.labels(level))
        raise UserError(f"« {label} » n'est pas {WITH_ARTICLE[level]} de la nomenclature{nearest_ones}")
    existing_label = nomenclature.label(level, synonym)
    if existing_label:
        raise UserError(f"« {synonym} » est déjà compris comme « {existing_label} ».")
    if not text_key(synonym):
        raise UserError(f"« {synonym} » ne contient ni lettre ni chiffre : il n'y a rien à apprendre.")
    table = edited_table.read((path / FILE_NAME).read_bytes())
    table.append({"rubrique": level, "label": label, "synonyme": synonym, "source": "appris"})
    edit(path, FILE_NAME, table.content())


def level_of(nomenclature: Nomenclature, label: str) -> str:
    """The level an official label belongs to. Raises UserError with the nearest label when it is none."""
    found_ones = [r for r in LEVELS if label in nomenclature.labels(r)]
    if not found_ones:
        all_of_them = [v for r in LEVELS for v in nomenclature.labels(r)]
        raise UserError(f"« {label} » n'est pas dans la nomenclature{did_you_mean(label, all_of_them)}")
    return found_ones[0]
