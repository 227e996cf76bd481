"""The first tab: instructions, what the colours mean, what is asked once, and what each tab already adds up to."""

from __future__ import annotations

from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from config.campaign import Campagne
from config.folder import Dossier
from config.french import enumeration, jour, taux
from config.territory import Etablissement
from sheets import first_tab
from sheets.trame import Tampon, Trame
from sheets.trames.paat.columns import EUROS
from sheets.writing.style import (
    BLANC,
    BLEU,
    CADRE,
    GRIS,
    JAUNE_PALE,
    ORANGE_PALE,
    ROUGE_PALE,
    imprime,
    police,
    protege,
    titre,
)
from sheets.writing.tab import ENTETE

CONSIGNES = (
    "Un onglet par établissement, une ligne par achat. Les listes déroulantes donnent les valeurs attendues.",
    "Le gain se saisit sur 12 mois pleins, en euros TTC, sans prorata : Vigie le répartit. Une perte s'écrit en négatif.",
    "Le montant de référence est ce que l'achat coûtait avant, sur 12 mois : l'ancien montant, pas le nouveau.",
    "Seules les actions « réalisé » comptent ; il leur faut une date de 1re commande.",
    "Les colonnes grises se calculent seules. Vous pouvez filtrer et ajouter des lignes.",
    "Quand tout est saisi, choisissez « oui » en face de « Trame remise » et renvoyez ce fichier.",
)


def ecrit_accueil(
    feuille: Worksheet, trame: Trame, campagne: Campagne, tampon: Tampon, dossier: Dossier,
    onglets: list[tuple[Etablissement, Worksheet]],
) -> None:  # fmt: skip
    ght = dossier.territoire.ghts[tampon.ght].nom
    titre(feuille, f"{trame.titre} — {ght}", f"{campagne.titre.capitalize()} · situation au {jour(campagne.situation)} · "
           f"à remettre le {jour(campagne.echeance)} au plus tard")  # fmt: skip
    feuille["A3"] = str(tampon)
    feuille["A3"].font = police(8, couleur=GRIS)
    feuille.sheet_view.showGridLines = False
    for lettre, largeur in zip("ABCDEFG", (13, 46, 20, 15, 19, 12, 30), strict=True):
        feuille.column_dimensions[lettre].width = largeur
    ligne = 5
    for rang, consigne in enumerate(CONSIGNES, 1):
        ligne = _paragraphe(feuille, ligne, f"{rang}.", consigne)
    ligne = _legende(feuille, ligne + 1, dossier)
    for label, aide in first_tab.AIDES.items():
        feuille.cell(ligne, 1, label).font = police(gras=True)
        _saisie(feuille, ligne, 3)
        feuille.merge_cells(start_row=ligne, start_column=3, end_row=ligne, end_column=4)
        feuille.cell(ligne, 5, aide).font = police(9, italique=True, couleur=GRIS)
        if label == first_tab.REMISE:
            _oui(feuille, f"C{ligne}", "non")
        ligne += 1
    _tableau(feuille, ligne + 1, campagne, dossier, onglets, trame)
    protege(feuille)
    imprime(feuille)


