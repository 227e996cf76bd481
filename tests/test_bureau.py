"""The home tab and the forms: what each person finds on their desk, what a form shows, refuses, does once, and never writes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.models.views import View as SlackView

from bots.slack import home_tab, modals
from bots.slack.act_forms import ACT_FORMS
from bots.slack.home_tab import HomePage, home_blocks
from bots.slack.modals import open_form, submit
from config.french import euros
from config.rights import Sight, best_sight
from config.territory import Ght
from reports.view import View
from sheets.register.acts import Main
from sheets.register.claimed_events import give_sign
from sheets.register.decisions import ght_decisions, notes
from sheets.register.step_history import THE_SERVICE
from tests.acted import extend, note, validate
from tests.conftest import GAIN_COL
from tests.region import Region, new_region
from tests.test_blocks import (
    _ETABLISSEMENTS,
    GHTS,
    NOON,
    PERSONS,
    SUPPLIER,
    amounts,
    gains_of,
    inside,
    read_back,
    region,
    seen_ones,
    territories,
    view,
)
from tests.workshop import january_line

__all__ = ["region", "view"]
REFERENT, GHT, ELSEWHERE = (
    "referent.bfc@exemple.invalid",
    "directeur.bfc-08@exemple.invalid",
    "directeur.bfc-06@exemple.invalid",
)
JURA, LINE = "2021-annuelle/BFC-08", "2021-annuelle/390780146/0002"


def home_scope(view: View, email: str, page: HomePage | None = None) -> tuple[dict[str, Any], ...]:
    block_list = home_blocks(Main(view.db, view.folder, view.folder.persons[email], NOON), view, page)
    read_back(block_list, 100)
    return block_list


def said(block_list: Any) -> str:
    return json.dumps(block_list, ensure_ascii=False)


def titles(block_list: Any) -> list[str]:
    return [b["text"]["text"] for b in block_list if b["type"] == "header"]


def lines(block_list: Any) -> list[str]:
    return [b["text"]["text"] for b in block_list if b["type"] == "section" and "text" in b]


# Who sees what


@pytest.mark.parametrize("email", PERSONS)
def test_no_home_and_no_form_says_more_than_the_rights_allow(email: str, view: View) -> None:
    """The same walk as the questions': every form on every GHT and every line is tried by everyone."""
    person = view.folder.persons[email]
    main = Main(view.db, view.folder, person, NOON)
    all_of_them = amounts(m for _, f in _ETABLISSEMENTS for m in gains_of(f))
    for p in territories(view):
        parts = [gains_of(f) for _, f in _ETABLISSEMENTS if f in inside(view, p)]
        keep, struck = sum(g for g, _ in parts), sum(r for _, r in parts)
        all_of_them |= amounts((keep, struck, keep + struck))
    open_ones, readable_finess = seen_ones(view, email)
    forbidden_amounts, closed = all_of_them - open_ones, {f for _, f in _ETABLISSEMENTS} - readable_finess
    shown_ones: list[Any] = [home_scope(view, email)]
    for key in ACT_FORMS:
        targets = [f"2021-annuelle/{g}" for g in GHTS]
        if key in ("decider", "noter"):
            targets = [f"2021-annuelle/{f}/0002" for _, f in _ETABLISSEMENTS]
        for target in targets:
            modal = open_form(key, target, main, view)
            check_modal(modal)
            shown_ones.append(modal)
    for shown_page in shown_ones:
        text = said(shown_page)
        assert not re.search(rf"{SUPPLIER}|12,50|<!|@e", text), text
        without_spaces = re.sub(r"\s", "", text)
        assert not [m for m in forbidden_amounts if re.search(rf"(?<![\d,]){re.escape(m)}", without_spaces)], text
        assert not [f for f in closed if f"/{f}" in text], text


def check_modal(modal: dict[str, Any]) -> None:
    """Slack's own model reads it, and its limits are counted by hand."""
    SlackView(**modal).validate_json()
    read_back(modal["blocks"], 100)
    for form_field in ("title", "submit", "close"):
        assert form_field not in modal or 0 < len(modal[form_field]["text"]) <= 24
    assert len(modal.get("private_metadata", "")) <= 3000
    assert ("submit" in modal) == any(b["type"] == "input" for b in modal["blocks"])


