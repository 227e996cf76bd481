"""The first tab of a trame: instructions, and what is asked once. Its words stand here for template and reader."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from config.french import text_key
from sheets.cell_address import address
from sheets.cells import Problem, euros, text
from sheets.reading.opening import RawTab
from sheets.reading.units import announced, unit_said
from sheets.stamp import Stamp

TITLE = "Mode d'emploi"
HANDED_IN_LABEL = "Trame remise"
CONTACT = "Contact"
FINESS = "FINESS"
PURCHASES = "Achats totaux de l'exercice (€ TTC)"
NEANT = "Rien à déclarer"
YES = "oui"
DEPTH = 60
"""Rows in which the first tab is known."""
HINTS = {
    HANDED_IN_LABEL: "« oui » quand la saisie est finie : tant qu'elle ne l'est pas, le chiffre est provisoire.",
    CONTACT: "La fonction et l'adresse de service de qui répondra aux questions.",
}
"""What stands beside each cell to fill in; never taken for an answer."""


@dataclass(slots=True)
class FirstTab:
    """What the first tab says."""

    handed_in: bool = False
    contact: str = ""
    purchases: dict[str, int] = field(default_factory=dict)
    neants: set[str] = field(default_factory=set)
    unreadable_ones: dict[str, Problem] = field(default_factory=dict)
    """Cells of total purchases that hold something else than an amount."""
    without_purchases: set[str] = field(default_factory=set)
    """Cells of total purchases that came back blank."""
    zeros: set[str] = field(default_factory=set)
    """Cells of total purchases that hold 0."""
    unclear: dict[str, FirstTabAnswer] = field(default_factory=dict)
    """By cell, answers that are neither yes nor no; under "", the question itself is nowhere."""
    said: str = ""
    """What is answered to « Trame remise », as it is written."""
    answered: str = ""
    """The cell where it is, or should be."""
    not_answered: str = ""
    """The same, when it came back blank."""
    units: dict[str, Unit] = field(default_factory=dict)
    """By cell, notes that give another unit to all amounts of the workbook."""
    unit_of_purchases: tuple[str, Unit] | None = None
    """The cell and heading of the total purchases, when it says another unit: they are not read."""


class FirstTabAnswer(NamedTuple):
    """What was answered to a question of the first tab."""

    question: str
    said: str


class Unit(NamedTuple):
    """A unit other than euros TTC, and the words that say it."""

    said: str
    unit: str


_YES = re.compile(
    r"oui(?: (?:ok|merci|remise?|fait|termine|complete?|tout|c est (?:fait|bon)|le [0-9]{1,2} [0-9]{1,2}(?: [0-9]{2,4})?))?"
    r"|o|x|v|vrai|true|1|ok|yes|remise?|trame remise|fait|c est (?:fait|bon)|termine"
)
_NO = re.compile(r"non(?: (?:remise?|pas encore))?|n|no|faux|false|0|pas encore|en cours|non termine")
_NOTHING = re.compile(r"neant|rien(?: a declarer)?|aucune?(?: action| gain)?")
"""What says yes to « Rien à déclarer » in its own words."""
_TICKED, _CROSSED = "✓✔☑✅", "☐✗✘❌"


def answer(said: str) -> bool | None:
    """Yes or no, where it is plainly said; None for anything else (« le 12/03 », « oui sauf Morez », « à valider »)."""
    key = text_key(said)
    if "?" in said:
        return None
    if any(sign in said for sign in _TICKED + _CROSSED) and not key:
        return any(sign in said for sign in _TICKED)
    if not key:
        return None if said.strip(" -–—.") else False
    return True if _YES.fullmatch(key) else False if _NO.fullmatch(key) else None


def first_tab(tabs: Iterable[tuple[RawTab, Stamp | None]]) -> RawTab | None:
    """The first tab, wherever it stands among the tabs and their stamps: by its name, its table, the stamp of the workbook.

    Never the tab of an établissement, nor one that merely holds « Trame remise », as a note may.
    """
    marks = [(o, _marks(o, bool(stamp))) for o, stamp in tabs if not (stamp and stamp.finess)]
    known = [(o, m) for o, m in marks if m.named or m.table or (m.stamped and m.asks)]
    return max(known, key=lambda o: o[1], default=(None, None))[0]


class _Marks(NamedTuple):
    """What a tab bears of the first one, the surest first."""

    stamped: bool
    named: bool
    asks: bool
    table: bool


def _marks(tab: RawTab, stamped: bool) -> _Marks:
    rows = [{text_key(c) for c in r if c and isinstance(c, str)} for r in tab.rows[:DEPTH]]
    asks = any(label == text_key(HANDED_IN_LABEL) or _ASKED.match(label) for row in rows for label in row)
    return _Marks(
        stamped,
        text_key(tab.name) == text_key(TITLE),
        asks,
        any({text_key(FINESS), text_key(NEANT)} <= row for row in rows),
    )


_ASKED = re.compile(f"{text_key(HANDED_IN_LABEL)} (?=.{{1,40}}$)")
"""The question with its answer in the same cell: « Trame remise : oui »."""


def read(tab: RawTab) -> FirstTab:
    """Read the first tab by its labels, wherever they have been moved to."""
    answers = FirstTab()
    columns: dict[str, int] = {}
    for number, row in enumerate(tab.rows, tab.first_row + 1):
        labels = {text_key(c): rank for rank, c in enumerate(row) if isinstance(c, str) and c.strip()}
        here = _Place(tab.first_column, number)
        if label := next((t for t in labels if t == text_key(HANDED_IN_LABEL) or _ASKED.match(t)), None):
            _handed_in(answers, row, labels[label], here)
            continue
        if text_key(CONTACT) in labels:
            answers.contact = _next_to_label(row, labels[text_key(CONTACT)])[1]
        if text_key(FINESS) in labels and text_key(NEANT) in labels:
            columns = _headings(answers, labels, row, here)
            continue
        if columns:
            _etablissement(answers, row, columns, here)
        if text_key(CONTACT) not in labels:
            notes = ((rank, str(c), announced(c)) for rank, c in enumerate(row) if c)
            answers.units |= {here.cell(rank): Unit(" ".join(c.split()), unit) for rank, c, unit in notes if unit}
    if not answers.answered:
        answers.unclear[""] = FirstTabAnswer(HANDED_IN_LABEL, "")
    return answers


class _Place(NamedTuple):
    """Where a row stands: the rank of its first column, and its number in the sheet."""

    first_column: int
    number: int

    def cell(self, rank: int) -> str:
        return address(self.first_column + rank, self.number)


def _handed_in(answers: FirstTab, row: list[object], rank: int, here: _Place) -> None:
    """What is answered to « Trame remise », beside it or in its own cell; asked twice, it wants the same answer twice."""
    where, said = _next_to_label(row, rank)
    if not said:
        said = _ASKED.sub("", text_key(str(row[rank]))) if _ASKED.match(text_key(str(row[rank]))) else ""
        where = rank if said else rank + 2
    if answers.said and not said:
        return
    yes = answer(said)
    if answers.said and answer(answers.said) is not yes:
        yes, said = None, f"{answers.said} puis {said}"
    if yes is None:
        answers.unclear[here.cell(where)] = FirstTabAnswer(HANDED_IN_LABEL, said)
    answers.said, answers.handed_in, answers.answered = said, bool(yes), here.cell(where)
    answers.not_answered = "" if said else answers.answered
    answers.zeros |= {answers.answered} if said == "0" else set()


def _next_to_label(row: list[object], rank: int) -> tuple[int, str]:
    """The first thing written to the right of a label, and its rank; our own words are left out."""
    rest = ((r, text(c)) for r, c in enumerate(row[rank + 1 :], rank + 1))
    return next(((r, t) for r, t in rest if t and t not in HINTS.values()), (rank, ""))


_PURCHASES = re.compile(r"achats tota(?:l|ux)\b|tota(?:l|ux) (?:des |d )?achats\b")


def _headings(answers: FirstTab, labels: dict[str, int], row: list[object], here: _Place) -> dict[str, int]:
    """The rank of each column of the table; the purchases' is -1 when it is gone, or says another unit."""
    purchases = next((rank for label, rank in labels.items() if _PURCHASES.search(label)), -1)
    title = str(row[purchases]) if purchases >= 0 else ""
    if unit := unit_said(title):
        answers.unit_of_purchases = (here.cell(purchases), Unit(" ".join(title.split()), unit))
        purchases = -1
    return {FINESS: labels[text_key(FINESS)], PURCHASES: purchases, NEANT: labels[text_key(NEANT)]}


def _etablissement(answers: FirstTab, row: list[object], columns: dict[str, int], here: _Place) -> None:
    finess = (text(row[columns[FINESS]]) or "").zfill(9)
    if not finess.strip("0"):
        return
    if columns[PURCHASES] >= 0:
        where, purchases = here.cell(columns[PURCHASES]), euros(row[columns[PURCHASES]])
        if isinstance(purchases, Problem):
            answers.unreadable_ones[where] = purchases
        elif purchases:
            answers.purchases[finess] = purchases
        else:
            (answers.without_purchases if purchases is None else answers.zeros).add(where)
    said = text(row[columns[NEANT]]) or ""
    yes = True if _NOTHING.fullmatch(text_key(said)) else answer(said)
    if yes:
        answers.neants.add(finess)
    elif yes is None:
        answers.unclear[here.cell(columns[NEANT])] = FirstTabAnswer(NEANT, said)
