"""A file's bytes → its tabs as rows of raw cells, or a refusal in one sentence. Reads only; calamine does the work.

Never decides what a cell means. Runs in a worker process: calamine may abort, or take all the memory it is given.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from sheets.checks import classeur
from sheets.constats import Constat

OLE = bytes.fromhex("D0CF11E0A1B11AE1")
TAILLE_MAX = 20 * 1024 * 1024
ENTREES_MAX = 2_000
DEPLIE_MAX = 300 * 1024 * 1024
RATIO_MAX = 200
REPRENDRE = "Remplissez la trame reçue, et renvoyez-la au format .xlsx."
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
        super().__init__(classeur.classeur_illisible(raison, REPARER))


@dataclass(frozen=True, slots=True)
class OngletBrut:
    """A tab as read: raw rows, and where their first cell stands (0 is A1)."""

    nom: str
    rangees: list[list[Any]]
    ligne_0: int
    colonne_0: int


def ouvre(octets: bytes) -> Iterator[OngletBrut]:
    """Yield the worksheets of a workbook, in order. Raises Refus, and MalLu where a second try may do better."""
    refuse_le_dangereux(octets)
    try:
        livre = CalamineWorkbook.from_filelike(io.BytesIO(octets))
        if not livre.sheets_metadata:
            raise _illisible("Ce classeur n'a plus aucun onglet lisible.", REPARER)
        for meta in livre.sheets_metadata:
            if meta.typ is SheetTypeEnum.WorkSheet:
                feuille = livre.get_sheet_by_name(meta.name)
                ligne_0, colonne_0 = feuille.start or (0, 0)
                yield OngletBrut(meta.name, feuille.to_python(skip_empty_area=True), ligne_0, colonne_0)
    except CalamineError as faute:
        raise MalLu(ABIME) from faute


def refuse_le_dangereux(octets: bytes) -> None:
    """Look at the file's signature and table of contents, before anything is unpacked. Raises Refus."""
    if len(octets) > TAILLE_MAX:
        raise _illisible(
            f"Ce fichier fait {len(octets) // 1_048_576} Mo ; une trame en fait moins de {TAILLE_MAX // 1_048_576}.",
            "Retirez les images et les onglets étrangers à la trame.",
        )
    if not octets:
        raise _illisible("Ce fichier est vide.", "Renvoyez-le : sa copie s'est sans doute interrompue.")
    if octets.startswith(OLE):
        raise _refus_d_un_ole(octets)
    if not octets.startswith(b"PK") and not zipfile.is_zipfile(io.BytesIO(octets)):
        raise _refus_d_autre_chose(octets)
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as z:
            entrees = z.infolist()
            manifeste = z.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in z.namelist() else b""
    except (zipfile.BadZipFile, NotImplementedError, ValueError, RuntimeError):
        raise _illisible(
            "Ce fichier n'est pas un classeur Excel, ou il est incomplet.",
            "Renvoyez la trame au format .xlsx, une fois sa copie terminée.",
        ) from None
    _refuse_le_contenu(entrees, len(octets))
    if b"encryption-data" in manifeste:
        raise Refus(classeur.classeur_protege())


def _refuse_le_contenu(entrees: list[zipfile.ZipInfo], taille: int) -> None:
    noms = [e.filename for e in entrees]
    deplie = sum(e.file_size for e in entrees)
    if any(e.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for e in entrees):
        raise _illisible("Ce classeur est compressé d'une façon qu'Excel ne connaît pas.", REPRENDRE)
    if len(entrees) > ENTREES_MAX or deplie > DEPLIE_MAX or deplie > RATIO_MAX * taille + 10_000_000:
        raise _illisible(
            "Ce classeur est anormalement compressé ; il n'a pas été ouvert.", "Renvoyez la trame d'origine, remplie."
        )
    if len(set(noms)) < len(noms):
        raise _illisible("Ce classeur contient deux fois la même partie ; rien ne dit laquelle compte.", REPARER)
    if any(n.startswith("word/") for n in noms):
        raise _illisible("C'est un document Word, et non un classeur.", REPRENDRE)
    if any(n.lower().endswith((".xlsx", ".xls", ".ods")) for n in noms):
        raise _illisible(
            "C'est une archive zip qui contient des classeurs.", "Envoyez chaque classeur, hors de l'archive."
        )


def _refus_d_un_ole(octets: bytes) -> Refus:
    """What an old Microsoft container holds, by the names of its streams."""
    for flux, refus in (
        ("EncryptedPackage", Refus(classeur.classeur_protege())),
        ("WordDocument", _illisible("C'est un document Word, et non un classeur.", REPRENDRE)),
        ("__substg1.0", _illisible("C'est un courriel, et non un classeur.", "Envoyez la pièce jointe elle-même.")),
    ):
        if flux.encode("utf-16-le") in octets:
            return refus
    return _illisible("Ce classeur est à l'ancien format .xls.", "Enregistrez-le au format .xlsx, puis renvoyez-le.")


def _refus_d_autre_chose(octets: bytes) -> Refus:
    """What a file that is no container seems to be, by its first bytes."""
    debut = octets[:2_000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if debut.startswith(b"%pdf"):
        return _illisible("C'est un PDF, et non un classeur.", REPRENDRE)
    if debut.startswith(b"<") and (b"<html" in debut or b"<!doctype html" in debut):
        return _illisible("C'est une page web (HTML), et non un classeur.", REPRENDRE)
    if debut.startswith(b"<?xml"):
        return _illisible(
            "C'est un classeur XML, un ancien format.", "Enregistrez-le au format .xlsx, puis renvoyez-le."
        )
    if len(octets) < 400 and octets[0] < 32 and b"\0" in octets:
        return _illisible(
            "C'est le fichier de verrou d'un classeur resté ouvert.", "Fermez le classeur, puis envoyez-le, lui."
        )
    if b"\0" not in octets[:2_000] and sum(c < 9 for c in octets[:2_000]) == 0 and len(octets.splitlines()) > 1:
        return _illisible("C'est un fichier texte (CSV), et non un classeur.", REPRENDRE)
    return _illisible(
        "Ce fichier n'est pas un classeur Excel, ou il est incomplet.",
        "Renvoyez la trame au format .xlsx, une fois sa copie terminée.",
    )


def _illisible(raison: str, correction: str) -> Refus:
    return Refus(classeur.classeur_illisible(raison, correction))


def proprietes(octets: bytes) -> dict[str, str]:
    """The workbook's custom properties, where the template leaves its stamp a second time; {} if there are none."""
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as z:
            racine = ET.fromstring(z.read("docProps/custom.xml"))  # noqa: S314 - sizes are bounded above
    except (KeyError, ValueError, zipfile.BadZipFile, ET.ParseError):
        return {}
    return {p.get("name", ""): "".join(p.itertext()).strip() for p in racine}
