"""A file's bytes → its tabs as rows of raw cells, or a refusal in one sentence. Reads only; calamine does the work.

Never decides what a cell means. Runs in a worker process: calamine may abort, or take all the memory it is given.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from python_calamine import CalamineWorkbook, SheetTypeEnum

from sheets.checks import on_workbooks
from sheets.findings import Finding
from sheets.reading.parts import package

PANIC = "pyo3_runtime"
"""Where a panic of calamine comes from: no Exception, and it cannot be pickled, so it never leaves this module."""
ROOT_RELS, USUAL_PART = "_rels/.rels", b"xl/workbook.xml"
OLE = bytes.fromhex("D0CF11E0A1B11AE1")
SIZE_MAX = 20 * 1024 * 1024
ENTRIES_MAX = 2_000
UNPACKED_MAX = 300 * 1024 * 1024
RATIO_MAX = 200
CONTENTS_PARTS = {"[content_types].xml", "_rels/.rels", "mimetype", "content.xml"}
"""One of these stands at the root of any workbook that is a zip, and of no archive of workbooks."""
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
START_AGAIN = "Remplissez la trame reçue, et renvoyez-la au format .xlsx."
INCOMPLETE_FILE = "Ce fichier n'est pas un classeur Excel, ou il est incomplet."
SEND_AGAIN = "Renvoyez la trame au format .xlsx, une fois sa copie terminée."
DAMAGED_SENTENCE = "Ce classeur est abîmé : son contenu ne peut pas être lu."
REPAIR = "Ouvrez-le dans Excel, acceptez la réparation, enregistrez-le, puis renvoyez-le."


class Refusal(Exception):  # noqa: N818 - a verdict on the file, not a fault of the program
    """The file is not a workbook that can be read; carries the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


class Misread(Refusal):
    """calamine fails, or does not give what the XML holds: worth a second try on the workbook rewritten."""

    def __init__(self, reason: str) -> None:
        super().__init__(on_workbooks.unreadable_workbook(reason, REPAIR))


@dataclass(frozen=True, slots=True)
class RawTab:
    """A tab as read: raw rows, and where their first cell stands (0 is A1)."""

    name: str
    rows: list[list[Any]]
    first_row: int
    first_column: int


def open_workbook(raw_bytes: bytes) -> list[RawTab]:
    """The worksheets of a workbook, in order. Raises Refus, and MalLu where a second try may do better."""
    refuse_dangerous(raw_bytes)
    try:
        _refuse_other_main_part(raw_bytes)
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw_bytes))
        raw_tabs = [_raw_tab(book, m.name) for m in book.sheets_metadata if m.typ is SheetTypeEnum.WorkSheet]
    except (MemoryError, Misread):
        raise
    except Exception as fault:
        raise Misread(DAMAGED_SENTENCE) from fault
    except BaseException as panic:
        if type(panic).__module__ != PANIC:
            raise
        raise Misread(DAMAGED_SENTENCE) from None
    if not raw_tabs:
        raise Misread("Ce classeur n'a plus aucun onglet lisible.")
    return raw_tabs


def _refuse_other_main_part(raw_bytes: bytes) -> None:
    """calamine reads the usual main part, whichever the file points at. Raises MalLu when it is another one."""
    z = package(raw_bytes).zip
    links = z.read(ROOT_RELS) if ROOT_RELS in z.namelist() else USUAL_PART
    if USUAL_PART not in links:
        raise Misread(DAMAGED_SENTENCE)


def _raw_tab(book: CalamineWorkbook, name: str) -> RawTab:
    sheet = book.get_sheet_by_name(name)
    first_row, first_column = sheet.start or (0, 0)
    return RawTab(name, sheet.to_python(skip_empty_area=True), first_row, first_column)


