"""The views an analyst reads say to the cent what `vigie ask` says, whatever happened to the register."""

from __future__ import annotations

import shutil
from dataclasses import astuple
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from config.folder import Folder, load_folder
from config.territory import FRANCE, Scope
from reports.gains import NO_LABEL, gains, lines_behind
from reports.view import Subject, View
from sheets.findings import Severity
from sheets.judging.workbook import judge
from sheets.register import pulls, schema, stored_lines
from sheets.register.what_counts import last_file
from tests.conftest import FillTrame
from tests.workshop import DAY as FIRST_DAY
from tests.workshop import JURA_SUD, MOREZ, january_line, pull_in_process

AS_OF = date(2023, 6, 1)


def check_views_agree(db: Database, folder: Folder, as_of: date = AS_OF) -> int:
    """Compare every figure of the views with the answers; return how many lines were compared."""
    view = View(db, folder, as_of)
    exercices = sorted({c.exercice for c in folder.campaigns.values()})
    scopes = [FRANCE, *(Scope("region", r) for r in {g.region for g in folder.territory.ghts.values()})]
    scopes += [Scope("ght", g) for g in folder.territory.ghts]
    for exercice in exercices:
        for scope in scopes:
            if view.ghts(Subject(scope, exercice)):
                _same_totals(view, scope, exercice)
        _same_breakdowns(view, exercice)
    return sum(_same_lines(view, exercice) for exercice in exercices)


def _cents(euros: float | None) -> int:
    return round((euros or 0) * 100)


def _same_totals(view: View, scope: Scope, exercice: int) -> None:
    expected = gains(view, Subject(scope, exercice))
    where = {"national": "?2 = 'FR'", "region": "region = ?2", "ght": "ght = ?2"}[scope.type]
    query = (
        "SELECT sum(lignes_lues), sum(lignes_vides), sum(lignes_ignorees), sum(lignes_rejetees), sum(lignes_retenues),"
        " sum(gain_declare), sum(gain_retire), sum(gain_retenu), sum(gain_retenu) FILTER (WHERE remise = 'provisoire')"
        " FROM v_onglets_qui_comptent WHERE exercice = ?1 AND "
    )
    sums = view.db.execute(query + where, (exercice, scope.code)).fetchone()
    shown = (*(n or 0 for n in sums[:5]), *map(_cents, sums[5:]))
    assert shown == (*astuple(expected.totals), expected.provisional), (scope, exercice)


def _same_breakdowns(view: View, exercice: int) -> None:
    for by in ("famille", "operateur", "statut"):
        expected = {e.label: e.value for e in gains(view, Subject(FRANCE, exercice, by=by)).elements}
        query = f"SELECT coalesce({by}, ''), sum(retenu) FROM v_lignes_qui_comptent WHERE exercice = ? GROUP BY 1"  # noqa: S608
        assert {label or NO_LABEL: _cents(s) for label, s in view.db.execute(query, (exercice,))} == expected


def _same_lines(view: View, exercice: int) -> int:
    expected = lines_behind(view, Subject(FRANCE, exercice))
    by_address = sorted(
        (e.address.reference, e.value, e.address.file, e.address.sheet, e.address.cell)
        for e in expected.elements
        if e.address
    )
    query = (
        "SELECT reference, retenu, fichier, feuille, cellule, sort FROM v_lignes_qui_comptent"
        " WHERE exercice = ? AND declare <> 0"
    )
    views = sorted((r[0], _cents(r[1]), *r[2:]) for r in view.db.execute(query, (exercice,)))
    assert [r[:5] for r in views] == by_address
    assert sum(r[5] == "retiré" for r in views) == expected.facts["retirees"]
    _same_findings(view, exercice)
    return len(views)


def _same_findings(view: View, exercice: int) -> None:
    tabs = [o.id for o in view.tabs_that_count(Subject(FRANCE, exercice))]
    expected_findings = stored_lines.findings_of(view.db, tabs, tuple(Severity), view.as_of)
    query = "SELECT fichier, reference, code, cellule, message, enjeu FROM v_constats WHERE exercice = ?"
    seen_ones = sorted((*r[:5], _cents(r[5])) for r in view.db.execute(query, (exercice,)))
    assert seen_ones == sorted(
        (c.path, c.reference, c.finding.code, c.finding.cell, c.finding.message, c.finding.stake)
        for c in expected_findings
    )


