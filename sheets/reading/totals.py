"""The lines of a tab that are no actions: totals, subtotals, headings repeated; and totals that nothing adds up to.

Never counts what such a line holds.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import accumulate

from config.french import cle
from sheets.checks import on_workbooks
from sheets.findings import Constat
from sheets.reading.headings import ANCRES
from sheets.reading.read_tab import LigneLue
from sheets.trame import Trame, cle_entete

SUMS_ASKED = 200
"""Amounts alone on their line past which none is looked at: they are no totals."""
TOTALS_CHECKED = 20
"""Total lines of a tab that are checked against its lines; past them, something else is wrong."""
CENTS_OF_ROUNDING = 100
_TOTAL = re.compile(r"(?:(?:sous|s|grand|gains?|montants?) )?tota(?:l|ux)\b|somme\b|cumul\b|ensemble$")


def could_be_sums(lignes: list[LigneLue], trame: Trame, colonnes: dict[str, str]) -> list[str]:
    """The amounts of the lines that hold nothing else than amounts and a label: an action says what it is."""
    asked = [
        f"{colonnes[c]}{ligne.numero}"
        for ligne in lignes
        if "date_premiere_commande" not in ligne.valeurs and _has_only_a_label(ligne, trame)
        for c in ligne.valeurs
        if trame.par_cle[c].genre == "euros"
    ]
    return asked if len(asked) <= SUMS_ASKED else []


def _columns_of_words(ligne: LigneLue, trame: Trame) -> list[str]:
    """The columns where a line says something in words, the number that we have given it aside."""
    return [c for c, t in ligne.valeurs.items() if isinstance(t, str) and not trame.par_cle[c].a_nous]


def _has_only_a_label(ligne: LigneLue, trame: Trame) -> bool:
    """Whether a line names nothing of its own: no word at all, or one that many lines share, as a famille."""
    said = _columns_of_words(ligne, trame)
    return not said or (len(said) == 1 and trame.par_cle[said[0]].genre == "nomenclature")


def _adds_up(ligne: LigneLue, above: list[LigneLue]) -> bool:
    """Whether the gain of a line is that of several lines just above it, from any of them on."""
    gains = accumulate(li.valeurs.get("gain_annuel") or 0 for li in reversed(above))
    return bool(ligne.valeurs.get("gain_annuel")) and ligne.valeurs["gain_annuel"] in list(gains)[1:]


def without_totals(
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
        label = equal and len(_columns_of_words(ligne, trame)) <= 1
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


def wrong_totals(
    lignes: list[LigneLue], totaux: list[LigneLue], trame: Trame, colonnes: dict[str, str], feuille: str
) -> Iterator[Constat]:
    """Totals that no run of the lines above them adds up to, nor all the lines, nor those of a status alone."""
    for total in totaux:
        for c in (c for c in total.valeurs if trame.par_cle[c].genre == "euros"):
            above = [ligne for ligne in lignes if ligne.numero < total.numero] or lignes
            written, added = total.valeurs[c], sum(ligne.valeurs.get(c) or 0 for ligne in above)
            if lignes and not any(abs(written - s) <= CENTS_OF_ROUNDING for s in _sums(above, lignes, c)):
                dit = on_workbooks.total_different(written, added, trame.par_cle[c].titre, feuille=feuille,
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
