"""Blank and pre-filled trames, written from a layout's declaration."""

from sheets.tab_names import noms_d_onglets
from sheets.writing.book import classeur, ecrit, nom_de_fichier
from sheets.writing.prefilled import preremplie
from sheets.writing.tab import ENTETE

__all__ = ["ENTETE", "classeur", "ecrit", "nom_de_fichier", "noms_d_onglets", "preremplie"]
