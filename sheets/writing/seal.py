"""The bytes of a workbook of ours, sealed: a later command can tell whether anyone saved it since.

The seal is the comment of the zip: Excel and LibreOffice pass over it, and drop it when they save.
"""

from __future__ import annotations

import hashlib
import io
import zipfile

from openpyxl import Workbook

SEAL = "vigie:"


def sealed(book: Workbook) -> bytes:
    """The workbook's bytes, with its seal."""
    buffer = io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer, "a") as parts:
        parts.comment = _seal_of(parts)
    return buffer.getvalue()


def is_untouched(content: bytes) -> bool:
    """Whether these bytes are a workbook of ours that nobody saved again."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return parts.comment == _seal_of(parts)
    except zipfile.BadZipFile:
        return False


def _seal_of(parts: zipfile.ZipFile) -> bytes:
    said = repr([(part.filename, part.CRC, part.file_size) for part in parts.infolist()])
    return f"{SEAL}{hashlib.sha256(said.encode()).hexdigest()}".encode()
