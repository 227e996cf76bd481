"""A simulated year: 136 GHT, 400 people, at least 500 crashes, channels that fail. Everyone is told what they must be, once."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from bots.delivery import DeliveryChannel, deliver_due
from bots.letters.letter import Letter, SendingError
from bots.letters.message_kinds import KINDS
from bots.piece import XLSX, Piece
from config.folder import Folder
from config.ladder import takes_replies
from config.rights import Person
from jobs.locks_due import SERVICE, lock_on_time
from reports.view import View
from sheets.register import outbox, replies
from sheets.register.acts import Main
from sheets.register.database import open_register
from sheets.register.outbox import MessageKey, StoredMessage
from sheets.register.pulls import FoundFile, close_pull, start_pull, store
from tests import acted
from tests.oracle_year import PARIS, YearPlan, allowed, expected_messages, handing_in, noon_next_day, receiver_of
from tests.postman import ProcessDeath
from tests.year import instants, people_country, workbook

pytestmark = pytest.mark.e2e  # a minute and a half of processor

SEED = 20220601
CRASH, NO_ANSWER_RATE, LOST_RATE = 0.027, 0.02, 0.02
"""How often, at each point: the process dies; a channel does not answer; the chat takes a letter and does not say so."""
POINTS = (
    "write_down",
    "cancel",
    "take",
    "drop_claims",
    "part",
    "mark_delivered",
    "refuse",
    "doubt",
    "put_back",
    "await_lookup",
)
LIMIT_S = 180
"""Of processor: what the machine does beside says nothing of us."""


@dataclass
class World:
    """What is outside the process: it outlives every crash."""

    path: Path
    folder: Folder
    plan: YearPlan
    random_source: random.Random
    db: Database
    current_time: datetime = datetime(2022, 6, 1, tzinfo=PARIS)
    delivered: list[tuple[datetime, str, Letter]] = field(default_factory=list)
    deaths: Counter[str] = field(default_factory=Counter)
    files: dict[tuple[str, str, int], int] = field(default_factory=dict)

    def risk_crash(self, where: str) -> None:
        if self.random_source.random() < CRASH:
            self.deaths[where] += 1
            raise ProcessDeath

    def delivery_channel(self, name: str, address: Callable[[Person], str], *, remembers: bool) -> DeliveryChannel:
        def send(letter: Letter) -> str:
            self.risk_crash(f"{name} avant")
            if self.random_source.random() < NO_ANSWER_RATE:
                raise SendingError("le serveur ne répond pas", is_final=False)
            self.delivered.append((self.current_time, name, letter))
            self.risk_crash(f"{name} après")
            if remembers and self.random_source.random() < LOST_RATE:
                raise SendingError("pas de réponse", is_final=False)
            return str(len(self.delivered))

        def find_sent(key: str, a: str, since: datetime) -> str | None:
            self.risk_crash("recherche")
            if self.random_source.random() < NO_ANSWER_RATE:
                raise SendingError("le serveur ne répond pas", is_final=False)
            return next((str(n) for n, (_, _, x) in enumerate(self.delivered) if (x.key, x.a) == (key, a)), None)

        return DeliveryChannel(name, address, send, find_sent if remembers else None)

    def view(self) -> View:
        return View(self.db, self.folder, self.current_time.date())

    def open_again(self) -> None:
        self.db.close()
        self.db = open_register(self.path)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The year, lived."""
    where = tmp_path_factory.mktemp("annee")
    random_source = random.Random(SEED)
    folder, plan = people_country(where / "dossier", random_source)
    world = World(where / "vigie.sqlite", folder, plan, random_source, open_register(where / "vigie.sqlite"))
    start = time.process_time()
    with pytest.MonkeyPatch.context() as m:
        opening = replace(KINDS["ouverture"], piece=lambda view, r, person: Piece(f"{r.key.unit}.xlsx", b"", XLSX))
        m.setitem(KINDS, "ouverture", opening)
        for point in POINTS:
            m.setattr(outbox, point, _fragile(world, point, getattr(outbox, point)))
        _live(world)
    elapsed = time.process_time() - start
    print(f"\nUne année : {elapsed:.0f} s, {sum(world.deaths.values())} morts subites {dict(world.deaths)}")
    assert elapsed < LIMIT_S
    yield world
    world.db.close()


