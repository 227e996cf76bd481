"""Legal ways of laying out a workbook that few programs use: each is read to the cent, or the loss is told where it is."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import NoReturn

import pytest

from config.errors import UserError
from reports.findings_workbook import read_decisions
from sheets.findings import Finding
from sheets.judged import JudgedWorkbook
from sheets.judging import workers
from sheets.judging.workbook import judge
from sheets.reading import opening as excel_reader
from sheets.repairing import clean_trame
from tests.corpus import folder, ordinary_file
from tests.corpus.base import COL, GAIN, GAIN_WITHOUT_L1, L1, SHEET_PART, TAB
from tests.corpus.containers import (
    RELATIONS,
    RELATIONSHIP_KIND,
    SHARED_TEXTS_PART,
    XML_NAMESPACE,
    CellContent,
    SheetEntry,
    parties,
    replace_parts,
    rewrite_part,
    share_texts,
    xlsb,
    zipped,
)
from tests.corpus.damage import binary_values
from tests.corpus.libreoffice import FOLDER

WORKBOOK_PART, STYLES, ROOT = "xl/workbook.xml", "xl/styles.xml", "_rels/.rels"
GAIN_L1, COMMENT_L1 = f"{COL['gain_annuel']}{L1}", f"{COL['commentaire']}{L1}"
LINKS_NAMESPACE = "http://schemas.openxmlformats.org/package/2006/relationships"


def judge_bytes(raw_bytes: bytes, name: str = "GHT Jura.xlsx") -> JudgedWorkbook:
    return judge(name, raw_bytes, folder())


def total(shown: JudgedWorkbook) -> str:
    assert shown.readable, shown.findings
    return f"{shown.totals.kept / 100:.2f}"


def codes(shown: JudgedWorkbook) -> list[tuple[str, str, str]]:
    return [(c.code, c.cell, c.value) for c in shown.findings]


def excel() -> bytes:
    return share_texts(ordinary_file())


# --- errors ------------------------------------------------------------------------------------------------------------

NEW_ERRORS = ("#SPILL!", "#CALC!", "#FIELD!", "#GETTING_DATA", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!",
             "#PYTHON!", "#EXTERNAL!", "#TIMEOUT!", "Err:502")  # fmt: skip


@pytest.mark.parametrize("error", NEW_ERRORS)
def test_an_error_that_excel_found_since_is_told_at_its_cell_and_the_other_lines_are_read(error: str) -> None:
    raw_bytes = rewrite_part(
        excel(), SHEET_PART, (rf'(<c r="{GAIN_L1}"[^>]*?)( t="n")?><v>1200</v>', rf'\1 t="e"><v>{error}</v>')
    )
    shown = judge_bytes(raw_bytes)
    assert codes(shown) == [("formule-en-erreur", GAIN_L1, error)]
    assert total(shown) == GAIN_WITHOUT_L1


@pytest.mark.parametrize("error", NEW_ERRORS)
def test_such_an_error_where_nothing_is_required_loses_nothing(error: str) -> None:
    cell = f'<c r="{COMMENT_L1}" t="e"><v>{error}</v></c>'
    others = rf'<c r="{COMMENT_L1}"[^>]*?(/>|>.*?</c>)|(?=</row><row r="{L1 + 1}")'
    assert total(judge_bytes(rewrite_part(excel(), SHEET_PART, (others, cell)))) == GAIN


# --- names and places of the parts ---------------------------------------------------------------------------------------


def move_parts(raw_bytes: bytes, new_names: dict[str, str]) -> bytes:
    """The workbook with parts under other names, and every link pointing at them."""
    content = parties(raw_bytes)
    for name in [n for n in content if n.endswith(".rels")]:
        for old_name, fresh in new_names.items():
            ends = {f"/{old_name}", old_name, old_name.removeprefix("xl/"), f"../{old_name}"}
            for end in ends:
                content[name] = content[name].replace(f'Target="{end}"'.encode(), f'Target="/{fresh}"'.encode())
    for old_name, fresh in new_names.items():
        content[fresh] = content.pop(old_name)
        folder_, _, base = old_name.rpartition("/")
        links = f"{folder_}/_rels/{base}.rels"
        if links in content:
            d, _, b = fresh.rpartition("/")
            content[f"{d}/_rels/{b}.rels".lstrip("/")] = content.pop(links)
    return zipped(content)


def sheet_names(raw_bytes: bytes) -> list[str]:
    return [n for n in parties(raw_bytes) if n.startswith("xl/worksheets/sheet")]


def in_upper_case(raw_bytes: bytes) -> bytes:
    return zipped({n.upper() if n.startswith("xl/") else n: o for n, o in parties(raw_bytes).items()})


def decoy() -> bytes:
    """A workbook that points at its true main part, and holds another one under the usual name, with another gain."""
    x = excel()
    fake = parties(x)[SHEET_PART].replace(b"<v>1200</v>", b"<v>9</v>")
    links = parties(x)[RELATIONS].replace(b"worksheets/sheet2.xml", b"worksheets/leurre.xml")
    true_workbook = move_parts(x, {WORKBOOK_PART: "xl/workbook2.xml"})
    return replace_parts(
        true_workbook, {WORKBOOK_PART: parties(x)[WORKBOOK_PART], RELATIONS: links, "xl/worksheets/leurre.xml": fake}
    )


LAYOUTS: dict[str, Callable[[], bytes]] = {
    "workbook2": lambda: move_parts(excel(), {WORKBOOK_PART: "xl/workbook2.xml"}),
    "livre à la racine": lambda: move_parts(excel(), {WORKBOOK_PART: "workbook.xml"}),
    "autre dossier": lambda: move_parts(excel(), {n: f"tableur/{n.removeprefix('xl/')}" for n in parties(excel())
                                               if n.startswith("xl/") and "_rels" not in n}),
    "feuilles ailleurs": lambda: move_parts(excel(), {n: n.replace("worksheets/sheet", "feuilles/f") for n in sheet_names(excel())}),
    "feuilles à côté du livre": lambda: move_parts(excel(), {n: n.replace("worksheets/", "") for n in sheet_names(excel())}),
    "textes ailleurs": lambda: move_parts(excel(), {SHARED_TEXTS_PART: "xl/textes/strings.xml"}),
    "styles ailleurs": lambda: move_parts(excel(), {STYLES: "xl/apparence.xml"}),
    "majuscules": lambda: in_upper_case(excel()),
    "noms en pour cent": lambda: rewrite_part(excel(), RELATIONS, ("worksheets/sheet2", "worksheets/sheet%32")),
    "sans types de contenu": lambda: replace_parts(excel(), {"[Content_Types].xml": None}),
    "sans styles": lambda: replace_parts(rewrite_part(excel(), RELATIONS, (r"<Relationship [^>]*styles[^>]*/>", "")), {STYLES: None}),
    "styles annoncés et absents": lambda: replace_parts(excel(), {STYLES: None}),
    "table de textes vide": lambda: replace_parts(ordinary_file(), {SHARED_TEXTS_PART: f'<sst xmlns="{XML_NAMESPACE}"/>'.encode()}),
    "sans table de textes": lambda: replace_parts(ordinary_file(), {SHARED_TEXTS_PART: None}),
    "liens préfixés": lambda: rewrite_part(excel(), RELATIONS, ("<Relationship", "<p:Relationship"), ("</Relationship", "</p:Relationship"),
                                     (f'xmlns="{LINKS_NAMESPACE}"', f'xmlns:p="{LINKS_NAMESPACE}"')),
    "leurre": decoy,
    "marque d'ordre au livre": lambda: replace_parts(excel(), {WORKBOOK_PART: b"\xef\xbb\xbf" + parties(excel())[WORKBOOK_PART]}),
    "livre en utf-16": lambda: replace_parts(excel(), {WORKBOOK_PART: ("<?xml version='1.0' encoding='UTF-16'?>"
                                        + re.sub(r"^<\?xml[^>]*>", "", parties(excel())[WORKBOOK_PART].decode())).encode("utf-16")}),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_parts_are_found_by_their_links_whatever_they_are_named(layout: str) -> None:
    shown = judge_bytes(LAYOUTS[layout]())
    assert total(shown) == GAIN
    assert codes(shown) == []
    assert shown.handed_in


def test_an_error_is_still_told_at_its_cell_when_the_parts_bear_other_names() -> None:
    as_error = rewrite_part(
        excel(), SHEET_PART, (rf'(<c r="{GAIN_L1}"[^>]*?)( t="n")?><v>1200</v>', r'\1 t="e"><v>#REF!</v>')
    )
    for raw_bytes in (in_upper_case(as_error), move_parts(as_error, {WORKBOOK_PART: "xl/workbook2.xml"}),
                   move_parts(as_error, {SHEET_PART: "xl/f/F.XML"})):  # fmt: skip
        assert codes(judge_bytes(raw_bytes)) == [("formule-en-erreur", GAIN_L1, "#REF!")]


@pytest.mark.parametrize("between", [" ", "\n    ", "<!-- -->", "<?p i?>", "\t<!-- a --> \n"])
def test_what_stands_between_cells_and_rows_is_no_value(between: str) -> None:
    raw_bytes = rewrite_part(excel(), SHEET_PART, (r"</row>", f"{between}</row>{between}"), (r"</c>", f"</c>{between}"),
                    (r"(<row [^>]*[^/]>)", rf"\1{between}"), ("<sheetData>", f"{between}<sheetData>{between}"))  # fmt: skip
    shown = judge_bytes(raw_bytes)
    assert (total(shown), codes(shown)) == (GAIN, [])


def cell(type_: str, content: str) -> bytes:
    """The ordinary file whose first gain is written so."""
    return rewrite_part(
        excel(),
        SHEET_PART,
        (rf'<c r="{GAIN_L1}"([^>]*?)( t="n")?><v>1200</v></c>', rf'<c r="{GAIN_L1}"\1{type_}>{content}</c>'),
    )


@pytest.mark.parametrize(("type_", "content"), [
    ("", "<v> 1200 \n</v>"), ("", "<v>1.2E+03</v>"), ("", "<v>1200</v><extLst><ext/></extLst>"), (' t="zz"', "<v>1200</v>"),
    (' t="str"', "<v>1200</v>"), (' t="inlineStr"', "<is><t>1200</t></is>"), ("", '<f t="zz">1</f><v>1200</v>'),
    ("", '<v xml:space="preserve">1200</v>'),
])  # fmt: skip
def test_a_number_is_read_however_its_cell_is_written(type_: str, content: str) -> None:
    shown = judge_bytes(cell(type_, content))
    assert (total(shown), codes(shown)) == (GAIN, [])


@pytest.mark.parametrize(("type_", "content", "code"), [
    (' t="b"', "<v>2</v>", "valeur-non-numerique"), (' t="e"', "<v></v>", "formule-en-erreur"), ("", "<v>0x4B0</v>", "valeur-non-numerique"),
    (' t="d"', "<v>hier</v>", "valeur-non-numerique"), ("", "<v>12_00</v>", "valeur-non-numerique"),
])  # fmt: skip
def test_a_cell_that_makes_no_sense_costs_its_own_line_alone(type_: str, content: str, code: str) -> None:
    shown = judge_bytes(cell(type_, content))
    assert [(c.code, c.cell) for c in shown.findings] == [(code, GAIN_L1)]
    assert total(shown) == GAIN_WITHOUT_L1


def test_blanks_that_lay_out_an_open_document_are_no_value() -> None:
    ods = (FOLDER / "feuille.ods").read_bytes()
    spaced_out = rewrite_part(ods, "content.xml", (r"(?=<table:(?:covered-)?table-(?:cell|row))", "\n      "))
    assert (total(judge_bytes(spaced_out, "x.ods")), codes(judge_bytes(spaced_out, "x.ods"))) == (GAIN, [])
    assert judge_bytes(spaced_out, "x.ods").tabs == judge_bytes(ods, "x.ods").tabs


# --- sheets that are none ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["debut", "fin"])
@pytest.mark.parametrize("link", [True, False])
def test_a_tab_listed_without_its_part_is_told_and_the_rest_is_read(place: str, link: bool) -> None:
    sheet_declaration = '<sheet name="Perdu" sheetId="90" r:id="rId777"/>'
    reason, fresh = (
        (r"<sheets>", f"<sheets>{sheet_declaration}")
        if place == "debut"
        else (r"</sheets>", f"{sheet_declaration}</sheets>")
    )
    raw_bytes = rewrite_part(excel(), WORKBOOK_PART, (reason, fresh))
    if link:
        lost = f'<Relationship Id="rId777" Type="{RELATIONSHIP_KIND}/worksheet" Target="worksheets/perdu.xml"/></Relationships>'
        raw_bytes = rewrite_part(raw_bytes, RELATIONS, ("</Relationships>", lost))
    shown = judge_bytes(raw_bytes)
    assert total(shown) == GAIN
    assert [(c.code, c.sheet) for c in shown.findings] == [("onglet-sans-contenu", "Perdu")]


def test_the_tab_of_an_etablissement_without_its_part_is_told() -> None:
    shown = judge_bytes(replace_parts(excel(), {SHEET_PART: None}))
    assert total(shown) == "0.00"
    assert {c.code for c in shown.findings} == {"onglet-sans-contenu", "onglet-manquant"}


KINDS = {
    "macro": ("http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet", "macrosheets"),
    "macro internationale": ("http://schemas.microsoft.com/office/2006/relationships/xlIntlMacrosheet", "macrosheets"),
    "graphique": (f"{RELATIONSHIP_KIND}/chartsheet", "chartsheets"),
    "dialogue": (f"{RELATIONSHIP_KIND}/dialogsheet", "dialogsheets"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", [0, 2, 9])
@pytest.mark.parametrize("state", ["", 'state="hidden"', 'state="veryHidden"'])
def test_a_sheet_that_holds_no_table_is_left_out_wherever_it_stands(kind: str, place: int, state: str) -> None:
    type_, where = KINDS[kind]

    def insert_sheet(found: re.Match[str]) -> str:
        listed = re.findall(r"<[^>]*>", found[1])
        listed.insert(place, f'<sheet name="Feuil9" sheetId="90" {state} r:id="rId901"/>')
        return f"<sheets>{''.join(listed)}</sheets>"

    raw_bytes = rewrite_part(excel(), WORKBOOK_PART, (r"<sheets>(.*?)</sheets>", insert_sheet))
    link = f'<Relationship Id="rId901" Type="{type_}" Target="{where}/sheet9.xml"/></Relationships>'
    raw_bytes = rewrite_part(raw_bytes, RELATIONS, ("</Relationships>", link))
    sheet = f'<xm:macrosheet xmlns:xm="urn:x" xmlns="{XML_NAMESPACE}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData></xm:macrosheet>'
    shown = judge_bytes(replace_parts(raw_bytes, {f"xl/{where}/sheet9.xml": sheet.encode()}))
    assert (total(shown), codes(shown)) == (GAIN, [])


# --- binary workbooks ------------------------------------------------------------------------------------------------


def binary_workbook(*before: SheetEntry, far_ones: tuple[int, int] | None = None) -> bytes:
    return xlsb([*before, *(SheetEntry(name, rows) for name, rows in binary_values().items())], far_ones)


def judge_binary(raw_bytes: bytes) -> JudgedWorkbook:
    return judge_bytes(raw_bytes, "GHT Jura.xlsb")


def retype_cell(column: str, value: CellContent) -> dict[str, list[list[CellContent]]]:
    tabs = binary_values()
    tabs[TAB][L1 - 1][list(COL).index(column)] = value
    return tabs


def test_a_binary_workbook_whose_links_bear_a_prefix_is_read() -> None:
    raw_bytes = rewrite_part(binary_workbook(), "xl/_rels/workbook.bin.rels", ("<Relationship", "<p:Relationship"),
                    ("</Relationship", "</p:Relationship"), ("xmlns=", "xmlns:p="))  # fmt: skip
    assert (total(judge_binary(raw_bytes)), codes(judge_binary(raw_bytes))) == (GAIN, [])


def test_a_binary_cell_that_does_not_say_its_column_stands_behind_the_one_before() -> None:
    tabs = [SheetEntry(name, rows) for name, rows in binary_values().items()]
    shown = judge_binary(xlsb(tabs, short_cells=True))
    assert (total(shown), codes(shown)) == (GAIN, [])
    assert shown.tabs == judge_binary(xlsb(tabs)).tabs


def test_a_companion_saved_as_a_binary_workbook_is_still_no_trame() -> None:
    property_ = b'<Properties><property name="vigie-retour"><v>1</v></property></Properties>'
    (finding,) = judge_binary(replace_parts(binary_workbook(), {"docProps/custom.xml": property_})).findings
    assert finding.code == "retour-de-vigie"


@pytest.mark.parametrize("kind", ["chartsheet", "dialogsheet", "xlMacrosheet"])
def test_a_binary_sheet_that_holds_no_table_is_left_out(kind: str) -> None:
    shown = judge_binary(binary_workbook(SheetEntry("Feuil9", [[1.0]], kind)))
    assert (total(shown), codes(shown)) == (GAIN, [])


@pytest.mark.parametrize(
    ("code", "said"), [(0x07, "#DIV/0!"), (0x2A, "#N/A"), (0x2B, "#GETTING_DATA"), (0x63, "#ERREUR")]
)
def test_an_error_in_a_binary_workbook_is_told_at_its_cell(code: int, said: str) -> None:
    tabs = retype_cell("gain_annuel", bytes([code]))
    shown = judge_binary(xlsb([SheetEntry(name, rows) for name, rows in tabs.items()]))
    assert codes(shown) == [("formule-en-erreur", GAIN_L1, said)]
    assert total(shown) == GAIN_WITHOUT_L1


def test_a_far_cell_in_a_binary_workbook_takes_only_its_own_file() -> None:
    far_ones = binary_workbook(far_ones=(1_048_575, 16_383))
    files = [("loin.xlsb", far_ones), ("bon.xlsx", ordinary_file())]
    first, second = workers.judge_all(files, folder())
    assert [total(c) for c in (first, second)] == [GAIN, GAIN]
    assert "cellule-lointaine" in {c.code for c in first.findings}


@pytest.mark.parametrize("part", ["xl/workbook.bin", "xl/worksheets/sheet2.bin", "xl/_rels/workbook.bin.rels"])
def test_a_binary_workbook_that_is_cut_or_scrambled_is_one_finding(part: str) -> None:
    good = parties(binary_workbook())
    for n, damaged in enumerate(
        (good[part][:-7], good[part][: len(good[part]) // 3], bytes(900), zlib.compress(good[part]))
    ):
        shown = judge_binary(zipped({**good, part: damaged}))
        assert shown.readable or len(shown.findings) == 1, n


# --- a panic of the reader ---------------------------------------------------------------------------------------------


class PanicError(BaseException):
    """What calamine raises when it panics: no Exception, of a module that cannot be imported."""


PanicError.__module__ = excel_reader.PANIC


def panic(*_: object) -> NoReturn:
    raise PanicError("called `Option::unwrap()` on a `None` value")


def repair_sentence(raw_bytes: bytes) -> str:
    result = clean_trame._repair_in_worker("", "", "GHT Jura.xlsx", raw_bytes, folder(), False)
    assert isinstance(result, Finding)
    return result.message


def refused_decisions(raw_bytes: bytes) -> str:
    with pytest.raises(UserError) as fault:
        read_decisions(raw_bytes)
    return str(fault.value)


READERS: dict[str, Callable[[bytes], str]] = {
    "check, pull, retour": lambda raw_bytes: judge_bytes(raw_bytes).findings[0].message,
    "soigne": repair_sentence,
    "decide --file": refused_decisions,
}


@pytest.mark.parametrize("ordered_on", READERS)
def test_a_panic_of_the_reader_is_a_failed_read_like_any_other(
    ordered_on: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(excel_reader, "CalamineWorkbook", SimpleNamespace(from_filelike=panic))
    assert "abîmé" in READERS[ordered_on](ordinary_file())
