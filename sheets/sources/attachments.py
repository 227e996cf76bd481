"""A mail's bytes → what is attached to it, out of whatever it was wrapped in: forwarded mails, archives, winmail.dat. Pure.

Never opens an attachment itself. What was packed to harm is unpacked no further than `ROOM` allows for the whole mail, however
many archives and mails stand one in another.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesFeedParser
from email.policy import Compat32, Policy
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from config.secrets import masque
from sheets.sources.mail_headers import MOTS, decode

AU_PLUS = 60
"""Attachments of one mail that are looked at."""
PLACE = 80 * 1024 * 1024
"""Bytes that the archives of one mail may hold once unpacked, all together."""
ROOM = {"octets": PLACE, "fichiers": 10_000, "lignes": 1_500_000, "parties": 500, "multiples": 60, "champs": 5_000}
"""What one mail may be made of, with all that stands in it: bytes once unpacked, files that archives list, lines, parts, parts
made of parts, headers."""
NIVEAUX = 4
"""A mail in a mail in a mail…"""
MORCEAU = 1 << 16
"""Bytes handed to the parser at once: handed whole, they would stand in memory several times over."""
SANS_OBJET = (
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/pgp-signature",
    "application/pgp-keys",
    "application/pgp-encrypted",
    "text/calendar",
)
"""What mail programs add of themselves: no one attached it."""
SEALED = ("application/pkcs7-mime", "application/x-pkcs7-mime", "application/x-microsoft-rpmsg-message")
SEALED_NAMES = (".p7m", ".rpmsg", ".pgp", ".gpg", ".asc")
"""What holds the mail itself, closed to whoever has no key."""
TNEF = b"\x78\x9f\x3e\x22"
OTHER_ARCHIVES = (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x1f\x8b\x08")
LAISSEES = re.compile(r"(^|/)(__MACOSX/|~\$|\.)")
"""What systems and locks leave in an archive."""
CLASSEUR = "[Content_Types].xml"
"""What tells an .xlsx, which is a zip too, from an archive."""
ENTRY = b"PK\x01\x02"
"""What each file that an archive lists begins with in its table."""
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, 99)
"""Ways of packing whose memory does not follow what the archive says; 99 is a password's."""

SANS_ARCHIVE = "envoyez chaque classeur, sans archive."
SCELLEE = (
    "Cette pièce est chiffrée ou scellée, et Vigie n'a pas de clef pour l'ouvrir : renvoyez la trame dans un courriel ordinaire, "
    "sans chiffrement ni signature électronique (S/MIME, PGP, droits d'accès)."
)
EMBOITE = "Ce courriel en contient trop d'autres, l'un dans l'autre : joignez le classeur lui-même."
EN_MIETTES = (
    "Ce courriel est fait de trop de morceaux pour être ouvert : joignez le classeur lui-même à un courriel neuf."
)


class TooMuchError(Exception):
    """A mail is made of more than is read of one."""


@dataclass(frozen=True, slots=True)
class Jointe:
    """An attachment. `souci` says in French why what it was wrapped in could not be opened; it then has no bytes."""

    nom: str
    octets: bytes
    souci: str = ""


def jointes(octets: bytes) -> list[Jointe]:
    """What is attached to a mail, in its order. Pictures of a signature, and the words themselves, are not attachments."""
    toutes = list(islice(_du_courriel(octets, NIVEAUX, dict(ROOM)), AU_PLUS + 1))
    if len(toutes) <= AU_PLUS:
        return toutes
    trop = f"Au-delà de {AU_PLUS} pièces jointes, le reste n'a pas été lu : envoyez-le dans un autre courriel."
    return [*toutes[:AU_PLUS], Jointe("la suite", b"", trop)]


def _spend(room: dict[str, int], quoi: str, combien: int = 1) -> None:
    """Take it off what may still be read of the mail. Raises TooMuchError when nothing is left."""
    if room[quoi] < combien:
        raise TooMuchError
    room[quoi] -= combien


def _parse(octets: bytes, room: dict[str, int]) -> Message:
    """A mail as its parts; headers are cut where nothing of use can follow. Raises TooMuchError, RecursionError."""

    class Bounded(Compat32):
        def header_source_parse(self, sourcelines: Any) -> tuple[str, str]:
            _spend(room, "champs")
            nom, valeur = super().header_source_parse(sourcelines)
            if nom.lower() == "content-type" and valeur.lower().startswith(("multipart/", "message/")):
                _spend(room, "multiples")
            return nom, valeur[: 2 * MOTS]

    def part(policy: Policy | None = None) -> Message:
        _spend(room, "parties")
        return Message(policy or Bounded())

    _spend(room, "lignes", octets.count(b"\n") + octets.count(b"\r") - octets.count(b"\r\n"))
    parser = BytesFeedParser(part, policy=Bounded())
    for place in range(0, len(octets), MORCEAU):
        parser.feed(octets[place : place + MORCEAU])
    return parser.close()


