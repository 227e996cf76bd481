"""The lines of a tab that are no actions: totals, subtotals, headings repeated; and totals that nothing adds up to.

Never counts what such a line holds.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import accumulate

from config.french import cle
from sheets.checks import on_workbooks
from sheets.findings import Finding
from sheets.reading.headings import HEADINGS_NEEDED
from sheets.reading.read_tab import LineRead
from sheets.trame import Trame, heading_key

SUMS_ASKED = 200
"""Amounts alone on their line past which none is looked at: they are no totals."""
TOTALS_CHECKED = 20
"""Total lines of a tab that are checked against its lines; past them, something else is wrong."""
CENTS_OF_ROUNDING = 100
_TOTAL = re.compile(r"(?:(?:sous|s|grand|gains?|montants?) )?tota(?:l|ux)\b|somme\b|cumul\b|ensemble$")


def could_be_sums(lines: list[LineRead], trame: Trame, columns: dict[str, str]) -> list[str]:
    """The amounts of the lines that hold nothing else than amounts and a label: an action says what it is."""
    asked = [
        f"{columns[c]}{line.number}"
        for line in lines
        if "date_premiere_commande" not in line.values and _has_only_a_label(line, trame)
        for c in line.values
        if trame.by_key[c].kind == "euros"
    ]
    return asked if len(asked) <= SUMS_ASKED else []


def _columns_of_words(line: LineRead, trame: Trame) -> list[str]:
    """The columns where a line says something in words, the number that we have given it aside."""
    return [c for c, t in line.values.items() if isinstance(t, str) and not trame.by_key[c].is_ours]


def _has_only_a_label(line: LineRead, trame: Trame) -> bool:
    """Whether a line names nothing of its own: no word at all, or one that many lines share, as a famille."""
    said = _columns_of_words(line, trame)
    return not said or (len(said) == 1 and trame.by_key[said[0]].kind == "nomenclature")


def _adds_up(line: LineRead, above: list[LineRead]) -> bool:
    """Whether the gain of a line is that of several lines just above it, from any of them on."""
    gains = accumulate(li.values.get("gain_annuel") or 0 for li in reversed(above))
    return bool(line.values.get("gain_annuel")) and line.values["gain_annuel"] in list(gains)[1:]


def without_totals(
    lines: list[LineRead], trame: Trame, sums: Collection[int]
) -> tuple[list[LineRead], list[LineRead]]:  # fmt: skip
    """The actions, and the lines that are none: totals, and headings repeated as they are for print.

    `sums` are the numbers of the lines of amounts and a label alone where a formula adds others up.
    """
    bare = {li.number for li in lines if "date_premiere_commande" not in li.values and _has_only_a_label(li, trame)}
    looked_at = bare if len(bare) <= SUMS_ASKED else set()
    kept_lines: list[LineRead] = []
    others: list[LineRead] = []
    total_of = 0
    for line in lines:
        equal = len(kept_lines) > 1 and line.values.get("gain_annuel") == total_of != 0
        label = equal and len(_columns_of_words(line, trame)) <= 1
        silent = line.number in sums or label or (line.number in looked_at and _adds_up(line, kept_lines))
        if _repeats_headings(line, trame) or _is_total(line, trame, silent=silent):
            others.append(line)
        else:
            kept_lines.append(line)
            total_of += line.values.get("gain_annuel") or 0
    return kept_lines, others


def _repeats_headings(line: LineRead, trame: Trame) -> bool:
    if not line.problems:  # a heading is no amount, no date and no label of a list
        return False
    texts = [t for t in line.values.values() if isinstance(t, str)] + [p.shown for p in line.problems.values()]
    return len(texts) >= HEADINGS_NEEDED and sum(heading_key(t) in trame.headings for t in texts) > len(texts) // 2


def _is_total(line: LineRead, trame: Trame, *, silent: bool) -> bool:
    """A line without status that says « total », or that holds nothing but a sum: by its formula, or of what stands above."""
    statut = line.problems.get("statut")
    if "statut" in line.values or (statut and not _TOTAL.match(cle(statut.shown))):
        return False
    texts = [cle(t) for t in line.values.values() if isinstance(t, str)]
    return silent or statut is not None or any(map(_TOTAL.match, texts))


def wrong_totals(
    lines: list[LineRead], totals: list[LineRead], trame: Trame, columns: dict[str, str], sheet: str
) -> Iterator[Finding]:
    """Totals that no run of the lines above them adds up to, nor all the lines, nor those of a status alone."""
    for total in totals:
        for c in (c for c in total.values if trame.by_key[c].kind == "euros"):
            above = [line for line in lines if line.number < total.number] or lines
            written, added = total.values[c], sum(line.values.get(c) or 0 for line in above)
            if lines and not any(abs(written - s) <= CENTS_OF_ROUNDING for s in _sums(above, lines, c)):
                said = on_workbooks.total_different(written, added, trame.by_key[c].title, sheet=sheet,
                                               line=total.number, cell=f"{columns[c]}{total.number}")  # fmt: skip
                yield said


def _sums(above: list[LineRead], lines: list[LineRead], column: str) -> Iterator[int]:
    """What a total may well be: of the lines just above it, from any of them on, whatever their status or of one alone."""
    for statuts in (None, {"réalisé"}, {"réalisé", "notifié"}):
        for all_of_them in (reversed(above), lines):
            kept = (
                li.values.get(column) or 0
                for li in all_of_them
                if statuts is None or li.values.get("statut") in statuts
            )
            yield from accumulate(kept)
