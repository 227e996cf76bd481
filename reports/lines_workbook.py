"""The workbook of the lines behind a figure: each at its address, what was struck out of it and why; it adds up to the cent.

It may leave for a chat: labels of ours, codes, amounts and addresses, never a text that someone typed, nor a price.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from config.french import day
from reports.sayable import known_labels, sayable_cell, sayable_reference
from reports.view import Subject, View, total_of
from sheets import writing
from sheets.findings import Severity
from sheets.register import received_files, stored_lines
from sheets.register.stored_lines import ReceivedLine
from sheets.register.what_counts import ReceivedTab
from sheets.trame import EURO_FORMAT
from sheets.trames import CATALOGUE
from sheets.writing.safe_cells import Value, case, put, row_height
from sheets.writing.seal import sealed
from sheets.writing.style import BLUE, FRAME, GREY, PALE_BLUE, PALE_RED, WHITE, police, set_printing

COLUMNS = (("Référence", 31), ("GHT", 30), ("Établissement", 34), ("Famille", 26), ("Déclaré (€)", 15), ("Retiré (€)", 15),
            ("Retenu (€)", 15), ("Pourquoi", 46), ("Fichier", 34), ("Onglet", 30), ("Cellule", 9))  # fmt: skip
AMOUNTS = ("Déclaré (€)", "Retiré (€)", "Retenu (€)")
TOTAL, HEADING_ROW = 4, 5
"""The row of the totals, kept in sight above the headings of the lines."""
OTHER_LABEL, RENAMED_TAB = "libellé hors nomenclature", "onglet renommé"


def xlsx(view: View, subject: Subject, title: str, footer: Sequence[str]) -> bytes:
    """The workbook's bytes: every line that bears on the exercice, largest first.

    Raises RuntimeError if the lines do not add up to the figure: a workbook that does not is never handed out.
    """
    tabs = view.tabs_that_count(subject)
    lines = stored_lines.lines_of(view.db, [o.id for o in tabs], view.as_of)
    expected = total_of(tabs)
    totals = (sum(li.declared for li in lines), sum(li.struck for li in lines))
    if totals != (expected.declared, expected.struck):
        raise RuntimeError(f"the lines make {totals}, the figure says {expected}")
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Lignes"
    put(case(sheet, 1, 1), title).font = police(14, bold=True, colour=BLUE)
    for rank, text in enumerate(footer, 2):
        put(case(sheet, rank, 1), text).font = police(colour=GREY)
    _write_totals(sheet, *totals)
    for rank, row in enumerate(_rows(view, tabs, lines), HEADING_ROW + 1):
        _write_row(sheet, rank, row)
    _lay_out(sheet)
    book.properties.title, book.properties.creator = title, "Vigie"
    return sealed(book)


def _rows(view: View, tabs: Sequence[ReceivedTab], lines: Sequence[ReceivedLine]) -> list[dict[str, Value]]:
    known_ones, reasons = known_labels(view.folder), _reasons(view, tabs)
    files = _file_names(view, {o.campaign for o in tabs})
    names = _tab_names(view, tabs)
    by_finess = {o.finess: o for o in tabs}
    territory = view.folder.territory
    given_back: list[dict[str, Value]] = []
    for li in lines:
        ght = view.ght_of(by_finess[li.finess])
        given_back.append({
            "Référence": sayable_reference(li.reference), "GHT": territory.ghts[ght].name if ght else "",
            "Établissement": territory.etablissements[li.finess].name,
            "Famille": li.values.famille if li.values.famille in known_ones or not li.values.famille else OTHER_LABEL,
            "Déclaré (€)": _euros(li.declared), "Retiré (€)": _euros(li.struck) if li.struck else None,
            "Retenu (€)": _euros(li.declared - li.struck), "Pourquoi": _why(li, reasons.get(li.reference, ())),
            "Fichier": files.get(li.file, ""), "Cellule": sayable_cell(li.cell),
            "Onglet": li.sheet if li.sheet == names.get((li.campaign, li.finess)) else RENAMED_TAB,
        })  # fmt: skip
    return given_back


def _reasons(view: View, tabs: Sequence[ReceivedTab]) -> dict[str, list[str]]:
    """By line, the rules that strike it out, under their own titles."""
    all_said: dict[str, list[str]] = {}
    for r in stored_lines.findings_of(view.db, [o.id for o in tabs], (Severity.REJECTION,), view.as_of):
        title = f"{CATALOGUE[r.finding.code].title} ({r.finding.code})"
        if r.reference and title not in all_said.setdefault(r.reference, []):
            all_said[r.reference].append(title)
    return all_said


def _why(li: ReceivedLine, rules: Sequence[str]) -> str:
    """Struck or kept, by a rule or by a decision; the reason that someone wrote for it stays in the house."""
    words = []
    if li.decision:
        words.append("retirée par décision" if li.struck else "gardée par décision")
    elif rules:
        words.append("retirée" if li.struck else "signalée, reste comptée")
    words += rules
    if li.carried_from:
        words.append(f"report de {li.carried_from.split('/')[0]}")
    return " ; ".join(words)


def _file_names(view: View, campaigns: set[str]) -> dict[int, str]:
    """How each file is called: by the name we gave its trame, else by the day it came and its number in the register."""
    all_said = {}
    for f in received_files.received_files(view.db, sorted(campaigns), view.as_of):
        our_own = writing.file_name_of(f.ght, view.folder.campaigns[f.campaign], view.folder)
        arrival_words = f"reçu le {day(date.fromisoformat(f.received_on))} (n° {f.id})"
        all_said[f.id] = f"{our_own}, {arrival_words}" if Path(f.path).name == our_own else arrival_words.capitalize()
    return all_said


def _tab_names(view: View, tabs: Sequence[ReceivedTab]) -> dict[tuple[str, str], str]:
    """The names that our templates give to the tabs, by campaign and FINESS."""
    names: dict[tuple[str, str], str] = {}
    for o in tabs:
        ght, campaign = view.ght_of(o), view.folder.campaigns[o.campaign]
        if ght and (o.campaign, o.finess) not in names:
            members = view.folder.territory.members(ght, campaign.situation)
            names |= {(o.campaign, f): name for f, name in writing.tab_names(members).items()}
    return names


def _write_totals(sheet: Worksheet, declare: int, struck: int) -> None:
    cents = dict(zip(AMOUNTS, (declare, struck, declare - struck), strict=True))
    for column, (title, _) in enumerate(COLUMNS, 1):
        cell = case(sheet, TOTAL, column)
        put(cell, "Total" if column == 1 else _euros(cents[title]) if title in cents else None)
        cell.font, cell.fill, cell.border = (
            police(bold=True),
            PatternFill("solid", start_color=PALE_BLUE),
            FRAME,
        )
        if title in cents:
            cell.number_format = EURO_FORMAT


def _euros(cents: int) -> Decimal:
    return Decimal(cents) / 100


def _write_row(sheet: Worksheet, rank: int, row: dict[str, Value]) -> None:
    for column, (title, _) in enumerate(COLUMNS, 1):
        cell = put(case(sheet, rank, column), row[title])
        cell.font, cell.border, cell.alignment = police(), FRAME, Alignment(vertical="top", wrap_text=True)
        if title in AMOUNTS:
            cell.number_format = EURO_FORMAT
        if row["Retiré (€)"]:
            cell.fill = PatternFill("solid", start_color=PALE_RED)
    sheet.row_dimensions[rank].height = row_height((str(row[t] or ""), large) for t, large in COLUMNS)


def _lay_out(sheet: Worksheet) -> None:
    for column, (title, width) in enumerate(COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
        heading = put(case(sheet, HEADING_ROW, column), title)
        heading.font, heading.fill = police(bold=True, colour=WHITE), PatternFill("solid", start_color=BLUE)
        heading.alignment = Alignment(vertical="center", wrap_text=True)
    sheet.freeze_panes = f"B{HEADING_ROW + 1}"
    sheet.auto_filter.ref = f"A{HEADING_ROW}:{get_column_letter(len(COLUMNS))}{sheet.max_row}"
    set_printing(sheet, f"{TOTAL}:{HEADING_ROW}")
