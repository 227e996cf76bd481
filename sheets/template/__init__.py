"""Blank and pre-filled trames, written from a layout's declaration."""

from sheets.noms import noms_d_onglets
from sheets.template.livre import classeur, ecrit, nom_de_fichier
from sheets.template.onglet import ENTETE
from sheets.template.prerempli import preremplie

__all__ = ["ENTETE", "classeur", "ecrit", "nom_de_fichier", "noms_d_onglets", "preremplie"]
