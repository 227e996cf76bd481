"""Attacks, and accidents as bad: bombs, values a million rows away, XML that swells, texts that take for ever to read.

Nothing here is unpacked while it is made, except fifty thousand lines of text at most.
"""

from __future__ import annotations

import re
from itertools import chain

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.corpus.base import (
    COL,
    GAIN,
    L1,
    SHEET_PART,
    N,
    Verdict,
    add_case,
    all_lines_read,
    edited,
    faulty_file,
    refuse,
    tape,
)
from tests.corpus.containers import (
    SHARED_TEXTS_PART,
    XML_NAMESPACE,
    ZipEntry,
    declare,
    parties,
    raw_zip,
    replace_parts,
    rewrite_part,
    streamed_entry,
    stretched_entry,
    with_entry,
    zip_entry,
)
from tests.corpus.damage import GAIN_L1, excel, xml

MEGABYTE = bytes(1_048_576)
SPACES = b" " * 1_048_576
ABNORMAL = refuse("compress|démesur|trop|anormal")
FAR_VERDICT = Verdict(codes={"cellule-lointaine"}, lines_kept=N, kept=GAIN)


def split_sheet() -> tuple[bytes, bytes]:
    """The XML of the tab, before and after the end of its data."""
    start, closing_part, end = parties(excel())[SHEET_PART].partition(b"</sheetData>")
    return start, closing_part + end


def add_bomb(name: str, defect: str, verdict: Verdict, pattern: bytes, times: int, said_one: int | None = None) -> None:
    """Register a workbook whose tab swells by `pattern` × `times`; `said_one` is the size its directory claims."""

    def raw_bytes() -> bytes:
        start, closing_part = split_sheet()
        sheet = stretched_entry(SHEET_PART, start, pattern, times, closing_part)
        if said_one is not None:
            sheet = ZipEntry(sheet.name, sheet.data, sheet.size, sheet.total_of, claimed_size=said_one)
        return with_entry(excel(), sheet)

    add_case(name, defect, verdict, raw_bytes)


add_bomb(
    "bombe-une-partie",
    "Une feuille d'un demi-gigaoctet d'espaces, comprimée en un demi-mégaoctet.",
    ABNORMAL,
    SPACES,
    512,
)
add_bomb(
    "bombe-qui-ment",
    "La même feuille gonflée, dont le sommaire annonce trente kilo-octets.",
    refuse(),
    SPACES,
    384,
    30_000,
)
add_bomb("bombe-de-cellules", "Huit millions de cellules vides écrites sous le tableau.",
      Verdict(readable=False, codes={"classeur-illisible"}), b'<row><c t="b"><v>1</v></c></row>' * 8_192, 1_024)  # fmt: skip
add_case("bombe-en-image", "Une image d'un demi-gigaoctet de zéros à côté d'une trame en règle.", ABNORMAL,
       lambda: raw_zip([*(zip_entry(n, o) for n, o in parties(excel()).items()), stretched_entry("xl/media/image1.bmp", b"BM", MEGABYTE, 512)]))  # fmt: skip
add_case("bombe-d-entrees", "Vingt mille parties vides dans le zip.", ABNORMAL,
       lambda: raw_zip([*(zip_entry(n, o) for n, o in parties(excel()).items()), *(ZipEntry(b"x/%d" % n, b"\3\0", 0, 0) for n in range(20_000))]))  # fmt: skip


@faulty_file(
    "bombe-emboitee", "Seize archives dans une archive, chacune grosse d'un quart de gigaoctet de zéros.", refuse()
)
def _() -> bytes:
    one = raw_zip([stretched_entry("0.dll", b"", MEGABYTE, 256)])
    return raw_zip([zip_entry(f"{n:02d}.zip", one) for n in range(16)])


@faulty_file("bombe-chevauchee", "Deux mille noms du sommaire désignent les mêmes données.", ABNORMAL)
def _() -> bytes:
    kernel = stretched_entry("xl/a", b"", MEGABYTE, 1)
    return raw_zip(
        [kernel, *(ZipEntry(b"xl/%d" % n, kernel.data, kernel.size, kernel.total_of, position=0) for n in range(1_990))]
    )


