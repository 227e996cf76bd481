"""The companion of a workbook received: what to mend, tab by tab and line by line, where it stands in the person's own file.

Written anew from what was read and judged. Never touches the person's file, and can never be taken for a trame.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty
from openpyxl.worksheet.worksheet import Worksheet

from config import safe_write
from config.folder import Folder
from sheets.companion_mark import COMPANION_MARK, PROPERTY
from sheets.findings import Finding
from sheets.judged import JudgedWorkbook, Tab
from sheets.returning.companion_summary import SUMMARY, write_summary
from sheets.returning.companion_tab import CompanionPage, Settled, write_page
from sheets.tab_names import FORBIDDEN_CHARACTERS, LONGEST_NAME
from sheets.trames import TABLES
from sheets.writing.safe_cells import clean
from sheets.writing.seal import is_untouched, sealed


def companion_book(workbook: JudgedWorkbook, folder: Folder, settled: Sequence[Settled] = ()) -> Workbook:
    """The companion of one judged workbook, ready to be saved.

    `workbook.findings` may hold more than the file's own findings (those of a whole campaign): they are shown alike.
    `settled` is what a referent has already settled, in sentences. A file that could not be read gives one tab.
    """
    book = Workbook()
    summary = book.active
    assert isinstance(summary, Worksheet)
    summary.title = SUMMARY
    name = Path(workbook.file).name
    mark = (
        f"{COMPANION_MARK} « {name} » : ne remplissez pas ce classeur, il n'est pas lu. Corrigez votre propre fichier."
    )
    pages = _pages(book, workbook, folder, settled)
    for page in pages:
        write_page(page, mark)
    write_summary(summary, workbook, folder, mark, {p.tab.sheet: p for p in pages}, settled)
    book.custom_doc_props.append(StringProperty(name=PROPERTY, value=clean(name)))  # type: ignore[attr-defined]
    book.properties.title = f"À corriger — {clean(name)}"
    book.properties.creator = "Vigie"
    return book


def write_companion(workbook: JudgedWorkbook, folder: Folder, path: Path, settled: Sequence[Settled] = ()) -> Path:
    """Save the companion to `path`, in the place of an earlier one that nobody wrote in. Raises TakenError."""
    safe_write.create(path, sealed(companion_book(workbook, folder, settled)), ours=is_untouched)
    return path


def _pages(book: Workbook, workbook: JudgedWorkbook, folder: Folder, settled: Sequence[Settled]) -> list[CompanionPage]:
    """One blank tab per tab that was read, with what there is to say in it."""
    positive = sum(max(li.declared, 0) for o in workbook.tabs for li in o.lines)
    etablissements = folder.territory.etablissements
    pages = []
    for tab in (o for o in workbook.tabs if o.columns):
        theirs: list[Finding] = [c for c in workbook.findings if c.sheet == tab.sheet]
        settled_here = [r for r in settled if r.sheet == tab.sheet]
        name = etablissements[tab.finess].name if tab.finess in etablissements else tab.sheet
        sheet = book.create_sheet(_free_tab_name(tab, book))
        pages.append(CompanionPage(sheet, tab, TABLES[tab.table], name, theirs, settled_here, positive))
    return pages


def _free_tab_name(tab: Tab, book: Workbook) -> str:
    """The tab's own name, as near as Excel allows: formats that are not Excel's take any name, and any length."""
    name = FORBIDDEN_CHARACTERS.sub("-", clean(tab.sheet))[:LONGEST_NAME].strip("' ") or "Onglet"
    taken = {n.casefold() for n in book.sheetnames}
    court, rank = name, 2
    while court.casefold() in taken:
        court, rank = f"{name[: LONGEST_NAME - 4]} {rank}", rank + 1
    return court
