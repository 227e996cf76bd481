"""The examples of the checks, judged as a filled line would be: they are the catalogue's page and its tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from config.folder import Dossier
from config.french import enumeration
from sheets.checks.catalogue import Contexte, Controle
from sheets.findings import Constat
from sheets.judging.lines import juge_lignes
from sheets.reading import rows as reading
from sheets.reading.opening import OngletBrut
from sheets.trame import Trame
from sheets.trames.paat.columns import PAAT

VALIDE: dict[str, object] = {
    "intitule": "Gants d'examen",
    "famille": "Dispositifs médicaux",
    "domaine": "Usage unique",
    "operateur": "UniHA",
    "marche": "2021-045",
    "mode": "récurrent",
    "nature": "exploitation",
    "statut": "réalisé",
    "date_premiere_commande": date(2021, 3, 1),
    "montant_reference": 80_000.0,
    "gain_annuel": 4_000.0,
}
"""A line that no check has anything to say about."""
ACHATS = 5_000_000_00


def constat_de(controle: Controle, cellules: Mapping[str, str], dossier: Dossier) -> Constat | None:
    """What one check finds on a valid line over which `cellules` were typed, for the exercice 2021."""
    constats = juge_exemple(PAAT, {**VALIDE, **cellules}, dossier)
    return next((c for c in constats if c.code == controle.code), None)


def juge_exemple(trame: Trame, cellules: Mapping[str, object], dossier: Dossier) -> list[Constat]:
    """Read and judge one line of raw cells, as if it stood alone in a tab."""
    titres: list[object] = [c.titre for c in trame.colonnes]
    ligne = [cellules.get(c.cle, "") for c in trame.colonnes]
    onglet = OngletBrut("Exemple", [titres, ligne], 0, 0)
    lu = reading.lit(onglet, trame, reading.lecteurs(trame, dossier), b"")
    assert lu is not None
    campagne = next(c for c in dossier.campagnes.values() if c.exercice == 2021)
    contexte = Contexte(campagne, dossier.nomenclature, dossier.seuils, dossier.essais, ACHATS)
    return juge_lignes(lu, "Exemple", trame, contexte)[1]


def saisie(cellules: Mapping[str, str]) -> str:
    """« Gain annuel sur 12 mois : NC »: what an example types, for a page."""
    titres = {c.cle: c.titre for c in PAAT.colonnes}
    return enumeration([f"{titres[c]} : « {v} »" if v else f"{titres[c]} : vide" for c, v in cellules.items()])
