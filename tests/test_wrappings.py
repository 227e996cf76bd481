"""What a workbook comes wrapped in: Excel's own lock, rights management, the old formats, documents inserted into it."""

from __future__ import annotations

import io
import random

import msoffcrypto
import pytest
import xlwt
from msoffcrypto.format.ooxml import OOXMLFile

from sheets.judged import JudgedWorkbook
from sheets.judging.workbook import judge
from sheets.reading.unwrapping import EXCEL_S_OWN
from tests.corpus import folder, ordinary_file
from tests.corpus.base import COL, GAIN, GAIN_WITHOUT_L1, L1, TAB, open_workbook
from tests.corpus.containers import ole, replace_parts, zipped

DRM_DATA_SPACE = "\x09DRMDataSpace"


def total(raw_bytes: bytes, name: str = "GHT Jura.xlsx") -> str:
    shown = judge(name, raw_bytes, folder())
    assert shown.readable, shown.findings
    return f"{shown.totals.kept / 100:.2f}"


def refusal(raw_bytes: bytes) -> tuple[str, str]:
    """The code and the sentence of a file that is refused whole."""
    shown = judge("GHT Jura.xlsx", raw_bytes, folder())
    assert not shown.readable
    (finding,) = shown.findings
    return finding.code, finding.message


def encrypted(password: str) -> bytes:
    result = io.BytesIO()
    OOXMLFile(io.BytesIO(ordinary_file())).encrypt(password, result)
    return result.getvalue()


def test_a_workbook_that_excel_locks_with_its_own_password_is_read() -> None:
    assert total(encrypted(EXCEL_S_OWN)) == GAIN


def test_a_real_password_keeps_its_sentence() -> None:
    code, sentence = refusal(encrypted("secret"))
    assert code == "classeur-protege"
    assert "mot de passe" in sentence


def test_a_lock_that_would_take_minutes_to_try_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts: list[object] = []
    monkeypatch.setattr(msoffcrypto, "OfficeFile", attempts.append)
    info = b'\x04\x00\x04\x00\x40\x00\x00\x00<encryptedKey spinCount="9999999" saltSize="16"/>'
    assert "mot de passe" in refusal(ole({"EncryptionInfo": info, "EncryptedPackage": bytes(64)}))[1]
    assert attempts == []


@pytest.mark.parametrize("streams", [
    {"EncryptedPackage": b"x", "DRMEncryptedDataSpace": b"x", "DRMEncryptedTransform": b"x"},
    {"Workbook": b"\\x09\\x08", "\x09DRMContent": b"x"},
    {"\x09DRMContent": b"x"},
])  # fmt: skip
def test_rights_management_has_its_own_sentence(streams: dict[str, bytes]) -> None:
    code, sentence = refusal(ole(streams))
    assert code == "classeur-protege"
    assert "droits" in sentence
    assert "étiquette" in sentence
    assert "mot de passe" not in sentence


def test_a_label_alone_locks_nothing() -> None:
    input_label = b'<clbl:labelList xmlns:clbl="http://schemas.microsoft.com/office/2020/mipLabelMetadata"/>'
    assert total(replace_parts(ordinary_file(), {"docMetadata/LabelInfo.xml": input_label})) == GAIN


@pytest.mark.parametrize("name", ["Microsoft_Excel_Worksheet.xlsx", "Microsoft_Excel_97.xls", "tableur.ods",
                                 "Microsoft_Word_Document.docx", "oleObject1.bin", "document.pdf"])  # fmt: skip
def test_a_document_inserted_into_a_trame_changes_nothing(name: str) -> None:
    assert total(replace_parts(ordinary_file(), {f"xl/embeddings/{name}": ordinary_file()})) == GAIN


def test_an_archive_of_workbooks_keeps_its_sentence() -> None:
    for content in (
        {"GHT Jura.xlsx": ordinary_file()},
        {"envoi/xl/GHT.xlsb": b"x"},
        {"lisez-moi.txt": b"", "b.ods": b"x"},
    ):
        assert "archive" in refusal(zipped(content))[1]


def old_workbook(*, dates_from_1904: bool = False) -> xlwt.Workbook:
    """The ordinary file at the format of Excel 97, its formulas left out."""
    book = xlwt.Workbook()
    book.dates_1904 = dates_from_1904
    day = xlwt.easyxf(num_format_str="dd/mm/yyyy")
    for sheet in open_workbook().worksheets:
        copied = book.add_sheet(sheet.title, cell_overwrite_ok=True)
        for row in sheet.iter_rows():
            for c in row:
                if c.value is not None and c.data_type != "f":
                    copied.write(c.row - 1, c.column - 1, c.value, *([day] if c.is_date else []))
    return book


def as_bytes(book: xlwt.Workbook) -> bytes:
    stamp = io.BytesIO()
    book.save(stamp)
    return stamp.getvalue()


def place(column: str, number: int = L1) -> tuple[int, int]:
    """The row and column of a cell of the first line, from 0."""
    rank = 0
    for letter in COL[column]:
        rank = rank * 26 + ord(letter) - 64
    return number - 1, rank - 1


def judge_old_workbook(book: xlwt.Workbook) -> JudgedWorkbook:
    return judge("GHT Jura.xls", as_bytes(book), folder())


@pytest.mark.parametrize("dates_from_1904", [False, True])
def test_an_old_workbook_is_read_to_the_cent_and_to_the_cell(dates_from_1904: bool) -> None:
    shown, fresh = (
        judge_old_workbook(old_workbook(dates_from_1904=dates_from_1904)),
        judge("GHT Jura.xls", ordinary_file(), folder()),
    )
    assert shown.totals.kept == fresh.totals.kept
    assert [o.lines for o in shown.tabs] == [o.lines for o in fresh.tabs]
    assert shown.handed_in


def test_an_error_in_an_old_workbook_is_told_at_its_cell() -> None:
    book = old_workbook()
    book.get_sheet(TAB).row(place("gain_annuel")[0]).set_cell_error(place("gain_annuel")[1], "#DIV/0!")
    shown = judge_old_workbook(book)
    assert [(c.code, c.cell, c.value) for c in shown.findings] == [
        ("formule-en-erreur", f"{COL['gain_annuel']}{L1}", "#DIV/0!")
    ]
    assert shown.totals.kept == round(float(GAIN_WITHOUT_L1) * 100)


def test_an_old_workbook_shows_its_market_numbers_as_their_format_dresses_them() -> None:
    book = old_workbook()
    book.get_sheet(TAB).write(*place("marche"), 123, xlwt.easyxf(num_format_str="00000"))
    assert judge_old_workbook(book).tabs[0].lines[0].values.marche == "00123"


def test_a_value_in_the_last_cell_of_an_old_workbook_swells_nothing() -> None:
    book = old_workbook()
    book.get_sheet(TAB).write(65_535, 255, 1)
    shown = judge_old_workbook(book)
    assert f"{shown.totals.kept / 100:.2f}" == GAIN
    assert "cellule-lointaine" in {c.code for c in shown.findings}


def test_an_old_workbook_that_is_cut_or_scrambled_is_a_finding() -> None:
    good = as_bytes(old_workbook())
    random_source = random.Random(5)
    for attempt in range(30):
        damaged = bytearray(good[: len(good) // 2] if attempt == 0 else good)
        for _ in range(0 if attempt == 0 else 40):
            damaged[random_source.randrange(len(damaged))] = random_source.randrange(256)
        shown = judge("GHT Jura.xls", bytes(damaged), folder())
        assert shown.readable or [c.code for c in shown.findings] == ["classeur-illisible"]
