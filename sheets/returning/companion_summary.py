"""The first tab of a companion: by rule, what is wrong, where, what it costs and what to do; then the proof by totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from config.folder import Folder
from config.french import count_words, euros
from sheets import first_tab
from sheets.findings import Finding, FindingGroup, Severity, groups, ranges
from sheets.judged import JudgedWorkbook, Totals
from sheets.returning.companion_tab import FILLS, INKS, WORDS, CompanionPage, Settled
from sheets.trame import EURO_FORMAT
from sheets.trames import CATALOGUE, TABLES, TRAMES
from sheets.writing.safe_cells import Value, case, lie, put, row_height
from sheets.writing.style import (
    BLUE,
    FRAME,
    GREY,
    PALE_GREEN,
    PALE_GREY,
    RED,
    WHITE,
    police,
    protect,
    set_printing,
    title,
)

SUMMARY = "À corriger"
WIDTHS = (10, 30, 46, 42, 38, 9, 16)
"""Columns A to G, in characters; they fit an A4 page on its side."""
PLACE_LENGTH = 150
"""Lines named in one cell, in characters; past that, the count says how many and the tab shows which."""


@dataclass(slots=True)
class _Pen:
    """Where the next row goes."""

    sheet: Worksheet
    line: int

    def row(self, values: Sequence[Value], *, bold: bool = False, fill: str = "") -> list[Cell]:
        """Write a bordered row of wrapped cells, high enough for its texts, and go to the next one."""
        cells = []
        for rank, value in enumerate(values, 1):
            cell = put(case(self.sheet, self.line, rank), value)
            decimal_number = isinstance(value, int | float)
            cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal="right" if decimal_number else "left")
            cell.font, cell.border = police(bold=bold), FRAME
            cell.number_format = EURO_FORMAT if isinstance(value, float) else "General"
            if fill:
                cell.fill = PatternFill("solid", start_color=fill)
            cells.append(cell)
        texts = [(v, large) for v, large in zip(values, WIDTHS, strict=False) if isinstance(v, str)]
        self.sheet.row_dimensions[self.line].height = row_height(texts, 16)
        self.line += 1
        return cells

    def headings(self, titles: Sequence[str]) -> None:
        for cell in self.row(titles, bold=True, fill=BLUE):
            cell.font = police(bold=True, colour=WHITE)

    def paragraph(self, text: str, *, size: float = 10, bold: bool = False, colour: str = GREY, fill: str = "") -> None:
        """A text over the whole width."""
        self.sheet.merge_cells(start_row=self.line, start_column=1, end_row=self.line, end_column=len(WIDTHS))
        cell = put(case(self.sheet, self.line, 1), text)
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        cell.font = police(size, bold=bold, colour=colour)
        if fill:
            cell.fill = PatternFill("solid", start_color=fill)
        height_needed = row_height([(text, sum(WIDTHS) * 10 / size)], 17) * max(size / 10, 1)
        self.sheet.row_dimensions[self.line].height = height_needed
        self.line += 1


def write_summary(
    sheet: Worksheet, workbook: JudgedWorkbook, folder: Folder, mark: str, pages: Mapping[str, CompanionPage], settled: Sequence[Settled]
) -> None:  # fmt: skip
    """Write the first tab. `pages` are the companion's other tabs, by the name they bear in the person's file."""
    t = workbook.stamp
    who = folder.territory.ghts[t.ght].name if t and t.ght in folder.territory.ghts else Path(workbook.file).name
    campaign = folder.campaigns.get(t.campaign) if t else None
    title(sheet, f"À corriger — {who}", campaign.title.capitalize() if campaign else "")
    put(sheet["A3"], mark).font = police(10, bold=True, colour=RED)
    sheet.sheet_view.showGridLines = False
    for letter, width in zip("ABCDEFG", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    pen = _Pen(sheet, 5)
    _in_short(pen, workbook)
    _write_rules(pen, workbook, pages)
    if workbook.readable:
        _write_settled(pen, settled, pages)
        _write_totals(pen, workbook, folder, pages)
    protect(sheet)
    set_printing(sheet)
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4


def _in_short(pen: _Pen, workbook: JudgedWorkbook) -> None:
    """Write the few sentences at the top: how many lines are to be mended, what they cost, what to do."""
    rejections, alerts = (sum(c.severity is g for c in workbook.findings) for g in (Severity.REJECTION, Severity.ALERT))
    t = workbook.totals
    if not workbook.readable:
        said, fill = (
            "Ce fichier n'a pas pu être lu : rien n'en est compté. Voici pourquoi, et quoi faire.",
            FILLS[Severity.REJECTION],
        )
    elif rejections:
        less = f" du total, soit {euros(t.struck)} en moins" if _has_amounts(workbook) else ""
        said = f"{count_words(t.lines_struck, 'ligne est retirée', 'lignes sont retirées')}{less}."
        said, fill = (
            (said if t.lines_struck else "Une partie de ce fichier n'a pas pu être lue."),
            FILLS[Severity.REJECTION],
        )
    elif alerts:
        said, fill = f"Rien n'est retiré. {count_words(alerts, 'point')} à relire.", FILLS[Severity.ALERT]
    else:
        said, fill = "Rien à corriger : tout ce qui est saisi est compté.", PALE_GREEN
    pen.paragraph(said, size=14, bold=True, colour=BLUE, fill=fill)
    if workbook.stamp and workbook.readable and not TRAMES[workbook.stamp.trame].is_permanent:
        handing_in = "La trame est marquée « remise »." if workbook.handed_in else (
            f"La trame n'est pas encore remise : écrivez « {first_tab.YES} » au premier onglet quand tout sera saisi.")  # fmt: skip
        pen.paragraph(handing_in)
        pen.paragraph(
            "Dans les onglets qui suivent, chaque ligne et chaque cellule sont à la même adresse que dans votre fichier. "
            "Rouge : la ligne est retirée du total. Orange : elle compte, mais relisez-la. Bleu : rien à faire si c'est juste."
        )
    pen.line += 1


def _write_rules(pen: _Pen, workbook: JudgedWorkbook, pages: Mapping[str, CompanionPage]) -> None:
    """Blocking rules first, costliest first; in each, a link per tab to its first cell."""
    all_of_them = groups(workbook.findings)
    if not all_of_them:
        return
    pen.headings(("Gravité", "Ce qui ne va pas", "Par exemple", "Quoi faire", "Où (cliquez)", "Fois", "Euros retirés"))
    for g in all_of_them:
        by_sheet: dict[str, list[Finding]] = {}
        for c in g.findings:
            by_sheet.setdefault(c.sheet, []).append(c)
        for rank, (sheet, theirs) in enumerate(by_sheet.items()):
            _write_rule(pen, g, sheet, theirs, pages, is_first=rank == 0)
    pen.line += 1


def _write_rule(
    pen: _Pen,
    g: FindingGroup,
    sheet: str,
    theirs: Sequence[Finding],
    pages: Mapping[str, CompanionPage],
    *,
    is_first: bool,
) -> None:
    """The findings of one rule in one tab: the rule is told once, on its first row."""
    first = min(theirs, key=lambda c: (c.line or 0, c.cell))
    example = f"{first.cell} : {first.message}" if first.cell else first.message
    said = (
        (WORDS[g.severity], f"{CATALOGUE[g.code].title}\n[{g.code}]", example, first.correction)
        if is_first
        else (WORDS[g.severity], "″", example, "″")
    )
    stake = sum(c.stake for c in theirs) / 100
    cells = pen.row((*said, _places_told(sheet, theirs), len(theirs), stake or None))
    cells[0].fill = PatternFill("solid", start_color=FILLS[g.severity])
    cells[0].font = police(bold=True, colour=INKS[g.severity])
    cells[1].font = police(bold=is_first)
    if page := pages.get(sheet):
        _write_link(cells[4], page, page.address(first))


def _places_told(sheet: str, theirs: Sequence[Finding]) -> str:
    """« CH JURA SUD : lignes 5 à 9, 12 », « CH JURA SUD : S4 », « tout le classeur »."""
    if lines := [c.line for c in theirs if c.line]:
        return _court(f"{sheet} : {ranges(lines)}")
    cases = list(dict.fromkeys(c.cell for c in theirs if c.cell))
    return _court(f"{sheet} : {', '.join(cases)}") if cases else sheet or "tout le classeur"


def _court(place: str) -> str:
    return place if len(place) <= PLACE_LENGTH else place[:PLACE_LENGTH].rpartition(",")[0] + "…"


def _write_link(cell: Cell, page: CompanionPage, address: str) -> None:
    lie(cell, page.sheet.title, address)
    cell.font = Font(name="Calibri", size=10, color=BLUE, underline="single")


def _write_settled(pen: _Pen, settled: Sequence[Settled], pages: Mapping[str, CompanionPage]) -> None:
    """What was already settled, so that nobody mends it a second time."""
    if not settled:
        return
    pen.paragraph("Déjà réglé avec votre référent", size=12, bold=True, colour=BLUE)
    for r in settled:
        where = f"{r.sheet}, ligne {r.line}" if r.line else r.sheet or "tout le classeur"
        cells = pen.row(("Réglé", "Décision ou note", r.text, "Rien à faire.", where))
        cells[0].fill = PatternFill("solid", start_color=PALE_GREEN)
        if (page := pages.get(r.sheet)) and r.line:
            _write_link(cells[4], page, f"A{r.line}")
    pen.line += 1


def _write_totals(pen: _Pen, workbook: JudgedWorkbook, folder: Folder, pages: Mapping[str, CompanionPage]) -> None:
    """Every line read is somewhere, and every euro declared: by tab, then for the workbook."""
    pen.paragraph("Le compte, onglet par onglet", size=12, bold=True, colour=BLUE)
    pen.headings(("FINESS", "Établissement", "Lignes lues", "Euros de l'exercice", "Achats totaux"))
    etablissements = folder.territory.etablissements
    amounts = _has_amounts(workbook)
    for o in workbook.tabs:
        name = etablissements[o.finess].name if o.finess in etablissements else o.sheet
        state = "Non lu." if o.refused else "Rien à déclarer." if o.neant else ""
        said = state or lines_in_words(o.totals)
        purchases = euros(o.purchases) if o.purchases else "non dits, ou ceux déjà connus"
        cells = pen.row((o.finess, name, said, euros_in_words(o.totals) if amounts and not state else "", purchases))
        if page := pages.get(o.sheet):
            _write_link(cells[1], page, "A1")
    total = workbook.totals
    pen.row(
        ("", "Total", lines_in_words(total), euros_in_words(total) if amounts else "", ""), bold=True, fill=PALE_GREY
    )


def _has_amounts(workbook: JudgedWorkbook) -> bool:
    """Whether its lines declare something in euros."""
    return any(TABLES[o.table].headline for o in workbook.tabs)


def lines_in_words(t: Totals) -> str:
    """« 46 lues = 1 vide + 1 ignorée + 3 rejetées + 41 retenues »."""
    return (
        f"{count_words(t.lines_read, 'lue')} = {count_words(t.lines_blank, 'vide')} + {count_words(t.lines_ignored, 'ignorée')} + "
        f"{count_words(t.lines_struck, 'rejetée')} + {count_words(t.lines_kept, 'retenue')}"
    )


def euros_in_words(t: Totals) -> str:
    """« 3 550 € déclarés = 348 € retirés + 3 202 € retenus »."""
    return f"{euros(t.declared)} déclarés = {euros(t.struck)} retirés + {euros(t.kept)} retenus"
