"""Looks again at the cells of typed lines that may hide something: a formula nobody computed, another unit shown.

Never looks at a cell that shows no symptom: see `sheets.reading.sheet_xml`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from config.french import enumeration
from config.french import euros as euros_fr
from sheets.cells import Doubtful, Probleme
from sheets.checks import on_workbooks
from sheets.findings import Constat
from sheets.reading import sheet_xml
from sheets.reading.number_formats import SCALED, WORDED
from sheets.reading.read_tab import LigneLue
from sheets.reading.shown import doubtful_below, other_units
from sheets.trame import Trame

_SHOWN = {
    SCALED: "se montre divisé par mille ou plus dans sa case.",
    WORDED: "se montre avec un mot qui n'est pas « € » dans sa case.",
}
"""Why an amount that a format dresses otherwise may not be what it seems."""
_ZEROS = frozenset(("0", "00:00:00", "30/12/1899", "31/12/1899", "01/01/1900", "01/01/1904"))
"""What is seen of 0 where no amount is expected, a date say."""


def look_for_formulas(
    lignes: list[LigneLue], trame: Trame, colonnes: dict[str, str], feuille: str, octets: bytes
) -> None:
    """Put a problem where a blank required cell, or a 0, is in truth a formula that nobody computed, or an error."""
    requises = [(c.cle, c.requis) for c in trame.colonnes if c.requis and c.cle in colonnes]
    vides = {
        f"{colonnes[c]}{ligne.numero}": (ligne, c)
        for ligne in lignes
        for c, requis in requises
        if c not in ligne.valeurs and c not in ligne.problemes and requis.quand(ligne.valeurs)
    }
    ones = any(100 in ligne.valeurs.values() for ligne in lignes) and sheet_xml.is_open_document(octets)
    hollow: set[int | str] = {0, "0", 100} if ones else {0, "0"}
    zeros = {
        f"{colonnes[c]}{ligne.numero}": (ligne, c)
        for ligne in lignes
        if ligne.problemes or not hollow.isdisjoint(ligne.valeurs.values())
        for c in _zeros(ligne, hollow)
    }
    if vides or zeros:
        for adresse, probleme in sheet_xml.cachees(octets, feuille, vides, zeros).items():
            ligne, colonne = (vides | zeros)[adresse]
            ligne.problemes[colonne] = probleme
            ligne.valeurs.pop(colonne, None)


def _zeros(ligne: LigneLue, hollow: Collection[int | str]) -> Iterator[str]:
    """The columns that hold 0, under whatever guise, or 1 € where a truth is kept so."""
    yield from (c for c, v in ligne.valeurs.items() if v in hollow)
    yield from (c for c, p in ligne.problemes.items() if type(p) is Probleme and p.vu in _ZEROS)


def look_at_units(
    lignes: list[LigneLue], trame: Trame, colonnes: dict[str, str], feuille: str, octets: bytes
) -> list[Constat]:
    """Put a problem on the amounts that show another unit than they hold; a column where most do is refused whole."""
    euros = [c.cle for c in trame.colonnes if c.genre == "euros" and c.cle in colonnes]
    below = doubtful_below(octets)
    places = {
        f"{colonnes[c]}{ligne.numero}": (ligne, c)
        for ligne in lignes
        for c in euros
        if 0 < abs(ligne.valeurs.get(c) or 0) < below
    }
    units = other_units(octets, feuille, {ou: ligne.valeurs[c] for ou, (ligne, c) in places.items()})
    refused = []
    for c in euros if units else ():
        siens = [ou for ou in units if places[ou][1] == c and units[ou] not in _SHOWN]
        if 2 * len(siens) > sum(bool(ligne.valeurs.get(c)) for ligne in lignes):
            vu, titre = f"le format de {enumeration(siens, 3)}", trame.par_cle[c].titre
            refused.append(on_workbooks.unite_de_colonne(vu, titre, units[siens[0]], feuille=feuille, cellule=siens[0]))
    for ou, unit in units.items():
        ligne, c = places[ou]
        vu = euros_fr(ligne.valeurs[c])
        if why := _SHOWN.get(unit):
            ligne.problemes.setdefault(c, Doubtful(ligne.valeurs[c], vu, why))
        else:
            ligne.problemes[c] = Probleme("unite-de-cellule", vu, unit)
            del ligne.valeurs[c]
    return refused
