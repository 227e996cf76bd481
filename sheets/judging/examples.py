"""The examples of the checks, judged as a filled line would be: they are the catalogue's page and its tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from config.folder import Folder
from config.french import enumeration
from sheets.checks.catalogue import Check, Context
from sheets.findings import Finding
from sheets.judging.lines import judge_lines
from sheets.reading import rows as reading
from sheets.reading.opening import RawTab
from sheets.trame import Trame
from sheets.trames.paat.columns import PAAT

VALID: dict[str, object] = {
    "intitule": "Gants d'examen",
    "famille": "Dispositifs médicaux",
    "domaine": "Usage unique",
    "operateur": "UniHA",
    "marche": "2021-045",
    "mode": "récurrent",
    "nature": "exploitation",
    "statut": "réalisé",
    "date_premiere_commande": date(2021, 3, 1),
    "montant_reference": 80_000.0,
    "gain_annuel": 4_000.0,
}
"""A line that no check has anything to say about."""
PURCHASES = 5_000_000_00


def finding_of(check: Check, cells: Mapping[str, str], folder: Folder) -> Finding | None:
    """What one check finds on a valid line over which `cells` were typed, for the exercice 2021."""
    findings = judge_example(PAAT, {**VALID, **cells}, folder)
    return next((c for c in findings if c.code == check.code), None)


def judge_example(trame: Trame, cells: Mapping[str, object], folder: Folder) -> list[Finding]:
    """Read and judge one line of raw cells, as if it stood alone in a tab."""
    titles: list[object] = [c.title for c in trame.columns]
    line = [cells.get(c.cle, "") for c in trame.columns]
    tab = RawTab("Exemple", [titles, line], 0, 0)
    tab_read = reading.read(tab, trame, reading.cell_readers(trame, folder), b"")
    assert tab_read is not None
    campaign = next(c for c in folder.campaigns.values() if c.exercice == 2021)
    context = Context(campaign, folder.nomenclature, folder.thresholds, folder.rules_on_trial, PURCHASES)
    return judge_lines(tab_read, "Exemple", trame, context)[1]


def typed_words(cells: Mapping[str, str]) -> str:
    """« Gain annuel sur 12 mois : NC »: what an example types, for a page."""
    titles = {c.cle: c.title for c in PAAT.columns}
    return enumeration([f"{titles[c]} : « {v} »" if v else f"{titles[c]} : vide" for c, v in cells.items()])