def test_a_referent_finds_what_to_do_today_first_then_the_figures_then_what_costs_most(view: View) -> None:
    block_list = home_scope(view, REFERENT)
    assert titles(block_list) == ["Bourgogne-Franche-Comté : 11 choses à faire"]
    resume, digits, *rest = lines(block_list)
    assert resume.startswith("GHT : *9* à relancer et *2* à trancher (")
    assert "à rendre le 28/02/2022 (passée de 31 jours)" in digits
    assert re.search(r"retenus.*Objectif : 16,0\sM€, atteint à .* déclarés", digits)
    assert rest[0].startswith("*Relancer GHT")
    costliest = rest[rest.index("*Ce qui coûte le plus*") + 1 :]
    assert len(costliest) == 5
    assert "performance-superieure-100" in costliest[0]
    buttons = [b["accessory"]["value"] for b in block_list if b.get("accessory", {}).get("type") == "button"]
    assert all(v.startswith("decider 2021-annuelle/") for v in buttons)
    assert len(buttons) == 5


def test_a_ght_finds_what_is_expected_and_what_to_mend_by_cost(view: View) -> None:
    block_list = home_scope(view, GHT)
    (_, decision_words), *others = _ETABLISSEMENTS
    assert decision_words not in said(block_list), "a line that was decided on is not to be mended"
    theirs = sorted((gains_of(f)[1] for g, f in others if g == "BFC-08"), reverse=True)
    assert titles(block_list) == [f"GHT Jura : {len(theirs)} choses à faire"]
    assert "lignes à corriger" in lines(block_list)[0]
    costs = [m[1] for t in lines(block_list) if (m := re.search(r"— ([^—]+) en jeu", t))]
    assert costs == [euros(c) for c in theirs]
    assert "GHT Nièvre" not in said(block_list)


@pytest.mark.parametrize("email", ["lecture@exemple.invalid", "adjoint.bfc@exemple.invalid"])
def test_who_has_totals_alone_finds_totals_and_nothing_to_press(email: str, view: View) -> None:
    block_list = home_scope(view, email)
    total = sum(gains_of(f)[0] for _, f in _ETABLISSEMENTS)
    assert len(titles(block_list)) == 1
    assert titles(block_list)[0].endswith("retenus")
    assert total > 0
    assert not re.search(r"button|overflow|select|Relancer|GHT", said(block_list))


def test_who_has_no_territory_gets_one_polite_sentence(view: View) -> None:
    (alone,) = home_scope(view, "operateur.uniha@exemple.invalid")
    assert alone["text"]["text"].startswith("Aucun territoire n'est ouvert à votre profil (Correspondant UniHA)")


def test_a_stand_in_finds_the_desk_of_whom_they_stand_in_for_on_those_days_only(view: View) -> None:
    absence = NOON.replace(month=8, day=3)
    deputy = view.folder.persons["adjoint.bfc@exemple.invalid"]
    block_list = home_blocks(Main(view.db, view.folder, deputy, absence), View(view.db, view.folder, absence.date()))
    assert "choses à faire" in titles(block_list)[0]
    assert "overflow" in said(block_list)
    assert "overflow" not in said(home_scope(view, "adjoint.bfc@exemple.invalid"))


def large_country(view: View, how_many: int) -> View:
    """The same folder with many more GHT in the region, none of which sent anything."""
    t = view.folder.territory
    template = next(a for a in t.memberships if a.ght == "BFC-12")
    new_codes = [f"BFC-{n}" for n in range(100, 100 + how_many)]
    many = tuple(replace(template, ght=g, finess=f"9{n:08d}") for n, g in enumerate(new_codes))
    etablissements = {a.finess: replace(t.etablissements[template.finess], finess=a.finess) for a in many}
    large_territory = replace(
        t,
        ghts={**t.ghts, **{g: Ght(g, f"GHT de {g}", "BFC") for g in new_codes}},
        etablissements={**t.etablissements, **etablissements},
        memberships=(*t.memberships, *many),
    )
    return View(view.db, replace(view.folder, territory=large_territory), view.as_of)