def _fragile(world: World, point: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def fragile(*everything: Any, **keywords: Any) -> Any:
        world.risk_crash(f"avant {point}")
        result = function(*everything, **keywords)
        world.risk_crash(f"après {point}")
        return result

    return fragile


def _live(world: World) -> None:
    """What people do and when the service ticks, in the order of time."""
    events = _events(world)
    for instant in instants(world.plan, [*expected_messages(world.plan).values(), *events]):
        world.current_time = instant
        for done in events.get(instant, ()):
            done()
        _tick(world)


def _events(world: World) -> dict[datetime, list[Callable[[], None]]]:
    result: dict[datetime, list[Callable[[], None]]] = {}
    plan = world.plan
    for (campaign, ght), read_files in plan.sendings.items():
        for rank, (when, handed_in) in enumerate(read_files):
            result.setdefault(when, []).append(partial(_read_file, world, campaign, ght, rank, handed_in))
    for (campaign, ght), (when, day) in plan.extensions.items():
        result.setdefault(when, []).append(partial(_extend, world, campaign, ght, day))
    for key, moment in expected_messages(plan).items():
        stage, kind = plan.replies.get((key[0], key[1], key[4]), ("", ""))
        if key[2] == stage:
            result.setdefault(noon_next_day(moment), []).append(partial(_press, world, MessageKey(*key), kind))
    return result


def _extend(world: World, campaign: str, ght: str, day: date) -> None:
    acted.extend(_main(world), campaign, ght, day, "plus de temps")


def _main(world: World, person: Person = SERVICE) -> Main:
    return Main(world.db, world.folder, person, world.current_time)


def _read_file(world: World, campaign: str, ght: str, rank: int, handed_in: bool) -> None:
    pull = start_pull(world.db, world.folder, world.current_time)
    found_file = FoundFile(f"/recus/{campaign}/{ght}.xlsx", 1, 1, f"{campaign}{ght}{rank}", b"x")
    store(world.db, pull, found_file, workbook(world.folder, campaign, ght, handed_in), rank > 0)
    close_pull(world.db, pull, world.current_time, ["nouveau"])
    world.files[campaign, ght, rank] = int(world.db.execute("SELECT max(id) FROM fichiers").fetchone()[0])


def _press(world: World, key: MessageKey, kind: str) -> None:
    """Someone answers their reminder, as the button does."""
    rank = outbox.known_messages(world.db, [key.campaign])[key]
    main = _main(world, world.folder.persons[key.person])
    if kind == "noter":
        replies.note(main, rank.sending)
    else:
        replies.put_off(main, rank.sending, 3)


def _tick(world: World) -> None:
    """One tick, started again after each crash, then those of the same day for what was put back to later."""
    delivery_channels = [
        world.delivery_channel("slack", lambda p: p.slack, remembers=True),
        world.delivery_channel("courriel", lambda p: p.email, remembers=False),
    ]
    while True:
        try:
            lock_on_time(world.view(), world.current_time)
            deliver_due(world.view(), lambda: world.current_time, delivery_channels)
        except ProcessDeath:
            world.open_again()
            continue
        next_instant = min(_retry_instants(world), default=None)
        if next_instant is None or next_instant.date() != world.current_time.date() or not allowed(next_instant):
            return
        world.current_time = max(next_instant, world.current_time + timedelta(minutes=1))


def _retry_instants(world: World) -> Iterator[datetime]:
    for r in outbox.in_states(world.db, "pris", "à dire"):
        yield (r.not_before if r.reason or r.state == "à dire" else r.dated + outbox.LEASE).astimezone(PARIS)


def _all_messages(world: World) -> dict[MessageKey, StoredMessage]:
    return outbox.known_messages(world.db, world.folder.campaigns)


def _expected_messages(world: World) -> dict[MessageKey, datetime]:
    """What the oracle expects, receipts under the number their file has in the register."""
    result = {}
    for (campaign, ght, stage, anchor, p), moment in expected_messages(world.plan).items():
        named_file = str(world.files[campaign, ght, int(anchor)]) if stage == "accusé" else anchor
        result[MessageKey(campaign, ght, stage, named_file, p)] = moment
    return result


def test_at_least_five_hundred_crashes_at_every_point(world: World) -> None:
    assert sum(world.deaths.values()) >= 500
    assert len(world.deaths) >= 12


def test_everyone_is_told_what_the_calendar_says_and_nothing_else(world: World) -> None:
    all_said = {key: r for key, r in _all_messages(world).items() if r.state in ("dit", "doute")}
    wanted = _expected_messages(world)
    by_stage = Counter(key.stage for key in all_said)
    print(f"\n{len(all_said)} messages, {len(world.delivered)} lettres : {dict(sorted(by_stage.items()))}")
    assert set(wanted) - set(all_said) == set(), "forgotten"
    assert set(all_said) - set(wanted) == set(), "told for nothing"
    assert by_stage == Counter(key.stage for key in wanted)


def test_nobody_is_told_anything_twice(world: World) -> None:
    letters = Counter(x.key for _, _, x in world.delivered)
    assert max(letters.values()) == 1
    arrivals = Counter(letters[r.sending] for r in _all_messages(world).values() if r.state == "dit")
    assert arrivals == {1: arrivals[1]}, "what is marked as said was delivered"
    known_actions = {r.sending for r in _all_messages(world).values() if r.state in ("dit", "doute")}
    assert set(letters) <= known_actions, "what was delivered is known: no letter left under a forgotten name"


def test_a_doubt_is_of_the_mail_alone_and_rare(world: World) -> None:
    doubts = [r for r in _all_messages(world).values() if r.state == "doute"]
    assert {r.delivery_channel for r in doubts} == {"courriel"}
    assert len(doubts) < sum(world.deaths.values())
    assert {r.state for r in _all_messages(world).values()} <= {"dit", "doute", "nul"}


def test_nothing_leaves_in_quiet_hours(world: World) -> None:
    assert [when for when, _, _ in world.delivered if not allowed(when)] == []


def test_nobody_is_reminded_after_their_hand_in_was_read(world: World) -> None:
    by_code = {c.code: c for c in world.plan.campaigns}
    faults = []
    for key, r in _all_messages(world).items():
        result = handing_in(world.plan, by_code[key.campaign], key.unit)
        if r.state in ("dit", "doute") and takes_replies(r.kind) and result and r.dated >= result:
            faults.append((key, r.dated, result))
    assert faults == []


def test_one_letter_for_each_person_and_moment_through_their_stand_in_when_they_are_away(world: World) -> None:
    addresses = {a: p.email for p in world.folder.persons.values() for a in (p.email, p.slack) if a}
    stored: dict[str, list[StoredMessage]] = {}
    for r in _all_messages(world).values():
        stored.setdefault(r.sending, []).append(r)
    moments: Counter[tuple[str, datetime, frozenset[MessageKey]]] = Counter()
    for when, _, letter in world.delivered:
        theirs = stored[letter.key]
        assert {receiver_of(world.plan, r.key.person, when.date()) for r in theirs} == {addresses[letter.a]}
        moments[addresses[letter.a], when.astimezone(UTC), frozenset(r.key for r in theirs)] += 1
    assert max(moments.values()) == 1
    assert max(len(theirs) for theirs in stored.values()) >= 5, "a referent is told of several GHT at once"
