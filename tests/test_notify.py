"""Everything due is delivered once: through crashes, channels that fail or refuse, snoozes, and what changes meanwhile."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bots.delivery import deliver_due, letters_due
from bots.letters import composing
from bots.letters.letter import Letter
from bots.letters.reminder_words import LetterPart
from config.errors import UserError
from jobs.locks_due import lock_on_time
from sheets.register import outbox, replies
from sheets.register.acts import Main
from sheets.register.database import open_register
from tests import acted
from tests.postman import Postman, ProcessDeath
from tests.region import Region, new_region

JURA, NIEVRE = "BFC-08", "BFC-06"
JURA_SUD = "390780146"
PROJECT_LEAD = "paat.bfc-08@exemple.invalid"
DIRECTOR = "directeur.bfc-08@exemple.invalid"
REFERENT = "referent.bfc@exemple.invalid"
CAMPAIGN = "2021-annuelle"
REMINDER_SUBJECT = "GHT Jura : trame attendue, à remettre pour le 28/02/2022"


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return new_region(tmp_path).silence_alerts().dated(date(2022, 2, 14), 10)


@pytest.fixture
def mail_channel() -> Postman:
    return Postman()


@pytest.fixture
def chat() -> Postman:
    return Postman("slack", True, lambda p: f"U-{p.email}" if p.email in (PROJECT_LEAD, REFERENT) else "")


def tick(region: Region, *postmen: Postman) -> dict[str, int]:
    """One tick, as the service would make it: the register opened anew, as after a crash."""
    region.db.close()
    region.db = open_register(region.where / "vigie.sqlite")
    return dict(deliver_due(region.view, lambda: region.hour, [f.delivery_channel for f in postmen]).facts)


def move_clock(region: Region, **elapsed: int) -> None:
    region.hour += timedelta(**elapsed)


def states(region: Region, person: str = PROJECT_LEAD) -> list[tuple[str, str]]:
    stored = outbox.in_states(region.db, "à dire", "pris", "dit", "refusé", "nul", "doute")
    return [(r.key.stage, r.state) for r in stored if r.key.person == person]


def test_ticks_one_after_the_other_say_it_once(region: Region, mail_channel: Postman) -> None:
    assert tick(region, mail_channel) == {"dit": 11}
    move_clock(region, hours=1)
    assert tick(region, mail_channel) == {}
    assert mail_channel.a(PROJECT_LEAD) == [REMINDER_SUBJECT]


def test_nothing_leaves_at_night(region: Region, mail_channel: Postman) -> None:
    assert tick(region.dated(date(2022, 2, 14), 20), mail_channel) == {}
    assert tick(region.dated(date(2022, 2, 15), 9), mail_channel) == {"dit": 11}


def test_the_opening_comes_with_the_trame_of_the_ght(region: Region, mail_channel: Postman) -> None:
    tick(region.dated(date(2022, 1, 10)), mail_channel)
    (letter,) = (x for x in mail_channel.delivered if x.a == PROJECT_LEAD)
    assert [p.name for p in letter.pieces] == ["GHT Jura - trame 2021-annuelle.xlsx"]
    assert letter.pieces[0].raw_bytes.startswith(b"PK")
    assert letter.takes_replies


def test_what_was_handed_in_between_the_claim_and_the_words_is_not_asked_for(
    region: Region, mail_channel: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = outbox.take

    def then_they_hand_in(*everything: object) -> object:
        if not region.ask("statut GHT Jura 2021")["valeur"]:
            region.send("jura.xlsx", JURA, CAMPAIGN, {JURA_SUD: [{}]})
        return take(*everything)  # type: ignore[arg-type]

    monkeypatch.setattr(outbox, "take", then_they_hand_in)
    tick(region, mail_channel)
    assert mail_channel.a(PROJECT_LEAD) == []
    assert states(region) == [("J-15", "nul")]


def test_who_owes_again_after_handing_in_is_asked_again(region: Region, mail_channel: Postman) -> None:
    mail_channel.breakdowns[PROJECT_LEAD] = ["passe"]
    tick(region, mail_channel)
    region.send("jura.xlsx", JURA, CAMPAIGN, {JURA_SUD: [{}]})
    move_clock(region, hours=1)
    tick(region, mail_channel)
    assert ("J-15", "nul") in states(region)
    move_clock(region, hours=1)
    region.send("jura.xlsx", JURA, CAMPAIGN, {JURA_SUD: [{"gain_annuel": 500}]}, handing_in=False)
    tick(region, mail_channel)
    assert mail_channel.a(PROJECT_LEAD)[-1] == f"{REMINDER_SUBJECT}, et un autre sujet"


@pytest.mark.parametrize(("parties", "end"), [(1, ""), (2, ", et un autre sujet"), (3, ", et 2 autres sujets")])
def test_a_subject_says_how_many_others_follow_in_the_letter(
    region: Region, monkeypatch: pytest.MonkeyPatch, parties: int, end: str
) -> None:
    (one,) = (e for e in letters_due(region.view, region.hour)[0] if e.person.email == PROJECT_LEAD)
    monkeypatch.setattr(composing, "_parties", lambda *_: [LetterPart("GHT Jura : trame attendue", "…")] * parties)
    said_one = composing.letter(region.view, one.reminders, one.person, "cle", PROJECT_LEAD)
    assert said_one.mail_subject == f"GHT Jura : trame attendue{end}"


@pytest.mark.parametrize("breakdown", ["mort-avant", "mort-après"])
def test_a_letter_by_mail_cut_short_is_shown_as_a_doubt_and_never_said_again(
    region: Region, mail_channel: Postman, breakdown: str
) -> None:
    mail_channel.breakdowns[PROJECT_LEAD] = [breakdown]
    with pytest.raises(ProcessDeath):
        tick(region, mail_channel)
    tick(region, mail_channel)
    assert states(region) == [("J-15", "pris")], "whoever claimed it may still be at work"
    move_clock(region, minutes=11)
    tick(region, mail_channel)
    assert states(region) == [("J-15", "doute")]
    assert len(mail_channel.a(PROJECT_LEAD)) == (breakdown == "mort-après")
    assert len(mail_channel.delivered) == 10 + (breakdown == "mort-après")


@pytest.mark.parametrize(("breakdown", "before"), [("mort-avant", 0), ("mort-après", 1), ("perdu", 1), ("passe", 0)])
def test_a_letter_by_chat_cut_short_is_looked_up_before_it_is_said_again(
    region: Region, chat: Postman, mail_channel: Postman, breakdown: str, before: int
) -> None:
    chat.breakdowns[f"U-{PROJECT_LEAD}"] = [breakdown]
    if breakdown.startswith("mort"):
        with pytest.raises(ProcessDeath):
            tick(region, chat, mail_channel)
    else:
        tick(region, chat, mail_channel)
    assert len(chat.a(f"U-{PROJECT_LEAD}")) == before
    move_clock(region, minutes=16)
    tick(region, chat, mail_channel)
    move_clock(region, minutes=16)
    tick(region, chat, mail_channel)
    assert chat.a(f"U-{PROJECT_LEAD}") == [REMINDER_SUBJECT]
    assert mail_channel.a(PROJECT_LEAD) == []
    assert states(region) == [("J-15", "dit")]
    assert len(chat.lookups) == 1


def test_a_delivery_that_ends_after_it_was_given_up_is_known_to_have_arrived(
    region: Region, mail_channel: Postman
) -> None:
    mail_channel.breakdowns[PROJECT_LEAD] = ["mort-avant"]
    with pytest.raises(ProcessDeath):
        tick(region, mail_channel)
    (claimed,) = (r for r in outbox.in_states(region.db, "pris") if r.key.person == PROJECT_LEAD)
    move_clock(region, minutes=11)
    tick(region, mail_channel)
    outbox.put_back(region.db, claimed.sending, "trop tard", region.hour, region.hour)
    assert states(region) == [("J-15", "doute")], "a failure that comes late does not have it said again"
    outbox.mark_delivered(region.db, claimed.sending, "n°1", region.hour)
    assert states(region) == [("J-15", "dit")]


def test_what_was_said_is_never_written_down_again_as_to_be_said(region: Region, mail_channel: Postman) -> None:
    tick(region, mail_channel)
    keys = [(r.key, r.kind) for r in outbox.in_states(region.db, "dit")]
    outbox.write_down(region.db, keys, region.hour)
    assert len(outbox.in_states(region.db, "dit")) == 11, "a twin that computed the same is harmless"


def test_a_crash_before_anything_left_costs_nothing(
    region: Region, mail_channel: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> Letter:
        raise ProcessDeath

    with monkeypatch.context() as m:
        m.setattr(composing, "letter", die)
        with pytest.raises(ProcessDeath):
            tick(region, mail_channel)
    move_clock(region, minutes=11)
    assert tick(region, mail_channel) == {"dit": 11}
    assert len(mail_channel.delivered) == 11


def test_what_fails_is_tried_again_later_and_later(region: Region, mail_channel: Postman) -> None:
    mail_channel.breakdowns[PROJECT_LEAD] = ["passe"] * 3
    attempts: list[datetime] = []
    for _ in range(40):
        before = len(mail_channel.breakdowns[PROJECT_LEAD])
        tick(region, mail_channel)
        if len(mail_channel.breakdowns[PROJECT_LEAD]) < before or (mail_channel.a(PROJECT_LEAD) and len(attempts) == 3):
            attempts.append(region.hour)
        if mail_channel.a(PROJECT_LEAD):
            break
        move_clock(region, minutes=10)
    assert mail_channel.a(PROJECT_LEAD) == [REMINDER_SUBJECT]
    waits = [(b - a) for a, b in pairwise(attempts)]
    assert waits == [timedelta(minutes=20), timedelta(hours=1), timedelta(hours=4)], "rounded up to the tick"


def test_a_channel_that_fails_too_often_gives_way_to_the_other(
    region: Region, chat: Postman, mail_channel: Postman
) -> None:
    chat.breakdowns[f"U-{PROJECT_LEAD}"] = ["passe"] * 50
    for _ in range(120):
        tick(region, chat, mail_channel)
        move_clock(region, hours=1)
    assert len(mail_channel.a(PROJECT_LEAD)) == 1
    assert len(chat.breakdowns[f"U-{PROJECT_LEAD}"]) == 45


def test_an_address_that_is_refused_goes_by_the_other_channel_and_the_referent_is_told_once(
    region: Region, chat: Postman, mail_channel: Postman
) -> None:
    chat.breakdowns[f"U-{PROJECT_LEAD}"] = ["refus"] * 9
    tick(region, chat, mail_channel)
    assert mail_channel.a(PROJECT_LEAD) == [REMINDER_SUBJECT]
    move_clock(region, hours=1)
    tick(region, chat, mail_channel)
    tick(region.dated(date(2022, 2, 21)), chat, mail_channel)
    assert chat.a(f"U-{REFERENT}") == ["1 personne que Vigie n'arrive plus à joindre"]
    (refused_letter,) = (x for x in chat.delivered if x.a == f"U-{REFERENT}")
    assert f"GHT Jura : {PROJECT_LEAD} : slack : boîte inconnue" in refused_letter.text


def test_who_cannot_be_reached_at_all_is_known_to_be_so(region: Region, mail_channel: Postman) -> None:
    mail_channel.breakdowns[PROJECT_LEAD] = ["refus"]
    tick(region, mail_channel)
    assert states(region) == [("J-15", "refusé")]
    tick(region, mail_channel)
    assert mail_channel.a(REFERENT) == ["1 personne que Vigie n'arrive plus à joindre"]


def main(region: Region, email: str = PROJECT_LEAD) -> Main:
    return region.main(email)


def sending_id(region: Region, person: str = PROJECT_LEAD) -> str:
    return next(r.sending for r in outbox.in_states(region.db, "dit") if r.key.person == person)


def test_a_reminder_put_off_comes_back_that_day_and_nothing_before(region: Region, mail_channel: Postman) -> None:
    tick(region.dated(date(2022, 2, 18)), mail_channel)
    assert replies.put_off(main(region), sending_id(region), 5) == date(2022, 2, 23)
    tick(region.dated(date(2022, 2, 21)), mail_channel)
    assert len(mail_channel.a(PROJECT_LEAD)) == 1, "the J-7 of Monday is put off"
    tick(region.dated(date(2022, 2, 23)), mail_channel)
    tick(region.dated(date(2022, 2, 24)), mail_channel)
    assert mail_channel.a(PROJECT_LEAD) == [REMINDER_SUBJECT, REMINDER_SUBJECT]
    assert len(mail_channel.a("paat.bfc-06@exemple.invalid")) == 2, "the others got theirs on Monday"


def test_a_reminder_taken_note_of_skips_the_next_one_and_no_other(region: Region, mail_channel: Postman) -> None:
    tick(region, mail_channel)
    replies.note(main(region), sending_id(region))
    tick(region.dated(date(2022, 2, 21)), mail_channel)
    assert len(mail_channel.a(PROJECT_LEAD)) == 1
    tick(region.dated(date(2022, 2, 28)), mail_channel)
    assert len(mail_channel.a(PROJECT_LEAD)) == 2


def test_a_reminder_is_answered_by_its_reader_alone_and_put_off_for_a_week_at_most(
    region: Region, mail_channel: Postman
) -> None:
    tick(region, mail_channel)
    sending = sending_id(region)
    with pytest.raises(UserError, match="quelqu'un d'autre"):
        replies.note(main(region, DIRECTOR), sending)
    with pytest.raises(UserError, match="7 jours au plus"):
        replies.put_off(main(region), sending, 8)
    with pytest.raises(UserError, match="trop ancien"):
        replies.note(main(region), "jamais vu")


def test_a_referent_has_a_ght_reminded_at_once_unless_it_handed_in(region: Region, mail_channel: Postman) -> None:
    tick(region, mail_channel)
    replies.put_off(main(region), sending_id(region), 7)
    region.dated(date(2022, 2, 16), 19)
    with pytest.raises(UserError, match="ne peut pas agir"):
        acted.remind(main(region), CAMPAIGN, JURA)
    for _ in range(2):
        acted.remind(main(region, REFERENT), CAMPAIGN, JURA)
    acted.remind(main(region, REFERENT), CAMPAIGN, NIEVRE)
    region.send("nievre.xlsx", NIEVRE, CAMPAIGN, {"580780039": [{}]})
    before = len(mail_channel.delivered)
    assert tick(region, mail_channel) == {}, "in the evening it waits"
    tick(region.dated(date(2022, 2, 17)), mail_channel)
    tick(region.dated(date(2022, 2, 18)), mail_channel)
    assert [x.a for x in mail_channel.delivered[before:] if "attendue" in x.mail_subject] == [PROJECT_LEAD]


def test_the_lock_is_put_at_its_hour_once_and_never_against_a_referent(region: Region) -> None:
    region.dated(date(2022, 3, 1))
    acted.extend(region.main(), CAMPAIGN, NIEVRE, date(2022, 3, 18), "migration informatique")
    assert lock_on_time(region.view, region.dated(date(2022, 3, 15), 17).hour) == {}
    assert len(lock_on_time(region.view, region.dated(date(2022, 3, 15), 18).hour)[CAMPAIGN]) == 10
    assert lock_on_time(region.view, region.dated(date(2022, 3, 16)).hour) == {}
    acted.lock_ghts(region.main(), CAMPAIGN, [JURA], "envoi perdu", yes=False)
    assert lock_on_time(region.view, region.dated(date(2022, 3, 17)).hour) == {}
    assert lock_on_time(region.view, region.dated(date(2022, 3, 19), 18).hour) == {CAMPAIGN: [NIEVRE]}


def test_a_tick_that_lasts_until_closing_stops_there_and_the_rest_leaves_in_the_morning(
    region: Region, mail_channel: Postman
) -> None:
    region.dated(date(2022, 2, 14), 17)
    send = mail_channel.send

    def send_slowly(letter: Letter) -> str:
        move_clock(region, minutes=20)
        return send(letter)

    mail_channel.send = send_slowly  # type: ignore[method-assign]
    assert tick(region, mail_channel) == {"dit": 3}
    assert tick(region.dated(date(2022, 2, 15), 9), mail_channel) == {"dit": 8}
    said_at = [r.dated for r in outbox.in_states(region.db, "dit")]
    assert len(set(said_at)) == 11, "each claim bears its own hour, or a long tick would pass for a crash"


def test_two_instances_at_once_say_it_once(region: Region, mail_channel: Postman) -> None:
    other = open_register(region.where / "vigie.sqlite")
    send = mail_channel.send

    def meanwhile(letter: Letter) -> str:
        if len(mail_channel.delivered) == 3:
            mail_channel.delivered.append(letter)
            twin = Region(region.where, region.folder, other, region.hour)
            deliver_due(twin.view, lambda: twin.hour, [mail_channel.delivery_channel])
            return "n°"
        return send(letter)

    mail_channel.send = meanwhile  # type: ignore[method-assign]
    tick(region, mail_channel)
    other.close()
    assert sorted(x.a for x in mail_channel.delivered) == sorted({x.a for x in mail_channel.delivered})
    assert len(mail_channel.delivered) == 11


def test_a_channel_that_is_down_for_days_is_tried_again_and_refuses_nobody(
    region: Region, mail_channel: Postman
) -> None:
    mail_channel.breakdowns[PROJECT_LEAD] = ["passe"] * 8
    for _ in range(60):
        tick(region, mail_channel)
        move_clock(region, hours=3)
    assert not any(state == "refusé" for _, state in states(region))
    assert mail_channel.a(PROJECT_LEAD), "it got through in the end"
