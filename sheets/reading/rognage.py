"""Second try on a workbook whose reading died: the same file, cut down to where a table can stand.

One stray value in the last cell of a sheet makes calamine ask for the memory of the whole sheet. The XML is streamed,
cells out of reach are dropped and listed, and what is left is given to the same reader, so there is only one.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO
from xml.etree import ElementTree as ET

COLONNES_MAX = 256
TROU_MAX = 1_000
"""A row further than that below the last one that holds something is out of reach."""
LIGNES_MAX = 50_000
_FEUILLE = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_ADRESSE = re.compile(r"([A-Z]{1,3})(\d{1,7})")


@dataclass(frozen=True, slots=True)
class Rogne:
    """The workbook cut down, the cells left out, and how many rows of each sheet hold something (by member name)."""

    octets: bytes
    lointaines: tuple[str, ...]
    lignes: tuple[int, ...]


def rogne(octets: bytes) -> Rogne:
    """Rewrite the sheets of an .xlsx without what is out of reach. Raises zipfile.BadZipFile or ET.ParseError."""
    sortie = io.BytesIO()
    lointaines: list[str] = []
    lignes: list[int] = []
    with zipfile.ZipFile(io.BytesIO(octets)) as avant, zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as apres:
        for nom in avant.namelist():
            if not _FEUILLE.fullmatch(nom):
                apres.writestr(nom, avant.read(nom))
                continue
            with avant.open(nom) as xml, apres.open(nom, "w") as neuf:
                garde, loin = _recopie(xml, neuf)
            lignes.append(garde)
            lointaines += loin
    return Rogne(sortie.getvalue(), tuple(lointaines), tuple(lignes))


def _recopie(xml: IO[bytes], neuf: IO[bytes]) -> tuple[int, list[str]]:
    """Write the rows of a sheet that are within reach; return how many hold something, and the cells left out."""
    lointaines: list[str] = []
    gardees, derniere, espace = 0, 0, ""
    for element in _rangees(xml):
        if not espace:
            espace = element.tag.rpartition("}")[0].lstrip("{")
            ET.register_namespace("", espace)
            neuf.write(f'<worksheet xmlns="{espace}"><sheetData>'.encode())
        numero = int(element.get("r") or derniere + 1)
        pleines = [c for c in element if _pleine(c)]
        if not pleines:
            continue
        if gardees >= LIGNES_MAX or numero - derniere > TROU_MAX:
            lointaines += [c.get("r", f"ligne {numero}") for c in pleines][:5]
            continue
        for c in list(element):
            if _rang(c.get("r", "")) > COLONNES_MAX:
                element.remove(c)
                lointaines += [c.get("r", "")] if c in pleines else []
        gardees, derniere = gardees + 1, numero
        neuf.write(ET.tostring(element))
    neuf.write(b"</sheetData></worksheet>" if espace else b"<worksheet/>")
    return gardees, lointaines


def _rangees(xml: IO[bytes]) -> Iterator[ET.Element]:
    """Each row of a sheet, forgotten once it has been looked at."""
    ouverts: list[ET.Element] = []
    for evenement, element in ET.iterparse(xml, ("start", "end")):  # noqa: S314 - sizes were bounded before
        if evenement == "start":
            ouverts.append(element)
            continue
        ouverts.pop()
        if element.tag.rpartition("}")[2] == "row":
            yield element
            ouverts[-1].remove(element)


def _pleine(cellule: ET.Element) -> bool:
    return any((e.text or "").strip() or len(e) for e in cellule)


def _rang(adresse: str) -> int:
    """The rank of a cell's column, from 1; 0 when the cell has no address."""
    trouve = _ADRESSE.fullmatch(adresse)
    rang = 0
    for lettre in trouve[1] if trouve else "":
        rang = rang * 26 + ord(lettre) - 64
    return rang