@pytest.mark.parametrize("how_many", [4, 29, 400])
def test_a_desk_fits_whatever_the_size_of_the_region_and_every_ght_can_be_reached(how_many: int, view: View) -> None:
    large_view = large_country(view, how_many)
    seen_, page, page_count = set(), HomePage(), 0
    while True:
        block_list = home_scope(large_view, REFERENT, page)
        seen_ |= {t for t in lines(block_list) if t.startswith("*Relancer")}
        end = [
            e
            for b in block_list
            if b["type"] == "actions"
            for e in b["elements"]
            if e["action_id"] == "bureau-page-suite"
        ]
        if not end:
            break
        page_count += 1
        page = HomePage.page_from(end[0]["value"])
        assert re.fullmatch(r"et [\d\s]+ autres?", end[0]["text"]["text"])
    assert len(seen_) == how_many + 9
    assert page_count == (how_many + 11 - 1) // home_tab.PER_PAGE


def test_those_whose_deadline_was_put_off_come_after_the_late_ones(tmp_path: Path) -> None:
    region = new_region(tmp_path).dated(date(2022, 3, 31))
    extend(region.main(), "2021-annuelle", "BFC-01", date(2022, 4, 30), "demande écrite")
    block_list = home_blocks(region.main(), region.view)
    reminders = [t for t in lines(block_list) if t.startswith("*Relancer")]
    assert "prolongée jusqu'au 30/04/2022" in reminders[-1]
    assert len(reminders) == 11


# The forms


@pytest.fixture
def jura_region(tmp_path: Path) -> Region:
    """One GHT that handed in a tab with a line that is struck out and one that counts."""
    region = new_region(tmp_path).dated(date(2022, 3, 1))
    region.send("Jura.xlsx", "BFC-08", "2021-annuelle", {"390780146": [
        january_line(4321, intitule="<!channel> Tartempion"), january_line(98_765, montant_reference=1000),
    ]})  # fmt: skip
    return region.dated(date(2022, 3, 31))


def filled_form(modal: dict[str, Any], **values: str) -> dict[str, Any]:
    """A form as Slack sends it back; what is not given was left blank."""
    state: dict[str, Any] = {}
    for b in modal["blocks"]:
        if b["type"] != "input":
            continue
        kind, said_one = b["element"]["type"], values.get(b["block_id"])
        key = {"plain_text_input": "value", "datepicker": "selected_date"}.get(kind, "selected_option")
        value = {"value": said_one} if key == "selected_option" and said_one else said_one
        state[b["block_id"]] = {b["element"]["action_id"]: {"type": kind, key: value}}
    return {"id": "V1", **modal, "state": {"values": state}}


def send(region: Region, key: str, target: str, email: str = REFERENT, **values: str) -> dict[str, Any]:
    modal = open_form(key, target, region.main(email), region.view)
    check_modal(modal)
    result = submit(filled_form(modal, **values), region.main(email), region.view)
    if "view" in result:
        check_modal(result["view"])
    return result


def sentence(result: dict[str, Any]) -> str:
    assert result["response_action"] == "update"
    return str(result["view"]["blocks"][0]["text"]["text"])


def offered(modal: dict[str, Any]) -> list[str]:
    return [o["value"] for o in modal["blocks"][1]["element"]["options"]]


def act_count(region: Region) -> int:
    return int(region.db["actes"].count)


NIEVRE = "2021-annuelle/BFC-06"
"""A GHT that sent nothing."""
GOOD_FORMS = {
    "decider": (LINE, {"sens": "retenir", "motif": "marché relu"}, "gardée : +98 765 € par rapport aux contrôles"),
    "noter": (LINE, {"motif": "quel marché ?"}, "Noté sur 2021-annuelle/390780146/0002"),
    "valider": (JURA, {"motif": "relu"}, "GHT Jura, 2021-annuelle : validée"),
    "devalider": (JURA, {"motif": "à revoir"}, "validation levée"),
    "prolonger": (JURA, {"jusqu_au": "2022-04-15", "motif": "grève"}, "échéance de 2021-annuelle portée au 15/04/2022"),
    "neant": (JURA, {"finess": "390780153", "motif": "dit au téléphone"}, "390780153, 2021-annuelle : rien à déclarer"),
}


def test_every_form_is_tried() -> None:
    assert set(GOOD_FORMS) | {"relancer"} == set(ACT_FORMS), "which has no reason to give: below"


