"""The first tab: instructions, what the colours mean, what is asked once, and what each tab already adds up to."""

from __future__ import annotations

from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from config.campaign import Campaign
from config.folder import Folder
from config.french import day, enumeration, rate
from config.territory import Etablissement
from sheets import first_tab
from sheets.trame import EURO_FORMAT, Stamp, Trame
from sheets.writing.style import (
    BLUE,
    FRAME,
    GREY,
    ORANGE_PALE,
    PALE_RED,
    PALE_YELLOW,
    WHITE,
    police,
    protege,
    set_printing,
    title,
)
from sheets.writing.tab import HEADING_ROW

INSTRUCTIONS = (
    "Un onglet par établissement, une ligne par achat. Les listes déroulantes donnent les valeurs attendues.",
    "Le gain se saisit sur 12 mois pleins, en euros TTC, sans prorata : Vigie le répartit. Une perte s'écrit en négatif.",
    "Le montant de référence est ce que l'achat coûtait avant, sur 12 mois : l'ancien montant, pas le nouveau.",
    "Seules les actions « réalisé » comptent ; il leur faut une date de 1re commande.",
    "Les colonnes grises se calculent seules. Vous pouvez filtrer et ajouter des lignes.",
    "Quand tout est saisi, choisissez « oui » en face de « Trame remise » et renvoyez ce fichier.",
)


def write_first_tab(
    sheet: Worksheet, trame: Trame, campaign: Campaign, stamp: Stamp, folder: Folder,
    tabs: list[tuple[Etablissement, Worksheet]],
) -> None:  # fmt: skip
    ght = folder.territory.ghts[stamp.ght].name
    title(sheet, f"{trame.title} — {ght}", f"{campaign.title.capitalize()} · situation au {day(campaign.situation)} · "
           f"à remettre le {day(campaign.deadline)} au plus tard")  # fmt: skip
    sheet["A3"] = str(stamp)
    sheet["A3"].font = police(8, colour=GREY)
    sheet.sheet_view.showGridLines = False
    for letter, width in zip("ABCDEFG", (13, 46, 20, 15, 19, 12, 30), strict=True):
        sheet.column_dimensions[letter].width = width
    line = 5
    for rank, instruction in enumerate(INSTRUCTIONS, 1):
        line = _write_paragraph(sheet, line, f"{rank}.", instruction)
    line = _write_legend(sheet, line + 1, folder)
    for label, help_text in first_tab.HINTS.items():
        sheet.cell(line, 1, label).font = police(bold=True)
        _open_to_typing(sheet, line, 3)
        sheet.merge_cells(start_row=line, start_column=3, end_row=line, end_column=4)
        sheet.cell(line, 5, help_text).font = police(9, italic=True, colour=GREY)
        if label == first_tab.HANDED_IN_LABEL:
            _yes_drop_down(sheet, f"C{line}", "non")
        line += 1
    _write_table(sheet, line + 1, campaign, folder, tabs, trame)
    protege(sheet)
    set_printing(sheet)


