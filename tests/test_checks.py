"""Every check, by its own examples: the one that passes and the one that does not."""

from __future__ import annotations

import re

import pytest

from config.folder import Folder
from config.french import text_key
from sheets.accepted_labels import label_lists
from sheets.checks import COMMON
from sheets.checks.catalogue import Check
from sheets.findings import Severity
from sheets.judging.examples import examples_of, finding_of, judge_example
from sheets.trame import Table
from sheets.trames import CATALOGUE, TABLES
from sheets.trames.paat import ACTIONS
from sheets.trames.paat.examples import VALID

PER_LINE = [(t, c) for t in TABLES.values() for c in (*COMMON, *t.checks) if c.reach in ("cellule", "ligne")]
TRIED = [(t, c) for t, c in PER_LINE if any(examples_of(c, t))]
WITHOUT_EXAMPLE = {"formule-en-erreur", "formule-non-calculee", "unite-de-cellule"}
"""Seen only in a file's XML: tested on workbooks."""


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_the_valid_line_has_nothing_said_of_it(table: Table, folder: Folder) -> None:
    assert judge_example(table, table.examples.valid, folder) == []


def test_every_line_check_has_its_two_examples() -> None:
    """Those of the engine on the lines of some trame: not every one has a date, or a list."""
    tried = {c.code for t, c in PER_LINE if examples_of(c, t)[1]}
    assert {c.code for _, c in PER_LINE} - tried == WITHOUT_EXAMPLE


@pytest.mark.parametrize(("table", "check"), TRIED, ids=lambda x: x.code)
def test_the_passing_example_passes_and_the_failing_one_is_reported(table: Table, check: Check, folder: Folder) -> None:
    passing, failing = examples_of(check, table)
    assert finding_of(check, passing, folder, table) is None
    finding = finding_of(check, failing, folder, table)
    assert finding is not None
    assert finding.severity is check.severity
    assert re.fullmatch(r"[A-Z]{1,2}2", finding.cell)
    for sentence in (finding.message, finding.correction):
        assert sentence.endswith((".", "!"))
        assert sentence[0] == sentence[0].upper()


@pytest.mark.parametrize(
    ("cells", "severity"),
    [
        ({"gain_annuel": "14000", "justification": ""}, Severity.ALERT),
        ({"gain_annuel": "14000", "justification": "nouvelle gamme"}, Severity.INFO),
        ({"gain_annuel": "32000", "justification": ""}, Severity.REJECTION),
        ({"gain_annuel": "32000", "justification": "nouvelle gamme"}, Severity.ALERT),
        ({"gain_annuel": "12000"}, None),
        ({"gain_annuel": "15000", "famille": "MEDICAMENTS", "domaine": ""}, None),
    ],
)
def test_a_high_performance_weighs_by_its_bound_and_its_justification(
    cells: dict[str, str], severity: Severity | None, folder: Folder
) -> None:
    finding = finding_of(CATALOGUE["performance-hors-bornes"], cells, folder)
    assert (finding.severity if finding else None) is severity


def test_a_gain_typed_for_the_whole_investment_is_told_so(folder: Folder) -> None:
    cells = {"nature": "investissement", "duree_amortissement": "5", "gain_annuel": "20000",
                "montant_reference": "200000", "prix_reference": "100", "prix_nouveau": "80", "quantite": "1000"}  # fmt: skip
    finding = finding_of(CATALOGUE["gain-recalcule-different"], cells, folder)
    assert finding is not None
    assert "5 fois trop grand" in finding.correction


def test_a_gain_already_reduced_to_the_year_is_suspected_from_its_prices_only_once(folder: Folder) -> None:
    cells = {"date_premiere_commande": "01/07/2021", "gain_annuel": "2000", "prix_reference": "10",
                "prix_nouveau": "9", "quantite": "4000"}  # fmt: skip
    assert finding_of(CATALOGUE["prorata-deja-fait"], cells, folder)
    assert finding_of(CATALOGUE["gain-recalcule-different"], cells, folder) is None


def test_a_mistyped_label_is_answered_with_the_nearest_one(folder: Folder) -> None:
    finding = finding_of(CATALOGUE["valeur-hors-liste"], {"statut": "réalisse"}, folder)
    assert finding is not None
    assert "« réalisé »" in finding.correction


@pytest.mark.parametrize("column", [c for c in ACTIONS.columns if c.kind == "liste"], ids=lambda c: c.key)
def test_no_label_of_the_templates_own_lists_is_refused(column, folder: Folder) -> None:  # type: ignore[no-untyped-def]
    for label in set(label_lists(ACTIONS, folder)[column.key].values()):
        for written in (label, label.upper(), f"  {text_key(label)} "):
            codes = {c.code for c in judge_example(ACTIONS, {**VALID, column.key: written}, folder)}
            assert not codes & {"valeur-hors-liste", "valeur-reconnue"}


def test_every_label_of_the_nomenclature_is_known_to_the_checks(folder: Folder) -> None:
    for famille, domaine, categorie in folder.nomenclature.branches:
        cells = {**VALID, "famille": famille, "domaine": domaine, "categorie": categorie}
        codes = {c.code for c in judge_example(ACTIONS, cells, folder)}
        assert not codes & {"nomenclature-inconnue", "nomenclature-incoherente"}, (famille, domaine, categorie)


def test_a_known_synonym_is_read_as_its_label(folder: Folder) -> None:
    assert judge_example(ACTIONS, {**VALID, "famille": "DM"}, folder) == []


def test_a_social_security_number_shows_nowhere(folder: Folder) -> None:
    for column in ("commentaire", "marche", "gain_annuel", "statut", "date_premiere_commande"):
        findings = judge_example(ACTIONS, {**VALID, column: "1 85 05 78 006 084 91"}, folder)
        assert findings
        assert not any("006" in c.message + c.value + c.correction for c in findings)


def test_a_number_that_only_looks_like_one_is_left_alone(folder: Folder) -> None:
    assert (
        judge_example(ACTIONS, {**VALID, "commentaire": "SIRET 18505780060841, marché 1 85 25 78 006 084"}, folder)
        == []
    )
