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
from bots.letters.letter import EnvoiError, Lettre, Piece
from bots.outgoing_mail import Reglages, envoie, identifiant, lit_reglages
from config.campaign import PARIS
from config.errors import UserError
from tests.fake_mail import COMPTE, MACHINE, SECRET, Autorite, FauxCourrier, autorite, faux_courrier

LE = datetime(2022, 2, 1, 9, 30, tzinfo=PARIS)
PAAT = "paat.bfc-08@exemple.invalid"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LETTRE = Lettre(
    "2021-annuelle/BFC-08/j-7/paat",
    PAAT,
    "Trame à remettre : échéance du 28 février",
    "Bonjour,\n\nIl reste 7 jours.\n.\nÀ bientôt.",
    "<p>Bonjour,</p><p>Il reste <b>7 jours</b>.</p>",
    (Piece("GHT Jura – à corriger.xlsx", b"PK\x03\x04\r\n.\r\n\x00", XLSX),),
)


@pytest.fixture
def serveur() -> Iterator[FauxCourrier]:
    with faux_courrier() as faux:
        yield faux


@pytest.fixture(scope="module")
def certifie(tmp_path_factory: pytest.TempPathFactory) -> Autorite:
    return autorite(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def ailleurs(monkeypatch: pytest.MonkeyPatch) -> None:
    """`MACHINE` is reached on loopback, and is not taken for this machine."""
    vraie = socket.getaddrinfo

    def cherche(machine: str, *autres: Any, **options: Any) -> Any:
        return vraie("127.0.0.1" if machine == MACHINE else machine, *autres, **options)

    monkeypatch.setattr(socket, "getaddrinfo", cherche)


def reglages(serveur: FauxCourrier, machine: str = "127.0.0.1", protocole: str = "smtp", compte: str = "") -> Reglages:
    return lit_reglages(f"{protocole}://{compte}{machine}:{serveur.port}?de=vigie@exemple.invalid", lambda: LE)


def avec_compte(secret: str = SECRET) -> str:
    return f"{COMPTE.replace('@', '%40')}:{secret}@"


def refusee(serveur: FauxCourrier, lettre: Lettre = LETTRE) -> EnvoiError:
    with pytest.raises(EnvoiError) as faute:
        envoie(lettre, reglages(serveur))
    return faute.value


def test_a_letter_arrives_whole_in_words_in_html_and_with_its_attachment(serveur: FauxCourrier) -> None:
    envoie(LETTRE, reglages(serveur))
    (recue,) = serveur.lettres
    assert serveur.enveloppes == [("vigie@exemple.invalid", [PAAT])]
    assert (recue["Subject"], recue["To"]) == (LETTRE.objet, PAAT)
    assert recue["From"] == "Vigie <vigie@exemple.invalid>"
    assert recue["Date"].datetime == LE
    assert recue["Auto-Submitted"] == "auto-generated"
    mots, html = recue.get_body(("plain",)), recue.get_body(("html",))
    assert mots is not None
    assert mots.get_content().replace("\r\n", "\n").strip() == LETTRE.texte
    assert html is not None
    assert html.get_content().strip() == LETTRE.html
    (jointe,) = recue.iter_attachments()
    assert (jointe.get_filename(), jointe.get_content_type()) == (LETTRE.pieces[0].nom, XLSX)
    assert jointe.get_content() == LETTRE.pieces[0].octets
    assert all(len(ligne) < 998 and ligne.isascii() for ligne in serveur.octets[0].split(b"\r\n"))


def test_the_identifier_follows_from_the_key_and_can_be_looked_up(serveur: FauxCourrier) -> None:
    r = reglages(serveur)
    for lettre in (LETTRE, LETTRE, replace(LETTRE, cle="2021-annuelle/BFC-08/j-2/paat")):
        envoie(lettre, r)
    un, meme, autre = (lettre["Message-ID"] for lettre in serveur.lettres)
    assert un == meme == identifiant(LETTRE.cle, r)
    assert un != autre
    assert un.startswith("<vigie.2021-annuelle-bfc-08.")


def test_an_answer_stands_under_what_it_answers_and_says_it_is_automatic(serveur: FauxCourrier) -> None:
    envoie(replace(LETTRE, en_reponse_a="<abc@ght.invalid>"), reglages(serveur))
    (recue,) = serveur.lettres
    assert (recue["In-Reply-To"], recue["References"]) == ("<abc@ght.invalid>",) * 2
    assert recue["Auto-Submitted"] == "auto-replied"


def test_nothing_in_a_letter_can_add_a_header_or_a_recipient(serveur: FauxCourrier) -> None:
    ruse = "Bonjour\r\nBcc: tous@exemple.invalid\r\n\r\nVoici"
    envoie(
        replace(
            LETTRE, objet=ruse, texte=f".\r\nRCPT TO:<tous@exemple.invalid>\r\n{ruse}",
            pieces=(Piece(f'../{ruse}".xlsx', b"x", XLSX),), en_reponse_a="<a@b>\r\nBcc: tous@exemple.invalid",
        ),
        reglages(serveur),
    )  # fmt: skip
    (recue,) = serveur.lettres
    assert recue["Bcc"] is None
    assert serveur.enveloppes == [("vigie@exemple.invalid", [PAAT])]
    assert recue["Subject"] == "Bonjour Bcc: tous@exemple.invalid Voici"
    (jointe,) = recue.iter_attachments()
    assert "/" not in (jointe.get_filename() or "/")
    for mauvaise in ("a@b\r\nRCPT TO:<c@d>", "a b@c", "Untel <a@b.fr>", "a@b,c@d", "é@b.fr", "sans-arobase", ""):
        faute = refusee(serveur, replace(LETTRE, a=mauvaise))
        assert faute.definitif
        assert "n'est pas une adresse où écrire" in str(faute)
    assert len(serveur.octets) == 1


RUSES = [
    "=?utf-8?q?a=0D=0ABcc:_tous@exemple.invalid=0D=0A=0D=0A<script>?=",
    "=?utf-8?b?YQ0KQmNjOiB0b3VzQGV4ZW1wbGUuaW52YWxpZA0KDQo8c2NyaXB0Pg==?=",
    "=?utf-8?q?=3D=3Futf-8=3Fq=3Fa=3D0D=3D0ABcc=3A_tous=40exemple=2Einvalid=3F=3D?=",
    "=?utf-8?q?a=22=0D=0ABcc:_tous@exemple.invalid?=", "=?us-ascii*fr?q?a=0ABcc:_b?=", "a\r\nBcc: b\r\n\r\nc", "a\x0bBcc: b\x85\u2028c",
    "==??utf-8?q?=0D=0ABcc:b?=?=", "=?utf-8?q?a?= =?utf-8?q?=0D=0ABcc:b?=",
]  # fmt: skip
"""What a sender may write so that, decoded once more, it would become headers and a body of ours."""


@pytest.mark.parametrize("ruse", RUSES)
def test_nothing_that_a_mail_library_decodes_ends_a_header_of_ours(serveur: FauxCourrier, ruse: str) -> None:
    for lettre in (
        replace(LETTRE, objet=ruse),
        replace(LETTRE, objet=f"Re: {ruse}", en_reponse_a=f"<{ruse}@x.fr>"),
        replace(LETTRE, en_reponse_a=ruse),
        replace(LETTRE, pieces=(Piece(f"{ruse}.xlsx", b"x", XLSX), Piece(f'x".{ruse}', b"x", XLSX))),
    ):
        envoie(lettre, reglages(serveur))
    usual = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version",
             "Content-Type", "Content-Transfer-Encoding", "Content-Disposition"}  # fmt: skip
    for octets in serveur.octets:
        entetes = octets.partition(b"\r\n\r\n")[0]
        assert {ligne.split(b":")[0].decode() for ligne in entetes.split(b"\r\n") if ligne[:1] not in b" \t"} <= usual
        recue = message_from_bytes(octets)  # as another program reads it, decoding nothing
        assert {nom for partie in recue.walk() for nom in partie} <= usual
        assert len(list(recue.walk())) == 4 + octets.count(b"Content-Disposition: attachment")
    assert {tuple(a) for _, a in serveur.enveloppes} == {(PAAT,)}


