"""« Rien à déclarer », said by the référent or in the workbook, is an empty tab at its instant."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from config.errors import UserError
from reports.progress import etats
from sheets.register import acts
from tests.region import Region, nouvelle, sujet
from tests.test_vues import meme_reponse

BELFORT, SENS, JOIGNY, NORD, YONNE = "900000365", "890970569", "890000417", "BFC-09", "BFC-05"
MI_ANNEE, ANNUELLE = "2022-mi-annee", "2022-annuelle"
ETE, FIN, APRES = date(2022, 7, 1), date(2023, 1, 20), date(2023, 1, 25)
DIRECTEUR = "directeur.bfc-09@exemple.invalid"


def achat(gain: int) -> dict[str, Any]:
    return {"gain_annuel": gain, "montant_reference": 20_000, "date_premiere_commande": date(2022, 1, 5)}


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return nouvelle(tmp_path)


def gardes(region: Region, ght: str = NORD, campagne: str | None = None) -> int:
    return sum(o.totaux.gain_retenu for o in region.vue.comptent(sujet(ght, 2022, campagne)))


def declare(region: Region, jour: date, campagne: str, gain: int) -> None:
    region.le(jour).envoie(f"{campagne}.xlsx", NORD, campagne, {BELFORT: [achat(gain)]})


@pytest.mark.parametrize("dit", ["referent", "classeur"])
def test_it_replaces_what_mid_year_declared_and_a_later_tab_replaces_it(region: Region, dit: str) -> None:
    declare(region, ETE, MI_ANNEE, 500)
    assert gardes(region) == 50_000
    if dit == "referent":
        acts.dit_neant(region.le(FIN).main(), ANNUELLE, BELFORT, "appel")
    else:
        region.le(FIN).envoie("annuelle.xlsx", NORD, ANNUELLE, {}, neants=[BELFORT])
    assert (gardes(region), gardes(region, campagne=MI_ANNEE)) == (0, 50_000)
    assert region.demande("gains BFC-09 2022")["valeur"] == "0.00"
    assert region.demande("gains BFC-09 2022")["trames"]["recues"] == 1
    meme_reponse(region.db, region.dossier, FIN)
    declare(region, APRES, ANNUELLE, 700)
    assert gardes(region) == 70_000
    meme_reponse(region.db, region.dossier, APRES)
    assert [gardes(region.le(j)) for j in (ETE, FIN, APRES)] == [50_000, 0, 70_000]


def test_it_speaks_for_one_etablissement_alone(region: Region) -> None:
    region.le(ETE).envoie("m.xlsx", YONNE, MI_ANNEE, {SENS: [achat(500)], JOIGNY: [achat(300)]})
    acts.dit_neant(region.le(FIN).main(), ANNUELLE, SENS, "appel")
    assert gardes(region, YONNE) == 30_000
    assert {o.finess: o.totaux.gain_retenu for o in region.vue.comptent(sujet(YONNE, 2022))} == {
        SENS: 0,
        JOIGNY: 30_000,
    }
    assert region.demande("pourquoi BFC-05 2022")["valeur"] == "300.00"
    assert region.demande("qu'est-ce qui a changé BFC-05 2022 depuis le 01/07/2022")["valeur"] == "-500.00"
    (etat,) = etats(region.vue, sujet(YONNE, 2022, ANNUELLE))
    assert (etat.progres, etat.onglets) == ("ouverte", 1)


def test_said_in_the_campaign_of_a_received_tab_it_is_refused(region: Region) -> None:
    declare(region, FIN, ANNUELLE, 500)
    with pytest.raises(UserError, match="a déjà répondu"):
        acts.dit_neant(region.main(), ANNUELLE, BELFORT, "appel")


@pytest.mark.parametrize(("qui", "attendu"), [("referent.bfc@exemple.invalid", 0), (DIRECTEUR, 50_000)])
def test_after_the_lock_the_region_may_say_it_and_the_ght_no_longer(region: Region, qui: str, attendu: int) -> None:
    declare(region, ETE, MI_ANNEE, 500)
    acts.verrouille(region.le(FIN).main(), ANNUELLE, [NORD], "fin de campagne")
    acts.dit_neant(region.le(APRES).main(qui), ANNUELLE, BELFORT, "appel")
    assert gardes(region) == attendu
    meme_reponse(region.db, region.dossier, APRES)
    acts.verrouille(region.main(), ANNUELLE, [NORD], "reprise", oui=False)
    assert gardes(region) == 0


def test_what_came_before_is_still_known(region: Region) -> None:
    """A line declared at mid-year, said nothing of, then declared again: the same action, with its decision."""
    region.le(ETE).envoie("m.xlsx", NORD, MI_ANNEE, {BELFORT: [{**achat(500), "action_id": None}]})
    acts.decide(region.main(), f"{MI_ANNEE}/{BELFORT}/0001", "retirer", "relu")
    acts.dit_neant(region.le(FIN).main(), ANNUELLE, BELFORT, "appel")
    region.le(APRES).envoie("a.xlsx", NORD, ANNUELLE, {BELFORT: [{**achat(500), "action_id": None}]})
    assert list(region.lignes(BELFORT, ANNUELLE)) == ["0001"]
    assert gardes(region) == 0
