"""The examples of the checks, judged as a filled line would be: they are the catalogue's page and its tests."""

from __future__ import annotations

from collections.abc import Mapping

from config.folder import Folder
from config.french import enumeration
from sheets.checks.catalogue import Check, Context
from sheets.findings import Finding
from sheets.judging.lines import judge_lines
from sheets.reading import rows as reading
from sheets.reading.opening import RawTab
from sheets.trame import Table
from sheets.trames import TABLES

PURCHASES = 5_000_000_00
Cells = Mapping[str, str]


def examples_of(check: Check, table: Table) -> tuple[Cells, Cells]:
    """What is typed over a valid line to try a check: cells that pass, cells that do not. Both empty without examples."""
    return table.examples.typed_over.get(check.code, (check.good, check.failing_cells))


def trames_of(check: Check) -> list[Table]:
    """The trames whose lines a check reads: all of them, when it is the engine's."""
    its_own = [t for t in TABLES.values() if check in t.checks]
    return its_own or list(TABLES.values())


def finding_of(check: Check, cells: Cells, folder: Folder, table: Table | None = None) -> Finding | None:
    """What one check finds on a valid line over which `cells` were typed, for the exercice 2021."""
    table = table or trames_of(check)[0]
    findings = judge_example(table, {**table.examples.valid, **cells}, folder)
    return next((c for c in findings if c.code == check.code), None)


def judge_example(table: Table, cells: Mapping[str, object], folder: Folder) -> list[Finding]:
    """Read and judge one line of raw cells, as if it stood alone in a tab."""
    titles: list[object] = [c.title for c in table.columns]
    line = [cells.get(c.key, "") for c in table.columns]
    tab = RawTab("Exemple", [titles, line], 0, 0)
    tab_read = reading.read(tab, table, reading.cell_readers(table, folder), b"")
    assert tab_read is not None
    campaign = next(c for c in folder.campaigns.values() if c.exercice == 2021)
    context = Context(campaign, folder.nomenclature, folder.thresholds, folder.rules_on_trial, PURCHASES)
    return judge_lines(tab_read, "Exemple", table, context)[1]


def typed_words(check: Check, failing: bool) -> str:
    """« Durée : NC »: what an example types, for a page; nothing without one."""
    table = trames_of(check)[0]
    cells = examples_of(check, table)[failing]
    titles = {c.key: c.title for c in table.columns}
    return enumeration([f"{titles[c]} : « {v} »" if v else f"{titles[c]} : vide" for c, v in cells.items()])
