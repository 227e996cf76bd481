"""What people decide: who may, why, all or none; and it shows wherever the figure shows."""

from __future__ import annotations

import io
import shutil
import subprocess
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlite_utils import Database

from config.errors import UserError
from reports import findings_workbook
from reports.changes import changes
from reports.progress import State, states
from sheets.register import what_counts
from sheets.register.database import open_register, path_of
from sheets.register.decisions import ght_decisions, notes
from sheets.register.pulls import Entry
from sheets.register.what_counts import counting_tabs
from tests import acted
from tests.conftest import GAIN_COL
from tests.region import PARIS, REFERENT, Region, new_region, subject

YEAR_END = "2021-annuelle"
BELFORT, GHT = "900000365", "BFC-09"
SENS, JOIGNY, YONNE = "890970569", "890000417", "BFC-05"
FIRST_ROW, SECOND, THIRD = (f"{YEAR_END}/{BELFORT}/000{n}" for n in (1, 2, 3))
DEPUTY, READ_ONLY_PERSON, DGOS = "adjoint.bfc@exemple.invalid", "lecture@exemple.invalid", "dgos@exemple.invalid"
DIRECTOR, NEIGHBOUR, OPERATEUR = (
    "directeur.bfc-09@exemple.invalid",
    "directeur.bfc-05@exemple.invalid",
    "operateur.uniha@exemple.invalid",
)
JANUARY_20, JANUARY_21, JANUARY_24 = date(2022, 1, 20), date(2022, 1, 21), date(2022, 1, 24)


@pytest.fixture
def region(tmp_path: Path) -> Region:
    """One GHT with three lines: kept, struck out by a check, kept."""
    r = new_region(tmp_path)
    january = {"date_premiere_commande": date(2021, 1, 4)}
    r.send("belfort.xlsx", GHT, YEAR_END, {BELFORT: [
        {"intitule": "Gants", "gain_annuel": 4_000, **january},
        {"intitule": "Linge", "gain_annuel": 40_000, "marche": "M2", **january},
        {"intitule": "Papier", "gain_annuel": 6_000, "marche": "M3", **january},
    ]})  # fmt: skip
    return r


def kept(region: Region, as_of: date | None = None) -> int:
    view = region.view.dated(as_of) if as_of else region.view
    return sum(o.totals.kept for o in view.tabs_that_count(subject(GHT, 2021)))


def state(region: Region, ght: str, as_of: date | None = None) -> State:
    view = region.view.dated(as_of) if as_of else region.view
    return next(e for e in states(view, subject(ght, 2021)))


# Who may


@pytest.mark.parametrize("email", [REFERENT, DGOS])
def test_the_referent_of_the_region_and_the_ministry_decide(region: Region, email: str) -> None:
    acted.decide(region.main(email), FIRST_ROW, "retirer", "relu")
    assert kept(region) == 600_000


@pytest.mark.parametrize("email", [DEPUTY, READ_ONLY_PERSON, DIRECTOR, NEIGHBOUR, OPERATEUR])
def test_nobody_else_decides_extends_validates_or_locks(region: Region, email: str) -> None:
    main = region.main(email)
    for act in (
        lambda: acted.decide(main, FIRST_ROW, "retirer", "relu"),
        lambda: acted.decide_all(main, [(FIRST_ROW, "retirer", "relu")]),
        lambda: acted.tell_apart(main, FIRST_ROW, "relu"),
        lambda: acted.extend(main, YEAR_END, GHT, date(2022, 3, 10), "grève"),
        lambda: acted.validate(main, YEAR_END, GHT, "relu"),
        lambda: acted.lock_ghts(main, YEAR_END, [GHT], "fin"),
    ):
        with pytest.raises(UserError, match="ne peut pas agir"):
            act()
    assert region.db.execute("SELECT count(*) FROM actes").fetchone() == (0,)


