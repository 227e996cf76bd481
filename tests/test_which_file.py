"""Which of several workbooks of a GHT counts, however they lie in the folder and whatever they are called; and what is said."""

from __future__ import annotations

import hashlib
import itertools
import os
import random
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from config.french import euros
from jobs.taking_in.take_in import ANYONE, take_in
from sheets.findings import Severity
from sheets.judging.workbook import judge
from sheets.register import stored_lines
from sheets.register.pulls import FoundFile
from sheets.register.what_counts import counting_tabs
from tests import acted
from tests.region import Region, new_region, subject, trame

BELFORT, SENS, JOIGNY, NORTH, YONNE = "900000365", "890970569", "890000417", "BFC-09", "BFC-05"
YEAR_END = "2021-annuelle"
DAYS = [date(2022, 1, d) for d in (20, 21, 24, 25, 26, 27, 28)]
NOON = 1_640_000_000
CODES = ("envois-concurrents", "version-reprise", "copie-ignoree")


def purchase(title: str, gain: int, **rest: Any) -> dict[str, Any]:
    return {"intitule": title, "marche": f"M-{title}", "gain_annuel": gain, "montant_reference": 800_000,
            "date_premiere_commande": date(2021, 1, 4), **rest}  # fmt: skip


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return new_region(tmp_path)


def raw_bytes(region: Region, *gains: int, ght: str = NORTH, finess: str = BELFORT) -> bytes:
    return trame(region.folder, ght, YEAR_END, {finess: [purchase(f"Achat {n}", g) for n, g in enumerate(gains, 1)]})


def drop_file(region: Region, name: str, content: bytes, second: float = 0) -> Path:
    file = region.where / "recus" / name
    file.parent.mkdir(exist_ok=True, parents=True)
    file.write_bytes(content)
    os.utime(file, ns=(0, int((NOON + second) * 1_000_000_000)))
    return file


def pull_sources(region: Region, rank: int, files: Mapping[str, tuple[bytes, float]]) -> dict[str, tuple[str, str]]:
    """What became of each file of the folder: its state, and why."""
    for name, (content, second) in files.items():
        drop_file(region, name, content, second)
    summary = region.dated(DAYS[rank]).pull_sources()
    return {Path(r.file).name: (r.state, r.reason) for r in summary.received_files}


def kept(region: Region, ght: str = NORTH) -> int:
    """Euros kept."""
    return sum(o.totals.kept for o in region.view.tabs_that_count(subject(ght, 2021))) // 100


def all_said(region: Region) -> dict[str, list[str]]:
    """By code, what is said of what counts."""
    seen_ones = region.findings(YEAR_END, *CODES)
    return {
        code: [c.message for c in seen_ones if c.code == code]
        for code in CODES
        if any(c.code == code for c in seen_ones)
    }


def all_of_them(region: Region, code: str) -> int:
    """How many tabs bear a finding, at the last look, whether they count or not."""
    query = "SELECT count(*) FROM constats WHERE code = ? AND recoupement = (SELECT max(id) FROM recoupements)"
    return int(region.db.execute(query, (code,)).fetchone()[0])


# A copy of a version that was replaced


@pytest.mark.parametrize("other_path", ["archives/nord.xlsx", "nord (1).xlsx", "a/b/vieux.xlsx"])
@pytest.mark.parametrize("second", [0, 5, 50], ids=["same date", "between", "newer"])
def test_a_copy_of_a_replaced_version_is_ignored_wherever_it_lies_and_whatever_its_date(
    region: Region, other_path: str, second: float
) -> None:
    v1, v2 = raw_bytes(region, 9_000), raw_bytes(region, 12_000)
    pull_sources(region, 0, {"nord.xlsx": (v1, 0)})
    pull_sources(region, 1, {"nord.xlsx": (v2, 10)})
    assert kept(region) == 12_000
    copied = drop_file(region, other_path, v1, second)
    received_files = {r.file: r for r in region.dated(DAYS[2]).pull_sources().received_files}
    state, reason = received_files[str(copied)].state, received_files[str(copied)].reason
    assert (state, "« nord.xlsx » a remplacée" in reason) == ("inchange", True)
    assert kept(region) == 12_000
    (said,) = all_said(region)["copie-ignoree"]
    assert Path(other_path).name in said
    assert list(all_said(region)) == ["copie-ignoree"]
    region.dated(DAYS[3]).pull_sources()
    assert (kept(region), list(all_said(region))) == (12_000, ["copie-ignoree"])
    region.dated(DAYS[1])
    assert all_said(region) == {}


