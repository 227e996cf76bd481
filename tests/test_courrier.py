"""Letters out: what travels, what a refusal means, and that nothing is sent twice nor lost in silence."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes
from typing import Any

import pytest

from bots import outgoing_mail
from bots.letters.letter import Letter, SendingError
from bots.outgoing_mail import SmtpSettings, identifier_of, read_settings, send
from bots.piece import Piece
from config.campaign import PARIS
from config.errors import UserError
from tests.fake_mail import ACCOUNT, MACHINE, SECRET, Authority, FakeMail, fake_mail, make_authority

SENT_AT = datetime(2022, 2, 1, 9, 30, tzinfo=PARIS)
PAAT = "paat.bfc-08@exemple.invalid"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LETTER = Letter(
    "2021-annuelle/BFC-08/j-7/paat",
    PAAT,
    "Trame à remettre : échéance du 28 février",
    "Bonjour,\n\nIl reste 7 jours.\n.\nÀ bientôt.",
    "<p>Bonjour,</p><p>Il reste <b>7 jours</b>.</p>",
    (Piece("GHT Jura – à corriger.xlsx", b"PK\x03\x04\r\n.\r\n\x00", XLSX),),
)


@pytest.fixture
def server() -> Iterator[FakeMail]:
    with fake_mail() as fake:
        yield fake


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """`MACHINE` is reached on loopback, and is not taken for this machine."""
    real = socket.getaddrinfo

    def searched(machine: str, *others: Any, **options: Any) -> Any:
        return real("127.0.0.1" if machine == MACHINE else machine, *others, **options)

    monkeypatch.setattr(socket, "getaddrinfo", searched)


def settings(server: FakeMail, machine: str = "127.0.0.1", protocol: str = "smtp", account: str = "") -> SmtpSettings:
    return read_settings(f"{protocol}://{account}{machine}:{server.port}?de=vigie@exemple.invalid", lambda: SENT_AT)


def login_part(secret: str = SECRET) -> str:
    return f"{ACCOUNT.replace('@', '%40')}:{secret}@"


def sending_error(server: FakeMail, letter: Letter = LETTER) -> SendingError:
    with pytest.raises(SendingError) as fault:
        send(letter, settings(server))
    return fault.value


def test_a_letter_arrives_whole_in_words_in_html_and_with_its_attachment(server: FakeMail) -> None:
    send(LETTER, settings(server))
    (received_one,) = server.letters
    assert server.envelopes == [("vigie@exemple.invalid", [PAAT])]
    assert (received_one["Subject"], received_one["To"]) == (LETTER.mail_subject, PAAT)
    assert received_one["From"] == "Vigie <vigie@exemple.invalid>"
    assert received_one["Date"].datetime == SENT_AT
    assert received_one["Auto-Submitted"] == "auto-generated"
    words, html = received_one.get_body(("plain",)), received_one.get_body(("html",))
    assert words is not None
    assert words.get_content().replace("\r\n", "\n").strip() == LETTER.text
    assert html is not None
    assert html.get_content().strip() == LETTER.html
    (attachment,) = received_one.iter_attachments()
    assert (attachment.get_filename(), attachment.get_content_type()) == (LETTER.pieces[0].name, XLSX)
    assert attachment.get_content() == LETTER.pieces[0].raw_bytes
    assert all(len(line) < 998 and line.isascii() for line in server.raw_bytes[0].split(b"\r\n"))


def test_the_identifier_follows_from_the_key_and_can_be_looked_up(server: FakeMail) -> None:
    r = settings(server)
    for letter in (LETTER, LETTER, replace(LETTER, key="2021-annuelle/BFC-08/j-2/paat")):
        send(letter, r)
    first_id, same, other = (letter["Message-ID"] for letter in server.letters)
    assert first_id == same == identifier_of(LETTER.key, r)
    assert first_id != other
    assert first_id.startswith("<vigie.2021-annuelle-bfc-08.")


def test_an_answer_stands_under_what_it_answers_and_says_it_is_automatic(server: FakeMail) -> None:
    send(replace(LETTER, in_reply_to="<abc@ght.invalid>"), settings(server))
    (received_one,) = server.letters
    assert (received_one["In-Reply-To"], received_one["References"]) == ("<abc@ght.invalid>",) * 2
    assert received_one["Auto-Submitted"] == "auto-replied"


def test_nothing_in_a_letter_can_add_a_header_or_a_recipient(server: FakeMail) -> None:
    trick = "Bonjour\r\nBcc: tous@exemple.invalid\r\n\r\nVoici"
    send(
        replace(
            LETTER, mail_subject=trick, text=f".\r\nRCPT TO:<tous@exemple.invalid>\r\n{trick}",
            pieces=(Piece(f'../{trick}".xlsx', b"x", XLSX),), in_reply_to="<a@b>\r\nBcc: tous@exemple.invalid",
        ),
        settings(server),
    )  # fmt: skip
    (received_one,) = server.letters
    assert received_one["Bcc"] is None
    assert server.envelopes == [("vigie@exemple.invalid", [PAAT])]
    assert received_one["Subject"] == "Bonjour Bcc: tous@exemple.invalid Voici"
    (attachment,) = received_one.iter_attachments()
    assert "/" not in (attachment.get_filename() or "/")
    for bad_address in ("a@b\r\nRCPT TO:<c@d>", "a b@c", "Untel <a@b.fr>", "a@b,c@d", "é@b.fr", "sans-arobase", ""):
        fault = sending_error(server, replace(LETTER, a=bad_address))
        assert fault.is_final
        assert "n'est pas une adresse où écrire" in str(fault)
    assert len(server.raw_bytes) == 1


TRICKS = [
    "=?utf-8?q?a=0D=0ABcc:_tous@exemple.invalid=0D=0A=0D=0A<script>?=",
    "=?utf-8?b?YQ0KQmNjOiB0b3VzQGV4ZW1wbGUuaW52YWxpZA0KDQo8c2NyaXB0Pg==?=",
    "=?utf-8?q?=3D=3Futf-8=3Fq=3Fa=3D0D=3D0ABcc=3A_tous=40exemple=2Einvalid=3F=3D?=",
    "=?utf-8?q?a=22=0D=0ABcc:_tous@exemple.invalid?=", "=?us-ascii*fr?q?a=0ABcc:_b?=", "a\r\nBcc: b\r\n\r\nc", "a\x0bBcc: b\x85\u2028c",
    "==??utf-8?q?=0D=0ABcc:b?=?=", "=?utf-8?q?a?= =?utf-8?q?=0D=0ABcc:b?=",
]  # fmt: skip
"""What a sender may write so that, decoded once more, it would become headers and a body of ours."""


@pytest.mark.parametrize("trick", TRICKS)
def test_nothing_that_a_mail_library_decodes_ends_a_header_of_ours(server: FakeMail, trick: str) -> None:
    for letter in (
        replace(LETTER, mail_subject=trick),
        replace(LETTER, mail_subject=f"Re: {trick}", in_reply_to=f"<{trick}@x.fr>"),
        replace(LETTER, in_reply_to=trick),
        replace(LETTER, pieces=(Piece(f"{trick}.xlsx", b"x", XLSX), Piece(f'x".{trick}', b"x", XLSX))),
    ):
        send(letter, settings(server))
    usual = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version",
             "Content-Type", "Content-Transfer-Encoding", "Content-Disposition"}  # fmt: skip
    for raw_bytes in server.raw_bytes:
        headers = raw_bytes.partition(b"\r\n\r\n")[0]
        assert {line.split(b":")[0].decode() for line in headers.split(b"\r\n") if line[:1] not in b" \t"} <= usual
        received_one = message_from_bytes(raw_bytes)  # as another program reads it, decoding nothing
        assert {name for part in received_one.walk() for name in part} <= usual
        assert len(list(received_one.walk())) == 4 + raw_bytes.count(b"Content-Disposition: attachment")
    assert {tuple(a) for _, a in server.envelopes} == {(PAAT,)}


def test_an_address_that_a_mail_library_would_decode_gets_no_letter(server: FakeMail) -> None:
    assert sending_error(server, replace(LETTER, a="=?utf-8?q?tous=40exemple.invalid=2C?=@b.fr")).is_final
    assert server.raw_bytes == []


def test_a_long_identifier_stays_whole_where_it_is_answered(server: FakeMail) -> None:
    name = f"<{'PAXP123MB1234ABCDEF0123456789' * 3}@PAXP123MB1234.FRAP123.PROD.OUTLOOK.COM>"
    send(replace(LETTER, in_reply_to=name), settings(server))
    assert re.search(rf"(?m)^In-Reply-To:\s+{re.escape(name)}\r$", server.raw_bytes[0].decode())
    assert re.search(rf"(?m)^References:\s+{re.escape(name)}\r$", server.raw_bytes[0].decode())


REFUSALS = [
    ({PAAT: "550 5.1.1 User unknown"}, True, "refuse le destinataire (550 5.1.1 User unknown)"),
    ({PAAT: "450 4.2.2 Mailbox full"}, False, "demande d'attendre (450 4.2.2 Mailbox full)"),
    ({PAAT: "554 5.7.1 Relay access denied"}, False, "Corrigez VIGIE_SMTP_URL"),
    ({"MAIL": "553 5.7.1 Sender rejected"}, False, "Corrigez VIGIE_SMTP_URL"),
    ({"MAIL": "451 4.3.0 Try later"}, False, "demande d'attendre (451 4.3.0 Try later)"),
    ({"DATA": "552 5.3.4 Too large"}, True, "refuse cette lettre (552 5.3.4 Too large)"),
    ({"DATA": "421 4.7.0 Busy"}, False, "demande d'attendre (421 4.7.0 Busy)"),
]


@pytest.mark.parametrize(("refusal", "is_final", "sentence"), REFUSALS)
def test_a_refusal_says_whether_to_try_again(
    server: FakeMail, refusal: dict[str, str], is_final: bool, sentence: str
) -> None:
    server.refusal = refusal
    fault = sending_error(server)
    assert (fault.is_final, fault.doubt) == (is_final, False)
    assert sentence in str(fault)
    assert server.raw_bytes == []


def test_a_line_cut_before_the_letter_was_handed_over_is_worth_trying_again(server: FakeMail) -> None:
    server.cut_at = "RCPT"
    fault = sending_error(server)
    assert (fault.is_final, fault.doubt) == (False, False)
    assert "ne répond pas" in str(fault)


def test_a_line_cut_once_the_letter_was_handed_over_is_a_doubt_with_what_to_look_for(server: FakeMail) -> None:
    server.cut_at = "DATA"
    fault = sending_error(server)
    assert (fault.is_final, fault.doubt) == (False, True)
    assert len(server.raw_bytes) == 1  # it had it
    assert server.letters[0]["Message-ID"] in str(fault)


@pytest.mark.parametrize("said_one", ["354 go on", "199 well", "999 no"])
def test_a_word_that_is_neither_yes_nor_no_is_a_doubt_and_any_yes_is_yes(server: FakeMail, said_one: str) -> None:
    server.refusal = {"DATA": said_one}
    assert sending_error(server).doubt
    server.refusal = {"DATA": "253 taken", "MAIL": "251 yes"}
    send(LETTER, settings(server))


def test_nobody_at_the_address_and_somebody_who_never_speaks(server: FakeMail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing_mail, "TIMEOUT", 0.3)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        closed_port = read_settings(f"smtp://127.0.0.1:{silent.getsockname()[1]}?de=a@b.fr", lambda: SENT_AT)
        with pytest.raises(SendingError, match="ne répond pas") as fault:
            send(LETTER, closed_port)
        assert not fault.value.is_final
        silent.listen()
        with pytest.raises(SendingError, match=r"ne répond pas \(délai dépassé\)") as fault:
            send(LETTER, closed_port)
        assert not fault.value.is_final


@pytest.mark.parametrize("protocol", ["smtps", "smtp"])
def test_the_letter_goes_encrypted_to_a_server_whose_certificate_is_known(
    protocol: str, certified: Authority, on_loopback: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = {"smtps": {"tls": certified.context}, "smtp": {"starttls": certified.context}}[protocol]
    with fake_mail(**tls) as server:
        r = settings(server, MACHINE, protocol, login_part())
        with pytest.raises(SendingError, match="certificat refusé") as fault:
            send(LETTER, r)
        assert not fault.value.is_final
        monkeypatch.setenv("SSL_CERT_FILE", str(certified.file))
        send(LETTER, r)
        assert len(server.letters) == 1


def test_a_wrong_password_is_a_setting_to_mend_and_is_never_said(
    certified: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certified.file))
    with fake_mail(tls=certified.context) as server:
        r = settings(server, protocol="smtps", account=login_part("AutreSecret"))
        with pytest.raises(SendingError, match="refuse le compte ou le mot de passe") as fault:
            send(LETTER, r)
        assert not fault.value.is_final
        assert "VIGIE_SMTP_URL" in str(fault.value)
        assert "AutreSecret" not in f"{fault.value} {r!r}"
        assert outgoing_mail.examine(r) == ([], [str(fault.value)])


def test_a_distant_server_without_encryption_gets_no_letter_and_no_password(
    server: FakeMail, on_loopback: None
) -> None:
    with pytest.raises(SendingError, match="n'offre pas ce qu'il faut") as fault:
        send(LETTER, settings(server, MACHINE, account=login_part()))
    assert not fault.value.is_final
    assert server.raw_bytes == []


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("https://a:Secret9@b", "ne peut pas être lu : smtps:// ou smtp://, une machine"),
        ("smtps://", "Par exemple smtps://COMPTE:MOT DE PASSE@smtp.exemple.fr:465"),
        ("smtps://a:Secret9#x@b", "%23 pour #"),
        ("smtps://a:Secret9@b:port", "un numéro de port"),
        ("smtps://a:Secret9@b?from=x@y", "l'option « from », inconnue. Connues : de"),
        ("smtps://a:Secret9@b", "ne dit pas de quelle adresse écrire : ajoutez ?de=ADRESSE"),
    ],
)
def test_a_setting_that_cannot_be_used_is_said_with_an_example_and_without_its_secret(url: str, sentence: str) -> None:
    with pytest.raises(UserError) as fault:
        read_settings(url, lambda: SENT_AT)
    assert str(fault.value).startswith("VIGIE_SMTP_URL ")
    assert sentence in str(fault.value)
    assert "Secret9" not in str(fault.value)


def test_doctor_looks_at_the_way_out_without_sending(server: FakeMail) -> None:
    successes, troubles = outgoing_mail.examine(settings(server))
    assert (len(successes), troubles, server.raw_bytes) == (1, [], [])
    server.refusal["MAIL"] = "553 no"
    assert outgoing_mail.examine(settings(server))[1] == [
        "Le serveur de courrier refuse d'écrire en notre nom (553 no). Corrigez VIGIE_SMTP_URL."
    ]
