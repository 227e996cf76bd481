"""The bot on Slack, with Python alone: who it answers, once, what it never says, and what it does when Slack misbehaves."""

from __future__ import annotations

import io
import json
import logging
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from slack_bolt import BoltRequest

from bots import log
from bots.slack import conversation, socket_mode, web_api
from bots.slack.conversation import Maison, Profil
from bots.slack.socket_mode import Robot
from bots.slack.web_api import Reglages
from config.errors import UserError
from reports.view import Vue
from sheets.register import claimed_events as registre_du_chat
from sheets.register.database import ouvre
from tests.fake_slack import FauxSlack, faux_slack, sans_depot
from tests.region import Region, nouvelle

RACINE = Path(__file__).parents[1]
MIDI = datetime(2022, 3, 31, 12, tzinfo=ZoneInfo("Europe/Paris"))
JETON, PRISE = "xoxb-1234-SecretDuRobot", "xapp-1-SecretDeLaPrise"
REFERENT, INCONNU, AILLEURS = "U01REF", "U09INC", "U09DIR"


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    region = nouvelle(tmp_path_factory.mktemp("region"))
    region.envoie("Jura.xlsx", "BFC-08", "2021-annuelle", {"390780146": [
        {"gain_annuel": 4321, "intitule": "<!channel> Gants & co @everyone"},
        {"gain_annuel": 98_765, "montant_reference": 1000, "intitule": "<@U01REF> Fournisseur Tartempion"},
    ]})  # fmt: skip
    region.db.close()
    return region


@pytest.fixture(scope="module")
def maison(region: Region) -> Maison:
    """The register as every question of the bot opens it: on a connection of its own."""

    @contextmanager
    def vue() -> Iterator[Vue]:
        db = ouvre(region.ou / "vigie.sqlite")
        try:
            yield Vue(db, region.dossier, MIDI.date())
        finally:
            db.close()

    return Maison(vue, lambda: MIDI, sans_depot)


@pytest.fixture(scope="module")
def en_ligne(maison: Maison) -> Iterator[tuple[FauxSlack, Robot]]:
    """A server and a bot for the whole file: a bot takes a second to leave."""
    with faux_slack() as faux:
        r = socket_mode.robot(Reglages(JETON, PRISE, faux.adresse), maison)
        yield faux, r
        socket_mode.ferme(r)


@pytest.fixture
def serveur(en_ligne: tuple[FauxSlack, Robot], maison: Maison) -> FauxSlack:
    """The server, as if nothing had ever been asked."""
    faux, r = en_ligne
    attend(r)
    faux.oublie()
    faux.connait(REFERENT, "referent.bfc@exemple.invalid", is_email_confirmed=True)
    faux.connait(INCONNU, "quelqu-un@ailleurs.invalid", is_email_confirmed=True)
    faux.connait(AILLEURS, "directeur.bfc-06@exemple.invalid", is_email_confirmed=True)
    with maison.vue() as vue:
        vue.db.execute("DELETE FROM evenements_du_chat")
    return faux


@pytest.fixture
def robot(en_ligne: tuple[FauxSlack, Robot], serveur: FauxSlack) -> Robot:
    return en_ligne[1]


def livre(robot: Robot, corps: dict[str, Any]) -> int:
    """Hand an envelope's payload to the application, as the socket does; the acknowledgement comes back at once."""
    return robot.app.dispatch(BoltRequest(body=corps, mode="socket_mode")).status


