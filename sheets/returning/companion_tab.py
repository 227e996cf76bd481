"""One tab of a companion: the person's lines at their own cells, those to mend marked, noted and said in a sentence.

Never holds a formula: what the template computes is written as we computed it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, PatternFill
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from config.french import count_words, euros
from sheets.cells import MASK
from sheets.findings import ORDER, Finding, Severity, rank
from sheets.judged import Line, Tab
from sheets.trame import Column, Table
from sheets.trames import CATALOGUE
from sheets.writing.safe_cells import Value, add_note, case, put, row_height
from sheets.writing.style import (
    FRAME,
    GREY,
    ORANGE,
    ORANGE_PALE,
    PALE_BLUE,
    PALE_GREEN,
    PALE_RED,
    RED,
    WHITE,
    police,
    protect,
    set_printing,
    title,
)
from sheets.writing.tab import alignment_of, format_of, write_heading

FILLS = {Severity.REJECTION: PALE_RED, Severity.ALERT: ORANGE_PALE, Severity.INFO: PALE_BLUE}
INKS = {Severity.REJECTION: RED, Severity.ALERT: ORANGE, Severity.INFO: GREY}
WORDS = {Severity.REJECTION: "Rejet", Severity.ALERT: "Alerte", Severity.INFO: "Info"}
COMPANION_COLUMN = "retour"
OURS = Column(COMPANION_COLUMN, "Retour de Vigie", "texte", "Ce qu'il y a à dire de la ligne.", is_ours=True)
"""The column for the sentences, where the table has none kept for them."""
COMPANION_WIDTH = 72
FAR_AWAY = 60
"""A finding further than that below or to the right of the table is told at its top, so that the tab stays small."""
_ADDRESS = re.compile(r"([A-Z]{1,3})(\d{1,7})")


class Settled(NamedTuple):
    """What a referent already settled: a line kept in spite of a finding, or struck, or a note. A sentence in French."""

    sheet: str
    line: int | None
    text: str


@dataclass(frozen=True, eq=False)
class CompanionPage:
    """A tab to write, and what there is to say in it. `positive`: positive amounts of the whole workbook, in cents."""

    sheet: Worksheet
    tab: Tab
    table: Table
    etablissement: str
    findings: Sequence[Finding]
    settled: Sequence[Settled]
    positive: int

    @cached_property
    def places(self) -> dict[str, int]:
        """The rank of each column, where the person has it; ours for the sentences stands last if it was lost."""
        places = {c: column_index_from_string(letter) for c, letter in self.tab.columns.items()}
        return (
            places if COMPANION_COLUMN in places else {**places, COMPANION_COLUMN: max(places.values(), default=0) + 1}
        )

    @cached_property
    def columns(self) -> dict[str, Column]:
        """The columns written, by key."""
        return {COMPANION_COLUMN: OURS, **self.table.by_key}

    @cached_property
    def last_line(self) -> int:
        return max((line.number for line in self.tab.lines), default=self.tab.heading_row)

    def shown_at(self, c: Finding) -> tuple[int, int]:
        """(row, column) of the cell where a finding is shown: its own, else the beginning of its line, else the title."""
        reading = _ADDRESS.fullmatch(c.cell)
        line, column = (int(reading[2]), column_index_from_string(reading[1])) if reading else (c.line or 0, 0)
        if 0 < line <= self.last_line + FAR_AWAY and column <= max(self.places.values()) + FAR_AWAY:
            return line, column or min(self.places.values())
        return 1, 1

    def address(self, c: Finding) -> str:
        """« S14 »: where the summary sends for this finding."""
        line, column = self.shown_at(c)
        return f"{get_column_letter(column)}{line}"


def sentence(c: Finding) -> str:
    """« Rejet : what is wrong → what to do »."""
    return f"{WORDS[c.severity]} : {c.message} → {c.correction}"


def write_page(page: CompanionPage, mark: str) -> None:
    """Write the tab. The headings and every line stand in the row they have in the person's file."""
    sheet, heading_row = page.sheet, max(page.tab.heading_row, 1)
    _write_top(page, mark, heading_row)
    _write_headings(page, heading_row)
    _write_lines(page)
    _mark_cells(page)
    _write_sentences(page, heading_row)
    beside_title = page.places.get(page.table.beside_title, 1)
    sheet.freeze_panes = f"{get_column_letter(beside_title)}{heading_row + 1}"
    sheet.auto_filter.ref = (
        f"A{heading_row}:{get_column_letter(max(page.places.values()))}{max(page.last_line, heading_row)}"
    )
    worst = min((c.severity for c in page.findings), key=ORDER.__getitem__, default=None)
    sheet.sheet_properties.tabColor = FILLS[worst] if worst else PALE_GREEN
    protect(sheet)
    set_printing(sheet, f"{heading_row}:{heading_row}")
    sheet.page_setup.fitToWidth = 2
    sheet.print_title_cols = f"A:{get_column_letter(max(beside_title - 1, 1))}"


def _write_top(page: CompanionPage, mark: str, heading_row: int) -> None:
    """Title, what is left to mend, and the mark; as much of it as there is room for above the headings."""
    t = page.tab.totals
    said = f"{count_words(t.lines_struck, 'ligne retirée', 'lignes retirées')} sur {t.lines_struck + t.lines_kept}"
    less = f" · {euros(t.struck)} en moins" if page.table.headline else ""
    title(page.sheet, page.etablissement, f"{said}{less}" if t.lines_read else "")
    put(page.sheet["A3"], mark).font = police(9, bold=True, colour=RED)
    for line in range(heading_row, 4):
        page.sheet.cell(line, 1).value = None
    if page.tab.refused and heading_row > 2:
        page.sheet["A2"] = "Cet onglet n'a pas été lu : voyez la note sur les en-têtes, et le premier onglet."
        page.sheet["A2"].font = police(10, bold=True, colour=RED)


