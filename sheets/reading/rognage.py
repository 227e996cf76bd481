"""Second try on a workbook that calamine dies on, refuses or misreads: the same file, rewritten through another parser.

One stray value in the last cell of a sheet makes calamine ask for the memory of the whole sheet; other encodings than
UTF-8, CDATA, odd links and sheets of macros stop it. The XML is streamed, cells out of reach are dropped and listed,
and what is left is given to the same reader, so there is only one. Never guesses: what is not XML is refused.
"""

from __future__ import annotations

import io
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname
from typing import IO
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

from sheets.adresse import adresse
from sheets.reading.excel import ABIME, MalLu, OngletBrut, ouvre
from sheets.reading.loupe import cible
from sheets.reading.recopie import recopie
from sheets.reading.unwrapping import unwrapped

COLONNES_MAX = 256
TROU_MAX = 1_000
"""A row further than that below the last one that holds something is out of reach."""
LIGNES_MAX = 50_000
_RELATIONS = "xl/_rels/workbook.xml.rels"
_A_RECOPIER = {"_rels/.rels", "xl/workbook.xml", _RELATIONS, "xl/sharedstrings.xml", "xl/styles.xml"}
_ABIME = (zipfile.BadZipFile, ET.ParseError, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, LookupError)  # fmt: skip
"""What unpacking and parsing a damaged file raises."""
_ADRESSE = re.compile(r"([A-Z]{1,3})(\d{1,7})")


@dataclass(frozen=True, slots=True)
class Rogne:
    """The workbook cut down, the cells left out, and how many rows of each sheet show something."""

    octets: bytes
    lointaines: tuple[str, ...]
    lignes: tuple[int, ...]


def relit(octets: bytes) -> Rogne:
    """The workbook rewritten, and read again to see that both readings have as many lines. Raises Refus."""
    rogne_ = _rewritten(octets)
    vues = sorted(sum(any(c != "" for c in r) for r in o.rangees) for o in ouvre(rogne_.octets))
    if vues != sorted(rogne_.lignes):
        raise MalLu("Deux lectures de ce classeur ne voient pas le même nombre de lignes.")
    return rogne_


def tabs_of(octets: bytes) -> list[OngletBrut]:
    """The tabs of a workbook read outside of a worker process: what is out of reach is left out first. Raises Refus."""
    return ouvre(_rewritten(octets).octets)


def _rewritten(octets: bytes) -> Rogne:
    try:
        return rogne(unwrapped(octets))
    except _ABIME as faute:
        raise MalLu(ABIME) from faute


def rogne(octets: bytes) -> Rogne:
    """Rewrite the parts of an .xlsx that are read, without what is out of reach. Raises what unpacking raises."""
    sortie = io.BytesIO()
    lointaines: list[str] = []
    lignes: list[int] = []
    with zipfile.ZipFile(io.BytesIO(octets)) as avant, zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as apres:
        feuilles, macros = _liens(avant)
        for vrai_nom in avant.namelist():
            nom = vrai_nom.replace("\\", "/")
            with avant.open(vrai_nom) as xml, apres.open(nom, "w") as neuf:
                if nom in feuilles:
                    garde, loin = _rogne_la_feuille(xml, neuf)
                    lignes.append(garde)
                    lointaines += loin
                elif nom.lower() in _A_RECOPIER:
                    recopie(xml, neuf, dirname(dirname(nom)), macros)
                else:
                    shutil.copyfileobj(xml, neuf)
    return Rogne(sortie.getvalue(), tuple(lointaines), tuple(lignes))


def _liens(z: zipfile.ZipFile) -> tuple[set[str], set[str]]:
    """(parts that hold a worksheet, identifiers of the sheets of Excel 4 macros), by the workbook's relationships."""
    nom = next((n for n in z.namelist() if n.replace("\\", "/") == _RELATIONS), "")
    liens = list(ET.fromstring(z.read(nom))) if nom else []  # noqa: S314 - sizes were bounded before
    feuilles = {cible(e.get("Target", "")) for e in liens if e.get("Type", "").endswith("/worksheet")}
    return feuilles, {e.get("Id", "") for e in liens if e.get("Type", "").lower().endswith("macrosheet")}


