"""The workbook of the lines behind a figure: adds up to the cent, says why, leads to the cell, quotes nobody."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from bots import answering
from bots.answer_files import image, lines_workbook
from bots.grammar.question import AnswerForm
from config.errors import UserError
from config.folder import EXAMPLE
from config.rights import AT_KEYBOARD
from jobs.commands.ask import answer_question
from jobs.wiring import Workshop
from reports import lines_workbook as lines
from reports.lines_workbook import HEADING_ROW, TOTAL
from sheets import writing
from sheets.register import stored_lines
from tests.acted import decide
from tests.conftest import GAIN_COL
from tests.region import Region, answer_as_json, new_region, read_back, subject

NOON = datetime(2022, 3, 31, 12, tzinfo=ZoneInfo("Europe/Paris"))
SUPPLIER = "Tartempion"
HOSTILE = f"@cmd|{SUPPLIER} 12,50 €"
LONS = "2021-annuelle/390780146"


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    """Cents that do not fall round, a line struck by a rule, one by a decision, one kept by another, a loss, words to keep in."""
    region = new_region(tmp_path_factory.mktemp("region"))
    common = {"date_premiere_commande": date(2021, 1, 4), "intitule": HOSTILE, "commentaire": HOSTILE, "prix_reference": 987.65,
              "prix_nouveau": 900, "quantite": 1, "marche": HOSTILE}  # fmt: skip
    typed_columns: list[dict[str, Any]] = [{"gain_annuel": 1234.56}, {"gain_annuel": 777.77, "montant_reference": 100}, {"gain_annuel": 10.1},
               {"gain_annuel": 888.88, "montant_reference": 100}, {"gain_annuel": -99.99, "famille": HOSTILE}]  # fmt: skip
    region.send(
        f"{SUPPLIER}.xlsx", "BFC-08", "2021-annuelle", {"390780146": [{**common, **li} for li in typed_columns]}
    )
    region.hour = NOON
    decide(region.main(), f"{LONS}/0003", "retirer", f"{SUPPLIER} en double")
    decide(region.main(), f"{LONS}/0004", "retenir", f"{SUPPLIER} a raison")
    return region


def sheet(raw_bytes: bytes) -> Worksheet:
    book = read_back(raw_bytes)
    ws = book["Lignes"]
    assert isinstance(ws, Worksheet)
    return ws


def rows(ws: Worksheet) -> list[dict[str, Any]]:
    all_of_those = list(ws.iter_rows(min_row=HEADING_ROW, values_only=True))
    return [dict(zip(map(str, all_of_those[0]), r, strict=True)) for r in all_of_those[1:]]


def piece(region: Region, question: str = "gains GHT Jura 2021 en tableur", email: str = "") -> bytes:
    who = region.folder.persons[email] if email else AT_KEYBOARD
    return lines_workbook(answering.answer_question(question, who, region.view, NOON)).raw_bytes


def to_the_cent(value: Any) -> Decimal:
    return Decimal(str(value or 0)).quantize(Decimal("0.01"))


def test_it_adds_up_to_the_figure_to_the_cent(region: Region) -> None:
    said = answer_as_json("gains GHT Jura 2021", AT_KEYBOARD, region.view, NOON)
    ws = sheet(piece(region))
    total = [
        to_the_cent(c) for c in next(ws.iter_rows(min_row=TOTAL, max_row=TOTAL, min_col=5, max_col=7, values_only=True))
    ]
    sums = [sum(to_the_cent(r[t]) for r in rows(ws)) for t in lines.AMOUNTS]
    assert total == sums == [Decimal(said["declare"]), Decimal(said["retire"]), Decimal(said["valeur"])]
    assert total[0] == Decimal("2811.32")


def test_each_line_says_what_became_of_it_and_where_it_was_typed(region: Region) -> None:
    by_line = {r["Référence"]: r for r in rows(sheet(piece(region)))}
    assert {r: li["Pourquoi"] for r, li in by_line.items()} == {
        f"{LONS}/0001": None,
        f"{LONS}/0002": "retirée ; Le gain dépasse le montant de référence (performance-superieure-100)",
        f"{LONS}/0003": "retirée par décision",
        f"{LONS}/0004": "gardée par décision ; Le gain dépasse le montant de référence (performance-superieure-100)",
        f"{LONS}/0005": None,
    }
    assert {(li["Onglet"], li["Fichier"]) for li in by_line.values()} == {
        ("CENTRE HOSPITALIER JURA SUD", "Reçu le 20/01/2022 (n° 1)")
    }
    assert [by_line[f"{LONS}/000{n}"]["Cellule"] for n in (1, 2)] == [f"{GAIN_COL}5", f"{GAIN_COL}6"]


def test_it_quotes_nobody_and_holds_no_price(region: Region) -> None:
    raw_bytes = piece(region)
    with zipfile.ZipFile(io.BytesIO(raw_bytes)) as z:
        everything = "".join(z.read(n).decode("utf-8", "replace") for n in z.namelist())
    assert not [s for s in (SUPPLIER, "987.65", "12,50", "cmd|", "<f>") if s in everything]
    assert "libellé hors nomenclature" in everything


def test_a_file_under_the_name_we_gave_it_keeps_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    other = new_region(tmp_path_factory.mktemp("autre"))
    name = writing.file_name_of("BFC-08", other.folder.campaigns["2021-annuelle"], other.folder)
    other.send(name, "BFC-08", "2021-annuelle", {"390780146": [{}]})
    other.hour = NOON
    (line,) = rows(sheet(piece(other)))
    assert line["Fichier"] == f"{name}, reçu le 20/01/2022 (n° 1)"


@pytest.mark.parametrize(
    "email", ["lecture@exemple.invalid", "directeur.bfc-06@exemple.invalid", "operateur.uniha@exemple.invalid"]
)
@pytest.mark.parametrize("question", ["gains BFC 2021", "gains GHT Jura 2021"])
def test_only_those_who_may_see_lines_get_them(region: Region, email: str, question: str) -> None:
    with pytest.raises(UserError, match="pas ouver"):
        piece(region, question, email)


def test_an_answer_that_is_no_total_proposes_one_that_is(region: Region) -> None:
    with pytest.raises(UserError, match=r"« gains GHT Jura 2021 en tableur »"):
        piece(region, "évolution GHT Jura")


def test_a_workbook_that_would_not_add_up_is_not_handed_out(region: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    one_less = stored_lines.lines_of(region.db, [1], NOON.date())[1:]
    monkeypatch.setattr(stored_lines, "lines_of", lambda *_: one_less)
    with pytest.raises(RuntimeError, match="the figure says"):
        lines.xlsx(region.view, subject("BFC-08", 2021), "", "")


def test_the_command_line_writes_what_the_chat_would_send(
    region: Region, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workshop = Workshop(EXAMPLE, region.where / "vigie.sqlite", NOON.date())
    to: dict[AnswerForm, Path | None] = {"image": tmp_path / "g.png", "tableur": tmp_path / "g.xlsx"}
    answer_question(workshop, "gains GHT Jura 2021", None, None, False, to)
    result = answering.answer_question("gains GHT Jura 2021", AT_KEYBOARD, region.view, NOON)
    assert (tmp_path / "g.png").read_bytes() == image(result).raw_bytes
    assert rows(sheet((tmp_path / "g.xlsx").read_bytes())) == rows(sheet(lines_workbook(result).raw_bytes))
    said = capsys.readouterr()
    assert said.out.startswith("Gains du GHT Jura en 2021")
    written_one, described, *_ = said.err.splitlines()
    assert written_one == f"Écrit : {tmp_path / 'g.png'}"
    assert described == f"Ce que montre l'image : {image(result).alternative}"
    assert "Graphique en barres" in described
    answer_question(workshop, "gains GHT Jura 2021 en tableur", None, None, False, {})
    assert "--xlsx FICHIER.xlsx" in capsys.readouterr().err
    with pytest.raises(UserError, match="Je ne sais pas dessiner"):
        answer_question(workshop, "pourquoi gains GHT Jura 2021", None, None, False, {"image": tmp_path / "p.png"})
    assert not (tmp_path / "p.png").exists()
