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
from jobs.schedule import horaire
from jobs.service import marche, un_seul_service, un_tour
from jobs.status import etat
from jobs.steps import PAS, Pas
from jobs.subprocesses import courrier_a_part, interromps, releve_a_part, sauvegarde_a_part
from jobs.wiring import Atelier
from sheets.register import step_history as suivi
from sheets.register.claimed_events import fait_signe
from sheets.register.database import ouvert_par_ce_fil, ouvre
from tests.conftest import Remplir
from tests.test_secrets import ADRESSE, CLE, NIR, fuites

pytestmark = pytest.mark.e2e  # half a minute, kept out of the quick tests

MIDI = datetime(2022, 3, 31, 12, tzinfo=PARIS)


@dataclass(frozen=True)
class Horloge(Atelier):
    """The house at an hour the test chooses."""

    avance: tuple[timedelta, ...] = ()

    def maintenant(self) -> datetime:
        return MIDI + sum(self.avance, timedelta())


@pytest.fixture
def deposees(recus: Path, trame_remplie: Remplir) -> Path:
    """Three trames and a file that is none."""
    for ght, finess in (("BFC-08", "390780146"), ("BFC-09", "900000365"), ("BFC-07", "250000015")):
        (recus / f"{ght}.xlsx").write_bytes(
            trame_remplie({finess: [{"intitule": f"Achat {n}"} for n in range(40)]}, ght)
        )
    (recus / "Congés.xlsx").write_bytes(b"rien")
    return recus


@pytest.fixture
def atelier(tmp_path: Path) -> Atelier:
    base = Atelier(Path("config/exemple").resolve(), tmp_path / "vigie.sqlite", date(2022, 3, 31))
    ouvre(base.chemin_registre).close()
    return base


def _pas(cle: str, faire: Callable[[Atelier], str]) -> Pas:
    return Pas(cle, f"le pas {cle}", 300, faire)


def _tombe(_: Atelier) -> str:
    raise ZeroDivisionError("a secret of the house")


def _refuse(_: Atelier) -> str:
    raise UserError("Le partage « trames » ne répond pas. Rétablissez-le.")


def test_a_step_that_fails_leaves_the_others_go_and_says_why(
    atelier: Atelier, capsys: pytest.CaptureFixture[str]
) -> None:
    pas = [_pas("a", _refuse), _pas("b", _tombe), _pas("c", lambda _: "fait")]
    assert un_tour(atelier, pas) == 1
    db = ouvert_par_ce_fil(atelier.chemin_registre)
    dits = {p.cle: suivi.panne(db, p.cle) for p in pas}
    assert dits["a"] is not None
    assert "partage" in dits["a"].dit
    assert dits["b"] is not None
    assert "référence" in dits["b"].dit
    assert "secret" not in dits["b"].dit
    assert dits["c"] is None
    assert "Le pas c : fait." in capsys.readouterr().out


def test_a_step_that_succeeds_again_is_no_longer_failing(atelier: Atelier) -> None:
    db = ouvert_par_ce_fil(atelier.chemin_registre)
    marche(atelier, _pas("a", _refuse))
    assert suivi.panne(db, "a")
    marche(
        Horloge(atelier.chemin_dossier, atelier.chemin_registre, avance=(timedelta(minutes=5),)),
        _pas("a", lambda _: "fait"),
    )
    assert suivi.panne(db, "a") is None
    reussite = suivi.derniere_reussite(db, "a")
    assert reussite is not None
    assert reussite.dit == "fait"


def test_the_status_tells_a_failing_step_and_a_dead_service(
    atelier: Atelier, capsys: pytest.CaptureFixture[str]
) -> None:
    db = ouvert_par_ce_fil(atelier.chemin_registre)
    fait_signe(db, suivi.LE_SERVICE, "vivant", MIDI)
    suivi.note(db, "releve", MIDI, "Le partage ne répond pas.", reussi=False)
    assert etat(atelier, False) == 1
    dit = capsys.readouterr().out
    assert "Le relevé des dossiers a échoué" in dit
    assert "Le partage ne répond pas." in dit
    assert "signe de vie" not in dit
    etat(Horloge(atelier.chemin_dossier, atelier.chemin_registre, avance=(timedelta(minutes=10),)), False)
    assert "Le service ne donne plus signe de vie depuis le 31/03/2022" in capsys.readouterr().out


