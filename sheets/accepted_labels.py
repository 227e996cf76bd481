"""The labels a list column accepts: one source for the drop-downs of the template and for the checks."""

from __future__ import annotations

from collections.abc import Mapping

from config.folder import Dossier
from config.french import cle
from sheets.trame import Trame


def listes(trame: Trame, dossier: Dossier) -> dict[str, Mapping[str, str]]:
    """For each list column, every key that names one of its labels → the label."""
    tables: dict[str, Mapping[str, str]] = {}
    for c in trame.colonnes:
        if c.choix == "operateurs":
            tables[c.cle] = {nom: operateur.label for nom, operateur in dossier.operateurs.items()}
        elif c.genre == "liste":
            tables[c.cle] = {cle(label): label for label in c.choix}
    return tables
