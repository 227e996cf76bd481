"""The stamp of a workbook and of its tabs: what it says it is, for whom. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple


class Stamp(NamedTuple):
    """What a workbook says it is, and, on a tab, for whom. Written by the template, believed over file names.

    `campaign` is the code of its trame when that is filled all year.
    """

    trame: str
    version: str
    ght: str
    campaign: str
    finess: str = ""
    table: str = ""

    @property
    def of_workbook(self) -> Stamp:
        """The same, whatever the tab."""
        return self._replace(finess="", table="")

    def __str__(self) -> str:
        tab = f" · FINESS {self.finess}" if self.finess else f" · table {self.table}" if self.table else ""
        return f"Vigie · trame {self.trame} {self.version} · {self.ght} · campagne {self.campaign}{tab}"


_STAMP = re.compile(
    r"Vigie · trame (?P<trame>\S+) (?P<version>\S+) · (?P<ght>\S+) · campagne (?P<campaign>\S+)"
    r"(?: · (?:FINESS (?P<finess>\w{9})|table (?P<table>\w+)))?"
)


def read_stamp(text: str) -> Stamp | None:
    """The stamp written in a cell, or None."""
    if "Vigie" not in text:  # nearly every cell: spared the search
        return None
    found = _STAMP.search(" ".join(text.split()))
    return Stamp(**{k: v or "" for k, v in found.groupdict().items()}) if found else None
