"""What a region is told without asking: at its dates, each week, when its total moves, when a large line is struck."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bots.delivery import tourne
from bots.letters.letter import Lettre
from config.errors import UserError
from config.french import INSECABLE, MILLIERS
from jobs.remind import verrouille_a_l_heure
from reports.due.alerts import mouvements
from sheets.register import acts, arrivals
from tests.postman import Facteur
from tests.region import Region, nouvelle

JURA, NIEVRE = "BFC-08", "BFC-06"
SUD, NEVERS = "390780146", "580780039"
REFERENT, DIRECTEUR, CHEF = (f"{q}@exemple.invalid" for q in ("referent.bfc", "directeur.bfc-08", "paat.bfc-08"))
ANNUELLE, MI_ANNEE = "2021-annuelle", "2022-mi-annee"
TYPED = "Contrat <!channel> Dupont"
DITES = ("situation au", "de nouveaux envois", "les contrôles viennent", "Les relances")
"""A sentence of each kind of alert."""


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return nouvelle(tmp_path)


@pytest.fixture
def courriel() -> Facteur:
    return Facteur()


def ligne(gain: int, reference: int = 1_000_000, **reste: Any) -> dict[str, Any]:
    return {
        "gain_annuel": gain,
        "montant_reference": reference,
        "intitule": TYPED,
        "date_premiere_commande": date(2021, 1, 4),
        **reste,
    }


def recoit(
    region: Region, jour: date, ght: str, finess: str, *lignes: dict[str, Any], campagne: str = ANNUELLE
) -> None:
    region.le(jour).envoie(f"{ght}.xlsx", ght, campagne, {finess: lignes})


def tour(region: Region, courriel: Facteur, jour: date, heure: int = 10) -> list[Lettre]:
    """What leaves at that hour."""
    avant = len(courriel.livrees)
    region.le(jour, heure)
    tourne(region.vue, lambda: region.heure, [courriel.canal])
    return [replace(x, objet=_plain(x.objet), texte=_plain(x.texte)) for x in courriel.livrees[avant:]]


def _plain(texte: str) -> str:
    return texte.replace(INSECABLE, " ").replace(MILLIERS, " ")


def a(lettres: list[Lettre], qui: str) -> Lettre:
    (la,) = (x for x in lettres if x.a == qui)
    return la


def test_the_mid_year_alert_says_where_each_ght_stands_and_who_has_not_answered(
    region: Region, courriel: Facteur
) -> None:
    recoit(region, date(2022, 2, 1), NIEVRE, NEVERS, ligne(120_000))
    lignes = (ligne(60_000), ligne(300_000, 200_000))
    de_mars = [{**li, "date_premiere_commande": date(2022, 3, 1)} for li in lignes]
    recoit(region, date(2022, 6, 20), JURA, SUD, *de_mars, campagne=MI_ANNEE)
    dite = a(tour(region, courriel, date(2022, 7, 1)), REFERENT)
    assert dite.objet.startswith("Bourgogne-Franche-Comté : 50 k€ retenus, 0,2 % de l'objectif")
    assert "situation au 30/06/2022. 1 trame reçue sur 11." in dite.texte
    assert "À part, jamais dedans : 120 k€ retenus en 2021 par les GHT qui n'ont rien envoyé." in dite.texte
    assert "Rien reçu (10) : " in dite.texte
    (jura,) = (li for li in dite.texte.splitlines() if "GHT Jura : 50 k€ retenus sur" in li)
    assert jura.endswith("en fin d'année ; remise, 1 ligne à corriger, 1 onglet sur 4")
    assert "Retiré : 250 000 €, le gain dépasse le montant de référence (2022-mi-annee/390780146/0002)" in dite.texte
    (image,) = dite.pieces
    assert image.octets.startswith(b"\x89PNG")


def test_the_mid_year_alert_before_anyone_answers_says_what_is_carried_over_and_what_is_imputed_apart(
    region: Region, courriel: Facteur
) -> None:
    en_juillet = {**ligne(120_000), "date_premiere_commande": date(2021, 7, 1)}
    recoit(region, date(2022, 2, 1), NIEVRE, NEVERS, en_juillet)
    recoit(region, date(2022, 2, 1), JURA, SUD, ligne(30_000))
    lettres = tour(region, courriel, date(2022, 7, 1))
    dite = a(lettres, REFERENT)
    assert dite.objet.startswith("Bourgogne-Franche-Comté : rien reçu encore, 60 k€ attendus en fin d'année")
    assert "0 trame reçue sur 11. En fin d'année, 60 k€ sont attendus : 0 € retenus + 0 € notifiés" in dite.texte
    assert "+ 60 k€ de report de 2021 pas encore repris. Objectif : 27," in dite.texte
    assert "il serait atteint à 0,2 %." in dite.texte
    assert "À part, jamais dedans : 90 k€ retenus en 2021 par les GHT qui n'ont rien envoyé." in dite.texte
    (nievre,) = (li for li in dite.texte.splitlines() if "GHT Nièvre : 0 € retenus" in li)
    assert "60 k€ attendus en fin d'année (dont 60 k€ de report), à part 60 k€ imputés ; rien reçu" in nievre
    jura = a(lettres, DIRECTEUR)
    assert jura.objet.startswith("GHT Jura : rien reçu encore, 0 € attendus en fin d'année")
    assert "À part, jamais dedans : 30 k€ retenus en 2021" in jura.texte
    assert "Nièvre" not in jura.texte + jura.html


def test_a_director_is_told_of_their_own_ght_and_of_no_other(region: Region, courriel: Facteur) -> None:
    recoit(region, date(2022, 6, 20), NIEVRE, NEVERS, ligne(120_000), campagne=MI_ANNEE)
    recoit(region, date(2022, 6, 20), JURA, SUD, ligne(60_000), campagne=MI_ANNEE)
    lettres = tour(region, courriel, date(2022, 7, 1))
    dite = a(lettres, DIRECTEUR)
    assert dite.objet.startswith("GHT Jura : ")
    assert "Nièvre" not in dite.texte + dite.html
    ghts = (g.code.lower() for g in region.vue.dossier.territoire.ghts.values())
    assert {x.a for x in lettres if "situation au 30/06/2022" in x.texte} == {
        REFERENT,
        *(f"directeur.{g}@exemple.invalid" for g in ghts),
    }


def test_once_the_collection_is_closed_the_balance_speaks_of_no_forecast(region: Region, courriel: Facteur) -> None:
    recoit(region, date(2022, 2, 1), JURA, SUD, ligne(60_000))
    bilan = a(tour(region, courriel, date(2022, 3, 17)), DIRECTEUR)
    assert bilan.objet == "GHT Jura : 60 k€ retenus, 6,7 % de l'objectif"
    assert "attendus" not in bilan.texte


def test_an_alert_of_before_the_opening_or_long_past_is_not_told(region: Region, courriel: Facteur) -> None:
    assert not any("retenus" in x.objet for x in tour(region, courriel, date(2022, 1, 10))), "situation on 31 December"
    assert not any("retenus" in x.objet for x in tour(region, courriel, date(2022, 7, 25))), "situation on 30 June"


def test_each_alert_is_told_once_however_often_it_is_asked(region: Region, courriel: Facteur) -> None:
    recoit(region, date(2022, 2, 1), JURA, SUD, ligne(60_000), ligne(300_000, 200_000))
    recoit(region, date(2022, 2, 8), JURA, SUD, ligne(30_000), ligne(300_000, 200_000))
    jours = [date(2022, 2, 8) + timedelta(days=n) for n in range(45)]
    parties = [(jour, x.a, li) for jour in jours for heure in (9, 13, 17) for x in tour(region, courriel, jour, heure)
               for li in (x.objet, *x.texte.splitlines()) if any(m in li for m in DITES)]  # fmt: skip
    assert len(set(parties)) == len(parties)
    for une_fois in ("situation au", "de nouveaux envois", "les contrôles viennent"):
        dits = [(qui, li) for _, qui, li in parties if une_fois in li]
        assert dits
        assert len(set(dits)) == len(dits), une_fois
    semaines = [jour.isocalendar().week for jour, _, li in parties if "Les relances" in li]
    assert semaines == sorted(set(semaines))


def test_the_week_is_told_on_its_day_to_the_referent_alone(region: Region, courriel: Facteur) -> None:
    recoit(region, date(2022, 2, 1), JURA, SUD, ligne(60_000))
    lundi = tour(region, courriel, date(2022, 2, 7))
    assert [x.a for x in lundi if "la semaine" in x.texte + x.objet] == [REFERENT]
    dite = a(lundi, REFERENT).texte
    assert "Ont répondu depuis une semaine : GHT Jura" in dite
    assert "+60 k€ retenus en une semaine (lignes apparues : 1, +60 k€)" in dite
    assert "Rien reçu (10) : " in dite
    mardi = tour(region, courriel, date(2022, 2, 8))
    assert not any("la semaine" in x.texte for x in mardi)
    assert "le total n'a pas bougé depuis une semaine" in a(tour(region, courriel, date(2022, 2, 14)), REFERENT).texte


def test_a_region_may_do_without_its_week(region: Region, courriel: Facteur) -> None:
    region.sans_alertes()
    assert not any("la semaine" in x.texte for x in tour(region, courriel, date(2022, 2, 7)))


@pytest.mark.parametrize(("gain", "dit"), [(55_000, False), (53_000, True), (70_000, True)])
def test_a_pull_that_moves_what_was_declared_is_told_past_the_share(
    region: Region, courriel: Facteur, gain: int, dit: bool
) -> None:
    """60 000 € were declared: a tenth of it is 6 000."""
    region.change_le_dossier("reglages.toml", 'jour_du_point = "lundi"', 'jour_du_point = "aucun"')
    recoit(region, date(2022, 2, 1), JURA, SUD, ligne(60_000))
    tour(region, courriel, date(2022, 2, 1))
    recoit(region, date(2022, 2, 8), JURA, SUD, ligne(gain))
    au_referent = [x for x in tour(region, courriel, date(2022, 2, 8), 11) if x.a == REFERENT]
    assert [("déjà déclaré" in x.objet) for x in au_referent] == ([True] if dit else [])


def test_what_comes_for_the_first_time_moves_nothing(region: Region, courriel: Facteur) -> None:
    recoit(region, date(2022, 2, 1), JURA, SUD, ligne(60_000))
    recoit(region, date(2022, 2, 1), NIEVRE, NEVERS, ligne(500_000))
    assert not any("déjà déclaré" in x.objet for x in tour(region, courriel, date(2022, 2, 1), 11))


def test_the_movement_told_is_the_difference_of_the_totals(region: Region) -> None:
    recoit(region, date(2022, 2, 1), JURA, SUD, ligne(60_000), ligne(20_000))
    recoit(region, date(2022, 2, 3), NIEVRE, NEVERS, ligne(120_000))
    avant = region.demande("gains bfc 2021")["valeur"]
    recoit(region, date(2022, 2, 8), JURA, SUD, ligne(10_000), ligne(20_000))
    apres = region.demande("gains bfc 2021")["valeur"]
    (a,) = arrivals.corrections(region.db, ANNUELLE, region.heure - timedelta(days=4), region.heure)
    (m,) = mouvements(region.vue, region.dossier.campagnes[ANNUELLE], a)
    assert m.ecart == round(100 * (float(apres) - float(avant))) == -50_000_00
    assert m.avant == round(100 * float(avant))
    assert m.par_ght == {JURA: -50_000_00}


def test_a_large_line_struck_is_told_at_once_and_no_more_once_it_is_mended(region: Region, courriel: Facteur) -> None:
    region.change_le_dossier("reglages.toml", 'jour_du_point = "lundi"', 'jour_du_point = "aucun"')
    recoit(region, date(2022, 2, 1), JURA, SUD, ligne(99_000, 90_000), ligne(120_000, 100_000))
    (dite,) = (x for x in tour(region, courriel, date(2022, 2, 1), 11) if x.a == REFERENT)
    assert dite.objet == "GHT Jura : 1 grosse ligne retirée, 120 000 €"
    assert "GHT Jura : 120 000 € (2021-annuelle/390780146/0002)" in dite.texte
    recoit(region, date(2022, 2, 2), NIEVRE, NEVERS, ligne(300_000, 200_000))
    recoit(region, date(2022, 2, 2), NIEVRE, NEVERS, ligne(30_000, 200_000))
    assert not any("grosse" in x.objet for x in tour(region, courriel, date(2022, 2, 2), 11))


def test_a_referent_who_also_answers_for_a_ght_is_told_of_it_once(region: Region, courriel: Facteur) -> None:
    for qui in ("directeur", "paat"):
        region.change_le_dossier("personnes.csv", f"{qui}.bfc-08@exemple.invalid;", f"{qui}.bfc-08@ailleurs.invalid;")
    region.change_le_dossier("personnes.csv", "Directeur des achats;ght;ght;BFC-08", "Directeur;lecture;ght;BFC-08")
    region.change_le_dossier("personnes.csv", "Chef de projet PAAT;ght;ght;BFC-08", "Chef de projet;lecture;ght;BFC-08")
    recoit(region, date(2022, 2, 1), JURA, SUD, ligne(60_000))
    recoit(region, date(2022, 2, 1), NIEVRE, NEVERS, ligne(120_000))
    dite = a(tour(region, courriel, date(2022, 3, 17)), REFERENT)
    assert "Bourgogne-Franche-Comté : 180 k€ retenus" in dite.texte
    assert "2 trames reçues sur 11." in dite.texte


def test_a_movement_is_weighed_against_what_was_there_before_it(region: Region, courriel: Facteur) -> None:
    region.change_le_dossier("reglages.toml", 'jour_du_point = "lundi"', 'jour_du_point = "aucun"')
    recoit(region, date(2022, 2, 1), JURA, SUD, ligne(60_000))
    tour(region, courriel, date(2022, 2, 1))
    recoit(region, date(2022, 2, 5), JURA, SUD, ligne(50_000))  # a Saturday: it is told on Monday
    recoit(region, date(2022, 2, 6), NIEVRE, NEVERS, ligne(120_000))
    (dite,) = (x for x in tour(region, courriel, date(2022, 2, 7)) if x.a == REFERENT)
    assert "Bourgogne-Franche-Comté : −10 k€ sur ce qui était déjà déclaré" in dite.objet


def test_what_comes_after_the_lock_moves_nothing(region: Region, courriel: Facteur) -> None:
    recoit(region, date(2022, 2, 1), JURA, SUD, ligne(60_000))
    region.le(date(2022, 3, 15), 18)
    verrouille_a_l_heure(region.vue, region.heure)
    recoit(region, date(2022, 3, 21), JURA, SUD, ligne(100_000))
    assert not any("déjà déclaré" in x.objet + x.texte for x in tour(region, courriel, date(2022, 3, 21), 11))


def test_a_large_line_that_a_referent_kept_meanwhile_is_not_announced(region: Region, courriel: Facteur) -> None:
    recoit(region, date(2022, 2, 4), JURA, SUD, ligne(120_000, 100_000))
    acts.decide(region.le(date(2022, 2, 5)).main(), f"{ANNUELLE}/{SUD}/0001", "retenir", "marché relu")
    assert not any("grosse" in x.objet + x.texte for x in tour(region, courriel, date(2022, 2, 7)))


def test_no_text_of_a_cell_is_in_an_alert(region: Region, courriel: Facteur) -> None:
    recoit(region, date(2022, 2, 1), JURA, SUD, ligne(60_000), ligne(300_000, 200_000))
    recoit(region, date(2022, 2, 8), JURA, SUD, ligne(10_000), ligne(310_000, 200_000))
    for jour in (date(2022, 2, 8), date(2022, 2, 14), date(2022, 3, 17)):
        tour(region, courriel, jour)
    dits = " ".join(_plain(x.texte) for x in courriel.livrees)
    assert all(m in dits for m in DITES)
    assert not [x.objet for x in courriel.livrees if "Dupont" in x.objet + x.texte + x.html]


@pytest.mark.parametrize(
    ("avant", "apres", "phrase"),
    [
        ('jour_du_point = "lundi"', 'jour_du_point = "dimanche"', "« dimanche » ; un jour ouvré était attendu"),
        ("variation = 10 ", "variation = 0 ", "« variation » attend un nombre entier"),
        ("ligne_retiree = 100000", 'ligne_retiree = "beaucoup"', "« ligne_retiree » attend un nombre entier"),
    ],
)
def test_a_setting_that_cannot_be_is_said_with_its_line(region: Region, avant: str, apres: str, phrase: str) -> None:
    with pytest.raises(UserError, match=phrase):
        region.change_le_dossier("reglages.toml", avant, apres)
