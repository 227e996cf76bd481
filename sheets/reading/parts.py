"""Where the parts of an .xlsx or an .xlsb stand, whatever they are named: by their relationships, as the format says.

Never reads a cell, nor follows a link out of the file.
"""

from __future__ import annotations

import io
import zipfile
from functools import cached_property, lru_cache
from posixpath import basename, dirname, join, normpath
from typing import NamedTuple
from urllib.parse import unquote
from xml.etree import ElementTree as ET

USUAL = "xl/workbook.xml"
LINKS = "xl/_rels/workbook.xml.rels"
STRINGS, STYLES = "xl/sharedStrings.xml", "xl/styles.xml"
PROPERTIES = "docProps/custom.xml"


class Link(NamedTuple):
    """What a part points at. `kind` is the last word of its type, in lower case; `part` is "" outside of the file."""

    ident: str
    kind: str
    part: str


class Sheet(NamedTuple):
    """A sheet as the workbook lists it; `part` is "" when it leads nowhere."""

    name: str
    ident: str
    kind: str
    part: str


class Parts:
    """The parts of a zip by the names that links give them, whatever their case and slashes.

    Reading raises KeyError for a part that is not there, ET.ParseError for one that is no XML.
    """

    def __init__(self, z: zipfile.ZipFile) -> None:
        self.zip = z
        self.names = {_key(name): name for name in z.namelist()}

    def find(self, name: str) -> str:
        """The name of a part in the zip; "" when there is none."""
        return self.names.get(_key(name), "")

    def root(self, part: str) -> ET.Element:
        return ET.fromstring(self.zip.read(part))  # noqa: S314 - sizes are bounded before opening

    def links(self, part: str) -> list[Link]:
        """What a part points at; [] if nothing. The file itself is ""."""
        listed = self.find(links_of(part))
        return [self._link(e, dirname(_slashed(part))) for e in self.root(listed)] if listed else []

    def _link(self, element: ET.Element, folder: str) -> Link:
        inside = element.get("TargetMode") != "External"
        part = self.find(target(element.get("Target", ""), folder)) if inside else ""
        return Link(element.get("Id", ""), element.get("Type", "").rpartition("/")[2].lower(), part)

    @cached_property
    def main(self) -> str:
        """The part that lists the sheets; "" in a zip that is no such workbook."""
        found = next((link.part for link in self.links("") if link.kind == "officedocument"), "")
        return found or self.find(USUAL)

    @cached_property
    def sheets(self) -> list[Sheet]:
        """The sheets that the main part of an .xlsx lists, in order."""
        links = {link.ident: link for link in self.links(self.main)}
        listed = [(e.get("name", ""), _ident(e)) for e in self.root(self.main).iter() if local(e) == "sheet"]
        found = [(name, links.get(ident, Link(ident, "", ""))) for name, ident in listed]
        return [Sheet(name, link.ident, link.kind, link.part) for name, link in found]

    @cached_property
    def usual_names(self) -> dict[str, str]:
        """The names of the parts as most programs give them → as they are."""
        names = {_slashed(name): name for name in self.zip.namelist()}
        main = self.main
        links = self.links(main) if main else []
        by_kind = {link.kind: link.part for link in links if link.part}
        moved = {USUAL: main, LINKS: self.find(links_of(main)), PROPERTIES: self.find(PROPERTIES),
                 STRINGS: by_kind.get("sharedstrings", ""), STYLES: by_kind.get("styles", "")}  # fmt: skip
        return names | {usual: name for usual, name in moved.items() if name}


@lru_cache(maxsize=1)
def package(raw_bytes: bytes) -> Parts:
    """The parts of a workbook, kept while it is the one at hand: every tab asks again. Raises BadZipFile, ValueError."""
    return Parts(zipfile.ZipFile(io.BytesIO(raw_bytes)))


def links_of(part: str) -> str:
    """The name of the part that lists what a part points at."""
    return join(dirname(_slashed(part)), "_rels", f"{basename(_slashed(part))}.rels")


def local(element: ET.Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def target(link: str, folder: str = "xl") -> str:
    """The part that a relationship points at, written for the parts of that folder; it may go up (`../`)."""
    return normpath(join("/", folder, _slashed(link))).lstrip("/")


def _slashed(name: str) -> str:
    return name.replace("\\", "/")


def _key(name: str) -> str:
    return unquote(_slashed(name)).lstrip("/").lower()


def _ident(element: ET.Element) -> str:
    """The identifier of a sheet's link, in the namespace of relationships whatever its prefix."""
    return next((v for k, v in element.items() if k.startswith("{") and k.endswith("elationships}id")), "")
