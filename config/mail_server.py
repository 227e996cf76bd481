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
from config.secrets import masque

ADRESSE = re.compile(r"(?!.*=\?)[\w.!#$%&'*+/=?^`{|}~-]+@[a-z0-9-]+(\.[a-z0-9-]+)*", re.ASCII | re.IGNORECASE)
"""An e-mail address that any server takes: no quotes, no spaces, no accents; nothing that a mail library would decode."""
_IDENTIFIER = re.compile(r"(?!.*=\?)<[\w.!#$%&'*+/=?^`{|}~-]+@[\w.!#$%&'*+/=?^`{|}~:\[\]-]+>", re.ASCII)


@dataclass(frozen=True, slots=True)
class Serveur:
    """Where to connect, and as whom. `chemin` is what follows the machine, without its slash."""

    protocole: str
    machine: str
    port: int
    compte: str = ""
    secret: str = field(default="", repr=False)
    chemin: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def chiffre(self) -> bool:
        """Whether the connection is encrypted from its first byte."""
        return self.protocole.endswith("s")

    @property
    def ici(self) -> bool:
        """Whether the server is this very machine: there alone a connection may go in the clear."""
        try:
            return ipaddress.ip_address(self.machine).is_loopback
        except ValueError:
            return self.machine == "localhost"

    def __str__(self) -> str:
        return f"{self.machine}:{self.port}"


def lit_serveur(nom: str, url: str, ports: Mapping[str, int], options: frozenset[str], exemple: str) -> Serveur:
    """Read the setting `nom`. `ports` are the protocols that may stand there, each with its usual port.

    Raises UserError with an example, and without what was written: a secret stands in it.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or ports.get(parts.scheme, 0)
    except ValueError:
        port = 0
    if not port or parts.scheme not in ports or not parts.hostname or parts.fragment:
        attendus = " ou ".join(f"{p}://" for p in ports)
        raise UserError(
            f"{nom} ne peut pas être lu : {attendus}, une machine et un numéro de port étaient attendus ; dans le compte et "
            f"le mot de passe, écrivez %40 pour @, %2F pour /, %23 pour #. Par exemple {exemple}"
        )
    donnees = dict(parse_qsl(parts.query))
    if inconnues := sorted(donnees.keys() - options):
        raise UserError(f"{nom} porte l'option « {inconnues[0]} », inconnue. Connues : {enumeration(sorted(options))}.")
    return Serveur(parts.scheme, parts.hostname, port, *_compte(parts), unquote(parts.path).strip("/"), donnees)


def _compte(parts: SplitResult) -> tuple[str, str]:
    return unquote(parts.username or ""), unquote(parts.password or "")


def pourquoi(faute: BaseException) -> str:
    """Why a server could not be talked to, in a few words, on one line, without a secret."""
    if isinstance(faute, ssl.SSLCertVerificationError):
        return f"certificat refusé : {faute.verify_message}"
    if isinstance(faute, TimeoutError) or "timed out" in str(faute):
        return "délai dépassé"
    if isinstance(faute, socket.gaierror):
        return "machine inconnue"
    if isinstance(faute, ConnectionRefusedError):
        return "connexion refusée"
    if isinstance(faute, ConnectionError) or "closed" in str(faute).lower() or "EOF" in str(faute):
        return "connexion coupée"
    return masque(une_ligne(str(faute)))[:200] or type(faute).__name__


def une_ligne(texte: str) -> str:
    """A text that can stand in a header or in a sentence: whatever it holds, it stays one line."""
    return " ".join("".join(c if c.isprintable() else " " for c in texte).split())


def header_words(texte: str) -> str:
    """A text that stays itself in a header: one line, and nothing that a mail library would decode a second time (RFC 2047)."""
    return une_ligne(texte).replace("=?", "= ?")


def identifier(texte: str) -> str:
    """A Message-ID that may stand in a header of ours: `<x@y>` in plain characters, up to 250; else nothing."""
    return texte if len(texte) <= 250 and _IDENTIFIER.fullmatch(texte) else ""
