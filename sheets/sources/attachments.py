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

from config.secrets import mask
from sheets.sources.mail_headers import LONGEST_WORDS, decode

MOST_ATTACHMENTS = 60
"""Attachments of one mail that are looked at."""
PLACE = 80 * 1024 * 1024
"""Bytes that the archives of one mail may hold once unpacked, all together."""
ROOM = {"octets": PLACE, "fichiers": 10_000, "lignes": 1_500_000, "parties": 500, "multiples": 60, "champs": 5_000}
"""What one mail may be made of, with all that stands in it: bytes once unpacked, files that archives list, lines, parts, parts
made of parts, headers."""
MOST_LEVELS = 4
"""A mail in a mail in a mail…"""
CHUNK_SIZE = 1 << 16
"""Bytes handed to the parser at once: handed whole, they would stand in memory several times over."""
NO_WORKBOOK = (
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
IGNORED_ENTRIES = re.compile(r"(^|/)(__MACOSX/|~\$|\.)")
"""What systems and locks leave in an archive."""
WORKBOOK_MEMBER = "[Content_Types].xml"
"""What tells an .xlsx, which is a zip too, from an archive."""
ENTRY = b"PK\x01\x02"
"""What each file that an archive lists begins with in its table."""
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, 99)
"""Ways of packing whose memory does not follow what the archive says; 99 is a password's."""

WITHOUT_ARCHIVE = "envoyez chaque classeur, sans archive."
SEALED_REPLY = (
    "Cette pièce est chiffrée ou scellée, et Vigie n'a pas de clef pour l'ouvrir : renvoyez la trame dans un courriel ordinaire, "
    "sans chiffrement ni signature électronique (S/MIME, PGP, droits d'accès)."
)
TOO_NESTED = "Ce courriel en contient trop d'autres, l'un dans l'autre : joignez le classeur lui-même."
TOO_MANY_PIECES = (
    "Ce courriel est fait de trop de morceaux pour être ouvert : joignez le classeur lui-même à un courriel neuf."
)


