"""What a mail is made of: its sender, the machines that wrote it, its attachments out of whatever they were wrapped in."""

from __future__ import annotations

import io
import struct
import zipfile
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from sheets.sources.attachments import MOST_ATTACHMENTS, PLACE, Attachment, attachments, clean_name
from sheets.sources.mail_headers import is_authenticated, read_headers

XLSX = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
PAAT = "paat.bfc-08@exemple.invalid"


def make_mail(*pieces: tuple[str, bytes], sender: str = PAAT, **headers: str) -> EmailMessage:
    """A mail as a person sends one."""
    m = EmailMessage(policy=SMTP)
    m["From"], m["To"], m["Subject"] = sender, "trames@exemple.invalid", "Trame du Jura : à l'heure"
    m["Message-ID"] = "<1@ght.invalid>"
    for name, value in headers.items():
        del m[name.replace("_", "-")]
        m[name.replace("_", "-")] = value
    m.set_content("Bonjour,\nvoici la trame.")
    m.add_alternative("<p>Bonjour,<br>voici la trame. <img src='cid:logo'></p>", subtype="html")
    for name, raw_bytes in pieces:
        m.add_attachment(raw_bytes, maintype=XLSX[0], subtype=XLSX[1], filename=name)
    return m


def read_ones(*parties: str | bytes) -> list[Attachment]:
    """The attachments of a mail written by hand, part after part."""
    body = b"\r\n--S\r\n".join([b"", *(p.encode() if isinstance(p, str) else p for p in parties)])
    return attachments(
        b"From: a@b.fr\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=S\r\n" + body + b"\r\n--S--\r\n"
    )


