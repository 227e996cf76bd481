"""An amount's journey, from the cell where it is typed to the answer a director reads. Start here.

cell → line → gain of the exercice → tab → register → what counts → answer → « pourquoi ? » → cell
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bots.answering import repond
from config.folder import Dossier
from config.rights import CLAVIER
from jobs.taking_in.folders import pull
from reports.view import Vue
from sheets.judging.workbook import juge
from sheets.register.database import ouvre
from tests.conftest import GAIN_COL, Remplir

JURA_SUD, MOREZ = "390780146", "390780153"
LE_31_MARS = datetime(2022, 3, 31, 12, tzinfo=ZoneInfo("Europe/Paris"))


def test_an_amount_travels_from_its_cell_to_the_answer_and_back(
    tmp_path: Path, dossier: Dossier, trame_remplie: Remplir
) -> None:
    # Someone types three purchases. The first saves 9 600,00 € over 12 months from 1 July: half of it falls in 2021.
    # The second is a loss, and counts. The third saves more than the purchase cost: it will be struck out.
    saisie = trame_remplie({
        JURA_SUD: [
            {"gain_annuel": "9 600,00 €", "montant_reference": 96_000, "date_premiere_commande": date(2021, 7, 1)},
            {"gain_annuel": -1_200, "intitule": "Linge plat", "date_premiere_commande": date(2021, 4, 1)},
        ],
        MOREZ: [{"gain_annuel": 165_381, "montant_reference": 49_747, "date_premiere_commande": date(2021, 1, 4)}],
    })  # fmt: skip

    # Read: the text « 9 600,00 € » is 960 000 cents, in cell S5 of its tab. Measured: 480 000 cents fall in 2021.
    classeur = juge("GHT Jura.xlsx", saisie, dossier)
    onglet = next(o for o in classeur.onglets if o.finess == JURA_SUD)
    premiere = onglet.lignes[0]
    assert premiere.valeurs.gain_annuel == 960_000
    assert onglet.cellule("gain_annuel", premiere.numero) == f"{GAIN_COL}5"
    assert (premiere.mesure.gain_exercice, premiere.mesure.report) == (480_000, 480_000)

    # Judged: the third line is struck out, costliest first, at its cell, with the way out.
    rejet = classeur.constats[0]
    assert (rejet.code, rejet.cellule, rejet.enjeu) == ("performance-superieure-100", f"{GAIN_COL}5", 16_538_100)
    assert "76,9" in rejet.correction

    # Control totals: what was declared is what is kept plus what is struck out.
    assert classeur.totaux.gain_declare == 480_000 - 90_000 + 16_538_100
    assert classeur.totaux.gain_retenu == 480_000 - 90_000

    # Recorded: all of the file, with its original.
    (tmp_path / "recus").mkdir()
    (tmp_path / "recus" / "GHT Jura.xlsx").write_bytes(saisie)
    registre = ouvre(tmp_path / "vigie.sqlite")
    bilan = pull(registre, dossier, [tmp_path / "recus"], lambda: LE_31_MARS)
    assert bilan.totaux == classeur.totaux
    assert registre.execute("SELECT octets FROM originaux").fetchone()[0] == saisie

    # Asked: the answer says the figure, its basis and how many trames it stands on.
    vue = Vue(registre, dossier, LE_31_MARS.date())
    reponse = repond("combien a gagné le GHT du Jura en 2021 ?", CLAVIER, vue, LE_31_MARS)
    assert reponse["valeur"] == "3900.00"
    assert reponse["declare"] == "169281.00"
    assert reponse["trames"] == {"recues": 1, "attendues": 1}

    # Walked back: each euro has its line, its file, its tab and its cell; together they make the figure.
    detail = repond("pourquoi ?", CLAVIER, vue, LE_31_MARS)
    assert [(ligne["valeur"], ligne["feuille"], ligne["cellule"]) for ligne in detail["lignes"]] == [
        ("4800.00", "CENTRE HOSPITALIER JURA SUD", f"{GAIN_COL}5"),
        ("0.00", "CH LEON BERARD MOREZ", f"{GAIN_COL}5"),
        ("-900.00", "CENTRE HOSPITALIER JURA SUD", f"{GAIN_COL}6"),
    ]
    assert detail["lignes"][0]["reference"] == "2021-annuelle/390780146/0001"
