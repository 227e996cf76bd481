"""Which of two lines alike is a copy, which only asks for a look, and which is a report that repeats nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sheets.findings import Gravite
from sheets.register import acts
from sheets.trames.paat.on_campaigns import LigneRecoupee, doublon_probable
from tests.region import Region, nouvelle, sujet

BELFORT, GHT = "900000365", "BFC-09"
ANNUELLE, MI_ANNEE = "2021-annuelle", "2022-mi-annee"
MARS, MAI = date(2021, 3, 1), date(2021, 5, 3)


def achat(commande: date | None = MARS, **reste: Any) -> dict[str, Any]:
    return {"intitule": "Gants", "marche": "AC 1", "gain_annuel": 4_000, "montant_reference": 80_000,
            "date_premiere_commande": commande, **reste}  # fmt: skip


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return nouvelle(tmp_path)


def doublons(region: Region, *lignes: dict[str, Any], campagne: str = ANNUELLE) -> list[tuple[int | None, Gravite]]:
    region.le(date(2022, 1, 20) if campagne == ANNUELLE else date(2022, 7, 1))
    region.envoie(f"{campagne}.xlsx", GHT, campagne, {BELFORT: lignes})
    return sorted((c.ligne, c.gravite) for c in region.constats(campagne, "doublon"))


NOTIFIE: dict[str, Any] = {"statut": "notifié"}


@pytest.mark.parametrize(("premiere", "seconde", "attendu"), [
    (achat(), achat(), Gravite.REJET),
    (achat(), achat(intitule="gants ", marche="ac1"), Gravite.REJET),
    (achat(), achat(marche=" A C 1 "), Gravite.REJET),
    (achat(), achat(MAI), Gravite.ALERTE),
    (achat(**NOTIFIE), achat(**NOTIFIE), Gravite.REJET),
    (achat(None, **NOTIFIE), achat(None, **NOTIFIE), Gravite.REJET),
    (achat(), achat(None, **NOTIFIE), Gravite.REJET),
    (achat(None, **NOTIFIE), achat(MAI), Gravite.REJET),
    (achat(), achat(MAI, **NOTIFIE), Gravite.ALERTE),
    (achat(gain_annuel=-50), achat(gain_annuel=-50), Gravite.REJET),
    (achat(), achat(gain_annuel=4_001), None),
    (achat(), achat(montant_reference=80_001), None),
    (achat(), achat(intitule="Gants stériles"), None),
    (achat(), achat(marche="AC 2"), None),
    (achat(marche=None), achat(marche=None), None),
    (achat(marche=" "), achat(marche=None), None),
    (achat(statut="potentiel"), achat(), None),
    (achat(), achat(statut="abandonné"), None),
])  # fmt: skip
def test_two_lines_of_a_tab(region: Region, premiere: Any, seconde: Any, attendu: Gravite | None) -> None:
    assert doublons(region, premiere, seconde) == ([(6, attendu)] if attendu else [])


def test_a_copy_of_a_second_purchase_is_struck_and_the_second_purchase_asks_for_a_look(region: Region) -> None:
    assert doublons(region, achat(), achat(MAI), achat(MAI), achat()) == [
        (6, Gravite.ALERTE), (7, Gravite.REJET), (8, Gravite.REJET),
    ]  # fmt: skip
    assert region.vue.comptent(sujet(GHT, 2021))[0].totaux.gain_retenu == 333_333 + 266_667


def test_a_line_struck_otherwise_strikes_no_other(region: Region) -> None:
    assert doublons(region, achat(famille=None), achat()) == []


JUILLET = date(2021, 7, 1)


def test_a_market_renewed_with_its_amounts_does_not_repeat_its_report(region: Region) -> None:
    doublons(region, achat(JUILLET))
    assert doublons(region, achat(JUILLET), achat(date(2022, 7, 1)), campagne=MI_ANNEE) == []
    assert (
        doublons(region, achat(date(2022, 7, 1), action_id=None), achat(JUILLET, action_id="0001"), campagne=MI_ANNEE)
        == []
    )
    assert doublons(region, achat(JUILLET), achat(None, **NOTIFIE), campagne=MI_ANNEE) == []


@pytest.mark.parametrize("place", [0, 1])
def test_of_two_copies_of_a_report_the_one_that_is_carried_counts(region: Region, place: int) -> None:
    doublons(region, achat(JUILLET))
    lignes = [achat(JUILLET, action_id="0099"), achat(JUILLET, action_id="0099")]
    lignes[place]["action_id"] = "0001"
    autre = 1 - place
    assert doublons(region, *lignes, campagne=MI_ANNEE) == [(5 + autre, Gravite.REJET)]
    assert region.vue.comptent(sujet(GHT, 2022))[0].totaux.gain_retenu == 200_000


def test_two_lines_alike_that_a_referent_kept_are_both_carried(region: Region) -> None:
    assert doublons(region, achat(JUILLET), achat(JUILLET)) == [(6, Gravite.REJET)]
    acts.decide(region.main(), f"{ANNUELLE}/{BELFORT}/0002", "retenir", "deux lots")
    assert doublons(region, achat(JUILLET), achat(JUILLET), campagne=MI_ANNEE) == []
    assert region.vue.comptent(sujet(GHT, 2022))[0].totaux.gain_retenu == 400_000


def test_without_a_register_two_copies_of_a_report_are_one(region: Region) -> None:
    assert doublons(region, achat(JUILLET), achat(JUILLET), campagne=MI_ANNEE) == [(6, Gravite.REJET)]
    assert doublons(region, achat(JUILLET), achat(date(2021, 8, 2)), campagne=MI_ANNEE) == []


@pytest.mark.parametrize("marches", [("AC1", "ac1"), ("AC1", "AC 1"), (" ac 1", "AC\u00a01")])
def test_a_market_spelt_otherwise_in_two_etablissements_is_the_same(marches: tuple[str, str], region: Region) -> None:
    lignes = [
        LigneRecoupee(n, n, n, "G", f"F{n}", "Fournitures", m, 100, 50_000)
        for n, m in enumerate((*marches, "AC2", " ", ""))
    ]
    assert [li.id for li, _ in doublon_probable.fonction(lignes, region.dossier)] == [0, 1]