def test_a_machine_with_its_own_cron_is_told_of_failing_steps_and_of_no_dead_service(
    atelier: Atelier, capsys: pytest.CaptureFixture[str]
) -> None:
    assert un_tour(atelier, [Pas("releve", "le relevé des dossiers", 300, _refuse)]) == 1
    capsys.readouterr()
    assert etat(Horloge(atelier.chemin_dossier, atelier.chemin_registre, avance=(timedelta(hours=1),)), False) == 1
    dit = capsys.readouterr().out
    assert "Le relevé des dossiers a échoué" in dit
    assert "signe de vie" not in dit


def test_a_second_service_is_refused_and_the_lock_goes_with_the_first(atelier: Atelier) -> None:
    with un_seul_service(atelier.chemin_registre), pytest.raises(UserError, match="tourne déjà"):
        un_tour(atelier, [])
    assert un_tour(atelier, []) == 0


def test_a_slow_step_is_never_taken_twice_together_and_holds_up_no_other() -> None:
    ensemble, lents, vifs = [0], [0], [0]
    verrou, pret = threading.Lock(), threading.Event()

    def fait(p: Pas) -> None:
        if p.cle == "vif":
            vifs[0] += 1
            if vifs[0] > 5:
                pret.set()
            return
        with verrou:
            ensemble[0] += 1
            lents[0] = max(lents[0], ensemble[0])
        pret.wait(10)
        with verrou:
            ensemble[0] -= 1

    logging.getLogger("apscheduler").propagate = False  # it says that a run was left out
    pas = [Pas("lent", "le lent", 0, _refuse), Pas("vif", "le vif", 0, _refuse)]
    agenda = horaire([Pas(p.cle, p.titre, 1, p.faire) for p in pas], fait, lambda: datetime.now(PARIS))
    for tache in agenda.get_jobs():
        tache.reschedule("interval", seconds=0.05)
    agenda.start()
    try:
        assert pret.wait(10)
    finally:
        pret.set()
        agenda.shutdown(wait=True)
        logging.getLogger("apscheduler").propagate = True
    assert lents[0] == 1


class Veille(http.server.BaseHTTPRequestHandler):
    recus: list[str] = []  # noqa: RUF012 - the handler is made anew for each request

    def do_GET(self) -> None:
        self.recus.append(self.path)
        self.send_response(200 if "bon" in self.path else 500)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the library
        pass


@pytest.fixture
def adresse() -> Iterator[str]:
    Veille.recus.clear()
    with http.server.HTTPServer(("127.0.0.1", 0), Veille) as serveur:
        fil = threading.Thread(target=serveur.serve_forever)
        fil.start()
        yield f"http://127.0.0.1:{serveur.server_port}"
        serveur.shutdown()
        fil.join()


