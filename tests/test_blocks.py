"""Every message for the chat is one that Slack takes, quotes nothing that was typed, and holds no figure that is not one's own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from slack_sdk.models.blocks import ActionsBlock, Block, HeaderBlock, InputBlock, SectionBlock

from bots.next_questions import NextQuestion
from bots.questions import AXES, INTENTIONS
from bots.slack import answer_blocks, blocks
from bots.slack.conversation import answer_message, question
from config.folder import Folder
from config.french import euros, rounded_amount
from config.rights import ROLES, Sight, best_sight
from config.territory import FRANCE, Scope
from reports import gains
from reports.answer import Answer, CellAddress, Element
from reports.progress import State
from reports.sayable import UNKNOWN_LABELS, known_labels, outside
from reports.view import View
from sheets.register import decisions
from tests.acted import decide
from tests.region import Region, new_region

NOON = datetime(2022, 3, 31, 12, tzinfo=ZoneInfo("Europe/Paris"))
SUPPLIER = "Tartempion"
HOSTILE = f"<!channel> & @everyone {SUPPLIER} 12,50 €"
PERSONS = (
    "dgos@exemple.invalid", "referent.bfc@exemple.invalid", "adjoint.bfc@exemple.invalid", "lecture@exemple.invalid",
    "operateur.uniha@exemple.invalid", "directeur.bfc-08@exemple.invalid", "achats.390780153@exemple.invalid",
)  # fmt: skip
GHTS = ("BFC-08", "BFC-06")


def check_message(block_list: Sequence[dict[str, Any]], text: str) -> None:
    """A message that Slack takes."""
    assert 0 < len(text) <= 4000
    read_back(block_list, 50)
    actions = [e["action_id"] for b in block_list if b["type"] == "actions" for e in b["elements"]]
    assert len(set(actions)) == len(actions) <= 25


def read_back(block_list: Sequence[dict[str, Any]], at_most: int) -> None:
    """Slack's own models read every block, and what they let through is counted by hand."""
    assert 0 < len(block_list) <= at_most
    parsed_blocks = Block.parse_all(list(block_list))
    assert len(parsed_blocks) == len(block_list)
    for block, read_again in zip(block_list, parsed_blocks, strict=True):
        read_again.validate_json()
        assert read_again.to_dict() == block
        _check_sizes(read_again)
    names = [b["block_id"] for b in block_list]
    assert len(set(names)) == len(names)


def _check_sizes(block: Block) -> None:
    match block:
        case HeaderBlock():
            assert block.text
            assert 0 < len(block.text.text) <= 150
        case SectionBlock():
            texts = [(block.text, 3000)] if block.text else []
            texts += [(f, 2000) for f in block.fields or []]
            assert 0 < len(texts) <= 11
            assert all(len(t.text.strip()) > 0 and len(t.text) <= limit for t, limit in texts)
            _check_element_sizes(block.to_dict().get("accessory"))
        case InputBlock():
            assert block.label
            assert 0 < len(block.label.text) <= 2000
            _check_element_sizes(block.to_dict()["element"])
        case ActionsBlock():
            for e in block.to_dict()["elements"]:
                _check_element_sizes(e)


def _check_element_sizes(e: dict[str, Any] | None) -> None:
    """What one presses, chooses or fills."""
    if e is None:
        return
    assert 0 < len(e["action_id"]) <= 255
    if e["type"] == "button":
        assert 0 < len(e["text"]["text"]) <= 75
        assert 0 < len(e["value"]) <= 2000
    at_most = {"overflow": 5, "radio_buttons": 10, "static_select": 100}.get(e["type"])
    if at_most:
        assert 0 < len(e["options"]) <= at_most
        assert len({o["value"] for o in e["options"]}) == len(e["options"])
        assert all(0 < len(o["text"]["text"]) <= 75 and 0 < len(o["value"]) <= 75 for o in e["options"])


def gains_of(finess: str) -> tuple[int, int]:
    """(kept, struck) cents of an établissement: small enough to be said to the euro, told apart by their last digits."""
    rank = sorted(finess for _, finess in _ETABLISSEMENTS).index(finess)
    return 100_003 + 1_009 * rank, 300_007 + 2_003 * rank


