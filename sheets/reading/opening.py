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
from sheets.findings import Constat
from sheets.reading.parts import package

PANIQUE = "pyo3_runtime"
"""Where a panic of calamine comes from: no Exception, and it cannot be pickled, so it never leaves this module."""
RACINE, USUEL = "_rels/.rels", b"xl/workbook.xml"
OLE = bytes.fromhex("D0CF11E0A1B11AE1")
TAILLE_MAX = 20 * 1024 * 1024
ENTREES_MAX = 2_000
DEPLIE_MAX = 300 * 1024 * 1024
RATIO_MAX = 200
SOMMAIRES = {"[content_types].xml", "_rels/.rels", "mimetype", "content.xml"}
"""One of these stands at the root of any workbook that is a zip, and of no archive of workbooks."""
CLASSEURS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
REPRENDRE = "Remplissez la trame reçue, et renvoyez-la au format .xlsx."
INCOMPLET = "Ce fichier n'est pas un classeur Excel, ou il est incomplet."
RENVOYER = "Renvoyez la trame au format .xlsx, une fois sa copie terminée."
ABIME = "Ce classeur est abîmé : son contenu ne peut pas être lu."
REPARER = "Ouvrez-le dans Excel, acceptez la réparation, enregistrez-le, puis renvoyez-le."


class Refus(Exception):  # noqa: N818 - a verdict on the file, not a fault of the program
    """The file is not a workbook that can be read; carries the finding that says why."""

    def __init__(self, constat: Constat) -> None:
        super().__init__(constat.message)
        self.constat = constat


class MalLu(Refus):
    """calamine fails, or does not give what the XML holds: worth a second try on the workbook rewritten."""

    def __init__(self, raison: str) -> None:
        super().__init__(on_workbooks.classeur_illisible(raison, REPARER))


@dataclass(frozen=True, slots=True)
class OngletBrut:
    """A tab as read: raw rows, and where their first cell stands (0 is A1)."""

    nom: str
    rangees: list[list[Any]]
    ligne_0: int
    colonne_0: int


def ouvre(octets: bytes) -> list[OngletBrut]:
    """The worksheets of a workbook, in order. Raises Refus, and MalLu where a second try may do better."""
    refuse_le_dangereux(octets)
    try:
        _refuse_un_autre_livre(octets)
        livre = CalamineWorkbook.from_filelike(io.BytesIO(octets))
        bruts = [_brut(livre, m.name) for m in livre.sheets_metadata if m.typ is SheetTypeEnum.WorkSheet]
    except (MemoryError, MalLu):
        raise
    except Exception as faute:
        raise MalLu(ABIME) from faute
    except BaseException as panique:
        if type(panique).__module__ != PANIQUE:
            raise
        raise MalLu(ABIME) from None
    if not bruts:
        raise MalLu("Ce classeur n'a plus aucun onglet lisible.")
    return bruts


def _refuse_un_autre_livre(octets: bytes) -> None:
    """calamine reads the usual main part, whichever the file points at. Raises MalLu when it is another one."""
    z = package(octets).zip
    liens = z.read(RACINE) if RACINE in z.namelist() else USUEL
    if USUEL not in liens:
        raise MalLu(ABIME)


def _brut(livre: CalamineWorkbook, nom: str) -> OngletBrut:
    feuille = livre.get_sheet_by_name(nom)
    ligne_0, colonne_0 = feuille.start or (0, 0)
    return OngletBrut(nom, feuille.to_python(skip_empty_area=True), ligne_0, colonne_0)


