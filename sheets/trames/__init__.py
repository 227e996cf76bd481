"""The layouts Vigie knows, one file each."""

from sheets.trame import Trame
from sheets.trames.paat.columns import PAAT

TRAMES: dict[str, Trame] = {PAAT.code: PAAT}
