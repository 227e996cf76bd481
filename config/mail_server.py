"""The address of a mail server as a setting gives it: « smtps://compte:secret@machine:465?de=vigie@ars.exemple ». Pure.

Also the few words that say why it does not answer. Never connects; never lets the secret into a message or a repr.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from config.errors import UserError
from config.french import enumeration
from config.secrets import mask

ADDRESS = re.compile(r"(?!.*=\?)[\w.!#$%&'*+/=?^`{|}~-]+@[a-z0-9-]+(\.[a-z0-9-]+)*", re.ASCII | re.IGNORECASE)
"""An e-mail address that any server takes: no quotes, no spaces, no accents; nothing that a mail library would decode."""
_IDENTIFIER = re.compile(r"(?!.*=\?)<[\w.!#$%&'*+/=?^`{|}~-]+@[\w.!#$%&'*+/=?^`{|}~:\[\]-]+>", re.ASCII)


@dataclass(frozen=True, slots=True)
class Server:
    """Where to connect, and as whom. `path` is what follows the machine, without its slash."""

    protocol: str
    machine: str
    port: int
    account: str = ""
    secret: str = field(default="", repr=False)
    path: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def encrypted(self) -> bool:
        """Whether the connection is encrypted from its first byte."""
        return self.protocol.endswith("s")

    @property
    def is_local(self) -> bool:
        """Whether the server is this very machine: there alone a connection may go in the clear."""
        try:
            return ipaddress.ip_address(self.machine).is_loopback
        except ValueError:
            return self.machine == "localhost"

    def __str__(self) -> str:
        return f"{self.machine}:{self.port}"


def read_server(name: str, url: str, ports: Mapping[str, int], options: frozenset[str], example: str) -> Server:
    """Read the setting `name`. `ports` are the protocols that may stand there, each with its usual port.

    Raises UserError with an example, and without what was written: a secret stands in it.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or ports.get(parts.scheme, 0)
    except ValueError:
        port = 0
    if not port or parts.scheme not in ports or not parts.hostname or parts.fragment:
        expected_schemes = " ou ".join(f"{p}://" for p in ports)
        raise UserError(
            f"{name} ne peut pas être lu : {expected_schemes}, une machine et un numéro de port étaient attendus ; dans le compte et "
            f"le mot de passe, écrivez %40 pour @, %2F pour /, %23 pour #. Par exemple {example}"
        )
    data = dict(parse_qsl(parts.query))
    if unknown_options := sorted(data.keys() - options):
        raise UserError(
            f"{name} porte l'option « {unknown_options[0]} », inconnue. Connues : {enumeration(sorted(options))}."
        )
    return Server(parts.scheme, parts.hostname, port, *_credentials(parts), unquote(parts.path).strip("/"), data)


def _credentials(parts: SplitResult) -> tuple[str, str]:
    return unquote(parts.username or ""), unquote(parts.password or "")


def why(fault: BaseException) -> str:
    """Why a server could not be talked to, in a few words, on one line, without a secret."""
    if isinstance(fault, ssl.SSLCertVerificationError):
        return f"certificat refusé : {fault.verify_message}"
    if isinstance(fault, TimeoutError) or "timed out" in str(fault):
        return "délai dépassé"
    if isinstance(fault, socket.gaierror):
        return "machine inconnue"
    if isinstance(fault, ConnectionRefusedError):
        return "connexion refusée"
    if isinstance(fault, ConnectionError) or "closed" in str(fault).lower() or "EOF" in str(fault):
        return "connexion coupée"
    return mask(one_line(str(fault)))[:200] or type(fault).__name__


def one_line(text: str) -> str:
    """A text that can stand in a header or in a sentence: whatever it holds, it stays one line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def header_words(text: str) -> str:
    """A text that stays itself in a header: one line, and nothing that a mail library would decode a second time (RFC 2047)."""
    return one_line(text).replace("=?", "= ?")


def identifier(text: str) -> str:
    """A Message-ID that may stand in a header of ours: `<x@y>` in plain characters, up to 250; else nothing."""
    return text if len(text) <= 250 and _IDENTIFIER.fullmatch(text) else ""
