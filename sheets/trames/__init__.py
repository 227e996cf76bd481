"""The trames that Vigie knows, a folder each, and every check there is. The one module that names them."""

from sheets.checks import COMMON
from sheets.checks.catalogue import by_code
from sheets.trame import Table, Trame
from sheets.trames.paat import PAAT

TRAMES: dict[str, Trame] = {t.code: t for t in (PAAT,)}
TABLES: dict[str, Table] = {table.code: table for t in TRAMES.values() for table in t.tables}
CATALOGUE = by_code([*COMMON, *(c for t in TRAMES.values() for c in t.checks)])
"""Every check by code, the engine's first."""
