"""What one mail may be made of: bounded as a whole, however it is packed; what is closed to us is said as such."""

from __future__ import annotations

import zipfile
from email.message import EmailMessage

import pytest

from sheets.sources import attachments as module
from sheets.sources.attachments import (
    MOST_ATTACHMENTS,
    PLACE,
    ROOM,
    SEALED_REPLY,
    TOO_MANY_PIECES,
    Attachment,
    attachments,
)
from tests.test_courriel import archive, make_mail, read_ones, winmail

ONE_MB = 1 << 20


def unpacked(pieces: list[Attachment]) -> int:
    return sum(len(p.raw_bytes) for p in pieces)


@pytest.fixture
def little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little room: a thousand bytes unpacked, ten files, parts and headers to match."""
    monkeypatch.setattr(
        module, "ROOM", {"octets": 1000, "fichiers": 10, "lignes": 400, "parties": 20, "multiples": 6, "champs": 60}
    )


def test_archives_are_bounded_all_together_and_not_one_by_one() -> None:
    bomb = archive(("a.xlsx", bytes(PLACE - ONE_MB)))
    read_files = attachments(make_mail(*((f"{n}.zip", bomb) for n in range(27))).as_bytes())
    assert len(read_files) == 27
    assert unpacked(read_files) == PLACE - ONE_MB
    assert ["trop grosse" in p.trouble for p in read_files] == [False] + [True] * 26


@pytest.mark.usefixtures("little_room")
@pytest.mark.parametrize("how_many", [1, 2, 5])
def test_what_is_packed_in_mails_packed_in_mails_shares_one_room(how_many: int) -> None:
    z = archive(("a.xlsx", bytes(300)))
    inside = make_mail(*((f"{n}.zip", z) for n in range(how_many))).as_bytes()
    m = make_mail(("z.zip", z), ("Tr.eml", inside), ("winmail.dat", winmail(("w.zip", z))))
    read_files = attachments(m.as_bytes())
    assert unpacked(read_files) == 300 * min(how_many + 2, 3)
    assert sum("trop grosse" in p.trouble for p in read_files) == how_many + 2 - min(how_many + 2, 3)


@pytest.mark.usefixtures("little_room")
def test_the_room_is_exact_and_a_large_archive_takes_none_of_it() -> None:
    just_right, too_much = archive(("a.xlsx", bytes(600)), ("b.xlsx", bytes(400))), archive(("a.xlsx", bytes(1001)))
    read_files = attachments(make_mail(("trop.zip", too_much), ("juste.zip", just_right)).as_bytes())
    assert [(p.name, len(p.raw_bytes), bool(p.trouble)) for p in read_files] == [
        ("trop.zip", 0, True), ("a.xlsx", 600, False), ("b.xlsx", 400, False)
    ]  # fmt: skip
    assert (
        "trop grosse"
        in attachments(make_mail(("un.zip", archive(("a.xlsx", bytes(999)), ("b", bytes(2))))).as_bytes())[0].trouble
    )


@pytest.mark.usefixtures("little_room")
def test_an_archive_that_lists_thousands_of_files_is_not_opened() -> None:
    ten_files, eleven_files = (archive(*((f"{n}.xlsx", b"PK") for n in range(how_many))) for how_many in (10, 11))
    assert len(attachments(make_mail(("z.zip", ten_files)).as_bytes())) == 10
    (refused_part,) = attachments(make_mail(("z.zip", eleven_files)).as_bytes())
    assert "trop grosse" in refused_part.trouble
    assert (
        len(
            attachments(
                make_mail(("un.zip", archive(*((f"{n}", b"") for n in range(6)))), ("z.zip", ten_files)).as_bytes()
            )
        )
        == 7
    )


CRUMBS = {
    "parts": b"Content-Type: multipart/mixed; boundary=S\r\n\r\n" + b"--S\r\n\r\n\r\n" * 60_000,
    "headers": b"X: y\r\n" * 300_000 + b"\r\n",
    "headers of parts": b"Content-Type: multipart/mixed; boundary=S\r\n\r\n"
    + (b"--S\r\n" + b"X: y\r\n" * 100 + b"\r\n") * 300,
    "lines": b"\r\n" + b"\r\n" * (ROOM["lignes"] + 1),
    "lines of Macintosh": b"\r\n" + b"\r" * (ROOM["lignes"] + 1),
    "parts in parts": b"".join(
        b"Content-Type: multipart/mixed; boundary=S%d\r\n\r\n--S%d\r\n" % (n, n) for n in range(200)
    ),
    "mails in mails": b"Content-Type: message/rfc822\r\n\r\n" * 200 + b"\r\nx",
}


@pytest.mark.parametrize("what", CRUMBS)
def test_a_mail_of_too_many_pieces_is_not_opened(what: str) -> None:
    assert attachments(b"From: a@b.fr\r\n" + CRUMBS[what]) == [Attachment("courriel", b"", TOO_MANY_PIECES)]


def test_a_long_chain_of_answers_with_its_trame_is_opened() -> None:
    m = make_mail(("GHT Jura.xlsx", b"PK1"))
    for _ in range(12):
        above = make_mail(("plan.pdf", b"%PDF"))
        above.add_attachment(m)
        m = above
    assert Attachment("GHT Jura.xlsx", b"PK1") in attachments(m.as_bytes())


def test_headers_of_a_part_are_cut_before_they_are_looked_at() -> None:
    just_right, too_much = read_ones(
        *(f"Content-Type: application/octet-stream;{' a;' * n} name=a.xlsx\r\n\r\nPK" for n in (500, 400_000))
    )
    assert (just_right.name, too_much.name) == ("a.xlsx", "piece")


@pytest.mark.parametrize("heading", [
    "Content-Disposition: attachment; filename*" + "9" * 5000 + "*=a", "Content-Disposition: attachment; filename*=u\0'f'%ff",
    "Content-Type: application/x; name*0*=nul\0''a; name*1*=b", "Content-Disposition: attachment; filename*99999999999999999*=a",
])  # fmt: skip
def test_a_part_whose_headers_cannot_be_read_is_said_and_the_others_are_read(heading: str) -> None:
    bad_part, good_part = read_ones(f"{heading}\r\n\r\nx", "Content-Disposition: attachment; filename=b.xlsx\r\n\r\nPK")
    assert good_part == Attachment("b.xlsx", b"PK")
    assert bad_part.name == "piece" or not bad_part.trouble


def test_an_archive_packed_so_that_its_memory_cannot_be_told_is_not_opened() -> None:
    for compression, opened_one in ((zipfile.ZIP_LZMA, False), (zipfile.ZIP_BZIP2, True), (zipfile.ZIP_STORED, True)):
        (piece,) = attachments(
            make_mail(("z.zip", archive(("a.xlsx", b"PK" * 99), compression=compression))).as_bytes()
        )
        assert (piece.raw_bytes == b"PK" * 99) is opened_one
        assert ("d'une façon que Vigie n'ouvre pas" in piece.trouble) is not opened_one


@pytest.mark.parametrize(
    "part",
    [
        "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\nContent-Disposition: attachment; filename=smime.p7m",
        "Content-Type: application/x-pkcs7-mime; name=x.bin", "Content-Type: application/octet-stream; name=smime.p7m",
        "Content-Type: application/x-microsoft-rpmsg-message; name=message.rpmsg", "Content-Type: application/octet-stream; name=M.RPMSG",
        "Content-Type: application/octet-stream; name=encrypted.asc", "Content-Type: application/octet-stream; name=trame.xlsx.pgp",
        "Content-Type: application/octet-stream; name=GHT.xlsx.p7m",
    ],
)  # fmt: skip
def test_what_is_sealed_is_said_as_such(part: str) -> None:
    assert [(p.raw_bytes, p.trouble) for p in read_ones(f"{part}\r\n\r\nx")] == [(b"", SEALED_REPLY)]


def test_a_whole_mail_that_is_sealed_is_said_as_such() -> None:
    m = EmailMessage()
    m["From"] = "a@b.fr"
    m.add_attachment(b"0\x80", maintype="application", subtype="pkcs7-mime", filename="smime.p7m")
    assert [p.trouble for p in attachments(m.as_bytes())] == [SEALED_REPLY]


def test_signatures_are_not_attachments_whatever_they_are_called() -> None:
    assert read_ones(
        "Content-Type: application/octet-stream; name=smime.p7s\r\n\r\nx", "Content-Type: application/pgp-keys; name=0x1.asc\r\n\r\nx",
        "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1", "Content-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nx",
        "Content-Type: application/octet-stream; name=GHT.xlsx\r\n\r\nPK",
    ) == [Attachment("GHT.xlsx", b"PK")]  # fmt: skip


@pytest.mark.parametrize("start", [b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07\x00", b"\x1f\x8b\x08"])
def test_other_archives_are_told_from_what_is_no_workbook(start: bytes) -> None:
    (piece,) = attachments(make_mail(("trames.bin", start + b"x")).as_bytes())
    assert "que les archives zip" in piece.trouble
    assert piece.raw_bytes == b""


def test_a_flood_of_pieces_is_bounded_wherever_it_comes_from() -> None:
    inside = make_mail(*((f"{n}.xlsx", b"PK") for n in range(50))).as_bytes()
    read_files = attachments(make_mail(("a.eml", inside), ("b.eml", inside)).as_bytes())
    assert len(read_files) == MOST_ATTACHMENTS + 1
    assert "le reste n'a pas été lu" in read_files[-1].trouble
