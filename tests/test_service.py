"""The service that runs by itself: steps that fail alone, one service at a time, a clean stop, a watch that is told."""

import http.server
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import jobs.steps
from config.campaign import PARIS
from config.errors import UserError
from jobs import subprocesses
from jobs.commands.run import every_step_once, only_one_service, run_step
from jobs.commands.status import state
from jobs.schedule import make_schedule
from jobs.steps import STEPS, Step
from jobs.subprocesses import backup_apart, interrupt, mail_apart, pull_apart
from jobs.wiring import Workshop
from sheets.register import step_history
from sheets.register.claimed_events import give_sign
from sheets.register.database import open_register, opened_by_this_thread
from tests.conftest import FillTrame
from tests.test_secrets import ADDRESS, NIR, SLACK_KEY, leaks_in

pytestmark = pytest.mark.e2e  # half a minute, kept out of the quick tests

NOON = datetime(2022, 3, 31, 12, tzinfo=PARIS)


@dataclass(frozen=True)
class ClockedWorkshop(Workshop):
    """The house at an hour the test chooses."""

    advance: tuple[timedelta, ...] = ()

    def current_time(self) -> datetime:
        return NOON + sum(self.advance, timedelta())


@pytest.fixture
def dropped_files(received_files: Path, filled_trame: FillTrame) -> Path:
    """Three trames and a file that is none."""
    for ght, finess in (("BFC-08", "390780146"), ("BFC-09", "900000365"), ("BFC-07", "250000015")):
        (received_files / f"{ght}.xlsx").write_bytes(
            filled_trame({finess: [{"intitule": f"Achat {n}"} for n in range(40)]}, ght)
        )
    (received_files / "Congés.xlsx").write_bytes(b"rien")
    return received_files


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    base = Workshop(Path("config/exemple").resolve(), tmp_path / "vigie.sqlite", date(2022, 3, 31))
    open_register(base.register_path).close()
    return base


def _step(key: str, action: Callable[[Workshop], str]) -> Step:
    return Step(key, f"le pas {key}", 300, action)


def _fail(_: Workshop) -> str:
    raise ZeroDivisionError("a secret of the house")


def _refuse(_: Workshop) -> str:
    raise UserError("Le partage « trames » ne répond pas. Rétablissez-le.")


