"""What a question is made of: one record holds all that is particular to it. Pure; never reads a sentence, never answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bots.next_questions import Button
from config.folder import Folder
from reports.answer import Answer, Element
from reports.charts import Bars
from reports.view import Subject, View

Sentence = Callable[[Answer, Folder], str]


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure as people name it. `unit` as in `Answer`; `formula` in words of the trade."""

    name: str
    unit: str
    formula: str


@dataclass(frozen=True, slots=True)
class FigureLines:
    """The lines behind a figure that is no gain: what finds them, what they add up to, the sentence above them."""

    function: Callable[[View, Subject], Answer]
    metric: Metric
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Picture:
    """How an answer is drawn."""

    bars: Bars
    needs: frozenset[str] = frozenset()
    """The amounts, by their JSON names, without which there is nothing to draw."""


def _its_parts(r: Answer) -> tuple[Element, ...]:
    return r.elements


@dataclass(frozen=True, slots=True)
class Intention:
    """One kind of question. The first row with a turn of phrase in the sentence wins, then the first with a word."""

    key: str
    words: tuple[str, ...]
    """Compared without case or accents, a plural or a slip of the finger allowed."""
    example: str
    help_text: str
    function: Callable[[View, Subject], Answer]
    metric: Metric

    # How it is asked
    template: str = ""
    """The question asked of one place and one exercice: what an answer in doubt proposes."""
    wordings: tuple[str, ...] = ()
    """Turns of phrase (regular expressions over words without accents), looked for before any word."""
    axes: tuple[str, ...] = ()
    """Along what its figure can be broken down."""
    leaves_out: bool = True
    """Whether a territory can be left out of it; an objective is that of a whole."""
    of_several: bool = False
    """Whether it makes something of several exercices, or says so itself; any other is told of one at a time."""
    gains_verb: str = ""
    """What it does of gains, and of no other measure."""
    other_measure: bool = False
    """Whether it is a measure that such a verb is asked of in vain."""
    sorts_nobody: bool = False
    """Whether « qui » asks it to sort territories, which it does not."""

    # Who may have it
    total_alone: bool = False
    """Whether the figure alone, without its lines, still answers: what someone entitled to totals gets, once
    `reports/disclosure.py` knows what may be told of it."""
    lines_open: bool = False
    """Whether its lines are themselves totals of territories, open to whoever may see these."""

    # How it is told
    sentence: Sentence | None = None
    """The figure in a sentence; without one its name, whose it is and how much are said."""
    title: Callable[[Answer], str] | None = None
    """The figure alone, as one says it aloud; without one, or when it says nothing, the amount or the rate."""
    shown: Callable[[Answer], tuple[Element, ...]] = _its_parts
    """The lines under the sentence: none when it says them already."""
    in_sentence: bool = False
    """Whether its parts are in the sentence, which then hides none."""
    ranked: bool = False
    """Whether its lines are ranks by gains, each of somebody."""
    exact: bool = False
    """Whether the amounts of its lines are said to the cent."""
    by_ght: bool = False
    """Whether it is told GHT by GHT whatever is asked: its lines, and its picture, are where each of them stands."""
    of_a_total: bool = False
    """Whether it is about a total: drawn by its parts, told with its amounts and the costliest of what is struck."""
    declared_too: bool = False
    """Whether what was declared stands among these amounts."""

    # What comes of it
    opens: str = "pourquoi"
    """The question that « pourquoi ? » then asks; empty when there is no figure to open."""
    lines: FigureLines | None = None
    """The lines of its own figure, when they are not those of the gains."""
    picture: Picture | None = None
    workbook: bool = False
    """Whether its figure is made of the lines of one territory, which a workbook can list."""
    buttons: tuple[Button, ...] = ()
    """What is asked next."""

    def suggests(self, place: str, exercice: int) -> str:
        """« rejets GHT Jura 2021 »."""
        return (self.template or f"{self.key} {{lieu}} {{annee}}").format(lieu=place, annee=exercice)
