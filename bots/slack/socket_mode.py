"""Bolt wiring in Socket Mode: a slash command, a mention, a direct message, a button → an answer. Never words one.

Slack wants an acknowledgement within three seconds and delivers again what it is unsure of: everything is acknowledged
at once, and every event is claimed in the register before it is answered.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from threading import Event
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bots.log import confie
from bots.slack import (
    blocks,
    conversation,
    direct_messages,
    dropped_trame,
    handing_over,
    home_tab_events,
    shared_files,
    web_api,
)
from bots.slack.blocks import Message
from bots.slack.conversation import Evenement, Maison, Repond
from bots.slack.handing_over import Send
from bots.slack.home_tab_events import Bureau
from bots.slack.shared_files import Prive
from bots.slack.web_api import Reglages
from config.errors import UserError
from config.rights import Personne
from reports.view import Vue
from sheets.register import claimed_events as registre

COMMANDE = "/vigie"
BATTEMENT = 5.0
"""Seconds between two looks at the socket; its own pings go at the same pace."""
PATIENCE = 90.0
"""Seconds without a word from Slack, reconnections included, after which the bot gives up rather than look alive."""
ECRIT = 30.0
"""Seconds between two signs of life in the register."""
REPONDEURS = 3
"""Threads that answer: one interpreter works out one answer at a time, the others wait for Slack meanwhile."""
CATCH_UP = 60.0
"""Seconds between two looks at the questions that are still without an answer."""
TRIES = 5
"""How often an answer that Slack refuses is tried again, before its asker is told."""
ASKING = (None, "me_message", "thread_broadcast")
"""The kinds of message in which someone may ask: an ordinary one, « /me », a thread's also sent to the channel."""
QUOTED = 80
INTERRUPTED = (
    "J'ai été interrompu en répondant à votre question{quoi}. Si ma réponse ne vous est pas parvenue, reposez-la."
)
journal = logging.getLogger("vigie.slack")


@dataclass(frozen=True)
class Robot:
    """A bot wired and not yet connected."""

    app: App
    prise: SocketModeHandler
    repondeurs: ThreadPoolExecutor
    catch_up: Callable[[], None] = lambda: None
    """Answers what is still without an answer."""