def test_a_stand_in_decides_while_the_referent_is_away_and_not_the_day_after(region: Region) -> None:
    region.dated(date(2022, 8, 10))
    acted.decide(region.main(DEPUTY), FIRST_ROW, "retirer", "intérim")
    assert kept(region) == 600_000
    region.dated(date(2022, 8, 22))
    with pytest.raises(UserError, match="ne peut pas agir"):
        acted.decide(region.main(DEPUTY), FIRST_ROW, "revenir", "trop tard")


def test_a_ght_leaves_a_note_and_answers_for_its_members_but_not_for_the_neighbours(region: Region) -> None:
    acted.note(region.main(DIRECTOR), FIRST_ROW, "le marché suit")
    acted.declare_neant(region.main(NEIGHBOUR), YEAR_END, JOIGNY, "aucun achat")
    with pytest.raises(UserError, match="ne peut pas agir"):
        acted.note(region.main(NEIGHBOUR), FIRST_ROW, "chez le voisin")
    with pytest.raises(UserError, match="ne peut pas agir"):
        acted.declare_neant(region.main(DIRECTOR), YEAR_END, JOIGNY, "chez le voisin")


@pytest.mark.parametrize("reference", [FIRST_ROW, f"{YEAR_END}/{BELFORT}/0099"])
def test_who_may_not_act_learns_nothing_of_what_was_received(region: Region, reference: str) -> None:
    with pytest.raises(UserError) as refusal:
        acted.decide(region.main(NEIGHBOUR), reference, "retirer", "curieux")
    assert "ne peut pas agir" in str(refusal.value)
    assert "HOPITAL" not in str(refusal.value)
    assert "0001" not in str(refusal.value)


# Why, and on what


@pytest.mark.parametrize("reason", ["", "   ", "\u00a0\u200b", "\n"])
def test_an_act_without_a_reason_is_refused(region: Region, reason: str) -> None:
    main = region.main()
    for act in (
        lambda: acted.decide(main, FIRST_ROW, "retirer", reason),
        lambda: acted.note(main, FIRST_ROW, reason),
        lambda: acted.extend(main, YEAR_END, GHT, date(2022, 3, 10), reason),
        lambda: acted.validate(main, YEAR_END, GHT, reason),
        lambda: acted.lock_ghts(main, YEAR_END, [GHT], reason),
        lambda: acted.declare_neant(main, YEAR_END, JOIGNY, reason),
    ):
        with pytest.raises(UserError, match="motif"):
            act()
    assert region.db.execute("SELECT count(*) FROM actes").fetchone() == (0,)


@pytest.mark.parametrize(("reference", "said"), [
    ("0001", "n'est pas une référence"),
    (f"2021-anuelle/{BELFORT}/0001", "vouliez-vous dire « 2021-annuelle »"),
    (f"{YEAR_END}/900000366/0001", "aucun GHT"),
    (f"{YEAR_END}/{BELFORT}/0011", "vouliez-vous dire « 0001 »"),
    (f"{YEAR_END}/{BELFORT}/9999", "Pas de ligne « 9999 »"),
    (f"{YEAR_END}/{SENS}/0001", "Aucune trame"),
    (f"2022-annuelle/{BELFORT}/0001", "Aucune trame"),
])  # fmt: skip
def test_a_mistyped_reference_is_refused_and_says_what_was_meant(region: Region, reference: str, said: str) -> None:
    with pytest.raises(UserError) as refusal:
        acted.decide(region.main(), reference, "retirer", "relu")
    assert said in str(refusal.value)


def test_a_reference_pasted_with_spaces_around_it_is_the_same_line(region: Region) -> None:
    assert acted.decide(region.main(), f"  {FIRST_ROW} ", "retirer", "relu").startswith(f"{FIRST_ROW}, ")


def test_nothing_is_dated_before_what_the_register_already_knows(region: Region) -> None:
    acted.decide(region.dated(JANUARY_24).main(), FIRST_ROW, "retirer", "relu")
    with pytest.raises(UserError, match="connaît déjà la journée du 24/01/2022"):
        acted.decide(region.dated(JANUARY_21).main(), FIRST_ROW, "revenir", "antidaté")
    assert kept(region, JANUARY_21) == 1_000_000
    assert kept(region, JANUARY_24) == 600_000


