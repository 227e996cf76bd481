"""Files in the chat of Slack: those of an answer, handed to its addressee alone; those that people drop, read within bounds.

In a channel a file is seen by all: it goes to the direct messages of whoever asked. The token is shown to Slack's own
hosts alone, and follows no redirection. Never decides who may have what.
"""

from __future__ import annotations

import logging
import time
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bots.piece import Piece
from bots.slack import blocks, web_api
from bots.slack.blocks import Message
from bots.slack.dropped_trame import HandedFile
from config.errors import UserError
from config.french import size_in_words
from sheets.reading.opening import SIZE_MAX

SLACK_FILES_HOST = "files.slack.com"
LONGEST_DURATION = 60.0
"""Seconds a file may take to come."""
TOO_BIG = f"Ce fichier est trop gros : une trame fait moins de {size_in_words(SIZE_MAX)}. Déposez la trame seule."
GONE = "Ce fichier n'est plus là. Déposez-le à nouveau."
NOT_GIVEN = (
    "Slack ne m'a pas donné ce fichier. Déposez-le à nouveau ; si cela dure, dites-le à votre référent (vigie doctor)."
)
IN_DIRECT_MESSAGES = "C'est dans vos messages directs avec moi : un fichier, ici, serait vu de tous."
journal = logging.getLogger("vigie.slack")


class PrivateThread(NamedTuple):
    """A direct conversation, and the thread of it where the question was asked."""

    channel: str
    thread: str | None


def hand_over(web: WebClient, message: Message, author: str, where: PrivateThread | None) -> Message | None:
    """Hand over a message with its files; return what is left to say where it was asked, None when that was there.

    `where` is None when the question was asked before others. Raises what Slack refuses, once retried.
    """
    # The words first: what Slack answers names the direct conversation, which no further scope is needed to open.
    if where is None or message.block_list:
        result = web.chat_postMessage(
            channel=where.channel if where else author, thread_ts=where.thread if where else None, text=message.text,
            blocks=list(message.block_list) or None, unfurl_links=False, unfurl_media=False, parse="none", link_names=False,
        )  # fmt: skip
        _upload(web, message.pieces, where or PrivateThread(str(result["channel"]), None), "")
    else:
        _upload(web, message.pieces, where, message.text)
    return None if where else blocks.sentence(IN_DIRECT_MESSAGES)


def read(web: WebClient, identifier: str) -> HandedFile:
    """A file as Slack holds it now. Raises UserError, in a sentence, when it is gone, too large, or not given."""
    try:
        file_card: dict[str, Any] = web.files_info(file=identifier)["file"]
    except SlackApiError as fault:
        code = str(fault.response.get("error", ""))
        raise UserError(GONE if code in ("file_not_found", "file_deleted") else web_api.said(fault)) from fault
    address = str(file_card.get("url_private_download") or file_card.get("url_private") or "")
    if not address:
        raise UserError(GONE)
    if int(file_card.get("size") or 0) > SIZE_MAX:
        raise UserError(TOO_BIG)
    raw_bytes = _download(web, address, str(file_card.get("mimetype", "")))
    return HandedFile(str(file_card.get("name") or "trame"), raw_bytes, identifier)


def _download(web: WebClient, address: str, kind: str) -> bytes:
    """The bytes at an address of Slack's, at most what a trame may weigh."""
    url, api = urlsplit(address), urlsplit(web.base_url)
    if (url.scheme, url.netloc) not in (("https", SLACK_FILES_HOST), (api.scheme, api.netloc)):
        journal.error("Un fichier est proposé hors de Slack (%s) : il n'est pas lu.", url.netloc)
        raise UserError(NOT_GIVEN)
    web_request = Request(address, headers={"Authorization": f"Bearer {web.token}"})  # noqa: S310 - looked at above
    for attempt in range(web_api.ATTEMPTS):
        try:
            return _receive(web_request, kind)
        except OSError as fault:
            if not _may_pass(fault):
                raise UserError(GONE if getattr(fault, "code", 0) == 404 else NOT_GIVEN) from fault
            journal.warning("Slack n'a pas donné un fichier (%s) ; essai %d.", fault, attempt + 2)
    try:
        return _receive(web_request, kind)
    except OSError as fault:
        raise UserError(NOT_GIVEN) from fault


def _receive(web_request: Request, kind: str) -> bytes:
    """What comes, unless it is more than a trame weighs or takes longer than a trame takes."""
    received, end = bytearray(), time.monotonic() + LONGEST_DURATION
    with build_opener(NoRedirect).open(web_request, timeout=web_api.TIMEOUT) as answer:
        if answer.headers.get_content_type() == "text/html" and kind != "text/html":
            raise UserError(NOT_GIVEN)  # the page where one signs in
        while chunk := answer.read(65_536):
            received += chunk
            if len(received) > SIZE_MAX:
                raise UserError(TOO_BIG)
            if time.monotonic() > end:
                raise UserError(NOT_GIVEN)
    return bytes(received)


def _may_pass(fault: OSError) -> bool:
    """Whether trying again may help: a cut connection, a fault of theirs, too many requests."""
    return not isinstance(fault, HTTPError) or fault.code >= 500 or fault.code == 429


class NoRedirect(HTTPRedirectHandler):
    """Follows no redirection: the token would go along."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _upload(web: WebClient, pieces: tuple[Piece, ...], where: PrivateThread, comment: str) -> None:
    """Send the files, again when the place where bytes are put fails: nothing is shown before all of them are there."""
    uploads = [
        {"filename": p.name, "title": p.name, "content": p.raw_bytes, "alt_txt": p.alternative or None} for p in pieces
    ]
    for attempt in range(web_api.ATTEMPTS + 1):
        try:
            web.files_upload_v2(
                file_uploads=uploads, channel=where.channel, thread_ts=where.thread, initial_comment=comment or None
            )
            return
        except OSError as fault:
            if attempt == web_api.ATTEMPTS or not _may_pass(fault):
                raise
            journal.warning("Slack n'a pas pris un fichier (%s) ; nouvel essai.", fault)