def archive(*files: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    stamp = io.BytesIO()
    with zipfile.ZipFile(stamp, "w", compression) as z:
        for name, raw_bytes in files:
            z.writestr(name, raw_bytes)
    return stamp.getvalue()


def winmail(*files: tuple[str, bytes]) -> bytes:
    """What Outlook makes of attachments when it takes the recipient for another Outlook."""

    def attribute(level: int, name: int, value: bytes) -> bytes:
        return struct.pack("<BII", level, name, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)

    end = [struct.pack("<IH", 0x223E9F78, 1), attribute(1, 0x00089006, struct.pack("<I", 0x10000))]
    end.append(attribute(1, 0x00078008, b"IPM.Microsoft Mail.Note\0"))
    for name, raw_bytes in files:
        end += [attribute(2, 0x00069002, b"\0" * 14), attribute(2, 0x00018010, name.encode("cp1252") + b"\0"),
                  attribute(2, 0x0006800F, raw_bytes)]  # fmt: skip
    return b"".join(end)


def test_a_plain_mail_has_a_sender_a_subject_and_its_attachments_only() -> None:
    raw_bytes = make_mail(("GHT Jura.xlsx", b"PK1"), ("Annexe.pdf", b"%PDF")).as_bytes()
    e = read_headers(raw_bytes)
    assert (e.sender, e.mail_subject, e.automatic) == (PAAT, "Trame du Jura : à l'heure", False)
    assert attachments(raw_bytes) == [Attachment("GHT Jura.xlsx", b"PK1"), Attachment("Annexe.pdf", b"%PDF")]


def test_the_same_mail_has_the_same_key_and_another_mail_another() -> None:
    first_mail = read_headers(make_mail().as_bytes())
    assert first_mail.key == read_headers(b"Received: ailleurs\r\n" + make_mail().as_bytes()).key
    others = [make_mail(Message_ID="<2@ght.invalid>"), make_mail(sender="b@c.fr")]
    without = make_mail()
    del without["Message-ID"]
    keys = {read_headers(m.as_bytes()).key for m in (*others, without)}
    assert len(keys | {first_mail.key}) == 4


@pytest.mark.parametrize(
    ("sender", "reading"),
    [
        (f"Chef de projet PAAT <{PAAT.upper()}>", PAAT),
        (f'"dgos@exemple.invalid" <{PAAT}>', PAAT),
        ("=?utf-8?q?=C3=89quipe?= <a@b.fr>", "a@b.fr"),
        (f"{PAAT}, dgos@exemple.invalid", ""),
        ("personne", ""),
        ("", ""),
        ("<a@b.fr\x00>", ""),
    ],
)  # fmt: skip
def test_the_sender_is_one_address_or_nobody(sender: str, reading: str) -> None:
    e = read_headers(f"From: {sender}\r\nSubject: x\r\n\r\n".encode())
    assert e.sender == reading
    assert e.automatic == (not reading)  # nobody to answer


def test_two_senders_are_nobody() -> None:
    assert read_headers(b"From: a@b.fr\r\nFrom: dgos@exemple.invalid\r\n\r\n").sender == ""


@pytest.mark.parametrize(
    "heading",
    [
        "Auto-Submitted: auto-replied (vacation)", "Auto-Submitted: auto-generated", "Precedence: bulk",
        "Return-Path: <>", "List-Id: <liste.exemple>", "X-Autoreply: yes",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x",
    ],
)  # fmt: skip
def test_what_a_machine_wrote_is_told_by_its_headers(heading: str) -> None:
    assert read_headers(f"From: {PAAT}\r\n{heading}\r\n\r\n".encode()).automatic


@pytest.mark.parametrize("sender", ["MAILER-DAEMON@mx.fr", "postmaster@ght.fr", "no-reply@ght.fr", "noreply+x@ght.fr",
                                "ne-pas-repondre@ght.fr", "bounces-12=a@liste.fr"])  # fmt: skip
def test_what_a_machine_wrote_is_told_by_its_sender(sender: str) -> None:
    assert read_headers(f"From: {sender}\r\n\r\n".encode()).automatic


def test_a_person_may_say_it_is_not_automatic() -> None:
    assert not read_headers(f"From: {PAAT}\r\nAuto-Submitted: no\r\n\r\n".encode()).automatic
    assert not read_headers(b"From: noreply-club@ght.fr.fr\r\n\r\n".replace(b"noreply-club", b"norepl")).automatic


VOUCHER = "mx.ars.invalid"
RESULTS = [
    ("mx.ars.invalid; dmarc=pass header.from=exemple.invalid", True),
    ("MX.ars.invalid 1; spf=fail; dmarc=pass (p=none) header.from=exemple.invalid", True),
    ("mx.ars.invalid; dkim=pass header.d=exemple.invalid header.s=x", True),
    ("mx.ars.invalid; dkim=pass header.i=@exemple.invalid", True),
    ("mx.ars.invalid; spf=pass smtp.mailfrom=paat@exemple.invalid", True),
    ("mx.ars.invalid; auth=pass smtp.auth=paat", True),
    ("mx.ars.invalid; dkim=pass header.d=pirate.invalid", False),
    ("mx.ars.invalid; spf=pass smtp.mailfrom=x@pirate.invalid", False),
    ("mx.ars.invalid; spf=pass smtp.mailfrom=x@notexemple.invalid", False),
    ("mx.ars.invalid; dmarc=fail (dmarc=pass) header.from=exemple.invalid", False),
    ("mx.ars.invalid; none", False),
    ("mx.pirate.invalid; dmarc=pass header.from=exemple.invalid", False),
    ("mx.ars.invalid.pirate.invalid; dmarc=pass", False),
]


@pytest.mark.parametrize(("outcome", "vouched"), RESULTS)
def test_a_sender_is_vouched_for_by_our_own_server_alone(outcome: str, vouched: bool) -> None:
    e = read_headers(f"From: {PAAT}\r\nAuthentication-Results: {outcome}\r\n\r\n".encode())
    assert is_authenticated(e, VOUCHER) is vouched


def test_a_result_forged_under_ours_is_not_believed() -> None:
    two_results = f"Authentication-Results: {VOUCHER}; dmarc=fail\r\nAuthentication-Results: {VOUCHER}; dmarc=pass\r\n"
    assert not is_authenticated(read_headers(f"{two_results}From: {PAAT}\r\n\r\n".encode()), VOUCHER)
    assert not is_authenticated(read_headers(f"From: {PAAT}\r\n\r\n".encode()), VOUCHER)


def test_names_however_they_are_encoded() -> None:
    for heading in (
        "filename*=UTF-8''GHT%20c%C3%B4te.xlsx",
        "filename*0*=UTF-8''GHT%20; filename*1*=c%C3%B4te.xlsx",
        'filename="=?utf-8?Q?GHT_c=C3=B4te.xlsx?="',
        'filename="=?iso-8859-1?B?R0hUIGP0dGUueGxzeA==?="',
    ):
        assert read_ones(
            f"Content-Type: application/octet-stream\r\nContent-Disposition: attachment; {heading}\r\n\r\nPK"
        ) == [Attachment("GHT côte.xlsx", b"PK")]
    (bare,) = read_ones(
        b"Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=c\xf4te.xlsx\r\n\r\nPK"
    )
    assert bare.name.endswith("te.xlsx")


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("../../etc/passwd.xlsx", "passwd.xlsx"), (r"C:\temp\GHT.xlsx", "GHT.xlsx"), ("..", "piece"), ("", "piece"),
        ("a\r\nb\x00.xlsx", "a b .xlsx"), ("185057800608491.xlsx", "[numéro masqué].xlsx"), (".cache.xlsx", "cache.xlsx"),
    ],
)  # fmt: skip
def test_a_name_leads_nowhere_and_lets_no_secret_out(raw: str, clean: str) -> None:
    assert clean_name(raw) == clean
    assert len(clean_name(f"{'x' * 5000}.xlsx")) < 120
    assert clean_name(f"{'x' * 5000}.xlsx").endswith(".xlsx")


