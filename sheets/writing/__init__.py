"""Blank and pre-filled trames, written from a layout's declaration."""

from sheets.tab_names import tab_names
from sheets.writing.book import file_name_of, workbook, write
from sheets.writing.prefilled import prefilled
from sheets.writing.tab import HEADING_ROW

__all__ = ["HEADING_ROW", "file_name_of", "prefilled", "tab_names", "workbook", "write"]
