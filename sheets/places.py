"""What the tabs of a trame stand for: each établissement of the GHT, or the GHT for each of its tables. And its period. Pure."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from config.campaign import Campaign
from config.folder import Folder
from config.territory import Territory
from sheets.stamp import Stamp
from sheets.trame import Table, Trame
from sheets.trames import TRAMES


class TabPlace(NamedTuple):
    """Whose lines a tab holds, of which table. `finess` is what they are kept under: the établissement's, or
    « BFC-03/seances » for a table that a GHT fills as a whole."""

    finess: str
    name: str
    whose: str
    """In words: the établissement, or the GHT."""
    table: Table

    def stamped(self, stamp: Stamp) -> Stamp:
        """The stamp of its tab, in a workbook that bears `stamp`."""
        if "/" in self.finess:
            return stamp._replace(table=self.table.short_code)
        return stamp._replace(finess=self.finess)


def places(trame: Trame, ght: str, situation: date, territory: Territory) -> dict[str, TabPlace]:
    """The places of a GHT's workbook, by what each is kept under, in the order of its tabs."""
    if trame.tab_for == "ght":
        name = territory.ghts[ght].name
        found = [TabPlace(f"{ght}/{t.short_code}", t.title, name, t) for t in trame.tables]
    else:
        members = territory.members(ght, situation)
        found = [TabPlace(e.finess, e.name, e.name, trame.only_table) for e in members]
    return {place.finess: place for place in found}


def stamped_place(stamp: Stamp) -> str:
    """The place that a tab's stamp names; nothing on a stamp of the whole workbook."""
    return f"{stamp.ght}/{stamp.table}" if stamp.table else stamp.finess


def ght_of(place: str, situation: date, territory: Territory) -> str | None:
    """The GHT of a place on that day."""
    ght, _, table = place.partition("/")
    return ght if table and ght in territory.ghts else territory.ght_of(place, situation)


def period(folder: Folder, code: str) -> Campaign | None:
    """The campaign of that code; for a trame filled all year, its code names one that never ends."""
    if code in folder.campaigns:
        return folder.campaigns[code]
    trame = TRAMES.get(code)
    return all_year(trame) if trame and trame.is_permanent else None


def all_year(trame: Trame) -> Campaign:
    """The period of a trame filled all year: of no exercice, open for ever."""
    return Campaign(trame.code, 0, "permanente", date.max, date.min, date.max, date.max)


def codes_until(folder: Folder, campaign: Campaign) -> list[str]:
    """The campaigns of its exercice up to that one, earliest first."""
    if not campaign.exercice:
        return [campaign.code]
    return [c.code for c in folder.campaigns_of(campaign.exercice) if c.situation <= campaign.situation]


def split_reference(reference: str) -> tuple[str, str, str]:
    """(period, place, number) of « 2021-annuelle/390780146/0042 », or of « suivi/BFC-03/seances/0004 »."""
    code, _, rest = reference.partition("/")
    trame = TRAMES.get(code)
    depth = 2 if trame and trame.tab_for == "ght" else 1
    parts = rest.split("/", depth)
    return code, "/".join(parts[:depth]), parts[depth] if len(parts) > depth else ""