def refuse_dangerous(raw_bytes: bytes) -> None:
    """Look at the file's signature and table of contents, before anything is unpacked. Raises Refus."""
    if len(raw_bytes) > SIZE_MAX:
        raise unreadable(
            f"Ce fichier fait {len(raw_bytes) // 1_048_576} Mo ; une trame en fait moins de {SIZE_MAX // 1_048_576}.",
            "Retirez les images et les onglets étrangers à la trame.",
        )
    if not raw_bytes:
        raise unreadable("Ce fichier est vide.", "Renvoyez-le : sa copie s'est sans doute interrompue.")
    if raw_bytes.startswith(OLE):
        return  # its streams say what it is: see `unwrapping`
    if not raw_bytes.startswith(b"PK") and not zipfile.is_zipfile(io.BytesIO(raw_bytes)):
        raise _refusal_by_first_bytes(raw_bytes)
    try:
        z = package(raw_bytes).zip
        entries = z.infolist()
        manifest = z.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in z.namelist() else b""
    except (zipfile.BadZipFile, NotImplementedError, ValueError, RuntimeError):
        raise unreadable(INCOMPLETE_FILE, SEND_AGAIN) from None
    _refuse_content(entries, len(raw_bytes))
    if b"encryption-data" in manifest:
        raise Refusal(on_workbooks.protected_workbook())


def _refuse_content(entries: list[zipfile.ZipInfo], size: int) -> None:
    names = [e.filename for e in entries]
    unpacked_size = sum(e.file_size for e in entries)
    if any(e.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for e in entries):
        raise unreadable("Ce classeur est compressé d'une façon qu'Excel ne connaît pas.", START_AGAIN)
    if len(entries) > ENTRIES_MAX or unpacked_size > UNPACKED_MAX or unpacked_size > RATIO_MAX * size + 10_000_000:
        raise unreadable(
            "Ce classeur est anormalement compressé ; il n'a pas été ouvert.", "Renvoyez la trame d'origine, remplie."
        )
    if len(set(names)) < len(names):
        raise unreadable("Ce classeur contient deux fois la même partie ; rien ne dit laquelle compte.", REPAIR)
    _refuse_archive({n.replace("\\", "/").lower() for n in names})


def _refuse_archive(names: Collection[str]) -> None:
    """What a zip that is no workbook seems to be. A workbook may well hold other documents, workbooks among them."""
    if "word/document.xml" in names and not any(n.startswith("xl/") for n in names):
        raise unreadable("C'est un document Word, et non un classeur.", START_AGAIN)
    if not CONTENTS_PARTS & set(names) and any(n.endswith(WORKBOOK_SUFFIXES) for n in names):
        raise unreadable(
            "C'est une archive zip qui contient des classeurs.", "Envoyez chaque classeur, hors de l'archive."
        )


def _refusal_by_first_bytes(raw_bytes: bytes) -> Refusal:
    """What a file that is no container seems to be, by its first bytes."""
    start = raw_bytes[:2_000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith(b".pfile"):
        return Refusal(on_workbooks.protected_workbook(on_workbooks.RIGHTS_PROTECTED))
    if start.startswith(b"%pdf"):
        return unreadable("C'est un PDF, et non un classeur.", START_AGAIN)
    if start.startswith(b"<") and (b"<html" in start or b"<!doctype html" in start):
        return unreadable("C'est une page web (HTML), et non un classeur.", START_AGAIN)
    if start.startswith(b"<?xml"):
        return unreadable(
            "C'est un classeur XML, un ancien format.", "Enregistrez-le au format .xlsx, puis renvoyez-le."
        )
    if len(raw_bytes) < 400 and raw_bytes[0] < 32 and b"\0" in raw_bytes:
        return unreadable(
            "C'est le fichier de verrou d'un classeur resté ouvert.", "Fermez le classeur, puis envoyez-le, lui."
        )
    if (
        b"\0" not in raw_bytes[:2_000]
        and sum(c < 9 for c in raw_bytes[:2_000]) == 0
        and len(raw_bytes.splitlines()) > 1
    ):
        return unreadable("C'est un fichier texte (CSV), et non un classeur.", START_AGAIN)
    return unreadable(INCOMPLETE_FILE, SEND_AGAIN)


def unreadable(reason: str, correction: str) -> Refusal:
    return Refusal(on_workbooks.unreadable_workbook(reason, correction))


def properties(raw_bytes: bytes) -> dict[str, str]:
    """The workbook's custom properties, where the template leaves its stamp a second time; {} if there are none."""
    try:
        root = package(raw_bytes).root("docProps/custom.xml")
    except (KeyError, ValueError, zipfile.BadZipFile, ET.ParseError):
        return {}
    return {p.get("name", ""): "".join(p.itertext()).strip() for p in root}
