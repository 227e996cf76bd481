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
from bots.slack.web_api import SCOPES, SlackSettings
from config.environment import setting
from config.errors import UserError
from config.folder import EXAMPLE, load_folder
from jobs.commands.doctor import examine
from jobs.commands.status import state
from jobs.wiring import Workshop, slack
from sheets.register.claimed_events import give_sign
from tests.fake_mail import fake_mail
from tests.fake_slack import FakeSlack, fake_slack
from tests.test_cli import vigie
from tests.test_slack import APP_TOKEN, BOT_TOKEN, NOON


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BOT_TOKEN", "APP_TOKEN", "BASE_URL"):
        monkeypatch.delenv(f"VIGIE_SLACK_{name}", raising=False)
        monkeypatch.delenv(f"VIGIE_SLACK_{name}_FILE", raising=False)
    monkeypatch.delenv("VIGIE_SMTP_URL", raising=False)
    monkeypatch.delenv("VIGIE_IMAP_URL", raising=False)
    monkeypatch.delenv("VIGIE_SOURCES", raising=False)


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    a = Workshop(EXAMPLE, tmp_path / "vigie.sqlite", NOON.date())
    yield a
    a.register.close()
    if "registre_existant" in vars(a):
        a.existing_register.close()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSlack]:
    with fake_slack() as fake:
        monkeypatch.setenv("VIGIE_SLACK_BASE_URL", fake.address)
        monkeypatch.setenv("VIGIE_SLACK_BOT_TOKEN", BOT_TOKEN)
        monkeypatch.setenv("VIGIE_SLACK_APP_TOKEN", APP_TOKEN)
        yield fake


def test_a_setting_comes_from_the_environment_or_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert slack() == SlackSettings()
    (tmp_path / "jeton").write_text(f"{BOT_TOKEN}\n", encoding="utf-8")
    monkeypatch.setenv("VIGIE_SLACK_BOT_TOKEN_FILE", str(tmp_path / "jeton"))
    monkeypatch.setenv("VIGIE_SLACK_APP_TOKEN", f" {APP_TOKEN} ")
    assert slack() == SlackSettings(BOT_TOKEN, APP_TOKEN)
    monkeypatch.setenv("VIGIE_SLACK_BOT_TOKEN", "xoxb-autre")
    assert slack().bot == "xoxb-autre"
    monkeypatch.setenv("VIGIE_SLACK_BASE_URL_FILE", str(tmp_path / "absent"))
    with pytest.raises(UserError, match=r"^VIGIE_SLACK_BASE_URL_FILE : « .*absent » ne peut pas être lu"):
        setting("VIGIE_SLACK_BASE_URL")


def test_doctor_is_green_when_everything_is_there(
    workshop: Workshop, server: FakeSlack, capsys: pytest.CaptureFixture[str]
) -> None:
    server.scopes = ",".join(SCOPES)
    assert workshop.register.table_names()
    assert examine(workshop) == 0
    said = capsys.readouterr().out
    assert said.count("En ordre : ") == 5
    assert "Facultatif : aucun dossier de trames" in said
    assert "Facultatif : le courrier (SMTP) n'est pas réglé" in said
    assert "Facultatif : la boîte aux lettres (IMAP) n'est pas réglée" in said
    assert "Secret" not in said


