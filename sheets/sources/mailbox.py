"""A mailbox by IMAP: lists what came, hands a mail over, files it away. Never deletes, never marks as read, never answers.

imap-tools rather than imaplib alone: it reads and writes the names of folders in the alphabet of IMAP.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError

from config import environment
from config.errors import UserError
from config.mail_server import Server, read_server, why
from sheets.sources.mail_headers import MOST_HEADER_BYTES, MailHeaders, read_headers

EXAMPLE = "imaps://COMPTE:MOT DE PASSE@imap.exemple.fr/INBOX"
PORTS = {"imaps": 993, "imap": 143}
TIMEOUT = 60.0
"""Seconds without an answer after which the server is given up."""
MOST_UNKNOWN = 20
"""Letters a day to people Vigie does not know, unless the setting says otherwise."""
HEAVIEST_MAIL = 60 * 1024 * 1024
"""Bytes of a mail past which it is not fetched."""


@dataclass(frozen=True, slots=True)
class MailboxSettings:
    """The mailbox, the folder that is looked into, the mail server of ours that vouches for senders, if one must, and how
    many letters a day may leave for people nobody knows."""

    server: Server
    folder: str
    voucher: str
    strangers: int = MOST_UNKNOWN


@dataclass(frozen=True, slots=True)
class MailPreview:
    """A mail before it is fetched: its number in the folder, its size in bytes, its headers, how many stand behind it."""

    number: str
    size: int
    headers: MailHeaders
    behind: int = 0


def read_settings(url: str) -> MailboxSettings:
    """Read VIGIE_IMAP_URL. Raises UserError, without the secret in it, when it cannot be used."""
    server = read_server(environment.IMAP_URL, url, PORTS, frozenset({"garant", "inconnus"}), EXAMPLE)
    if not server.account:
        raise UserError(f"{environment.IMAP_URL} ne dit pas de quel compte est la boîte. Par exemple {EXAMPLE}")
    strangers = server.options.get("inconnus", str(MOST_UNKNOWN))
    if not re.fullmatch(r"[0-9]{1,4}", strangers):
        raise UserError(
            f"{environment.IMAP_URL} porte une option « inconnus » qui ne se lit pas : un nombre de lettres par jour était attendu, "
            f"par exemple ?inconnus={MOST_UNKNOWN}"
        )
    return MailboxSettings(server, server.path or "INBOX", server.options.get("garant", ""), int(strangers))


@dataclass(frozen=True, slots=True)
class OpenMailbox:
    """A mailbox that is open. Every method raises UserError when the server fails it."""

    client: BaseMailBox
    server: Server

    def list_mails(self, at_most: int) -> Iterator[MailPreview]:
        """The mails in the folder, oldest first, each looked at when it is asked for. One that goes meanwhile, or that the
        server does not give, is passed over."""
        numbers = self.numbers()
        for rank, n in enumerate(numbers[:at_most], 1):
            with _server_errors_told(self.server):
                result = self._fetch(n, f"(RFC822.SIZE BODY.PEEK[HEADER]<0.{MOST_HEADER_BYTES + 1}>)")
            if result:
                yield MailPreview(n, _size(result), read_headers(result[1]), len(numbers) - rank)

    def numbers(self) -> list[str]:
        with _server_errors_told(self.server):
            return self.client.uids()

    def raw_bytes(self, number: str) -> bytes:
        """A whole mail, a byte past `HEAVIEST_MAIL` at most, whatever size was announced; nothing when it went meanwhile."""
        with _server_errors_told(self.server):
            result = self._fetch(number, f"(BODY.PEEK[]<0.{HEAVIEST_MAIL + 1}>)")
        return result[1] if result else b""

    def range(self, number: str, place: Sequence[str]) -> None:
        """Move a mail to a folder of the mailbox, made on first need: `place` is its path, a name for each level."""
        with _server_errors_told(self.server):
            root = self.client.folder.list("", "INBOX")
            separator = root[0].delim if root else "/"
            path = separator.join([*self._folder_prefix(separator), *place])
            if not self.client.folder.exists(path):
                self.client.folder.create(path)
            if "MOVE" in self.client.client.capabilities:
                self.client.move(number, path)
            else:
                self._move(number, path)

    def _move(self, number: str, path: str) -> None:
        """Copy, then take away that very mail: a plain EXPUNGE would also erase what people marked as deleted."""
        self.client.copy(number, path)
        for ordered_on, *others in (("STORE", "+FLAGS.SILENT", r"(\Deleted)"), ("EXPUNGE",)):
            state, _ = self.client.client.uid(ordered_on, number, *others)
            if state != "OK":
                raise imaplib.IMAP4.error(f"{ordered_on} {state}")

    def _folder_prefix(self, separator: str) -> list[str]:
        """Where the server lets one create folders: some want all of them under INBOX."""
        if "NAMESPACE" not in self.client.client.capabilities:
            return []
        _, result = self.client.client.namespace()
        matched = re.match(rb'\(\("([^"]*)"', result[0] or b"")
        prefix = matched[1].decode() if matched else ""
        return [prefix.removesuffix(separator)] if prefix else []

    def _fetch(self, number: str, what: str) -> tuple[bytes, bytes, bytes] | None:
        """(what stands before, the literal, what stands after) of one answer to FETCH; None when the server gives nothing."""
        _, result = self.client.client.uid("FETCH", number, what)
        for rank, part in enumerate(result):
            if isinstance(part, tuple):
                end = result[rank + 1] if rank + 1 < len(result) else b""
                return part[0], part[1], end if isinstance(end, bytes) else b""
        return None


def _size(result: tuple[bytes, bytes, bytes]) -> int:
    """In bytes, wherever in its answer the server says it."""
    size_match = re.search(rb"RFC822\.SIZE (\d+)", result[0] + result[2])
    return int(size_match[1]) if size_match else 0


@contextmanager
def open_mailbox(settings: MailboxSettings, *, untouched: bool = False) -> Iterator[OpenMailbox]:
    """Open the mailbox on its folder; with `untouched`, nothing can be moved.

    Raises UserError, in one sentence that names the setting and never the secret.
    """
    server = settings.server
    with _server_errors_told(server):
        client = _session(server)
    try:
        with _server_errors_told(server):
            _log_in(client, server)
        if not {"MOVE", "UIDPLUS"} & set(client.client.capabilities):
            raise UserError(
                f"La boîte aux lettres {server} ne sait pas ranger un courriel sans en effacer d'autres (ni MOVE, ni UIDPLUS). "
                "Demandez une boîte sur un serveur plus récent."
            )
        try:
            client.folder.set(settings.folder, readonly=untouched)
        except MailboxFolderSelectError:
            raise UserError(
                f"La boîte aux lettres {server} n'a pas de dossier « {settings.folder} ». Corrigez la fin de {environment.IMAP_URL}."
            ) from None
        yield OpenMailbox(client, server)
    finally:
        for sort in (client.logout, client.client.shutdown):
            with suppress(Exception):  # leaving badly changes nothing of what was done
                sort()


@contextmanager
def _server_errors_told(server: Server) -> Iterator[None]:
    """What goes wrong with the server, as a sentence to the user. What is our own fault stays what it is."""
    try:
        yield
    except MailboxLoginError:
        raise UserError(
            f"La boîte aux lettres {server} refuse le compte ou le mot de passe. Corrigez {environment.IMAP_URL}."
        ) from None
    except ssl.SSLError as fault:
        raise UserError(
            f"La connexion chiffrée avec {server} échoue ({why(fault)}). Vérifiez le port et le protocole de {environment.IMAP_URL}, "
            "et que la machine connaît l'autorité du certificat (SSL_CERT_FILE)."
        ) from None
    except (OSError, imaplib.IMAP4.error, ImapToolsError) as fault:
        raise UserError(
            f"La boîte aux lettres {server} ne répond pas ({why(fault)}). Vérifiez le réseau et {environment.IMAP_URL}."
        ) from None


def examine(settings: MailboxSettings) -> tuple[list[str], list[str]]:
    """(what is in order, what is to be mended) of the mailbox, a sentence each. Looks, touches nothing."""
    try:
        with open_mailbox(settings, untouched=True) as mailbox:
            how_many = len(mailbox.numbers())
    except UserError as fault:
        return [], [str(fault)]
    return [f"Boîte aux lettres (IMAP) : {settings.server}, dossier {settings.folder}, {how_many} à relever."], []


def _session(server: Server) -> BaseMailBox:
    if server.encrypted:
        return MailBox(server.machine, server.port, TIMEOUT, ssl_context=ssl.create_default_context())
    if server.is_local:
        return MailBoxUnencrypted(server.machine, server.port, TIMEOUT)
    return MailBoxStartTls(server.machine, server.port, TIMEOUT, ssl_context=ssl.create_default_context())


def _log_in(client: BaseMailBox, server: Server) -> None:
    login = client.login if (server.account + server.secret).isascii() else client.login_utf8
    login(server.account, server.secret, None)
    _, capabilities = client.client.capability()  # a server says more of itself to whoever has logged in
    client.client.capabilities = tuple(capabilities[-1].decode("ascii", "replace").upper().split())
