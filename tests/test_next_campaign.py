"""The next trame comes with what is already known: nobody types twice, and a line keeps its number."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook, load_workbook
from sqlite_utils import Database

from config.folder import Dossier
from config.french import euros
from config.territory import Perimetre
from jobs.taking_in.folders import pull
from reports.gains import gains, pourquoi
from reports.view import Sujet, Vue
from sheets import writing
from sheets.register.database import ouvre
from sheets.register.known_actions import prevues
from sheets.trames.paat.columns import PAAT
from sheets.writing import ENTETE
from tests.conftest import Remplir, enregistre

SUPPORT, MOREZ = "390780146", "390780153"
JURA = Perimetre("ght", "BFC-08")
LIGNES = [
    {"intitule": "Gants", "gain_annuel": 9600, "date_premiere_commande": date(2021, 7, 1), "marche": "00123"},
    {"intitule": "Fini en janvier", "gain_annuel": 1200, "date_premiere_commande": date(2021, 1, 4)},
    {"intitule": "Impossible", "gain_annuel": 90000, "montant_reference": 50000, "date_premiere_commande": date(2021, 9, 1)},
    {"intitule": "Perte", "gain_annuel": -2400, "date_premiere_commande": date(2021, 12, 1)},
]  # fmt: skip


def midi(le: date) -> Callable[[], datetime]:
    return lambda: datetime(le.year, le.month, le.day, 12, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.fixture
def db(tmp_path: Path, dossier: Dossier, trame_remplie: Remplir) -> Database:
    """A register after the year-end campaign of 2021."""
    db = ouvre(tmp_path / "v.sqlite")
    recoit(db, tmp_path, dossier, trame_remplie({SUPPORT: LIGNES}), date(2022, 2, 1))
    return db


def recoit(db: Database, ou: Path, dossier: Dossier, octets: bytes, le: date) -> None:
    (ou / f"{le}.xlsx").write_bytes(octets)
    bilan = pull(db, dossier, [ou / f"{le}.xlsx"], midi(le))
    assert bilan.combien("refuse") == 0


def prochaine(db: Database, dossier: Dossier, campagne: str, le: date) -> Workbook:
    """The workbook handed out for a campaign, opened as its reader would."""
    c = dossier.campagnes[campagne]
    membres = [e.finess for e in dossier.territoire.membres("BFC-08", c.situation)]
    lignes, pris = prevues(db, dossier, c, membres, PAAT, le)
    octets = enregistre(writing.preremplie(PAAT, "BFC-08", c, dossier, lignes, pris))
    return load_workbook(io.BytesIO(octets))


def rangees(livre: Workbook, dossier: Dossier, finess: str = SUPPORT) -> list[dict[str, Any]]:
    """The typed lines of a tab, by column key, with the cell's lock."""
    membres = dossier.territoire.membres("BFC-08", date(2022, 6, 30))
    feuille = livre[writing.noms_d_onglets(membres)[finess]]
    cles = [c.cle for c in PAAT.colonnes]
    lues = []
    for cellules in feuille.iter_rows(min_row=ENTETE + 1):
        valeurs = {c: cellule.value for c, cellule in zip(cles, cellules, strict=False)}
        if valeurs["intitule"]:
            lues.append(
                valeurs | {"verrou": cellules[cles.index("gain_annuel")].protection.locked, "note": cellules[0].comment}
            )
    return lues


def test_only_the_lines_that_still_yield_come_with_next_year_and_they_are_locked(
    db: Database, dossier: Dossier
) -> None:
    lues = rangees(prochaine(db, dossier, "2022-mi-annee", date(2022, 6, 15)), dossier)
    assert {v["intitule"]: (v["action_id"], v["verrou"]) for v in lues} == {
        "Gants": ("0001", True),
        "Perte": ("0004", True),
    }
    gants = next(v for v in lues if v["intitule"] == "Gants")
    assert (gants["marche"], gants["gain_annuel"], gants["date_premiere_commande"].date()) == (
        "00123",
        9600,
        date(2021, 7, 1),
    )
    assert euros(480_000) in gants["note"].text


def test_the_numbers_left_are_those_nobody_has(db: Database, dossier: Dossier) -> None:
    livre = prochaine(db, dossier, "2022-mi-annee", date(2022, 6, 15))
    feuille = livre.worksheets[1]
    numeros = [feuille.cell(r, 1).value for r in range(ENTETE + 1, feuille.max_row + 1)]
    assert numeros[:3] == ["0001", "0004", "0002"]
    assert len(set(numeros)) == len(numeros)


def test_sent_back_as_it_came_it_is_worth_the_report_to_the_cent(
    db: Database, dossier: Dossier, tmp_path: Path
) -> None:
    octets = enregistre(prochaine(db, dossier, "2022-mi-annee", date(2022, 6, 15)))
    recoit(db, tmp_path, dossier, octets, date(2022, 7, 1))
    vue = Vue(db, dossier, date(2022, 7, 1))
    assert gains(vue, Sujet(JURA, 2022)).totaux.gain_retenu == 480_000 - 220_000
    assert {e.libelle: e.precision for e in pourquoi(vue, Sujet(JURA, 2022)).elements} == {
        "Gants": "report de 2021-annuelle",
        "Perte": "report de 2021-annuelle",
    }


def test_year_end_comes_with_every_line_of_mid_year_open_to_typing_but_the_reports(
    db: Database, dossier: Dossier, tmp_path: Path
) -> None:
    livre = prochaine(db, dossier, "2022-mi-annee", date(2022, 6, 15))
    feuille = livre.worksheets[1]
    neuve: dict[str, Any] = {"intitule": "Draps", "famille": "Hôtellerie", "operateur": "GHT", "mode": "récurrent", "nature": "exploitation",
             "statut": "potentiel", "montant_reference": 1000, "gain_annuel": 10}  # fmt: skip
    for colonne, c in enumerate(PAAT.colonnes, 1):
        if c.cle in neuve:
            feuille.cell(ENTETE + 3, colonne).value = neuve[c.cle]
    recoit(db, tmp_path, dossier, enregistre(livre), date(2022, 7, 1))
    lues = rangees(prochaine(db, dossier, "2022-annuelle", date(2023, 1, 10)), dossier)
    assert [(v["intitule"], v["action_id"], v["verrou"]) for v in lues] == [
        ("Gants", "0001", True), ("Perte", "0004", True), ("Draps", "0002", False)]  # fmt: skip


def test_a_hospital_that_sent_nothing_gets_a_blank_tab(db: Database, dossier: Dossier) -> None:
    assert rangees(prochaine(db, dossier, "2022-mi-annee", date(2022, 6, 15)), dossier, MOREZ) == []


def test_typed_over_a_report_the_known_value_counts_and_it_is_said(
    db: Database, dossier: Dossier, tmp_path: Path
) -> None:
    livre = prochaine(db, dossier, "2022-mi-annee", date(2022, 6, 15))
    colonne = [c.cle for c in PAAT.colonnes].index("gain_annuel") + 1
    livre.worksheets[1].cell(ENTETE + 1, colonne, 96_000)
    recoit(db, tmp_path, dossier, enregistre(livre), date(2022, 7, 1))
    assert gains(Vue(db, dossier, date(2022, 7, 1)), Sujet(JURA, 2022)).totaux.gain_retenu == 480_000 - 220_000
    dits = db.execute("SELECT cellule, message FROM constats WHERE code = 'report-modifie'").fetchall()
    assert len(dits) == 1
    assert euros(9_600_000) in dits[0][1]
    assert euros(960_000) in dits[0][1]
