"""The blank trame: what a buyer finds in it, and what makes it recognisable later."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from config.folder import Dossier
from config.territory import Etablissement
from sheets import writing
from sheets.judging.examples import VALIDE
from sheets.judging.workbook import juge
from sheets.reading import headings
from sheets.trames.paat.columns import PAAT
from sheets.writing import ENTETE
from tests.conftest import enregistre, tape, vierge

LETTRES = {c.cle: get_column_letter(i) for i, c in enumerate(PAAT.colonnes, 1)}


@pytest.fixture(scope="module")
def livre() -> Workbook:
    from config.folder import EXEMPLE, charge

    return vierge(charge(EXEMPLE), "BFC-08", "2021-annuelle")


@pytest.fixture
def onglet(livre: Workbook) -> Worksheet:
    return livre.worksheets[1]


def test_there_is_a_first_tab_a_tab_per_etablissement_and_a_hidden_list(livre: Workbook) -> None:
    assert livre.sheetnames == [
        "Mode d'emploi", "CENTRE HOSPITALIER JURA SUD", "CH LEON BERARD MOREZ", "CH LOUIS JAILLON SAINT CLAUDE",
        "CH INTERCOMMUNAL DU PAYS DU REV", "Listes",
    ]  # fmt: skip
    assert livre["Listes"].sheet_state == "hidden"


def test_headings_are_those_of_the_layout_in_order(onglet: Worksheet) -> None:
    assert [c.value for c in onglet[ENTETE]] == [c.titre for c in PAAT.colonnes]


def test_every_list_column_has_a_drop_down_over_its_whole_height(onglet: Worksheet) -> None:
    listes = {c.cle for c in PAAT.colonnes if c.genre in ("liste", "nomenclature")}
    plages = [str(r) for v in onglet.data_validations.dataValidation for r in v.sqref.ranges]
    assert set(plages) == {f"{LETTRES[c]}5:{LETTRES[c]}304" for c in listes}


def test_codes_are_text_amounts_are_euros_and_dates_are_dates(onglet: Worksheet) -> None:
    formats = {c: onglet.column_dimensions[LETTRES[c]].number_format for c in LETTRES}
    assert formats["marche"] == "@"
    assert "€" in formats["gain_annuel"]
    assert formats["date_premiere_commande"] == "dd/mm/yyyy"


def test_what_is_typed_is_open_and_what_is_computed_is_locked(onglet: Worksheet) -> None:
    assert onglet.protection.sheet
    for c in PAAT.colonnes:
        assert onglet.column_dimensions[LETTRES[c.cle]].protection.locked is not c.saisie
        assert onglet[f"{LETTRES[c.cle]}{ENTETE}"].protection.locked


def test_each_tab_says_whose_it_is(livre: Workbook, dossier: Dossier) -> None:
    for feuille, finess in zip(
        livre.worksheets[1:-1], ("390780146", "390780153", "390780161", "390780179"), strict=True
    ):
        assert str(feuille["A3"].value).endswith(f"campagne 2021-annuelle · FINESS {finess}")


def test_a_blank_trame_is_recognised_and_only_lacks_its_actions(livre: Workbook, dossier: Dossier) -> None:
    classeur = juge("x.xlsx", enregistre(livre), dossier)
    assert classeur.lisible
    assert classeur.totaux.lignes_lues == 0
    assert {c.code for c in classeur.constats} == {"onglet-vide"}


def test_the_stamp_is_found_in_the_properties_when_people_erased_it(dossier: Dossier) -> None:
    livre = vierge(dossier, "BFC-08", "2021-annuelle")
    for feuille in livre.worksheets[:-1]:
        feuille["A3"] = None
    classeur = juge("x.xlsx", enregistre(livre), dossier)
    assert classeur.tampon is not None
    assert classeur.tampon.ght == "BFC-08"
    assert {o.finess for o in classeur.onglets} == {"390780146", "390780153", "390780161", "390780179"}


def test_tab_names_fit_excel_and_are_never_twice_the_same() -> None:
    longs = [Etablissement(f"{n:09d}", "CENTRE HOSPITALIER SPÉCIALISÉ DE [L'EST]/OUEST") for n in range(12)]
    noms = list(writing.noms_d_onglets(longs).values())
    assert len({n.casefold() for n in noms}) == 12
    assert all(len(n) <= 31 and not set(n) & set("[]:*?/\\") for n in noms)


def test_a_tab_is_found_again_by_its_name_though_cut_and_without_stamp(dossier: Dossier) -> None:
    livre = vierge(dossier, "BFC-07", "2021-annuelle")
    for feuille in livre.worksheets[1:-1]:
        feuille["A3"] = None
    classeur = juge("x.xlsx", enregistre(livre), dossier)
    assert len(classeur.onglets) == 9, [c.message for c in classeur.constats if c.code == "onglet-inconnu"]


def test_every_ght_of_the_example_gets_its_trame(dossier: Dossier, tmp_path: Path) -> None:
    campagne = dossier.campagnes["2021-annuelle"]
    for ght in dossier.territoire.ghts:
        nom = writing.nom_de_fichier(ght, campagne, dossier)
        assert writing.ecrit(writing.classeur(PAAT, ght, campagne, dossier), tmp_path / nom).stat().st_size > 10_000


def test_a_trame_of_the_previous_version_is_read(dossier: Dossier) -> None:
    livre = vierge(dossier, "BFC-08", "2021-annuelle")
    anciens = {
        "gain_annuel": "Montant Gain",
        "montant_reference": "Montant de référence",
        "demarche": "Type",
        "retour": None,
    }
    for feuille in livre.worksheets[:-1]:
        feuille["A3"] = str(feuille["A3"].value).replace("2022.1", "2021.1")
    feuille = livre.worksheets[1]
    for cle, titre in anciens.items():
        feuille[f"{LETTRES[cle]}{ENTETE}"] = titre
    tape(livre, feuille.title, ENTETE + 1, VALIDE)
    classeur = juge("x.xlsx", enregistre(livre), dossier)
    assert classeur.tampon is not None
    assert classeur.tampon.version == "2021.1"
    assert classeur.totaux.lignes_retenues == 1


def test_an_older_version_is_refused_with_the_versions_that_are_read(dossier: Dossier) -> None:
    livre = vierge(dossier, "BFC-08", "2021-annuelle")
    for feuille in livre.worksheets[:-1]:
        feuille["A3"] = str(feuille["A3"].value).replace("2022.1", "2019.1")
    (constat,) = juge("x.xlsx", enregistre(livre), dossier).constats
    assert constat.code == "version-non-lue"
    assert "2022.1 et 2021.1" in constat.message


def test_a_typed_line_has_the_layouts_columns_in_its_order() -> None:
    assert PAAT.ligne._fields == tuple(c.cle for c in PAAT.saisies)  # type: ignore[attr-defined]


def test_a_book_pasted_into_the_row_of_headings_is_read_and_not_remembered() -> None:
    """Reading processes have little memory: what one file holds must not stay for the next."""
    titres = tuple(c.titre for c in PAAT.colonnes)
    avant = headings._lues.cache_info().currsize
    vu = headings.trouve([(*titres, "x" * headings.MEMORABLE), ["a"] * (len(titres) + 1)], PAAT, 0, 0, "CH")
    assert vu is not None
    assert list(vu.places) == [c.cle for c in PAAT.colonnes]
    assert headings._lues.cache_info().currsize == avant