def act(db: Database, kind: str, action_id: str = "", value: str = "", **others: Any) -> None:
    facts = {"le": "2022-03-01T10:00:00+01:00", "par": "referent.bfc@exemple.invalid", "genre": kind, "ght": "BFC-08",
             "campagne": "2021-annuelle", "finess": JURA_SUD, "action_id": action_id, "valeur": value, "motif": "relu"}  # fmt: skip
    db["actes"].insert(facts | others)  # type: ignore[union-attr]


def decide(db: Database, kind: str, which_line: str, **others: Any) -> str:
    """Take a decision on the line of that title, as it stands now; return its number."""
    (number, amounts), *_ = db.execute(
        "SELECT action_id, coalesce(gain_annuel, '') || '/' || coalesce(montant_reference, '') FROM lignes_paat"
        " WHERE intitule = ? ORDER BY id DESC", (which_line,)
    ).fetchall()  # fmt: skip
    act(db, kind, number, amounts, **others)
    return str(number)


SENT_FILES: dict[str, bytes] = {}
"""Filled once: two établissements, partial workbooks, two campaigns of one exercice, a draft, struck lines."""


def _sent_files(filled_trame: FillTrame) -> dict[str, bytes]:
    if not SENT_FILES:
        too_much = january_line(165_381, montant_reference=49_747, intitule="trop")
        lines = [january_line(1000, intitule="gants"), too_much, january_line(-500, intitule="perte")]
        middle = {"gain_annuel": 1200, "date_premiere_commande": date(2022, 1, 4)}
        end = middle | {"gain_annuel": 1500, "intitule": "fin"}
        SENT_FILES.update(
            {
                "sud.xlsx": filled_trame({JURA_SUD: lines}),
                "morez.xlsx": filled_trame({MOREZ: [january_line(77, intitule="draps")]}, handing_in=False),
                "mi.xlsx": filled_trame({JURA_SUD: [middle], MOREZ: [middle]}, campaign="2022-mi-annee"),
                "fin.xlsx": filled_trame({JURA_SUD: [end]}, campaign="2022-annuelle"),
            }
        )
    return SENT_FILES


@pytest.fixture
def stocked(db: Database, folder: Folder, received_files: Path, filled_trame: FillTrame) -> Database:
    for name, raw_bytes in _sent_files(filled_trame).items():
        (received_files / name).write_bytes(raw_bytes)
    pull_in_process(db, folder, received_files)
    return db


def test_partial_files_drafts_and_superseded_campaigns(stocked: Database, folder: Folder) -> None:
    assert check_views_agree(stocked, folder) == 6


