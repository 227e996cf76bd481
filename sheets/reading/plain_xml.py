"""Writes a part of a workbook again as calamine reads it: in UTF-8, without entities, CDATA or layout, with plain links.

Never changes what a part says, but for the sheets of macros it leaves out; never follows a link, nor reads a DTD.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import IO
from xml.etree import ElementTree as ET
from xml.sax import SAXParseException, make_parser
from xml.sax.handler import LexicalHandler, property_lexical_handler
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from sheets.reading.parts import cible


def recopie(xml: IO[bytes], neuf: IO[bytes], dossier: str, sans: AbstractSet[str]) -> None:
    """Stream a part, leaving out the relationships and the sheets of these identifiers. Raises ET.ParseError.

    `dossier` is the folder that relative links start from.
    """
    copiste = _Copiste(neuf, dossier, sans)
    lecteur = make_parser()  # noqa: S317 - entities are refused with the DTD that declares them
    lecteur.setContentHandler(copiste)
    lecteur.setProperty(property_lexical_handler, copiste)
    try:
        lecteur.parse(xml)
    except SAXParseException as faute:
        raise ET.ParseError(str(faute)) from faute


TEXTS = {"t", "v", "f", "p"}
"""The elements where a blank is a sign of the text; anywhere else it only lays out the XML, and may stop the reader."""


class _Copiste(XMLGenerator, LexicalHandler):
    def __init__(self, neuf: IO[bytes], dossier: str, sans: AbstractSet[str]) -> None:
        super().__init__(neuf, "utf-8")
        self._dossier = dossier
        self._sans = sans
        self._profondeur_omise = 0
        self._shown = 0

    def startDTD(self, name: str, public_id: str | None, system_id: str | None) -> None:  # noqa: N802
        raise ET.ParseError(f"no part of a workbook may declare a DTD, as {name} does")

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        valeurs = dict(attrs.items())
        if self._profondeur_omise or self._est_omis(name.rpartition(":")[2], valeurs):
            self._profondeur_omise += 1
            return
        if "Target" in valeurs and valeurs.get("TargetMode") != "External":
            valeurs["Target"] = "/" + cible(valeurs["Target"], self._dossier)
        if name.rpartition(":")[2] == "sheet":
            valeurs.pop("state", None)  # hidden or not, it is read
        self._shown += name.rpartition(":")[2] in TEXTS
        super().startElement(name, AttributesImpl(valeurs))

    def endElement(self, name: str) -> None:  # noqa: N802
        if not self._profondeur_omise:
            self._shown -= name.rpartition(":")[2] in TEXTS
        if self._profondeur_omise:
            self._profondeur_omise -= 1
        else:
            super().endElement(name)

    def characters(self, content: str) -> None:
        if not self._profondeur_omise and (self._shown or content.strip()):
            super().characters(content)

    def processingInstruction(self, target: str, data: str) -> None:  # noqa: N802
        """Says nothing of what the part holds."""

    def _est_omis(self, nom: str, valeurs: dict[str, str]) -> bool:
        """Whether this is a relationship or a sheet left out; the sheet's own prefix for `id` is not to be trusted."""
        return nom in ("Relationship", "sheet") and any(
            valeur in self._sans for cle, valeur in valeurs.items() if cle.rpartition(":")[2].lower() == "id"
        )
