"""The answers of a person's first tab, written in the first tab of a clean trame. Never answers for the person."""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from config.french import cle
from sheets import cells, first_tab
from sheets.cell_address import adresse
from sheets.judging.tabs import Envoi
from sheets.reading import sheet_xml
from sheets.reading.opening import OngletBrut
from sheets.repairing.carried_cell import a_reprendre
from sheets.repairing.what_changed import Changement, Nature
from sheets.trame import Colonne
from sheets.writing.safe_cells import case, pose

ACHATS = Colonne("achats", first_tab.ACHATS, "euros", "")
"""Total purchases, read and written like a column of euros."""


def ecrit_les_reponses(livre: Workbook, envoi: Envoi, premier: OngletBrut | None) -> list[Changement]:
    """Write what the person answered; return what could not be carried. Without a first tab, nothing is answered."""
    if premier is None:
        return []
    feuille = livre[first_tab.TITRE]
    dit = envoi.dit
    lignes = {cle(str(r[0].value)): r[0].row for r in feuille.iter_rows(max_col=1) if r[0].value and r[0].row}
    if dit.remis:
        pose(case(feuille, lignes[cle(first_tab.REMISE)], 3), first_tab.OUI)
    if dit.contact:
        pose(case(feuille, lignes[cle(first_tab.CONTACT)], 3), dit.contact)
    for finess in envoi.membres:
        pose(case(feuille, lignes[finess], 4), first_tab.OUI if finess in dit.neants else None)
    unclear = [
        Changement(Nature.CORRIGER, f"« {said} » en face de « {question} » n'est ni oui ni non.", premier.nom, ou, said)
        for ou, (question, said) in dit.unclear.items()
        if ou
    ]
    return [*_achats(feuille, envoi, premier, lignes), *unclear, *_partis(envoi, premier), *_notes(envoi, premier)]


def _achats(feuille: Worksheet, envoi: Envoi, premier: OngletBrut, lignes: dict[str, int]) -> list[Changement]:
    """Total purchases, as amounts or as they were typed; blank where the person left them blank."""
    changements = []
    vus = _cellules_d_achats(premier, envoi)
    erreurs = sheet_xml.cachees(envoi.octets, premier.nom, {ou for ou, brut in vus.values() if brut == ""})
    for finess, (ou, brut) in vus.items():
        valeur = a_reprendre(ACHATS, brut, cells.euros)
        pose(case(feuille, lignes[finess], 3), valeur)
        probleme = erreurs.get(ou) or envoi.dit.illisibles.get(ou)
        if probleme:
            texte = f"« {probleme.vu} » dans « {first_tab.ACHATS} » : il faut {probleme.attendu or 'un montant'}."
            changements.append(Changement(Nature.CORRIGER, texte, premier.nom, ou, probleme.vu))
    return changements


def _cellules_d_achats(premier: OngletBrut, envoi: Envoi) -> dict[str, tuple[str, object]]:
    """By FINESS of a member: the cell of its total purchases, and what it holds."""
    vus: dict[str, tuple[str, object]] = {}
    rang_finess = rang_achats = -1
    for numero, rangee in enumerate(premier.rangees, premier.ligne_0 + 1):
        labels = {cle(c): rang for rang, c in enumerate(rangee) if isinstance(c, str) and c.strip()}
        if cle(first_tab.FINESS) in labels and cle(first_tab.NEANT) in labels:
            rang_finess, rang_achats = labels[cle(first_tab.FINESS)], labels.get(cle(first_tab.ACHATS), -1)
        elif rang_achats >= 0:
            finess = (cells.texte(rangee[rang_finess]) or "").zfill(9)
            if finess in envoi.membres:
                vus[finess] = (adresse(premier.colonne_0 + rang_achats, numero), rangee[rang_achats])
    return vus


def _partis(envoi: Envoi, premier: OngletBrut) -> list[Changement]:
    """Answers given for établissements that are not of the GHT, or no longer."""
    autres = sorted((envoi.dit.achats.keys() | envoi.dit.neants) - envoi.membres.keys())
    texte = "Réponses de l'établissement {} du premier onglet : il n'est pas du GHT."
    return [Changement(Nature.LAISSE, texte.format(f), premier.nom) for f in autres]


def _notes(envoi: Envoi, premier: OngletBrut) -> list[Changement]:
    return [
        Changement(Nature.LAISSE, "Note (commentaire Excel) posée sur cette cellule.", premier.nom, ou, texte)
        for ou, texte in sheet_xml.notes(envoi.octets, premier.nom).items()
    ]
