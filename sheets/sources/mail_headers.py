"""A mail's headers → who sent it, whether a machine wrote it, whether its sender was vouched for. Pure, bounded, never raises.

Never decides what becomes of a mail. What it reads was written by anyone, and may be made to harm: every length is bounded
before anything costly looks at it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.parser import BytesParser

from authres import AuthenticationResultsHeader

from config.french import nombre_d_octets
from config.mail_server import ADRESSE, identifier, une_ligne
from config.secrets import masque

ENTETES = 100_000
"""Bytes of headers past which a mail is not read."""
MOTS = 2_000
"""Characters of one header that are looked at; a longer sender is nobody."""
LONG_RESULT, MANY_RESULTS, MANY_COMMENTS = 5_000, 20, 60
"""Characters of one Authentication-Results, how many of them are kept, and how many comments one may hold."""
ROBOTS = re.compile(r"(mailer-daemon|postmaster|no-?reply|ne-?pas-?repondre|bounces?)([+.=-].*)?@", re.IGNORECASE)
"""Addresses that nobody reads."""
DE_MASSE = ("bulk", "list", "junk", "auto_reply")
LISTES = ("list-id", "list-unsubscribe", "x-autoreply", "x-autorespond", "x-auto-reply-from")
TOO_LONG = f"ils dépassent {nombre_d_octets(ENTETES)}"
NO_SENDER = "l'expéditeur (From) ne se lit pas : une seule adresse, comme nom@exemple.fr, était attendue"
DAMAGED = "ils sont abîmés"


@dataclass(frozen=True, slots=True)
class Entetes:
    """What a mail says of itself before it is opened."""

    cle: str
    """Its name for ever, by its Message-ID and its sender: the same mail delivered twice has the same, whatever folder it
    is in. Two mails may wrongly share one: what they hold tells them apart."""
    identifiant: str
    """Its Message-ID, when it can stand in a header of ours; or nothing."""
    expediteur: str
    """The one address in From, lower case; nothing when there is none, or several."""
    objet: str
    automatique: bool
    """Written by a machine (bounce, out-of-office, list, ourselves): answering it would start a loop."""
    resultats: tuple[str, ...]
    """Its Authentication-Results, topmost first."""
    delivery: str = ""
    """The name of this very delivery: another one of the same mail passed by other servers."""
    souci: str = ""
    """Why its headers cannot be read, in French; nothing when they can."""


def lit_entetes(octets: bytes) -> Entetes:
    """Read the headers of a mail, however damaged: whatever they hold, what comes back says what could be read."""
    fin = re.search(rb"\r?\n\r?\n", octets[: ENTETES + 4])
    bloc = octets[: fin.end()] if fin else octets[: ENTETES + 1]
    somme = hashlib.sha256(bloc).hexdigest()
    nobody = Entetes(somme[:20], "", "", "", True, (), somme, TOO_LONG)
    if len(bloc) > ENTETES + 4 or (not fin and len(octets) > ENTETES):
        return nobody
    try:
        return _read(bloc, somme)
    except Exception:  # whatever a library stumbles on, the mail is one that cannot be read
        return Entetes(nobody.cle, "", "", "", True, (), somme, DAMAGED)


def _read(bloc: bytes, somme: str) -> Entetes:
    tous = [
        (nom.lower(), _texte(valeur)) for nom, valeur in BytesParser().parsebytes(bloc, headersonly=True).raw_items()
    ]
    premiers = {nom: valeur[:MOTS] for nom, valeur in reversed(tous)}
    froms = [valeur for nom, valeur in tous if nom == "from"]
    expediteur = _sender(froms[0]) if len(froms) == 1 else ""
    message_id = une_ligne(premiers.get("message-id", ""))[:500]
    objet, date = decode(premiers.get("subject", "")), une_ligne(premiers.get("date", ""))
    nom = f"{message_id}\n{expediteur}" if message_id else f"{date}\n{objet}\n{expediteur}" if date else somme
    return Entetes(
        hashlib.sha256(nom.encode("utf-8", "replace")).hexdigest()[:20],
        identifier(message_id),
        expediteur,
        masque(objet)[:200],
        not expediteur or _est_automatique(premiers, expediteur),
        tuple(une_ligne(v[: LONG_RESULT + 1]) for nom, v in tous if nom == "authentication-results")[:MANY_RESULTS],
        somme,
        "" if expediteur else NO_SENDER,
    )


def _texte(valeur: object) -> str:
    """A raw header as text: bytes that are not ASCII are UTF-8, or lost."""
    return str(valeur).encode("ascii", "surrogateescape").decode("utf-8", "replace")


def _sender(valeur: str) -> str:
    """The one address of a From, lower case: `a@b.fr`, or `<a@b.fr>` after a name; nothing when it is anything else."""
    if len(valeur) > MOTS:
        return ""
    dit = re.fullmatch(r"[^<>@,;:]*<\s*([^<>\s]+)\s*>|([^<>\s]+)", "".join(_bare(valeur)).strip())
    adresse = (dit[1] or dit[2]).lower() if dit else ""
    return adresse if len(adresse) <= 254 and ADRESSE.fullmatch(adresse) else ""


def _bare(valeur: str) -> Iterator[str]:
    """A header without its comments, which may nest, and with « " » alone for each of its quoted strings."""
    profondeur, cite, echappe = 0, False, False
    for c in valeur:
        if echappe:
            echappe = False
        elif c == "\\":
            echappe = True
        elif c == '"' and not profondeur:
            cite = not cite
            yield '"'
        elif cite:
            continue
        elif c in "()":
            profondeur += 1 if c == "(" else -1
            yield ")" if profondeur < 0 else " "
        elif not profondeur:
            yield c
    yield "<" if profondeur or cite else ""  # left open: no address


