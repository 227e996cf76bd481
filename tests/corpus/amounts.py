"""Amounts and dates that are not what they seem: formulas nobody computed, other units, errors kept as zeros.

Beside each, the neighbour that is in order and of which nothing may be said.
"""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Any

import xlsxwriter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from sheets import first_tab
from sheets.writing import HEADING_ROW
from tests.corpus.base import (
    COL,
    CORPUS,
    GAIN,
    GAIN_WITHOUT_L1,
    L1,
    SHEET_PART,
    TAB,
    N,
    Verdict,
    add_case,
    all_lines_read,
    cell_beside,
    edited,
    faulty_file,
    format_cell,
    open_workbook,
    put,
    type_line,
    without_l1,
)
from tests.corpus.cells import NBSP, add_typed_cases, gain
from tests.corpus.containers import replace_parts, rewrite_part, share_texts
from tests.corpus.habits import titles, total
from tests.corpus.libreoffice import FOLDER, KEPT_GAIN

S, O, D = (COL[c] for c in ("gain_annuel", "montant_reference", "date_premiere_commande"))  # noqa: E741
REFUSED = Verdict(codes={"unite-de-colonne"}, lines_kept=0, kept="0.00")
UNCOMPUTED = without_l1("formule-non-calculee", "gain_annuel")
ZERO = Verdict(absent_codes={"formule-non-calculee", "formule-en-erreur"}, lines_kept=N, kept=GAIN_WITHOUT_L1)
"""The first line is worth nothing, and its 0 is believed."""
BOOK, CHAIN, SAYS = "xl/workbook.xml", "xl/calcChain.xml", "docProps/app.xml"


@cache
def excel() -> bytes:
    return share_texts(edited())


# --- formulas ---------------------------------------------------------------------------------------------------------


def stored(cell: str, value: str, raw_bytes: bytes | None = None) -> bytes:
    """The ordinary file, whose cell holds this instead: `value` is all that stands from its style on."""
    return rewrite_part(
        raw_bytes or excel(), SHEET_PART, (rf'(<c r="{cell}"(?: s="\d+")?)(?: t="\w+")?><v>[^<]*</v>', rf"\1{value}")
    )


def by_excel(raw_bytes: bytes, *listed: str) -> bytes:
    """The workbook as Excel leaves it once it has computed these cells."""
    chain = "".join(f'<c r="{where}" i="2"/>' for where in listed)
    said = rewrite_part(raw_bytes, BOOK, (r' fullCalcOnLoad="1"', ""))
    return replace_parts(said, {CHAIN: f"<calcChain>{chain}</calcChain>".encode()})


def by(application: str, raw_bytes: bytes) -> bytes:
    """The workbook as another program leaves it, which says its name; nobody is asked to compute again."""
    said = rewrite_part(raw_bytes, BOOK, (r' fullCalcOnLoad="1"', ""))
    return rewrite_part(said, SAYS, (r"<Application>[^<]*<", f"<Application>{application}<"))


def formula(name: str, what: str, verdict: Verdict, value: str, *, cell: str = f"{S}{L1}") -> None:
    add_case(f"formule-{name}", what, verdict, lambda: stored(cell, value))


F = f"<f>{O}{L1}*5/100</f>"
formula(
    "zero",
    "Le gain est une formule dont la valeur enregistrée, 0, n'a été calculée par personne.",
    UNCOMPUTED,
    f">{F}<v>0</v>",
)
formula("zero-decimal", "Le même zéro, écrit 0.0 par une bibliothèque Java.", UNCOMPUTED, f">{F}<v>0.0</v>")
formula("valeur-blanche", "Le gain est une formule suivie d'une valeur vide.", UNCOMPUTED, f">{F}<v/>")
formula(
    "texte-blanc",
    "Le gain est une formule dont le texte enregistré est vide, et que personne n'a calculée.",
    UNCOMPUTED,
    f' t="str">{F}<v></v>',
)
formula(
    "partagee-zero",
    "Le gain est une formule partagée, enregistrée à zéro.",
    UNCOMPUTED,
    '><f t="shared" si="0"/><v>0</v>',
)
formula("matricielle-zero", "Le gain est une formule matricielle, enregistrée à zéro.", UNCOMPUTED,
        f'><f t="array" ref="{S}{L1}:{S}{L1}">{O}{L1}*5/100</f><v>0</v>')  # fmt: skip
formula("date-zero", "La date est une formule enregistrée à zéro.", without_l1("formule-non-calculee", "date_premiere_commande"),
        "><f>TODAY()</f><v>0</v>", cell=f"{D}{L1}")  # fmt: skip
