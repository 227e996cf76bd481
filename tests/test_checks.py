"""Every check, by its own examples: the one that passes and the one that does not."""

from __future__ import annotations

import re

import pytest

from config.folder import Dossier
from config.french import cle
from sheets.accepted_labels import listes
from sheets.checks import CATALOGUE
from sheets.findings import Gravite
from sheets.judging.examples import VALIDE, constat_de, juge_exemple
from sheets.trames.paat.columns import PAAT

PAR_LIGNE = [c for c in CATALOGUE.values() if c.portee in ("cellule", "ligne")]
SANS_EXEMPLE = {"formule-en-erreur", "formule-non-calculee", "unite-de-cellule"}
"""Seen only in a file's XML: tested on workbooks."""


def test_the_valid_line_has_nothing_said_of_it(dossier: Dossier) -> None:
    assert juge_exemple(PAAT, VALIDE, dossier) == []


def test_every_line_check_has_its_two_examples() -> None:
    assert {c.code for c in PAR_LIGNE if not c.mauvais} == SANS_EXEMPLE


@pytest.mark.parametrize("controle", [c for c in PAR_LIGNE if c.mauvais], ids=lambda c: c.code)
def test_the_passing_example_passes_and_the_failing_one_is_reported(controle, dossier: Dossier) -> None:  # type: ignore[no-untyped-def]
    assert constat_de(controle, controle.bon, dossier) is None
    constat = constat_de(controle, controle.mauvais, dossier)
    assert constat is not None
    assert constat.gravite is controle.gravite
    assert re.fullmatch(r"[A-Z]{1,2}2", constat.cellule)
    for phrase in (constat.message, constat.correction):
        assert phrase.endswith((".", "!"))
        assert phrase[0] == phrase[0].upper()


@pytest.mark.parametrize(
    ("cellules", "gravite"),
    [
        ({"gain_annuel": "14000", "justification": ""}, Gravite.ALERTE),
        ({"gain_annuel": "14000", "justification": "nouvelle gamme"}, Gravite.INFO),
        ({"gain_annuel": "32000", "justification": ""}, Gravite.REJET),
        ({"gain_annuel": "32000", "justification": "nouvelle gamme"}, Gravite.ALERTE),
        ({"gain_annuel": "12000"}, None),
        ({"gain_annuel": "15000", "famille": "MEDICAMENTS", "domaine": ""}, None),
    ],
)
def test_a_high_performance_weighs_by_its_bound_and_its_justification(
    cellules: dict[str, str], gravite: Gravite | None, dossier: Dossier
) -> None:
    constat = constat_de(CATALOGUE["performance-hors-bornes"], cellules, dossier)
    assert (constat.gravite if constat else None) is gravite


def test_a_gain_typed_for_the_whole_investment_is_told_so(dossier: Dossier) -> None:
    cellules = {"nature": "investissement", "duree_amortissement": "5", "gain_annuel": "20000",
                "montant_reference": "200000", "prix_reference": "100", "prix_nouveau": "80", "quantite": "1000"}  # fmt: skip
    constat = constat_de(CATALOGUE["gain-recalcule-different"], cellules, dossier)
    assert constat is not None
    assert "5 fois trop grand" in constat.correction


def test_a_gain_already_reduced_to_the_year_is_suspected_from_its_prices_only_once(dossier: Dossier) -> None:
    cellules = {"date_premiere_commande": "01/07/2021", "gain_annuel": "2000", "prix_reference": "10",
                "prix_nouveau": "9", "quantite": "4000"}  # fmt: skip
    assert constat_de(CATALOGUE["prorata-deja-fait"], cellules, dossier)
    assert constat_de(CATALOGUE["gain-recalcule-different"], cellules, dossier) is None


def test_a_mistyped_label_is_answered_with_the_nearest_one(dossier: Dossier) -> None:
    constat = constat_de(CATALOGUE["valeur-hors-liste"], {"statut": "réalisse"}, dossier)
    assert constat is not None
    assert "« réalisé »" in constat.correction


@pytest.mark.parametrize("colonne", [c for c in PAAT.colonnes if c.genre == "liste"], ids=lambda c: c.cle)
def test_no_label_of_the_templates_own_lists_is_refused(colonne, dossier: Dossier) -> None:  # type: ignore[no-untyped-def]
    for label in set(listes(PAAT, dossier)[colonne.cle].values()):
        for ecrit in (label, label.upper(), f"  {cle(label)} "):
            codes = {c.code for c in juge_exemple(PAAT, {**VALIDE, colonne.cle: ecrit}, dossier)}
            assert not codes & {"valeur-hors-liste", "valeur-reconnue"}


def test_every_label_of_the_nomenclature_is_known_to_the_checks(dossier: Dossier) -> None:
    for famille, domaine, categorie in dossier.nomenclature.branches:
        cellules = {**VALIDE, "famille": famille, "domaine": domaine, "categorie": categorie}
        codes = {c.code for c in juge_exemple(PAAT, cellules, dossier)}
        assert not codes & {"nomenclature-inconnue", "nomenclature-incoherente"}, (famille, domaine, categorie)


def test_a_known_synonym_is_read_as_its_label(dossier: Dossier) -> None:
    assert juge_exemple(PAAT, {**VALIDE, "famille": "DM"}, dossier) == []


def test_a_social_security_number_shows_nowhere(dossier: Dossier) -> None:
    for colonne in ("commentaire", "marche", "gain_annuel", "statut", "date_premiere_commande"):
        constats = juge_exemple(PAAT, {**VALIDE, colonne: "1 85 05 78 006 084 91"}, dossier)
        assert constats
        assert not any("006" in c.message + c.valeur + c.correction for c in constats)


def test_a_number_that_only_looks_like_one_is_left_alone(dossier: Dossier) -> None:
    assert (
        juge_exemple(PAAT, {**VALIDE, "commentaire": "SIRET 18505780060841, marché 1 85 25 78 006 084"}, dossier) == []
    )
