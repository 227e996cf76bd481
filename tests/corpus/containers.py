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

JOUR = (2022, 1, 31, 12, 0, 0)
STOCKE, COMPRIME = 0, 8


def parties(octets: bytes) -> dict[str, bytes]:
    """Every part of a zip, by name, in order."""
    with zipfile.ZipFile(io.BytesIO(octets)) as z:
        return {nom: z.read(nom) for nom in z.namelist()}


def zippe(contenu: Mapping[str, bytes], methode: int = zipfile.ZIP_DEFLATED) -> bytes:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", methode) as z:
        for nom, octets in contenu.items():
            z.writestr(zipfile.ZipInfo(nom, JOUR), octets, methode)
    return tampon.getvalue()


def remplace(octets: bytes, changees: Mapping[str, bytes | None]) -> bytes:
    """The workbook with parts replaced or added; None takes one out."""
    contenu: dict[str, bytes | None] = {**parties(octets), **changees}
    return zippe({nom: o for nom, o in contenu.items() if o is not None})


def recrit(octets: bytes, partie: str, *echanges: tuple[str, str | Callable[[re.Match[str]], str]]) -> bytes:
    """The workbook with one part's XML rewritten by regular expressions, each of which must be found."""
    xml = parties(octets)[partie].decode()
    for motif, neuf in echanges:
        xml, fois = re.subn(motif, neuf, xml, flags=re.DOTALL)
        if not fois:
            raise ValueError(f"nothing to rewrite in {partie}: {motif}")
    return remplace(octets, {partie: xml.encode()})


TYPES, RELATIONS = "[Content_Types].xml", "xl/_rels/workbook.xml.rels"
ESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
GENRE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PARTAGEES = "xl/sharedStrings.xml"


def partage(octets: bytes) -> bytes:
    """The workbook with its texts in the shared table, as Excel writes them."""
    rangs: dict[str, int] = {}
    contenu = parties(octets)

    def cellule(trouve: re.Match[str]) -> str:
        return f'{trouve[1]}t="s"><v>{rangs.setdefault(trouve[2], len(rangs))}</v></c>'

    for nom in contenu:
        if nom.startswith("xl/worksheets/sheet"):
            xml = re.sub(r'(<c [^>]*)t="inlineStr"><is>(.*?)</is></c>', cellule, contenu[nom].decode(), flags=re.DOTALL)
            contenu[nom] = xml.encode()
    table = "".join(f"<si>{texte}</si>" for texte in rangs)
    contenu[PARTAGEES] = f'<sst xmlns="{ESPACE}" count="{len(rangs)}" uniqueCount="{len(rangs)}">{table}</sst>'.encode()
    genre = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    return declare(zippe(contenu), PARTAGEES, genre, "sharedStrings")


def declare(octets: bytes, partie: str, contenu: str, genre: str, ident: str = "rId900") -> bytes:
    """The workbook with one more part declared: its content type and its relationship."""
    lien = f'<Relationship Id="{ident}" Type="{GENRE}/{genre}" Target="/{partie}"/></Relationships>'
    type_ = f'<Override PartName="/{partie}" ContentType="{contenu}"/></Types>'
    return recrit(recrit(octets, TYPES, ("</Types>", type_)), RELATIONS, ("</Relationships>", lien))


@dataclass(frozen=True, slots=True)
class Entree:
    """A zip entry as it is written, true or not. `position` points at the data of another one."""

    nom: bytes
    donnees: bytes
    taille: int
    somme: int
    methode: int = COMPRIME
    drapeaux: int = 0
    taille_dite: int | None = None
    position: int | None = None


def entree(nom: str, octets: bytes, **autres: int) -> Entree:
    """An ordinary compressed entry."""
    c = zlib.compressobj(6, zlib.DEFLATED, -15)
    return Entree(nom.encode(), c.compress(octets) + c.flush(), len(octets), zlib.crc32(octets), **autres)


def coulee(nom: str, morceaux: Iterable[bytes]) -> Entree:
    """An ordinary entry made piece by piece, quickly and without holding it whole."""
    c, donnees, somme, taille = zlib.compressobj(1, zlib.DEFLATED, -15), bytearray(), 0, 0
    for paquet in _paquets(morceaux, 10_000):
        donnees += c.compress(paquet)
        somme, taille = zlib.crc32(paquet, somme), taille + len(paquet)
    return Entree(nom.encode(), bytes(donnees + c.flush()), taille, somme)


