"""Letters by Slack: a direct message that bears its key, looked up before it is ever said again; its two buttons.

Never decides what is said nor to whom. A post that was cut short is not tried again here: it may have arrived.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bots.delivery import DeliveryChannel
from bots.letters import reminder_words
from bots.letters.letter import Letter, SendingError
from bots.log import hand_over
from bots.slack import blocks, conversation, web_api
from bots.slack.conversation import BotHost
from bots.slack.web_api import SlackSettings
from config.errors import UserError
from sheets.register import claimed_events, replies
from sheets.register.acts import Main

MARGIN = timedelta(hours=1)
"""How far before the claim a letter is looked for: Slack's clock is not ours."""
PAGES = 10
REPORT = 3
"""Days of « Me le rappeler dans 3 jours »."""
FINAL_ERRORS = (
    "user_not_found", "users_not_found", "user_disabled", "user_not_visible", "cannot_dm_bot", "channel_not_found",
    "is_archived", "messages_tab_disabled", "user_deactivated", "restricted_action",
)  # fmt: skip
"""What Slack says of someone to whom nothing can be posted; anything else may pass."""
UNKNOWN_ERRORS = ("users_not_found", "user_not_found")
journal = logging.getLogger("vigie.slack")


def delivery_channel(settings: SlackSettings) -> DeliveryChannel:
    """The channel. Only « too many requests » is tried again: Slack did nothing of those."""
    web = WebClient(
        token=settings.bot, base_url=web_api.base(settings.address), timeout=web_api.TIMEOUT,
        retry_handlers=[web_api.BoundedWait(max_retry_count=web_api.ATTEMPTS)],
    )  # fmt: skip
    slack_mail = SlackMail(web)
    return DeliveryChannel(
        "slack", lambda p: slack_mail.account(p.slack, p.email), slack_mail.send, slack_mail.find_sent
    )


@dataclass(frozen=True)
class SlackMail:
    """Slack's side of a channel. Every refusal becomes an `SendingError`, in French."""

    web: WebClient
    accounts: dict[str, str] = field(default_factory=dict)

    def account(self, identifier: str, email: str) -> str:
        """Someone's account, by the folder or by their address; empty when they have none."""
        if identifier or email in self.accounts:
            return identifier or self.accounts[email]
        try:
            found = str(self.web.users_lookupByEmail(email=email)["user"]["id"])
        except SlackApiError as fault:
            if _code(fault) in UNKNOWN_ERRORS:
                return ""
            raise _as_sending_error(fault) from fault
        except Exception as fault:
            raise _as_sending_error(fault) from fault
        self.accounts[email] = found
        return found

    def send(self, letter: Letter) -> str:
        """Post a letter; its attachments follow in its thread. Return « channel/time », Slack's name for it."""
        message = letter_blocks(letter)
        try:
            channel = self._channel(letter.a)
            result = self.web.chat_postMessage(
                channel=channel, text=message.text, blocks=list(message.block_list), unfurl_links=False, unfurl_media=False,
                parse="none", link_names=False,
            )  # fmt: skip
        except Exception as fault:
            raise _as_sending_error(fault) from fault
        self._joint(letter, channel, str(result["ts"]))
        return f"{channel}/{result['ts']}"

    def find_sent(self, key: str, address: str, since: datetime) -> str | None:
        """Slack's name for the letter that bears this key, if it is in that person's direct messages."""
        try:
            channel, cursor = self._channel(address), ""
            for _ in range(PAGES):
                page: dict[str, Any] = self.web.conversations_history(
                    channel=channel, oldest=str((since - MARGIN).timestamp()), limit=200, cursor=cursor or None
                ).data  # type: ignore[assignment]
                for m in page["messages"]:
                    if any(b.get("block_id") == name(key) for b in m.get("blocks", ())):
                        return f"{channel}/{m['ts']}"
                cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
                if not cursor:
                    return None
        except Exception as fault:
            raise _as_sending_error(fault) from fault
        raise SendingError("la conversation est trop longue pour y retrouver le message", is_final=False)

    def _channel(self, account: str) -> str:
        return str(self.web.conversations_open(users=account)["channel"]["id"])

    def _joint(self, letter: Letter, channel: str, thread: str) -> None:
        """Best effort: the letter has arrived, and must not be said again for want of its attachment."""
        for piece in letter.pieces:
            try:
                self.web.files_upload_v2(channel=channel, thread_ts=thread, file=piece.raw_bytes, filename=piece.name)
            except Exception as fault:
                journal.warning("La pièce « %s » n'a pas pu être jointe : %s", piece.name, web_api.said(fault))


def name(key: str) -> str:
    """The name of the block that bears a letter's key."""
    return f"lettre-{key}"


def letter_blocks(letter: Letter) -> blocks.Message:
    """A letter in Block Kit, with its buttons if it can be answered."""
    buttons = [_buttons(letter.key)] if letter.takes_replies else []
    return blocks.letter(letter.mail_subject, letter.text, name(letter.key), buttons)


def _buttons(key: str) -> blocks.Block:
    words = {"noter": "Prendre en compte", "reporter": f"Me le rappeler dans {REPORT} jours"}
    elements = [
        {"type": "button", "action_id": f"rappel-{what}", "value": key,
         "text": {"type": "plain_text", "text": said, "emoji": False}}
        for what, said in words.items()
    ]  # fmt: skip
    return {"type": "actions", "block_id": "rappel", "elements": elements}


def listen(app: App, web: WebClient, host: BotHost, team: str, thread: Executor) -> None:
    """Take the two buttons: acknowledge at once, act once, say what was done in the letter's thread."""

    def reply_in_thread(body: dict[str, Any]) -> None:
        said = takes_replies(body, host, lambda who: web_api.profile(web, who, team))
        if said:
            web.chat_postMessage(
                channel=body["channel"]["id"],
                thread_ts=body["message"]["ts"],
                text=said.text,
                blocks=list(said.block_list),
            )

    @app.action(re.compile("^rappel-"))
    def button(ack: Callable[[], None], body: dict[str, Any]) -> None:
        hand_over(thread, reply_in_thread, body)
        ack()


def takes_replies(
    body: dict[str, Any], host: BotHost, profile: Callable[[str], conversation.Profile]
) -> blocks.Message | None:
    """What is said to someone who pressed a button of a letter; None when that press was taken already."""
    action = body["actions"][0]
    try:
        with host.view() as view:
            key = f"bouton/{body.get('trigger_id') or action.get('action_ts')}"
            if not claimed_events.take(view.db, (key,), host.current_time()):
                return None
            person = conversation.who(profile(body["user"]["id"]), view)
            if person is None:
                return conversation.welcome_sentence()
            main = Main(view.db, view.folder, person, host.current_time())
            if action["action_id"] == "rappel-reporter":
                return blocks.sentence(reminder_words.put_off(replies.put_off(main, action["value"], REPORT)))
            replies.note(main, action["value"])
            return blocks.sentence(reminder_words.NOTE)
    except UserError as fault:
        return blocks.sentence(str(fault))
    except Exception:
        return conversation.breakdown()


def _code(fault: SlackApiError) -> str:
    return str(fault.response.get("error", "")) if isinstance(fault.response.data, dict) else ""


def _as_sending_error(fault: Exception) -> SendingError:
    is_final = isinstance(fault, SlackApiError) and _code(fault) in FINAL_ERRORS
    if is_final:
        assert isinstance(fault, SlackApiError)
        return SendingError(f"Slack n'accepte plus de message pour cette personne ({_code(fault)})", is_final=True)
    return SendingError(web_api.said(fault), is_final=False)
