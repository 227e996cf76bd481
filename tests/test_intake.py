"""The mailbox: who may send what, every attachment answered, nobody answered twice, no loop, nothing deleted nor lost."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from bots import outgoing_mail
from bots.letters.letter import Letter, SendingError
from config.campaign import PARIS
from config.errors import UserError
from config.folder import EXAMPLE
from config.territory import Scope
from jobs.commands.status import state as status
from jobs.taking_in import mail_pieces
from jobs.taking_in.mail_answers import HANDLED, TO_LOOK_AT, HandledMail, MailRoom
from jobs.taking_in.mails import HEAVIEST_MAIL, PER_DAY, read_the_mail
from jobs.wiring import Workshop
from reports.gains import gains
from reports.view import Subject
from sheets.register import mail_replies
from sheets.register.database import one_at_a_time
from sheets.sources import mailbox
from sheets.sources.attachments import attachments
from sheets.sources.mail_headers import read_headers
from sheets.sources.mailbox import MailPreview
from tests.conftest import FillTrame
from tests.test_courriel import PAAT, archive, make_mail
from tests.workshop import JURA_SUD, MOREZ, january_line, judge_in_process

MORNING = datetime(2022, 2, 1, 9, tzinfo=PARIS)
SENDER = "vigie@exemple.invalid"


@dataclass
class FakeMailbox:
    """A mailbox in memory: folders of mails by number. `breakdown` fails the next move."""

    mails: dict[str, bytes] = field(default_factory=dict)
    ranges: dict[tuple[str, ...], list[bytes]] = field(default_factory=dict)
    read_files: list[str] = field(default_factory=list)
    breakdown: BaseException | None = None
    received_files: int = 0

    def receive(self, *mails: EmailMessage) -> None:
        for m in mails:
            self.received_files += 1
            self.mails[str(self.received_files + 100)] = m.as_bytes()

    def list_mails(self, at_most: int) -> list[MailPreview]:
        all_of_them = list(self.mails.items())
        return [
            MailPreview(n, _size(o), read_headers(o), len(all_of_them) - r)
            for r, (n, o) in enumerate(all_of_them[:at_most], 1)
        ]

    def raw_bytes(self, number: str) -> bytes:
        self.read_files.append(number)
        return self.mails[number]

    def range(self, number: str, place: tuple[str, ...]) -> None:
        if self.breakdown:
            breakdown, self.breakdown = self.breakdown, None
            raise breakdown
        self.ranges.setdefault(place, []).append(self.mails.pop(number))


def _size(raw_bytes: bytes) -> int:
    return HEAVIEST_MAIL + 1 if b"X-Lourd: oui" in raw_bytes else len(raw_bytes)


@dataclass
class MailRig:
    """The mailbox, what leaves, and the clock."""

    workshop: Workshop
    mailbox: FakeMailbox
    when: datetime = MORNING
    parties: list[Letter] = field(default_factory=list)
    refusal: BaseException | None = None
    voucher: str = ""

    def mail_room(self, *, dry_run: bool = False) -> MailRoom:
        server = mailbox.read_settings(f"imap://x:y@127.0.0.1?garant={self.voucher}")
        smtp = outgoing_mail.read_settings(f"smtp://127.0.0.1?de={SENDER}", lambda: self.when)
        return MailRoom(self.workshop, server, None if dry_run else smtp, self._send)

    def _send(self, letter: Letter, settings: outgoing_mail.SmtpSettings) -> None:
        if self.refusal:
            raise self.refusal
        self.parties.append(letter)

    def pull_sources(self, *mails: EmailMessage, dry_run: bool = False) -> list[HandledMail]:
        self.mailbox.receive(*mails)
        return read_the_mail(self.mail_room(dry_run=dry_run))

    def let_time_pass(self, elapsed: timedelta) -> None:
        self.when += elapsed

    @property
    def taken(self) -> int:
        return int(self.workshop.register.execute("SELECT count(*) FROM fichiers").fetchone()[0])


@pytest.fixture
def mail_rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailRig]:
    fake_mailbox = FakeMailbox()

    @contextmanager
    def open_mailbox(settings: mailbox.MailboxSettings, *, untouched: bool = False) -> Iterator[FakeMailbox]:
        yield fake_mailbox

    monkeypatch.setattr(mailbox, "open_mailbox", open_mailbox)
    monkeypatch.setattr(mail_pieces, "judge_all", judge_in_process)
    b = MailRig(Workshop(EXAMPLE, tmp_path / "vigie.sqlite"), fake_mailbox)
    monkeypatch.setattr(Workshop, "current_time", lambda _: b.when)
    yield b
    for name in ("registre", "registre_existant"):
        if name in vars(b.workshop):
            vars(b.workshop)[name].close()


@pytest.fixture
def jura_trame(filled_trame: FillTrame) -> bytes:
    """A trame with a line struck out: its gain is larger than its reference."""
    return filled_trame({JURA_SUD: [january_line(1000), january_line(49_747, montant_reference=1000)]})


def test_a_trame_sent_by_its_team_is_taken_in_answered_with_its_companion_and_filed(
    mail_rig: MailRig, jura_trame: bytes
) -> None:
    (handled,) = mail_rig.pull_sources(make_mail(("GHT Jura.xlsx", jura_trame)))
    assert mail_rig.taken == 1
    assert gains(mail_rig.workshop.view(), Subject(Scope("ght", "BFC-08"), 2021)).totals.kept == 100_000
    (letter,) = mail_rig.parties
    assert (letter.a, letter.in_reply_to) == (PAAT, "<1@ght.invalid>")
    assert letter.mail_subject == "Re: Trame du Jura : à l'heure"
    assert (
        "GHT Jura.xlsx — GHT Jura, campagne annuelle 2021 : remise, 1 ligne à corriger, 1 onglet sur 4." in letter.text
    )
    (companion,) = letter.pieces
    assert companion.name == "GHT Jura - retour.xlsx"
    assert "À corriger" in str(load_workbook(io.BytesIO(companion.raw_bytes)).properties.title)
    assert list(mail_rig.mailbox.ranges) == [HANDLED]
    assert (handled.words, mail_rig.mailbox.mails) == ("réponse envoyée", {})


def test_a_draft_is_told_it_is_not_handed_in(mail_rig: MailRig, filled_trame: FillTrame) -> None:
    mail_rig.pull_sources(make_mail(("jura.xlsx", filled_trame({JURA_SUD: [january_line(1000)]}, handing_in=False))))
    assert "vue, pas encore remise" in mail_rig.parties[0].text


def test_every_attachment_gets_its_sentence(mail_rig: MailRig, jura_trame: bytes) -> None:
    z = archive(("Jura.xlsx", jura_trame), ("Doubs.xlsx", b"PK bris\xc3\xa9"))
    batch = (("trames.zip", z), ("plan.pdf", b"%PDF"), ("vide.xlsx", b""), ("casse.zip", b"PK\x03\x04"))
    mail_rig.pull_sources(make_mail(*batch))
    text = mail_rig.parties[0].text
    for name, sentence in (
        ("Jura.xlsx", "GHT Jura, campagne annuelle 2021"), ("Doubs.xlsx", "incomplet"),
        ("plan.pdf", "Ce n'est pas un classeur. Envoyez la trame au format .xlsx."), ("vide.xlsx", "Ce fichier est vide."),
        ("casse.zip", "Cette archive est abîmée"),
    ):  # fmt: skip
        assert any(line.startswith(f"{name} — ") and sentence in line for line in text.split("\n\n")), name
    assert list(mail_rig.mailbox.ranges) == [TO_LOOK_AT]
    assert [p.name for p in mail_rig.parties[0].pieces] == ["Jura - retour.xlsx"]


def test_twenty_trames_in_one_mail_are_twenty_sentences_and_one_answer(mail_rig: MailRig, jura_trame: bytes) -> None:
    mail_rig.pull_sources(make_mail(*((f"Jura {n}.xlsx", jura_trame + bytes(n)) for n in range(20))))
    assert len(mail_rig.parties) == 1
    assert mail_rig.parties[0].text.count("GHT Jura, campagne annuelle 2021") == 20
    assert mail_rig.taken == 20


def test_a_companion_sent_back_is_not_a_trame(mail_rig: MailRig, jura_trame: bytes) -> None:
    mail_rig.pull_sources(make_mail(("GHT Jura.xlsx", jura_trame)))
    (companion,) = mail_rig.parties[0].pieces
    mail_rig.pull_sources(make_mail((companion.name, companion.raw_bytes), Message_ID="<2@ght.invalid>"))
    assert "C'est un retour de Vigie, pas une trame" in mail_rig.parties[1].text
    assert mail_rig.taken == 1


@pytest.mark.parametrize(
    ("sender", "taken"),
    [
        ("directeur.bfc-08@exemple.invalid", True), ("referent.bfc@exemple.invalid", True), ("dgos@exemple.invalid", True),
        (f"achats.{JURA_SUD}@exemple.invalid", True), (f"achats.{MOREZ}@exemple.invalid", False),
        ("paat.bfc-07@exemple.invalid", False), ("lecture@exemple.invalid", False),
        ("operateur.uniha@exemple.invalid", False), ("adjoint.bfc@exemple.invalid", False),
    ],
)  # fmt: skip
def test_a_trame_is_taken_from_whoever_may_hand_it_in_and_from_nobody_else(
    mail_rig: MailRig, jura_trame: bytes, sender: str, taken: bool
) -> None:
    mail_rig.pull_sources(make_mail(("GHT Jura.xlsx", jura_trame), sender=sender))
    (letter,) = mail_rig.parties
    assert mail_rig.taken == taken
    assert bool(letter.pieces) == taken
    assert ("elle n'a pas été prise" in letter.text) != taken
    assert letter.a == sender
    if not taken:
        assert "à corriger" not in letter.text


def test_a_stand_in_may_hand_in_while_they_stand_in(mail_rig: MailRig, jura_trame: bytes) -> None:
    mail_rig.when = datetime(2022, 8, 10, 9, tzinfo=PARIS)
    mail_rig.pull_sources(make_mail(("GHT Jura.xlsx", jura_trame), sender="adjoint.bfc@exemple.invalid"))
    assert mail_rig.taken == 1


def test_someone_unknown_is_told_once_a_week_and_nothing_they_sent_is_opened(
    mail_rig: MailRig, jura_trame: bytes
) -> None:
    for n, delay in enumerate((timedelta(), timedelta(days=3), timedelta(days=5))):
        mail_rig.let_time_pass(delay)
        mail_rig.pull_sources(
            make_mail(
                ("GHT Jura.xlsx", jura_trame), sender="inconnu@ailleurs.invalid", Message_ID=f"<{n}@ailleurs.invalid>"
            )
        )
    assert [letter.a for letter in mail_rig.parties] == ["inconnu@ailleurs.invalid"] * 2
    assert "ne connaît pas votre adresse" in mail_rig.parties[0].text
    assert "Jura" not in mail_rig.parties[0].text + mail_rig.parties[0].mail_subject
    assert (mail_rig.mailbox.read_files, mail_rig.taken, len(mail_rig.mailbox.ranges[TO_LOOK_AT])) == ([], 0, 3)


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"Return_Path": "<>"}, {"sender": "MAILER-DAEMON@mx.fr"},
        {"sender": SENDER}, {"sender": SENDER.upper()}, {"sender": f"{PAAT}, dgos@exemple.invalid"},
    ],
)  # fmt: skip
def test_machines_and_ourselves_are_never_answered(
    mail_rig: MailRig, jura_trame: bytes, headers: dict[str, str]
) -> None:
    mail_rig.pull_sources(make_mail(("GHT Jura.xlsx", jura_trame), **headers))
    assert (mail_rig.parties, mail_rig.taken, list(mail_rig.mailbox.ranges)) == ([], 0, [TO_LOOK_AT])


@pytest.mark.parametrize("headers", [
    b"From: " + b"(" * 1000, b"From: " + b":" * 1000, b"From: =?utf-8\xff?q?a?=", b"From: a@b.fr\r\n" + b"X: y\r\n" * 30_000, b"",
])  # fmt: skip
def test_a_mail_whose_headers_cannot_be_read_is_filed_and_the_others_are_dealt_with(
    mail_rig: MailRig, jura_trame: bytes, headers: bytes
) -> None:
    mail_rig.mailbox.mails["1"] = headers + b"\r\n\r\n"
    bad_mail, good = mail_rig.pull_sources(make_mail(("GHT Jura.xlsx", jura_trame)))
    assert bad_mail.words.startswith("sans réponse : ses en-têtes n'ont pas pu être lus : ")
    assert (bad_mail.place, good.place, mail_rig.taken, len(mail_rig.parties)) == (TO_LOOK_AT, HANDLED, 1, 1)
    assert (mail_rig.mailbox.mails, mail_rig.pull_sources()) == ({}, [])


def test_a_mail_without_attachment_is_left_to_a_person(mail_rig: MailRig) -> None:
    mail_rig.pull_sources(make_mail())
    assert (mail_rig.parties, list(mail_rig.mailbox.ranges)) == ([], [TO_LOOK_AT])


def test_two_machines_that_talk_to_each_other_are_stopped(mail_rig: MailRig) -> None:
    for n in range(PER_DAY + 5):
        mail_rig.pull_sources(make_mail(("plan.pdf", b"%PDF"), Message_ID=f"<{n}@ght.invalid>"))
    assert len(mail_rig.parties) == PER_DAY
    mail_rig.let_time_pass(timedelta(days=2))
    mail_rig.pull_sources(make_mail(("plan.pdf", b"%PDF"), Message_ID="<fin@ght.invalid>"))
    assert len(mail_rig.parties) == PER_DAY + 1


def test_what_our_own_server_does_not_vouch_for_is_neither_read_nor_answered(
    mail_rig: MailRig, jura_trame: bytes
) -> None:
    mail_rig.voucher = "mx.ars.invalid"
    mail_rig.pull_sources(make_mail(("GHT Jura.xlsx", jura_trame)))
    assert (mail_rig.parties, mail_rig.taken, mail_rig.mailbox.read_files) == ([], 0, [])
    mail_rig.pull_sources(
        make_mail(
            ("GHT Jura.xlsx", jura_trame), Message_ID="<2@x.y>", Authentication_Results="mx.ars.invalid; dmarc=pass"
        )
    )
    assert (len(mail_rig.parties), mail_rig.taken) == (1, 1)


def test_a_mail_too_heavy_is_not_fetched_and_its_sender_is_told(mail_rig: MailRig, jura_trame: bytes) -> None:
    mail_rig.pull_sources(make_mail(("GHT Jura.xlsx", jura_trame), X_Lourd="oui"))
    assert (mail_rig.mailbox.read_files, mail_rig.taken) == ([], 0)
    assert "il n'est pas ouvert. Envoyez la trame seule." in mail_rig.parties[0].text


def test_the_same_mail_delivered_twice_is_taken_in_and_answered_once(mail_rig: MailRig, jura_trame: bytes) -> None:
    m = make_mail(("GHT Jura.xlsx", jura_trame))
    mail_rig.pull_sources(m, m)
    mail_rig.pull_sources(m)
    assert (mail_rig.taken, len(mail_rig.parties), len(mail_rig.mailbox.ranges[HANDLED])) == (1, 1, 3)


def test_a_replaced_version_sent_again_in_another_mail_is_ignored_and_its_sender_told(
    mail_rig: MailRig, filled_trame: FillTrame
) -> None:
    singular, second_trame = (filled_trame({JURA_SUD: [january_line(n)]}) for n in (1000, 3000))
    for n, raw_bytes in enumerate((singular, second_trame, singular)):
        mail_rig.pull_sources(make_mail(("jura.xlsx", raw_bytes), Message_ID=f"<{n}@x.y>"))
    assert gains(mail_rig.workshop.view(), Subject(Scope("ght", "BFC-08"), 2021)).totals.kept == 300_000
    assert mail_rig.taken == 2
    assert "Copie exacte d'une version reçue le 01/02/2022" in mail_rig.parties[-1].text


class ProcessDeath(BaseException):
    """What a kill leaves behind: nothing after it runs."""


def test_killed_at_any_step_nothing_is_taken_in_nor_answered_twice(
    mail_rig: MailRig, jura_trame: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def once(mail_subject: Any, name: str, *, after: bool) -> None:
        real, still_left = getattr(mail_subject, name), [True]

        def deadly(*a: Any, **k: Any) -> Any:
            if not still_left:
                return real(*a, **k)
            still_left.clear()
            if after:
                real(*a, **k)
            raise ProcessDeath

        monkeypatch.setattr(mail_subject, name, deadly)

    points = [
        (mail_pieces, "take_in", False),
        (mail_pieces, "take_in", True),
        (mail_replies, "note", False),
        (mail_replies, "note", True),
    ]
    for n, (mail_subject, name, after) in enumerate(points):
        before, already_sent = mail_rig.taken, len(mail_rig.parties)
        once(mail_subject, name, after=after)
        with pytest.raises(ProcessDeath):
            mail_rig.pull_sources(make_mail(("GHT Jura.xlsx", jura_trame), Message_ID=f"<{n}@x.y>"))
        assert mail_rig.mailbox.mails
        mail_rig.pull_sources()
        assert (mail_rig.taken, mail_rig.mailbox.mails) == (before + 1, {}), name
        assert len(mail_rig.parties) == already_sent + (
            0 if (name, after) == ("note", True) else 1
        )  # claimed: a doubt, never twice
    assert "peut-être partie. Cherchez <vigie.courriel-" in _troubles(mail_rig)


def test_killed_while_the_answer_leaves_it_is_a_doubt_that_is_shown_and_never_sent_again(
    mail_rig: MailRig, jura_trame: bytes
) -> None:
    mail_rig.refusal = ProcessDeath()
    with pytest.raises(ProcessDeath):
        mail_rig.pull_sources(make_mail(("GHT Jura.xlsx", jura_trame)))
    mail_rig.refusal = None
    (handled,) = mail_rig.pull_sources()
    assert (mail_rig.parties, list(mail_rig.mailbox.ranges), mail_rig.taken) == ([], [TO_LOOK_AT], 1)
    assert "réponse douteuse" in handled.words
    assert f"la réponse à {PAAT} est douteuse" in _troubles(mail_rig)


def test_killed_before_the_mail_is_filed_it_is_filed_the_next_time(mail_rig: MailRig, jura_trame: bytes) -> None:
    mail_rig.mailbox.breakdown = ProcessDeath()
    with pytest.raises(ProcessDeath):
        mail_rig.pull_sources(make_mail(("GHT Jura.xlsx", jura_trame)))
    mail_rig.pull_sources()
    assert (mail_rig.taken, len(mail_rig.parties), list(mail_rig.mailbox.ranges)) == (1, 1, [HANDLED])


def test_an_answer_that_cannot_leave_yet_is_tried_again_and_given_up_after_a_few_days(
    mail_rig: MailRig, jura_trame: bytes
) -> None:
    mail_rig.refusal = SendingError("Le serveur de courrier demande d'attendre (450).", is_final=False)
    mail_rig.pull_sources(make_mail(("GHT Jura.xlsx", jura_trame)))
    assert (mail_rig.taken, len(mail_rig.mailbox.mails)) == (1, 1)
    assert "n'a pas encore pu partir" in _troubles(mail_rig)
    mail_rig.refusal = None
    mail_rig.pull_sources()
    assert (mail_rig.taken, len(mail_rig.parties), list(mail_rig.mailbox.ranges)) == (1, 1, [HANDLED])
    assert "Courrier" not in _troubles(mail_rig)
    mail_rig.refusal = SendingError("Le serveur de courrier demande d'attendre (450).", is_final=False)
    mail_rig.pull_sources(make_mail(("GHT Jura.xlsx", jura_trame), Message_ID="<2@x.y>"))
    mail_rig.let_time_pass(timedelta(days=4))
    mail_rig.pull_sources()
    assert (mail_rig.mailbox.mails, len(mail_rig.mailbox.ranges[TO_LOOK_AT])) == ({}, 1)
    assert "n'est pas partie" in _troubles(mail_rig)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (SendingError("Refusé (550).", is_final=True), "réponse refusée : Refusé (550)."),
        (SendingError("Coupé.", is_final=False, doubt=True), "réponse douteuse : Coupé."),
    ],
)
def test_an_answer_refused_or_doubtful_leaves_the_mail_to_a_person(
    mail_rig: MailRig, jura_trame: bytes, fault: SendingError, words: str
) -> None:
    mail_rig.refusal = fault
    (handled,) = mail_rig.pull_sources(make_mail(("GHT Jura.xlsx", jura_trame)))
    assert (handled.words, list(mail_rig.mailbox.ranges), mail_rig.taken) == (words, [TO_LOOK_AT], 1)
    mail_rig.refusal = None
    assert (mail_rig.pull_sources(), mail_rig.parties) == ([], [])


def test_a_mail_that_trips_us_up_is_said_and_the_others_go_on(
    mail_rig: MailRig, jura_trame: bytes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(raw_bytes: bytes) -> Any:
        if b"<mauvais@x.y>" in raw_bytes:
            raise ZeroDivisionError("xoxb-" + "123456789012-abcdef")
        return real_attachments(raw_bytes)

    real_attachments = attachments
    monkeypatch.setattr("jobs.taking_in.mails.attachments", fail)
    good = make_mail(("GHT Jura.xlsx", jura_trame))
    handled_mails = mail_rig.pull_sources(make_mail(("a.xlsx", b"x"), Message_ID="<mauvais@x.y>"), good)
    assert "Vigie s'est trompée" in handled_mails[0].words
    assert (mail_rig.taken, len(mail_rig.mailbox.mails), len(mail_rig.parties)) == (1, 1, 1)
    assert "ZeroDivisionError" in caplog.text
    assert "xoxb-1" not in caplog.text
    assert "Vigie s'est trompée" in _troubles(mail_rig)


def test_dry_it_shows_what_would_be_done_and_touches_nothing(mail_rig: MailRig, jura_trame: bytes) -> None:
    mails = (
        make_mail(("GHT Jura.xlsx", jura_trame), ("plan.pdf", b"%PDF")),
        make_mail(sender="inconnu@ailleurs.invalid", Message_ID="<2@x.y>"),
    )
    singular, second_trame = mail_rig.pull_sources(*mails, dry_run=True)
    assert "campagne annuelle 2021 : 2 lignes lues, serait relevée." in singular.outcomes[0].sentence
    assert (singular.words, singular.place, second_trame.place) == ("une réponse partirait", HANDLED, TO_LOOK_AT)
    assert (mail_rig.parties, len(mail_rig.mailbox.mails), mail_rig.workshop.register_path.exists()) == ([], 2, False)


def test_what_the_register_keeps_of_a_mail_goes_with_the_rest_once_it_is_old(
    mail_rig: MailRig, jura_trame: bytes
) -> None:
    from jobs.commands.purge import purge

    mail_rig.pull_sources(make_mail(("GHT Jura.xlsx", jura_trame)))
    mail_rig.let_time_pass(timedelta(days=365 * 7))
    purge(mail_rig.workshop, True)
    assert mail_rig.workshop.register.execute("SELECT count(*) FROM courriels").fetchone() == (0,)
    assert PAAT not in "\n".join(mail_rig.workshop.register.conn.iterdump())


def _troubles(mail_rig: MailRig) -> str:
    """What `vigie status` worries about."""
    import contextlib

    with contextlib.redirect_stdout(io.StringIO()) as said:
        status(replace(mail_rig.workshop), True)
    return "\n".join(json.loads(said.getvalue())["soucis"])


def test_two_at_work_on_one_mailbox_never_both_answer(mail_rig: MailRig, jura_trame: bytes) -> None:
    _ = mail_rig.workshop.register
    with one_at_a_time(Path(f"{mail_rig.workshop.register_path}.courrier"), "pris"):
        with pytest.raises(UserError, match="déjà en train d'être relevée"):
            mail_rig.pull_sources(make_mail(("GHT Jura.xlsx", jura_trame)))
        assert len(mail_rig.pull_sources(dry_run=True)) == 1, "a dry look waits for nobody"
    assert mail_rig.parties == []
    mail_rig.pull_sources()
    assert len(mail_rig.parties) == 1
