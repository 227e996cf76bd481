"""Bolt wiring of the home tab and of the forms: who opens, presses or sends → what is published. Never words anything."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from bots.log import hand_over
from bots.slack import conversation, home_tab, modals, web_api
from bots.slack.conversation import BotHost
from bots.slack.home_tab import HomePage
from reports.view import View
from sheets.register import claimed_events as register
from sheets.register.acts import Main


@dataclass(frozen=True)
class HomeTab:
    """What the home tab and its forms do once acknowledged."""

    web: WebClient
    host: BotHost
    team: str

    def publish(self, who: str, page: HomePage | None = None) -> None:
        """Put someone's home tab in place: as it is now, whoever published it last."""
        try:
            with self.host.view() as view:
                main = self._main(who, view)
                block_list = (
                    home_tab.home_blocks(main, view, page) if main else conversation.welcome_sentence().block_list
                )
        except Exception:
            block_list = conversation.breakdown().block_list
        try:
            self.web.views_publish(user_id=who, view={"type": "home", "blocks": list(block_list)})
        except Exception:
            conversation.breakdown()  # logged: there is nowhere else to say it

    def gesture(self, body: Mapping[str, Any]) -> None:
        """Open the form that a button or a list names. Slack takes it within three seconds of the gesture."""
        who, action = body["user"]["id"], body["actions"][0]
        chosen = action.get("selected_option") or action
        key, _, target = str(chosen.get("value") or "").partition(" ")
        try:
            with self.host.view() as view:
                if not register.take(view.db, [f"bouton/{body['trigger_id']}"], self.host.current_time()):
                    return
                main = self._main(who, view)
                form_view = (
                    modals.open_form(key, target, main, view)
                    if main
                    else modals.said("Bonjour", conversation.UNKNOWN_PERSON)
                )
            self.web.views_open(trigger_id=body["trigger_id"], view=form_view)
        except Exception:
            self._apologise(who)

    def submit_form(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Do what a form asks; what it says takes the place of the form, which stays open when something is to be mended."""
        try:
            with self.host.view() as view:
                main = self._main(body["user"]["id"], view)
                if main is None:
                    return modals.replace_modal(modals.said("Bonjour", conversation.UNKNOWN_PERSON))
                return modals.submit(body["view"], main, view)
        except Exception:
            return modals.replace_modal(modals.said("Impossible", conversation.breakdown().text))

    def _main(self, who: str, view: View) -> Main | None:
        person = conversation.who(web_api.profile(self.web, who, self.team), view)
        return Main(view.db, view.folder, person, self.host.current_time()) if person else None

    def _apologise(self, who: str) -> None:
        message = conversation.breakdown()
        try:
            self.web.chat_postMessage(channel=who, text=message.text, blocks=list(message.block_list))
        except Exception:
            conversation.breakdown()


def listen(app: App, b: HomeTab, executor: Executor) -> None:
    """Acknowledge, then do; a form is answered in its acknowledgement, and the home tab follows."""

    @app.event("app_home_opened")
    def home_blocks(body: dict[str, Any]) -> None:
        if body["event"].get("tab") == "home":
            hand_over(executor, b.publish, body["event"]["user"])

    @app.action(re.compile("^bureau-page-"))
    def page(ack: Callable[[], None], body: dict[str, Any]) -> None:
        hand_over(executor, b.publish, body["user"]["id"], HomePage.page_from(str(body["actions"][0]["value"])))
        ack()

    @app.action("bureau-geste")
    def gesture(ack: Callable[[], None], body: dict[str, Any]) -> None:
        hand_over(executor, b.gesture, body)
        ack()

    @app.view(modals.FORM_CALLBACK)
    def submit_form(ack: Callable[..., None], body: dict[str, Any]) -> None:
        result = b.submit_form(body)
        ack(**result)
        if result["response_action"] != "errors":
            hand_over(executor, b.publish, body["user"]["id"])