class TooMuchError(Exception):
    """A mail is made of more than is read of one."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """An attachment. `trouble` says in French why what it was wrapped in could not be opened; it then has no bytes."""

    name: str
    raw_bytes: bytes
    trouble: str = ""


def attachments(raw_bytes: bytes) -> list[Attachment]:
    """What is attached to a mail, in its order. Pictures of a signature, and the words themselves, are not attachments."""
    all_of_those = list(islice(_from_mail(raw_bytes, MOST_LEVELS, dict(ROOM)), MOST_ATTACHMENTS + 1))
    if len(all_of_those) <= MOST_ATTACHMENTS:
        return all_of_those
    too_much = (
        f"Au-delà de {MOST_ATTACHMENTS} pièces jointes, le reste n'a pas été lu : envoyez-le dans un autre courriel."
    )
    return [*all_of_those[:MOST_ATTACHMENTS], Attachment("la suite", b"", too_much)]


def _spend(room: dict[str, int], what: str, how_many: int = 1) -> None:
    """Take it off what may still be read of the mail. Raises TooMuchError when nothing is left."""
    if room[what] < how_many:
        raise TooMuchError
    room[what] -= how_many


def _parse(raw_bytes: bytes, room: dict[str, int]) -> Message:
    """A mail as its parts; headers are cut where nothing of use can follow. Raises TooMuchError, RecursionError."""

    class Bounded(Compat32):
        def header_source_parse(self, sourcelines: Any) -> tuple[str, str]:
            _spend(room, "champs")
            name, value = super().header_source_parse(sourcelines)
            if name.lower() == "content-type" and value.lower().startswith(("multipart/", "message/")):
                _spend(room, "multiples")
            return name, value[: 2 * LONGEST_WORDS]

    def part(policy: Policy | None = None) -> Message:
        _spend(room, "parties")
        return Message(policy or Bounded())

    _spend(room, "lignes", raw_bytes.count(b"\n") + raw_bytes.count(b"\r") - raw_bytes.count(b"\r\n"))
    parser = BytesFeedParser(part, policy=Bounded())
    for place in range(0, len(raw_bytes), CHUNK_SIZE):
        parser.feed(raw_bytes[place : place + CHUNK_SIZE])
    return parser.close()


def _from_mail(raw_bytes: bytes, levels: int, room: dict[str, int]) -> Iterator[Attachment]:
    try:
        parts = [p for p in _parse(raw_bytes, room).walk() if not p.is_multipart()]
    except (RecursionError, TooMuchError) as fault:
        yield Attachment("courriel", b"", TOO_MANY_PIECES if isinstance(fault, TooMuchError) else TOO_NESTED)
        return
    for part in parts:
        try:
            attachment_read = _read_part(part)
        except Exception:  # whatever the library stumbles on
            attachment_read = Attachment("piece", b"", "Cette pièce jointe est abîmée : renvoyez-la.")
        if attachment_read and (attachment_read.trouble or not attachment_read.raw_bytes):
            yield attachment_read
        elif attachment_read:
            yield from _unpack(attachment_read.name, attachment_read.raw_bytes, levels, room)


def _read_part(part: Message) -> Attachment | None:
    """A part with its name and its bytes; None when it is no attachment."""
    name = clean_name(part.get_filename() or "piece")
    if _is_body(part) or name.lower().endswith(".p7s"):
        return None
    if part.get_content_type() in SEALED:
        return Attachment(name, b"", SEALED_REPLY)
    content = part.get_payload(decode=True)
    return Attachment(name, content if isinstance(content, bytes) else b"")


def _is_body(part: Message) -> bool:
    """Whether a part is the letter itself, or what a mail program put in it."""
    if part.get_content_type() in NO_WORKBOOK:
        return True
    if part.get_content_disposition() == "attachment":
        return False
    if part.get_content_maintype() == "image":
        return "Content-ID" in part or part.get_content_disposition() == "inline"
    return part.get_content_maintype() == "text" and not part.get_filename()


def _unpack(name: str, raw_bytes: bytes, levels: int, room: dict[str, int]) -> Iterator[Attachment]:
    suffix = PurePosixPath(name).suffix.lower()
    if levels and suffix == ".eml":
        yield from _from_mail(raw_bytes, levels - 1, room)
    elif levels and raw_bytes.startswith(TNEF):
        for inner_name, inner_bytes in _from_tnef(raw_bytes):
            yield from _unpack(clean_name(inner_name), inner_bytes, levels - 1, room)
    elif raw_bytes.startswith(b"PK") and suffix == ".zip":
        yield from _from_zip(name, raw_bytes, room)
    elif raw_bytes.startswith(OTHER_ARCHIVES):
        yield Attachment(name, b"", f"Vigie n'ouvre que les archives zip : {WITHOUT_ARCHIVE}")
    else:
        yield Attachment(name, b"", SEALED_REPLY) if suffix in SEALED_NAMES else Attachment(name, raw_bytes)


def _from_zip(name: str, raw_bytes: bytes, room: dict[str, int]) -> Iterator[Attachment]:
    """The files of an archive; an archive inside is left as it is."""
    try:
        _spend(room, "fichiers", raw_bytes.count(ENTRY))
        with zipfile.ZipFile(io.BytesIO(raw_bytes)) as z:
            if WORKBOOK_MEMBER in z.namelist():  # a workbook under a wrong name
                yield Attachment(f"{name.removesuffix('.zip')}.xlsx", raw_bytes)
                return
            entries = [e for e in z.infolist() if not e.is_dir() and not IGNORED_ENTRIES.search(e.filename)]
            if any(e.compress_type not in PACKINGS for e in entries):
                yield Attachment(
                    name, b"", f"Cette archive est compressée d'une façon que Vigie n'ouvre pas : {WITHOUT_ARCHIVE}"
                )
                return
            _spend(room, "octets", sum(e.file_size for e in entries))
            for entry in entries:
                with z.open(entry) as f:  # zipfile stops at the size announced, whatever was packed
                    yield Attachment(clean_name(_name_in_archive(entry)), f.read(entry.file_size))
    except TooMuchError:
        yield Attachment(name, b"", f"Cette archive est trop grosse une fois ouverte : {WITHOUT_ARCHIVE}")
    except RuntimeError:
        yield Attachment(name, b"", f"Cette archive est protégée par un mot de passe : {WITHOUT_ARCHIVE}")
    except Exception:  # an archive may be broken in any way
        yield Attachment(name, b"", f"Cette archive est abîmée : {WITHOUT_ARCHIVE}")


def _name_in_archive(entry: zipfile.ZipInfo) -> str:
    """An entry's name; without the mark of UTF-8, Windows wrote it in its own alphabet."""
    if entry.flag_bits & 0x800:
        return entry.filename
    return entry.filename.encode("cp437", "replace").decode("cp850", "replace")


def _from_tnef(raw_bytes: bytes) -> Iterator[tuple[str, bytes]]:
    """The attachments of Outlook's own envelope (winmail.dat, MS-OXTNEF): a run of (level, attribute, length, value, sum)."""
    place, name = 6, "piece"
    while place + 9 <= len(raw_bytes):
        _, attribute, size = struct.unpack_from("<BII", raw_bytes, place)
        value = raw_bytes[place + 9 : place + 9 + size]
        place += 9 + size + 2
        if attribute & 0xFFFF == 0x9002:  # attAttachRendData: another attachment begins
            name = "piece"
        elif attribute & 0xFFFF == 0x8010:  # attAttachTitle
            name = value.rstrip(b"\0").decode("cp1252", "replace")
        elif attribute & 0xFFFF == 0x800F:  # attAttachData
            yield name, value


def clean_name(name: str) -> str:
    """A file name that leads nowhere, on one line, without a secret; its ending is kept."""
    alone = mask(re.split(r"[\\/]", decode(name))[-1].strip(". ")) or "piece"
    return alone if len(alone) <= 120 else f"{alone[:100]}…{PurePosixPath(alone).suffix[:10]}"
