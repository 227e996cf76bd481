"""An action keeps its number from one sending, one campaign and one exercice to the next; and never by a guess."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jobs.commands.rejudge import judge_again
from sheets.checks import on_workbooks
from sheets.findings import Severity
from sheets.judged import JudgedWorkbook
from tests import acted
from tests.conftest import GAIN_COL
from tests.region import Line, Region, new_region, read_back, subject, trame

BELFORT, GHT = "900000365", "BFC-09"
YEAR_END, MID_YEAR, NEXT_YEAR_END = "2021-annuelle", "2022-mi-annee", "2022-annuelle"
WITHOUT_NUMBER: dict[str, Any] = {"action_id": None}
"""Its number was wiped."""


def purchase(title: str, gain: int = 4_000, reference: int = 80_000, **rest: Any) -> dict[str, Any]:
    return {"intitule": title, "marche": f"M-{title}", "gain_annuel": gain, "montant_reference": reference, **rest}


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return new_region(tmp_path)


def clean(sentence: str) -> str:
    """A sentence with ordinary spaces."""
    return sentence.replace("\u202f", " ").replace("\xa0", " ")


def send(region: Region, day: date, lines: Sequence[Line], campaign: str = YEAR_END) -> None:
    region.dated(day).send(f"{campaign}.xlsx", GHT, campaign, {BELFORT: lines})


def titles(region: Region, campaign: str = YEAR_END) -> dict[str, str]:
    return {n: li["intitule"] for n, li in region.lines(BELFORT, campaign).items()}


DAYS = [date(2022, 1, d) for d in (20, 21, 24, 25, 26, 27, 28)]


def test_a_line_whose_number_was_wiped_is_found_again_and_said(region: Region) -> None:
    send(region, DAYS[0], [purchase("Gants"), purchase("Linge", 5_000)])
    send(region, DAYS[1], [purchase("Gants", **WITHOUT_NUMBER), purchase("Linge", 5_500, **WITHOUT_NUMBER)])
    assert titles(region) == {"0001": "Gants", "0002": "Linge"}
    all_said = {c.line: c.message for c in region.findings(YEAR_END, "identite-reconnue")}
    assert "« 0001 »" in all_said[5]
    assert "mêmes montants" in all_said[5]
    assert "« 0002 »" in all_said[6]
    assert "même marché" in all_said[6]
    assert "montants" not in all_said[6]


def test_a_wiped_number_is_not_given_back_when_title_market_and_family_all_changed(region: Region) -> None:
    send(region, DAYS[0], [purchase("Gants")])
    send(region, DAYS[1], [purchase("Draps", famille="Hôtellerie", **WITHOUT_NUMBER)])
    assert titles(region) == {"0002": "Draps"}
    assert not region.findings(YEAR_END, "identite-reconnue")


def test_between_two_candidates_nothing_is_guessed(region: Region) -> None:
    send(region, DAYS[0], [purchase("Gants", 4_000), purchase("Gants", 5_000)])
    send(region, DAYS[1], [purchase("Gants", 6_000, **WITHOUT_NUMBER)])
    assert titles(region) == {"0003": "Gants"}
    assert not region.findings(YEAR_END, "identite-reconnue")
    assert len(region.findings(YEAR_END, "ligne-disparue")) == 2


def test_one_known_action_is_not_given_to_one_of_two_lines_that_look_like_it(region: Region) -> None:
    send(region, DAYS[0], [purchase("Gants", 4_000)])
    send(region, DAYS[1], [purchase("Gants", 5_000, **WITHOUT_NUMBER), purchase("Gants", 6_000, **WITHOUT_NUMBER)])
    assert set(titles(region)) == {"0002", "0003"}


def test_a_line_copied_above_its_original_leaves_it_its_number(region: Region) -> None:
    send(region, DAYS[0], [purchase("Gants"), purchase("Linge")])
    copied = purchase("Gants stériles", 7_000, action_id="0001")
    send(region, DAYS[1], [copied, purchase("Gants", action_id="0001"), purchase("Linge", action_id="0002")])
    assert titles(region) == {"0001": "Gants", "0002": "Linge", "0003": "Gants stériles"}
    (said,) = region.findings(YEAR_END, "numero-en-double")
    assert (said.line, "0003" in clean(said.message)) == (5, True)


def test_a_line_copied_above_its_original_never_takes_the_number_of_a_vanished_action(region: Region) -> None:
    send(region, DAYS[0], [purchase("Gants"), purchase("Linge")])
    send(region, DAYS[1], [purchase("Gants stériles", 7_000, action_id="0001"), purchase("Gants", action_id="0001")])
    assert titles(region) == {"0001": "Gants", "0003": "Gants stériles"}
    assert [c.line for c in region.findings(YEAR_END, "numero-en-double")] == [5]
    assert ["« 0002 »" in c.message for c in region.findings(YEAR_END, "ligne-disparue")] == [True]


def test_a_copy_left_in_the_file_keeps_its_own_number_from_pull_to_pull(region: Region) -> None:
    lines = [purchase("Gants"), purchase("Gants stériles", 7_000, action_id="0001")]
    for day, gain in zip(DAYS, (100, 200, 300, 400), strict=False):
        send(region, day, [*lines, purchase("Linge", gain, 8_000, action_id="0050")])
        assert titles(region) == {"0001": "Gants", "0002": "Gants stériles", "0050": "Linge"}
        assert [c.line for c in region.findings(YEAR_END, "numero-en-double")] == [6]
    assert not region.findings(YEAR_END, "ligne-disparue")
    assert region.judge_again(write=False) == []


def test_a_new_line_never_takes_the_number_of_a_vanished_one(region: Region) -> None:
    send(region, DAYS[0], [purchase("Gants"), purchase("Linge"), purchase("Papier")])
    send(
        region,
        DAYS[1],
        [purchase("Gants"), purchase("Scanner", 9_000, **WITHOUT_NUMBER), purchase("Papier", action_id="0003")],
    )
    assert titles(region) == {"0001": "Gants", "0003": "Papier", "0004": "Scanner"}
    send(
        region,
        DAYS[2],
        [purchase("Gants"), purchase("Scanner", 9_000, **WITHOUT_NUMBER), purchase("IRM", 8_000, **WITHOUT_NUMBER)],
    )
    assert titles(region) == {"0001": "Gants", "0004": "Scanner", "0005": "IRM"}


def test_a_refused_match_gets_a_number_of_its_own_when_judged_again(region: Region) -> None:
    send(region, DAYS[0], [purchase("Gants", 4_000)])
    send(region, DAYS[1], [purchase("Gants", 9_000, **WITHOUT_NUMBER)])
    assert set(titles(region)) == {"0001"}
    region.dated(DAYS[2])
    acted.tell_apart(region.main(), f"{YEAR_END}/{BELFORT}/0001", "un autre marché")
    region.judge_again()
    assert set(titles(region)) == {"0002"}
    assert not region.findings(YEAR_END, "identite-reconnue")
    (gone_finding,) = region.findings(YEAR_END, "ligne-disparue")
    assert "« 0001 », ligne 5 de l'envoi du 20/01/2022" in clean(gone_finding.message)
    assert set(region.lines(BELFORT, YEAR_END, DAYS[1])) == {"0001"}, "the past stays"
    # and it stays distinct: sent again, judged again, it is still the second action
    send(region, DAYS[3], [purchase("Gants", 9_000, **WITHOUT_NUMBER), purchase("Linge", **WITHOUT_NUMBER)])
    assert titles(region) == {"0002": "Gants", "0003": "Linge"}
    region.judge_again()
    assert titles(region) == {"0002": "Gants", "0003": "Linge"}


def test_twin_lines_without_numbers_keep_theirs_over_many_pulls_and_judgements(region: Region) -> None:
    twins = [
        purchase("Gants", **WITHOUT_NUMBER),
        purchase("Gants", **WITHOUT_NUMBER),
        purchase("Gants", **WITHOUT_NUMBER),
    ]
    for tick, day in enumerate(DAYS):
        send(region, day, [*twins, purchase("Linge", 1_000 + tick, action_id="0040")])
        assert set(titles(region)) == {"0001", "0002", "0003", "0040"}
        region.judge_again()
        assert set(titles(region)) == {"0001", "0002", "0003", "0040"}
    assert not region.findings(YEAR_END, "ligne-disparue")


def test_lines_that_say_nothing_of_themselves_keep_their_numbers_when_judged_again(region: Region) -> None:
    empty = {"intitule": None, "marche": None, "gain_annuel": None, "montant_reference": None, **WITHOUT_NUMBER}
    send(region, DAYS[0], [purchase("Gants"), empty])
    assert set(titles(region)) == {"0001", "0002"}
    assert region.dated(DAYS[1]).judge_again(write=False) == []


def test_judging_again_with_the_same_rules_changes_nothing(region: Region) -> None:
    send(region, DAYS[0], [purchase("Gants", **WITHOUT_NUMBER), purchase("Linge", 4_000), purchase("Papier", 5_000)])
    send(
        region,
        DAYS[1],
        [
            purchase("Gants", 4_500, **WITHOUT_NUMBER),
            purchase("Linge", 40, 800),
            purchase("IRM", 6_000, **WITHOUT_NUMBER),
        ],
    )
    assert {c.line for c in region.findings(YEAR_END, "unite-suspecte")} == {6}
    assert region.judge_again(write=False) == []
    assert region.judge_again() == []
    assert {c.line for c in region.findings(YEAR_END, "unite-suspecte")} == {6}
    assert len(region.findings(YEAR_END, "ligne-disparue")) == 1


def test_a_vanished_line_says_how_many_euros_went_with_it(region: Region) -> None:
    send(region, DAYS[0], [purchase("Gants"), purchase("Linge", 2_400, date_premiere_commande=date(2021, 7, 1))])
    send(region, DAYS[1], [purchase("Gants")])
    (said,) = region.findings(YEAR_END, "ligne-disparue")
    assert said.severity is Severity.ALERT
    assert "« 0002 », ligne 6 de l'envoi du 20/01/2022" in clean(said.message)
    assert "1 200 €" in clean(said.message)


@pytest.mark.parametrize("retour", [purchase("Linge", 2_400, action_id="0002"),
                                    purchase("Linge", 2_400, action_id="0002", statut="abandonné")], ids=["back", "abandoned"])  # fmt: skip
def test_a_vanished_line_is_no_longer_said_once_it_is_back_or_abandoned(region: Region, retour: Line) -> None:
    send(region, DAYS[0], [purchase("Gants"), purchase("Linge", 2_400)])
    send(region, DAYS[1], [purchase("Gants")])
    assert len(region.findings(YEAR_END, "ligne-disparue")) == 1
    send(region, DAYS[2], [purchase("Gants"), retour])
    assert not region.findings(YEAR_END, "ligne-disparue")
    assert len(region.findings(YEAR_END, "ligne-disparue", as_of=DAYS[1])) == 1


def test_a_line_abandoned_and_then_taken_out_is_not_missed(region: Region) -> None:
    send(region, DAYS[0], [purchase("Gants"), purchase("Linge", statut="abandonné", date_premiere_commande=None)])
    send(region, DAYS[1], [purchase("Gants")])
    assert not region.findings(YEAR_END, "ligne-disparue")


def test_the_day_a_vanished_line_was_received_is_that_of_the_sending_not_of_a_later_judgement(region: Region) -> None:
    heavy = purchase("Linge", 20_000)
    send(region, DAYS[0], [purchase("Gants"), heavy])
    region.dated(DAYS[1]).edit_folder("reglages.toml", "performance_a_justifier = 30", "performance_a_justifier = 20")
    assert len(region.judge_again()) == 1
    send(region, DAYS[2], [purchase("Gants")])
    (said,) = region.findings(YEAR_END, "ligne-disparue")
    assert "l'envoi du 20/01/2022" in clean(said.message)


@pytest.mark.parametrize(("gain", "reference", "said"), [
    (4, 80, "milliers"), (400_000, 8_000_000, "centimes"), (4_000_000, 80_000_000, "milliers"), (40, 800, "centimes"),
])  # fmt: skip
def test_amounts_a_hundred_or_a_thousand_times_those_of_before_are_suspected(
    region: Region, gain: int, reference: int, said: str
) -> None:
    send(region, DAYS[0], [purchase("Gants")])
    send(region, DAYS[1], [purchase("Gants", gain, reference)])
    suspects = region.findings(YEAR_END, "unite-suspecte")
    assert {c.column for c in suspects} == {"gain_annuel", "montant_reference"}
    assert all(said in c.correction for c in suspects)
    send(region, DAYS[2], [purchase("Gants", gain, reference, commentaire="vu")])
    assert not region.findings(YEAR_END, "unite-suspecte"), "said once, against the sending before"


def test_ten_times_more_is_not_a_unit(region: Region) -> None:
    send(region, DAYS[0], [purchase("Gants")])
    send(region, DAYS[1], [purchase("Gants", 40_000, 800_000)])
    assert not region.findings(YEAR_END, "unite-suspecte")


# From one exercice to the next

JULY = date(2021, 7, 1)


def carried_purchase(title: str, gain: int = 9_600, **rest: Any) -> dict[str, Any]:
    return purchase(title, gain, 96_000, date_premiere_commande=JULY, **rest)


def test_a_carried_line_typed_over_counts_for_its_known_value_and_says_both(region: Region) -> None:
    send(region, DAYS[0], [carried_purchase("Gants")])
    send(region, date(2022, 7, 1), [carried_purchase("Gants", 12_000)], MID_YEAR)
    line = region.lines(BELFORT, MID_YEAR)["0001"]
    assert (line["gain_exercice"], line["reportee_de"]) == (480_000, f"{YEAR_END}/{BELFORT}/0001")
    (said,) = region.findings(MID_YEAR, "report-modifie")
    message = clean(said.message)
    assert "saisi 12 000 € de gain" in message
    assert "connu 9 600 € de gain" in message
    assert (said.cell, said.severity) == (f"{GAIN_COL}5", Severity.ALERT)


@pytest.mark.parametrize("is_typed", [
    {"gain_annuel": None}, {"statut": "abandonné"}, {"date_premiere_commande": date(2022, 3, 1)},
    {"montant_reference": None}, {"gain_annuel": 200_000}, {"date_premiere_commande": None}, {"gain_annuel": "NC"},
], ids=str)  # fmt: skip
def test_whatever_is_typed_over_a_carried_line_its_known_value_counts(region: Region, is_typed: Line) -> None:
    send(region, DAYS[0], [carried_purchase("Gants")])
    send(region, date(2022, 7, 1), [{**carried_purchase("Gants"), **is_typed}], MID_YEAR)
    line = region.lines(BELFORT, MID_YEAR)["0001"]
    assert (line["gain_exercice"], line["retire"], line["gain_annuel"]) == (480_000, 0, 960_000)
    assert len(region.findings(MID_YEAR, "report-modifie")) == 1


def test_a_carried_line_left_alone_has_nothing_said_of_it(region: Region) -> None:
    send(region, DAYS[0], [carried_purchase("Gants")])
    send(region, date(2022, 7, 1), [carried_purchase("Gants")], MID_YEAR)
    assert not region.findings(MID_YEAR, "report-modifie", "report-non-repris", "ligne-disparue", "identite-reconnue")


def test_a_carried_loss_is_carried_like_a_gain(region: Region) -> None:
    send(region, DAYS[0], [carried_purchase("Gants", -9_600)])
    send(region, date(2022, 7, 1), [carried_purchase("Gants", -1_200)], MID_YEAR)
    assert region.lines(BELFORT, MID_YEAR)["0001"]["gain_exercice"] == -480_000


def kept_cents(region: Region, campaign: str = MID_YEAR) -> int:
    """Cents kept, decisions taken."""
    return region.view.tabs_that_count(subject(GHT, region.folder.campaigns[campaign].exercice))[0].totals.kept


def test_a_line_struck_last_year_by_the_checks_is_judged_anew_on_what_is_typed(region: Region) -> None:
    send(region, DAYS[0], [carried_purchase("Gants", 200_000), carried_purchase("Linge", 2_400)])
    send(region, date(2022, 7, 1), [carried_purchase("Gants", 200_000), carried_purchase("Linge", 2_400)], MID_YEAR)
    assert kept_cents(region) == 120_000
    send(region, date(2022, 7, 4), [carried_purchase("Gants", 9_600), carried_purchase("Linge", 2_400)], MID_YEAR)
    assert kept_cents(region) == 120_000 + 480_000
    lines = region.lines(BELFORT, MID_YEAR)
    assert {n: li["reportee_de"] for n, li in lines.items()} == {n: f"{YEAR_END}/{BELFORT}/{n}" for n in lines}
    assert not region.findings(MID_YEAR, "report-modifie", "report-non-repris")


@pytest.mark.parametrize("retyped", [9_600, 9_601, 200_000, -9_600])
def test_a_line_struck_last_year_by_decision_counts_nothing_whatever_is_retyped_until_it_is_taken_back(
    region: Region, retyped: int
) -> None:
    send(region, DAYS[0], [carried_purchase("Gants"), carried_purchase("Linge", 2_400)])
    acted.decide(region.dated(DAYS[1]).main(), f"{YEAR_END}/{BELFORT}/0001", "retirer", "achat annulé")
    send(region, date(2022, 7, 1), [carried_purchase("Gants", retyped), carried_purchase("Linge", 2_400)], MID_YEAR)
    assert kept_cents(region) == 120_000
    assert region.lines(BELFORT, MID_YEAR)["0001"]["gain_exercice"] == 480_000
    acted.decide(region.dated(date(2022, 7, 2)).main(), f"{YEAR_END}/{BELFORT}/0001", "revenir", "relu")
    assert kept_cents(region) == 120_000 + 480_000
    region.dated(date(2022, 7, 1))
    assert kept_cents(region) == 120_000


def test_a_struck_report_is_not_asked_for_nor_prefilled(region: Region) -> None:
    send(region, DAYS[0], [carried_purchase("Gants"), carried_purchase("Linge", 2_400)])
    acted.decide(region.dated(DAYS[1]).main(), f"{YEAR_END}/{BELFORT}/0001", "retirer", "achat annulé")
    send(region, date(2022, 7, 1), [carried_purchase("Linge", 2_400, action_id="0002")], MID_YEAR)
    assert not region.findings(MID_YEAR, "report-non-repris", "ligne-disparue")


def test_a_line_kept_last_year_by_decision_is_carried_with_its_decision(region: Region) -> None:
    send(region, DAYS[0], [carried_purchase("Gants", 48_000)])
    assert region.lines(BELFORT, YEAR_END)["0001"]["bloquee"]
    acted.decide(region.dated(DAYS[1]).main(), f"{YEAR_END}/{BELFORT}/0001", "retenir", "marché relu")
    send(region, date(2022, 7, 1), [carried_purchase("Gants", 48_000)], MID_YEAR)
    line = region.lines(BELFORT, MID_YEAR)["0001"]
    assert (line["gain_exercice"], bool(line["reportee_de"]), kept_cents(region)) == (2_400_000, True, 2_400_000)
    acted.decide(region.dated(date(2022, 7, 2)).main(), f"{YEAR_END}/{BELFORT}/0001", "revenir", "erreur")
    assert kept_cents(region) == 0


def test_a_report_that_is_not_in_the_tab_is_asked_for(region: Region) -> None:
    send(region, DAYS[0], [carried_purchase("Gants"), carried_purchase("Linge", 2_400)])
    send(region, date(2022, 7, 1), [carried_purchase("Gants")], MID_YEAR)
    assert not region.findings(MID_YEAR, "ligne-disparue")
    (said,) = region.findings(MID_YEAR, "report-non-repris")
    assert "« 0002 » (2021-annuelle), 1 200 €" in clean(said.message)


def test_another_purchase_under_a_carried_number_is_not_the_report_and_the_report_is_asked_for(region: Region) -> None:
    send(region, DAYS[0], [carried_purchase("Gants")])
    fresh = purchase("Scanner", 3_000, date_premiere_commande=date(2022, 1, 4))
    send(region, date(2022, 7, 1), [fresh], MID_YEAR)
    line = region.lines(BELFORT, MID_YEAR)["0001"]
    assert (line["gain_exercice"], line["reportee_de"]) == (300_000, None)
    assert ["« 0001 »" in c.message for c in region.findings(MID_YEAR, "report-non-repris")] == [True]


def test_mid_year_lines_keep_their_number_at_year_end(region: Region) -> None:
    fresh: dict[str, Any] = {"date_premiere_commande": date(2022, 2, 1)}
    send(region, date(2022, 7, 1), [purchase("Gants", **fresh), purchase("Linge", **fresh)], MID_YEAR)
    send(
        region,
        date(2023, 1, 20),
        [purchase("Linge", 5_000, **fresh, **WITHOUT_NUMBER), purchase("IRM", **fresh, **WITHOUT_NUMBER)],
        NEXT_YEAR_END,
    )
    assert titles(region, NEXT_YEAR_END) == {"0002": "Linge", "0003": "IRM"}
    (said,) = region.findings(NEXT_YEAR_END, "ligne-disparue")
    assert "« 0001 »" in clean(said.message)


# After the lock


def test_what_changes_after_the_lock_is_shown_line_by_line_and_does_not_count(region: Region) -> None:
    send(region, DAYS[0], [purchase("Gants"), purchase("Linge")])
    acted.lock_ghts(region.dated(DAYS[1]).main(), YEAR_END, [GHT], "fin de campagne")
    send(region, DAYS[2], [purchase("Gants", 9_000), purchase("IRM", 6_000, **WITHOUT_NUMBER)])
    assert {n: li["gain_annuel"] for n, li in region.lines(BELFORT, YEAR_END).items()} == {
        "0001": 400_000,
        "0002": 400_000,
    }
    all_said = {c.line: clean(c.message) for c in region.findings(YEAR_END, "modifie-apres-cloture")}
    assert "vaut 7 500 €" in all_said[5]
    assert "n'est plus dans l'envoi reçu" in all_said[6]
    assert "elle n'y était pas" in all_said[None]
    assert all("verrou du 21/01/2022" in d for d in all_said.values())
    acted.lock_ghts(region.dated(DAYS[3]).main(), YEAR_END, [GHT], "reprise", yes=False)
    assert set(region.lines(BELFORT, YEAR_END)) == {"0001", "0003"}
    assert not region.findings(YEAR_END, "modifie-apres-cloture")


def test_a_file_sent_after_the_lock_and_unchanged_says_nothing(region: Region) -> None:
    send(region, DAYS[0], [purchase("Gants")])
    acted.lock_ghts(region.dated(DAYS[1]).main(), YEAR_END, [GHT], "fin de campagne")
    send(region, DAYS[2], [purchase("Gants", commentaire="vu")])
    assert not region.findings(YEAR_END, "modifie-apres-cloture")


def test_a_line_added_after_the_lock_keeps_its_number_from_one_late_sending_to_the_next(region: Region) -> None:
    send(region, DAYS[0], [purchase("Gants")])
    acted.lock_ghts(region.dated(DAYS[1]).main(), YEAR_END, [GHT], "fin de campagne")
    for day, gain in zip(DAYS[2:], (100, 200, 300), strict=False):
        send(region, day, [purchase("Gants", gain, 8_000), purchase("IRM", 6_000, **WITHOUT_NUMBER)])
    acted.lock_ghts(region.main(), YEAR_END, [GHT], "reprise", yes=False)
    assert set(region.lines(BELFORT, YEAR_END)) == {"0001", "0002"}


# Judged again


def test_judging_again_tells_only_what_changes_in_what_counts(region: Region) -> None:
    """A former sending and a line kept by decision hold the same purchase: neither adds to the difference."""
    heavy, kept_line = purchase("Linge", 20_000, date_premiere_commande=date(2021, 1, 4)), purchase("Papier", 18_000)
    send(region, DAYS[0], [purchase("Gants"), heavy, kept_line])
    send(region, DAYS[1], [purchase("Gants", 4_100), heavy, kept_line])
    acted.decide(region.main(), f"{YEAR_END}/{BELFORT}/0003", "retenir", "marché relu")
    region.dated(DAYS[2]).edit_folder("reglages.toml", "performance_a_justifier = 30", "performance_a_justifier = 20")
    (change,) = region.judge_again(write=False)
    assert (change.declare, change.struck, change.lines) == (0, 2_000_000, 2)
    before = region.view.tabs_that_count(subject(GHT, 2021))[0].totals
    region.judge_again()
    after = region.view.tabs_that_count(subject(GHT, 2021))[0].totals
    assert after.kept - before.kept == change.kept == -2_000_000


def test_judging_again_without_writing_leaves_the_register_as_it_was(region: Region) -> None:
    send(region, DAYS[0], [purchase("Linge", 20_000)])
    region.dated(DAYS[1]).edit_folder("reglages.toml", "performance_a_justifier = 30", "performance_a_justifier = 20")
    before = list(region.db.conn.iterdump())
    assert len(region.judge_again(write=False)) == 1
    assert list(region.db.conn.iterdump()) == before


def test_a_former_sending_judged_again_does_not_speak_for_the_last_one(region: Region) -> None:
    """Two partial files share a path: the first still counts for its tab, but what the file says is in the second."""
    direction, joigny = "890970569", "890000417"

    def arrives(day: date, finess: str, purchases: int) -> None:
        book = read_back(trame(region.folder, "BFC-05", YEAR_END, {finess: [purchase("Linge", 20_000)]}))
        first = book.worksheets[0]
        rank = next(r[0].row for r in first.iter_rows(max_col=1) if r[0].value == direction)
        first.cell(rank, 3, purchases)
        book.save(region.where / "recus" / "yonne.xlsx")
        region.dated(day).pull_sources()

    arrives(DAYS[0], direction, 30_000_000)
    arrives(DAYS[1], joigny, 40_000_000)
    assert region.view.purchases(2021, [direction]) == {direction: 4_000_000_000}
    region.dated(DAYS[2]).edit_folder("reglages.toml", "performance_a_justifier = 30", "performance_a_justifier = 20")
    assert len(region.judge_again()) == 2
    assert region.view.purchases(2021, [direction]) == {direction: 4_000_000_000}


def test_a_changed_bound_of_the_campaign_checks_is_applied_when_judging_again(region: Region) -> None:
    lines = [purchase(f"Achat {n}", 4_000 + 10 * n, marche=f"M{n}") for n in range(24)]
    send(region, DAYS[0], [*lines, purchase("Rare", 9_000)])
    assert len(region.findings(YEAR_END, "gain-atypique")) == 1
    region.dated(DAYS[1]).edit_folder("reglages.toml", "gain_atypique_ecarts = 5", "gain_atypique_ecarts = 500")
    region.judge_again()
    assert not region.findings(YEAR_END, "gain-atypique")
    assert len(region.findings(YEAR_END, "gain-atypique", as_of=DAYS[0])) == 1


def test_a_personal_number_on_a_carried_line_is_said_and_strikes_nothing(region: Region) -> None:
    send(region, DAYS[0], [carried_purchase("Gants")])
    send(region, date(2022, 7, 1), [carried_purchase("Gants", commentaire="patient 1 85 05 78 006 084 91")], MID_YEAR)
    assert region.lines(BELFORT, MID_YEAR)["0001"]["retire"] == 0
    assert [c.severity for c in region.findings(MID_YEAR, "donnee-personnelle")] == [Severity.ALERT]


def test_what_a_locked_campaign_did_not_say_is_said_at_the_first_pull_after_it_is_opened_again(region: Region) -> None:
    send(region, DAYS[0], [purchase("Gants"), purchase("Linge")])
    acted.lock_ghts(region.main(), YEAR_END, [GHT], "fin de campagne")
    send(region, DAYS[1], [purchase("Gants")])
    acted.lock_ghts(region.dated(DAYS[2]).main(), YEAR_END, [GHT], "reprise", yes=False)
    region.dated(DAYS[3]).pull_sources()
    assert len(region.findings(YEAR_END, "ligne-disparue")) == 1


def test_a_copy_whose_original_was_taken_out_keeps_the_number_it_was_given(region: Region) -> None:
    copied = purchase("Gants stériles", 7_000, action_id="0001")
    send(region, DAYS[0], [purchase("Gants"), copied])
    send(region, DAYS[1], [copied, purchase("Linge", action_id="0003")])
    assert titles(region) == {"0002": "Gants stériles", "0003": "Linge"}
    assert ["« 0001 »" in c.message for c in region.findings(YEAR_END, "ligne-disparue")] == [True]
    (said,) = region.findings(YEAR_END, "numero-en-double")
    assert "« 0001 » est celui d'une autre action ; cette ligne devient « 0002 »" in said.message


def test_a_line_typed_over_with_another_purchase_keeps_the_number_it_bears(region: Region) -> None:
    send(region, DAYS[0], [purchase("Gants"), purchase("Linge")])
    send(region, DAYS[1], [purchase("Scanner", 9_000), purchase("Linge")])
    assert titles(region) == {"0001": "Scanner", "0002": "Linge"}


def test_an_action_whose_number_was_wiped_gets_it_back_from_the_purchase_typed_in_its_place(region: Region) -> None:
    send(region, DAYS[0], [purchase("Gants"), purchase("Linge")])
    send(region, DAYS[1], [purchase("Scanner", 9_000), purchase("Linge"), purchase("Gants", 4_500, **WITHOUT_NUMBER)])
    assert titles(region) == {"0001": "Gants", "0002": "Linge", "0003": "Scanner"}
    assert not region.findings(YEAR_END, "ligne-disparue")
    assert [c.line for c in region.findings(YEAR_END, "identite-reconnue")] == [7]
    assert [c.line for c in region.findings(YEAR_END, "numero-en-double")] == [5]


def test_a_carried_line_whose_number_now_bears_another_purchase_is_carried_all_the_same(region: Region) -> None:
    send(region, DAYS[0], [carried_purchase("Gants")])
    fresh = purchase("Scanner", 3_000, date_premiere_commande=date(2022, 1, 4))
    send(region, date(2022, 7, 1), [fresh, carried_purchase("Gants", 12_000, **WITHOUT_NUMBER)], MID_YEAR)
    lines = {li["intitule"]: li for li in region.lines(BELFORT, MID_YEAR).values()}
    assert (lines["Gants"]["action_id"], lines["Gants"]["gain_exercice"]) == ("0001", 480_000)
    assert (lines["Scanner"]["action_id"], lines["Scanner"]["reportee_de"]) == ("0002", None)
    assert not region.findings(MID_YEAR, "ligne-disparue", "report-non-repris")


def test_a_file_that_cannot_be_read_again_keeps_its_judgement_and_it_is_said(
    region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(region, DAYS[0], [purchase("Gants")])
    before = region.ask("gains 2021")["valeur"]
    assert before != "0.00"
    too_slow = on_workbooks.unreadable_workbook("La lecture a été arrêtée.", "")
    monkeypatch.setattr(
        "jobs.commands.rejudge.judge_all",
        lambda files, _: (JudgedWorkbook(name, None, (), (too_slow,), readable=False) for name, _ in files),
    )
    changes = judge_again(region.db, region.folder, lambda: region.hour, write=True)
    assert [c.not_read_again for c in changes] == ["La lecture a été arrêtée."]
    assert region.ask("gains 2021")["valeur"] == before
