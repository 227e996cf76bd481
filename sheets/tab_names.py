"""The name of each établissement's tab: given by the template, and known again by the reader."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol

FORBIDDEN_CHARACTERS = re.compile(r"[\[\]:*?/\\]")
"""Signs that Excel refuses in the name of a tab."""
LONGEST_NAME = 31
LISTS_TAB, PAGE = "Listes", "Ce qui a changé"
"""The tab of the drop-downs, and the one that a clean trame is told in."""
OUR_TABS = (LISTS_TAB, PAGE)


class Named(Protocol):
    """What a tab is for: an établissement, or a place of a trame."""

    @property
    def finess(self) -> str: ...
    @property
    def name(self) -> str: ...


def tab_names(members: Iterable[Named]) -> dict[str, str]:
    """A tab name per FINESS (or place): Excel's 31 characters, no forbidden sign, none twice."""
    names: dict[str, str] = {}
    for e in members:
        name = FORBIDDEN_CHARACTERS.sub("-", e.name).strip("' ")
        court, rank = name[:LONGEST_NAME].strip("' "), 2
        while court.casefold() in {n.casefold() for n in names.values()}:
            court, rank = f"{name[: LONGEST_NAME - 3].strip()} {rank}", rank + 1
        names[e.finess] = court
    return names