def test_an_address_that_a_mail_library_would_decode_gets_no_letter(serveur: FauxCourrier) -> None:
    assert refusee(serveur, replace(LETTRE, a="=?utf-8?q?tous=40exemple.invalid=2C?=@b.fr")).definitif
    assert serveur.octets == []


def test_a_long_identifier_stays_whole_where_it_is_answered(serveur: FauxCourrier) -> None:
    nom = f"<{'PAXP123MB1234ABCDEF0123456789' * 3}@PAXP123MB1234.FRAP123.PROD.OUTLOOK.COM>"
    envoie(replace(LETTRE, en_reponse_a=nom), reglages(serveur))
    assert re.search(rf"(?m)^In-Reply-To:\s+{re.escape(nom)}\r$", serveur.octets[0].decode())
    assert re.search(rf"(?m)^References:\s+{re.escape(nom)}\r$", serveur.octets[0].decode())


REFUS = [
    ({PAAT: "550 5.1.1 User unknown"}, True, "refuse le destinataire (550 5.1.1 User unknown)"),
    ({PAAT: "450 4.2.2 Mailbox full"}, False, "demande d'attendre (450 4.2.2 Mailbox full)"),
    ({PAAT: "554 5.7.1 Relay access denied"}, False, "Corrigez VIGIE_SMTP_URL"),
    ({"MAIL": "553 5.7.1 Sender rejected"}, False, "Corrigez VIGIE_SMTP_URL"),
    ({"MAIL": "451 4.3.0 Try later"}, False, "demande d'attendre (451 4.3.0 Try later)"),
    ({"DATA": "552 5.3.4 Too large"}, True, "refuse cette lettre (552 5.3.4 Too large)"),
    ({"DATA": "421 4.7.0 Busy"}, False, "demande d'attendre (421 4.7.0 Busy)"),
]


