"""Looks at the XML of a few cells, where what calamine gave of them leaves a doubt: blanks, bare numbers, lost lines.

Never looks at a workbook that shows no symptom: this second look costs as much as the first.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import IO
from xml.etree import ElementTree as ET

from sheets.cell_address import adresse
from sheets.cells import ERROR, EXEMPLE_MONTANT, Probleme, vu
from sheets.reading.computed import computed_cells
from sheets.reading.number_formats import montre, utiles
from sheets.reading.opening import MalLu
from sheets.reading.parts import Parts, package

SEEN = "vu"
"""Where a workbook that was rewritten keeps an error that the reader does not know."""
_RANGEE = re.compile(rb"""<(?:\w+:)?row\s(?:[^>]*?\s)?r\s*=\s*["'](\d+)""")
_STYLE = re.compile(rb"""\ss\s*=\s*["'](\d+)""")
_SUMS = re.compile(r"^(?:of:)?[=+\s]*(?:_xlfn\.)?(?:SUM|SUBTOTAL|AGGREGATE)\(", re.IGNORECASE)
_ADRESSE = re.compile("([A-Z]{1,3})([0-9]{1,7})")
_TRUTH = re.compile(r"of:=(TRUE|FALSE)\(\)")
"""How LibreOffice writes VRAI and FAUX in a cell of amounts, beside the 1 or the 0 that it shows."""
_NULLE_EN_1904 = b'null-date table:date-value="1904-01-01"'
ABSENTE = (KeyError, StopIteration, ValueError, zipfile.BadZipFile)
"""What looking into another kind of file than expected raises."""


def cachees(octets: bytes, feuille: str, vides: Collection[str], zeros: Collection[str] = ()) -> dict[str, Probleme]:
    """Of these blank cells of a tab, those that hold a formula or an error; of these zeros, those nobody computed.

    (In an OpenDocument, a 1 may be asked about as a 0 is: it may show « VRAI ».)

    By address → the problem. {} if not a zip of XML. Raises MalLu when a blank cell holds a value after all, or when the
    tab is not XML that can be trusted.
    """
    if not vides and not zeros:
        return {}
    try:
        parts = package(octets)
        adresses, computed = {*vides, *zeros}, computed_cells(parts, feuille)
        if parts.find("content.xml"):
            with parts.zip.open("content.xml") as xml:
                vues = _cellules_ods(xml, feuille, adresses)
                return {ou: p for ou, c in vues if (p := _probleme_ods(c, computed(ou)))}
        arrays: list[str] = []
        with _onglet(parts, feuille) as xml:
            vues = _cellules(xml, adresses)
            return {ou: p for ou, c in vues if (p := _probleme(ou, c, ou in zeros, computed, arrays))}
    except ABSENTE:
        return {}
    except ET.ParseError as faute:
        raise MalLu("Ce classeur est abîmé : le contenu d'un onglet n'est pas du XML en règle.") from faute


def is_open_document(octets: bytes) -> bool:
    """Whether the workbook is an .ods, whatever its name."""
    try:
        return bool(package(octets).find("content.xml"))
    except zipfile.BadZipFile:
        return False


def sums(octets: bytes, feuille: str, adresses: Collection[str]) -> set[str]:
    """Of these cells of a tab, those whose formula adds up others: SUM, SUBTOTAL, AGGREGATE. ∅ if it cannot be known."""
    if not adresses:
        return set()
    try:
        return {ou for ou, c in cells_of(package(octets), feuille, set(adresses)) if _SUMS.search(_formula(c))}
    except (*ABSENTE, ET.ParseError):
        return set()


def _formula(cellule: ET.Element) -> str:
    return cellule.findtext("{*}f") or _attribut(cellule, "formula")


def erreurs(octets: bytes, feuille: str) -> dict[str, Probleme]:
    """Every cell of a tab that holds an error, or a formula nobody calculated → the problem. {} if it cannot be known."""
    try:
        with _onglet(package(octets), feuille) as xml:
            return {ou: p for ou, c in _cellules(xml) if (p := _formule_sans_valeur(c))}
    except (*ABSENTE, ET.ParseError):
        return {}


def porteuses(octets: bytes, feuille: str) -> set[str] | None:
    """The cells of a tab that carry a formula, by address. None if it cannot be known (not an .xlsx)."""
    try:
        with _onglet(package(octets), feuille) as xml:
            return {ou for ou, cellule in _cellules(xml) if any(_nom(e) == "f" for e in cellule)}
    except (*ABSENTE, ET.ParseError):
        return None