def test_a_folder_shown_under_an_earlier_clock_does_not_rewrite_which_one_was_in_force(region: Region) -> None:
    january_folder = region.folder
    region.dated(JANUARY_24).edit_folder(
        "objectifs.csv", "region;BFC;2021;revise-covid;01/07/2021;16,0", "region;BFC;2021;revise-covid;01/07/2021;18,0"
    )
    region.dated(JANUARY_21).edit_folder("objectifs.csv", ";18,0;", ";99,0;")
    region.dated(JANUARY_24)
    for day, amount in ((JANUARY_20, 16), (JANUARY_21, 16)):
        objective = region.view.dated(day).objective(subject("BFC", 2021))
        assert objective
        assert objective.amount == amount * 100_000_000
    assert region.view.dated(JANUARY_21).folder.content_hash == january_folder.content_hash


# What it changes


def test_keeping_striking_and_giving_back_move_the_figure_and_each_day_keeps_its_own(region: Region) -> None:
    assert kept(region) == 1_000_000
    acted.decide(region.dated(JANUARY_21).main(), SECOND, "retenir", "marché relu")
    assert kept(region) == 5_000_000
    acted.decide(region.main(), FIRST_ROW, "retirer", "déjà comptée")
    assert kept(region) == 4_600_000
    acted.decide(region.dated(JANUARY_24).main(), SECOND, "revenir", "erreur")
    assert kept(region) == 600_000
    assert [kept(region, j) for j in (JANUARY_20, JANUARY_21, JANUARY_24)] == [1_000_000, 4_600_000, 600_000]


def campaign_kept(db: Database, region: Region) -> int:
    """What counts of the whole campaign: that is what is remembered."""
    return sum(o.totals.kept for o in counting_tabs(db, [YEAR_END], region.hour.date()).values())


def test_what_was_taken_back_before_it_was_written_is_remembered_by_nobody(region: Region) -> None:
    """The act that takes its place bears its number: what counted meanwhile must not be answered for it."""
    act = "INSERT INTO actes (le, par, genre, campagne, ght, finess, action_id, valeur, motif) VALUES (?, 'x', 'retirer', ?, ?, ?, ?, '', 'x')"
    region.db.execute("BEGIN IMMEDIATE")
    region.db.execute(act, (region.hour.isoformat(), YEAR_END, GHT, BELFORT, "0001"))
    assert campaign_kept(region.db, region) == 600_000
    region.db.rollback()
    acted.decide(region.main(), THIRD, "retirer", "déjà comptée")
    assert campaign_kept(region.db, region) == 400_000


def test_two_connections_to_a_register_remember_together_and_another_register_apart(
    region: Region, tmp_path: Path
) -> None:
    acted.decide(region.main(), FIRST_ROW, "retirer", "déjà comptée")
    assert campaign_kept(region.db, region) == 600_000
    (tmp_path / "autre").mkdir()
    same_register, other = open_register(path_of(region.db)), new_region(tmp_path / "autre")
    other.send(
        "belfort.xlsx", GHT, YEAR_END, {BELFORT: [{"gain_annuel": 9_000, "date_premiere_commande": date(2021, 1, 4)}]}
    )
    other.hour = region.hour
    acted.decide(other.main(), FIRST_ROW, "retirer", "déjà comptée")  # as many files and acts, bearing the same numbers
    for db, expected in ((same_register, 600_000), (other.db, 0), (region.db, 600_000)):
        assert campaign_kept(db, region) == expected
    assert (
        what_counts._memory_of(same_register)
        is what_counts._memory_of(region.db)
        is not what_counts._memory_of(other.db)
    )
    same_register.close()


