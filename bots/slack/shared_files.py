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

from bots.letters.letter import Piece
from bots.slack import blocks, web_api
from bots.slack.blocks import Message
from bots.slack.dropped_trame import Fichier
from config.errors import UserError
from config.french import nombre_d_octets
from sheets.reading.opening import TAILLE_MAX

FICHIERS_DE_SLACK = "files.slack.com"
DUREE_MAX = 60.0
"""Seconds a file may take to come."""
TROP_GROS = f"Ce fichier est trop gros : une trame fait moins de {nombre_d_octets(TAILLE_MAX)}. Déposez la trame seule."
PARTI = "Ce fichier n'est plus là. Déposez-le à nouveau."
PAS_DONNE = (
    "Slack ne m'a pas donné ce fichier. Déposez-le à nouveau ; si cela dure, dites-le à votre référent (vigie doctor)."
)
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
    return None if ou else blocks.phrase(AILLEURS)


def lit(web: WebClient, identifiant: str) -> Fichier:
    """A file as Slack holds it now. Raises UserError, in a sentence, when it is gone, too large, or not given."""
    try:
        fiche: dict[str, Any] = web.files_info(file=identifiant)["file"]
    except SlackApiError as faute:
        code = str(faute.response.get("error", ""))
        raise UserError(PARTI if code in ("file_not_found", "file_deleted") else web_api.dit(faute)) from faute
    adresse = str(fiche.get("url_private_download") or fiche.get("url_private") or "")
    if not adresse:
        raise UserError(PARTI)
    if int(fiche.get("size") or 0) > TAILLE_MAX:
        raise UserError(TROP_GROS)
    octets = _telecharge(web, adresse, str(fiche.get("mimetype", "")))
    return Fichier(str(fiche.get("name") or "trame"), octets, identifiant)


def _telecharge(web: WebClient, adresse: str, genre: str) -> bytes:
    """The bytes at an address of Slack's, at most what a trame may weigh."""
    url, api = urlsplit(adresse), urlsplit(web.base_url)
    if (url.scheme, url.netloc) not in (("https", FICHIERS_DE_SLACK), (api.scheme, api.netloc)):
        journal.error("Un fichier est proposé hors de Slack (%s) : il n'est pas lu.", url.netloc)
        raise UserError(PAS_DONNE)
    demande = Request(adresse, headers={"Authorization": f"Bearer {web.token}"})  # noqa: S310 - looked at above
    for essai in range(web_api.ESSAIS):
        try:
            return _recoit(demande, genre)
        except OSError as faute:
            if not _passager(faute):
                raise UserError(PARTI if getattr(faute, "code", 0) == 404 else PAS_DONNE) from faute
            journal.warning("Slack n'a pas donné un fichier (%s) ; essai %d.", faute, essai + 2)
    try:
        return _recoit(demande, genre)
    except OSError as faute:
        raise UserError(PAS_DONNE) from faute


def _recoit(demande: Request, genre: str) -> bytes:
    """What comes, unless it is more than a trame weighs or takes longer than a trame takes."""
    recu, fin = bytearray(), time.monotonic() + DUREE_MAX
    with build_opener(SansDetour).open(demande, timeout=web_api.DELAI) as reponse:
        if reponse.headers.get_content_type() == "text/html" and genre != "text/html":
            raise UserError(PAS_DONNE)  # the page where one signs in
        while morceau := reponse.read(65_536):
            recu += morceau
            if len(recu) > TAILLE_MAX:
                raise UserError(TROP_GROS)
            if time.monotonic() > fin:
                raise UserError(PAS_DONNE)
    return bytes(recu)


def _passager(faute: OSError) -> bool:
    """Whether trying again may help: a cut connection, a fault of theirs, too many requests."""
    return not isinstance(faute, HTTPError) or faute.code >= 500 or faute.code == 429


class SansDetour(HTTPRedirectHandler):
    """Follows no redirection: the token would go along."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _depose(web: WebClient, pieces: tuple[Piece, ...], ou: Prive, commentaire: str) -> None:
    """Send the files, again when the place where bytes are put fails: nothing is shown before all of them are there."""
    envois = [
        {"filename": p.nom, "title": p.nom, "content": p.octets, "alt_txt": p.alternative or None} for p in pieces
    ]
    for essai in range(web_api.ESSAIS + 1):
        try:
            web.files_upload_v2(
                file_uploads=envois, channel=ou.salon, thread_ts=ou.fil, initial_comment=commentaire or None
            )
            return
        except OSError as faute:
            if essai == web_api.ESSAIS or not _passager(faute):
                raise
            journal.warning("Slack n'a pas pris un fichier (%s) ; nouvel essai.", faute)
