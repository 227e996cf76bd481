"""Tells a blank cell from a formula in error or never calculated, by looking at the XML.

calamine shows all three as blank; this second look is taken only where a required cell came back blank.
"""

from __future__ import annotations

import io
import zipfile
from posixpath import join, normpath
from typing import IO
from xml.etree import ElementTree as ET

from sheets.adresse import adresse
from sheets.cells import Probleme, vu

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def cachees(octets: bytes, feuille: str, adresses: set[str]) -> dict[str, Probleme]:
    """Of these blank cells of a tab, those that hold a formula or an error → the problem. {} if not an .xlsx."""
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as z, z.open(_chemin(z, feuille)) as xml:
            return dict(_parcours(xml, adresses))
    except (KeyError, StopIteration, ValueError, zipfile.BadZipFile, ET.ParseError):
        return {}


def _nom(balise: str) -> str:
    return balise.rpartition("}")[2]


def _chemin(z: zipfile.ZipFile, feuille: str) -> str:
    livre = ET.fromstring(z.read("xl/workbook.xml"))  # noqa: S314 - sizes are bounded before opening
    ident = next(e.get(_RELATION) for e in livre.iter() if _nom(e.tag) == "sheet" and e.get("name") == feuille)
    liens = ET.fromstring(z.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    cible = next(e.get("Target", "") for e in liens if e.get("Id") == ident)
    return cible.lstrip("/") if cible.startswith("/") else normpath(join("xl", cible))


def _parcours(xml: IO[bytes], adresses: set[str]) -> list[tuple[str, Probleme]]:
    trouvees = []
    for _, element in ET.iterparse(xml):  # noqa: S314
        if _nom(element.tag) == "row":
            for rang, cellule in enumerate(element):
                ou = cellule.get("r") or adresse(rang, int(element.get("r", 0)))
                if ou in adresses and (probleme := _probleme(cellule)):
                    trouvees.append((ou, probleme))
            element.clear()
    return trouvees


def _probleme(cellule: ET.Element) -> Probleme | None:
    enfants = {_nom(e.tag): (e.text or "").strip() for e in cellule}
    if cellule.get("t") == "e":
        return Probleme("formule-en-erreur", enfants.get("v") or "#ERREUR", "")
    if "f" in enfants and not enfants.get("v") and cellule.get("t") != "str":  # a text may well be empty
        return Probleme("formule-non-calculee", vu("=" + (enfants["f"] or "…")), "")
    return None
