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
from config.folder import EXEMPLE
from sheets.register.database import ouvre
from sheets.sources import mailbox
from tests.conftest import Remplir
from tests.e2e.dovecot import SECRET, Dovecot, dovecot
from tests.fake_mail import MACHINE, FauxCourrier, faux_courrier
from tests.test_courriel import PAAT, archive, courriel
from tests.workshop import SUD, en_janvier

pytestmark = pytest.mark.e2e
DIRECTEUR, INCONNU = "directeur.bfc-07@exemple.invalid", "quelqu-un@ailleurs.invalid"


@pytest.fixture
def boites(monkeypatch: pytest.MonkeyPatch) -> Iterator[Dovecot]:
    with dovecot() as serveur:
        monkeypatch.setenv("SSL_CERT_FILE", str(serveur.autorite))
        monkeypatch.setenv("VIGIE_IMAP_URL", f"{serveur.url}/INBOX")
        yield serveur


@pytest.fixture
def sortie(monkeypatch: pytest.MonkeyPatch) -> Iterator[FauxCourrier]:
    with faux_courrier() as faux:
        monkeypatch.setenv("VIGIE_SMTP_URL", f"smtp://127.0.0.1:{faux.port}?de=vigie@exemple.invalid")
        yield faux


def commande(ou: Path, *arguments: str) -> list[str]:
    vigie = str(Path(sys.executable).parent / "vigie")
    return [vigie, *arguments, "--dossier", str(EXEMPLE), "--registre", str(ou / "v.sqlite"), "--today", "2022-02-01"]


def vigie(ou: Path, *arguments: str, code: int = 0) -> str:
    fini = subprocess.run(commande(ou, *arguments), check=False, capture_output=True, text=True, timeout=120)
    assert fini.returncode == code, fini.stderr
    assert "Traceback" not in fini.stderr
    assert SECRET not in fini.stdout + fini.stderr
    return fini.stdout + fini.stderr


def test_people_write_vigie_answers_each_once_and_everything_is_filed(
    boites: Dovecot, sortie: FauxCourrier, tmp_path: Path, trame_remplie: Remplir
) -> None:
    jura = trame_remplie({SUD: [en_janvier(1000), en_janvier(49_747, montant_reference=1000)]})
    sortie.refus[DIRECTEUR] = "550 5.1.1 User unknown"
    boites.recoit(
        courriel(("GHT Jura – côté.xlsx", jura), ("plan.pdf", b"%PDF")).as_bytes(),
        courriel(("trames.zip", archive(("Jura.xlsx", jura))), de=DIRECTEUR, Message_ID="<2@x.y>").as_bytes(),
        courriel(("GHT Jura.xlsx", jura), de=INCONNU, Message_ID="<3@x.y>").as_bytes(),
        courriel(("GHT Jura.xlsx", jura), Auto_Submitted="auto-replied", Message_ID="<4@x.y>").as_bytes(),
    )
    a_blanc = vigie(tmp_path, "courrier")
    assert "4 courriels dans INBOX. Rien n'a été pris, répondu ni rangé : ajoutez --send." in a_blanc
    assert (boites.contenu(), sortie.octets, (tmp_path / "v.sqlite").exists()) == ({"INBOX": 4}, [], False)

    dit = vigie(tmp_path, "courrier", "--send")
    assert "rangé dans Vigie/Traité" in dit
    assert "réponse refusée : Le serveur de courrier refuse le destinataire (550 5.1.1 User unknown)." in dit
    attendu = {"INBOX": 0, "Vigie": 0, "Vigie/Traité": 1, "Vigie/À voir": 3}
    assert {k: v for k, v in boites.contenu().items() if v or k == "INBOX"} == {
        k: v for k, v in attendu.items() if v or k == "INBOX"
    }
    assert sorted(lettre["To"] for lettre in sortie.lettres) == [PAAT, INCONNU]
    recue = next(lettre for lettre in sortie.lettres if lettre["To"] == PAAT)
    mots = recue.get_body(("plain",))
    assert mots is not None
    assert "remise, 1 ligne à corriger" in mots.get_content()
    assert [p.get_filename() for p in recue.iter_attachments()] == ["GHT Jura – côté - retour.xlsx"]

    assert "0 courriel dans INBOX." in vigie(tmp_path, "courrier", "--send")
    assert len(sortie.octets) == 2
    assert f"la réponse à {DIRECTEUR} n'est pas partie" in vigie(tmp_path, "status", code=1)
    with boites.boite() as ouverte:
        ouverte.folder.set("Vigie/Traité")
        (range_,) = ouverte.fetch(mark_seen=False)
        assert range_.attachments[0].payload == jura
        assert "\\Seen" not in range_.flags  # not even marked as read


