"""The fixed keys of our JSON, which programs read: the French word of each field. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

KEYS = {
    "anchor": "repere",
    "campaign": "campagne",
    "cell": "cellule",
    "column": "colonne",
    "dated": "le",
    "days_since_pull": "jours_depuis_releve",
    "declared": "gain_declare",
    "folder": "dossier",
    "folder_changed": "dossier_change",
    "formula": "formule",
    "kept": "gain_retenu",
    "kind": "genre",
    "last_backup": "derniere_sauvegarde",
    "last_pull_counts": "dernier_releve",
    "last_time": "derniere",
    "late": "en_retard",
    "line": "ligne",
    "lines_blank": "lignes_vides",
    "lines_ignored": "lignes_ignorees",
    "lines_kept": "lignes_retenues",
    "lines_read": "lignes_lues",
    "lines_struck": "lignes_rejetees",
    "mails_waiting": "courrier",
    "name": "nom",
    "path": "chemin",
    "person": "personne",
    "raw_bytes": "octets",
    "reason": "raison",
    "register": "registre",
    "severity": "gravite",
    "sheet": "feuille",
    "size": "taille",
    "stage": "etape",
    "stake": "enjeu",
    "struck": "gain_retire",
    "text": "texte",
    "times": "fois",
    "to_note": "a_noter",
    "troubles": "soucis",
    "unit": "unite",
    "value": "valeur",
}


def as_object(record: Any) -> dict[str, Any]:
    """A dataclass or a named tuple, by its JSON keys; a field that is already one keeps its name."""
    fields: Iterable[tuple[str, Any]]
    fields = record._asdict().items() if hasattr(record, "_asdict") else asdict(record).items()
    return {KEYS.get(name, name): value for name, value in fields}
