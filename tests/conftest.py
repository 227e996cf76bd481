"""What several test files need: the example region, and workbooks filled like a person would."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from sqlite_utils import Database

from config.campaign import Campagne
from config.folder import EXEMPLE, Dossier, charge
from sheets import writing
from sheets.judging.examples import VALIDE
from sheets.register.database import ouvre
from sheets.trames.paat.columns import PAAT
from sheets.writing import ENTETE

COL = {c.cle: get_column_letter(rang) for rang, c in enumerate(PAAT.colonnes, 1)}
"""The letter of each column in the template: no test knows one by heart."""
GAIN_COL = COL["gain_annuel"]
Lignes = Sequence[Mapping[str, Any]]
Remplir = Callable[..., bytes]


@pytest.fixture(scope="session")
def dossier() -> Dossier:
    return charge(EXEMPLE)


@pytest.fixture(scope="session")
def campagne(dossier: Dossier) -> Campagne:
    return dossier.campagnes["2021-annuelle"]


@pytest.fixture
def trame_remplie(dossier: Dossier) -> Remplir:
    """Bytes of a trame whose tabs hold these lines; each line is typed over a valid one."""

    def remplit(
        par_finess: Mapping[str, Lignes], ght: str = "BFC-08", campagne: str = "2021-annuelle", *, remise: bool = True
    ) -> bytes:
        livre = vierge(dossier, ght, campagne)
        noms = writing.noms_d_onglets(dossier.territoire.membres(ght, dossier.campagnes[campagne].situation))
        for finess, lignes in par_finess.items():
            for rang, ligne in enumerate(lignes, ENTETE + 1):
                tape(livre, noms[finess], rang, {**VALIDE, **ligne})
        if remise:
            premier = livre.worksheets[0]
            ligne_remise = next(r[0].row for r in premier.iter_rows(max_col=1) if r[0].value == "Trame remise")
            premier.cell(ligne_remise, 3, "oui")
        return enregistre(livre)

    return remplit


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return ouvre(tmp_path / "vigie.sqlite")


@pytest.fixture
def recus(tmp_path: Path) -> Path:
    (tmp_path / "recus").mkdir()
    return tmp_path / "recus"


def vierge(dossier: Dossier, ght: str, campagne: str) -> Workbook:
    return writing.classeur(PAAT, ght, dossier.campagnes[campagne], dossier)


def tape(livre: Workbook, feuille: str, rang: int, cellules: Mapping[str, Any]) -> None:
    for colonne, c in enumerate(PAAT.colonnes, 1):
        if cellules.get(c.cle) not in (None, ""):
            livre[feuille].cell(rang, colonne, cellules[c.cle])


def enregistre(livre: Workbook) -> bytes:
    tampon = io.BytesIO()
    livre.save(tampon)
    return tampon.getvalue()
