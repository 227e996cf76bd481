"""The trames that Vigie knows, a folder each, and every check there is. The one module that names them."""

from sheets.checks import COMMON
from sheets.checks.catalogue import by_code
from sheets.trame import Trame
from sheets.trames.paat import PAAT

TRAMES: dict[str, Trame] = {t.code: t for t in (PAAT,)}
CATALOGUE = by_code([*COMMON, *(c for t in TRAMES.values() for c in t.checks)])
"""Every check by code, the engine's first."""
