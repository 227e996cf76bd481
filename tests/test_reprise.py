"""What was said was said: putting a backup back makes nobody hear anything twice, and silences nothing that is new."""

from __future__ import annotations

import gc
import gzip
import os
import sqlite3
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from bots.delivery import deliver_due
from sheets.register import carry_over, claimed_events, mail_replies, outbox
from sheets.register.database import open_register
from sheets.register.outbox import MessageKey, StoredMessage
from sheets.register.replies import put_off
from tests.acted import remind
from tests.postman import Postman
from tests.region import Region, new_region, trame
from tests.test_keeping import run
from tests.test_migrations import REGISTERS
from tests.workshop import DAY

YEAR_END, JURA, JURA_SUD, PROJECT_LEAD = "2021-annuelle", "BFC-08", "390780146", "paat.bfc-08@exemple.invalid"
NIEVRE, NEVERS, REFERENT = "BFC-06", "580780039", "referent.bfc@exemple.invalid"
GOOD_BACKUP, CHANGE_WORDS = Path("bonne.sqlite"), "changent ce qui était déjà déclaré"
PARTIES = {"à dire": 0, "nul": 0, "claimed": 0, "pris": 1, "doute": 1, "dit": 1, "refusé": 1}
"""States of a message, and whether it left, or may have; « claimed » is « pris » and handed to no channel yet."""


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in ("VIGIE_DOSSIER", "VIGIE_REGISTRE"):
        monkeypatch.delenv(variable, raising=False)


def key(who: str) -> MessageKey:
    return MessageKey(YEAR_END, JURA, "J-7", "2022-02-28", who)


def met(db: Database, who: str, state: str, sending: str = "e1", when: datetime = DAY) -> None:
    """A message in that state, by the very steps that lead there."""
    outbox.write_down(db, [(key(who), "rappel")], when)
    rank = outbox.known_messages(db, [YEAR_END])[key(who)]
    if state == "nul":
        outbox.cancel(db, {rank.id: "remis"}, when)
    if state in ("à dire", "nul"):
        return
    if rank.state == "à dire":
        outbox.take(db, [rank.id], sending, when)
    if state == "claimed":
        return
    outbox.part(db, sending, "courriel", who, when)
    if state == "dit":
        outbox.mark_delivered(db, sending, "n°1", when)
    if state == "doute":
        outbox.doubt(db, sending, "coupé", when)
    if state == "refusé":
        outbox.refuse(db, sending, "boîte inconnue", when)


def stored(register: str | Path = "vigie.sqlite") -> dict[str, StoredMessage]:
    with closing(open_register(Path(register))) as db:
        return {c.person: r for c, r in outbox.known_messages(db, [YEAR_END]).items()}


def restore_backup(*options: str) -> str:
    gc.collect()  # the command before kept the register open, for it ran in this process
    return " ".join(run("restore", GOOD_BACKUP, *options).split())


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """A register with one person in each state, backed up; nothing was said since."""
    with closing(open_register(tmp_path / "vigie.sqlite")) as db:
        for state in PARTIES:
            met(db, f"avant-{state}", state, f"e-{state}")
    run("backup", GOOD_BACKUP)
    return tmp_path / "vigie.sqlite"


def test_what_left_since_is_carried_over_and_what_was_merely_due_is_not(register: Path) -> None:
    with closing(open_register(register)) as db:
        for state in PARTIES:
            met(db, f"depuis-{state}", state, f"f-{state}", DAY + timedelta(days=1))
    before = stored()
    assert "4 messages," in restore_backup()
    assert stored() == before, "a dry run changes nothing"
    assert "4 messages," in restore_backup("--yes")
    after = stored()
    assert {q.removeprefix("depuis-") for q in after if q.startswith("depuis")} == {e for e, n in PARTIES.items() if n}
    assert all(after[q]._replace(id=0) == before[q]._replace(id=0) for q in after)
    restore_backup("--yes")
    assert stored() == after, "carried again, and no twice"


@pytest.mark.parametrize("since", ["pris", "doute", "dit", "refusé"])
@pytest.mark.parametrize("before", ["à dire", "nul", "claimed", "pris"])
def test_what_was_due_at_the_backup_and_left_since_has_left(register: Path, before: str, since: str) -> None:
    with closing(open_register(register)) as db:
        if before in ("claimed", "pris"):
            outbox.put_back(db, f"e-{before}", "", DAY, DAY)
        met(db, f"avant-{before}", since, "plus tard", DAY + timedelta(days=1))
        known_since = outbox.known_messages(db, [YEAR_END])[key(f"avant-{before}")]
    assert "1 message," in restore_backup("--yes")
    assert stored()[f"avant-{before}"]._replace(id=0) == known_since._replace(id=0)
    assert known_since.state == since


