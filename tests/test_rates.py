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

from bots.grammar.understand import comprend
from config.folder import Dossier
from config.territory import Perimetre
from jobs.taking_in.folders import pull
from reports.coverage import couverture, performance
from reports.progress import etats
from reports.view import Sujet, Vue
from reports.why import why
from sheets.judging.workbook import juge
from sheets.register.database import ouvre
from tests.conftest import GAIN_COL, Remplir

JOUR = datetime(2022, 2, 1, 9, tzinfo=ZoneInfo("Europe/Paris"))
SUD, MOREZ = "390780146", "390780153"
CH_SUD = Perimetre("etablissement", SUD)


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return ouvre(tmp_path / "vigie.sqlite")


def avec_achats(octets: bytes, finess: str, montant: int | str) -> bytes:
    """The same workbook with other total purchases typed on its first tab."""
    livre = load_workbook(io.BytesIO(octets))
    next(r for r in livre.worksheets[0].iter_rows() if r[0].value == finess)[2].value = montant
    tampon = io.BytesIO()
    livre.save(tampon)
    return tampon.getvalue()


def releve(db: Database, dossier: Dossier, ou: Path, octets: bytes, jours: int = 0) -> Vue:
    (ou / "jura.xlsx").write_bytes(octets)
    pull(db, dossier, [ou], lambda: JOUR + timedelta(days=jours))
    return Vue(db, dossier, date(2022, 3, 1))


def test_coverage_counts_kept_lines_first_ordered_in_the_exercice_over_total_purchases(
    tmp_path: Path, db: Database, dossier: Dossier, trame_remplie: Remplir
) -> None:
    lignes = [
        {"montant_reference": 1_000_000, "gain_annuel": 50_000},
        {"montant_reference": 500_000, "gain_annuel": 20_000, "date_premiere_commande": date(2020, 9, 1)},
        {"montant_reference": 400_000, "gain_annuel": 20_000, "statut": "notifié"},
        {"montant_reference": 300_000, "gain_annuel": 900_000},
    ]
    vue = releve(db, dossier, tmp_path, trame_remplie({SUD: lignes}))
    r = couverture(vue, Sujet(CH_SUD, 2021))
    assert (r.faits["perimetre_traite"], r.faits["achats"]) == (100_000_000, 3_800_000_000)
    assert r.valeur == Decimal(1) / 38


def test_performance_and_coverage_stand_on_the_same_lines_whenever_they_were_declared(
    tmp_path: Path, db: Database, dossier: Dossier, trame_remplie: Remplir
) -> None:
    july = date(2021, 7, 1)
    first: list[dict[str, object]] = [
        {"intitule": "Gants", "montant_reference": 1_000_000, "gain_annuel": 50_000, "date_premiere_commande": july},
        {"intitule": "Perte", "montant_reference": 500_000, "gain_annuel": -10_000, "date_premiere_commande": july},
        {"intitule": "Recette", "montant_reference": None, "gain_annuel": 7_000, "nature": "recette"},
        {"intitule": "Retirée", "montant_reference": 300_000, "gain_annuel": 900_000},
        {"intitule": "À venir", "montant_reference": 400_000, "gain_annuel": 20_000, "statut": "notifié"},
    ]
    vue = releve(db, dossier, tmp_path, trame_remplie({SUD: first}))
    assert performance(vue, Sujet(CH_SUD, 2021)).valeur == Decimal(40_000) / 1_500_000
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
    vue = releve(db, dossier, tmp_path, trame_remplie({SUD: late}, campagne="2022-mi-annee"), jours=150)
    vue = Vue(db, dossier, date(2022, 8, 1))
    of_2021, of_2022 = performance(vue, Sujet(CH_SUD, 2021)), performance(vue, Sujet(CH_SUD, 2022))
    assert of_2021.valeur == Decimal(70_000) / 2_100_000
    assert of_2022.valeur == Decimal(8_000) / 800_000
    for exercice, r in ((2021, of_2021), (2022, of_2022)):
        covered = couverture(vue, Sujet(CH_SUD, exercice))
        assert covered.faits["perimetre_traite"] == r.faits["perimetre_traite"]
        for figure, key in (("couverture", "perimetre_traite"), ("performance", "gain_annuel")):
            lines = why(vue, Sujet(CH_SUD, exercice, figure=figure))
            assert sum(int(e.valeur or 0) for e in lines.elements) == lines.valeur == r.faits[key]
    before = Vue(db, dossier, date(2022, 3, 1))
    assert performance(before, Sujet(CH_SUD, 2021)).valeur == Decimal(40_000) / 1_500_000, "the past stays"


