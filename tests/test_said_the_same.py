"""What an answer says of quality, of objectives and of its own facts: the same on every surface, and in one unit."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bots.questions import INTENTIONS
from bots.slack.conversation import answer_message
from reports.answer import FACTS
from tests import acted
from tests.region import REFERENT, Region, new_region

YEAR_END = "2021-annuelle"
SENS, MORTEAU = "890970569", "250000221"
YONNE = "GHT Nord Yonne"


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return new_region(tmp_path)


def plain(text: str) -> str:
    return re.sub(r"[\u202f\xa0]", " ", text)


def in_slack(region: Region, question: str) -> str:
    return repr(answer_message(question, region.folder.persons[REFERENT], region.view, region.hour))


def test_quality_is_judged_before_decisions_and_said_after_them_beside(region: Region) -> None:
    too_good = {"montant_reference": 1_000, "gain_annuel": 2_000}
    region.send("yonne.xlsx", "BFC-05", YEAR_END, {SENS: [{**too_good, "intitule": f"L{n}"} for n in range(2)]})
    for n in (1, 2):
        acted.decide(region.main(), f"{YEAR_END}/{SENS}/{n:04d}", "retenir", "relu")
    r = region.ask("qualité BFC 2021")
    assert (r["valeur"], r["totaux"]["gain_retenu"]) == (0.0, r["declare"])
    assert (r["faits"]["qualite_apres"], r["faits"]["qualite_euros"], r["faits"]["qualite_euros_apres"]) == (
        "1",
        "0",
        "1",
    )
    assert "0,0 % des lignes (0,0 % des euros)" in plain(r["texte"])
    assert "Après décisions : 100,0 % des lignes (100,0 % des euros)" in plain(r["texte"])


def test_a_sound_line_that_is_struck_by_hand_leaves_the_headline_as_it_was(region: Region) -> None:
    lines: list[dict[str, object]] = [{"intitule": "Gants"}, {"intitule": "Linge"}, {"intitule": "Rêve", "statut": "potentiel",
             "date_premiere_commande": ""}, {"intitule": "Faux", "montant_reference": 1_000, "gain_annuel": 2_000}]  # fmt: skip
    region.send("yonne.xlsx", "BFC-05", YEAR_END, {SENS: lines})
    before = region.ask("qualité BFC 2021")
    assert before["valeur"] == 0.75, "a potential line is a declared line"
    assert "Après décisions" not in before["texte"]
    acted.decide(region.main(), f"{YEAR_END}/{SENS}/0001", "retirer", "relu")
    after = region.ask("qualité BFC 2021")
    assert (after["valeur"], after["faits"]["qualite_apres"]) == (0.75, "0.5")


def test_every_amount_among_the_facts_is_euros(region: Region) -> None:
    line = {"montant_reference": 100_000, "gain_annuel": 9_600, "date_premiere_commande": date(2021, 7, 1)}
    region.send("yonne.xlsx", "BFC-05", YEAR_END, {SENS: [line]})
    region.dated(date(2022, 2, 20)).send("yonne.xlsx", "BFC-05", YEAR_END, {SENS: [line, {**line, "intitule": "Deux"}]})
    seen: dict[str, str] = {}
    for i in INTENTIONS:
        asked = i.example if i.key in ("comparaison", "changements") else i.suggests(YONNE, 2021)
        asked = asked.replace("depuis un mois ?", "depuis le 01/02/2022").replace(
            "depuis le 15/03 ?", "depuis le 01/02/2022"
        )
        seen |= region.ask(asked)["faits"]
    euros = {k: v for k, v in seen.items() if FACTS[k] == "EUR"}
    assert all(re.fullmatch(r"-?\d+\.\d\d", v) for v in euros.values()), euros
    assert {"achats", "perimetre_traite", "retenu_avant", "gain_annuel", "notifie", "report", "impute"} <= euros.keys()
    assert (euros["perimetre_traite"], euros["gain_annuel"]) == ("200000.00", "19200.00")
    assert not any(re.fullmatch(r"-?\d+\.\d\d", v) for k, v in seen.items() if FACTS[k] in ("nombre", "jour"))
    covered = region.ask(f"couverture {YONNE} 2021")
    rate = Decimal(covered["faits"]["perimetre_traite"]) / Decimal(covered["faits"]["achats"])
    assert float(rate) == pytest.approx(covered["valeur"], abs=1e-6)


def test_an_objective_of_zero_is_said_in_one_way(region: Region) -> None:
    region.edit_folder("objectifs.csv", ";source\n", ";source\nght;BFC-05;2021;v0;01/01/2021;0;test\n")
    region.send("yonne.xlsx", "BFC-05", YEAR_END, {SENS: [{}]})
    for question in (f"gains {YONNE} 2021", f"objectif {YONNE} 2021", f"prévision {YONNE} 2021",
                     f"compare {YONNE} et GHT Nièvre 2021"):  # fmt: skip
        r = region.ask(question)
        assert "pas de taux d'atteinte" in r["texte"], question
        assert "pas d'objectif" not in r["texte"].lower(), question
        assert r["taux_atteinte"] is None
    r = region.ask(f"gains {YONNE} 2021")
    assert r["objectif"] == "0.00"
    assert "pas de taux d'atteinte" in in_slack(region, f"gains {YONNE} 2021")


def test_an_attainment_belongs_to_one_side_of_a_comparison(region: Region) -> None:
    region.send("yonne.xlsx", "BFC-05", YEAR_END, {SENS: [{}]})
    r = region.ask(f"compare {YONNE} et BFC 2021")
    assert (r["objectif"], r["taux_atteinte"]) == (None, None)
    assert [li["libelle"] for li in r["lignes"] if "objectif" in li] == [YONNE, "Bourgogne-Franche-Comté"]
    assert "Atteint à" not in in_slack(region, f"compare {YONNE} et BFC 2021")