@pytest.mark.parametrize("key", GOOD_FORMS)
def test_a_form_does_what_it_says_with_the_trace_of_who_and_why(key: str, jura_region: Region) -> None:
    target, values, expected_one = GOOD_FORMS[key]
    assert expected_one in re.sub("[\u202f\xa0]", " ", sentence(send(jura_region, key, target, **values)))
    act = list(jura_region.db.query("SELECT * FROM actes"))[-1]
    assert (act["par"], act["motif"], act["campagne"], act["ght"]) == (
        REFERENT,
        values["motif"],
        "2021-annuelle",
        "BFC-08",
    )


def test_what_is_done_by_a_form_shows_wherever_the_figure_shows(jura_region: Region) -> None:
    before = jura_region.ask("gains GHT Jura 2021")["valeur"]
    send(jura_region, "decider", LINE, sens="retenir", motif="marché relu")
    assert float(jura_region.ask("gains GHT Jura 2021")["valeur"]) == float(before) + 98_765
    assert "gardée" in said(jura_region.ask("pourquoi gains GHT Jura 2021")["lignes"])
    assert jura_region.ask("où en est le GHT Jura ?")["texte"].count("à corriger") == 0


@pytest.mark.parametrize("key", GOOD_FORMS)
def test_a_form_sent_twice_is_done_once_and_says_so(key: str, jura_region: Region) -> None:
    target, values, _ = GOOD_FORMS[key]
    submitted = filled_form(open_form(key, target, jura_region.main(), jura_region.view), **values)
    submit(submitted, jura_region.main(), jura_region.view)
    assert act_count(jura_region) == 1
    jura_region.dated(jura_region.hour.date(), 10)
    assert sentence(submit(submitted, jura_region.main(), jura_region.view)) == modals.ALREADY_DONE
    assert act_count(jura_region) == 1


@pytest.mark.parametrize("key", GOOD_FORMS)
def test_a_form_without_its_reason_is_refused_under_the_field_and_stays_open(key: str, jura_region: Region) -> None:
    target, values, _ = GOOD_FORMS[key]
    result = send(jura_region, key, target, **{**values, "motif": "  \n "})
    assert result["response_action"] == "errors"
    assert re.match("Un motif est demandé", result["errors"]["motif"])
    assert act_count(jura_region) == 0
    modal = open_form(key, target, jura_region.main(), jura_region.view)
    assert set(submit(filled_form(modal), jura_region.main(), jura_region.view)["errors"]) == {
        b["block_id"] for b in modal["blocks"] if b["type"] == "input"
    }


@pytest.mark.parametrize("when", ["2022-02-28", "2022-03-30", "2021-12-01"])
def test_a_deadline_in_the_past_is_refused_under_the_date(when: str, jura_region: Region) -> None:
    result = send(jura_region, "prolonger", JURA, jusqu_au=when, motif="grève")
    assert set(result["errors"]) == {"jusqu_au"}
    assert "à venir" in result["errors"]["jusqu_au"]
    assert act_count(jura_region) == 0


def test_a_form_mended_after_an_error_goes_through(jura_region: Region) -> None:
    modal = open_form("prolonger", JURA, jura_region.main(), jura_region.view)
    assert "errors" in submit(
        filled_form(modal, jusqu_au="2022-03-01", motif="grève"), jura_region.main(), jura_region.view
    )
    assert "portée au" in sentence(
        submit(filled_form(modal, jusqu_au="2022-04-01", motif="grève"), jura_region.main(), jura_region.view)
    )


def test_nothing_received_cannot_be_validated(jura_region: Region) -> None:
    result = send(jura_region, "valider", "2021-annuelle/BFC-01", motif="relu")
    assert result["errors"]["motif"].startswith("Rien n'a été reçu de")
    assert act_count(jura_region) == 0


def test_once_everyone_has_answered_nobody_is_left_to_have_nothing_to_declare(jura_region: Region) -> None:
    silent_ones = [
        e.finess for e in jura_region.folder.territory.members("BFC-08", date(2021, 12, 31)) if e.finess != "390780146"
    ]
    for n, finess in enumerate(silent_ones):
        modal = open_form("neant", JURA, jura_region.main(GHT), jura_region.view)
        assert {o["value"] for o in modal["blocks"][1]["element"]["options"]} == set(silent_ones[n:])
        submit(
            {**filled_form(modal, finess=finess, motif="appel"), "id": f"V{n}"}, jura_region.main(GHT), jura_region.view
        )
    assert set(ght_decisions(jura_region.db, "2021-annuelle", jura_region.hour.date())["BFC-08"].neants) == set(
        silent_ones
    )
    refusal = open_form("neant", JURA, jura_region.main(), jura_region.view)
    assert "submit" not in refusal
    assert "ont déjà répondu" in said(refusal)
    assert "neant" not in said(home_blocks(jura_region.main(GHT), jura_region.view))


