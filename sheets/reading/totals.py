"""The lines of a tab that only add others up: totals, subtotals, headings repeated; and totals that nothing adds up to.

Never counts what such a line holds.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import accumulate

from config.french import text_key
from sheets.checks import on_workbooks
from sheets.findings import Finding
from sheets.reading.headings import HEADINGS_NEEDED
from sheets.reading.read_tab import LineRead
from sheets.trame import Table, heading_key

SUMS_ASKED = 200
"""Amounts alone on their line past which none is looked at: they are no totals."""
TOTALS_CHECKED = 20
"""Total lines of a tab that are checked against its lines; past them, something else is wrong."""
CENTS_OF_ROUNDING = 100
_TOTAL = re.compile(r"(?:(?:sous|s|grand|gains?|montants?) )?tota(?:l|ux)\b|somme\b|cumul\b|ensemble$")


def could_be_sums(lines: list[LineRead], table: Table, columns: dict[str, str]) -> list[str]:
    """The amounts of the lines that hold nothing else than amounts and a label: an action says what it is."""
    asked = [
        f"{columns[c]}{line.number}"
        for line in lines
        if _may_be_bare(line, table)
        for c in line.values
        if table.by_key[c].kind == "euros"
    ]
    return asked if len(asked) <= SUMS_ASKED else []


def _may_be_bare(line: LineRead, table: Table) -> bool:
    """Whether a line may hold nothing but a sum and its label, as no line of that trame does."""
    told = table.total_lines
    return told is not None and told.never_filled not in line.values and _has_only_a_label(line, table)


def _columns_of_words(line: LineRead, table: Table) -> list[str]:
    """The columns where a line says something in words, the number that we have given it aside."""
    return [c for c, t in line.values.items() if isinstance(t, str) and not table.by_key[c].is_ours]


def _has_only_a_label(line: LineRead, table: Table) -> bool:
    """Whether a line names nothing of its own: no word at all, or one label that many lines share."""
    said = _columns_of_words(line, table)
    return not said or (len(said) == 1 and table.by_key[said[0]].kind == "nomenclature")


def _adds_up(line: LineRead, above: list[LineRead], amount: str) -> bool:
    """Whether the amount of a line is that of several lines just above it, from any of them on."""
    sums = accumulate(li.values.get(amount) or 0 for li in reversed(above))
    return bool(line.values.get(amount)) and line.values[amount] in list(sums)[1:]


def without_totals(
    lines: list[LineRead], table: Table, sums: Collection[int]
) -> tuple[list[LineRead], list[LineRead]]:  # fmt: skip
    """The lines, and those that are none: totals, and headings repeated as they are for print.

    `sums` are the numbers of the lines of amounts and a label alone where a formula adds others up.
    """
    bare = {li.number for li in lines if _may_be_bare(li, table)}
    looked_at = bare if len(bare) <= SUMS_ASKED else set()
    kept_lines: list[LineRead] = []
    others: list[LineRead] = []
    total_of = 0
    for line in lines:
        amount = line.values.get(table.amount) or 0
        equal = len(kept_lines) > 1 and amount == total_of != 0
        label = equal and len(_columns_of_words(line, table)) <= 1
        silent = line.number in sums or label or (line.number in looked_at and _adds_up(line, kept_lines, table.amount))
        if _repeats_headings(line, table) or _is_total(line, table, silent=silent):
            others.append(line)
        else:
            kept_lines.append(line)
            total_of += amount
    return kept_lines, others


def _repeats_headings(line: LineRead, table: Table) -> bool:
    if not line.problems:  # a heading is no amount, no date and no label of a list
        return False
    texts = [t for t in line.values.values() if isinstance(t, str)] + [p.shown for p in line.problems.values()]
    return len(texts) >= HEADINGS_NEEDED and sum(heading_key(t) in table.headings for t in texts) > len(texts) // 2


def _is_total(line: LineRead, table: Table, *, silent: bool) -> bool:
    """A line without status that says « total », or that holds nothing but a sum: by its formula, or of what stands above."""
    if table.total_lines is None:
        return False
    status = line.problems.get(table.total_lines.status)
    if table.total_lines.status in line.values or (status and not _TOTAL.match(text_key(status.shown))):
        return False
    texts = [text_key(t) for t in line.values.values() if isinstance(t, str)]
    return silent or status is not None or any(map(_TOTAL.match, texts))


def wrong_totals(
    lines: list[LineRead], totals: list[LineRead], table: Table, columns: dict[str, str], sheet: str
) -> Iterator[Finding]:
    """Totals that no run of the lines above them adds up to, nor all the lines, nor those of a status alone."""
    for total in totals:
        for c in (c for c in total.values if table.by_key[c].kind == "euros"):
            above = [line for line in lines if line.number < total.number] or lines
            written, added = total.values[c], sum(line.values.get(c) or 0 for line in above)
            sums = _sums(above, lines, c, table)
            if lines and not any(abs(written - s) <= CENTS_OF_ROUNDING for s in sums):
                said = on_workbooks.total_different(written, added, table.by_key[c].title, sheet=sheet,
                                               line=total.number, cell=f"{columns[c]}{total.number}")  # fmt: skip
                yield said


def _sums(above: list[LineRead], lines: list[LineRead], column: str, table: Table) -> Iterator[int]:
    """What a total may well be: of the lines just above it, from any of them on, whatever their status or of some alone."""
    told = table.total_lines
    for kind in (None, *(told.kinds if told else ())):
        for all_of_them in (reversed(above), lines):
            kept = (
                li.values.get(column) or 0
                for li in all_of_them
                if told is None or kind is None or li.values.get(told.status) in kind
            )
            yield from accumulate(kept)
