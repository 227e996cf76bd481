"""Whatever stands in a mail's headers: reading them never raises, never swells, and vouches for nobody by mistake."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.secrets import _JWT, MASK, SECRET, mask
from sheets.sources import mail_headers as module
from sheets.sources.attachments import attachments, clean_name
from sheets.sources.mail_headers import (
    DAMAGED,
    LONGEST_WORDS,
    MOST_HEADER_BYTES,
    NO_SENDER,
    TOO_LONG,
    MailHeaders,
    is_authenticated,
    read_headers,
)
from tests.test_courriel import PAAT

OURS = "mx.ars.invalid"
BY_US = f"Authentication-Results: {OURS}; dmarc=pass header.from=exemple.invalid"
SHAPES = [
    # Outlook, by Exchange and by Microsoft 365
    f'Received: from PAXP123MB.OUTLOOK.COM ([fe80::1]) by PR3P.OUTLOOK.COM (2603:10a6::21) with mapi id 15.20.1;\r\n Tue, 1 Feb 2022 08:00:01 +0000\r\nAuthentication-Results: spf=pass (sender IP is 192.0.2.1)\r\n smtp.mailfrom=exemple.invalid; dkim=pass (signature was verified)\r\n header.d=exemple.invalid;dmarc=pass action=none header.from=exemple.invalid;compauth=pass reason=100\r\nFrom: Achats GHT Jura <{PAAT}>\r\nTo: =?iso-8859-1?Q?Bo=EEte_des_trames?= <trames@exemple.invalid>\r\nSubject: =?Windows-1252?Q?Trame_du_Jura_=96_annuelle_2021?=\r\nThread-Topic: Trame\r\nThread-Index: AQHYF0abcd==\r\nDate: Tue, 1 Feb 2022 08:00:00 +0000\r\nMessage-ID: <PAXP123MB1234ABCDEF0123456789ABCDEF0123456789ABC@PAXP123MB1234.FRAP123.PROD.OUTLOOK.COM>\r\nAccept-Language: fr-FR, en-US\r\nX-MS-Has-Attach: yes\r\nContent-Type: multipart/mixed;\r\n\tboundary="_004_PAXP123MB1234"\r\nMIME-Version: 1.0\r\n\r\n',
    # Gmail
    f'{BY_US};\r\n dkim=pass header.i=@exemple.invalid header.s=20210112 header.b="aB/c+d==";\r\n spf=pass (google.com: domain of x designates 192.0.2.2 as permitted sender) smtp.mailfrom={PAAT}\r\nDKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=exemple.invalid; s=20210112;\r\n        h=from:date:message-id:subject:to; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;\r\n        b=abc\r\nFrom: =?UTF-8?B?w4lxdWlwZSBhY2hhdHM=?= <{PAAT}>\r\nDate: Tue, 1 Feb 2022 09:00:00 +0100\r\nMessage-ID: <CAF=Abc+d_e-f1@mail.gmail.com>\r\nSubject: =?UTF-8?Q?Trame_=C3=A0?=\r\n =?UTF-8?Q?_jour?=\r\nReferences: <1@x.invalid> <2@x.invalid>\r\nIn-Reply-To: <2@x.invalid>\r\nContent-Type: multipart/mixed; boundary="000000000000abc"\r\n\r\n',
    # Zimbra and Thunderbird
    f'Return-Path: <{PAAT}>\r\nX-Spam-Flag: NO\r\nReceived: from localhost (localhost [127.0.0.1])\r\n\tby zimbra.exemple.invalid (Postfix) with ESMTP id ABC\r\nDate: Tue, 1 Feb 2022 09:00:00 +0100 (CET)\r\nFrom: {PAAT} (Equipe (achats) du GHT)\r\nTo: undisclosed-recipients: ;\r\nMessage-ID: <123456789.0.1643702400000.JavaMail.zimbra@exemple.invalid>\r\nSubject: Trame\r\nContent-Type: multipart/mixed; boundary="----=_Part_1"\r\nX-Mailer: Zimbra 8.8.15_GA (ZimbraWebClient)\r\n\r\n',
    # RFC 2231 and RFC 2047 names
    f"From: {PAAT}\r\nSubject: s\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream; name*0*=UTF-8''GHT%20; name*1*=c%C3%B4te.xlsx\r\nContent-Disposition: attachment; filename*0*=UTF-8''GHT%20; filename*1*=c%C3%B4te.xlsx\r\nContent-Transfer-Encoding: base64\r\n\r\nUEs=\r\n",
    f'From: {PAAT}\r\nContent-Type: application/octet-stream; name="=?utf-8?B?R0hUIGPDtHRlLnhsc3g=?="\r\nContent-Disposition: attachment; filename="=?utf-8?Q?GHT_c=C3=B4te.xlsx?="\r\n\r\nPK',
    # a list, a bounce, an out-of-office
    f"From: {PAAT}\r\nSender: liste-bounces@exemple.invalid\r\nList-Id: Achats <achats.exemple.invalid>\r\nList-Unsubscribe: <mailto:liste-leave@exemple.invalid>\r\nPrecedence: list\r\nSubject: [achats] Trame\r\nMessage-ID: <1@ght.invalid>\r\n\r\n",
    'Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.exemple.invalid (Mail Delivery System)\r\nSubject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\nContent-Type: multipart/report; report-type=delivery-status;\r\n\tboundary="A/mx"\r\n\r\n--A/mx\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n--A/mx--\r\n',
    f'From: "Absent, Jean" <{PAAT}>\r\nSubject: =?utf-8?q?R=C3=A9ponse_automatique_=3A?= x\r\nAuto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n\r\n',
    # S/MIME, opaque and detached; PGP
    f"From: {PAAT}\r\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\nContent-Disposition: attachment; filename=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\nMIAG\r\n",
    f'From: {PAAT}\r\nContent-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary=S\r\n\r\n--S\r\nContent-Type: text/plain\r\n\r\nx\r\n--S\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nx\r\n--S--\r\n',
    f'From: {PAAT}\r\nContent-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=S\r\n\r\n--S\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--S\r\nContent-Type: application/octet-stream; name=encrypted.asc\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n--S--\r\n',
    # raw UTF-8, raw Latin-1, groups, several senders, nothing at all
    f"From: Équipe <{PAAT}>\r\nSubject: Trame à jour\r\n\r\n",
    "From: Equipe: a@b.fr, c@d.fr;\r\nSubject: s\r\n\r\n",
    f"From: {PAAT}\r\nFrom: dgos@exemple.invalid\r\nSubject: s\r\n\r\n",
    "\r\n",
]
"""Headers as the usual mail programs write them, and a body where the kind of mail needs one."""
NASTY = [
    b"(", b")", b":", b";", b'"', b"\\", b"<", b">", b"@", b"=?", b"?=", b"\r\n ", b"\r\n", b"\n", b"\r", b"\0", b"\xff", b"\xc3",
    b"=?utf-8\xff?q?a?=", b"=?x\0y?b?/w==?=", b"=?utf-7?q?+2AA-?=", b"=?idna?q?xn--a?=", b"=?utf-8?b?A?=", b"=?utf-8?q?=0D=0A?=",
    b"*0*=", b"*99999999999999999999*=", b"filename*" + b"9" * 5000 + b"*=", b"filename*=u\0'f'%ff", b"=E9", b"%0d%0a",
    b"Content-Type: multipart/mixed; boundary=", b"From: ", b"\xe2\x80\xae", b"eyJaaaaaaaaa-", b"charset=rot13;",
]  # fmt: skip
"""What mail libraries have stumbled on."""

cuts = st.tuples(
    st.floats(0, 1), st.sampled_from(NASTY) | st.binary(max_size=8), st.integers(1, 1500), st.floats(0, 0.2)
)


def mutated(shape: str, where: list[tuple[float, bytes, int, float]]) -> bytes:
    """A shape into which things are slipped, again and again, over what stood there."""
    raw_bytes = shape.encode()
    for at, what, times, erased in where:
        place = int(at * len(raw_bytes))
        raw_bytes = raw_bytes[:place] + what * times + raw_bytes[place + int(erased * len(raw_bytes)) :]
    return raw_bytes


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.sampled_from(SHAPES), st.lists(cuts, max_size=4))
def test_headers_of_any_shape_are_read_without_a_fall(shape: str, where: list[tuple[float, bytes, int, float]]) -> None:
    raw_bytes = mutated(shape, where)
    e = read_headers(raw_bytes)
    is_authenticated(e, OURS)
    assert e == read_headers(raw_bytes), "the same mail has the same name"
    assert bool(e.sender) != bool(e.trouble), "someone wrote it, or a sentence says why nobody did"
    assert (len(e.key), len(e.delivery)) == (20, 64)
    assert len(e.mail_subject) <= 200
    assert len(e.sender) <= 254
    assert all(re.fullmatch(r"[^\r\n\0]*", said) for said in (e.identifier, e.sender, e.mail_subject, *e.outcomes))
    assert not e.identifier or re.fullmatch(r"<[!-~]+@[!-~]+>", e.identifier)
    for j in attachments(raw_bytes):
        assert re.fullmatch(r"[^\r\n\0/\\]+", j.name)
        assert not (j.trouble and j.raw_bytes)


def test_each_shape_is_read_as_its_program_meant_it() -> None:
    read_files = [read_headers(s.encode()) for s in SHAPES]
    assert [e.sender for e in read_files[:5]] == [PAAT] * 5
    assert [e.automatic for e in read_files[:12]] == [False] * 5 + [True] * 3 + [False] * 4
    assert read_files[0].mail_subject == "Trame du Jura – annuelle 2021"
    assert read_files[1].mail_subject == "Trame à jour"
    assert read_files[0].identifier.endswith("OUTLOOK.COM>")
    assert read_files[11].mail_subject == "Trame à jour"
    assert [e.sender for e in read_files[12:]] == ["", "", ""]
    assert [is_authenticated(e, OURS) for e in read_files[:3]] == [False, True, False]


ANGRY: list[tuple[bytes, str]] = [
    (b"From: " + b"(" * 1000, NO_SENDER),
    (b"From: " + b":" * 1000, NO_SENDER),
    (b"From: " + b"(" * 90_000, NO_SENDER),
    (b"From: " + b"<" * 5000, NO_SENDER),
    (b"From: =?utf-8\xff?q?a?=", NO_SENDER),
    (b"From: " + b"a@b.fr," * 10_000, NO_SENDER),
    (b"From: a@b.fr" + b" " * 90_000, NO_SENDER),
    (b"From: " + b"x" * 300 + b"@b.fr", NO_SENDER),
    (b"From: a@b.fr\r\n" + b"X: y\r\n" * 20_000, TOO_LONG),
    (b"Subject: " + b"y" * 100_001, TOO_LONG),
    (b"From: a@b.fr\r\nX: " + b"y" * 3_000_000, TOO_LONG),
]


@pytest.mark.parametrize(("headers", "trouble"), ANGRY)
def test_headers_that_cannot_be_read_say_why_in_a_sentence(headers: bytes, trouble: str) -> None:
    e = read_headers(headers + b"\r\n\r\ncorps")
    assert (e.sender, e.trouble, e.automatic) == ("", trouble, True)


@pytest.mark.parametrize("mail_subject", [
    b"=?utf-8\xff?q?a?=", b"=?nul\0?q?a?=", b"=?utf-8?b?" + b"A" * 90_000 + b"?=", b"=?a?q?" * 15_000, b"y" * 90_000,
    b"=?unicode_escape?q?=5Cud800?=", b"=?utf-7?q?+2AA-?=", b"=?punycode?q?" + b"z" * 1500 + b"?=", b"\xff" * 90_000,
    b"=?rot13?q?a?=", b"=?utf-8?q?=0D=0ABcc:_x@y?=",
])  # fmt: skip
def test_a_subject_of_any_kind_costs_its_mail_nothing(mail_subject: bytes) -> None:
    e = read_headers(b"From: a@b.fr\r\nSubject: " + mail_subject + b"\r\n\r\n")
    assert (e.sender, e.trouble, e.automatic) == ("a@b.fr", "", False)
    assert e.mail_subject.isprintable()


def test_a_fault_of_a_library_is_a_mail_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for fault in (RecursionError(), LookupError(), UnicodeError(), MemoryError()):

        def fail(*_: Any, fault: BaseException = fault, **__: Any) -> Any:
            raise fault

        monkeypatch.setattr(module, "BytesParser", fail)
        assert read_headers(b"From: a@b.fr\r\n\r\n").trouble == DAMAGED


def test_lengths_are_bounded_before_anything_costly_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    seen_ones: dict[str, int] = {}

    def watch_calls(name: str) -> None:
        real: Callable[..., Any] = getattr(module, name)

        def view(text: str, *a: Any) -> Any:
            seen_ones[name] = max(seen_ones.get(name, 0), len(text))
            return real(text, *a)

        monkeypatch.setattr(module, name, view)

    for name in ("decode_header", "mask", "_bare"):
        watch_calls(name)
    long = b"=?utf-8?q?" + b"a" * 95_000 + b"?="
    for heading in (b"Subject: " + long, b"From: " + long, b"Message-ID: " + long, b"Authentication-Results: " + long):
        read_headers(b"From: a@b.fr\r\n" + heading + b"\r\n\r\n")
    read_headers(b"From: a@b.fr\r\nSubject: =?utf-8?q?a?=\r\n\r\n")
    module.decode("=?utf-8?q?a?=" * 1000)
    assert seen_ones.keys() == {"decode_header", "mask", "_bare"}
    assert all(length <= LONGEST_WORDS for length in seen_ones.values()), seen_ones


def steps(what: Callable[[], object]) -> int:
    """How many lines of Python are run."""
    how_many = 0

    def trace(_f: FrameType, kind: str, _a: Any) -> Any:
        nonlocal how_many
        how_many += kind == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        what()
    finally:
        sys.settrace(before)
    return how_many


@pytest.mark.parametrize(
    "reason", [b"X: y\r\n", b"From: (\r\n", b"Subject: =?a?q?\r\n", b"X: a;b;c=\r\n ", b"To: a@b.fr,\r\n\t"]
)
def test_twice_the_headers_is_at_most_twice_the_work_and_past_the_limit_none(reason: bytes) -> None:
    def headers(size: int) -> bytes:
        return b"From: a@b.fr\r\n" + reason * (size // len(reason)) + b"X: y\r\n\r\n"

    singular, twice_as_long, huge = (steps(lambda t=t: read_headers(headers(t))) for t in (40_000, 80_000, 4_000_000))  # type: ignore[misc]
    assert twice_as_long <= 2.2 * singular + 200
    assert huge < 200


def test_hiding_secrets_looks_at_each_character_a_bounded_number_of_times() -> None:
    assert len(list(_JWT.finditer("-eyJaaaaaaaa" * 50_000))) == 1  # one run, looked through once
    for text in ("-eyJaaaaaaaa" * 50_000, "eyJ" * 200_000, "://a:" * 100_000, "xoxb-" * 99_999, "1 85 05 " * 50_000):
        assert len(mask(text)) <= len(text) + len(SECRET) + len(MASK)
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0"
    for before, after in (("", ""), ("-", "."), ("eyJaaaaaaaa-", ""), ("xoxb", ".sig-nature_1"), ("le ", " ici")):
        assert token not in mask(f"{before}{token}{after}"), before
    assert mask("eyJhbGciOiJIUzI1NiJ9 seul et eyJabc") == "eyJhbGciOiJIUzI1NiJ9 seul et eyJabc"


@pytest.mark.parametrize(
    ("sender", "reading"),
    [
        (f"{PAAT} (GHT (Jura) \\) et fils)", PAAT), (f'"a (b" <{PAAT}>', PAAT), (f'"x\\" <pirate@x.fr>" <{PAAT}>', PAAT),
        (f"<{PAAT}>", PAAT), (f"=?utf-8?q?pirate=40x=2Efr?= <{PAAT}>", PAAT), (f"(pirate@x.fr) {PAAT}", PAAT),
        (f"{PAAT} <pirate@x.fr>", ""), (f"<{PAAT}> pirate@x.fr", ""), (f"{PAAT} pirate@x.fr", ""), (f"<{PAAT}", ""),
        (f"{PAAT}>", ""), (f"{PAAT}(<)pirate@x.fr", ""), (f"<{PAAT}><b@c.fr>", ""), (f"groupe: {PAAT};", ""),
        (f'"{PAAT}"@pirate.fr', ""), (f"<@pirate.fr:{PAAT}>", ""), (f"{PAAT}@pirate.fr", ""), (f"({PAAT}", ""),
        (f'"{PAAT}', ""), (f"{PAAT})", ""), (f"{PAAT} ) pirate@x.fr (", ""), (f"{PAAT} (", ""), (f"{PAAT} (a", ""), ("=?utf-8?q?a=0d=0aBcc=3Ax?=@y.fr", ""), (f"a@b.fr\r\n ,{PAAT}", ""),
    ],
)  # fmt: skip
def test_the_sender_is_what_one_reading_alone_can_give(sender: str, reading: str) -> None:
    assert read_headers(f"From: {sender}\r\n\r\n".encode()).sender == reading


@pytest.mark.parametrize(
    ("raw", "keep"),
    [
        ("<1@ght.invalid>", True), ("<CAF=a+b_c@mail.gmail.com>", True), ("<a$b@[192.0.2.1]>", True), ("<a?b=c@x.y>", True),
        ("1@ght.invalid", False), ("<1>", False), ("<a b@c>", False), ("<a@b> <c@d>", False), ("<=?utf-8?q?a=0d=0aBcc:x?=@y>", False),
        ("=?utf-8?q?<a@b>?=", False), ("<é@b.fr>", False), ("<a@b", False), ("", False), (f"<{'a' * 300}@b>", False),
        ("<a@b>\r\n c", False), ("<a@@b>", False), ("<<a@b>>", False), ('<"a"@b>', False),
    ],
)  # fmt: skip
def test_an_identifier_that_is_not_x_at_y_is_left_out(raw: str, keep: bool) -> None:
    e = read_headers(f"From: {PAAT}\r\nMessage-ID: {raw}\r\n\r\n".encode())
    assert e.identifier == (raw if keep else "")


def results(*lines: str, sender: str = PAAT) -> MailHeaders:
    all_said = "".join(f"Authentication-Results: {line}\r\n" for line in lines)
    return read_headers(f"{all_said}From: {sender}\r\n\r\n".encode())


VOUCHED = [
    # what the sender chooses, inside what the server says
    ('spf=pass smtp.mailfrom="x; dmarc=pass "@pirate.invalid; dmarc=fail', False),
    ('spf=pass smtp.mailfrom="x@exemple.invalid"@pirate.invalid; dmarc=fail', False),
    ('spf=pass smtp.mailfrom="x@exemple.invalid"@pirate.invalid', False),
    ('spf=pass smtp.mailfrom="@exemple.invalid"@pirate.invalid', False),
    ('spf=pass smtp.mailfrom="a\\"@exemple.invalid"@pirate.invalid', False),
    ("spf=pass smtp.mailfrom=x@exemple.invalid@pirate.invalid", False),
    ('dmarc=fail reason="x; dmarc=pass"', False),
    ('spf=fail reason="a\\"; dmarc=pass header.from=exemple.invalid; x=\\"" ', False),
    ("spf=fail (a (b) ; dmarc=pass); dmarc=fail", False),
    ("spf=fail (a (b) ; dmarc=pass header.from=exemple.invalid)", False),
    ("spf=fail (a \\) ; dmarc=pass header.from=exemple.invalid)", False),
    (f"spf=fail {'(' * 400}; dmarc=pass header.from=exemple.invalid policy.x=\"{')' * 400}\"", False),
    *((f"spf=fail {'(' * n}; dmarc=pass header.from=exemple.invalid policy.x=\"{')' * n}\"", False) for n in range(1, 600, 13)),
    # whom it vouches for
    ("dmarc=pass header.from=pirate.invalid", False),
    ("dmarc=pass header.from=exemple.invalid header.from=pirate.invalid", False),
    ('dmarc=pass header.from="pirate.invalid" policy.x=1', False),
    ("dmarc=pass header.from=notexemple.invalid", False),
    ("dmarc=pass header.from=exemple.invalid.pirate.invalid", False),
    ("dkim=pass header.d=invalid", False),
    ("dkim=pass header.d=invalid header.i=@exemple.invalid", False),
    ("dkim=pass header.d=pirate.invalid header.i=@exemple.invalid", False),
    ("dkim=pass header.i=@pirate.invalid", False),
    ("dkim=pass", False),
    ("spf=pass", False),
    ("spf=pass smtp.helo=exemple.invalid", False),
    ("spf=pass smtp.mailfrom=invalid", False),
    ("auth=pass smtp.auth=x@pirate.invalid", False),
    ("iprev=pass policy.iprev=192.0.2.1", False),
    ("x-dmarc=pass header.from=exemple.invalid", False),
    ("compauth=pass header.from=exemple.invalid", False),
    # a failure of DMARC is final; other words are not passing
    ("dmarc=fail header.from=exemple.invalid; dkim=pass header.d=exemple.invalid", False),
    ("dkim=pass header.d=exemple.invalid; DMARC=FAIL", False),
    ("dmarc=pass header.from=exemple.invalid; dmarc=fail header.from=exemple.invalid", False),
    ("dmarc=bestguesspass header.from=exemple.invalid", False),
    ("dmarc=passed header.from=exemple.invalid", False),
    ("dkim=neutral header.d=exemple.invalid; spf=softfail smtp.mailfrom=x@exemple.invalid", False),
    # what is not the grammar
    ("dmarc=pass header.from=<exemple.invalid>", False),
    ("dmarc=pass header.from=exemple.invalid ;; dmarc=pass", False),
    ("spf=pass smtp.mailfrom=é@exemple.invalid", False),
    (f"dmarc=pass header.from=exemple.invalid {'policy.x=y ' * 600}", False),
    # what the usual servers write
    ("dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=Exemple.Invalid", True),
    (("dkim=pass (2048-bit key; unprotected) header.d=exemple.invalid header.i=@exemple.invalid header.a=rsa-sha256 header.s=s1"
     ' header.b="AbC123+/"; dkim-atps=neutral'), True),
    (("spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=exemple.invalid; dkim=none; dmarc=bestguesspass action=none"
     " header.from=exemple.invalid;compauth=pass reason=109"), True),
    ("dkim=fail header.d=pirate.invalid; dkim=pass header.d=exemple.invalid", True),
    ("dkim/1=pass header.d=exemple.invalid;", True),
    ("dmarc=none header.from=exemple.invalid; spf=pass smtp.mailfrom=bounce@exemple.invalid", True),
    ("dmarc=temperror; dkim=pass header.d=exemple.invalid", True),
    ('spf=pass smtp.mailfrom="a b"@exemple.invalid', True),
    ("auth=pass smtp.auth=paat@exemple.invalid", True),
]  # fmt: skip


@pytest.mark.parametrize(("said", "vouched"), VOUCHED)
def test_what_our_server_says_is_read_whole(said: str, vouched: bool) -> None:
    assert is_authenticated(results(f"{OURS}; {said}"), OURS) is vouched


@pytest.mark.parametrize(
    "lines",
    [
        (f"{OURS}; dmarc=fail", f"{OURS}; dmarc=pass"), (f"{OURS}; none", f"{OURS}; dmarc=pass"),
        (f'"{OURS}"; dmarc=fail', f"{OURS}; dmarc=pass"), (f"(x) {OURS}; dmarc=fail", f"{OURS}; dmarc=pass"),
        (f"{OURS}; dmarc=fail (", f"{OURS}; dmarc=pass"), (f"{OURS}{'(' * 2000}", f"{OURS}; dmarc=pass"),
        ("", f"{OURS}; dmarc=pass"), (f"{OURS}x; dmarc=pass",), (f"x{OURS}; dmarc=pass",), (f"x; {OURS}; dmarc=pass",),
        (f"{OURS}(; dmarc=pass)",), (f"{OURS} 2; dmarc=pass header.from=exemple.invalid",),
    ],
)  # fmt: skip
def test_the_topmost_result_of_our_server_alone_counts(lines: tuple[str, ...]) -> None:
    assert not is_authenticated(results(*lines), OURS)


def test_a_result_of_another_hop_above_ours_is_passed_over() -> None:
    result_above = "relais.exemple.invalid; dmarc=fail"
    assert is_authenticated(results(result_above, f"{OURS.upper()} 1; dmarc=pass header.from=exemple.invalid"), OURS)
    assert is_authenticated(results("spf=pass smtp.mailfrom=x@y.fr; dkim=none", f"{OURS}(x); dmarc=pass"), OURS)
    assert not is_authenticated(results(f"{OURS}; dmarc=pass", sender=f"{PAAT}, a@pirate.invalid"), OURS)
    assert not is_authenticated(results(f"{OURS}; dmarc=pass", sender="personne"), OURS)


def test_a_result_of_too_many_comments_or_too_long_vouches_for_nobody() -> None:
    for added, vouched in (
        ("(a)" * 60, True),
        ("(a)" * 61, False),
        ("(" + "a" * 4900 + ")", True),
        ("(" + "a" * 5000 + ")", False),
    ):
        assert is_authenticated(results(f"{OURS}; dmarc=pass {added}header.from=exemple.invalid"), OURS) is vouched, (
            added[:9]
        )


def test_the_limit_on_headers_is_exact() -> None:
    start, end = b"From: a@b.fr\r\nX: ", b"\r\n\r\n"
    just_right = start + b"y" * (MOST_HEADER_BYTES - len(start)) + end
    assert read_headers(just_right + b"corps").sender == "a@b.fr"
    assert read_headers(just_right.replace(b"yy", b"yyy", 1) + b"corps").trouble == TOO_LONG
    assert (
        read_headers(b"From: a@b.fr\r\n\r\n" + b"c" * 2 * MOST_HEADER_BYTES).sender == "a@b.fr"
    )  # a body is no header


def test_a_name_that_is_decoded_once_is_not_decoded_twice() -> None:
    double = "=?utf-8?q?=3D=3Futf-8=3Fq=3F=0D=0ABcc=3F=3D?="
    e = read_headers(f"From: {PAAT}\r\nSubject: {double}\r\n\r\n".encode())
    assert e.mail_subject == "=?utf-8?q? Bcc?="
    assert "\n" not in clean_name(f"{double}.xlsx")
