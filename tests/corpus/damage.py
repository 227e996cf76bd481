"""What breaks a file on its way, or makes it another file than its name says.

Truncated copies, parts lost, XML that other programs write, formats renamed: nobody meant any harm.
"""

from __future__ import annotations

import gzip
import random
import re
import struct
import zipfile
from dataclasses import replace
from datetime import date
from functools import cache

from tests.corpus.base import (
    COL,
    L1,
    SHEET_PART,
    TAB,
    N,
    Verdict,
    add_case,
    all_lines_read,
    as_bytes,
    faulty_file,
    open_workbook,
    ordinary_file,
    refuse,
    without_l1,
)
from tests.corpus.containers import (
    RELATIONS,
    RELATIONSHIP_KIND,
    SHARED_TEXTS_PART,
    TYPES,
    XML_NAMESPACE,
    CellContent,
    SheetEntry,
    ZipEntry,
    declare,
    ole,
    parties,
    raw_zip,
    replace_parts,
    rewrite_part,
    share_texts,
    with_entry,
    xlsb,
    zip_entry,
    zipped,
)

PROPERTIES_PART = "docProps/custom.xml"
GAIN_L1 = f"{COL['gain_annuel']}{L1}"
REFERENCE_L1 = f"{COL['montant_reference']}{L1}"
DATE_L1 = f"{COL['date_premiere_commande']}{L1}"


@cache
def excel() -> bytes:
    """The ordinary file as Excel lays it out: texts in the shared table."""
    return share_texts(ordinary_file())


# --- the file is not what its name says, or not whole -----------------------------------------------------------------

