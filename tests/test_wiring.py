"""The house as it is wired for a service that runs for months: what is edited or restored meanwhile is seen at once."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Thread

import pytest

from config.errors import UserError
from config.folder import EXAMPLE
from jobs.wiring import Workshop
from sheets.register import claimed_events
from sheets.register.database import open_register

NOON = datetime(2022, 3, 31, 12, tzinfo=UTC)


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    shutil.copytree(EXAMPLE, tmp_path / "region")
    _make_register(tmp_path / "vigie.sqlite", "vivant")
    return Workshop(tmp_path / "region", tmp_path / "vigie.sqlite", date(2022, 3, 31))


def _make_register(path: Path, state: str) -> None:
    db = open_register(path)
    claimed_events.give_sign(db, "slack", state, NOON)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def _state_of(workshop: Workshop) -> str:
    with workshop.fresh_view() as view:
        sign = claimed_events.last_sign(view.db, "slack")
        assert sign
        return sign.state


def test_two_questions_of_one_thread_share_a_connection_and_the_folder(workshop: Workshop) -> None:
    with workshop.fresh_view() as one_view, workshop.fresh_view() as other:
        assert one_view.db is other.db
        assert one_view.folder is other.folder


def test_each_thread_has_its_own_connection(workshop: Workshop) -> None:
    seen_ones = []

    def ask() -> None:
        with workshop.fresh_view() as view:
            seen_ones.append(view.db)

    thread = Thread(target=ask)
    thread.start()
    thread.join()
    ask()
    assert seen_ones[0] is not seen_ones[1]


def test_a_register_restored_meanwhile_is_the_one_that_answers(workshop: Workshop, tmp_path: Path) -> None:
    assert _state_of(workshop) == "vivant"
    _make_register(tmp_path / "ancien.sqlite", "muet")
    (tmp_path / "ancien.sqlite").replace(workshop.register_path)
    assert _state_of(workshop) == "muet"


def test_a_register_taken_away_is_said(workshop: Workshop) -> None:
    _state_of(workshop)
    workshop.register_path.unlink()
    with pytest.raises(UserError, match="n'existe pas encore"), workshop.fresh_view():
        pass


def test_a_folder_edited_meanwhile_is_read_again_and_its_mistakes_are_said(workshop: Workshop) -> None:
    def objectives() -> dict[str, int]:
        with workshop.fresh_view() as view:
            return {o.scope.code: o.amount for o in view.folder.objectives if o.exercice == 2021}

    file = workshop.folder_path / "objectifs.csv"
    text = file.read_text(encoding="utf-8-sig")
    assert objectives()["IDF"] == 70_70_000_000
    file.write_text(text.replace(";70,7;", ";19;", 1), encoding="utf-8")
    assert objectives()["IDF"] == 19_00_000_000
    file.write_text(text.replace(";70,7;", ";beaucoup;", 1), encoding="utf-8")
    with pytest.raises(UserError, match=r"objectifs\.csv"):
        objectives()
