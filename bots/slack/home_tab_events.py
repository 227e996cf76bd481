"""Bolt wiring of the home tab and of the forms: who opens, presses or sends → what is published. Never words anything."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from bots.log import confie
from bots.slack import conversation, home_tab, modals, web_api
from bots.slack.conversation import Maison
from bots.slack.home_tab import Page
from reports.view import Vue
from sheets.register import claimed_events as registre
from sheets.register.acts import Main


@dataclass(frozen=True)
class Bureau:
    """What the home tab and its forms do once acknowledged."""

    web: WebClient
    maison: Maison
    equipe: str

    def publie(self, qui: str, page: Page | None = None) -> None:
        """Put someone's home tab in place: as it is now, whoever published it last."""
        try:
            with self.maison.vue() as vue:
                main = self._main(qui, vue)
                blocs = home_tab.accueil(main, vue, page) if main else conversation.phrase_d_accueil().blocs
        except Exception:
            blocs = conversation.panne().blocs
        try:
            self.web.views_publish(user_id=qui, view={"type": "home", "blocks": list(blocs)})
        except Exception:
            conversation.panne()  # logged: there is nowhere else to say it

    def geste(self, corps: Mapping[str, Any]) -> None:
        """Open the form that a button or a list names. Slack takes it within three seconds of the gesture."""
        qui, action = corps["user"]["id"], corps["actions"][0]
        choisi = action.get("selected_option") or action
        cle, _, cible = str(choisi.get("value") or "").partition(" ")
        try:
            with self.maison.vue() as vue:
                if not registre.prend(vue.db, [f"bouton/{corps['trigger_id']}"], self.maison.maintenant()):
                    return
                main = self._main(qui, vue)
                vue_ = modals.ouvre(cle, cible, main, vue) if main else modals.dit("Bonjour", conversation.INCONNU)
            self.web.views_open(trigger_id=corps["trigger_id"], view=vue_)
        except Exception:
            self._s_excuse(qui)

    def envoi(self, corps: Mapping[str, Any]) -> dict[str, Any]:
        """Do what a form asks; what it says takes the place of the form, which stays open when something is to be mended."""
        try:
            with self.maison.vue() as vue:
                main = self._main(corps["user"]["id"], vue)
                if main is None:
                    return modals.a_la_place(modals.dit("Bonjour", conversation.INCONNU))
                return modals.soumet(corps["view"], main, vue)
        except Exception:
            return modals.a_la_place(modals.dit("Impossible", conversation.panne().texte))

    def _main(self, qui: str, vue: Vue) -> Main | None:
        personne = conversation.qui(web_api.profil(self.web, qui, self.equipe), vue)
        return Main(vue.db, vue.dossier, personne, self.maison.maintenant()) if personne else None

    def _s_excuse(self, qui: str) -> None:
        message = conversation.panne()
        try:
            self.web.chat_postMessage(channel=qui, text=message.texte, blocks=list(message.blocs))
        except Exception:
            conversation.panne()


def ecoute(app: App, b: Bureau, fil: Executor) -> None:
    """Acknowledge, then do; a form is answered in its acknowledgement, and the home tab follows."""

    @app.event("app_home_opened")
    def accueil(body: dict[str, Any]) -> None:
        if body["event"].get("tab") == "home":
            confie(fil, b.publie, body["event"]["user"])

    @app.action(re.compile("^bureau-page-"))
    def page(ack: Callable[[], None], body: dict[str, Any]) -> None:
        confie(fil, b.publie, body["user"]["id"], Page.lue(str(body["actions"][0]["value"])))
        ack()

    @app.action("bureau-geste")
    def geste(ack: Callable[[], None], body: dict[str, Any]) -> None:
        confie(fil, b.geste, body)
        ack()

    @app.view(modals.APPEL)
    def envoi(ack: Callable[..., None], body: dict[str, Any]) -> None:
        rendu = b.envoi(body)
        ack(**rendu)
        if rendu["response_action"] != "errors":
            confie(fil, b.publie, body["user"]["id"])