def test_pictures_of_a_signature_and_what_programs_add_are_not_attachments() -> None:
    assert read_ones(
        "Content-Type: text/plain\r\n\r\nBonjour",
        "Content-Type: image/png; name=image001.png\r\nContent-ID: <logo>\r\n\r\nx",
        "Content-Type: image/gif; name=b.gif\r\nContent-Disposition: inline; filename=b.gif\r\n\r\nx",
        "Content-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nx",
        "Content-Type: text/calendar; name=invite.ics\r\n\r\nx",
        "Content-Type: image/png\r\nContent-Disposition: attachment; filename=photo.png\r\n\r\nx",
    ) == [Attachment("photo.png", b"x")]


def test_a_forwarded_mail_gives_what_was_attached_to_it() -> None:
    inside = make_mail(("GHT Jura.xlsx", b"PK1"))
    forwarded, attached = make_mail(), make_mail()
    forwarded.add_attachment(inside)
    attached.add_attachment(inside.as_bytes(), maintype="application", subtype="octet-stream", filename="Tr: trame.eml")
    for m in (forwarded, attached):
        assert attachments(m.as_bytes()) == [Attachment("GHT Jura.xlsx", b"PK1")]


def test_a_mail_in_a_mail_without_end_is_said() -> None:
    raw_bytes = b"From: a@b.fr\r\n\r\nfin"
    for _ in range(2000):
        raw_bytes = b"From: a@b.fr\r\nContent-Type: message/rfc822\r\n\r\n" + raw_bytes
    assert all(j.trouble for j in attachments(raw_bytes))
    nested_mail = b"PK1"
    for name in ("a.xlsx", *["b.eml"] * 6):
        nested_mail = make_mail((name, nested_mail)).as_bytes()
    (rest,) = attachments(nested_mail)
    assert rest.name == "b.eml"  # past the fourth it is left as it is, and answered as no workbook


