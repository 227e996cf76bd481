"""The home tab and the forms on Slack, with Python alone: what is published and opened, once, and when Slack misbehaves."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import BoltRequest

from bots.slack import conversation, modals, socket_mode
from bots.slack.conversation import Maison
from bots.slack.socket_mode import Robot
from bots.slack.web_api import Reglages
from reports.view import Vue
from sheets.register.database import ouvre
from tests.fake_slack import FauxSlack, faux_slack, sans_depot
from tests.region import Region, nouvelle
from tests.test_blocks import MIDI, relit
from tests.test_bureau import rempli, verifie_modale
from tests.test_slack import INCONNU, JETON, PRISE, REFERENT, attend
from tests.workshop import en_janvier

GHT = "U02DIR"
LIGNE = "2021-annuelle/390780146/0002"


@pytest.fixture
def region(tmp_path: Path) -> Region:
    region = nouvelle(tmp_path).le(date(2022, 3, 1))
    region.envoie("Jura.xlsx", "BFC-08", "2021-annuelle", {"390780146": [
        en_janvier(4321), en_janvier(98_765, montant_reference=1000),
    ]})  # fmt: skip
    region.db.close()
    return region


@pytest.fixture
def salon(region: Region) -> Iterator[tuple[Robot, FauxSlack, Region]]:
    @contextmanager
    def vue() -> Iterator[Vue]:
        db = ouvre(region.ou / "vigie.sqlite")
        try:
            yield Vue(db, region.dossier, MIDI.date())
        finally:
            db.close()

    with faux_slack() as serveur:
        serveur.connait(REFERENT, "referent.bfc@exemple.invalid", is_email_confirmed=True)
        serveur.connait(GHT, "directeur.bfc-08@exemple.invalid", is_email_confirmed=True)
        serveur.connait(INCONNU, "quelqu-un@ailleurs.invalid", is_email_confirmed=True)
        robot = socket_mode.robot(Reglages(JETON, PRISE, serveur.adresse), Maison(vue, lambda: MIDI, sans_depot))
        yield robot, serveur, region
        socket_mode.ferme(robot)


def livre(robot: Robot, corps: dict[str, Any]) -> Any:
    """Hand an envelope's payload to the application; what it acknowledges with comes back."""
    rendu = robot.app.dispatch(BoltRequest(body=corps, mode="socket_mode"))
    assert rendu.status == 200
    return json.loads(rendu.body) if rendu.body else None


def actes(region: Region) -> list[tuple[str, str, str]]:
    """(what, by whom, why) of everything that was done."""
    db = ouvre(region.ou / "vigie.sqlite")
    try:
        return [(a["genre"], a["par"], a["motif"]) for a in db["actes"].rows]
    finally:
        db.close()


def ouverture(qui: str = REFERENT, onglet: str = "home") -> dict[str, Any]:
    evenement = {"type": "app_home_opened", "user": qui, "channel": "D01", "tab": onglet, "event_ts": "1.1"}
    return {"type": "event_callback", "team_id": "T01", "event_id": "EvH", "event": evenement}


def geste(valeur: str, qui: str = REFERENT, numero: str = "t1", nom: str = "bureau-geste") -> dict[str, Any]:
    """A button, as the home tab sends it."""
    return {"type": "block_actions", "user": {"id": qui, "team_id": "T01"}, "team": {"id": "T01"}, "trigger_id": numero,
            "container": {"type": "view", "view_id": "V0"},
            "actions": [{"type": "button", "action_id": nom, "block_id": "b", "value": valeur}]}  # fmt: skip


def choisit(valeur: str, numero: str = "t1") -> dict[str, Any]:
    """The same as an overflow menu or a list sends it."""
    corps = geste(valeur, numero=numero)
    corps["actions"] = [
        {"type": "overflow", "action_id": "bureau-geste", "block_id": "b", "selected_option": {"value": valeur}}
    ]
    return corps


