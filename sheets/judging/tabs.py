"""Which tab of a workbook is whose, in what order they are believed, and which are left aside.

Reads no line, and judges none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from config.campaign import Campaign
from config.folder import Folder
from config.french import nearest
from sheets.checks import on_workbooks
from sheets.checks.catalogue import Context
from sheets.findings import Finding
from sheets.first_tab import FirstTab
from sheets.places import TabPlace, stamped_place
from sheets.reading.opening import RawTab
from sheets.reading.read_tab import TabRead
from sheets.stamp import Stamp
from sheets.tab_names import OUR_TABS, tab_names
from sheets.trame import Table, Trame

StampedTab = tuple[RawTab, Stamp | None]
"""A tab as read, and the stamp it bears."""


@dataclass(frozen=True)
class SentWorkbook:
    """What is the same for every tab of one workbook."""

    raw_bytes: bytes
    trame: Trame
    campaign: Campaign
    stamp: Stamp
    folder: Folder
    said: FirstTab
    places: dict[str, TabPlace]
    """What its tabs stand for, by what each is kept under."""
    read_again: bool = False

    @cached_property
    def members(self) -> dict[str, str]:
        """The names of the places."""
        return {finess: place.name for finess, place in self.places.items()}

    @cached_property
    def names(self) -> dict[str, str]:
        """The names that the template gives to their tabs."""
        return tab_names(self.places.values())

    def tables_of(self, name: str, stamp: Stamp | None) -> tuple[Table, ...]:
        """The table that a tab is of, by its stamp or its name; all of them when neither says it."""
        place = self.places.get((stamped_place(stamp) if stamp else "") or by_name(name, self))
        return (place.table,) if place else self.trame.tables

    def context(self, finess: str = "") -> Context:
        """What the checks may know; total purchases from the first tab, else the latest the region knows."""
        d = self.folder
        purchases = self.said.purchases.get(finess) or d.known_purchases(finess, self.campaign.exercice)
        return Context(self.campaign, d.nomenclature, d.thresholds, d.rules_on_trial, purchases)


def etablissement_of(
    sending: SentWorkbook, name: str, stamp: Stamp | None, tabs_so_far: Mapping[str, str]
) -> tuple[str, str]:
    """(FINESS, doubt): whose tab this is, by its stamp or else by its name; a doubt refuses the tab."""
    finess = (stamped_place(stamp) if stamp else "") or by_name(name, sending)
    if not finess:
        return "", f"L'onglet « {name} » ne dit pas pour quel établissement il est rempli."
    if finess not in sending.members:
        return (
            "",
            f"L'onglet « {name} » est celui de l'établissement {finess}, qui n'est pas du GHT {sending.stamp.ght}.",
        )
    if stamp and stamp.of_workbook != sending.stamp:
        return "", f"L'onglet « {name} » porte un autre tampon que le classeur : « {stamp} »."
    if finess in tabs_so_far:
        return (
            "",
            f"L'onglet « {name} » est au nom de {sending.members[finess]}, comme l'onglet « {tabs_so_far[finess]} ».",
        )
    return finess, ""


def by_name(name: str, sending: SentWorkbook) -> str:
    """The établissement whose tab would bear this name; a slightly changed name is recognised when only one is near."""
    neighbour = nearest(name, sending.names.values(), threshold=92)
    return next((f for f, n in sending.names.items() if n == name), None) or next(
        (f for f, n in sending.names.items() if n == neighbour), ""
    )


def bears_the_name_of(sending: SentWorkbook, name: str, finess: str) -> str:
    """The établissement whose tab should bear this name, when it is not the one the stamp names."""
    return next((sending.members[f] for f, n in sending.names.items() if n == name and f != finess), "")


def by_trust(sending: SentWorkbook, tabs: Iterable[StampedTab]) -> list[tuple[int, StampedTab]]:
    """The tabs with their rank in the workbook, the most trusted first: of two for one établissement, the first counts.

    A stamp is believed over a name, then the very name that the template gives over another one, then the order.
    """
    names = sending.names

    def doubt(place: tuple[int, StampedTab]) -> tuple[bool, bool, int]:
        rank, (raw, stamp) = place
        finess = stamped_place(stamp) if stamp else ""
        expected_names = [names.get(finess, "")] if finess else names.values()
        return not finess, raw.name not in expected_names, rank

    return sorted(enumerate(tabs), key=doubt)


def set_aside(
    sending: SentWorkbook, raw: RawTab, stamp: Stamp | None, tab_read: TabRead | None, table: Table
) -> list[Finding] | None:
    """What is said of a tab that is not one of the trame; None for one that is.

    People's own tabs may bear some of our headings: one that names no établissement, by stamp or by name, is a tab of
    the trame only when it has every column that the trame cannot do without.
    """
    if stamp and stamped_place(stamp):
        return None
    if tab_read is not None and (by_name(raw.name, sending) or _has_its_columns(tab_read, table)):
        return None
    values = 0 if raw.name in OUR_TABS else sum(c not in ("", None) for row in raw.rows for c in row)
    return [on_workbooks.tab_set_aside(raw.name, values, sheet=raw.name)] if values else []


def _has_its_columns(tab_read: TabRead, table: Table) -> bool:
    return all(c.key in tab_read.columns for c, required in table.required_columns if required.column_required)
