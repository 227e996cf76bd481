"""The companion: what a buyer finds in it, at which cell, and why it is never taken for a trame nor run as a formula."""

from __future__ import annotations

import io
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from config.folder import Folder
from jobs.companions import write_companions
from jobs.taking_in.folders import pull
from jobs.wiring import Workshop
from sheets.findings import Finding, Severity, groups
from sheets.judged import JudgedWorkbook
from sheets.judging.workbook import judge
from sheets.register import acts
from sheets.register.database import open_register
from sheets.returning.companion import companion_book, write_companion
from sheets.returning.companion_summary import SUMMARY
from sheets.returning.companion_tab import Settled
from tests import acted
from tests.conftest import GAIN_COL, FillTrame, as_bytes
from tests.corpus.base import COL, TAB, edited, put, type_line
from tests.test_cli import vigie

JURA_SUD = "390780146"
NIR = "1 85 05 78 006 084 91"


@pytest.fixture
def judged_(folder: Folder, filled_trame: FillTrame) -> JudgedWorkbook:
    """A good line, one above 100 %, one that is no amount, one whose words look like formulas, one that is masked."""
    return judge("recus/GHT Jura.xlsx", filled_trame({JURA_SUD: [
        {}, {"gain_annuel": 165_381, "montant_reference": 49_747, "marche": "2021-046"}, {"gain_annuel": "NC", "intitule": "Draps"},
        {"marche": "@SUM(A1)", "commentaire": "+33 1", "intitule": "-Lits", "justification": "'=1"}, {"commentaire": f"dossier {NIR}"},
    ]}), folder)  # fmt: skip


def read_again(book: Workbook) -> Workbook:
    """The companion as a spreadsheet opens it."""
    return load_workbook(io.BytesIO(as_bytes(book)))


def texts(sheet: Worksheet) -> str:
    return "\n".join(str(c.value) for row in sheet.iter_rows() for c in row if c.value is not None)


def cell(sheet: Worksheet, column: str, line: int) -> Cell:
    found_one = sheet[f"{COL[column]}{line}"]
    assert isinstance(found_one, Cell)
    return found_one


def test_every_value_stands_in_the_cell_where_the_person_typed_it(judged_: JudgedWorkbook, folder: Folder) -> None:
    sheet = read_again(companion_book(judged_, folder))[TAB]
    assert [cell(sheet, "gain_annuel", n).value for n in (5, 6, 7)] == [4_000, 165_381, "NC"]
    assert cell(sheet, "intitule", 7).value == "Draps"
    assert cell(sheet, "gain_exercice", 5).value == pytest.approx(3_333.33)
    assert cell(sheet, "performance", 5).value == pytest.approx(0.05)


def test_columns_and_lines_that_were_moved_are_where_the_person_has_them(folder: Folder) -> None:
    moved = get_column_letter(column_index_from_string(GAIN_COL) + 1)
    raw_bytes = edited(lambda _, f: f.insert_cols(1), lambda _, f: f.insert_rows(2, 3), put({f"{moved}12": "NC"}))
    workbook = judge("x.xlsx", raw_bytes, folder)
    (finding,) = (c for c in workbook.findings if c.code == "valeur-non-numerique")
    sheet = read_again(companion_book(workbook, folder))[TAB]
    assert (finding.cell, sheet[f"{moved}12"].value) == (f"{moved}12", "NC")
    assert sheet[f"{moved}7"].value == "Gain annuel sur 12 mois (€ TTC)"
    assert sheet["A7"].value == "(colonne à vous, non lue)"


def test_a_cell_to_mend_is_coloured_noted_and_said_on_its_line(judged_: JudgedWorkbook, folder: Folder) -> None:
    sheet = read_again(companion_book(judged_, folder))[TAB]
    nc, good_cell = cell(sheet, "gain_annuel", 7), cell(sheet, "gain_annuel", 5)
    assert nc.comment is not None
    assert f"{GAIN_COL}7" in nc.comment.text
    assert "Saisissez un nombre seul" in nc.comment.text
    assert nc.fill.start_color.rgb != good_cell.fill.start_color.rgb
    assert good_cell.comment is None
    assert str(cell(sheet, "retour", 7).value).startswith("Rejet : « NC »")
    assert cell(sheet, "retour", 5).value is None


