"""One tab of a companion: the person's lines at their own cells, those to mend marked, noted and said in a sentence.

Never holds a formula: what the template computes is written as we computed it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, PatternFill
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from config.french import compte, euros
from sheets.cells import MASQUE
from sheets.checks import CATALOGUE
from sheets.findings import ORDRE, Constat, Gravite, rang
from sheets.judged import Ligne, Onglet
from sheets.trame import Colonne, Trame
from sheets.writing.safe_cells import Valeur, annote, case, hauteur, pose
from sheets.writing.style import (
    BLANC,
    BLEU_PALE,
    CADRE,
    GRIS,
    ORANGE,
    ORANGE_PALE,
    ROUGE,
    ROUGE_PALE,
    VERT_PALE,
    imprime,
    police,
    protege,
    titre,
)
from sheets.writing.tab import alignement_de, ecrit_entete, format_de

FONDS = {Gravite.REJET: ROUGE_PALE, Gravite.ALERTE: ORANGE_PALE, Gravite.INFO: BLEU_PALE}
ENCRES = {Gravite.REJET: ROUGE, Gravite.ALERTE: ORANGE, Gravite.INFO: GRIS}
MOTS = {Gravite.REJET: "Rejet", Gravite.ALERTE: "Alerte", Gravite.INFO: "Info"}
RETOUR = "retour"
LARGEUR_RETOUR = 72
LOIN = 60
"""A finding further than that below or to the right of the table is told at its top, so that the tab stays small."""
_ADRESSE = re.compile(r"([A-Z]{1,3})(\d{1,7})")


class Reglee(NamedTuple):
    """What a referent already settled: a line kept in spite of a finding, or struck, or a note. A sentence in French."""

    feuille: str
    ligne: int | None
    texte: str


@dataclass(frozen=True, eq=False)
class Page:
    """A tab to write, and what there is to say in it. `positif`: positive gains of the whole workbook, in cents."""

    feuille: Worksheet
    onglet: Onglet
    trame: Trame
    etablissement: str
    constats: Sequence[Constat]
    reglees: Sequence[Reglee]
    positif: int

    @cached_property
    def places(self) -> dict[str, int]:
        """The rank of each column, where the person has it; ours for the sentences stands last if it was lost."""
        places = {c: column_index_from_string(lettre) for c, lettre in self.onglet.colonnes.items()}
        return places if RETOUR in places else {**places, RETOUR: max(places.values(), default=0) + 1}

    @cached_property
    def derniere(self) -> int:
        return max((ligne.numero for ligne in self.onglet.lignes), default=self.onglet.entete)

    def ancre(self, c: Constat) -> tuple[int, int]:
        """(row, column) of the cell where a finding is shown: its own, else the beginning of its line, else the title."""
        lu = _ADRESSE.fullmatch(c.cellule)
        ligne, colonne = (int(lu[2]), column_index_from_string(lu[1])) if lu else (c.ligne or 0, 0)
        if 0 < ligne <= self.derniere + LOIN and colonne <= max(self.places.values()) + LOIN:
            return ligne, colonne or min(self.places.values())
        return 1, 1

    def adresse(self, c: Constat) -> str:
        """« S14 »: where the summary sends for this finding."""
        ligne, colonne = self.ancre(c)
        return f"{get_column_letter(colonne)}{ligne}"


def phrase(c: Constat) -> str:
    """« Rejet : what is wrong → what to do »."""
    return f"{MOTS[c.gravite]} : {c.message} → {c.correction}"


def ecrit_page(page: Page, marque: str) -> None:
    """Write the tab. The headings and every line stand in the row they have in the person's file."""
    feuille, entete = page.feuille, max(page.onglet.entete, 1)
    _haut(page, marque, entete)
    _entetes(page, entete)
    _lignes(page)
    _marque_les_cellules(page)
    _phrases(page, entete)
    famille = page.places.get("famille", 1)
    feuille.freeze_panes = f"{get_column_letter(famille)}{entete + 1}"
    feuille.auto_filter.ref = f"A{entete}:{get_column_letter(max(page.places.values()))}{max(page.derniere, entete)}"
    pire = min((c.gravite for c in page.constats), key=ORDRE.__getitem__, default=None)
    feuille.sheet_properties.tabColor = FONDS[pire] if pire else VERT_PALE
    protege(feuille)
    imprime(feuille, f"{entete}:{entete}")
    feuille.page_setup.fitToWidth = 2
    feuille.print_title_cols = f"A:{get_column_letter(max(famille - 1, 1))}"


def _haut(page: Page, marque: str, entete: int) -> None:
    """Title, what is left to mend, and the mark; as much of it as there is room for above the headings."""
    t = page.onglet.totaux
    dit = f"{compte(t.lignes_rejetees, 'ligne retirée', 'lignes retirées')} sur {t.lignes_rejetees + t.lignes_retenues}"
    titre(page.feuille, page.etablissement, f"{dit} · {euros(t.gain_retire)} en moins" if t.lignes_lues else "")
    pose(page.feuille["A3"], marque).font = police(9, gras=True, couleur=ROUGE)
    for ligne in range(entete, 4):
        page.feuille.cell(ligne, 1).value = None
    if page.onglet.refuse and entete > 2:
        page.feuille["A2"] = "Cet onglet n'a pas été lu : voyez la note sur les en-têtes, et le premier onglet."
        page.feuille["A2"].font = police(10, gras=True, couleur=ROUGE)


