"""The workbook of findings that a referent fills: one row per finding, a drop-down to decide, a cell to say why.

Written with openpyxl, read back like any workbook that came from outside. Decides nothing by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from config.errors import UserError
from config.french import day, enumeration, text_key
from reports.acting import none_taken
from reports.every_act import ACTS
from reports.view import Subject, View
from sheets.cells import text
from sheets.findings import Severity
from sheets.reading import opening
from sheets.reading.second_try import tabs_of
from sheets.register import stored_lines
from sheets.register.decisions import notes
from sheets.register.stored_lines import ReceivedFinding
from sheets.register.what_counts import ReceivedTab
from sheets.trame import EURO_FORMAT
from sheets.trames import CATALOGUE
from sheets.writing.safe_cells import Value, case, put, row_height
from sheets.writing.seal import sealed
from sheets.writing.style import (
    BLUE,
    FRAME,
    LIGHT_BLUE,
    ORANGE_PALE,
    PALE_RED,
    PALE_YELLOW,
    WHITE,
    police,
    set_printing,
)

DECISIONS = {act.in_workbook: act.code for act in ACTS.values() if act.in_workbook}
"""What a referent chooses in the drop-down → the decision it is."""
COLUMNS = (("Référence", 32), ("Établissement", 28), ("Cellule", 12), ("Constat", 56), ("À faire", 44), ("Euros en jeu", 14),
            ("Décision", 16), ("Motif", 36), ("Déjà décidé", 30), ("Notes", 30), ("Gravité", 9), ("Contrôle", 28),
            ("GHT", 24), ("Fichier", 28))  # fmt: skip
"""Heading and width: what is read, then what is filled, then where it comes from."""
TO_FILL_IN = ("Décision", "Motif")
FILLS = {Severity.REJECTION: PALE_RED, Severity.ALERT: ORANGE_PALE}
TITLE = "Constats"


def workbook(view: View, subject: Subject) -> Workbook:
    """Every finding that strikes out or asks for a look in what counts, costliest first."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = TITLE
    sheet.append([title for title, _ in COLUMNS])
    tabs = view.tabs_that_count(subject)
    names = {o.finess: (view.ght_of(o) or "", view.folder.territory.etablissements[o.finess].name) for o in tabs}
    notes_by_reference = _notes(view, tabs)
    for r in stored_lines.findings_of(view.db, [o.id for o in tabs], (Severity.REJECTION, Severity.ALERT), view.as_of):
        ght, etablissement = names[r.finess]
        _write_row(
            sheet,
            r,
            view.folder.territory.ghts[ght].name if ght else "",
            etablissement,
            notes_by_reference.get(r.reference),
        )
    _lay_out(sheet)
    return book


def _notes(view: View, tabs: list[ReceivedTab]) -> dict[str, str]:
    """By line, the words left on it."""
    notes_by_reference: dict[str, list[str]] = {}
    for campaign in {o.campaign for o in tabs}:
        for n in notes(view.db, campaign, [o.finess for o in tabs], view.as_of):
            notes_by_reference.setdefault(n.reference, []).append(
                f"{n.by} le {day(date.fromisoformat(n.dated[:10]))} : {n.text}"
            )
    return {reference: "\n".join(words) for reference, words in notes_by_reference.items()}


def _write_row(sheet: Worksheet, r: ReceivedFinding, ght: str, etablissement: str, said: str | None) -> None:
    c = r.finding
    content: dict[str, Value] = {
        "Référence": r.reference, "Établissement": etablissement, "Cellule": c.cell or c.sheet, "Constat": c.message,
        "À faire": c.correction, "Euros en jeu": c.stake / 100 if c.stake else None, "Notes": said,
        "Déjà décidé": r.decision.words if r.decision else None, "Gravité": c.severity.value,
        "Contrôle": CATALOGUE[c.code].title, "GHT": ght, "Fichier": Path(r.path).name,
    }  # fmt: skip
    rank = sheet.max_row + 1
    for column, (title, _) in enumerate(COLUMNS, 1):
        cell = put(case(sheet, rank, column), content.get(title))
        cell.font, cell.border, cell.alignment = police(), FRAME, Alignment(vertical="top", wrap_text=True)
        if title == "Euros en jeu":
            cell.number_format = EURO_FORMAT
        if title in TO_FILL_IN:
            cell.fill = PatternFill("solid", start_color=PALE_YELLOW)
        if title == "Gravité":
            cell.fill = PatternFill("solid", start_color=FILLS[c.severity])
    sheet.row_dimensions[rank].height = row_height((str(content.get(t) or ""), large) for t, large in COLUMNS)