def test_the_watch_is_told_that_all_is_well_and_only_then(
    atelier: Atelier, adresse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIGIE_VEILLE_URL", f"{adresse}/bon")
    veille = next(p for p in PAS if p.cle == "veille")
    assert marche(atelier, veille) == "envoyé"
    suivi.note(ouvert_par_ce_fil(atelier.chemin_registre), "releve", MIDI, "Le partage ne répond pas.", reussi=False)
    assert "retenu" in marche(atelier, veille)
    assert Veille.recus == ["/bon"]


@pytest.mark.parametrize("chemin", ["/refuse", "ftp:/rien"])
def test_a_watch_that_does_not_answer_is_said_without_its_address(
    atelier: Atelier, adresse: str, chemin: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("VIGIE_VEILLE_URL", f"{adresse}{chemin}" if chemin.startswith("/") else chemin)
    assert marche(atelier, next(p for p in PAS if p.cle == "veille")) == ""
    dit = suivi.panne(ouvert_par_ce_fil(atelier.chemin_registre), "veille")
    assert dit is not None
    assert "VIGIE_VEILLE_URL" in dit.dit
    assert chemin not in dit.dit + caplog.text
    assert adresse not in dit.dit + caplog.text


def test_a_pull_apart_takes_in_what_a_pull_takes_in(atelier: Atelier, deposees: Path) -> None:
    rendu = releve_a_part(atelier, [deposees])
    assert sorted(f["etat"] for f in rendu["fichiers"]) == ["nouveau", "nouveau", "nouveau", "refuse"]
    assert {f["etat"] for f in releve_a_part(atelier, [deposees])["fichiers"]} == {"inchange"}


def test_a_pull_apart_that_cannot_be_done_says_its_sentence(atelier: Atelier, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="n'existe pas"):
        releve_a_part(atelier, [tmp_path / "parti"])


def test_a_pull_cut_short_says_so_and_the_next_one_continues(atelier: Atelier, deposees: Path) -> None:
    coupes = []
    for secondes in (0.5, 0.9, 1.3, 1.7):
        coupe = threading.Timer(secondes, interromps)
        coupe.start()
        try:
            releve_a_part(atelier, [deposees])
        except UserError as faute:
            coupes.append(str(faute))
        coupe.join()
    assert coupes
    assert all("interrompu" in dit for dit in coupes)
    assert len(releve_a_part(atelier, [deposees])["fichiers"]) == 4
    db = ouvert_par_ce_fil(atelier.chemin_registre)
    assert db.execute("SELECT count(*), count(DISTINCT chemin) FROM fichiers").fetchone() == (4, 4)


PLEURE = """
import sys
print("Dossier de la région : exemple", file=sys.stderr)
def lit():
    raise ValueError("cellule {} {} {}")
{}
"""
"""A command whose `lit` fails on secrets; what comes next says how it takes it."""
TOMBE = "lit()"
CONTINUE = """
import logging, traceback
try:
    lit()
except ValueError:
    logging.getLogger("vigie").error("mail 12\\n%s", traceback.format_exc())
"""
RENONCE = f"{CONTINUE}\nprint('La boîte ne répond plus.', file=sys.stderr)\nsys.exit(2)"


def _pleure(monkeypatch: pytest.MonkeyPatch, suite: str) -> None:
    code = PLEURE.format(NIR, CLE, ADRESSE, suite)
    monkeypatch.setattr(subprocesses, "_commande", lambda *_: [sys.executable, "-c", code])


def test_the_traceback_of_a_command_apart_is_in_the_log_and_nowhere_else(
    atelier: Atelier,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _pleure(monkeypatch, TOMBE)
    assert un_tour(atelier, [_pas("sauvegarde", lambda la: sauvegarde_a_part(la, 3))]) == 1
    dit = suivi.panne(ouvert_par_ce_fil(atelier.chemin_registre), "sauvegarde")
    assert dit is not None
    trouve = re.fullmatch(r"un défaut du programme \(référence (\w{8})\)", dit.dit)
    assert trouve is not None, dit.dit
    assert trouve[1] in caplog.text
    assert "ValueError: cellule [numéro masqué]" in caplog.text
    assert "in lit" in caplog.text
    assert fuites(caplog.text) == []
    sortie = capsys.readouterr()
    assert fuites(sortie.out + sortie.err) == []
    assert "ValueError" not in sortie.out
    assert etat(atelier, False) == 1
    montre = capsys.readouterr().out
    assert trouve[1] in montre
    assert "ValueError" not in montre


def test_a_fault_that_a_command_apart_survived_is_in_the_log_too(
    atelier: Atelier, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    _pleure(monkeypatch, f"{CONTINUE}\nprint('3 courriels')")
    assert courrier_a_part(atelier) == "3 courriels"
    _pleure(monkeypatch, RENONCE)
    with pytest.raises(UserError, match=r"^La boîte ne répond plus\.$"):
        courrier_a_part(atelier)
    assert caplog.text.count("mail 12") == caplog.text.count("ValueError: cellule [numéro masqué]") == 2
    assert fuites(caplog.text) == []


def _service(atelier: Atelier, **env: str) -> subprocess.Popen[str]:
    commande = [sys.executable, "-m", "jobs.cli", "run", "--registre", str(atelier.chemin_registre)]
    propre = {c: v for c, v in os.environ.items() if not c.startswith("VIGIE_")}
    return subprocess.Popen(commande, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=propre | env)


def _attend(vrai: Callable[[], object], secondes: float = 30) -> None:
    fin = time.monotonic() + secondes
    while not vrai():
        assert time.monotonic() < fin, "nothing came"
        time.sleep(0.05)


@pytest.mark.parametrize("quel", [signal.SIGTERM, signal.SIGINT])
def test_the_service_starts_lives_and_stops_within_five_seconds(atelier: Atelier, quel: signal.Signals) -> None:
    db = ouvert_par_ce_fil(atelier.chemin_registre)
    with _service(atelier) as service:
        try:
            _attend(lambda: suivi.derniere_reussite(db, "veille"))
            second = _service(atelier)
            assert "tourne déjà" in second.communicate(timeout=30)[1]
            assert second.returncode == 2
            debut = time.monotonic()
            service.send_signal(quel)
            assert service.wait(30) == 0
            assert time.monotonic() - debut < 5
        finally:
            service.kill()
    (signe,) = db.execute("SELECT etat FROM signes_de_vie WHERE service = ?", (suivi.LE_SERVICE,)).fetchone()
    assert signe == "arrêté"


def test_the_watch_is_not_told_that_all_is_well_while_a_step_hangs(
    atelier: Atelier, adresse: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VIGIE_VEILLE_URL", f"{adresse}/bon")
    db = ouvert_par_ce_fil(atelier.chemin_registre)
    suivi.note(db, "releve", MIDI - timedelta(hours=1), "2 classeurs", reussi=True)
    fait_signe(db, suivi.LE_SERVICE, "vivant", MIDI)
    assert "retenu" in marche(atelier, next(p for p in PAS if p.cle == "veille"))
    assert Veille.recus == []
    etat(atelier, False)
    assert "Le relevé des dossiers n'a pas abouti depuis le 31/03/2022 à 11h00." in capsys.readouterr().out


LENT = """
import sys, time
from jobs import chat, steps, service, wiring
def dort(_):
    time.sleep(60)
    return "fait"
sys.exit(chat.sors(service.tourne(wiring.atelier(None, None, None), [steps.Pas("lent", "le lent", 300, dort)])))
"""


def test_a_step_that_takes_its_time_does_not_hold_up_the_stop(atelier: Atelier) -> None:
    env = {c: v for c, v in os.environ.items() if not c.startswith("VIGIE_")} | {
        "VIGIE_REGISTRE": str(atelier.chemin_registre)
    }
    with subprocess.Popen([sys.executable, "-c", LENT], env=env, stderr=subprocess.PIPE, text=True) as service:
        try:
            assert service.stderr is not None
            _attend(lambda: "Vigie tourne" in (service.stderr.readline() if service.stderr else ""))
            time.sleep(0.5)
            debut = time.monotonic()
            service.terminate()
            service.wait(30)
            assert time.monotonic() - debut < 5
        finally:
            service.kill()


def test_nothing_is_started_once_the_service_is_leaving(atelier: Atelier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocesses, "_FERMEE", threading.Event())
    interromps(pour_de_bon=True)
    with pytest.raises(UserError, match="s'arrête"):
        releve_a_part(atelier)


def test_the_steps_have_names_of_their_own() -> None:
    assert len({p.cle for p in jobs.steps.PAS}) == len(jobs.steps.PAS)
    assert all(p.titre.startswith(("le ", "la ", "les ", "l'")) for p in jobs.steps.PAS)


DOCS = Path(__file__).parent.parent / "docs" / "service"


def test_the_unit_may_write_its_data_and_neither_its_program_nor_its_secrets() -> None:
    lines = (ligne.partition("=") for ligne in (DOCS / "vigie.service").read_text(encoding="utf-8").splitlines())
    said = {key: value for key, sign, value in lines if sign}
    writable = [Path(p) for p in said["ReadWritePaths"].split()]
    for kept in (said["ExecStart"].split()[0], said["EnvironmentFile"]):
        assert not any(Path(kept).is_relative_to(w) for w in writable), kept
    assert said["ProtectSystem"] == "strict"
    assert said["UMask"] == "0077"


def test_the_container_takes_the_program_and_that_is_enough_to_build_it(tmp_path: Path) -> None:
    copied = [
        mot for ligne in (DOCS / "Containerfile").read_text(encoding="utf-8").splitlines() if ligne.startswith("COPY ")
        for mot in ligne.split()[1:-1]
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