def test_what_another_commits_while_a_day_is_worked_out_is_not_remembered_for_the_days_before(region: Region) -> None:
    robot = open_register(path_of(region.db))
    acted.decide(region.dated(JANUARY_21).main(), SECOND, "retenir", "marché relu")
    region.dated(JANUARY_24)
    taken: list[str] = []

    def decide_midway(sql: str) -> None:
        if sql.lstrip().startswith("WITH campagne(code") and not taken:
            taken.append(sql)
            acted.decide(region.main(), FIRST_ROW, "retirer", "déjà comptée")

    robot.conn.set_trace_callback(decide_midway)
    assert campaign_kept(robot, region) == 5_000_000  # as it stood when the question was asked
    robot.conn.set_trace_callback(None)
    assert taken
    assert campaign_kept(robot, region) == 4_600_000
    assert kept(region, JANUARY_21) == 5_000_000
    assert sum(o.totals.kept for o in counting_tabs(robot, [YEAR_END], JANUARY_21).values()) == 5_000_000
    assert changes(region.view, subject(GHT, 2021, since=JANUARY_21)).value == -400_000
    robot.close()


def test_a_register_that_takes_the_name_of_an_open_one_shares_nothing_with_it(region: Region, tmp_path: Path) -> None:
    path, copied = path_of(region.db), tmp_path / "copie.sqlite"
    region.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(path, copied)
    acted.decide(region.main(), FIRST_ROW, "retirer", "déjà comptée")
    region.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    region.db.close()
    old = open_register(path)
    for end in ("-wal", "-shm"):
        Path(f"{path}{end}").unlink(missing_ok=True)
    copied.replace(path)
    assert campaign_kept(old, region) == 600_000
    region.db = open_register(path)
    acted.decide(region.main(), THIRD, "retirer", "déjà comptée")  # bears the number of the other one's act
    assert campaign_kept(region.db, region) == 400_000
    path.rename(tmp_path / "ailleurs.sqlite")
    assert campaign_kept(region.db, region) == 400_000
    old.close()


def test_the_hour_that_comes_twice_in_october_hides_no_sending(region: Region) -> None:
    for fold, gain in ((0, 5_000), (1, 7_000)):
        region.hour = datetime(2022, 10, 30, 2, 30 - 20 * fold, tzinfo=PARIS, fold=fold)
        region.send("belfort.xlsx", GHT, YEAR_END, {BELFORT: [
            {"intitule": "Gants", "gain_annuel": gain, "date_premiere_commande": date(2021, 1, 4)}]})  # fmt: skip
    assert kept(region) == 700_000


def test_striking_a_loss_raises_nothing(region: Region) -> None:
    region.send(
        "belfort.xlsx", GHT, YEAR_END, {BELFORT: [{"gain_annuel": -6_000, "date_premiere_commande": date(2021, 1, 4)}]}
    )
    acted.decide(region.main(), FIRST_ROW, "retirer", "douteuse")
    (tab,) = region.view.tabs_that_count(subject(GHT, 2021))
    assert (tab.totals.declared, tab.totals.struck, tab.totals.kept) == (-600_000, 0, -600_000)
    assert tab.totals.lines_struck == 1


def test_a_decision_to_keep_lapses_when_the_amounts_change_and_says_so(region: Region) -> None:
    acted.decide(region.dated(JANUARY_21).main(), SECOND, "retenir", "marché relu")
    january = {"date_premiere_commande": date(2021, 1, 4)}
    line = {"intitule": "Linge", "marche": "M2", "action_id": "0002", **january}
    region.dated(JANUARY_24).send("belfort.xlsx", GHT, YEAR_END, {BELFORT: [{**line, "gain_annuel": 41_000}]})
    assert kept(region) == 0
    (rejection,) = region.ask(f"rejets {GHT} 2021")["lignes"]
    assert "les montants ont changé depuis : à revoir (marché relu)" in rejection["precision"]
    region.send("belfort.xlsx", GHT, YEAR_END, {BELFORT: [{**line, "gain_annuel": 40_000, "commentaire": "rendu"}]})
    assert kept(region) == 4_000_000


