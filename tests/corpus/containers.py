"""Builds files byte by byte: zips that lie, OLE containers, binary workbooks, parts of a workbook rewritten.

Never reads what it builds: several of these files must not be opened carelessly.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

DAY = (2022, 1, 31, 12, 0, 0)
STORED, DEFLATED = 0, 8


def parties(raw_bytes: bytes) -> dict[str, bytes]:
    """Every part of a zip, by name, in order."""
    with zipfile.ZipFile(io.BytesIO(raw_bytes)) as z:
        return {name: z.read(name) for name in z.namelist()}


def zipped(content: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stamp = io.BytesIO()
    with zipfile.ZipFile(stamp, "w", method) as z:
        for name, raw_bytes in content.items():
            z.writestr(zipfile.ZipInfo(name, DAY), raw_bytes, method)
    return stamp.getvalue()


def replace_parts(raw_bytes: bytes, changed: Mapping[str, bytes | None]) -> bytes:
    """The workbook with parts replaced or added; None takes one out."""
    content: dict[str, bytes | None] = {**parties(raw_bytes), **changed}
    return zipped({name: o for name, o in content.items() if o is not None})


def rewrite_part(raw_bytes: bytes, part: str, *replacements: tuple[str, str | Callable[[re.Match[str]], str]]) -> bytes:
    """The workbook with one part's XML rewritten by regular expressions, each of which must be found."""
    xml = parties(raw_bytes)[part].decode()
    for pattern, fresh in replacements:
        xml, times = re.subn(pattern, fresh, xml, flags=re.DOTALL)
        if not times:
            raise ValueError(f"nothing to rewrite in {part}: {pattern}")
    return replace_parts(raw_bytes, {part: xml.encode()})


TYPES, RELATIONS = "[Content_Types].xml", "xl/_rels/workbook.xml.rels"
XML_NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONSHIP_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHARED_TEXTS_PART = "xl/sharedStrings.xml"