@faulty_file(
    "textes-50-mo", "Cinquante mégaoctets de textes que personne n'utilise, dans la table des textes.", all_lines_read()
)
def _() -> bytes:
    start, _, closing_part = parties(excel())[SHARED_TEXTS_PART].partition(b"</sst>")
    block = b"".join(b"<si><t>remarque %d, %x</t></si>" % (n, n * 2_654_435_761 % 2**61) for n in range(24_000))
    return with_entry(
        excel(),
        stretched_entry(SHARED_TEXTS_PART, start, block, 50 * 1_048_576 // len(block), b"</sst>" + closing_part),
    )


add_case("trop-lourd", "Un fichier de vingt-cinq mégaoctets : des photos dans le classeur.", refuse("Mo"),
       lambda: raw_zip([*(zip_entry(n, o) for n, o in parties(excel()).items()), ZipEntry(b"xl/media/image1.jpg", bytes(25 * 1_048_576), 25 * 1_048_576, 0, 0)]))  # fmt: skip


# --- cells far away ---------------------------------------------------------------------------------------------------


def add_far_value(name: str, defect: str, address: str, verdict: Verdict) -> None:
    """Register a case with one value at that address, written in its own row."""
    number = re.sub(r"\D", "", address)
    row = f'<row r="{number}"><c r="{address}"><v>1</v></c></row></sheetData>'
    add_case(name, defect, verdict, lambda: rewrite_part(excel(), SHEET_PART, ("</sheetData>", row)))


add_far_value(
    "valeur-en-xfd1048576", "Une valeur dans la dernière cellule de la feuille (XFD1048576).", "XFD1048576", FAR_VERDICT
)
add_far_value(
    "valeur-en-ab1048576",
    "Une valeur à droite du tableau, sur la dernière ligne (AB1048576).",
    "AB1048576",
    FAR_VERDICT,
)
add_far_value(
    "valeur-en-d1048576", "Une valeur sous le tableau, sur la dernière ligne (D1048576).", "D1048576", FAR_VERDICT
)
add_far_value(
    "valeur-en-xfd60", "Une valeur dans la dernière colonne, cinquante lignes plus bas (XFD60).", "XFD60", FAR_VERDICT
)
add_far_value("valeur-en-ligne-zero", "Une cellule à la ligne zéro, qui n'existe pas.", "A0", refuse())
add_far_value(
    "valeur-en-xfe1048577",
    "Une cellule hors des limites d'Excel (XFE1048577).",
    "XFE1048577",
    FAR_VERDICT,
)
add_far_value(
    "valeur-en-ligne-immense",
    "Une cellule à la ligne dix milliards.",
    "A9999999999",
    FAR_VERDICT,
)


def lines(name: str, defect: str, verdict: Verdict, template: str, until: int = 1_048_576, since: int = 100) -> None:
    """Register a case with a row of that model (`{n}` is its number) all the way down."""

    def raw_bytes() -> bytes:
        start, closing_part = split_sheet()
        rows = (template.replace("{n}", str(n)).encode() for n in range(since, until + 1))
        return with_entry(excel(), streamed_entry(SHEET_PART, chain([start], rows, [closing_part])))

    add_case(name, defect, verdict, raw_bytes)


lines(
    "lignes-formatees",
    "1 048 576 lignes mises en forme, sans une valeur.",
    all_lines_read(),
    '<row r="{n}" s="3" customFormat="1"/>',
)
lines(
    "cellules-formatees",
    "Trois cent mille lignes de cellules colorées et vides.",
    all_lines_read(),
    '<row r="{n}"><c r="A{n}" s="3"/><c r="S{n}" s="3"/></row>',
    300_000,
)
lines("zeros-jusqu-en-bas", "Une formule recopiée jusqu'en bas dans une colonne calculée : cent mille textes vides.", all_lines_read(),
       '<row r="{n}"><c r="V{n}" t="str"><f>IF(S{n}="","",1)</f><v></v></c></row>', 100_000)  # fmt: skip
lines("gains-seuls", "Vingt mille gains sans un mot, collés sous le tableau.", Verdict(lines_kept=N, kept=GAIN),
       '<row r="{n}"><c r="S{n}"><v>{n}</v></c></row>', 20_015, 16)  # fmt: skip


# --- XML that swells, or reaches outside ------------------------------------------------------------------------------

BILLION_LAUGHS = (
    "<!DOCTYPE x [<!ENTITY a0 'ha'>" + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)) + "]>"
)
OUTSIDE_ENTITY = '<!DOCTYPE x [<!ENTITY a9 SYSTEM "file:///etc/passwd">]>'

for part, place in ((SHARED_TEXTS_PART, "textes"), (SHEET_PART, "feuille"), ("xl/workbook.xml", "classeur")):
    xml(f"rires-{place}", f"Un milliard de rires : des entités emboîtées dans le XML ({place}).", refuse("abîmé|démesur"),
        (r"^", BILLION_LAUGHS), (r"(?<=<t>)Épicerie|(?<=<v>)1200|(?<= name=\")Listes", "&a9;"), part=part)  # fmt: skip
xml("fichier-du-serveur", "Une entité qui voudrait lire un fichier du serveur.", Verdict(readable=False, never_said="rootx00"),
    (r"^", OUTSIDE_ENTITY), ("<t>Épicerie", "<t>&a9;"), part=SHARED_TEXTS_PART)  # fmt: skip