def test_a_replaced_version_put_back_in_its_place_counts_and_is_said(region: Region) -> None:
    v1, v2 = raw_bytes(region, 9_000, 1_000), raw_bytes(region, 12_000, 1_000)
    pull_sources(region, 0, {"nord.xlsx": (v1, 0)})
    pull_sources(region, 1, {"nord.xlsx": (v2, 10)})
    assert pull_sources(region, 2, {"nord.xlsx": (v1, 0)})["nord.xlsx"] == ("modifie", "")
    assert kept(region) == 10_000
    (said,) = all_said(region)["version-reprise"]
    assert "déjà reçue le 20/01/2022" in said
    assert f"1 ligne change, {euros(1_000_000)} retenus au lieu de {euros(1_300_000)}" in said
    assert list(all_said(region)) == ["version-reprise"]
    assert pull_sources(region, 3, {"nord.xlsx": (v2, 10)})["nord.xlsx"] == ("modifie", ""), "and back again"
    assert (kept(region), list(all_said(region))) == (13_000, ["version-reprise"])
    pull_sources(region, 4, {"nord.xlsx": (raw_bytes(region, 15_000, 1_000), 20)})
    assert (kept(region), all_said(region)) == (16_000, {})


def test_it_is_the_path_of_the_version_that_replaced_it_that_brings_it_back(region: Region) -> None:
    v1, v2 = raw_bytes(region, 9_000), raw_bytes(region, 12_000)
    pull_sources(region, 0, {"premier.xlsx": (v1, 0)})
    pull_sources(region, 1, {"second.xlsx": (v2, 10)})
    assert pull_sources(region, 2, {"troisieme.xlsx": (v1, 20)})["troisieme.xlsx"][0] == "inchange"
    assert kept(region) == 12_000
    assert pull_sources(region, 3, {"second.xlsx": (v1, 20)})["second.xlsx"][0] == "modifie"
    assert kept(region) == 9_000


def test_the_place_of_the_version_that_counts_is_its_own_even_after_a_file_that_could_not_be_read(
    region: Region,
) -> None:
    v1, v2 = raw_bytes(region, 9_000), raw_bytes(region, 12_000)
    pull_sources(region, 0, {"premier.xlsx": (v1, 0)})
    pull_sources(region, 1, {"second.xlsx": (v2, 10)})
    assert pull_sources(region, 2, {"second.xlsx": (v2[:100], 20)})["second.xlsx"][0] == "refuse"
    assert pull_sources(region, 3, {"second.xlsx": (v1, 30)})["second.xlsx"][0] == "modifie"
    assert kept(region) == 9_000


def test_the_version_that_counts_keeps_its_place_when_it_is_renamed(region: Region) -> None:
    v1, v2 = raw_bytes(region, 9_000), raw_bytes(region, 12_000)
    pull_sources(region, 0, {"premier.xlsx": (v1, 0)})
    pull_sources(region, 1, {"second.xlsx": (v2, 10)})
    (region.where / "recus" / "second.xlsx").unlink()
    assert pull_sources(region, 2, {"renomme.xlsx": (v2, 10)})["renomme.xlsx"] == ("inchange", "")
    assert pull_sources(region, 3, {"renomme.xlsx": (v1, 0)})["renomme.xlsx"][0] == "modifie"
    assert kept(region) == 9_000


def test_a_pull_cut_short_and_the_next_one_are_one_pull(region: Region) -> None:
    pull_sources(region, 0, {"a.xlsx": (raw_bytes(region, 9_000), 0)})
    with region.db.conn:
        region.db.execute("DELETE FROM bilans")
    pull_sources(region, 1, {"b.xlsx": (raw_bytes(region, 12_000), 0)})
    assert kept(region) == 9_000, "written at the same instant, the one that keeps less"
    assert all_of_them(region, "envois-concurrents") == 2
    pull_sources(region, 2, {"c.xlsx": (raw_bytes(region, 15_000), 10)})
    assert (kept(region), all_said(region)) == (15_000, {})


