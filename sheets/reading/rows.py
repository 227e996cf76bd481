"""A tab's raw rows → typed lines with their problems. Tells actions from blank lines, totals and stray cells.

Never judges whether a line is right: that is `sheets.judging`.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any

from config.folder import Dossier
from config.french import cle
from config.secrets import MASQUE, SECRET
from sheets import cells
from sheets.accepted_labels import listes
from sheets.cell_address import adresse, lettre
from sheets.cells import Doubtful, Probleme, Reconnu
from sheets.checks import on_workbooks
from sheets.findings import Constat
from sheets.reading import sheet_xml
from sheets.reading.headings import Entetes, trouve
from sheets.reading.opening import MalLu, OngletBrut
from sheets.reading.read_tab import LigneLue, OngletLu
from sheets.reading.second_look import look_at_units, look_for_formulas
from sheets.reading.totals import TOTALS_CHECKED, could_be_sums, without_totals, wrong_totals
from sheets.trame import Colonne, Trame

TROU = 20
"""After that many blank lines, a line with fewer than `TROU_VALEURS` values is a stray note, not an action."""
TROU_VALEURS = 3
NOMBRE_NU = "nombre-nu"
"""Code of a bare number in a column of texts or dates, until the workbook has said what it shows; never told."""
COLUMNS_LISTED = 8
"""Columns that nobody knows, past which the others are only counted."""
_1904 = 1_462
"""Days between the two calendars of Excel."""

Lecteur = Callable[[object], cells.Lu]


@lru_cache(maxsize=4)
def lecteurs(trame: Trame, dossier: Dossier) -> dict[str, Lecteur]:
    """One function per column that is read, from a raw cell to a value or a problem.

    Labels repeat from line to line: those columns remember what they have read (`typed`, for True is not 1).
    """
    tables = listes(trame, dossier)

    def lecteur(c: Colonne) -> Lecteur:
        if c.genre == "liste":
            return lru_cache(maxsize=4096, typed=True)(lambda brut: cells.choix(brut, tables[c.cle]))
        if c.genre == "nomenclature":
            label = dossier.nomenclature.label
            return lru_cache(maxsize=4096, typed=True)(lambda brut: (t := cells.texte(brut)) and (label(c.cle, t) or t))
        simples: dict[str, Lecteur] = {
            "texte": _texte,
            "euros": cells.amount,
            "nombre": cells.nombre,
            "entier": cells.entier,
            "date": _date,
        }
        return simples[c.genre]

    return {c.cle: lecteur(c) for c in trame.saisies}


def _texte(brut: object) -> cells.Lu:
    lu = cells.texte(brut)
    return Probleme(NOMBRE_NU, lu or "", "") if type(brut) is float and lu != MASQUE else lu


def _date(brut: object) -> cells.Lu:
    return Probleme(NOMBRE_NU, cells.vu(brut), "") if type(brut) is float else cells.date_(brut)


def lit(
    onglet: OngletBrut,
    trame: Trame,
    lecteurs: Mapping[str, Lecteur],
    octets: bytes,
    *,
    malgre_tout: bool = False,
    relu: bool = True,
) -> OngletLu | None:
    """Read a tab. None when it has no headings of this trame, so it is not one of its tabs.

    A tab that cannot be judged (a column missing, twice there, in another unit) gives its lines only `malgre_tout`.
    Raises MalLu when two of its rows bear one number, unless the tab was `relu`: the other one is blank here.
    """
    entetes = trouve(onglet.rangees, trame, onglet.colonne_0, onglet.ligne_0, onglet.nom)
    if entetes is None:
        return None
    colonnes = {c: lettre(onglet.colonne_0 + r) for c, r in entetes.places.items()}
    entete = onglet.ligne_0 + entetes.premiere
    if not (entetes.utilisable or malgre_tout):
        return OngletLu(colonnes, [], 0, 0, list(entetes.constats), False, entete)
    lues = _lignes(onglet, entetes, trame, lecteurs)
    _montre_les_nombres(lues, onglet, entetes, trame, octets)
    lignes, lointaines = _sans_les_lointaines(lues, colonnes)
    vides = lignes[-1].numero - entete - len(lignes) if lignes else 0
    if vides and not relu and sheet_xml.rangee_en_double(octets, onglet.nom):
        raise MalLu(f"Deux lignes de l'onglet « {onglet.nom} » portent le même numéro.")
    lointaines += _a_droite(onglet, entetes)
    constats = list(entetes.constats)
    sums = sheet_xml.sums(octets, onglet.nom, could_be_sums(lignes, trame, colonnes))
    gardees, totaux = without_totals(lignes, trame, {int(ou.lstrip(string.ascii_uppercase)) for ou in sums})
    for ligne in totaux:
        montant = ligne.valeurs.get("gain_annuel")
        constats.append(on_workbooks.ligne_de_total(montant, feuille=onglet.nom, ligne=ligne.numero))
    constats += wrong_totals(gardees, totaux[:TOTALS_CHECKED], trame, colonnes, onglet.nom)
    constats += _unknown_columns(onglet, entetes, trame)
    if lointaines:
        constats.append(on_workbooks.cellule_lointaine(lointaines, feuille=onglet.nom, cellule=lointaines[0]))
    look_for_formulas(gardees, trame, colonnes, onglet.nom, octets)
    refused = look_at_units(gardees, trame, colonnes, onglet.nom, octets)
    constats += refused
    if refused and not malgre_tout:
        return OngletLu(colonnes, [], 0, 0, constats, False, entete)
    return OngletLu(colonnes, gardees, vides, len(totaux), constats, entetes.utilisable and not refused, entete)


def _lignes(onglet: OngletBrut, entetes: Entetes, trame: Trame, lecteurs: Mapping[str, Lecteur]) -> list[LigneLue]:
    plan = [(rang, c, lecteurs[c]) for c, rang in entetes.places.items() if c in lecteurs]
    # A trame has hundreds of prepared lines: those where nothing was typed are passed over in one comparison.
    typed = {c for _, c, _ in plan if trame.par_cle[c].saisie}
    saisies = itemgetter(*(rang for rang, c, _ in plan if c in typed))
    vide = ("",) * len(typed)
    lignes = []
    for numero, rangee in enumerate(onglet.rangees[entetes.premiere :], onglet.ligne_0 + entetes.premiere + 1):
        if saisies(rangee) != vide:
            ligne = _ligne(numero, rangee, plan)
            if not (typed.isdisjoint(ligne.valeurs) and typed.isdisjoint(ligne.problemes)):
                lignes.append(ligne)
    return lignes


def _ligne(numero: int, rangee: list[Any], plan: list[tuple[int, str, Lecteur]]) -> LigneLue:
    valeurs: dict[str, Any] = {}
    problemes: dict[str, Probleme | Reconnu | Doubtful] = {}
    for rang, colonne, lecteur in plan:
        brut = rangee[rang]
        if brut == "":
            continue
        lu = lecteur(brut)
        if type(lu) is Probleme:
            problemes[colonne] = Probleme("donnee-personnelle", MASQUE, "") if MASQUE in lu.vu else lu
        elif type(lu) is Reconnu:
            problemes[colonne], valeurs[colonne] = lu, lu.label
        elif type(lu) is Doubtful:
            problemes[colonne], valeurs[colonne] = lu, lu.value
        elif lu is not None:
            valeurs[colonne] = lu
            if type(lu) is str and (MASQUE in lu or SECRET in lu):
                problemes[colonne] = Probleme("donnee-personnelle", MASQUE if MASQUE in lu else SECRET, "")
    return LigneLue(numero, valeurs, problemes)


def _montre_les_nombres(
    lignes: list[LigneLue], onglet: OngletBrut, entetes: Entetes, trame: Trame, octets: bytes
) -> None:
    """Read the bare numbers as the workbook shows them: dressed by their format, counted in its calendar."""
    nus = {
        adresse(onglet.colonne_0 + entetes.places[c], ligne.numero): (ligne, c)
        for ligne in lignes
        for c, p in ligne.problemes.items()
        if type(p) is Probleme and p.code == NOMBRE_NU
    }
    if not nus:
        return
    bruts = {ou: onglet.rangees[ligne.numero - onglet.ligne_0 - 1][entetes.places[c]] for ou, (ligne, c) in nus.items()}
    dates = {ou for ou, (_, c) in nus.items() if trame.par_cle[c].genre == "date"}
    decalage = _1904 if dates and sheet_xml.en_1904(octets) else 0
    montrees = sheet_xml.affichees(octets, onglet.nom, {ou: n for ou, n in bruts.items() if ou not in dates})
    for ou, (ligne, c) in nus.items():
        del ligne.problemes[c]
        brut, lecteur = (
            (bruts[ou] + decalage, cells.date_) if ou in dates else (montrees.get(ou, bruts[ou]), cells.texte)
        )
        lue = _ligne(ligne.numero, [brut], [(0, c, lecteur)])
        ligne.valeurs |= lue.valeurs
        ligne.problemes |= lue.problemes


def _sans_les_lointaines(lignes: list[LigneLue], colonnes: dict[str, str]) -> tuple[list[LigneLue], list[str]]:
    gardees: list[LigneLue] = []
    lointaines: list[str] = []
    for ligne in lignes:
        remplies = ligne.valeurs.keys() | ligne.problemes.keys()
        loin = gardees and ligne.numero - gardees[-1].numero > TROU
        if loin and len(remplies) < TROU_VALEURS:
            lointaines += [f"{colonnes[c]}{ligne.numero}" for c in colonnes if c in remplies]
        else:
            gardees.append(ligne)
    return gardees, lointaines


def _a_droite(onglet: OngletBrut, entetes: Entetes) -> list[str]:
    """Cells beyond the last heading."""
    if not onglet.rangees or len(onglet.rangees[0]) <= entetes.largeur:  # every row of a tab is as wide
        return []
    return [
        adresse(onglet.colonne_0 + rang, numero)
        for numero, rangee in enumerate(onglet.rangees[entetes.premiere :], onglet.ligne_0 + entetes.premiere + 1)
        for rang, cellule in enumerate(rangee[entetes.largeur :], entetes.largeur)
        if cellule not in ("", None) and str(cellule).strip()
    ]


def _unknown_columns(onglet: OngletBrut, entetes: Entetes, trame: Trame) -> list[Constat]:
    """The columns of the table that are not of the trame and hold something, at their heading."""
    unknown = sorted(set(range(min(entetes.largeur, len(onglet.rangees[0])))) - set(entetes.places.values()))
    titles, rows = onglet.rangees[entetes.premiere - 1], onglet.rangees[entetes.premiere :]
    filled = {c: n for c in unknown if (n := sum(row[c] not in ("", None) for row in rows))}
    listed = list(filled.items())[:COLUMNS_LISTED]
    return [
        on_workbooks.colonne_ignoree(
            " ".join(str(titles[c] or "").split()),
            n,
            len(filled) - len(listed) if c == listed[-1][0] else 0,
            _rival(str(titles[c] or ""), [row[c] for row in rows], trame),
            feuille=onglet.nom,
            cellule=adresse(onglet.colonne_0 + c, onglet.ligne_0 + entetes.premiere),
        )
        for c, n in listed
    ]


def _rival(title: str, values: list[Any], trame: Trame) -> str:
    """The column of gains, by its heading, if this unknown one seems to be a second one: by its own, and its amounts."""
    known = trame.par_cle.get("gain_annuel")
    held = [v for v in values if v not in ("", None)]
    amounts = sum(isinstance(v, int | float) and abs(v) >= 1 for v in held)
    words = {word.rstrip("s") for word in re.findall(r"\w+", cle(title))}
    return known.titre if known and cle(known.titre).split()[0] in words and 2 * amounts > len(held) else ""
