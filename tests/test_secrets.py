"""Planted secrets come out nowhere: no message, JSON, log, error, workbook of findings, nor text kept in the register.

The original file that was received is kept as it came, and is the one exception.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from config.errors import UserError
from config.secrets import MASK, SECRET, mask
from jobs.commands import main
from reports import findings_workbook
from sheets.findings import Severity
from sheets.judging import workers
from sheets.register.pulls import Entry
from tests import acted
from tests.region import PLACES, REFERENT, Region, new_region, subject, trame

YEAR_END, GHT, BELFORT = "2021-annuelle", "BFC-09", "900000365"
SECOND = f"{YEAR_END}/{BELFORT}/0002"
"""The first line of the planted trame has a secret for a number."""
NIR = "185057800608491"
SPELLINGS = (
    NIR,
    "1 85 05 78 006 084 91",
    "1\u00a085\u00a005\u00a078\u00a0006\u00a0084\u00a091",
    "1.85.05.78.006.084.91",
    "1-85-05-78-006-084-91",
)
BEARER_TOKEN = "Bearer q8Zt5Kx0Vw3mYb7NdRfLhJ2s"
SLACK_KEY = "xoxb-" + "123456789012-abcdefABCDEF"
ADDRESS = "smtp://vigie:motdepasse-de-service@mail.exemple.invalid:587"
ENVIRONMENT = {
    "VIGIE_SLACK_BOT_TOKEN": SLACK_KEY,
    "VIGIE_SLACK_APP_TOKEN": "xapp-" + "1-A0000-999-abcdefabcdef",
    "VIGIE_SMTP_URL": ADDRESS,
}
SECRETS = (NIR, BEARER_TOKEN.split()[1], SLACK_KEY, ENVIRONMENT["VIGIE_SLACK_APP_TOKEN"], "motdepasse-de-service")


def leaks_in(text: str) -> list[str]:
    """The secrets that a text lets out, however they are spaced."""
    without_spaces = re.sub(r"[\s\u00a0./_-]", "", text)
    return [s for s in SECRETS if re.sub(r"[./_-]", "", s) in without_spaces]


def texts(region: Region) -> Iterator[tuple[str, str]]:
    """Every text the register holds, by table and column; the bytes of originals and folders are no text."""
    for table in region.db.table_names():
        for column in region.db[table].columns:
            if column.type == "TEXT":
                for (value,) in region.db.execute(f'SELECT "{column.name}" FROM "{table}"'):  # noqa: S608
                    yield f"{table}.{column.name}", str(value)


@pytest.fixture
def region(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Region:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    return new_region(tmp_path)


def planted_trame(region: Region) -> bytes:
    """A trame with a secret in every column of texts, in amounts, in a heading, on the first tab and far away."""
    by_column: list[dict[str, Any]] = [
        {key: f"dossier {SPELLINGS[n % len(SPELLINGS)]}", "marche": f"M{n}"}
        | ({"marche": NIR} if key == "marche" else {})
        for n, key in enumerate(c for c in PLACES if c not in ("performance", "poids", "gain_exercice", "report"))
    ]
    lines = [*by_column, {"commentaire": BEARER_TOKEN}, {"commentaire": f"clé {SLACK_KEY}"}, {"commentaire": ADDRESS},
              {"gain_annuel": int(NIR)}, {"marche": int(NIR)}]  # fmt: skip
    book = load_workbook(
        io.BytesIO(trame(region.folder, GHT, YEAR_END, {BELFORT: lines}, contact=f"{NIR} {SLACK_KEY}"))
    )
    tab = book.worksheets[1]
    tab.title = f"Onglet {SPELLINGS[1]}"
    tab["A1"] = f"Salaire de {SPELLINGS[1]}"
    tab.cell(4, PLACES["type_effet"], f"Type d'effet {SPELLINGS[1]}")
    tab.cell(4, PLACES["retour"] + 1, f"Colonne de {NIR}")
    tab.cell(7, PLACES["retour"] + 3, NIR)
    tab.cell(60, 3, f"Total {NIR}")
    tab.cell(60, PLACES["gain_annuel"], 12)
    tab.cell(400, 3, NIR)
    first = book.worksheets[0]
    first.cell(2, 1, NIR)
    rank = next(r[0].row for r in first.iter_rows(max_col=1) if r[0].value == BELFORT)
    first.cell(rank, 3, f"{NIR} €")
    book.worksheets[-1]["A1"] = NIR
    book.create_sheet(f"Notes {SPELLINGS[1]}")["A1"] = NIR
    stamp = io.BytesIO()
    book.save(stamp)
    return stamp.getvalue()


@pytest.fixture
def seeded_region(region: Region) -> Region:
    """A register that was given secrets by every door."""
    name = f"trame {SPELLINGS[1]} {SLACK_KEY}.xlsx"
    region.drop_file(name, planted_trame(region))
    region.pull_sources(Entry(REFERENT, mask(f"lu pour {NIR}")))
    region.drop_file(name, b"PK pas un classeur")
    region.drop_file(f"{NIR}.xlsx", b"PK pas un classeur")
    region.dated(date(2022, 1, 21)).pull_sources()
    for spelling in SPELLINGS:
        acted.decide(region.main(), SECOND, "retirer", f"patient {spelling}")
        acted.note(region.main(), SECOND, f"voir {spelling}, {BEARER_TOKEN}")
    acted.tell_apart(region.main(), SECOND, f"c'est {SLACK_KEY}")
    acted.extend(region.main(), YEAR_END, GHT, date(2022, 3, 10), ADDRESS)
    acted.validate(region.main(), YEAR_END, GHT, NIR)
    for question in (
        f"gains bfc 2021 pour {SPELLINGS[1]}",
        f"{NIR} ?",
        f"pourquoi {SLACK_KEY}",
        f"statut bfc 2021 {BEARER_TOKEN}",
    ):
        region.ask(question)
    return region


def test_the_plants_are_secrets_and_ordinary_numbers_are_not() -> None:
    assert all(mask(e) == MASK for e in SPELLINGS)
    assert mask(BEARER_TOKEN) == f"Bearer {SECRET}"
    assert mask(f"le {SLACK_KEY} ici") == f"le {SECRET} ici"
    assert mask(ADDRESS) == f"smtp://{SECRET}@mail.exemple.invalid:587"
    for ordinary_text in (
        "marché 2021-045-UNIHA-000123456789", "185057800608492", "https://exemple.invalid:8080/chemin/vers/une/page",
        "referent.bfc@exemple.invalid", "SIRET 26390025000014", "12 345 678,90 € sur 12 mois", "le bearer du marché",
    ):  # fmt: skip
        assert mask(ordinary_text) == ordinary_text


def test_no_text_of_the_register_holds_a_secret(seeded_region: Region) -> None:
    assert [(where, f) for where, text in texts(seeded_region) if (f := leaks_in(text))] == []
    assert any(MASK in text for where, text in texts(seeded_region) if where == "questions.texte")
    assert any(SECRET in text for where, text in texts(seeded_region) if where == "lignes_paat.commentaire")


def test_the_original_is_kept_as_it_came(region: Region) -> None:
    raw_bytes = planted_trame(region)
    region.drop_file("nord.xlsx", raw_bytes)
    region.pull_sources()
    assert region.db.execute("SELECT octets FROM originaux").fetchone() == (raw_bytes,)


def test_a_personal_number_strikes_its_line_and_a_password_only_warns(seeded_region: Region) -> None:
    all_said = seeded_region.findings(YEAR_END, "donnee-personnelle")
    assert {c.severity for c in all_said} == {Severity.REJECTION, Severity.ALERT}
    assert all("mot de passe" in c.message for c in all_said if c.severity is Severity.ALERT and c.line)


def test_two_files_whose_names_differ_by_a_hidden_number_stay_two_files(region: Region) -> None:
    other = f"2850578006084{97 - 2_850_578_006_084 % 97:02d}"
    assert mask(other) == MASK
    for day in (20, 21):
        for n, nir in enumerate((NIR, other)):
            lines = {BELFORT: [{"gain_annuel": 4_000 + 10 * n + day}]}
            region.drop_file(f"{nir}.xlsx", trame(region.folder, GHT, YEAR_END, lines))
        summary = region.dated(date(2022, 1, day)).pull_sources()
        assert [r.state for r in summary.received_files] == (["nouveau"] * 2 if day == 20 else ["modifie"] * 2)
    assert [r.state for r in region.pull_sources().received_files] == ["inchange"] * 2
    assert len({r.file for r in region.pull_sources().received_files}) == 2


@pytest.mark.parametrize("question", [
    "gains {} 2021", "pourquoi {} 2021", "rejets {} 2021", "alertes {} 2021", "statut {} 2021", "qualité {} 2021",
    "qui n'a pas remis {} 2021", "changements {} 2021 depuis le 20/01/2022", "objectif {} 2021", "aide", "gains {} 2021 " + NIR,
])  # fmt: skip
def test_no_answer_holds_a_secret(seeded_region: Region, question: str) -> None:
    for who in (GHT, "BFC"):
        assert leaks_in(json.dumps(seeded_region.ask(question.format(who)), ensure_ascii=False)) == []


def test_the_workbook_of_findings_holds_no_secret(seeded_region: Region) -> None:
    book = load_workbook(
        io.BytesIO(findings_workbook.as_bytes(findings_workbook.workbook(seeded_region.view, subject("BFC", 2021))))
    )
    cells = [str(c.value) for r in book["Constats"].iter_rows() for c in r if c.value is not None]
    assert len(cells) > 50
    assert [c for c in cells if leaks_in(c)] == []
    assert any("voir [numéro masqué], Bearer [secret masqué]" in c for c in cells)


@pytest.mark.parametrize(
    "reference", [f"{YEAR_END}/{BELFORT}/{NIR}", NIR, f"{YEAR_END}/{NIR}/0001", f"{SLACK_KEY}/{BELFORT}/0001"]
)
def test_a_refusal_does_not_repeat_the_secret_it_was_given(region: Region, reference: str) -> None:
    region.send("nord.xlsx", GHT, YEAR_END, {BELFORT: [{}]})
    with pytest.raises(UserError) as decide:
        acted.decide(region.main(), reference, "retirer", "relu")
    with pytest.raises(UserError) as note:
        acted.note(region.main(), reference, "relu")
    assert leaks_in(f"{decide.value} {decide.value!r} {note.value} {note.value!r}") == []


def test_a_decision_filled_in_a_workbook_hides_what_its_reason_holds(region: Region) -> None:
    region.send("nord.xlsx", GHT, YEAR_END, {BELFORT: [{"gain_annuel": 40_000}]})
    book = load_workbook(
        io.BytesIO(findings_workbook.as_bytes(findings_workbook.workbook(region.view, subject("BFC", 2021))))
    )
    sheet = book["Constats"]
    columns = {c.value: c.column or 0 for c in sheet[1]}
    sheet.cell(2, columns["Décision"], "garder")
    sheet.cell(2, columns["Motif"], f"patient {SPELLINGS[1]} {SLACK_KEY}")
    (read_one,) = findings_workbook.read_decisions(findings_workbook.as_bytes(book))
    assert read_one == (f"{YEAR_END}/{BELFORT}/0001", "retenir", f"patient {MASK} {SECRET}")


def test_the_log_of_a_fault_of_ours_holds_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "vigie"):
        try:
            raise ValueError(f"cellule {NIR} {SLACK_KEY}")
        except ValueError:
            result = workers._own_fault(f"/recus/{NIR}.xlsx")
    assert "ValueError" in caplog.text
    assert leaks_in(caplog.text) == []
    assert leaks_in(str(result)) == []


COMMANDS = (
    ["check", "{nir}.xlsx"], ["check", "{nir}.xlsx", "--json"], ["check", "absent {nir}.xlsx"],
    ["pull", "recus"], ["pull", "recus", "--json"], ["pull", "{nir}.xlsx", "--pour-le-compte", "appel de {nir}", "--as", REFERENT],
    ["pull", "recus", "--pour-le-compte", "x", "--as", "{nir}@exemple.invalid"], ["status"], ["status", "--json"],
    ["ask", "gains bfc 2021 {nir}"], ["ask", "pourquoi bfc 2021", "--json"], ["ask", "gains bfc 2021", "--as-of", "{nir}"],
    ["ask", "rejets bfc 2021", "--json"], ["ask", "alertes bfc 2021", "--json"],
    ["decide", SECOND, "--retirer", "--motif", "patient {nir}", "--as", REFERENT], ["decide", "{nir}", "--retirer", "--motif", "x", "--as", REFERENT],
    ["note", SECOND, "voir {nir} {cle}", "--as", REFERENT], ["decide", "--file", "{nir}.csv", "--as", REFERENT],
    ["report", "--campagne", YEAR_END], ["rejudge"], ["rejudge", "--yes"], ["campaign", "list"],
    ["campaign", "extend", "{nir}", "--ght", GHT, "--jusqu-au", "2022-03-10", "--motif", "x", "--as", REFERENT],
    ["campaign", "neant", YEAR_END, "--finess", "{nir}", "--motif", "x", "--as", REFERENT], ["learn"], ["{nir}"],
)  # fmt: skip


def test_no_command_prints_a_secret_nor_leaves_one_in_the_register(
    region: Region, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file given on the command line is named as its owner named it: only that is looked for elsewhere."""
    monkeypatch.chdir(region.where)
    raw_bytes = planted_trame(region)
    region.drop_file("nord.xlsx", raw_bytes)
    (region.where / f"{NIR}.xlsx").write_bytes(raw_bytes)
    monkeypatch.setenv("VIGIE_REGISTRE", str(region.where / "vigie.sqlite"))
    for command in COMMANDS:
        words = [m.format(nir=NIR, cle=SLACK_KEY) for m in command]
        day = [] if command == ["{nir}"] else ["--today", "2022-01-20"]
        monkeypatch.setattr(sys, "argv", ["vigie", *words, *day])
        with contextlib.suppress(SystemExit):
            main()
        output = capsys.readouterr()
        assert output.out + output.err, words
        assert leaks_in(output.out + output.err) == [], words
    assert [(where, f) for where, text in texts(region) if (f := leaks_in(text))] == []
