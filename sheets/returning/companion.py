"""The companion of a workbook received: what to mend, tab by tab and line by line, where it stands in the person's own file.

Written anew from what was read and judged. Never touches the person's file, and can never be taken for a trame.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty
from openpyxl.worksheet.worksheet import Worksheet

from config import safe_write
from config.folder import Dossier
from sheets.companion_mark import MARQUE, PROPRIETE
from sheets.findings import Constat
from sheets.judged import Classeur, Onglet
from sheets.returning.companion_summary import SOMMAIRE, ecrit_sommaire
from sheets.returning.companion_tab import Page, Reglee, ecrit_page
from sheets.tab_names import INTERDITS, LONGUEUR
from sheets.trames import TRAMES
from sheets.writing.safe_cells import propre
from sheets.writing.seal import is_untouched, sealed


def retour(classeur: Classeur, dossier: Dossier, reglees: Sequence[Reglee] = ()) -> Workbook:
    """The companion of one judged workbook, ready to be saved.

    `classeur.constats` may hold more than the file's own findings (those of a whole campaign): they are shown alike.
    `reglees` is what a referent has already settled, in sentences. A file that could not be read gives one tab.
    """
    livre = Workbook()
    sommaire = livre.active
    assert isinstance(sommaire, Worksheet)
    sommaire.title = SOMMAIRE
    nom = Path(classeur.fichier).name
    marque = f"{MARQUE} « {nom} » : ne remplissez pas ce classeur, il n'est pas lu. Corrigez votre propre fichier."
    pages = _pages(livre, classeur, dossier, reglees)
    for page in pages:
        ecrit_page(page, marque)
    ecrit_sommaire(sommaire, classeur, dossier, marque, {p.onglet.feuille: p for p in pages}, reglees)
    livre.custom_doc_props.append(StringProperty(name=PROPRIETE, value=propre(nom)))  # type: ignore[attr-defined]
    livre.properties.title = f"À corriger — {propre(nom)}"
    livre.properties.creator = "Vigie"
    return livre


def ecrit_retour(classeur: Classeur, dossier: Dossier, chemin: Path, reglees: Sequence[Reglee] = ()) -> Path:
    """Save the companion to `chemin`, in the place of an earlier one that nobody wrote in. Raises TakenError."""
    safe_write.create(chemin, sealed(retour(classeur, dossier, reglees)), ours=is_untouched)
    return chemin


def _pages(livre: Workbook, classeur: Classeur, dossier: Dossier, reglees: Sequence[Reglee]) -> list[Page]:
    """One blank tab per tab that was read, with what there is to say in it."""
    t = classeur.tampon
    if t is None or t.trame not in TRAMES:
        return []
    positif = sum(max(li.mesure.gain_exercice, 0) for o in classeur.onglets for li in o.lignes)
    etablissements = dossier.territoire.etablissements
    pages = []
    for onglet in (o for o in classeur.onglets if o.colonnes):
        siens: list[Constat] = [c for c in classeur.constats if c.feuille == onglet.feuille]
        reglees_ici = [r for r in reglees if r.feuille == onglet.feuille]
        nom = etablissements[onglet.finess].nom if onglet.finess in etablissements else onglet.feuille
        feuille = livre.create_sheet(_nom_libre(onglet, livre))
        pages.append(Page(feuille, onglet, TRAMES[t.trame], nom, siens, reglees_ici, positif))
    return pages


def _nom_libre(onglet: Onglet, livre: Workbook) -> str:
    """The tab's own name, as near as Excel allows: formats that are not Excel's take any name, and any length."""
    nom = INTERDITS.sub("-", propre(onglet.feuille))[:LONGUEUR].strip("' ") or "Onglet"
    pris = {n.casefold() for n in livre.sheetnames}
    court, rang = nom, 2
    while court.casefold() in pris:
        court, rang = f"{nom[: LONGUEUR - 4]} {rang}", rang + 1
    return court
