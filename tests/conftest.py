"""What several test files need: the example region, and workbooks filled like a person would."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from sqlite_utils import Database

from config.campaign import Campaign
from config.folder import EXAMPLE, Folder, load_folder
from sheets import writing
from sheets.register.database import open_register
from sheets.trames.paat import ACTIONS, PAAT
from sheets.trames.paat.examples import VALID
from sheets.writing import HEADING_ROW

COL = {c.key: get_column_letter(rank) for rank, c in enumerate(ACTIONS.columns, 1)}
"""The letter of each column in the template: no test knows one by heart."""
GAIN_COL = COL["gain_annuel"]
LineRows = Sequence[Mapping[str, Any]]
FillTrame = Callable[..., bytes]


@pytest.fixture(scope="session")
def folder() -> Folder:
    return load_folder(EXAMPLE)


@pytest.fixture(scope="session")
def campaign(folder: Folder) -> Campaign:
    return folder.campaigns["2021-annuelle"]


@pytest.fixture
def filled_trame(folder: Folder) -> FillTrame:
    """Bytes of a trame whose tabs hold these lines; each line is typed over a valid one."""

    def fill_in(
        by_finess: Mapping[str, LineRows],
        ght: str = "BFC-08",
        campaign: str = "2021-annuelle",
        *,
        handing_in: bool = True,
    ) -> bytes:
        book = blank(folder, ght, campaign)
        names = writing.tab_names(folder.territory.members(ght, folder.campaigns[campaign].situation))
        for finess, lines in by_finess.items():
            for rank, line in enumerate(lines, HEADING_ROW + 1):
                tape(book, names[finess], rank, {**VALID, **line})
        if handing_in:
            first = book.worksheets[0]
            handed_in_row = next(r[0].row for r in first.iter_rows(max_col=1) if r[0].value == "Trame remise")
            first.cell(handed_in_row, 3, "oui")
        return as_bytes(book)

    return fill_in


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return open_register(tmp_path / "vigie.sqlite")


@pytest.fixture
def received_files(tmp_path: Path) -> Path:
    (tmp_path / "recus").mkdir()
    return tmp_path / "recus"


def blank(folder: Folder, ght: str, campaign: str) -> Workbook:
    return writing.workbook(PAAT, ght, folder.campaigns[campaign], folder)


def tape(book: Workbook, sheet: str, rank: int, cells: Mapping[str, Any]) -> None:
    for column, c in enumerate(ACTIONS.columns, 1):
        if cells.get(c.key) not in (None, ""):
            book[sheet].cell(rank, column, cells[c.key])


def as_bytes(book: Workbook) -> bytes:
    stamp = io.BytesIO()
    book.save(stamp)
    return stamp.getvalue()