def test_a_note_is_large_enough_for_its_words(judged_: JudgedWorkbook, folder: Folder) -> None:
    for sheet in companion_book(judged_, folder).worksheets:
        for note in (c.comment for row in sheet.iter_rows() for c in row if c.comment):
            assert note.width * note.height > 6 * 15 * len(note.text)


def test_what_was_written_in_the_return_column_stays(folder: Folder) -> None:
    workbook = judge("x.xlsx", edited(type_line(5, retour="vu avec la région", gain_annuel="NC")), folder)
    said = str(cell(read_again(companion_book(workbook, folder))[TAB], "retour", 5).value)
    assert said.startswith("vu avec la région\nRejet : ")


def test_the_summary_tells_each_rule_how_often_where_and_for_how_much(judged_: JudgedWorkbook, folder: Folder) -> None:
    summary = read_again(companion_book(judged_, folder)).worksheets[0]
    assert summary.title == SUMMARY
    rows = [[c.value for c in r] for r in summary.iter_rows()]
    (costly_rule,) = (r for r in rows if "performance-superieure-100" in str(r[1]))
    assert (costly_rule[0], costly_rule[4], costly_rule[5], costly_rule[6]) == (
        "Rejet",
        f"{TAB} : ligne 6",
        1,
        137_817.5,
    )
    assert all(any(g.code in str(r[1]) for r in rows) for g in groups(judged_.findings))
    block_list = [r[0] for r in rows if r[0] in ("Rejet", "Alerte", "Info")]
    assert block_list == sorted(block_list, key=("Rejet", "Alerte", "Info").index)


def test_the_euros_of_the_summary_are_those_that_were_taken_out(judged_: JudgedWorkbook, folder: Folder) -> None:
    summary = read_again(companion_book(judged_, folder)).worksheets[0]
    euros = sum(r[6].value for r in summary.iter_rows() if isinstance(r[6].value, int | float))
    assert round(euros * 100) == judged_.totals.struck > 0


def test_a_rule_that_stands_twice_on_a_line_keeps_the_euros_of_the_line(folder: Folder) -> None:
    workbook = judge("x.xlsx", edited(put({f"{COL[c]}5": None for c in ("operateur", "mode")})), folder)
    (group,) = groups(workbook.findings)
    assert (len(group.findings), group.stake) == (2, workbook.totals.struck)


def test_every_link_leads_to_the_marked_cell(judged_: JudgedWorkbook, folder: Folder) -> None:
    book = read_again(companion_book(judged_, folder))
    links = [c.hyperlink.location for r in book.worksheets[0].iter_rows() for c in r if c.hyperlink]
    targets = [str(link).rpartition("!") for link in links]
    assert {c[2] for c in targets} >= {f"{GAIN_COL}6", f"{GAIN_COL}7"}
    assert all(c[0].strip("'") in book.sheetnames for c in targets)
    assert all(book[TAB][c].comment for c in (f"{GAIN_COL}6", f"{GAIN_COL}7"))


def test_the_control_totals_are_told_and_add_up(judged_: JudgedWorkbook, folder: Folder) -> None:
    said = texts(read_again(companion_book(judged_, folder)).worksheets[0])
    t = judged_.totals
    assert f"{t.lines_read} lues = 0 vide + 0 ignorée + {t.lines_struck} rejetées + {t.lines_kept} retenues" in said
    assert "déclarés = " in said


def test_what_was_settled_is_told_so_that_nobody_mends_it_twice(judged_: JudgedWorkbook, folder: Folder) -> None:
    settled_one = Settled(TAB, 6, "gardée malgré le constat, le 12/03/2022.")
    book = read_again(companion_book(judged_, folder, [settled_one]))
    assert "gardée malgré le constat" in texts(book.worksheets[0])
    assert "Déjà réglé : gardée" in str(cell(book[TAB], "retour", 6).value)


