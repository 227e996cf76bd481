"""The answers of a person's first tab, written in the first tab of a clean trame. Never answers for the person."""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from config.french import text_key
from sheets import cells, first_tab
from sheets.cell_address import address
from sheets.judging.tabs import SentWorkbook
from sheets.reading import sheet_xml
from sheets.reading.opening import RawTab
from sheets.repairing.carried_cell import value_to_carry
from sheets.repairing.what_changed import Change, Nature
from sheets.trame import Column
from sheets.writing.safe_cells import case, put

PURCHASES = Column("achats", first_tab.PURCHASES, "euros", "")
"""Total purchases, read and written like a column of euros."""


def write_answers(book: Workbook, sending: SentWorkbook, first: RawTab | None) -> list[Change]:
    """Write what the person answered; return what could not be carried. Without a first tab, nothing is answered."""
    if first is None:
        return []
    sheet = book[first_tab.TITLE]
    said = sending.said
    lines = {text_key(str(r[0].value)): r[0].row for r in sheet.iter_rows(max_col=1) if r[0].value and r[0].row}
    if said.handed_in and not sending.trame.is_permanent:
        put(case(sheet, lines[text_key(first_tab.HANDED_IN_LABEL)], 3), first_tab.YES)
    if said.contact:
        put(case(sheet, lines[text_key(first_tab.CONTACT)], 3), said.contact)
    for finess in sending.places if sending.trame.tab_for == "etablissement" else ():
        put(case(sheet, lines[finess], 4), first_tab.YES if finess in said.neants else None)
    unclear = [
        Change(Nature.TO_MEND, f"« {said} » en face de « {question} » n'est ni oui ni non.", first.name, where, said)
        for where, (question, said) in said.unclear.items()
        if where
    ]
    return [
        *_write_purchases(sheet, sending, first, lines),
        *unclear,
        *_no_longer_members(sending, first),
        *_notes(sending, first),
    ]


def _write_purchases(sheet: Worksheet, sending: SentWorkbook, first: RawTab, lines: dict[str, int]) -> list[Change]:
    """Total purchases, as amounts or as they were typed; blank where the person left them blank."""
    changes = []
    seen_ones = _purchase_cells(first, sending)
    errors = sheet_xml.hidden_problems(
        sending.raw_bytes, first.name, {where for where, raw in seen_ones.values() if raw == ""}
    )
    for finess, (where, raw) in seen_ones.items():
        value = value_to_carry(PURCHASES, raw, cells.euros)
        put(case(sheet, lines[finess], 3), value)
        problem = errors.get(where) or sending.said.unreadable_ones.get(where)
        if problem:
            text = f"« {problem.shown} » dans « {first_tab.PURCHASES} » : il faut {problem.expected or 'un montant'}."
            changes.append(Change(Nature.TO_MEND, text, first.name, where, problem.shown))
    return changes


def _purchase_cells(first: RawTab, sending: SentWorkbook) -> dict[str, tuple[str, object]]:
    """By FINESS of a member: the cell of its total purchases, and what it holds."""
    seen_ones: dict[str, tuple[str, object]] = {}
    finess_rank = purchases_rank = -1
    for number, row in enumerate(first.rows, first.first_row + 1):
        labels = {text_key(c): rank for rank, c in enumerate(row) if isinstance(c, str) and c.strip()}
        if text_key(first_tab.FINESS) in labels and text_key(first_tab.NEANT) in labels:
            finess_rank, purchases_rank = (
                labels[text_key(first_tab.FINESS)],
                labels.get(text_key(first_tab.PURCHASES), -1),
            )
        elif purchases_rank >= 0:
            finess = (cells.text(row[finess_rank]) or "").zfill(9)
            if finess in sending.members:
                seen_ones[finess] = (address(first.first_column + purchases_rank, number), row[purchases_rank])
    return seen_ones


def _no_longer_members(sending: SentWorkbook, first: RawTab) -> list[Change]:
    """Answers given for établissements that are not of the GHT, or no longer."""
    others = sorted((sending.said.purchases.keys() | sending.said.neants) - sending.members.keys())
    text = "Réponses de l'établissement {} du premier onglet : il n'est pas du GHT."
    return [Change(Nature.LEFT_ASIDE, text.format(f), first.name) for f in others]


def _notes(sending: SentWorkbook, first: RawTab) -> list[Change]:
    return [
        Change(Nature.LEFT_ASIDE, "Note (commentaire Excel) posée sur cette cellule.", first.name, where, text)
        for where, text in sheet_xml.notes(sending.raw_bytes, first.name).items()
    ]