def test_coverage_over_years_is_the_sum_of_the_yearly_rates_each_shown(
    tmp_path: Path, db: Database, dossier: Dossier, trame_remplie: Remplir
) -> None:
    releve(db, dossier, tmp_path, trame_remplie({SUD: [{"montant_reference": 1_000_000, "gain_annuel": 50_000}]}))
    second = {"montant_reference": 1_900_000, "gain_annuel": 50_000, "date_premiere_commande": date(2022, 1, 5)}
    releve(db, dossier, tmp_path, trame_remplie({SUD: [second]}, campagne="2022-mi-annee"), jours=150)
    vue = Vue(db, dossier, date(2022, 8, 1))
    yearly = [couverture(vue, Sujet(CH_SUD, n)).valeur for n in (2021, 2022)]
    r = couverture(vue, Sujet(CH_SUD, 2022, exercices=(2020, 2021, 2022)))
    assert [(e.libelle, e.valeur) for e in r.elements] == [("2020", None), ("2021", yearly[0]), ("2022", yearly[1])]
    assert r.valeur == sum(v for v in yearly if v is not None)
    assert (r.faits["exercices"], r.faits["exercices_inconnus"]) == (2, 1)


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
def test_a_coverage_may_be_asked_over_several_years(text: str, exercices: tuple[int, ...], dossier: Dossier) -> None:
    q = comprend(text, dossier, date(2022, 3, 31), Perimetre("region", "BFC"))
    assert q.sujet, q.indices
    assert (q.intention, q.sujet.exercices) == ("couverture", exercices)


@pytest.mark.parametrize(
    "text", ["performance BFC de 2019 à 2021", "qualité bfc sur trois ans", "prévision 2021 et 2022 bfc"]
)
def test_several_years_of_another_figure_are_asked_one_at_a_time(text: str, dossier: Dossier) -> None:
    q = comprend(text, dossier, date(2022, 3, 31), Perimetre("region", "BFC"))
    assert q.intention is None
    assert "un exercice à la fois" in q.indices
    assert all(comprend(p, dossier, date(2022, 3, 31), Perimetre("region", "BFC")).intention for p in q.propositions)


def test_total_purchases_typed_in_the_trame_beat_the_folders_and_the_last_ones_win(
    tmp_path: Path, db: Database, dossier: Dossier, trame_remplie: Remplir
) -> None:
    octets = trame_remplie({SUD: [{}]})
    releve(db, dossier, tmp_path, avec_achats(octets, SUD, 40_000_000))
    vue = releve(db, dossier, tmp_path, avec_achats(octets, SUD, "41 000 000 €"), jours=1)
    assert vue.achats(2021, [SUD, MOREZ]) == {SUD: 4_100_000_000, MOREZ: dossier.achats[MOREZ, 2021]}


def test_a_slip_in_total_purchases_is_said_and_changes_nobodys_objective(
    tmp_path: Path, db: Database, dossier: Dossier, trame_remplie: Remplir
) -> None:
    octets = trame_remplie({SUD: [{}]})
    avant = releve(db, dossier, tmp_path, octets).objectif(Sujet(Perimetre("ght", "BFC-06"), 2021))
    faux = avec_achats(octets, SUD, 38_000_000_000)
    assert "achats-suspects" in {c.code for c in juge("x.xlsx", faux, dossier).constats}
    assert releve(db, dossier, tmp_path, faux, jours=1).objectif(Sujet(Perimetre("ght", "BFC-06"), 2021)) == avant


def test_a_line_that_is_more_than_a_quarter_of_the_trame_is_shown(dossier: Dossier, trame_remplie: Remplir) -> None:
    lignes = [{"gain_annuel": 1000, "marche": f"M{n}"} for n in range(9)]
    lourde = {"gain_annuel": 4000, "marche": "M9"}
    assert _lourdes(juge("x", trame_remplie({SUD: lignes[:5], MOREZ: [*lignes[5:], lourde]}), dossier)) == [
        f"{GAIN_COL}9"
    ]
    assert _lourdes(juge("x", trame_remplie({SUD: [*lignes, {"gain_annuel": 2000, "marche": "M9"}]}), dossier)) == []
    assert _lourdes(juge("x", trame_remplie({SUD: [*lignes[:3], lourde]}), dossier)) == [], "too few lines to say"


def _lourdes(classeur) -> list[str]:  # type: ignore[no-untyped-def]
    return [c.cellule for c in classeur.constats if c.code == "poids-excessif"]


def test_a_ght_has_handed_in_when_all_its_files_say_so(
    tmp_path: Path, db: Database, dossier: Dossier, trame_remplie: Remplir
) -> None:
    (tmp_path / "sud.xlsx").write_bytes(trame_remplie({SUD: [{}]}))
    vue = releve(db, dossier, tmp_path, trame_remplie({MOREZ: [{}]}, remise=False))
    assert etats(vue, Sujet(Perimetre("ght", "BFC-08"), 2021))[0].progres == "vue"


def test_a_deleted_tab_that_says_rien_a_declarer_is_an_answer(dossier: Dossier, trame_remplie: Remplir) -> None:
    livre = load_workbook(io.BytesIO(trame_remplie({SUD: [{}]})))
    next(r for r in livre.worksheets[0].iter_rows() if r[0].value == MOREZ)[3].value = "oui"
    livre.remove(livre["CH LEON BERARD MOREZ"])
    tampon = io.BytesIO()
    livre.save(tampon)
    classeur = juge("x.xlsx", tampon.getvalue(), dossier)
    assert {o.finess: (o.neant, o.utilisable) for o in classeur.onglets if o.utilisable} == {
        SUD: (False, True),
        MOREZ: (True, True),
    }
