"""The doctor: a damaged trame comes back clean, reads the same, and whatever was not carried is listed."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment

from config.folder import Folder
from sheets import first_tab
from sheets.judged import JudgedWorkbook
from sheets.judging.workbook import judge
from sheets.reading.opening import Refusal, open_workbook
from sheets.reading.rows import cell_readers
from sheets.repairing.carried_cell import value_to_carry
from sheets.repairing.clean_trame import RepairedTrame, repair
from sheets.repairing.what_changed import Change, Nature
from sheets.tab_names import PAGE
from sheets.trames.paat import ACTIONS
from sheets.writing.tab import HEADING_ROW, LINES
from tests.conftest import GAIN_COL, as_bytes
from tests.corpus import CORPUS
from tests.corpus.base import COL, COLUMN_NUMBERS, FINESS, L1, NEIGHBOUR, TAB, edited, put, type_line
from tests.corpus.base import open_workbook as open_ordinary
from tests.test_cli import vigie


def said(repaired: RepairedTrame, nature: Nature | None = None) -> list[Change]:
    return [c for c in repaired.changes if nature in (None, c.nature)]


def sentences(repaired: RepairedTrame) -> str:
    return "\n".join(f"{c.nature.value} {c.text} {c.sheet} {c.cell} {c.value}" for c in repaired.changes)


def counted_content(workbook: JudgedWorkbook) -> dict[str, Any]:
    """What counts of a workbook: the typed lines of each tab, and its answers."""
    tabs = {o.finess: ([li.values for li in o.lines], o.purchases, o.neant) for o in workbook.tabs}
    return {"onglets": tabs, "remis": workbook.handed_in, "contact": workbook.contact}


def codes(workbook: JudgedWorkbook) -> set[str]:
    return {c.code for c in workbook.findings}


NO_LONGER_TOLD = {
    "colonne-reconnue", "valeur-reconnue", "ligne-de-total", "cellule-lointaine", "numero-en-double", "premier-onglet-absent",
    "tampon-contredit", "onglet-inconnu", "nomenclature-inconnue",
}  # fmt: skip
"""What a clean trame may no longer be told of."""

DAMAGED: dict[str, Callable[[], bytes]] = {
    "en ordre": edited,
    "en-têtes renommés": lambda: edited(put({f"{GAIN_COL}4": "Montant Gain", "C4": "Libellé de\nl'action", f"{COL['montant_reference']}4": "Montant de reference anuel"})),
    "colonnes et lignes insérées": lambda: edited(lambda _, f: f.insert_cols(2), lambda _, f: f.insert_rows(2, 3)),
    "valeurs fausses": lambda: edited(type_line(5, gain_annuel="NC", nature="Exploitations", date_premiere_commande="31/31/2021")),
    "écritures françaises": lambda: edited(type_line(5, gain_annuel="(1 234,56 €)", montant_reference="12 k€", date_premiere_commande="juil-21")),
    "moins d'un euro": lambda: edited(type_line(5, gain_annuel="0,50 €", prix_reference="0,3333333333333333333", quantite="1 000")),
    "taux dans les euros": lambda: edited(type_line(5, gain_annuel=0.0475)),
    "codes": lambda: edited(type_line(5, marche="00123", commentaire="_x0041_ =1+1", justification="a\nb\r\nc")),
    "formules en texte": lambda: edited(type_line(5, intitule="=1+1", commentaire="@SUM(A1)", marche="+33")),
    "numéros copiés": lambda: edited(put({"A6": "0001", "A7": None, "A8": "X-12"})),
    "total et trou": lambda: edited(put({"C16": "TOTAL", f"{GAIN_COL}16": 66_000, "C50": "Loin", "D50": "Hôtellerie", f"{COL['statut']}50": "potentiel"})),
    "date ailleurs": lambda: edited(type_line(5, gain_annuel=datetime(2021, 3, 1), marche=datetime(2021, 3, 1), demarche=True)),  # noqa: DTZ001
    "donnée personnelle": lambda: edited(type_line(5, commentaire="1 85 05 78 006 084 91")),
    "achats illisibles": lambda: edited(lambda book, _: _type_total_purchases(book, "environ 3 M")),
    "achats effacés": lambda: edited(lambda book, _: _type_total_purchases(book, None)),
}  # fmt: skip


def _type_total_purchases(book: Workbook, value: str | None) -> None:
    sheet = book[first_tab.TITLE]
    line = next(r[0].row for r in sheet.iter_rows(max_col=1) if r[0].value == FINESS)
    sheet.cell(line or 0, 3).value = value


@pytest.mark.parametrize("name", DAMAGED)
def test_the_clean_trame_reads_the_same_with_only_the_person_s_own_mistakes_left(name: str, folder: Folder) -> None:
    raw_bytes = DAMAGED[name]()
    before, after = judge("x", raw_bytes, folder), judge("x", repair(raw_bytes, folder).raw_bytes, folder)
    assert counted_content(after) == counted_content(before)
    assert codes(after) <= codes(before)
    assert codes(before) - codes(after) <= NO_LONGER_TOLD
    assert after.totals.kept == before.totals.kept


@pytest.mark.parametrize(
    "name",
    ["notations-francaises", "marche-nombre", "emoji", "retours-a-la-ligne", "demi-substitut", "injection-commande",
     "systeme-1904", "classeur-binaire", "entetes-sur-deux-lignes", "entetes-repetes", "trente-lignes-au-dessus",
     "colonnes-permutees", "une-ligne-sur-deux", "sous-total", "ligne-copiee", "onglet-renomme", "tampons-effaces",
     "achats-nc", "nir-contact", "colonnes-masquees", "protege-par-mot-de-passe", "cellules-sans-adresse"],
)  # fmt: skip
def test_workbooks_that_people_damaged_read_the_same_too(name: str, folder: Folder) -> None:
    raw_bytes = CORPUS[name].raw_bytes()
    assert counted_content(judge("x", repair(raw_bytes, folder).raw_bytes, folder)) == counted_content(
        judge("x", raw_bytes, folder)
    )


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
NUMBERS = st.one_of(
    st.decimals(-(10**11), 10**11, places=2).map(lambda d: f"{d} €".replace(".", ",")),
    st.decimals(-(10**6), 10**6, allow_nan=False, places=7).map(lambda d: f"{d:f}".replace(".", ",")),
    st.floats(allow_nan=True, width=64),
    st.integers(-(10**13), 10**13).map(float),
)
RAW_VALUES = st.one_of(
    TEXTS,
    NUMBERS,
    st.dates(date(1850, 1, 1)),
    st.booleans(),
    st.sampled_from(["réalisés", "Récurrent", "PAAT", "dispositif medical"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.dictionaries(st.sampled_from([c.key for c in ACTIONS.typed_columns]), RAW_VALUES, max_size=12),
        min_size=8,
        max_size=8,
    )
)
def test_whatever_was_in_a_cell_what_is_carried_reads_the_same(folder: Folder, lines: list[dict[str, Any]]) -> None:
    """The rule cell by cell, then through a real file: written, saved, opened by the reader, compared."""
    read = cell_readers(ACTIONS, folder)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    expected_values = {}
    from sheets.writing.safe_cells import case
    from sheets.writing.safe_cells import put as write

    for line, cells in enumerate(lines, 1):
        for key, raw in cells.items():
            value = value_to_carry(ACTIONS.by_key[key], raw, read[key])
            if value is not None:
                write(case(sheet, line, COLUMN_NUMBERS[key]), value)
                expected_values[line, key] = read[key](raw)
            else:
                assert read[key](raw) is None or isinstance(raw, str | float | date)
    (tab, *_) = open_workbook(as_bytes(book))
    for (line, key), wanted_value in expected_values.items():
        read_value = tab.rows[line - 1 - tab.first_row][COLUMN_NUMBERS[key] - 1 - tab.first_column]
        assert read[key](read_value) == getattr(wanted_value, "label", wanted_value), (key, read_value)


@pytest.mark.parametrize(("typed", "key"), [("0,50 €", "gain_annuel"), (0.0475, "gain_annuel"), (float("nan"), "gain_annuel"),
                                            ("1.234", "montant_reference"), ("0,3333333333333333333", "prix_reference"), (1e15, "quantite")])  # fmt: skip
def test_amounts_that_a_number_cannot_hold_are_written_another_way(folder: Folder, typed: Any, key: str) -> None:
    value = value_to_carry(ACTIONS.by_key[key], typed, cell_readers(ACTIONS, folder)[key])
    assert value is not None
    assert cell_readers(ACTIONS, folder)[key](float(value) if isinstance(value, int | Decimal) else value) == cell_readers(ACTIONS, folder)[key](typed)  # fmt: skip


def test_nothing_that_was_typed_is_lost_in_silence(folder: Folder) -> None:
    """Each stray thing is named with its cell and what stood there."""

    def scatter_notes(book: Workbook, sheet: Any) -> None:
        sheet["AC4"], sheet["AC6"] = "Suivi interne", "relancer le service"
        sheet["C90"], sheet["C1"] = "note au loin", "au-dessus du tableau"
        sheet["C16"], sheet[f"{GAIN_COL}16"] = "TOTAL", 66_000
        sheet["Z9"], sheet["Z9"].data_type = "#REF!", "e"
        sheet[f"{GAIN_COL}8"] = "=1200*4"
        sheet["C5"].comment = Comment("demander à la pharmacie", "x")
        book.create_sheet("Brouillon")["B2"] = "à revoir"

    repaired = repair(edited(scatter_notes), folder)
    everything = sentences(repaired)
    for cell, value in (("AC4", "Suivi interne"), ("AC6", "relancer le service"), ("C90", "note au loin"), ("Z9", "#REF!"),
                            ("C1", "au-dessus du tableau"), ("ligne 16", "TOTAL"), ("C5", "demander à la pharmacie"), (f"{GAIN_COL}8", "=1200*4")):  # fmt: skip
        assert any(c.cell == cell and value in c.value for c in repaired.changes), cell
    assert "l'onglet « brouillon »" in everything.lower()


def test_every_cell_of_a_tab_is_carried_ours_or_listed(folder: Folder) -> None:
    raw_bytes = edited(lambda _, f: f.insert_cols(4), type_line(5, marche="x"), put({"D4": "À moi", "D7": "a", "D11": 3, "AF20": "loin"}),
                      lambda _, f: f.insert_rows(9))  # fmt: skip
    repaired = repair(raw_bytes, folder)
    listed = {c.cell for c in repaired.changes if c.sheet == TAB}
    assert {"D4", "D7", "D12", "AF21"} <= listed
    assert "lignes 10 à 15 de votre fichier : maintenant lignes 9 à 14" in sentences(repaired).lower()


def test_headings_and_columns_recognised_are_told(folder: Folder) -> None:
    repaired = repair(
        edited(put({f"{GAIN_COL}4": "Montant Gain"}), lambda _, f: f.move_range("B4:B15", cols=28)), folder
    )
    understood = " ".join(c.text for c in said(repaired, Nature.UNDERSTOOD_SO))
    assert "« Montant Gain » a été compris comme" in understood
    assert "« Démarche » a changé de place ; elle est de nouveau à la sienne" in understood


def test_a_value_that_fits_no_list_stays_to_be_mended(folder: Folder) -> None:
    repaired = repair(edited(type_line(6, mode="annuel")), folder)
    (rest,) = said(repaired, Nature.TO_MEND)
    assert (rest.cell, rest.value) == (f"{COL['mode']}6", "annuel")
    assert load_workbook(io.BytesIO(repaired.raw_bytes))[TAB][f"{COL['mode']}6"].value == "annuel"


def test_a_version_no_longer_read_is_carried_into_the_current_one(folder: Folder) -> None:
    def make_older(book: Workbook, _: Any) -> None:
        for sheet in book:
            if sheet["A3"].value:
                sheet["A3"] = str(sheet["A3"].value).replace("2022.1", "2018.1")

    raw_bytes = edited(make_older)
    assert codes(judge("x", raw_bytes, folder)) == {"version-non-lue"}
    repaired = repair(raw_bytes, folder)
    assert counted_content(judge("x", repaired.raw_bytes, folder)) == counted_content(judge("x", edited(), folder))
    assert "La trame était de : version 2018.1 ; celle-ci est de : version 2022.1." in sentences(repaired)


def test_a_lost_stamp_can_be_said_by_hand(folder: Folder) -> None:
    book = open_ordinary()
    book.custom_doc_props = type(book.custom_doc_props)()  # type: ignore[attr-defined]
    for sheet in book:
        sheet["A3"] = None
    raw_bytes = as_bytes(book)
    with pytest.raises(Refusal, match="tampon"):
        repair(raw_bytes, folder)
    repaired = repair(raw_bytes, folder, "BFC-08", "2021-annuelle")
    assert counted_content(judge("x", repaired.raw_bytes, folder)) == counted_content(judge("x", edited(), folder))


def test_amounts_under_a_heading_in_another_unit_are_not_carried_as_euros(folder: Folder) -> None:
    repaired = repair(edited(put({f"{GAIN_COL}4": "Gain annuel (k€)"})), folder)
    after = judge("x", repaired.raw_bytes, folder)
    assert all(li.values.gain_annuel is None for o in after.tabs for li in o.lines)
    assert {f"{GAIN_COL}{n}" for n in range(L1, L1 + 10)} <= {c.cell for c in said(repaired, Nature.LEFT_ASIDE)}


def test_it_is_a_real_trame_with_lists_formulas_and_locks(folder: Folder) -> None:
    sheet = load_workbook(io.BytesIO(repair(edited(), folder).raw_bytes))[TAB]
    assert sheet.protection.sheet
    assert not sheet[f"{COL['gain_annuel']}{L1}"].protection.locked
    assert str(sheet[f"{COL['gain_exercice']}{L1}"].value).startswith("=")
    assert len(sheet.data_validations.dataValidation) == sum(
        c.kind in ("liste", "nomenclature") for c in ACTIONS.columns
    )
    assert sheet.conditional_formatting
    assert sheet[f"{COL['marche']}{L1}"].number_format == "@"


def test_the_lines_still_blank_have_numbers_nobody_has(folder: Folder) -> None:
    sheet = load_workbook(io.BytesIO(repair(edited(put({"A5": "0300", "A6": "X-1"})), folder).raw_bytes))[TAB]
    numbers = [sheet.cell(n, 1).value for n in range(L1, HEADING_ROW + LINES + 1)]
    assert numbers[:2] == ["0300", "X-1"]
    assert len(set(numbers)) == len(numbers) == LINES


def test_more_lines_than_were_prepared_are_all_inside_the_table(folder: Folder) -> None:
    def lengthen(_: Workbook, sheet: Any) -> None:
        for n in range(L1 + 10, L1 + LINES + 20):
            for column in (3, 4, 8, 10, 11):
                sheet.cell(n, column).value = sheet.cell(L1, column).value
            sheet.cell(n, COLUMN_NUMBERS["statut"]).value = "potentiel"

    repaired = repair(edited(lengthen), folder)
    book = load_workbook(io.BytesIO(repaired.raw_bytes))
    last_time = L1 + LINES + 19
    assert book[TAB][f"{COL['gain_exercice']}{last_time}"].value
    assert all(int(str(v.sqref).rpartition(":")[2].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) >= last_time
               for v in book[TAB].data_validations.dataValidation)  # fmt: skip
    assert any(f"${book[TAB].max_row})" in str(c.value) for r in book[first_tab.TITLE].iter_rows() for c in r)
    assert judge("x", repaired.raw_bytes, folder).totals.lines_read == LINES + 20


def test_the_differences_are_written_in_a_tab_that_is_not_read(folder: Folder) -> None:
    stamp = "Vigie · trame paat 2022.1 · BFC-01 · campagne 2020-annuelle"
    repaired = repair(edited(put({"C90": stamp, "C91": "Trame remise"})), folder)
    book = load_workbook(io.BytesIO(repaired.raw_bytes))
    assert book.active is not None
    assert book.active.title == PAGE
    seen_ones = [c.value for r in book[PAGE].iter_rows() for c in r]
    assert all(c.text in seen_ones for c in repaired.changes)
    assert codes(judge("x", repaired.raw_bytes, folder)) == codes(judge("x", edited(), folder))
    assert repair(repaired.raw_bytes, folder).changes == repair(edited(), folder).changes


def test_a_tab_that_is_nobody_s_is_named_and_left(folder: Folder) -> None:
    repaired = repair(edited(lambda book, _: book.copy_worksheet(book[NEIGHBOUR]), _without_headings), folder)
    left_open = [c for c in said(repaired, Nature.LEFT_ASIDE) if "lignes remplies laissées" in c.text]
    assert {c.sheet for c in left_open} == {f"{NEIGHBOUR} Copy", "CH LOUIS JAILLON SAINT CLAUDE"}


def _without_headings(book: Workbook, _: Any) -> None:
    book["CH LOUIS JAILLON SAINT CLAUDE"].delete_rows(4)


def test_vigie_soigne_writes_a_clean_trame_and_replaces_nothing(tmp_path: Path) -> None:
    raw_bytes = edited(type_line(5, gain_annuel="NC"))
    (tmp_path / "GHT Jura.xlsx").write_bytes(raw_bytes)
    finished = vigie("soigne", "GHT Jura.xlsx", cwd=tmp_path)
    assert finished.returncode == 1, finished.stderr
    assert "10 lignes reprises" in finished.stdout
    assert "1 point à corriger" in finished.stdout
    assert (tmp_path / "GHT Jura.xlsx").read_bytes() == raw_bytes
    assert vigie("check", "GHT Jura - trame propre.xlsx", cwd=tmp_path).returncode == 1
    clean = (tmp_path / "GHT Jura - trame propre.xlsx").read_bytes()
    finished = vigie("soigne", "GHT Jura.xlsx", cwd=tmp_path)
    assert (finished.returncode, "n'est pas remplacé" in finished.stderr) == (2, True)
    assert (tmp_path / "GHT Jura - trame propre.xlsx").read_bytes() == clean


def test_vigie_soigne_says_why_there_is_no_clean_trame(tmp_path: Path) -> None:
    (tmp_path / "photo.xlsx").write_bytes(b"\xff\xd8\xff")
    finished = vigie("soigne", "photo.xlsx", cwd=tmp_path)
    assert finished.returncode == 2
    assert "pas de trame propre : Ce fichier n'est pas un classeur Excel" in finished.stdout
    assert "vouliez-vous dire « BFC-08 »" in vigie("soigne", "photo.xlsx", "--ght", "BFC-80", cwd=tmp_path).stderr
