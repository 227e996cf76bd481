"""One record per act: a record added is offered, typed, chosen and done everywhere; every way in leaves the same row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from bots.slack.act_forms import ACT_FORMS, forms_of
from bots.slack.home_tab import home_blocks
from bots.slack.modals import open_form
from config.errors import UserError
from config.rights import REFERENTS, ROLES, Person
from config.territory import Scope
from jobs.act_commands import add_to_campaign
from jobs.command_line import WorkshopGroup
from reports import findings_workbook
from reports.acting import REASON, Act, Command, Form, Given, Request, decide_all, perform
from reports.every_act import ACTS, UNTIL
from sheets.register.acts import ActRow, Aim, Main
from tests import acted
from tests.region import Region
from tests.test_bureau import JURA, LINE, jura_region, said, send, sentence

__all__ = ["jura_region"]
GHT, CAMPAIGN = "BFC-08", "2021-annuelle"
TARGETS = {"ligne": (LINE,), "ght": (CAMPAIGN, GHT), "etablissement": (CAMPAIGN, "390780153")}


def last_row(region: Region) -> tuple[Any, ...]:
    query = "SELECT par, genre, campagne, ght, finess, action_id, valeur, motif FROM actes ORDER BY id DESC"
    return tuple(region.db.execute(query).fetchone())


def typed(region: Region, monkeypatch: pytest.MonkeyPatch, group: WorkshopGroup, *arguments: str) -> str:
    """What a command of that group says, done on that region in the name of its referent."""
    monkeypatch.setattr(
        "jobs.act_commands.open_workshop", lambda: SimpleNamespace(hand_of=lambda _email: region.main())
    )
    result = CliRunner().invoke(group, list(arguments), standalone_mode=False)
    if result.exception:
        raise result.exception
    return result.stdout.strip()


def campaign_group() -> WorkshopGroup:
    group = WorkshopGroup("campaign", params=[])
    add_to_campaign(group)
    return group


@pytest.mark.parametrize("code", ACTS)
@pytest.mark.parametrize("role", ROLES)
def test_an_act_is_refused_to_every_role_that_its_record_does_not_name(
    code: str, role: str, jura_region: Region
) -> None:
    act, scope = ACTS[code], Scope("ght", GHT)
    main = Main(jura_region.db, jura_region.folder, Person("x@y.fr", "quelqu'un", role, scope), jura_region.hour)
    request = Request(act, TARGETS[act.on], Given("relu", date(2022, 4, 15)))
    if role in act.roles:
        assert perform(main, request)
    else:
        with pytest.raises(UserError, match="ne peut pas agir pour GHT Jura"):
            perform(main, request)
        assert jura_region.db["actes"].count == jura_region.db["gestes"].count == 0


@pytest.mark.parametrize("code", [code for code, act in ACTS.items() if act.in_workbook])
def test_a_decision_leaves_the_same_row_from_the_chat_and_from_the_workbook(code: str, jura_region: Region) -> None:
    if code == "revenir":
        acted.decide(jura_region.main(), LINE, "retenir", "d'abord")
    by_form = sentence(send(jura_region, "decider", LINE, sens=code, motif="relu"))
    row = last_row(jura_region)
    act = ACTS[findings_workbook.DECISIONS[ACTS[code].in_workbook]]
    assert decide_all(jura_region.main(), [Request(act, (LINE,), Given("relu"))]) == [by_form]
    assert last_row(jura_region) == row
    assert row[1] == code


@pytest.mark.parametrize(("code", "values", "options"), [
    ("valider", {}, ()),
    ("devalider", {}, ("--annuler",)),
    ("prolonger", {"jusqu_au": "2022-04-15"}, ("--jusqu-au", "15/04/2022")),
    ("neant", {"finess": "390780153"}, ()),
])  # fmt: skip
def test_an_act_on_a_ght_leaves_the_same_row_from_the_chat_and_from_the_command(
    code: str, values: dict[str, str], options: Sequence[str], jura_region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_form = sentence(send(jura_region, code, JURA, motif="relu", **values))
    row = last_row(jura_region)
    unit = ("--finess", "390780153") if ACTS[code].on == "etablissement" else ("--ght", GHT)
    command = (ACTS[code].command.name, CAMPAIGN, *unit, *options, "--motif", "relu")
    assert typed(jura_region, monkeypatch, campaign_group(), *command) == by_form
    assert last_row(jura_region) == row
    assert jura_region.db["actes"].count == 2


def test_a_record_and_its_function_are_all_that_an_act_takes(
    jura_region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An act that nobody has: offered on the desk, asked by a form, typed, done and said, with nothing else written."""
    written: list[ActRow] = []

    def until(main: Main, aim: Aim, given: Given) -> str:
        if given.until_day is None or given.until_day <= main.day:
            raise UserError("Ce jour est passé.")
        return given.until_day.isoformat()

    new = Act(
        "visiter", "ght", REFERENTS, "{ght} : visite promise pour le {until_day}.",
        Command("visit", "Promet une visite à un GHT."),
        Form("visiter", "Promettre une visite", "Une visite", "Promettre", 9, lambda _main, _aim, _state: True),
        (UNTIL, REASON), until, lambda _main, rows: written.extend(rows),
    )  # fmt: skip
    monkeypatch.setitem(ACTS, new.code, new)
    monkeypatch.setitem(ACT_FORMS, new.code, forms_of(ACTS.values())[new.code])
    assert '"text": "Promettre une visite"' in said(home_blocks(jura_region.main(), jura_region.view))
    modal = open_form(new.code, JURA, jura_region.main(), jura_region.view)
    assert [b["block_id"] for b in modal["blocks"] if b["type"] == "input"] == ["jusqu_au", "motif"]
    refused = send(jura_region, new.code, JURA, jusqu_au="2022-03-01", motif="promis")
    assert refused["errors"] == {"jusqu_au": "Ce jour est passé."}
    done = "GHT Jura : visite promise pour le 15/04/2022."
    command = ("visit", CAMPAIGN, "--ght", GHT, "--jusqu-au", "2022-04-15", "--motif", "promis")
    assert typed(jura_region, monkeypatch, campaign_group(), *command) == done
    assert written == [ActRow("visiter", CAMPAIGN, GHT, "", "", "2022-04-15", "promis")]
    assert "ne peut pas agir" in said(
        open_form(new.code, JURA, jura_region.main("directeur.bfc-08@exemple.invalid"), jura_region.view)
    )