def envoi(vue: dict[str, Any], qui: str = REFERENT) -> dict[str, Any]:
    return {"type": "view_submission", "user": {"id": qui, "team_id": "T01"}, "team": {"id": "T01"}, "trigger_id": "t9",
            "view": {**vue, "type": "modal"}}  # fmt: skip


def test_opening_the_home_tab_publishes_it_for_whoever_opens_it(salon: tuple[Robot, FauxSlack, Region]) -> None:
    robot, serveur, _ = salon
    for qui in (REFERENT, GHT, INCONNU):
        livre(robot, ouverture(qui))
    livre(robot, ouverture(onglet="messages"))
    attend(robot)
    publies = {p["user_id"]: p["view"] for p in serveur.corps("views.publish")}
    assert {v["type"] for v in publies.values()} == {"home"}
    for v in publies.values():
        relit(v["blocks"], 100)
    assert publies[REFERENT]["blocks"][0]["text"]["text"] == "Bourgogne-Franche-Comté : 11 choses à faire"
    assert publies[GHT]["blocks"][0]["text"]["text"] == "GHT Jura : 4 choses à faire"
    assert [b["text"]["text"] for b in publies[INCONNU]["blocks"]] == [conversation.INCONNU]
    assert len(serveur.corps("views.publish")) == 3


def test_from_a_button_to_the_act_and_the_home_follows(salon: tuple[Robot, FauxSlack, Region]) -> None:
    robot, serveur, region = salon
    livre(robot, geste(f"decider {LIGNE}"))
    attend(robot)
    (ouverte,) = serveur.corps("views.open")
    assert ouverte["trigger_id"] == "t1"
    verifie_modale(ouverte["view"])
    refus = livre(robot, envoi(rempli(ouverte["view"], sens="retenir", motif=" ")))
    assert refus == {
        "response_action": "errors",
        "errors": {"motif": "Un motif est demandé : il se lira partout où se lit le chiffre."},
    }
    attend(robot)
    assert serveur.corps("views.publish") == [], "nothing was done"
    fait = livre(robot, envoi(rempli(ouverte["view"], sens="retenir", motif="marché relu")))
    assert fait["response_action"] == "update"
    assert "gardée" in fait["view"]["blocks"][0]["text"]["text"]
    attend(robot)
    assert "Trancher" not in json.dumps(serveur.corps("views.publish")[-1])
    assert actes(region) == [("retenir", "referent.bfc@exemple.invalid", "marché relu")]


def test_what_slack_delivers_twice_opens_one_form_and_writes_one_act(salon: tuple[Robot, FauxSlack, Region]) -> None:
    robot, serveur, region = salon
    for _ in range(3):
        livre(robot, choisit("prolonger 2021-annuelle/BFC-08"))
    attend(robot)
    (ouverte,) = serveur.corps("views.open")
    rempli_ = envoi(rempli(ouverte["view"], jusqu_au="2022-04-15", motif="grève"))
    dits = [livre(robot, rempli_)["view"]["blocks"][0]["text"]["text"] for _ in range(2)]
    assert "portée au 15/04/2022" in dits[0]
    assert dits[1] == modals.DEJA
    assert len(actes(region)) == 1


def test_somebody_unknown_opens_and_sends_nothing(salon: tuple[Robot, FauxSlack, Region]) -> None:
    robot, serveur, region = salon
    livre(robot, geste(f"decider {LIGNE}"))
    attend(robot)
    livre(robot, geste(f"decider {LIGNE}", qui=INCONNU, numero="t2"))
    attend(robot)
    vraie, refus = (o["view"] for o in serveur.corps("views.open"))
    assert conversation.INCONNU in json.dumps(refus, ensure_ascii=False)
    fait = livre(robot, envoi(rempli(vraie, sens="retenir", motif="moi"), qui=INCONNU))
    assert fait["view"]["blocks"][0]["text"]["text"] == conversation.INCONNU
    assert actes(region) == []