_ETABLISSEMENTS: list[tuple[str, str]] = []


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    """Two GHT whose every établissement typed one line that is kept and one that is struck, all with words to be kept in."""
    region = new_region(tmp_path_factory.mktemp("region"))
    _ETABLISSEMENTS.clear()
    situation = region.folder.campaigns["2021-annuelle"].situation
    for ght in GHTS:
        _ETABLISSEMENTS.extend((ght, e.finess) for e in region.folder.territory.members(ght, situation))
    for ght in GHTS:
        lines = {}
        for _, finess in (e for e in _ETABLISSEMENTS if e[0] == ght):
            keep, struck = gains_of(finess)
            common = {
                "intitule": HOSTILE,
                "commentaire": HOSTILE,
                "marche": SUPPLIER,
                "date_premiere_commande": NOON.date().replace(2021, 1, 4),
            }
            lines[finess] = [{**common, "gain_annuel": keep / 100, "action_id": f"x{SUPPLIER}"},
                              {**common, "gain_annuel": struck / 100, "montant_reference": 100}]  # fmt: skip
        region.send(f"{SUPPLIER} {ght}.xlsx", ght, "2021-annuelle", lines, contact=SUPPLIER)
    region.hour = NOON
    decide(region.main(), f"2021-annuelle/{_ETABLISSEMENTS[0][1]}/0002", "retirer", f"{SUPPLIER} en double")
    return region


@pytest.fixture(scope="module")
def view(region: Region) -> View:
    return region.view


def territories(view: View) -> list[Scope]:
    t = view.folder.territory
    nearest_ones = [Scope("etablissement", f) for _, f in _ETABLISSEMENTS]
    return [FRANCE, *(Scope("region", r) for r in ("BFC", "NA")), *(Scope("ght", g) for g in t.ghts), *nearest_ones]


def questions(p: Scope) -> Iterable[str]:
    where = "france" if p.type == "national" else p.code
    for i in INTENTIONS:
        end = " depuis le 15/01" if i.key == "changements" else ""
        yield f"{i.words[0]} {where} 2021{end}"
        yield f"pourquoi {i.words[0]} {where} 2021"
    yield from (f"gains {where} 2021 par {axis}" for axis in AXES)


def amounts(all_said: Iterable[int]) -> set[str]:
    return {re.sub(r"\s", "", words) for d in all_said if d for words in (euros(d), rounded_amount(d))}


def seen_ones(view: View, email: str) -> tuple[set[str], set[str]]:
    """(figures, FINESS whose lines may be read) that the rules open to someone, worked out from what was typed."""
    person = view.folder.persons[email]
    open_ones: set[str] = set()
    readable_finess: set[str] = set()
    for p in territories(view):
        sight_given = best_sight(person, view.folder.persons, p, view.folder.territory, view.as_of)
        theirs = [f for _, f in _ETABLISSEMENTS if f in inside(view, p)]
        parts = [gains_of(f) for f in theirs]
        if sight_given is not Sight.NOTHING:
            keep, struck = (sum(v) for v in zip(*parts, strict=True)) if parts else (0, 0)
            open_ones |= amounts((keep, struck, keep + struck))
        if sight_given is Sight.EVERYTHING:
            readable_finess |= set(theirs)
            open_ones |= amounts(m for g, r in parts for m in (g, r, g + r))
    return open_ones, readable_finess


def inside(view: View, p: Scope) -> frozenset[str]:
    return view.folder.territory.finess_of(p, view.folder.campaigns["2021-annuelle"].situation)


def test_every_role_is_walked(view: View) -> None:
    assert {view.folder.persons[email].role for email in PERSONS} == set(ROLES)


