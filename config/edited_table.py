"""A CSV file of the region's folder, changed where it must be: the rest stays as people typed it.

Their separator, line ends, encoding, columns of their own, order, blank rows and quotes are kept. Pure.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from config.csv_tables import decode, separator_of
from config.french import text_key

ANSI = "cp1252"
WITH_MARK = "utf-8-sig"


@dataclass
class Row:
    """One row: as it stands in the file, and its cells by column key."""

    raw: str
    cells: list[str]


@dataclass
class EditedTable:
    """A table being edited. `rows` are those that say something, in order, and the blank ones between them."""

    encoding: str
    separator: str
    line_end: str
    keys: list[str]
    heading: str
    rows: list[Row] = field(default_factory=list)

    @property
    def filled(self) -> list[Row]:
        """The rows that are read, as `read_table` counts them."""
        return [row for row in self.rows if any(c.strip() for c in row.cells)]

    def put(self, row: Row, values: Mapping[str, str]) -> None:
        """Change cells of a row; one that already says the same is left as it was typed."""
        cells = row.cells + [""] * (len(self.keys) - len(row.cells))
        before = list(cells)
        for rank, key in enumerate(self.keys):
            if key in values and cells[rank].strip() != values[key]:
                cells[rank] = values[key]
        if cells != before:
            row.cells, row.raw = cells, self._written(cells)

    def append(self, values: Mapping[str, str]) -> None:
        """One row more, at the end; columns that are not ours stay empty."""
        cells = [values.get(key, "") for key in self.keys]
        self.rows.append(Row(self._written(cells), cells))

    def content(self) -> bytes:
        """The file's bytes; in UTF-8 where its own encoding has no such letters."""
        parts = [self.heading, *(row.raw for row in self.rows)]
        text = "".join(p if p.endswith(("\n", "\r")) else p + self.line_end for p in parts if p)
        try:
            return text.encode(self.encoding, errors="surrogateescape")
        except UnicodeEncodeError:
            return text.encode(WITH_MARK, errors="replace")

    def _written(self, cells: list[str]) -> str:
        buffer = io.StringIO()
        csv.writer(buffer, delimiter=self.separator, lineterminator=self.line_end).writerow(cells)
        return buffer.getvalue()


def read(content: bytes) -> EditedTable:
    """The table that a file holds."""
    encoding = ANSI if _is_ansi(content) else WITH_MARK
    text = content.decode(encoding, errors="surrogateescape")
    separator = separator_of(decode(content))
    records = list(_records(text, separator))
    heading, titles = records[0] if records else ("", [])
    keys = [text_key(t).replace(" ", "_") for t in titles]
    line_end = "\r\n" if heading.endswith("\r\n") else "\n"
    return EditedTable(encoding, separator, line_end, keys, heading, [Row(*r) for r in records[1:]])


def _is_ansi(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def _records(text: str, separator: str) -> Iterator[tuple[str, list[str]]]:
    """(the text of a record, its cells): a quoted cell may hold line ends."""
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            taken.append(line)
            yield line

    for cells in csv.reader(lines(), delimiter=separator):
        yield "".join(taken), cells
        taken.clear()