def test_the_version_moved_to_an_archive_when_the_next_one_comes_is_not_in_the_way(region: Region) -> None:
    v1, v2 = raw_bytes(region, 9_000), raw_bytes(region, 12_000)
    pull_sources(region, 0, {"nord.xlsx": (v1, 0)})
    pull_sources(region, 1, {"nord.xlsx": (v2, 10), "nord archive.xlsx": (v1, 0)})
    assert (kept(region), all_said(region)) == (12_000, {})


def test_the_same_by_mail(region: Region) -> None:
    v1, v2 = raw_bytes(region, 9_000), raw_bytes(region, 12_000)

    def receive(rank: int, content: bytes, name: str) -> tuple[str, str]:
        region.dated(DAYS[rank])
        found_file = FoundFile(
            f"courriel/{rank}/{name}", len(content), NOON * 10**9 + rank, hashlib.sha256(content).hexdigest(), content
        )
        handed = [(found_file, judge(name, content, region.folder))]
        (arrival,) = take_in(region.db, region.folder, ANYONE, handed, lambda: region.hour).received_files.values()
        return arrival.state, arrival.reason

    assert receive(0, v1, "nord.xlsx") == ("nouveau", "")
    assert receive(1, v2, "nord.xlsx") == ("nouveau", "")
    state, reason = receive(2, v1, "nord.xlsx")
    assert (state, "elle ne compte pas" in reason) == ("inchange", True)
    assert (kept(region), list(all_said(region))) == (12_000, ["copie-ignoree"])


def test_after_the_lock_a_copy_of_the_locked_version_does_not_pass_for_the_last_one(region: Region) -> None:
    v1, v2 = raw_bytes(region, 9_000), raw_bytes(region, 12_000)
    pull_sources(region, 0, {"nord.xlsx": (v1, 0)})
    acted.lock_ghts(region.main(), YEAR_END, [NORTH], "fin de campagne")
    pull_sources(region, 1, {"nord.xlsx": (v2, 10)})
    assert pull_sources(region, 2, {"copie.xlsx": (v1, 20)})["copie.xlsx"][0] == "inchange"
    assert kept(region) == 9_000
    acted.lock_ghts(region.dated(DAYS[3]).main(), YEAR_END, [NORTH], "reprise", yes=False)
    assert kept(region) == 12_000


# Two workbooks at once


@pytest.mark.parametrize("names", list(itertools.permutations(["a.xlsx", "b.xlsx", "c.xlsx"])))
def test_written_at_the_same_instant_the_one_that_keeps_less_counts_whatever_their_names(
    region: Region, names: Sequence[str]
) -> None:
    gains = (12_000, 9_000, 10_000)
    pull_sources(region, 0, {name: (raw_bytes(region, g), 0) for name, g in zip(names, gains, strict=True)})
    assert kept(region) == 9_000
    assert (len(all_said(region)["envois-concurrents"]), all_of_them(region, "envois-concurrents")) == (2, 4)
    assert any(f"{euros(900_000)} retenus dans l'un, {euros(1_200_000)} dans l'autre, soit {euros(300_000)}" in d
               for d in all_said(region)["envois-concurrents"])  # fmt: skip
    region.dated(DAYS[1]).pull_sources()
    assert kept(region) == 9_000
    assert region.db.execute("SELECT sum(gain_retenu) FROM v_onglets_qui_comptent").fetchone() == (9_000.0,)
    pull_sources(region, 2, {names[0]: (raw_bytes(region, 20_000), 60)})
    assert (kept(region), all_said(region)) == (20_000, {})


def test_at_the_same_instant_each_etablissement_has_the_tab_that_keeps_less(region: Region) -> None:
    def two_tabs(direction: int, joigny: int) -> bytes:
        return trame(
            region.folder, YONNE, YEAR_END, {SENS: [purchase("A", direction)], JOIGNY: [purchase("B", joigny)]}
        )

    pull_sources(region, 0, {"a.xlsx": (two_tabs(9_000, 5_000), 0), "b.xlsx": (two_tabs(8_000, 6_000), 0)})
    assert {o.finess: o.totals.kept // 100 for o in region.view.tabs_that_count(subject(YONNE, 2021))} == {
        SENS: 8_000, JOIGNY: 5_000,
    }  # fmt: skip


