"""What one mail may be made of: bounded as a whole, however it is packed; what is closed to us is said as such."""

from __future__ import annotations

import zipfile
from email.message import EmailMessage

import pytest

from sheets.sources import attachments as module
from sheets.sources.attachments import AU_PLUS, EN_MIETTES, PLACE, ROOM, SCELLEE, Jointe, jointes
from tests.test_courriel import archive, courriel, lues, winmail

UN_MEGA = 1 << 20


def unpacked(pieces: list[Jointe]) -> int:
    return sum(len(p.octets) for p in pieces)


@pytest.fixture
def petit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little room: a thousand bytes unpacked, ten files, parts and headers to match."""
    monkeypatch.setattr(
        module, "ROOM", {"octets": 1000, "fichiers": 10, "lignes": 400, "parties": 20, "multiples": 6, "champs": 60}
    )


def test_archives_are_bounded_all_together_and_not_one_by_one() -> None:
    bombe = archive(("a.xlsx", bytes(PLACE - UN_MEGA)))
    lus = jointes(courriel(*((f"{n}.zip", bombe) for n in range(27))).as_bytes())
    assert len(lus) == 27
    assert unpacked(lus) == PLACE - UN_MEGA
    assert ["trop grosse" in p.souci for p in lus] == [False] + [True] * 26


@pytest.mark.usefixtures("petit")
@pytest.mark.parametrize("combien", [1, 2, 5])
def test_what_is_packed_in_mails_packed_in_mails_shares_one_room(combien: int) -> None:
    z = archive(("a.xlsx", bytes(300)))
    dedans = courriel(*((f"{n}.zip", z) for n in range(combien))).as_bytes()
    m = courriel(("z.zip", z), ("Tr.eml", dedans), ("winmail.dat", winmail(("w.zip", z))))
    lus = jointes(m.as_bytes())
    assert unpacked(lus) == 300 * min(combien + 2, 3)
    assert sum("trop grosse" in p.souci for p in lus) == combien + 2 - min(combien + 2, 3)


@pytest.mark.usefixtures("petit")
def test_the_room_is_exact_and_a_large_archive_takes_none_of_it() -> None:
    juste, trop = archive(("a.xlsx", bytes(600)), ("b.xlsx", bytes(400))), archive(("a.xlsx", bytes(1001)))
    lus = jointes(courriel(("trop.zip", trop), ("juste.zip", juste)).as_bytes())
    assert [(p.nom, len(p.octets), bool(p.souci)) for p in lus] == [
        ("trop.zip", 0, True), ("a.xlsx", 600, False), ("b.xlsx", 400, False)
    ]  # fmt: skip
    assert (
        "trop grosse"
        in jointes(courriel(("un.zip", archive(("a.xlsx", bytes(999)), ("b", bytes(2))))).as_bytes())[0].souci
    )


@pytest.mark.usefixtures("petit")
def test_an_archive_that_lists_thousands_of_files_is_not_opened() -> None:
    dix, onze = (archive(*((f"{n}.xlsx", b"PK") for n in range(combien))) for combien in (10, 11))
    assert len(jointes(courriel(("z.zip", dix)).as_bytes())) == 10
    (refusee,) = jointes(courriel(("z.zip", onze)).as_bytes())
    assert "trop grosse" in refusee.souci
    assert (
        len(jointes(courriel(("un.zip", archive(*((f"{n}", b"") for n in range(6)))), ("z.zip", dix)).as_bytes())) == 7
    )


MIETTES = {
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


@pytest.mark.parametrize("quoi", MIETTES)
def test_a_mail_of_too_many_pieces_is_not_opened(quoi: str) -> None:
    assert jointes(b"From: a@b.fr\r\n" + MIETTES[quoi]) == [Jointe("courriel", b"", EN_MIETTES)]


def test_a_long_chain_of_answers_with_its_trame_is_opened() -> None:
    m = courriel(("GHT Jura.xlsx", b"PK1"))
    for _ in range(12):
        dessus = courriel(("plan.pdf", b"%PDF"))
        dessus.add_attachment(m)
        m = dessus
    assert Jointe("GHT Jura.xlsx", b"PK1") in jointes(m.as_bytes())


def test_headers_of_a_part_are_cut_before_they_are_looked_at() -> None:
    juste, trop = lues(
        *(f"Content-Type: application/octet-stream;{' a;' * n} name=a.xlsx\r\n\r\nPK" for n in (500, 400_000))
    )
    assert (juste.nom, trop.nom) == ("a.xlsx", "piece")


@pytest.mark.parametrize("entete", [
    "Content-Disposition: attachment; filename*" + "9" * 5000 + "*=a", "Content-Disposition: attachment; filename*=u\0'f'%ff",
    "Content-Type: application/x; name*0*=nul\0''a; name*1*=b", "Content-Disposition: attachment; filename*99999999999999999*=a",
])  # fmt: skip
def test_a_part_whose_headers_cannot_be_read_is_said_and_the_others_are_read(entete: str) -> None:
    fausse, bonne = lues(f"{entete}\r\n\r\nx", "Content-Disposition: attachment; filename=b.xlsx\r\n\r\nPK")
    assert bonne == Jointe("b.xlsx", b"PK")
    assert fausse.nom == "piece" or not fausse.souci


def test_an_archive_packed_so_that_its_memory_cannot_be_told_is_not_opened() -> None:
    for compression, ouverte in ((zipfile.ZIP_LZMA, False), (zipfile.ZIP_BZIP2, True), (zipfile.ZIP_STORED, True)):
        (piece,) = jointes(courriel(("z.zip", archive(("a.xlsx", b"PK" * 99), compression=compression))).as_bytes())
        assert (piece.octets == b"PK" * 99) is ouverte
        assert ("d'une façon que Vigie n'ouvre pas" in piece.souci) is not ouverte


@pytest.mark.parametrize(
    "partie",
    [
        "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\nContent-Disposition: attachment; filename=smime.p7m",
        "Content-Type: application/x-pkcs7-mime; name=x.bin", "Content-Type: application/octet-stream; name=smime.p7m",
        "Content-Type: application/x-microsoft-rpmsg-message; name=message.rpmsg", "Content-Type: application/octet-stream; name=M.RPMSG",
        "Content-Type: application/octet-stream; name=encrypted.asc", "Content-Type: application/octet-stream; name=trame.xlsx.pgp",
        "Content-Type: application/octet-stream; name=GHT.xlsx.p7m",
    ],
)  # fmt: skip
def test_what_is_sealed_is_said_as_such(partie: str) -> None:
    assert [(p.octets, p.souci) for p in lues(f"{partie}\r\n\r\nx")] == [(b"", SCELLEE)]


def test_a_whole_mail_that_is_sealed_is_said_as_such() -> None:
    m = EmailMessage()
    m["From"] = "a@b.fr"
    m.add_attachment(b"0\x80", maintype="application", subtype="pkcs7-mime", filename="smime.p7m")
    assert [p.souci for p in jointes(m.as_bytes())] == [SCELLEE]


def test_signatures_are_not_attachments_whatever_they_are_called() -> None:
    assert lues(
        "Content-Type: application/octet-stream; name=smime.p7s\r\n\r\nx", "Content-Type: application/pgp-keys; name=0x1.asc\r\n\r\nx",
        "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1", "Content-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nx",
        "Content-Type: application/octet-stream; name=GHT.xlsx\r\n\r\nPK",
    ) == [Jointe("GHT.xlsx", b"PK")]  # fmt: skip


@pytest.mark.parametrize("debut", [b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07\x00", b"\x1f\x8b\x08"])
def test_other_archives_are_told_from_what_is_no_workbook(debut: bytes) -> None:
    (piece,) = jointes(courriel(("trames.bin", debut + b"x")).as_bytes())
    assert "que les archives zip" in piece.souci
    assert piece.octets == b""


def test_a_flood_of_pieces_is_bounded_wherever_it_comes_from() -> None:
    dedans = courriel(*((f"{n}.xlsx", b"PK") for n in range(50))).as_bytes()
    lus = jointes(courriel(("a.eml", dedans), ("b.eml", dedans)).as_bytes())
    assert len(lus) == AU_PLUS + 1
    assert "le reste n'a pas été lu" in lus[-1].souci
