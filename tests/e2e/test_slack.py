"""The bot on the real protocol: a local Slack, Socket Mode, people who type, mention, press buttons; it answers them.

The local Slack checks neither tokens nor Block Kit's limits, drops a message's metadata, says nothing of scopes nor of
whether an address is confirmed, and delivers an event once to each connection: what leans on those is in tests/test_slack.py.
Two bots on one register stand in for an event that is delivered twice.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.chat_room import DIRECTOR, REFERENT, TOKENS, UNKNOWN_PERSON
from tests.region import new_region
from tests.test_blocks import check_message, read_back

pytestmark = pytest.mark.e2e
ROOT = Path(__file__).parents[2]
BINARY = ROOT / "out/local-slack/node_modules/local-slack-linux-x64/bin/local-slack"
ISOLATED = ("unshare", "--map-root-user", "--net", "--pid", "--fork", "--kill-child", "--")
"""A network and a list of processes of its own: nothing listens outside, and everything ends with it."""


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The scenario, played once."""
    assert BINARY.exists(), "bash tests/e2e/install.sh"
    region = new_region(tmp_path_factory.mktemp("salon"))
    region.send("Jura.xlsx", "BFC-08", "2021-annuelle", {"390780146": [
        {"gain_annuel": 4321, "intitule": "Gants Tartempion"},
        {"gain_annuel": 98_765, "montant_reference": 1000, "intitule": "<!channel> Tartempion à 12,50 €"},
    ]})  # fmt: skip
    region.db.close()
    command = [*ISOLATED, "sh", "-c", 'ip link set lo up && exec "$@"', "sh", sys.executable, "-m", "tests.e2e.chat_room", str(BINARY),
                str(region.where)]  # fmt: skip
    finished = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert finished.returncode == 0, finished.stderr
    result: dict[str, Any] = json.loads(finished.stdout)
    return result


def text(message: dict[str, Any]) -> str:
    return json.dumps(message, ensure_ascii=False)


def test_a_slash_command_is_answered_to_its_author_alone(played: dict[str, Any]) -> None:
    (message,) = played["commande"]
    assert (message["subtype"], message["ephemeral_to"]) == ("ephemeral", REFERENT)
    assert message["text"].startswith("3\u202f601")


def test_a_mention_is_answered_to_its_author_alone_at_the_cells(played: dict[str, Any]) -> None:
    (message,), (end,) = played["mention"], played["en_fil"]
    assert message["ephemeral_to"] == end["ephemeral_to"] == REFERENT
    assert "thread_ts" not in message
    assert end["thread_ts"] == played["question"]["ts"]
    assert "performance-superieure-100" in text(message)
    assert "[2021-annuelle/390780146/0002 · S6]" in text(message)


def test_the_channel_reads_the_questions_and_never_an_answer(played: dict[str, Any]) -> None:
    asked = {"mention": REFERENT, "en_fil": REFERENT, "question_d_un_autre": DIRECTOR, "directeur_au_salon": DIRECTOR,
             "inconnu": UNKNOWN_PERSON, "a_deux": REFERENT}  # fmt: skip
    assert {step: [m["ephemeral_to"] for m in played[step]] for step in asked} == {s: [who] for s, who in asked.items()}
    assert "390780146" not in text(played["question_d_un_autre"])
    assert played["read_by_all"] == []


def test_a_direct_message_is_answered_and_why_opens_it(played: dict[str, Any]) -> None:
    (message,), (why,) = played["prive"], played["pourquoi"]
    assert "thread_ts" not in message
    assert "4\u202f321" not in message["text"]
    assert "[2021-annuelle/390780146/0001 · S5]" in text(why)


def test_a_button_answers_whoever_presses_it_with_their_rights(played: dict[str, Any]) -> None:
    (own_answer,), (other,), (private,) = played["bouton"], played["bouton_d_un_autre"], played["bouton_en_prive"]
    assert "/0001 · S5]" in text(own_answer)
    assert "pas ouvert à votre profil" in other["text"]
    assert "390780146" not in text(other)
    assert {own_answer["subtype"], other["subtype"]} == {"ephemeral"}
    assert "/0001 · S5]" in text(private)