def refuse_le_dangereux(octets: bytes) -> None:
    """Look at the file's signature and table of contents, before anything is unpacked. Raises Refus."""
    if len(octets) > TAILLE_MAX:
        raise illisible(
            f"Ce fichier fait {len(octets) // 1_048_576} Mo ; une trame en fait moins de {TAILLE_MAX // 1_048_576}.",
            "Retirez les images et les onglets étrangers à la trame.",
        )
    if not octets:
        raise illisible("Ce fichier est vide.", "Renvoyez-le : sa copie s'est sans doute interrompue.")
    if octets.startswith(OLE):
        return  # its streams say what it is: see `unwrapping`
    if not octets.startswith(b"PK") and not zipfile.is_zipfile(io.BytesIO(octets)):
        raise _refus_d_autre_chose(octets)
    try:
        z = package(octets).zip
        entrees = z.infolist()
        manifeste = z.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in z.namelist() else b""
    except (zipfile.BadZipFile, NotImplementedError, ValueError, RuntimeError):
        raise illisible(INCOMPLET, RENVOYER) from None
    _refuse_le_contenu(entrees, len(octets))
    if b"encryption-data" in manifeste:
        raise Refus(on_workbooks.classeur_protege())


def _refuse_le_contenu(entrees: list[zipfile.ZipInfo], taille: int) -> None:
    noms = [e.filename for e in entrees]
    deplie = sum(e.file_size for e in entrees)
    if any(e.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for e in entrees):
        raise illisible("Ce classeur est compressé d'une façon qu'Excel ne connaît pas.", REPRENDRE)
    if len(entrees) > ENTREES_MAX or deplie > DEPLIE_MAX or deplie > RATIO_MAX * taille + 10_000_000:
        raise illisible(
            "Ce classeur est anormalement compressé ; il n'a pas été ouvert.", "Renvoyez la trame d'origine, remplie."
        )
    if len(set(noms)) < len(noms):
        raise illisible("Ce classeur contient deux fois la même partie ; rien ne dit laquelle compte.", REPARER)
    _refuse_une_archive({n.replace("\\", "/").lower() for n in noms})


def _refuse_une_archive(noms: Collection[str]) -> None:
    """What a zip that is no workbook seems to be. A workbook may well hold other documents, workbooks among them."""
    if "word/document.xml" in noms and not any(n.startswith("xl/") for n in noms):
        raise illisible("C'est un document Word, et non un classeur.", REPRENDRE)
    if not SOMMAIRES & set(noms) and any(n.endswith(CLASSEURS) for n in noms):
        raise illisible(
            "C'est une archive zip qui contient des classeurs.", "Envoyez chaque classeur, hors de l'archive."
        )


def _refus_d_autre_chose(octets: bytes) -> Refus:
    """What a file that is no container seems to be, by its first bytes."""
    debut = octets[:2_000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if debut.startswith(b".pfile"):
        return Refus(on_workbooks.classeur_protege(on_workbooks.DROITS))
    if debut.startswith(b"%pdf"):
        return illisible("C'est un PDF, et non un classeur.", REPRENDRE)
    if debut.startswith(b"<") and (b"<html" in debut or b"<!doctype html" in debut):
        return illisible("C'est une page web (HTML), et non un classeur.", REPRENDRE)
    if debut.startswith(b"<?xml"):
        return illisible(
            "C'est un classeur XML, un ancien format.", "Enregistrez-le au format .xlsx, puis renvoyez-le."
        )
    if len(octets) < 400 and octets[0] < 32 and b"\0" in octets:
        return illisible(
            "C'est le fichier de verrou d'un classeur resté ouvert.", "Fermez le classeur, puis envoyez-le, lui."
        )
    if b"\0" not in octets[:2_000] and sum(c < 9 for c in octets[:2_000]) == 0 and len(octets.splitlines()) > 1:
        return illisible("C'est un fichier texte (CSV), et non un classeur.", REPRENDRE)
    return illisible(INCOMPLET, RENVOYER)


def illisible(raison: str, correction: str) -> Refus:
    return Refus(on_workbooks.classeur_illisible(raison, correction))


def proprietes(octets: bytes) -> dict[str, str]:
    """The workbook's custom properties, where the template leaves its stamp a second time; {} if there are none."""
    try:
        racine = package(octets).root("docProps/custom.xml")
    except (KeyError, ValueError, zipfile.BadZipFile, ET.ParseError):
        return {}
    return {p.get("name", ""): "".join(p.itertext()).strip() for p in racine}
