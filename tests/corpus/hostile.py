"""Attacks, and accidents as bad: bombs, values a million rows away, XML that swells, texts that take for ever to read.

Nothing here is unpacked while it is made, except fifty thousand lines of text at most.
"""

from __future__ import annotations

import re
from itertools import chain

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.corpus.base import COL, FEUILLE, GAIN, L1, N, Verdict, ajoute, cas, entier, refuse, retouche, tape
from tests.corpus.containers import (
    ESPACE,
    PARTAGEES,
    Entree,
    avec_entree,
    coulee,
    declare,
    entree,
    etire,
    parties,
    recrit,
    remplace,
    zip_cru,
)
from tests.corpus.damage import GAIN_L1, excel, xml

MO = bytes(1_048_576)
ESPACES = b" " * 1_048_576
ANORMAL = refuse("compress|démesur|trop|anormal")
LOINTAINE = Verdict(codes={"cellule-lointaine"}, lignes_retenues=N, gain_retenu=GAIN)


def coupee() -> tuple[bytes, bytes]:
    """The XML of the tab, before and after the end of its data."""
    debut, fin, suite = parties(excel())[FEUILLE].partition(b"</sheetData>")
    return debut, fin + suite


def bombe(nom: str, defaut: str, verdict: Verdict, motif: bytes, fois: int, dite: int | None = None) -> None:
    """Register a workbook whose tab swells by `motif` × `fois`; `dite` is the size its directory claims."""

    def octets() -> bytes:
        debut, fin = coupee()
        feuille = etire(FEUILLE, debut, motif, fois, fin)
        if dite is not None:
            feuille = Entree(feuille.nom, feuille.donnees, feuille.taille, feuille.somme, taille_dite=dite)
        return avec_entree(excel(), feuille)

    ajoute(nom, defaut, verdict, octets)


bombe(
    "bombe-une-partie",
    "Une feuille d'un demi-gigaoctet d'espaces, comprimée en un demi-mégaoctet.",
    ANORMAL,
    ESPACES,
    512,
)
bombe(
    "bombe-qui-ment",
    "La même feuille gonflée, dont le sommaire annonce trente kilo-octets.",
    refuse(),
    ESPACES,
    384,
    30_000,
)
bombe("bombe-de-cellules", "Huit millions de cellules vides écrites sous le tableau.",
      Verdict(lisible=False, codes={"classeur-illisible"}), b'<row><c t="b"><v>1</v></c></row>' * 8_192, 1_024)  # fmt: skip
ajoute("bombe-en-image", "Une image d'un demi-gigaoctet de zéros à côté d'une trame en règle.", ANORMAL,
       lambda: zip_cru([*(entree(n, o) for n, o in parties(excel()).items()), etire("xl/media/image1.bmp", b"BM", MO, 512)]))  # fmt: skip
ajoute("bombe-d-entrees", "Vingt mille parties vides dans le zip.", ANORMAL,
       lambda: zip_cru([*(entree(n, o) for n, o in parties(excel()).items()), *(Entree(b"x/%d" % n, b"\3\0", 0, 0) for n in range(20_000))]))  # fmt: skip


@cas("bombe-emboitee", "Seize archives dans une archive, chacune grosse d'un quart de gigaoctet de zéros.", refuse())
def _() -> bytes:
    une = zip_cru([etire("0.dll", b"", MO, 256)])
    return zip_cru([entree(f"{n:02d}.zip", une) for n in range(16)])


@cas("bombe-chevauchee", "Deux mille noms du sommaire désignent les mêmes données.", ANORMAL)
def _() -> bytes:
    noyau = etire("xl/a", b"", MO, 1)
    return zip_cru(
        [noyau, *(Entree(b"xl/%d" % n, noyau.donnees, noyau.taille, noyau.somme, position=0) for n in range(1_990))]
    )