def _paquets(morceaux: Iterable[bytes], nombre: int) -> Iterator[bytes]:
    """Pieces joined by packets: a call per row would cost more than the compression."""
    suite = iter(morceaux)
    while paquet := b"".join(islice(suite, nombre)):
        yield paquet


def zip_cru(entrees: Iterable[Entree]) -> bytes:
    """A zip written entry by entry, with the sizes and positions its entries claim."""
    corps, sommaire, nombre = bytearray(), bytearray(), 0
    for e in entrees:
        dite = e.taille if e.taille_dite is None else e.taille_dite
        position = len(corps) if e.position is None else e.position
        commun = struct.pack("<HHHHHIIIHH", 20, e.drapeaux, e.methode, 0, 0x5421, e.somme, len(e.donnees), dite,
                             len(e.nom), 0)  # fmt: skip
        if e.position is None:
            corps += b"PK\x03\x04" + commun + e.nom + e.donnees
        sommaire += b"PK\x01\x02\x14\x00" + commun + struct.pack("<HHHII", 0, 0, 0, 0, position) + e.nom
        nombre += 1
    fin = struct.pack("<HHHHIIH", 0, 0, nombre & 0xFFFF, nombre & 0xFFFF, len(sommaire), len(corps), 0)
    return bytes(corps + sommaire) + b"PK\x05\x06" + fin


def etire(nom: str, debut: bytes, motif: bytes, fois: int, fin: bytes = b"", **autres: int) -> Entree:
    """An entry whose content is `debut`, then `motif` many times over, then `fin`; made without unpacking it."""
    c = zlib.compressobj(9, zlib.DEFLATED, -15)
    tete = c.compress(debut) + c.flush(zlib.Z_FULL_FLUSH)
    bloc = c.compress(motif) + c.flush(zlib.Z_FULL_FLUSH)
    queue = c.compress(fin) + c.flush()
    somme = zlib.crc32(debut)
    for _ in range(fois):
        somme = zlib.crc32(motif, somme)
    taille = len(debut) + len(motif) * fois + len(fin)
    return Entree(nom.encode(), tete + bloc * fois + queue, taille, zlib.crc32(fin, somme), **autres)


def avec_entree(octets: bytes, remplacante: Entree) -> bytes:
    """The workbook with one of its parts written as that entry."""
    autres = [entree(n, o) for n, o in parties(octets).items() if n.encode() != remplacante.nom]
    return zip_cru([*autres, remplacante])