def _rogne_la_feuille(xml: IO[bytes], neuf: IO[bytes]) -> tuple[int, list[str]]:
    """Write the rows of a sheet that are within reach; return how many show something, and the cells left out."""
    lointaines: list[str] = []
    prises: dict[int, int] = {}
    derniere, numero = 0, 0
    for element in _morceaux(xml):
        if not element.tag.endswith("row"):  # the root, then the dimension: true or not, the reader judges it
            neuf.write(_ouvre(element))
            continue
        neuf.write(b"" if numero else b"<sheetData>")
        numero = int(element.get("r") or numero + 1)
        pleines = [c for c in element if _pleine(c)]
        if not pleines:
            continue
        if len(prises) >= LIGNES_MAX or numero - derniere > TROU_MAX:
            lointaines += [c.get("r", f"ligne {numero}") for c in pleines][:5]
            continue
        for c in list(element):
            if _rang(c.get("r", "")) > COLONNES_MAX:
                element.remove(c)
                lointaines += [c.get("r", "")] if c in pleines else []
        derniere = numero
        prises[numero] = _prend(element, numero, prises.get(numero, 0))
        element.set("r", str(numero))
        neuf.write(ET.tostring(element))
    neuf.write(b"</sheetData></worksheet>" if numero else b"<sheetData/></worksheet>")
    return sum(map(bool, prises.values())), lointaines


def _prend(rangee: ET.Element, numero: int, prises: int) -> int:
    """The columns taken in a row of the sheet (a bit each), with those that show something here. Raises MalLu.

    Two rows may bear one number and two cells one address: the reader keeps the last one and forgets the other.
    """
    rang = 0
    for cellule in rangee:
        rang = _rang(cellule.get("r", "")) or rang + 1
        if _visible(cellule):
            if prises >> rang & 1:
                raise MalLu(f"Deux cellules de ce classeur portent la même adresse, {adresse(rang - 1, numero)}.")
            prises |= 1 << rang
    return prises


def _morceaux(xml: IO[bytes]) -> Iterator[ET.Element]:
    """The root of a sheet as it opens, its dimension, then each row, forgotten once it has been looked at."""
    ouverts: list[ET.Element] = []
    for evenement, element in ET.iterparse(xml, ("start", "end")):  # noqa: S314 - sizes were bounded before
        if evenement == "start":
            if not ouverts:
                yield element
            ouverts.append(element)
            continue
        ouverts.pop()
        if element.tag.rpartition("}")[2] in ("row", "dimension"):
            yield element
            ouverts[-1].remove(element)


def _ouvre(element: ET.Element) -> bytes:
    """What stands before the rows, in one namespace without prefix."""
    espace, _, nom = element.tag.rpartition("}")
    if nom == "dimension":
        return b"<dimension ref=%s/>" % quoteattr(element.get("ref", "")).encode()
    ET.register_namespace("", espace.lstrip("{"))
    return b"<worksheet xmlns=%s>" % quoteattr(espace.lstrip("{")).encode()


def _pleine(cellule: ET.Element) -> bool:
    return any((e.text or "").strip() or len(e) for e in cellule)


def _visible(cellule: ET.Element) -> bool:
    """Whether the reader shows something of this cell: no error, no formula without value."""
    valeurs = (e for e in cellule if e.tag.rpartition("}")[2] in ("v", "is"))
    return cellule.get("t") != "e" and any("".join(e.itertext()) for e in valeurs)


def _rang(ou: str) -> int:
    """The rank of a cell's column, from 1; 0 when the cell has no address."""
    trouve = _ADRESSE.fullmatch(ou)
    rang = 0
    for lettre in trouve[1] if trouve else "":
        rang = rang * 26 + ord(lettre) - 64
    return rang