@cas("textes-50-mo", "Cinquante mégaoctets de textes que personne n'utilise, dans la table des textes.", entier())
def _() -> bytes:
    debut, _, fin = parties(excel())[PARTAGEES].partition(b"</sst>")
    bloc = b"".join(b"<si><t>remarque %d, %x</t></si>" % (n, n * 2_654_435_761 % 2**61) for n in range(24_000))
    return avec_entree(excel(), etire(PARTAGEES, debut, bloc, 50 * 1_048_576 // len(bloc), b"</sst>" + fin))


ajoute("trop-lourd", "Un fichier de vingt-cinq mégaoctets : des photos dans le classeur.", refuse("Mo"),
       lambda: zip_cru([*(entree(n, o) for n, o in parties(excel()).items()), Entree(b"xl/media/image1.jpg", bytes(25 * 1_048_576), 25 * 1_048_576, 0, 0)]))  # fmt: skip


# --- cells far away ---------------------------------------------------------------------------------------------------


def lointaine(nom: str, defaut: str, adresse: str, verdict: Verdict) -> None:
    """Register a case with one value at that address, written in its own row."""
    numero = re.sub(r"\D", "", adresse)
    rangee = f'<row r="{numero}"><c r="{adresse}"><v>1</v></c></row></sheetData>'
    ajoute(nom, defaut, verdict, lambda: recrit(excel(), FEUILLE, ("</sheetData>", rangee)))


lointaine(
    "valeur-en-xfd1048576", "Une valeur dans la dernière cellule de la feuille (XFD1048576).", "XFD1048576", LOINTAINE
)
lointaine(
    "valeur-en-ab1048576", "Une valeur à droite du tableau, sur la dernière ligne (AB1048576).", "AB1048576", LOINTAINE
)
lointaine("valeur-en-d1048576", "Une valeur sous le tableau, sur la dernière ligne (D1048576).", "D1048576", LOINTAINE)
lointaine(
    "valeur-en-xfd60", "Une valeur dans la dernière colonne, cinquante lignes plus bas (XFD60).", "XFD60", LOINTAINE
)
lointaine("valeur-en-ligne-zero", "Une cellule à la ligne zéro, qui n'existe pas.", "A0", refuse())
lointaine(
    "valeur-en-xfe1048577",
    "Une cellule hors des limites d'Excel (XFE1048577).",
    "XFE1048577",
    LOINTAINE,
)
lointaine(
    "valeur-en-ligne-immense",
    "Une cellule à la ligne dix milliards.",
    "A9999999999",
    LOINTAINE,
)


def lignes(nom: str, defaut: str, verdict: Verdict, modele: str, jusqu_a: int = 1_048_576, depuis: int = 100) -> None:
    """Register a case with a row of that model (`{n}` is its number) all the way down."""

    def octets() -> bytes:
        debut, fin = coupee()
        rangees = (modele.replace("{n}", str(n)).encode() for n in range(depuis, jusqu_a + 1))
        return avec_entree(excel(), coulee(FEUILLE, chain([debut], rangees, [fin])))

    ajoute(nom, defaut, verdict, octets)


lignes(
    "lignes-formatees",
    "1 048 576 lignes mises en forme, sans une valeur.",
    entier(),
    '<row r="{n}" s="3" customFormat="1"/>',
)
lignes(
    "cellules-formatees",
    "Trois cent mille lignes de cellules colorées et vides.",
    entier(),
    '<row r="{n}"><c r="A{n}" s="3"/><c r="S{n}" s="3"/></row>',
    300_000,
)
lignes("zeros-jusqu-en-bas", "Une formule recopiée jusqu'en bas dans une colonne calculée : cent mille textes vides.", entier(),
       '<row r="{n}"><c r="V{n}" t="str"><f>IF(S{n}="","",1)</f><v></v></c></row>', 100_000)  # fmt: skip
lignes("gains-seuls", "Vingt mille gains sans un mot, collés sous le tableau.", Verdict(lignes_retenues=N, gain_retenu=GAIN),
       '<row r="{n}"><c r="S{n}"><v>{n}</v></c></row>', 20_015, 16)  # fmt: skip


# --- XML that swells, or reaches outside ------------------------------------------------------------------------------

RIRES = (
    "<!DOCTYPE x [<!ENTITY a0 'ha'>" + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)) + "]>"
)
DEHORS = '<!DOCTYPE x [<!ENTITY a9 SYSTEM "file:///etc/passwd">]>'

for partie, lieu in ((PARTAGEES, "textes"), (FEUILLE, "feuille"), ("xl/workbook.xml", "classeur")):
    xml(f"rires-{lieu}", f"Un milliard de rires : des entités emboîtées dans le XML ({lieu}).", refuse("abîmé|démesur"),
        (r"^", RIRES), (r"(?<=<t>)Épicerie|(?<=<v>)1200|(?<= name=\")Listes", "&a9;"), partie=partie)  # fmt: skip
xml("fichier-du-serveur", "Une entité qui voudrait lire un fichier du serveur.", Verdict(lisible=False, tait="rootx00"),
    (r"^", DEHORS), ("<t>Épicerie", "<t>&a9;"), partie=PARTAGEES)  # fmt: skip
