"""Hands an answer to Slack, to its asker alone: with its blocks, else as plain text, where it was asked, else in their own
messages. Words nothing else.

An answer that Slack finds ill-formed or too long, or whose address has expired, still reaches the person.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from bots.slack import web_api
from bots.slack.blocks import Message

ILL_FORMED = ("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long")
"""What Slack says of blocks or of a text that it does not take."""
PLAIN = 3_900
"""Characters of a message without blocks: beyond four thousand, Slack cuts it where it likes."""
CUT = "… (réponse coupée : posez une question plus précise)"
journal = logging.getLogger("vigie.slack")

Send = Callable[[Message], None]


def in_channel(web: WebClient, channel: str, thread: str | None, asker: str, *, private: bool) -> Send:
    """Post where it was asked, for its asker alone: in the open when `private`, which says that nobody else reads there."""

    def post(message: Message, content: dict[str, Any]) -> None:
        common = {"channel": channel, "thread_ts": thread, **content}
        if private:
            web.chat_postMessage(**common, unfurl_links=False, unfurl_media=False, parse="none", link_names=False)
        else:
            web.chat_postEphemeral(user=asker, **common)

    def send(message: Message) -> None:
        try:
            post(message, {"text": message.text, "blocks": list(message.block_list)})
        except SlackApiError as fault:
            if code(fault) not in ILL_FORMED:
                raise
            journal.warning("Slack n'a pas pris une réponse (%s) : elle part en texte seul.", code(fault))
            post(message, {"text": plain(message)})

    return send


def at_address(web: WebClient, address: str, asker: str) -> Send:
    """Answer at the address that came with the question, which lasts half an hour; past it, in the asker's own messages."""

    def send(message: Message) -> None:
        client = WebhookClient(address, timeout=web_api.TIMEOUT, retry_handlers=web_api.retries())
        common: dict[str, Any] = {"response_type": "ephemeral", "replace_original": False}
        answer = client.send(text=message.text, blocks=list(message.block_list), **common)
        if answer.status_code != 200 and any(word in str(answer.body) for word in ILL_FORMED):
            answer = client.send(text=plain(message), **common)
        if answer.status_code != 200:
            journal.warning("Slack n'a pas pris une réponse à son adresse (HTTP %s) : en privé.", answer.status_code)
            in_channel(web, asker, None, asker, private=True)(message)

    return send


def plain(message: Message) -> str:
    """What the blocks of a message say, as one text that Slack takes."""
    said = "\n".join(_texts(message.block_list)) or message.text
    return said if len(said) <= PLAIN else f"{said[: PLAIN - len(CUT)].rstrip()}{CUT}"


def _texts(blocks: Any) -> Iterator[str]:
    for block in blocks:
        if block.get("type") in ("section", "header"):
            yield from (str(t["text"]) for t in (block.get("text"), *block.get("fields", ())) if isinstance(t, Mapping))
        elif block.get("type") == "context":
            yield from (str(e["text"]) for e in block["elements"] if "text" in e)


def code(fault: SlackApiError) -> str:
    """The word by which Slack names what it refuses."""
    return str(fault.response.get("error", "")) if isinstance(fault.response.data, dict) else ""