formula("date-vide", "La date est une formule sans valeur.", without_l1("formule-non-calculee", "date_premiere_commande"),
        "><f>DATE(2021,1,15)</f>", cell=f"{D}{L1}")  # fmt: skip
formula("reference-zero", "Le montant de référence est une formule enregistrée à zéro.", without_l1("formule-non-calculee", "montant_reference"),
        f"><f>{S}{L1}*20</f><v>0</v>", cell=f"{O}{L1}")  # fmt: skip
formula("erreur-en-texte", "Un programme a écrit l'erreur #DIV/0! comme un texte.", without_l1("formule-en-erreur", "gain_annuel", said="#DIV/0!"),
        ' t="str"><f>1/0</f><v>#DIV/0!</v>')  # fmt: skip


@faulty_file("formule-matricielle-suite", "Deux gains d'une même formule matricielle, écrite dans le premier seul, enregistrés à zéro.",
     Verdict(codes={"formule-non-calculee"}, no_other_code=True, lines_kept=N - 2, kept="51600.00"))  # fmt: skip
def _() -> bytes:
    first = stored(f"{S}{L1}", f'><f t="array" ref="{S}{L1}:{S}{L1 + 1}">{O}5:{O}6*5/100</f><v>0</v>')
    return stored(f"{S}{L1 + 1}", "><v>0</v>", first)


@faulty_file("formule-zero-excel", "Le gain est une formule qu'Excel a calculée, et qui vaut zéro.", ZERO)
def _() -> bytes:
    return by_excel(stored(f"{S}{L1}", f">{F}<v>0</v>"), f"{COL['performance']}{L1}", f"{S}{L1}")


@faulty_file(
    "formule-zero-hors-chaine", "Un programme a ajouté une formule à un classeur qu'Excel avait calculé.", UNCOMPUTED
)
def _() -> bytes:
    return by_excel(stored(f"{S}{L1}", f">{F}<v>0</v>"), f"{COL['performance']}{L1}", f"{S}{L1 + 1}")


@faulty_file(
    "formule-zero-a-recalculer",
    "Un classeur qu'Excel avait calculé, et qu'un programme demande de recalculer.",
    UNCOMPUTED,
)
def _() -> bytes:
    return rewrite_part(
        by_excel(stored(f"{S}{L1}", f">{F}<v>0</v>"), f"{S}{L1}"), BOOK, ("<calcPr ", '<calcPr fullCalcOnLoad="true" ')
    )


for name_, application_, verdict_ in (
    ("se-dit-excel", "Microsoft Excel", UNCOMPUTED), ("poi", "Apache POI", UNCOMPUTED), ("sheetjs", "SheetJS", UNCOMPUTED),
    ("libreoffice", "LibreOffice/7.4.7.2$Linux_X86_64", ZERO), ("onlyoffice", "ONLYOFFICE/8.1", ZERO),
):  # fmt: skip
    add_case(f"formule-zero-{name_}", f"Une formule qui vaut zéro, dans un classeur signé « {application_} » sans chaîne de calcul.", verdict_,
           lambda application=application_: by(application, stored(f"{S}{L1}", f">{F}<v>0</v>")))  # type: ignore[misc]  # fmt: skip


@faulty_file(
    "formule-zero-google",
    "Une formule qui vaut zéro, dans un classeur exporté par Google Sheets, qui ne signe pas.",
    ZERO,
)
def _() -> bytes:
    google = by("x", stored(f"{S}{L1}", f">{F}<v>0</v>"))
    named = rewrite_part(google, BOOK, ("<workbook ", '<workbook xmlns:mv="urn:schemas-microsoft-com:mac:vml" '))
    return replace_parts(named, {SAYS: None})


@faulty_file(
    "formule-zero-sans-nom", "Une formule à zéro, dans un classeur dont rien ne dit qui l'a écrit.", UNCOMPUTED
)
def _() -> bytes:
    return replace_parts(by("x", stored(f"{S}{L1}", f">{F}<v>0</v>")), {SAYS: None})


@faulty_file(
    "formule-texte-vide-calculee",
    "Le gain est une formule qu'Excel a calculée et dont le résultat est un texte vide.",
    without_l1("gain-absent", "gain_annuel"),
)
def _() -> bytes:
    return by_excel(stored(f"{S}{L1}", ' t="str"><f>IF(O6="","","")</f><v></v>'), f"{S}{L1}")


