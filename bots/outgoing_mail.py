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

from bots.delivery import Canal
from bots.letters.letter import EnvoiError, Lettre, Piece
from config.errors import UserError
from config.mail_server import ADRESSE, Serveur, header_words, identifier, lit_serveur, pourquoi, une_ligne
from config.secrets import masque

REGLAGE = "VIGIE_SMTP_URL"
EXEMPLE = "smtps://COMPTE:MOT DE PASSE@smtp.exemple.fr:465?de=vigie@exemple.fr"
PORTS = {"smtps": 465, "smtp": 587}
DELAI = 30.0
"""Seconds without an answer after which the server is given up."""

_IDENTIFIERS = HeaderRegistry()
for _nom in ("in-reply-to", "references"):
    _IDENTIFIERS.map_to_type(_nom, MessageIDHeader)  # type: ignore[arg-type]  # typeshed wants the class it becomes
POLICY = SMTP.clone(header_factory=_IDENTIFIERS)
"""A long identifier stays whole: folded as words, it would be answered under no letter."""


@dataclass(frozen=True)
class Reglages:
    """The server letters leave by, the address they leave from, and the clock that dates them."""

    serveur: Serveur
    de: str
    horloge: Callable[[], datetime] = field(repr=False)


def lit_reglages(url: str, horloge: Callable[[], datetime]) -> Reglages:
    """Read VIGIE_SMTP_URL. Raises UserError, without the secret in it, when it cannot be used."""
    serveur = lit_serveur(REGLAGE, url, PORTS, frozenset({"de"}), EXEMPLE)
    de = serveur.options.get("de") or serveur.compte
    if not ADRESSE.fullmatch(de):
        raise UserError(f"{REGLAGE} ne dit pas de quelle adresse écrire : ajoutez ?de=ADRESSE. Par exemple {EXEMPLE}")
    return Reglages(serveur, de, horloge)


def envoie(lettre: Lettre, reglages: Reglages) -> None:
    """Hand one letter over. Raises EnvoiError: `definitif` when this letter is refused for good, `doute` when the server
    had it whole and never said whether it took it; else nothing left, and trying again is harmless."""
    if not ADRESSE.fullmatch(lettre.a):
        raise EnvoiError(f"« {masque(lettre.a)} » n'est pas une adresse où écrire.", definitif=True)
    octets = message(lettre, reglages).as_bytes()
    with _connexion(reglages.serveur) as smtp:
        _dit_oui(smtp.mail(reglages.de), _reglage)
        _dit_oui(smtp.rcpt(lettre.a), _destinataire)
        _dit_oui(smtp.docmd("DATA"), _contenu, 354)
        smtp.send(re.sub(rb"(?m)^\.", b"..", octets) + b".\r\n")
        _dit_oui(_its_word(smtp, lettre, reglages), _contenu)


def _its_word(smtp: smtplib.SMTP, lettre: Lettre, reglages: Reglages) -> tuple[int, bytes]:
    """What the server says of a letter it has whole: taken, not now, never. Anything else is a doubt."""
    try:
        reponse = smtp.getreply()
        if reponse[0] // 100 in (2, 4, 5):
            return reponse
    except (OSError, smtplib.SMTPException):
        pass
    raise EnvoiError(
        f"Le serveur de courrier {reglages.serveur} a reçu la lettre sans dire s'il la prenait : elle est peut-être "
        f"partie. Cherchez {identifiant(lettre.cle, reglages)} dans son journal.",
        definitif=False, doute=True,
    )  # fmt: skip


def canal(reglages: Reglages) -> Canal:
    """Mail as a way to people: everyone has an address, and nothing can be looked up."""

    def part(lettre: Lettre) -> str:
        envoie(lettre, reglages)
        return identifiant(lettre.cle, reglages)

    return Canal("courrier", lambda p: p.email, part)


def message(lettre: Lettre, reglages: Reglages) -> EmailMessage:
    """The letter as it travels: plain words, the same as HTML, attachments. No header can be slipped into it."""
    m = EmailMessage(policy=POLICY)
    m["From"], m["To"], m["Subject"] = f"Vigie <{reglages.de}>", lettre.a, header_words(lettre.objet)
    m["Date"] = format_datetime(reglages.horloge())
    m["Message-ID"] = identifiant(lettre.cle, reglages)
    m["Auto-Submitted"] = "auto-replied" if lettre.en_reponse_a else "auto-generated"
    m["X-Auto-Response-Suppress"] = "All"
    if answered := identifier(lettre.en_reponse_a):
        m["In-Reply-To"] = m["References"] = answered
    m.set_content(lettre.texte, cte="quoted-printable")
    m.add_alternative(lettre.html, subtype="html", cte="quoted-printable")
    for piece in lettre.pieces:
        _joint(m, piece)
    return m