def test_doctor_names_what_is_missing_and_exits_1(workshop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    assert examine(workshop) == 1
    (said,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("À régler")]
    assert "vigie pull" in said


def test_doctor_is_green_on_a_machine_that_chose_to_do_without_slack(
    workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    assert workshop.register.table_names()
    assert examine(workshop) == 0
    (slack,) = [line for line in capsys.readouterr().out.splitlines() if "Slack" in line]
    assert slack.startswith("Facultatif : Slack n'est pas réglé")
    assert "VIGIE_SLACK_BOT_TOKEN et VIGIE_SLACK_APP_TOKEN (docs/installer-slack.md)" in slack


@pytest.mark.parametrize(("given", "missing"), [("BOT", "APP"), ("APP", "BOT")])
def test_doctor_is_red_when_slack_is_set_by_half(
    workshop: Workshop, server: FakeSlack, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    given: str, missing: str,
) -> None:  # fmt: skip
    server.scopes = ",".join(SCOPES)
    assert workshop.register.table_names()
    monkeypatch.delenv(f"VIGIE_SLACK_{missing}_TOKEN")
    assert examine(workshop) == 1
    said = capsys.readouterr().out
    assert f"À régler : Il manque le réglage VIGIE_SLACK_{missing}_TOKEN" in said
    assert "Facultatif : Slack" not in said


def test_doctor_says_a_refused_token_without_saying_the_token(
    workshop: Workshop, server: FakeSlack, capsys: pytest.CaptureFixture[str]
) -> None:
    assert workshop.register.table_names()
    server.breakdowns["auth.test"] = ["refus token_revoked"]
    assert examine(workshop) == 1
    said = capsys.readouterr().out
    assert "À régler : Slack refuse le jeton (token_revoked)" in said
    assert "Secret" not in said


def test_doctor_opens_each_folder_of_the_service(
    workshop: Workshop, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "la").mkdir()
    monkeypatch.setenv("VIGIE_SOURCES", f"{tmp_path / 'la'}:{tmp_path / 'partie'}")
    assert examine(workshop) == 1
    said = capsys.readouterr().out
    assert f"En ordre : Sources : « {tmp_path / 'la'} » s'ouvre." in said
    assert f"À régler : La source « {tmp_path / 'partie'} » n'existe pas, ou n'est pas accessible." in said


def test_doctor_tries_the_way_out_for_mail_and_never_says_its_password(
    workshop: Workshop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with fake_mail() as fake:
        monkeypatch.setenv("VIGIE_SMTP_URL", f"smtp://127.0.0.1:{fake.port}?de=vigie@exemple.invalid")
        examine(workshop)
        assert f"En ordre : Courrier (SMTP) : 127.0.0.1:{fake.port} accepte" in capsys.readouterr().out
        monkeypatch.setenv("VIGIE_SMTP_URL", f"smtp://a%40b.fr:MotSecret@127.0.0.1:{fake.port}")
        assert examine(workshop) == 1
    said = capsys.readouterr().out
    assert "À régler : Le serveur de courrier 127.0.0.1" in said
    assert "refuse le compte ou le mot de passe" in said
    assert "MotSecret" not in said


def test_the_bot_without_a_token_or_with_a_dead_one_is_one_sentence_and_exit_2(
    tmp_path: Path, server: FakeSlack
) -> None:
    server.breakdowns["auth.test"] = ["refus invalid_auth"]
    finished = vigie("slack", "--registre", "v.sqlite", cwd=tmp_path)
    assert finished.returncode == 2
    assert finished.stderr.splitlines()[-1].startswith("Slack refuse le jeton (invalid_auth)")
    assert "Traceback" not in finished.stderr
    assert "Secret" not in finished.stderr


def test_status_tells_a_bot_that_was_stopped_from_one_that_fell_silent(
    workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    def said() -> dict[str, Any]:
        state(workshop, True)
        result: dict[str, Any] = json.loads(capsys.readouterr().out)
        return result

    assert workshop.register.table_names()
    assert said()["slack"] is None
    for sign, age, where in (
        ("vivant", 20, ""),
        ("arrêté", 900, "a_noter"),
        ("muet", 20, "soucis"),
        ("vivant", 900, "soucis"),
    ):
        give_sign(workshop.register, SERVICE, sign, NOON - timedelta(seconds=age))
        result = said()
        assert result["slack"]["etat"] == sign
        assert [name for name in ("a_noter", "soucis") if "robot Slack" in str(result[name])] == [where][: bool(where)]


def test_people_may_be_named_by_their_slack_identifier(tmp_path: Path) -> None:
    copied = tmp_path / "region"
    shutil.copytree(EXAMPLE, copied)
    file = copied / "personnes.csv"
    titles, first, second, *rest = file.read_text(encoding="utf-8").splitlines()

    def write(*identifiers: str) -> None:
        lines = [
            f"{titles};slack",
            f"{first};{identifiers[0]}",
            f"{second};{identifiers[1]}",
            *(f"{r};" for r in rest),
        ]
        file.write_text("\n".join(lines), encoding="utf-8")

    write("u012ab3cd", "")
    assert load_folder(copied).persons["dgos@exemple.invalid"].slack == "U012AB3CD"
    write("U012AB3CD", "U012AB3CD")
    with pytest.raises(UserError, match=r"personnes\.csv, ligne 3 : l'identifiant Slack « U012AB3CD » est déjà donné"):
        load_folder(copied)
    write("dupont", "")
    with pytest.raises(UserError, match=r"personnes\.csv, ligne 2 : « DUPONT » n'est pas un identifiant Slack"):
        load_folder(copied)