def test_an_archive_gives_its_workbooks() -> None:
    z = archive(
        ("dossier/GHT Jura.xlsx", b"PK1"), ("__MACOSX/._GHT Jura.xlsx", b"x"), ("~$GHT.xlsx", b"x"), ("LISEZ.txt", b"x")
    )
    assert attachments(make_mail(("trames.zip", z)).as_bytes()) == [
        Attachment("GHT Jura.xlsx", b"PK1"),
        Attachment("LISEZ.txt", b"x"),
    ]
    assert attachments(make_mail(("trames.zip", archive(("côte.xlsx", b"PK1")))).as_bytes())[0].name == "côte.xlsx"
    windows = archive(("c_te.xlsx", b"PK1")).replace(b"c_te", "côte".encode("cp850"))
    assert attachments(make_mail(("trames.zip", windows)).as_bytes())[0].name == "côte.xlsx"
    workbook = archive(("[Content_Types].xml", b"x"), ("xl/workbook.xml", b"x"))
    assert attachments(make_mail(("GHT Jura.zip", workbook)).as_bytes()) == [Attachment("GHT Jura.xlsx", workbook)]


def test_an_archive_that_cannot_be_opened_says_why() -> None:
    bomb = archive(("a.xlsx", bytes(PLACE + 1)))
    damaged = archive(("a.xlsx", b"PK" * 1000))[:-30]
    tampered_archive = archive(("a.xlsx", b"PK" * 1000), compression=zipfile.ZIP_STORED).replace(
        b"PKPKPKPKPK", b"PKPKPKPKPX"
    )
    encrypted = bytearray(archive(("a.xlsx", b"PK" * 10)))
    encrypted[6] |= 1
    encrypted[bytes(encrypted).index(b"PK\x01\x02") + 8] |= 1
    for raw_bytes, word in (
        (bomb, "trop grosse"),
        (damaged, "abîmée"),
        (tampered_archive, "abîmée"),
        (bytes(encrypted), "mot de passe"),
    ):
        (attachment,) = attachments(make_mail(("trames.zip", raw_bytes)).as_bytes())
        assert word in attachment.trouble
        assert (attachment.name, attachment.raw_bytes) == ("trames.zip", b"")


def test_what_outlook_wraps_in_winmail_dat_is_unwrapped() -> None:
    raw_bytes = winmail(("GHT Doubs – côté.xlsx", b"PK1\x00"), ("Annexe.pdf", b"%PDF"))
    assert attachments(make_mail(("winmail.dat", raw_bytes)).as_bytes()) == [
        Attachment("GHT Doubs – côté.xlsx", b"PK1\x00"), Attachment("Annexe.pdf", b"%PDF")
    ]  # fmt: skip
    for end in range(0, len(raw_bytes), 7):  # cut anywhere, it never fails
        attachments(make_mail(("winmail.dat", raw_bytes[:end])).as_bytes())


def test_twenty_attachments_are_read_and_a_flood_is_bounded_and_said() -> None:
    twenty_files = [(f"GHT {n}.xlsx", b"PK") for n in range(20)]
    assert [j.name for j in attachments(make_mail(*twenty_files).as_bytes())] == [name for name, _ in twenty_files]
    read_files = attachments(make_mail(("z.zip", archive(*((f"{n}.xlsx", b"PK") for n in range(5000))))).as_bytes())
    assert len(read_files) == MOST_ATTACHMENTS + 1
    assert "le reste n'a pas été lu" in read_files[-1].trouble


@pytest.mark.parametrize("raw_bytes", [b"", b"\xff\xfe", b"From", b"Content-Type: multipart/mixed\r\n\r\n--", b"\r\n" * 100,
                                    b"From: =?utf-8?q?=C3?= <\xe9@\xe9>\r\nSubject: =?nawak?b?////?=\r\n\r\n"])  # fmt: skip
def test_a_mail_of_any_bytes_is_read_without_a_fall(raw_bytes: bytes) -> None:
    assert read_headers(raw_bytes).sender == ""
    assert all(isinstance(j, Attachment) for j in attachments(raw_bytes))
