"""What a layout is. One declaration drives the template, the reader, the checks, the table and the documentation.

A new trame is one folder in `sheets/trames/`; nothing here knows any of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, Literal, NamedTuple, get_args

from config.folder import Folder
from config.french import text_key
from sheets.checks.catalogue import Check, Deviation, Reach

ColumnKind = Literal["texte", "euros", "nombre", "entier", "date", "liste", "nomenclature", "calcul"]
"""euros → cents, nombre → Decimal, liste → a label of `choices`, nomenclature → an official label or the text
as typed, calcul → a formula for the person filling, recomputed by us and never read."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """When a column must be filled. `code` is the check that reports its absence."""

    text: str
    when: Callable[[Mapping[str, Any]], bool]
    code: str = "valeur-absente"
    column_required: bool = True
    """Whether a tab without that column at all is refused."""


EURO_FORMAT = "#,##0.00\\ [$€-40C];[Red]-#,##0.00\\ [$€-40C]"
RATE_FORMAT = "0.0%"
"""As Excel writes them."""
NUMBER = "action_id"
"""The column of every table where a line bears its number: given by us, it follows the line."""
SET_LINE_PLACE = 5
"""How many fields say where a line stands, before the columns that the checks on a whole campaign read."""
ALWAYS = Requirement("toujours", lambda _: True)


@dataclass(frozen=True, slots=True)
class Column:
    """`choices` holds the labels of a list, or the name of a list of the region's folder."""

    key: str
    title: str
    kind: ColumnKind
    help_text: str
    required: Requirement | None = None
    choices: tuple[str, ...] | str = ()
    synonyms: tuple[str, ...] = ()
    formula: str = ""
    format: str = ""
    width: int = 16
    is_ours: bool = False
    """Written by us: given or recomputed, so a line that holds nothing else is blank."""

    @property
    def is_typed(self) -> bool:
        return not self.is_ours and self.kind != "calcul"


@dataclass(frozen=True, slots=True)
class Signal:
    """A conditional format: these columns take this colour while that formula holds on their line.

    The formula names columns, `{exercice}`, and the family's bounds `{borne_1}` and `{borne_2}`.
    """

    columns: tuple[str, ...]
    formula: str
    colour: Literal["retiree", "a_expliquer"]


def _never(_line: Any) -> bool:
    return False


def _nothing_to_say(_known: Any, _typed: Any) -> Iterable[tuple[Check, Deviation]]:
    return ()


def _worth_nothing(_line: Any, _exercice: int, _situation: date) -> tuple[int, ...]:
    return ()


def _the_line(before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    return () if list(before) == list(after) else ("la ligne",)


def _nothing_computed(_line: Any, _worth: Any, _positive: int) -> Mapping[str, float]:
    return {}


@dataclass(frozen=True, slots=True)
class Measure:
    """What a line is worth: a whole number kept with it, which lines and tabs add up. Cents when its unit is EUR."""

    key: str
    unit: Literal["EUR", "jours", "nombre"]
    struck_whole: bool = False
    """A strike takes all of it; else what is above 0 alone, so that striking never raises a total."""

    def struck(self, amount: int) -> int:
        """What a strike takes of it."""
        return amount if self.struck_whole else max(amount, 0)


@dataclass(frozen=True, eq=False, slots=True)
class Identity:
    """How a line is known again from one sending to the next, and what a decision on it rests on."""

    ways: tuple[tuple[str, Callable[[Any], tuple[Any, ...]]], ...]
    """In words, and as a trait of a typed line, how alike two lines must be: the surest first, the last one says little.
    Each must single out one line on both sides."""
    decided_on: tuple[str, ...]
    """The columns a decision rests on: kept with it, as text, in this order."""
    what_changed: Callable[[Sequence[str], Sequence[str]], tuple[str, ...]] = _the_line
    """From those texts when it was taken to those of now, what changed, in words; nothing when the decision holds."""
    amounts: tuple[str, ...] = ()
    """The columns in cents that a locked line is held to."""
    may_go: Callable[[Any], bool] = _never
    """Whether a typed line may be gone from the next sending without a word."""
    gone_advice: str = "Remettez la ligne avec son numéro."
    """What to do when one is gone."""
    compared: Callable[[Any, Any], Iterable[tuple[Check, Deviation]]] = _nothing_to_say
    """(known, typed): what is to be said of a line against what the same one held before."""


@dataclass(frozen=True, eq=False, slots=True)
class CarryingOver:
    """How a line goes on from one exercice into the next: there, what is already known of it counts."""

    measure: str
    """What is left to the next exercice: a line that leaves nothing is not carried over."""
    is_same: Callable[[Any, Any], bool]
    """(typed, known): whether a line under a known number is that very one, and not a new one."""
    known_over: Callable[[Any, Any], Any]
    """(typed, known): the typed line once what is known has taken the place of what was typed."""
    in_words: Callable[[Any], str]
    """What counts of such a line, in words."""
    not_taken_up: Check
    """(number, campaign, what it leaves): a known line is not in the tab, and counts for nothing."""
    modified: Check
    """(campaign, what was typed, what is known, both in words, column): what is known counts."""
    note: Callable[[str, int], str]
    """(campaign, what it leaves): what is said of such a line where a template comes with it."""


@dataclass(frozen=True, slots=True)
class TotalLines:
    """How a line that adds others up is told from them. It never fills `never_filled`, and hardly ever `status`."""

    never_filled: str
    status: str
    advice: str
    """What to do of one that is no total."""
    kinds: tuple[frozenset[str], ...] = ()
    """Statuses that a total may be limited to."""


@dataclass(frozen=True, eq=False, slots=True)
class Examples:
    """A line that no check has anything to say about, by column, and what is typed over it for the engine's checks."""

    valid: Mapping[str, object]
    typed_over: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]] = field(default_factory=dict)
    """By code of check: cells that pass, cells that do not."""


