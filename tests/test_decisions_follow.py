"""A decision follows its line, from campaign to campaign of an exercice and into the report of the next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sheets.register import acts
from sheets.register.decisions import decisions
from sheets.register.what_counts import qui_compte
from tests.region import Ligne, Region, nouvelle, sujet

BELFORT, GHT = "900000365", "BFC-09"
D_AVANT, MI_ANNEE, ANNUELLE = "2021-annuelle", "2022-mi-annee", "2022-annuelle"
HIVER, ETE, FIN = date(2022, 1, 20), date(2022, 7, 1), date(2023, 1, 20)
JUILLET, JANVIER = date(2021, 7, 1), date(2022, 1, 5)


def achat(
    titre: str, gain: int, reference: int | None = 96_000, commande: date = JUILLET, **reste: Any
) -> dict[str, Any]:
    return {"intitule": titre, "marche": f"M-{titre}", "gain_annuel": gain, "montant_reference": reference,
            "date_premiere_commande": commande, **reste}  # fmt: skip


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return nouvelle(tmp_path)


def envoie(region: Region, jour: date, campagne: str, lignes: Sequence[Ligne]) -> None:
    region.le(jour).envoie(f"{campagne}.xlsx", GHT, campagne, {BELFORT: lignes})


def decide(region: Region, jour: date, campagne: str, numero: str, sens: str) -> None:
    acts.decide(region.le(jour).main(), f"{campagne}/{BELFORT}/{numero}", sens, "relu")


def gardes(region: Region, exercice: int, numero: str = "") -> int:
    """Cents kept of the exercice, of one line or of all."""
    (onglet,) = region.vue.comptent(sujet(GHT, exercice))
    if not numero:
        return onglet.totaux.gain_retenu
    ligne = region.lignes(BELFORT, onglet.campagne)[numero]
    prises = {d.ligne: d.retire for d in decisions(region.db, [onglet.id], region.heure.date())}
    return int(ligne["gain_exercice"]) - prises.get(ligne["id"], int(ligne["retire"]))


def mots(region: Region, exercice: int, numero: str) -> str:
    (onglet,) = region.vue.comptent(sujet(GHT, exercice))
    (dite,) = [
        d.mots for d in decisions(region.db, [onglet.id], region.heure.date()) if d.reference.endswith(f"/{numero}")
    ]
    return dite


TROIS = [achat("Scanner", 9_600), achat("Papier", 2_400, None), achat("Gants", 1_200)]


@pytest.mark.parametrize("retape", [9_600, 9_601, 9_600.5, 19_200])
def test_the_report_of_a_line_struck_counts_nothing_and_that_of_a_line_kept_counts(
    region: Region, retape: float
) -> None:
    envoie(region, HIVER, D_AVANT, TROIS)
    decide(region, HIVER, D_AVANT, "0001", "retirer")
    decide(region, HIVER, D_AVANT, "0002", "retenir")
    assert [gardes(region, 2021, f"000{n}") for n in (1, 2, 3)] == [0, 120_000, 60_000]
    envoie(region, ETE, MI_ANNEE, [{**TROIS[0], "gain_annuel": retape}, *TROIS[1:]])
    assert [gardes(region, 2022, f"000{n}") for n in (1, 2, 3)] == [0, 120_000, 60_000]
    assert gardes(region, 2022) == 180_000
    assert mots(region, 2022, "0001") == f"retirée par referent.bfc@exemple.invalid le {HIVER} en {D_AVANT} : relu"
    envoie(region, FIN, ANNUELLE, TROIS)
    assert gardes(region, 2022) == 180_000


def test_decisions_of_mid_year_hold_at_year_end(region: Region) -> None:
    deux = [achat("Scanner", 1_200, commande=JANVIER), achat("Papier", 2_400, None, JANVIER)]
    envoie(region, ETE, MI_ANNEE, deux)
    decide(region, ETE, MI_ANNEE, "0001", "retirer")
    decide(region, ETE, MI_ANNEE, "0002", "retenir")
    assert gardes(region, 2022) == 240_000
    envoie(region, FIN, ANNUELLE, deux)
    assert gardes(region, 2022) == 240_000
    assert [gardes(region, 2022, n) for n in ("0001", "0002")] == [0, 240_000]
    decide(region, FIN, ANNUELLE, "0001", "revenir")
    assert gardes(region, 2022) == 360_000
    assert region.vue.comptent(sujet(GHT, 2022, MI_ANNEE))[0].totaux.gain_retenu == 240_000, "mid-year is as it was"


def test_a_decision_of_year_end_does_not_go_back_to_mid_year(region: Region) -> None:
    envoie(region, ETE, MI_ANNEE, [achat("Scanner", 1_200, commande=JANVIER)])
    envoie(region, FIN, ANNUELLE, [achat("Scanner", 1_200, commande=JANVIER)])
    decide(region, FIN, ANNUELLE, "0001", "retirer")
    assert region.vue.comptent(sujet(GHT, 2022, MI_ANNEE))[0].totaux.gain_retenu == 120_000
    assert gardes(region, 2022) == 0


def test_a_decision_does_not_fall_on_another_purchase_that_took_its_number_the_year_after(region: Region) -> None:
    envoie(region, HIVER, D_AVANT, [achat("Scanner", 9_600)])
    decide(region, HIVER, D_AVANT, "0001", "retirer")
    envoie(region, ETE, MI_ANNEE, [achat("Repas", 1_200, commande=JANVIER)])
    assert gardes(region, 2022) == 120_000


NEUF = achat("Papier", 2_400, None, JANVIER)
CHANGES: list[tuple[dict[str, Any], str]] = [
    ({"gain_annuel": 2_401}, "les montants ont changé"),
    ({"montant_reference": 2_000}, "les montants ont changé"),
    ({"date_premiere_commande": date(2022, 1, 6)}, "la date de 1re commande a changé"),
    ({"statut": "notifié"}, "le statut a changé"),
    ({"gain_annuel": 2_500, "date_premiere_commande": date(2022, 2, 5)},
     "les montants et la date de 1re commande ont changé"),
]  # fmt: skip


@pytest.mark.parametrize(("quoi", "dit"), CHANGES)
@pytest.mark.parametrize("campagne", [MI_ANNEE, ANNUELLE])
def test_a_line_kept_is_to_be_looked_at_again_once_it_says_something_else(
    region: Region, quoi: dict[str, Any], dit: str, campagne: str
) -> None:
    envoie(region, ETE, MI_ANNEE, [NEUF])
    decide(region, ETE, MI_ANNEE, "0001", "retenir")
    assert gardes(region, 2022) == 240_000
    envoie(region, FIN, campagne, [{**NEUF, **quoi}])
    assert gardes(region, 2022) == 0
    assert f"mais {dit} depuis : à revoir (relu)" in mots(region, 2022, "0001")
    envoie(region, FIN, campagne, [{**NEUF, "commentaire": "comme avant"}])
    assert gardes(region, 2022) == 240_000, "what it was taken on is back"


@pytest.mark.parametrize(("quoi", "dit"), CHANGES)
def test_a_line_struck_stays_so_whatever_changes_and_is_to_be_looked_at_again(
    region: Region, quoi: dict[str, Any], dit: str
) -> None:
    sain = achat("Papier", 2_400, 90_000, JANVIER)
    envoie(region, ETE, MI_ANNEE, [sain])
    decide(region, ETE, MI_ANNEE, "0001", "retirer")
    envoie(region, FIN, ANNUELLE, [{**sain, **quoi}])
    assert gardes(region, 2022) == 0
    assert f"retirée par referent.bfc@exemple.invalid le {ETE} en {MI_ANNEE} : relu ; {dit} depuis : à revoir" == mots(
        region, 2022, "0001"
    )
    decide(region, FIN, ANNUELLE, "0001", "retirer")
    assert "à revoir" not in mots(region, 2022, "0001"), "looked at again"


def test_a_notified_line_that_is_realised_with_its_amounts_has_not_changed(region: Region) -> None:
    notifie = {**NEUF, "statut": "notifié", "date_premiere_commande": None}
    envoie(region, ETE, MI_ANNEE, [notifie])
    decide(region, ETE, MI_ANNEE, "0001", "retenir")
    envoie(region, FIN, ANNUELLE, [NEUF])
    assert gardes(region, 2022) == 240_000
    assert "à revoir" not in mots(region, 2022, "0001")
    envoie(region, FIN, ANNUELLE, [{**NEUF, "gain_annuel": 2_500}])
    assert gardes(region, 2022) == 0


def test_a_struck_line_to_look_at_again_waits_for_the_referent(region: Region) -> None:
    envoie(region, ETE, MI_ANNEE, [achat("Papier", 2_400, 90_000, JANVIER)])
    decide(region, ETE, MI_ANNEE, "0001", "retirer")
    envoie(region, FIN, ANNUELLE, [achat("Papier", 2_500, 90_000, JANVIER)])
    decision = region.db.execute("SELECT decision FROM v_lignes_qui_comptent WHERE exercice = 2022").fetchone()
    assert decision == ("retirée, à revoir",)


@pytest.mark.parametrize("prise", ["240000/", "240000//2022-01-05/réalisé"])
def test_a_decision_taken_before_dates_were_kept_with_it_is_compared_on_amounts(region: Region, prise: str) -> None:
    envoie(region, ETE, MI_ANNEE, [NEUF])
    decide(region, ETE, MI_ANNEE, "0001", "retenir")
    with region.db.conn:
        region.db.execute("UPDATE actes SET valeur = ? WHERE genre = 'retenir'", (prise,))
    envoie(region, FIN, ANNUELLE, [{**NEUF, "date_premiere_commande": date(2022, 1, 25)}])
    assert gardes(region, 2022) == (240_000 if prise.count("/") == 1 else 0)


def test_what_is_remembered_of_a_campaign_follows_the_decisions_of_the_exercice_before(region: Region) -> None:
    envoie(region, HIVER, D_AVANT, TROIS)
    envoie(region, ETE, MI_ANNEE, TROIS)

    def whole() -> int:
        return sum(o.totaux.gain_retenu for o in qui_compte(region.db, [MI_ANNEE], region.heure.date()).values())

    avant = whole()
    decide(region, ETE, D_AVANT, "0001", "retirer")
    assert whole() == avant - 480_000
    decide(region, ETE, D_AVANT, "0001", "revenir")
    assert whole() == avant


@pytest.mark.parametrize("suite", [
    [[achat("Scanner", 9_600, action_id=None, intitule="Scanner 64 barrettes")]],  # renamed, its number wiped
    [[achat("Scanner", 9_600, action_id="0001", intitule="Scanner neuf")], [achat("Scanner", 9_600, action_id=None)]],
    [[achat("Scanner", 9_600, action_id="0002", intitule="Scanner neuf"), achat("Gants", 1_200, action_id="0001")]],
], ids=["renamed", "renamed, then as before", "renamed and numbered anew"])  # fmt: skip
def test_a_struck_line_that_is_renamed_and_loses_its_number_stays_struck(
    region: Region, suite: list[list[dict[str, Any]]]
) -> None:
    envoie(region, HIVER, D_AVANT, [achat("Scanner", 9_600), achat("Gants", 1_200)])
    decide(region, HIVER, D_AVANT, "0001", "retirer")
    for envoi in suite:
        envoie(region, ETE, MI_ANNEE, [*envoi, achat("Gants", 1_200, action_id="0002")][:2])
    assert gardes(region, 2022) == 60_000


def test_another_purchase_of_the_same_market_and_date_is_a_new_one(region: Region) -> None:
    envoie(region, HIVER, D_AVANT, [achat("Scanner", 9_600)])
    decide(region, HIVER, D_AVANT, "0001", "retirer")
    envoie(region, ETE, MI_ANNEE, [achat("Scanner", 4_800, action_id=None, intitule="Échographe")])
    assert gardes(region, 2022) == 240_000