def identifiant(cle: str, reglages: Reglages) -> str:
    """The Message-ID that follows from a letter's key: what a human looks for in the server's log, or in a mailbox."""
    lisible = re.sub(r"[^a-z0-9]+", "-", cle.lower()).strip("-")[:20]
    somme = hashlib.sha256(cle.encode()).hexdigest()[:12]
    return f"<vigie.{lisible}.{somme}@{reglages.de.rpartition('@')[2]}>"


def examine(reglages: Reglages) -> tuple[list[str], list[str]]:
    """(what is in order, what is to be mended) of the way out, a sentence each. Connects, sends nothing."""
    try:
        with _connexion(reglages.serveur) as smtp:
            _dit_oui(smtp.mail(reglages.de), _reglage)
            smtp.rset()
    except EnvoiError as faute:
        return [], [str(faute)]
    return [f"Courrier (SMTP) : {reglages.serveur} accepte des lettres de {reglages.de}."], []


def _joint(m: EmailMessage, piece: Piece) -> None:
    genre, _, sous_genre = piece.mime.partition("/")
    nom = re.sub(r"[/\\]", "-", header_words(masque(piece.nom))) or "piece"
    m.add_attachment(piece.octets, maintype=genre, subtype=sous_genre, filename=nom)


@contextmanager
def _connexion(serveur: Serveur) -> Iterator[smtplib.SMTP]:
    """A session opened, encrypted and logged in. Whatever fails on the way in is passing, for every letter alike."""
    try:
        smtp = _ouvre(serveur)
        try:
            if serveur.compte:
                smtp.login(serveur.compte, serveur.secret)
            yield smtp
        finally:
            _quitte(smtp)
    except EnvoiError:
        raise
    except smtplib.SMTPAuthenticationError as faute:
        raise EnvoiError(
            f"Le serveur de courrier {serveur} refuse le compte ou le mot de passe ({faute.smtp_code}). Corrigez {REGLAGE}.",
            definitif=False,
        ) from None
    except smtplib.SMTPNotSupportedError:
        raise EnvoiError(
            f"Le serveur de courrier {serveur} n'offre pas ce qu'il faut (connexion chiffrée, mot de passe). Corrigez {REGLAGE}.",
            definitif=False,
        ) from None
    except ssl.SSLError as faute:
        raise EnvoiError(
            f"La connexion chiffrée avec {serveur} échoue ({pourquoi(faute)}). Vérifiez le port et le protocole de {REGLAGE}, "
            "et que la machine connaît l'autorité du certificat (SSL_CERT_FILE).",
            definitif=False,
        ) from None
    except (OSError, smtplib.SMTPException, UnicodeError) as faute:
        raise EnvoiError(
            f"Le serveur de courrier {serveur} ne répond pas ({pourquoi(faute)}). Vérifiez le réseau et {REGLAGE}.",
            definitif=False,
        ) from None


def _ouvre(serveur: Serveur) -> smtplib.SMTP:
    if serveur.chiffre:
        contexte = ssl.create_default_context()
        return smtplib.SMTP_SSL(serveur.machine, serveur.port, timeout=DELAI, context=contexte)
    smtp = smtplib.SMTP(serveur.machine, serveur.port, timeout=DELAI)
    try:
        if not serveur.ici:
            smtp.starttls(context=ssl.create_default_context())
        smtp.ehlo_or_helo_if_needed()
    except BaseException:
        smtp.close()
        raise
    return smtp


def _quitte(smtp: smtplib.SMTP) -> None:
    """Take leave; a server that does so badly changes nothing of what it answered before."""
    with suppress(OSError, smtplib.SMTPException):
        smtp.quit()
    smtp.close()


def _dit_oui(reponse: tuple[int, bytes], refus: Callable[[int, str], EnvoiError], attendu: int = 250) -> None:
    """Raise what `refus` makes of an answer that is not the one expected; 4xx is passing whatever was refused."""
    code, mots = reponse
    dits = masque(une_ligne(mots.decode("utf-8", "replace")))[:200]
    if code == attendu or attendu // 100 == code // 100 == 2:
        return
    if code < 500:
        raise EnvoiError(f"Le serveur de courrier demande d'attendre ({code} {dits}).", definitif=False)
    raise refus(code, dits)


def _reglage(code: int, dits: str) -> EnvoiError:
    return EnvoiError(
        f"Le serveur de courrier refuse d'écrire en notre nom ({code} {dits}). Corrigez {REGLAGE}.", definitif=False
    )


def _destinataire(code: int, dits: str) -> EnvoiError:
    if code == 530 or "relay" in dits.lower():  # it would refuse everyone: the account is at fault, not the address
        return _reglage(code, dits)
    return EnvoiError(f"Le serveur de courrier refuse le destinataire ({code} {dits}).", definitif=True)


def _contenu(code: int, dits: str) -> EnvoiError:
    return EnvoiError(f"Le serveur de courrier refuse cette lettre ({code} {dits}).", definitif=True)
