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

from tests.e2e.chat_room import DIRECTEUR, INCONNU, JETONS, REFERENT
from tests.region import nouvelle
from tests.test_blocks import relit, verifie

pytestmark = pytest.mark.e2e
RACINE = Path(__file__).parents[2]
BINAIRE = RACINE / "out/local-slack/node_modules/local-slack-linux-x64/bin/local-slack"
SEUL = ("unshare", "--map-root-user", "--net", "--pid", "--fork", "--kill-child", "--")
"""A network and a list of processes of its own: nothing listens outside, and everything ends with it."""


@pytest.fixture(scope="module")
def vu(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The scenario, played once."""
    assert BINAIRE.exists(), "bash tests/e2e/install.sh"
    region = nouvelle(tmp_path_factory.mktemp("salon"))
    region.envoie("Jura.xlsx", "BFC-08", "2021-annuelle", {"390780146": [
        {"gain_annuel": 4321, "intitule": "Gants Tartempion"},
        {"gain_annuel": 98_765, "montant_reference": 1000, "intitule": "<!channel> Tartempion à 12,50 €"},
    ]})  # fmt: skip
    region.db.close()
    commande = [*SEUL, "sh", "-c", 'ip link set lo up && exec "$@"', "sh", sys.executable, "-m", "tests.e2e.chat_room", str(BINAIRE),
                str(region.ou)]  # fmt: skip
    fini = subprocess.run(commande, check=False, cwd=RACINE, capture_output=True, text=True, timeout=300)
    assert fini.returncode == 0, fini.stderr
    rendu: dict[str, Any] = json.loads(fini.stdout)
    return rendu


def texte(message: dict[str, Any]) -> str:
    return json.dumps(message, ensure_ascii=False)


def test_a_slash_command_is_answered_to_its_author_alone(vu: dict[str, Any]) -> None:
    (message,) = vu["commande"]
    assert (message["subtype"], message["ephemeral_to"]) == ("ephemeral", REFERENT)
    assert message["text"].startswith("3\u202f601")


def test_a_mention_is_answered_to_its_author_alone_at_the_cells(vu: dict[str, Any]) -> None:
    (message,), (suite,) = vu["mention"], vu["en_fil"]
    assert message["ephemeral_to"] == suite["ephemeral_to"] == REFERENT
    assert "thread_ts" not in message
    assert suite["thread_ts"] == vu["question"]["ts"]
    assert "performance-superieure-100" in texte(message)
    assert "[2021-annuelle/390780146/0002 · S6]" in texte(message)


def test_the_channel_reads_the_questions_and_never_an_answer(vu: dict[str, Any]) -> None:
    asked = {"mention": REFERENT, "en_fil": REFERENT, "question_d_un_autre": DIRECTEUR, "directeur_au_salon": DIRECTEUR,
             "inconnu": INCONNU, "a_deux": REFERENT}  # fmt: skip
    assert {step: [m["ephemeral_to"] for m in vu[step]] for step in asked} == {s: [qui] for s, qui in asked.items()}
    assert "390780146" not in texte(vu["question_d_un_autre"])
    assert vu["read_by_all"] == []


def test_a_direct_message_is_answered_and_why_opens_it(vu: dict[str, Any]) -> None:
    (message,), (pourquoi,) = vu["prive"], vu["pourquoi"]
    assert "thread_ts" not in message
    assert "4\u202f321" not in message["text"]
    assert "[2021-annuelle/390780146/0001 · S5]" in texte(pourquoi)


def test_a_button_answers_whoever_presses_it_with_their_rights(vu: dict[str, Any]) -> None:
    (sien,), (autre,), (prive,) = vu["bouton"], vu["bouton_d_un_autre"], vu["bouton_en_prive"]
    assert "/0001 · S5]" in texte(sien)
    assert "pas ouvert à votre profil" in autre["text"]
    assert "390780146" not in texte(autre)
    assert {sien["subtype"], autre["subtype"]} == {"ephemeral"}
    assert "/0001 · S5]" in texte(prive)


def test_somebody_unknown_gets_a_sentence_and_a_director_a_refusal(vu: dict[str, Any]) -> None:
    (inconnu,), (refus,) = vu["inconnu"], vu["refus"]
    assert "ne vous connais pas" in inconnu["text"]
    assert inconnu["ephemeral_to"] == INCONNU
    assert "pas ouvert à votre profil" in refus["text"]


def test_each_home_tab_is_for_whoever_opens_it(vu: dict[str, Any]) -> None:
    titres = {qui: vu["bureau"][qui]["blocks"][0]["text"]["text"] for qui in ("referent", "directeur", "inconnu")}
    assert titres["referent"] == "Bourgogne-Franche-Comté : 11 choses à faire"
    assert titres["directeur"] == "GHT Nièvre : 1 chose à faire"
    assert "ne vous connais pas" in titres["inconnu"]
    for qui in titres:
        relit(vu["bureau"][qui]["blocks"], 100)
    assert "390780146" not in texte(vu["bureau"]["directeur"])


def test_a_line_is_decided_on_from_the_home_tab_and_the_register_holds_it(vu: dict[str, Any]) -> None:
    b = vu["bureau"]
    assert "82\u202f304,17" in texte(b["formulaire"])
    assert set(b["erreurs"]) == {"motif"}
    assert "gardée" in texte(b["fait"])
    assert "Trancher" not in texte(b["apres"])
    (gardee,) = (ligne for ligne in b["au_registre"] if ligne["reference"].endswith("/0002"))
    assert "gardée par referent.bfc@exemple.invalid" in gardee["precision"]


def test_a_form_refuses_a_past_date_under_its_field(vu: dict[str, Any]) -> None:
    assert "à venir" in vu["bureau"]["date_passee"]["jusqu_au"]


def test_from_an_answer_to_the_form_of_a_line_for_those_who_may(vu: dict[str, Any]) -> None:
    assert "gardée par décision" in texte(vu["bureau"]["de_la_reponse"])
    assert "ne peut pas agir" in texte(vu["bureau"]["de_la_reponse_d_un_autre"])
    for nom in ("formulaire", "fait", "prolonge", "de_la_reponse", "de_la_reponse_d_un_autre"):
        relit(vu["bureau"][nom]["blocks"], 100)


@pytest.mark.parametrize("etape", ["a_deux", "a_deux_prive", "a_deux_commande"])
def test_two_bots_answer_once(vu: dict[str, Any], etape: str) -> None:
    assert len(vu[etape]) == 1


def test_everything_is_acknowledged_at_once(vu: dict[str, Any]) -> None:
    envoyes = [e for e in vu["journal"] if e["summary"].startswith("envelope")]
    acquittes = [e for e in vu["journal"] if e["kind"] == "ack"]
    assert len(acquittes) == len(envoyes) > 10
    assert max(a["time"] - e["time"] for a, e in zip(acquittes, envoyes, strict=True)) < 3000


def test_it_comes_back_when_slack_does(vu: dict[str, Any]) -> None:
    (message,) = vu["apres_la_coupure"]
    assert message["text"].startswith("86\xa0k€ retenus"), "with the line kept from the home tab"


def test_it_says_that_it_lives_and_stops_within_five_seconds(vu: dict[str, Any]) -> None:
    assert (vu["etat"]["etat"], vu["etat_apres"]["etat"]) == ("vivant", "arrêté")
    for code, secondes in (vu["second_s_arrete"], vu["s_arrete"]):
        assert code == 0
        assert secondes < 5


def test_doctor_finds_slack_in_order(vu: dict[str, Any]) -> None:
    assert "À régler" not in vu["docteur"]
    assert "Socket Mode" in vu["docteur"]


def test_every_message_is_one_that_slack_would_take_and_quotes_nobody(vu: dict[str, Any]) -> None:
    messages = [
        m for etape in vu.values() if isinstance(etape, list) for m in etape if isinstance(m, dict) and "blocks" in m
    ]
    assert len(messages) > 10
    for m in messages:
        verifie(m["blocks"], m["text"])
        assert not re.search(r"Tartempion|Gants|12,50|<!", texte(m))


def test_no_token_is_in_what_it_writes(vu: dict[str, Any]) -> None:
    assert "vigie.slack" in vu["ecrits"]
    assert not [j for j in JETONS.values() if j in vu["ecrits"]]
