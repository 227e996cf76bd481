"""`vigie doctor`, `vigie slack` and `vigie status`: what is missing is named, one sentence each, and no secret is said."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bots.slack.conversation import SERVICE
from bots.slack.web_api import SCOPES, Reglages
from config.errors import UserError
from config.folder import EXEMPLE, charge
from jobs.diagnostic import examine
from jobs.status import etat
from jobs.wiring import Atelier, reglage, slack
from sheets.register.claimed_events import fait_signe
from tests.fake_mail import faux_courrier
from tests.fake_slack import FauxSlack, faux_slack
from tests.test_cli import vigie
from tests.test_slack import JETON, MIDI, PRISE


@pytest.fixture(autouse=True)
def sans_reglages(monkeypatch: pytest.MonkeyPatch) -> None:
    for nom in ("BOT_TOKEN", "APP_TOKEN", "BASE_URL"):
        monkeypatch.delenv(f"VIGIE_SLACK_{nom}", raising=False)
        monkeypatch.delenv(f"VIGIE_SLACK_{nom}_FILE", raising=False)
    monkeypatch.delenv("VIGIE_SMTP_URL", raising=False)
    monkeypatch.delenv("VIGIE_IMAP_URL", raising=False)
    monkeypatch.delenv("VIGIE_SOURCES", raising=False)


@pytest.fixture
def atelier(tmp_path: Path) -> Iterator[Atelier]:
    a = Atelier(EXEMPLE, tmp_path / "vigie.sqlite", MIDI.date())
    yield a
    a.registre.close()
    if "registre_existant" in vars(a):
        a.registre_existant.close()


@pytest.fixture
def serveur(monkeypatch: pytest.MonkeyPatch) -> Iterator[FauxSlack]:
    with faux_slack() as faux:
        monkeypatch.setenv("VIGIE_SLACK_BASE_URL", faux.adresse)
        monkeypatch.setenv("VIGIE_SLACK_BOT_TOKEN", JETON)
        monkeypatch.setenv("VIGIE_SLACK_APP_TOKEN", PRISE)
        yield faux


def test_a_setting_comes_from_the_environment_or_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert slack() == Reglages()
    (tmp_path / "jeton").write_text(f"{JETON}\n", encoding="utf-8")
    monkeypatch.setenv("VIGIE_SLACK_BOT_TOKEN_FILE", str(tmp_path / "jeton"))
    monkeypatch.setenv("VIGIE_SLACK_APP_TOKEN", f" {PRISE} ")
    assert slack() == Reglages(JETON, PRISE)
    monkeypatch.setenv("VIGIE_SLACK_BOT_TOKEN", "xoxb-autre")
    assert slack().bot == "xoxb-autre"
    monkeypatch.setenv("VIGIE_SLACK_BASE_URL_FILE", str(tmp_path / "absent"))
    with pytest.raises(UserError, match=r"^VIGIE_SLACK_BASE_URL_FILE : « .*absent » ne peut pas être lu"):
        reglage("VIGIE_SLACK_BASE_URL")


def test_doctor_is_green_when_everything_is_there(
    atelier: Atelier, serveur: FauxSlack, capsys: pytest.CaptureFixture[str]
) -> None:
    serveur.scopes = ",".join(SCOPES)
    assert atelier.registre.table_names()
    assert examine(atelier) == 0
    dit = capsys.readouterr().out
    assert dit.count("En ordre : ") == 5
    assert "Facultatif : aucun dossier de trames" in dit
    assert "Facultatif : le courrier (SMTP) n'est pas réglé" in dit
    assert "Facultatif : la boîte aux lettres (IMAP) n'est pas réglée" in dit
    assert "Secret" not in dit


def test_doctor_names_what_is_missing_and_exits_1(atelier: Atelier, capsys: pytest.CaptureFixture[str]) -> None:
    assert examine(atelier) == 1
    (dit,) = [ligne for ligne in capsys.readouterr().out.splitlines() if ligne.startswith("À régler")]
    assert "vigie pull" in dit


def test_doctor_is_green_on_a_machine_that_chose_to_do_without_slack(
    atelier: Atelier, capsys: pytest.CaptureFixture[str]
) -> None:
    assert atelier.registre.table_names()
    assert examine(atelier) == 0
    (slack,) = [ligne for ligne in capsys.readouterr().out.splitlines() if "Slack" in ligne]
    assert slack.startswith("Facultatif : Slack n'est pas réglé")
    assert "VIGIE_SLACK_BOT_TOKEN et VIGIE_SLACK_APP_TOKEN (docs/installer-slack.md)" in slack


@pytest.mark.parametrize(("donne", "manque"), [("BOT", "APP"), ("APP", "BOT")])
def test_doctor_is_red_when_slack_is_set_by_half(
    atelier: Atelier, serveur: FauxSlack, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    donne: str, manque: str,
) -> None:  # fmt: skip
    serveur.scopes = ",".join(SCOPES)
    assert atelier.registre.table_names()
    monkeypatch.delenv(f"VIGIE_SLACK_{manque}_TOKEN")
    assert examine(atelier) == 1
    dit = capsys.readouterr().out
    assert f"À régler : Il manque le réglage VIGIE_SLACK_{manque}_TOKEN" in dit
    assert "Facultatif : Slack" not in dit


def test_doctor_says_a_refused_token_without_saying_the_token(
    atelier: Atelier, serveur: FauxSlack, capsys: pytest.CaptureFixture[str]
) -> None:
    assert atelier.registre.table_names()
    serveur.pannes["auth.test"] = ["refus token_revoked"]
    assert examine(atelier) == 1
    dit = capsys.readouterr().out
    assert "À régler : Slack refuse le jeton (token_revoked)" in dit
    assert "Secret" not in dit


def test_doctor_opens_each_folder_of_the_service(
    atelier: Atelier, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "la").mkdir()
    monkeypatch.setenv("VIGIE_SOURCES", f"{tmp_path / 'la'}:{tmp_path / 'partie'}")
    assert examine(atelier) == 1
    dit = capsys.readouterr().out
    assert f"En ordre : Sources : « {tmp_path / 'la'} » s'ouvre." in dit
    assert f"À régler : La source « {tmp_path / 'partie'} » n'existe pas, ou n'est pas accessible." in dit


def test_doctor_tries_the_way_out_for_mail_and_never_says_its_password(
    atelier: Atelier, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with faux_courrier() as faux:
        monkeypatch.setenv("VIGIE_SMTP_URL", f"smtp://127.0.0.1:{faux.port}?de=vigie@exemple.invalid")
        examine(atelier)
        assert f"En ordre : Courrier (SMTP) : 127.0.0.1:{faux.port} accepte" in capsys.readouterr().out
        monkeypatch.setenv("VIGIE_SMTP_URL", f"smtp://a%40b.fr:MotSecret@127.0.0.1:{faux.port}")
        assert examine(atelier) == 1
    dit = capsys.readouterr().out
    assert "À régler : Le serveur de courrier 127.0.0.1" in dit
    assert "refuse le compte ou le mot de passe" in dit
    assert "MotSecret" not in dit


def test_the_bot_without_a_token_or_with_a_dead_one_is_one_sentence_and_exit_2(
    tmp_path: Path, serveur: FauxSlack
) -> None:
    serveur.pannes["auth.test"] = ["refus invalid_auth"]
    fini = vigie("slack", "--registre", "v.sqlite", cwd=tmp_path)
    assert fini.returncode == 2
    assert fini.stderr.splitlines()[-1].startswith("Slack refuse le jeton (invalid_auth)")
    assert "Traceback" not in fini.stderr
    assert "Secret" not in fini.stderr


def test_status_tells_a_bot_that_was_stopped_from_one_that_fell_silent(
    atelier: Atelier, capsys: pytest.CaptureFixture[str]
) -> None:
    def dit() -> dict[str, Any]:
        etat(atelier, True)
        rendu: dict[str, Any] = json.loads(capsys.readouterr().out)
        return rendu

    assert atelier.registre.table_names()
    assert dit()["slack"] is None
    for signe, age, ou in (
        ("vivant", 20, ""),
        ("arrêté", 900, "a_noter"),
        ("muet", 20, "soucis"),
        ("vivant", 900, "soucis"),
    ):
        fait_signe(atelier.registre, SERVICE, signe, MIDI - timedelta(seconds=age))
        rendu = dit()
        assert rendu["slack"]["etat"] == signe
        assert [nom for nom in ("a_noter", "soucis") if "robot Slack" in str(rendu[nom])] == [ou][: bool(ou)]


def test_people_may_be_named_by_their_slack_identifier(tmp_path: Path) -> None:
    copie = tmp_path / "region"
    shutil.copytree(EXEMPLE, copie)
    fichier = copie / "personnes.csv"
    titres, premiere, seconde, *reste = fichier.read_text(encoding="utf-8").splitlines()

    def ecrit(*identifiants: str) -> None:
        lignes = [
            f"{titres};slack",
            f"{premiere};{identifiants[0]}",
            f"{seconde};{identifiants[1]}",
            *(f"{r};" for r in reste),
        ]
        fichier.write_text("\n".join(lignes), encoding="utf-8")

    ecrit("u012ab3cd", "")
    assert charge(copie).personnes["dgos@exemple.invalid"].slack == "U012AB3CD"
    ecrit("U012AB3CD", "U012AB3CD")
    with pytest.raises(UserError, match=r"personnes\.csv, ligne 3 : l'identifiant Slack « U012AB3CD » est déjà donné"):
        charge(copie)
    ecrit("dupont", "")
    with pytest.raises(UserError, match=r"personnes\.csv, ligne 2 : « DUPONT » n'est pas un identifiant Slack"):
        charge(copie)
