"""Coverage, weight and total purchases: which lines count in a rate, and whose word on purchases is taken."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook
from sqlite_utils import Database

from bots.grammar.understand import understand
from bots.questions import told_as
from config.folder import Folder
from config.territory import Scope
from jobs.taking_in.folders import pull
from reports.coverage import coverage, performance
from reports.progress import states
from reports.view import Subject, View
from sheets.judging.workbook import judge
from sheets.register.database import open_register
from tests.conftest import GAIN_COL, FillTrame

DAY = datetime(2022, 2, 1, 9, tzinfo=ZoneInfo("Europe/Paris"))
JURA_SUD, MOREZ = "390780146", "390780153"
CH_JURA_SUD = Scope("etablissement", JURA_SUD)


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return open_register(tmp_path / "vigie.sqlite")


def with_purchases(raw_bytes: bytes, finess: str, amount: int | str) -> bytes:
    """The same workbook with other total purchases typed on its first tab."""
    book = load_workbook(io.BytesIO(raw_bytes))
    next(r for r in book.worksheets[0].iter_rows() if r[0].value == finess)[2].value = amount
    stamp = io.BytesIO()
    book.save(stamp)
    return stamp.getvalue()


def pull_sources(db: Database, folder: Folder, where: Path, raw_bytes: bytes, days: int = 0) -> View:
    (where / "jura.xlsx").write_bytes(raw_bytes)
    pull(db, folder, [where], lambda: DAY + timedelta(days=days))
    return View(db, folder, date(2022, 3, 1))


def test_coverage_counts_kept_lines_first_ordered_in_the_exercice_over_total_purchases(
    tmp_path: Path, db: Database, folder: Folder, filled_trame: FillTrame
) -> None:
    lines = [
        {"montant_reference": 1_000_000, "gain_annuel": 50_000},
        {"montant_reference": 500_000, "gain_annuel": 20_000, "date_premiere_commande": date(2020, 9, 1)},
        {"montant_reference": 400_000, "gain_annuel": 20_000, "statut": "notifié"},
        {"montant_reference": 300_000, "gain_annuel": 900_000},
    ]
    view = pull_sources(db, folder, tmp_path, filled_trame({JURA_SUD: lines}))
    r = coverage(view, Subject(CH_JURA_SUD, 2021))
    assert (r.facts["perimetre_traite"], r.facts["achats"]) == (100_000_000, 3_800_000_000)
    assert r.value == Decimal(1) / 38


def test_performance_and_coverage_stand_on_the_same_lines_whenever_they_were_declared(
    tmp_path: Path, db: Database, folder: Folder, filled_trame: FillTrame
) -> None:
    july = date(2021, 7, 1)
    first: list[dict[str, object]] = [
        {"intitule": "Gants", "montant_reference": 1_000_000, "gain_annuel": 50_000, "date_premiere_commande": july},
        {"intitule": "Perte", "montant_reference": 500_000, "gain_annuel": -10_000, "date_premiere_commande": july},
        {"intitule": "Recette", "montant_reference": None, "gain_annuel": 7_000, "nature": "recette"},
        {"intitule": "Retirée", "montant_reference": 300_000, "gain_annuel": 900_000},
        {"intitule": "À venir", "montant_reference": 400_000, "gain_annuel": 20_000, "statut": "notifié"},
    ]
    view = pull_sources(db, folder, tmp_path, filled_trame({JURA_SUD: first}))
    assert performance(view, Subject(CH_JURA_SUD, 2021)).value == Decimal(40_000) / 1_500_000
    late = [
        first[0],  # its report, retyped: it is the same line, and counts once
        {
            "intitule": "Tardive",
            "montant_reference": 600_000,
            "gain_annuel": 30_000,
            "date_premiere_commande": date(2021, 9, 1),
        },
        {
            "intitule": "Neuve",
            "montant_reference": 800_000,
            "gain_annuel": 8_000,
            "date_premiere_commande": date(2022, 2, 1),
        },
    ]
    view = pull_sources(db, folder, tmp_path, filled_trame({JURA_SUD: late}, campaign="2022-mi-annee"), days=150)
    view = View(db, folder, date(2022, 8, 1))
    of_2021, of_2022 = performance(view, Subject(CH_JURA_SUD, 2021)), performance(view, Subject(CH_JURA_SUD, 2022))
    assert of_2021.value == Decimal(70_000) / 2_100_000
    assert of_2022.value == Decimal(8_000) / 800_000
    for exercice, r in ((2021, of_2021), (2022, of_2022)):
        covered = coverage(view, Subject(CH_JURA_SUD, exercice))
        assert covered.facts["perimetre_traite"] == r.facts["perimetre_traite"]
        for figure, key in (("couverture", "perimetre_traite"), ("performance", "gain_annuel")):
            lines = told_as("pourquoi", figure).function(view, Subject(CH_JURA_SUD, exercice, figure=figure))
            assert sum(int(e.value or 0) for e in lines.elements) == lines.value == r.facts[key]
    before = View(db, folder, date(2022, 3, 1))
    assert performance(before, Subject(CH_JURA_SUD, 2021)).value == Decimal(40_000) / 1_500_000, "the past stays"


def test_coverage_over_years_is_the_sum_of_the_yearly_rates_each_shown(
    tmp_path: Path, db: Database, folder: Folder, filled_trame: FillTrame
) -> None:
    pull_sources(
        db, folder, tmp_path, filled_trame({JURA_SUD: [{"montant_reference": 1_000_000, "gain_annuel": 50_000}]})
    )
    second = {"montant_reference": 1_900_000, "gain_annuel": 50_000, "date_premiere_commande": date(2022, 1, 5)}
    pull_sources(db, folder, tmp_path, filled_trame({JURA_SUD: [second]}, campaign="2022-mi-annee"), days=150)
    view = View(db, folder, date(2022, 8, 1))
    yearly = [coverage(view, Subject(CH_JURA_SUD, n)).value for n in (2021, 2022)]
    r = coverage(view, Subject(CH_JURA_SUD, 2022, exercices=(2020, 2021, 2022)))
    assert [(e.label, e.value) for e in r.elements] == [("2020", None), ("2021", yearly[0]), ("2022", yearly[1])]
    assert r.value == sum(v for v in yearly if v is not None)
    assert (r.facts["exercices"], r.facts["exercices_inconnus"]) == (2, 1)


@pytest.mark.parametrize(
    ("text", "exercices"),
    [
        ("couverture BFC de 2019 à 2021", (2019, 2020, 2021)),
        ("couverture BFC 2019-2021", (2019, 2020, 2021)),
        ("taux de couverture du jura sur trois ans", (2019, 2020, 2021)),
        ("couverture BFC sur les 3 derniers exercices", (2019, 2020, 2021)),
        ("couverture bfc sur deux ans", (2020, 2021)),
        ("couverture BFC 2021 et 2022", (2021, 2022)),
        ("couverture BFC depuis 2020", (2020, 2021)),
        ("couverture BFC 2021", ()),
    ],
)
def test_a_coverage_may_be_asked_over_several_years(text: str, exercices: tuple[int, ...], folder: Folder) -> None:
    q = understand(text, folder, date(2022, 3, 31), Scope("region", "BFC"))
    assert q.subject, q.hints
    assert (q.intention, q.subject.exercices) == ("couverture", exercices)


@pytest.mark.parametrize(
    "text", ["performance BFC de 2019 à 2021", "qualité bfc sur trois ans", "prévision 2021 et 2022 bfc"]
)
def test_several_years_of_another_figure_are_asked_one_at_a_time(text: str, folder: Folder) -> None:
    q = understand(text, folder, date(2022, 3, 31), Scope("region", "BFC"))
    assert q.intention is None
    assert "un exercice à la fois" in q.hints
    assert all(understand(p, folder, date(2022, 3, 31), Scope("region", "BFC")).intention for p in q.suggestions)


def test_total_purchases_typed_in_the_trame_beat_the_folders_and_the_last_ones_win(
    tmp_path: Path, db: Database, folder: Folder, filled_trame: FillTrame
) -> None:
    raw_bytes = filled_trame({JURA_SUD: [{}]})
    pull_sources(db, folder, tmp_path, with_purchases(raw_bytes, JURA_SUD, 40_000_000))
    view = pull_sources(db, folder, tmp_path, with_purchases(raw_bytes, JURA_SUD, "41 000 000 €"), days=1)
    assert view.purchases(2021, [JURA_SUD, MOREZ]) == {JURA_SUD: 4_100_000_000, MOREZ: folder.purchases[MOREZ, 2021]}


def test_a_slip_in_total_purchases_is_said_and_changes_nobodys_objective(
    tmp_path: Path, db: Database, folder: Folder, filled_trame: FillTrame
) -> None:
    raw_bytes = filled_trame({JURA_SUD: [{}]})
    before = pull_sources(db, folder, tmp_path, raw_bytes).objective(Subject(Scope("ght", "BFC-06"), 2021))
    fake = with_purchases(raw_bytes, JURA_SUD, 38_000_000_000)
    assert "achats-suspects" in {c.code for c in judge("x.xlsx", fake, folder).findings}
    assert pull_sources(db, folder, tmp_path, fake, days=1).objective(Subject(Scope("ght", "BFC-06"), 2021)) == before


def test_a_line_that_is_more_than_a_quarter_of_the_trame_is_shown(folder: Folder, filled_trame: FillTrame) -> None:
    lines = [{"gain_annuel": 1000, "marche": f"M{n}"} for n in range(9)]
    heavy = {"gain_annuel": 4000, "marche": "M9"}
    assert _heavy_lines(judge("x", filled_trame({JURA_SUD: lines[:5], MOREZ: [*lines[5:], heavy]}), folder)) == [
        f"{GAIN_COL}9"
    ]
    assert (
        _heavy_lines(judge("x", filled_trame({JURA_SUD: [*lines, {"gain_annuel": 2000, "marche": "M9"}]}), folder))
        == []
    )
    assert _heavy_lines(judge("x", filled_trame({JURA_SUD: [*lines[:3], heavy]}), folder)) == [], "too few lines to say"


def _heavy_lines(workbook) -> list[str]:  # type: ignore[no-untyped-def]
    return [c.cell for c in workbook.findings if c.code == "poids-excessif"]


def test_a_ght_has_handed_in_when_all_its_files_say_so(
    tmp_path: Path, db: Database, folder: Folder, filled_trame: FillTrame
) -> None:
    (tmp_path / "sud.xlsx").write_bytes(filled_trame({JURA_SUD: [{}]}))
    view = pull_sources(db, folder, tmp_path, filled_trame({MOREZ: [{}]}, handing_in=False))
    assert states(view, Subject(Scope("ght", "BFC-08"), 2021))[0].progress == "vue"


def test_a_deleted_tab_that_says_rien_a_declarer_is_an_answer(folder: Folder, filled_trame: FillTrame) -> None:
    book = load_workbook(io.BytesIO(filled_trame({JURA_SUD: [{}]})))
    next(r for r in book.worksheets[0].iter_rows() if r[0].value == MOREZ)[3].value = "oui"
    book.remove(book["CH LEON BERARD MOREZ"])
    stamp = io.BytesIO()
    book.save(stamp)
    workbook = judge("x.xlsx", stamp.getvalue(), folder)
    assert {o.finess: (o.neant, o.usable) for o in workbook.tabs if o.usable} == {
        JURA_SUD: (False, True),
        MOREZ: (True, True),
    }
