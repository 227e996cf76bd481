"""A mail server on loopback for the tests: takes letters as asked, or fails in the way it is told to."""

from __future__ import annotations

import socket
import ssl
from asyncio import Transport
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

MACHINE = "courrier.exemple.invalid"
COMPTE, SECRET = "vigie@exemple.invalid", "Mot2Passe-Secret"


@dataclass
class FauxCourrier:
    """What came, and how to fail: `refus` gives an answer by recipient or by step (« MAIL », « DATA »)."""

    port: int = 0
    refus: dict[str, str] = field(default_factory=dict)
    coupe: str = ""
    """The step after which the line goes dead, without an answer: « RCPT », « DATA »."""
    octets: list[bytes] = field(default_factory=list)
    enveloppes: list[tuple[str | None, list[str]]] = field(default_factory=list)

    @property
    def lettres(self) -> list[EmailMessage]:
        return [message_from_bytes(o, policy=default) for o in self.octets]

    async def handle_MAIL(self, server: SMTP, _s: Session, e: Envelope, adresse: str, _o: list[str]) -> str:  # noqa: N802
        e.mail_from = adresse
        return self.refus.get("MAIL", "250 OK")

    async def handle_RCPT(self, server: SMTP, _s: Session, e: Envelope, adresse: str, _o: list[str]) -> str:  # noqa: N802
        if self.coupe == "RCPT":
            _coupe(server)
        if adresse not in self.refus:
            e.rcpt_tos.append(adresse)
        return self.refus.get(adresse, "250 OK")

    async def handle_DATA(self, server: SMTP, _session: Session, e: Envelope) -> str:  # noqa: N802
        if "DATA" in self.refus:
            return self.refus["DATA"]
        self.octets.append(bytes(e.original_content or b""))
        self.enveloppes.append((e.mail_from, list(e.rcpt_tos)))
        if self.coupe == "DATA":
            _coupe(server)
        return "250 OK"


def _coupe(serveur: SMTP) -> None:
    assert isinstance(serveur.transport, Transport)
    serveur.transport.abort()


def _connait(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, donnees: Any) -> AuthResult:
    bon = isinstance(donnees, LoginPassword) and donnees.password == SECRET.encode()
    return AuthResult(success=bon, handled=False)


@dataclass(frozen=True)
class Autorite:
    """An authority of the test's own, and a certificate it gave for `MACHINE` and for loopback."""

    fichier: Path
    contexte: ssl.SSLContext


def autorite(ou: Path) -> Autorite:
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(ou / "autorite.pem"))
    contexte = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(MACHINE, "127.0.0.1").configure_cert(contexte)
    return Autorite(ou / "autorite.pem", contexte)


@contextmanager
def faux_courrier(tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None) -> Iterator[FauxCourrier]:
    """A server on a port of its own until the end of the block: in the clear, in TLS from the start, or by STARTTLS."""
    faux = FauxCourrier()
    with socket.socket() as libre:
        libre.bind(("127.0.0.1", 0))
        faux.port = libre.getsockname()[1]
    controleur = Controller(
        faux, "127.0.0.1", faux.port, ssl_context=tls, tls_context=starttls, require_starttls=starttls is not None,
        authenticator=_connait, auth_require_tls=False,
    )  # fmt: skip
    controleur.start()
    try:
        yield faux
    finally:
        controleur.stop()
