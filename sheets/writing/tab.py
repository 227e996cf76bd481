"""The tab of one établissement: headings, drop-downs, numbered lines with their formulas, locks."""

from __future__ import annotations

from copy import copy
from dataclasses import replace

from openpyxl import Workbook
from openpyxl.styles import Alignment, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from config.campaign import Campagne
from config.folder import Dossier
from config.french import jour
from config.territory import Etablissement
from sheets.trame import Colonne, Tampon, Trame
from sheets.writing.colours import ecrit_couleurs
from sheets.writing.style import BLANC, BLEU, BLEU_CLAIR, CADRE, GRIS, GRIS_PALE, imprime, police, protege, titre

LIGNES = 300
"""Lines prepared with a number and formulas; people may go further down, everything is read all the same."""
ENTETE = 4
"""Row of the headings; the data begin just below."""


def ecrit_onglet(
    livre: Workbook, nom: str, etablissement: Etablissement, trame: Trame, campagne: Campagne, tampon: Tampon,
    dossier: Dossier, listes: dict[str, str], lignes: int | None = None,
) -> Worksheet:  # fmt: skip
    lignes = lignes or LIGNES
    feuille: Worksheet = livre.create_sheet(nom)
    lettres = {c.cle: get_column_letter(rang) for rang, c in enumerate(trame.colonnes, 1)}
    fin = ENTETE + lignes
    ght = dossier.territoire.ghts[tampon.ght].nom
    titre(feuille, f"{etablissement.nom}", f"{ght} · {campagne.titre} · situation au {jour(campagne.situation)}")
    feuille["A3"] = str(replace(tampon, finess=etablissement.finess))
    feuille["A3"].font = police(8, couleur=GRIS)
    _entetes(feuille, trame)
    premiere = ENTETE + 1
    references = {c: f"${lettre}{premiere}" for c, lettre in lettres.items()}
    for c in trame.colonnes:
        if formule := listes.get(c.cle):
            feuille.add_data_validation(
                _deroulante(c, formule.format(**references), f"{lettres[c.cle]}{premiere}:{lettres[c.cle]}{fin}")
            )
    _lignes_preparees(feuille, trame, lettres, campagne, lignes)
    bornes = {b: listes[b].format(**references) for b in ("borne_1", "borne_2")}
    ecrit_couleurs(feuille, trame, references | bornes | {"exercice": str(campagne.exercice)}, premiere, fin)
    feuille.freeze_panes = f"{lettres['famille']}{premiere}"
    feuille.auto_filter.ref = f"A{ENTETE}:{get_column_letter(len(trame.colonnes))}{fin}"
    protege(feuille)
    imprime(feuille, f"{ENTETE}:{ENTETE}")
    return feuille


def _entetes(feuille: Worksheet, trame: Trame) -> None:
    for rang, c in enumerate(trame.colonnes, 1):
        ecrit_entete(feuille, ENTETE, rang, c)
        colonne = feuille.column_dimensions[get_column_letter(rang)]
        # A style on the whole column costs nothing per cell, and holds for lines added further down.
        colonne.number_format = format_de(c)
        colonne.protection = Protection(locked=not c.saisie)
        colonne.alignment = alignement_de(c)


def ecrit_entete(feuille: Worksheet, ligne: int, rang: int, c: Colonne) -> None:
    """The heading of a column, and the width under it."""
    feuille.row_dimensions[ligne].height = 48
    cellule = feuille.cell(ligne, rang, c.titre)
    fond = BLEU if c.saisie and c.requis else BLEU_CLAIR if c.saisie else GRIS
    cellule.fill = PatternFill("solid", start_color=fond)
    cellule.font = police(gras=bool(c.requis), couleur=BLANC)
    cellule.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
    cellule.border = CADRE
    feuille.column_dimensions[get_column_letter(rang)].width = c.largeur


def format_de(c: Colonne) -> str:
    """The number format of a column: codes and labels are text, so that no zero is lost."""
    return "@" if c.genre in ("texte", "liste", "nomenclature") else c.format or "General"


def alignement_de(c: Colonne) -> Alignment:
    droite = c.genre in ("euros", "nombre", "entier", "calcul")
    return Alignment(horizontal="right" if droite else "left", vertical="center")


def _lignes_preparees(
    feuille: Worksheet, trame: Trame, lettres: dict[str, str], campagne: Campagne, lignes: int
) -> None:
    """Numbers and formulas. One style per column, made once: styling each cell takes most of the time."""
    for rang, c in enumerate(trame.colonnes, 1):
        if not c.formule and c.cle != "action_id":
            continue
        modele = feuille.cell(ENTETE + 1, rang)
        modele.number_format, modele.alignment = format_de(c), alignement_de(c)
        modele.fill, modele.font = PatternFill("solid", start_color=GRIS_PALE), police(couleur=GRIS)
        for n in range(1, lignes + 1):
            references = {k: f"${lettre}{ENTETE + n}" for k, lettre in lettres.items()}
            references |= {"exercice": str(campagne.exercice), "total_positif": "total_positif"}
            valeur = f"={c.formule.format(**references)}" if c.formule else f"{n:04d}"
            feuille.cell(ENTETE + n, rang, valeur)._style = copy(modele._style)  # type: ignore[attr-defined, union-attr]


def _deroulante(c: Colonne, formule: str, plage: str) -> DataValidation:
    """Required lists refuse what is not in them; the nomenclature only warns, as the checks do."""
    stricte = c.genre == "liste"
    v = DataValidation("list", formula1=formule, allow_blank=True, errorStyle="stop" if stricte else "warning")
    v.errorTitle, v.promptTitle = c.titre[:32], c.titre[:32]
    v.error = (
        "Choisissez une valeur de la liste." if stricte else "Ce libellé n'est pas dans la nomenclature. Le garder ?"
    )
    v.prompt, v.showErrorMessage, v.showInputMessage = c.aide[:255], True, True
    v.add(plage)
    return v
