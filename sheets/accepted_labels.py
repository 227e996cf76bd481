"""The labels a list column accepts: one source for the drop-downs of the template and for the checks."""

from __future__ import annotations

from collections.abc import Mapping

from config.folder import Folder
from config.french import text_key
from sheets.trame import Table


def label_lists(table: Table, folder: Folder) -> dict[str, Mapping[str, str]]:
    """For each list column, every key that names one of its labels → the label."""
    labels: dict[str, Mapping[str, str]] = {}
    for c in table.columns:
        if c.choices == "operateurs":
            labels[c.key] = {name: operateur.label for name, operateur in folder.operateurs.items()}
        elif c.kind == "liste":
            labels[c.key] = {text_key(label): label for label in c.choices}
    return labels
