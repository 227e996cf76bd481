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

from sheets.reading.parts import target


def copy_part(xml: IO[bytes], new_part: IO[bytes], folder: str, without: AbstractSet[str]) -> None:
    """Stream a part, leaving out the relationships and the sheets of these identifiers. Raises ET.ParseError.

    `folder` is the folder that relative links start from.
    """
    copyist = _Copyist(new_part, folder, without)
    xml_parser = make_parser()  # noqa: S317 - entities are refused with the DTD that declares them
    xml_parser.setContentHandler(copyist)
    xml_parser.setProperty(property_lexical_handler, copyist)
    try:
        xml_parser.parse(xml)
    except SAXParseException as fault:
        raise ET.ParseError(str(fault)) from fault


TEXTS = {"t", "v", "f", "p"}
"""The elements where a blank is a sign of the text; anywhere else it only lays out the XML, and may stop the reader."""


class _Copyist(XMLGenerator, LexicalHandler):
    def __init__(self, new_part: IO[bytes], folder: str, without: AbstractSet[str]) -> None:
        super().__init__(new_part, "utf-8")
        self._folder = folder
        self._without = without
        self._depth_left_out = 0
        self._shown = 0

    def startDTD(self, name: str, public_id: str | None, system_id: str | None) -> None:  # noqa: N802
        raise ET.ParseError(f"no part of a workbook may declare a DTD, as {name} does")

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        values = dict(attrs.items())
        if self._depth_left_out or self._is_left_out(name.rpartition(":")[2], values):
            self._depth_left_out += 1
            return
        if "Target" in values and values.get("TargetMode") != "External":
            values["Target"] = "/" + target(values["Target"], self._folder)
        if name.rpartition(":")[2] == "sheet":
            values.pop("state", None)  # hidden or not, it is read
        self._shown += name.rpartition(":")[2] in TEXTS
        super().startElement(name, AttributesImpl(values))

    def endElement(self, name: str) -> None:  # noqa: N802
        if not self._depth_left_out:
            self._shown -= name.rpartition(":")[2] in TEXTS
        if self._depth_left_out:
            self._depth_left_out -= 1
        else:
            super().endElement(name)

    def characters(self, content: str) -> None:
        if not self._depth_left_out and (self._shown or content.strip()):
            super().characters(content)

    def processingInstruction(self, target: str, data: str) -> None:  # noqa: N802
        """Says nothing of what the part holds."""

    def _is_left_out(self, name: str, values: dict[str, str]) -> bool:
        """Whether this is a relationship or a sheet left out; the sheet's own prefix for `id` is not to be trusted."""
        return name in ("Relationship", "sheet") and any(
            value in self._without for key, value in values.items() if key.rpartition(":")[2].lower() == "id"
        )