def test_once_every_line_is_decided_on_nothing_is_left_to_decide(jura_region: Region) -> None:
    """Agreeing with the checks is a decision too: the line stays out, and leaves the desks."""
    assert "Trancher 1 ligne : GHT Jura" in said(home_blocks(jura_region.main(), jura_region.view))
    before = jura_region.ask("gains GHT Jura 2021")["valeur"]
    send(jura_region, "decider", LINE, sens="retirer", motif="vu avec eux")
    assert jura_region.ask("gains GHT Jura 2021")["valeur"] == before
    for text in (said(home_blocks(jura_region.main(), jura_region.view)), jura_region.ask("tâches BFC 2021")["texte"]):
        assert "Trancher" not in text
        assert "Compléter GHT Jura" in text
    assert offered(open_form("decider", LINE, jura_region.main(), jura_region.view)) == ["retenir", "revenir"]


# What changed in between


def _decide_elsewhere(jura_region: Region) -> None:
    send(jura_region, "decider", LINE, sens="retenir", motif="déjà vu")


def _send_again(jura_region: Region) -> None:
    jura_region.send("Jura 2.xlsx", "BFC-08", "2021-annuelle", {"390780146": [
        january_line(4321), january_line(55_555, montant_reference=1000)]})  # fmt: skip


def _all_answer(jura_region: Region) -> None:
    silent_ones = [
        e.finess for e in jura_region.folder.territory.members("BFC-08", date(2021, 12, 31)) if e.finess != "390780146"
    ]
    for n, finess in enumerate(silent_ones[:1]):
        submitted = filled_form(
            open_form("neant", JURA, jura_region.main(), jura_region.view), finess=finess, motif="appel"
        )
        submit({**submitted, "id": f"autre{n}"}, jura_region.main(), jura_region.view)


@pytest.mark.parametrize(("key", "meanwhile"), [
    ("decider", _decide_elsewhere), ("decider", _send_again), ("noter", _send_again), ("valider", _send_again),
    ("prolonger", _send_again), ("neant", _all_answer),
])  # fmt: skip
def test_what_changed_while_a_form_was_open_is_said_and_nothing_is_written(
    key: str, meanwhile: Any, jura_region: Region
) -> None:
    target, values, _ = GOOD_FORMS[key]
    submitted = {**filled_form(open_form(key, target, jura_region.main(), jura_region.view), **values), "id": "V9"}
    meanwhile(jura_region)
    before = act_count(jura_region)
    result = submit(submitted, jura_region.main(), jura_region.view)
    assert sentence(result) == modals.CHANGE
    assert act_count(jura_region) == before
    check_modal(result["view"])
    reason = next(b for b in result["view"]["blocks"] if b["block_id"] == "motif")
    assert reason["element"]["initial_value"] == values["motif"], "nobody types a reason twice"


def test_a_form_sent_again_after_it_was_read_again_goes_through(jura_region: Region) -> None:
    submitted = {
        **filled_form(open_form("decider", LINE, jura_region.main(), jura_region.view), sens="retenir", motif="relu"),
        "id": "V9",
    }
    _send_again(jura_region)
    second_form = submit(submitted, jura_region.main(), jura_region.view)["view"]
    assert "55\u202f555" in said(second_form)
    result = submit(
        {**filled_form(second_form, sens="retenir", motif="relu"), "id": "V9"}, jura_region.main(), jura_region.view
    )
    assert "gardée" in sentence(result)


def test_a_line_that_went_away_is_said_without_a_word_of_the_sheet(jura_region: Region) -> None:
    submitted = filled_form(
        open_form("decider", LINE, jura_region.main(), jura_region.view), sens="retenir", motif="relu"
    )
    form_alone = january_line(4321, intitule="<!channel> Tartempion")
    jura_region.send("Jura 2.xlsx", "BFC-08", "2021-annuelle", {"390780146": [form_alone]})
    assert sentence(submit(submitted, jura_region.main(), jura_region.view)) == modals.LINE_GONE
    assert "n'est plus dans la trame" in said(open_form("decider", LINE, jura_region.main(), jura_region.view))
    assert act_count(jura_region) == 0