def test_a_decision_shows_wherever_the_figure_shows(region: Region) -> None:
    acted.decide(region.main(), SECOND, "retenir", "marché relu")
    acted.decide(region.main(DGOS), FIRST_ROW, "retirer", "déjà comptée")
    kept_words = f"gardée par {REFERENT} le 2022-01-20 : marché relu"
    struck_line = f"retirée par {DGOS} le 2022-01-20 : déjà comptée"
    why = region.ask(f"pourquoi {GHT} 2021")
    all_said = {li["reference"]: (li["valeur"], li.get("precision", "")) for li in why["lignes"]}
    assert all_said == {
        SECOND: ("40000.00", kept_words),
        THIRD: ("6000.00", ""),
        FIRST_ROW: ("0.00", f"retirée, {struck_line}"),
    }
    assert kept_words in why["texte"]
    rejections = region.ask(f"rejets {GHT} 2021")
    assert {li["reference"]: (li["valeur"], li["precision"]) for li in rejections["lignes"]} == {
        SECOND: ("0.00", kept_words),
        FIRST_ROW: ("4000.00", struck_line),
    }
    assert rejections["valeur"] == rejections["retire"] == "4000.00"
    gains = region.ask(f"gains {GHT} 2021")
    assert (gains["declare"], gains["retire"], gains["valeur"]) == ("50000.00", "4000.00", "46000.00")


def test_the_bridge_tells_decisions_from_rules_and_from_what_the_ght_changed(region: Region) -> None:
    acted.decide(region.dated(JANUARY_21).main(), SECOND, "retenir", "marché relu")
    region.dated(JANUARY_24).edit_folder("reglages.toml", "performance_a_expliquer = 15", "performance_a_expliquer = 6")
    region.edit_folder("reglages.toml", "performance_a_justifier = 30", "performance_a_justifier = 7")
    region.judge_again()
    result = changes(region.view, subject(GHT, 2021, since=JANUARY_20))
    assert {e.code: e.value for e in result.elements} == {"decision": 4_000_000, "regle": -600_000}
    assert result.value == 3_400_000


def test_the_bridge_says_modified_of_a_line_that_was_there_and_counted_for_nothing(region: Region) -> None:
    lines: list[dict[str, Any]] = [
        {"intitule": "Gants", "statut": "abandonné", "date_premiere_commande": None},
        {"intitule": "Linge", "gain_annuel": 40_000, "marche": "M2", "date_premiere_commande": date(2021, 1, 4)},
        {"intitule": "Papier", "gain_annuel": 6_000, "marche": "M3", "date_premiere_commande": date(2021, 1, 4)},
    ]
    region.dated(JANUARY_21).send("belfort.xlsx", GHT, YEAR_END, {BELFORT: lines})
    result = changes(region.view, subject(GHT, 2021, since=JANUARY_20, by="ligne"))
    assert [(e.code, e.value, e.address and e.address.cell) for e in result.elements] == [
        ("modifiee", -400_000, f"{GAIN_COL}5")
    ]


# Extensions, phone calls, locks


def test_an_extended_ght_is_late_after_its_own_deadline_and_is_left_out_of_the_lock(region: Region) -> None:
    acted.extend(region.dated(JANUARY_24).main(), YEAR_END, YONNE, date(2022, 3, 20), "panne informatique")
    region.dated(date(2022, 3, 15))
    assert not state(region, YONNE).late
    assert "prolongée jusqu'au 20/03/2022" in state(region, YONNE).words
    assert acted.lock_ghts(region.main(), YEAR_END, [YONNE, GHT], "fin") == [GHT]
    region.dated(date(2022, 3, 21))
    assert state(region, YONNE).late
    assert acted.lock_ghts(region.main(), YEAR_END, [YONNE, GHT], "fin") == [YONNE]
    assert not state(region, YONNE, JANUARY_21).extended


@pytest.mark.parametrize("until_day", [date(2022, 2, 28), date(2022, 2, 1)])
def test_an_extension_goes_past_the_deadline_of_the_campaign(region: Region, until_day: date) -> None:
    with pytest.raises(UserError, match="un jour d'après"):
        acted.extend(region.main(), YEAR_END, YONNE, until_day, "panne")