class SurPlace(Executor):
    """Runs a listener where it was called: it acknowledges and hands its work over, so nothing waits behind an answer."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        fini: Future[Any] = Future()
        fini.set_result(fn(*args, **kwargs))  # Bolt catches and logs what a listener raises
        return fini


def robot(reglages: Reglages, maison: Maison, battement: float = BATTEMENT) -> Robot:
    """Wire the bot. Raises UserError when a token is missing or refused, in a sentence without the token."""
    if reglages.manquants:
        raise UserError(
            f"Il manque {web_api.noms(reglages.manquants)} : voyez docs/installer-slack.md, puis vigie doctor."
        )
    web = web_api.client(reglages.bot, reglages.adresse)
    try:
        equipe = str(web.auth_test()["team_id"])
    except Exception as faute:
        raise UserError(web_api.dit(faute)) from faute
    repondeurs = ThreadPoolExecutor(REPONDEURS, "vigie-slack")
    app = App(client=web, logger=journal, listener_executor=SurPlace(), token_verification_enabled=False)
    reponses = Reponses(web, maison, equipe)
    _ecoute(app, reponses, repondeurs)
    home_tab_events.ecoute(app, Bureau(web, maison, equipe), repondeurs)
    direct_messages.ecoute(app, web, maison, equipe, repondeurs)
    prise = SocketModeHandler(
        app, reglages.app, journal, web_api.client(reglages.app, reglages.adresse), ping_interval=battement
    )
    return Robot(app, prise, repondeurs, partial(confie, repondeurs, reponses.catch_up))


@dataclass(frozen=True)
class Reponses:
    """What every kind of event does once it is acknowledged."""

    web: WebClient
    maison: Maison
    equipe: str

    def commande(self, corps: dict[str, Any], *, again: bool = False) -> None:
        """A slash command is answered to its author alone, at the address that comes with it."""
        qui = corps["user_id"]
        evenement = Evenement(
            (f"commande/{corps['trigger_id']}",), qui, corps.get("text") or "", _kept("commande", corps)
        )
        self._repond(evenement, handing_over.at_address(self.web, corps["response_url"], qui), again=again)

    def message(self, corps: dict[str, Any], *, again: bool = False) -> None:
        """A mention is answered where it stands, to its author alone; a direct message and a file, in the open there.

        What Slack shows to one reader of a channel is not kept: an answer that comes late goes to their own messages.
        """
        e = _as_edited(corps["event"])
        prive = e.get("channel_type") == "im" or str(e["channel"]).startswith("D")
        depots = [str(f["id"]) for f in e.get("files") or ()] if prive and e.get("subtype") == "file_share" else []
        if e.get("bot_id") or not e.get("user") or (e.get("subtype") not in ASKING and not depots):
            journal.info("Un message n'est pas une question : %s.", e.get("subtype") or "d'un robot")
            return
        fil = e.get("thread_ts")  # no thread is opened: nobody else would see what hangs there
        edition = f"/{e['edited']['ts']}" if e.get("edited") else ""
        cles = (f"evenement/{corps['event_id']}", f"message/{e['channel']}/{e['ts']}{edition}")
        ici = Prive(e["channel"], fil) if prive else None
        late = again and not prive
        salon, fil = (e["user"], None) if late else (e["channel"], fil)
        envoi = handing_over.in_channel(self.web, salon, fil, e["user"], private=prive or late)
        evenement = Evenement(cles, e["user"], e.get("text") or "", _kept("message", corps))
        self._repond(evenement, envoi, ici, self._juge(depots) if depots else None, again=again)

    def bouton(self, corps: dict[str, Any], *, again: bool = False) -> None:
        """A button asks its question for whoever presses it, with their rights; in a channel, they alone see the answer."""
        action, salon = corps["actions"][0], corps["channel"]["id"]
        contenant = corps.get("message") or {}
        cle = f"bouton/{corps.get('trigger_id') or action.get('action_ts')}"
        evenement = Evenement((cle,), corps["user"]["id"], str(action.get("value") or ""), _kept("bouton", corps))
        if salon.startswith("D") and not contenant.get("ephemeral_to"):
            fil = contenant.get("thread_ts")
            garde = self._garde if str(action["action_id"]).startswith(f"vigie-{dropped_trame.GARDER}") else None
            envoi = handing_over.in_channel(self.web, salon, fil, evenement.auteur, private=True)
            self._repond(evenement, envoi, Prive(salon, fil), garde, again=again)
        else:
            envoi = handing_over.at_address(self.web, corps["response_url"], evenement.auteur)
            self._repond(evenement, envoi, again=again)

    def catch_up(self) -> None:
        """Answer what a process that died, or a Slack that did not answer, left; where the answer may have arrived, say so."""
        with self.maison.vue() as vue:
            left = registre.adopt(vue.db, self.maison.robot)
        for pending in left:
            kind, body = json.loads(pending.corps)
            if pending.may_have_arrived or pending.essais >= TRIES:
                self._tell(pending.cle, kind, body)
            else:
                {"commande": self.commande, "message": self.message, "bouton": self.bouton}[kind](body, again=True)

    def _tell(self, cle: str, kind: str, body: dict[str, Any]) -> None:
        """Say to someone that their answer may not have reached them: it is not said again by itself."""
        e = _as_edited(body["event"]) if kind == "message" else body
        qui = e["user"] if kind == "message" else body["user_id"] if kind == "commande" else body["user"]["id"]
        quoi = conversation.question(str(e.get("text") or ""))[:QUOTED] if kind != "bouton" else ""
        evenement = Evenement((cle,), qui, "")
        try:
            message = blocks.phrase(INTERRUPTED.format(quoi=f" (« {quoi} »)" if quoi else ""))
            handing_over.in_channel(self.web, qui, None, qui, private=True)(message)
        except Exception:
            conversation.panne()
            conversation.follow(self.maison, evenement, "doute")
        else:
            conversation.follow(self.maison, evenement, "dite")

    def _juge(self, depots: list[str]) -> Repond:
        """What answers files that were dropped: the verdict on each."""

        def repond(_texte: str, personne: Personne, vue: Vue, _maintenant: datetime) -> Message:
            lus = [shared_files.lit(self.web, d) for d in depots[: dropped_trame.FICHIERS]]
            return dropped_trame.juge(lus, personne, vue, len(depots) - len(lus))

        return repond

    def _garde(self, texte: str, personne: Personne, vue: Vue, _maintenant: datetime) -> Message:
        """What answers the button under a verdict, which bears the file and the hash of what was judged."""
        identifiant, _, empreinte = texte.partition(" ")
        return dropped_trame.garde(shared_files.lit(self.web, identifiant), empreinte, personne, vue, self.maison.prend)

    def _repond(
        self, evenement: Evenement, envoi: Send, prive: Prive | None = None, repond: Repond | None = None, *,
        again: bool = False,
    ) -> None:  # fmt: skip
        """`prive` is where the question was asked, when nobody else reads there; `repond`, what answers it."""
        profil = partial(web_api.profil, self.web, equipe=self.equipe)
        message = conversation.traite(evenement, self.maison, profil, repond, again=again)
        if message is None:
            return
        conversation.follow(self.maison, evenement, "part")  # from here on, it may have arrived
        if message.pieces:
            message = self._remet(message, evenement.auteur, prive)
        try:
            if message is not None:
                envoi(message)
        except Exception as faute:
            conversation.panne()  # logged: where the answer did not pass, neither would the apology
            conversation.follow(self.maison, evenement, "échec" if isinstance(faute, SlackApiError) else "doute")
        else:
            conversation.follow(self.maison, evenement, "dite")

    def _remet(self, message: Message, auteur: str, prive: Prive | None) -> Message | None:
        try:
            return shared_files.remet(self.web, message, auteur, prive)
        except Exception:
            return conversation.panne()


def _kept(kind: str, body: dict[str, Any]) -> str:
    return json.dumps((kind, body), ensure_ascii=False)


def _as_edited(event: dict[str, Any]) -> dict[str, Any]:
    """The message that a person edited, as it now stands; any other event as it came. What Slack unfurled is no edition."""
    inside, before = event.get("message") or {}, event.get("previous_message") or {}
    if (
        event.get("subtype") != "message_changed"
        or not inside.get("edited")
        or inside.get("text") == before.get("text")
    ):
        return event
    return {**inside, "channel": event["channel"], "channel_type": event.get("channel_type", "")}


def _ecoute(app: App, reponses: Reponses, fil: Executor) -> None:
    """Hand the work over, then acknowledge."""

    @app.command(COMMANDE)
    def commande(ack: Callable[[], None], body: dict[str, Any]) -> None:
        confie(fil, reponses.commande, body)
        ack()

    @app.event("app_mention")
    def mention(body: dict[str, Any]) -> None:
        confie(fil, reponses.message, body)

    @app.event("message")
    def direct(body: dict[str, Any]) -> None:
        if body["event"].get("channel_type") == "im":  # in a channel, only a mention is for us
            confie(fil, reponses.message, body)

    @app.action(re.compile("^vigie-"))
    def bouton(ack: Callable[[], None], body: dict[str, Any]) -> None:
        confie(fil, reponses.bouton, body)
        ack()


def veille(
    r: Robot, signe: Callable[[str], None], arret: Event, montre: Callable[[], float], patience: float = PATIENCE,
    battement: float = BATTEMENT,
) -> bool:  # fmt: skip
    """Connect and watch until asked to stop (True), or until Slack has been silent too long (False).

    `signe` is told « vivant » every now and then while Slack answers our pings, « muet » when it no longer does;
    `montre` is a monotonic clock in seconds. The library reconnects by itself: here its success is checked.
    """
    _connecte(r)
    r.catch_up()
    entendu = ecrit = looked = montre()
    dernier_pong: object = None
    etat = ""
    while not arret.wait(min(battement, 1.0)):
        pong = _pong(r)
        if pong is not None and pong != dernier_pong:
            dernier_pong, entendu = pong, montre()
        maintenant = montre()
        nouveau = "vivant" if maintenant - entendu < 4 * battement and _connecte_a(r) else "muet"
        if nouveau != etat or maintenant - ecrit > ECRIT:
            etat, ecrit = nouveau, maintenant
            signe(etat)
        if nouveau == "vivant" and maintenant - looked > CATCH_UP:
            looked = maintenant
            r.catch_up()
        if maintenant - entendu > patience:
            journal.error("Slack ne répond plus depuis %d secondes ; le robot s'arrête.", patience)
            return False
    return True


def ferme(r: Robot) -> None:
    """Leave Slack; what was being answered is given a moment by whoever calls."""
    r.prise.client.auto_reconnect_enabled = False
    r.repondeurs.shutdown(wait=False, cancel_futures=True)
    r.prise.client.close()


def _connecte(r: Robot) -> None:
    try:
        r.prise.client.connect()
    except Exception as faute:
        raise UserError(web_api.dit(faute)) from faute


def _connecte_a(r: Robot) -> bool:
    return bool(r.prise.client.is_connected())


def _pong(r: Robot) -> object:
    """What changes each time Slack answers a ping; None before the first."""
    session = r.prise.client.current_session
    return None if session is None else session.last_ping_pong_time
