"""What happens once a campaign is locked: what the GHT sends, what its région decides, what a new rule would change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from config.errors import UserError
from jobs.command_line import vigie as cli
from jobs.commands.rejudge import left_alone
from reports.changes import changes
from sheets.register.decisions import decisions
from sheets.register.what_counts import counting_tabs
from tests import acted
from tests.region import Line, Region, judge_in_process, new_region, subject

BELFORT, SENS, NORTH, YONNE = "900000365", "890970569", "BFC-09", "BFC-05"
YEAR_END = "2021-annuelle"
DAYS = [date(2022, 1, d) for d in (20, 21, 24, 25, 26, 27, 28)]


def purchase(title: str, gain: int, reference: int = 40_000) -> dict[str, Any]:
    return {"intitule": title, "marche": f"M-{title}", "gain_annuel": gain, "montant_reference": reference,
            "date_premiere_commande": date(2021, 1, 4)}  # fmt: skip


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return new_region(tmp_path)


def send(region: Region, rank: int, lines: Sequence[Line]) -> None:
    region.dated(DAYS[rank]).send("nord.xlsx", NORTH, YEAR_END, {BELFORT: lines})


def decide(region: Region, rank: int, number: str, direction: str) -> None:
    acted.decide(region.dated(DAYS[rank]).main(), f"{YEAR_END}/{BELFORT}/{number}", direction, "relu")


def kept_cents(region: Region, *, at_lock: bool = False) -> int:
    return sum(
        o.totals.kept for o in counting_tabs(region.db, [YEAR_END], region.hour.date(), at_lock=at_lock).values()
    )


def test_a_decision_after_the_lock_counts_from_its_day_and_is_marked_and_the_figure_at_the_lock_stays(
    region: Region,
) -> None:
    send(region, 0, [purchase("Gants", 4_000), purchase("Linge", 2_000), purchase("Gaz", 30_000)])
    decide(region, 0, "0002", "retirer")
    assert kept_cents(region, at_lock=True) == 0, "nothing is locked yet"
    acted.lock_ghts(region.dated(DAYS[1]).main(), YEAR_END, [NORTH], "fin de campagne")
    assert kept_cents(region) == kept_cents(region, at_lock=True) == 400_000
    send(region, 2, [purchase("Gants", 9_000), purchase("Linge", 2_000), purchase("Gaz", 30_000)])
    decide(region, 3, "0001", "retirer")
    decide(region, 3, "0003", "retenir")
    assert (kept_cents(region), kept_cents(region, at_lock=True)) == (3_000_000, 400_000)
    tab = counting_tabs(region.db, [YEAR_END], DAYS[3])[BELFORT].id
    marks = {
        d.reference[-4:]: (d.after_lock, "(après verrou)" in d.words) for d in decisions(region.db, [tab], DAYS[3])
    }
    assert marks == {"0001": (True, True), "0002": (False, False), "0003": (True, True)}
    decide(region, 4, "0002", "revenir")
    assert (kept_cents(region), kept_cents(region, at_lock=True)) == (3_200_000, 400_000)
    region.dated(DAYS[2])
    assert (kept_cents(region), kept_cents(region, at_lock=True)) == (400_000, 400_000)


def test_the_bridge_tells_what_was_decided_after_the_lock_apart(region: Region) -> None:
    send(region, 0, [purchase("Gants", 4_000), purchase("Linge", 2_000), purchase("Gaz", 1_000)])
    region.dated(DAYS[1])
    decide(region, 1, "0002", "retirer")
    decide(region, 1, "0003", "retirer")
    acted.lock_ghts(region.dated(DAYS[2]).main(), YEAR_END, [NORTH], "fin de campagne")
    decide(region, 3, "0001", "retirer")
    decide(region, 3, "0003", "revenir")

    def parts(rank: int, since: int) -> dict[str, int]:
        view = region.dated(DAYS[rank]).view
        return {e.code: int(e.value or 0) for e in changes(view, subject("BFC", 2021, since=DAYS[since])).elements}

    assert parts(3, 0) == {"decision": -200_000, "apres_verrou": -400_000}
    assert parts(3, 2) == {"apres_verrou": -300_000}
    assert parts(2, 0) == {"decision": -300_000}
    said = region.dated(DAYS[3]).ask("qu'est-ce qui a changé BFC-09 2021 depuis le 24/01/2022")
    assert "après le verrou" in str(said)


def test_unlocked_a_decision_is_no_longer_after_the_lock(region: Region) -> None:
    send(region, 0, [purchase("Gants", 4_000)])
    acted.lock_ghts(region.dated(DAYS[1]).main(), YEAR_END, [NORTH], "fin de campagne")
    decide(region, 2, "0001", "retirer")
    acted.lock_ghts(region.dated(DAYS[3]).main(), YEAR_END, [NORTH], "reprise", yes=False)
    tab = counting_tabs(region.db, [YEAR_END], DAYS[3])[BELFORT].id
    assert [d.after_lock for d in decisions(region.db, [tab], DAYS[3])] == [False]
    assert [d.after_lock for d in decisions(region.db, [tab], DAYS[2])] == [True]


def hardened(region: Region) -> Region:
    """Two GHT sent the same line, one is locked, and the rule becomes harder."""
    send(region, 0, [purchase("Gants", 10_000)])
    region.send("yonne.xlsx", YONNE, YEAR_END, {SENS: [purchase("Gants", 10_000)]})
    acted.lock_ghts(region.dated(DAYS[1]).main(), YEAR_END, [NORTH], "fin de campagne")
    region.dated(DAYS[2]).edit_folder("reglages.toml", "performance_a_justifier = 30", "performance_a_justifier = 20")
    return region


def test_a_rule_may_be_tried_on_what_is_locked_and_nothing_is_written(region: Region) -> None:
    hardened(region)
    assert left_alone(region.db, DAYS[2]) == {YEAR_END: {NORTH}}
    assert [c.ght for c in region.judge_again(write=False)] == [YONNE]
    before = list(region.db.conn.iterdump())
    assert [(c.ght, c.kept) for c in region.judge_again(write=False, locked_too=True)] == [
        (NORTH, -1_000_000), (YONNE, -1_000_000),
    ]  # fmt: skip
    assert list(region.db.conn.iterdump()) == before
    with pytest.raises(ValueError, match="locked"):
        region.judge_again(write=True, locked_too=True)
    region.judge_again()
    assert [c.ght for c in region.judge_again(write=False, locked_too=True)] == [NORTH]


def test_the_command_says_what_it_leaves_alone(region: Region) -> None:
    hardened(region)

    def said(*options: str) -> str:
        common_options = ["--registre", str(region.where / "vigie.sqlite"), "--dossier", str(region.where / "region")]
        with judge_in_process():
            result = CliRunner().invoke(cli, ["rejudge", *options, *common_options, "--today", DAYS[3].isoformat()])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.output.replace("\\u202f", " ").replace("\\xa0", " ")

    attempt = said()
    assert "Verrouillés, laissés tels quels : 1 GHT en 2021-annuelle" in " ".join(attempt.split())
    assert "--y-compris-verrouillees" in attempt
    assert "2 fichiers à rejuger" in said("--y-compris-verrouillees")
    assert "C'est un essai : rien n'est écrit." in " ".join(said("--y-compris-verrouillees").split())
    with pytest.raises(UserError, match="n'écrit jamais"):
        said("--y-compris-verrouillees", "--yes")
    said("--yes")
    assert "tout ce qui n'est pas verrouillé est déjà jugé" in " ".join(said().split())


@pytest.mark.parametrize("question", [
    "gains BFC-09 2021 au verrou", "au verrou, combien pour BFC-09 en 2021 ?", "gains au moment du verrou BFC-09 2021",
    "total retenu BFC-09 2021 lors du verrouillage",
])  # fmt: skip
def test_the_figure_at_the_lock_can_be_asked(region: Region, question: str) -> None:
    send(region, 0, [purchase("Gants", 4_000), purchase("Linge", 2_000)])
    assert "rien n'est verrouillé" in region.ask(question)["texte"]
    acted.lock_ghts(region.dated(DAYS[1]).main(), YEAR_END, [NORTH], "fin de campagne")
    decide(region, 2, "0001", "retirer")
    result = region.ask(question)
    assert (result["intention"], result["valeur"]) == ("verrou", "6000.00")
    assert "(1 trame verrouillée), sans ce qui a été décidé depuis" in result["texte"]
    assert region.ask("gains BFC-09 2021")["valeur"] == "2000.00"


def test_the_calendar_of_the_lock_is_another_question(region: Region) -> None:
    assert region.ask("quand est le verrou ?")["intention"] == "echeances"