@pytest.mark.parametrize("email", PERSONS)
def test_no_question_on_any_territory_says_more_than_the_rights_allow(email: str, view: View) -> None:
    person = view.folder.persons[email]
    all_of_them = amounts(m for p in territories(view) for m in _expected_totals(view, p))
    all_of_them |= amounts(m for _, f in _ETABLISSEMENTS for m in gains_of(f))
    open_ones, readable_finess = seen_ones(view, email)
    forbidden_amounts, closed = all_of_them - open_ones, {f for _, f in _ETABLISSEMENTS} - readable_finess
    said_ones = 0
    for p in territories(view):
        for text in questions(p):
            message = answer_message(text, person, view, NOON)
            check_message(message.block_list, message.text)
            said = json.dumps([message.text, *message.block_list], ensure_ascii=False)
            assert not re.search(rf"{SUPPLIER}|12,50|<!|@e", said), (text, said)
            without_spaces = re.sub(r"\s", "", said)
            assert not [m for m in forbidden_amounts if re.search(rf"(?<![\d,]){re.escape(m)}", without_spaces)], (
                text,
                said,
            )
            assert not [f for f in closed if f"/{f}" in said], (text, said)
            said_ones += "header" in said
    assert (said_ones == 0) == (person.role == "operateur")


def _expected_totals(view: View, p: Scope) -> tuple[int, int, int]:
    parts = [gains_of(f) for _, f in _ETABLISSEMENTS if f in inside(view, p)]
    keep, struck = (sum(g for g, _ in parts), sum(r for _, r in parts))
    return keep, struck, keep + struck


def test_what_is_forbidden_to_a_director_is_really_there_for_the_referent(view: View) -> None:
    """The walk above looks for figures that some answers do hold."""
    neighbour = next(f for g, f in _ETABLISSEMENTS if g == "BFC-06")
    said = str(
        answer_message("pourquoi gains BFC-06 2021", view.folder.persons["referent.bfc@exemple.invalid"], view, NOON)
    )
    assert f"/{neighbour}" in said
    assert re.sub(r"\s", "", euros(gains_of(neighbour)[0])) in re.sub(r"\s|\\xa0|\\u202f", "", said)


# Shape


def test_the_figure_comes_first_then_what_it_stands_on_then_the_costliest_findings_then_the_buttons(view: View) -> None:
    message = answer_message("gains BFC 2021", view.folder.persons["referent.bfc@exemple.invalid"], view, NOON)
    assert [b["type"] for b in message.block_list] == [
        "header",
        "section",
        "section",
        "divider",
        "section",
        "section",
        "actions",
    ]
    fields = dict(f["text"].split("\n") for f in message.block_list[2]["fields"])
    assert list(fields) == ["*Retenu*", "*Déclaré*", "*Objectif*", "*Atteint à*", "*Trames*", "*Reçues*", "*Au*"]
    assert fields["*Trames*"] == "2 reçues sur 11"
    assert fields["*Au*"] == "31/03/2022, 2021-annuelle"
    assert message.block_list[4]["text"]["text"].count("\n• ") == 3
    assert [e["text"]["text"] for e in message.block_list[-1]["elements"]] == [
        "Pourquoi ?", "Par GHT", "Par famille", "En image", "Feuille de calcul"]  # fmt: skip
    assert len(message.block_list[5]["accessory"]["options"]) == 3


def test_what_is_left_to_do_is_said_in_full_in_a_chat(view: View) -> None:
    """Its words are ours: nothing of a trame is in them, but the sentence of a finding, told by its check."""
    region, ght = (view.folder.persons[f"{who}@exemple.invalid"] for who in ("referent.bfc", "directeur.bfc-08"))
    message = answer_message("qu'attend-on de moi ?", region, view, NOON)
    assert message.block_list[0]["text"]["text"] == "11 choses à faire"
    assert message.block_list[3]["text"]["text"].count("• Relancer GHT ") == 9
    said = answer_message("qu'attend-on de moi ?", ght, view, NOON).block_list[3]["text"]["text"]
    assert re.match(
        r"• Le gain dépasse le montant de référence \(performance-superieure-100\) — [\d\s,]+€ en jeu  \[", said
    )


