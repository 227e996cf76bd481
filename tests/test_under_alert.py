"""What is kept by lines that ask for a look: said beside every figure, on every surface, equal to an independent sum."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bots.answer_files import image, lines_workbook
from bots.answer_words import told
from bots.answering import answer_question
from bots.delivery import deliver_due
from bots.slack import home_tab
from bots.slack.conversation import answer_message
from config.french import NO_BREAK_SPACE, THOUSANDS_SPACE
from config.rights import AT_KEYBOARD
from sheets.register import schema
from sheets.register.decisions import decisions
from sheets.register.what_counts import counting_tabs
from tests import acted
from tests.conftest import GAIN_COL
from tests.postman import Postman
from tests.region import REFERENT, Region, new_region, read_back

JURA, NIEVRE = "BFC-08", "BFC-06"
JURA_SUD, MOREZ, NEVERS = "390780146", "390780153", "580780039"
YEAR_END = "2021-annuelle"
JANUARY = date(2021, 1, 4)


def line(gain: float, reference: float, **rest: Any) -> dict[str, Any]:
    return {"gain_annuel": gain, "montant_reference": reference, "date_premiere_commande": JANUARY, **rest}


ORDINARY_LINES = [line(100_000 + n, 2_000_000, intitule=f"Achat {n}", marche=f"M{n}") for n in range(6)]
PLANTED = line(4_000_000, 20_000_000, marche="", intitule="Scanner Tartempion")
"""Two alerts: a performance of 20 % that nothing justifies, and no market number."""


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    region = new_region(tmp_path_factory.mktemp("region"))
    region.dated(date(2022, 1, 20)).send("Jura.xlsx", JURA, YEAR_END, {JURA_SUD: [*ORDINARY_LINES, PLANTED]})
    return region


def plain(text: str) -> str:
    return text.replace(NO_BREAK_SPACE, " ").replace(THOUSANDS_SPACE, " ")


def test_the_planted_line_bears_two_alerts_and_is_summed_once(region: Region) -> None:
    its_own = [
        c
        for c in region.findings(YEAR_END, "performance-hors-bornes", "marche-absent", "poids-excessif")
        if c.line == 11
    ]
    assert len(its_own) >= 2
    assert region.ask("gains bfc 2021")["sous_alerte"] == "4000000.00"


def test_json_says_what_is_under_alert_and_what_is_not(region: Region) -> None:
    for question in (
        "gains bfc 2021",
        "objectif bfc 2021",
        "prévision bfc 2021",
        "pourquoi gains bfc 2021",
        "gains jura 2021",
    ):
        said = region.ask(question)
        assert (said["sous_alerte"], said["retenu_hors_alerte"]) == ("4000000.00", "600015.00"), question
        assert said["sources"] == {"plus_ancienne": "2022-01-20", "plus_recente": "2022-01-20"}
        assert {"nom", "unite", "formule"} == set(said["metrique"])
    by_ght = region.ask("gains bfc 2021 par ght")
    assert by_ght["lignes"][0]["sous_alerte"] == "4000000.00"


def test_the_line_that_makes_much_of_a_total_is_named_by_its_place(region: Region) -> None:
    (said_one,) = region.ask("gains bfc 2021")["lignes_qui_pesent"]
    assert (said_one["reference"], said_one["cellule"], said_one["valeur"]) == (
        f"{YEAR_END}/{JURA_SUD}/0007",
        f"{GAIN_COL}11",
        "4000000.00",
    )
    region_words = plain(region.ask("gains bfc 2021")["texte"])
    assert f"Une seule ligne fait 4 000 000 € de ce total [{YEAR_END}/{JURA_SUD}/0007 · {GAIN_COL}11]." in region_words


def test_every_surface_says_it(region: Region) -> None:
    person = region.folder.persons[REFERENT]
    said = dict(_surfaces(region, person))
    missing = [name for name, text in said.items() if "4,0 M€ sous alerte" not in plain(text)]
    assert not missing, {n: plain(said[n]) for n in missing}
    chat = {name: said[name] for name in ("slack", "home", "letter")}
    assert not any("Tartempion" in text for text in chat.values())


def _surfaces(region: Region, person: Any) -> Iterator[tuple[str, str]]:
    hour = region.hour
    yield "console", region.ask("gains bfc 2021")["texte"]
    yield "objective", region.ask("objectif bfc 2021")["texte"]
    yield "forecast", region.ask("prévision bfc 2021")["texte"]
    yield "comparison", region.ask("compare bfc et jura 2021")["texte"]
    yield "years", region.ask("évolution bfc")["texte"]
    yield (
        "slack",
        json.dumps(answer_message("gains bfc 2021", person, region.view, hour).block_list, ensure_ascii=False),
    )
    yield "home", json.dumps(home_tab.home_blocks(region.main(), region.view), ensure_ascii=False)
    result = answer_question("gains bfc 2021", AT_KEYBOARD, region.view, hour)
    yield "picture", image(result).alternative
    book = read_back(
        lines_workbook(answer_question("gains bfc 2021 en tableur", AT_KEYBOARD, region.view, hour)).raw_bytes
    )
    yield "workbook", " ".join(str(c.value) for r in book.worksheets[0].iter_rows(max_row=4) for c in r)
    mail_channel = Postman()
    region.dated(date(2022, 3, 17), 10)
    deliver_due(region.view, lambda: region.hour, [mail_channel.delivery_channel])
    yield "letter", "\n".join(x.mail_subject + x.text for x in mail_channel.delivered if x.a == REFERENT)
    region.hour = hour


def test_the_picture_shows_it_apart_with_its_word_in_the_key(region: Region) -> None:
    from reports.charts import ChartPart, chart_of, parts, total_bars

    answer = told(answer_question("gains bfc 2021 par ght", AT_KEYBOARD, region.view, region.hour)).answer
    d = chart_of(total_bars, answer, [], region.folder, "t", ("p",))
    assert d
    assert parts(d) == [ChartPart.KEPT, ChartPart.UNDER_ALERT]
    assert [(m.start, m.a) for m in d.bars[0].bar_pieces] == [(0, 60_001_500), (60_001_500, 460_001_500)]


# The sum, done again


def independent(region: Region, as_of: date) -> dict[str, int]:
    """By FINESS: every line of the tabs that count, its alerts and its decision looked at one by one."""
    db, result = region.db, {}
    day = as_of.isoformat()
    for finess, o in counting_tabs(db, [YEAR_END], as_of).items():
        cents = 0
        seen_ones = [
            r
            for r in db.execute("SELECT r.id, p.debut FROM recoupements r JOIN pulls p ON p.id = r.pull")
            if r[1][:10] <= day
        ]
        last = max((r[0] for r in seen_ones), default=-1)
        findings = db.execute("SELECT ligne, gravite, recoupement FROM constats WHERE onglet = ?", [o.id]).fetchall()
        alerted = {n for n, severity, look in findings if severity == "alerte" and look in (None, last)}
        decided = {d.line for d in decisions(db, [o.id], as_of) if not d.lapsed}
        for r in db.query("SELECT * FROM lignes_paat WHERE onglet = ?", [o.id]):
            if r["numero"] in alerted and not r["bloquee"] and r["id"] not in decided:
                cents += max(r["gain_exercice"], 0)
        result[finess] = cents
    return result


def generated(random_source: random.Random) -> dict[str, list[dict[str, Any]]]:
    """Lines of every kind: sound, under one alert or two, struck, losses; some shared by two établissements."""
    shared = line(random_source.randrange(1_000, 90_000), 2_000_000, marche=f"G{random_source.randrange(3)}")
    result = {}
    for finess in (JURA_SUD, MOREZ):
        result[finess] = [
            random_source.choice([
                line(random_source.randrange(1, 99_000), 2_000_000, marche=f"M{finess}{n}"),
                line(random_source.randrange(1, 99_000), 2_000_000, marche=""),
                line(-random_source.randrange(1, 9_000), 200_000, marche=""),
                line(random_source.randrange(20_000, 29_000), 100_000, marche=""),
                line(random_source.randrange(5_000, 9_000), 1_000, marche=""),
                shared,
            ]) | {"intitule": f"Achat {finess} {n}"}
            for n in range(random_source.randrange(1, 9))
        ]  # fmt: skip
    return result


def decide(region: Region, random_source: random.Random) -> None:
    for finess in (JURA_SUD, MOREZ):
        for action in region.lines(finess, YEAR_END):
            if random_source.random() < 0.4:
                direction = random_source.choice(["retenir", "retirer", "revenir"])
                acted.decide(region.main(), f"{YEAR_END}/{finess}/{action}", direction, "relu")


@pytest.mark.parametrize("seed", range(4))
def test_it_equals_an_independent_sum_on_generated_registers_on_every_day(seed: int, tmp_path: Path) -> None:
    random_source = random.Random(seed)
    region = new_region(tmp_path)
    days = [date(2022, 1, 20), date(2022, 1, 27), date(2022, 2, 3), date(2022, 2, 10)]
    for rank, day in enumerate(days):
        region.dated(day)
        if rank in (0, 2):
            region.send("Jura.xlsx", JURA, YEAR_END, generated(random_source), handing_in=random_source.random() < 0.5)
        if rank == 1:
            region.send("Nièvre.xlsx", NIEVRE, YEAR_END, {NEVERS: generated(random_source)[JURA_SUD]})
        decide(region, random_source)
    for day in days:
        counted = counting_tabs(region.db, [YEAR_END], day)
        expected = independent(region, day)
        assert {f: o.under_alert for f, o in counted.items()} == expected, day
        said = region.ask("gains bfc 2021", day)
        assert Decimal(said["sous_alerte"]) * 100 == sum(expected.values())
        assert Decimal(said["sous_alerte"]) + Decimal(said["retenu_hors_alerte"]) == Decimal(said["valeur"])
        by_etablissement = region.ask("gains bfc 2021 par etablissement", day)["lignes"]
        assert sum(Decimal(e.get("sous_alerte", 0)) for e in by_etablissement) == Decimal(said["sous_alerte"])


def test_a_register_of_before_gets_the_same_sums(tmp_path: Path) -> None:
    random_source, region = random.Random(11), new_region(tmp_path)
    for day in (date(2022, 1, 20), date(2022, 1, 27)):
        region.dated(day).send("Jura.xlsx", JURA, YEAR_END, generated(random_source))
        region.send("Nièvre.xlsx", NIEVRE, YEAR_END, {NEVERS: generated(random_source)[JURA_SUD]})
    reads = ("SELECT id, sous_alerte FROM onglets", "SELECT * FROM sous_alertes ORDER BY 1, 2")
    written = [region.db.execute(r).fetchall() for r in reads]
    assert any(cents for _, cents in written[0])
    with region.db.atomic():
        region.db.execute("UPDATE onglets SET sous_alerte = 0")
        region.db.execute("DELETE FROM sous_alertes")
        for instruction in schema.statements((schema.FOLDER / "016_under_alert.sql").read_text()):
            if instruction.startswith(("UPDATE", "INSERT")):
                region.db.execute(instruction)
    assert [region.db.execute(r).fetchall() for r in reads] == written


@pytest.mark.parametrize("seed", range(4))
def test_at_the_lock_it_is_what_stood_under_alert_that_evening_whatever_came_since(seed: int, tmp_path: Path) -> None:
    """Later sendings, looks at the campaign and decisions move what stands today, never what stood at the lock."""
    random_source, region = random.Random(100 + seed), new_region(tmp_path)
    region.dated(date(2022, 1, 20)).send("Jura.xlsx", JURA, YEAR_END, generated(random_source))
    decide(region, random_source)
    locked = date(2022, 1, 24)
    acted.lock_ghts(region.dated(locked).main(), YEAR_END, [JURA], "fin de campagne")
    expected = independent(region, locked)
    assert sum(expected.values())
    told = region.ask("gains bfc 2021 au verrou")
    for day in (date(2022, 1, 27), date(2022, 2, 3)):
        region.dated(day).send("Nièvre.xlsx", NIEVRE, YEAR_END, {NEVERS: generated(random_source)[JURA_SUD]})
        decide(region, random_source)
        now = counting_tabs(region.db, [YEAR_END], day, at_lock=True)
        assert {f: o.under_alert for f, o in now.items()} == expected, day
        again = region.ask("gains bfc 2021 au verrou")
        assert (again["sous_alerte"], again["retenu_hors_alerte"]) == (told["sous_alerte"], told["retenu_hors_alerte"])
        assert Decimal(again["sous_alerte"]) * 100 == sum(expected.values())
        assert "sous alerte (1 trame verrouillée)" in again["texte"]


@pytest.mark.parametrize("kept", [False, True])
def test_an_alert_that_a_later_look_puts_on_a_locked_line_stands_today_and_not_at_the_lock(
    kept: bool, tmp_path: Path
) -> None:
    """A line for which a referent answers bears none, then or now."""
    region, today = new_region(tmp_path), "0.00" if kept else "50000.00"
    same = line(50_000, 2_000_000, marche="G1", intitule="Gants")
    region.send("Jura.xlsx", JURA, YEAR_END, {JURA_SUD: [same, *ORDINARY_LINES]})
    if kept:
        acted.decide(region.main(), f"{YEAR_END}/{JURA_SUD}/0001", "retenir", "devis relus")
    acted.lock_ghts(region.dated(date(2022, 1, 24)).main(), YEAR_END, [JURA], "fin de campagne")
    region.dated(date(2022, 1, 27)).send("Nièvre.xlsx", NIEVRE, YEAR_END, {NEVERS: [same]})
    assert region.ask("gains jura 2021")["sous_alerte"] == today, "the same market, the same gain"
    assert region.ask("gains jura 2021 au verrou")["sous_alerte"] == "0.00"
    acted.lock_ghts(region.dated(date(2022, 1, 28)).main(), YEAR_END, [JURA], "reprise", yes=False)
    acted.lock_ghts(region.main(), YEAR_END, [JURA], "fin de campagne")
    assert region.ask("gains jura 2021 au verrou")["sous_alerte"] == today, "that look is before this lock"


def test_an_alert_of_a_tab_or_of_a_file_puts_no_line_under_alert(tmp_path: Path) -> None:
    region = new_region(tmp_path)
    region.send("Jura.xlsx", JURA, YEAR_END, {JURA_SUD: ORDINARY_LINES})
    region.dated(date(2022, 1, 27)).send("Jura.xlsx", JURA, YEAR_END, {JURA_SUD: ORDINARY_LINES[:4]})
    assert [c.line for c in region.findings(YEAR_END, "ligne-disparue")] == [None, None]
    assert region.ask("gains bfc 2021")["sous_alerte"] == "0.00"
    assert "sous alerte" not in region.ask("gains bfc 2021")["texte"]


def test_a_line_that_a_referent_kept_is_under_alert_no_more_from_that_day(tmp_path: Path) -> None:
    region = new_region(tmp_path)
    region.send("Jura.xlsx", JURA, YEAR_END, {JURA_SUD: [*ORDINARY_LINES, PLANTED]})
    before = region.hour.date()
    region.dated(date(2022, 2, 3))
    acted.decide(region.main(), f"{YEAR_END}/{JURA_SUD}/0007", "retenir", "devis relus")
    assert region.ask("gains bfc 2021")["sous_alerte"] == "0.00"
    assert region.ask("gains bfc 2021")["valeur"] == "4600015.00"
    assert region.ask("gains bfc 2021", before)["sous_alerte"] == "4000000.00"


def test_few_lines_name_none(tmp_path: Path) -> None:
    region = new_region(tmp_path)
    region.send("Jura.xlsx", JURA, YEAR_END, {JURA_SUD: ORDINARY_LINES[:4]})
    assert region.ask("gains bfc 2021")["lignes_qui_pesent"] == []
