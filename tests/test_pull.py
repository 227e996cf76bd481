"""Pulls: what changed is taken in once, superseding is right, and a dead worker takes only its file."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from config.errors import UserError
from config.folder import Folder, load_folder
from config.territory import Scope
from jobs.command_line import vigie as cli
from jobs.taking_in.folders import PullSummary, pull
from reports.gains import gains
from reports.progress import states
from reports.view import Subject, View
from sheets.judging.workers import judge_all
from sheets.register.database import only_one_pull, open_register
from sheets.register.health import sources
from sheets.register.received_files import last_pull_counts
from tests.conftest import FillTrame

PARIS = ZoneInfo("Europe/Paris")
DAY = datetime(2022, 2, 1, 9, tzinfo=PARIS)
JURA = Scope("ght", "BFC-08")
JURA_SUD, MOREZ = "390780146", "390780153"


def _pull(db: Database, folder: Folder, received_files: Path, days: int = 0) -> PullSummary:
    return pull(db, folder, [received_files], lambda: DAY + timedelta(days=days))


def _kept(db: Database, folder: Folder, as_of: date, exercice: int = 2021, campaign: str | None = None) -> int:
    return gains(View(db, folder, as_of), Subject(JURA, exercice, campaign)).totals.kept


def _january_line(gain: int) -> dict[str, object]:
    return {"gain_annuel": gain, "date_premiere_commande": date(2021, 1, 4)}


def test_an_untouched_folder_costs_nothing_the_second_time(
    db: Database, folder: Folder, received_files: Path, filled_trame: FillTrame
) -> None:
    (received_files / "jura.xlsx").write_bytes(filled_trame({JURA_SUD: [_january_line(1000)]}))
    assert [r.state for r in _pull(db, folder, received_files).received_files] == ["nouveau"]
    os.utime(received_files / "jura.xlsx", (1, 1))
    assert [r.state for r in _pull(db, folder, received_files).received_files] == ["inchange"]
    assert [r.state for r in _pull(db, folder, received_files).received_files] == ["inchange"]
    assert db.execute("SELECT count(*) FROM fichiers").fetchone() == (1,)


def test_the_latest_file_counts_and_the_past_can_still_be_asked(
    db: Database, folder: Folder, received_files: Path, filled_trame: FillTrame
) -> None:
    (received_files / "jura.xlsx").write_bytes(filled_trame({JURA_SUD: [_january_line(1000)]}))
    _pull(db, folder, received_files)
    (received_files / "jura.xlsx").write_bytes(filled_trame({JURA_SUD: [_january_line(3000)]}))
    assert [r.state for r in _pull(db, folder, received_files, days=3).received_files] == ["modifie"]
    assert _kept(db, folder, date(2022, 2, 4)) == 300_000
    assert _kept(db, folder, date(2022, 2, 3)) == 100_000
    assert _kept(db, folder, date(2022, 1, 31)) == 0


def test_partial_workbooks_add_up_and_an_empty_tab_replaces_nothing(
    db: Database, folder: Folder, received_files: Path, filled_trame: FillTrame
) -> None:
    (received_files / "sud.xlsx").write_bytes(filled_trame({JURA_SUD: [_january_line(1000)]}))
    _pull(db, folder, received_files)
    (received_files / "morez.xlsx").write_bytes(filled_trame({MOREZ: [_january_line(500)]}))
    _pull(db, folder, received_files, days=1)
    assert _kept(db, folder, date(2022, 2, 10)) == 150_000


def test_a_newer_file_that_cannot_be_used_changes_nothing_and_is_said(
    db: Database, folder: Folder, received_files: Path, filled_trame: FillTrame
) -> None:
    good = filled_trame({JURA_SUD: [_january_line(1000)]})
    (received_files / "jura.xlsx").write_bytes(good)
    _pull(db, folder, received_files)
    (received_files / "jura.xlsx").write_bytes(good[: len(good) // 2])
    summary = _pull(db, folder, received_files, days=1)
    assert summary.received_files[0].state == "refuse"
    assert "incomplet" in summary.received_files[0].reason
    assert _kept(db, folder, date(2022, 2, 10)) == 100_000


def test_year_end_supersedes_mid_year_and_never_adds_to_it(
    db: Database, folder: Folder, received_files: Path, filled_trame: FillTrame
) -> None:
    middle = {"gain_annuel": 1000, "date_premiere_commande": date(2022, 1, 4)}
    (received_files / "a.xlsx").write_bytes(
        filled_trame({JURA_SUD: [middle], MOREZ: [middle]}, campaign="2022-mi-annee")
    )
    (received_files / "b.xlsx").write_bytes(
        filled_trame({JURA_SUD: [{**middle, "gain_annuel": 1500}]}, campaign="2022-annuelle")
    )
    _pull(db, folder, received_files)
    as_of = date(2023, 3, 1)
    assert _kept(db, folder, as_of, 2022) == 150_000 + 100_000
    assert _kept(db, folder, as_of, 2022, "2022-mi-annee") == 200_000


def test_rien_a_declarer_is_an_answer_and_zero_is_then_the_figure(
    db: Database, folder: Folder, received_files: Path, filled_trame: FillTrame
) -> None:
    import io

    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(filled_trame({})))
    for row in book.worksheets[0].iter_rows(max_col=4):
        if str(row[0].value).startswith("39078"):
            row[3].value = "oui"
    book.save(received_files / "jura.xlsx")
    _pull(db, folder, received_files)
    state = states(View(db, folder, date(2022, 2, 10)), Subject(JURA, 2021))[0]
    assert state.progress == "néant"
    assert state.has_answered


def test_a_file_seen_is_not_a_file_handed_in(
    db: Database, folder: Folder, received_files: Path, filled_trame: FillTrame
) -> None:
    (received_files / "jura.xlsx").write_bytes(filled_trame({JURA_SUD: [_january_line(1000)]}, handing_in=False))
    _pull(db, folder, received_files)
    view = View(db, folder, date(2022, 2, 10))
    state = states(view, Subject(JURA, 2021))[0]
    assert state.words == "vue, pas encore remise, 1 onglet sur 4"
    assert gains(view, Subject(JURA, 2021)).provisional == 100_000


def test_what_does_not_add_up_is_not_stored(
    db: Database, folder: Folder, received_files: Path, filled_trame: FillTrame
) -> None:
    (received_files / "jura.xlsx").write_bytes(filled_trame({JURA_SUD: [_january_line(1000)]}))
    db.execute("CREATE TRIGGER vole AFTER INSERT ON lignes_paat BEGIN"
               " UPDATE lignes_paat SET gain_exercice = gain_exercice + 1 WHERE id = new.id; END")  # fmt: skip
    with pytest.raises(RuntimeError, match="the register holds"):
        _pull(db, folder, received_files)
    assert db.execute("SELECT count(*) FROM fichiers").fetchone() == (0,)
    assert db.execute("SELECT count(*) FROM originaux").fetchone() == (0,)


def test_a_workbook_that_kills_its_reader_takes_only_itself(
    db: Database, folder: Folder, received_files: Path, filled_trame: FillTrame
) -> None:
    from openpyxl import Workbook

    deadly_workbook = Workbook()
    deadly_workbook.worksheets[0]["A1"] = "Vigie"
    deadly_workbook.worksheets[0]["XFD1048576"] = 1
    deadly_workbook.save(received_files / "a-mortel.xlsx")
    (received_files / "b-bon.xlsx").write_bytes(filled_trame({JURA_SUD: [_january_line(1000)]}))
    summary = _pull(db, folder, received_files)
    assert sorted(r.state for r in summary.received_files) == ["nouveau", "refuse"]
    assert _kept(db, folder, date(2022, 2, 10)) == 100_000


def test_a_file_put_back_as_it_was_counts_again(
    db: Database, folder: Folder, received_files: Path, filled_trame: FillTrame
) -> None:
    first, second = filled_trame({JURA_SUD: [_january_line(1000)]}), filled_trame({JURA_SUD: [_january_line(3000)]})
    for days, raw_bytes in enumerate((first, second, first)):
        (received_files / "jura.xlsx").write_bytes(raw_bytes)
        _pull(db, folder, received_files, days)
    assert _kept(db, folder, date(2022, 2, 2)) == 300_000
    assert _kept(db, folder, date(2022, 2, 3)) == 100_000


def test_a_refused_file_is_read_again_once_the_folder_knows_its_campaign(
    tmp_path: Path, db: Database, folder: Folder, received_files: Path, filled_trame: FillTrame
) -> None:
    (received_files / "jura.xlsx").write_bytes(filled_trame({JURA_SUD: [_january_line(1000)]}))
    copied = Path(shutil.copytree(folder.path, tmp_path / "region"))
    lines = (copied / "campagnes.csv").read_text().splitlines(keepends=True)
    (copied / "campagnes.csv").write_text("".join(li for li in lines if not li.startswith("2021-annuelle")))
    assert [r.state for r in _pull(db, load_folder(copied), received_files).received_files] == ["refuse"]
    assert [r.state for r in _pull(db, load_folder(copied), received_files).received_files] == ["inchange"]
    assert [r.state for r in _pull(db, folder, received_files).received_files] == ["nouveau"]
    assert _kept(db, folder, date(2022, 2, 10)) == 100_000


def test_two_pulls_at_once_are_one(db: Database, folder: Folder, received_files: Path, tmp_path: Path) -> None:
    with only_one_pull(db), pytest.raises(UserError, match="Un autre relevé est en cours"):
        _pull(open_register(tmp_path / "vigie.sqlite"), folder, received_files)
    assert _pull(db, folder, received_files).received_files == ()


def test_a_file_renamed_moved_or_copied_is_the_same_file(
    db: Database, folder: Folder, received_files: Path, filled_trame: FillTrame
) -> None:
    first, second = filled_trame({JURA_SUD: [_january_line(1000)]}), filled_trame({JURA_SUD: [_january_line(3000)]})
    (received_files / "v1.xlsx").write_bytes(first)
    _pull(db, folder, received_files)
    (received_files / "v2.xlsx").write_bytes(second)
    _pull(db, folder, received_files, 1)
    (received_files / "archives").mkdir()
    (received_files / "v1.xlsx").rename(received_files / "archives" / "GHT Jura.xlsx")
    shutil.copy2(received_files / "archives" / "GHT Jura.xlsx", received_files / "copie.xlsx")
    for days in (2, 3):
        assert {r.state for r in _pull(db, folder, received_files, days).received_files} == {"inchange"}
    assert db.execute("SELECT count(*) FROM fichiers").fetchone() == (2,)
    assert _kept(db, folder, date(2022, 2, 10)) == 300_000  # the older one, moved, does not come back
    (received_files / "archives" / "GHT Jura.xlsx").write_bytes(filled_trame({JURA_SUD: [_january_line(500)]}))
    assert sorted(r.state for r in _pull(db, folder, received_files, 4).received_files) == [
        "inchange",
        "inchange",
        "modifie",
    ]
    assert _kept(db, folder, date(2022, 2, 10)) == 50_000


def test_a_file_that_could_not_be_read_is_told_again_where_it_was_moved(
    db: Database, folder: Folder, received_files: Path
) -> None:
    (received_files / "a.xlsx").write_bytes(b"rien")
    _pull(db, folder, received_files)
    (received_files / "a.xlsx").rename(received_files / "b.xlsx")
    assert [r.state for r in _pull(db, folder, received_files, 1).received_files] == ["refuse"]


def test_a_share_that_is_gone_does_not_stop_the_others(
    db: Database, folder: Folder, received_files: Path, tmp_path: Path, filled_trame: FillTrame
) -> None:
    (received_files / "jura.xlsx").write_bytes(filled_trame({JURA_SUD: [_january_line(1000)]}))
    part = tmp_path / "partie"
    summary = pull(db, folder, [part, received_files], lambda: DAY)
    assert ([r.state for r in summary.received_files], summary.missing_sources) == (["nouveau"], (str(part),))
    with pytest.raises(UserError, match=r"« .*partie » n'existe pas, ou n'est pas accessible"):
        pull(db, folder, [part], lambda: DAY)


def test_a_share_that_fails_while_it_is_listed_does_not_stop_the_others(
    db: Database,
    folder: Folder,
    received_files: Path,
    tmp_path: Path,
    filled_trame: FillTrame,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (received_files / "jura.xlsx").write_bytes(filled_trame({JURA_SUD: [_january_line(1000)]}))
    (tmp_path / "malade").mkdir()
    real = os.scandir

    def scandir(folder: Path) -> Any:
        if folder.name == "malade":
            raise OSError(116, "Stale file handle")
        return real(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    summary = pull(db, folder, [tmp_path / "malade", received_files], lambda: DAY)
    assert (summary.how_many("nouveau"), len(summary.missing_sources)) == (1, 1)


def test_a_file_still_being_written_waits_for_the_next_pull(
    db: Database, folder: Folder, received_files: Path, filled_trame: FillTrame
) -> None:
    raw_bytes = filled_trame({JURA_SUD: [_january_line(1000)]})
    (received_files / "bon.xlsx").write_bytes(raw_bytes)
    (received_files / "en cours.xlsx").write_bytes(raw_bytes[:100])
    written, finished = threading.Event(), threading.Event()

    def copied() -> None:
        with (received_files / "en cours.xlsx").open("ab") as f:
            for start in range(100, len(raw_bytes), 100):
                f.write(raw_bytes[start : start + 100])
                f.flush()
                written.set()
                finished.wait(0.01)

    copier = threading.Thread(target=copied)
    copier.start()
    assert written.wait(5)
    summary = pull(db, folder, [received_files], lambda: DAY, patience=0.2)
    assert [Path(r.file).name for r in summary.received_files] == ["bon.xlsx"]
    assert [Path(f).name for f in summary.being_written] == ["en cours.xlsx"]
    finished.set()
    copier.join()
    assert sorted(r.state for r in _pull(db, folder, received_files, 1).received_files) == ["inchange", "nouveau"]


def test_a_file_that_changes_while_it_is_read_waits_for_the_next_pull(
    db: Database, folder: Folder, received_files: Path, filled_trame: FillTrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = received_files / "jura.xlsx"
    file.write_bytes(filled_trame({JURA_SUD: [_january_line(1000)]}))
    real = Path.open

    def open_then_change(self: Path, *a: Any, **k: Any) -> Any:
        opened = real(self, *a, **k)
        if self == file:
            os.utime(file, (1, 1))
        return opened

    with monkeypatch.context() as m:
        m.setattr(Path, "open", open_then_change)
        summary = _pull(db, folder, received_files)
    assert (summary.received_files, len(summary.being_written)) == ((), 1)
    assert [r.state for r in _pull(db, folder, received_files, 1).received_files] == ["nouveau"]


def test_the_service_waits_for_another_pull_to_end(
    db: Database, folder: Folder, received_files: Path, tmp_path: Path
) -> None:
    start, other = threading.Event(), open_register(tmp_path / "vigie.sqlite")

    def holds() -> None:
        with only_one_pull(open_register(tmp_path / "vigie.sqlite")):
            start.set()
            time.sleep(0.5)

    thread = threading.Thread(target=holds)
    thread.start()
    assert start.wait(5)
    with pytest.raises(UserError, match="Un autre relevé est en cours"), only_one_pull(other, patience=0.1):
        pass
    with only_one_pull(other, patience=20):
        thread.join()
    other.close()


def test_the_folders_of_the_service_are_a_setting_of_the_machine(
    tmp_path: Path, received_files: Path, filled_trame: FillTrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.commands.pull.STABLE", 0.1)
    monkeypatch.setenv("VIGIE_REGISTRE", str(tmp_path / "v.sqlite"))
    assert "réglez VIGIE_SOURCES" in str(CliRunner().invoke(cli, ["pull"]).exception)
    (received_files / "jura.xlsx").write_bytes(filled_trame({JURA_SUD: [_january_line(1000)]}))
    (tmp_path / "dossiers").write_text(f"{received_files}\n\n{tmp_path / 'partie'}\n")
    monkeypatch.setenv("VIGIE_SOURCES_FILE", str(tmp_path / "dossiers"))
    said = CliRunner().invoke(cli, ["pull", "--today", "2022-02-01"]).output
    assert "1 fichier : 1 nouveau" in said
    assert "partie » n'existe pas, ou n'est pas accessible ; les autres ont été relevées." in said
    monkeypatch.setenv("VIGIE_SOURCES", f"{received_files}:{tmp_path / 'partie'}")
    said = CliRunner().invoke(cli, ["pull", "--json", "--today", "2022-02-01"]).output
    result = json.loads(said[said.index("{") :])
    assert (result["fichiers"][0]["etat"], result["absentes"]) == ("inchange", [str(tmp_path / "partie")])
    troubles = json.loads(CliRunner().invoke(cli, ["status", "--json", "--today", "2022-02-01"]).stdout)["soucis"]
    assert any(f"{tmp_path / 'partie'} » n'a jamais pu être relevée" in s for s in troubles)
    monkeypatch.setenv("VIGIE_SOURCES", str(tmp_path))  # a folder pulled once, and no longer wanted, worries nobody
    received_files.rename(tmp_path / "ailleurs")
    troubles = json.loads(CliRunner().invoke(cli, ["status", "--json", "--today", "2022-02-01"]).stdout)["soucis"]
    assert not any("source" in s for s in troubles)


def test_membership_is_that_of_the_situation_of_the_campaign(
    tmp_path: Path, db: Database, folder: Folder, received_files: Path, filled_trame: FillTrame
) -> None:
    middle = {"gain_annuel": 1000, "date_premiere_commande": date(2022, 1, 4)}
    (received_files / "a.xlsx").write_bytes(
        filled_trame({JURA_SUD: [middle], MOREZ: [middle]}, campaign="2022-mi-annee")
    )
    copied = Path(shutil.copytree(folder.path, tmp_path / "region"))
    text = (copied / "territoire.csv").read_text()
    territory_after_leaving = text.replace("MOREZ;partie;;", "MOREZ;partie;;30/09/2022")
    (copied / "territoire.csv").write_text(
        territory_after_leaving
        + "BFC;BFC-07;GHT Centre Franche-Comté;390780153;CH LEON BERARD MOREZ;partie;01/10/2022;\n"
    )
    region = load_folder(copied)
    _pull(db, region, received_files)
    view = View(db, region, date(2022, 9, 1))
    assert gains(view, Subject(JURA, 2022)).value == 200_000
    assert gains(view, Subject(Scope("ght", "BFC-07"), 2022)).value is None
    by_ght = gains(view, Subject(Scope("region", "BFC"), 2022, by="ght"))
    assert {e.label: e.value for e in by_ght.elements if e.value} == {"GHT Jura": 200_000}


def test_pulls_that_bring_nothing_leave_one_row_a_day(
    db: Database, folder: Folder, received_files: Path, filled_trame: FillTrame
) -> None:
    (received_files / "jura.xlsx").write_bytes(filled_trame({JURA_SUD: [_january_line(1000)]}))
    _pull(db, folder, received_files)

    def kept() -> int:
        tables = ("pulls", "bilans", "sources", "illisibles")
        return sum(db.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables)  # noqa: S608

    counts = []
    for day in (1, 1, 1, 2, 2, 2):
        _pull(db, folder, received_files, day)
        counts.append(kept())
    assert counts == [6, 6, 6, 9, 9, 9]
    (received_files / "lien.xlsx").symlink_to("/etc/hostname")
    _pull(db, folder, received_files, 2)  # it saw something else: a row of its own
    _pull(db, folder, received_files, 2)
    assert kept() == 9 + 3 + 1
    last_one = last_pull_counts(db)
    assert last_one is not None
    assert (last_one["etat"], last_one["inchanges"]) == ("fini", 1)
    assert [s.at_most for s in sources(db)] == [1]
    assert _kept(db, folder, date(2022, 2, 1)) == _kept(db, folder, date(2022, 2, 9)) == 100_000


def test_companions_beside_the_trames_are_judged_once(
    db: Database, folder: Folder, received_files: Path, filled_trame: FillTrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    (received_files / "jura.xlsx").write_bytes(filled_trame({JURA_SUD: [_january_line(1000)]}))
    said = CliRunner().invoke(
        cli, ["retour", str(received_files / "jura.xlsx"), "--registre", str(received_files / "aucun.sqlite")]
    )
    assert said.exit_code in (0, 1), said.output
    read_files: list[str] = []

    def count_pull(files: Any, folder: Folder) -> Any:
        def seen_ones() -> Iterator[tuple[str, bytes]]:
            for name, raw_bytes in files:
                read_files.append(Path(name).name)
                yield name, raw_bytes

        return judge_all(seen_ones(), folder)

    monkeypatch.setattr("jobs.taking_in.folders.judge_all", count_pull)
    for days in range(3):
        summary = _pull(db, folder, received_files, days)
        assert [Path(r).name for r in summary.companions] == ["jura - retour.xlsx"]
        assert [Path(r.file).name for r in summary.received_files] == ["jura.xlsx"]
    assert sorted(read_files) == ["jura - retour.xlsx", "jura.xlsx"]
    (received_files / "jura - retour.xlsx").write_bytes(
        filled_trame({MOREZ: [_january_line(5)]})
    )  # a trame under that name is one
    summary = pull(db, folder, [received_files], lambda: DAY + timedelta(days=3))
    assert (summary.companions, summary.how_many("nouveau")) == ((), 1)
