"""What a check is: a stable code, a gravité, why it exists, a sentence, a function. The catalogue lists them.

A check is declared where it is written, with `@check`: the engine's in `sheets/checks/`, a trame's in its folder. The
page `docs/controles.md` follows from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
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


def check(
    code: str,
    severity: Severity,
    reach: Reach,
    *,
    title: str,
    why: str,
    good: Mapping[str, str] | None = None,
    failing_cells: Mapping[str, str] | None = None,
) -> Callable[[Callable[..., Any]], Check]:
    """Declare a check. `good` and `failing_cells` are cells typed over a valid line: one passes, the other does not."""

    def declare(function: Callable[..., Any]) -> Check:
        return Check(code, severity, reach, title, why, function, good or {}, failing_cells or {})

    return declare


def declared_in(*modules: ModuleType) -> tuple[Check, ...]:
    """The checks that these modules declare, in their order."""
    return tuple(c for module in modules for c in vars(module).values() if isinstance(c, Check))


def by_code(checks: Iterable[Check]) -> dict[str, Check]:
    """Each under its code. Raises ValueError when one is declared twice."""
    catalogue: dict[str, Check] = {}
    for c in checks:
        if catalogue.setdefault(c.code, c) is not c:
            raise ValueError(f"check declared twice: {c.code}")
    return catalogue