def notes(octets: bytes, feuille: str) -> dict[str, str]:
    """The notes put on the cells of a tab, by address. {} if there are none, or if it cannot be known."""
    try:
        parts = package(octets)
        lien = next(link.part for link in parts.links(_partie(parts, feuille)) if link.kind == "comments")
        racine = parts.root(lien)
    except (*ABSENTE, ET.ParseError):
        return {}
    textes = {e.get("ref", ""): e for e in racine.iter() if _nom(e) == "comment"}
    return {ou: vu(" ".join(t.text or "" for t in e.iter() if _nom(t) == "t")) for ou, e in textes.items()}


def affichees(octets: bytes, feuille: str, nombres: Mapping[str, float]) -> dict[str, str]:
    """Of these cells that hold a number, those that show another text than its plain digits → that text."""
    try:
        parts = package(octets)
        if parts.find("content.xml"):
            with parts.zip.open("content.xml") as xml:
                montrees = ((ou, text_of(c)) for ou, c in _cellules_ods(xml, feuille, nombres))
                return {ou: texte for ou, texte in montrees if texte.isdecimal() and int(texte) == nombres[ou]}
        formats = utiles(root(parts, "xl/styles.xml")) if "xl/styles.xml" in parts.usual_names else {}
        if not formats and all(abs(n) < 2**53 for n in nombres.values()):
            return {}
        with _onglet(parts, feuille) as xml:
            lus = ((ou, c.findtext("{*}v", ""), formats.get(c.get("s", "0"), "0")) for ou, c in _cellules(xml, nombres))
            return {ou: texte for ou, ecrit, format_ in lus if (texte := montre(ecrit, format_))}
    except (*ABSENTE, ET.ParseError):
        return {}


def en_1904(octets: bytes) -> bool:
    """Whether the workbook counts its days from 1904, as old Macs did."""
    try:
        parts = package(octets)
        if parts.find("content.xml"):
            return _NULLE_EN_1904 in parts.zip.read("content.xml")
        livre = root(parts, "xl/workbook.xml")
    except (*ABSENTE, ET.ParseError):
        return False
    return any(e.get("date1904") in ("1", "true") for e in livre.iter() if _nom(e) == "workbookPr")


def rangee_en_double(octets: bytes, feuille: str) -> bool:
    """Whether two rows of a tab bear the same number: the second one overwrites the first as it is read."""
    try:
        with _onglet(package(octets), feuille) as xml:
            numeros = _RANGEE.findall(xml.read())
    except (*ABSENTE, ET.ParseError):
        return False
    return len(set(numeros)) < len(numeros)


def cells_of(parts: Parts, feuille: str, adresses: Collection[str]) -> Iterator[tuple[str, ET.Element]]:
    """These cells of a tab as their XML, each to be looked at before the next one is asked for."""
    if parts.find("content.xml"):
        with parts.zip.open("content.xml") as xml:
            yield from _cellules_ods(xml, feuille, adresses)
    else:
        with _onglet(parts, feuille) as xml:
            yield from _cellules(xml, adresses)


def styled(parts: Parts, feuille: str, styles: Collection[str], adresses: Collection[str]) -> set[str]:
    """These cells of a tab but for those seen, without parsing it, to bear none of these styles.

    Those it takes a parser to find, as in a tab written with prefixes, are among them. Quick for cells in their order.
    """
    with _onglet(parts, feuille) as xml:
        octets = xml.read()
    if b"<!--" in octets or b"<![CDATA[" in octets:
        return set(adresses)
    doubtful, at = set(), 0
    for ou in adresses:
        start = b'<c r="%s"' % ou.encode()
        at = max(octets.find(start, at), 0) or octets.find(start)
        style = _STYLE.search(octets[at : octets.find(b">", at)]) if at >= 0 else None
        if at < 0 or (style[1].decode() if style else "0") in styles:
            doubtful.add(ou)
    return doubtful