def share_texts(raw_bytes: bytes) -> bytes:
    """The workbook with its texts in the shared table, as Excel writes them."""
    rows: dict[str, int] = {}
    content = parties(raw_bytes)

    def cell(found: re.Match[str]) -> str:
        return f'{found[1]}t="s"><v>{rows.setdefault(found[2], len(rows))}</v></c>'

    for name in content:
        if name.startswith("xl/worksheets/sheet"):
            xml = re.sub(r'(<c [^>]*)t="inlineStr"><is>(.*?)</is></c>', cell, content[name].decode(), flags=re.DOTALL)
            content[name] = xml.encode()
    table = "".join(f"<si>{text}</si>" for text in rows)
    content[SHARED_TEXTS_PART] = (
        f'<sst xmlns="{XML_NAMESPACE}" count="{len(rows)}" uniqueCount="{len(rows)}">{table}</sst>'.encode()
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    return declare(zipped(content), SHARED_TEXTS_PART, kind, "sharedStrings")


def declare(raw_bytes: bytes, part: str, content: str, kind: str, ident: str = "rId900") -> bytes:
    """The workbook with one more part declared: its content type and its relationship."""
    link = f'<Relationship Id="{ident}" Type="{RELATIONSHIP_KIND}/{kind}" Target="/{part}"/></Relationships>'
    type_ = f'<Override PartName="/{part}" ContentType="{content}"/></Types>'
    return rewrite_part(rewrite_part(raw_bytes, TYPES, ("</Types>", type_)), RELATIONS, ("</Relationships>", link))


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """A zip entry as it is written, true or not. `position` points at the data of another one."""

    name: bytes
    data: bytes
    size: int
    total_of: int
    method: int = DEFLATED
    flags: int = 0
    claimed_size: int | None = None
    position: int | None = None


def zip_entry(name: str, raw_bytes: bytes, **others: int) -> ZipEntry:
    """An ordinary compressed entry."""
    c = zlib.compressobj(6, zlib.DEFLATED, -15)
    return ZipEntry(name.encode(), c.compress(raw_bytes) + c.flush(), len(raw_bytes), zlib.crc32(raw_bytes), **others)


def streamed_entry(name: str, chunks: Iterable[bytes]) -> ZipEntry:
    """An ordinary entry made piece by piece, quickly and without holding it whole."""
    c, data, total_of, size = zlib.compressobj(1, zlib.DEFLATED, -15), bytearray(), 0, 0
    for packet in _packets(chunks, 10_000):
        data += c.compress(packet)
        total_of, size = zlib.crc32(packet, total_of), size + len(packet)
    return ZipEntry(name.encode(), bytes(data + c.flush()), size, total_of)


def _packets(chunks: Iterable[bytes], decimal_number: int) -> Iterator[bytes]:
    """Pieces joined by packets: a call per row would cost more than the compression."""
    end = iter(chunks)
    while packet := b"".join(islice(end, decimal_number)):
        yield packet


def raw_zip(entries: Iterable[ZipEntry]) -> bytes:
    """A zip written entry by entry, with the sizes and positions its entries claim."""
    body, summary, decimal_number = bytearray(), bytearray(), 0
    for e in entries:
        said_one = e.size if e.claimed_size is None else e.claimed_size
        position = len(body) if e.position is None else e.position
        common = struct.pack("<HHHHHIIIHH", 20, e.flags, e.method, 0, 0x5421, e.total_of, len(e.data), said_one,
                             len(e.name), 0)  # fmt: skip
        if e.position is None:
            body += b"PK\x03\x04" + common + e.name + e.data
        summary += b"PK\x01\x02\x14\x00" + common + struct.pack("<HHHII", 0, 0, 0, 0, position) + e.name
        decimal_number += 1
    end = struct.pack("<HHHHIIH", 0, 0, decimal_number & 0xFFFF, decimal_number & 0xFFFF, len(summary), len(body), 0)
    return bytes(body + summary) + b"PK\x05\x06" + end


def stretched_entry(name: str, start: bytes, pattern: bytes, times: int, end: bytes = b"", **others: int) -> ZipEntry:
    """An entry whose content is `start`, then `pattern` many times over, then `end`; made without unpacking it."""
    c = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = c.compress(start) + c.flush(zlib.Z_FULL_FLUSH)
    block = c.compress(pattern) + c.flush(zlib.Z_FULL_FLUSH)
    tail = c.compress(end) + c.flush()
    total_of = zlib.crc32(start)
    for _ in range(times):
        total_of = zlib.crc32(pattern, total_of)
    size = len(start) + len(pattern) * times + len(end)
    return ZipEntry(name.encode(), head + block * times + tail, size, zlib.crc32(end, total_of), **others)


def with_entry(raw_bytes: bytes, replacement: ZipEntry) -> bytes:
    """The workbook with one of its parts written as that entry."""
    others = [zip_entry(n, o) for n, o in parties(raw_bytes).items() if n.encode() != replacement.name]
    return raw_zip([*others, replacement])


SECTOR = 512
FREE_SECTOR, END_OF_CHAIN, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def ole(streams: Mapping[str, bytes]) -> bytes:
    """A compound file (the container of .xls, .doc, .msg and of encrypted workbooks) with these streams."""
    contents = [o.ljust(max(4096, _rounded_to_sectors(len(o))), b"\0") for o in streams.values()]
    sectors, starts = [TABLE], []
    for o in contents:
        starts.append(len(sectors))
        sectors += _sector_chain(len(sectors), len(o) // SECTOR)
    directory = len(sectors)
    folders = [_directory_entry("Root Entry", 5, END_OF_CHAIN, 0, 1)]
    folders += [
        _directory_entry(name, 2, start, len(o), -1, rank + 2 if rank + 1 < len(contents) else -1)
        for rank, (name, start, o) in enumerate(zip(streams, starts, contents, strict=True))
    ]
    list_labels = b"".join(folders)
    list_labels = list_labels.ljust(_rounded_to_sectors(len(list_labels)), b"\0")
    sectors += _sector_chain(len(sectors), len(list_labels) // SECTOR)
    if len(sectors) > SECTOR // 4:
        raise ValueError("one allocation sector is all that is written here")
    table = struct.pack(f"<{len(sectors)}I", *sectors).ljust(SECTOR, b"\xff")
    head = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16) + struct.pack("<HHHHH6xIII4xIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1,
        directory, 4096, END_OF_CHAIN, 0, END_OF_CHAIN, 0) + struct.pack("<I", 0)  # fmt: skip
    return head.ljust(SECTOR, b"\xff") + table + b"".join(contents) + list_labels


def _rounded_to_sectors(size: int) -> int:
    return -(-size // SECTOR) * SECTOR


def _sector_chain(start: int, length: int) -> list[int]:
    return [*range(start + 1, start + length), END_OF_CHAIN]


def _directory_entry(name: str, kind: int, start: int, size: int, child: int, next_sibling: int = -1) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return text.ljust(64, b"\0") + struct.pack(
        "<HBBiii36xIII", len(text), kind, 1, -1, next_sibling, child, start, size, 0
    )


CellContent = str | float | bytes | None
"""A text, a number, the code of an error, or nothing."""


class SheetEntry(NamedTuple):
    """A sheet of a binary workbook; `kind` is the kind of its link."""

    name: str
    rows: list[list[CellContent]]
    kind: str = "worksheet"


def xlsb(tabs: Sequence[SheetEntry], far_ones: tuple[int, int] | None = None, *, short_cells: bool = False) -> bytes:
    """A binary workbook (.xlsb) that holds these values; `far_ones`, one more at that row and column of each sheet, from 0.

    With `short_cells`, a cell that follows another one does not say its column.
    """
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONSHIP_KIND}/{o.kind}" Target="{o.kind}s/sheet{n}.bin"/>'
        for n, o in enumerate(tabs, 1)
    )
    rels = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
    book = _record(131) + _record(143)
    for n, o in enumerate(tabs, 1):
        book += _record(156, struct.pack("<II", 0, n) + _text(f"rId{n}") + _text(o.name))
    content = {
        TYPES: b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        b'<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
        b'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>',
        "_rels/.rels": rels.format(
            f'<Relationship Id="rId1" Type="{RELATIONSHIP_KIND}/officeDocument" Target="xl/workbook.bin"/>'
        ).encode(),
        "xl/_rels/workbook.bin.rels": rels.format(links).encode(),
        "xl/workbook.bin": book + _record(144) + _record(132),
    }
    for n, o in enumerate(tabs, 1):
        content[f"xl/{o.kind}s/sheet{n}.bin"] = _binary_sheet(o.rows, far_ones, short_cells)
    return zipped(content)


def _binary_sheet(rows: list[list[CellContent]], far_ones: tuple[int, int] | None, short_cells: bool) -> bytes:
    width = max(map(len, rows), default=1)
    body = _record(129) + _record(148, struct.pack("<IIII", 0, len(rows), 0, width)) + _record(145)
    for number, row in enumerate(rows):
        body += _binary_row(number)
        previous = -1
        for rank, value in enumerate(row):
            if value is not None:
                body += _binary_cell(rank, value, short=short_cells and previous == rank - 1)
                previous = rank
    if far_ones:
        body += _binary_row(far_ones[0]) + _binary_cell(far_ones[1], 1.0, short=False)
    return body + _record(146) + _record(130)


def _binary_cell(rank: int, value: str | float | bytes, *, short: bool) -> bytes:
    kind, body = (
        (6, _text(value))
        if isinstance(value, str)
        else (3, value)
        if isinstance(value, bytes)
        else (5, struct.pack("<d", value))
    )
    style = struct.pack("<I", 0)
    return _record(kind + 11, style + body) if short else _record(kind, struct.pack("<I", rank) + style + body)


def _binary_row(number: int) -> bytes:
    return _record(0, struct.pack("<IIHBBBI", number, 0, 300, 0, 0, 0, 0))


def _record(kind: int, body: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = len(body), b""
    while size > 127:
        length, size = length + bytes([size & 0x7F | 0x80]), size >> 7
    return head + length + bytes([size]) + body


def _text(text: str) -> bytes:
    raw = text.encode("utf-16-le")
    return struct.pack("<I", len(raw) // 2) + raw