def test_nothing_typed_becomes_a_formula(folder: Folder) -> None:
    dangerous = {
        "marche": "@SUM(A1)",
        "commentaire": "+33 1",
        "intitule": "-Lits",
        "justification": "=1+1",
        "categorie": "=cmd|x",
    }
    workbook = judge("=1+1.xlsx", edited(type_line(5, **dangerous, gain_annuel='=HYPERLINK("x")')), folder)
    book = read_again(companion_book(workbook, folder, [Settled("=1", None, "=1+1")]))
    assert not [c.coordinate for f in book for r in f.iter_rows() for c in r if c.data_type == "f"]
    for column, typed in dangerous.items():
        found_one = cell(book[TAB], column, 5)
        assert (found_one.value, found_one.data_type, found_one.quotePrefix) == (typed, "s", True)


def test_a_personal_number_is_shown_nowhere(judged_: JudgedWorkbook, folder: Folder) -> None:
    book = read_again(companion_book(judged_, folder))
    notes = [c.comment.text for f in book for r in f.iter_rows() for c in r if c.comment]
    everything = "".join([*map(texts, book.worksheets), *notes])
    assert NIR.replace(" ", "") not in "".join(filter(str.isalnum, everything))
    assert str(cell(book[TAB], "commentaire", 9).value) == "dossier [numéro masqué]"


def test_a_companion_is_no_trame_and_says_so(judged_: JudgedWorkbook, folder: Folder) -> None:
    for suffix in ("", "sans propriété"):
        book = companion_book(judged_, folder)
        if suffix:
            book.custom_doc_props = type(book.custom_doc_props)()  # type: ignore[attr-defined]
        result = judge("x - retour.xlsx", as_bytes(book), folder)
        assert not result.readable
        assert [c.code for c in result.findings] == ["retour-de-vigie"], suffix
        assert result.findings[0].message == "C'est un retour de Vigie, pas une trame : corrigez votre propre fichier."


def test_a_tab_of_a_companion_copied_into_a_trame_does_not_refuse_the_trame(folder: Folder) -> None:
    raw_bytes = edited(lambda book, _: book.create_sheet("copie").append(["Vigie · retour sur « x »"]))
    assert judge("x.xlsx", raw_bytes, folder).readable


def test_a_pull_passes_over_companions_without_alarm(tmp_path: Path, judged_: JudgedWorkbook, folder: Folder) -> None:
    workshop = Workshop(folder.path, tmp_path / "v.sqlite")
    (tmp_path / "recus").mkdir()
    (tmp_path / "recus" / "jura.xlsx").write_bytes(edited())
    write_companion(judged_, folder, tmp_path / "recus" / "jura - retour.xlsx")
    db = open_register(tmp_path / "v.sqlite")
    for state in ("nouveau", "inchange"):
        summary = pull(db, folder, [tmp_path / "recus"], workshop.current_time)
        assert [r.state for r in summary.received_files] == [state]
        assert [Path(f).name for f in summary.companions] == ["jura - retour.xlsx"]
    assert db.execute("SELECT count(*) FROM fichiers").fetchone()[0] == 1


def test_a_file_nobody_could_read_gets_one_tab_that_says_why(folder: Folder) -> None:
    book = read_again(companion_book(judge("photo.xlsx", b"\xff\xd8\xff", folder), folder))
    assert book.sheetnames == [SUMMARY]
    assert "n'est pas un classeur Excel" in texts(book.worksheets[0])
    assert "Renvoyez la trame au format .xlsx" in texts(book.worksheets[0])


def test_a_refused_tab_says_that_it_was_not_read(folder: Folder) -> None:
    workbook = judge("x.xlsx", edited(put({f"{GAIN_COL}4": "Gain HT"})), folder)
    assert "n'a pas été lu" in texts(read_again(companion_book(workbook, folder))[TAB])


def test_a_far_cell_does_not_make_an_endless_tab(judged_: JudgedWorkbook, folder: Folder) -> None:
    far_ones = Finding("cellule-lointaine", Severity.INFO, "Hors du tableau.", "Effacez.", TAB, cell="XFD1048576")
    sheet = read_again(companion_book(replace(judged_, findings=(*judged_.findings, far_ones)), folder))[TAB]
    assert sheet.max_row < 100
    assert sheet.max_column < 60


