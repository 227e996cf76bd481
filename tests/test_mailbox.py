"""The mailbox under stress: kills at every step, mails that wait, mails that hide or bear one name, strangers in numbers."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from openpyxl import load_workbook

from bots import outgoing_mail
from bots.letters.letter import Letter, SendingError
from config.errors import UserError
from config.territory import Scope
from jobs.taking_in import mail_pieces, mails
from jobs.taking_in.mail_answers import HANDLED, PATIENCE, TO_LOOK_AT, MailRoom
from jobs.taking_in.mails import ATTEMPTS, read_the_mail
from reports.gains import gains
from reports.view import Subject
from sheets.register import mail_replies
from sheets.register.database import one_at_a_time
from sheets.sources import mailbox
from sheets.sources.attachments import attachments
from tests.conftest import FillTrame
from tests.test_courriel import PAAT, make_mail
from tests.test_intake import MailRig, ProcessDeath, _troubles, mail_rig
from tests.workshop import JURA_SUD, MOREZ, january_line, judge_in_process

__all__ = ["mail_rig"]
BREAKDOWN = SendingError("Le serveur de courrier demande d'attendre (450).", is_final=False)
JURA_SUD_PURCHASING = f"achats.{JURA_SUD}@exemple.invalid"


@pytest.fixture
def two_trames(filled_trame: FillTrame) -> tuple[bytes, bytes]:
    """The same trame, twice: 1 000 €, then 3 000 €."""
    return filled_trame({JURA_SUD: [january_line(1000)]}), filled_trame({JURA_SUD: [january_line(3000)]})


def gain(mail_rig: MailRig) -> int:
    return gains(mail_rig.workshop.view(), Subject(Scope("ght", "BFC-08"), 2021)).totals.kept


# Killed


EFFECTS: list[tuple[Any, str]] = [
    (mail_pieces, "take_in"), (mail_pieces, "judge_all"), (mails, "attachments"), (mail_replies, "note"), (mail_replies, "begins"), (mail_replies, "waits"),
    (mail_replies, "settles"), (mail_replies, "gives_back"),
]  # fmt: skip
"""Everything the mailbox does to the world and can be cut at, beside the mailbox itself and what leaves."""


@contextmanager
def killed_at(mail_rig: MailRig, rank: int) -> Iterator[list[str]]:
    """Die at the given step, before or after an effect; the steps gone through are said."""
    seen_ones: list[str] = []

    def pass_point(name: str) -> None:
        seen_ones.append(name)
        if len(seen_ones) == rank + 1:
            raise ProcessDeath

    def deadly(real: Callable[..., Any], name: str) -> Callable[..., Any]:
        def wrapped(*a: Any, **k: Any) -> Any:
            pass_point(f"before {name}")
            result = real(*a, **k)
            pass_point(f"after {name}")
            return result

        return wrapped

    with ExitStack() as patches:
        for mail_subject, name in [
            *EFFECTS,
            (mail_rig, "_send"),
            (mail_rig.mailbox, "range"),
            (mail_rig.mailbox, "raw_bytes"),
        ]:
            patches.enter_context(patch.object(mail_subject, name, deadly(getattr(mail_subject, name), name)))
        yield seen_ones


@pytest.mark.e2e  # eight seconds of processor
@pytest.mark.parametrize("breakdown", [None, BREAKDOWN])
def test_killed_at_every_step_nothing_is_lost_taken_twice_nor_answered_twice(
    mail_rig: MailRig, two_trames: tuple[bytes, bytes], breakdown: SendingError | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two versions of one trame in two mails, and a stranger: after each kill the mailbox is simply dealt with again."""
    judged_ones = [
        next(judge_in_process([("jura.xlsx", raw_bytes)], mail_rig.workshop.folder)) for raw_bytes in two_trames
    ]
    monkeypatch.setattr(
        mail_pieces,
        "judge_all",
        lambda batch, _: iter([judged_ones[raw_bytes.startswith(two_trames[1])] for _, raw_bytes in batch]),
    )
    monkeypatch.setattr(mail_pieces, "companion_bytes", lambda *_: b"")  # long to make, and it changes nothing
    for rank in range(200):
        before, already_sent = mail_rig.taken, len(mail_rig.parties)
        names = [f"<{rank}-{n}@ght.invalid>" for n in range(3)]
        mail_rig.mailbox.receive(
            make_mail(("jura.xlsx", two_trames[0] + bytes([rank])), Message_ID=names[0]),
            make_mail(("jura.xlsx", two_trames[1] + bytes([rank])), Message_ID=names[1]),
            make_mail(sender=f"x{rank}@ailleurs.invalid", Message_ID=names[2]),
        )
        mail_rig.refusal = breakdown
        with killed_at(mail_rig, rank) as seen_ones:
            try:
                mail_rig.pull_sources()
            except ProcessDeath:
                pass
            else:
                break
        mail_rig.refusal = None
        mail_rig.pull_sources()
        mail_rig.pull_sources()
        assert mail_rig.mailbox.mails == {}, seen_ones
        assert mail_rig.taken == before + 2, seen_ones
        assert gain(mail_rig) == 300_000, (seen_ones, "what was sent last counts")
        answers = [letter.in_reply_to for letter in mail_rig.parties[already_sent:]]
        assert len(answers) == len(set(answers)), seen_ones
        silent_ones = set(names[: 2 if breakdown else 3]) - set(
            answers
        )  # an answer that may have left is a doubt, said and never sent again
        assert not silent_ones or (
            len(silent_ones) == 1 and seen_ones[-1] in ("after note", "before _send", "before gives_back")
        ), seen_ones
        doubts = mail_rig.workshop.register.execute("SELECT count(*) FROM courriels WHERE etat = 'doute' AND le >= ?",
                                               (mail_rig.when.isoformat(timespec="seconds"),)).fetchone()[0]  # fmt: skip
        assert len(silent_ones) <= doubts <= 1, seen_ones
        mail_rig.let_time_pass(timedelta(days=2))
    else:
        pytest.fail("it never ended")
    assert rank > 40, "every effect was met"