def test_somebody_unknown_gets_a_sentence_and_a_director_a_refusal(played: dict[str, Any]) -> None:
    (unknown,), (refusal,) = played["inconnu"], played["refus"]
    assert "ne vous connais pas" in unknown["text"]
    assert unknown["ephemeral_to"] == UNKNOWN_PERSON
    assert "pas ouvert à votre profil" in refusal["text"]


def test_each_home_tab_is_for_whoever_opens_it(played: dict[str, Any]) -> None:
    titles = {who: played["bureau"][who]["blocks"][0]["text"]["text"] for who in ("referent", "directeur", "inconnu")}
    assert titles["referent"] == "Bourgogne-Franche-Comté : 11 choses à faire"
    assert titles["directeur"] == "GHT Nièvre : 1 chose à faire"
    assert "ne vous connais pas" in titles["inconnu"]
    for who in titles:
        read_back(played["bureau"][who]["blocks"], 100)
    assert "390780146" not in text(played["bureau"]["directeur"])


def test_a_line_is_decided_on_from_the_home_tab_and_the_register_holds_it(played: dict[str, Any]) -> None:
    b = played["bureau"]
    assert "82\u202f304,17" in text(b["formulaire"])
    assert set(b["erreurs"]) == {"motif"}
    assert "gardée" in text(b["fait"])
    assert "Trancher" not in text(b["apres"])
    (kept_line,) = (line for line in b["au_registre"] if line["reference"].endswith("/0002"))
    assert "gardée par referent.bfc@exemple.invalid" in kept_line["precision"]


def test_a_form_refuses_a_past_date_under_its_field(played: dict[str, Any]) -> None:
    assert "à venir" in played["bureau"]["date_passee"]["jusqu_au"]


def test_from_an_answer_to_the_form_of_a_line_for_those_who_may(played: dict[str, Any]) -> None:
    assert "gardée par décision" in text(played["bureau"]["de_la_reponse"])
    assert "ne peut pas agir" in text(played["bureau"]["de_la_reponse_d_un_autre"])
    for name in ("formulaire", "fait", "prolonge", "de_la_reponse", "de_la_reponse_d_un_autre"):
        read_back(played["bureau"][name]["blocks"], 100)


@pytest.mark.parametrize("stage", ["a_deux", "a_deux_prive", "a_deux_commande"])
def test_two_bots_answer_once(played: dict[str, Any], stage: str) -> None:
    assert len(played[stage]) == 1


def test_everything_is_acknowledged_at_once(played: dict[str, Any]) -> None:
    sent = [e for e in played["journal"] if e["summary"].startswith("envelope")]
    acknowledged = [e for e in played["journal"] if e["kind"] == "ack"]
    assert len(acknowledged) == len(sent) > 10
    assert max(a["time"] - e["time"] for a, e in zip(acknowledged, sent, strict=True)) < 3000


def test_it_comes_back_when_slack_does(played: dict[str, Any]) -> None:
    (message,) = played["apres_la_coupure"]
    assert message["text"].startswith("86\xa0k€ retenus"), "with the line kept from the home tab"


def test_it_says_that_it_lives_and_stops_within_five_seconds(played: dict[str, Any]) -> None:
    assert (played["etat"]["etat"], played["etat_apres"]["etat"]) == ("vivant", "arrêté")
    for code, seconds in (played["second_s_arrete"], played["s_arrete"]):
        assert code == 0
        assert seconds < 5


def test_doctor_finds_slack_in_order(played: dict[str, Any]) -> None:
    assert "À régler" not in played["docteur"]
    assert "Socket Mode" in played["docteur"]


def test_every_message_is_one_that_slack_would_take_and_quotes_nobody(played: dict[str, Any]) -> None:
    messages = [
        m
        for stage in played.values()
        if isinstance(stage, list)
        for m in stage
        if isinstance(m, dict) and "blocks" in m
    ]
    assert len(messages) > 10
    for m in messages:
        check_message(m["blocks"], m["text"])
        assert not re.search(r"Tartempion|Gants|12,50|<!", text(m))


def test_no_token_is_in_what_it_writes(played: dict[str, Any]) -> None:
    assert "vigie.slack" in played["ecrits"]
    assert not [j for j in TOKENS.values() if j in played["ecrits"]]