def test_tab_names_that_excel_refuses_are_made_good(judged_: JudgedWorkbook, folder: Folder) -> None:
    names = ("À corriger", "CH [Jura] : un nom bien trop long pour Excel", "l'onglet '")
    for name in names:
        tabs = (replace(judged_.tabs[0], sheet=name), *judged_.tabs[1:])
        findings = tuple(c._replace(sheet=name) for c in judged_.findings)
        book = read_again(companion_book(replace(judged_, tabs=tabs, findings=findings), folder))
        assert len(set(book.sheetnames)) == len(book.sheetnames) == 5
        assert cell(book.worksheets[1], "gain_annuel", 7).value == "NC"


def test_three_hundred_lines_with_as_many_findings_take_seconds(folder: Folder, filled_trame: FillTrame) -> None:
    lines = [{"gain_annuel": "NC", "marche": f"2021-{n}"} for n in range(300)]
    workbook = judge("x.xlsx", filled_trame({JURA_SUD: lines}), folder)
    assert len(workbook.findings) >= 300
    start = time.monotonic()
    as_bytes(companion_book(workbook, folder))
    assert time.monotonic() - start < 4


def test_vigie_retour_writes_beside_the_file_and_never_over_a_person_s(tmp_path: Path) -> None:
    (tmp_path / "GHT Jura.xlsx").write_bytes(edited(type_line(5, gain_annuel="NC")))
    before = (tmp_path / "GHT Jura.xlsx").read_bytes()
    for earlier_companion in (
        [],
        ["GHT Jura - retour.xlsx"],
    ):  # an earlier companion is replaced, and passed over when given
        finished = vigie("retour", "GHT Jura.xlsx", *earlier_companion, cwd=tmp_path)
        assert (finished.returncode, "1 ligne retirée" in finished.stdout) == (1, True), finished.stderr
    assert (tmp_path / "GHT Jura.xlsx").read_bytes() == before
    (tmp_path / "GHT Jura - retour.xlsx").write_bytes(before)
    finished = vigie("retour", "GHT Jura.xlsx", cwd=tmp_path)
    assert finished.returncode == 2
    assert "existe déjà et n'est pas un retour de Vigie" in finished.stderr
    assert (tmp_path / "GHT Jura - retour.xlsx").read_bytes() == before


def test_no_companion_is_made_of_a_companion(
    tmp_path: Path, judged_: JudgedWorkbook, folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write_companion(judged_, folder, tmp_path / "x - retour.xlsx")
    assert write_companions(Workshop(folder.path, tmp_path / "v.sqlite"), [file], None) == 2
    assert "C'est un retour de Vigie" in capsys.readouterr().out
    assert [f.name for f in tmp_path.iterdir()] == ["x - retour.xlsx"]


def test_with_a_register_the_companion_says_what_was_settled(
    tmp_path: Path, folder: Folder, filled_trame: FillTrame
) -> None:
    file = tmp_path / "jura.xlsx"
    impossible = {"gain_annuel": 90_000, "montant_reference": 50_000, "marche": "2021-7"}
    file.write_bytes(filled_trame({JURA_SUD: [impossible, impossible | {"intitule": "Autre"}]}))
    workshop = Workshop(folder.path, tmp_path / "v.sqlite", date(2022, 2, 1))
    pull(workshop.register, workshop.folder, [file], workshop.current_time)
    main = acts.Main(
        workshop.register, workshop.folder, workshop.person("referent.bfc@exemple.invalid"), workshop.current_time()
    )
    acted.decide(main, f"2021-annuelle/{JURA_SUD}/0001", "retenir", "facture vue")
    acted.note(main, f"2021-annuelle/{JURA_SUD}/0002", "Pouvez-vous envoyer la facture ?")
    assert write_companions(workshop, [file], tmp_path / "retours") == 1
    book = load_workbook(tmp_path / "retours" / "jura - retour.xlsx")
    texts = " ".join(str(c.value) for f in book.worksheets for r in f.iter_rows() for c in r if c.value)
    assert "gardée par referent.bfc@exemple.invalid le 2022-02-01 : facture vue" in texts
    assert "Pouvez-vous envoyer la facture ?" in texts
    assert "1 ligne est retirée du total" in texts
