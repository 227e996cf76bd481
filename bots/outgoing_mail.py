"""Hands a letter to the mail server, or says why it could not. Never words a letter, never decides who gets one.

Mail has no look-up: what happened to a letter whose hand-over was cut is a doubt, said as such and never tried again here.
"""

from __future__ import annotations

import hashlib
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import HeaderRegistry, MessageIDHeader
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from bots.delivery import DeliveryChannel
from bots.letters.letter import Letter, SendingError
from bots.piece import Piece
from config import environment
from config.errors import UserError
from config.mail_server import ADDRESS, Server, header_words, identifier, one_line, read_server, why
from config.secrets import mask

EXAMPLE = "smtps://COMPTE:MOT DE PASSE@smtp.exemple.fr:465?de=vigie@exemple.fr"
PORTS = {"smtps": 465, "smtp": 587}
TIMEOUT = 30.0
"""Seconds without an answer after which the server is given up."""

_IDENTIFIERS = HeaderRegistry()
for _header_name in ("in-reply-to", "references"):
    _IDENTIFIERS.map_to_type(_header_name, MessageIDHeader)  # type: ignore[arg-type]  # typeshed wants the class it becomes
POLICY = SMTP.clone(header_factory=_IDENTIFIERS)
"""A long identifier stays whole: folded as words, it would be answered under no letter."""


@dataclass(frozen=True)
class SmtpSettings:
    """The server letters leave by, the address they leave from, and the clock that dates them."""

    server: Server
    sender: str
    clock: Callable[[], datetime] = field(repr=False)


def read_settings(url: str, clock: Callable[[], datetime]) -> SmtpSettings:
    """Read VIGIE_SMTP_URL. Raises UserError, without the secret in it, when it cannot be used."""
    server = read_server(environment.SMTP_URL, url, PORTS, frozenset({"de"}), EXAMPLE)
    sender = server.options.get("de") or server.account
    if not ADDRESS.fullmatch(sender):
        raise UserError(
            f"{environment.SMTP_URL} ne dit pas de quelle adresse écrire : ajoutez ?de=ADRESSE. Par exemple {EXAMPLE}"
        )
    return SmtpSettings(server, sender, clock)


def send(letter: Letter, settings: SmtpSettings) -> None:
    """Hand one letter over. Raises SendingError: `is_final` when this letter is refused for good, `doubt` when the server
    had it whole and never said whether it took it; else nothing left, and trying again is harmless."""
    if not ADDRESS.fullmatch(letter.a):
        raise SendingError(f"« {mask(letter.a)} » n'est pas une adresse où écrire.", is_final=True)
    raw_bytes = message(letter, settings).as_bytes()
    with _session(settings.server) as smtp:
        _require_answer(smtp.mail(settings.sender), _refused_setting)
        _require_answer(smtp.rcpt(letter.a), _refused_recipient)
        _require_answer(smtp.docmd("DATA"), _refused_content, 354)
        smtp.send(re.sub(rb"(?m)^\.", b"..", raw_bytes) + b".\r\n")
        _require_answer(_its_word(smtp, letter, settings), _refused_content)


def _its_word(smtp: smtplib.SMTP, letter: Letter, settings: SmtpSettings) -> tuple[int, bytes]:
    """Read the server's answer to a whole letter: taken, to be tried again, refused for good. No clear answer is a doubt."""
    try:
        answer = smtp.getreply()
        if answer[0] // 100 in (2, 4, 5):
            return answer
    except (OSError, smtplib.SMTPException):
        pass
    raise SendingError(
        f"Le serveur de courrier {settings.server} a reçu la lettre sans dire s'il la prenait : elle est peut-être "
        f"partie. Cherchez {identifier_of(letter.key, settings)} dans son journal.",
        is_final=False, doubt=True,
    )  # fmt: skip


def delivery_channel(settings: SmtpSettings) -> DeliveryChannel:
    """Mail as a channel of `bots/delivery`: it reaches everyone, and cannot be asked later whether a letter arrived."""

    def part(letter: Letter) -> str:
        send(letter, settings)
        return identifier_of(letter.key, settings)

    return DeliveryChannel("courrier", lambda p: p.email, part)


def message(letter: Letter, settings: SmtpSettings) -> EmailMessage:
    """The letter as it travels: plain words, the same as HTML, attachments. No header can be slipped into it."""
    m = EmailMessage(policy=POLICY)
    m["From"], m["To"], m["Subject"] = f"Vigie <{settings.sender}>", letter.a, header_words(letter.mail_subject)
    m["Date"] = format_datetime(settings.clock())
    m["Message-ID"] = identifier_of(letter.key, settings)
    m["Auto-Submitted"] = "auto-replied" if letter.in_reply_to else "auto-generated"
    m["X-Auto-Response-Suppress"] = "All"
    if answered := identifier(letter.in_reply_to):
        m["In-Reply-To"] = m["References"] = answered
    m.set_content(letter.text, cte="quoted-printable")
    m.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    for piece in letter.pieces:
        _joint(m, piece)
    return m