@pytest.mark.parametrize(("separateur", "prefixe"), [(".", "INBOX."), (".", ""), ("/", "")])
def test_folders_are_made_wherever_the_server_wants_them(
    separateur: str, prefixe: str, sortie: FauxCourrier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dovecot(separateur, prefixe) as serveur:
        monkeypatch.setenv("SSL_CERT_FILE", str(serveur.autorite))
        monkeypatch.setenv("VIGIE_IMAP_URL", serveur.url)
        for n in range(2):
            serveur.recoit(courriel(Message_ID=f"<{n}@x.y>").as_bytes())
            vigie(tmp_path, "courrier", "--send")
        contenu = serveur.contenu()
        assert contenu["INBOX"] == 0
        assert contenu[f"{prefixe}Vigie{separateur}À voir"] == 2


def test_filing_on_an_older_server_erases_nothing_that_a_person_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    with dovecot(capacites="IMAP4rev1 LITERAL+ AUTH=PLAIN UIDPLUS") as serveur:
        monkeypatch.setenv("SSL_CERT_FILE", str(serveur.autorite))
        serveur.recoit(courriel().as_bytes(), courriel(Message_ID="<2@x.y>").as_bytes())
        with serveur.boite() as personne:
            personne.client.uid("STORE", personne.uids()[1], "+FLAGS", r"(\Deleted)")
        with mailbox.ouvre(mailbox.lit_reglages(serveur.url)) as ouverte:
            ouverte.range(ouverte.numeros()[0], ("Vigie", "Traité"))
        assert serveur.contenu() == {"INBOX": 1, "Vigie/Traité": 1}


def test_a_server_that_cannot_file_safely_is_told_before_anything_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with dovecot(capacites="IMAP4rev1 LITERAL+ AUTH=PLAIN") as serveur:
        monkeypatch.setenv("SSL_CERT_FILE", str(serveur.autorite))
        (dit,) = mailbox.examine(mailbox.lit_reglages(serveur.url))[1]
        assert "sans en effacer d'autres (ni MOVE, ni UIDPLUS)" in dit


def test_what_is_wrong_with_the_mailbox_is_one_sentence(
    boites: Dovecot, sortie: FauxCourrier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"En ordre : Boîte aux lettres (IMAP) : 127.0.0.1:{boites.chiffre}, dossier INBOX, 0" in vigie(
        tmp_path, "doctor", code=1
    )
    monkeypatch.setenv("VIGIE_IMAP_URL", f"{boites.url}/Ailleurs")
    assert "n'a pas de dossier « Ailleurs ». Corrigez la fin de VIGIE_IMAP_URL." in vigie(tmp_path, "courrier", code=2)
    monkeypatch.setenv("VIGIE_IMAP_URL", boites.url.replace(SECRET, "AutreSecret"))
    dit = vigie(tmp_path, "courrier", "--send", code=2)
    assert "refuse le compte ou le mot de passe. Corrigez VIGIE_IMAP_URL." in dit
    assert "AutreSecret" not in dit
    vigie(tmp_path, "run", "--once", code=1)
    assert "Le relevé de la boîte aux lettres a échoué le 01/02/2022 à 12h00 : La boîte" in vigie(
        tmp_path, "status", code=1
    )
    monkeypatch.setenv("VIGIE_IMAP_URL", boites.url)
    monkeypatch.delenv("SSL_CERT_FILE")
    assert "certificat refusé" in vigie(tmp_path, "courrier", code=2)
    monkeypatch.setenv("VIGIE_IMAP_URL", boites.url.replace(str(boites.chiffre), "9"))
    assert "ne répond pas (connexion refusée)" in vigie(tmp_path, "courrier", code=2)
    monkeypatch.delenv("VIGIE_IMAP_URL")
    assert "donnez VIGIE_IMAP_URL, par exemple imaps://COMPTE:" in vigie(tmp_path, "courrier", code=2)


def test_the_service_reads_the_mailbox_and_says_so(
    boites: Dovecot, sortie: FauxCourrier, tmp_path: Path, trame_remplie: Remplir
) -> None:
    boites.recoit(courriel(("Jura.xlsx", trame_remplie({SUD: [en_janvier(1000)]}))).as_bytes())
    dit = vigie(tmp_path, "run", "--once")
    assert "Le relevé des dossiers : aucune source réglée." in dit
    assert "Le relevé de la boîte aux lettres : 1 courriel dans INBOX." in dit
    reponses = [lettre for lettre in sortie.lettres if lettre["In-Reply-To"]]  # the service also reminds people
    assert (len(reponses), boites.contenu()["Vigie/Traité"]) == (1, 1)


def test_a_distant_mailbox_is_only_talked_to_encrypted(boites: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    vraie = socket.getaddrinfo
    ailleurs: Any = lambda machine, *a, **k: vraie("127.0.0.1" if machine == MACHINE else machine, *a, **k)  # noqa: E731
    monkeypatch.setattr(socket, "getaddrinfo", ailleurs)
    distante = (
        boites.url.replace("imaps", "imap")
        .replace("127.0.0.1", MACHINE)
        .replace(str(boites.chiffre), str(boites.clair))
    )
    with mailbox.ouvre(mailbox.lit_reglages(distante)) as ouverte:
        assert isinstance(ouverte.client.client.sock, ssl.SSLSocket)
        assert ouverte.numeros() == []
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(UserError, match="certificat refusé"), mailbox.ouvre(mailbox.lit_reglages(distante)):
        pass


def test_a_line_cut_in_the_middle_is_one_sentence_and_the_mail_is_still_there(
    boites: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    boites.recoit(courriel(("a.xlsx", b"x")).as_bytes())
    with mailbox.ouvre(mailbox.lit_reglages(boites.url)) as ouverte:
        (apercu,) = ouverte.liste(10)
        ouverte.client.client.sock.shutdown(socket.SHUT_RDWR)
        for geste in (
            lambda: ouverte.range(apercu.numero, ("Vigie",)),
            lambda: ouverte.octets(apercu.numero),
            ouverte.numeros,
        ):
            with pytest.raises(UserError, match="ne répond pas"):
                geste()
    assert boites.contenu() == {"INBOX": 1}


def test_killed_again_and_again_nothing_is_taken_in_nor_answered_twice(
    boites: Dovecot, sortie: FauxCourrier, tmp_path: Path, trame_remplie: Remplir
) -> None:
    combien, hasard = 6, random.Random(6)
    for n in range(combien):
        jura = trame_remplie({SUD: [en_janvier(1000 + n)]})
        boites.recoit(courriel((f"Jura {n}.xlsx", jura), Message_ID=f"<{n}@x.y>").as_bytes())
    interrompus = 0
    for _ in range(12):
        lance = subprocess.Popen(commande(tmp_path, "courrier", "--send"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 env=os.environ, start_new_session=True)  # fmt: skip
        time.sleep(hasard.uniform(0.5, 2.5))
        interrompus += lance.poll() is None
        lance.kill()
        lance.communicate()
    vigie(tmp_path, "courrier", "--send")
    contenu = boites.contenu()
    assert interrompus > 0
    assert (contenu["INBOX"], contenu["Vigie/Traité"] + contenu.get("Vigie/À voir", 0)) == (0, combien)
    reponses = [lettre["In-Reply-To"] for lettre in sortie.lettres]
    assert len(reponses) == len(set(reponses))
    with closing(ouvre(tmp_path / "v.sqlite")) as db:
        assert db.execute("SELECT count(*), count(DISTINCT chemin) FROM fichiers").fetchone() == (combien, combien)
        etats = dict(db.execute("SELECT etat, count(*) FROM courriels GROUP BY 1").fetchall())
    doutes = etats.get("doute", 0)
    assert etats.get("répondu", 0) + doutes == combien
    assert combien - doutes <= len(reponses) <= combien  # none without a trace: what was not sent for sure is a doubt
