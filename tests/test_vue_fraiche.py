"""Each question of a service that lasts sees the folder and the register as they are, without reading again what did not move."""

from __future__ import annotations

import shutil
import threading
from datetime import date
from pathlib import Path

import pytest

from config.errors import UserError
from config.folder import EXAMPLE
from jobs.chat import answer_on_slack
from jobs.wiring import Workshop
from sheets.register.database import open_register
from tests.region import new_region


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    shutil.copytree(EXAMPLE, tmp_path / "dossier")
    open_register(tmp_path / "vigie.sqlite").close()
    return Workshop(tmp_path / "dossier", tmp_path / "vigie.sqlite", date(2022, 3, 31))


def test_a_folder_is_read_again_when_it_changes_and_only_then(workshop: Workshop) -> None:
    with workshop.fresh_view() as before, workshop.fresh_view() as second_view:
        assert second_view.folder is before.folder
    persons = workshop.folder_path / "personnes.csv"
    text = persons.read_text(encoding="utf-8")
    persons.write_text(text.replace("dgos@exemple.invalid", "autre@exemple.invalid"), encoding="utf-8")
    with workshop.fresh_view() as after:
        assert "autre@exemple.invalid" in after.folder.persons
        assert "dgos@exemple.invalid" not in after.folder.persons
    persons.write_text("n'importe quoi", encoding="utf-8")
    with pytest.raises(UserError, match="est à corriger"), workshop.fresh_view():
        pass
    persons.write_text(text, encoding="utf-8")
    with workshop.fresh_view() as mended_view:
        assert "dgos@exemple.invalid" in mended_view.folder.persons


def test_a_register_that_takes_the_place_of_another_is_the_one_asked(workshop: Workshop, tmp_path: Path) -> None:
    with workshop.fresh_view() as empty:
        assert empty.db["fichiers"].count == 0
    (tmp_path / "autre").mkdir()
    region = new_region(tmp_path / "autre")
    region.send("Jura.xlsx", "BFC-08", "2021-annuelle", {"390780146": [{"gain_annuel": 4321}]})
    region.db.close()
    for end in ("-wal", "-shm"):
        Path(f"{workshop.register_path}{end}").unlink(missing_ok=True)
    (tmp_path / "autre" / "vigie.sqlite").rename(workshop.register_path)
    with workshop.fresh_view() as stocked_view:
        assert stocked_view.db["fichiers"].count == 1
    workshop.register_path.unlink()
    with pytest.raises(UserError, match="n'existe pas encore"), workshop.fresh_view():
        pass


def test_each_thread_has_its_own_connection_and_sees_what_the_others_write(workshop: Workshop) -> None:
    with workshop.fresh_view() as here, workshop.fresh_view() as second_view:
        assert second_view.db is here.db
    others: list[bool] = []

    def open_elsewhere() -> None:
        with workshop.fresh_view() as other_view:
            others.append(other_view.db is here.db)
            other_view.db.execute("INSERT INTO evenements_du_chat (cle, pris_le) VALUES ('x', '2022-03-31')")
            other_view.db.close()

    thread = threading.Thread(target=open_elsewhere)
    thread.start()
    thread.join()
    assert others == [False]
    assert here.db["evenements_du_chat"].count == 1


def test_the_bot_listens_even_when_nothing_can_be_worked_out_ahead(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder may be half saved when the bot comes back: it says so at each question, and mends itself."""
    workshop.view()
    (workshop.folder_path / "personnes.csv").write_text("à moitié écrit", encoding="utf-8")
    listen: list[object] = []
    monkeypatch.setattr("bots.slack.socket_mode.robot", lambda *_: "robot")
    monkeypatch.setattr("bots.slack.socket_mode.close", lambda _: None)

    def keep_connected(robot: object, *_: object) -> bool:
        listen.append(robot)
        return True

    monkeypatch.setattr("bots.slack.socket_mode.keep_connected", keep_connected)
    assert answer_on_slack(workshop, threading.Event())
    assert listen == ["robot"]
