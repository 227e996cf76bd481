"""Broken, odd and hostile workbooks: one thing wrong in each, said in one sentence, with the verdict expected.

`CORPUS` gives them by name. Importing makes no file: `CORPUS[name].raw_bytes()` does, one at a time.
"""

from tests.corpus import amounts, cells, damage, habits, hostile, libreoffice, xlsxwriter_files
from tests.corpus.base import CORPUS, FaultyFile, Verdict, folder, ordinary_file

__all__ = [
    "CORPUS",
    "FaultyFile",
    "Verdict",
    "amounts",
    "cells",
    "damage",
    "folder",
    "habits",
    "hostile",
    "libreoffice",
    "ordinary_file",
    "xlsxwriter_files",
]
