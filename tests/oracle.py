"""A second opinion on the demo's filled workbooks: reads, judges and adds up by itself, from the written rules alone.

Knows nothing of the product: openpyxl, Decimal, and the rules that the demo's mistakes exercise. Slow and plain on purpose.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

EXERCICE = 2021
UNREADABLE = Decimal("NaN")
TITLES = {
    "intitule": r"intitule.*|libelle de l ?action",
    "famille": "famille",
    "marche": r"n.? de marche",
    "nature": "nature",
    "statut": "statut",
    "date": r"date de 1re commande",
    "reference": r"montant de reference.*",
    "gain": r"gain annuel.*|montant gain",
    "justification": r"calcul des gains",
}
BOUNDS = {"MEDICAMENTS": Decimal("0.40")}
BOUND = Decimal("0.30")


@dataclass
class Line:
    """One action at its cell. Amounts in euros; `reasons` says why it is struck out."""

    ght: str
    file: str
    sheet: str
    rank: int
    cell: str
    gain_annuel: Decimal
    part: Decimal
    """What falls in the exercice."""
    reasons: set[str] = field(default_factory=set)

    @property
    def struck(self) -> Decimal:
        return max(self.part, Decimal(0)) if self.reasons else Decimal(0)


@dataclass
class Sums:
    declare: Decimal
    struck: Decimal
    kept: Decimal
    rejected_lines: int
    kept_count: int


def total_of(lines: list[Line]) -> Sums:
    declare, struck = (sum((getattr(li, what) for li in lines), Decimal(0)) for what in ("part", "struck"))
    rejected_lines = sum(bool(li.reasons) for li in lines)
    return Sums(declare, struck, declare - struck, rejected_lines, len(lines) - rejected_lines)


def read(folder: Path) -> list[Line]:
    """Every action of every workbook of a folder that carries the stamp of a trame."""
    files = sorted(f for f in folder.glob("*.xlsx") if not f.name.startswith("~$"))
    return [line for file in files for line in _read_workbook(file)]


def amount(raw: object) -> Decimal | None:
    """Euros as French people type them; None is blank, ILLISIBLE is a text that is no number."""
    text = re.sub(r"\s", "", str(raw)) if raw is not None else ""
    if not text:
        return None
    sign = -1 if text.startswith(("(", "-")) else 1
    factor = 1000 if text.rstrip(")").endswith("k€") else 1
    digits = text.strip("()-k€").replace(",", ".")
    return sign * factor * Decimal(digits) if re.fullmatch(r"\d+(\.\d+)?", digits) else UNREADABLE


def day(raw: object) -> date | None:
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, str) and (parts := re.fullmatch(r"(\d\d)/(\d\d)/(\d\d)", raw.strip())):
        return date(2000 + int(parts[3]), int(parts[2]), int(parts[1]))
    return None


def share_in_exercice(gain: Decimal, first_order: date) -> Decimal:
    """Twelve months from the month of the first order: what has been earned at the end of the year, less at its start."""

    def cumulative(year: int) -> Decimal:
        month = (year - first_order.year) * 12 + 13 - first_order.month
        return (gain * min(max(month, 0), 12) / 12).quantize(Decimal("0.01"), ROUND_HALF_UP)

    return cumulative(EXERCICE) - cumulative(EXERCICE - 1)


def _plain(raw: object) -> str:
    without_accents = unicodedata.normalize("NFKD", str(raw or "")).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z0-9]+", without_accents))


def _read_workbook(file: Path) -> Iterator[Line]:
    book = load_workbook(file, read_only=True)
    for sheet in book.worksheets:
        rows = [list(r) for r in sheet.iter_rows(values_only=True)]
        stamp = re.search(r"Vigie · trame paat .* · (BFC-\d\d) · .* · FINESS \d{9}", str(rows[2:3]))
        if stamp:
            yield from _read_tab(rows, stamp[1], file.name, sheet.title)
    book.close()


def _read_tab(rows: Sequence[Sequence[object]], ght: str, file: str, sheet: str) -> Iterator[Line]:
    places: dict[str, int] = {}
    views: set[tuple[object, ...]] = set()
    for rank, row in enumerate(rows, 1):
        if not places:
            found_ones = {
                key: i for key, reason in TITLES.items() for i, t in enumerate(row) if re.fullmatch(reason, _plain(t))
            }
            places = found_ones if len(found_ones) == len(TITLES) else {}
            continue
        v = {key: row[place] for key, place in places.items()}
        if v["intitule"] and v["statut"]:  # else blank, a total, or a note typed below
            gain, when, statut = amount(v["gain"]), day(v["date"]), _plain(v["statut"])
            counts = statut == "realise" and gain is not None and gain.is_finite() and when is not None
            part = share_in_exercice(gain, when) if counts and gain is not None and when else Decimal(0)
            line = Line(
                ght, file, sheet, rank, f"{get_column_letter(places['gain'] + 1)}{rank}", gain or Decimal(0), part
            )
            line.reasons = set(_reasons(v, gain, when, statut))
            signature = (_plain(v["intitule"]), v["marche"], v["reference"], v["gain"])
            line.reasons |= {"doublon"} if signature in views else set()
            line.reasons |= {"donnee-personnelle"} if any(_nir(str(c)) for c in row if c) else set()
            views.add(signature)
            yield line


def _reasons(v: dict[str, object], gain: Decimal | None, when: date | None, statut: str) -> Iterator[str]:
    """Why a line is struck out, by its own cells."""
    reference = amount(v["reference"])
    if statut in ("realise", "notifie"):
        if reference is None and v["nature"] != "recette":
            yield "montant-reference-absent"
        if gain is None:
            yield "gain-absent"
    if gain is not None and gain.is_nan():
        yield "valeur-non-numerique"
    elif gain and gain > 0 and reference and v["nature"] != "recette":
        if gain >= reference:
            yield "performance-superieure-100"
        elif gain / reference > BOUNDS.get(str(v["famille"]), BOUND) and not v["justification"]:
            yield "performance-hors-bornes"
    if statut == "realise":
        if when is None:
            yield "date-commande-absente"
        elif not date(EXERCICE - 1, 2, 1) <= when <= date(EXERCICE, 12, 31):
            yield "gain-hors-exercice"


def _nir(text: str) -> bool:
    """A social-security number: thirteen digits and the key that goes with them."""
    return any(
        97 - int(number[:13]) % 97 == int(number[13:])
        for number in (re.sub(r"\s", "", n) for n in re.findall(r"\b[12](?:\s?\d){14}\b", text))
    )
