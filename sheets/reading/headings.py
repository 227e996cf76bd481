"""Finds the row of headings in a tab and says which column is which, whatever people did to it. Pure.

Headings may be renamed, moved, mistyped, broken over two lines, shifted by inserted rows or columns.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from sheets.cell_address import address
from sheets.cells import text
from sheets.checks import on_workbooks
from sheets.findings import Finding, Severity
from sheets.reading.units import announced, odd_words, unit_said, without_unit
from sheets.trame import Column, Table, heading_key

DEPTH = 40
"""Headings are looked for in the first rows only."""
HEADINGS_NEEDED = 4
"""A row with fewer known headings is not the row of headings."""
LIKENESS = 86.0
UNDER = 2
"""Rows below the headings where their units may stand."""
MEMORABLE = 4_000
"""Characters past which a row of headings is read each time it is met."""

Row = Sequence[object]
Titles = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableHeadings:
    """Where the table begins (rank of its first data row) and the rank of each column; from 0, in the tab as read."""

    first: int
    places: dict[str, int]
    width: int
    findings: tuple[Finding, ...]
    usable: bool


def find_headings(
    rows: Sequence[Row], table: Table, first_column: int, first_row: int, sheet: str
) -> TableHeadings | None:
    """The headings of a tab whose first cell stands at (colonne_0, ligne_0), or None when there are none."""
    known_ones, first, titles = _best_row(rows, table)
    if known_ones < HEADINGS_NEEDED:
        return None

    def where(rank: int) -> str:
        return address(first_column + rank, first_row + first)

    columns_read = _read_columns(titles, table)
    findings = list(
        _other_units(rows[: first + UNDER], first, columns_read.places, table, first_column, first_row, sheet)
    )
    rivals = {
        c: [columns_read.places[c], r]
        for c, r in columns_read.rivals.items()
        if _disagree(rows[first:], columns_read.places[c], r)
    }
    for key, ranks in (columns_read.doubles | rivals).items():
        cells = [where(r) for r in ranks]
        findings.append(on_workbooks.duplicate_column(table.by_key[key].title, cells, sheet=sheet, cell=cells[1]))
    for key in columns_read.changed:
        rank, title = columns_read.places[key], table.by_key[key].title
        findings.append(
            on_workbooks.recognised_column(" ".join(titles[rank].split()), title, sheet=sheet, cell=where(rank))
        )
    for key, unit in columns_read.other_units.items():
        rank, title = columns_read.places[key], table.by_key[key].title
        findings.append(
            on_workbooks.column_unit(" ".join(titles[rank].split()), title, unit, sheet=sheet, cell=where(rank))
        )
    if columns_read.missing_columns:
        findings.append(on_workbooks.missing_column(list(columns_read.missing_columns), sheet=sheet, cell=where(0)))
    width = max((r for r, t in enumerate(titles) if t), default=0) + 1
    usable = not any(c.severity is Severity.REJECTION for c in findings)
    return TableHeadings(first, columns_read.places, width, tuple(findings), usable)


@dataclass(frozen=True, slots=True)
class _Columns:
    """What a row of headings says, wherever it stands: the rank of each column by its key, and what is odd of them."""

    places: dict[str, int]
    doubles: dict[str, list[int]]
    rivals: dict[str, int]
    """Of a column under its own heading, another one under a synonym of it: a double, unless it says the same."""
    changed: list[str]
    """Those that were renamed, mistyped or moved, from left to right."""
    other_units: dict[str, str]
    """Columns of euros whose heading says another unit, and which."""
    missing_columns: list[str]
    """Headings of the columns without which nothing can be judged."""


def _read_columns(titles: Titles, table: Table) -> _Columns:
    """Remembered, for the tabs of a campaign bear the same headings; not where someone pasted a book into the row."""
    return (_columns_read if sum(map(len, titles)) < MEMORABLE else _columns_read.__wrapped__)(titles, table)


@lru_cache(maxsize=256)
def _columns_read(titles: Titles, table: Table) -> _Columns:
    places: dict[str, int] = {}
    doubles: dict[str, list[int]] = {}
    rivals: dict[str, int] = {}
    for key, ranks in _exact_headings(titles, table).items():
        official_ranks = [r for r in ranks if heading_key(titles[r]) == heading_key(table.by_key[key].title)]
        kept_ranks = official_ranks or ranks
        places[key] = kept_ranks[0]
        if len(kept_ranks) > 1 and table.by_key[key].kind != "calcul":
            doubles[key] = kept_ranks
        elif len(ranks) > len(kept_ranks) and _can_rival(table.by_key[key]):
            rivals[key] = next(r for r in ranks if r not in kept_ranks)
    places |= _mistyped_headings(titles, places, table)
    other_units = {c: u for c, r in places.items() if table.by_key[c].kind == "euros" and (u := unit_said(titles[r]))}
    changed = (_renamed_headings(titles, places, table) | _moved_columns(places, table)) - other_units.keys()
    return _Columns(
        places,
        doubles,
        rivals,
        sorted(changed, key=places.__getitem__),
        other_units,
        [c.title for c in table.columns if c.required and c.required.column_required and c.key not in places],
    )


def _can_rival(c: Column) -> bool:
    """Texts may be said twice: nothing is added up from them."""
    return c.is_typed and c.kind != "texte"


def _disagree(rows: Sequence[Row], official: int, other: int) -> bool:
    """Whether a line holds in the other column what it does not hold in the official one."""
    return any(r[other] != r[official] and (said := text(r[other])) and said != text(r[official]) for r in rows)


def _best_row(rows: Sequence[Row], table: Table) -> tuple[int, int, Titles]:
    """(known headings, rank of the first data row, headings) of the row that looks most like the headings.

    Headings broken over two rows are known together better than apart: the best row is also read joined with the
    one above and with the one below.
    """
    titles: list[Titles] = []
    known_ones: list[int] = []
    form_alone = 0
    for rank, row in enumerate(rows[: DEPTH + 1]):
        titles.append(tuple(map(_title, row)))
        known_ones.append(_known_heading_count(titles[rank], table))
        form_alone = rank if known_ones[rank] > known_ones[form_alone] else form_alone
        if rank > form_alone and known_ones[form_alone] > len(table.columns) // 2:
            break  # this is the row of headings, and the row below it has been seen
    if not known_ones:
        return 0, 0, ()
    best = (known_ones[form_alone], form_alone + 1, titles[form_alone])
    for rank in (form_alone - 1, form_alone):
        if 0 <= rank < len(titles) - 1:
            joined_titles = tuple(f"{a} {b}".strip() for a, b in zip(titles[rank], titles[rank + 1], strict=True))
            if (matched_headings := _known_heading_count(joined_titles, table)) > best[0]:
                best = (matched_headings, rank + 2, joined_titles)
    return best


def _known_heading_count(titles: Titles, table: Table) -> int:
    return sum(heading_key(t) in table.headings for t in titles if t)


def _title(cell: object) -> str:
    return cell.strip() if isinstance(cell, str) else ""


def _exact_headings(titles: Titles, table: Table) -> dict[str, list[int]]:
    found_ones: dict[str, list[int]] = {}
    for rank, title in enumerate(titles):
        if title and (key := table.headings.get(heading_key(title))):
            found_ones.setdefault(key, []).append(rank)
    return found_ones


def _mistyped_headings(titles: Titles, places: dict[str, int], table: Table) -> dict[str, int]:
    """Mistyped headings: the likest pairs first, each column and each heading once."""
    taken = set(places.values())
    free_headings = {name: key for name, key in table.headings.items() if key not in places}
    pairs = []
    for rank, title in enumerate(titles):
        if title and rank not in taken:
            for name, note, _ in process.extract(
                _without_unit(title), free_headings.keys(), scorer=fuzz.ratio, score_cutoff=LIKENESS
            ):
                pairs.append((-note, rank, free_headings[name]))
    mistyped: dict[str, int] = {}
    for _, rank, key in sorted(pairs):
        if key not in mistyped and rank not in mistyped.values():
            mistyped[key] = rank
    return mistyped


def _without_unit(title: str) -> str:
    """A heading that says another unit, as if it did not: « Montant HT » is a column of amounts, to be refused as such."""
    return heading_key(without_unit(title)) if unit_said(title) else heading_key(title)


def _renamed_headings(titles: Titles, places: dict[str, int], table: Table) -> set[str]:
    """Renamed headings, and those whose brackets say what is not understood."""
    return {
        c
        for c, r in places.items()
        if heading_key(titles[r]) != heading_key(table.by_key[c].title)
        or (titles[r] != table.by_key[c].title and odd_words(titles[r], table.by_key[c].title))
    }


def _other_units(
    rows: Sequence[Row],
    first: int,
    places: dict[str, int],
    table: Table,
    first_column: int,
    first_row: int,
    sheet: str,
) -> Iterator[Finding]:
    """Notes that give another unit to the amounts: anywhere above the headings, or right below one of them."""
    euros = {r: c for c, r in places.items() if table.by_key[c].kind == "euros"}
    for number, row in enumerate(rows):
        for rank, cell in enumerate(row):
            if not cell or not (number < first - 1 or (number >= first and rank in euros)):
                continue
            if unit := announced(cell):
                title = table.by_key[euros[rank]].title if rank in euros else "euros TTC"
                columns_read = " ".join(str(cell).split())
                where = address(first_column + rank, first_row + number + 1)
                yield on_workbooks.column_unit(columns_read, title, unit, sheet=sheet, cell=where)


def _moved_columns(places: dict[str, int], table: Table) -> set[str]:
    """The fewest columns whose move explains the order seen: those outside the longest run left in order."""
    order = [c.key for c in table.columns if c.key in places]
    ends: list[int] = []
    length: dict[str, int] = {}
    for key in order:
        length[key] = bisect_left(ends, places[key])
        ends[length[key] : length[key] + 1] = [places[key]]
    keep, expected_length = set(), len(ends) - 1
    for key in reversed(order):
        if length[key] == expected_length:
            keep.add(key)
            expected_length -= 1
    return set(order) - keep