def test_a_line_of_an_answer_can_be_acted_on_by_those_who_may(view: View) -> None:
    open_ones = {}
    for who in ("referent.bfc", "directeur.bfc-08", "achats.390780153"):
        person = view.folder.persons[f"{who}@exemple.invalid"]
        message = answer_message("rejets GHT Jura 2021" if "bfc" in who else "rejets", person, view, NOON)
        label_lists = [b["accessory"] for b in message.block_list if "accessory" in b]
        open_ones[who] = {o["value"].partition(" ")[0] for e in label_lists for o in e["options"]}
    assert open_ones == {"referent.bfc": {"decider"}, "directeur.bfc-08": {"noter"}, "achats.390780153": set()}


@pytest.mark.parametrize("email", ["lecture@exemple.invalid", "directeur.bfc-08@exemple.invalid"])
def test_who_gets_totals_alone_is_offered_no_button(email: str, view: View) -> None:
    message = answer_message("gains BFC 2021", view.folder.persons[email], view, NOON)
    assert {b["type"] for b in message.block_list} == {"header", "section"}


def test_every_button_asks_a_question_that_is_understood_and_stands_by_itself(view: View) -> None:
    referent = view.folder.persons["referent.bfc@exemple.invalid"]
    for start in ("gains BFC 2021", "gains BFC-08 2022 mi-année", "où en est la région 2021 ?"):
        buttons = answer_message(start, referent, view, NOON).block_list[-1]["elements"]
        for b in buttons:
            answer_message("gains France 2022", referent, view, NOON)  # another question came in between
            answer = answer_message(b["value"], referent, view, NOON)
            if b["action_id"] in ("vigie-image", "vigie-tableur"):
                assert [p.name.rpartition(".")[2] for p in answer.pieces] in (["png"], ["xlsx"]), b["value"]
            else:
                assert answer.block_list[0]["type"] == "header", b["value"]
            assert ("mi-annee" in b["value"]) == ("mi-année" in start)


@pytest.mark.parametrize(("question_", "suggestions"), [
    ("gains GHT côte d'or", 2), ("gains bfc 2015", 2), ("gains ugap bfc couverture", 3), ("rejets jura qualité 2019", 2),
])  # fmt: skip
def test_in_doubt_it_asks_with_buttons_that_ask_the_whole_question(
    question_: str, suggestions: int, view: View
) -> None:
    referent = view.folder.persons["referent.bfc@exemple.invalid"]
    message = answer_message(question_, referent, view, NOON)
    check_message(message.block_list, message.text)
    buttons = message.block_list[-1]["elements"]
    assert len(buttons) == suggestions
    for b in buttons:
        assert answer_message(b["value"], referent, view, NOON).block_list[0]["type"] == "header", b["value"]


def test_a_long_text_is_split_and_a_longer_one_cut_within_what_slack_takes() -> None:
    for lines in (1, 60, 900, 9000):
        message = blocks.sentence("\n".join(f"ligne {n} : <b> & {'x' * (n % 70)}" for n in range(lines)))
        check_message(message.block_list, message.text)
    message = blocks.sentence("&" * 20_000)
    check_message(message.block_list, message.text)
    assert all(re.fullmatch(r"(&amp;)+…?", b["text"]["text"]) for b in message.block_list)


GAINS = Answer("gains", Scope("region", "BFC"), 2021, "2021-annuelle", NOON.date(), 100, "EUR", 1, 1)


def test_an_answer_with_everything_in_excess_still_fits(folder: Folder) -> None:
    name = folder.territory.ghts["BFC-08"].name
    lines = tuple(Element(name, 100, "x" * 5000, code="BFC-08", ours=True) for _ in range(500))
    masked = {"retire": "y" * 9000}
    next_questions = [NextQuestion(str(n), "z" * 200, "q") for n in range(3)] + [
        NextQuestion("longue", "mots", "q" * 2001)
    ]
    r = replace(GAINS, elements=lines, campaigns=("c" * 3000,), mask=masked, rounded=1000)
    message = answer_blocks.answer_message(r, folder, next_questions)
    check_message(message.block_list, message.text)
    assert len(message.block_list[-1]["elements"]) == 3