@dataclass(frozen=True, eq=False)
class Table:
    """The lines of one kind of tab, and all that is particular to them: nothing of it is known anywhere else.

    `line(**values)` builds the typed line; `worth(line, exercice, situation)` gives its measures, in their order.
    """

    code: str
    """Its trame's, and after a « / » its own when the trame has several: « suivi/seances »."""
    title: str
    columns: tuple[Column, ...]
    line: Callable[..., Any]
    examples: Examples
    identity: Identity
    measures: tuple[Measure, ...] = ()
    worth: Callable[[Any, int, date], tuple[int, ...]] = _worth_nothing
    checks: tuple[Check, ...] = ()
    headline: str = ""
    """The measure that is declared = struck + kept, if any."""
    titled_by: str = ""
    """The column that names a line in words."""
    amount: str = ""
    """The column where the amount of a line is typed: its cell is where a figure leads."""
    carrying: CarryingOver | None = None
    total_lines: TotalLines | None = None
    axes: tuple[str, ...] = ()
    """The columns along which the headline may be broken down."""
    computed: Callable[[Any, Any, int], Mapping[str, float]] = _nothing_computed
    """(line, its measures, positive headline of the workbook in cents) → the columns of kind `calcul`, as we compute them."""
    signals: tuple[Signal, ...] = ()
    private: tuple[str, ...] = ()
    """The columns that are never said in a chat, whatever they hold: a supplier's prices."""
    free_texts: tuple[str, ...] = ()
    """The columns where people write what they like: never in a chat, erased with the campaign."""
    set_line: type[Any] | None = None
    """What its checks on a whole campaign read of a stored line: a named tuple, its first fields being `SET_LINE_PLACE`
    (id, tab, number, GHT, FINESS), then columns, where a blank is '' or 0."""

    @property
    def short_code(self) -> str:
        """Without that of its trame."""
        return self.code.partition("/")[2] or self.code

    @cached_property
    def by_key(self) -> dict[str, Column]:
        return {c.key: c for c in self.columns}

    @cached_property
    def typed_columns(self) -> tuple[Column, ...]:
        return tuple(c for c in self.columns if c.kind != "calcul")

    @cached_property
    def required_columns(self) -> tuple[tuple[Column, Requirement], ...]:
        return tuple((c, c.required) for c in self.columns if c.required)

    @cached_property
    def headings(self) -> dict[str, str]:
        """Every way a heading may be written → the key of its column."""
        names: dict[str, str] = {}
        for c in self.columns:
            for name in (c.title, c.key, *c.synonyms):
                names.setdefault(heading_key(name), c.key)
        return names

    @cached_property
    def beside_title(self) -> str:
        """The column beside that which names a line: what stands before it stays in sight."""
        keys = list(self.by_key)
        return keys[keys.index(self.titled_by) + 1]

    @cached_property
    def headline_rank(self) -> int | None:
        """Which of the measures is the headline."""
        return next((rank for rank, m in enumerate(self.measures) if m.key == self.headline), None)

    def declared(self, worth: Sequence[int]) -> int:
        """The headline among the measures of a line; 0 when there is none."""
        return 0 if self.headline_rank is None else worth[self.headline_rank]

    @cached_property
    def _checks_by_reach(self) -> dict[Reach, tuple[Check, ...]]:
        return {reach: tuple(c for c in self.checks if c.reach == reach) for reach in get_args(Reach)}

    def checks_for(self, reach: Reach) -> tuple[Check, ...]:
        """Its checks on one line (ligne), on a tab (tableau), on a workbook (trame), on all that counts (campagne)."""
        return self._checks_by_reach[reach]


class Legend(NamedTuple):
    """In sentences: what makes a line be struck, what asks for an explanation, what a blank required cell comes to."""

    struck: str
    to_explain: str
    blank: str


def _usual_legend(_: Folder) -> Legend:
    return Legend("Ligne qui sera retirée.", "Explication attendue.", "Valeur obligatoire encore vide.")


@dataclass(frozen=True, eq=False)
class Trame:
    """A workbook that a GHT fills: its versions, its tables, when it is due, what its first tab says."""

    code: str
    title: str
    version: str
    versions_read: tuple[str, ...]
    tables: tuple[Table, ...]
    tab_for: Literal["etablissement", "ght"]
    """For whom a tab is filled: each établissement has one, of the only table; or the GHT has one for each table."""
    instructions: tuple[str, ...]
    """What the first tab says of how it is filled, in sentences."""
    legend: Callable[[Folder], Legend] = _usual_legend
    """What the colours of its tabs mean."""
    views: str = ""
    """In SQL, the views of what counts of it today, for whoever opens the register with another tool."""
    is_permanent: bool = False
    """Filled all year, and always the latest counts; else it is asked by campaigns."""

    @property
    def only_table(self) -> Table:
        """The table of a trame that has one. Raises ValueError for another."""
        (table,) = self.tables
        return table

    @property
    def checks(self) -> tuple[Check, ...]:
        """Those of its tables."""
        return tuple(c for t in self.tables for c in t.checks)


_UNITS = re.compile(r"\([^)]*\)")


@lru_cache(maxsize=8192)
def heading_key(title: str) -> str:
    """A heading without its units, case, accents, line breaks or punctuation."""
    return text_key(_UNITS.sub(" ", title)) or text_key(title)