add_case("vide", "Un fichier de zéro octet.", refuse("vide"), lambda: b"")
add_case("un-octet", "Un fichier d'un octet.", refuse(), lambda: b"P")
add_case(
    "tronque-a-moitie",
    "Un envoi interrompu à la moitié.",
    refuse("incomplet|interromp|tronqu"),
    lambda: excel()[: len(excel()) // 2],
)
add_case(
    "tronque-a-la-fin",
    "Il manque les cent derniers octets.",
    refuse("incomplet|interromp|tronqu"),
    lambda: excel()[:-100],
)
add_case("encore-en-ecriture", "Un fichier lu pendant qu'il s'écrit : la fin n'est que des zéros.", refuse("incomplet|interromp|tronqu"),
       lambda: excel()[:9_000].ljust(len(excel()), b"\0"))  # fmt: skip
add_case("octets-au-hasard", "Des octets au hasard.", refuse(), lambda: random.Random(1).randbytes(20_000))
add_case("que-des-zeros", "Vingt mille octets nuls, comme après une panne de disque.", refuse(), lambda: bytes(20_000))
add_case("fichier-verrou", "Le fichier de verrou que laisse Excel pendant qu'un classeur est ouvert.", refuse("verrou|ouvert"),
       lambda: b"\x0cCellule achat".ljust(55, b" ") + "\x0cCellule achat".ljust(55).encode("utf-16-le"), "~$GHT Jura - trame 2021-annuelle.xlsx")  # fmt: skip
add_case(
    "pdf-renomme",
    "Un PDF renommé en .xlsx.",
    refuse("PDF"),
    lambda: b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF",
)
add_case("html-en-xls", "Une page web exportée sous le nom .xls.", refuse("HTML|page web"),
       lambda: b"<html><head><meta charset='utf-8'></head><body><table><tr><td>Gain</td><td>1200</td></tr></table></body></html>", "html-en-xls.xls")  # fmt: skip
add_case(
    "csv-renomme",
    "Un CSV renommé en .xlsx.",
    refuse("CSV|texte"),
    lambda: ("Intitulé;Gain\r\nÉpicerie;1200,00\r\n" * 20).encode("cp1252"),
)
add_case("xml-2003", "Un classeur au format XML de 2003, nommé .xls.", refuse("XML|ancien format"),
       lambda: b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
       "xml-2003.xls")  # fmt: skip
add_case(
    "gzip-renomme",
    "Le classeur est comprimé une seconde fois (gzip), sous le nom .xlsx.",
    refuse(),
    lambda: gzip.compress(excel(), mtime=0),
)
add_case(
    "zip-de-trames",
    "Une archive zip qui contient la trame, renommée .xlsx.",
    refuse("archive|zip"),
    lambda: zipped({"GHT Jura.xlsx": excel()}),
)
add_case("docx-renomme", "Un document Word renommé en .xlsx.", refuse("Word|n'est pas un classeur"), lambda: zipped({
    TYPES: b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    "word/document.xml": b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>'}))  # fmt: skip
add_case(
    "word-97-renomme",
    "Un document Word 97 renommé en .xls.",
    refuse("Word|n'est pas un classeur"),
    lambda: ole({"WordDocument": b"\xec\xa5"}),
    "word-97.xls",
)
add_case("courriel-renomme", "Un courriel Outlook (.msg) renommé en .xls.", refuse("n'est pas un classeur|courriel"),
       lambda: ole({"__properties_version1.0": b"", "__substg1.0_0037001F": "Trame".encode("utf-16-le")}), "courriel.xls")  # fmt: skip
add_case("mot-de-passe", "Un classeur chiffré par un mot de passe à l'ouverture.", refuse("mot de passe", "classeur-protege"),
       lambda: ole({"EncryptionInfo": struct.pack("<HHI", 4, 4, 0x40) + b"<encryption/>", "EncryptedPackage": bytes(9_000)}))  # fmt: skip
add_case("xls-mot-de-passe", "Un classeur .xls chiffré par un mot de passe.", refuse("mot de passe", "classeur-protege"),
       lambda: ole({"Workbook": struct.pack("<HHHH", 0x809, 4, 0x600, 5) + struct.pack("<HH", 0x2F, 54) + bytes(54)}), "xls-mot-de-passe.xls")  # fmt: skip
add_case("zip-chiffre", "Les parties du classeur sont chiffrées par un outil d'archive.", refuse("mot de passe|chiffr|abîmé"),
       lambda: raw_zip(zip_entry(n, o, flags=1) for n, o in parties(excel()).items()))  # fmt: skip


# --- zips that other programs write -----------------------------------------------------------------------------------

add_case(
    "zip-sans-compression",
    "Un classeur zippé sans compression.",
    all_lines_read(),
    lambda: zipped(parties(excel()), zipfile.ZIP_STORED),
)
add_case(
    "zip-lzma",
    "Un classeur compressé d'une façon qu'Excel ne lit pas.",
    refuse(),
    lambda: zipped(parties(excel()), zipfile.ZIP_LZMA),
)
add_case(
    "zip-precede",
    "Des octets étrangers devant le classeur (en-tête de courriel).",
    all_lines_read(),
    lambda: b"Content-Type: application/zip\r\n\r\n" + excel(),
)
add_case("zip-suivi", "Deux mille zéros derrière le classeur.", all_lines_read(), lambda: excel() + bytes(2_000))
add_case(
    "zip-a-l-envers",
    "Les parties du classeur sont rangées dans l'ordre inverse.",
    all_lines_read(),
    lambda: zipped(dict(reversed(parties(excel()).items()))),
)
add_case("zip-antislash", "Des chemins à la Windows dans le classeur (xl\\workbook.xml).", all_lines_read(),
       lambda: raw_zip(zip_entry(n.replace("/", "\\"), o) for n, o in parties(excel()).items()))  # fmt: skip
add_case("zip-somme-fausse", "Un octet du tableau a changé en route : sa somme de contrôle est fausse.", refuse("abîmé|incomplet"),
       lambda: _damage(excel(), total_of=True))  # fmt: skip
add_case(
    "zip-donnees-abimees",
    "Un bloc compressé du tableau est abîmé.",
    refuse("abîmé|incomplet"),
    lambda: _damage(excel(), total_of=False),
)
add_case(
    "zip-version-99",
    "Le sommaire du zip réclame une version future.",
    refuse(),
    lambda: re.sub(rb"PK\x01\x02..\x14", b"PK\x01\x02\x14\x00\xff", excel(), count=3),
)
add_case("zip-nom-illisible", "Le nom d'une partie du zip n'est pas du texte valide.", refuse(),
       lambda: raw_zip([*(zip_entry(n, o) for n, o in parties(excel()).items()), _misnamed_entry()]))  # fmt: skip
add_case(
    "zip-partie-en-double",
    "Le tableau figure deux fois dans le zip, avec des gains différents.",
    Verdict(readable=False, codes={"classeur-illisible"}),
    lambda: raw_zip(
        [
            *(zip_entry(n, o) for n, o in parties(excel()).items()),
            zip_entry(SHEET_PART, parties(excel())[SHEET_PART].replace(b"<v>1200</v>", b"<v>9</v>")),
        ]
    ),
)


def _misnamed_entry() -> ZipEntry:
    return replace(zip_entry("x", b""), name=b"docProps/\xff\xfe.xml", flags=0x800)


def _damage(raw_bytes: bytes, *, total_of: bool) -> bytes:
    """The tab's part changed after its checksum was taken: a digit of a gain, or bytes of the compressed data."""
    content = parties(raw_bytes)
    sound_entry = zip_entry(SHEET_PART, content[SHEET_PART])
    if total_of:
        rotten_entry = replace(
            zip_entry(SHEET_PART, content[SHEET_PART].replace(b"<v>1200</v>", b"<v>9200</v>", 1)),
            total_of=sound_entry.total_of,
        )
    else:
        middle = len(sound_entry.data) // 2
        rotten_entry = replace(
            sound_entry, data=sound_entry.data[:middle] + b"\xff\0\xff\0" + sound_entry.data[middle + 4 :]
        )
    return with_entry(raw_bytes, rotten_entry)


# --- parts that are missing or do not agree ---------------------------------------------------------------------------


def without(name: str, defect: str, verdict: Verdict, *struck_lines: str) -> None:
    add_case(name, defect, verdict, lambda: replace_parts(excel(), dict.fromkeys(struck_lines)))


without("sans-workbook", "Le sommaire du classeur (workbook.xml) a disparu.", refuse(), "xl/workbook.xml")
without("sans-relations", "Les relations du classeur ont disparu.", refuse(), RELATIONS)
without("sans-types", "La liste des types de contenu a disparu ; le reste est intact.", Verdict(lines_kept=N), TYPES)
without("sans-la-feuille", "La feuille de l'établissement a disparu du zip.",
     Verdict(codes={"onglet-sans-contenu", "onglet-manquant"}, no_other_code=True, lines_kept=0), SHEET_PART)  # fmt: skip
without("sans-textes", "La table des textes a disparu : il ne reste que des nombres.", refuse(), SHARED_TEXTS_PART)
without(
    "sans-styles", "Les styles ont disparu : les dates ne sont plus que des nombres.", all_lines_read(), "xl/styles.xml"
)
without(
    "sans-proprietes",
    "Les propriétés du document ont disparu ; les tampons restent.",
    all_lines_read(),
    PROPERTIES_PART,
    "docProps/core.xml",
    "docProps/app.xml",
)


def xml(name: str, defect: str, verdict: Verdict, *replacements: tuple[str, str], part: str = SHEET_PART) -> None:
    """Register a case that differs by the XML of one part, by default the tab of the first établissement."""
    add_case(name, defect, verdict, lambda: rewrite_part(excel(), part, *replacements))


xml("texte-hors-table", "Une cellule renvoie à un texte qui n'est pas dans la table.", Verdict(readable=False, codes={"classeur-illisible"}),
    (rf'(<c r="C{L1}"[^>]*><v>)\d+', r"\g<1>999999"))  # fmt: skip
xml("textes-amputes", "La table des textes a perdu les siens : toutes les cellules renvoient à côté.", refuse(),
    (r"<si>.*</si>", "<si><t>seul</t></si>"), part=SHARED_TEXTS_PART)  # fmt: skip
xml(
    "xml-coupe",
    "Le XML de la feuille s'arrête au milieu d'une ligne.",
    refuse("abîmé|incomplet"),
    (rf'<c r="F{L1 + 4}".*|(?<=<row r="{L1 + 4}")>.*', ""),
)
xml(
    "xml-esperluette",
    "Une esperluette nue dans un texte.",
    refuse("abîmé"),
    ("Épicerie", "Épicerie & fils"),
    part=SHARED_TEXTS_PART,
)
xml(
    "xml-caractere-nul",
    "Un caractère nul au milieu d'un texte.",
    Verdict(lines_kept=None),
    ("Épicerie", "Épi\0cerie"),
    part=SHARED_TEXTS_PART,
)
xml(
    "types-faux",
    "Le classeur se dit modèle (.xltx).",
    all_lines_read(),
    (r"sheet\.main\+xml", "template.main+xml"),
    part=TYPES,
)
xml(
    "dimension-fausse",
    "La feuille prétend ne contenir que A1.",
    all_lines_read(),
    (r'<dimension ref="[^"]*"', '<dimension ref="A1"'),
)
xml(
    "dimension-immense",
    "La feuille prétend s'étendre jusqu'à XFD1048576.",
    all_lines_read(),
    (r'<dimension ref="[^"]*"', '<dimension ref="A1:XFD1048576"'),
)
xml("dimension-absente", "La feuille ne dit pas son étendue.", all_lines_read(), (r"<dimension [^>]*/>", ""))
xml(
    "dimension-absurde",
    "L'étendue annoncée n'est pas une plage.",
    all_lines_read(),
    (r'<dimension ref="[^"]*"', '<dimension ref="?!"'),
)
xml("lignes-sans-numero", "Les lignes ne disent pas leur numéro.", all_lines_read(), (r'<row r="\d+"', "<row"))
xml("ligne-ecrasee", "Deux lignes du XML portent le même numéro et les mêmes adresses : l'une écrase l'autre.", refuse(),
    (rf'<row r="{L1 + 1}"', f'<row r="{L1}"'), (rf'(<c r="[A-Z]+){L1 + 1}"', rf'\g<1>{L1}"'))  # fmt: skip
xml("ligne-doublee-vide", "Une ligne du XML figure une seconde fois, sans ses valeurs, et la suivante manque.",
    Verdict(no_other_code=True, lines_kept=N - 1, kept="52800.00"),
    (rf'(<row r="{L1}".*?</row>)<row r="{L1 + 1}".*?</row>', rf'\1<row r="{L1}"><c r="{GAIN_L1}" s="3"/><c r="{DATE_L1}"><v/></c></row>'))  # fmt: skip
xml("ligne-en-deux-morceaux", "Une ligne est écrite en deux morceaux qui portent son numéro, et une autre est laissée vide.",
    Verdict(no_other_code=True, lines_kept=N - 1, kept="52800.00", read_values={"intitule": "Épicerie"}),
    (rf'<row r="{L1 + 1}".*?</row>', ""), (rf'(?=<c r="{DATE_L1}")', f'</row><row r="{L1}">'))  # fmt: skip
xml("cellule-ecrasee", "Une cellule est écrite deux fois avec deux gains, et une ligne est laissée vide entre deux morceaux.", refuse(GAIN_L1),
    (rf'<row r="{L1 + 1}".*?</row>', ""), (rf'(?=<c r="{GAIN_L1}")', f'<c r="{GAIN_L1}"><v>9</v></c></row><row r="{L1}">'))  # fmt: skip
xml(
    "nombre-en-entites",
    "Un nombre dont les chiffres sont écrits par leur numéro.",
    all_lines_read(),
    ("<v>1200</v>", "<v>&#49;200</v>"),
)
xml("commentaires-xml", "Des commentaires et des instructions dans le XML.", all_lines_read(),
    ("<sheetData>", "<!-- fait main --><?outil 1?><sheetData>"), ("<v>1200</v>", "<!-- ici --><v>1200</v>"))  # fmt: skip
xml("cdata", "Un nombre écrit dans un bloc CDATA.", all_lines_read(), ("<v>1200</v>", "<v><![CDATA[1200]]></v>"))
xml(
    "nombre-nan",
    "Un nombre « NaN » écrit par un programme.",
    without_l1("valeur-non-numerique", "gain_annuel"),
    ("<v>1200</v>", "<v>NaN</v>"),
)
xml(
    "nombre-infini",
    "Un nombre 1e999, infini.",
    without_l1("valeur-non-numerique", "gain_annuel"),
    ("<v>1200</v>", "<v>1e999</v>"),
)
xml(
    "nombre-avec-virgule",
    "Un programme a écrit un nombre avec une virgule.",
    Verdict(no_other_code=True, lines_kept=N, kept="55200.50"),
    ("<v>1200</v>", "<v>1200,5</v>"),
)
xml(
    "type-inconnu",
    "Une cellule d'un type qui n'existe pas.",
    all_lines_read(),
    (rf'r="{GAIN_L1}"([^>]*)t="n"', rf'r="{GAIN_L1}"\1t="zz"'),
)
xml("phonetique", "Un texte porte sa transcription phonétique, qui n'est pas du texte.", all_lines_read(read_values={"intitule": "Épicerie"}),
    ("<t>Épicerie</t>", '<t>Épicerie</t><rPh sb="0" eb="8"><t>EPISSERI</t></rPh><phoneticPr fontId="1"/>'), part=SHARED_TEXTS_PART)  # fmt: skip
xml("texte-en-morceaux", "Un texte partagé en trois morceaux de mise en forme.", all_lines_read(read_values={"intitule": "Épicerie"}),
    ("<t>Épicerie</t>", "<r><t>Épi</t></r><r><rPr><b/></rPr><t>ce</t></r><r><t>rie</t></r>"), part=SHARED_TEXTS_PART)  # fmt: skip
xml("erreur-ref", "Le gain est une formule en erreur : #REF!.", without_l1("formule-en-erreur", "gain_annuel", said="#REF!"),
    (rf'(<c r="{GAIN_L1}"[^>]*?)( t="n")?><v>1200</v>', r'\1 t="e"><f>S6/#REF!</f><v>#REF!</v>'))  # fmt: skip
xml("erreur-div0", "Le montant de référence est #DIV/0!.", without_l1("formule-en-erreur", "montant_reference", said="#DIV/0!"),
    (rf'(<c r="{REFERENCE_L1}"[^>]*?)( t="n")?><v>24000</v>', r'\1 t="e"><f>1/0</f><v>#DIV/0!</v>'))  # fmt: skip
xml("formule-sans-valeur", "Le gain est une formule jamais calculée.", without_l1("formule-non-calculee", "gain_annuel", said=REFERENCE_L1),
    (rf'(<c r="{GAIN_L1}"[^>]*?)( t="n")?><v>1200</v>', rf"\1><f>{REFERENCE_L1}*0.05</f>"))  # fmt: skip
xml("formule-calculee", "Le gain est une formule, avec sa valeur.", all_lines_read(),
    (rf'(<c r="{GAIN_L1}"[^>]*?)( t="n")?><v>1200</v>', rf"\1><f>{REFERENCE_L1}*0.05</f><v>1200</v>"))  # fmt: skip
xml("formule-partagee", "Le gain est une formule partagée, sans texte ni valeur.", without_l1("formule-non-calculee", "gain_annuel"),
    (rf'(<c r="{GAIN_L1}"[^>]*?)( t="n")?><v>1200</v>', r'\1><f t="shared" si="0"/>'))  # fmt: skip
xml("formule-texte-vide", "Le gain est une formule dont le résultat est un texte vide, à recalculer à l'ouverture.", without_l1("formule-non-calculee", "gain_annuel"),
    (rf'(<c r="{GAIN_L1}"[^>]*?)( t="n")?><v>1200</v>', r'\1 t="str"><f>IF(O6="","","")</f><v></v>'))  # fmt: skip
xml("formule-externe", "Le gain vient d'un autre classeur, avec sa dernière valeur.", all_lines_read(),
    (rf'(<c r="{GAIN_L1}"[^>]*?)( t="n")?><v>1200</v>', r"\1><f>[1]Feuil1!$A$1</f><v>1200</v>"))  # fmt: skip
xml("date-iso", "Une date écrite en clair dans le XML (t=\"d\"), comme le permet la norme stricte.", all_lines_read(read_values={"date_premiere_commande": "2021-01-15"}),
    (rf'(<c r="{DATE_L1}"[^>]*?)( t="n")?><v>44211</v>', r'\1 t="d"><v>2021-01-15</v>'))  # fmt: skip
xml("noms-en-boucle", "Deux noms définis qui se renvoient l'un à l'autre.", all_lines_read(),
    ("<definedNames>", "<definedNames><definedName name=\"aa\">bb</definedName><definedName name=\"bb\">aa</definedName>"), part="xl/workbook.xml")  # fmt: skip
xml("onglet-aux-guillemets", "Un onglet nommé avec apostrophe, guillemets et esperluette, et un gain en erreur.",
    without_l1("formule-en-erreur", "gain_annuel"),
    (rf'(<c r="{GAIN_L1}"[^>]*?)( t="n")?><v>1200</v>', r'\1 t="e"><v>#REF!</v>'))  # fmt: skip


@faulty_file(
    "cellules-dans-le-desordre",
    "Les cellules de chaque ligne et les lignes sont écrites dans l'ordre inverse.",
    all_lines_read(),
)
def _() -> bytes:
    def reverse_rows(found: re.Match[str]) -> str:
        lines = re.findall(r"<row [^>]*>.*?</row>", found[0], re.DOTALL)
        return "<sheetData>" + "".join(reversed(lines)) + "</sheetData>"

    return rewrite_part(excel(), SHEET_PART, (r"<sheetData>.*</sheetData>", reverse_rows))


@faulty_file(
    "cellules-sans-adresse",
    "Les cellules du tableau ne disent pas leur adresse, toutes sont écrites.",
    all_lines_read(),
)
def _() -> bytes:
    return rewrite_part(_every_cell_written(), SHEET_PART, (r'(<c) r="[A-Z]+\d+"', r"\1"))


@faulty_file("erreur-sans-adresse", "Le gain est en erreur dans un tableau dont les cellules ne disent pas leur adresse.",
     without_l1("formule-en-erreur", "gain_annuel"))  # fmt: skip
def _() -> bytes:
    as_error = (rf'(<c r="{GAIN_L1}"[^>]*?)( t="n")?><v>1200</v>', r'\1 t="e"><v>#N/A</v>')
    return rewrite_part(_every_cell_written(), SHEET_PART, as_error, (r'(<c) r="[A-Z]+\d+"', r"\1"))


def _every_cell_written() -> bytes:
    """The ordinary file with every cell of the table written, blank ones included."""
    book = open_workbook()
    sheet = book[TAB]
    for row in sheet.iter_rows(min_row=1, max_row=L1 + N, max_col=len(COL)):
        for cell in row:
            cell.number_format = cell.number_format if cell.value is not None else "0.000"
    return share_texts(as_bytes(book))


@faulty_file(
    "espaces-de-noms-prefixes", "Toutes les balises du classeur portent un préfixe (x:row, x:c).", all_lines_read()
)
def _() -> bytes:
    content = parties(excel())
    for name in content:
        if name.startswith(("xl/worksheets/sheet", "xl/workbook.xml", SHARED_TEXTS_PART, "xl/styles.xml")):
            tags = re.sub(r"<(/?)(?![?!])", r"<\1x:", content[name].decode())
            content[name] = tags.replace(f'xmlns="{XML_NAMESPACE}"', f'xmlns:x="{XML_NAMESPACE}"').encode()
    return zipped(content)


@faulty_file("norme-stricte", "Un classeur enregistré à la norme stricte (espaces de noms ISO).", all_lines_read())
def _() -> bytes:
    namespaces = (
        (XML_NAMESPACE, "http://purl.oclc.org/ooxml/spreadsheetml/main"),
        (RELATIONSHIP_KIND, "http://purl.oclc.org/ooxml/officeDocument/relationships"),
    )
    content = parties(excel())
    for name in content:
        for loose_namespace, strict in namespaces:
            content[name] = content[name].replace(loose_namespace.encode(), strict.encode())
    return zipped(content)


@faulty_file("liens-relatifs", "Les liens du classeur remontent d'un dossier (../xl/worksheets).", all_lines_read())
def _() -> bytes:
    return rewrite_part(excel(), RELATIONS, ('Target="/xl/', 'Target="../xl/'))


@faulty_file("liens-simples", "Les liens du classeur sont relatifs, comme Excel les écrit.", all_lines_read())
def _() -> bytes:
    return rewrite_part(excel(), RELATIONS, ('Target="/xl/', 'Target="'))


@faulty_file("feuille-en-utf-16", "Le XML de la feuille est en UTF-16.", all_lines_read())
def _() -> bytes:
    text = parties(excel())[SHEET_PART].decode()
    return replace_parts(excel(), {SHEET_PART: ('<?xml version="1.0" encoding="UTF-16"?>' + text).encode("utf-16")})


@faulty_file("feuille-avec-bom", "Le XML de la feuille commence par une marque d'ordre des octets.", all_lines_read())
def _() -> bytes:
    return replace_parts(excel(), {SHEET_PART: b"\xef\xbb\xbf" + parties(excel())[SHEET_PART]})


@faulty_file(
    "textes-en-latin-1",
    "La table des textes est en Latin-1, et le dit.",
    all_lines_read(read_values={"intitule": "Épicerie"}),
)
def _() -> bytes:
    text = parties(excel())[SHARED_TEXTS_PART].decode().replace("\N{EURO SIGN}", "&#8364;").replace("’", "'")
    return replace_parts(
        excel(),
        {
            SHARED_TEXTS_PART: ('<?xml version="1.0" encoding="ISO-8859-1"?>' + text).encode(
                "latin-1", "xmlcharrefreplace"
            )
        },
    )


@faulty_file(
    "textes-en-windows-1252",
    "La table des textes est en Windows-1252, et le dit.",
    all_lines_read(read_values={"intitule": "Œufs « bio »"}),
)
def _() -> bytes:
    text = parties(excel())[SHARED_TEXTS_PART].decode().replace("Épicerie", "Œufs « bio »")
    declared = '<?xml version="1.0" encoding="windows-1252"?>' + text
    return replace_parts(excel(), {SHARED_TEXTS_PART: declared.encode("cp1252", "xmlcharrefreplace")})


@faulty_file(
    "tout-en-utf-16",
    "Toutes les parties du classeur sont en UTF-16.",
    all_lines_read(read_values={"intitule": "Épicerie"}),
)
def _() -> bytes:
    def as_utf_16(raw_bytes: bytes) -> bytes:
        text = re.sub(r"^<\?xml[^>]*>", "", raw_bytes.decode())
        return ('<?xml version="1.0" encoding="UTF-16"?>' + text).encode("utf-16")

    return zipped({n: as_utf_16(o) if n.endswith((".xml", ".rels")) else o for n, o in parties(excel()).items()})


@faulty_file(
    "proprietes-illisibles",
    "Les propriétés sont dans un codage inconnu, et les tampons des onglets sont effacés.",
    refuse("", "trame-inconnue"),
)
def _() -> bytes:
    without_stamp = re.sub("Vigie · trame", "V", parties(excel())[SHARED_TEXTS_PART].decode())
    return replace_parts(
        excel(),
        {
            SHARED_TEXTS_PART: without_stamp.encode(),
            PROPERTIES_PART: b'<?xml version="1.0" encoding="shift_jis"?><Properties/>',
        },
    )


@faulty_file(
    "systeme-1904",
    "Un classeur au calendrier de 1904, comme en font d'anciens Mac.",
    all_lines_read(read_values={"date_premiere_commande": "2021-01-15"}),
)
def _() -> bytes:
    return _dated_from_1904(excel())


@faulty_file("systeme-1904-nombre", "Au calendrier de 1904, une date sans format n'est plus qu'un nombre.",
     Verdict(absent_codes={"gain-hors-exercice"}, read_values={"date_premiere_commande": "2021-01-15"}))  # fmt: skip
def _() -> bytes:
    return rewrite_part(_dated_from_1904(excel()), SHEET_PART, (rf'(<c r="{DATE_L1}")[^>]*>', r"\1>"))


def _dated_from_1904(raw_bytes: bytes) -> bytes:
    def shift(found: re.Match[str]) -> str:
        return f"{found[1]}{int(found[2]) - (date(1904, 1, 1) - date(1899, 12, 30)).days}</v>"

    dates = (rf'(<c r="{COL["date_premiere_commande"]}(?!4")\d+"[^>]*><v>)(\d+)</v>', shift)
    return rewrite_part(
        rewrite_part(raw_bytes, SHEET_PART, dates),
        "xl/workbook.xml",
        (r"<workbookPr ?/>", '<workbookPr date1904="1"/>'),
    )


@faulty_file("systeme-1904-texte", "Au calendrier de 1904, une date écrite en texte ne se décale pas.",
     all_lines_read(read_values={"date_premiere_commande": "2021-01-15"}))  # fmt: skip
def _() -> bytes:
    return rewrite_part(
        _dated_from_1904(excel()),
        SHEET_PART,
        (rf'(<c r="{DATE_L1}")[^>]*><v>\d+</v>', r'\1 t="inlineStr"><is><t>15/01/2021</t></is>'),
    )


@faulty_file(
    "macros-excel-4", "Une feuille de macros Excel 4 ajoutée au classeur.", all_lines_read(), "macros-excel-4.xlsm"
)
def _() -> bytes:
    sheet = f'<xm:macrosheet xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main" xmlns="{XML_NAMESPACE}"><sheetData/></xm:macrosheet>'
    raw_bytes = declare(
        excel(), "xl/macrosheets/sheet1.xml", "application/vnd.ms-excel.macrosheet+xml", "xlMacrosheet", "rId901"
    )
    raw_bytes = rewrite_part(
        raw_bytes,
        RELATIONS,
        (f"{RELATIONSHIP_KIND}/xlMacrosheet", "http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet"),
    )
    raw_bytes = rewrite_part(
        raw_bytes, "xl/workbook.xml", ("</sheets>", '<sheet name="Macro1" sheetId="90" r:id="rId901"/></sheets>')
    )
    return replace_parts(raw_bytes, {"xl/macrosheets/sheet1.xml": sheet.encode()})


@faulty_file("macros", "Un classeur à macros (.xlsm) : les macros sont ignorées.", all_lines_read(), "macros.xlsm")
def _() -> bytes:
    raw_bytes = declare(excel(), "xl/vbaProject.bin", "application/vnd.ms-office.vbaProject", "vbaProject", "rId901")
    raw_bytes = rewrite_part(raw_bytes, TYPES, (r"application/vnd\.openxmlformats-officedocument\.spreadsheetml\.sheet\.main\+xml",
                                    "application/vnd.ms-excel.sheet.macroEnabled.main+xml"))  # fmt: skip
    return replace_parts(raw_bytes, {"xl/vbaProject.bin": ole({"VBA": b"Attribut"})})


@faulty_file("liens-externes", "Un lien vers un classeur du réseau, qui ne doit pas être suivi.", all_lines_read())
def _() -> bytes:
    link = f'<externalLink xmlns="{XML_NAMESPACE}"><externalBook xmlns:r="{RELATIONSHIP_KIND}" r:id="rId1"/></externalLink>'
    target = (f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
             f'Type="{RELATIONSHIP_KIND}/externalLinkPath" TargetMode="External" Target="http://192.0.2.1/budget.xlsx"/></Relationships>')  # fmt: skip
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml"
    raw_bytes = declare(excel(), "xl/externalLinks/externalLink1.xml", kind, "externalLink", "rId901")
    return replace_parts(raw_bytes, {"xl/externalLinks/externalLink1.xml": link.encode(),
                             "xl/externalLinks/_rels/externalLink1.xml.rels": target.encode()})  # fmt: skip


@faulty_file(
    "classeur-binaire",
    "La trame est enregistrée au format binaire .xlsb.",
    all_lines_read(handed_in=True, read_values={"marche": "2021-001"}),
    "classeur-binaire.xlsb",
)
def _() -> bytes:
    return xlsb([SheetEntry(name, rows) for name, rows in binary_values().items()])


def binary_values() -> dict[str, list[list[CellContent]]]:
    """The values of each tab of the ordinary file, formulas left out."""
    return {
        sheet.title: [[_as_binary_cell(c) for c in row] for row in sheet.iter_rows(values_only=True)]
        for sheet in open_workbook().worksheets
    }


def _as_binary_cell(value: object) -> CellContent:
    if isinstance(value, date):
        return float(value.toordinal() - date(1899, 12, 30).toordinal())
    if isinstance(value, int | float):
        return float(value)
    return value if isinstance(value, str) and not value.startswith("=") else None