def _paragraphe(feuille: Worksheet, ligne: int, puce: str, texte: str) -> int:
    feuille.cell(ligne, 1, puce).alignment = Alignment(horizontal="right", vertical="top")
    feuille.merge_cells(start_row=ligne, start_column=2, end_row=ligne, end_column=7)
    cellule = feuille.cell(ligne, 2, texte)
    cellule.alignment = Alignment(wrap_text=True, vertical="top")
    feuille.row_dimensions[ligne].height = 15 * (1 + len(texte) // 150)
    return ligne + 1


def _legende(feuille: Worksheet, ligne: int, dossier: Dossier) -> int:
    seuils = dossier.seuils
    familles = [
        f"{taux(b.premiere, 0)} et {taux(b.seconde, 0)} pour {f}" for f, b in dossier.nomenclature.bornes.items()
    ]
    particuliers = f" ({enumeration(familles)})" if familles else ""
    retirees = (
        "Ligne qui sera retirée : montant ou date absents, date hors exercice, gain supérieur au montant de référence, "
        f"performance au-dessus de {taux(seuils.performance_a_justifier, 0)} sans « Calcul des gains »{particuliers}."
    )
    a_expliquer = f"performance au-dessus de {taux(seuils.performance_a_expliquer, 0)}, numéro de marché absent."
    couleurs = (
        (ROUGE_PALE, retirees),
        (ORANGE_PALE, f"Explication attendue : {a_expliquer}"),
        (JAUNE_PALE, "Valeur obligatoire encore vide : en l'état, la ligne sera retirée."),
    )
    for couleur, texte in couleurs:
        suivante = _paragraphe(feuille, ligne, "", texte)
        feuille.cell(ligne, 1).fill = PatternFill("solid", start_color=couleur)
        feuille.cell(ligne, 1).border = CADRE
        ligne = suivante
    return ligne + 1


def _saisie(feuille: Worksheet, ligne: int, colonne: int) -> None:
    cellule = feuille.cell(ligne, colonne)
    cellule.fill, cellule.border = PatternFill("solid", start_color=JAUNE_PALE), CADRE
    cellule.protection = Protection(locked=False)


def _oui(feuille: Worksheet, plage: str, *autres: str) -> None:
    v = DataValidation("list", formula1=f'"{",".join((first_tab.OUI, *autres))}"', allow_blank=True)
    v.add(plage)
    feuille.add_data_validation(v)


def _tableau(
    feuille: Worksheet, ligne: int, campagne: Campagne, dossier: Dossier,
    onglets: list[tuple[Etablissement, Worksheet]], trame: Trame,
) -> None:  # fmt: skip
    """What is asked once per établissement, and what its tab already adds up to."""
    titres = (first_tab.FINESS, "Établissement", first_tab.ACHATS, first_tab.NEANT, "Gain de l'exercice", "Actions")
    for rang, nom in enumerate(titres, 1):
        cellule = feuille.cell(ligne, rang, nom)
        cellule.fill = PatternFill("solid", start_color=BLEU if rang in (3, 4) else GRIS)
        cellule.font, cellule.border = police(gras=True, couleur=BLANC), CADRE
        cellule.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
    feuille.row_dimensions[ligne].height = 34
    lettres = {c.cle: get_column_letter(rang) for rang, c in enumerate(trame.colonnes, 1)}
    premiere = ligne + 1
    positifs = []
    for e, onglet in onglets:
        ligne += 1
        cible = quote_sheetname(onglet.title)
        gains, annuels = (
            f"{cible}!${lettres[c]}${ENTETE + 1}:${lettres[c]}${onglet.max_row}"
            for c in ("gain_exercice", "gain_annuel")
        )
        valeurs = (e.finess, e.nom, _achats(dossier, e.finess, campagne), None, f"=SUM({gains})", f"=COUNTA({annuels})")
        for rang, valeur in enumerate(valeurs, 1):
            cellule = feuille.cell(ligne, rang, valeur)
            cellule.border = CADRE
            cellule.number_format = {1: "@", 3: EUROS, 5: EUROS}.get(rang, "General")
        for rang in (3, 4):
            _saisie(feuille, ligne, rang)
        feuille.cell(ligne, 2).hyperlink = f"#{cible}!A{ENTETE + 1}"
        feuille.cell(ligne, 2).font = Font(name="Calibri", size=10, color=BLEU, underline="single")
        positifs.append(f'SUMIF({gains},">0")')
    _oui(feuille, f"D{premiere}:D{ligne}")
    feuille.cell(ligne + 1, 2, "Total").font = police(gras=True)
    for rang in (5, 6):
        lettre = get_column_letter(rang)
        cellule = feuille.cell(ligne + 1, rang, f"=SUM({lettre}{premiere}:{lettre}{ligne})")
        cellule.font, cellule.border = police(gras=True), CADRE
        cellule.number_format = EUROS if rang == 5 else "General"
    feuille.cell(ligne + 2, 2, "dont gains positifs (base du poids des actions)").font = police(
        9, italique=True, couleur=GRIS
    )
    feuille.cell(ligne + 2, 5, "=" + "+".join(positifs)).number_format = EUROS
    assert feuille.parent is not None
    feuille.parent.defined_names["total_positif"] = DefinedName(
        "total_positif", attr_text=f"{quote_sheetname(feuille.title)}!$E${ligne + 2}"
    )


def _achats(dossier: Dossier, finess: str, campagne: Campagne) -> float | None:
    cents = dossier.achats.get((finess, campagne.exercice))
    return cents / 100 if cents else None
