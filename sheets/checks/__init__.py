"""The catalogue of checks: importing this package declares them all, in the order of the documentation."""

from sheets.checks import campagne, cellules, classeur, ensemble, histoire, libelles, montants, temps
from sheets.checks.catalogue import CATALOGUE

__all__ = ["CATALOGUE", "campagne", "cellules", "classeur", "ensemble", "histoire", "libelles", "montants", "temps"]