def test_nothing_to_declare_said_by_phone_is_an_answer_once_all_members_are_answered_for(region: Region) -> None:
    acted.declare_neant(region.main(), YEAR_END, SENS, "appel du 20/01")
    assert (state(region, YONNE).progress, state(region, YONNE).tabs) == ("ouverte", 1)
    acted.declare_neant(region.dated(JANUARY_21).main(), YEAR_END, JOIGNY, "appel du 21/01")
    assert state(region, YONNE).has_answered
    region.dated(date(2022, 4, 1))
    assert state(region, YONNE).words == "néant", "said in time, it never becomes late"
    assert state(region, YONNE, JANUARY_20).progress == "ouverte"


def test_nothing_to_declare_gives_way_to_the_trame_that_comes_after_all(region: Region) -> None:
    acted.declare_neant(region.main(), YEAR_END, JOIGNY, "appel")
    region.dated(JANUARY_21).send("yonne.xlsx", YONNE, YEAR_END, {JOIGNY: [{}]})
    assert (state(region, YONNE).progress, state(region, YONNE).tabs) == ("remise", 1)
    with pytest.raises(UserError, match="a déjà répondu"):
        acted.declare_neant(region.main(), YEAR_END, JOIGNY, "appel")


def test_a_trame_seen_and_never_handed_in_is_late_after_the_deadline(region: Region) -> None:
    region.send("yonne.xlsx", YONNE, YEAR_END, {JOIGNY: [{}]}, handing_in=False)
    assert not state(region, YONNE).late
    region.dated(date(2022, 3, 1))
    assert state(region, YONNE).late
    assert state(region, YONNE).progress == "vue"


def test_a_trame_entered_by_the_referent_says_so_and_why(region: Region) -> None:
    region.drop_file("yonne.xlsx", (region.where / "recus" / "belfort.xlsx").read_bytes())
    region.drop_file("belfort.xlsx", (region.where / "recus" / "belfort.xlsx").read_bytes())
    from tests.region import trame

    region.drop_file("yonne.xlsx", trame(region.folder, YONNE, YEAR_END, {SENS: [{}], JOIGNY: [{}]}))
    region.dated(JANUARY_21).pull_sources(Entry(REFERENT, "lu au téléphone"), "yonne.xlsx")
    assert state(region, YONNE).words == "remise, saisie pour son compte (lu au téléphone)"
    assert state(region, GHT).on_behalf == ""


def test_only_what_was_received_is_validated(region: Region) -> None:
    with pytest.raises(UserError, match="rien à valider"):
        acted.validate(region.main(), YEAR_END, YONNE, "relu")
    acted.validate(region.main(), YEAR_END, GHT, "relu")
    assert state(region, GHT).progress == "validée"
    acted.validate(region.dated(JANUARY_21).main(), YEAR_END, GHT, "à revoir", yes=False)
    assert state(region, GHT).progress == "remise"
    assert state(region, GHT, JANUARY_20).progress == "validée"


def test_what_comes_after_the_lock_is_shown_even_the_same_day_and_counts_once_it_is_lifted(region: Region) -> None:
    acted.lock_ghts(region.main(), YEAR_END, [GHT], "fin")
    assert state(region, GHT).words == "remise, 1 ligne retirée, trame verrouillée"
    region.dated(JANUARY_20, hour=18).send(
        "belfort.xlsx", GHT, YEAR_END, {BELFORT: [{"gain_annuel": 1_200, "date_premiere_commande": date(2021, 1, 4)}]}
    )
    assert kept(region) == 1_000_000
    assert "un envoi après le verrou, non compté" in state(region, GHT).words
    acted.lock_ghts(region.dated(JANUARY_21).main(), YEAR_END, [GHT], "reprise", yes=False)
    assert kept(region) == 120_000
    assert kept(region, JANUARY_20) == 1_000_000
    assert ght_decisions(region.db, YEAR_END, JANUARY_20)[GHT].locked_on == JANUARY_20


def test_a_referent_still_decides_on_what_was_locked(region: Region) -> None:
    acted.lock_ghts(region.main(), YEAR_END, [GHT], "fin")
    acted.decide(region.dated(JANUARY_21).main(), FIRST_ROW, "retirer", "DGOS")
    assert (kept(region, JANUARY_20), kept(region)) == (1_000_000, 600_000)


