"""The newcomer's tour, checked to the cent by an oracle that shares no code with the product."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

import jobs.demo
from config.errors import UserError
from config.folder import EXAMPLE, load_folder
from config.rights import AT_KEYBOARD
from jobs.demo.tour import CAMPAIGN, run_tour
from jobs.taking_in.folders import PullSummary, pull
from jobs.wiring import Workshop, workshop
from sheets.findings import Severity
from sheets.judged import JudgedWorkbook
from sheets.judging.workbook import judge
from sheets.register import backup, stored_lines, views
from sheets.register.database import open_register
from sheets.register.what_counts import counting_tabs
from tests import oracle
from tests.region import answer_as_json
from tests.test_vues import act, check_views_agree

DAY = date(2022, 3, 31)
REGION = "BFC"
DOCS = Path(__file__).parents[1] / "docs"


@dataclass(frozen=True)
class TourRun:
    """A tour that was run: what it printed, what it pulled, what the oracle says, and a twin run in another process."""

    output: Path
    text: str
    summary: PullSummary
    lines: list[oracle.Line]
    twin: Path

    @property
    def workshop(self) -> Workshop:
        return workshop(None, self.output / "vigie.sqlite", DAY)

    def ask(self, question: str) -> dict[str, Any]:
        return answer_as_json(question, AT_KEYBOARD, self.workshop.view(), datetime.combine(DAY, time(12)))

    def expected(self, ght: str) -> oracle.Sums:
        return oracle.total_of([li for li in self.lines if ght in (li.ght, REGION)])


def vigie(*arguments: str, register: Path) -> Any:
    """What `vigie … --json` prints, as a person's own terminal would run it."""
    command = [sys.executable, "-c", "from jobs.commands import main; main()", *arguments, "--json"]
    command += ["--registre", str(register), "--today", DAY.isoformat()]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.fixture(scope="module")