@pytest.mark.parametrize(("refus", "definitif", "phrase"), REFUS)
def test_a_refusal_says_whether_to_try_again(
    serveur: FauxCourrier, refus: dict[str, str], definitif: bool, phrase: str
) -> None:
    serveur.refus = refus
    faute = refusee(serveur)
    assert (faute.definitif, faute.doute) == (definitif, False)
    assert phrase in str(faute)
    assert serveur.octets == []


def test_a_line_cut_before_the_letter_was_handed_over_is_worth_trying_again(serveur: FauxCourrier) -> None:
    serveur.coupe = "RCPT"
    faute = refusee(serveur)
    assert (faute.definitif, faute.doute) == (False, False)
    assert "ne répond pas" in str(faute)


def test_a_line_cut_once_the_letter_was_handed_over_is_a_doubt_with_what_to_look_for(serveur: FauxCourrier) -> None:
    serveur.coupe = "DATA"
    faute = refusee(serveur)
    assert (faute.definitif, faute.doute) == (False, True)
    assert len(serveur.octets) == 1  # it had it
    assert serveur.lettres[0]["Message-ID"] in str(faute)


@pytest.mark.parametrize("dite", ["354 go on", "199 well", "999 no"])
def test_a_word_that_is_neither_yes_nor_no_is_a_doubt_and_any_yes_is_yes(serveur: FauxCourrier, dite: str) -> None:
    serveur.refus = {"DATA": dite}
    assert refusee(serveur).doute
    serveur.refus = {"DATA": "253 taken", "MAIL": "251 yes"}
    envoie(LETTRE, reglages(serveur))


