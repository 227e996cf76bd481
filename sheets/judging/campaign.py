"""Looks at a whole campaign after a pull: what one line says of another, whoever sent them and in whatever order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlite_utils import Database

from config.dossier import Dossier
from sheets.checks.campagne import LigneRecoupee
from sheets.checks.catalogue import pour
from sheets.constats import Constat
from sheets.register import pulls, questions
from sheets.register.compte import qui_compte


def recoupe(db: Database, dossier: Dossier, pull: int, campagne: str, le: date) -> None:
    """Run the checks on all that counts in a campaign that day, and store what they find with this pull."""
    onglets = [o.id for o in qui_compte(db, [campagne], le).values()]
    noms = {f: e.nom for f, e in dossier.territoire.etablissements.items()}
    lignes = [
        LigneRecoupee._make((*r[:5], noms.get(r[4], r[4]), *r[5:])) for r in questions.lignes_a_recouper(db, onglets)
    ]
    pulls.recoupe(db, pull, campagne, _constats(db, dossier, lignes))


def _constats(db: Database, dossier: Dossier, lignes: list[LigneRecoupee]) -> Iterator[tuple[int, int, Constat]]:
    places = questions.colonnes_de(db, {ligne.onglet for ligne in lignes})
    for controle in pour("paat", "campagne"):
        for ligne, ecart in controle.fonction(lignes, dossier.seuils):
            fichier, feuille, colonnes = places[ligne.onglet]
            cellule = f"{colonnes[ecart.colonne]}{ligne.numero}" if ecart.colonne in colonnes else ""
            yield fichier, ligne.onglet, controle.constat(ecart, feuille=feuille, ligne=ligne.numero, cellule=cellule)