xml("rires-proprietes", "Un milliard de rires dans les propriétés du document, que rien n'oblige à lire.", entier(),
    (r"^", RIRES), ("Vigie", "&a9;"), partie="docProps/custom.xml")  # fmt: skip


@cas(
    "rires-proprietes-lues",
    "Un milliard de rires dans les propriétés, les tampons des onglets étant effacés.",
    refuse("", "trame-inconnue"),
)
def _() -> bytes:
    sans_tampon = recrit(excel(), PARTAGEES, ("Vigie · trame", "V"))
    return recrit(sans_tampon, "docProps/custom.xml", (r"^", RIRES), ("Vigie", "&a9;"))


@cas(
    "emboitement-profond",
    "Cent mille balises emboîtées à la fin de la feuille, et un gain en erreur.",
    Verdict(lignes_retenues=N - 1),
)
def _() -> bytes:
    profond = f"<extLst>{'<ext>' * 100_000}{'</ext>' * 100_000}</extLst></worksheet>"
    en_erreur = (rf'(<c r="{GAIN_L1}"[^>]*?)( t="n")?><v>1200</v>', r'\1 t="e"><v>#REF!</v>')
    return recrit(excel(), FEUILLE, en_erreur, ("</worksheet>", profond))


@cas("chemins-qui-remontent", "Des parties du zip nommées pour écrire hors du dossier (../../etc/cron.d/x).", entier())
def _() -> bytes:
    return remplace(excel(), {"../../etc/cron.d/x": b"* * * * * root true", "/etc/passwd": b"x", "xl/../../y": b"y"})


@cas("requete-externe", "Une connexion de données vers un serveur, qui ne doit pas être appelée.", entier())
def _() -> bytes:
    lien = f'<connections xmlns="{ESPACE}"><connection id="1" type="4" refreshOnLoad="1"><webPr url="http://192.0.2.1/x"/></connection></connections>'
    genre = "application/vnd.openxmlformats-officedocument.spreadsheetml.connections+xml"
    return remplace(
        declare(excel(), "xl/connections.xml", genre, "connections", "rId901"), {"xl/connections.xml": lien.encode()}
    )


# --- texts and shapes that cost ---------------------------------------------------------------------------------------


@cas("libelles-geants", "Des libellés de trente mille caractères, tous différents, dans la nomenclature de dix lignes.",
     Verdict(codes={"nomenclature-inconnue"}, lignes_retenues=N, gain_retenu=GAIN))  # fmt: skip
def _() -> bytes:
    def edite(_: Workbook, f: Worksheet) -> None:
        for n in range(N):
            tape(
                f, L1 + n, {c: f"{c} {n} " + "dispositif medical " * 1_600 for c in ("famille", "domaine", "categorie")}
            )

    return retouche(edite)


@cas(
    "entetes-partout",
    "Trente-neuf lignes d'en-têtes presque justes au-dessus du tableau.",
    Verdict(lignes_retenues=None),
)
def _() -> bytes:
    def edite(_: Workbook, f: Worksheet) -> None:
        f.insert_rows(4, 30)
        for n in range(4, 34):
            for rang in range(1, 200):
                f.cell(n, rang).value = f"Montant {rang} de référence annuel {n}"

    return retouche(edite)


@cas(
    "seize-mille-colonnes",
    "Une ligne d'en-têtes qui va jusqu'à la dernière colonne d'Excel.",
    Verdict(lignes_retenues=N, gain_retenu=GAIN),
)
def _() -> bytes:
    def edite(_: Workbook, f: Worksheet) -> None:
        for rang in range(len(COL) + 1, 16_385):
            f.cell(4, rang).value = f"Colonne {rang}"

    return retouche(edite)


@cas(
    "cinq-mille-lignes",
    "Cinq mille actions en règle dans un onglet : un gros GHT.",
    Verdict(pas={"classeur-illisible"}, lignes_retenues=5_000),
)
def _() -> bytes:
    debut, fin = coupee()
    modele = re.search(rf'<row r="{L1}".*?</row>', debut.decode(), re.DOTALL)
    assert modele
    toutes = "".join(
        re.sub(rf'(r="[A-Z]*){L1}"', rf'\g<1>{n}"', modele[0])
        .replace("<v>1200</v>", f"<v>{1200 + n}</v>")
        .replace("<v>24000</v>", f"<v>{24000 + 20 * n}</v>")
        for n in range(L1, L1 + 5_000)
    )
    debut = re.sub(rb'<row r="5".*', b"", debut, flags=re.DOTALL)
    return avec_entree(excel(), entree(FEUILLE, debut + toutes.encode() + fin))
