"""A tab's raw rows → typed lines with their problems. Tells actions from blank lines, totals and stray cells.

Never judges whether a line is right: that is `sheets.judging`.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from operator import itemgetter
from typing import Any

from config.discretion import MASQUE, SECRET
from config.dossier import Dossier
from config.langue import cle, enumeration
from config.langue import euros as euros_fr
from sheets import cells
from sheets.adresse import adresse, lettre
from sheets.cells import Doubtful, Probleme, Reconnu
from sheets.checks import classeur
from sheets.constats import Constat
from sheets.listes import listes
from sheets.reading import loupe
from sheets.reading.excel import MalLu, OngletBrut
from sheets.reading.formats import SCALED, WORDED
from sheets.reading.headings import ANCRES, Entetes, trouve
from sheets.reading.shown import doubtful_below, other_units
from sheets.trame import Colonne, Trame, cle_entete

TROU = 20
"""After that many blank lines, a line with fewer than `TROU_VALEURS` values is a stray note, not an action."""
TROU_VALEURS = 3
NOMBRE_NU = "nombre-nu"
"""Code of a bare number in a column of texts or dates, until the workbook has said what it shows; never told."""
COLUMNS_LISTED = 8
"""Columns that nobody knows, past which the others are only counted."""
_1904 = 1_462
"""Days between the two calendars of Excel."""
SUMS_ASKED = 200
"""Amounts alone on their line past which none is looked at: they are no totals."""
TOTALS_CHECKED = 20
"""Total lines of a tab that are checked against its lines; past them, something else is wrong."""
CENTS_OF_ROUNDING = 100
_SHOWN = {
    SCALED: "se montre divisé par mille ou plus dans sa case.",
    WORDED: "se montre avec un mot qui n'est pas « € » dans sa case.",
}
"""Why an amount that a format dresses otherwise may not be what it seems."""
_ZEROS = frozenset(("0", "00:00:00", "30/12/1899", "31/12/1899", "01/01/1900", "01/01/1904"))
"""What is seen of 0 where no amount is expected, a date say."""
_TOTAL = re.compile(r"(?:(?:sous|s|grand|gains?|montants?) )?tota(?:l|ux)\b|somme\b|cumul\b|ensemble$")

Lecteur = Callable[[object], cells.Lu]


@dataclass(slots=True)
class LigneLue:
    """A line as read: values by column, and problems by column. Rank in the sheet from 1."""

    numero: int
    valeurs: dict[str, Any]
    problemes: dict[str, Probleme | Reconnu | Doubtful]


@dataclass(frozen=True, slots=True)
class OngletLu:
    colonnes: dict[str, str]
    lignes: list[LigneLue]
    vides: int
    ignorees: int
    constats: list[Constat]
    utilisable: bool
    entete: int = 0
    """Row of the headings in the sheet."""


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
    if vides and not relu and loupe.rangee_en_double(octets, onglet.nom):
        raise MalLu(f"Deux lignes de l'onglet « {onglet.nom} » portent le même numéro.")
    lointaines += _a_droite(onglet, entetes)
    constats = list(entetes.constats)
    sums = loupe.sums(octets, onglet.nom, _could_be_sums(lignes, trame, colonnes))
    gardees, totaux = _sans_les_totaux(lignes, trame, {int(ou.lstrip(string.ascii_uppercase)) for ou in sums})
    for ligne in totaux:
        montant = ligne.valeurs.get("gain_annuel")
        constats.append(classeur.ligne_de_total(montant, feuille=onglet.nom, ligne=ligne.numero))
    constats += _wrong_totals(gardees, totaux[:TOTALS_CHECKED], trame, colonnes, onglet.nom)
    constats += _unknown_columns(onglet, entetes, trame)
    if lointaines:
        constats.append(classeur.cellule_lointaine(lointaines, feuille=onglet.nom, cellule=lointaines[0]))
    _cherche_les_formules(gardees, trame, colonnes, onglet.nom, octets)
    refused = _look_at_units(gardees, trame, colonnes, onglet.nom, octets)
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
    decalage = _1904 if dates and loupe.en_1904(octets) else 0
    montrees = loupe.affichees(octets, onglet.nom, {ou: n for ou, n in bruts.items() if ou not in dates})
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
        classeur.colonne_ignoree(
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


def _could_be_sums(lignes: list[LigneLue], trame: Trame, colonnes: dict[str, str]) -> list[str]:
    """The amounts of the lines that hold nothing else than amounts and a label: an action says what it is."""
    asked = [
        f"{colonnes[c]}{ligne.numero}"
        for ligne in lignes
        if "date_premiere_commande" not in ligne.valeurs and _has_only_a_label(ligne, trame)
        for c in ligne.valeurs
        if trame.par_cle[c].genre == "euros"
    ]
    return asked if len(asked) <= SUMS_ASKED else []


def _words(ligne: LigneLue, trame: Trame) -> list[str]:
    """What a line says in words, the number that we have given it aside."""
    return [t for c, t in ligne.valeurs.items() if isinstance(t, str) and not trame.par_cle[c].a_nous]


def _has_only_a_label(ligne: LigneLue, trame: Trame) -> bool:
    """Whether a line names nothing of its own: no word at all, or one that many lines share, as a famille."""
    said = [c for c, t in ligne.valeurs.items() if isinstance(t, str) and not trame.par_cle[c].a_nous]
    return not said or (len(said) == 1 and trame.par_cle[said[0]].genre == "nomenclature")


def _adds_up(ligne: LigneLue, above: list[LigneLue]) -> bool:
    """Whether the gain of a line is that of several lines just above it, from any of them on."""
    gains = accumulate(li.valeurs.get("gain_annuel") or 0 for li in reversed(above))
    return bool(ligne.valeurs.get("gain_annuel")) and ligne.valeurs["gain_annuel"] in list(gains)[1:]


def _sans_les_totaux(
    lignes: list[LigneLue], trame: Trame, sums: Collection[int]
) -> tuple[list[LigneLue], list[LigneLue]]:  # fmt: skip
    """The actions, and the lines that are none: totals, and headings repeated as they are for print.

    `sums` are the numbers of the lines of amounts and a label alone where a formula adds others up.
    """
    bare = {li.numero for li in lignes if "date_premiere_commande" not in li.valeurs and _has_only_a_label(li, trame)}
    looked_at = bare if len(bare) <= SUMS_ASKED else set()
    gardees: list[LigneLue] = []
    autres: list[LigneLue] = []
    somme = 0
    for ligne in lignes:
        equal = len(gardees) > 1 and ligne.valeurs.get("gain_annuel") == somme != 0
        label = equal and len(_words(ligne, trame)) <= 1
        silent = ligne.numero in sums or label or (ligne.numero in looked_at and _adds_up(ligne, gardees))
        if _repete_les_entetes(ligne, trame) or _est_un_total(ligne, trame, silent=silent):
            autres.append(ligne)
        else:
            gardees.append(ligne)
            somme += ligne.valeurs.get("gain_annuel") or 0
    return gardees, autres


def _repete_les_entetes(ligne: LigneLue, trame: Trame) -> bool:
    if not ligne.problemes:  # a heading is no amount, no date and no label of a list
        return False
    textes = [t for t in ligne.valeurs.values() if isinstance(t, str)] + [p.vu for p in ligne.problemes.values()]
    return len(textes) >= ANCRES and sum(cle_entete(t) in trame.entetes for t in textes) > len(textes) // 2


def _est_un_total(ligne: LigneLue, trame: Trame, *, silent: bool) -> bool:
    """A line without status that says « total », or that holds nothing but a sum: by its formula, or of what stands above."""
    statut = ligne.problemes.get("statut")
    if "statut" in ligne.valeurs or (statut and not _TOTAL.match(cle(statut.vu))):
        return False
    textes = [cle(t) for t in ligne.valeurs.values() if isinstance(t, str)]
    return silent or statut is not None or any(map(_TOTAL.match, textes))


def _wrong_totals(
    lignes: list[LigneLue], totaux: list[LigneLue], trame: Trame, colonnes: dict[str, str], feuille: str
) -> Iterator[Constat]:
    """Totals that no run of the lines above them adds up to, nor all the lines, nor those of a status alone."""
    for total in totaux:
        for c in (c for c in total.valeurs if trame.par_cle[c].genre == "euros"):
            above = [ligne for ligne in lignes if ligne.numero < total.numero] or lignes
            written, added = total.valeurs[c], sum(ligne.valeurs.get(c) or 0 for ligne in above)
            if lignes and not any(abs(written - s) <= CENTS_OF_ROUNDING for s in _sums(above, lignes, c)):
                dit = classeur.total_different(written, added, trame.par_cle[c].titre, feuille=feuille,
                                               ligne=total.numero, cellule=f"{colonnes[c]}{total.numero}")  # fmt: skip
                yield dit


def _sums(above: list[LigneLue], lignes: list[LigneLue], colonne: str) -> Iterator[int]:
    """What a total may well be: of the lines just above it, from any of them on, whatever their status or of one alone."""
    for statuts in (None, {"réalisé"}, {"réalisé", "notifié"}):
        for tous in (reversed(above), lignes):
            kept = (
                li.valeurs.get(colonne) or 0 for li in tous if statuts is None or li.valeurs.get("statut") in statuts
            )
            yield from accumulate(kept)


def _cherche_les_formules(
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
    ones = any(100 in ligne.valeurs.values() for ligne in lignes) and loupe.is_open_document(octets)
    hollow: set[int | str] = {0, "0", 100} if ones else {0, "0"}
    zeros = {
        f"{colonnes[c]}{ligne.numero}": (ligne, c)
        for ligne in lignes
        if ligne.problemes or not hollow.isdisjoint(ligne.valeurs.values())
        for c in _zeros(ligne, hollow)
    }
    if vides or zeros:
        for adresse, probleme in loupe.cachees(octets, feuille, vides, zeros).items():
            ligne, colonne = (vides | zeros)[adresse]
            ligne.problemes[colonne] = probleme
            ligne.valeurs.pop(colonne, None)


def _zeros(ligne: LigneLue, hollow: Collection[int | str]) -> Iterator[str]:
    """The columns that hold 0, under whatever guise, or 1 € where a truth is kept so."""
    yield from (c for c, v in ligne.valeurs.items() if v in hollow)
    yield from (c for c, p in ligne.problemes.items() if type(p) is Probleme and p.vu in _ZEROS)


def _look_at_units(
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
            refused.append(classeur.unite_de_colonne(vu, titre, units[siens[0]], feuille=feuille, cellule=siens[0]))
    for ou, unit in units.items():
        ligne, c = places[ou]
        vu = euros_fr(ligne.valeurs[c])
        if why := _SHOWN.get(unit):
            ligne.problemes.setdefault(c, Doubtful(ligne.valeurs[c], vu, why))
        else:
            ligne.problemes[c] = Probleme("unite-de-cellule", vu, unit)
            del ligne.valeurs[c]
    return refused
