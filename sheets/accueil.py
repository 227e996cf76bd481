"""The first tab of a trame: instructions, and what is asked once. Its words stand here for template and reader."""

from __future__ import annotations

from dataclasses import dataclass, field

from config.langue import cle
from sheets.adresse import adresse
from sheets.cells import Probleme, euros, texte
from sheets.reading.excel import OngletBrut

TITRE = "Mode d'emploi"
REMISE = "Trame remise"
CONTACT = "Contact"
FINESS = "FINESS"
ACHATS = "Achats totaux de l'exercice (€ TTC)"
NEANT = "Rien à déclarer"
OUI = "oui"
AIDES = {
    REMISE: "« oui » quand la saisie est finie : tant qu'elle ne l'est pas, le chiffre est provisoire.",
    CONTACT: "La fonction et l'adresse de service de qui répondra aux questions.",
}
"""What stands beside each cell to fill in; never taken for an answer."""


@dataclass(slots=True)
class Accueil:
    """What the first tab says."""

    remis: bool = False
    contact: str = ""
    achats: dict[str, int] = field(default_factory=dict)
    neants: set[str] = field(default_factory=set)
    illisibles: dict[str, Probleme] = field(default_factory=dict)
    """Cells of total purchases that hold something else than an amount."""
    sans_achats: set[str] = field(default_factory=set)
    """Cells of total purchases that came back blank."""


def est_accueil(onglet: OngletBrut) -> bool:
    return cle(onglet.nom) == cle(TITRE) or any(_contient(r, REMISE) for r in onglet.rangees[:60])


def _contient(rangee: list[object], label: str) -> bool:
    return any(isinstance(c, str) and cle(c) == cle(label) for c in rangee)


def lit(onglet: OngletBrut) -> Accueil:
    """Read the first tab by its labels, wherever they have been moved to."""
    accueil = Accueil()
    colonnes: dict[str, int] = {}
    for numero, rangee in enumerate(onglet.rangees, onglet.ligne_0 + 1):
        labels = {cle(c): rang for rang, c in enumerate(rangee) if isinstance(c, str) and c.strip()}
        if cle(REMISE) in labels:
            accueil.remis = cle(_suivant(rangee, labels[cle(REMISE)])) in ("oui", "x", "vrai")
        if cle(CONTACT) in labels:
            accueil.contact = _suivant(rangee, labels[cle(CONTACT)])
        if cle(FINESS) in labels and cle(NEANT) in labels:
            colonnes = {nom: labels.get(cle(nom), -1) for nom in (FINESS, ACHATS, NEANT)}
        elif colonnes:
            ou = adresse(onglet.colonne_0 + colonnes[ACHATS], numero) if colonnes[ACHATS] >= 0 else ""
            _etablissement(accueil, rangee, colonnes, ou)
    return accueil


def _suivant(rangee: list[object], rang: int) -> str:
    """The first thing written to the right of a label, our own words left out."""
    return next((t for c in rangee[rang + 1 :] if (t := texte(c)) and t not in AIDES.values()), "")


def _etablissement(accueil: Accueil, rangee: list[object], colonnes: dict[str, int], ou: str) -> None:
    finess = (texte(rangee[colonnes[FINESS]]) or "").zfill(9)
    if not finess.strip("0"):
        return
    if ou:
        achats = euros(rangee[colonnes[ACHATS]])
        if isinstance(achats, Probleme):
            accueil.illisibles[ou] = achats
        elif achats:
            accueil.achats[finess] = achats
        else:
            accueil.sans_achats.add(ou)
    if cle(texte(rangee[colonnes[NEANT]]) or "") in ("oui", "x", "vrai"):
        accueil.neants.add(finess)
