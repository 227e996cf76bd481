"""How a trame looks: colours, type, borders, locks, print."""

from __future__ import annotations

from openpyxl.styles import Border, Font, Side
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

INK, BLUE, LIGHT_BLUE, GREY, PALE_GREY, WHITE = "FF1F2A44", "FF1F4E79", "FF4F7CAC", "FF6B7280", "FFF3F4F6", "FFFFFFFF"
PALE_RED, ORANGE_PALE, PALE_YELLOW, PALE_BLUE = "FFF8C9C4", "FFFCE2B8", "FFFFF8DC", "FFDCE6F2"
PALE_BLUE, PALE_GREEN, RED, ORANGE = "FFDCE9F7", "FFDDF0DF", "FFB3261E", "FFB25E00"
_THIN = Side(style="thin", color="FFBFC7D5")
FRAME = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)


def police(size: float = 10, *, bold: bool = False, italic: bool = False, colour: str = INK) -> Font:
    return Font(name="Calibri", size=size, bold=bold, italic=italic, color=colour)


def title(sheet: Worksheet, title: str, subtitle: str) -> None:
    sheet["A1"], sheet["A2"] = title, subtitle
    sheet["A1"].font = police(15, bold=True, colour=BLUE)
    sheet["A2"].font = police(colour=GREY)
    sheet.sheet_view.showGridLines = True


def protect(sheet: Worksheet) -> None:
    """Headings and computed columns are locked, without password: a guard-rail, not a wall."""
    p = sheet.protection
    p.sheet = True
    p.formatCells = p.formatColumns = p.formatRows = p.sort = p.autoFilter = p.insertRows = p.deleteRows = False


def set_printing(sheet: Worksheet, titles: str | None = None) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A3
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    if titles:
        sheet.print_title_rows = titles