def tour_run(tmp_path_factory: pytest.TempPathFactory) -> TourRun:
    output, twin = tmp_path_factory.mktemp("demo"), tmp_path_factory.mktemp("jumelle")
    other = [sys.executable, "-c", "from jobs.commands import main; main()", "demo", "--out", str(twin)]
    with subprocess.Popen(other, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONHASHSEED": "1"}) as second:
        with redirect_stdout(io.StringIO()) as text:
            summary = run_tour(output)
        lines = oracle.read(output / "recus")
        assert second.wait() == 0
    return TourRun(output, text.getvalue(), summary, lines, twin)


GHTS = [f"BFC-{n:02d}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 12)]


@pytest.mark.parametrize("code", [*GHTS, REGION])
def test_the_answer_agrees_with_the_oracle_to_the_cent(tour_run: TourRun, code: str) -> None:
    said, expected = tour_run.ask(f"gains {code} 2021"), tour_run.expected(code)
    assert 0 < expected.kept <= expected.declare
    assert {c: Decimal(said[c]) for c in ("declare", "retire", "valeur")} == {
        "declare": expected.declare,
        "retire": expected.struck,
        "valeur": expected.kept,
    }


def judged_again(tour_run: TourRun) -> list[JudgedWorkbook]:
    """The files of the tour, judged once more."""
    folder = load_folder(EXAMPLE)
    return [judge(Path(r.file).name, Path(r.file).read_bytes(), folder) for r in tour_run.summary.received_files]


@pytest.mark.parametrize("code", GHTS)
def test_the_lines_struck_out_are_those_the_oracle_strikes_out(tour_run: TourRun, code: str) -> None:
    (workbook,) = (c for c in judged_again(tour_run) if c.stamp and c.stamp.ght == code)
    struck_lines = {(o.sheet, line.number) for o in workbook.tabs for line in o.lines if line.blocked}
    assert struck_lines == {(li.sheet, li.rank) for li in tour_run.lines if li.ght == code and li.reasons}
    expected = tour_run.expected(code)
    assert (workbook.totals.lines_struck, workbook.totals.lines_kept) == (
        expected.rejected_lines,
        expected.kept_count,
    )


def test_the_quality_of_the_region_is_the_share_of_lines_the_oracle_keeps(tour_run: TourRun) -> None:
    expected = tour_run.expected(REGION)
    line_quality = tour_run.ask("qualité BFC 2021")["valeur"]
    assert line_quality == round(expected.kept_count / (expected.kept_count + expected.rejected_lines), 6)


def test_the_demo_makes_every_mistake_the_oracle_looks_for(tour_run: TourRun) -> None:
    assert {reason for li in tour_run.lines for reason in li.reasons} >= {
        "performance-superieure-100", "performance-hors-bornes", "montant-reference-absent", "valeur-non-numerique",
        "gain-hors-exercice", "doublon", "donnee-personnelle",
    }  # fmt: skip


def test_the_region_keeps_fourteen_million_six_of_sixteen(tour_run: TourRun) -> None:
    r = tour_run.ask("gains BFC 2021")
    assert r["objectif"] == "16000000.00"
    assert r["trames"] == {"recues": 10, "attendues": 11}
    assert "14,6\u00a0M€ retenus, dont 427\u00a0k€ sous alerte. Objectif : 16,0\u00a0M€" in r["texte"]
    line = next(li for li in tour_run.text.splitlines() if li.startswith("Bourgogne-Franche-Comté  "))
    assert [word.strip() for word in line.split("  ") if word][-3:] == ["14,6\u00a0M€", "16,0\u00a0M€", "91\u00a0%"]


def test_each_of_the_seven_real_lines_is_struck_out_for_its_performance(tour_run: TourRun) -> None:
    file = Path(jobs.demo.__path__[0]) / "lignes_rejetees_2021.csv"
    with file.open(encoding="utf-8") as f:
        real_ones = {int(r["gain"]) * 100 for r in csv.DictReader(f) if r["verdict"] == "performance-superieure-100"}
    assert len(real_ones) == 7
    findings = [c for workbook in judged_again(tour_run) for c in workbook.findings]
    retires = [c for c in findings if c.code == "performance-superieure-100"]
    assert {c.stake for c in retires} == real_ones
    assert len(retires) == 7
    assert all(c.severity is Severity.REJECTION for c in retires)


def test_the_figure_of_jura_walks_back_to_the_cells_that_make_it(tour_run: TourRun) -> None:
    register = tour_run.output / "vigie.sqlite"
    total = vigie("ask", "gains GHT Jura 2021", register=register)
    why = vigie("ask", "pourquoi", register=register)
    assert why["valeur"] == total["valeur"] == f"{tour_run.expected('BFC-08').kept:.2f}"
    assert sum(Decimal(li["valeur"]) for li in why["lignes"]) == Decimal(total["valeur"])
    parts = {(li.sheet, li.cell): li for li in tour_run.lines if li.ght == "BFC-08"}
    book = load_workbook(tour_run.output / "recus" / "GHT Jura.xlsx")
    for said_one in why["lignes"]:
        expected_one = parts[said_one["feuille"], said_one["cellule"]]
        assert Path(said_one["fichier"]) == tour_run.output / "recus" / "GHT Jura.xlsx"
        assert oracle.amount(book[said_one["feuille"]][said_one["cellule"]].value) == expected_one.gain_annuel
        assert Decimal(said_one["valeur"]) == expected_one.part - expected_one.struck
        assert said_one["reference"].startswith("2021-annuelle/39078")
    assert len(why["lignes"]) == sum(li.part != 0 for li in parts.values())


def memory(register: Path) -> tuple[object, ...]:
    """What a register holds of the demo, without paths or times: control totals by tab, and every finding."""
    db = workshop(None, register, DAY).existing_register
    tabs = list(counting_tabs(db, ["2021-annuelle"], DAY).values())
    findings = stored_lines.findings_of(db, [o.id for o in tabs], tuple(Severity), date.max)
    return (
        {(Path(o.path).name, o.sheet): (o.finess, o.handed_in, o.totals) for o in tabs},
        sorted((Path(r.path).name, *map(str, r.finding)) for r in findings),
    )


def test_two_tours_give_the_same_figures_and_the_same_findings(tour_run: TourRun) -> None:
    assert memory(tour_run.twin / "vigie.sqlite") == memory(tour_run.output / "vigie.sqlite")


def test_a_second_pull_of_the_same_folder_finds_every_file_unchanged(tour_run: TourRun) -> None:
    a = tour_run.workshop
    before = tour_run.ask("gains BFC 2021")
    summary = pull(a.register, a.folder, [tour_run.output / "recus"], a.current_time)
    assert {r.state for r in summary.received_files} == {"inchange"}
    assert len(summary.received_files) == 11
    assert tour_run.ask("gains BFC 2021") == before


def test_the_tour_shows_the_refused_file_and_who_may_not_see(tour_run: TourRun) -> None:
    assert "refusé  Congés 2022.xlsx — Ce classeur ne porte pas le tampon d'une trame Vigie." in tour_run.text
    assert "Ce territoire n'est pas ouvert à votre profil (Directeur des achats)." in tour_run.text


def test_the_tour_never_erases_a_folder_it_did_not_make(tmp_path: Path) -> None:
    precious = tmp_path / "budget.xlsx"
    precious.write_bytes(b"des mois de travail")
    with pytest.raises(UserError, match="contient déjà autre chose"):
        run_tour(tmp_path)
    assert precious.read_bytes() == b"des mois de travail"


def test_the_views_of_the_register_say_what_the_answers_say_before_and_after_a_decision(
    tour_run: TourRun, tmp_path: Path
) -> None:
    register, copied = tour_run.output / "vigie.sqlite", tmp_path / "copie.sqlite"
    backup.back_up(tour_run.workshop.register, register, copied, tour_run.workshop.current_time())
    db, folder = open_register(copied), tour_run.workshop.folder
    lines = check_views_agree(db, folder, DAY)
    assert lines > 500
    query = (
        "SELECT reference, ght, retenu, declare FROM v_lignes_qui_comptent WHERE bloquee = 'oui' ORDER BY declare DESC"
    )
    reference, ght, kept, declare = db.execute(query).fetchone()
    campaign, finess, action_id = reference.split("/")
    amounts = db.execute(
        "SELECT coalesce(l.gain_annuel, '') || '/' || coalesce(l.montant_reference, '') FROM v_lignes_qui_comptent v"
        " JOIN lignes_paat l ON l.onglet = v.onglet AND l.numero = v.ligne WHERE v.reference = ?",
        (reference,),
    ).fetchone()[0]
    act(db, "retenir", action_id, amounts, campagne=campaign, finess=finess, ght=ght)
    assert check_views_agree(db, folder, DAY) == lines
    after = db.execute("SELECT retenu FROM v_lignes_qui_comptent WHERE reference = ?", (reference,)).fetchone()[0]
    assert (kept, after) == (0.0, declare)


def test_the_ready_queries_of_the_analysts_say_what_the_answers_say(tour_run: TourRun) -> None:
    menu = json.loads((DOCS / "datasette.json").read_text(encoding="utf-8"))["databases"]["analyse"]
    queries = {name: q["sql"] for name, q in menu["queries"].items()}
    written_ones = re.findall(r"```sql\n(.*?)```", (DOCS / "analystes.md").read_text(encoding="utf-8"), re.DOTALL)
    assert list(queries.values()) == [sql.strip() for sql in written_ones]
    assert menu["tables"].keys() == views.views().keys()

    db, said = tour_run.workshop.register, tour_run.ask("gains bfc 2021 par ght")
    by_ght = {r[2]: f"{r[5]:.2f}" for r in db.execute(queries["retenu_par_ght"])}
    assert by_ght == {li["libelle"]: li["valeur"] for li in said["lignes"] if li["valeur"] is not None}

    familles: dict[str, Decimal] = {}
    for _, famille, _, _, kept in db.execute(queries["familles_et_operateurs"]):
        familles[famille] = familles.get(famille, Decimal(0)) + Decimal(str(kept))
    said = tour_run.ask("gains bfc 2021 par famille")
    expected = {li["libelle"]: Decimal(li["valeur"]) for li in said["lignes"]}
    assert {f or "non renseigné": m for f, m in familles.items()} == {f: expected.get(f) for f in expected}

    faults = db.execute(queries["ce_que_coutent_les_fautes"]).fetchall()
    findings = stored_lines.findings_of(
        db, [o.id for o in counting_tabs(db, [CAMPAIGN], DAY).values()], tuple(Severity), DAY
    )
    assert sum(r[3] for r in faults) == len(findings)
    assert sum(round(r[5] * 100) for r in faults) == sum(c.finding.stake for c in findings)