def test_a_newer_file_and_one_that_cannot_be_used(
    stocked: Database, folder: Folder, received_files: Path, filled_trame: FillTrame
) -> None:
    good = filled_trame({JURA_SUD: [january_line(3000, intitule="gants")]})
    (received_files / "sud.xlsx").write_bytes(good)
    pull_in_process(stocked, folder, received_files, 1)
    check_views_agree(stocked, folder)
    (received_files / "sud.xlsx").write_bytes(good[: len(good) // 2])
    pull_in_process(stocked, folder, received_files, 2)
    assert check_views_agree(stocked, folder) == 4


def test_decisions_taken_given_back_and_lapsed(
    stocked: Database, folder: Folder, received_files: Path, filled_trame: FillTrame
) -> None:
    for kind, which_line in (("retenir", "trop"), ("retirer", "gants"), ("retirer", "perte"), ("revenir", "gants"),
                          ("retirer", "fin"), ("retirer", "draps")):  # fmt: skip
        where = {"fin": {"campagne": "2022-annuelle"}, "draps": {"finess": MOREZ}}.get(which_line, {})
        decide(stocked, kind, which_line, **where)
        check_views_agree(stocked, folder)
    lines = [january_line(1000, intitule="gants"), january_line(170_000, montant_reference=49_747, intitule="trop")]
    (received_files / "sud.xlsx").write_bytes(filled_trame({JURA_SUD: lines}))
    pull_in_process(stocked, folder, received_files, 40)
    assert check_views_agree(stocked, folder) == 5
    decisions = stocked.execute("SELECT decision FROM v_lignes_qui_comptent WHERE intitule = 'trop'").fetchall()
    assert decisions == [("gardée, à revoir",)]


def test_a_lock_and_its_lifting(
    stocked: Database, folder: Folder, received_files: Path, filled_trame: FillTrame
) -> None:
    act(stocked, "verrouiller", value=str(last_file(stocked, AS_OF)), finess="")
    (received_files / "sud.xlsx").write_bytes(filled_trame({JURA_SUD: [january_line(9000)]}))
    pull_in_process(stocked, folder, received_files, 40)
    check_views_agree(stocked, folder)
    assert stocked.execute("SELECT sum(declare) FROM v_lignes_qui_comptent WHERE exercice = 2021 AND finess = ?", (JURA_SUD,)
                         ).fetchone() == (165_881.0,)  # fmt: skip
    act(stocked, "deverrouiller", finess="")
    check_views_agree(stocked, folder)
    assert stocked.execute("SELECT sum(declare) FROM v_lignes_qui_comptent WHERE exercice = 2021 AND finess = ?", (JURA_SUD,)
                         ).fetchone() == (9000.0,)  # fmt: skip


def test_a_file_judged_again_before_and_after_a_lock(stocked: Database, folder: Folder, received_files: Path) -> None:
    def judge_again(name: str, content: bytes) -> None:
        (file,) = stocked.execute("SELECT id FROM fichiers WHERE chemin LIKE ?", (f"%/{name}",)).fetchone()
        pull = pulls.start_pull(stocked, folder, FIRST_DAY)
        pulls.judge_again(stocked, pull, file, judge(name, content, folder))

    judge_again("sud.xlsx", (received_files / "morez.xlsx").read_bytes())
    check_views_agree(stocked, folder)
    act(stocked, "verrouiller", value=str(last_file(stocked, AS_OF)), finess="")
    judge_again("sud.xlsx", (received_files / "sud.xlsx").read_bytes())
    check_views_agree(stocked, folder)
    act(stocked, "deverrouiller", finess="")
    assert check_views_agree(stocked, folder) == 6


def test_a_member_that_moved_to_another_ght(
    stocked: Database, folder: Folder, received_files: Path, tmp_path: Path
) -> None:
    copied = Path(shutil.copytree(folder.path, tmp_path / "region"))
    territory_after_leaving = (
        (copied / "territoire.csv").read_text().replace("MOREZ;partie;;", "MOREZ;partie;;30/09/2021")
    )
    (copied / "territoire.csv").write_text(
        territory_after_leaving
        + "BFC;BFC-07;GHT Centre Franche-Comté;390780153;CH LEON BERARD MOREZ;partie;01/10/2021;\n"
    )
    region = load_folder(copied)
    pull_in_process(stocked, region, received_files, 1)
    check_views_agree(stocked, region)
    ghts = stocked.execute("SELECT DISTINCT ght FROM v_onglets_qui_comptent WHERE finess = ?", (MOREZ,)).fetchall()
    assert ghts == [("BFC-07",)]


def test_a_register_filled_before_the_views_existed_knows_its_folder(stocked: Database, folder: Folder) -> None:
    stocked.execute("DROP TABLE en_vigueur_campagnes")
    stocked.execute("DROP TABLE en_vigueur_membres")
    schema.execute(stocked, schema.FOLDER / "005_les_vues.sql")
    assert check_views_agree(stocked, folder) == 6


def test_the_other_views_tell_acts_and_pulls(stocked: Database) -> None:
    decide(stocked, "retirer", "gants")
    act(stocked, "noter", "0001", motif="voir le marché")
    assert [r[0] for r in stocked.execute("SELECT acte FROM v_decisions ORDER BY le, acte")] == ["noter", "retirer"]
    assert stocked.execute("SELECT interrompu, nouveaux, fichiers_enregistres FROM v_releves").fetchall() == [
        ("non", 4, 4)
    ]
