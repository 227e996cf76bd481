"""The trame of the next campaign: the lines already received, those carried over from last year marked and locked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openpyxl import Workbook

from config.campaign import Campagne
from config.folder import Dossier
from config.french import euros
from sheets.register.known_actions import Prevue
from sheets.tab_names import noms_d_onglets
from sheets.trame import Trame
from sheets.writing import tab as gabarit
from sheets.writing.book import classeur
from sheets.writing.safe_cells import Valeur
from sheets.writing.written_lines import LignePrete, ecrit_les_lignes

MARGE = 100
"""Prepared lines left below those already known."""


def preremplie(
    trame: Trame, ght: str, campagne: Campagne, dossier: Dossier, prevues: Mapping[str, Sequence[Prevue]],
    pris: Mapping[str, frozenset[str]],
) -> Workbook:  # fmt: skip
    """A trame with the known lines of each établissement (by FINESS); new lines take none of the numbers `pris`."""
    combien = {f: len(siennes) + MARGE for f, siennes in prevues.items() if len(siennes) + MARGE > gabarit.LIGNES}
    livre = classeur(trame, ght, campagne, dossier, combien)
    noms = noms_d_onglets(dossier.territoire.membres(ght, campagne.situation))
    for finess, siennes in prevues.items():
        if finess in noms:
            pretes = [_prete(p, trame) for p in siennes]
            ecrit_les_lignes(livre[noms[finess]], trame, pretes, pris.get(finess, frozenset()))
    return livre


def _prete(p: Prevue, trame: Trame) -> LignePrete:
    cellules = {c.cle: _valeur(p.valeurs[c.cle], c.genre) for c in trame.saisies if c.saisie and p.valeurs.get(c.cle)}
    report = ""
    if p.report:
        report = (
            f"Report de {p.origine} : {euros(p.report)} sur cet exercice. Cette ligne est arrêtée avec lui ; "
            "si elle est fausse, dites-le à votre référent."
        )
    return LignePrete(p.action_id, cellules, report)


def _valeur(valeur: Valeur, genre: str) -> Valeur:
    """A stored value as a cell holds it: euros, not cents."""
    return valeur / 100 if genre == "euros" and isinstance(valeur, int) else valeur
