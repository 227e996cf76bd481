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
CHIFFRE = "EncryptedPackage".encode("utf-16-le")
TAILLE_MAX = 20 * 1024 * 1024
ENTREES_MAX = 2_000
DEPLIE_MAX = 300 * 1024 * 1024
RATIO_MAX = 200


class Refus(Exception):  # noqa: N818 - a verdict on the file, not a fault of the program
    """The file is not a workbook that can be read; carries the finding that says why."""

    def __init__(self, constat: Constat) -> None:
        super().__init__(constat.message)
        self.constat = constat


@dataclass(frozen=True, slots=True)
class OngletBrut:
    """A tab as read: raw rows, and where their first cell stands (0 is A1)."""

    nom: str
    rangees: list[list[Any]]
    ligne_0: int
    colonne_0: int


def ouvre(octets: bytes) -> Iterator[OngletBrut]:
    """Yield the worksheets of a workbook, in order. Raises Refus."""
    refuse_le_dangereux(octets)
    try:
        livre = CalamineWorkbook.from_filelike(io.BytesIO(octets))
        for meta in livre.sheets_metadata:
            if meta.typ is SheetTypeEnum.WorkSheet:
                feuille = livre.get_sheet_by_name(meta.name)
                ligne_0, colonne_0 = feuille.start or (0, 0)
                yield OngletBrut(meta.name, feuille.to_python(skip_empty_area=True), ligne_0, colonne_0)
    except CalamineError as faute:
        raise Refus(classeur.classeur_illisible(
            "Ce classeur est abîmé : son contenu ne peut pas être lu.",
            "Ouvrez-le dans Excel, acceptez la réparation, enregistrez-le, puis renvoyez-le.")) from faute  # fmt: skip


def refuse_le_dangereux(octets: bytes) -> None:
    """Look at the file's signature and table of contents, before anything is unpacked. Raises Refus."""
    if len(octets) > TAILLE_MAX:
        raise _illisible(f"Ce fichier fait {len(octets) // 1_048_576} Mo ; une trame en fait moins de {TAILLE_MAX // 1_048_576}.",
                         "Retirez les images et les onglets étrangers à la trame.")  # fmt: skip
    if not octets:
        raise _illisible("Ce fichier est vide.", "Renvoyez-le : sa copie s'est sans doute interrompue.")
    if octets.startswith(OLE):
        if CHIFFRE in octets:
            raise Refus(classeur.classeur_protege())
        raise _illisible("Ce classeur est à l'ancien format .xls.", "Enregistrez-le au format .xlsx, puis renvoyez-le.")
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as z:
            entrees = z.infolist()
    except zipfile.BadZipFile:
        raise _illisible("Ce fichier n'est pas un classeur Excel, ou il est incomplet.",
                         "Renvoyez la trame au format .xlsx, une fois sa copie terminée.") from None  # fmt: skip
    deplie = sum(e.file_size for e in entrees)
    if len(entrees) > ENTREES_MAX or deplie > DEPLIE_MAX or deplie > RATIO_MAX * len(octets) + 10_000_000:
        raise _illisible(
            "Ce classeur est anormalement compressé ; il n'a pas été ouvert.", "Renvoyez la trame d'origine, remplie."
        )


def _illisible(raison: str, correction: str) -> Refus:
    return Refus(classeur.classeur_illisible(raison, correction))


def proprietes(octets: bytes) -> dict[str, str]:
    """The workbook's custom properties, where the template leaves its stamp a second time; {} if there are none."""
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as z:
            racine = ET.fromstring(z.read("docProps/custom.xml"))  # noqa: S314 - sizes are bounded above
    except (KeyError, zipfile.BadZipFile, ET.ParseError):
        return {}
    return {p.get("name", ""): "".join(p.itertext()).strip() for p in racine}