def test_what_the_backup_knows_to_have_been_said_is_never_taken_back(register: Path) -> None:
    """A backup of later than the register it replaces: what left first is still in flight there."""
    with closing(open_register(register)) as db:
        db.execute("UPDATE messages SET etat = 'pris', envoi = 'autre' WHERE etat IN ('dit', 'doute')")
        db.execute("UPDATE messages SET etat = 'à dire' WHERE etat = 'refusé'")
    assert "0 message," in restore_backup("--yes")
    assert {q: r.state for q, r in stored().items() if q in ("avant-dit", "avant-doute", "avant-refusé")} == {
        "avant-dit": "dit", "avant-doute": "doute", "avant-refusé": "refusé"
    }  # fmt: skip


def test_a_doubt_that_was_settled_since_stays_settled(register: Path) -> None:
    with closing(open_register(register)) as db:
        outbox.mark_delivered(db, "e-doute", "retrouvé", DAY)
    restore_backup("--yes")
    assert (stored()["avant-doute"].state, stored()["avant-doute"].reference) == ("dit", "retrouvé")


def test_mails_dealt_with_stay_so_and_those_that_wait_for_their_answer_are_dealt_with_again(tmp_path: Path) -> None:
    states: tuple[Any, ...] = ("en partance", "à répondre", "répondu", "refusé", "doute", "sans réponse")
    with closing(open_register(tmp_path / "vigie.sqlite")) as db:
        mail_replies.note(db, "attendait", "x", "à répondre", DAY)
        mail_replies.note(db, "répondu avant", "x", "répondu", DAY)
    run("backup", GOOD_BACKUP)
    with closing(open_register(tmp_path / "vigie.sqlite")) as db:
        for state in states:
            mail_replies.note(db, f"neuf {state}", "x", state, DAY + timedelta(days=1))
        mail_replies.note(db, "attendait", "x", "répondu", DAY + timedelta(days=1))
    assert "6 courriels" in restore_backup("--yes")
    with closing(open_register(tmp_path / "vigie.sqlite")) as db:
        assert {e: shown.state for e in states if (shown := mail_replies.read(db, f"neuf {e}"))} == {
            e: e for e in states if e != "à répondre"
        }
        was_waiting = mail_replies.read(db, "attendait")
        assert was_waiting is not None
        assert (was_waiting.state, was_waiting.received_on) == ("répondu", DAY.isoformat(timespec="seconds"))


def test_an_event_of_the_chat_is_answered_once_and_a_form_may_be_filled_again(tmp_path: Path) -> None:
    open_register(tmp_path / "vigie.sqlite").close()
    run("backup", GOOD_BACKUP)
    with closing(open_register(tmp_path / "vigie.sqlite")) as db:
        claimed_events.take(db, ["evenement/1", "formulaire/1"], DAY)
    restore_backup("--yes")
    with closing(open_register(tmp_path / "vigie.sqlite")) as db:
        assert not claimed_events.take(db, ["evenement/1"], DAY)
        assert claimed_events.take(db, ["formulaire/1"], DAY)


@pytest.mark.parametrize("sql", [
    "UPDATE messages SET le = 'hier'", "UPDATE messages SET adresse = CAST(x'ff99' AS TEXT)", "DROP TABLE courriels",
    "CREATE TABLE autre AS SELECT id, le, etat FROM messages; DROP TABLE messages; ALTER TABLE autre RENAME TO messages",
])  # fmt: skip
def test_a_register_that_cannot_tell_what_it_said_is_replaced_all_the_same(register: Path, sql: str) -> None:
    with closing(sqlite3.connect(register)) as db, db:
        db.executescript(sql)
    for said in (restore_backup(), restore_backup("--yes")):
        assert "ne peut pas être repris" in said
        assert "des lettres peuvent partir deux fois" in said
    assert len(stored()) == len(PARTIES)


def test_a_damaged_register_and_one_of_an_earlier_schema_are_replaced_all_the_same(register: Path) -> None:
    raw_bytes = bytearray(register.read_bytes())
    with closing(sqlite3.connect(register)) as db:
        page = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'messages'").fetchone()[0]
    raw_bytes[(page - 1) * 4096 : page * 4096] = b"\x99" * 4096
    for old, said in (
        (bytes(raw_bytes), "abîmé"),
        (b"\x00" * 5000, "abîmé"),
        (bytes(raw_bytes[:-9000]), "abîmé"),
        (gzip.decompress((REGISTERS / "m004.sqlite.gz").read_bytes()), "d'une version plus ancienne"),
    ):
        register.write_bytes(old)
        for result in (restore_backup(), restore_backup("--yes")):
            assert f"qui est {said}" in result
            assert "des lettres peuvent partir deux fois" in result
        assert len(stored()) == len(PARTIES)


def test_a_register_whose_messages_lack_a_later_column_is_carried_over_all_the_same(register: Path) -> None:
    with closing(open_register(register)) as db:
        met(db, "depuis", "dit", "f1")
        db.execute("ALTER TABLE messages DROP COLUMN reference")
    assert "1 message," in restore_backup("--yes")
    assert stored()["depuis"].state == "dit"