def test_an_attempt_that_kills_us_again_and_again_is_left_to_a_person(
    mail_rig: MailRig, two_trames: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    real_attachments = attachments

    def kill(raw_bytes: bytes) -> Any:
        if b"<tueur@x.y>" in raw_bytes:
            raise ProcessDeath
        return real_attachments(raw_bytes)

    monkeypatch.setattr(mails, "attachments", kill)
    mail_rig.mailbox.receive(
        make_mail(("a.xlsx", two_trames[0]), Message_ID="<tueur@x.y>"), make_mail(("jura.xlsx", two_trames[1]))
    )
    for _ in range(ATTEMPTS):
        with pytest.raises(ProcessDeath):
            mail_rig.pull_sources()
    killer_mail, good = mail_rig.pull_sources()
    assert f"Vigie s'est arrêtée {ATTEMPTS} fois en le lisant" in killer_mail.words
    assert (killer_mail.place, good.place, mail_rig.taken, len(mail_rig.parties), mail_rig.mailbox.mails) == (
        TO_LOOK_AT,
        HANDLED,
        1,
        1,
        {},
    )
    assert f"Vigie s'est arrêtée {ATTEMPTS} fois" in _troubles(mail_rig)
    assert mail_rig.pull_sources(make_mail(("b.xlsx", two_trames[0]), Message_ID="<tueur2@x.y>"))[0].place == HANDLED


def test_a_mailbox_or_a_register_that_fails_is_no_attempt_cut_short(
    mail_rig: MailRig, two_trames: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    mail_rig.mailbox.receive(make_mail(("jura.xlsx", two_trames[0])))
    with monkeypatch.context() as m:
        m.setattr(mail_rig.mailbox, "raw_bytes", lambda _: (_ for _ in ()).throw(UserError("La boîte ne répond pas.")))
        for _ in range(ATTEMPTS + 2):
            with pytest.raises(UserError, match="ne répond pas"):
                mail_rig.pull_sources()
    assert [s.place for s in mail_rig.pull_sources()] == [HANDLED]


# Waiting


def test_mails_that_wait_hide_none_of_those_behind(
    mail_rig: MailRig, two_trames: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mails, "BATCH", 4)
    monkeypatch.setattr(mails, "WAITING", 2)
    mail_rig.refusal = BREAKDOWN
    mail_rig.pull_sources(*(make_mail(("jura.xlsx", two_trames[0]), Message_ID=f"<{n}@x.y>") for n in range(10)))
    assert mail_rig.taken == 4, "so many in one go"
    attempts = []
    for _ in range(6):
        mail_rig.let_time_pass(timedelta(minutes=2))
        attempts.append(mails._take_turn(mail_rig.mail_room()))
    assert mail_rig.taken == 10, "and the others in the next ones, though nothing could leave"
    assert [t.left for t in attempts] == [10] * 6
    retried = [s.headers.identifier for t in attempts[3:] for s in t.handled_mails]
    assert len(retried) == len(set(retried)) == 6, "each in its turn"
    mail_rig.refusal = None
    for _ in range(5):
        mail_rig.let_time_pass(timedelta(minutes=2))
        last_one = mails._take_turn(mail_rig.mail_room())
    assert (len(mail_rig.parties), mail_rig.mailbox.mails, last_one.left) == (10, {}, 0)


def test_what_is_left_in_the_mailbox_is_said(
    mail_rig: MailRig,
    two_trames: tuple[bytes, bytes],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(mails, "BATCH", 3)
    monkeypatch.setattr("jobs.wiring.imap_settings", lambda: mail_rig.mail_room().mailbox)
    monkeypatch.setattr("jobs.wiring.smtp", lambda _: mail_rig.mail_room().smtp)
    monkeypatch.setattr(mails, "MailRoom", partial(MailRoom, send=mail_rig._send))
    mail_rig.mailbox.receive(*(make_mail(("plan.pdf", b"%PDF"), Message_ID=f"<{n}@x.y>") for n in range(8)))
    all_said = []
    for _ in range(3):
        mails.show_mail(mail_rig.workshop, send=True)
        all_said.append(capsys.readouterr().out.strip().splitlines()[-1])
    assert all_said == [
        "3 courriels dans INBOX. Il en reste 5 dans la boîte, pour les prochains tours.",
        "3 courriels dans INBOX. Il en reste 2 dans la boîte, pour les prochains tours.",
        "2 courriels dans INBOX.",
    ]


def test_a_mail_that_cannot_be_filed_stops_none_of_the_others(
    mail_rig: MailRig, two_trames: tuple[bytes, bytes]
) -> None:
    mail_rig.mailbox.breakdown = UserError("La boîte aux lettres refuse.")
    with pytest.raises(UserError, match="refuse"):
        mail_rig.pull_sources(*(make_mail(("jura.xlsx", d), Message_ID=f"<{n}@x.y>") for n, d in enumerate(two_trames)))
    assert (mail_rig.taken, len(mail_rig.parties), len(mail_rig.mailbox.mails)) == (2, 2, 1)
    assert "n'a pas encore pu partir" not in _troubles(mail_rig)
    mail_rig.pull_sources()
    assert (mail_rig.taken, len(mail_rig.parties), mail_rig.mailbox.mails) == (2, 2, {})


def test_a_mail_that_the_server_does_not_give_waits_and_is_then_left_to_a_person(mail_rig: MailRig) -> None:
    mail_rig.mailbox.receive(make_mail(("jura.xlsx", b"x")))
    (raw_bytes,) = mail_rig.mailbox.mails.values()
    with patch.object(mail_rig.mailbox, "raw_bytes", lambda _: b""):
        assert mail_rig.pull_sources()[0].words == "remis à plus tard : Le serveur ne donne pas ce courriel."
        assert raw_bytes in mail_rig.mailbox.mails.values()
        mail_rig.let_time_pass(PATIENCE + timedelta(hours=1))
        assert mail_rig.pull_sources()[0].place == TO_LOOK_AT


# One name for two mails


def test_the_copy_of_a_mailing_list_neither_loses_the_trame_nor_gets_an_answer(
    mail_rig: MailRig, two_trames: tuple[bytes, bytes]
) -> None:
    def copies(n: int) -> tuple[EmailMessage, EmailMessage]:
        name = f"<liste{n}@ght.invalid>"
        list_labels = {
            "List_Id": "<achats.exemple.invalid>",
            "Precedence": "list",
            "Subject": "[achats] Trame",
            "Message_ID": name,
        }
        return make_mail(("jura.xlsx", two_trames[n]), **list_labels), make_mail(
            ("jura.xlsx", two_trames[n]), Message_ID=name
        )

    from_list, direct_copy = copies(0)
    mail_rig.pull_sources(from_list, direct_copy)
    assert (mail_rig.taken, len(mail_rig.parties), gain(mail_rig)) == (1, 1, 100_000)
    from_list, direct_copy = copies(1)
    mail_rig.pull_sources(direct_copy)
    mail_rig.pull_sources(from_list)
    assert (mail_rig.taken, len(mail_rig.parties), gain(mail_rig)) == (2, 2, 300_000)
    assert {place: len(m) for place, m in mail_rig.mailbox.ranges.items()} == {TO_LOOK_AT: 2, HANDLED: 2}


def test_another_mail_of_the_same_name_is_another_mail(mail_rig: MailRig, two_trames: tuple[bytes, bytes]) -> None:
    for raw_bytes in (*two_trames, two_trames[0]):
        mail_rig.pull_sources(make_mail(("jura.xlsx", raw_bytes)))
    assert mail_rig.taken == 2, "the third is the first, delivered again"
    assert gain(mail_rig) == 300_000
    assert (
        len({outgoing_mail.identifier_of(letter.key, _smtp(mail_rig)) for letter in mail_rig.parties})
        == len(mail_rig.parties)
        == 2
    )
    assert [letter.in_reply_to for letter in mail_rig.parties] == ["<1@ght.invalid>"] * 2


def _smtp(mail_rig: MailRig) -> outgoing_mail.SmtpSettings:
    settings = mail_rig.mail_room().smtp
    assert settings is not None
    return settings


@pytest.mark.parametrize("added", ["words", "no identifier", "identifier that cannot be answered"])
def test_a_copy_with_other_words_around_the_same_trame_is_the_same_mail(
    mail_rig: MailRig, two_trames: tuple[bytes, bytes], added: str
) -> None:
    singular, other = make_mail(("jura.xlsx", two_trames[0])), make_mail(("jura.xlsx", two_trames[0]))
    other.replace_header("Subject", other["Subject"])
    other["Received"] = "from ailleurs"
    if added == "words":
        body = other.get_body(("plain",))
        assert body is not None
        body.set_content("Bonjour,\nvoici la trame.\n-- \nDiffusé par la liste achats")
    for m in (singular, other):
        if added == "no identifier":
            del m["Message-ID"]
            m["Date"] = "Tue, 01 Feb 2022 08:00:00 +0100"
        elif added != "words":
            m.replace_header("Message-ID", "sans chevrons")
    mail_rig.pull_sources(singular, other)
    assert (mail_rig.taken, len(mail_rig.parties), mail_rig.mailbox.mails) == (1, 1, {})
    assert mail_rig.parties[0].in_reply_to == ("<1@ght.invalid>" if added == "words" else "")


def test_someone_who_was_unknown_is_read_once_they_are_known(
    mail_rig: MailRig, two_trames: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    m = make_mail(("jura.xlsx", two_trames[0]), sender="nouveau@ght.invalid")
    mail_rig.pull_sources(m)
    assert (mail_rig.taken, len(mail_rig.parties)) == (0, 1)
    persons = mail_rig.workshop.folder.persons
    monkeypatch.setitem(persons, "nouveau@ght.invalid", persons[PAAT])
    mail_rig.pull_sources(m)  # put back in the mailbox by whoever saw it
    assert (mail_rig.taken, len(mail_rig.parties)) == (1, 2)


def test_an_answer_that_an_earlier_version_claimed_is_not_given_twice(
    mail_rig: MailRig, two_trames: tuple[bytes, bytes]
) -> None:
    from sheets.sources.mail_headers import read_headers

    for state, words in (
        ("répondu", "déjà traité"),
        ("en partance", "réponse douteuse"),
        ("sans réponse", "réponse envoyée"),
    ):
        m = make_mail(("jura.xlsx", two_trames[0]), Message_ID=f"<{len(state)}@x.y>")
        mail_replies.note(mail_rig.workshop.register, read_headers(m.as_bytes()).key, PAAT, state, mail_rig.when)  # type: ignore[arg-type]
        (handled,) = mail_rig.pull_sources(m)
        assert handled.words.startswith(words), state


# Never twice


def test_an_answer_is_claimed_once_whoever_claims_it(mail_rig: MailRig) -> None:
    db = mail_rig.workshop.register
    assert mail_replies.note(db, "a", PAAT, "en partance", mail_rig.when)
    assert not mail_replies.note(db, "a", PAAT, "en partance", mail_rig.when)
    for state in ("répondu", "doute", "refusé", "sans réponse"):
        mail_replies.note(db, "a", PAAT, state, mail_rig.when)
        assert not mail_replies.note(db, "a", PAAT, "en partance", mail_rig.when)
        mail_replies.gives_back(db, "a")
        assert mail_replies.read(db, "a") is not None, "only a claim can be given back"
    mail_replies.note(db, "b", PAAT, "en partance", mail_rig.when)
    mail_replies.gives_back(db, "b")
    assert mail_replies.note(db, "b", PAAT, "en partance", mail_rig.when)


def test_a_mail_claimed_meanwhile_by_someone_else_is_not_answered(
    mail_rig: MailRig, two_trames: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = mail_pieces.handle_attachments

    def pass_another(*a: Any) -> Any:
        result = real(*a)
        with patch.object(mails, "_only_one", lambda _: ExitStack()), patch.object(mails, "handle_attachments", real):
            mail_rig.pull_sources()
        return result

    monkeypatch.setattr(mails, "handle_attachments", pass_another)
    monkeypatch.setattr(mail_rig.mailbox, "range", lambda *_: None)
    mail_rig.pull_sources(make_mail(("jura.xlsx", two_trames[0])))
    assert (mail_rig.taken, len(mail_rig.parties)) == (1, 1)


@pytest.mark.parametrize("fault", [UnicodeError("é"), RecursionError(), ZeroDivisionError(), ValueError("à mi-chemin")])
def test_a_fault_of_ours_while_an_answer_leaves_is_a_doubt_and_never_a_second_answer(
    mail_rig: MailRig, two_trames: tuple[bytes, bytes], fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    mail_rig.refusal = fault
    (handled,) = mail_rig.pull_sources(make_mail(("jura.xlsx", two_trames[0])))
    assert handled.words.startswith("réponse douteuse : Vigie s'est trompée en l'envoyant")
    assert type(fault).__name__ in caplog.text
    mail_rig.refusal = None
    assert (mail_rig.pull_sources(), mail_rig.parties, mail_rig.taken) == ([], [], 1)


def test_two_names_of_one_register_are_one_mailbox(
    mail_rig: MailRig, two_trames: tuple[bytes, bytes], tmp_path: Path
) -> None:
    _ = mail_rig.workshop.register
    (tmp_path / "autre").mkdir()
    (tmp_path / "autre" / "lien.sqlite").symlink_to(mail_rig.workshop.register_path)
    from dataclasses import replace

    mail_rig.mailbox.receive(make_mail(("jura.xlsx", two_trames[0])))
    through_link = replace(
        mail_rig.mail_room(), workshop=replace(mail_rig.workshop, register_path=tmp_path / "autre" / "lien.sqlite")
    )
    with (
        one_at_a_time(Path(f"{mail_rig.workshop.register_path.resolve()}.courrier"), "pris"),
        pytest.raises(UserError, match="déjà en train d'être relevée"),
    ):
        read_the_mail(through_link)
    assert mail_rig.parties == []
    through_link.workshop.register.close()


# Strangers


def forged_mails(n: int, start: int = 0) -> list[EmailMessage]:
    return [make_mail(sender=f"faux{k}@pirate{k}.invalid", Message_ID=f"<{k}@faux>") for k in range(start, start + n)]


def test_letters_to_strangers_are_so_many_a_day_and_what_is_not_answered_is_said(mail_rig: MailRig) -> None:
    mail_rig.pull_sources(*forged_mails(150))
    assert (len(mail_rig.parties), len(mail_rig.mailbox.ranges[TO_LOOK_AT]), mail_rig.mailbox.mails) == (
        mailbox.MOST_UNKNOWN,
        150,
        {},
    )
    assert (
        f"{150 - mailbox.MOST_UNKNOWN} courriels d'expéditeurs inconnus depuis un jour, au-delà du plafond"
        in _notes(mail_rig)
    )
    assert "inconnus" not in _troubles(mail_rig)
    mail_rig.pull_sources(make_mail(("plan.pdf", b"%PDF"), Message_ID="<connu@x.y>"))
    assert len(mail_rig.parties) == mailbox.MOST_UNKNOWN + 1, "whoever is known is answered"
    mail_rig.let_time_pass(timedelta(days=1, minutes=1))
    mail_rig.pull_sources(*forged_mails(30, 150))
    assert len(mail_rig.parties) == 2 * mailbox.MOST_UNKNOWN + 1
    mail_rig.let_time_pass(timedelta(days=2))
    assert "plafond" not in _notes(mail_rig)


def test_letters_to_strangers_that_are_refused_count_too(mail_rig: MailRig) -> None:
    attempts: list[Letter] = []

    def refuse(letter: Letter, _: outgoing_mail.SmtpSettings) -> None:
        attempts.append(letter)
        raise SendingError("Refusé (550).", is_final=True)

    with patch.object(mail_rig, "_send", refuse):
        mail_rig.pull_sources(*forged_mails(60))
    assert (len(attempts), len(mail_rig.mailbox.ranges[TO_LOOK_AT])) == (mailbox.MOST_UNKNOWN, 60)


def _notes(mail_rig: MailRig) -> str:
    import contextlib
    import json
    from dataclasses import replace

    from jobs.commands.status import state

    with contextlib.redirect_stdout(io.StringIO()) as said:
        state(replace(mail_rig.workshop), True)
    return "\n".join(json.loads(said.getvalue())["a_noter"])


@pytest.mark.parametrize(
    ("option", "how_many"),
    [("", mailbox.MOST_UNKNOWN), ("?inconnus=3", 3), ("?inconnus=0", 0), ("?garant=&inconnus=40", 40)],
)
def test_the_cap_is_a_setting(mail_rig: MailRig, option: str, how_many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = mailbox.read_settings(f"imap://x:y@127.0.0.1{option}")
    assert settings.strangers == how_many
    mail_room = mail_rig.mail_room()
    mail_rig.mailbox.receive(*forged_mails(50))
    from dataclasses import replace

    read_the_mail(replace(mail_room, mailbox=settings))
    assert len(mail_rig.parties) == how_many


@pytest.mark.parametrize("fake", ["-1", "beaucoup", "", "1.5", "99999", "٣"])
def test_a_cap_that_is_no_number_is_said(fake: str) -> None:
    with pytest.raises(UserError, match="un nombre de lettres par jour était attendu"):
        mailbox.read_settings(
            f"imap://x:y@127.0.0.1?inconnus=%20{fake}" if not fake else f"imap://x:y@127.0.0.1?inconnus={fake}"
        )


# Who may hand in


def _declares_nothing(raw_bytes: bytes, finess: str) -> bytes:
    book = load_workbook(io.BytesIO(raw_bytes))
    (row,) = (r for r in book.worksheets[0].iter_rows() if r[0].value == finess)
    row[3].value = "oui"
    stamp = io.BytesIO()
    book.save(stamp)
    return stamp.getvalue()


def _loses_a_heading(raw_bytes: bytes, finess_lines: str) -> bytes:
    """A tab whose headings are no longer understood, though its lines are there."""
    book = load_workbook(io.BytesIO(raw_bytes))
    tab = next(f for f in book.worksheets[1:] if f.cell(5, 3).value and finess_lines in f.title)
    for cell in tab[4]:
        if cell.value and "gain" in str(cell.value).lower():
            cell.value = "colonne maison"
    stamp = io.BytesIO()
    book.save(stamp)
    return stamp.getvalue()


def test_ones_own_tab_beside_that_of_another_is_not_taken(mail_rig: MailRig, filled_trame: FillTrame) -> None:
    mixed_trame = filled_trame({JURA_SUD: [january_line(1000)], MOREZ: [january_line(9000)]})
    mail_rig.pull_sources(make_mail(("jura.xlsx", mixed_trame), sender=JURA_SUD_PURCHASING))
    (letter,) = mail_rig.parties
    assert (mail_rig.taken, letter.pieces, list(mail_rig.mailbox.ranges)) == (0, (), [TO_LOOK_AT])
    territory = mail_rig.workshop.folder.territory
    sud_name, morez_name = (territory.name(Scope("etablissement", f)) for f in (JURA_SUD, MOREZ))
    assert f"Cette trame porte sur {morez_name}, pour qui votre adresse ne peut pas remettre" in letter.text
    assert sud_name not in letter.text
    assert "1 000" not in letter.text
    mail_rig.pull_sources(make_mail(("jura.xlsx", mixed_trame), Message_ID="<2@x.y>"))
    assert mail_rig.taken == 1, "its GHT may"


@pytest.mark.parametrize("who", [JURA_SUD_PURCHASING, f"achats.{MOREZ}@exemple.invalid"])
def test_nothing_to_declare_is_an_answer_that_only_ones_own_may_give(
    mail_rig: MailRig, filled_trame: FillTrame, who: str
) -> None:
    raw_bytes = _declares_nothing(filled_trame({JURA_SUD: [january_line(1000)]}), MOREZ)
    mail_rig.pull_sources(make_mail(("jura.xlsx", raw_bytes), sender=who))
    assert mail_rig.taken == 0
    mail_rig.pull_sources(
        make_mail(("jura.xlsx", _declares_nothing(filled_trame({}), MOREZ)), sender=who, Message_ID="<2@x.y>")
    )
    assert mail_rig.taken == (MOREZ in who)


def test_a_tab_that_may_yet_be_read_bears_on_its_etablissement(mail_rig: MailRig, filled_trame: FillTrame) -> None:
    """Once its headings were learnt it would count, and nobody would ask again who had sent it."""
    names = mail_rig.workshop.folder.territory.members("BFC-08", mail_rig.when.date())
    morez_name = next(e.name for e in names if e.finess == MOREZ)
    raw_bytes = filled_trame({JURA_SUD: [january_line(1000)], MOREZ: [january_line(9000)]})
    forged_trame = _loses_a_heading(raw_bytes, morez_name.split()[-1])
    mail_rig.pull_sources(make_mail(("jura.xlsx", forged_trame), sender=JURA_SUD_PURCHASING))
    assert (mail_rig.taken, "ne peut pas remettre" in mail_rig.parties[0].text) == (0, True)
    mail_rig.pull_sources(make_mail(("jura.xlsx", forged_trame), Message_ID="<2@x.y>"))
    assert mail_rig.taken == 1


@pytest.mark.parametrize(
    ("sender", "keep"),
    [
        (PAAT, True), (JURA_SUD_PURCHASING, True), ("referent.bfc@exemple.invalid", True), ("dgos@exemple.invalid", True),
        ("lecture@exemple.invalid", False), ("operateur.uniha@exemple.invalid", False), ("adjoint.bfc@exemple.invalid", False),
    ],
)  # fmt: skip
def test_what_bears_on_nobody_is_kept_from_whoever_hands_in_alone(mail_rig: MailRig, sender: str, keep: bool) -> None:
    mail_rig.pull_sources(make_mail(("jura.xlsx", b"PK\x03\x04 pas un classeur"), sender=sender))
    assert mail_rig.taken == keep
    assert "jura.xlsx — " in mail_rig.parties[0].text


def test_a_stand_in_hands_in_on_the_very_days_and_not_around_them(
    mail_rig: MailRig, two_trames: tuple[bytes, bytes]
) -> None:
    from datetime import datetime

    from config.campaign import PARIS

    for n, (day, taken) in enumerate(((31, 0), (1, 1), (21, 2), (22, 2))):
        mail_rig.when = datetime(2022, 7 if n == 0 else 8, day, 9, tzinfo=PARIS)
        mail_rig.pull_sources(
            make_mail(("jura.xlsx", two_trames[n % 2]), sender="adjoint.bfc@exemple.invalid", Message_ID=f"<{n}@x.y>")
        )
        assert mail_rig.taken == taken, day


def test_the_rights_of_an_etablissement_are_those_of_the_situation_of_the_campaign(
    mail_rig: MailRig, filled_trame: FillTrame
) -> None:
    for sender, taken in (("paat.bfc-01@exemple.invalid", 0), ("directeur.bfc-12@exemple.invalid", 0), (PAAT, 1)):
        mail_rig.pull_sources(
            make_mail(("jura.xlsx", filled_trame({MOREZ: [january_line(10)]})), sender=sender, Message_ID=f"<{sender}>")
        )
        assert mail_rig.taken == taken


# Words


def test_what_a_sender_wrote_is_words_in_the_answer_and_never_html(mail_rig: MailRig) -> None:
    name = "<img src=x onerror=alert(1)>&\"'.pdf"
    mail_rig.pull_sources(make_mail((name, b"%PDF"), Subject="<script>alert(2)</script>"))
    (letter,) = mail_rig.parties
    assert "<img" not in letter.html
    assert "<script" not in letter.html
    assert "&lt;img src=x onerror=alert(1)&gt;&amp;" in letter.html
    assert letter.text.count("<img") == 1


def test_what_is_sealed_or_packed_otherwise_is_said_as_such(mail_rig: MailRig) -> None:
    mail_rig.pull_sources(
        make_mail(("smime.p7m", b"0\x80"), ("trames.7z", b"7z\xbc\xaf\x27\x1c"), ("plan.pdf", b"%PDF"))
    )
    sealed_words, other, plan = mail_rig.parties[0].text.split("\n\n")[1:4]
    assert "chiffrée ou scellée" in sealed_words
    assert "n'ouvre que les archives zip" in other
    assert "Ce n'est pas un classeur" in plan
