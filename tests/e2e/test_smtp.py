"""Trames by mail on the real protocols: people write to a mailbox (Dovecot), Vigie answers through a mail server (aiosmtpd)."""

from __future__ import annotations

import os
import random
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from config.errors import UserError
from config.folder import EXAMPLE
from sheets.register.database import open_register
from sheets.sources import mailbox
from tests.conftest import FillTrame
from tests.e2e.dovecot import SECRET, Dovecot, dovecot
from tests.fake_mail import MACHINE, FakeMail, fake_mail
from tests.test_courriel import PAAT, archive, make_mail
from tests.workshop import JURA_SUD, january_line

pytestmark = pytest.mark.e2e
DIRECTOR, UNKNOWN_PERSON = "directeur.bfc-07@exemple.invalid", "quelqu-un@ailleurs.invalid"


@pytest.fixture
def mail_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Dovecot]:
    with dovecot() as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
        monkeypatch.setenv("VIGIE_IMAP_URL", f"{server.url}/INBOX")
        yield server


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeMail]:
    with fake_mail() as fake:
        monkeypatch.setenv("VIGIE_SMTP_URL", f"smtp://127.0.0.1:{fake.port}?de=vigie@exemple.invalid")
        yield fake


def command(where: Path, *arguments: str) -> list[str]:
    vigie = str(Path(sys.executable).parent / "vigie")
    return [
        vigie,
        *arguments,
        "--dossier",
        str(EXAMPLE),
        "--registre",
        str(where / "v.sqlite"),
        "--today",
        "2022-02-01",
    ]


def vigie(where: Path, *arguments: str, code: int = 0) -> str:
    finished = subprocess.run(command(where, *arguments), check=False, capture_output=True, text=True, timeout=120)
    assert finished.returncode == code, finished.stderr
    assert "Traceback" not in finished.stderr
    assert SECRET not in finished.stdout + finished.stderr
    return finished.stdout + finished.stderr


def test_people_write_vigie_answers_each_once_and_everything_is_filed(
    mail_server: Dovecot, output: FakeMail, tmp_path: Path, filled_trame: FillTrame
) -> None:
    jura_trame = filled_trame({JURA_SUD: [january_line(1000), january_line(49_747, montant_reference=1000)]})
    output.refusal[DIRECTOR] = "550 5.1.1 User unknown"
    mail_server.receive(
        make_mail(("GHT Jura – côté.xlsx", jura_trame), ("plan.pdf", b"%PDF")).as_bytes(),
        make_mail(("trames.zip", archive(("Jura.xlsx", jura_trame))), sender=DIRECTOR, Message_ID="<2@x.y>").as_bytes(),
        make_mail(("GHT Jura.xlsx", jura_trame), sender=UNKNOWN_PERSON, Message_ID="<3@x.y>").as_bytes(),
        make_mail(("GHT Jura.xlsx", jura_trame), Auto_Submitted="auto-replied", Message_ID="<4@x.y>").as_bytes(),
    )
    dry_run = vigie(tmp_path, "courrier")
    assert "4 courriels dans INBOX. Rien n'a été pris, répondu ni rangé : ajoutez --send." in dry_run
    assert (mail_server.content(), output.raw_bytes, (tmp_path / "v.sqlite").exists()) == ({"INBOX": 4}, [], False)

    said = vigie(tmp_path, "courrier", "--send")
    assert "rangé dans Vigie/Traité" in said
    assert "réponse refusée : Le serveur de courrier refuse le destinataire (550 5.1.1 User unknown)." in said
    expected = {"INBOX": 0, "Vigie": 0, "Vigie/Traité": 1, "Vigie/À voir": 3}
    assert {k: v for k, v in mail_server.content().items() if v or k == "INBOX"} == {
        k: v for k, v in expected.items() if v or k == "INBOX"
    }
    assert sorted(letter["To"] for letter in output.letters) == [PAAT, UNKNOWN_PERSON]
    received_one = next(letter for letter in output.letters if letter["To"] == PAAT)
    words = received_one.get_body(("plain",))
    assert words is not None
    assert "remise, 1 ligne à corriger" in words.get_content()
    assert [p.get_filename() for p in received_one.iter_attachments()] == ["GHT Jura – côté - retour.xlsx"]

    assert "0 courriel dans INBOX." in vigie(tmp_path, "courrier", "--send")
    assert len(output.raw_bytes) == 2
    assert f"la réponse à {DIRECTOR} n'est pas partie" in vigie(tmp_path, "status", code=1)
    with mail_server.mailbox() as opened_one:
        opened_one.folder.set("Vigie/Traité")
        (range_,) = opened_one.fetch(mark_seen=False)
        assert range_.attachments[0].payload == jura_trame
        assert "\\Seen" not in range_.flags  # not even marked as read


