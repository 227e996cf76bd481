"""The mark of a companion, by which it is never taken for a trame. Written by the template, known again by the reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

PROPERTY = "vigie-retour"
"""Custom property of the workbook; it survives Excel and LibreOffice, as the stamp of a trame does."""
COMPANION_MARK = "Vigie · retour sur"
"""How the mark begins, at the top of each tab; for the formats that keep no property (.ods)."""


def is_companion(properties: Mapping[str, str], tab_tops: Iterable[Iterable[str]], stamped: bool) -> bool:
    """Whether a workbook is a companion, by its property, else by a mark on a tab when nothing says it is a trame.

    `tab_tops` gives the texts at the top of each tab. A tab of a companion copied into a trame changes nothing.
    """
    if PROPERTY in properties:
        return True
    return not stamped and any(text.startswith(COMPANION_MARK) for texts in tab_tops for text in texts)
