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
ACCOUNT, SECRET = "vigie@exemple.invalid", "Mot2Passe-Secret"


@dataclass
class FakeMail:
    """What came, and how to fail: `refusal` gives an answer by recipient or by step (« MAIL », « DATA »)."""

    port: int = 0
    refusal: dict[str, str] = field(default_factory=dict)
    cut_at: str = ""
    """The step after which the line goes dead, without an answer: « RCPT », « DATA »."""
    raw_bytes: list[bytes] = field(default_factory=list)
    envelopes: list[tuple[str | None, list[str]]] = field(default_factory=list)

    @property
    def letters(self) -> list[EmailMessage]:
        return [message_from_bytes(o, policy=default) for o in self.raw_bytes]

    async def handle_MAIL(self, server: SMTP, _s: Session, e: Envelope, address: str, _o: list[str]) -> str:  # noqa: N802
        e.mail_from = address
        return self.refusal.get("MAIL", "250 OK")

    async def handle_RCPT(self, server: SMTP, _s: Session, e: Envelope, address: str, _o: list[str]) -> str:  # noqa: N802
        if self.cut_at == "RCPT":
            _cut_connection(server)
        if address not in self.refusal:
            e.rcpt_tos.append(address)
        return self.refusal.get(address, "250 OK")

    async def handle_DATA(self, server: SMTP, _session: Session, e: Envelope) -> str:  # noqa: N802
        if "DATA" in self.refusal:
            return self.refusal["DATA"]
        self.raw_bytes.append(bytes(e.original_content or b""))
        self.envelopes.append((e.mail_from, list(e.rcpt_tos)))
        if self.cut_at == "DATA":
            _cut_connection(server)
        return "250 OK"


def _cut_connection(server: SMTP) -> None:
    assert isinstance(server.transport, Transport)
    server.transport.abort()


def _check_login(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
    good = isinstance(data, LoginPassword) and data.password == SECRET.encode()
    return AuthResult(success=good, handled=False)


@dataclass(frozen=True)
class Authority:
    """An authority of the test's own, and a certificate it gave for `MACHINE` and for loopback."""

    file: Path
    context: ssl.SSLContext


def make_authority(where: Path) -> Authority:
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(where / "autorite.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(MACHINE, "127.0.0.1").configure_cert(context)
    return Authority(where / "autorite.pem", context)


@contextmanager
def fake_mail(tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None) -> Iterator[FakeMail]:
    """A server on a port of its own until the end of the block: in the clear, in TLS from the start, or by STARTTLS."""
    fake = FakeMail()
    with socket.socket() as free_socket:
        free_socket.bind(("127.0.0.1", 0))
        fake.port = free_socket.getsockname()[1]
    controller = Controller(
        fake, "127.0.0.1", fake.port, ssl_context=tls, tls_context=starttls, require_starttls=starttls is not None,
        authenticator=_check_login, auth_require_tls=False,
    )  # fmt: skip
    controller.start()
    try:
        yield fake
    finally:
        controller.stop()
