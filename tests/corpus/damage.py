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
    FEUILLE,
    L1,
    ONGLET,
    N,
    Verdict,
    ajoute,
    cas,
    enregistre,
    entier,
    ordinaire,
    ouvre,
    refuse,
    sans_l1,
)
from tests.corpus.containers import (
    ESPACE,
    GENRE,
    PARTAGEES,
    RELATIONS,
    TYPES,
    Cellule,
    Entree,
    Onglet,
    avec_entree,
    declare,
    entree,
    ole,
    partage,
    parties,
    recrit,
    remplace,
    xlsb,
    zip_cru,
    zippe,
)

PROPRIETES = "docProps/custom.xml"
GAIN_L1 = f"{COL['gain_annuel']}{L1}"
REFERENCE_L1 = f"{COL['montant_reference']}{L1}"
DATE_L1 = f"{COL['date_premiere_commande']}{L1}"


@cache
def excel() -> bytes:
    """The ordinary file as Excel lays it out: texts in the shared table."""
    return partage(ordinaire())


# --- the file is not what its name says, or not whole -----------------------------------------------------------------

ajoute("vide", "Un fichier de zéro octet.", refuse("vide"), lambda: b"")
ajoute("un-octet", "Un fichier d'un octet.", refuse(), lambda: b"P")
ajoute(
    "tronque-a-moitie",
    "Un envoi interrompu à la moitié.",
    refuse("incomplet|interromp|tronqu"),
    lambda: excel()[: len(excel()) // 2],
)
ajoute(
    "tronque-a-la-fin",
    "Il manque les cent derniers octets.",
    refuse("incomplet|interromp|tronqu"),
    lambda: excel()[:-100],
)
ajoute("encore-en-ecriture", "Un fichier lu pendant qu'il s'écrit : la fin n'est que des zéros.", refuse("incomplet|interromp|tronqu"),
       lambda: excel()[:9_000].ljust(len(excel()), b"\0"))  # fmt: skip
ajoute("octets-au-hasard", "Des octets au hasard.", refuse(), lambda: random.Random(1).randbytes(20_000))
ajoute("que-des-zeros", "Vingt mille octets nuls, comme après une panne de disque.", refuse(), lambda: bytes(20_000))
ajoute("fichier-verrou", "Le fichier de verrou que laisse Excel pendant qu'un classeur est ouvert.", refuse("verrou|ouvert"),
       lambda: b"\x0cCellule achat".ljust(55, b" ") + "\x0cCellule achat".ljust(55).encode("utf-16-le"), "~$GHT Jura - trame 2021-annuelle.xlsx")  # fmt: skip
ajoute(
    "pdf-renomme",
    "Un PDF renommé en .xlsx.",
    refuse("PDF"),
    lambda: b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF",
)
ajoute("html-en-xls", "Une page web exportée sous le nom .xls.", refuse("HTML|page web"),
       lambda: b"<html><head><meta charset='utf-8'></head><body><table><tr><td>Gain</td><td>1200</td></tr></table></body></html>", "html-en-xls.xls")  # fmt: skip
ajoute(
    "csv-renomme",
    "Un CSV renommé en .xlsx.",
    refuse("CSV|texte"),
    lambda: ("Intitulé;Gain\r\nÉpicerie;1200,00\r\n" * 20).encode("cp1252"),
)
ajoute("xml-2003", "Un classeur au format XML de 2003, nommé .xls.", refuse("XML|ancien format"),
       lambda: b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
       "xml-2003.xls")  # fmt: skip
ajoute(
    "gzip-renomme",
    "Le classeur est comprimé une seconde fois (gzip), sous le nom .xlsx.",
    refuse(),
    lambda: gzip.compress(excel(), mtime=0),
)
ajoute(
    "zip-de-trames",
    "Une archive zip qui contient la trame, renommée .xlsx.",
    refuse("archive|zip"),
    lambda: zippe({"GHT Jura.xlsx": excel()}),
)
ajoute("docx-renomme", "Un document Word renommé en .xlsx.", refuse("Word|n'est pas un classeur"), lambda: zippe({
    TYPES: b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    "word/document.xml": b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>'}))  # fmt: skip
ajoute(
    "word-97-renomme",
    "Un document Word 97 renommé en .xls.",
    refuse("Word|n'est pas un classeur"),
    lambda: ole({"WordDocument": b"\xec\xa5"}),
    "word-97.xls",
)
ajoute("courriel-renomme", "Un courriel Outlook (.msg) renommé en .xls.", refuse("n'est pas un classeur|courriel"),
       lambda: ole({"__properties_version1.0": b"", "__substg1.0_0037001F": "Trame".encode("utf-16-le")}), "courriel.xls")  # fmt: skip
ajoute("mot-de-passe", "Un classeur chiffré par un mot de passe à l'ouverture.", refuse("mot de passe", "classeur-protege"),
       lambda: ole({"EncryptionInfo": struct.pack("<HHI", 4, 4, 0x40) + b"<encryption/>", "EncryptedPackage": bytes(9_000)}))  # fmt: skip
ajoute("xls-mot-de-passe", "Un classeur .xls chiffré par un mot de passe.", refuse("mot de passe", "classeur-protege"),
       lambda: ole({"Workbook": struct.pack("<HHHH", 0x809, 4, 0x600, 5) + struct.pack("<HH", 0x2F, 54) + bytes(54)}), "xls-mot-de-passe.xls")  # fmt: skip
ajoute("zip-chiffre", "Les parties du classeur sont chiffrées par un outil d'archive.", refuse("mot de passe|chiffr|abîmé"),
       lambda: zip_cru(entree(n, o, drapeaux=1) for n, o in parties(excel()).items()))  # fmt: skip


# --- zips that other programs write -----------------------------------------------------------------------------------

ajoute(
    "zip-sans-compression",
    "Un classeur zippé sans compression.",
    entier(),
    lambda: zippe(parties(excel()), zipfile.ZIP_STORED),
)
ajoute(
    "zip-lzma",
    "Un classeur compressé d'une façon qu'Excel ne lit pas.",
    refuse(),
    lambda: zippe(parties(excel()), zipfile.ZIP_LZMA),
)
ajoute(
    "zip-precede",
    "Des octets étrangers devant le classeur (en-tête de courriel).",
    entier(),
    lambda: b"Content-Type: application/zip\r\n\r\n" + excel(),
)
ajoute("zip-suivi", "Deux mille zéros derrière le classeur.", entier(), lambda: excel() + bytes(2_000))
ajoute(
    "zip-a-l-envers",
    "Les parties du classeur sont rangées dans l'ordre inverse.",
    entier(),
    lambda: zippe(dict(reversed(parties(excel()).items()))),
)
ajoute("zip-antislash", "Des chemins à la Windows dans le classeur (xl\\workbook.xml).", entier(),
       lambda: zip_cru(entree(n.replace("/", "\\"), o) for n, o in parties(excel()).items()))  # fmt: skip
ajoute("zip-somme-fausse", "Un octet du tableau a changé en route : sa somme de contrôle est fausse.", refuse("abîmé|incomplet"),
       lambda: _abime(excel(), somme=True))  # fmt: skip
ajoute(
    "zip-donnees-abimees",
    "Un bloc compressé du tableau est abîmé.",
    refuse("abîmé|incomplet"),
    lambda: _abime(excel(), somme=False),
)
ajoute(
    "zip-version-99",
    "Le sommaire du zip réclame une version future.",
    refuse(),
    lambda: re.sub(rb"PK\x01\x02..\x14", b"PK\x01\x02\x14\x00\xff", excel(), count=3),
)
ajoute("zip-nom-illisible", "Le nom d'une partie du zip n'est pas du texte valide.", refuse(),
       lambda: zip_cru([*(entree(n, o) for n, o in parties(excel()).items()), _mal_nommee()]))  # fmt: skip
ajoute(
    "zip-partie-en-double",
    "Le tableau figure deux fois dans le zip, avec des gains différents.",
    Verdict(lisible=False, codes={"classeur-illisible"}),
    lambda: zip_cru(
        [
            *(entree(n, o) for n, o in parties(excel()).items()),
            entree(FEUILLE, parties(excel())[FEUILLE].replace(b"<v>1200</v>", b"<v>9</v>")),
        ]
    ),
)


def _mal_nommee() -> Entree:
    return replace(entree("x", b""), nom=b"docProps/\xff\xfe.xml", drapeaux=0x800)


def _abime(octets: bytes, *, somme: bool) -> bytes:
    """The tab's part changed after its checksum was taken: a digit of a gain, or bytes of the compressed data."""
    contenu = parties(octets)
    bonne = entree(FEUILLE, contenu[FEUILLE])
    if somme:
        pourrie = replace(
            entree(FEUILLE, contenu[FEUILLE].replace(b"<v>1200</v>", b"<v>9200</v>", 1)), somme=bonne.somme
        )
    else:
        milieu = len(bonne.donnees) // 2
        pourrie = replace(bonne, donnees=bonne.donnees[:milieu] + b"\xff\0\xff\0" + bonne.donnees[milieu + 4 :])
    return avec_entree(octets, pourrie)


# --- parts that are missing or do not agree ---------------------------------------------------------------------------


def sans(nom: str, defaut: str, verdict: Verdict, *retirees: str) -> None:
    ajoute(nom, defaut, verdict, lambda: remplace(excel(), dict.fromkeys(retirees)))


sans("sans-workbook", "Le sommaire du classeur (workbook.xml) a disparu.", refuse(), "xl/workbook.xml")
sans("sans-relations", "Les relations du classeur ont disparu.", refuse(), RELATIONS)
sans("sans-types", "La liste des types de contenu a disparu ; le reste est intact.", Verdict(lignes_retenues=N), TYPES)
sans("sans-la-feuille", "La feuille de l'établissement a disparu du zip.",
     Verdict(codes={"onglet-sans-contenu", "onglet-manquant"}, seuls=True, lignes_retenues=0), FEUILLE)  # fmt: skip
sans("sans-textes", "La table des textes a disparu : il ne reste que des nombres.", refuse(), PARTAGEES)
sans("sans-styles", "Les styles ont disparu : les dates ne sont plus que des nombres.", entier(), "xl/styles.xml")
sans(
    "sans-proprietes",
    "Les propriétés du document ont disparu ; les tampons restent.",
    entier(),
    PROPRIETES,
    "docProps/core.xml",
    "docProps/app.xml",
)


def xml(nom: str, defaut: str, verdict: Verdict, *echanges: tuple[str, str], partie: str = FEUILLE) -> None:
    """Register a case that differs by the XML of one part, by default the tab of the first établissement."""
    ajoute(nom, defaut, verdict, lambda: recrit(excel(), partie, *echanges))


xml("texte-hors-table", "Une cellule renvoie à un texte qui n'est pas dans la table.", Verdict(lisible=False, codes={"classeur-illisible"}),
    (rf'(<c r="C{L1}"[^>]*><v>)\d+', r"\g<1>999999"))  # fmt: skip
xml("textes-amputes", "La table des textes a perdu les siens : toutes les cellules renvoient à côté.", refuse(),
    (r"<si>.*</si>", "<si><t>seul</t></si>"), partie=PARTAGEES)  # fmt: skip
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
    partie=PARTAGEES,
)
xml(
    "xml-caractere-nul",
    "Un caractère nul au milieu d'un texte.",
    Verdict(lignes_retenues=None),
    ("Épicerie", "Épi\0cerie"),
    partie=PARTAGEES,
)
xml(
    "types-faux",
    "Le classeur se dit modèle (.xltx).",
    entier(),
    (r"sheet\.main\+xml", "template.main+xml"),
    partie=TYPES,
)
xml(
    "dimension-fausse",
    "La feuille prétend ne contenir que A1.",
    entier(),
    (r'<dimension ref="[^"]*"', '<dimension ref="A1"'),
)
xml(
    "dimension-immense",
    "La feuille prétend s'étendre jusqu'à XFD1048576.",
    entier(),
    (r'<dimension ref="[^"]*"', '<dimension ref="A1:XFD1048576"'),
)
xml("dimension-absente", "La feuille ne dit pas son étendue.", entier(), (r"<dimension [^>]*/>", ""))
xml(
    "dimension-absurde",
    "L'étendue annoncée n'est pas une plage.",
    entier(),
    (r'<dimension ref="[^"]*"', '<dimension ref="?!"'),
)
xml("lignes-sans-numero", "Les lignes ne disent pas leur numéro.", entier(), (r'<row r="\d+"', "<row"))
xml("ligne-ecrasee", "Deux lignes du XML portent le même numéro et les mêmes adresses : l'une écrase l'autre.", refuse(),
    (rf'<row r="{L1 + 1}"', f'<row r="{L1}"'), (rf'(<c r="[A-Z]+){L1 + 1}"', rf'\g<1>{L1}"'))  # fmt: skip
xml("ligne-doublee-vide", "Une ligne du XML figure une seconde fois, sans ses valeurs, et la suivante manque.",
    Verdict(seuls=True, lignes_retenues=N - 1, gain_retenu="52800.00"),
    (rf'(<row r="{L1}".*?</row>)<row r="{L1 + 1}".*?</row>', rf'\1<row r="{L1}"><c r="{GAIN_L1}" s="3"/><c r="{DATE_L1}"><v/></c></row>'))  # fmt: skip
xml("ligne-en-deux-morceaux", "Une ligne est écrite en deux morceaux qui portent son numéro, et une autre est laissée vide.",
    Verdict(seuls=True, lignes_retenues=N - 1, gain_retenu="52800.00", lu={"intitule": "Épicerie"}),
    (rf'<row r="{L1 + 1}".*?</row>', ""), (rf'(?=<c r="{DATE_L1}")', f'</row><row r="{L1}">'))  # fmt: skip
xml("cellule-ecrasee", "Une cellule est écrite deux fois avec deux gains, et une ligne est laissée vide entre deux morceaux.", refuse(GAIN_L1),
    (rf'<row r="{L1 + 1}".*?</row>', ""), (rf'(?=<c r="{GAIN_L1}")', f'<c r="{GAIN_L1}"><v>9</v></c></row><row r="{L1}">'))  # fmt: skip
xml(
    "nombre-en-entites",
    "Un nombre dont les chiffres sont écrits par leur numéro.",
    entier(),
    ("<v>1200</v>", "<v>&#49;200</v>"),
)
xml("commentaires-xml", "Des commentaires et des instructions dans le XML.", entier(),
    ("<sheetData>", "<!-- fait main --><?outil 1?><sheetData>"), ("<v>1200</v>", "<!-- ici --><v>1200</v>"))  # fmt: skip
xml("cdata", "Un nombre écrit dans un bloc CDATA.", entier(), ("<v>1200</v>", "<v><![CDATA[1200]]></v>"))
xml(
    "nombre-nan",
    "Un nombre « NaN » écrit par un programme.",
    sans_l1("valeur-non-numerique", "gain_annuel"),
    ("<v>1200</v>", "<v>NaN</v>"),
)
xml(
    "nombre-infini",
    "Un nombre 1e999, infini.",
    sans_l1("valeur-non-numerique", "gain_annuel"),
    ("<v>1200</v>", "<v>1e999</v>"),
)
xml(
    "nombre-avec-virgule",
    "Un programme a écrit un nombre avec une virgule.",
    Verdict(seuls=True, lignes_retenues=N, gain_retenu="55200.50"),
    ("<v>1200</v>", "<v>1200,5</v>"),
)
xml(
    "type-inconnu",
    "Une cellule d'un type qui n'existe pas.",
    entier(),
    (rf'r="{GAIN_L1}"([^>]*)t="n"', rf'r="{GAIN_L1}"\1t="zz"'),
)
xml("phonetique", "Un texte porte sa transcription phonétique, qui n'est pas du texte.", entier(lu={"intitule": "Épicerie"}),
    ("<t>Épicerie</t>", '<t>Épicerie</t><rPh sb="0" eb="8"><t>EPISSERI</t></rPh><phoneticPr fontId="1"/>'), partie=PARTAGEES)  # fmt: skip
xml("texte-en-morceaux", "Un texte partagé en trois morceaux de mise en forme.", entier(lu={"intitule": "Épicerie"}),
    ("<t>Épicerie</t>", "<r><t>Épi</t></r><r><rPr><b/></rPr><t>ce</t></r><r><t>rie</t></r>"), partie=PARTAGEES)  # fmt: skip
xml("erreur-ref", "Le gain est une formule en erreur : #REF!.", sans_l1("formule-en-erreur", "gain_annuel", dit="#REF!"),
    (rf'(<c r="{GAIN_L1}"[^>]*?)( t="n")?><v>1200</v>', r'\1 t="e"><f>S6/#REF!</f><v>#REF!</v>'))  # fmt: skip
xml("erreur-div0", "Le montant de référence est #DIV/0!.", sans_l1("formule-en-erreur", "montant_reference", dit="#DIV/0!"),
    (rf'(<c r="{REFERENCE_L1}"[^>]*?)( t="n")?><v>24000</v>', r'\1 t="e"><f>1/0</f><v>#DIV/0!</v>'))  # fmt: skip
xml("formule-sans-valeur", "Le gain est une formule jamais calculée.", sans_l1("formule-non-calculee", "gain_annuel", dit=REFERENCE_L1),
    (rf'(<c r="{GAIN_L1}"[^>]*?)( t="n")?><v>1200</v>', rf"\1><f>{REFERENCE_L1}*0.05</f>"))  # fmt: skip
xml("formule-calculee", "Le gain est une formule, avec sa valeur.", entier(),
    (rf'(<c r="{GAIN_L1}"[^>]*?)( t="n")?><v>1200</v>', rf"\1><f>{REFERENCE_L1}*0.05</f><v>1200</v>"))  # fmt: skip
xml("formule-partagee", "Le gain est une formule partagée, sans texte ni valeur.", sans_l1("formule-non-calculee", "gain_annuel"),
    (rf'(<c r="{GAIN_L1}"[^>]*?)( t="n")?><v>1200</v>', r'\1><f t="shared" si="0"/>'))  # fmt: skip
xml("formule-texte-vide", "Le gain est une formule dont le résultat est un texte vide, à recalculer à l'ouverture.", sans_l1("formule-non-calculee", "gain_annuel"),
    (rf'(<c r="{GAIN_L1}"[^>]*?)( t="n")?><v>1200</v>', r'\1 t="str"><f>IF(O6="","","")</f><v></v>'))  # fmt: skip
xml("formule-externe", "Le gain vient d'un autre classeur, avec sa dernière valeur.", entier(),
    (rf'(<c r="{GAIN_L1}"[^>]*?)( t="n")?><v>1200</v>', r"\1><f>[1]Feuil1!$A$1</f><v>1200</v>"))  # fmt: skip
xml("date-iso", "Une date écrite en clair dans le XML (t=\"d\"), comme le permet la norme stricte.", entier(lu={"date_premiere_commande": "2021-01-15"}),
    (rf'(<c r="{DATE_L1}"[^>]*?)( t="n")?><v>44211</v>', r'\1 t="d"><v>2021-01-15</v>'))  # fmt: skip
xml("noms-en-boucle", "Deux noms définis qui se renvoient l'un à l'autre.", entier(),
    ("<definedNames>", "<definedNames><definedName name=\"aa\">bb</definedName><definedName name=\"bb\">aa</definedName>"), partie="xl/workbook.xml")  # fmt: skip
xml("onglet-aux-guillemets", "Un onglet nommé avec apostrophe, guillemets et esperluette, et un gain en erreur.",
    sans_l1("formule-en-erreur", "gain_annuel"),
    (rf'(<c r="{GAIN_L1}"[^>]*?)( t="n")?><v>1200</v>', r'\1 t="e"><v>#REF!</v>'))  # fmt: skip


@cas(
    "cellules-dans-le-desordre",
    "Les cellules de chaque ligne et les lignes sont écrites dans l'ordre inverse.",
    entier(),
)
def _() -> bytes:
    def retourne(trouve: re.Match[str]) -> str:
        lignes = re.findall(r"<row [^>]*>.*?</row>", trouve[0], re.DOTALL)
        return "<sheetData>" + "".join(reversed(lignes)) + "</sheetData>"

    return recrit(excel(), FEUILLE, (r"<sheetData>.*</sheetData>", retourne))


@cas("cellules-sans-adresse", "Les cellules du tableau ne disent pas leur adresse, toutes sont écrites.", entier())
def _() -> bytes:
    return recrit(_toutes_ecrites(), FEUILLE, (r'(<c) r="[A-Z]+\d+"', r"\1"))


@cas("erreur-sans-adresse", "Le gain est en erreur dans un tableau dont les cellules ne disent pas leur adresse.",
     sans_l1("formule-en-erreur", "gain_annuel"))  # fmt: skip
def _() -> bytes:
    en_erreur = (rf'(<c r="{GAIN_L1}"[^>]*?)( t="n")?><v>1200</v>', r'\1 t="e"><v>#N/A</v>')
    return recrit(_toutes_ecrites(), FEUILLE, en_erreur, (r'(<c) r="[A-Z]+\d+"', r"\1"))


def _toutes_ecrites() -> bytes:
    """The ordinary file with every cell of the table written, blank ones included."""
    livre = ouvre()
    feuille = livre[ONGLET]
    for rangee in feuille.iter_rows(min_row=1, max_row=L1 + N, max_col=len(COL)):
        for cellule in rangee:
            cellule.number_format = cellule.number_format if cellule.value is not None else "0.000"
    return partage(enregistre(livre))


@cas("espaces-de-noms-prefixes", "Toutes les balises du classeur portent un préfixe (x:row, x:c).", entier())
def _() -> bytes:
    contenu = parties(excel())
    for nom in contenu:
        if nom.startswith(("xl/worksheets/sheet", "xl/workbook.xml", PARTAGEES, "xl/styles.xml")):
            balises = re.sub(r"<(/?)(?![?!])", r"<\1x:", contenu[nom].decode())
            contenu[nom] = balises.replace(f'xmlns="{ESPACE}"', f'xmlns:x="{ESPACE}"').encode()
    return zippe(contenu)


@cas("norme-stricte", "Un classeur enregistré à la norme stricte (espaces de noms ISO).", entier())
def _() -> bytes:
    normes = (
        (ESPACE, "http://purl.oclc.org/ooxml/spreadsheetml/main"),
        (GENRE, "http://purl.oclc.org/ooxml/officeDocument/relationships"),
    )
    contenu = parties(excel())
    for nom in contenu:
        for souple, stricte in normes:
            contenu[nom] = contenu[nom].replace(souple.encode(), stricte.encode())
    return zippe(contenu)


@cas("liens-relatifs", "Les liens du classeur remontent d'un dossier (../xl/worksheets).", entier())
def _() -> bytes:
    return recrit(excel(), RELATIONS, ('Target="/xl/', 'Target="../xl/'))


@cas("liens-simples", "Les liens du classeur sont relatifs, comme Excel les écrit.", entier())
def _() -> bytes:
    return recrit(excel(), RELATIONS, ('Target="/xl/', 'Target="'))


@cas("feuille-en-utf-16", "Le XML de la feuille est en UTF-16.", entier())
def _() -> bytes:
    texte = parties(excel())[FEUILLE].decode()
    return remplace(excel(), {FEUILLE: ('<?xml version="1.0" encoding="UTF-16"?>' + texte).encode("utf-16")})


@cas("feuille-avec-bom", "Le XML de la feuille commence par une marque d'ordre des octets.", entier())
def _() -> bytes:
    return remplace(excel(), {FEUILLE: b"\xef\xbb\xbf" + parties(excel())[FEUILLE]})


@cas("textes-en-latin-1", "La table des textes est en Latin-1, et le dit.", entier(lu={"intitule": "Épicerie"}))
def _() -> bytes:
    texte = parties(excel())[PARTAGEES].decode().replace("\N{EURO SIGN}", "&#8364;").replace("’", "'")
    return remplace(
        excel(),
        {PARTAGEES: ('<?xml version="1.0" encoding="ISO-8859-1"?>' + texte).encode("latin-1", "xmlcharrefreplace")},
    )


@cas(
    "textes-en-windows-1252",
    "La table des textes est en Windows-1252, et le dit.",
    entier(lu={"intitule": "Œufs « bio »"}),
)
def _() -> bytes:
    texte = parties(excel())[PARTAGEES].decode().replace("Épicerie", "Œufs « bio »")
    declaree = '<?xml version="1.0" encoding="windows-1252"?>' + texte
    return remplace(excel(), {PARTAGEES: declaree.encode("cp1252", "xmlcharrefreplace")})


@cas("tout-en-utf-16", "Toutes les parties du classeur sont en UTF-16.", entier(lu={"intitule": "Épicerie"}))
def _() -> bytes:
    def en_utf_16(octets: bytes) -> bytes:
        texte = re.sub(r"^<\?xml[^>]*>", "", octets.decode())
        return ('<?xml version="1.0" encoding="UTF-16"?>' + texte).encode("utf-16")

    return zippe({n: en_utf_16(o) if n.endswith((".xml", ".rels")) else o for n, o in parties(excel()).items()})


@cas(
    "proprietes-illisibles",
    "Les propriétés sont dans un codage inconnu, et les tampons des onglets sont effacés.",
    refuse("", "trame-inconnue"),
)
def _() -> bytes:
    sans_tampon = re.sub("Vigie · trame", "V", parties(excel())[PARTAGEES].decode())
    return remplace(
        excel(),
        {PARTAGEES: sans_tampon.encode(), PROPRIETES: b'<?xml version="1.0" encoding="shift_jis"?><Properties/>'},
    )


@cas(
    "systeme-1904",
    "Un classeur au calendrier de 1904, comme en font d'anciens Mac.",
    entier(lu={"date_premiere_commande": "2021-01-15"}),
)
def _() -> bytes:
    return _en_1904(excel())


@cas("systeme-1904-nombre", "Au calendrier de 1904, une date sans format n'est plus qu'un nombre.",
     Verdict(pas={"gain-hors-exercice"}, lu={"date_premiere_commande": "2021-01-15"}))  # fmt: skip
def _() -> bytes:
    return recrit(_en_1904(excel()), FEUILLE, (rf'(<c r="{DATE_L1}")[^>]*>', r"\1>"))


def _en_1904(octets: bytes) -> bytes:
    def decale(trouve: re.Match[str]) -> str:
        return f"{trouve[1]}{int(trouve[2]) - (date(1904, 1, 1) - date(1899, 12, 30)).days}</v>"

    dates = (rf'(<c r="{COL["date_premiere_commande"]}(?!4")\d+"[^>]*><v>)(\d+)</v>', decale)
    return recrit(recrit(octets, FEUILLE, dates), "xl/workbook.xml", (r"<workbookPr ?/>", '<workbookPr date1904="1"/>'))


@cas("systeme-1904-texte", "Au calendrier de 1904, une date écrite en texte ne se décale pas.",
     entier(lu={"date_premiere_commande": "2021-01-15"}))  # fmt: skip
def _() -> bytes:
    return recrit(
        _en_1904(excel()),
        FEUILLE,
        (rf'(<c r="{DATE_L1}")[^>]*><v>\d+</v>', r'\1 t="inlineStr"><is><t>15/01/2021</t></is>'),
    )


@cas("macros-excel-4", "Une feuille de macros Excel 4 ajoutée au classeur.", entier(), "macros-excel-4.xlsm")
def _() -> bytes:
    feuille = f'<xm:macrosheet xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main" xmlns="{ESPACE}"><sheetData/></xm:macrosheet>'
    octets = declare(
        excel(), "xl/macrosheets/sheet1.xml", "application/vnd.ms-excel.macrosheet+xml", "xlMacrosheet", "rId901"
    )
    octets = recrit(
        octets,
        RELATIONS,
        (f"{GENRE}/xlMacrosheet", "http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet"),
    )
    octets = recrit(
        octets, "xl/workbook.xml", ("</sheets>", '<sheet name="Macro1" sheetId="90" r:id="rId901"/></sheets>')
    )
    return remplace(octets, {"xl/macrosheets/sheet1.xml": feuille.encode()})


@cas("macros", "Un classeur à macros (.xlsm) : les macros sont ignorées.", entier(), "macros.xlsm")
def _() -> bytes:
    octets = declare(excel(), "xl/vbaProject.bin", "application/vnd.ms-office.vbaProject", "vbaProject", "rId901")
    octets = recrit(octets, TYPES, (r"application/vnd\.openxmlformats-officedocument\.spreadsheetml\.sheet\.main\+xml",
                                    "application/vnd.ms-excel.sheet.macroEnabled.main+xml"))  # fmt: skip
    return remplace(octets, {"xl/vbaProject.bin": ole({"VBA": b"Attribut"})})


@cas("liens-externes", "Un lien vers un classeur du réseau, qui ne doit pas être suivi.", entier())
def _() -> bytes:
    lien = f'<externalLink xmlns="{ESPACE}"><externalBook xmlns:r="{GENRE}" r:id="rId1"/></externalLink>'
    cible = (f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
             f'Type="{GENRE}/externalLinkPath" TargetMode="External" Target="http://192.0.2.1/budget.xlsx"/></Relationships>')  # fmt: skip
    genre = "application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml"
    octets = declare(excel(), "xl/externalLinks/externalLink1.xml", genre, "externalLink", "rId901")
    return remplace(octets, {"xl/externalLinks/externalLink1.xml": lien.encode(),
                             "xl/externalLinks/_rels/externalLink1.xml.rels": cible.encode()})  # fmt: skip


@cas(
    "classeur-binaire",
    "La trame est enregistrée au format binaire .xlsb.",
    entier(remis=True, lu={"marche": "2021-001"}),
    "classeur-binaire.xlsb",
)
def _() -> bytes:
    return xlsb([Onglet(nom, rangees) for nom, rangees in valeurs_binaires().items()])


def valeurs_binaires() -> dict[str, list[list[Cellule]]]:
    """The values of each tab of the ordinary file, formulas left out."""
    return {
        feuille.title: [[_en_binaire(c) for c in rangee] for rangee in feuille.iter_rows(values_only=True)]
        for feuille in ouvre().worksheets
    }


def _en_binaire(valeur: object) -> Cellule:
    if isinstance(valeur, date):
        return float(valeur.toordinal() - date(1899, 12, 30).toordinal())
    if isinstance(valeur, int | float):
        return float(valeur)
    return valeur if isinstance(valeur, str) and not valeur.startswith("=") else None
