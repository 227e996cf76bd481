"""Broken, odd and hostile workbooks: one thing wrong in each, said in one sentence, with the verdict expected.

`CORPUS` gives them by name. Importing makes no file: `CORPUS[name].octets()` does, one at a time.
"""

from tests.corpus import amounts, cells, damage, habits, hostile, libreoffice, xlsxwriter_files
from tests.corpus.base import CORPUS, Cas, Verdict, dossier, ordinaire

__all__ = [
    "CORPUS",
    "Cas",
    "Verdict",
    "amounts",
    "cells",
    "damage",
    "dossier",
    "habits",
    "hostile",
    "libreoffice",
    "ordinaire",
    "xlsxwriter_files",
]
