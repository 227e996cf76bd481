"""Writes a blank trame: one tab per établissement, drop-downs, formulas, and colours that show what will be struck out.

Everything follows from the layout's declaration. Never touches a file that a person filled.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty
from openpyxl.worksheet.worksheet import Worksheet

from config import safe_write
from config.campaign import Campagne
from config.folder import Dossier
from sheets import first_tab
from sheets.tab_names import INTERDITS, LISTES, noms_d_onglets
from sheets.trame import Tampon, Trame
from sheets.writing.drop_downs import ecrit_listes
from sheets.writing.seal import is_untouched, sealed
from sheets.writing.tab import ecrit_onglet
from sheets.writing.welcome import ecrit_accueil


def classeur(
    trame: Trame, ght: str, campagne: Campagne, dossier: Dossier, lignes: Mapping[str, int] | None = None
) -> Workbook:
    """A blank trame for one GHT and campaign, ready to be saved.

    `lignes` says by FINESS how many lines to prepare where the usual number does not do.
    """
    membres = dossier.territoire.membres(ght, campagne.situation)
    livre = Workbook()
    premier = livre.active
    assert isinstance(premier, Worksheet)
    premier.title = first_tab.TITRE
    tampon = Tampon(trame.code, trame.version, ght, campagne.code)
    noms = noms_d_onglets(membres)
    listes = ecrit_listes(livre, trame, dossier)
    onglets = [
        ecrit_onglet(livre, noms[e.finess], e, trame, campagne, tampon, dossier, listes, (lignes or {}).get(e.finess))
        for e in membres
    ]
    ecrit_accueil(premier, trame, campagne, tampon, dossier, list(zip(membres, onglets, strict=True)))
    livre.move_sheet(LISTES, offset=len(membres))
    livre.custom_doc_props.append(StringProperty(name="vigie", value=str(tampon)))  # type: ignore[attr-defined]
    livre.properties.title = f"{trame.titre} — {dossier.territoire.ghts[ght].nom}"
    livre.properties.creator = "Vigie"
    return livre


def ecrit(livre: Workbook, chemin: Path) -> Path:
    """Save a trame to `chemin`, whose folder is made if need be. Raises TakenError when someone filled what is there."""
    safe_write.create(chemin, sealed(livre), ours=is_untouched)
    return chemin


def nom_de_fichier(ght: str, campagne: Campagne, dossier: Dossier) -> str:
    """« GHT Jura - trame 2021-annuelle.xlsx »: for people; what counts is the stamp inside."""
    nom = INTERDITS.sub("-", dossier.territoire.ghts[ght].nom)
    return f"{nom} - trame {campagne.code}.xlsx"
