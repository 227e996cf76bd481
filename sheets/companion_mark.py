"""The mark of a companion, by which it is never taken for a trame. Written by the template, known again by the reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

PROPRIETE = "vigie-retour"
"""Custom property of the workbook; it survives Excel and LibreOffice, as the stamp of a trame does."""
MARQUE = "Vigie · retour sur"
"""How the mark begins, at the top of each tab; for the formats that keep no property (.ods)."""


def est_un_retour(proprietes: Mapping[str, str], hauts_d_onglets: Iterable[Iterable[str]], tamponne: bool) -> bool:
    """Whether a workbook is a companion, by its property, else by a mark on a tab when nothing says it is a trame.

    `hauts_d_onglets` gives the texts at the top of each tab. A tab of a companion copied into a trame changes nothing.
    """
    if PROPRIETE in proprietes:
        return True
    return not tamponne and any(texte.startswith(MARQUE) for textes in hauts_d_onglets for texte in textes)