def _lay_out(sheet: Worksheet) -> None:
    for column, (title, width) in enumerate(COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
        heading = sheet.cell(1, column)
        heading.font = police(bold=True, colour=WHITE)
        heading.fill = PatternFill("solid", start_color=BLUE if title in TO_FILL_IN else LIGHT_BLUE)
        heading.alignment = Alignment(vertical="center", wrap_text=True)
    letter = get_column_letter([title for title, _ in COLUMNS].index("Décision") + 1)
    list_labels = DataValidation(type="list", formula1=f'"{",".join(DECISIONS)}"', allow_blank=True)
    list_labels.error = f"Choisissez : {enumeration(list(DECISIONS))}."
    sheet.add_data_validation(list_labels)
    list_labels.add(f"{letter}2:{letter}{max(sheet.max_row, 2)}")
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions
    set_printing(sheet, "1:1")


def read_decisions(raw_bytes: bytes) -> list[tuple[str, str, str]]:
    """(reference, decision, reason) of every row where a decision was chosen. Raises UserError, naming the rows at fault."""
    try:
        sheet = next((o for o in tabs_of(raw_bytes) if o.name == TITLE), None)
    except opening.Refusal as refusal:
        raise UserError(f"{refusal.finding.message} {refusal.finding.correction}") from refusal
    if sheet is None or not sheet.rows:
        raise UserError(f"Ce classeur n'a pas d'onglet « {TITLE} ». Partez de celui que fait : vigie report")
    headings = [text_key(str(t)) for t in sheet.rows[0]]
    wanted_ones = [text_key(t) for t in ("Référence", "Décision", "Motif")]
    if headings_missing := [t for t in wanted_ones if t not in headings]:
        raise UserError(
            f"Colonnes introuvables : {enumeration(headings_missing)}. Partez du classeur que fait : vigie report"
        )
    r, d, m = (headings.index(t) for t in wanted_ones)
    rows = (
        (number, text(row[r]) or "", text(row[d]) or "", text(row[m]) or "")
        for number, row in enumerate(sheet.rows[1:], sheet.first_row + 2)
    )
    return _decisions(rows)


def _decisions(rows: Iterable[tuple[int, str, str, str]]) -> list[tuple[str, str, str]]:
    taken_decisions: dict[str, tuple[str, str, str]] = {}
    complaints = []
    for number, reference, decision, reason in rows:
        if not decision:
            continue
        direction = next((s for word, s in DECISIONS.items() if text_key(word) == text_key(decision)), "")
        if not direction:
            complaints.append(
                f"ligne {number} : « {decision} » n'est pas une décision ; choisissez {enumeration(list(DECISIONS))}."
            )
        elif not reference:
            complaints.append(
                f"ligne {number} : ce constat ne porte pas sur une ligne de trame, il ne se décide pas ici."
            )
        elif not reason:
            complaints.append(f"ligne {number} : le motif manque.")
        elif reference in taken_decisions and taken_decisions[reference][1] != direction:
            complaints.append(f"ligne {number} : {reference} reçoit plus haut une autre décision.")
        else:
            taken_decisions.setdefault(reference, (reference, direction, reason))
    if complaints:
        raise none_taken(complaints)
    return list(taken_decisions.values())


def as_bytes(book: Workbook) -> bytes:
    """The workbook's bytes."""
    return sealed(book)
