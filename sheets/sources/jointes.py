"""A mail's bytes → what is attached to it, out of whatever it was wrapped in: forwarded mails, archives, winmail.dat. Pure.

Never opens an attachment itself. What was packed to harm is unpacked no further than `PLACE` bytes and `AU_PLUS` pieces.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from itertools import islice
from pathlib import PurePosixPath

from config.discretion import masque
from sheets.sources.courriel import decode

AU_PLUS = 60
"""Attachments of one mail that are looked at."""
PLACE = 80 * 1024 * 1024
"""Bytes that the archive of one mail may hold once unpacked."""
NIVEAUX = 4
"""A mail in a mail in a mail…"""
SANS_OBJET = (
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/pgp-signature",
    "text/calendar",
)
"""What mail programs add of themselves: no one attached it."""
TNEF = b"\x78\x9f\x3e\x22"
LAISSEES = re.compile(r"(^|/)(__MACOSX/|~\$|\.)")
"""What systems and locks leave in an archive."""
CLASSEUR = "[Content_Types].xml"
"""What tells an .xlsx, which is a zip too, from an archive."""


@dataclass(frozen=True, slots=True)
class Jointe:
    """An attachment. `souci` says in French why what it was wrapped in could not be opened; it then has no bytes."""

    nom: str
    octets: bytes
    souci: str = ""


def jointes(octets: bytes) -> list[Jointe]:
    """What is attached to a mail, in its order. Pictures of a signature, and the words themselves, are not attachments."""
    toutes = list(islice(_du_courriel(octets, NIVEAUX), AU_PLUS + 1))
    if len(toutes) <= AU_PLUS:
        return toutes
    trop = f"Au-delà de {AU_PLUS} pièces jointes, le reste n'a pas été lu : envoyez-le dans un autre courriel."
    return [*toutes[:AU_PLUS], Jointe("la suite", b"", trop)]


def _du_courriel(octets: bytes, niveaux: int) -> Iterator[Jointe]:
    try:
        parties = [p for p in message_from_bytes(octets).walk() if not p.is_multipart() and not _fait_corps(p)]
    except RecursionError:
        yield Jointe(
            "courriel", b"", "Ce courriel en contient trop d'autres, l'un dans l'autre : joignez le classeur lui-même."
        )
        return
    for partie in parties:
        contenu = partie.get_payload(decode=True)
        nom = nom_propre(partie.get_filename() or "piece")
        yield from _deballe(nom, contenu if isinstance(contenu, bytes) else b"", niveaux)


def _fait_corps(partie: Message) -> bool:
    """Whether a part is the letter itself, or what a mail program put in it."""
    if partie.get_content_type() in SANS_OBJET:
        return True
    if partie.get_content_disposition() == "attachment":
        return False
    if partie.get_content_maintype() == "image":
        return "Content-ID" in partie or partie.get_content_disposition() == "inline"
    return partie.get_content_maintype() == "text" and not partie.get_filename()


def _deballe(nom: str, octets: bytes, niveaux: int) -> Iterator[Jointe]:
    suffixe = PurePosixPath(nom).suffix.lower()
    if niveaux and suffixe == ".eml":
        yield from _du_courriel(octets, niveaux - 1)
    elif niveaux and octets.startswith(TNEF):
        for sous_nom, sous_octets in _du_tnef(octets):
            yield from _deballe(nom_propre(sous_nom), sous_octets, niveaux - 1)
    elif octets.startswith(b"PK") and suffixe == ".zip":
        yield from _du_zip(nom, octets)
    else:
        yield Jointe(nom, octets)


def _du_zip(nom: str, octets: bytes) -> Iterator[Jointe]:
    """The files of an archive; an archive inside is left as it is."""
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as z:
            if CLASSEUR in z.namelist():  # a workbook under a wrong name
                yield Jointe(f"{nom.removesuffix('.zip')}.xlsx", octets)
                return
            entrees = [e for e in z.infolist() if not e.is_dir() and not LAISSEES.search(e.filename)]
            if sum(e.file_size for e in entrees) > PLACE:
                yield Jointe(
                    nom, b"", "Cette archive est trop grosse une fois ouverte : envoyez chaque classeur, sans archive."
                )
                return
            for entree in entrees:
                with z.open(entree) as f:  # zipfile stops at the size announced, whatever was packed
                    yield Jointe(nom_propre(_nom_d_archive(entree)), f.read(entree.file_size))
    except RuntimeError:
        yield Jointe(
            nom, b"", "Cette archive est protégée par un mot de passe : envoyez chaque classeur, sans archive."
        )
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError, zlib.error):
        yield Jointe(nom, b"", "Cette archive est abîmée : envoyez chaque classeur, sans archive.")


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
