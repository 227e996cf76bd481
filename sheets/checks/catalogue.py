"""What a check is: a stable code, a gravité, why it exists, a sentence, a function. The catalogue lists them.

A check is declared where it is written, with `@check`; the page `docs/checks.md` follows from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, NamedTuple

from config.campaign import Campaign
from config.nomenclature import Nomenclature
from config.settings import Thresholds
from sheets.findings import Finding, Severity

Reach = Literal["classeur", "onglet", "cellule", "ligne", "tableau", "trame", "campagne", "histoire"]


class Deviation(NamedTuple):
    """What a check has to say: what was seen and expected, then what to do. `severity` overrides the check's."""

    message: str
    correction: str
    column: str = ""
    value: str = ""
    severity: Severity | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Context:
    """What the checks of a tab may know beside its lines: the campaign and the region's folder."""

    campaign: Campaign
    nomenclature: Nomenclature
    thresholds: Thresholds
    rules_on_trial: frozenset[str]
    purchases: int | None = None
    """Total purchases of the établissement in cents, when known."""


@dataclass(frozen=True, eq=False, slots=True)
class Check:
    """`reach` says what the function is given:

    classeur, onglet, histoire: the facts its sentence needs, by the reader or the ledger, which calls it;
    cellule: (titre, requis, probleme), for one cell that holds something else than expected, or nothing;
    ligne: (action, contexte), for one typed line; tableau, trame: (lignes, contexte), for a whole tab or workbook;
    campagne: (stored lines, region's folder), after a pull, for all that counts in a campaign.
    """

    code: str
    severity: Severity
    reach: Reach
    title: str
    why: str
    function: Callable[..., Any]
    trames: tuple[str, ...] = ("paat",)
    """The layouts whose lines it reads."""
    good: Mapping[str, str] = field(default_factory=dict)
    failing_cells: Mapping[str, str] = field(default_factory=dict)

    def finding(self, deviation: Deviation, **address: Any) -> Finding:
        """The finding at its address; the check's own gravité unless the case has another."""
        return Finding(
            self.code,
            deviation.severity or self.severity,
            deviation.message,
            deviation.correction,
            column=deviation.column,
            value=deviation.value,
            **address,
        )

    def __call__(self, *facts: Any, **address: Any) -> Finding:
        """The finding of a check that the reader calls itself, from the facts its sentence needs."""
        return self.finding(self.function(*facts), **address)


CATALOGUE: dict[str, Check] = {}
"""Every check by code, in the order of the documentation."""


def check(
    code: str,
    severity: Severity,
    reach: Reach,
    *,
    title: str,
    why: str,
    trames: tuple[str, ...] = ("paat",),
    good: Mapping[str, str] | None = None,
    failing_cells: Mapping[str, str] | None = None,
) -> Callable[[Callable[..., Any]], Check]:
    """Declare a check. `good` and `failing_cells` are cells typed over a valid line: one passes, the other does not."""

    def declare(function: Callable[..., Any]) -> Check:
        if code in CATALOGUE:
            raise ValueError(f"check declared twice: {code}")
        CATALOGUE[code] = Check(code, severity, reach, title, why, function, trames, good or {}, failing_cells or {})
        return CATALOGUE[code]

    return declare


@cache
def checks_for(trame: str, reach: Reach) -> tuple[Check, ...]:
    """The checks that read the lines of a layout, one by one (ligne), by tab (tableau) or together (trame)."""
    return tuple(c for c in CATALOGUE.values() if c.reach == reach and trame in c.trames)
