"""Which tab counts, whatever stands before it, and what is left aside is listed with how much it holds."""

from __future__ import annotations

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from sheets.findings import Finding, Severity
from sheets.judged import JudgedWorkbook
from sheets.judging.workbook import judge
from tests.corpus import folder
from tests.corpus.base import COL, GAIN, L1, TAB, Edit, edited


def judge_editions(*edits: Edit) -> JudgedWorkbook:
    return judge("GHT Jura.xlsx", edited(*edits), folder())


def total(shown: JudgedWorkbook) -> str:
    return f"{shown.totals.kept / 100:.2f}"


def double(book: Workbook, sheet: Worksheet, title: str) -> Worksheet:
    """A copy of a tab: openpyxl finds no name for the copy of a tab whose own is as long as a name can be."""
    name, sheet.title = sheet.title, "x"
    copied: Worksheet = book.copy_worksheet(sheet)
    copied.title, sheet.title = title, name
    return copied


def draft(title: str, *, in_front: bool = True, hidden: bool = False, gain: int = 9) -> Edit:
    """A copy of the filled tab without its stamp, with another gain on its first line."""

    def edit(book: Workbook, sheet: Worksheet) -> None:
        copied = double(book, sheet, title)
        for row in copied.iter_rows(max_row=3):
            for c in row:
                c.value = None if "Vigie · trame" in str(c.value) else c.value
        copied[f"{COL['gain_annuel']}{L1}"] = gain
        copied.sheet_state = "hidden" if hidden else "visible"
        if in_front:
            book.move_sheet(copied, offset=-book.index(copied))

    return edit


@pytest.mark.parametrize("in_front", [True, False])
@pytest.mark.parametrize("hidden", [True, False])
@pytest.mark.parametrize("title", [f"{TAB} 2", f"{TAB} (2)", "CENTRE HOSPITALIER JURA SU"])
def test_a_draft_without_stamp_never_passes_before_the_stamped_tab(title: str, hidden: bool, in_front: bool) -> None:
    shown = judge_editions(draft(title, in_front=in_front, hidden=hidden))
    assert total(shown) == GAIN
    assert {c.sheet for c in shown.findings if c.code == "onglet-inconnu"} <= {title}


def test_without_any_stamp_the_tab_of_the_very_name_counts() -> None:
    def erase(_: Workbook, sheet: Worksheet) -> None:
        for row in sheet.iter_rows(max_row=3):
            for c in row:
                c.value = None if "Vigie · trame" in str(c.value) else c.value

    assert total(judge_editions(draft(f"{TAB} 2"), erase)) == GAIN


def test_of_two_stamped_copies_the_one_of_the_very_name_counts() -> None:
    def copied(book: Workbook, sheet: Worksheet) -> None:
        other = double(book, sheet, f"{TAB} (2)")
        other[f"{COL['gain_annuel']}{L1}"] = 9
        book.move_sheet(other, offset=-book.index(other))

    shown = judge_editions(copied)
    assert total(shown) == GAIN
    assert [c.sheet for c in shown.findings if c.code == "onglet-inconnu"] == [f"{TAB} (2)"]


def work(title: str, *rows: tuple[object, ...]) -> Edit:
    def edit(book: Workbook, _: Worksheet) -> None:
        sheet = book.create_sheet(title, 0)
        for row in rows:
            sheet.append(row)

    return edit


def set_aside_findings(shown: JudgedWorkbook) -> list[Finding]:
    return [c for c in shown.findings if c.code == "onglet-ecarte"]


@pytest.mark.parametrize("headings", [
    ("N°", "Objet", "Statut", "Commentaires", "Responsable"),
    ("N° marché", "Objet", "Famille", "Opérateur", "Statut", "Date de 1re commande", "Commentaires"),
    ("Objet", "Levier", "Nature", "Quantité", "Gain", "Montant de référence"),
    ("Quoi", "Qui", "Quand"),
])  # fmt: skip
def test_a_working_tab_is_left_aside_and_listed_with_how_many_values(headings: tuple[str, ...]) -> None:
    shown = judge_editions(work("Suivi", headings, (1, "Linge", "en cours"), (2, "Gants", None)))
    assert total(shown) == GAIN
    (said,) = set_aside_findings(shown)
    assert said.severity is Severity.INFO
    assert said.sheet == "Suivi"
    assert f"{len(headings) + 5} valeurs" in said.message
    assert not shown.is_blocking


def test_an_empty_tab_of_ones_own_says_nothing_nor_do_the_tabs_of_the_trame() -> None:
    assert set_aside_findings(judge_editions(work("Notes"))) == []
    assert set_aside_findings(judge_editions()) == []


def test_lines_of_the_trame_in_a_tab_that_names_nobody_are_still_refused_aloud() -> None:
    shown = judge_editions(draft("Lignes à revoir"))
    assert [(c.code, c.severity) for c in shown.findings if c.sheet == "Lignes à revoir"] == [
        ("onglet-inconnu", Severity.REJECTION)
    ]


def test_a_column_nobody_knows_is_listed_with_how_many_values() -> None:
    def edit(_: Workbook, sheet: Worksheet) -> None:
        sheet.insert_cols(3)
        sheet["C4"] = "Responsable"
        sheet[f"C{L1}"], sheet[f"C{L1 + 2}"] = "pharmacie", "lingerie"

    shown = judge_editions(edit)
    assert total(shown) == GAIN
    (said,) = [c for c in shown.findings if c.code == "colonne-ignoree"]
    assert (said.severity, said.cell, said.value) == (Severity.INFO, "C4", "Responsable")
    assert "2 valeurs" in said.message


def test_an_unknown_column_without_value_says_nothing() -> None:
    shown = judge_editions(lambda _, f: f.insert_cols(3), lambda _, f: f.__setitem__("C4", "Responsable"))
    assert {c.code for c in shown.findings} == set()


def test_many_unknown_columns_are_counted_not_listed_one_by_one() -> None:
    def edit(_: Workbook, sheet: Worksheet) -> None:
        for rank in range(len(COL) + 1, len(COL) + 61):
            sheet.cell(4, rank).value = f"Mois {rank}"
            sheet.cell(L1, rank).value = rank

    all_said = [c for c in judge_editions(edit).findings if c.code == "colonne-ignoree"]
    assert 1 < len(all_said) <= 10
    assert any("autres colonnes" in c.message for c in all_said)


def test_a_value_under_a_blank_heading_is_listed() -> None:
    shown = judge_editions(lambda _, f: f.insert_cols(3), lambda _, f: f.__setitem__(f"C{L1}", "à voir"))
    assert [c.cell for c in shown.findings if c.code == "colonne-ignoree"] == ["C4"]