def _write_headings(page: CompanionPage, heading_row: int) -> None:
    for key, column in page.places.items():
        write_heading(page.sheet, heading_row, column, page.columns[key])
    page.sheet.column_dimensions[get_column_letter(page.places[COMPANION_COLUMN])].width = COMPANION_WIDTH
    for column in set(range(1, max(page.places.values()))) - set(page.places.values()):
        cell = page.sheet.cell(heading_row, column, "(colonne à vous, non lue)")
        cell.fill, cell.font = PatternFill("solid", start_color=GREY), police(8, italic=True, colour=WHITE)
        cell.alignment, cell.border = Alignment(wrap_text=True, vertical="center"), FRAME


def _write_lines(page: CompanionPage) -> None:
    """The values of each line. One style per column, made once: styling each cell takes most of the time."""
    as_typed = _typed_as_they_were(page.findings)
    styles: dict[str, Any] = {}
    for line in page.tab.lines:
        computed_by_key = page.table.computed(line.values, line.worth, page.positive)
        for key, column in page.places.items():
            c = page.columns[key]
            value = computed_by_key.get(key) if c.kind == "calcul" else _cell_value(c, line, as_typed)
            cell = case(page.sheet, line.number, column)
            if value is not None:
                put(cell, value)
            if key not in styles:
                styles[key] = _style(cell, c)
            if cell.quotePrefix:
                _style(cell, c)
            else:
                cell._style = copy(styles[key])  # type: ignore[attr-defined]


def _style(cell: Cell, c: Column) -> Any:
    """Give a cell the look of its column; return the style, to be shared."""
    cell.number_format = format_of(c)
    cell.alignment = Alignment(horizontal=alignment_of(c).horizontal, vertical="top")
    cell.font = police(colour=GREY) if not c.is_typed else police()
    return cell._style  # type: ignore[attr-defined]


def _typed_as_they_were(findings: Iterable[Finding]) -> dict[tuple[int, str], str]:
    """What was typed in the cells that were read otherwise, or not at all, by line and column."""
    codes = {code for code, check in CATALOGUE.items() if check.reach == "cellule"} | {"numero-en-double"}
    return {(c.line, c.column): c.value for c in findings if c.line and c.value and c.code in codes}


def _cell_value(c: Column, line: Line, as_typed: Mapping[tuple[int, str], str]) -> Value:
    value_read: Value = getattr(line.values, c.key, None)
    if isinstance(value_read, str) and MASK in value_read:
        return value_read
    is_typed = as_typed.get((line.number, c.key))
    if is_typed is not None:
        return is_typed
    return value_read / 100 if c.kind == "euros" and isinstance(value_read, int) else value_read


def _mark_cells(page: CompanionPage) -> None:
    """Colour the cell of each finding and put its note there; several findings share one note."""
    by_cell: dict[tuple[int, int], list[Finding]] = defaultdict(list)
    for c in sorted(page.findings, key=rank):
        by_cell[page.shown_at(c)].append(c)
    for (line, column), theirs in by_cell.items():
        cell = case(page.sheet, line, column)
        if line > page.tab.heading_row:
            cell.fill, cell.border = PatternFill("solid", start_color=FILLS[theirs[0].severity]), FRAME
        add_note(cell, "\n\n".join(_note(c) for c in theirs))


def _note(c: Finding) -> str:
    where = f"{c.cell} — " if c.cell else ""
    return f"{WORDS[c.severity].upper()} · {where}{CATALOGUE[c.code].title}\n{c.message}\n→ {c.correction}"


def _write_sentences(page: CompanionPage, heading_row: int) -> None:
    """In the column kept for it, what is to be said of each line: what was written there, findings, what was settled."""
    texts: dict[int, list[str]] = defaultdict(list)
    worst_by_line: dict[int, Severity] = {}
    for line in page.tab.lines:
        if earlier_note := getattr(line.values, COMPANION_COLUMN, None):
            texts[line.number].append(earlier_note)
    for c in sorted(page.findings, key=rank):
        if c.line and heading_row < c.line <= page.last_line + FAR_AWAY:
            texts[c.line].append(sentence(c))
            worst_by_line.setdefault(c.line, c.severity)
    for r in page.settled:
        if r.line and heading_row < r.line <= page.last_line + FAR_AWAY:
            texts[r.line].append(f"Déjà réglé : {r.text}")
    for number, theirs in texts.items():
        _write_sentence(page, number, "\n".join(theirs), worst_by_line.get(number))


def _write_sentence(page: CompanionPage, number: int, text: str, worst: Severity | None) -> None:
    sheet = page.sheet
    cell = case(sheet, number, page.places[COMPANION_COLUMN])
    put(cell, text).alignment = Alignment(wrap_text=True, vertical="top")
    cell.number_format, cell.border = "@", FRAME
    cell.font, cell.fill = police(9), PatternFill("solid", start_color=FILLS[worst] if worst else PALE_GREEN)
    if worst:
        first = sheet.cell(number, min(page.places.values()))
        first.font = police(bold=True, colour=INKS[worst])
        first.fill = PatternFill("solid", start_color=FILLS[worst])
    sheet.row_dimensions[number].height = row_height([(text, COMPANION_WIDTH * 1.1)])