def _nom(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def root(parts: Parts, partie: str) -> ET.Element:
    """A part of the workbook, parsed. Raises what `ABSENTE` lists, and ET.ParseError."""
    return ET.fromstring(parts.zip.read(parts.usual_names[partie]))  # noqa: S314 - sizes are bounded before opening


def _onglet(parts: Parts, feuille: str) -> IO[bytes]:
    return parts.zip.open(_partie(parts, feuille))


def _partie(parts: Parts, feuille: str) -> str:
    """The part that holds a tab."""
    return next(sheet.part for sheet in parts.sheets if sheet.name == feuille and sheet.part)


def _cellules(xml: IO[bytes], adresses: Collection[str] | None = None) -> Iterator[tuple[str, ET.Element]]:
    for _, element in ET.iterparse(xml):  # noqa: S314
        if _nom(element) == "row":
            for rang, cellule in enumerate(element):
                ou = cellule.get("r") or adresse(rang, int(element.get("r", 0)))
                if adresses is None or ou in adresses:
                    _show_the_error(cellule)
                    yield ou, cellule
            element.clear()


def _show_the_error(cell: ET.Element) -> None:
    value = cell.find("{*}v")
    if value is not None and (seen := cell.get(SEEN)):
        value.text = seen


def _probleme(
    ou: str, cellule: ET.Element, zero: bool, computed: Callable[[str], bool], arrays: list[str]
) -> Probleme | None:  # fmt: skip
    """What a cell that came back blank, or as 0, hides. `arrays`, to be filled here, are the formulas of whole ranges.

    Raises MalLu when a blank one is a value.
    """
    if not zero and (probleme := _formule_sans_valeur(cellule)):
        return probleme
    formule = next((e for e in cellule if _nom(e) == "f"), None)
    if formule is not None and formule.get("t") == "array":
        arrays.append(formule.get("ref", ""))
    if (formule is not None or any(_within(ou, plage) for plage in arrays)) and not computed(ou):
        texte = (formule.text or "").strip() if formule is not None else ""
        return Probleme("formule-non-calculee", vu("=" + (texte or "…")), "")
    if not zero and cellule.get("t", "n") == "n" and any(_nom(e) == "v" and (e.text or "").strip() for e in cellule):
        raise MalLu("Deux lectures de ce classeur ne voient pas les mêmes valeurs.")
    return None


def _within(ou: str, plage: str) -> bool:
    """Whether a cell lies in a range (« S5:T14 »)."""
    debut, _, fin = plage.partition(":")
    if not all(map(_ADRESSE.fullmatch, (ou, debut, fin or debut))):
        return False
    (c, ligne), (c1, l1), (c2, l2) = (_ADRESSE.fullmatch(a).groups() for a in (ou, debut, fin or debut))  # type: ignore[union-attr]
    return (len(c1), c1) <= (len(c), c) <= (len(c2), c2) and int(l1) <= int(ligne) <= int(l2)


def _formule_sans_valeur(cellule: ET.Element) -> Probleme | None:
    enfants = {_nom(e): (e.text or "").strip() for e in cellule}
    if cellule.get("t") == "e":
        return Probleme("formule-en-erreur", enfants.get("v") or "#ERREUR", "")
    if "f" in enfants and not enfants.get("v") and cellule.get("t") != "str":  # a text may well be empty
        return Probleme("formule-non-calculee", vu("=" + (enfants["f"] or "…")), "")
    return None


def _cellules_ods(xml: IO[bytes], feuille: str, adresses: Collection[str]) -> Iterator[tuple[str, ET.Element]]:
    """The same of an OpenDocument, where runs of equal rows and cells are written once, with their number."""
    onglet, ligne = "", 1
    for evenement, element in ET.iterparse(xml, ("start", "end")):  # noqa: S314
        if evenement == "start" and _nom(element) == "table":
            onglet, ligne = _attribut(element, "name"), 1
        elif evenement == "end" and _nom(element) == "table-row":
            if onglet == feuille:
                yield from ((ou, c) for ou, c in _rangee_ods(element, ligne) if ou in adresses)
            ligne += int(_attribut(element, "number-rows-repeated") or 1)
            element.clear()


def _rangee_ods(rangee: ET.Element, ligne: int) -> Iterator[tuple[str, ET.Element]]:
    rang = 0
    for cellule in rangee:
        yield adresse(rang, ligne), cellule
        rang += int(_attribut(cellule, "number-columns-repeated") or 1)


def _attribut(element: ET.Element, nom: str) -> str:
    return next((valeur for cle, valeur in element.items() if cle.rpartition("}")[2] == nom), "")


def _probleme_ods(cellule: ET.Element, computed: bool) -> Probleme | None:
    """An error, Excel's own included, which is kept as 0 and only shown; a formula without value, or of a 0 nobody computed."""
    genres = {
        valeur for cle, valeur in cellule.items() if cle.endswith("}value-type")
    }  # LibreOffice has its own beside
    montre, formule = text_of(cellule), _attribut(cellule, "formula")
    if truth := _TRUTH.fullmatch(formule):
        return Probleme("valeur-non-numerique", vu(truth[1] == "TRUE"), EXEMPLE_MONTANT)
    if "error" in genres or ("string" not in genres and ERROR.fullmatch(montre.strip())):
        return Probleme("formule-en-erreur", vu(montre) or "#ERREUR", "")
    if _attribut(cellule, "value") not in ("", "0") and montre and not re.search("[0-9]", montre):
        return Probleme("valeur-non-numerique", vu(montre), EXEMPLE_MONTANT)  # VRAI, which LibreOffice keeps as 1
    if formule and not (genres and computed):
        return Probleme("formule-non-calculee", vu("=" + formule.partition("=")[2]), "")
    return None


def text_of(cellule: ET.Element) -> str:
    """What a cell of an OpenDocument shows."""
    return " ".join(e.text or "" for e in cellule if _nom(e) == "p")
