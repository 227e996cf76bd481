"""What a case of the corpus is, and the ordinary filled trame that every case damages in one way.

Never judges anything: the expected verdicts are for `tests/test_corpus.py`, or for any other reader, to compare.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.worksheet.datavalidation import DataValidationList
from openpyxl.worksheet.worksheet import Worksheet

from config.folder import EXAMPLE, Folder, load_folder
from config.french import text_key
from sheets import first_tab
from sheets.trames.paat import ACTIONS, PAAT
from sheets.writing import HEADING_ROW, workbook
from tests import conftest

GHT, CAMPAIGN = "BFC-08", "2021-annuelle"
TAB = "CENTRE HOSPITALIER JURA SUD"
FINESS = "390780146"
NEIGHBOUR, NEIGHBOUR_FINESS = "CH LEON BERARD MOREZ", "390780153"
SHEET_PART = "xl/worksheets/sheet2.xml"
"""The part that holds the tab of the first établissement."""
COL = conftest.COL
COLUMN_NUMBERS = {c.key: rank for rank, c in enumerate(ACTIONS.columns, 1)}
L1 = HEADING_ROW + 1
"""Row of the first line: the one that is damaged, unless said otherwise."""
N = 10
PREPARED_ROWS = 15
"""Rows kept of the three hundred that a template prepares in the filled tab; one is kept in the blank ones."""
GAIN, GAIN_WITHOUT_L1 = "55200.00", "54000.00"
"""Gain of the exercice of the ten lines, and of the nine others when the first one is struck out."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a careful referent expects of a file. What is left unsaid is not compared."""

    readable: bool = True
    codes: AbstractSet[str] = frozenset()
    absent_codes: AbstractSet[str] = frozenset()
    no_other_code: bool = False
    """No finding but `codes`."""
    lines_kept: int | None = None
    kept: str | None = None
    cells: Mapping[str, str] = field(default_factory=dict)
    """For a code, the cell where it must stand."""
    said: str = ""
    """A regular expression that one of the sentences matches, case aside."""
    read_values: Mapping[str, str] = field(default_factory=dict)
    """For a column, the value read on the first line, as text."""
    never_said: str = ""
    """Digits or letters that nothing of the result may show, even spread out."""
    handed_in: bool | None = None


@dataclass(frozen=True, slots=True)
class FaultyFile:
    """A file with one thing wrong. `raw_bytes()` makes it anew."""

    name: str
    defect: str
    verdict: Verdict
    raw_bytes: Callable[[], bytes]
    file: str


CORPUS: dict[str, FaultyFile] = {}


def add_case(name: str, defect: str, verdict: Verdict, raw_bytes: Callable[[], bytes], file: str = "") -> None:
    if name in CORPUS:
        raise ValueError(f"case declared twice: {name}")
    CORPUS[name] = FaultyFile(name, defect, verdict, raw_bytes, file or f"{name}.xlsx")


def faulty_file(name: str, defect: str, verdict: Verdict, file: str = "") -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:  # fmt: skip
    """Register the function that makes the file. `file` is its name when another one matters."""

    def write_down(raw_bytes: Callable[[], bytes]) -> Callable[[], bytes]:
        add_case(name, defect, verdict, raw_bytes, file)
        return raw_bytes

    return write_down


def all_lines_read(*codes: str, **others: Any) -> Verdict:
    """The ten lines are read to the cent, and nothing is said but `codes`."""
    expected: dict[str, Any] = {"codes": set(codes), "no_other_code": True, "lines_kept": N, "kept": GAIN}
    return Verdict(**expected | others)


def without_l1(code: str, column: str = "", **others: Any) -> Verdict:
    """The first line is struck out for this reason alone; the nine others are kept."""
    where = {code: f"{COL[column]}{L1}"} if column else {}
    expected: dict[str, Any] = {"codes": {code}, "no_other_code": True, "cells": where}
    return Verdict(**expected | {"lines_kept": N - 1, "kept": GAIN_WITHOUT_L1} | others)


def refuse(said: str = "", code: str = "classeur-illisible") -> Verdict:
    """The whole file is refused, by one sentence that says why."""
    return Verdict(readable=False, codes={code}, no_other_code=True, lines_kept=0, kept="0.00", said=said)


