"""The blank trame: what a buyer finds in it, and what makes it recognisable later."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from config.folder import Folder
from config.territory import Etablissement
from sheets import writing
from sheets.judging.workbook import judge
from sheets.reading import headings
from sheets.trames.paat import ACTIONS, PAAT
from sheets.trames.paat.examples import VALID
from sheets.writing import HEADING_ROW
from tests.conftest import as_bytes, blank, tape

COLUMN_LETTERS = {c.key: get_column_letter(i) for i, c in enumerate(ACTIONS.columns, 1)}


@pytest.fixture(scope="module")
def blank_book() -> Workbook:
    from config.folder import EXAMPLE, load_folder

    return blank(load_folder(EXAMPLE), "BFC-08", "2021-annuelle")


@pytest.fixture
def tab(blank_book: Workbook) -> Worksheet:
    return blank_book.worksheets[1]


def test_there_is_a_first_tab_a_tab_per_etablissement_and_a_hidden_list(blank_book: Workbook) -> None:
    assert blank_book.sheetnames == [
        "Mode d'emploi", "CENTRE HOSPITALIER JURA SUD", "CH LEON BERARD MOREZ", "CH LOUIS JAILLON SAINT CLAUDE",
        "CH INTERCOMMUNAL DU PAYS DU REV", "Listes",
    ]  # fmt: skip
    assert blank_book["Listes"].sheet_state == "hidden"


def test_headings_are_those_of_the_layout_in_order(tab: Worksheet) -> None:
    assert [c.value for c in tab[HEADING_ROW]] == [c.title for c in ACTIONS.columns]


def test_every_list_column_has_a_drop_down_over_its_whole_height(tab: Worksheet) -> None:
    label_lists = {c.key for c in ACTIONS.columns if c.kind in ("liste", "nomenclature")}
    ranges = [str(r) for v in tab.data_validations.dataValidation for r in v.sqref.ranges]
    assert set(ranges) == {f"{COLUMN_LETTERS[c]}5:{COLUMN_LETTERS[c]}304" for c in label_lists}


def test_codes_are_text_amounts_are_euros_and_dates_are_dates(tab: Worksheet) -> None:
    formats = {c: tab.column_dimensions[COLUMN_LETTERS[c]].number_format for c in COLUMN_LETTERS}
    assert formats["marche"] == "@"
    assert "€" in formats["gain_annuel"]
    assert formats["date_premiere_commande"] == "dd/mm/yyyy"


def test_what_is_typed_is_open_and_what_is_computed_is_locked(tab: Worksheet) -> None:
    assert tab.protection.sheet
    for c in ACTIONS.columns:
        assert tab.column_dimensions[COLUMN_LETTERS[c.key]].protection.locked is not c.is_typed
        assert tab[f"{COLUMN_LETTERS[c.key]}{HEADING_ROW}"].protection.locked


def test_each_tab_says_whose_it_is(blank_book: Workbook, folder: Folder) -> None:
    for sheet, finess in zip(
        blank_book.worksheets[1:-1], ("390780146", "390780153", "390780161", "390780179"), strict=True
    ):
        assert str(sheet["A3"].value).endswith(f"campagne 2021-annuelle · FINESS {finess}")


def test_a_blank_trame_is_recognised_and_only_lacks_its_actions(blank_book: Workbook, folder: Folder) -> None:
    workbook = judge("x.xlsx", as_bytes(blank_book), folder)
    assert workbook.readable
    assert workbook.totals.lines_read == 0
    assert {c.code for c in workbook.findings} == {"onglet-vide"}


def test_the_stamp_is_found_in_the_properties_when_people_erased_it(folder: Folder) -> None:
    blank_book = blank(folder, "BFC-08", "2021-annuelle")
    for sheet in blank_book.worksheets[:-1]:
        sheet["A3"] = None
    workbook = judge("x.xlsx", as_bytes(blank_book), folder)
    assert workbook.stamp is not None
    assert workbook.stamp.ght == "BFC-08"
    assert {o.finess for o in workbook.tabs} == {"390780146", "390780153", "390780161", "390780179"}


def test_tab_names_fit_excel_and_are_never_twice_the_same() -> None:
    long_names = [Etablissement(f"{n:09d}", "CENTRE HOSPITALIER SPÉCIALISÉ DE [L'EST]/OUEST") for n in range(12)]
    names = list(writing.tab_names(long_names).values())
    assert len({n.casefold() for n in names}) == 12
    assert all(len(n) <= 31 and not set(n) & set("[]:*?/\\") for n in names)


def test_a_tab_is_found_again_by_its_name_though_cut_and_without_stamp(folder: Folder) -> None:
    blank_book = blank(folder, "BFC-07", "2021-annuelle")
    for sheet in blank_book.worksheets[1:-1]:
        sheet["A3"] = None
    workbook = judge("x.xlsx", as_bytes(blank_book), folder)
    assert len(workbook.tabs) == 9, [c.message for c in workbook.findings if c.code == "onglet-inconnu"]


def test_every_ght_of_the_example_gets_its_trame(folder: Folder, tmp_path: Path) -> None:
    campaign = folder.campaigns["2021-annuelle"]
    for ght in folder.territory.ghts:
        name = writing.file_name_of(ght, campaign, folder)
        assert writing.write(writing.workbook(PAAT, ght, campaign, folder), tmp_path / name).stat().st_size > 10_000


def test_a_trame_of_the_previous_version_is_read(folder: Folder) -> None:
    blank_book = blank(folder, "BFC-08", "2021-annuelle")
    old_ones = {
        "gain_annuel": "Montant Gain",
        "montant_reference": "Montant de référence",
        "demarche": "Type",
        "retour": None,
    }
    for sheet in blank_book.worksheets[:-1]:
        sheet["A3"] = str(sheet["A3"].value).replace("2022.1", "2021.1")
    sheet = blank_book.worksheets[1]
    for key, title in old_ones.items():
        sheet[f"{COLUMN_LETTERS[key]}{HEADING_ROW}"] = title
    tape(blank_book, sheet.title, HEADING_ROW + 1, VALID)
    workbook = judge("x.xlsx", as_bytes(blank_book), folder)
    assert workbook.stamp is not None
    assert workbook.stamp.version == "2021.1"
    assert workbook.totals.lines_kept == 1


def test_an_older_version_is_refused_with_the_versions_that_are_read(folder: Folder) -> None:
    blank_book = blank(folder, "BFC-08", "2021-annuelle")
    for sheet in blank_book.worksheets[:-1]:
        sheet["A3"] = str(sheet["A3"].value).replace("2022.1", "2019.1")
    (finding,) = judge("x.xlsx", as_bytes(blank_book), folder).findings
    assert finding.code == "version-non-lue"
    assert "2022.1 et 2021.1" in finding.message


def test_a_typed_line_has_the_layouts_columns_in_its_order() -> None:
    assert ACTIONS.line._fields == tuple(c.key for c in ACTIONS.typed_columns)  # type: ignore[attr-defined]


def test_a_book_pasted_into_the_row_of_headings_is_read_and_not_remembered() -> None:
    """Reading processes have little memory: what one file holds must not stay for the next."""
    titles = tuple(c.title for c in ACTIONS.columns)
    before = headings._columns_read.cache_info().currsize
    shown = headings.find_headings(
        [(*titles, "x" * headings.MEMORABLE), ["a"] * (len(titles) + 1)], ACTIONS, 0, 0, "CH"
    )
    assert shown is not None
    assert list(shown.places) == [c.key for c in ACTIONS.columns]
    assert headings._columns_read.cache_info().currsize == before
