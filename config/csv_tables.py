"""Reads the CSV files people edit in Excel: `;`, `,` or tab, BOM or ANSI, French decimals and dates.

Every row knows its line, every complaint says file and line, and complaints are gathered rather than thrown
one by one. Never knows what a column means.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from config.errors import UserError
from config.french import YEARS, count_words, did_you_mean, enumeration, text_key

MOST_SHOWN = 20
FIRST_YEAR = 1900
"""Of a day of the region's folder: a membership may be older than any purchase."""


@dataclass(slots=True)
class Complaints:
    """Everything wrong in a folder, shown at once."""

    sentences: list[str] = field(default_factory=list)

    def add(self, file: str, line: int | None, sentence: str) -> None:
        self.sentences.append(f"{file}{f', ligne {line}' if line else ''} : {sentence}")

    def raise_if_any(self, what: str) -> None:
        """Raise UserError with the first complaints, if there is any."""
        if self.sentences:
            rest = len(self.sentences) - MOST_SHOWN
            end = [f"… et {count_words(rest, 'autre remarque', 'autres remarques')}."] if rest > 0 else []
            raise UserError("\n".join([what, *(f"  {p}" for p in self.sentences[:MOST_SHOWN]), *end]))


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a table: cells by column name, and where to complain about them."""

    file: str
    line: int
    cells: dict[str, str]
    complaints: Complaints

    def complain(self, sentence: str) -> None:
        self.complaints.add(self.file, self.line, sentence)

    def text(self, column: str, required: bool = True) -> str:
        value = self.cells.get(column, "").strip()
        if required and not value:
            self.complain(f"la colonne « {column} » est vide ; elle est obligatoire.")
        if value.startswith(("=", "@")):
            self.complain(f"« {value} » dans « {column} » serait pris pour une formule par un tableur.")
        if "\n" in value:
            self.complain(f"« {column} » court sur plusieurs lignes : un guillemet n'est sans doute pas refermé.")
        return value

    def among(self, column: str, choices: Sequence[str]) -> str:
        value = self.text(column)
        if value and value not in choices:
            self.complain(
                f"« {value} » dans « {column} » est inconnu{did_you_mean(value, choices)} Connus : {enumeration(choices, 8)}."
            )
        return value

    def whole_number(self, column: str) -> int:
        value = self.text(column)
        if value and not re.fullmatch(r"[0-9]+", value):
            self.complain(f"« {value} » dans « {column} » ; un nombre entier était attendu.")
            return 0
        return int(value or 0)

    def decimal(self, column: str) -> Decimal:
        """A number that is not negative: no amount of the folder ever is."""
        value = self.text(column)
        digits = re.sub(r"[\s\u00a0\u202f€]", "", value).replace(",", ".")
        if re.fullmatch(r"[1-9][0-9]{0,2}\.[0-9]{3}", value):
            self.complain(f"« {value} » dans « {column} » peut se lire de deux façons ; écrivez 62000 ou 62,0.")
        elif re.fullmatch(r"[0-9]+(\.[0-9]+)?", digits):
            return Decimal(digits)
        elif value:
            self.complain(f"« {value} » dans « {column} » ; un nombre était attendu, par exemple 16,5.")
        return Decimal(0)

    def date(self, column: str, required: bool = True) -> date | None:
        """Reads 2021-12-31 and, as Excel rewrites it, 31/12/2021."""
        value = self.text(column, required)
        if not value:
            return None
        read = _day(value)
        if read and not FIRST_YEAR <= read.year <= YEARS[1]:
            self.complain(
                f"« {value} » dans « {column} » n'est pas une date possible : une année de {FIRST_YEAR} à {YEARS[1]} était "
                "attendue, ou rien quand il n'y a pas de fin."
            )
            return None
        if read is None:
            self.complain(f"« {value} » dans « {column} » ; une date était attendue, par exemple 31/12/2021.")
        return read


def _day(text: str) -> date | None:
    parts = [int(p) for p in re.findall(r"\d+", text)]
    try:
        if re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", text):
            return date(*parts)
        if re.fullmatch(r"\d{1,2}/\d{1,2}/\d{4}", text):
            return date(parts[2], parts[1], parts[0])
    except ValueError:
        pass
    return None


def decode(raw_bytes: bytes) -> str:
    """Text of a file saved by Excel: UTF-8 with or without BOM, else Windows-1252."""
    try:
        return raw_bytes.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw_bytes.decode("cp1252", errors="replace")


def read_table(path: Path, columns: Sequence[str], complaints: Complaints) -> Iterator[TableRow]:
    """Yield the rows of a CSV file, whatever its separator and the order of its columns.

    A missing file or column becomes a complaint and yields nothing. Blank rows are passed over.
    """
    if not path.is_file():
        complaints.add(path.name, None, "ce fichier manque dans le dossier de la région.")
        return
    csv_reader = csv.reader(io.StringIO(text := decode(path.read_bytes())), delimiter=separator_of(text))
    titles = [text_key(title).replace(" ", "_") for title in next(csv_reader, [])]
    missing_columns = [c for c in columns if c not in titles]
    doubles = [c for c in columns if titles.count(c) > 1]
    for what, names in (("absente", missing_columns), ("en double", doubles)):
        if names:
            complaints.add(path.name, 1, f"colonne {what} : {enumeration(names)}.")
    if missing_columns or doubles:
        return
    for cells in csv_reader:
        if any(c.strip() for c in cells):
            yield TableRow(path.name, csv_reader.line_num, dict(zip(titles, cells, strict=False)), complaints)


def separator_of(text: str) -> str:
    """The separator of a CSV text: the sign its headings hold most."""
    heading = text.partition("\n")[0]
    return max(";,\t", key=heading.count)