PURCHASES = ("Épicerie", "Surgelés", "Viandes", "Produits laitiers", "Fruits et légumes", "Boissons", "Pain",
          "Diététique", "Compléments nutritionnels", "Petits-déjeuners")  # fmt: skip


def line(k: int) -> dict[str, Any]:
    """The valid line of rank k, from 1: 1 200 × k euros a year, in January, or in July for 3, 6 and 9."""
    return {
        "demarche": "PAAT", "intitule": PURCHASES[(k - 1) % len(PURCHASES)], "famille": "Hôtellerie", "domaine": "Alimentation",
        "levier": "massification et négociation", "operateur": "UniHA", "marche": f"2021-{k:03d}", "mode": "récurrent",
        "nature": "exploitation", "statut": "réalisé", "date_premiere_commande": datetime(2021, 1 if k % 3 else 7, 15),  # noqa: DTZ001
        "montant_reference": 24_000 * k, "gain_annuel": 1_200 * k, "type_effet": "effet prix induit",
    }  # fmt: skip


@cache
def folder() -> Folder:
    return load_folder(EXAMPLE)


@cache
def ordinary_file() -> bytes:
    """The ordinary file: ten valid lines, handed in, « rien à déclarer » for the three other établissements."""
    book = workbook(PAAT, GHT, folder().campaigns[CAMPAIGN], folder())
    for sheet in book.worksheets:
        if sheet.title not in (first_tab.TITLE, "Listes"):
            _lighten(sheet)
    for k in range(1, N + 1):
        tape(book[TAB], L1 + k - 1, line(k))
    _fill_first_tab(book[first_tab.TITLE])
    return as_bytes(book)


def _lighten(sheet: Worksheet) -> None:
    """Fewer prepared lines, and no colours nor drop-downs in the blank tabs: the file is made two hundred times."""
    sheet.delete_rows(L1 + (PREPARED_ROWS if sheet.title == TAB else 1), sheet.max_row)
    if sheet.title != TAB:
        sheet.conditional_formatting = ConditionalFormattingList()
        sheet.data_validations = DataValidationList()


def tape(sheet: Worksheet, number: int, cells: Mapping[str, Any]) -> None:
    """Type values in a line, by column; a text that begins with = stays a text."""
    for column, value in cells.items():
        cell = sheet.cell(number, COLUMN_NUMBERS[column])
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"
        elif ACTIONS.by_key[column].format:
            cell.number_format = ACTIONS.by_key[column].format


def _fill_first_tab(sheet: Worksheet) -> None:
    cell_beside(sheet, first_tab.HANDED_IN_LABEL).value = "oui"
    cell_beside(sheet, first_tab.CONTACT).value = "Cellule achats, achats@exemple.invalid"
    for row in sheet.iter_rows():
        if str(row[0].value).startswith("39078") and row[0].value != FINESS:
            sheet.cell(row[0].row or 0, 4, "oui")


def cell_beside(sheet: Worksheet, label: str, column: int = 3) -> Any:
    """The cell to fill in front of a label of the first tab."""
    number = next(r[0].row for r in sheet.iter_rows(max_col=1) if text_key(str(r[0].value or "")) == text_key(label))
    return sheet.cell(number or 0, column)


def open_workbook() -> Workbook:
    return load_workbook(io.BytesIO(ordinary_file()))


def as_bytes(book: Workbook) -> bytes:
    stamp = io.BytesIO()
    book.save(stamp)
    return stamp.getvalue()


Edit = Callable[[Workbook, Worksheet], object]
"""What is done to a workbook and to the tab of its first établissement."""


def edited(*edits: Edit) -> bytes:
    """The ordinary file, edited as a person would."""
    book = open_workbook()
    for edit in edits:
        edit(book, book[TAB] if TAB in book.sheetnames else book.worksheets[0])
    return as_bytes(book)


def put(cells: Mapping[str, Any], tab: str = TAB) -> Edit:
    """Write these cells, by address."""

    def edit(book: Workbook, _: Worksheet) -> None:
        for address, value in cells.items():
            book[tab][address].value = value

    return edit


def type_line(number: int, **cells: Any) -> Edit:
    """Type these values in a line, by column."""
    return lambda _, sheet: tape(sheet, number, cells)


def format_cell(address: str, format_: str) -> Edit:
    """Give a cell a number format."""
    return lambda _, sheet: setattr(sheet[address], "number_format", format_)
