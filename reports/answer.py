"""What every answer is made of, whoever words it: a figure, its basis, its date, and the lines behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from config.objectives import Objective
from config.territory import Scope
from sheets.judged import Totals

Unit = Literal["EUR", "taux", "trames", "constats", ""]
FACTS: Mapping[str, Literal["EUR", "taux", "jour", "nombre"]] = {
    **dict.fromkeys(
        ("notifie", "report", "impute", "impute_reporte", "achats", "perimetre_traite", "gain_annuel", "retenu_avant",
         "objectif_avant"), "EUR"),
    **dict.fromkeys(("qualite_apres", "qualite_euros", "qualite_euros_apres"), "taux"),
    **dict.fromkeys(("depuis", "echeance", "ouverture"), "jour"),
    **dict.fromkeys(
        ("absents", "anciens", "achats_inconnus", "lignes_traitees", "exercices", "exercices_inconnus", "lignes", "retirees",
         "constats", "decisions", "incomplets", "du_bas", "verrouillees"), "nombre"),
}  # fmt: skip
"""In what each fact of an answer is: cents (euros, once it is JSON), a fraction, a day, a count."""


@dataclass(frozen=True, slots=True)
class CellAddress:
    """Where a figure was typed."""

    reference: str
    file: str
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class Element:
    """One line of an answer. `value` in the answer's unit; `precision` is what is said beside it.

    What someone typed may stand in `label`, and in `precision` too, unless it is said to be `ours`.
    """

    label: str
    value: int | Decimal | None = None
    precision: str = ""
    address: CellAddress | None = None
    code: str = ""
    territory: Scope | None = None
    """Whose figure it is, when it is one's: it may then be told only to those who may see that one's total."""
    struck: int = 0
    """Cents struck out beside a kept amount."""
    objective: int | None = None
    """Cents aimed at by that one, when it is known."""
    under_alert: int = 0
    """Cents of a kept amount that lines bearing an alert make."""
    rank: str = ""
    """« 2e sur 10 », in a ranking."""
    provisional: bool = False
    """Whether some of it was seen and not handed in."""
    ours: bool = False
    """Whether its label, and its `precision` but for what `outside` says, may leave the house as they are."""
    outside: str | None = None
    """What may leave the house of a `precision` of which someone typed a part."""

    @property
    def beside(self) -> str:
        """What is said beside the figure: its rank, then the rest."""
        return ", ".join(filter(None, (self.rank, self.precision)))

    @property
    def said_outside(self) -> str:
        """What may leave the house of its `precision`."""
        return (self.precision if self.ours else "") if self.outside is None else self.outside


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question. Amounts in cents, rates as fractions; `value` is None when unknown."""

    intention: str
    scope: Scope
    exercice: int
    campaign: str
    as_of: date
    value: int | Decimal | None
    unit: Unit
    received_so_far: int
    expected_trames: int
    totals: Totals = field(default_factory=Totals)
    """Lines and euros of the tabs that count."""
    campaigns: tuple[str, ...] = ()
    """The campaigns whose tabs make the figure, earliest first: a mid-year tab stands where no later one came."""
    provisional: int = 0
    """Cents kept in trames seen but not handed in."""
    adjustment: int = 0
    objective: Objective | None = None
    by: str = ""
    but_for: tuple[Scope, ...] = ()
    """What was left out of the territory."""
    place: Scope | None = None
    """Whose rank is told."""
    figure: str = ""
    """Whose lines these are, beside the gains."""
    elements: tuple[Element, ...] = ()
    """The parts of the figure: those that have an amount add up to it."""
    beside: tuple[Element, ...] = ()
    """What is told beside the figure and is no part of it: what a forecast imputes."""
    under_alert: int = 0
    """Cents kept by lines that bear an alert, but those for which a referent answers."""
    sources: tuple[date, date] | None = None
    """The days on which the oldest and the youngest of the tabs that count were received."""
    rounded: int = 0
    """Cents to which every amount is rounded, for who may see totals alone; 0 when nothing is."""
    mask: Mapping[str, str] = field(default_factory=dict)
    """What is withheld, by the name it has in JSON, and why. Where it would stand is a 0 that nobody may show."""
    closed: Literal["", "parts", "ranks"] = ""
    """What was asked besides and is not open to whoever asks: the parts of the figure, or the other ranks."""
    heavy: tuple[Element, ...] = ()
    """The lines that alone make more than a configured share of what is kept."""
    facts: Mapping[str, int | Decimal | date] = field(default_factory=dict)
    """What one kind of answer says besides: each has its unit in `FACTS`."""

    def cents(self, fact: str) -> int:
        """A fact that is an amount."""
        return self._whole(fact, "EUR")

    def count(self, fact: str) -> int:
        """A fact that is a count."""
        return self._whole(fact, "nombre")

    def day(self, fact: str) -> date:
        """A fact that is a day."""
        value = self.facts[fact]
        assert isinstance(value, date)
        return value

    def _whole(self, fact: str, unit: str) -> int:
        value = self.facts[fact]
        assert isinstance(value, int)
        assert FACTS[fact] == unit
        return value

    @property
    def line_count(self) -> int:
        """How many lines there are behind the figure, those that were not asked for included."""
        known = next((f for f in ("lignes", "constats") if f in self.facts), None)
        return self.count(known) if known else len(self.elements)

    @property
    def nothing_received(self) -> bool:
        """Whether no tab counts: nothing is known, which is not a gain of 0."""
        return self.sources is None

    @property
    def attainment(self) -> Decimal | None:
        """What is kept over the objective; None without an objective, or when nothing was received."""
        if self.objective is None or self.objective.amount == 0 or "retenu" in self.mask or self.nothing_received:
            return None
        return Decimal(self.totals.kept) / self.objective.amount

    @property
    def outside_alert(self) -> int:
        """Cents kept by the lines that bear no alert, or for which a referent answers."""
        return self.totals.kept - self.under_alert
