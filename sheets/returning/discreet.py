"""A judged workbook without what was typed in it: amounts, dates, labels of ours, rules and addresses are left. Pure.

For a companion that leaves for where business secrets may not go. Moves no line and no cell.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from config.folder import Folder
from sheets.findings import Finding
from sheets.judged import JudgedWorkbook, Line, Tab
from sheets.places import period, places
from sheets.tab_names import tab_names
from sheets.trame import NUMBER, Table
from sheets.trames import CATALOGUE, TABLES, TRAMES

FILE_NAME = "{nom} - trame {campagne}"


def discreet(workbook: JudgedWorkbook, folder: Folder, labels: Collection[str]) -> JudgedWorkbook:
    """The same lines at the same cells, under names of ours; `labels` are those that may be said as they are."""
    t = workbook.stamp
    campaign = period(folder, t.campaign) if t else None
    if t is None or campaign is None or t.trame not in TRAMES:
        return replace(workbook, file="", findings=tuple(_title_only(c, {}) for c in workbook.findings))
    names = tab_names(places(TRAMES[t.trame], t.ght, campaign.situation, folder.territory).values())
    sheet_names = {o.sheet: names.get(o.finess, f"Onglet {rank}") for rank, o in enumerate(workbook.tabs, 1)}
    return replace(
        workbook,
        file=FILE_NAME.format(nom=folder.territory.ghts[t.ght].name, campagne=t.campaign),
        tabs=tuple(_discreet_tab(o, sheet_names[o.sheet], labels) for o in workbook.tabs),
        findings=tuple(_title_only(c, sheet_names) for c in workbook.findings),
        contact="",
    )


def _discreet_tab(o: Tab, name: str, labels: Collection[str]) -> Tab:
    return replace(o, sheet=name, lines=tuple(_without_texts(li, TABLES[o.table], labels) for li in o.lines))


def _without_texts(li: Line, table: Table, labels: Collection[str]) -> Line:
    silenced = {c.key: None for c in table.typed_columns if c.key in table.private or _is_free_text(li, c.key, labels)}
    return li._replace(values=li.values._replace(**silenced), written="")


def _is_free_text(li: Line, key: str, labels: Collection[str]) -> bool:
    """Whether a cell holds words of somebody's own; an action's number is none when it is a number."""
    value = getattr(li.values, key, None)
    if not isinstance(value, str):
        return False
    return not re.fullmatch("[0-9]{1,6}", value) if key == NUMBER else value not in labels


def _title_only(c: Finding, sheet_names: dict[str, str]) -> Finding:
    """The finding under the title of its rule, with the reason of it: its sentence may quote the cell."""
    rule = CATALOGUE[c.code]
    return c._replace(message=f"{rule.title}.", correction=rule.why, value="", sheet=sheet_names.get(c.sheet, ""))
