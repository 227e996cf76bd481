"""One tick with a wrong clock, or one mistyped day: said in red, the watch hears nothing, copies go on, and there is a way back."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from config.errors import UserError
from config.folder import EXAMPLE, Folder
from jobs import steps
from jobs.command_line import vigie
from jobs.commands.run import run_step
from jobs.commands.status import says_alive
from jobs.locks_due import SERVICE
from jobs.steps import STEPS
from jobs.wiring import Workshop
from sheets.register import future_facts, health, step_history
from sheets.register.acts import Main
from sheets.register.claimed_events import give_sign
from sheets.register.database import open_register, opened_by_this_thread
from tests.acted import lock_ghts
from tests.conftest import FillTrame
from tests.workshop import DAY, JURA_SUD, MOREZ, january_line, pull_in_process

LATER = DAY + timedelta(days=9 * 365)


@pytest.fixture
def register(tmp_path: Path, folder: Folder, received_files: Path, filled_trame: FillTrame) -> Path:
    """A register fed once on the right day, then once on a day nine years ahead."""
    (received_files / "sud.xlsx").write_bytes(filled_trame({JURA_SUD: [january_line(1000)]}))
    with closing(open_register(tmp_path / "vigie.sqlite")) as db:
        pull_in_process(db, folder, received_files)
        (received_files / "morez.xlsx").write_bytes(filled_trame({MOREZ: [january_line(77)]}))
        pull_in_process(db, folder, received_files, 9 * 365)
        hand = Main(db, folder, SERVICE, LATER)
        lock_ghts(hand, "2021-annuelle", ["BFC-08"], "verrou prévu", yes=True)
    return tmp_path / "vigie.sqlite"


def run(register: Path, *arguments: str | Path, day: str = "2022-02-02") -> tuple[int, str]:
    done = CliRunner().invoke(vigie, [*map(str, arguments), "--registre", str(register), "--today", day])
    if isinstance(done.exception, UserError):
        return 2, str(done.exception)
    return done.exit_code, done.output


def total(register: Path, day: str = "2022-02-02") -> str:
    return str(json.loads(CliRunner().invoke(
        vigie, ["ask", "gains jura 2021", "--json", "--registre", str(register), "--today", day]).stdout)["valeur"])  # fmt: skip


def test_it_is_red_with_the_way_back_and_nothing_is_lost(register: Path, received_files: Path) -> None:
    assert total(register) == "1000.00"  # the workbook of later is not seen
    code, words = run(register, "pull", received_files)
    assert code == 2
    assert "vigie horloge" in words
    code, words = run(register, "status")
    assert code == 1
    assert "datés jusqu'au 30/01/2031" in words
    assert "vigie horloge" in words
    code, words = run(register, "horloge")
    assert "1 relevé et 1 décision ou verrou" in words
    assert "Rien n'a changé" in words
    assert run(register, "status")[0] == 1
    code, words = run(register, "horloge", "--yes")
    assert code == 0
    assert "1 verrou posé trop tôt est levé" in words
    assert total(register) == "1077.00"
    assert total(register, "2022-02-01") == "1000.00"
    assert run(register, "pull", received_files)[0] == 0
    assert run(register, "status")[0] == 0
    assert "Rien n'est daté après aujourd'hui" in run(register, "horloge", "--yes")[1]


def test_a_decision_or_a_folder_of_later_is_found_too(tmp_path: Path, folder: Folder) -> None:
    with closing(open_register(tmp_path / "vigie.sqlite")) as db:
        today = DAY.date()
        assert future_facts.ahead(db, today) is None
        db.execute("INSERT INTO actes (le, par, genre, campagne, ght, finess, action_id, valeur, motif)"
                   " VALUES ('2031-05-01T12:00:00+02:00', 'x', 'noter', '', '', '', '', '', 'x')")  # fmt: skip
        assert future_facts.ahead(db, today) == date(2031, 5, 1)
        assert future_facts.ahead(db, date(2031, 5, 1)) is None  # noon of a day that is not over is not later
        future_facts.bring_back(db, DAY)
        assert future_facts.ahead(db, today) is None
        db.execute("INSERT INTO dossiers VALUES ('e', x'', '2030-01-01T12:00:00+01:00')")
        db.execute("INSERT INTO dossiers_en_vigueur (depuis, dossier) VALUES ('2030-01-01T12:00:00+01:00', 'e')")
        assert future_facts.ahead(db, today) == date(2030, 1, 1)


def test_the_watch_hears_nothing_and_copies_go_on(register: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_VEILLE_URL", "http://127.0.0.1:1/")
    workshop = Workshop(EXAMPLE, register, date(2022, 2, 2))
    db = opened_by_this_thread(register)
    for p in STEPS:
        step_history.note(db, p.key, LATER, "fait", succeeded=True)
    health_step = next(p for p in STEPS if p.key == "veille")
    assert run_step(workshop, health_step) == "retenu : des faits sont datés après aujourd'hui"
    db.execute("INSERT INTO sauvegardes (le, chemin, octets) VALUES (?, 'x', 1)", (LATER.isoformat(),))
    monkeypatch.setattr(steps, "backup_apart", lambda *_: "Sauvegardé.")
    assert steps.backup(workshop) == "Sauvegardé"
    assert run(register, "backup")[0] == 0
    last = health.last_backup(db)
    assert last is not None
    assert last.dated.startswith("2022-02-02")


def test_a_step_that_fails_today_fails_though_it_succeeded_later(register: Path) -> None:
    db = opened_by_this_thread(register)
    step_history.note(db, "releve", LATER, "fait", succeeded=True)
    assert step_history.breakdown(db, "releve") is None
    step_history.note(db, "releve", DAY, "Le partage ne répond pas.", succeeded=False)
    fault = step_history.breakdown(db, "releve")
    assert fault is not None
    assert fault.said == "Le partage ne répond pas."
    step_history.note(db, "releve", DAY, "fait", succeeded=True)
    assert step_history.breakdown(db, "releve") is None


def test_a_sign_of_life_of_later_is_none(register: Path) -> None:
    workshop = Workshop(EXAMPLE, register, date(2022, 2, 2))
    give_sign(opened_by_this_thread(register), step_history.THE_SERVICE, "vivant", workshop.current_time())
    assert says_alive(workshop) == 0
    give_sign(opened_by_this_thread(register), step_history.THE_SERVICE, "vivant", LATER)
    assert says_alive(workshop) == 1
