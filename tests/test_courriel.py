"""What a mail is made of: its sender, the machines that wrote it, its attachments out of whatever they were wrapped in."""

from __future__ import annotations

import io
import struct
import zipfile
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from sheets.sources.attachments import AU_PLUS, PLACE, Jointe, jointes, nom_propre
from sheets.sources.mail_headers import est_authentifie, lit_entetes

XLSX = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
PAAT = "paat.bfc-08@exemple.invalid"


def courriel(*pieces: tuple[str, bytes], de: str = PAAT, **entetes: str) -> EmailMessage:
    """A mail as a person sends one."""
    m = EmailMessage(policy=SMTP)
    m["From"], m["To"], m["Subject"] = de, "trames@exemple.invalid", "Trame du Jura : à l'heure"
    m["Message-ID"] = "<1@ght.invalid>"
    for nom, valeur in entetes.items():
        del m[nom.replace("_", "-")]
        m[nom.replace("_", "-")] = valeur
    m.set_content("Bonjour,\nvoici la trame.")
    m.add_alternative("<p>Bonjour,<br>voici la trame. <img src='cid:logo'></p>", subtype="html")
    for nom, octets in pieces:
        m.add_attachment(octets, maintype=XLSX[0], subtype=XLSX[1], filename=nom)
    return m


def lues(*parties: str | bytes) -> list[Jointe]:
    """The attachments of a mail written by hand, part after part."""
    corps = b"\r\n--S\r\n".join([b"", *(p.encode() if isinstance(p, str) else p for p in parties)])
    return jointes(
        b"From: a@b.fr\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=S\r\n" + corps + b"\r\n--S--\r\n"
    )


