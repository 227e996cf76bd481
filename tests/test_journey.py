"""An amount's journey, from the cell where it is typed to the answer a director reads. Start here.

cell → line → gain of the exercice → tab → register → what counts → answer → « pourquoi ? » → cell
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from config.folder import Folder
from config.rights import AT_KEYBOARD
from jobs.taking_in.folders import pull
from reports.view import View
from sheets.judging.workbook import judge
from sheets.register.database import open_register
from tests.conftest import GAIN_COL, FillTrame
from tests.region import answer_as_json

JURA_SUD, MOREZ = "390780146", "390780153"
MARCH_31 = datetime(2022, 3, 31, 12, tzinfo=ZoneInfo("Europe/Paris"))


def test_an_amount_travels_from_its_cell_to_the_answer_and_back(
    tmp_path: Path, folder: Folder, filled_trame: FillTrame
) -> None:
    # Someone types three purchases. The first saves 9 600,00 € over 12 months from 1 July: half of it falls in 2021.
    # The second is a loss, and counts. The third saves more than the purchase cost: it will be struck out.
    is_typed = filled_trame({
        JURA_SUD: [
            {"gain_annuel": "9 600,00 €", "montant_reference": 96_000, "date_premiere_commande": date(2021, 7, 1)},
            {"gain_annuel": -1_200, "intitule": "Linge plat", "date_premiere_commande": date(2021, 4, 1)},
        ],
        MOREZ: [{"gain_annuel": 165_381, "montant_reference": 49_747, "date_premiere_commande": date(2021, 1, 4)}],
    })  # fmt: skip

    # Read: the text « 9 600,00 € » is 960 000 cents, in cell S5 of its tab. Measured: 480 000 cents fall in 2021.
    workbook = judge("GHT Jura.xlsx", is_typed, folder)
    tab = next(o for o in workbook.tabs if o.finess == JURA_SUD)
    first = tab.lines[0]
    assert first.values.gain_annuel == 960_000
    assert tab.cell("gain_annuel", first.number) == f"{GAIN_COL}5"
    assert (first.declared, first.worth.report) == (480_000, 480_000)

    # Judged: the third line is struck out, costliest first, at its cell, with the way out.
    rejection = workbook.findings[0]
    assert (rejection.code, rejection.cell, rejection.stake) == (
        "performance-superieure-100",
        f"{GAIN_COL}5",
        16_538_100,
    )
    assert "76,9" in rejection.correction

    # Control totals: what was declared is what is kept plus what is struck out.
    assert workbook.totals.declared == 480_000 - 90_000 + 16_538_100
    assert workbook.totals.kept == 480_000 - 90_000

    # Recorded: all of the file, with its original.
    (tmp_path / "recus").mkdir()
    (tmp_path / "recus" / "GHT Jura.xlsx").write_bytes(is_typed)
    register = open_register(tmp_path / "vigie.sqlite")
    summary = pull(register, folder, [tmp_path / "recus"], lambda: MARCH_31)
    assert summary.totals == workbook.totals
    assert register.execute("SELECT octets FROM originaux").fetchone()[0] == is_typed

    # Asked: the answer says the figure, its basis and how many trames it stands on.
    view = View(register, folder, MARCH_31.date())
    answer = answer_as_json("combien a gagné le GHT du Jura en 2021 ?", AT_KEYBOARD, view, MARCH_31)
    assert answer["valeur"] == "3900.00"
    assert answer["declare"] == "169281.00"
    assert answer["trames"] == {"recues": 1, "attendues": 1}

    # Walked back: each euro has its line, its file, its tab and its cell; together they make the figure.
    detail = answer_as_json("pourquoi ?", AT_KEYBOARD, view, MARCH_31)
    assert [(line["valeur"], line["feuille"], line["cellule"]) for line in detail["lignes"]] == [
        ("4800.00", "CENTRE HOSPITALIER JURA SUD", f"{GAIN_COL}5"),
        ("0.00", "CH LEON BERARD MOREZ", f"{GAIN_COL}5"),
        ("-900.00", "CENTRE HOSPITALIER JURA SUD", f"{GAIN_COL}6"),
    ]
    assert detail["lignes"][0]["reference"] == "2021-annuelle/390780146/0001"