SECTEUR = 512
LIBRE, FIN_DE_CHAINE, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def ole(flux: Mapping[str, bytes]) -> bytes:
    """A compound file (the container of .xls, .doc, .msg and of encrypted workbooks) with these streams."""
    contenus = [o.ljust(max(4096, _plein(len(o))), b"\0") for o in flux.values()]
    chaine, debuts = [TABLE], []
    for o in contenus:
        debuts.append(len(chaine))
        chaine += _chaine(len(chaine), len(o) // SECTEUR)
    repertoire = len(chaine)
    dossiers = [_dossier("Root Entry", 5, FIN_DE_CHAINE, 0, 1)]
    dossiers += [
        _dossier(nom, 2, debut, len(o), -1, rang + 2 if rang + 1 < len(contenus) else -1)
        for rang, (nom, debut, o) in enumerate(zip(flux, debuts, contenus, strict=True))
    ]
    liste = b"".join(dossiers)
    liste = liste.ljust(_plein(len(liste)), b"\0")
    chaine += _chaine(len(chaine), len(liste) // SECTEUR)
    if len(chaine) > SECTEUR // 4:
        raise ValueError("one allocation sector is all that is written here")
    table = struct.pack(f"<{len(chaine)}I", *chaine).ljust(SECTEUR, b"\xff")
    tete = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16) + struct.pack("<HHHHH6xIII4xIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1,
        repertoire, 4096, FIN_DE_CHAINE, 0, FIN_DE_CHAINE, 0) + struct.pack("<I", 0)  # fmt: skip
    return tete.ljust(SECTEUR, b"\xff") + table + b"".join(contenus) + liste


def _plein(taille: int) -> int:
    return -(-taille // SECTEUR) * SECTEUR


def _chaine(debut: int, longueur: int) -> list[int]:
    return [*range(debut + 1, debut + longueur), FIN_DE_CHAINE]


def _dossier(nom: str, genre: int, debut: int, taille: int, enfant: int, suivant: int = -1) -> bytes:
    texte = nom.encode("utf-16-le") + b"\0\0"
    return texte.ljust(64, b"\0") + struct.pack(
        "<HBBiii36xIII", len(texte), genre, 1, -1, suivant, enfant, debut, taille, 0
    )


Cellule = str | float | bytes | None
"""A text, a number, the code of an error, or nothing."""


class Onglet(NamedTuple):
    """A sheet of a binary workbook; `genre` is the kind of its link."""

    nom: str
    rangees: list[list[Cellule]]
    genre: str = "worksheet"


def xlsb(onglets: Sequence[Onglet], loin: tuple[int, int] | None = None, *, courtes: bool = False) -> bytes:
    """A binary workbook (.xlsb) that holds these values; `loin`, one more at that row and column of each sheet, from 0.

    With `courtes`, a cell that follows another one does not say its column.
    """
    liens = "".join(
        f'<Relationship Id="rId{n}" Type="{GENRE}/{o.genre}" Target="{o.genre}s/sheet{n}.bin"/>'
        for n, o in enumerate(onglets, 1)
    )
    rels = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
    livre = _record(131) + _record(143)
    for n, o in enumerate(onglets, 1):
        livre += _record(156, struct.pack("<II", 0, n) + _texte(f"rId{n}") + _texte(o.nom))
    contenu = {
        TYPES: b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        b'<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
        b'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>',
        "_rels/.rels": rels.format(
            f'<Relationship Id="rId1" Type="{GENRE}/officeDocument" Target="xl/workbook.bin"/>'
        ).encode(),
        "xl/_rels/workbook.bin.rels": rels.format(liens).encode(),
        "xl/workbook.bin": livre + _record(144) + _record(132),
    }
    for n, o in enumerate(onglets, 1):
        contenu[f"xl/{o.genre}s/sheet{n}.bin"] = _feuille_binaire(o.rangees, loin, courtes)
    return zippe(contenu)


def _feuille_binaire(rangees: list[list[Cellule]], loin: tuple[int, int] | None, courtes: bool) -> bytes:
    largeur = max(map(len, rangees), default=1)
    corps = _record(129) + _record(148, struct.pack("<IIII", 0, len(rangees), 0, largeur)) + _record(145)
    for numero, rangee in enumerate(rangees):
        corps += _rangee_binaire(numero)
        precedente = -1
        for rang, valeur in enumerate(rangee):
            if valeur is not None:
                corps += _cellule_binaire(rang, valeur, courte=courtes and precedente == rang - 1)
                precedente = rang
    if loin:
        corps += _rangee_binaire(loin[0]) + _cellule_binaire(loin[1], 1.0, courte=False)
    return corps + _record(146) + _record(130)


def _cellule_binaire(rang: int, valeur: str | float | bytes, *, courte: bool) -> bytes:
    genre, corps = (
        (6, _texte(valeur))
        if isinstance(valeur, str)
        else (3, valeur)
        if isinstance(valeur, bytes)
        else (5, struct.pack("<d", valeur))
    )
    style = struct.pack("<I", 0)
    return _record(genre + 11, style + corps) if courte else _record(genre, struct.pack("<I", rang) + style + corps)


def _rangee_binaire(numero: int) -> bytes:
    return _record(0, struct.pack("<IIHBBBI", numero, 0, 300, 0, 0, 0, 0))


def _record(genre: int, corps: bytes = b"") -> bytes:
    tete = bytes([genre]) if genre < 128 else bytes([genre & 0x7F | 0x80, genre >> 7])
    taille, longueur = len(corps), b""
    while taille > 127:
        longueur, taille = longueur + bytes([taille & 0x7F | 0x80]), taille >> 7
    return tete + longueur + bytes([taille]) + corps


def _texte(texte: str) -> bytes:
    brut = texte.encode("utf-16-le")
    return struct.pack("<I", len(brut) // 2) + brut