def test_a_step_that_fails_leaves_the_others_go_and_says_why(
    workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    step = [_step("a", _refuse), _step("b", _fail), _step("c", lambda _: "fait")]
    assert every_step_once(workshop, step) == 1
    db = opened_by_this_thread(workshop.register_path)
    all_said = {p.key: step_history.breakdown(db, p.key) for p in step}
    assert all_said["a"] is not None
    assert "partage" in all_said["a"].said
    assert all_said["b"] is not None
    assert "référence" in all_said["b"].said
    assert "secret" not in all_said["b"].said
    assert all_said["c"] is None
    assert "Le pas c : fait." in capsys.readouterr().out


def test_a_step_that_succeeds_again_is_no_longer_failing(workshop: Workshop) -> None:
    db = opened_by_this_thread(workshop.register_path)
    run_step(workshop, _step("a", _refuse))
    assert step_history.breakdown(db, "a")
    run_step(
        ClockedWorkshop(workshop.folder_path, workshop.register_path, advance=(timedelta(minutes=5),)),
        _step("a", lambda _: "fait"),
    )
    assert step_history.breakdown(db, "a") is None
    last_success = step_history.last_success_of(db, "a")
    assert last_success is not None
    assert last_success.said == "fait"


def test_the_status_tells_a_failing_step_and_a_dead_service(
    workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    db = opened_by_this_thread(workshop.register_path)
    give_sign(db, step_history.THE_SERVICE, "vivant", NOON)
    step_history.note(db, "releve", NOON, "Le partage ne répond pas.", succeeded=False)
    assert state(workshop, False) == 1
    said = capsys.readouterr().out
    assert "Le relevé des dossiers a échoué" in said
    assert "Le partage ne répond pas." in said
    assert "signe de vie" not in said
    state(ClockedWorkshop(workshop.folder_path, workshop.register_path, advance=(timedelta(minutes=10),)), False)
    assert "Le service ne donne plus signe de vie depuis le 31/03/2022" in capsys.readouterr().out


def test_a_machine_with_its_own_cron_is_told_of_failing_steps_and_of_no_dead_service(
    workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    assert every_step_once(workshop, [Step("releve", "le relevé des dossiers", 300, _refuse)]) == 1
    capsys.readouterr()
    assert (
        state(ClockedWorkshop(workshop.folder_path, workshop.register_path, advance=(timedelta(hours=1),)), False) == 1
    )
    said = capsys.readouterr().out
    assert "Le relevé des dossiers a échoué" in said
    assert "signe de vie" not in said


def test_a_second_service_is_refused_and_the_lock_goes_with_the_first(workshop: Workshop) -> None:
    with only_one_service(workshop.register_path), pytest.raises(UserError, match="tourne déjà"):
        every_step_once(workshop, [])
    assert every_step_once(workshop, []) == 0


def test_a_slow_step_is_never_taken_twice_together_and_holds_up_no_other() -> None:
    together, slow_ones, live_ones = [0], [0], [0]
    lock, ready_event = threading.Lock(), threading.Event()

    def done(p: Step) -> None:
        if p.key == "vif":
            live_ones[0] += 1
            if live_ones[0] > 5:
                ready_event.set()
            return
        with lock:
            together[0] += 1
            slow_ones[0] = max(slow_ones[0], together[0])
        ready_event.wait(10)
        with lock:
            together[0] -= 1

    logging.getLogger("apscheduler").propagate = False  # it says that a run was left out
    step = [Step("lent", "le lent", 0, _refuse), Step("vif", "le vif", 0, _refuse)]
    scheduler = make_schedule([Step(p.key, p.title, 1, p.action) for p in step], done, lambda: datetime.now(PARIS))
    for task in scheduler.get_jobs():
        task.reschedule("interval", seconds=0.05)
    scheduler.start()
    try:
        assert ready_event.wait(10)
    finally:
        ready_event.set()
        scheduler.shutdown(wait=True)
        logging.getLogger("apscheduler").propagate = True
    assert slow_ones[0] == 1


class HealthServer(http.server.BaseHTTPRequestHandler):
    received_files: list[str] = []  # noqa: RUF012 - the handler is made anew for each request

    def do_GET(self) -> None:
        self.received_files.append(self.path)
        self.send_response(200 if "bon" in self.path else 500)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the library
        pass


@pytest.fixture
def address() -> Iterator[str]:
    HealthServer.received_files.clear()
    with http.server.HTTPServer(("127.0.0.1", 0), HealthServer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_watch_is_told_that_all_is_well_and_only_then(
    workshop: Workshop, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIGIE_VEILLE_URL", f"{address}/bon")
    health = next(p for p in STEPS if p.key == "veille")
    assert run_step(workshop, health) == "envoyé"
    step_history.note(
        opened_by_this_thread(workshop.register_path), "releve", NOON, "Le partage ne répond pas.", succeeded=False
    )
    assert "retenu" in run_step(workshop, health)
    assert HealthServer.received_files == ["/bon"]


@pytest.mark.parametrize("path", ["/refuse", "ftp:/rien"])
def test_a_watch_that_does_not_answer_is_said_without_its_address(
    workshop: Workshop, address: str, path: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("VIGIE_VEILLE_URL", f"{address}{path}" if path.startswith("/") else path)
    assert run_step(workshop, next(p for p in STEPS if p.key == "veille")) == ""
    said = step_history.breakdown(opened_by_this_thread(workshop.register_path), "veille")
    assert said is not None
    assert "VIGIE_VEILLE_URL" in said.said
    assert path not in said.said + caplog.text
    assert address not in said.said + caplog.text


def test_a_pull_apart_takes_in_what_a_pull_takes_in(workshop: Workshop, dropped_files: Path) -> None:
    result = pull_apart(workshop, [dropped_files])
    assert sorted(f["etat"] for f in result["fichiers"]) == ["nouveau", "nouveau", "nouveau", "refuse"]
    assert {f["etat"] for f in pull_apart(workshop, [dropped_files])["fichiers"]} == {"inchange"}


def test_a_pull_apart_that_cannot_be_done_says_its_sentence(workshop: Workshop, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="n'existe pas"):
        pull_apart(workshop, [tmp_path / "parti"])


def test_a_pull_cut_short_says_so_and_the_next_one_continues(workshop: Workshop, dropped_files: Path) -> None:
    cuts = []
    for seconds in (0.5, 0.9, 1.3, 1.7):
        interruption = threading.Timer(seconds, interrupt)
        interruption.start()
        try:
            pull_apart(workshop, [dropped_files])
        except UserError as fault:
            cuts.append(str(fault))
        interruption.join()
    assert cuts
    assert all("interrompu" in said for said in cuts)
    assert len(pull_apart(workshop, [dropped_files])["fichiers"]) == 4
    db = opened_by_this_thread(workshop.register_path)
    assert db.execute("SELECT count(*), count(DISTINCT chemin) FROM fichiers").fetchone() == (4, 4)


FAILING_SCRIPT = """
import sys
print("Dossier de la région : exemple", file=sys.stderr)
def lit():
    raise ValueError("cellule {} {} {}")
{}
"""
"""A command whose `read` fails on secrets; what comes next says how it takes it."""
FAILING_CALL = "lit()"
CONTINUE = """
import logging, traceback
try:
    lit()
except ValueError:
    logging.getLogger("vigie").error("mail 12\\n%s", traceback.format_exc())
"""
GIVES_UP_SCRIPT = f"{CONTINUE}\nprint('La boîte ne répond plus.', file=sys.stderr)\nsys.exit(2)"


def _fail_in_subprocess(monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    code = FAILING_SCRIPT.format(NIR, SLACK_KEY, ADDRESS, end)
    monkeypatch.setattr(subprocesses, "_command_line", lambda *_: [sys.executable, "-c", code])


def test_the_traceback_of_a_command_apart_is_in_the_log_and_nowhere_else(
    workshop: Workshop,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _fail_in_subprocess(monkeypatch, FAILING_CALL)
    assert every_step_once(workshop, [_step("sauvegarde", lambda there: backup_apart(there, 3))]) == 1
    said = step_history.breakdown(opened_by_this_thread(workshop.register_path), "sauvegarde")
    assert said is not None
    found = re.fullmatch(r"un défaut du programme \(référence (\w{8})\)", said.said)
    assert found is not None, said.said
    assert found[1] in caplog.text
    assert "ValueError: cellule [numéro masqué]" in caplog.text
    assert "in lit" in caplog.text
    assert leaks_in(caplog.text) == []
    output = capsys.readouterr()
    assert leaks_in(output.out + output.err) == []
    assert "ValueError" not in output.out
    assert state(workshop, False) == 1
    shown = capsys.readouterr().out
    assert found[1] in shown
    assert "ValueError" not in shown


def test_a_fault_that_a_command_apart_survived_is_in_the_log_too(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    _fail_in_subprocess(monkeypatch, f"{CONTINUE}\nprint('3 courriels')")
    assert mail_apart(workshop) == "3 courriels"
    _fail_in_subprocess(monkeypatch, GIVES_UP_SCRIPT)
    with pytest.raises(UserError, match=r"^La boîte ne répond plus\.$"):
        mail_apart(workshop)
    assert caplog.text.count("mail 12") == caplog.text.count("ValueError: cellule [numéro masqué]") == 2
    assert leaks_in(caplog.text) == []


def _service(workshop: Workshop, **env: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "jobs.commands", "run", "--registre", str(workshop.register_path)]
    clean = {c: v for c, v in os.environ.items() if not c.startswith("VIGIE_")}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clean | env)


def _wait_for(condition: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.05)


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_the_service_starts_lives_and_stops_within_five_seconds(
    workshop: Workshop, signal_number: signal.Signals
) -> None:
    db = opened_by_this_thread(workshop.register_path)
    with _service(workshop) as service:
        try:
            _wait_for(lambda: step_history.last_success_of(db, "veille"))
            second = _service(workshop)
            assert "tourne déjà" in second.communicate(timeout=30)[1]
            assert second.returncode == 2
            start = time.monotonic()
            service.send_signal(signal_number)
            assert service.wait(30) == 0
            assert time.monotonic() - start < 5
        finally:
            service.kill()
    (sign,) = db.execute("SELECT etat FROM signes_de_vie WHERE service = ?", (step_history.THE_SERVICE,)).fetchone()
    assert sign == "arrêté"


def test_the_watch_is_not_told_that_all_is_well_while_a_step_hangs(
    workshop: Workshop, address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VIGIE_VEILLE_URL", f"{address}/bon")
    db = opened_by_this_thread(workshop.register_path)
    step_history.note(db, "releve", NOON - timedelta(hours=1), "2 classeurs", succeeded=True)
    give_sign(db, step_history.THE_SERVICE, "vivant", NOON)
    assert "retenu" in run_step(workshop, next(p for p in STEPS if p.key == "veille"))
    assert HealthServer.received_files == []
    state(workshop, False)
    assert "Le relevé des dossiers n'a pas abouti depuis le 31/03/2022 à 11h00." in capsys.readouterr().out


SLOW_SCRIPT = """
import sys, time
from jobs import chat, steps, wiring
from jobs.commands import run as service
def dort(_):
    time.sleep(60)
    return "fait"
sys.exit(chat.leave(service.run_until_stopped(wiring.workshop(None, None, None), [steps.Step("lent", "le lent", 300, dort)])))
"""


def test_a_step_that_takes_its_time_does_not_hold_up_the_stop(workshop: Workshop) -> None:
    env = {c: v for c, v in os.environ.items() if not c.startswith("VIGIE_")} | {
        "VIGIE_REGISTRE": str(workshop.register_path)
    }
    with subprocess.Popen([sys.executable, "-c", SLOW_SCRIPT], env=env, stderr=subprocess.PIPE, text=True) as service:
        try:
            assert service.stderr is not None
            _wait_for(lambda: "Vigie tourne" in (service.stderr.readline() if service.stderr else ""))
            time.sleep(0.5)
            start = time.monotonic()
            service.terminate()
            service.wait(30)
            assert time.monotonic() - start < 5
        finally:
            service.kill()


def test_nothing_is_started_once_the_service_is_leaving(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocesses, "_CLOSED", threading.Event())
    interrupt(for_good=True)
    with pytest.raises(UserError, match="s'arrête"):
        pull_apart(workshop)


def test_the_steps_have_names_of_their_own() -> None:
    assert len({p.key for p in jobs.steps.STEPS}) == len(jobs.steps.STEPS)
    assert all(p.title.startswith(("le ", "la ", "les ", "l'")) for p in jobs.steps.STEPS)


DOCS = Path(__file__).parent.parent / "docs" / "service"


def test_the_unit_may_write_its_data_and_neither_its_program_nor_its_secrets() -> None:
    lines = (line.partition("=") for line in (DOCS / "vigie.service").read_text(encoding="utf-8").splitlines())
    said = {key: value for key, sign, value in lines if sign}
    writable = [Path(p) for p in said["ReadWritePaths"].split()]
    for kept in (said["ExecStart"].split()[0], said["EnvironmentFile"]):
        assert not any(Path(kept).is_relative_to(w) for w in writable), kept
    assert said["ProtectSystem"] == "strict"
    assert said["UMask"] == "0077"


def test_the_container_takes_the_program_and_that_is_enough_to_build_it(tmp_path: Path) -> None:
    copied = [
        word for line in (DOCS / "Containerfile").read_text(encoding="utf-8").splitlines() if line.startswith("COPY ")
        for word in line.split()[1:-1]
    ]  # fmt: skip
    assert not {"."} & {str(Path(c)) for c in copied}
    assert {"config", "jobs", "requirements.txt"} <= set(copied)
    for name in copied:
        source = DOCS.parent.parent / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel"], cwd=tmp_path, capture_output=True, check=False
    )
    assert built.returncode == 0, built.stderr