def _write_paragraph(sheet: Worksheet, line: int, bullet: str, text: str) -> int:
    sheet.cell(line, 1, bullet).alignment = Alignment(horizontal="right", vertical="top")
    sheet.merge_cells(start_row=line, start_column=2, end_row=line, end_column=7)
    cell = sheet.cell(line, 2, text)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.row_dimensions[line].height = 15 * (1 + len(text) // 150)
    return line + 1


def _write_legend(sheet: Worksheet, line: int, folder: Folder) -> int:
    thresholds = folder.thresholds
    familles = [f"{rate(b.first, 0)} et {rate(b.second, 0)} pour {f}" for f, b in folder.nomenclature.bounds.items()]
    special_ones = f" ({enumeration(familles)})" if familles else ""
    struck_lines = (
        "Ligne qui sera retirée : montant ou date absents, date hors exercice, gain supérieur au montant de référence, "
        f"performance au-dessus de {rate(thresholds.performance_a_justifier, 0)} sans « Calcul des gains »{special_ones}."
    )
    to_explain = f"performance au-dessus de {rate(thresholds.performance_a_expliquer, 0)}, numéro de marché absent."
    colours = (
        (PALE_RED, struck_lines),
        (ORANGE_PALE, f"Explication attendue : {to_explain}"),
        (PALE_YELLOW, "Valeur obligatoire encore vide : en l'état, la ligne sera retirée."),
    )
    for colour, text in colours:
        next_one = _write_paragraph(sheet, line, "", text)
        sheet.cell(line, 1).fill = PatternFill("solid", start_color=colour)
        sheet.cell(line, 1).border = FRAME
        line = next_one
    return line + 1


def _open_to_typing(sheet: Worksheet, line: int, column: int) -> None:
    cell = sheet.cell(line, column)
    cell.fill, cell.border = PatternFill("solid", start_color=PALE_YELLOW), FRAME
    cell.protection = Protection(locked=False)


def _yes_drop_down(sheet: Worksheet, range_: str, *others: str) -> None:
    v = DataValidation("list", formula1=f'"{",".join((first_tab.YES, *others))}"', allow_blank=True)
    v.add(range_)
    sheet.add_data_validation(v)


def _write_table(
    sheet: Worksheet, line: int, campaign: Campaign, folder: Folder,
    tabs: list[tuple[Etablissement, Worksheet]], trame: Trame,
) -> None:  # fmt: skip
    """What is asked once per établissement, and what its tab already adds up to."""
    titles = (first_tab.FINESS, "Établissement", first_tab.PURCHASES, first_tab.NEANT, "Gain de l'exercice", "Actions")
    for rank, name in enumerate(titles, 1):
        cell = sheet.cell(line, rank, name)
        cell.fill = PatternFill("solid", start_color=BLUE if rank in (3, 4) else GREY)
        cell.font, cell.border = police(bold=True, colour=WHITE), FRAME
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
    sheet.row_dimensions[line].height = 34
    column_letters = {c.cle: get_column_letter(rank) for rank, c in enumerate(trame.columns, 1)}
    first = line + 1
    positive_terms = []
    for e, tab in tabs:
        line += 1
        target = quote_sheetname(tab.title)
        gains, annual_gains = (
            f"{target}!${column_letters[c]}${HEADING_ROW + 1}:${column_letters[c]}${tab.max_row}"
            for c in ("gain_exercice", "gain_annuel")
        )
        values = (
            e.finess,
            e.name,
            _total_purchases(folder, e.finess, campaign),
            None,
            f"=SUM({gains})",
            f"=COUNTA({annual_gains})",
        )
        for rank, value in enumerate(values, 1):
            cell = sheet.cell(line, rank, value)
            cell.border = FRAME
            cell.number_format = {1: "@", 3: EURO_FORMAT, 5: EURO_FORMAT}.get(rank, "General")
        for rank in (3, 4):
            _open_to_typing(sheet, line, rank)
        sheet.cell(line, 2).hyperlink = f"#{target}!A{HEADING_ROW + 1}"
        sheet.cell(line, 2).font = Font(name="Calibri", size=10, color=BLUE, underline="single")
        positive_terms.append(f'SUMIF({gains},">0")')
    _yes_drop_down(sheet, f"D{first}:D{line}")
    sheet.cell(line + 1, 2, "Total").font = police(bold=True)
    for rank in (5, 6):
        letter = get_column_letter(rank)
        cell = sheet.cell(line + 1, rank, f"=SUM({letter}{first}:{letter}{line})")
        cell.font, cell.border = police(bold=True), FRAME
        cell.number_format = EURO_FORMAT if rank == 5 else "General"
    sheet.cell(line + 2, 2, "dont gains positifs (base du poids des actions)").font = police(
        9, italic=True, colour=GREY
    )
    sheet.cell(line + 2, 5, "=" + "+".join(positive_terms)).number_format = EURO_FORMAT
    assert sheet.parent is not None
    sheet.parent.defined_names["total_positif"] = DefinedName(
        "total_positif", attr_text=f"{quote_sheetname(sheet.title)}!$E${line + 2}"
    )


def _total_purchases(folder: Folder, finess: str, campaign: Campaign) -> float | None:
    cents = folder.purchases.get((finess, campaign.exercice))
    return cents / 100 if cents else None