@pytest.mark.parametrize(("separator", "prefix"), [(".", "INBOX."), (".", ""), ("/", "")])
def test_folders_are_made_wherever_the_server_wants_them(
    separator: str, prefix: str, output: FakeMail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dovecot(separator, prefix) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
        monkeypatch.setenv("VIGIE_IMAP_URL", server.url)
        for n in range(2):
            server.receive(make_mail(Message_ID=f"<{n}@x.y>").as_bytes())
            vigie(tmp_path, "courrier", "--send")
        content = server.content()
        assert content["INBOX"] == 0
        assert content[f"{prefix}Vigie{separator}À voir"] == 2


def test_filing_on_an_older_server_erases_nothing_that_a_person_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    with dovecot(capabilities="IMAP4rev1 LITERAL+ AUTH=PLAIN UIDPLUS") as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
        server.receive(make_mail().as_bytes(), make_mail(Message_ID="<2@x.y>").as_bytes())
        with server.mailbox() as person:
            person.client.uid("STORE", person.uids()[1], "+FLAGS", r"(\Deleted)")
        with mailbox.open_mailbox(mailbox.read_settings(server.url)) as opened_one:
            opened_one.range(opened_one.numbers()[0], ("Vigie", "Traité"))
        assert server.content() == {"INBOX": 1, "Vigie/Traité": 1}


def test_a_server_that_cannot_file_safely_is_told_before_anything_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with dovecot(capabilities="IMAP4rev1 LITERAL+ AUTH=PLAIN") as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
        (said,) = mailbox.examine(mailbox.read_settings(server.url))[1]
        assert "sans en effacer d'autres (ni MOVE, ni UIDPLUS)" in said


def test_what_is_wrong_with_the_mailbox_is_one_sentence(
    mail_server: Dovecot, output: FakeMail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"En ordre : Boîte aux lettres (IMAP) : 127.0.0.1:{mail_server.encrypted}, dossier INBOX, 0" in vigie(
        tmp_path, "doctor", code=1
    )
    monkeypatch.setenv("VIGIE_IMAP_URL", f"{mail_server.url}/Ailleurs")
    assert "n'a pas de dossier « Ailleurs ». Corrigez la fin de VIGIE_IMAP_URL." in vigie(tmp_path, "courrier", code=2)
    monkeypatch.setenv("VIGIE_IMAP_URL", mail_server.url.replace(SECRET, "AutreSecret"))
    said = vigie(tmp_path, "courrier", "--send", code=2)
    assert "refuse le compte ou le mot de passe. Corrigez VIGIE_IMAP_URL." in said
    assert "AutreSecret" not in said
    vigie(tmp_path, "run", "--once", code=1)
    assert "Le relevé de la boîte aux lettres a échoué le 01/02/2022 à 12h00 : La boîte" in vigie(
        tmp_path, "status", code=1
    )
    monkeypatch.setenv("VIGIE_IMAP_URL", mail_server.url)
    monkeypatch.delenv("SSL_CERT_FILE")
    assert "certificat refusé" in vigie(tmp_path, "courrier", code=2)
    monkeypatch.setenv("VIGIE_IMAP_URL", mail_server.url.replace(str(mail_server.encrypted), "9"))
    assert "ne répond pas (connexion refusée)" in vigie(tmp_path, "courrier", code=2)
    monkeypatch.delenv("VIGIE_IMAP_URL")
    assert "donnez VIGIE_IMAP_URL, par exemple imaps://COMPTE:" in vigie(tmp_path, "courrier", code=2)


def test_the_service_reads_the_mailbox_and_says_so(
    mail_server: Dovecot, output: FakeMail, tmp_path: Path, filled_trame: FillTrame
) -> None:
    mail_server.receive(make_mail(("Jura.xlsx", filled_trame({JURA_SUD: [january_line(1000)]}))).as_bytes())
    said = vigie(tmp_path, "run", "--once")
    assert "Le relevé des dossiers : aucune source réglée." in said
    assert "Le relevé de la boîte aux lettres : 1 courriel dans INBOX." in said
    answers = [letter for letter in output.letters if letter["In-Reply-To"]]  # the service also reminds people
    assert (len(answers), mail_server.content()["Vigie/Traité"]) == (1, 1)


def test_a_distant_mailbox_is_only_talked_to_encrypted(mail_server: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo
    loopback: Any = lambda machine, *a, **k: real("127.0.0.1" if machine == MACHINE else machine, *a, **k)  # noqa: E731
    monkeypatch.setattr(socket, "getaddrinfo", loopback)
    remote_url = (
        mail_server.url.replace("imaps", "imap")
        .replace("127.0.0.1", MACHINE)
        .replace(str(mail_server.encrypted), str(mail_server.plain_port))
    )
    with mailbox.open_mailbox(mailbox.read_settings(remote_url)) as opened_one:
        assert isinstance(opened_one.client.client.sock, ssl.SSLSocket)
        assert opened_one.numbers() == []
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(UserError, match="certificat refusé"), mailbox.open_mailbox(mailbox.read_settings(remote_url)):
        pass


def test_a_line_cut_in_the_middle_is_one_sentence_and_the_mail_is_still_there(
    mail_server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail_server.receive(make_mail(("a.xlsx", b"x")).as_bytes())
    with mailbox.open_mailbox(mailbox.read_settings(mail_server.url)) as opened_one:
        (preview,) = opened_one.list_mails(10)
        opened_one.client.client.sock.shutdown(socket.SHUT_RDWR)
        for gesture in (
            lambda: opened_one.range(preview.number, ("Vigie",)),
            lambda: opened_one.raw_bytes(preview.number),
            opened_one.numbers,
        ):
            with pytest.raises(UserError, match="ne répond pas"):
                gesture()
    assert mail_server.content() == {"INBOX": 1}


def test_killed_again_and_again_nothing_is_taken_in_nor_answered_twice(
    mail_server: Dovecot, output: FakeMail, tmp_path: Path, filled_trame: FillTrame
) -> None:
    how_many, random_source = 6, random.Random(6)
    for n in range(how_many):
        jura_trame = filled_trame({JURA_SUD: [january_line(1000 + n)]})
        mail_server.receive(make_mail((f"Jura {n}.xlsx", jura_trame), Message_ID=f"<{n}@x.y>").as_bytes())
    cut_short = 0
    for _ in range(12):
        run = subprocess.Popen(command(tmp_path, "courrier", "--send"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 env=os.environ, start_new_session=True)  # fmt: skip
        time.sleep(random_source.uniform(0.5, 2.5))
        cut_short += run.poll() is None
        run.kill()
        run.communicate()
    vigie(tmp_path, "courrier", "--send")
    content = mail_server.content()
    assert cut_short > 0
    assert (content["INBOX"], content["Vigie/Traité"] + content.get("Vigie/À voir", 0)) == (0, how_many)
    answers = [letter["In-Reply-To"] for letter in output.letters]
    assert len(answers) == len(set(answers))
    with closing(open_register(tmp_path / "v.sqlite")) as db:
        assert db.execute("SELECT count(*), count(DISTINCT chemin) FROM fichiers").fetchone() == (how_many, how_many)
        states = dict(db.execute("SELECT etat, count(*) FROM courriels GROUP BY 1").fetchall())
    doubts = states.get("doute", 0)
    assert states.get("répondu", 0) + doubts == how_many
    assert how_many - doubts <= len(answers) <= how_many  # none without a trace: what was not sent for sure is a doubt
