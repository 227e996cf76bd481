"""A mail's bytes → who sent it, whether a machine wrote it, whether its sender was vouched for. Pure.

Never decides what becomes of a mail. What it reads was written by anyone, and may be made to harm.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses

from config.discretion import masque
from config.serveur import ADRESSE, une_ligne

ROBOTS = re.compile(r"(mailer-daemon|postmaster|no-?reply|ne-?pas-?repondre|bounces?)([+.=-].*)?@", re.IGNORECASE)
"""Addresses that nobody reads."""
DE_MASSE = ("bulk", "list", "junk", "auto_reply")
LISTES = ("List-Id", "List-Unsubscribe", "X-Autoreply", "X-Autorespond", "X-Auto-Reply-From")


@dataclass(frozen=True, slots=True)
class Entetes:
    """What a mail says of itself before it is opened."""

    cle: str
    """Its name for ever: the same mail delivered twice has the same, whatever folder it is in."""
    identifiant: str
    """Its Message-ID, or nothing."""
    expediteur: str
    """The one address in From, lower case; nothing when there is none, or several."""
    objet: str
    automatique: bool
    """Written by a machine (bounce, out-of-office, list, ourselves): answering it would start a loop."""
    resultats: tuple[str, ...]
    """Its Authentication-Results, topmost first."""


def lit_entetes(octets: bytes) -> Entetes:
    """Read the headers of a mail, however damaged."""
    m = message_from_bytes(octets)
    expediteurs = [a for _, a in getaddresses([_brut(v) for v in m.get_all("From", [])])]
    bon = len(expediteurs) == 1 and ADRESSE.fullmatch(expediteurs[0])
    expediteur = expediteurs[0].lower() if bon else ""
    identifiant = une_ligne(_brut(m.get("Message-ID", "")))[:500]
    somme = hashlib.sha256(f"{identifiant}\n{expediteur}".encode() if identifiant else octets)
    return Entetes(
        somme.hexdigest()[:20],
        identifiant,
        expediteur,
        masque(decode(_brut(m.get("Subject", ""))))[:200],
        not expediteur or _est_automatique(m, expediteur),
        tuple(une_ligne(_brut(v)) for v in m.get_all("Authentication-Results", [])),
    )


def _est_automatique(m: Message, expediteur: str) -> bool:
    """By RFC 3834, and by the habits of those who do not know it."""
    dit = {nom: _brut(m.get(nom, "")).strip().lower() for nom in ("Auto-Submitted", "Precedence", "Return-Path")}
    return (
        dit["Auto-Submitted"] not in ("", "no")
        or dit["Precedence"] in DE_MASSE
        or dit["Return-Path"] == "<>"
        or any(nom in m for nom in LISTES)
        or m.get_content_type() in ("multipart/report", "message/delivery-status")
        or ROBOTS.match(expediteur) is not None
    )


def est_authentifie(entetes: Entetes, serveur: str) -> bool:
    """Whether one's own mail server, of that name, vouches for the sender: DMARC, an aligned DKIM or SPF, or a log-in.

    Only the topmost result of that name is believed: those below came with the mail, and anyone may have written them.
    """
    for resultat in entetes.resultats:
        nom, *methodes = re.sub(r"\([^()]*\)", " ", resultat).lower().split(";")
        if nom.split()[:1] == [serveur.lower()]:
            return any(_vaut(methode, entetes.expediteur.rpartition("@")[2]) for methode in methodes)
    return False


ALIGNES = {"dkim": r"header\.(?:d|i)=\"?(?:[^@\s\"]*@)?([\w.-]+)", "spf": r"smtp\.mailfrom=\"?(?:[^@\s\"]*@)?([\w.-]+)"}


def _vaut(methode: str, domaine: str) -> bool:
    dit = re.match(r"\s*(dmarc|dkim|spf|auth)\s*=\s*pass\b", methode)
    if dit is None:
        return False
    if dit[1] not in ALIGNES:
        return True
    vu = re.search(ALIGNES[dit[1]], methode)
    return vu is not None and (domaine == vu[1] or domaine.endswith(f".{vu[1]}"))


def _brut(valeur: object) -> str:
    """A header as text: one that holds bytes of no known alphabet comes as an object."""
    return str(valeur).encode("utf-8", "replace").decode()


def decode(texte: str) -> str:
    """A header's words (RFC 2047) as they were typed, on one line; as they stand when they cannot be decoded."""
    try:
        return une_ligne(str(make_header(decode_header(texte))))
    except (HeaderParseError, LookupError, ValueError):
        return une_ligne(texte)