def test_in_one_pull_the_latest_written_counts_and_both_are_told(region: Region) -> None:
    pull_sources(
        region, 0, {"z.xlsx": (raw_bytes(region, 9_000, 100), 0), "a.xlsx": (raw_bytes(region, 12_000, 100), 0.5)}
    )
    assert kept(region) == 12_100
    (said,) = all_said(region)["envois-concurrents"]
    assert "« a.xlsx » a été reçu avec « z.xlsx » : 1 ligne diffère (0001)" in said
    assert "« a.xlsx » compte" in said
    assert all_of_them(region, "envois-concurrents") == 2


@pytest.mark.parametrize(("first", "second"), [((9_000,), (9_000,)), ((), (9_000,))])
def test_workbooks_that_do_not_differ_or_bear_on_others_do_not_compete(
    region: Region, first: tuple[int, ...], second: tuple[int, ...]
) -> None:
    other = trame(region.folder, NORTH, YEAR_END, {BELFORT: [purchase(f"Achat {n}", g, commentaire="vu") for n, g in
                                                             enumerate(first, 1)]})  # fmt: skip
    pull_sources(region, 0, {"a.xlsx": (other, 0), "b.xlsx": (raw_bytes(region, *second), 0)})
    assert (kept(region), all_said(region)) == (9_000, {})


def test_partial_workbooks_of_one_ght_do_not_compete(region: Region) -> None:
    pull_sources(region, 0, {"a.xlsx": (raw_bytes(region, 9_000, ght=YONNE, finess=SENS), 0),
                       "b.xlsx": (raw_bytes(region, 5_000, ght=YONNE, finess=JOIGNY), 0)})  # fmt: skip
    assert (kept(region, YONNE), all_said(region)) == (14_000, {})


def test_a_file_older_than_the_one_it_replaces_counts_and_both_are_told(region: Region) -> None:
    pull_sources(region, 0, {"nord.xlsx": (raw_bytes(region, 12_000), 100)})
    pull_sources(region, 1, {"nord 2.xlsx": (raw_bytes(region, 9_000), 0)})
    assert kept(region) == 9_000
    (said,) = all_said(region)["envois-concurrents"]
    assert "« nord 2.xlsx » est arrivé après, bien qu'écrit avant « nord.xlsx »" in said
    assert all_of_them(region, "envois-concurrents") == 2


def test_a_plain_correction_has_nothing_said_of_it(region: Region) -> None:
    pull_sources(region, 0, {"nord.xlsx": (raw_bytes(region, 12_000), 0)})
    pull_sources(region, 1, {"nord.xlsx": (raw_bytes(region, 9_000), 100)})
    assert (kept(region), all_said(region)) == (9_000, {})


def test_judged_again_what_counted_a_former_day_stays(region: Region) -> None:
    pull_sources(region, 0, {"a.xlsx": (raw_bytes(region, 200_000), 0), "b.xlsx": (raw_bytes(region, 150_000), 0)})
    region.dated(DAYS[1]).edit_folder("reglages.toml", "performance_a_justifier = 30", "performance_a_justifier = 16")
    region.judge_again()
    assert kept(region) == 0
    region.dated(DAYS[0])
    assert kept(region) == 150_000


@pytest.mark.parametrize("seed", range(6))
def test_a_new_register_of_the_same_folder_gives_the_same_figures(tmp_path: Path, seed: int) -> None:
    """Sendings drawn at random, each written after the one before, some kept as archives with their own date."""
    rng = random.Random(seed)
    region = new_region(tmp_path)
    versions: list[tuple[bytes, float]] = []
    for rank in range(6):
        version = (raw_bytes(region, rng.randrange(1_000, 20_000), rng.randrange(100, 900)), rank * 10.0)
        files = {rng.choice(("nord.xlsx", "nord bis.xlsx")): version}
        if versions:
            files[f"archive {rank}.xlsx"] = rng.choice(versions)
        pull_sources(region, rank, files)
        versions.append(version)
    other = tmp_path / "autre"
    other.mkdir()
    fresh_region = new_region(other)
    (other / "recus").rmdir()
    (other / "recus").symlink_to(region.where / "recus")
    fresh_region.dated(DAYS[-1]).pull_sources()
    assert kept(fresh_region) == kept(region)
    all_of_those = stored_lines.findings_of(fresh_region.db, [o.id for o in counting_tabs(fresh_region.db, [YEAR_END], DAYS[-1]).values()],
                                   (Severity.ALERT,), DAYS[-1])  # fmt: skip
    assert all(r.finding.code != "version-reprise" for r in all_of_those)