# A whole story


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return new_region(tmp_path)


def tick(region: Region, mail_channel: Postman, day: date) -> dict[str, str]:
    """What leaves that day at ten, by reader."""
    before = len(mail_channel.delivered)
    region.dated(day, 10)
    deliver_due(region.view, lambda: region.hour, [mail_channel.delivery_channel])
    letters = mail_channel.delivered[before:]
    assert len({x.a for x in letters}) == len(letters)
    return {x.a: x.text for x in letters}


def send_and_pull(region: Region, day: date, ght: str, finess: str, gain: int) -> None:
    """A trame that was written that day is left in the folder, and pulled; that of Jura comes last."""
    region.dated(day, 8 if ght == NIEVRE else 9)
    line = {"gain_annuel": gain, "montant_reference": 1_000_000, "date_premiere_commande": date(2021, 1, 4)}
    file = region.drop_file(f"{ght}.xlsx", trame(region.folder, ght, YEAR_END, {finess: [line]}))
    os.utime(file, (region.hour.timestamp(),) * 2)
    region.pull_sources()


def restore_and_open(region: Region, *options: str) -> str:
    region.db.close()
    said = restore_backup(*options)
    region.db = open_register(region.where / "vigie.sqlite")
    return said


def test_nobody_hears_twice_what_was_said_since_and_everybody_hears_what_is_new(region: Region) -> None:
    """The files are read again after the restore, all at once and under other numbers."""
    mail_channel = Postman()
    send_and_pull(region, date(2022, 2, 1), JURA, JURA_SUD, 60_000)
    send_and_pull(region, date(2022, 2, 1), NIEVRE, NEVERS, 120_000)
    assert tick(region, mail_channel, date(2022, 2, 2))
    run("backup", GOOD_BACKUP)
    for day, gain in ((7, 20_000), (8, 90_000), (9, 30_000)):
        send_and_pull(region, date(2022, 2, day), NIEVRE, NEVERS, 120_000 + day)
        assert PROJECT_LEAD not in tick(region, mail_channel, date(2022, 2, day))
        send_and_pull(region, date(2022, 2, day), JURA, JURA_SUD, gain)
        all_said = tick(region, mail_channel, date(2022, 2, day))
        assert "votre envoi a été lu" in all_said[PROJECT_LEAD]
        assert CHANGE_WORDS in all_said[REFERENT]
    restore_and_open(region, "--yes")
    region.dated(date(2022, 2, 10)).pull_sources()
    assert region.db.execute("SELECT max(id) FROM fichiers").fetchone() == (4,)
    assert tick(region, mail_channel, date(2022, 2, 10)) == {}
    for day, gain in ((11, 91_000), (14, 21_000), (15, 81_000), (16, 31_000), (17, 71_000)):
        send_and_pull(region, date(2022, 2, day), JURA, JURA_SUD, gain)
        all_said = tick(region, mail_channel, date(2022, 2, day))
        assert "votre envoi a été lu" in all_said[PROJECT_LEAD], (
            "its number was that of another file, that was answered"
        )
        assert CHANGE_WORDS in all_said[REFERENT]


def test_what_people_answered_since_still_silences(region: Region) -> None:
    mail_channel = Postman()
    run("backup", GOOD_BACKUP)
    tick(region, mail_channel, date(2022, 2, 14))
    letter = next(x for x in mail_channel.delivered if x.a == PROJECT_LEAD)
    put_off(region.main(PROJECT_LEAD), letter.key, 3)
    remind(region.main(), YEAR_END, NIEVRE)
    facts = outbox.replies(region.db, YEAR_END, region.hour)
    said = restore_and_open(region)
    assert "2 réponses à des rappels" in said
    restore_and_open(region, "--yes")
    assert outbox.replies(region.db, YEAR_END, region.hour) == facts
    restore_and_open(region, "--yes")
    assert outbox.replies(region.db, YEAR_END, region.hour) == facts


def test_the_tables_carried_are_those_of_what_was_said(tmp_path: Path) -> None:
    """A table that would be added is either carried, or left on purpose: whoever adds one says which."""
    left_alone = {
        "dossiers", "originaux", "pulls", "bilans", "fichiers", "onglets", "constats", "questions", "reperes", "recoupements",
        "actes", "dossiers_en_vigueur", "en_vigueur_campagnes", "en_vigueur_membres", "sources", "sauvegardes", "lignes_paat", "sommes",
        "signes_de_vie", "pas_du_service", "illisibles", "courriels_en_attente", "questions_en_cours", "copies", "campagnes_connues", "sous_alertes",
        "_sqlite_migrations",
    }  # fmt: skip
    with closing(open_register(tmp_path / "vigie.sqlite")) as db:
        assert set(db.table_names()) == left_alone | {t.name for t in carry_over._TABLES}
