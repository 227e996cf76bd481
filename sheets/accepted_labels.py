"""The labels a list column accepts: one source for the drop-downs of the template and for the checks."""

from __future__ import annotations

from collections.abc import Mapping

from config.folder import Folder
from config.french import cle
from sheets.trame import Trame


def label_lists(trame: Trame, folder: Folder) -> dict[str, Mapping[str, str]]:
    """For each list column, every key that names one of its labels → the label."""
    tables: dict[str, Mapping[str, str]] = {}
    for c in trame.columns:
        if c.choices == "operateurs":
            tables[c.cle] = {name: operateur.label for name, operateur in folder.operateurs.items()}
        elif c.kind == "liste":
            tables[c.cle] = {cle(label): label for label in c.choices}
    return tables