xml("rires-proprietes", "Un milliard de rires dans les propriétés du document, que rien n'oblige à lire.", all_lines_read(),
    (r"^", BILLION_LAUGHS), ("Vigie", "&a9;"), part="docProps/custom.xml")  # fmt: skip


@faulty_file(
    "rires-proprietes-lues",
    "Un milliard de rires dans les propriétés, les tampons des onglets étant effacés.",
    refuse("", "trame-inconnue"),
)
def _() -> bytes:
    without_stamp = rewrite_part(excel(), SHARED_TEXTS_PART, ("Vigie · trame", "V"))
    return rewrite_part(without_stamp, "docProps/custom.xml", (r"^", BILLION_LAUGHS), ("Vigie", "&a9;"))


@faulty_file(
    "emboitement-profond",
    "Cent mille balises emboîtées à la fin de la feuille, et un gain en erreur.",
    Verdict(lines_kept=N - 1),
)
def _() -> bytes:
    deep = f"<extLst>{'<ext>' * 100_000}{'</ext>' * 100_000}</extLst></worksheet>"
    as_error = (rf'(<c r="{GAIN_L1}"[^>]*?)( t="n")?><v>1200</v>', r'\1 t="e"><v>#REF!</v>')
    return rewrite_part(excel(), SHEET_PART, as_error, ("</worksheet>", deep))


@faulty_file(
    "chemins-qui-remontent",
    "Des parties du zip nommées pour écrire hors du dossier (../../etc/cron.d/x).",
    all_lines_read(),
)
def _() -> bytes:
    return replace_parts(
        excel(), {"../../etc/cron.d/x": b"* * * * * root true", "/etc/passwd": b"x", "xl/../../y": b"y"}
    )


@faulty_file(
    "requete-externe", "Une connexion de données vers un serveur, qui ne doit pas être appelée.", all_lines_read()
)
def _() -> bytes:
    link = f'<connections xmlns="{XML_NAMESPACE}"><connection id="1" type="4" refreshOnLoad="1"><webPr url="http://192.0.2.1/x"/></connection></connections>'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.connections+xml"
    return replace_parts(
        declare(excel(), "xl/connections.xml", kind, "connections", "rId901"), {"xl/connections.xml": link.encode()}
    )


# --- texts and shapes that cost ---------------------------------------------------------------------------------------


@faulty_file("libelles-geants", "Des libellés de trente mille caractères, tous différents, dans la nomenclature de dix lignes.",
     Verdict(codes={"nomenclature-inconnue"}, lines_kept=N, kept=GAIN))  # fmt: skip
def _() -> bytes:
    def edit(_: Workbook, f: Worksheet) -> None:
        for n in range(N):
            tape(
                f, L1 + n, {c: f"{c} {n} " + "dispositif medical " * 1_600 for c in ("famille", "domaine", "categorie")}
            )

    return edited(edit)


@faulty_file(
    "entetes-partout",
    "Trente-neuf lignes d'en-têtes presque justes au-dessus du tableau.",
    Verdict(lines_kept=None),
)
def _() -> bytes:
    def edit(_: Workbook, f: Worksheet) -> None:
        f.insert_rows(4, 30)
        for n in range(4, 34):
            for rank in range(1, 200):
                f.cell(n, rank).value = f"Montant {rank} de référence annuel {n}"

    return edited(edit)


@faulty_file(
    "seize-mille-colonnes",
    "Une ligne d'en-têtes qui va jusqu'à la dernière colonne d'Excel.",
    Verdict(lines_kept=N, kept=GAIN),
)
def _() -> bytes:
    def edit(_: Workbook, f: Worksheet) -> None:
        for rank in range(len(COL) + 1, 16_385):
            f.cell(4, rank).value = f"Colonne {rank}"

    return edited(edit)


@faulty_file(
    "cinq-mille-lignes",
    "Cinq mille actions en règle dans un onglet : un gros GHT.",
    Verdict(absent_codes={"classeur-illisible"}, lines_kept=5_000),
)
def _() -> bytes:
    start, closing_part = split_sheet()
    template = re.search(rf'<row r="{L1}".*?</row>', start.decode(), re.DOTALL)
    assert template
    all_of_those = "".join(
        re.sub(rf'(r="[A-Z]*){L1}"', rf'\g<1>{n}"', template[0])
        .replace("<v>1200</v>", f"<v>{1200 + n}</v>")
        .replace("<v>24000</v>", f"<v>{24000 + 20 * n}</v>")
        for n in range(L1, L1 + 5_000)
    )
    start = re.sub(rb'<row r="5".*', b"", start, flags=re.DOTALL)
    return with_entry(excel(), zip_entry(SHEET_PART, start + all_of_those.encode() + closing_part))