def _entetes(page: Page, entete: int) -> None:
    for cle, colonne in page.places.items():
        ecrit_entete(page.feuille, entete, colonne, page.trame.par_cle[cle])
    page.feuille.column_dimensions[get_column_letter(page.places[RETOUR])].width = LARGEUR_RETOUR
    for colonne in set(range(1, max(page.places.values()))) - set(page.places.values()):
        cellule = page.feuille.cell(entete, colonne, "(colonne à vous, non lue)")
        cellule.fill, cellule.font = PatternFill("solid", start_color=GRIS), police(8, italique=True, couleur=BLANC)
        cellule.alignment, cellule.border = Alignment(wrap_text=True, vertical="center"), CADRE


def _lignes(page: Page) -> None:
    """The values of each line. One style per column, made once: styling each cell takes most of the time."""
    saisis = _tels_que_saisis(page.constats)
    styles: dict[str, Any] = {}
    for ligne in page.onglet.lignes:
        calculees = _calculs(ligne, page.positif)
        for cle, colonne in page.places.items():
            c = page.trame.par_cle[cle]
            valeur = calculees.get(cle) if c.genre == "calcul" else _valeur(c, ligne, saisis)
            cellule = case(page.feuille, ligne.numero, colonne)
            if valeur is not None:
                pose(cellule, valeur)
            if cle not in styles:
                styles[cle] = _style(cellule, c)
            if cellule.quotePrefix:
                _style(cellule, c)
            else:
                cellule._style = copy(styles[cle])  # type: ignore[attr-defined]


def _style(cellule: Cell, c: Colonne) -> Any:
    """Give a cell the look of its column; return the style, to be shared."""
    cellule.number_format = format_de(c)
    cellule.alignment = Alignment(horizontal=alignement_de(c).horizontal, vertical="top")
    cellule.font = police(couleur=GRIS) if not c.saisie else police()
    return cellule._style  # type: ignore[attr-defined]


def _tels_que_saisis(constats: Iterable[Constat]) -> dict[tuple[int, str], str]:
    """What was typed in the cells that were read otherwise, or not at all, by line and column."""
    codes = {code for code, controle in CATALOGUE.items() if controle.portee == "cellule"} | {"numero-en-double"}
    return {(c.ligne, c.colonne): c.valeur for c in constats if c.ligne and c.valeur and c.code in codes}


def _valeur(c: Colonne, ligne: Ligne, saisis: Mapping[tuple[int, str], str]) -> Valeur:
    lue: Valeur = getattr(ligne.valeurs, c.cle)
    if isinstance(lue, str) and MASQUE in lue:
        return lue
    saisie = saisis.get((ligne.numero, c.cle))
    if saisie is not None:
        return saisie
    return lue / 100 if c.genre == "euros" and isinstance(lue, int) else lue


def _calculs(ligne: Ligne, positif: int) -> dict[str, float]:
    """The computed columns of a PAAT line, as we compute them: euros, and fractions."""
    gain = ligne.mesure.gain_exercice
    calcules = {"gain_exercice": gain / 100, "report": ligne.mesure.report / 100}
    if positif:
        calcules["poids"] = gain / positif
    annuel, reference = (getattr(ligne.valeurs, c, None) for c in ("gain_annuel", "montant_reference"))
    if annuel is not None and reference and reference > 0:
        calcules["performance"] = annuel / reference
    return calcules


def _marque_les_cellules(page: Page) -> None:
    """Colour the cell of each finding and put its note there; several findings share one note."""
    par_cellule: dict[tuple[int, int], list[Constat]] = defaultdict(list)
    for c in sorted(page.constats, key=rang):
        par_cellule[page.ancre(c)].append(c)
    for (ligne, colonne), siens in par_cellule.items():
        cellule = case(page.feuille, ligne, colonne)
        if ligne > page.onglet.entete:
            cellule.fill, cellule.border = PatternFill("solid", start_color=FONDS[siens[0].gravite]), CADRE
        annote(cellule, "\n\n".join(_note(c) for c in siens))


def _note(c: Constat) -> str:
    ou = f"{c.cellule} — " if c.cellule else ""
    return f"{MOTS[c.gravite].upper()} · {ou}{CATALOGUE[c.code].titre}\n{c.message}\n→ {c.correction}"


def _phrases(page: Page, entete: int) -> None:
    """In the column kept for it, what is to be said of each line: what was written there, findings, what was settled."""
    textes: dict[int, list[str]] = defaultdict(list)
    pires: dict[int, Gravite] = {}
    for ligne in page.onglet.lignes:
        if deja := getattr(ligne.valeurs, RETOUR, None):
            textes[ligne.numero].append(deja)
    for c in sorted(page.constats, key=rang):
        if c.ligne and entete < c.ligne <= page.derniere + LOIN:
            textes[c.ligne].append(phrase(c))
            pires.setdefault(c.ligne, c.gravite)
    for r in page.reglees:
        if r.ligne and entete < r.ligne <= page.derniere + LOIN:
            textes[r.ligne].append(f"Déjà réglé : {r.texte}")
    for numero, siens in textes.items():
        _phrase(page, numero, "\n".join(siens), pires.get(numero))


def _phrase(page: Page, numero: int, texte: str, pire: Gravite | None) -> None:
    feuille = page.feuille
    cellule = case(feuille, numero, page.places[RETOUR])
    pose(cellule, texte).alignment = Alignment(wrap_text=True, vertical="top")
    cellule.number_format, cellule.border = "@", CADRE
    cellule.font, cellule.fill = police(9), PatternFill("solid", start_color=FONDS[pire] if pire else VERT_PALE)
    if pire:
        premiere = feuille.cell(numero, min(page.places.values()))
        premiere.font = police(gras=True, couleur=ENCRES[pire])
        premiere.fill = PatternFill("solid", start_color=FONDS[pire])
    feuille.row_dimensions[numero].height = hauteur([(texte, LARGEUR_RETOUR * 1.1)])
