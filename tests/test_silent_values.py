"""Values that the one reader would give wrong without a word: each comes back right, or with a sentence that says where."""

from __future__ import annotations

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from sheets.judged import JudgedWorkbook
from sheets.judging.workbook import judge
from tests.corpus import folder, ordinary_file
from tests.corpus.amounts import BOOK, CHAIN
from tests.corpus.base import COL, GAIN, L1, SHEET_PART, N, edited, type_line
from tests.corpus.containers import replace_parts, rewrite_part

S = f"{COL['gain_annuel']}{L1}"


def read(raw_bytes: bytes) -> JudgedWorkbook:
    return judge("GHT Jura.xlsx", raw_bytes, folder())


@pytest.mark.parametrize("formula", [False, True])
def test_a_subtotal_that_only_a_famille_names_is_no_action(formula: bool) -> None:
    """Typed, it is what the lines just above add up to; by a formula, whatever it adds up."""
    raw_bytes = edited(type_line(L1 + N, famille="Alimentation", gain_annuel=777 if formula else 66_000 - 3_600))
    if formula:
        raw_bytes = rewrite_part(raw_bytes, SHEET_PART, ("<v>777</v>", f"<f>SUM({S}:{S[:-1]}9)</f><v>777</v>"))
    shown = read(raw_bytes)
    assert {c.code for c in shown.findings} == {"ligne-de-total"} | ({"total-different"} if formula else set())
    assert f"{shown.totals.kept / 100:.2f}" == GAIN


def test_an_action_of_a_famille_alone_that_adds_up_nothing_is_an_action() -> None:
    shown = read(edited(type_line(L1 + N, famille="Alimentation", gain_annuel=1_234)))
    assert "ligne-de-total" not in {c.code for c in shown.findings}


@pytest.mark.parametrize(("title", "factor", "said"), [
    ("Gain recalculé", 0.9, True), ("Gain annuel (€ TTC) bis", 2, True), ("Gains DAF", 1, True),
    ("Taux de gain", 1e-5, False), ("Notes", 1, False), ("Regain", 1, False),
])  # fmt: skip
def test_a_second_column_of_gains_is_said_to_be_one(title: str, factor: float, said: bool) -> None:
    def edit(_: Workbook, sheet: Worksheet) -> None:
        sheet.cell(L1 - 1, 28).value = title
        for n in range(L1, L1 + N):
            sheet.cell(n, 28).value = sheet[f"{COL['gain_annuel']}{n}"].value * factor

    shown = read(edited(edit))
    assert [("Deux colonnes se disputent" in c.message, title in c.message) for c in shown.findings] == [(said, True)]
    assert f"{shown.totals.kept / 100:.2f}" == GAIN


def test_an_address_with_dollars_is_the_same_cell() -> None:
    shown = read(rewrite_part(ordinary_file(), SHEET_PART, (rf'<c r="{S}"', f'<c r="${S[:-1]}${S[-1]}"')))
    assert shown.findings == ()
    assert f"{shown.totals.kept / 100:.2f}" == GAIN


@pytest.mark.parametrize(("chain", "computed"), [
    ('<c r="{S}" i="2"/>', True), ('<c r="A1" i="2"/><c r="{S}"/>', True), ('<c i="2" r="A1"/><c r="{S}" l="1"/>', True),
    ('<c r="{S}" i="3"/>', False), ('<c r="A1" i="3"/><c r="{S}"/>', False), ('<c r="A1" i="2"/><c r="{S}" i="3"/>', False),
])  # fmt: skip
def test_a_zero_is_computed_when_the_chain_lists_it_in_its_own_tab(chain: str, computed: bool) -> None:
    raw_bytes = rewrite_part(
        ordinary_file(), SHEET_PART, (rf'(<c r="{S}"[^>]*>)<v>\d+</v>', r"\g<1><f>O5*0</f><v>0</v>")
    )
    raw_bytes = rewrite_part(raw_bytes, BOOK, (r' fullCalcOnLoad="1"', ""))
    shown = read(replace_parts(raw_bytes, {CHAIN: f"<calcChain>{chain.format(S=S)}</calcChain>".encode()}))
    assert ("formule-non-calculee" in {c.code for c in shown.findings}) is not computed
