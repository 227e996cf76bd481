"""What counts: which campaign and which tab stand for each établissement. Pure; used by every figure.

For an exercice, per établissement, the latest campaign that has a usable tab supersedes the earlier ones: mid-year
and year-end never add up. Within a campaign, the tab of the latest usable file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sheets.lignes import Totaux


@dataclass(frozen=True, slots=True)
class OngletRecu:
    """A tab as the register holds it. `fichier` grows with the order in which files were received."""

    id: int
    fichier: int
    chemin: str
    feuille: str
    campagne: str
    ght: str
    finess: str
    remis: bool
    utilisable: bool
    neant: bool
    achats: int | None
    totaux: Totaux


def qui_compte(recus: Iterable[OngletRecu], campagnes: Sequence[str]) -> dict[str, OngletRecu]:
    """The tab that counts for each établissement (by FINESS), among `campagnes`, earliest situation first."""
    rangs = {code: rang for rang, code in enumerate(campagnes)}
    retenus: dict[str, OngletRecu] = {}
    for onglet in recus:
        if not onglet.utilisable or onglet.campagne not in rangs:
            continue
        en_place = retenus.get(onglet.finess)
        if en_place is None or _ordre(onglet, rangs) > _ordre(en_place, rangs):
            retenus[onglet.finess] = onglet
    return retenus


def _ordre(onglet: OngletRecu, rangs: dict[str, int]) -> tuple[int, int]:
    return rangs[onglet.campagne], onglet.fichier
