"""The workbook of findings that a referent fills: one row per finding, a drop-down to decide, a cell to say why.

Written with openpyxl, read back like any workbook that came from outside. Decides nothing by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from config.errors import UserError
from config.french import cle, enumeration, jour
from reports.view import Sujet, Vue
from sheets.cells import texte
from sheets.checks import CATALOGUE
from sheets.findings import Gravite
from sheets.reading import opening
from sheets.reading.second_try import tabs_of
from sheets.register import stored_lines
from sheets.register.decisions import notes
from sheets.register.stored_lines import ConstatRecu
from sheets.register.what_counts import OngletRecu
from sheets.trames.paat.columns import EUROS
from sheets.writing.safe_cells import Valeur, case, hauteur, pose
from sheets.writing.seal import sealed
from sheets.writing.style import BLANC, BLEU, BLEU_CLAIR, CADRE, JAUNE_PALE, ORANGE_PALE, ROUGE_PALE, imprime, police

DECISIONS = {"garder": "retenir", "retirer": "retirer", "rendre aux contrôles": "revenir"}
"""What a referent chooses in the drop-down → the decision it is."""
COLONNES = (("Référence", 32), ("Établissement", 28), ("Cellule", 12), ("Constat", 56), ("À faire", 44), ("Euros en jeu", 14),
            ("Décision", 16), ("Motif", 36), ("Déjà décidé", 30), ("Notes", 30), ("Gravité", 9), ("Contrôle", 28),
            ("GHT", 24), ("Fichier", 28))  # fmt: skip
"""Heading and width: what is read, then what is filled, then where it comes from."""
A_REMPLIR = ("Décision", "Motif")
FONDS = {Gravite.REJET: ROUGE_PALE, Gravite.ALERTE: ORANGE_PALE}
TITRE = "Constats"


def classeur(vue: Vue, sujet: Sujet) -> Workbook:
    """Every finding that strikes out or asks for a look in what counts, costliest first."""
    livre = Workbook()
    feuille = livre.active
    assert isinstance(feuille, Worksheet)
    feuille.title = TITRE
    feuille.append([titre for titre, _ in COLONNES])
    onglets = vue.comptent(sujet)
    noms = {o.finess: (vue.ght_de(o) or "", vue.dossier.territoire.etablissements[o.finess].nom) for o in onglets}
    dites = _notes(vue, onglets)
    for r in stored_lines.constats_de(vue.db, [o.id for o in onglets], (Gravite.REJET, Gravite.ALERTE), vue.au):
        ght, etablissement = noms[r.finess]
        _ecrit(feuille, r, vue.dossier.territoire.ghts[ght].nom if ght else "", etablissement, dites.get(r.reference))
    _met_en_forme(feuille)
    return livre


def _notes(vue: Vue, onglets: list[OngletRecu]) -> dict[str, str]:
    """By line, the words left on it."""
    dites: dict[str, list[str]] = {}
    for campagne in {o.campagne for o in onglets}:
        for n in notes(vue.db, campagne, [o.finess for o in onglets], vue.au):
            dites.setdefault(n.reference, []).append(f"{n.par} le {jour(date.fromisoformat(n.le[:10]))} : {n.texte}")
    return {reference: "\n".join(mots) for reference, mots in dites.items()}


def _ecrit(feuille: Worksheet, r: ConstatRecu, ght: str, etablissement: str, dit: str | None) -> None:
    c = r.constat
    contenu: dict[str, Valeur] = {
        "Référence": r.reference, "Établissement": etablissement, "Cellule": c.cellule or c.feuille, "Constat": c.message,
        "À faire": c.correction, "Euros en jeu": c.enjeu / 100 if c.enjeu else None, "Notes": dit,
        "Déjà décidé": r.decision.mots if r.decision else None, "Gravité": c.gravite.value,
        "Contrôle": CATALOGUE[c.code].titre, "GHT": ght, "Fichier": Path(r.chemin).name,
    }  # fmt: skip
    rang = feuille.max_row + 1
    for colonne, (titre, _) in enumerate(COLONNES, 1):
        cellule = pose(case(feuille, rang, colonne), contenu.get(titre))
        cellule.font, cellule.border, cellule.alignment = police(), CADRE, Alignment(vertical="top", wrap_text=True)
        if titre == "Euros en jeu":
            cellule.number_format = EUROS
        if titre in A_REMPLIR:
            cellule.fill = PatternFill("solid", start_color=JAUNE_PALE)
        if titre == "Gravité":
            cellule.fill = PatternFill("solid", start_color=FONDS[c.gravite])
    feuille.row_dimensions[rang].height = hauteur((str(contenu.get(t) or ""), large) for t, large in COLONNES)


def _met_en_forme(feuille: Worksheet) -> None:
    for colonne, (titre, largeur) in enumerate(COLONNES, 1):
        feuille.column_dimensions[get_column_letter(colonne)].width = largeur
        entete = feuille.cell(1, colonne)
        entete.font = police(gras=True, couleur=BLANC)
        entete.fill = PatternFill("solid", start_color=BLEU if titre in A_REMPLIR else BLEU_CLAIR)
        entete.alignment = Alignment(vertical="center", wrap_text=True)
    lettre = get_column_letter([titre for titre, _ in COLONNES].index("Décision") + 1)
    liste = DataValidation(type="list", formula1=f'"{",".join(DECISIONS)}"', allow_blank=True)
    liste.error = f"Choisissez : {enumeration(list(DECISIONS))}."
    feuille.add_data_validation(liste)
    liste.add(f"{lettre}2:{lettre}{max(feuille.max_row, 2)}")
    feuille.freeze_panes = "B2"
    feuille.auto_filter.ref = feuille.dimensions
    imprime(feuille, "1:1")


def lit_les_decisions(octets: bytes) -> list[tuple[str, str, str]]:
    """(reference, decision, reason) of every row where a decision was chosen. Raises UserError, naming the rows at fault."""
    try:
        feuille = next((o for o in tabs_of(octets) if o.nom == TITRE), None)
    except opening.Refus as refus:
        raise UserError(f"{refus.constat.message} {refus.constat.correction}") from refus
    if feuille is None or not feuille.rangees:
        raise UserError(f"Ce classeur n'a pas d'onglet « {TITRE} ». Partez de celui que fait : vigie report")
    entetes = [cle(str(t)) for t in feuille.rangees[0]]
    voulues = [cle(t) for t in ("Référence", "Décision", "Motif")]
    if manquent := [t for t in voulues if t not in entetes]:
        raise UserError(f"Colonnes introuvables : {enumeration(manquent)}. Partez du classeur que fait : vigie report")
    r, d, m = (entetes.index(t) for t in voulues)
    rangs = (
        (numero, texte(rangee[r]) or "", texte(rangee[d]) or "", texte(rangee[m]) or "")
        for numero, rangee in enumerate(feuille.rangees[1:], feuille.ligne_0 + 2)
    )
    return _decisions(rangs)


def _decisions(rangs: Iterable[tuple[int, str, str, str]]) -> list[tuple[str, str, str]]:
    prises: dict[str, tuple[str, str, str]] = {}
    plaintes = []
    for numero, reference, decision, motif in rangs:
        if not decision:
            continue
        sens = next((s for mot, s in DECISIONS.items() if cle(mot) == cle(decision)), "")
        if not sens:
            plaintes.append(
                f"ligne {numero} : « {decision} » n'est pas une décision ; choisissez {enumeration(list(DECISIONS))}."
            )
        elif not reference:
            plaintes.append(
                f"ligne {numero} : ce constat ne porte pas sur une ligne de trame, il ne se décide pas ici."
            )
        elif not motif:
            plaintes.append(f"ligne {numero} : le motif manque.")
        elif reference in prises and prises[reference][1] != sens:
            plaintes.append(f"ligne {numero} : {reference} reçoit plus haut une autre décision.")
        else:
            prises.setdefault(reference, (reference, sens, motif))
    if plaintes:
        raise UserError("Aucune décision n'est prise :\n" + "\n".join(f"  • {p}" for p in plaintes))
    return list(prises.values())


def enregistre(livre: Workbook) -> bytes:
    """The workbook's bytes."""
    return sealed(livre)