# In bulk, from the workbook of findings


def filled_findings(region: Region, *decisions: tuple[str, str, str]) -> Workbook:
    """The workbook of findings, with (reference, decision, reason) typed on the first row of each line."""
    written = findings_workbook.as_bytes(findings_workbook.workbook(region.view, subject("BFC", 2021, YEAR_END)))
    book = load_workbook(io.BytesIO(written))
    for reference, decision, reason in decisions:
        rank = next(r[0].row for r in book["Constats"].iter_rows(min_row=2) if r[0].value == reference)
        type_decision(book, rank, decision, reason)
    return book


def type_decision(book: Workbook, rank: int | None, decision: str, reason: str) -> None:
    sheet = book["Constats"]
    columns = {c.value: c.column for c in sheet[1]}
    assert rank
    sheet.cell(rank, columns["Décision"] or 0, decision)
    sheet.cell(rank, columns["Motif"] or 0, reason)


def read(book: Workbook) -> list[tuple[str, str, str]]:
    return findings_workbook.read_decisions(findings_workbook.as_bytes(book))


def test_the_workbook_of_findings_holds_each_finding_at_its_cell_with_its_euros_and_notes(region: Region) -> None:
    acted.note(region.main(DIRECTOR), SECOND, "le marché suit")
    sheet = filled_findings(region)["Constats"]
    headings = [str(c.value) for c in sheet[1]]
    (line,) = [
        dict(zip(headings, r, strict=True))
        for r in sheet.iter_rows(min_row=2, values_only=True)
        if r[headings.index("Gravité")] == "rejet"
    ]
    assert (line["Référence"], line["Fichier"], line["Cellule"]) == (SECOND, "belfort.xlsx", f"{GAIN_COL}6")
    assert line["Euros en jeu"] == 40_000
    assert "le marché suit" in str(line["Notes"])
    assert line["Décision"] is None
    assert [n.text for n in notes(region.db, YEAR_END, [BELFORT], JANUARY_20)] == ["le marché suit"]


def test_decisions_filled_in_the_workbook_are_taken_at_once_and_shown_in_the_next_one(region: Region) -> None:
    requests = read(filled_findings(region, (SECOND, "Garder", " marché  relu ")))
    assert requests == [(SECOND, "retenir", "marché relu")]
    acted.decide_all(region.main(), requests)
    assert kept(region) == 5_000_000
    already = [str(r) for r in filled_findings(region)["Constats"].iter_rows(values_only=True)]
    assert any(f"gardée par {REFERENT}" in r for r in already)


def test_all_of_the_decisions_or_none(region: Region) -> None:
    requests = [
        (SECOND, "retenir", "relu"),
        (f"{YEAR_END}/{SENS}/0001", "retirer", "relu"),
        (FIRST_ROW, "retirer", ""),
    ]
    with pytest.raises(UserError) as refusal:
        acted.decide_all(region.main(), requests)
    assert "Aucune décision n'est prise" in str(refusal.value)
    assert str(refusal.value).count("•") == 2, "every complaint at once"
    assert region.db.execute("SELECT count(*) FROM actes").fetchone() == (0,)
    assert kept(region) == 1_000_000


def test_two_rows_of_one_line_that_disagree_are_refused_and_named(region: Region) -> None:
    book = filled_findings(region, (SECOND, "garder", "relu"))
    sheet = book["Constats"]
    rank = sheet.max_row + 1
    sheet.cell(rank, 1, SECOND)
    type_decision(book, rank, "retirer", "douteux")
    with pytest.raises(UserError, match=f"ligne {rank} : {SECOND} reçoit plus haut une autre décision"):
        read(book)
    type_decision(book, rank, "garder", "relu deux fois")
    assert read(book) == [(SECOND, "retenir", "relu")]