def identifier_of(key: str, settings: SmtpSettings) -> str:
    """The Message-ID that follows from a letter's key: what a human looks for in the server's log, or in a mailbox."""
    readable_key = re.sub(r"[^a-z0-9]+", "-", key.lower()).strip("-")[:20]
    digest = hashlib.sha256(key.encode()).hexdigest()[:12]
    return f"<vigie.{readable_key}.{digest}@{settings.sender.rpartition('@')[2]}>"


def examine(settings: SmtpSettings) -> tuple[list[str], list[str]]:
    """(what is in order, what is to be mended) of the way out, a sentence each. Connects, sends nothing."""
    try:
        with _session(settings.server) as smtp:
            _require_answer(smtp.mail(settings.sender), _refused_setting)
            smtp.rset()
    except SendingError as fault:
        return [], [str(fault)]
    return [f"Courrier (SMTP) : {settings.server} accepte des lettres de {settings.sender}."], []


def _joint(m: EmailMessage, piece: Piece) -> None:
    kind, _, subtype = piece.mime.partition("/")
    name = re.sub(r"[/\\]", "-", header_words(mask(piece.name))) or "piece"
    m.add_attachment(piece.raw_bytes, maintype=kind, subtype=subtype, filename=name)


@contextmanager
def _session(server: Server) -> Iterator[smtplib.SMTP]:
    """A session opened, encrypted and logged in. Whatever fails on the way in is passing, for every letter alike."""
    try:
        smtp = _open_session(server)
        try:
            if server.account:
                smtp.login(server.account, server.secret)
            yield smtp
        finally:
            _quit(smtp)
    except SendingError:
        raise
    except smtplib.SMTPAuthenticationError as fault:
        raise SendingError(
            f"Le serveur de courrier {server} refuse le compte ou le mot de passe ({fault.smtp_code}). Corrigez {environment.SMTP_URL}.",
            is_final=False,
        ) from None
    except smtplib.SMTPNotSupportedError:
        raise SendingError(
            f"Le serveur de courrier {server} n'offre pas ce qu'il faut (connexion chiffrée, mot de passe). Corrigez {environment.SMTP_URL}.",
            is_final=False,
        ) from None
    except ssl.SSLError as fault:
        raise SendingError(
            f"La connexion chiffrée avec {server} échoue ({why(fault)}). Vérifiez le port et le protocole de {environment.SMTP_URL}, "
            "et que la machine connaît l'autorité du certificat (SSL_CERT_FILE).",
            is_final=False,
        ) from None
    except (OSError, smtplib.SMTPException, UnicodeError) as fault:
        raise SendingError(
            f"Le serveur de courrier {server} ne répond pas ({why(fault)}). Vérifiez le réseau et {environment.SMTP_URL}.",
            is_final=False,
        ) from None


def _open_session(server: Server) -> smtplib.SMTP:
    if server.encrypted:
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.machine, server.port, timeout=TIMEOUT, context=context)
    smtp = smtplib.SMTP(server.machine, server.port, timeout=TIMEOUT)
    try:
        if not server.is_local:
            smtp.starttls(context=ssl.create_default_context())
        smtp.ehlo_or_helo_if_needed()
    except BaseException:
        smtp.close()
        raise
    return smtp


def _quit(smtp: smtplib.SMTP) -> None:
    """Take leave; a server that does so badly changes nothing of what it answered before."""
    with suppress(OSError, smtplib.SMTPException):
        smtp.quit()
    smtp.close()


def _require_answer(
    answer: tuple[int, bytes], refusal: Callable[[int, str], SendingError], expected: int = 250
) -> None:
    """Raise what `refusal` makes of an answer that is not the one expected; 4xx is passing whatever was refused."""
    code, words = answer
    server_words = mask(one_line(words.decode("utf-8", "replace")))[:200]
    if code == expected or expected // 100 == code // 100 == 2:
        return
    if code < 500:
        raise SendingError(f"Le serveur de courrier demande d'attendre ({code} {server_words}).", is_final=False)
    raise refusal(code, server_words)


def _refused_setting(code: int, server_words: str) -> SendingError:
    return SendingError(
        f"Le serveur de courrier refuse d'écrire en notre nom ({code} {server_words}). Corrigez {environment.SMTP_URL}.",
        is_final=False,
    )


def _refused_recipient(code: int, server_words: str) -> SendingError:
    if (
        code == 530 or "relay" in server_words.lower()
    ):  # it would refuse everyone: the account is at fault, not the address
        return _refused_setting(code, server_words)
    return SendingError(f"Le serveur de courrier refuse le destinataire ({code} {server_words}).", is_final=True)


def _refused_content(code: int, server_words: str) -> SendingError:
    return SendingError(f"Le serveur de courrier refuse cette lettre ({code} {server_words}).", is_final=True)