def archive(*fichiers: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", compression) as z:
        for nom, octets in fichiers:
            z.writestr(nom, octets)
    return tampon.getvalue()


def winmail(*fichiers: tuple[str, bytes]) -> bytes:
    """What Outlook makes of attachments when it takes the recipient for another Outlook."""

    def attribut(niveau: int, nom: int, valeur: bytes) -> bytes:
        return struct.pack("<BII", niveau, nom, len(valeur)) + valeur + struct.pack("<H", sum(valeur) & 0xFFFF)

    suite = [struct.pack("<IH", 0x223E9F78, 1), attribut(1, 0x00089006, struct.pack("<I", 0x10000))]
    suite.append(attribut(1, 0x00078008, b"IPM.Microsoft Mail.Note\0"))
    for nom, octets in fichiers:
        suite += [attribut(2, 0x00069002, b"\0" * 14), attribut(2, 0x00018010, nom.encode("cp1252") + b"\0"),
                  attribut(2, 0x0006800F, octets)]  # fmt: skip
    return b"".join(suite)


def test_a_plain_mail_has_a_sender_a_subject_and_its_attachments_only() -> None:
    octets = courriel(("GHT Jura.xlsx", b"PK1"), ("Annexe.pdf", b"%PDF")).as_bytes()
    e = lit_entetes(octets)
    assert (e.expediteur, e.objet, e.automatique) == (PAAT, "Trame du Jura : à l'heure", False)
    assert jointes(octets) == [Jointe("GHT Jura.xlsx", b"PK1"), Jointe("Annexe.pdf", b"%PDF")]


def test_the_same_mail_has_the_same_key_and_another_mail_another() -> None:
    un = lit_entetes(courriel().as_bytes())
    assert un.cle == lit_entetes(b"Received: ailleurs\r\n" + courriel().as_bytes()).cle
    autres = [courriel(Message_ID="<2@ght.invalid>"), courriel(de="b@c.fr")]
    sans = courriel()
    del sans["Message-ID"]
    cles = {lit_entetes(m.as_bytes()).cle for m in (*autres, sans)}
    assert len(cles | {un.cle}) == 4


@pytest.mark.parametrize(
    ("de", "lu"),
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
def test_the_sender_is_one_address_or_nobody(de: str, lu: str) -> None:
    e = lit_entetes(f"From: {de}\r\nSubject: x\r\n\r\n".encode())
    assert e.expediteur == lu
    assert e.automatique == (not lu)  # nobody to answer


def test_two_senders_are_nobody() -> None:
    assert lit_entetes(b"From: a@b.fr\r\nFrom: dgos@exemple.invalid\r\n\r\n").expediteur == ""


@pytest.mark.parametrize(
    "entete",
    [
        "Auto-Submitted: auto-replied (vacation)", "Auto-Submitted: auto-generated", "Precedence: bulk",
        "Return-Path: <>", "List-Id: <liste.exemple>", "X-Autoreply: yes",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x",
    ],
)  # fmt: skip
def test_what_a_machine_wrote_is_told_by_its_headers(entete: str) -> None:
    assert lit_entetes(f"From: {PAAT}\r\n{entete}\r\n\r\n".encode()).automatique


@pytest.mark.parametrize("de", ["MAILER-DAEMON@mx.fr", "postmaster@ght.fr", "no-reply@ght.fr", "noreply+x@ght.fr",
                                "ne-pas-repondre@ght.fr", "bounces-12=a@liste.fr"])  # fmt: skip
def test_what_a_machine_wrote_is_told_by_its_sender(de: str) -> None:
    assert lit_entetes(f"From: {de}\r\n\r\n".encode()).automatique


def test_a_person_may_say_it_is_not_automatic() -> None:
    assert not lit_entetes(f"From: {PAAT}\r\nAuto-Submitted: no\r\n\r\n".encode()).automatique
    assert not lit_entetes(b"From: noreply-club@ght.fr.fr\r\n\r\n".replace(b"noreply-club", b"norepl")).automatique


GARANT = "mx.ars.invalid"
RESULTATS = [
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


@pytest.mark.parametrize(("resultat", "vaut"), RESULTATS)
def test_a_sender_is_vouched_for_by_our_own_server_alone(resultat: str, vaut: bool) -> None:
    e = lit_entetes(f"From: {PAAT}\r\nAuthentication-Results: {resultat}\r\n\r\n".encode())
    assert est_authentifie(e, GARANT) is vaut


def test_a_result_forged_under_ours_is_not_believed() -> None:
    deux = f"Authentication-Results: {GARANT}; dmarc=fail\r\nAuthentication-Results: {GARANT}; dmarc=pass\r\n"
    assert not est_authentifie(lit_entetes(f"{deux}From: {PAAT}\r\n\r\n".encode()), GARANT)
    assert not est_authentifie(lit_entetes(f"From: {PAAT}\r\n\r\n".encode()), GARANT)


def test_names_however_they_are_encoded() -> None:
    for entete in (
        "filename*=UTF-8''GHT%20c%C3%B4te.xlsx",
        "filename*0*=UTF-8''GHT%20; filename*1*=c%C3%B4te.xlsx",
        'filename="=?utf-8?Q?GHT_c=C3=B4te.xlsx?="',
        'filename="=?iso-8859-1?B?R0hUIGP0dGUueGxzeA==?="',
    ):
        assert lues(
            f"Content-Type: application/octet-stream\r\nContent-Disposition: attachment; {entete}\r\n\r\nPK"
        ) == [Jointe("GHT côte.xlsx", b"PK")]
    (nue,) = lues(
        b"Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=c\xf4te.xlsx\r\n\r\nPK"
    )
    assert nue.nom.endswith("te.xlsx")


@pytest.mark.parametrize(
    ("brut", "propre"),
    [
        ("../../etc/passwd.xlsx", "passwd.xlsx"), (r"C:\temp\GHT.xlsx", "GHT.xlsx"), ("..", "piece"), ("", "piece"),
        ("a\r\nb\x00.xlsx", "a b .xlsx"), ("185057800608491.xlsx", "[numéro masqué].xlsx"), (".cache.xlsx", "cache.xlsx"),
    ],
)  # fmt: skip
def test_a_name_leads_nowhere_and_lets_no_secret_out(brut: str, propre: str) -> None:
    assert nom_propre(brut) == propre
    assert len(nom_propre(f"{'x' * 5000}.xlsx")) < 120
    assert nom_propre(f"{'x' * 5000}.xlsx").endswith(".xlsx")


def test_pictures_of_a_signature_and_what_programs_add_are_not_attachments() -> None:
    assert lues(
        "Content-Type: text/plain\r\n\r\nBonjour",
        "Content-Type: image/png; name=image001.png\r\nContent-ID: <logo>\r\n\r\nx",
        "Content-Type: image/gif; name=b.gif\r\nContent-Disposition: inline; filename=b.gif\r\n\r\nx",
        "Content-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nx",
        "Content-Type: text/calendar; name=invite.ics\r\n\r\nx",
        "Content-Type: image/png\r\nContent-Disposition: attachment; filename=photo.png\r\n\r\nx",
    ) == [Jointe("photo.png", b"x")]


def test_a_forwarded_mail_gives_what_was_attached_to_it() -> None:
    dedans = courriel(("GHT Jura.xlsx", b"PK1"))
    transfere, joint = courriel(), courriel()
    transfere.add_attachment(dedans)
    joint.add_attachment(dedans.as_bytes(), maintype="application", subtype="octet-stream", filename="Tr: trame.eml")
    for m in (transfere, joint):
        assert jointes(m.as_bytes()) == [Jointe("GHT Jura.xlsx", b"PK1")]


def test_a_mail_in_a_mail_without_end_is_said() -> None:
    octets = b"From: a@b.fr\r\n\r\nfin"
    for _ in range(2000):
        octets = b"From: a@b.fr\r\nContent-Type: message/rfc822\r\n\r\n" + octets
    assert all(j.souci for j in jointes(octets))
    poupee = b"PK1"
    for nom in ("a.xlsx", *["b.eml"] * 6):
        poupee = courriel((nom, poupee)).as_bytes()
    (reste,) = jointes(poupee)
    assert reste.nom == "b.eml"  # past the fourth it is left as it is, and answered as no workbook


def test_an_archive_gives_its_workbooks() -> None:
    z = archive(
        ("dossier/GHT Jura.xlsx", b"PK1"), ("__MACOSX/._GHT Jura.xlsx", b"x"), ("~$GHT.xlsx", b"x"), ("LISEZ.txt", b"x")
    )
    assert jointes(courriel(("trames.zip", z)).as_bytes()) == [
        Jointe("GHT Jura.xlsx", b"PK1"),
        Jointe("LISEZ.txt", b"x"),
    ]
    assert jointes(courriel(("trames.zip", archive(("côte.xlsx", b"PK1")))).as_bytes())[0].nom == "côte.xlsx"
    windows = archive(("c_te.xlsx", b"PK1")).replace(b"c_te", "côte".encode("cp850"))
    assert jointes(courriel(("trames.zip", windows)).as_bytes())[0].nom == "côte.xlsx"
    classeur = archive(("[Content_Types].xml", b"x"), ("xl/workbook.xml", b"x"))
    assert jointes(courriel(("GHT Jura.zip", classeur)).as_bytes()) == [Jointe("GHT Jura.xlsx", classeur)]


def test_an_archive_that_cannot_be_opened_says_why() -> None:
    bombe = archive(("a.xlsx", bytes(PLACE + 1)))
    abimee = archive(("a.xlsx", b"PK" * 1000))[:-30]
    fausse = archive(("a.xlsx", b"PK" * 1000), compression=zipfile.ZIP_STORED).replace(b"PKPKPKPKPK", b"PKPKPKPKPX")
    chiffree = bytearray(archive(("a.xlsx", b"PK" * 10)))
    chiffree[6] |= 1
    chiffree[bytes(chiffree).index(b"PK\x01\x02") + 8] |= 1
    for octets, mot in (
        (bombe, "trop grosse"),
        (abimee, "abîmée"),
        (fausse, "abîmée"),
        (bytes(chiffree), "mot de passe"),
    ):
        (jointe,) = jointes(courriel(("trames.zip", octets)).as_bytes())
        assert mot in jointe.souci
        assert (jointe.nom, jointe.octets) == ("trames.zip", b"")


def test_what_outlook_wraps_in_winmail_dat_is_unwrapped() -> None:
    octets = winmail(("GHT Doubs – côté.xlsx", b"PK1\x00"), ("Annexe.pdf", b"%PDF"))
    assert jointes(courriel(("winmail.dat", octets)).as_bytes()) == [
        Jointe("GHT Doubs – côté.xlsx", b"PK1\x00"), Jointe("Annexe.pdf", b"%PDF")
    ]  # fmt: skip
    for fin in range(0, len(octets), 7):  # cut anywhere, it never fails
        jointes(courriel(("winmail.dat", octets[:fin])).as_bytes())


def test_twenty_attachments_are_read_and_a_flood_is_bounded_and_said() -> None:
    vingt = [(f"GHT {n}.xlsx", b"PK") for n in range(20)]
    assert [j.nom for j in jointes(courriel(*vingt).as_bytes())] == [nom for nom, _ in vingt]
    lus = jointes(courriel(("z.zip", archive(*((f"{n}.xlsx", b"PK") for n in range(5000))))).as_bytes())
    assert len(lus) == AU_PLUS + 1
    assert "le reste n'a pas été lu" in lus[-1].souci


@pytest.mark.parametrize("octets", [b"", b"\xff\xfe", b"From", b"Content-Type: multipart/mixed\r\n\r\n--", b"\r\n" * 100,
                                    b"From: =?utf-8?q?=C3?= <\xe9@\xe9>\r\nSubject: =?nawak?b?////?=\r\n\r\n"])  # fmt: skip
def test_a_mail_of_any_bytes_is_read_without_a_fall(octets: bytes) -> None:
    assert lit_entetes(octets).expediteur == ""
    assert all(isinstance(j, Jointe) for j in jointes(octets))
