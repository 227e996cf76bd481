"""An action keeps its number from one sending, one campaign and one exercice to the next; and never by a guess."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jobs.rejudge import rejuge
from sheets.checks import on_workbooks
from sheets.findings import Gravite
from sheets.judged import Classeur
from sheets.register import acts
from tests.conftest import GAIN_COL
from tests.region import Ligne, Region, nouvelle, relit, sujet, trame

BELFORT, GHT = "900000365", "BFC-09"
ANNUELLE, MI_ANNEE, SUIVANTE = "2021-annuelle", "2022-mi-annee", "2022-annuelle"
SANS: dict[str, Any] = {"action_id": None}
"""Its number was wiped."""


def achat(titre: str, gain: int = 4_000, reference: int = 80_000, **reste: Any) -> dict[str, Any]:
    return {"intitule": titre, "marche": f"M-{titre}", "gain_annuel": gain, "montant_reference": reference, **reste}


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return nouvelle(tmp_path)


def propre(phrase: str) -> str:
    """A sentence with ordinary spaces."""
    return phrase.replace("\u202f", " ").replace("\xa0", " ")


def envoie(region: Region, jour: date, lignes: Sequence[Ligne], campagne: str = ANNUELLE) -> None:
    region.le(jour).envoie(f"{campagne}.xlsx", GHT, campagne, {BELFORT: lignes})


def titres(region: Region, campagne: str = ANNUELLE) -> dict[str, str]:
    return {n: li["intitule"] for n, li in region.lignes(BELFORT, campagne).items()}


JOURS = [date(2022, 1, d) for d in (20, 21, 24, 25, 26, 27, 28)]


def test_a_line_whose_number_was_wiped_is_found_again_and_said(region: Region) -> None:
    envoie(region, JOURS[0], [achat("Gants"), achat("Linge", 5_000)])
    envoie(region, JOURS[1], [achat("Gants", **SANS), achat("Linge", 5_500, **SANS)])
    assert titres(region) == {"0001": "Gants", "0002": "Linge"}
    dits = {c.ligne: c.message for c in region.constats(ANNUELLE, "identite-reconnue")}
    assert "« 0001 »" in dits[5]
    assert "mêmes montants" in dits[5]
    assert "« 0002 »" in dits[6]
    assert "même marché" in dits[6]
    assert "montants" not in dits[6]


def test_a_wiped_number_is_not_given_back_when_title_market_and_family_all_changed(region: Region) -> None:
    envoie(region, JOURS[0], [achat("Gants")])
    envoie(region, JOURS[1], [achat("Draps", famille="Hôtellerie", **SANS)])
    assert titres(region) == {"0002": "Draps"}
    assert not region.constats(ANNUELLE, "identite-reconnue")


def test_between_two_candidates_nothing_is_guessed(region: Region) -> None:
    envoie(region, JOURS[0], [achat("Gants", 4_000), achat("Gants", 5_000)])
    envoie(region, JOURS[1], [achat("Gants", 6_000, **SANS)])
    assert titres(region) == {"0003": "Gants"}
    assert not region.constats(ANNUELLE, "identite-reconnue")
    assert len(region.constats(ANNUELLE, "ligne-disparue")) == 2


def test_one_known_action_is_not_given_to_one_of_two_lines_that_look_like_it(region: Region) -> None:
    envoie(region, JOURS[0], [achat("Gants", 4_000)])
    envoie(region, JOURS[1], [achat("Gants", 5_000, **SANS), achat("Gants", 6_000, **SANS)])
    assert set(titres(region)) == {"0002", "0003"}


def test_a_line_copied_above_its_original_leaves_it_its_number(region: Region) -> None:
    envoie(region, JOURS[0], [achat("Gants"), achat("Linge")])
    copie = achat("Gants stériles", 7_000, action_id="0001")
    envoie(region, JOURS[1], [copie, achat("Gants", action_id="0001"), achat("Linge", action_id="0002")])
    assert titres(region) == {"0001": "Gants", "0002": "Linge", "0003": "Gants stériles"}
    (dit,) = region.constats(ANNUELLE, "numero-en-double")
    assert (dit.ligne, "0003" in propre(dit.message)) == (5, True)


def test_a_line_copied_above_its_original_never_takes_the_number_of_a_vanished_action(region: Region) -> None:
    envoie(region, JOURS[0], [achat("Gants"), achat("Linge")])
    envoie(region, JOURS[1], [achat("Gants stériles", 7_000, action_id="0001"), achat("Gants", action_id="0001")])
    assert titres(region) == {"0001": "Gants", "0003": "Gants stériles"}
    assert [c.ligne for c in region.constats(ANNUELLE, "numero-en-double")] == [5]
    assert ["« 0002 »" in c.message for c in region.constats(ANNUELLE, "ligne-disparue")] == [True]


def test_a_copy_left_in_the_file_keeps_its_own_number_from_pull_to_pull(region: Region) -> None:
    lignes = [achat("Gants"), achat("Gants stériles", 7_000, action_id="0001")]
    for jour, gain in zip(JOURS, (100, 200, 300, 400), strict=False):
        envoie(region, jour, [*lignes, achat("Linge", gain, 8_000, action_id="0050")])
        assert titres(region) == {"0001": "Gants", "0002": "Gants stériles", "0050": "Linge"}
        assert [c.ligne for c in region.constats(ANNUELLE, "numero-en-double")] == [6]
    assert not region.constats(ANNUELLE, "ligne-disparue")
    assert region.rejuge(ecrit=False) == []


def test_a_new_line_never_takes_the_number_of_a_vanished_one(region: Region) -> None:
    envoie(region, JOURS[0], [achat("Gants"), achat("Linge"), achat("Papier")])
    envoie(region, JOURS[1], [achat("Gants"), achat("Scanner", 9_000, **SANS), achat("Papier", action_id="0003")])
    assert titres(region) == {"0001": "Gants", "0003": "Papier", "0004": "Scanner"}
    envoie(region, JOURS[2], [achat("Gants"), achat("Scanner", 9_000, **SANS), achat("IRM", 8_000, **SANS)])
    assert titres(region) == {"0001": "Gants", "0004": "Scanner", "0005": "IRM"}


def test_a_refused_match_gets_a_number_of_its_own_when_judged_again(region: Region) -> None:
    envoie(region, JOURS[0], [achat("Gants", 4_000)])
    envoie(region, JOURS[1], [achat("Gants", 9_000, **SANS)])
    assert set(titres(region)) == {"0001"}
    region.le(JOURS[2])
    acts.distingue(region.main(), f"{ANNUELLE}/{BELFORT}/0001", "un autre marché")
    region.rejuge()
    assert set(titres(region)) == {"0002"}
    assert not region.constats(ANNUELLE, "identite-reconnue")
    (disparue,) = region.constats(ANNUELLE, "ligne-disparue")
    assert "« 0001 », ligne 5 de l'envoi du 20/01/2022" in propre(disparue.message)
    assert set(region.lignes(BELFORT, ANNUELLE, JOURS[1])) == {"0001"}, "the past stays"
    # and it stays distinct: sent again, judged again, it is still the second action
    envoie(region, JOURS[3], [achat("Gants", 9_000, **SANS), achat("Linge", **SANS)])
    assert titres(region) == {"0002": "Gants", "0003": "Linge"}
    region.rejuge()
    assert titres(region) == {"0002": "Gants", "0003": "Linge"}


def test_twin_lines_without_numbers_keep_theirs_over_many_pulls_and_judgements(region: Region) -> None:
    jumelles = [achat("Gants", **SANS), achat("Gants", **SANS), achat("Gants", **SANS)]
    for tour, jour in enumerate(JOURS):
        envoie(region, jour, [*jumelles, achat("Linge", 1_000 + tour, action_id="0040")])
        assert set(titres(region)) == {"0001", "0002", "0003", "0040"}
        region.rejuge()
        assert set(titres(region)) == {"0001", "0002", "0003", "0040"}
    assert not region.constats(ANNUELLE, "ligne-disparue")


def test_lines_that_say_nothing_of_themselves_keep_their_numbers_when_judged_again(region: Region) -> None:
    vide = {"intitule": None, "marche": None, "gain_annuel": None, "montant_reference": None, **SANS}
    envoie(region, JOURS[0], [achat("Gants"), vide])
    assert set(titres(region)) == {"0001", "0002"}
    assert region.le(JOURS[1]).rejuge(ecrit=False) == []


def test_judging_again_with_the_same_rules_changes_nothing(region: Region) -> None:
    envoie(region, JOURS[0], [achat("Gants", **SANS), achat("Linge", 4_000), achat("Papier", 5_000)])
    envoie(region, JOURS[1], [achat("Gants", 4_500, **SANS), achat("Linge", 40, 800), achat("IRM", 6_000, **SANS)])
    assert {c.ligne for c in region.constats(ANNUELLE, "unite-suspecte")} == {6}
    assert region.rejuge(ecrit=False) == []
    assert region.rejuge() == []
    assert {c.ligne for c in region.constats(ANNUELLE, "unite-suspecte")} == {6}
    assert len(region.constats(ANNUELLE, "ligne-disparue")) == 1


def test_a_vanished_line_says_how_many_euros_went_with_it(region: Region) -> None:
    envoie(region, JOURS[0], [achat("Gants"), achat("Linge", 2_400, date_premiere_commande=date(2021, 7, 1))])
    envoie(region, JOURS[1], [achat("Gants")])
    (dit,) = region.constats(ANNUELLE, "ligne-disparue")
    assert dit.gravite is Gravite.ALERTE
    assert "« 0002 », ligne 6 de l'envoi du 20/01/2022" in propre(dit.message)
    assert "1 200 €" in propre(dit.message)


@pytest.mark.parametrize("retour", [achat("Linge", 2_400, action_id="0002"),
                                    achat("Linge", 2_400, action_id="0002", statut="abandonné")], ids=["back", "abandoned"])  # fmt: skip
def test_a_vanished_line_is_no_longer_said_once_it_is_back_or_abandoned(region: Region, retour: Ligne) -> None:
    envoie(region, JOURS[0], [achat("Gants"), achat("Linge", 2_400)])
    envoie(region, JOURS[1], [achat("Gants")])
    assert len(region.constats(ANNUELLE, "ligne-disparue")) == 1
    envoie(region, JOURS[2], [achat("Gants"), retour])
    assert not region.constats(ANNUELLE, "ligne-disparue")
    assert len(region.constats(ANNUELLE, "ligne-disparue", au=JOURS[1])) == 1


def test_a_line_abandoned_and_then_taken_out_is_not_missed(region: Region) -> None:
    envoie(region, JOURS[0], [achat("Gants"), achat("Linge", statut="abandonné", date_premiere_commande=None)])
    envoie(region, JOURS[1], [achat("Gants")])
    assert not region.constats(ANNUELLE, "ligne-disparue")


def test_the_day_a_vanished_line_was_received_is_that_of_the_sending_not_of_a_later_judgement(region: Region) -> None:
    lourde = achat("Linge", 20_000)
    envoie(region, JOURS[0], [achat("Gants"), lourde])
    region.le(JOURS[1]).change_le_dossier(
        "reglages.toml", "performance_a_justifier = 30", "performance_a_justifier = 20"
    )
    assert len(region.rejuge()) == 1
    envoie(region, JOURS[2], [achat("Gants")])
    (dit,) = region.constats(ANNUELLE, "ligne-disparue")
    assert "l'envoi du 20/01/2022" in propre(dit.message)


@pytest.mark.parametrize(("gain", "reference", "dit"), [
    (4, 80, "milliers"), (400_000, 8_000_000, "centimes"), (4_000_000, 80_000_000, "milliers"), (40, 800, "centimes"),
])  # fmt: skip
def test_amounts_a_hundred_or_a_thousand_times_those_of_before_are_suspected(
    region: Region, gain: int, reference: int, dit: str
) -> None:
    envoie(region, JOURS[0], [achat("Gants")])
    envoie(region, JOURS[1], [achat("Gants", gain, reference)])
    suspects = region.constats(ANNUELLE, "unite-suspecte")
    assert {c.colonne for c in suspects} == {"gain_annuel", "montant_reference"}
    assert all(dit in c.correction for c in suspects)
    envoie(region, JOURS[2], [achat("Gants", gain, reference, commentaire="vu")])
    assert not region.constats(ANNUELLE, "unite-suspecte"), "said once, against the sending before"


def test_ten_times_more_is_not_a_unit(region: Region) -> None:
    envoie(region, JOURS[0], [achat("Gants")])
    envoie(region, JOURS[1], [achat("Gants", 40_000, 800_000)])
    assert not region.constats(ANNUELLE, "unite-suspecte")


# From one exercice to the next

JUILLET = date(2021, 7, 1)


def reportee(titre: str, gain: int = 9_600, **reste: Any) -> dict[str, Any]:
    return achat(titre, gain, 96_000, date_premiere_commande=JUILLET, **reste)


def test_a_carried_line_typed_over_counts_for_its_known_value_and_says_both(region: Region) -> None:
    envoie(region, JOURS[0], [reportee("Gants")])
    envoie(region, date(2022, 7, 1), [reportee("Gants", 12_000)], MI_ANNEE)
    ligne = region.lignes(BELFORT, MI_ANNEE)["0001"]
    assert (ligne["gain_exercice"], ligne["reportee_de"]) == (480_000, f"{ANNUELLE}/{BELFORT}/0001")
    (dit,) = region.constats(MI_ANNEE, "report-modifie")
    message = propre(dit.message)
    assert "saisi 12 000 € de gain" in message
    assert "connu 9 600 € de gain" in message
    assert (dit.cellule, dit.gravite) == (f"{GAIN_COL}5", Gravite.ALERTE)


@pytest.mark.parametrize("saisie", [
    {"gain_annuel": None}, {"statut": "abandonné"}, {"date_premiere_commande": date(2022, 3, 1)},
    {"montant_reference": None}, {"gain_annuel": 200_000}, {"date_premiere_commande": None}, {"gain_annuel": "NC"},
], ids=str)  # fmt: skip
def test_whatever_is_typed_over_a_carried_line_its_known_value_counts(region: Region, saisie: Ligne) -> None:
    envoie(region, JOURS[0], [reportee("Gants")])
    envoie(region, date(2022, 7, 1), [{**reportee("Gants"), **saisie}], MI_ANNEE)
    ligne = region.lignes(BELFORT, MI_ANNEE)["0001"]
    assert (ligne["gain_exercice"], ligne["retire"], ligne["gain_annuel"]) == (480_000, 0, 960_000)
    assert len(region.constats(MI_ANNEE, "report-modifie")) == 1


def test_a_carried_line_left_alone_has_nothing_said_of_it(region: Region) -> None:
    envoie(region, JOURS[0], [reportee("Gants")])
    envoie(region, date(2022, 7, 1), [reportee("Gants")], MI_ANNEE)
    assert not region.constats(MI_ANNEE, "report-modifie", "report-non-repris", "ligne-disparue", "identite-reconnue")


def test_a_carried_loss_is_carried_like_a_gain(region: Region) -> None:
    envoie(region, JOURS[0], [reportee("Gants", -9_600)])
    envoie(region, date(2022, 7, 1), [reportee("Gants", -1_200)], MI_ANNEE)
    assert region.lignes(BELFORT, MI_ANNEE)["0001"]["gain_exercice"] == -480_000


def gardes(region: Region, campagne: str = MI_ANNEE) -> int:
    """Cents kept, decisions taken."""
    return region.vue.comptent(sujet(GHT, region.dossier.campagnes[campagne].exercice))[0].totaux.gain_retenu


def test_a_line_struck_last_year_by_the_checks_is_judged_anew_on_what_is_typed(region: Region) -> None:
    envoie(region, JOURS[0], [reportee("Gants", 200_000), reportee("Linge", 2_400)])
    envoie(region, date(2022, 7, 1), [reportee("Gants", 200_000), reportee("Linge", 2_400)], MI_ANNEE)
    assert gardes(region) == 120_000
    envoie(region, date(2022, 7, 4), [reportee("Gants", 9_600), reportee("Linge", 2_400)], MI_ANNEE)
    assert gardes(region) == 120_000 + 480_000
    lignes = region.lignes(BELFORT, MI_ANNEE)
    assert {n: li["reportee_de"] for n, li in lignes.items()} == {n: f"{ANNUELLE}/{BELFORT}/{n}" for n in lignes}
    assert not region.constats(MI_ANNEE, "report-modifie", "report-non-repris")


@pytest.mark.parametrize("retape", [9_600, 9_601, 200_000, -9_600])
def test_a_line_struck_last_year_by_decision_counts_nothing_whatever_is_retyped_until_it_is_taken_back(
    region: Region, retape: int
) -> None:
    envoie(region, JOURS[0], [reportee("Gants"), reportee("Linge", 2_400)])
    acts.decide(region.le(JOURS[1]).main(), f"{ANNUELLE}/{BELFORT}/0001", "retirer", "achat annulé")
    envoie(region, date(2022, 7, 1), [reportee("Gants", retape), reportee("Linge", 2_400)], MI_ANNEE)
    assert gardes(region) == 120_000
    assert region.lignes(BELFORT, MI_ANNEE)["0001"]["gain_exercice"] == 480_000
    acts.decide(region.le(date(2022, 7, 2)).main(), f"{ANNUELLE}/{BELFORT}/0001", "revenir", "relu")
    assert gardes(region) == 120_000 + 480_000
    region.le(date(2022, 7, 1))
    assert gardes(region) == 120_000


def test_a_struck_report_is_not_asked_for_nor_prefilled(region: Region) -> None:
    envoie(region, JOURS[0], [reportee("Gants"), reportee("Linge", 2_400)])
    acts.decide(region.le(JOURS[1]).main(), f"{ANNUELLE}/{BELFORT}/0001", "retirer", "achat annulé")
    envoie(region, date(2022, 7, 1), [reportee("Linge", 2_400, action_id="0002")], MI_ANNEE)
    assert not region.constats(MI_ANNEE, "report-non-repris", "ligne-disparue")


def test_a_line_kept_last_year_by_decision_is_carried_with_its_decision(region: Region) -> None:
    envoie(region, JOURS[0], [reportee("Gants", 48_000)])
    assert region.lignes(BELFORT, ANNUELLE)["0001"]["bloquee"]
    acts.decide(region.le(JOURS[1]).main(), f"{ANNUELLE}/{BELFORT}/0001", "retenir", "marché relu")
    envoie(region, date(2022, 7, 1), [reportee("Gants", 48_000)], MI_ANNEE)
    ligne = region.lignes(BELFORT, MI_ANNEE)["0001"]
    assert (ligne["gain_exercice"], bool(ligne["reportee_de"]), gardes(region)) == (2_400_000, True, 2_400_000)
    acts.decide(region.le(date(2022, 7, 2)).main(), f"{ANNUELLE}/{BELFORT}/0001", "revenir", "erreur")
    assert gardes(region) == 0


def test_a_report_that_is_not_in_the_tab_is_asked_for(region: Region) -> None:
    envoie(region, JOURS[0], [reportee("Gants"), reportee("Linge", 2_400)])
    envoie(region, date(2022, 7, 1), [reportee("Gants")], MI_ANNEE)
    assert not region.constats(MI_ANNEE, "ligne-disparue")
    (dit,) = region.constats(MI_ANNEE, "report-non-repris")
    assert "« 0002 » (2021-annuelle), 1 200 €" in propre(dit.message)


def test_another_purchase_under_a_carried_number_is_not_the_report_and_the_report_is_asked_for(region: Region) -> None:
    envoie(region, JOURS[0], [reportee("Gants")])
    neuf = achat("Scanner", 3_000, date_premiere_commande=date(2022, 1, 4))
    envoie(region, date(2022, 7, 1), [neuf], MI_ANNEE)
    ligne = region.lignes(BELFORT, MI_ANNEE)["0001"]
    assert (ligne["gain_exercice"], ligne["reportee_de"]) == (300_000, None)
    assert ["« 0001 »" in c.message for c in region.constats(MI_ANNEE, "report-non-repris")] == [True]


def test_mid_year_lines_keep_their_number_at_year_end(region: Region) -> None:
    neuf: dict[str, Any] = {"date_premiere_commande": date(2022, 2, 1)}
    envoie(region, date(2022, 7, 1), [achat("Gants", **neuf), achat("Linge", **neuf)], MI_ANNEE)
    envoie(region, date(2023, 1, 20), [achat("Linge", 5_000, **neuf, **SANS), achat("IRM", **neuf, **SANS)], SUIVANTE)
    assert titres(region, SUIVANTE) == {"0002": "Linge", "0003": "IRM"}
    (dit,) = region.constats(SUIVANTE, "ligne-disparue")
    assert "« 0001 »" in propre(dit.message)


# After the lock


def test_what_changes_after_the_lock_is_shown_line_by_line_and_does_not_count(region: Region) -> None:
    envoie(region, JOURS[0], [achat("Gants"), achat("Linge")])
    acts.verrouille(region.le(JOURS[1]).main(), ANNUELLE, [GHT], "fin de campagne")
    envoie(region, JOURS[2], [achat("Gants", 9_000), achat("IRM", 6_000, **SANS)])
    assert {n: li["gain_annuel"] for n, li in region.lignes(BELFORT, ANNUELLE).items()} == {
        "0001": 400_000,
        "0002": 400_000,
    }
    dits = {c.ligne: propre(c.message) for c in region.constats(ANNUELLE, "modifie-apres-cloture")}
    assert "vaut 7 500 €" in dits[5]
    assert "n'est plus dans l'envoi reçu" in dits[6]
    assert "elle n'y était pas" in dits[None]
    assert all("verrou du 21/01/2022" in d for d in dits.values())
    acts.verrouille(region.le(JOURS[3]).main(), ANNUELLE, [GHT], "reprise", oui=False)
    assert set(region.lignes(BELFORT, ANNUELLE)) == {"0001", "0003"}
    assert not region.constats(ANNUELLE, "modifie-apres-cloture")


def test_a_file_sent_after_the_lock_and_unchanged_says_nothing(region: Region) -> None:
    envoie(region, JOURS[0], [achat("Gants")])
    acts.verrouille(region.le(JOURS[1]).main(), ANNUELLE, [GHT], "fin de campagne")
    envoie(region, JOURS[2], [achat("Gants", commentaire="vu")])
    assert not region.constats(ANNUELLE, "modifie-apres-cloture")


def test_a_line_added_after_the_lock_keeps_its_number_from_one_late_sending_to_the_next(region: Region) -> None:
    envoie(region, JOURS[0], [achat("Gants")])
    acts.verrouille(region.le(JOURS[1]).main(), ANNUELLE, [GHT], "fin de campagne")
    for jour, gain in zip(JOURS[2:], (100, 200, 300), strict=False):
        envoie(region, jour, [achat("Gants", gain, 8_000), achat("IRM", 6_000, **SANS)])
    acts.verrouille(region.main(), ANNUELLE, [GHT], "reprise", oui=False)
    assert set(region.lignes(BELFORT, ANNUELLE)) == {"0001", "0002"}


# Judged again


def test_judging_again_tells_only_what_changes_in_what_counts(region: Region) -> None:
    """A former sending and a line kept by decision hold the same purchase: neither adds to the difference."""
    lourde, gardee = achat("Linge", 20_000, date_premiere_commande=date(2021, 1, 4)), achat("Papier", 18_000)
    envoie(region, JOURS[0], [achat("Gants"), lourde, gardee])
    envoie(region, JOURS[1], [achat("Gants", 4_100), lourde, gardee])
    acts.decide(region.main(), f"{ANNUELLE}/{BELFORT}/0003", "retenir", "marché relu")
    region.le(JOURS[2]).change_le_dossier(
        "reglages.toml", "performance_a_justifier = 30", "performance_a_justifier = 20"
    )
    (change,) = region.rejuge(ecrit=False)
    assert (change.declare, change.retire, change.lignes) == (0, 2_000_000, 2)
    avant = region.vue.comptent(sujet(GHT, 2021))[0].totaux
    region.rejuge()
    apres = region.vue.comptent(sujet(GHT, 2021))[0].totaux
    assert apres.gain_retenu - avant.gain_retenu == change.retenu == -2_000_000


def test_judging_again_without_writing_leaves_the_register_as_it_was(region: Region) -> None:
    envoie(region, JOURS[0], [achat("Linge", 20_000)])
    region.le(JOURS[1]).change_le_dossier(
        "reglages.toml", "performance_a_justifier = 30", "performance_a_justifier = 20"
    )
    avant = list(region.db.conn.iterdump())
    assert len(region.rejuge(ecrit=False)) == 1
    assert list(region.db.conn.iterdump()) == avant


def test_a_former_sending_judged_again_does_not_speak_for_the_last_one(region: Region) -> None:
    """Two partial files share a path: the first still counts for its tab, but what the file says is in the second."""
    sens, joigny = "890970569", "890000417"

    def recu(jour: date, finess: str, achats: int) -> None:
        livre = relit(trame(region.dossier, "BFC-05", ANNUELLE, {finess: [achat("Linge", 20_000)]}))
        premier = livre.worksheets[0]
        rang = next(r[0].row for r in premier.iter_rows(max_col=1) if r[0].value == sens)
        premier.cell(rang, 3, achats)
        livre.save(region.ou / "recus" / "yonne.xlsx")
        region.le(jour).releve()

    recu(JOURS[0], sens, 30_000_000)
    recu(JOURS[1], joigny, 40_000_000)
    assert region.vue.achats(2021, [sens]) == {sens: 4_000_000_000}
    region.le(JOURS[2]).change_le_dossier(
        "reglages.toml", "performance_a_justifier = 30", "performance_a_justifier = 20"
    )
    assert len(region.rejuge()) == 2
    assert region.vue.achats(2021, [sens]) == {sens: 4_000_000_000}


def test_a_changed_bound_of_the_campaign_checks_is_applied_when_judging_again(region: Region) -> None:
    lignes = [achat(f"Achat {n}", 4_000 + 10 * n, marche=f"M{n}") for n in range(24)]
    envoie(region, JOURS[0], [*lignes, achat("Rare", 9_000)])
    assert len(region.constats(ANNUELLE, "gain-atypique")) == 1
    region.le(JOURS[1]).change_le_dossier("reglages.toml", "gain_atypique_ecarts = 5", "gain_atypique_ecarts = 500")
    region.rejuge()
    assert not region.constats(ANNUELLE, "gain-atypique")
    assert len(region.constats(ANNUELLE, "gain-atypique", au=JOURS[0])) == 1


def test_a_personal_number_on_a_carried_line_is_said_and_strikes_nothing(region: Region) -> None:
    envoie(region, JOURS[0], [reportee("Gants")])
    envoie(region, date(2022, 7, 1), [reportee("Gants", commentaire="patient 1 85 05 78 006 084 91")], MI_ANNEE)
    assert region.lignes(BELFORT, MI_ANNEE)["0001"]["retire"] == 0
    assert [c.gravite for c in region.constats(MI_ANNEE, "donnee-personnelle")] == [Gravite.ALERTE]


def test_what_a_locked_campaign_did_not_say_is_said_at_the_first_pull_after_it_is_opened_again(region: Region) -> None:
    envoie(region, JOURS[0], [achat("Gants"), achat("Linge")])
    acts.verrouille(region.main(), ANNUELLE, [GHT], "fin de campagne")
    envoie(region, JOURS[1], [achat("Gants")])
    acts.verrouille(region.le(JOURS[2]).main(), ANNUELLE, [GHT], "reprise", oui=False)
    region.le(JOURS[3]).releve()
    assert len(region.constats(ANNUELLE, "ligne-disparue")) == 1


def test_a_copy_whose_original_was_taken_out_keeps_the_number_it_was_given(region: Region) -> None:
    copie = achat("Gants stériles", 7_000, action_id="0001")
    envoie(region, JOURS[0], [achat("Gants"), copie])
    envoie(region, JOURS[1], [copie, achat("Linge", action_id="0003")])
    assert titres(region) == {"0002": "Gants stériles", "0003": "Linge"}
    assert ["« 0001 »" in c.message for c in region.constats(ANNUELLE, "ligne-disparue")] == [True]
    (dit,) = region.constats(ANNUELLE, "numero-en-double")
    assert "« 0001 » est celui d'une autre action ; cette ligne devient « 0002 »" in dit.message


def test_a_line_typed_over_with_another_purchase_keeps_the_number_it_bears(region: Region) -> None:
    envoie(region, JOURS[0], [achat("Gants"), achat("Linge")])
    envoie(region, JOURS[1], [achat("Scanner", 9_000), achat("Linge")])
    assert titres(region) == {"0001": "Scanner", "0002": "Linge"}


def test_an_action_whose_number_was_wiped_gets_it_back_from_the_purchase_typed_in_its_place(region: Region) -> None:
    envoie(region, JOURS[0], [achat("Gants"), achat("Linge")])
    envoie(region, JOURS[1], [achat("Scanner", 9_000), achat("Linge"), achat("Gants", 4_500, **SANS)])
    assert titres(region) == {"0001": "Gants", "0002": "Linge", "0003": "Scanner"}
    assert not region.constats(ANNUELLE, "ligne-disparue")
    assert [c.ligne for c in region.constats(ANNUELLE, "identite-reconnue")] == [7]
    assert [c.ligne for c in region.constats(ANNUELLE, "numero-en-double")] == [5]


def test_a_carried_line_whose_number_now_bears_another_purchase_is_carried_all_the_same(region: Region) -> None:
    envoie(region, JOURS[0], [reportee("Gants")])
    neuf = achat("Scanner", 3_000, date_premiere_commande=date(2022, 1, 4))
    envoie(region, date(2022, 7, 1), [neuf, reportee("Gants", 12_000, **SANS)], MI_ANNEE)
    lignes = {li["intitule"]: li for li in region.lignes(BELFORT, MI_ANNEE).values()}
    assert (lignes["Gants"]["action_id"], lignes["Gants"]["gain_exercice"]) == ("0001", 480_000)
    assert (lignes["Scanner"]["action_id"], lignes["Scanner"]["reportee_de"]) == ("0002", None)
    assert not region.constats(MI_ANNEE, "ligne-disparue", "report-non-repris")


def test_a_file_that_cannot_be_read_again_keeps_its_judgement_and_it_is_said(
    region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    envoie(region, JOURS[0], [achat("Gants")])
    avant = region.demande("gains 2021")["valeur"]
    assert avant != "0.00"
    trop_lent = on_workbooks.classeur_illisible("La lecture a été arrêtée.", "")
    monkeypatch.setattr(
        "jobs.rejudge.juge_tous",
        lambda fichiers, _: (Classeur(nom, None, (), (trop_lent,), lisible=False) for nom, _ in fichiers),
    )
    changes = rejuge(region.db, region.dossier, lambda: region.heure, ecrit=True)
    assert [c.non_relu for c in changes] == ["La lecture a été arrêtée."]
    assert region.demande("gains 2021")["valeur"] == avant