@pytest.fixture
def sans_attendre(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again is tried at once."""
    monkeypatch.setattr("time.sleep", lambda _: None)


def attend(robot: Robot) -> None:
    """Until everything handed over so far is answered: each of the answering threads comes to the gate."""
    porte = threading.Barrier(socket_mode.REPONDEURS + 1)
    for _ in range(socket_mode.REPONDEURS):
        robot.repondeurs.submit(porte.wait, 60)
    porte.wait(60)


def mention(texte: str, auteur: str = REFERENT, numero: str = "Ev1", ts: str = "100.1", **reste: Any) -> dict[str, Any]:
    evenement = {
        "type": "app_mention",
        "user": auteur,
        "text": f"<@U0BOT> {texte}",
        "ts": ts,
        "channel": "C01",
        **reste,
    }
    return {"type": "event_callback", "team_id": "T01", "event_id": numero, "event": evenement}


def direct(texte: str, auteur: str = REFERENT, numero: str = "Ev2", **reste: Any) -> dict[str, Any]:
    evenement = {
        "type": "message",
        "channel_type": "im",
        "user": auteur,
        "text": texte,
        "ts": "200.1",
        "channel": "D01",
    }
    return {"type": "event_callback", "team_id": "T01", "event_id": numero, "event": {**evenement, **reste}}


def commande(texte: str, serveur: FauxSlack, auteur: str = REFERENT, numero: str = "t1") -> dict[str, Any]:
    return {"command": "/vigie", "text": texte, "user_id": auteur, "team_id": "T01", "channel_id": "C01", "trigger_id": numero,
            "response_url": f"{serveur.adresse}/reponse"}  # fmt: skip


def bouton(valeur: str, serveur: FauxSlack, salon: str = "C01", numero: str = "t2") -> dict[str, Any]:
    return {"type": "block_actions", "user": {"id": REFERENT, "team_id": "T01"}, "team": {"id": "T01"}, "trigger_id": numero,
            "channel": {"id": salon}, "message": {"ts": "100.2", "thread_ts": "100.1"},
            "actions": [{"type": "button", "action_id": "vigie-pourquoi", "block_id": "b", "value": valeur}],
            "response_url": f"{serveur.adresse}/reponse"}  # fmt: skip


# What is answered, where


def test_a_slash_command_is_answered_to_its_author_alone(robot: Robot, serveur: FauxSlack) -> None:
    assert livre(robot, commande("gains BFC 2021", serveur)) == 200
    attend(robot)
    (dit,) = serveur.dits
    assert dit["response_type"] == "ephemeral"
    assert dit["blocks"][0]["text"]["text"].endswith("retenus")


def test_a_mention_is_answered_to_its_author_alone_and_stays_in_the_thread_it_is_in(
    robot: Robot, serveur: FauxSlack
) -> None:
    livre(robot, mention("gains BFC 2021"))
    livre(robot, mention("objectif BFC 2021", numero="Ev9", ts="101.1", thread_ts="100.1"))
    attend(robot)
    said = serveur.corps("chat.postEphemeral")
    assert {(d["channel"], d["user"], d.get("thread_ts")) for d in said} == {
        ("C01", REFERENT, None), ("C01", REFERENT, "100.1")}  # fmt: skip
    assert all("retenus" in d["text"] or "objectif" in d["text"].lower() for d in said)
    assert len(serveur.dits) == 2


@pytest.mark.parametrize("channel", [{"channel": "C01", "channel_type": "channel"}, {"channel": "G01", "channel_type": "group"},
                                     {"channel": "G02", "channel_type": "mpim"}, {"channel": "C02"}])  # fmt: skip
@pytest.mark.parametrize("text", ["gains BFC 2021", "pourquoi gains GHT Jura 2021", "qui n'a pas remis ?", "gains BFC 2021 en image",
                                  "retour GHT Jura 2021", "n'importe quoi", ""])  # fmt: skip
def test_whatever_is_asked_before_others_whoever_asks_they_read_nothing(
    robot: Robot, serveur: FauxSlack, maison: Maison, channel: dict[str, str], text: str
) -> None:
    with maison.vue() as vue:
        roles = {p.role: email for email, p in vue.dossier.personnes.items()}
    assert len(roles) >= 4
    for n, email in enumerate((*roles.values(), "quelqu-un@ailleurs.invalid")):
        serveur.connait(f"U5{n}", email, is_email_confirmed=True)
        livre(robot, mention(text, auteur=f"U5{n}", numero=f"Ev{n}", ts=f"30{n}.1", **channel))
    attend(robot)
    assert all(d["channel"].startswith("U5") for d in serveur.corps("chat.postMessage"))
    answered = serveur.corps("chat.postEphemeral")
    assert {(d["channel"], d["user"]) for d in answered} == {
        (channel["channel"], f"U5{n}") for n in range(len(roles) + 1)
    }


def test_a_direct_message_is_answered_where_it_stands(robot: Robot, serveur: FauxSlack) -> None:
    livre(robot, direct("gains BFC 2021"))
    livre(robot, direct("et en fil : gains BFC 2021", numero="Ev3", ts="201.1", thread_ts="200.1"))
    attend(robot)
    assert {d.get("thread_ts") for d in serveur.corps("chat.postMessage")} == {None, "200.1"}


def test_a_button_asks_the_next_question_for_whoever_presses_it(robot: Robot, serveur: FauxSlack) -> None:
    livre(robot, commande("gains GHT Jura 2021", serveur))
    attend(robot)
    boutons = {b["text"]["text"]: b["value"] for b in serveur.dits[0]["blocks"][-1]["elements"]}
    assert boutons == {"Pourquoi ?": "pourquoi gains BFC-08 2021", "Par famille": "gains BFC-08 2021 par famille",
                       "En image": "gains BFC-08 2021 en image", "Feuille de calcul": "gains BFC-08 2021 en tableur"}  # fmt: skip
    livre(robot, bouton(boutons["Pourquoi ?"], serveur))
    livre(robot, bouton(boutons["Par famille"], serveur, salon="D01", numero="t3"))
    attend(robot)
    dans_le_salon, en_prive = serveur.corps("reponse")[1], serveur.corps("chat.postMessage")[0]
    assert dans_le_salon["response_type"] == "ephemeral"
    assert dans_le_salon["replace_original"] is False
    assert "[2021-annuelle/390780146/0001 · S5]" in json.dumps(dans_le_salon, ensure_ascii=False)
    assert en_prive["channel"] == "D01"


def test_the_bot_answers_neither_itself_nor_what_is_not_for_it(robot: Robot, serveur: FauxSlack) -> None:
    livre(robot, direct("gains BFC 2021", bot_id="B07"))
    livre(robot, direct("gains BFC 2021", numero="Ev4", subtype="message_changed"))
    livre(robot, direct("gains BFC 2021", numero="Ev5", channel_type="channel", channel="C01"))
    attend(robot)
    assert serveur.dits == []


# Once


def test_an_event_delivered_three_times_is_answered_once(robot: Robot, serveur: FauxSlack) -> None:
    for enveloppe in (mention("gains BFC 2021"), direct("gains BFC 2021"), commande("gains BFC 2021", serveur)):
        for _ in range(3):
            assert livre(robot, enveloppe) == 200
    attend(robot)
    assert len(serveur.dits) == 3


def test_a_message_that_comes_as_two_events_is_answered_once(robot: Robot, serveur: FauxSlack) -> None:
    livre(robot, direct("gains BFC 2021", numero="EvA"))
    livre(robot, mention("gains BFC 2021", numero="EvB", ts="200.1", channel="D01"))
    attend(robot)
    assert len(serveur.dits) == 1


def test_an_event_delivered_again_after_a_restart_is_not_answered_again(serveur: FauxSlack, maison: Maison) -> None:
    for _ in range(2):
        r = socket_mode.robot(Reglages(JETON, PRISE, serveur.adresse), maison)
        livre(r, mention("gains BFC 2021"))
        attend(r)
        socket_mode.ferme(r)
    assert len(serveur.dits) == 1


# Who


def test_somebody_unknown_gets_one_polite_sentence_that_they_alone_see(robot: Robot, serveur: FauxSlack) -> None:
    livre(robot, mention("gains BFC 2021", auteur=INCONNU))
    livre(robot, direct("pourquoi gains GHT Jura 2021", auteur=INCONNU))
    livre(robot, commande("qui n'a pas remis ?", serveur, auteur=INCONNU))
    attend(robot)
    assert {d["text"] for d in serveur.dits} == {conversation.INCONNU}
    assert [len(d["blocks"]) for d in serveur.dits] == [1, 1, 1]
    assert {d["user"] for d in serveur.corps("chat.postEphemeral")} == {INCONNU}


@pytest.mark.parametrize("reste", [{"is_email_confirmed": False}, {"team_id": "T99"}, {"is_stranger": True}, {"deleted": True},
                                   {"is_bot": True}])  # fmt: skip
def test_an_address_that_slack_does_not_vouch_for_opens_nothing(
    robot: Robot, serveur: FauxSlack, reste: dict[str, Any]
) -> None:
    serveur.connait(REFERENT, "referent.bfc@exemple.invalid", **reste)
    livre(robot, direct("gains BFC 2021"))
    attend(robot)
    assert [d["text"] for d in serveur.dits] == [conversation.INCONNU]


def test_an_identifier_given_in_the_folder_wins_over_the_address(region: Region, maison: Maison) -> None:
    personnes = dict(region.dossier.personnes)
    nom = "referent.bfc@exemple.invalid"
    personnes[nom] = replace(personnes[nom], slack="U777")
    dossier = replace(region.dossier, personnes=personnes)
    with maison.vue() as vue:
        v = Vue(vue.db, dossier, vue.au)
        assert conversation.qui(Profil("U777", "autre@ailleurs.invalid"), v) == personnes[nom]
        assert conversation.qui(Profil("U778", nom), v) is None, "the same address on another account is somebody else"
        assert conversation.qui(Profil("U778", "DGOS@exemple.invalid"), v) == personnes["dgos@exemple.invalid"]
        assert conversation.qui(Profil("", ""), v) is None


def test_a_refusal_says_no_figure(robot: Robot, serveur: FauxSlack) -> None:
    serveur.connait("U02", "directeur.bfc-06@exemple.invalid")
    livre(robot, commande("gains GHT Jura 2021", serveur, auteur="U02"))
    attend(robot)
    (dit,) = serveur.dits
    assert "pas ouvert à votre profil" in dit["text"]
    assert not any(c.isdigit() for c in dit["text"] + str([b["text"]["text"] for b in dit["blocks"]]))


# When Slack misbehaves


@pytest.mark.parametrize("panne", ["429 1", "500", "coupe"])
@pytest.mark.parametrize("ou", ["users.info", "chat.postEphemeral"])
def test_a_passing_fault_of_slack_is_tried_again(
    robot: Robot, serveur: FauxSlack, panne: str, ou: str, sans_attendre: None
) -> None:
    serveur.pannes[ou] = [panne]
    livre(robot, mention("gains BFC 2021"))
    attend(robot)
    (dit,) = serveur.dits
    assert dit["text"].startswith("3\u202f601")


def test_a_passing_fault_at_the_address_of_a_command_is_tried_again(
    robot: Robot, serveur: FauxSlack, sans_attendre: None
) -> None:
    serveur.pannes["reponse"] = ["500", "429 1"]
    livre(robot, commande("gains BFC 2021", serveur))
    attend(robot)
    assert len(serveur.dits) == 1


@pytest.mark.parametrize("panne", ["html", "lent 2", "500", "429 3600", "refus fatal_error"])
def test_a_lasting_fault_is_one_sentence_with_a_reference_that_is_in_the_log(
    robot: Robot, serveur: FauxSlack, panne: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None) if panne == "500" else None
    monkeypatch.setattr(robot.app.client, "timeout", 1)
    serveur.pannes["users.info"] = [panne] * 9
    livre(robot, direct("gains BFC 2021"))
    attend(robot)
    (dit,) = serveur.dits
    (reference,) = re.findall(r"[0-9a-f]{8}", dit["text"])
    assert f"référence {reference}" in caplog.text
    assert "Traceback" not in json.dumps(dit)


def test_an_answer_that_does_not_pass_is_in_the_log_and_stops_nothing(
    robot: Robot, serveur: FauxSlack, caplog: pytest.LogCaptureFixture
) -> None:
    serveur.pannes["chat.postMessage"] = ["refus channel_not_found"]
    livre(robot, direct("gains BFC 2021"))
    livre(robot, mention("gains BFC 2021"))
    attend(robot)
    assert len(serveur.dits) == 1
    assert "channel_not_found" in caplog.text


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "account_inactive"])
def test_a_revoked_token_is_one_clear_sentence(serveur: FauxSlack, maison: Maison, code: str) -> None:
    serveur.pannes["auth.test"] = [f"refus {code}"]
    with pytest.raises(UserError, match=rf"^Slack refuse le jeton \({code}\).*VIGIE_SLACK_BOT_TOKEN") as faute:
        socket_mode.robot(Reglages(JETON, PRISE, serveur.adresse), maison)
    assert "Secret" not in str(faute.value)


def test_an_unreachable_slack_is_one_clear_sentence(maison: Maison, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    with pytest.raises(UserError, match=r"^Slack ne répond pas .* VIGIE_SLACK_BASE_URL"):
        socket_mode.robot(Reglages(JETON, PRISE, "http://127.0.0.1:9"), maison)


@pytest.mark.parametrize(("bot", "prise", "dits"), [(None, PRISE, "BOT_TOKEN :"), (JETON, None, "APP_TOKEN :"),
                                                    (None, None, "BOT_TOKEN et VIGIE_SLACK_APP_TOKEN :")])  # fmt: skip
def test_a_missing_setting_is_named(maison: Maison, bot: str | None, prise: str | None, dits: str) -> None:
    with pytest.raises(UserError, match=f"^Il manque VIGIE_SLACK_{dits}"):
        socket_mode.robot(Reglages(bot, prise), maison)


# What never leaves


def test_no_secret_is_ever_written(serveur: FauxSlack, maison: Maison, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the most talkative level, with faults that show what was sent."""
    vu = io.StringIO()
    monkeypatch.setattr("sys.stderr", vu)
    sortie = log.ouvre(logging.DEBUG)
    try:
        r = socket_mode.robot(Reglages(JETON, PRISE, serveur.adresse), maison)
        serveur.pannes["users.info"] = ["html"]
        livre(r, direct("gains BFC 2021"))
        livre(r, mention("gains BFC 2021"))
        attend(r)
        web_api.client(PRISE, serveur.adresse).apps_connections_open(app_token=PRISE)
        logging.getLogger().error("voici %s et wss://x/?ticket=abc-123&app_id=1", JETON)
        try:
            raise RuntimeError(f"jeton {PRISE}")
        except RuntimeError:
            logging.getLogger().exception("faute")
        socket_mode.ferme(r)
    finally:
        logging.getLogger().removeHandler(sortie)
        logging.getLogger().setLevel(logging.WARNING)
    assert len(vu.getvalue()) > 1000
    assert not [s for s in ("SecretDuRobot", "SecretDeLaPrise", "abc-123", JETON, PRISE) if s in vu.getvalue()]
    assert "Secret" not in repr(Reglages(JETON, PRISE))


def test_no_mention_comes_out_of_a_question(robot: Robot, serveur: FauxSlack) -> None:
    livre(robot, direct("zorglub &lt;!channel&gt; @here <!everyone> <https://mechant.invalid|clic>"))
    attend(robot)
    dit = json.dumps(serveur.dits[0], ensure_ascii=False)
    assert not re.search(r"<[!@#h]|@(here|everyone|channel)", dit)
    assert "mechant" not in dit


# Alive or not


def _robot_de_paille(pongs: list[float | None]) -> Robot:
    """A socket that answers pings at these instants, then no longer."""

    class Client:
        auto_reconnect_enabled = True

        def connect(self) -> None:
            pass

        def is_connected(self) -> bool:
            return True

        @property
        def current_session(self) -> SimpleNamespace:
            return SimpleNamespace(last_ping_pong_time=pongs.pop(0) if len(pongs) > 1 else pongs[0])

    return Robot(None, SimpleNamespace(client=Client()), None)  # type: ignore[arg-type]


def _horloge(pas: float) -> Callable[[], float]:
    heure = iter(range(10**6))
    return lambda: next(heure) * pas


def test_a_dead_socket_is_noticed_and_ends_the_bot() -> None:
    signes: list[str] = []
    finie = socket_mode.veille(
        _robot_de_paille([None, 1.0, 2.0, 3.0]), signes.append, threading.Event(), _horloge(1.0), 60.0, 0.01
    )
    assert finie is False
    assert signes[0] == "vivant" or signes[0] == "muet"
    assert signes[-1] == "muet"


def test_a_bot_told_to_stop_stops_well() -> None:
    arret = threading.Event()
    pongs: list[float | None] = [float(n) for n in range(10**4)]
    signes: list[str] = []

    def signe(etat: str) -> None:
        signes.append(etat)
        arret.set()

    assert socket_mode.veille(_robot_de_paille(pongs), signe, arret, _horloge(0.001), 60.0, 0.01) is True
    assert signes == ["vivant"]


def test_events_are_forgotten_after_a_week_and_the_last_sign_is_kept(maison: Maison, serveur: FauxSlack) -> None:
    with maison.vue() as vue:
        assert registre_du_chat.prend(vue.db, ["a", "b"], MIDI)
        assert not registre_du_chat.prend(vue.db, ["b", "c"], MIDI)
        assert registre_du_chat.prend(vue.db, ["a"], MIDI.replace(month=4, day=8))
        for etat in ("vivant", "muet", "arrêté"):
            registre_du_chat.fait_signe(vue.db, "essai", etat, MIDI)
        assert registre_du_chat.dernier_signe(vue.db, "essai") == (MIDI, "arrêté")
        assert registre_du_chat.dernier_signe(vue.db, "autre") is None


# Installing


def test_the_manifest_asks_for_what_the_bot_needs_and_nothing_more() -> None:
    manifeste = (RACINE / "docs" / "slack-manifest.yaml").read_text(encoding="utf-8")
    bloc = manifeste.partition("scopes:")[2].partition("settings:")[0]
    assert sorted(re.findall(r"^\s+- ([\w:.]+)$", bloc, re.MULTILINE)) == sorted(web_api.SCOPES)
    assert re.findall(r"^\s+- (app_home_opened|app_mention|message\.im)$", manifeste, re.MULTILINE) == [
        "app_home_opened", "app_mention", "message.im"]  # fmt: skip
    assert f"command: {socket_mode.COMMANDE}" in manifeste
    assert "socket_mode_enabled: true" in manifeste


def test_doctor_names_each_scope_that_is_missing(serveur: FauxSlack) -> None:
    serveur.scopes = "app_mentions:read,commands, im:history,im:write,users:read"
    bons, soucis = web_api.examine(Reglages(JETON, PRISE, serveur.adresse))
    assert [re.findall("« (.+?) »", s) for s in soucis] == [
        ["chat:write"], ["files:read"], ["files:write"], ["users:read.email"]]  # fmt: skip
    assert any("Socket Mode" in b for b in bons)
    serveur.scopes = ",".join(web_api.SCOPES)
    assert web_api.examine(Reglages(JETON, PRISE, serveur.adresse))[1] == []


def test_doctor_says_which_token_is_missing_and_what_is_refused(serveur: FauxSlack) -> None:
    assert web_api.examine(Reglages(JETON, None, serveur.adresse))[1] == [
        "Il manque le réglage VIGIE_SLACK_APP_TOKEN (ou VIGIE_SLACK_APP_TOKEN_FILE)."
    ]
    serveur.pannes = {"auth.test": ["refus invalid_auth"], "apps.connections.open": ["refus missing_scope"]}
    _, (robot, prise) = web_api.examine(Reglages(JETON, PRISE, serveur.adresse))
    assert robot.startswith("Slack refuse le jeton (invalid_auth)")
    assert prise.startswith("Il manque à l'application Slack le droit")


@pytest.mark.parametrize(("donnee", "attendue"), [
    (None, "https://slack.com/api/"), ("http://127.0.0.1:3100", "http://127.0.0.1:3100/api/"),
    ("http://127.0.0.1:3100/api", "http://127.0.0.1:3100/api/"), ("http://h/x/api/", "http://h/x/api/"),
])  # fmt: skip
def test_the_address_may_be_given_with_or_without_its_path(donnee: str | None, attendue: str) -> None:
    assert web_api.base(donnee) == attendue