def _est_automatique(premiers: dict[str, str], expediteur: str) -> bool:
    """By RFC 3834, and by the habits of those who do not know it."""
    dit = {nom: premiers.get(nom, "").strip().lower() for nom in ("auto-submitted", "precedence", "return-path")}
    genre = premiers.get("content-type", "").partition(";")[0].strip().lower()
    return (
        dit["auto-submitted"] not in ("", "no")
        or dit["precedence"] in DE_MASSE
        or dit["return-path"] == "<>"
        or any(nom in premiers for nom in LISTES)
        or genre in ("multipart/report", "message/delivery-status")
        or ROBOTS.match(expediteur) is not None
    )


def est_authentifie(entetes: Entetes, serveur: str) -> bool:
    """Whether one's own mail server, of that name, vouches for the sender: DMARC, an aligned DKIM or SPF, or a log-in.

    Only the topmost result of that name is believed: those below came with the mail, and anyone may have written them.
    One whose name cannot be told for sure might be ours: nothing below it is believed. RFC 8601.
    """
    for resultat in entetes.resultats:
        nom = re.match(r'([^\s;()"]+)(?=[\s;(]|$)', resultat)
        if nom is None:
            return False
        if nom[1].lower() == serveur.lower():
            return _vouches(resultat, entetes.expediteur.rpartition("@")[2])
    return False


NAMES = {"dmarc": ("header.from",), "dkim": ("header.d",), "spf": ("smtp.mailfrom",), "auth": ("smtp.auth",)}
"""By method, where its result says whom it vouches for."""


def _vouches(resultat: str, domaine: str) -> bool:
    """Whether one result, parsed whole, passes for that very domain; DMARC's failure is final."""
    if not domaine or len(resultat) > LONG_RESULT or resultat.count("(") > MANY_COMMENTS:
        return False
    try:
        lu = AuthenticationResultsHeader.parse(f"Authentication-Results: {resultat.rstrip('; ')}")
    except Exception:  # whatever cannot be read vouches for nobody
        return False
    dits = [
        (
            r.method.lower(),
            r.result.lower(),
            [(f"{p.type}.{p.name}".lower(), str(p.value).lower()) for p in r.properties],
        )
        for r in lu.results
    ]
    if ("dmarc", "fail") in [(methode, rendu) for methode, rendu, _ in dits]:
        return False
    return any(rendu == "pass" and _is_for(methode, ou, domaine, resultat) for methode, rendu, ou in dits)


def _is_for(methode: str, ou: list[tuple[str, str]], domaine: str, resultat: str) -> bool:
    """Whether a result that passed is about that domain, and nothing of it about another."""
    noms = NAMES.get(methode, ())
    if methode == "dkim" and not any(nom in noms for nom, _ in ou):
        noms = ("header.i",)
    vus = [valeur for nom, valeur in ou if nom in noms and (methode != "auth" or "@" in valeur)]
    if not vus:  # DMARC is about From by its nature, a log-in about someone of ours
        return methode == "auth" or (methode == "dmarc" and "header.from" not in resultat.lower())
    return all(valeur.rpartition("@")[2].rstrip(".") == domaine for valeur in vus)


def decode(texte: str) -> str:
    """A header's words (RFC 2047) as they were typed, on one line; as they stand when they cannot be decoded."""
    if "=?" not in texte or len(texte) > MOTS:
        return une_ligne(texte)
    try:
        return une_ligne(str(make_header(decode_header(texte))))
    except Exception:  # an alphabet can fail in any way of its own
        return une_ligne(texte)
