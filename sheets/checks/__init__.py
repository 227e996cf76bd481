"""The checks of the engine: on cells, on workbooks, on what was received before. A trame's own stand in its folder."""

from sheets.checks import on_cells, on_history, on_workbooks
from sheets.checks.catalogue import declared_in

COMMON = declared_in(on_cells, on_history, on_workbooks)
"""What the reader and the ledger may have to say of any trame."""
