"""The workbook of the lines behind a figure: each at its address, what was struck out of it and why; it adds up to the cent.

It may leave for a chat: labels of ours, codes, amounts and addresses, never a text that someone typed, nor a price.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from config.french import jour
from reports.sayable import cellule_dicible, labels_connus, reference_dicible
from reports.view import Sujet, Vue, somme
from sheets import writing
from sheets.checks import CATALOGUE
from sheets.findings import Gravite
from sheets.register import received_files, stored_lines
from sheets.register.stored_lines import LigneRecue
from sheets.register.what_counts import OngletRecu
from sheets.trames.paat.columns import EUROS
from sheets.writing.safe_cells import Valeur, case, hauteur, pose
from sheets.writing.seal import sealed
from sheets.writing.style import BLANC, BLEU, BLEU_PALE, CADRE, GRIS, ROUGE_PALE, imprime, police

COLONNES = (("Référence", 31), ("GHT", 30), ("Établissement", 34), ("Famille", 26), ("Déclaré (€)", 15), ("Retiré (€)", 15),
            ("Retenu (€)", 15), ("Pourquoi", 46), ("Fichier", 34), ("Onglet", 30), ("Cellule", 9))  # fmt: skip
MONTANTS = ("Déclaré (€)", "Retiré (€)", "Retenu (€)")
TOTAL, ENTETE = 4, 5
"""The row of the totals, kept in sight above the headings of the lines."""
AUTRE_LABEL, AUTRE_ONGLET = "libellé hors nomenclature", "onglet renommé"


def xlsx(vue: Vue, sujet: Sujet, titre: str, pied: str) -> bytes:
    """The workbook's bytes: every line that bears on the exercice, largest first.

    Raises RuntimeError if the lines do not add up to the figure: a workbook that does not is never handed out.
    """
    onglets = vue.comptent(sujet)
    lignes = stored_lines.lignes_de(vue.db, [o.id for o in onglets], vue.au)
    attendu = somme(onglets)
    totaux = (sum(li.gain_exercice for li in lignes), sum(li.retire for li in lignes))
    if totaux != (attendu.gain_declare, attendu.gain_retire):
        raise RuntimeError(f"the lines make {totaux}, the figure says {attendu}")
    livre = Workbook()
    feuille = livre.active
    assert isinstance(feuille, Worksheet)
    feuille.title = "Lignes"
    pose(case(feuille, 1, 1), titre).font = police(14, gras=True, couleur=BLEU)
    for rang, texte in enumerate(pied.split("\n"), 2):
        pose(case(feuille, rang, 1), texte).font = police(couleur=GRIS)
    _totaux(feuille, *totaux)
    for rang, rangee in enumerate(_rangees(vue, onglets, lignes), ENTETE + 1):
        _ecrit(feuille, rang, rangee)
    _met_en_forme(feuille)
    livre.properties.title, livre.properties.creator = titre, "Vigie"
    return sealed(livre)


def _rangees(vue: Vue, onglets: Sequence[OngletRecu], lignes: Sequence[LigneRecue]) -> list[dict[str, Valeur]]:
    connus, motifs = labels_connus(vue.dossier), _motifs(vue, onglets)
    fichiers = _fichiers(vue, {o.campagne for o in onglets})
    noms = _noms_d_onglets(vue, onglets)
    par_finess = {o.finess: o for o in onglets}
    territoire = vue.dossier.territoire
    rendues: list[dict[str, Valeur]] = []
    for li in lignes:
        ght = vue.ght_de(par_finess[li.finess])
        rendues.append({
            "Référence": reference_dicible(li.reference), "GHT": territoire.ghts[ght].nom if ght else "",
            "Établissement": territoire.etablissements[li.finess].nom,
            "Famille": li.famille if li.famille in connus or not li.famille else AUTRE_LABEL,
            "Déclaré (€)": _euros(li.gain_exercice), "Retiré (€)": _euros(li.retire) if li.retire else None,
            "Retenu (€)": _euros(li.gain_exercice - li.retire), "Pourquoi": _pourquoi(li, motifs.get(li.reference, ())),
            "Fichier": fichiers.get(li.fichier, ""), "Cellule": cellule_dicible(li.cellule),
            "Onglet": li.feuille if li.feuille == noms.get((li.campagne, li.finess)) else AUTRE_ONGLET,
        })  # fmt: skip
    return rendues


def _motifs(vue: Vue, onglets: Sequence[OngletRecu]) -> dict[str, list[str]]:
    """By line, the rules that strike it out, under their own titles."""
    dits: dict[str, list[str]] = {}
    for r in stored_lines.constats_de(vue.db, [o.id for o in onglets], (Gravite.REJET,), vue.au):
        titre = f"{CATALOGUE[r.constat.code].titre} ({r.constat.code})"
        if r.reference and titre not in dits.setdefault(r.reference, []):
            dits[r.reference].append(titre)
    return dits


def _pourquoi(li: LigneRecue, regles: Sequence[str]) -> str:
    """Struck or kept, by a rule or by a decision; the reason that someone wrote for it stays in the house."""
    mots = []
    if li.decision:
        mots.append("retirée par décision" if li.retire else "gardée par décision")
    elif regles:
        mots.append("retirée" if li.retire else "signalée, reste comptée")
    mots += regles
    if li.reportee_de:
        mots.append(f"report de {li.reportee_de.split('/')[0]}")
    return " ; ".join(mots)


def _fichiers(vue: Vue, campagnes: set[str]) -> dict[int, str]:
    """How each file is called: by the name we gave its trame, else by the day it came and its number in the register."""
    dits = {}
    for f in received_files.fichiers_recus(vue.db, sorted(campagnes), vue.au):
        notre = writing.nom_de_fichier(f.ght, vue.dossier.campagnes[f.campagne], vue.dossier)
        venu = f"reçu le {jour(date.fromisoformat(f.recu_le))} (n° {f.id})"
        dits[f.id] = f"{notre}, {venu}" if Path(f.chemin).name == notre else venu.capitalize()
    return dits


def _noms_d_onglets(vue: Vue, onglets: Sequence[OngletRecu]) -> dict[tuple[str, str], str]:
    """The names that our templates give to the tabs, by campaign and FINESS."""
    noms: dict[tuple[str, str], str] = {}
    for o in onglets:
        ght, campagne = vue.ght_de(o), vue.dossier.campagnes[o.campagne]
        if ght and (o.campagne, o.finess) not in noms:
            membres = vue.dossier.territoire.membres(ght, campagne.situation)
            noms |= {(o.campagne, f): nom for f, nom in writing.noms_d_onglets(membres).items()}
    return noms


def _totaux(feuille: Worksheet, declare: int, retire: int) -> None:
    cents = dict(zip(MONTANTS, (declare, retire, declare - retire), strict=True))
    for colonne, (titre, _) in enumerate(COLONNES, 1):
        cellule = case(feuille, TOTAL, colonne)
        pose(cellule, "Total" if colonne == 1 else _euros(cents[titre]) if titre in cents else None)
        cellule.font, cellule.fill, cellule.border = (
            police(gras=True),
            PatternFill("solid", start_color=BLEU_PALE),
            CADRE,
        )
        if titre in cents:
            cellule.number_format = EUROS


def _euros(cents: int) -> Decimal:
    return Decimal(cents) / 100


def _ecrit(feuille: Worksheet, rang: int, rangee: dict[str, Valeur]) -> None:
    for colonne, (titre, _) in enumerate(COLONNES, 1):
        cellule = pose(case(feuille, rang, colonne), rangee[titre])
        cellule.font, cellule.border, cellule.alignment = police(), CADRE, Alignment(vertical="top", wrap_text=True)
        if titre in MONTANTS:
            cellule.number_format = EUROS
        if rangee["Retiré (€)"]:
            cellule.fill = PatternFill("solid", start_color=ROUGE_PALE)
    feuille.row_dimensions[rang].height = hauteur((str(rangee[t] or ""), large) for t, large in COLONNES)


def _met_en_forme(feuille: Worksheet) -> None:
    for colonne, (titre, largeur) in enumerate(COLONNES, 1):
        feuille.column_dimensions[get_column_letter(colonne)].width = largeur
        entete = pose(case(feuille, ENTETE, colonne), titre)
        entete.font, entete.fill = police(gras=True, couleur=BLANC), PatternFill("solid", start_color=BLEU)
        entete.alignment = Alignment(vertical="center", wrap_text=True)
    feuille.freeze_panes = f"B{ENTETE + 1}"
    feuille.auto_filter.ref = f"A{ENTETE}:{get_column_letter(len(COLONNES))}{feuille.max_row}"
    imprime(feuille, f"{TOTAL}:{ENTETE}")
