"""Finds the row of headings in a tab and says which column is which, whatever people did to it. Pure.

Headings may be renamed, moved, mistyped, broken over two lines, shifted by inserted rows or columns.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from sheets.cell_address import adresse
from sheets.cells import texte
from sheets.checks import on_workbooks
from sheets.findings import Constat, Gravite
from sheets.reading.units import announced, odd_words, unit_said, without_unit
from sheets.trame import Colonne, Trame, cle_entete

PROFONDEUR = 40
"""Headings are looked for in the first rows only."""
ANCRES = 4
"""A row with fewer known headings is not the row of headings."""
RESSEMBLANCE = 86.0
UNDER = 2
"""Rows below the headings where their units may stand."""
MEMORABLE = 4_000
"""Characters past which a row of headings is read each time it is met."""

Rangee = Sequence[object]
Titres = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entetes:
    """Where the table begins (rank of its first data row) and the rank of each column; from 0, in the tab as read."""

    premiere: int
    places: dict[str, int]
    largeur: int
    constats: tuple[Constat, ...]
    utilisable: bool


def trouve(rangees: Sequence[Rangee], trame: Trame, colonne_0: int, ligne_0: int, feuille: str) -> Entetes | None:
    """The headings of a tab whose first cell stands at (colonne_0, ligne_0), or None when there are none."""
    connus, premiere, titres = _meilleure_rangee(rangees, trame)
    if connus < ANCRES:
        return None

    def ou(rang: int) -> str:
        return adresse(colonne_0 + rang, ligne_0 + premiere)

    vu = _colonnes(titres, trame)
    constats = list(_other_units(rangees[: premiere + UNDER], premiere, vu.places, trame, colonne_0, ligne_0, feuille))
    rivals = {c: [vu.places[c], r] for c, r in vu.rivals.items() if _disagree(rangees[premiere:], vu.places[c], r)}
    for cle, rangs in (vu.doubles | rivals).items():
        cellules = [ou(r) for r in rangs]
        constats.append(
            on_workbooks.colonne_en_double(trame.par_cle[cle].titre, cellules, feuille=feuille, cellule=cellules[1])
        )
    for cle in vu.changees:
        rang, titre = vu.places[cle], trame.par_cle[cle].titre
        constats.append(
            on_workbooks.colonne_reconnue(" ".join(titres[rang].split()), titre, feuille=feuille, cellule=ou(rang))
        )
    for cle, unit in vu.other_units.items():
        rang, titre = vu.places[cle], trame.par_cle[cle].titre
        constats.append(
            on_workbooks.unite_de_colonne(
                " ".join(titres[rang].split()), titre, unit, feuille=feuille, cellule=ou(rang)
            )
        )
    if vu.absentes:
        constats.append(on_workbooks.colonne_absente(list(vu.absentes), feuille=feuille, cellule=ou(0)))
    largeur = max((r for r, t in enumerate(titres) if t), default=0) + 1
    utilisable = not any(c.gravite is Gravite.REJET for c in constats)
    return Entetes(premiere, vu.places, largeur, tuple(constats), utilisable)


@dataclass(frozen=True, slots=True)
class _Colonnes:
    """What a row of headings says, wherever it stands: the rank of each column by its key, and what is odd of them."""

    places: dict[str, int]
    doubles: dict[str, list[int]]
    rivals: dict[str, int]
    """Of a column under its own heading, another one under a synonym of it: a double, unless it says the same."""
    changees: list[str]
    """Those that were renamed, mistyped or moved, from left to right."""
    other_units: dict[str, str]
    """Columns of euros whose heading says another unit, and which."""
    absentes: list[str]
    """Headings of the columns without which nothing can be judged."""


def _colonnes(titres: Titres, trame: Trame) -> _Colonnes:
    """Remembered, for the tabs of a campaign bear the same headings; not where someone pasted a book into the row."""
    return (_lues if sum(map(len, titres)) < MEMORABLE else _lues.__wrapped__)(titres, trame)


@lru_cache(maxsize=256)
def _lues(titres: Titres, trame: Trame) -> _Colonnes:
    places: dict[str, int] = {}
    doubles: dict[str, list[int]] = {}
    rivals: dict[str, int] = {}
    for cle, rangs in _exacts(titres, trame).items():
        officiels = [r for r in rangs if cle_entete(titres[r]) == cle_entete(trame.par_cle[cle].titre)]
        retenus = officiels or rangs
        places[cle] = retenus[0]
        if len(retenus) > 1 and trame.par_cle[cle].genre != "calcul":
            doubles[cle] = retenus
        elif len(rangs) > len(retenus) and _can_rival(trame.par_cle[cle]):
            rivals[cle] = next(r for r in rangs if r not in retenus)
    places |= _approchants(titres, places, trame)
    other_units = {c: u for c, r in places.items() if trame.par_cle[c].genre == "euros" and (u := unit_said(titres[r]))}
    changees = (_renommees(titres, places, trame) | _deplacees(places, trame)) - other_units.keys()
    return _Colonnes(
        places,
        doubles,
        rivals,
        sorted(changees, key=places.__getitem__),
        other_units,
        [c.titre for c in trame.colonnes if c.requis and c.requis.colonne_indispensable and c.cle not in places],
    )


def _can_rival(c: Colonne) -> bool:
    """Texts may be said twice: nothing is added up from them."""
    return c.saisie and c.genre != "texte"


def _disagree(rangees: Sequence[Rangee], official: int, other: int) -> bool:
    """Whether a line holds in the other column what it does not hold in the official one."""
    return any(r[other] != r[official] and (dit := texte(r[other])) and dit != texte(r[official]) for r in rangees)


def _meilleure_rangee(rangees: Sequence[Rangee], trame: Trame) -> tuple[int, int, Titres]:
    """(known headings, rank of the first data row, headings) of the row that looks most like the headings.

    Headings broken over two rows are known together better than apart: the best row is also read joined with the
    one above and with the one below.
    """
    titres: list[Titres] = []
    connus: list[int] = []
    seule = 0
    for rang, rangee in enumerate(rangees[: PROFONDEUR + 1]):
        titres.append(tuple(map(_titre, rangee)))
        connus.append(_connus(titres[rang], trame))
        seule = rang if connus[rang] > connus[seule] else seule
        if rang > seule and connus[seule] > len(trame.colonnes) // 2:
            break  # this is the row of headings, and the row below it has been seen
    if not connus:
        return 0, 0, ()
    meilleure = (connus[seule], seule + 1, titres[seule])
    for rang in (seule - 1, seule):
        if 0 <= rang < len(titres) - 1:
            jointe = tuple(f"{a} {b}".strip() for a, b in zip(titres[rang], titres[rang + 1], strict=True))
            if (ensemble := _connus(jointe, trame)) > meilleure[0]:
                meilleure = (ensemble, rang + 2, jointe)
    return meilleure


def _connus(titres: Titres, trame: Trame) -> int:
    return sum(cle_entete(t) in trame.entetes for t in titres if t)


def _titre(cellule: object) -> str:
    return cellule.strip() if isinstance(cellule, str) else ""


def _exacts(titres: Titres, trame: Trame) -> dict[str, list[int]]:
    trouves: dict[str, list[int]] = {}
    for rang, titre in enumerate(titres):
        if titre and (cle := trame.entetes.get(cle_entete(titre))):
            trouves.setdefault(cle, []).append(rang)
    return trouves


def _approchants(titres: Titres, places: dict[str, int], trame: Trame) -> dict[str, int]:
    """Mistyped headings: the likest pairs first, each column and each heading once."""
    pris = set(places.values())
    libres = {nom: cle for nom, cle in trame.entetes.items() if cle not in places}
    paires = []
    for rang, titre in enumerate(titres):
        if titre and rang not in pris:
            for nom, note, _ in process.extract(
                _sans_unite(titre), libres.keys(), scorer=fuzz.ratio, score_cutoff=RESSEMBLANCE
            ):
                paires.append((-note, rang, libres[nom]))
    approchants: dict[str, int] = {}
    for _, rang, cle in sorted(paires):
        if cle not in approchants and rang not in approchants.values():
            approchants[cle] = rang
    return approchants


def _sans_unite(titre: str) -> str:
    """A heading that says another unit, as if it did not: « Gain HT » is a column of gains, to be refused as such."""
    return cle_entete(without_unit(titre)) if unit_said(titre) else cle_entete(titre)


def _renommees(titres: Titres, places: dict[str, int], trame: Trame) -> set[str]:
    """Renamed headings, and those whose brackets say what is not understood."""
    return {
        c
        for c, r in places.items()
        if cle_entete(titres[r]) != cle_entete(trame.par_cle[c].titre)
        or (titres[r] != trame.par_cle[c].titre and odd_words(titres[r], trame.par_cle[c].titre))
    }


def _other_units(
    rangees: Sequence[Rangee],
    premiere: int,
    places: dict[str, int],
    trame: Trame,
    colonne_0: int,
    ligne_0: int,
    feuille: str,
) -> Iterator[Constat]:
    """Notes that give another unit to the amounts: anywhere above the headings, or right below one of them."""
    euros = {r: c for c, r in places.items() if trame.par_cle[c].genre == "euros"}
    for numero, rangee in enumerate(rangees):
        for rang, cellule in enumerate(rangee):
            if not cellule or not (numero < premiere - 1 or (numero >= premiere and rang in euros)):
                continue
            if unit := announced(cellule):
                titre = trame.par_cle[euros[rang]].titre if rang in euros else "euros TTC"
                vu = " ".join(str(cellule).split())
                ou = adresse(colonne_0 + rang, ligne_0 + numero + 1)
                yield on_workbooks.unite_de_colonne(vu, titre, unit, feuille=feuille, cellule=ou)


def _deplacees(places: dict[str, int], trame: Trame) -> set[str]:
    """The fewest columns whose move explains the order seen: those outside the longest run left in order."""
    ordre = [c.cle for c in trame.colonnes if c.cle in places]
    bouts: list[int] = []
    longueur: dict[str, int] = {}
    for cle in ordre:
        longueur[cle] = bisect_left(bouts, places[cle])
        bouts[longueur[cle] : longueur[cle] + 1] = [places[cle]]
    garde, attendue = set(), len(bouts) - 1
    for cle in reversed(ordre):
        if longueur[cle] == attendue:
            garde.add(cle)
            attendue -= 1
    return set(ordre) - garde