def test_nobody_at_the_address_and_somebody_who_never_speaks(
    serveur: FauxCourrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing_mail, "DELAI", 0.3)
    with socket.socket() as muet:
        muet.bind(("127.0.0.1", 0))
        ferme = lit_reglages(f"smtp://127.0.0.1:{muet.getsockname()[1]}?de=a@b.fr", lambda: LE)
        with pytest.raises(EnvoiError, match="ne répond pas") as faute:
            envoie(LETTRE, ferme)
        assert not faute.value.definitif
        muet.listen()
        with pytest.raises(EnvoiError, match=r"ne répond pas \(délai dépassé\)") as faute:
            envoie(LETTRE, ferme)
        assert not faute.value.definitif


@pytest.mark.parametrize("protocole", ["smtps", "smtp"])
def test_the_letter_goes_encrypted_to_a_server_whose_certificate_is_known(
    protocole: str, certifie: Autorite, ailleurs: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = {"smtps": {"tls": certifie.contexte}, "smtp": {"starttls": certifie.contexte}}[protocole]
    with faux_courrier(**tls) as serveur:
        r = reglages(serveur, MACHINE, protocole, avec_compte())
        with pytest.raises(EnvoiError, match="certificat refusé") as faute:
            envoie(LETTRE, r)
        assert not faute.value.definitif
        monkeypatch.setenv("SSL_CERT_FILE", str(certifie.fichier))
        envoie(LETTRE, r)
        assert len(serveur.lettres) == 1


def test_a_wrong_password_is_a_setting_to_mend_and_is_never_said(
    certifie: Autorite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certifie.fichier))
    with faux_courrier(tls=certifie.contexte) as serveur:
        r = reglages(serveur, protocole="smtps", compte=avec_compte("AutreSecret"))
        with pytest.raises(EnvoiError, match="refuse le compte ou le mot de passe") as faute:
            envoie(LETTRE, r)
        assert not faute.value.definitif
        assert "VIGIE_SMTP_URL" in str(faute.value)
        assert "AutreSecret" not in f"{faute.value} {r!r}"
        assert outgoing_mail.examine(r) == ([], [str(faute.value)])


def test_a_distant_server_without_encryption_gets_no_letter_and_no_password(
    serveur: FauxCourrier, ailleurs: None
) -> None:
    with pytest.raises(EnvoiError, match="n'offre pas ce qu'il faut") as faute:
        envoie(LETTRE, reglages(serveur, MACHINE, compte=avec_compte()))
    assert not faute.value.definitif
    assert serveur.octets == []


@pytest.mark.parametrize(
    ("url", "phrase"),
    [
        ("https://a:Secret9@b", "ne peut pas être lu : smtps:// ou smtp://, une machine"),
        ("smtps://", "Par exemple smtps://COMPTE:MOT DE PASSE@smtp.exemple.fr:465"),
        ("smtps://a:Secret9#x@b", "%23 pour #"),
        ("smtps://a:Secret9@b:port", "un numéro de port"),
        ("smtps://a:Secret9@b?from=x@y", "l'option « from », inconnue. Connues : de"),
        ("smtps://a:Secret9@b", "ne dit pas de quelle adresse écrire : ajoutez ?de=ADRESSE"),
    ],
)
def test_a_setting_that_cannot_be_used_is_said_with_an_example_and_without_its_secret(url: str, phrase: str) -> None:
    with pytest.raises(UserError) as faute:
        lit_reglages(url, lambda: LE)
    assert str(faute.value).startswith("VIGIE_SMTP_URL ")
    assert phrase in str(faute.value)
    assert "Secret9" not in str(faute.value)


def test_doctor_looks_at_the_way_out_without_sending(serveur: FauxCourrier) -> None:
    bons, soucis = outgoing_mail.examine(reglages(serveur))
    assert (len(bons), soucis, serveur.octets) == (1, [], [])
    serveur.refus["MAIL"] = "553 no"
    assert outgoing_mail.examine(reglages(serveur))[1] == [
        "Le serveur de courrier refuse d'écrire en notre nom (553 no). Corrigez VIGIE_SMTP_URL."
    ]