@pytest.mark.parametrize(("decision", "reason", "said"), [
    ("peut-être", "relu", "« peut-être » n'est pas une décision"),
    ("garder", "", "le motif manque"),
    ("garder", "\u200b ", "le motif manque"),
])  # fmt: skip
def test_a_row_that_cannot_be_taken_stops_them_all(region: Region, decision: str, reason: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        read(filled_findings(region, (SECOND, decision, reason)))


def test_a_decision_beside_a_finding_on_no_line_is_refused(region: Region) -> None:
    january = {"date_premiere_commande": date(2021, 1, 4)}
    region.dated(JANUARY_21).send(
        "belfort.xlsx", GHT, YEAR_END, {BELFORT: [{"intitule": "Gants", "gain_annuel": 4_000, **january}]}
    )
    book = filled_findings(region)
    column = [title for title, _ in findings_workbook.COLUMNS].index("Constat")
    rank = next(r[0].row for r in book["Constats"].iter_rows(min_row=2) if "n'est plus là" in str(r[column].value))
    type_decision(book, rank, "garder", "relu")
    with pytest.raises(UserError, match="ne porte pas sur une ligne"):
        read(book)


def test_what_looks_like_a_formula_in_a_trame_stays_text_in_the_workbook_of_findings(region: Region) -> None:
    trap = '=HYPERLINK("http://exemple.invalid";"ici")'
    region.send("belfort.xlsx", GHT, YEAR_END, {BELFORT: [{"famille": "'" + trap, "statut": trap.replace("=", "+")}]})
    acted.note(region.main(), FIRST_ROW, trap)
    book = filled_findings(region)
    formulas = [c.coordinate for r in book["Constats"].iter_rows() for c in r if c.data_type == "f"]
    assert formulas == []
    assert any(c.value == trap or trap in str(c.value) for r in book["Constats"].iter_rows() for c in r)


def test_a_workbook_that_is_not_one_of_findings_is_refused_in_a_sentence(region: Region) -> None:
    other = Workbook()
    with pytest.raises(UserError, match="n'a pas d'onglet « Constats »"):
        read(other)
    with pytest.raises(UserError):
        findings_workbook.read_decisions(b"PK\x03\x04 pas un classeur")
    book = filled_findings(region)
    book["Constats"].delete_cols(1)
    with pytest.raises(UserError, match="Colonnes introuvables"):
        read(book)


def test_a_stray_value_in_the_last_cell_of_the_workbook_of_findings_kills_nothing(region: Region) -> None:
    book = filled_findings(region, (SECOND, "garder", "relu"))
    book["Constats"]["XFD1048576"] = 1
    assert read(book) == [(SECOND, "retenir", "relu")]


def test_rows_sorted_and_columns_moved_in_the_workbook_are_still_read(region: Region) -> None:
    book = filled_findings(region, (SECOND, "rendre aux contrôles", "relu"))
    sheet = book["Constats"]
    sheet.insert_cols(1, 2)
    sheet.insert_rows(1)
    assert read(book) == [(SECOND, "revenir", "relu")]


@pytest.mark.e2e
def test_the_workbook_of_findings_survives_libreoffice(region: Region, tmp_path: Path) -> None:
    if not shutil.which("soffice"):
        pytest.skip("LibreOffice is not installed")
    acted.note(region.main(), SECOND, "=1+1")
    (tmp_path / "constats.xlsx").write_bytes(
        findings_workbook.as_bytes(filled_findings(region, (SECOND, "garder", "relu")))
    )
    for suffix in ("xlsx", "ods"):
        output = tmp_path / suffix
        command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profil", "--convert-to", suffix]
        subprocess.run(
            [*command, "--outdir", output, tmp_path / "constats.xlsx"], check=True, capture_output=True, timeout=120
        )
        raw_bytes = (output / f"constats.{suffix}").read_bytes()
        assert findings_workbook.read_decisions(raw_bytes) == [(SECOND, "retenir", "relu")]
    sheet = load_workbook(tmp_path / "xlsx" / "constats.xlsx")["Constats"]
    assert not [c for r in sheet.iter_rows() for c in r if c.data_type == "f"]
    assert sheet.data_validations.dataValidation
