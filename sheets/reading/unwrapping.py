"""A file's bytes → the zip that is read: the file itself, or what an old or locked container holds. Reads no cell.

Excel locks a read-only workbook with a password of its own, which it never asks for: that one alone is tried.
"""

from __future__ import annotations

import io
import re

from sheets.checks import on_workbooks
from sheets.reading import binary_workbook, old_workbook, opening
from sheets.reading.opening import OLE, START_AGAIN, Refusal
from sheets.reading.parts import package

EXCEL_S_OWN = "VelvetSweatshop"
"""The password that Excel tries by itself on opening ([MS-OFFCRYPTO] 2.3.7.1)."""
ROUNDS_MAX = 1_000_000
"""Excel turns a password a hundred thousand times; a file that asks for more would hold the worker for minutes."""
SUMMARY = 200_000
"""Bytes at the end of a zip that hold the names of its parts, of which there are few."""
OLD_EXCEL = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x08\x00", b"\x09\x08\x10\x00")
"""How workbooks of Excel 2 to 5 begin, that some programs still write, outside of any container."""


def unwrapped(raw_bytes: bytes) -> bytes:
    """The workbook as a zip of its parts. Raises Refus for what cannot be read, MalLu for an old one that is damaged."""
    if raw_bytes.startswith(OLD_EXCEL):
        raw_bytes = old_workbook.as_package(raw_bytes)
    elif raw_bytes.startswith(OLE):
        opening.refuse_dangerous(raw_bytes)
        raw_bytes = _held(raw_bytes)
    opening.refuse_dangerous(raw_bytes)
    if b".bin" in raw_bytes[-SUMMARY:]:  # macros and printer settings end so too
        z = package(raw_bytes).zip
        return binary_workbook.as_package(z) if binary_workbook.is_binary(z) else raw_bytes
    return raw_bytes


def _held(raw_bytes: bytes) -> bytes:
    """The workbook that a compound file holds, by the names of its streams. Raises Refus."""
    top, deeper = _streams(raw_bytes)
    if any("DRM" in name for name in (*top, *deeper)):
        raise Refusal(on_workbooks.protected_workbook(on_workbooks.RIGHTS_PROTECTED))
    if "EncryptedPackage" in top:
        return _decrypted(raw_bytes, verify_password=True)
    if "Workbook" in top or "Book" in top:
        return old_workbook.as_package(_decrypted(raw_bytes) if old_workbook.is_locked(raw_bytes) else raw_bytes)
    for stream, what, advice in (
        ("WordDocument", "C'est un document Word, et non un classeur.", START_AGAIN),
        ("PowerPoint Document", "C'est une présentation PowerPoint, et non un classeur.", START_AGAIN),
        ("__substg1.0", "C'est un courriel, et non un classeur.", "Envoyez la pièce jointe elle-même."),
    ):
        if any(name.startswith(stream) for name in top):
            raise opening.unreadable(what, advice)
    raise opening.unreadable("Ce fichier n'est pas un classeur Excel, ou il est incomplet.", START_AGAIN)


def _streams(raw_bytes: bytes) -> tuple[set[str], set[str]]:
    """(names at the top, all the names below them) of a compound file. Raises Refus when it is cut short."""
    import olefile  # noqa: PLC0415 - one file in a thousand

    try:
        with olefile.OleFileIO(io.BytesIO(raw_bytes)) as ole:
            paths = ole.listdir(streams=True, storages=True)
    except (OSError, ValueError, IndexError, TypeError, AttributeError) as fault:
        raise opening.unreadable(opening.INCOMPLETE_FILE, opening.SEND_AGAIN) from fault
    return {path[0] for path in paths}, {name for path in paths for name in path[1:]}


def _decrypted(raw_bytes: bytes, **check: bool) -> bytes:
    """The workbook that Excel opens without asking anything. Raises Refus when it takes a real password."""
    import msoffcrypto  # noqa: PLC0415

    rounds = re.search(rb'spinCount="(\d{1,12})"', raw_bytes)
    clear = io.BytesIO()
    try:
        if rounds and int(rounds[1]) > ROUNDS_MAX:
            raise ValueError("too many rounds")
        locked = msoffcrypto.OfficeFile(io.BytesIO(raw_bytes))
        locked.load_key(password=EXCEL_S_OWN, **check)  # an .xls always checks its password
        locked.decrypt(clear)
    except MemoryError:
        raise
    except Exception as fault:  # a wrong password, or whatever a damaged container makes of it
        raise Refusal(on_workbooks.protected_workbook()) from fault
    return clear.getvalue()
