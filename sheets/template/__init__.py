"""Blank trames, written from a layout's declaration."""

from sheets.template.livre import classeur, ecrit, nom_de_fichier, noms_d_onglets
from sheets.template.onglet import ENTETE

__all__ = ["ENTETE", "classeur", "ecrit", "nom_de_fichier", "noms_d_onglets"]