def test_lines_that_nothing_of_ours_names_are_told_together(folder: Folder) -> None:
    """They are not named, and the lines still add up to the figure."""
    famille = folder.nomenclature.familles[0]
    lines = (Element(famille, 200), Element(SUPPLIER, 300, SUPPLIER), Element(f"{SUPPLIER} 2", 400, under_alert=100))
    said = str(answer_blocks.answer_message(replace(GAINS, elements=lines), folder).block_list)
    assert SUPPLIER not in said
    assert f"• {famille} — 2\\xa0€" in said
    assert f"• {UNKNOWN_LABELS} — 7\\xa0€, dont 1\\xa0€ sous alerte" in said


def test_a_tab_named_by_hand_is_not_said(folder: Folder) -> None:
    e = Element("x", None, f"2 × ; {SUPPLIER} : lignes 5 à 6", code="doublon", ours=True, outside="2 ×")
    r = replace(GAINS, intention="alertes", unit="constats", value=2, elements=(e,))
    said = str(answer_blocks.answer_message(r, folder).block_list)
    assert SUPPLIER not in said
    assert "(doublon) — 2 ×" in said


def test_only_labels_of_ours_are_said_as_they_are(folder: Folder) -> None:
    known_ones = known_labels(folder)
    assert {"PAAT", folder.territory.ghts["BFC-08"].name, *folder.nomenclature.familles} <= known_ones
    assert SUPPLIER not in known_ones


@pytest.mark.parametrize(("written", "reading"), [
    ("<@U0BOT> gains BFC", "gains BFC"), ("gains &lt;b&gt; &amp; co", "gains <b> & co"),
    ("voir <https://a.invalid|le site> <#C01|achats>", "voir le site"), ("<!here> gains   BFC\n2021", "gains BFC 2021"),
])  # fmt: skip
def test_slacks_own_marks_are_taken_off_a_question(written: str, reading: str) -> None:
    assert question(written) == reading


@pytest.mark.parametrize("e", [
    Element("x", 100, SUPPLIER), Element("x", 100, SUPPLIER, ours=True, outside="retirée"),
    Element(SUPPLIER, 100, SUPPLIER, CellAddress("2021-annuelle/390780146/0002", SUPPLIER, SUPPLIER, "S14")),
    Element(SUPPLIER, 100, SUPPLIER, CellAddress(f"2021-annuelle/390780146/{SUPPLIER}", SUPPLIER, SUPPLIER, SUPPLIER)),
    Element(SUPPLIER, 100, SUPPLIER, CellAddress(SUPPLIER, SUPPLIER, SUPPLIER, "S14"), code="doublon"),
])  # fmt: skip
def test_what_was_written_by_hand_stays_in_unless_it_is_said_to_be_ours(e: Element, folder: Folder) -> None:
    r = outside(replace(GAINS, elements=(e,), beside=(e,), heavy=(e,) if e.address else ()), folder)
    assert SUPPLIER not in str(r)
    assert [x.value for x in r.elements] == [100]


def test_a_reason_written_by_hand_stays_in(region: Region) -> None:
    """What was decided is told, neither by whom nor why; a state, without the words of whoever entered it."""
    state = State(region.folder.territory.ghts["BFC-08"], "remise", "", 1, 1, 0, 0, NOON.date(), locked=True,
                  on_behalf=f"appel (de {SUPPLIER})")  # fmt: skip
    assert state.words == f"remise, saisie pour son compte (appel (de {SUPPLIER})), trame verrouillée"
    assert state.outside_words == "remise, saisie pour son compte, trame verrouillée"
    decided = decisions.Decision(1, 1, "", "", "retenir", SUPPLIER, "2022-03-10", SUPPLIER, False, False,
                                 0, 0, 0, (), "")  # fmt: skip
    again = decided._replace(lapsed=True, changed=("les montants",))
    assert gains.verdict(decided) == "gardée"
    assert gains.verdict(decided._replace(kind="retirer")) == "retirée"
    assert gains.verdict(again) == "gardée, mais les montants ont changé depuis : à revoir"
    assert gains.verdict(None) == ""