def test_a_right_lost_while_a_form_was_open_stops_it(jura_region: Region) -> None:
    submitted = filled_form(open_form("valider", JURA, jura_region.main(), jura_region.view), motif="relu")
    result = submit(submitted, jura_region.main(ELSEWHERE), jura_region.view)
    assert "ne peut pas agir" in result["errors"]["motif"]
    assert act_count(jura_region) == 0


# Rights of the acts


@pytest.mark.parametrize(("email", "open_ones"), [
    (REFERENT, set(ACT_FORMS)), ("dgos@exemple.invalid", set(ACT_FORMS)), (GHT, {"noter", "neant"}), (ELSEWHERE, set()),
    ("lecture@exemple.invalid", set()), ("achats.390780146@exemple.invalid", set()), ("operateur.uniha@exemple.invalid", set()),
])  # fmt: skip
def test_a_form_opens_to_those_who_may_act_and_to_nobody_else(
    email: str, open_ones: set[str], jura_region: Region
) -> None:
    targets = {key: GOOD_FORMS[key][0] if key in GOOD_FORMS else NIEVRE for key in ACT_FORMS}
    views = {key: open_form(key, targets[key], jura_region.main(email), jura_region.view) for key in ACT_FORMS}
    assert {key for key, v in views.items() if "submit" in v} == open_ones
    for key in ACT_FORMS.keys() - open_ones:
        assert "ne peut pas agir" in said(views[key])
        assert not re.search(rf"98|4\u202f321|{GAIN_COL}6|remise", said(views[key]))


def test_every_button_of_a_home_opens_a_form_to_whom_it_was_shown(view: View) -> None:
    for email in PERSONS:
        main = Main(view.db, view.folder, view.folder.persons[email], NOON)
        values = re.findall(r'"value": "([a-z]+) (2021[^"]+)"', said(home_scope(view, email)))
        for key, target in values:
            assert "submit" in open_form(key, target, main, view), (email, key, target)
        may_act = best_sight(main.person, view.folder.persons, main.person.scope, view.folder.territory, view.as_of)
        assert bool(values) == (may_act is Sight.EVERYTHING and main.person.role != "etablissement"), email


def test_a_number_typed_by_hand_is_in_no_button(view: View) -> None:
    """Lines called « xTartempion » are struck out here as well: they are shown without their number, and not offered."""
    assert home_tab.act_on_line(Main(view.db, view.folder, view.folder.persons[REFERENT], NOON),
                                     f"2021-annuelle/390780146/x{SUPPLIER}") == ""  # fmt: skip


def test_the_form_of_a_line_shows_what_is_at_stake_and_what_the_checks_say(jura_region: Region) -> None:
    text = said(open_form("decider", LINE, jura_region.main(), jura_region.view))
    for expected in ("GHT Jura", LINE, f"cellule {GAIN_COL}6", f"*{euros(9_876_500)}*, retirée par les contrôles",
                    "Le gain dépasse le montant de référence (performance-superieure-100). On ne peut économiser plus"):  # fmt: skip
        assert expected in text
    assert offered(open_form("decider", LINE, jura_region.main(), jura_region.view)) == ["retenir", "retirer"]
    send(jura_region, "decider", LINE, sens="retenir", motif="Tartempion à 12,50 €")
    after = open_form("decider", LINE, jura_region.main(), jura_region.view)
    assert "gardée par décision du 31/03/2022 (Référent PHARE)" in said(after)
    assert "Tartempion" not in said(after)
    assert offered(after) == ["retirer", "revenir"]
    jura_region.send("Jura 2.xlsx", "BFC-08", "2021-annuelle", {"390780146": [
        january_line(4321), january_line(55_555, montant_reference=1000)]})  # fmt: skip
    assert "les montants ont changé depuis la décision" in said(
        open_form("decider", LINE, jura_region.main(), jura_region.view)
    )


