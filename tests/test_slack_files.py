"""Files on Slack, with Python alone: a picture and a workbook to whoever may have them, alone; what happens when Slack fails."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
from openpyxl import load_workbook

from bots import slack, slack_fichiers
from bots.boutons import en_question
from bots.chat import INCONNU, Maison
from bots.documents import DESSINEES
from bots.slack import Robot
from bots.slack_api import Reglages
from bots.understanding import comprend
from config.dossier import Dossier
from tests.faux_slack import PRIVE, FauxSlack, faux_slack
from tests.test_blocks import verifie
from tests.test_phrasings import CHEZ_SOI, LE_31_MARS, PHRASES, demande
from tests.test_slack import (
    JETON,
    PRISE,
    REFERENT,
    attend,
    bouton,
    commande,
    direct,
    livre,
    maison,
    mention,
    region,
    sans_attendre,
)

__all__ = ["maison", "region", "sans_attendre"]
AILLEURS = "U09DIR"
ENTREE = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def en_ligne(maison: Maison) -> Iterator[tuple[FauxSlack, Robot]]:
    with faux_slack() as faux:
        r = slack.robot(Reglages(JETON, PRISE, faux.adresse), maison)
        yield faux, r
        slack.ferme(r)


@pytest.fixture
def serveur(en_ligne: tuple[FauxSlack, Robot], maison: Maison) -> FauxSlack:
    faux, r = en_ligne
    attend(r)
    faux.oublie()
    faux.connait(REFERENT, "referent.bfc@exemple.invalid", is_email_confirmed=True)
    faux.connait(AILLEURS, "directeur.bfc-06@exemple.invalid", is_email_confirmed=True)
    with maison.vue() as vue:
        vue.db.execute("DELETE FROM evenements_du_chat")
    return faux


@pytest.fixture
def robot(en_ligne: tuple[FauxSlack, Robot], serveur: FauxSlack) -> Robot:
    return en_ligne[1]


def poses(serveur: FauxSlack) -> list[dict[str, str]]:
    """Every file that was shared: where, in which thread, with which words."""
    return serveur.corps("files.completeUploadExternal")


# Pictures and workbooks


def test_a_picture_asked_in_a_direct_message_comes_where_it_was_asked(robot: Robot, serveur: FauxSlack) -> None:
    livre(robot, direct("gains GHT Jura 2021 en image", thread_ts="200.0"))
    attend(robot)
    (pose,), (octets,) = poses(serveur), serveur.deposes
    assert (pose["channel_id"], pose["thread_ts"]) == ("D01", "200.0")
    assert pose["initial_comment"].startswith("3\u202f601")
    assert octets.startswith(ENTREE)
    (annonce,) = serveur.corps("files.getUploadURLExternal")
    assert "Graphique en barres : CENTRE HOSPITALIER JURA SUD" in annonce["alt_txt"]
    assert serveur.dits == []


@pytest.mark.parametrize("comment", ["mention", "commande", "bouton"])
def test_asked_before_others_a_file_goes_to_ones_direct_messages_and_the_channel_says_nothing(
    robot: Robot, serveur: FauxSlack, comment: str
) -> None:
    question = "gains GHT Jura 2021 en tableur"
    livre(robot, {"mention": mention(question), "commande": commande(question, serveur),
                  "bouton": bouton(question, serveur)}[comment])  # fmt: skip
    attend(robot)
    assert [p["channel_id"] for p in poses(serveur)] == [PRIVE]
    assert [d["channel"] for d in serveur.corps("chat.postMessage")] == [REFERENT]
    (a_lui_seul,) = serveur.corps("chat.postEphemeral", "reponse")
    assert a_lui_seul["text"] == slack_fichiers.AILLEURS
    assert a_lui_seul.get("user") == REFERENT or a_lui_seul["response_type"] == "ephemeral"
    verifie(a_lui_seul["blocks"], a_lui_seul["text"])
    livre_ = load_workbook(io.BytesIO(serveur.deposes[0]))
    assert livre_.sheetnames == ["Lignes"]


def test_a_button_asks_the_rights_of_whoever_presses_it(robot: Robot, serveur: FauxSlack) -> None:
    for question in ("gains BFC-08 2021 en image", "gains BFC-08 2021 en tableur"):
        corps = bouton(question, serveur, numero=question)
        corps["user"]["id"] = AILLEURS
        livre(robot, corps)
    attend(robot)
    assert (poses(serveur), serveur.deposes) == ([], [])
    assert {"pas ouvert à votre profil" in d["text"] for d in serveur.dits} == {True}
    assert len(serveur.dits) == 2


def test_somebody_unknown_gets_no_file(robot: Robot, serveur: FauxSlack) -> None:
    serveur.connait("U77", "quelqu-un@ailleurs.invalid", is_email_confirmed=True)
    livre(robot, direct("gains BFC 2021 en image", auteur="U77"))
    attend(robot)
    assert serveur.deposes == []
    assert [d["text"] for d in serveur.dits] == [INCONNU]


def test_the_comment_and_the_file_quote_nobody(robot: Robot, serveur: FauxSlack) -> None:
    for n, question in enumerate(
        ("gains GHT Jura 2021 par famille en image", "pourquoi gains GHT Jura 2021 en tableur")
    ):
        livre(robot, direct(question, numero=f"Ev{n}", ts=f"20{n}.1"))
    attend(robot)
    assert len(serveur.deposes) == 2
    assert "Tartempion" not in json.dumps(serveur.recus, ensure_ascii=False)
    assert "Tartempion" not in str([f.value for o in serveur.deposes if o[:2] == b"PK"
                                    for r in load_workbook(io.BytesIO(o)).active.iter_rows() for f in r])  # type: ignore[union-attr]  # fmt: skip


def test_every_picture_button_asks_the_question_it_stands_under(dossier: Dossier) -> None:
    vus = set()
    for phrase in (p for p in PHRASES if p["intention"] in DESSINEES):
        q = demande(phrase, dossier)
        assert q.intention
        assert q.sujet
        dit = en_question(q.intention, q.sujet, str(q.sujet.exercice))
        if not dit:
            assert q.sujet.place
            continue
        relue = comprend(f"{dit} en image", dossier, LE_31_MARS, CHEZ_SOI["dgos"])
        attendue = "gains" if q.intention == "objectif" else q.intention
        assert (relue.intention, relue.forme) == (attendue, "image"), (phrase["texte"], dit, relue.indices)
        assert relue.sujet
        assert relue.sujet.cibles == q.sujet.cibles, (phrase["texte"], dit)
        assert (relue.sujet.exercice, relue.sujet.exercices, relue.sujet.par) == (
            q.sujet.exercice, q.sujet.exercices, q.sujet.par), (phrase["texte"], dit)  # fmt: skip
        vus.add(q.intention)
    assert vus == set(DESSINEES)


# When Slack misbehaves


@pytest.mark.parametrize("panne", ["500", "429 1", "coupe"])
@pytest.mark.parametrize("ou", ["files.getUploadURLExternal", "fichier", "files.completeUploadExternal"])
def test_a_passing_fault_is_tried_again_and_the_file_comes_once(
    robot: Robot, serveur: FauxSlack, panne: str, ou: str, sans_attendre: None
) -> None:
    serveur.pannes[ou] = [panne]
    livre(robot, direct("gains BFC 2021 en image"))
    attend(robot)
    assert len(poses(serveur)) == 1
    assert serveur.dits == []


@pytest.mark.parametrize(("ou", "panne"), [("fichier", "500"), ("fichier", "404"), ("files.getUploadURLExternal", "refus missing_scope"),
                                           ("files.completeUploadExternal", "refus fatal_error")])  # fmt: skip
def test_a_lasting_fault_is_a_sentence_with_a_reference(
    robot: Robot, serveur: FauxSlack, ou: str, panne: str, sans_attendre: None, caplog: pytest.LogCaptureFixture
) -> None:
    serveur.pannes[ou] = [panne] * 9
    livre(robot, direct("gains BFC 2021 en image"))
    attend(robot)
    (dit,) = serveur.dits
    assert "Je n'ai pas pu répondre" in dit["text"]
    assert "Traceback" in caplog.text


def test_the_token_is_not_shown_where_bytes_are_put(
    robot: Robot, serveur: FauxSlack, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    livre(robot, direct("gains BFC 2021 en image"))
    attend(robot)
    assert serveur.deposes
    assert JETON not in caplog.text
