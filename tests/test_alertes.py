"""What a region is told without asking: at its dates, each week, when its total moves, when a large line is struck."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bots.delivery import deliver_due
from bots.letters.letter import Letter
from config.errors import UserError
from config.french import NO_BREAK_SPACE, THOUSANDS_SPACE
from jobs.locks_due import lock_on_time
from reports.due.alerts import movements
from sheets.register import arrivals
from tests import acted
from tests.postman import Postman
from tests.region import Region, new_region

JURA, NIEVRE = "BFC-08", "BFC-06"
JURA_SUD, NEVERS = "390780146", "580780039"
REFERENT, DIRECTOR, PROJECT_LEAD = (f"{q}@exemple.invalid" for q in ("referent.bfc", "directeur.bfc-08", "paat.bfc-08"))
YEAR_END, MID_YEAR = "2021-annuelle", "2022-mi-annee"
TYPED = "Contrat <!channel> Dupont"
SAID_LINES = ("situation au", "de nouveaux envois", "les contrôles viennent", "Les relances")
"""A sentence of each kind of alert."""


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return new_region(tmp_path)


@pytest.fixture
def mail_channel() -> Postman:
    return Postman()


def line(gain: int, reference: int = 1_000_000, **rest: Any) -> dict[str, Any]:
    return {
        "gain_annuel": gain,
        "montant_reference": reference,
        "intitule": TYPED,
        "date_premiere_commande": date(2021, 1, 4),
        **rest,
    }


def send_and_pull(
    region: Region, day: date, ght: str, finess: str, *lines: dict[str, Any], campaign: str = YEAR_END
) -> None:
    region.dated(day).send(f"{ght}.xlsx", ght, campaign, {finess: lines})


def tick(region: Region, mail_channel: Postman, day: date, hour: int = 10) -> list[Letter]:
    """What leaves at that hour."""
    before = len(mail_channel.delivered)
    region.dated(day, hour)
    deliver_due(region.view, lambda: region.hour, [mail_channel.delivery_channel])
    return [
        replace(x, mail_subject=_plain(x.mail_subject), text=_plain(x.text)) for x in mail_channel.delivered[before:]
    ]


def _plain(text: str) -> str:
    return text.replace(NO_BREAK_SPACE, " ").replace(THOUSANDS_SPACE, " ")


def a(letters: list[Letter], who: str) -> Letter:
    (there,) = (x for x in letters if x.a == who)
    return there


def test_the_mid_year_alert_says_where_each_ght_stands_and_who_has_not_answered(
    region: Region, mail_channel: Postman
) -> None:
    send_and_pull(region, date(2022, 2, 1), NIEVRE, NEVERS, line(120_000))
    lines = (line(60_000), line(300_000, 200_000))
    march_lines = [{**li, "date_premiere_commande": date(2022, 3, 1)} for li in lines]
    send_and_pull(region, date(2022, 6, 20), JURA, JURA_SUD, *march_lines, campaign=MID_YEAR)
    said_one = a(tick(region, mail_channel, date(2022, 7, 1)), REFERENT)
    assert said_one.mail_subject.startswith("Bourgogne-Franche-Comté : 50 k€ retenus, 0,2 % de l'objectif")
    assert "situation au 30/06/2022. 1 trame reçue sur 11." in said_one.text
    assert "À part, jamais dedans : 120 k€ retenus en 2021 par les GHT qui n'ont rien envoyé." in said_one.text
    assert "Rien reçu (10) : " in said_one.text
    (jura_line,) = (li for li in said_one.text.splitlines() if "GHT Jura : 50 k€ retenus sur" in li)
    assert jura_line.endswith("en fin d'année ; remise, 1 ligne à corriger, 1 onglet sur 4")
    assert "Retiré : 250 000 €, le gain dépasse le montant de référence (2022-mi-annee/390780146/0002)" in said_one.text
    (image,) = said_one.pieces
    assert image.raw_bytes.startswith(b"\x89PNG")


def test_the_mid_year_alert_before_anyone_answers_says_what_is_carried_over_and_what_is_imputed_apart(
    region: Region, mail_channel: Postman
) -> None:
    july_line = {**line(120_000), "date_premiere_commande": date(2021, 7, 1)}
    send_and_pull(region, date(2022, 2, 1), NIEVRE, NEVERS, july_line)
    send_and_pull(region, date(2022, 2, 1), JURA, JURA_SUD, line(30_000))
    letters = tick(region, mail_channel, date(2022, 7, 1))
    said_one = a(letters, REFERENT)
    assert said_one.mail_subject.startswith("Bourgogne-Franche-Comté : rien reçu encore, 60 k€ attendus en fin d'année")
    assert "0 trame reçue sur 11. En fin d'année, 60 k€ sont attendus : 0 € retenus + 0 € notifiés" in said_one.text
    assert "+ 60 k€ de report de 2021 pas encore repris. Objectif : 27," in said_one.text
    assert "il serait atteint à 0,2 %." in said_one.text
    assert "À part, jamais dedans : 90 k€ retenus en 2021 par les GHT qui n'ont rien envoyé." in said_one.text
    (nievre_line,) = (li for li in said_one.text.splitlines() if "GHT Nièvre : " in li and "attendus" in li)
    assert "0 € retenus" not in nievre_line, "nothing was received: nothing is known"
    assert (
        "GHT Nièvre : 60 k€ attendus en fin d'année (dont 60 k€ de report), à part 60 k€ imputés ; rien reçu"
        in nievre_line
    )
    jura_line = a(letters, DIRECTOR)
    assert jura_line.mail_subject.startswith("GHT Jura : rien reçu encore, 0 € attendus en fin d'année")
    assert "À part, jamais dedans : 30 k€ retenus en 2021" in jura_line.text
    assert "Nièvre" not in jura_line.text + jura_line.html


def test_a_director_is_told_of_their_own_ght_and_of_no_other(region: Region, mail_channel: Postman) -> None:
    send_and_pull(region, date(2022, 6, 20), NIEVRE, NEVERS, line(120_000), campaign=MID_YEAR)
    send_and_pull(region, date(2022, 6, 20), JURA, JURA_SUD, line(60_000), campaign=MID_YEAR)
    letters = tick(region, mail_channel, date(2022, 7, 1))
    said_one = a(letters, DIRECTOR)
    assert said_one.mail_subject.startswith("GHT Jura : ")
    assert "Nièvre" not in said_one.text + said_one.html
    ghts = (g.code.lower() for g in region.view.folder.territory.ghts.values())
    assert {x.a for x in letters if "situation au 30/06/2022" in x.text} == {
        REFERENT,
        *(f"directeur.{g}@exemple.invalid" for g in ghts),
    }


def test_once_the_collection_is_closed_the_balance_speaks_of_no_forecast(region: Region, mail_channel: Postman) -> None:
    send_and_pull(region, date(2022, 2, 1), JURA, JURA_SUD, line(60_000))
    summary = a(tick(region, mail_channel, date(2022, 3, 17)), DIRECTOR)
    assert summary.mail_subject == "GHT Jura : 60 k€ retenus, 6,7 % de l'objectif"
    assert "attendus" not in summary.text


def test_an_alert_of_before_the_opening_or_long_past_is_not_told(region: Region, mail_channel: Postman) -> None:
    assert not any("retenus" in x.mail_subject for x in tick(region, mail_channel, date(2022, 1, 10))), (
        "situation on 31 December"
    )
    assert not any("retenus" in x.mail_subject for x in tick(region, mail_channel, date(2022, 7, 25))), (
        "situation on 30 June"
    )


def test_each_alert_is_told_once_however_often_it_is_asked(region: Region, mail_channel: Postman) -> None:
    send_and_pull(region, date(2022, 2, 1), JURA, JURA_SUD, line(60_000), line(300_000, 200_000))
    send_and_pull(region, date(2022, 2, 8), JURA, JURA_SUD, line(30_000), line(300_000, 200_000))
    days = [date(2022, 2, 8) + timedelta(days=n) for n in range(45)]
    parties = [(day, x.a, li) for day in days for hour in (9, 13, 17) for x in tick(region, mail_channel, day, hour)
               for li in (x.mail_subject, *x.text.splitlines()) if any(m in li for m in SAID_LINES)]  # fmt: skip
    assert len(set(parties)) == len(parties)
    for once in ("situation au", "de nouveaux envois", "les contrôles viennent"):
        all_said = [(who, li) for _, who, li in parties if once in li]
        assert all_said
        assert len(set(all_said)) == len(all_said), once
    weeks = [day.isocalendar().week for day, _, li in parties if "Les relances" in li]
    assert weeks == sorted(set(weeks))


def test_the_week_is_told_on_its_day_to_the_referent_alone(region: Region, mail_channel: Postman) -> None:
    send_and_pull(region, date(2022, 2, 1), JURA, JURA_SUD, line(60_000))
    monday = tick(region, mail_channel, date(2022, 2, 7))
    assert [x.a for x in monday if "la semaine" in x.text + x.mail_subject] == [REFERENT]
    said_one = a(monday, REFERENT).text
    assert "Ont répondu depuis une semaine : GHT Jura" in said_one
    assert "+60 k€ retenus en une semaine (lignes apparues : 1, +60 k€)" in said_one
    assert "Rien reçu (10) : " in said_one
    tuesday = tick(region, mail_channel, date(2022, 2, 8))
    assert not any("la semaine" in x.text for x in tuesday)
    assert (
        "le total n'a pas bougé depuis une semaine" in a(tick(region, mail_channel, date(2022, 2, 14)), REFERENT).text
    )


def test_a_region_may_do_without_its_week(region: Region, mail_channel: Postman) -> None:
    region.silence_alerts()
    assert not any("la semaine" in x.text for x in tick(region, mail_channel, date(2022, 2, 7)))


@pytest.mark.parametrize(("gain", "said"), [(55_000, False), (53_000, True), (70_000, True)])
def test_a_pull_that_moves_what_was_declared_is_told_past_the_share(
    region: Region, mail_channel: Postman, gain: int, said: bool
) -> None:
    """60 000 € were declared: a tenth of it is 6 000."""
    region.edit_folder("reglages.toml", 'jour_du_point = "lundi"', 'jour_du_point = "aucun"')
    send_and_pull(region, date(2022, 2, 1), JURA, JURA_SUD, line(60_000))
    tick(region, mail_channel, date(2022, 2, 1))
    send_and_pull(region, date(2022, 2, 8), JURA, JURA_SUD, line(gain))
    to_referent = [x for x in tick(region, mail_channel, date(2022, 2, 8), 11) if x.a == REFERENT]
    assert [("déjà déclaré" in x.mail_subject) for x in to_referent] == ([True] if said else [])


def test_what_comes_for_the_first_time_moves_nothing(region: Region, mail_channel: Postman) -> None:
    send_and_pull(region, date(2022, 2, 1), JURA, JURA_SUD, line(60_000))
    send_and_pull(region, date(2022, 2, 1), NIEVRE, NEVERS, line(500_000))
    assert not any("déjà déclaré" in x.mail_subject for x in tick(region, mail_channel, date(2022, 2, 1), 11))


def test_the_movement_told_is_the_difference_of_the_totals(region: Region) -> None:
    send_and_pull(region, date(2022, 2, 1), JURA, JURA_SUD, line(60_000), line(20_000))
    send_and_pull(region, date(2022, 2, 3), NIEVRE, NEVERS, line(120_000))
    before = region.ask("gains bfc 2021")["valeur"]
    send_and_pull(region, date(2022, 2, 8), JURA, JURA_SUD, line(10_000), line(20_000))
    after = region.ask("gains bfc 2021")["valeur"]
    (a,) = arrivals.corrections(region.db, YEAR_END, region.hour - timedelta(days=4), region.hour)
    (m,) = movements(region.view, region.folder.campaigns[YEAR_END], a)
    assert m.difference == round(100 * (float(after) - float(before))) == -50_000_00
    assert m.before == round(100 * float(before))
    assert m.by_ght == {JURA: -50_000_00}


def test_a_large_line_struck_is_told_at_once_and_no_more_once_it_is_mended(
    region: Region, mail_channel: Postman
) -> None:
    region.edit_folder("reglages.toml", 'jour_du_point = "lundi"', 'jour_du_point = "aucun"')
    send_and_pull(region, date(2022, 2, 1), JURA, JURA_SUD, line(99_000, 90_000), line(120_000, 100_000))
    (said_one,) = (x for x in tick(region, mail_channel, date(2022, 2, 1), 11) if x.a == REFERENT)
    assert said_one.mail_subject == "GHT Jura : 1 grosse ligne retirée, 120 000 €"
    assert "GHT Jura : 120 000 € (2021-annuelle/390780146/0002)" in said_one.text
    send_and_pull(region, date(2022, 2, 2), NIEVRE, NEVERS, line(300_000, 200_000))
    send_and_pull(region, date(2022, 2, 2), NIEVRE, NEVERS, line(30_000, 200_000))
    assert not any("grosse" in x.mail_subject for x in tick(region, mail_channel, date(2022, 2, 2), 11))


def test_a_referent_who_also_answers_for_a_ght_is_told_of_it_once(region: Region, mail_channel: Postman) -> None:
    for who in ("directeur", "paat"):
        region.edit_folder("personnes.csv", f"{who}.bfc-08@exemple.invalid;", f"{who}.bfc-08@ailleurs.invalid;")
    region.edit_folder("personnes.csv", "Directeur des achats;ght;ght;BFC-08", "Directeur;lecture;ght;BFC-08")
    region.edit_folder("personnes.csv", "Chef de projet PAAT;ght;ght;BFC-08", "Chef de projet;lecture;ght;BFC-08")
    send_and_pull(region, date(2022, 2, 1), JURA, JURA_SUD, line(60_000))
    send_and_pull(region, date(2022, 2, 1), NIEVRE, NEVERS, line(120_000))
    said_one = a(tick(region, mail_channel, date(2022, 3, 17)), REFERENT)
    assert "Bourgogne-Franche-Comté : 180 k€ retenus" in said_one.text
    assert "2 trames reçues sur 11." in said_one.text


def test_a_movement_is_weighed_against_what_was_there_before_it(region: Region, mail_channel: Postman) -> None:
    region.edit_folder("reglages.toml", 'jour_du_point = "lundi"', 'jour_du_point = "aucun"')
    send_and_pull(region, date(2022, 2, 1), JURA, JURA_SUD, line(60_000))
    tick(region, mail_channel, date(2022, 2, 1))
    send_and_pull(region, date(2022, 2, 5), JURA, JURA_SUD, line(50_000))  # a Saturday: it is told on Monday
    send_and_pull(region, date(2022, 2, 6), NIEVRE, NEVERS, line(120_000))
    (said_one,) = (x for x in tick(region, mail_channel, date(2022, 2, 7)) if x.a == REFERENT)
    assert "Bourgogne-Franche-Comté : −10 k€ sur ce qui était déjà déclaré" in said_one.mail_subject


def test_what_comes_after_the_lock_moves_nothing(region: Region, mail_channel: Postman) -> None:
    send_and_pull(region, date(2022, 2, 1), JURA, JURA_SUD, line(60_000))
    region.dated(date(2022, 3, 15), 18)
    lock_on_time(region.view, region.hour)
    send_and_pull(region, date(2022, 3, 21), JURA, JURA_SUD, line(100_000))
    assert not any("déjà déclaré" in x.mail_subject + x.text for x in tick(region, mail_channel, date(2022, 3, 21), 11))


def test_a_large_line_that_a_referent_kept_meanwhile_is_not_announced(region: Region, mail_channel: Postman) -> None:
    send_and_pull(region, date(2022, 2, 4), JURA, JURA_SUD, line(120_000, 100_000))
    acted.decide(region.dated(date(2022, 2, 5)).main(), f"{YEAR_END}/{JURA_SUD}/0001", "retenir", "marché relu")
    assert not any("grosse" in x.mail_subject + x.text for x in tick(region, mail_channel, date(2022, 2, 7)))


def test_no_text_of_a_cell_is_in_an_alert(region: Region, mail_channel: Postman) -> None:
    send_and_pull(region, date(2022, 2, 1), JURA, JURA_SUD, line(60_000), line(300_000, 200_000))
    send_and_pull(region, date(2022, 2, 8), JURA, JURA_SUD, line(10_000), line(310_000, 200_000))
    for day in (date(2022, 2, 8), date(2022, 2, 14), date(2022, 3, 17)):
        tick(region, mail_channel, day)
    all_said = " ".join(_plain(x.text) for x in mail_channel.delivered)
    assert all(m in all_said for m in SAID_LINES)
    assert not [x.mail_subject for x in mail_channel.delivered if "Dupont" in x.mail_subject + x.text + x.html]


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ('jour_du_point = "lundi"', 'jour_du_point = "dimanche"', "« dimanche » ; un jour ouvré était attendu"),
        ("variation = 10 ", "variation = 0 ", "« variation » attend un nombre entier"),
        ("ligne_retiree = 100000", 'ligne_retiree = "beaucoup"', "« ligne_retiree » attend un nombre entier"),
    ],
)
def test_a_setting_that_cannot_be_is_said_with_its_line(region: Region, before: str, after: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        region.edit_folder("reglages.toml", before, after)