def test_a_validated_ght_offers_to_lift_it(jura_region: Region) -> None:
    def options() -> set[str]:
        found_ones = re.findall(
            r'"value": "([a-z]+) 2021-annuelle/BFC-08"', said(home_blocks(jura_region.main(), jura_region.view))
        )
        return set(found_ones)

    assert options() == {"valider", "prolonger", "neant"}
    validate(jura_region.main(), "2021-annuelle", "BFC-08", "relu")
    assert options() == {"devalider", "prolonger", "neant"}


def test_a_word_left_by_a_ght_is_the_note_that_the_command_line_leaves(jura_region: Region) -> None:
    send(jura_region, "noter", LINE, GHT, motif="le marché est le 2021-12")
    note(jura_region.main(), LINE, "merci")
    assert [(n.by, n.text) for n in notes(jura_region.db, "2021-annuelle", ["390780146"], jura_region.hour.date())] == [
        (GHT, "le marché est le 2021-12"), (REFERENT, "merci")]  # fmt: skip


def test_an_act_that_cannot_be_written_is_not_taken_for_done(jura_region: Region) -> None:
    """The claim goes with the act: refused because the clock went back, the same form may be sent again."""
    submitted = filled_form(open_form("valider", JURA, jura_region.main(), jura_region.view), motif="relu")
    yesterday = replace(jura_region.main(), when=jura_region.hour - timedelta(days=60))
    send(jura_region, "noter", LINE, motif="mot")
    with _view_at(jura_region, yesterday.when) as before:
        refusal = submit({**submitted, "id": "V7"}, yesterday, before)
    assert refusal["response_action"] == "errors"
    assert "validée" in sentence(submit({**submitted, "id": "V7"}, jura_region.main(), jura_region.view))


@contextmanager
def _view_at(region: Region, when: datetime) -> Iterator[View]:
    yield View(region.db, region.folder, when.date())


def _reminders(region: Region) -> list[tuple[str, str]]:
    return [(r["par"], r["unite"]) for r in region.db.query("SELECT par, unite FROM gestes WHERE genre = 'relancer'")]


def test_a_referent_has_a_late_ght_reminded_once_from_the_form(jura_region: Region) -> None:
    modal = open_form("relancer", NIEVRE, jura_region.main(), jura_region.view)
    assert "Sera relancé : Chef de projet PAAT" in said(modal["blocks"])
    submitted = filled_form(modal)
    assert sentence(submit(submitted, jura_region.main(), jura_region.view)).startswith(
        "GHT Nièvre, 2021-annuelle : relance demandée."
    )
    assert sentence(submit(submitted, jura_region.main(), jura_region.view)) == modals.ALREADY_DONE
    assert _reminders(jura_region) == [(REFERENT, "BFC-06")]


def test_whoever_has_answered_meanwhile_is_not_reminded(jura_region: Region) -> None:
    submitted = filled_form(open_form("relancer", NIEVRE, jura_region.main(), jura_region.view))
    jura_region.send("nievre.xlsx", "BFC-06", "2021-annuelle", {"580780039": [{}]})
    assert "a déjà répondu" in sentence(submit(submitted, jura_region.main(), jura_region.view))
    assert "a déjà répondu" in said(
        open_form("relancer", "2021-annuelle/BFC-06", jura_region.main(), jura_region.view)["blocks"]
    )
    assert _reminders(jura_region) == []


def test_nobody_reminds_for_a_region_that_is_not_theirs(jura_region: Region) -> None:
    assert "ne peut pas agir" in said(
        open_form("relancer", NIEVRE, jura_region.main("directeur.bfc-06@exemple.invalid"), jura_region.view)["blocks"]
    )
    assert _reminders(jura_region) == []


def test_a_referent_reads_on_their_desk_when_the_service_last_lived(jura_region: Region) -> None:
    assert "service" not in said(home_scope(jura_region.view, REFERENT))
    give_sign(jura_region.db, THE_SERVICE, "vivant", jura_region.hour)
    assert f"Dernier signe de vie du service : le {jura_region.hour:%d/%m/%Y à %Hh%M}." in said(
        home_scope(jura_region.view, REFERENT)
    )
    assert "signe de vie" not in said(home_scope(jura_region.view, GHT))
    give_sign(jura_region.db, THE_SERVICE, "arrêté", jura_region.hour)
    assert "Le service est arrêté depuis" in said(home_scope(jura_region.view, REFERENT))
