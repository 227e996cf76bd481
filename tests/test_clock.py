"""One tick with a wrong clock, or one mistyped day: said in red, the watch hears nothing, copies go on, and there is a way back."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from config.errors import UserError
from config.folder import EXEMPLE, Dossier
from jobs import steps
from jobs.cli.commande import vigie
from jobs.remind import SERVICE
from jobs.service import marche
from jobs.status import sante
from jobs.steps import PAS
from jobs.wiring import Atelier
from sheets.register import future_facts, health
from sheets.register import step_history as suivi
from sheets.register.acts import Main, verrouille
from sheets.register.claimed_events import fait_signe
from sheets.register.database import ouvert_par_ce_fil, ouvre
from tests.conftest import Remplir
from tests.workshop import JOUR, MOREZ, SUD, en_janvier, releve_ici

LATER = JOUR + timedelta(days=9 * 365)


@pytest.fixture
def registre(tmp_path: Path, dossier: Dossier, recus: Path, trame_remplie: Remplir) -> Path:
    """A register fed once on the right day, then once on a day nine years ahead."""
    (recus / "sud.xlsx").write_bytes(trame_remplie({SUD: [en_janvier(1000)]}))
    with closing(ouvre(tmp_path / "vigie.sqlite")) as db:
        releve_ici(db, dossier, recus)
        (recus / "morez.xlsx").write_bytes(trame_remplie({MOREZ: [en_janvier(77)]}))
        releve_ici(db, dossier, recus, 9 * 365)
        hand = Main(db, dossier, SERVICE, LATER)
        verrouille(hand, "2021-annuelle", ["BFC-08"], "verrou prévu", oui=True)
    return tmp_path / "vigie.sqlite"


def run(registre: Path, *arguments: str | Path, day: str = "2022-02-02") -> tuple[int, str]:
    done = CliRunner().invoke(vigie, [*map(str, arguments), "--registre", str(registre), "--today", day])
    if isinstance(done.exception, UserError):
        return 2, str(done.exception)
    return done.exit_code, done.output


def total(registre: Path, day: str = "2022-02-02") -> str:
    return str(json.loads(CliRunner().invoke(
        vigie, ["ask", "gains jura 2021", "--json", "--registre", str(registre), "--today", day]).stdout)["valeur"])  # fmt: skip


def test_it_is_red_with_the_way_back_and_nothing_is_lost(registre: Path, recus: Path) -> None:
    assert total(registre) == "1000.00"  # the workbook of later is not seen
    code, words = run(registre, "pull", recus)
    assert code == 2
    assert "vigie horloge" in words
    code, words = run(registre, "status")
    assert code == 1
    assert "datés jusqu'au 30/01/2031" in words
    assert "vigie horloge" in words
    code, words = run(registre, "horloge")
    assert "1 relevé et 1 décision ou verrou" in words
    assert "Rien n'a changé" in words
    assert run(registre, "status")[0] == 1
    code, words = run(registre, "horloge", "--yes")
    assert code == 0
    assert "1 verrou posé trop tôt est levé" in words
    assert total(registre) == "1077.00"
    assert total(registre, "2022-02-01") == "1000.00"
    assert run(registre, "pull", recus)[0] == 0
    assert run(registre, "status")[0] == 0
    assert "Rien n'est daté après aujourd'hui" in run(registre, "horloge", "--yes")[1]


def test_a_decision_or_a_folder_of_later_is_found_too(tmp_path: Path, dossier: Dossier) -> None:
    with closing(ouvre(tmp_path / "vigie.sqlite")) as db:
        today = JOUR.date()
        assert future_facts.ahead(db, today) is None
        db.execute("INSERT INTO actes (le, par, genre, campagne, ght, finess, action_id, valeur, motif)"
                   " VALUES ('2031-05-01T12:00:00+02:00', 'x', 'noter', '', '', '', '', '', 'x')")  # fmt: skip
        assert future_facts.ahead(db, today) == date(2031, 5, 1)
        assert future_facts.ahead(db, date(2031, 5, 1)) is None  # noon of a day that is not over is not later
        future_facts.bring_back(db, JOUR)
        assert future_facts.ahead(db, today) is None
        db.execute("INSERT INTO dossiers VALUES ('e', x'', '2030-01-01T12:00:00+01:00')")
        db.execute("INSERT INTO dossiers_en_vigueur (depuis, dossier) VALUES ('2030-01-01T12:00:00+01:00', 'e')")
        assert future_facts.ahead(db, today) == date(2030, 1, 1)


def test_the_watch_hears_nothing_and_copies_go_on(registre: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_VEILLE_URL", "http://127.0.0.1:1/")
    atelier = Atelier(EXEMPLE, registre, date(2022, 2, 2))
    db = ouvert_par_ce_fil(registre)
    for p in PAS:
        suivi.note(db, p.cle, LATER, "fait", reussi=True)
    veille_ = next(p for p in PAS if p.cle == "veille")
    assert marche(atelier, veille_) == "retenu : des faits sont datés après aujourd'hui"
    db.execute("INSERT INTO sauvegardes (le, chemin, octets) VALUES (?, 'x', 1)", (LATER.isoformat(),))
    monkeypatch.setattr(steps, "sauvegarde_a_part", lambda *_: "Sauvegardé.")
    assert steps.sauvegarde(atelier) == "Sauvegardé"
    assert run(registre, "backup")[0] == 0
    last = health.derniere_sauvegarde(db)
    assert last is not None
    assert last.le.startswith("2022-02-02")


def test_a_step_that_fails_today_fails_though_it_succeeded_later(registre: Path) -> None:
    db = ouvert_par_ce_fil(registre)
    suivi.note(db, "releve", LATER, "fait", reussi=True)
    assert suivi.panne(db, "releve") is None
    suivi.note(db, "releve", JOUR, "Le partage ne répond pas.", reussi=False)
    fault = suivi.panne(db, "releve")
    assert fault is not None
    assert fault.dit == "Le partage ne répond pas."
    suivi.note(db, "releve", JOUR, "fait", reussi=True)
    assert suivi.panne(db, "releve") is None


def test_a_sign_of_life_of_later_is_none(registre: Path) -> None:
    atelier = Atelier(EXEMPLE, registre, date(2022, 2, 2))
    fait_signe(ouvert_par_ce_fil(registre), suivi.LE_SERVICE, "vivant", atelier.maintenant())
    assert sante(atelier) == 0
    fait_signe(ouvert_par_ce_fil(registre), suivi.LE_SERVICE, "vivant", LATER)
    assert sante(atelier) == 1