@faulty_file("lo-formule-zero", "Une formule qui vaut zéro, dans un classeur que LibreOffice a calculé.", ZERO)
def _() -> bytes:
    return rewrite_part(
        (FOLDER / "formules.xlsx").read_bytes(), SHEET_PART, (rf'(<c r="{KEPT_GAIN}".*?<v>)1200<', r"\g<1>0<")
    )


def written_by_xlsxwriter(**options: Any) -> bytes:
    """The ordinary file written by XlsxWriter: `gains` is what it stores under the formulas of the gains, if they are."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        day, euros = (
            book.add_format({"num_format": "dd/mm/yyyy"}),
            book.add_format({"num_format": options.get("format", "#,##0.00")}),
        )
        for source in open_workbook().worksheets:
            sheet = book.add_worksheet(source.title)
            for cell in (
                c for row in source.iter_rows(max_row=40) for c in row if c.value is not None and c.data_type != "f"
            ):
                is_gain = source.title == TAB and cell.column_letter == S and cell.row >= L1
                if is_gain and "gains" in options:
                    sheet.write_formula(
                        cell.row - 1,
                        cell.column - 1,
                        f"={O}{cell.row}*5/100",
                        euros,
                        options["gains"] and options["gains"] * cell.value,
                    )
                elif isinstance(cell.value, datetime):
                    sheet.write_datetime(cell.row - 1, cell.column - 1, cell.value, day)
                else:
                    sheet.write(cell.row - 1, cell.column - 1, cell.value, euros if is_gain else None)
    return buffer.getvalue()


for name_, what_, verdict_, options_ in (
    ("valeurs", "La trame réécrite par XlsxWriter, sans formule.", all_lines_read(handed_in=True), {}),
    ("zeros", "Les gains sont des formules écrites par XlsxWriter, qui enregistre 0 sous chacune.",
     Verdict(codes={"formule-non-calculee"}, no_other_code=True, lines_kept=0, kept="0.00"), {"gains": 0}),
    ("calcules", "Les gains sont des formules écrites par XlsxWriter avec leur valeur.", all_lines_read(), {"gains": 1}),
    ("k-euros", "Les gains écrits par XlsxWriter au format « k€ ».", REFUSED, {"format": '0.0" k€"'}),
):  # fmt: skip
    add_case(f"xlsxwriter-{name_}", what_, verdict_, lambda options=options_: written_by_xlsxwriter(**options))  # type: ignore[misc]


# --- OpenDocument -----------------------------------------------------------------------------------------------------


def ods(name: str, what: str, verdict: Verdict, attributes: str, text: str, *, generator: str = "") -> None:
    """Register the .ods whose first gain is written so."""

    def made() -> bytes:
        cell = r'(<table:table-cell (?![^>]*formula)[^>]*?)office:value-type="(?:currency|float)"[^>]*?office:value="1200"[^>]*><text:p>[^<]*</text:p>'
        raw_bytes = rewrite_part(
            (FOLDER / "feuille.ods").read_bytes(),
            "content.xml",
            (cell, rf"\1{attributes}>{text and f'<text:p>{text}</text:p>'}"),
        )
        return (
            rewrite_part(raw_bytes, "meta.xml", (r"generator>[^<]*<", f"generator>{generator}<"))
            if generator
            else raw_bytes
        )

    here = replace(verdict, cells=dict.fromkeys(verdict.cells, KEPT_GAIN))
    add_case(f"ods-{name}", what, here, made, f"{name}.ods")


FLOAT, OF = 'office:value-type="float" office:value="0"', f' table:formula="of:=[.{O}5]*5/100"'
for name_, text_ in (
    ("div0", "#DIV/0!"),
    ("err-502", "Err:502"),
    ("na", "#N/A"),
    ("nom", "#NOM?"),
    ("valeur", "#VALEUR!"),
    ("ref", "#REF!"),
):
    ods(
        f"erreur-{name_}",
        f"Dans un .ods, une erreur qu'Excel garde comme un zéro : {text_}.",
        without_l1("formule-en-erreur", "gain_annuel", said=text_),
        FLOAT + OF,
        text_,
    )
ods(
    "formule-zero",
    "Dans un .ods, une formule à zéro écrite par un programme.",
    UNCOMPUTED,
    FLOAT + OF,
    "0",
    generator="ODFPY/1.4.1",
)
ods("formule-sans-valeur", "Dans un .ods, une formule sans valeur.", UNCOMPUTED, OF.strip(), "")
ods(
    "formule-zero-calculee",
    "Dans un .ods, une formule que LibreOffice a calculée et qui vaut zéro.",
    ZERO,
    FLOAT + OF,
    "0,00 €",
)
ods("vrai", "Dans un .ods, VRAI, que LibreOffice garde comme un 1.", without_l1("valeur-non-numerique", "gain_annuel", said="VRAI"),
    'office:value-type="float" office:value="1" table:formula="of:=TRUE()"', "VRAI")  # fmt: skip
for truth_, shown_, seen_ in ((1, "1,00 €", "VRAI"), (0, "0,00 €", "FAUX")):
    name_ = "TRUE" if truth_ else "FALSE"
    ods(f"{seen_.lower()}-en-euros", f"Dans un .ods, {seen_} dans une case d'euros, que LibreOffice montre « {shown_} ».",
        without_l1("valeur-non-numerique", "gain_annuel", said=seen_),
        f'office:value-type="currency" office:currency="EUR" office:value="{truth_}" table:formula="of:={name_}()"', shown_)  # fmt: skip
ods("zero-saisi", "Dans un .ods écrit par un programme, un zéro saisi.", ZERO, FLOAT, "0", generator="ODFPY/1.4.1")


# --- units ------------------------------------------------------------------------------------------------------------

for name_, words_ in (("hors-taxes", "hors taxes"), ("h-t", "H.T."), ("keur", "KEUR"), ("k-euros", "K €"), ("milliers", "en milliers"), ("n-moins-1", "N-1"),
                      ("quatre-ans", "sur 4 ans"), ("mensuel", "mensuel"), ("pourcent", "en %"), ("livres", "£")):  # fmt: skip
    titles(
        f"unite-{name_}",
        f"L'en-tête du gain dit « {words_} » entre parenthèses.",
        REFUSED,
        gain_annuel=f"Gain annuel sur 12 mois ({words_})",
    )
    titles(
        f"unite-nue-{name_}",
        f"L'en-tête du gain dit « {words_} » sans parenthèses.",
        REFUSED,
        gain_annuel=f"Gain annuel {words_}",
    )
titles("unite-ttc", "Les en-têtes redisent leur unité à leur façon : € TTC, pas HT.", all_lines_read(),
       gain_annuel="GAIN ANNUEL SUR 12 MOIS (euros TTC, pas HT)", montant_reference="Montant de référence annuel (€ T.T.C. / an)")  # fmt: skip
titles("parenthese-inconnue", "L'en-tête du gain porte entre parenthèses un mot que rien ne permet de comprendre.",
       all_lines_read("colonne-reconnue", cells={"colonne-reconnue": f"{S}{HEADING_ROW}"}), gain_annuel="Gain annuel sur 12 mois (source DAF)")  # fmt: skip


@faulty_file("unite-au-dessus", "« Montants en k€ » est écrit au-dessus du tableau.", REFUSED)
def _() -> bytes:
    return edited(put({f"{O}2": "Montants en k€"}))


@faulty_file("unite-en-dessous", "Une ligne d'unités « k€ » sous les en-têtes.", REFUSED)
def _() -> bytes:
    return edited(lambda _, f: f.insert_rows(L1), put({f"{S}{L1}": "k€", f"{O}{L1}": "k€"}))


def formats(name: str, what: str, verdict: Verdict, code: str, *, lines: int = 1, **typed: object) -> None:
    """Register a case where the gains of the first lines are dressed by this format."""
    dressed = [format_cell(f"{S}{n}", code) for n in range(L1, L1 + lines)]
    add_case(f"format-{name}", what, verdict, lambda: edited(type_line(L1, **typed), *dressed))


SHOWN = without_l1("unite-de-cellule", "gain_annuel")
formats("k-euros", "Un gain saisi en milliers, que son format montre « 1,2 k€ ».", SHOWN, '0.0" k€"', gain_annuel=1.2)
formats("k-euros-partout", "Tous les gains portent un format « k€ ».", REFUSED, r"#,##0.0\ \k\€", lines=N)
formats(
    "k-euros-divise",
    "Un gain en euros, que son format divise par mille et montre « 1 k€ ».",
    all_lines_read(),
    '#,##0," k€"',
)
formats("milliers-sans-mot", "Un gain en euros, que son format divise par mille sans le dire.",
        all_lines_read("montant-douteux", cells={"montant-douteux": f"{S}{L1}"}), "#,##0,")  # fmt: skip
formats("hors-taxes", "Un gain que son format montre en « € HT ».", SHOWN, '#,##0.00" € HT"')
formats("millions", "Un gain que son format montre en « M€ ».", SHOWN, '0.000" M€"')
formats("dollars", "Un gain que son format montre en dollars.", SHOWN, "[$$-409]#,##0.00")
formats("pourcentage", "Un gain de 1,5 que son format montre « 150 % ».", SHOWN, "0%", gain_annuel=1.5)
formats(
    "comptable",
    "Un gain au format comptable d'Excel.",
    all_lines_read(),
    '_-* #,##0.00\\ "€"_-;\\-* #,##0.00\\ "€"_-;_-* "-"??\\ "€"_-;_-@_-',
)
for name_, code_, typed_ in (("k-seul", '0.0" k"', 1.2), ("k-echappe", r"0.0\K", 1.2), ("mille-ecrit", '0"000"', 1), ("t-euros", '0.0" T€"', 1.2),
                            ("pour-mille", '0"\N{PER MILLE SIGN}"', 15)):  # fmt: skip
    formats(name_, f"Un gain que le format {code_} montre en milliers, ou en taux.", SHOWN, code_, gain_annuel=typed_)
formats(
    "perte-en-k-euros",
    "Une perte que son format montre en k€, et un gain en euros.",
    SHOWN,
    '0" €";-0" k€"',
    gain_annuel=-2,
)
formats(
    "k-seul-divise",
    "Un gain en euros, que son format divise par mille et montre « 1 k ».",
    all_lines_read(),
    '#,##0,"k"',
)
for name_, code_ in (("mois", '0" mois"'), ("couronnes", "0 [$kr-406]"), ("mot", '"secret"')):
    formats(f"mot-{name_}", f"Un gain que le format {code_} montre avec un mot qui n'est pas des euros.",
            all_lines_read("montant-douteux", cells={"montant-douteux": f"{S}{L1}"}), code_)  # fmt: skip
formats("euros-ttc", "Un gain que son format montre en « € TTC ».", all_lines_read(), '#,##0.00" € TTC"', lines=N)


# --- what is typed ----------------------------------------------------------------------------------------------------

DOUBT = Verdict(codes={"montant-douteux"}, no_other_code=True, lines_kept=N, cells={"montant-douteux": f"{S}{L1}"})
add_typed_cases(
    ("gain-deux-lignes", "Deux gains sur deux lignes d'une même case.", *gain("23\n581", said="deux")),
    ("gain-tabulation", "Deux gains séparés par une tabulation.", *gain("23\t581")),
    ("gain-barre", "Deux gains séparés par une barre.", *gain("23 581 / 500")),
    ("gain-dont", "Un gain et sa part : « 23 581 dont 500 ».", *gain("23 581 dont 500")),
    ("gain-point-virgule", "Deux gains séparés par un point-virgule.", *gain("1 200 ; 300")),
    ("gain-unite-a-la-ligne", "Un gain dont l'unité est à la ligne.", {"gain_annuel": f"1{NBSP}200\n€ TTC"}, all_lines_read()),
    ("gain-demi-euro", "Un gain de 0,75 €, saisi comme un nombre.", {"gain_annuel": 0.75}, DOUBT),
    ("perte-demi-euro", "Une perte de 0,50 €, saisie comme un nombre.", {"gain_annuel": -0.5},
     Verdict(codes={"montant-douteux", "perte-declaree"}, no_other_code=True, lines_kept=N, kept="53999.50")),
    ("gain-taux-en-texte", "Un taux 0,05 écrit en texte à la place du gain.", {"gain_annuel": "0,05"}, DOUBT),
    ("gain-millieme", "Un gain de 23,581, sans doute en milliers d'euros.", {"gain_annuel": 23.581}, DOUBT),
    ("gain-1e12", "Un gain de mille milliards.", *gain(1e12)),
    ("reference-milliard", "Un montant de référence de cinq milliards.", {"montant_reference": 5e9},
     all_lines_read("montant-douteux", cells={"montant-douteux": f"{O}{L1}"})),
    ("erreur-tapee", "« #N/A » collé comme un texte à la place du gain.", *gain("#N/A", code="formule-en-erreur")),
    ("date-iso-z", "Une date écrite par JavaScript, minuit en temps universel.", {"date_premiere_commande": "2021-01-15T00:00:00.000Z"},
     all_lines_read(read_values={"date_premiere_commande": "2021-01-15"})),
    ("date-iso-veille", "Une date écrite par JavaScript, minuit en France, donc la veille en temps universel.",
     {"date_premiere_commande": "2020-12-31T23:00:00.000Z"}, all_lines_read(read_values={"date_premiere_commande": "2021-01-01"})),
    ("date-texte-heure", "Une date en texte suivie d'une heure.", {"date_premiere_commande": "15/01/2021 14:30"},
     all_lines_read(read_values={"date_premiere_commande": "2021-01-15"})),
    ("deux-dates", "Deux dates dans une même case.", {"date_premiere_commande": "15/01/2021\n16/02/2021"},
     without_l1("date-illisible", "date_premiere_commande")),
)  # fmt: skip


@faulty_file(
    "date-iso-z-xml",
    "Une date que SheetJS écrit en clair dans le XML, avec son fuseau.",
    all_lines_read(read_values={"date_premiere_commande": "2021-01-15"}),
)
def _() -> bytes:
    return stored(f"{D}{L1}", ' t="d"><v>2021-01-15T00:00:00.000Z</v>')


def second_gains(name: str, what: str, verdict: Verdict, factor: float) -> None:
    """Register a case with a column « Montant Gain » behind the table, worth so many times the gains."""

    def edit(_: Workbook, sheet: Worksheet) -> None:
        sheet.cell(HEADING_ROW, 28).value = "Montant Gain"
        for n in range(L1, L1 + N):
            sheet.cell(n, 28).value = sheet[f"{S}{n}"].value * factor

    add_case(name, what, verdict, lambda: edited(edit))


second_gains("deux-colonnes-de-gain", "« Gain annuel » et « Montant Gain » sont remplis de montants différents.",
             Verdict(codes={"colonne-en-double"}, lines_kept=0), 0.5)  # fmt: skip
second_gains("deux-colonnes-egales", "« Gain annuel » et « Montant Gain » disent la même chose.",
             Verdict(absent_codes={"colonne-en-double"}, lines_kept=N, kept=GAIN), 1)  # fmt: skip


# --- totals -----------------------------------------------------------------------------------------------------------

BELOW = L1 + N
SUMMED = all_lines_read("ligne-de-total")
WRONG = all_lines_read(
    "ligne-de-total", "total-different", cells={"total-different": f"{S}{BELOW}"}, said="999.999.*66.000"
)


def summed(name: str, what: str, verdict: Verdict, formula_: str, value: object = 66_000, **cells: object) -> None:
    """Register a case whose line below the last one, already numbered, holds this formula as its gain."""

    def made() -> bytes:
        raw_bytes = edited(type_line(BELOW, action_id="0011", gain_annuel=value, **cells))
        return rewrite_part(raw_bytes, SHEET_PART, (rf'(<c r="{S}{BELOW}"[^>]*>)<v>', rf"\1<f>{formula_}</f><v>"))

    add_case(f"total-{name}", what, verdict, made)


summed(
    "formule-prepare",
    "Une somme sur la ligne préparée suivante, dont le numéro est déjà là.",
    SUMMED,
    f"SUM({S}{L1}:{S}{BELOW - 1})",
)
summed(
    "formule-partiel",
    "Une somme des trois dernières lignes, sur une ligne préparée.",
    SUMMED,
    f"SUM({S}{BELOW - 3}:{S}{BELOW - 1})",
    32_400,
)
summed(
    "formule-filtre",
    "Un sous-total de filtre (SUBTOTAL) sur une ligne préparée.",
    SUMMED,
    f"SUBTOTAL(109,{S}{L1}:{S}{BELOW - 1})",
)
summed(
    "formule-agregat",
    "Un agrégat (AGGREGATE) sur une ligne préparée.",
    SUMMED,
    f"AGGREGATE(9,5,{S}{L1}:{S}{BELOW - 1})",
)
summed("formule-non-calcule", "Une somme que personne n'a calculée, sur une ligne préparée.",
       all_lines_read("ligne-de-total", "total-different"), f"SUM({S}{L1}:{S}{BELOW - 1})", 0)  # fmt: skip
summed(
    "formule-perime",
    "Une somme dont la valeur ne correspond plus aux lignes.",
    WRONG,
    f"SUM({S}{L1}:{S}{BELOW - 1})",
    999_999,
)
summed("formule-d-une-action", "Une vraie action sans statut, dont le gain est une somme de deux cases : ce n'est pas un total.",
       Verdict(codes={"valeur-absente"}, absent_codes={"ligne-de-total"}, lines_kept=N, kept=GAIN), f"SUM({S}{L1}:{S}{L1 + 1})", 3_600,
       intitule="Denrées", famille="Hôtellerie")  # fmt: skip
total(
    "total-faux",
    "Une ligne TOTAL tapée, qui dit autre chose que la somme des lignes.",
    N,
    intitule="TOTAL",
    gain_annuel=999_999,
)
total(
    "total-prepare",
    "Une ligne TOTAL juste, sur une ligne déjà numérotée.",
    N,
    intitule="Total",
    action_id="0011",
    gain_annuel=66_000,
)
for name_, label_ in (("ensemble", {"intitule": "Ensemble"}), ("s-total", {"commentaire": "S/Total"}), ("gain-total", {"intitule": "Gain total"}),
                      ("recapitulatif", {"operateur": "Récapitulatif"}), ("dans-le-statut", {"statut": "TOTAL"})):  # fmt: skip
    total(
        f"total-dit-{name_}", f"Un total dont le seul mot est {list(label_.values())}.", N, gain_annuel=66_000, **label_
    )
total("total-arrondi", "Un total tapé à l'euro près.", N, intitule="Total", gain_annuel=66_000.4)
CORPUS["total-faux"] = replace(CORPUS["total-faux"], verdict=WRONG)


@faulty_file("total-des-realisees", "Le total des seules actions réalisées, sous une action notifiée.",
     Verdict(codes={"ligne-de-total"}, absent_codes={"total-different"}, lines_kept=N))  # fmt: skip
def _() -> bytes:
    return edited(type_line(L1 + 1, statut="notifié"), type_line(BELOW, intitule="Total réalisé", gain_annuel=63_600))


# --- the first tab ----------------------------------------------------------------------------------------------------


def answered(
    name: str, said: object, verdict: Verdict, question: str = first_tab.HANDED_IN_LABEL, column: int = 3
) -> None:
    """Register a case with this answer to a question of the first tab."""
    what = (
        f"« {said} » est répondu à « {question} »."
        if question == first_tab.HANDED_IN_LABEL
        else f"« {said} » sous « Rien à déclarer »."
    )
    add_case(
        name,
        what,
        verdict,
        lambda: edited(lambda book, _: setattr(cell_beside(book[first_tab.TITLE], question, column), "value", said)),
    )


for rank_, said_ in enumerate(
    ("OK", "x", "X ", "Oui.", "remis", "Remise", True, 1, "fait", "✓", "oui, le 12/03/2022", "OUI !")
):
    answered(f"remise-oui-{rank_}", said_, all_lines_read(handed_in=True))
for rank_, said_ in enumerate(("Non", "pas encore", "FAUX", 0, False, "n", "❌")):
    answered(f"remise-non-{rank_}", said_, all_lines_read(handed_in=False))
for rank_, said_ in enumerate(
    ("oui ?", "le 12/03", "oui sauf CH Morez", "à valider", "?", "voir mail", date(2022, 3, 12), "presque")
):
    answered(
        f"remise-autre-{rank_}", said_, all_lines_read("reponse-incomprise", handed_in=False, said="ni oui ni non")
    )
answered("neant-neant", "Néant", all_lines_read(handed_in=True), "390780153", 4)
answered(
    "neant-autre",
    "à confirmer",
    Verdict(codes={"reponse-incomprise"}, lines_kept=N, kept=GAIN),
    "390780153",
    4,
)


@faulty_file(
    "remise-meme-case", "« Trame remise : oui » est écrit dans une seule case.", all_lines_read(handed_in=True)
)
def _() -> bytes:
    def edit(book: Workbook, _: Worksheet) -> None:
        cell_beside(book[first_tab.TITLE], first_tab.HANDED_IN_LABEL).value = None
        cell_beside(book[first_tab.TITLE], first_tab.HANDED_IN_LABEL, 1).value = "Trame remise : oui"

    return edited(edit)


@faulty_file(
    "remise-effacee",
    "La ligne « Trame remise » est effacée du premier onglet.",
    all_lines_read("reponse-incomprise", handed_in=False, said="introuvable"),
)
def _() -> bytes:
    return edited(
        lambda book, _: setattr(cell_beside(book[first_tab.TITLE], first_tab.HANDED_IN_LABEL, 1), "value", None)
    )


@faulty_file("remise-non-calculee", "La réponse à « Trame remise » est une formule que personne n'a calculée.",
     Verdict(codes={"formule-non-calculee"}, lines_kept=N, kept=GAIN, handed_in=False))  # fmt: skip
def _() -> bytes:
    return edited(
        lambda book, _: setattr(
            cell_beside(book[first_tab.TITLE], first_tab.HANDED_IN_LABEL), "value", '=IF(1=1,"oui","non")'
        )
    )


@faulty_file("remise-zero-non-calcule", "La réponse à « Trame remise » est le 0 d'une formule que personne n'a calculée.",
     Verdict(codes={"formule-non-calculee"}, lines_kept=N, kept=GAIN, handed_in=False))  # fmt: skip
def _() -> bytes:
    asked = edited(
        lambda book, _: setattr(cell_beside(book[first_tab.TITLE], first_tab.HANDED_IN_LABEL), "value", "=X1")
    )
    return rewrite_part(asked, "xl/worksheets/sheet1.xml", (r"<f>X1</f><v ?/?>(?:</v>)?", "<f>X1</f><v>0</v>"))


@faulty_file(
    "remise-deux-fois",
    "« Trame remise » est demandé deux fois : non, puis oui.",
    all_lines_read("reponse-incomprise", handed_in=False, said="non puis oui"),
)
def _() -> bytes:
    def edit(book: Workbook, _: Worksheet) -> None:
        book[first_tab.TITLE]["A4"], book[first_tab.TITLE]["C4"] = first_tab.HANDED_IN_LABEL, "non"

    return edited(edit)


@faulty_file(
    "remise-deux-fois-pareil",
    "« Trame remise » est demandé deux fois, et n'a qu'une réponse.",
    all_lines_read(handed_in=True),
)
def _() -> bytes:
    return edited(lambda book, _: book[first_tab.TITLE].__setitem__("A4", first_tab.HANDED_IN_LABEL))


@faulty_file(
    "accueil-copie-devant",
    "Une copie sans tampon du premier onglet a pris son nom ; il s'appelle « Accueil ».",
    all_lines_read("onglet-ecarte", handed_in=True),
)
def _() -> bytes:
    def edit(book: Workbook, _: Worksheet) -> None:
        first = book[first_tab.TITLE]
        copy = book.copy_worksheet(first)
        first.title, copy.title = "Accueil", first_tab.TITLE
        copy["A3"] = None
        cell_beside(copy, first_tab.HANDED_IN_LABEL).value = "non"
        book.move_sheet(copy, -len(book.sheetnames))

    return edited(edit)


def note_in_front(name: str, what: str, title: str) -> None:
    def edit(book: Workbook, _: Worksheet) -> None:
        note = book.create_sheet(title, 0)
        note.append(["Trame remise", None, "non"])
        note.append(["Contact", None, "à trouver"])

    add_case(
        name,
        what,
        Verdict(
            absent_codes={"premier-onglet-absent", "reponse-incomprise"},
            lines_kept=N,
            kept=GAIN,
            handed_in=True,
        ),
        lambda: edited(edit),
    )


note_in_front("note-trame-remise", "Un onglet de notes, placé devant, contient « Trame remise » et « non ».", "Notes")
note_in_front("note-mode-d-emploi", "Le même, nommé « Mode d'emploi 2 ».", "Mode d'emploi 2")


@faulty_file("note-seule-trame-remise", "Le premier onglet est supprimé, et un onglet de notes contient « Trame remise ».",
     Verdict(codes={"premier-onglet-absent"}, lines_kept=N, kept=GAIN, handed_in=False))  # fmt: skip
def _() -> bytes:
    def edit(book: Workbook, _: Worksheet) -> None:
        book.remove(book[first_tab.TITLE])
        book.create_sheet("Notes", 0).append(["Trame remise", None, "oui"])

    return edited(edit)


@faulty_file("premier-onglet-en-k-euros", "Le premier onglet dit que les montants sont en milliers d'euros.", REFUSED)
def _() -> bytes:
    return edited(put({"B30": "Montants saisis en k€"}, first_tab.TITLE))


@faulty_file("achats-en-k-euros", "L'en-tête des achats totaux dit « k€ ».",
     Verdict(codes={"unite-de-colonne"}, lines_kept=N, kept=GAIN, said="Achats totaux"))  # fmt: skip
def _() -> bytes:
    return edited(
        lambda book, _: setattr(
            cell_beside(book[first_tab.TITLE], first_tab.FINESS), "value", "Achats totaux de l'exercice (k€)"
        )
    )


@faulty_file(
    "achats-zero",
    "Des achats totaux de zéro, saisis.",
    Verdict(absent_codes={"formule-non-calculee"}, lines_kept=N, kept=GAIN),
)
def _() -> bytes:
    return edited(lambda book, _: setattr(cell_beside(book[first_tab.TITLE], "390780146"), "value", 0))
