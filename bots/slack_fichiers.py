"""Files in the chat of Slack: those of an answer, handed to its addressee alone.

In a channel a file is seen by all: it goes to the direct messages of whoever asked. Never decides who may have what.
"""

from __future__ import annotations

import logging
from typing import NamedTuple
from urllib.error import HTTPError

from slack_sdk import WebClient

from bots import blocks, slack_api
from bots.blocks import Message
from bots.lettre import Piece

AILLEURS = "C'est dans vos messages directs avec moi : un fichier, ici, serait vu de tous."
journal = logging.getLogger("vigie.slack")


class Prive(NamedTuple):
    """A direct conversation, and the thread of it where the question was asked."""

    salon: str
    fil: str | None


def remet(web: WebClient, message: Message, auteur: str, ou: Prive | None) -> Message | None:
    """Hand over a message with its files; return what is left to say where it was asked, None when that was there.

    `ou` is None when the question was asked before others. Raises what Slack refuses, once retried.
    """
    # The words first: what Slack answers names the direct conversation, which no further scope is needed to open.
    if ou is None or message.blocs:
        rendu = web.chat_postMessage(
            channel=ou.salon if ou else auteur, thread_ts=ou.fil if ou else None, text=message.texte,
            blocks=list(message.blocs) or None, unfurl_links=False, unfurl_media=False, parse="none", link_names=False,
        )  # fmt: skip
        _depose(web, message.pieces, ou or Prive(str(rendu["channel"]), None), "")
    else:
        _depose(web, message.pieces, ou, message.texte)
    return None if ou else blocks.phrase(AILLEURS, pour_lui_seul=True)


def _depose(web: WebClient, pieces: tuple[Piece, ...], ou: Prive, commentaire: str) -> None:
    """Send the files, again when the place where bytes are put fails: nothing is shown before all of them are there."""
    envois = [
        {"filename": p.nom, "title": p.nom, "content": p.octets, "alt_txt": p.alternative or None} for p in pieces
    ]
    for essai in range(slack_api.ESSAIS + 1):
        try:
            web.files_upload_v2(
                file_uploads=envois, channel=ou.salon, thread_ts=ou.fil, initial_comment=commentaire or None
            )
            return
        except OSError as faute:
            if essai == slack_api.ESSAIS or (isinstance(faute, HTTPError) and faute.code < 500 and faute.code != 429):
                raise
            journal.warning("Slack n'a pas pris un fichier (%s) ; nouvel essai.", faute)
