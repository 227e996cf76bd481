"""`vigie remind` and `campaign open` by hand: what is shown is what would leave, and nothing leaves unasked."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from config.errors import UserError
from jobs.command_line import vigie
from jobs.wiring import Workshop
from sheets.register import outbox
from tests.postman import Postman
from tests.region import Region, new_region

PROJECT_LEAD = "paat.bfc-08@exemple.invalid"
RunCommand = Callable[..., Result]


@pytest.fixture
def region(tmp_path: Path) -> Region:
    region = new_region(tmp_path)
    region.dated(date(2022, 2, 10)).send("nievre.xlsx", "BFC-06", "2021-annuelle", {"580780039": [{}]})
    return region


@pytest.fixture
def postman(monkeypatch: pytest.MonkeyPatch) -> Postman:
    """The one channel that is set."""
    postman = Postman()
    monkeypatch.setattr(Workshop, "delivery_channels", lambda self: (postman.delivery_channel,))
    return postman


@pytest.fixture
def said(region: Region, monkeypatch: pytest.MonkeyPatch) -> RunCommand:
    for name in ("VIGIE_SLACK_BOT_TOKEN", "VIGIE_SMTP_URL", "VIGIE_DOSSIER"):
        monkeypatch.delenv(name, raising=False)

    def run(*words: str, dated: str = "2022-02-14") -> Result:
        options = ["--registre", str(region.where / "vigie.sqlite"), "--today", dated]
        return CliRunner().invoke(vigie, [*words, *options])

    return run


def test_what_would_leave_is_shown_with_why_the_others_are_told_nothing(
    said: RunCommand, region: Region, postman: Postman
) -> None:
    output = said("remind").stdout
    assert "Partiraient maintenant (14/02/2022 à 12h00) : 11 lettres" in output
    assert f"→ {PROJECT_LEAD} (Chef de projet PAAT), courriel — J-15" in output
    assert "GHT Jura : trame attendue, à remettre pour le 28/02/2022" in output
    assert "2021-annuelle · Directeur des achats · déjà remis : GHT Nièvre" in output
    assert "2021-annuelle · Référent PHARE · prochain message le 07/03/2022 (J+5) : " in output
    assert "Rien n'est parti : ajoutez --send pour envoyer." in output
    assert outbox.in_states(region.db, "à dire", "pris", "dit") == []


def test_what_is_sent_is_what_was_shown_and_is_then_said_to_be_told(said: RunCommand, postman: Postman) -> None:
    foreseen = json.loads(said("remind", "--json").stdout)
    assert postman.delivered == []
    assert said("remind", "--send").stdout == "11 messages dits.\n"
    assert [(x.a, x.mail_subject, x.text) for x in postman.delivered] == [
        (e["a"], e["objet"], e["texte"]) for e in foreseen["envois"]
    ]
    after = json.loads(said("remind", "--json").stdout)
    assert after["envois"] == []
    assert "déjà dit le 14/02/2022 à 12h00 (J-15)" in {
        s["raison"] for s in after["silences"] if s["personne"] == PROJECT_LEAD
    }
    assert said("remind", "--send", "--json").stdout.endswith('"messages": {}}\n')


def test_at_the_weekend_the_command_says_that_nothing_leaves(said: RunCommand, postman: Postman) -> None:
    assert "2021-annuelle · Chef de projet PAAT · week-end : " in said("remind", dated="2022-02-19").stdout
    assert "Rien ne part maintenant : week-end." in said("remind", "--send", dated="2022-02-19").stdout
    assert postman.delivered == []


def test_without_a_channel_nothing_is_said_to_leave_and_the_settings_are_named(said: RunCommand) -> None:
    output, last_time = said("remind").stdout, said("alert").stdout.splitlines()[-1]
    assert "À envoyer (14/02/2022 à 12h00) : 11 lettres\n" in output
    assert f"→ {PROJECT_LEAD} (Chef de projet PAAT) — J-15" in output
    assert "artiraient" not in output
    assert "--send" not in output
    assert last_time == output.splitlines()[-1]
    assert last_time.startswith("Rien ne peut partir : ni Slack ni le courrier ne sont réglés.")
    fault = said("remind", "--send").exception
    assert isinstance(fault, UserError)
    assert str(fault) == last_time
    for word in ("VIGIE_SLACK_BOT_TOKEN", "docs/installer-slack.md", "VIGIE_SMTP_URL", "docs/recevoir.md"):
        assert word in last_time


def test_opening_a_campaign_sends_the_trames_and_nothing_else(said: RunCommand, postman: Postman) -> None:
    before = said("campaign", "open", "2022-mi-annee", dated="2022-06-14").exception
    assert isinstance(before, UserError)
    assert "ouvre le 15/06/2022 : rien ne part avant" in str(before)
    assert said("campaign", "open", "2022-mi-annee", "--send", dated="2022-06-15").stdout == "11 messages dits.\n"
    assert {p.name for x in postman.delivered for p in x.pieces} >= {"GHT Jura - trame 2022-mi-annee.xlsx"}


def test_what_went_wrong_is_in_the_status_and_makes_it_red(said: RunCommand, postman: Postman, region: Region) -> None:
    postman.breakdowns[PROJECT_LEAD] = ["refus"]
    said("remind", "--send")
    with pytest.MonkeyPatch.context() as m:
        m.setattr("sheets.register.outbox.mark_delivered", _fail)
        assert said("remind", "--send", dated="2022-02-21").exception
    said("remind", "--send", dated="2022-02-22")
    state = said("status", dated="2022-02-22")
    assert state.exit_code == 1
    assert f"(2021-annuelle, BFC-08) à {PROJECT_LEAD}, du 14/02/2022 à 12h00, n'a pas pu être dit" in state.stdout
    assert "est peut-être arrivé, peut-être pas, et ne sera pas redit" in state.stdout
    assert "peut-être" not in said("status", dated="2022-03-20").stdout, "a month later nobody can mend it"


def _fail(*_: object) -> None:
    raise OSError("disk full")


def test_alerts_are_shown_and_sent_apart_from_reminders(said: RunCommand, postman: Postman) -> None:
    shown = said("alert").stdout
    assert "— point de la semaine" in shown
    assert "J-15" not in shown
    assert said("alert", "--send").stdout == "1 message dit.\n"
    assert [x.a for x in postman.delivered] == ["referent.bfc@exemple.invalid"]
    assert said("alert", "--send").stdout == "0 message dit.\n"


def test_each_preview_says_of_its_own_messages_only_why_someone_is_told_nothing(
    said: RunCommand, postman: Postman
) -> None:
    shown = said("alert").stdout
    assert "(J+3)" not in shown
    assert "personne : tout ce qui est à envoyer est ci-dessus." in shown
    assert said("alert", dated="2022-01-03").stdout.endswith("Aucune campagne n'est en cours.\n")
    assert said("alert", "--send").stdout == "1 message dit.\n"
    assert said("remind", "--send").stdout == "11 messages dits.\n"
    alerts = json.loads(said("alert", "--json").stdout)["silences"]
    assert {s["raison"] for s in alerts} == {"déjà dit le 14/02/2022 à 12h00 (point de la semaine)"}
    rungs = {s["raison"] for s in json.loads(said("remind", "--json").stdout)["silences"]}
    assert "prochain message le 03/03/2022 (J+3)" in rungs
    assert not any("point de la semaine" in reason for reason in rungs)
    at_night = json.loads(said("alert", "--json", dated="2022-02-20").stdout)["silences"]
    assert {(s["genre"], s["personne"]) for s in at_night} == {("hebdo", "referent.bfc@exemple.invalid")}


def test_opening_a_campaign_says_nothing_of_alerts(said: RunCommand, postman: Postman) -> None:
    on_sunday = said("campaign", "open", "2022-mi-annee", "--json", dated="2022-06-26").stdout
    assert {s["genre"] for s in json.loads(on_sunday)["silences"]} == {"", "ouverture"}