def _du_courriel(octets: bytes, niveaux: int, room: dict[str, int]) -> Iterator[Jointe]:
    try:
        parties = [p for p in _parse(octets, room).walk() if not p.is_multipart()]
    except (RecursionError, TooMuchError) as faute:
        yield Jointe("courriel", b"", EN_MIETTES if isinstance(faute, TooMuchError) else EMBOITE)
        return
    for partie in parties:
        try:
            lue = _lit(partie)
        except Exception:  # whatever the library stumbles on
            lue = Jointe("piece", b"", "Cette pièce jointe est abîmée : renvoyez-la.")
        if lue and (lue.souci or not lue.octets):
            yield lue
        elif lue:
            yield from _deballe(lue.nom, lue.octets, niveaux, room)


def _lit(partie: Message) -> Jointe | None:
    """A part with its name and its bytes; None when it is no attachment."""
    nom = nom_propre(partie.get_filename() or "piece")
    if _fait_corps(partie) or nom.lower().endswith(".p7s"):
        return None
    if partie.get_content_type() in SEALED:
        return Jointe(nom, b"", SCELLEE)
    contenu = partie.get_payload(decode=True)
    return Jointe(nom, contenu if isinstance(contenu, bytes) else b"")


def _fait_corps(partie: Message) -> bool:
    """Whether a part is the letter itself, or what a mail program put in it."""
    if partie.get_content_type() in SANS_OBJET:
        return True
    if partie.get_content_disposition() == "attachment":
        return False
    if partie.get_content_maintype() == "image":
        return "Content-ID" in partie or partie.get_content_disposition() == "inline"
    return partie.get_content_maintype() == "text" and not partie.get_filename()


def _deballe(nom: str, octets: bytes, niveaux: int, room: dict[str, int]) -> Iterator[Jointe]:
    suffixe = PurePosixPath(nom).suffix.lower()
    if niveaux and suffixe == ".eml":
        yield from _du_courriel(octets, niveaux - 1, room)
    elif niveaux and octets.startswith(TNEF):
        for sous_nom, sous_octets in _du_tnef(octets):
            yield from _deballe(nom_propre(sous_nom), sous_octets, niveaux - 1, room)
    elif octets.startswith(b"PK") and suffixe == ".zip":
        yield from _du_zip(nom, octets, room)
    elif octets.startswith(OTHER_ARCHIVES):
        yield Jointe(nom, b"", f"Vigie n'ouvre que les archives zip : {SANS_ARCHIVE}")
    else:
        yield Jointe(nom, b"", SCELLEE) if suffixe in SEALED_NAMES else Jointe(nom, octets)


def _du_zip(nom: str, octets: bytes, room: dict[str, int]) -> Iterator[Jointe]:
    """The files of an archive; an archive inside is left as it is."""
    try:
        _spend(room, "fichiers", octets.count(ENTRY))
        with zipfile.ZipFile(io.BytesIO(octets)) as z:
            if CLASSEUR in z.namelist():  # a workbook under a wrong name
                yield Jointe(f"{nom.removesuffix('.zip')}.xlsx", octets)
                return
            entrees = [e for e in z.infolist() if not e.is_dir() and not LAISSEES.search(e.filename)]
            if any(e.compress_type not in PACKINGS for e in entrees):
                yield Jointe(
                    nom, b"", f"Cette archive est compressée d'une façon que Vigie n'ouvre pas : {SANS_ARCHIVE}"
                )
                return
            _spend(room, "octets", sum(e.file_size for e in entrees))
            for entree in entrees:
                with z.open(entree) as f:  # zipfile stops at the size announced, whatever was packed
                    yield Jointe(nom_propre(_nom_d_archive(entree)), f.read(entree.file_size))
    except TooMuchError:
        yield Jointe(nom, b"", f"Cette archive est trop grosse une fois ouverte : {SANS_ARCHIVE}")
    except RuntimeError:
        yield Jointe(nom, b"", f"Cette archive est protégée par un mot de passe : {SANS_ARCHIVE}")
    except Exception:  # an archive may be broken in any way
        yield Jointe(nom, b"", f"Cette archive est abîmée : {SANS_ARCHIVE}")


def _nom_d_archive(entree: zipfile.ZipInfo) -> str:
    """An entry's name; without the mark of UTF-8, Windows wrote it in its own alphabet."""
    if entree.flag_bits & 0x800:
        return entree.filename
    return entree.filename.encode("cp437", "replace").decode("cp850", "replace")


def _du_tnef(octets: bytes) -> Iterator[tuple[str, bytes]]:
    """The attachments of Outlook's own envelope (winmail.dat, MS-OXTNEF): a run of (level, attribute, length, value, sum)."""
    place, nom = 6, "piece"
    while place + 9 <= len(octets):
        _, attribut, taille = struct.unpack_from("<BII", octets, place)
        valeur = octets[place + 9 : place + 9 + taille]
        place += 9 + taille + 2
        if attribut & 0xFFFF == 0x9002:  # attAttachRendData: another attachment begins
            nom = "piece"
        elif attribut & 0xFFFF == 0x8010:  # attAttachTitle
            nom = valeur.rstrip(b"\0").decode("cp1252", "replace")
        elif attribut & 0xFFFF == 0x800F:  # attAttachData
            yield nom, valeur


def nom_propre(nom: str) -> str:
    """A file name that leads nowhere, on one line, without a secret; its ending is kept."""
    seul = masque(re.split(r"[\\/]", decode(nom))[-1].strip(". ")) or "piece"
    return seul if len(seul) <= 120 else f"{seul[:100]}…{PurePosixPath(seul).suffix[:10]}"
