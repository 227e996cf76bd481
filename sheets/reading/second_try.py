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
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from posixpath import dirname
from typing import IO
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

from sheets.cell_address import adresse
from sheets.reading.mending import mend
from sheets.reading.opening import ABIME, MalLu, OngletBrut, ouvre
from sheets.reading.parts import LINKS, STRINGS, STYLES, USUAL, Parts, Sheet, links_of
from sheets.reading.plain_package import PACKAGE, link
from sheets.reading.plain_xml import recopie
from sheets.reading.unwrapping import unwrapped

COLONNES_MAX = 256
TROU_MAX = 1_000
"""A row further than that below the last one that holds something is out of reach."""
LIGNES_MAX = 50_000
RACINE, OPEN_DOCUMENT = "_rels/.rels", "content.xml"
_ABIME = (zipfile.BadZipFile, ET.ParseError, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, LookupError)  # fmt: skip
"""What unpacking and parsing a damaged file raises."""
_RANGE = re.compile(r"[A-Z]{1,3}\d{1,7}(:[A-Z]{1,3}\d{1,7})?")
_ADRESSE = re.compile(r"([A-Z]{1,3})(\d{1,7})")


@dataclass(frozen=True, slots=True)
class Rogne:
    """The workbook cut down, the cells left out, and how many rows of each sheet show something."""

    octets: bytes
    lointaines: tuple[str, ...]
    lignes: tuple[int, ...] | None
    """None where they were not counted: an OpenDocument is rewritten whole."""
    absents: tuple[str, ...]
    """Tabs that the workbook lists, and whose content is not there."""


def relit(octets: bytes) -> Rogne:
    """The workbook rewritten, and read again to see that both readings have as many lines. Raises Refus."""
    rogne_ = _rewritten(octets)
    vues = sorted(sum(any(c != "" for c in r) for r in o.rangees) for o in ouvre(rogne_.octets))
    if rogne_.lignes is not None and vues != sorted(rogne_.lignes):
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
    """Rewrite the parts of a workbook that are read, under their usual names, without what is out of reach.

    Raises what unpacking raises.
    """
    sortie = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(octets)) as avant, zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as apres:
        parts = Parts(avant)
        main = parts.main
        listed = parts.sheets if main else []
        sheets = [s for s in listed if s.part and s.kind == "worksheet"]
        coupes = [_cut_sheet(parts, apres, sheet, rang) for rang, sheet in enumerate(sheets, 1)]
        if main:
            _copy_the_others(parts, apres, sheets, {s.ident for s in listed} - {s.ident for s in sheets})
        else:
            _copy_an_open_document(parts, apres)
    lointaines = tuple(ou for _, loin in coupes for ou in loin)
    lignes = tuple(garde for garde, _ in coupes) if main else None
    return Rogne(sortie.getvalue(), lointaines, lignes, tuple(s.name for s in listed if not s.part))


def _cut_sheet(parts: Parts, apres: zipfile.ZipFile, sheet: Sheet, rang: int) -> tuple[int, list[str]]:
    with parts.zip.open(sheet.part) as xml, apres.open(_named(rang), "w") as neuf:
        return _rogne_la_feuille(xml, neuf)


def _copy_an_open_document(parts: Parts, apres: zipfile.ZipFile) -> None:
    for name in parts.zip.namelist():
        with parts.zip.open(name) as part, apres.open(name, "w") as neuf:
            if name == OPEN_DOCUMENT:
                recopie(part, neuf, "", frozenset())
            else:
                shutil.copyfileobj(part, neuf)


def _named(rang: int) -> str:
    return f"xl/worksheets/sheet{rang}.xml"


def _copy_the_others(parts: Parts, apres: zipfile.ZipFile, sheets: Sequence[Sheet], sans: AbstractSet[str]) -> None:
    """Every part but the sheets: those that are read, rewritten under their usual names; the others as they are."""
    usual = parts.usual_names
    fixed = {RACINE: _root_links(), LINKS: _book_links(sheets)}
    rewritten = {name: usual[name] for name in (USUAL, STRINGS, STYLES) if name in usual}
    for rang, sheet in enumerate(sheets, 1):
        if links := parts.find(links_of(sheet.part)):
            rewritten[links_of(_named(rang))] = links
    for name, text in fixed.items():
        apres.writestr(name, text)
    for name, real in rewritten.items():
        with parts.zip.open(real) as xml, apres.open(name, "w") as neuf:
            recopie(xml, neuf, dirname(dirname(real.replace("\\", "/"))), sans)
    taken = {*fixed, *rewritten}
    for name, real in usual.items():
        if name not in taken and not name.startswith("xl/worksheets/"):
            with parts.zip.open(real) as part, apres.open(name, "w") as neuf:
                shutil.copyfileobj(part, neuf)


def _root_links() -> str:
    return f'<Relationships xmlns="{PACKAGE}">{link("rId1", "officeDocument", USUAL)}</Relationships>'


def _book_links(sheets: Sequence[Sheet]) -> str:
    linked = [link(sheet.ident, "worksheet", f"/{_named(rang)}") for rang, sheet in enumerate(sheets, 1)]
    linked += [link("strings", "sharedStrings", f"/{STRINGS}"), link("styles", "styles", f"/{STYLES}")]
    return f'<Relationships xmlns="{PACKAGE}">{"".join(linked)}</Relationships>'


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
        dit = element.get("r", "")
        numero = int(dit) if dit.isdecimal() else numero + 1
        mend(element)
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
        if not _RANGE.fullmatch(element.get("ref", "")):
            return b""
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