def test_a_page_of_the_home_follows_another(salon: tuple[Robot, FauxSlack, Region]) -> None:
    robot, serveur, _ = salon
    livre(robot, geste("10 2021-annuelle/BFC", nom="bureau-page-suite"))
    attend(robot)
    publiee = json.dumps(serveur.corps("views.publish")[0])
    assert publiee.count("overflow") == 1
    assert "Revenir au d" in publiee


def test_a_form_that_slack_no_longer_takes_is_said_in_a_direct_message(
    salon: tuple[Robot, FauxSlack, Region], caplog: pytest.LogCaptureFixture
) -> None:
    robot, serveur, _ = salon
    serveur.pannes["views.open"] = ["refus expired_trigger_id"]
    livre(robot, geste(f"decider {LIGNE}"))
    attend(robot)
    (dit,) = serveur.corps("chat.postMessage")
    assert dit["channel"] == REFERENT
    assert "Réessayez" in dit["text"]
    assert "expired_trigger_id" in caplog.text


def test_a_fault_of_ours_while_sending_is_one_sentence_in_place_of_the_form(
    salon: tuple[Robot, FauxSlack, Region], monkeypatch: pytest.MonkeyPatch
) -> None:
    robot, serveur, _ = salon
    livre(robot, geste(f"decider {LIGNE}"))
    attend(robot)
    vue = serveur.corps("views.open")[0]["view"]
    monkeypatch.setattr("bots.slack.modals.soumet", lambda *_: 1 / 0)
    dit = livre(robot, envoi(rempli(vue, sens="retenir", motif="relu")))
    assert "donnez cette référence" in dit["view"]["blocks"][0]["text"]["text"]
    monkeypatch.setattr("bots.slack.home_tab.accueil", lambda *_: 1 / 0)
    livre(robot, ouverture())
    attend(robot)
    assert "donnez cette référence" in json.dumps(serveur.corps("views.publish")[-1], ensure_ascii=False)


def ensemble(robot: Robot, envois: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What each of several sendings gets, all handed over at the same instant."""
    porte = threading.Barrier(len(envois))

    def un(corps: dict[str, Any]) -> dict[str, Any]:
        porte.wait(10)
        rendu: dict[str, Any] = livre(robot, corps)
        return rendu

    with ThreadPoolExecutor(len(envois)) as fils:
        return list(fils.map(un, envois))


def test_the_same_form_taken_by_several_threads_at_once_is_done_once(salon: tuple[Robot, FauxSlack, Region]) -> None:
    robot, serveur, region = salon
    livre(robot, geste(f"decider {LIGNE}"))
    attend(robot)
    rempli_ = envoi(rempli(serveur.corps("views.open")[0]["view"], sens="retenir", motif="relu"))
    dits = [r["view"]["blocks"][0]["text"]["text"] for r in ensemble(robot, [rempli_] * 6)]
    assert dits.count(modals.DEJA) == 5
    assert len(actes(region)) == 1


def test_of_two_people_who_decide_at_once_the_second_is_told_and_writes_nothing(
    salon: tuple[Robot, FauxSlack, Region],
) -> None:
    robot, serveur, region = salon
    serveur.connait("U04DGOS", "dgos@exemple.invalid", is_email_confirmed=True)
    livre(robot, geste(f"decider {LIGNE}"))
    livre(robot, geste(f"decider {LIGNE}", qui="U04DGOS", numero="t2"))
    attend(robot)
    vues = [o["view"] for o in serveur.corps("views.open")]
    envois = [
        envoi({**rempli(vue, sens=sens, motif="relu"), "id": f"V{sens}"}, qui=qui)
        for vue, sens, qui in zip(vues, ("retenir", "retirer"), (REFERENT, "U04DGOS"), strict=True)
    ]
    dits = [r["view"]["blocks"][0]["text"]["text"] for r in ensemble(robot, envois)]
    assert dits.count(modals.CHANGE) == 1
    assert len(actes(region)) == 1
