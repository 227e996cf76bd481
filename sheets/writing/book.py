"""Writes a blank trame: one tab per établissement, drop-downs, formulas, and colours that show what will be struck out.

Everything follows from the layout's declaration. Never touches a file that a person filled.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty
from openpyxl.worksheet.worksheet import Worksheet

from config import safe_write
from config.campaign import Campaign
from config.folder import Folder
from sheets import first_tab
from sheets.places import places
from sheets.stamp import Stamp
from sheets.tab_names import FORBIDDEN_CHARACTERS, LISTS_TAB, tab_names
from sheets.trame import Trame
from sheets.writing.drop_downs import write_lists
from sheets.writing.seal import is_untouched, sealed
from sheets.writing.tab import write_tab
from sheets.writing.welcome import write_first_tab


def workbook(
    trame: Trame, ght: str, campaign: Campaign, folder: Folder, lines: Mapping[str, int] | None = None
) -> Workbook:
    """A blank trame for one GHT and campaign, ready to be saved.

    `lines` says by place how many lines to prepare where the usual number does not do.
    """
    whole = list(places(trame, ght, campaign.situation, folder.territory).values())
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = first_tab.TITLE
    stamp = Stamp(trame.code, trame.version, ght, campaign.code)
    names = tab_names(whole)
    label_lists = write_lists(book, trame, folder)
    tabs = [
        write_tab(
            book, names[p.finess], p, campaign, stamp, folder, label_lists[p.table.code], (lines or {}).get(p.finess)
        )
        for p in whole
    ]
    write_first_tab(first, trame, campaign, stamp, folder, list(zip(whole, tabs, strict=True)))
    book.move_sheet(LISTS_TAB, offset=len(whole))
    book.custom_doc_props.append(StringProperty(name="vigie", value=str(stamp)))  # type: ignore[attr-defined]
    book.properties.title = f"{trame.title} — {folder.territory.ghts[ght].name}"
    book.properties.creator = "Vigie"
    return book


def write(book: Workbook, path: Path) -> Path:
    """Save a trame to `path`, whose folder is made if need be. Raises TakenError when someone filled what is there."""
    safe_write.create(path, sealed(book), ours=is_untouched)
    return path


def file_name_of(ght: str, campaign: Campaign, folder: Folder) -> str:
    """« GHT Jura - trame 2021-annuelle.xlsx »: for people; what counts is the stamp inside."""
    name = FORBIDDEN_CHARACTERS.sub("-", folder.territory.ghts[ght].name)
    return f"{name} - trame {campaign.code}.xlsx"
