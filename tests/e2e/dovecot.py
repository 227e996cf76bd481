"""Debian's Dovecot on loopback, for one test: a mailbox of its own, a private configuration, a port of its own."""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import trustme
from imap_tools import MailBox

from tests.fake_mail import MACHINE

COMPTE, SECRET = "trames@exemple.invalid", "Mot2Passe-Boite"
CONFIGURATION = """
base_dir = {ici}/run
state_dir = {ici}/etat
log_path = {ici}/journal
protocols = imap
listen = 127.0.0.1
mail_location = {lieu}
namespace inbox {{
  inbox = yes
  separator = {separateur}
  prefix = {prefixe}
}}
ssl = yes
ssl_cert = <{ici}/certificat.pem
ssl_key = <{ici}/cle.pem
auth_mechanisms = plain login
default_internal_user = {interne}
default_internal_group = {groupe}
default_login_user = {porte}
first_valid_uid = 1
passdb {{
  driver = static
  args = password={secret}
}}
userdb {{
  driver = static
  args = uid={proprietaire} gid={groupe_du_courrier} home={ici}/courrier
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {clair}
  }}
  inet_listener imaps {{
    port = {chiffre}
    ssl = yes
  }}
}}
"""


@dataclass(frozen=True)
class Dovecot:
    clair: int
    chiffre: int
    autorite: Path
    ici: Path

    @property
    def url(self) -> str:
        return f"imaps://{COMPTE.replace('@', '%40')}:{SECRET}@127.0.0.1:{self.chiffre}"

    @contextmanager
    def boite(self) -> Iterator[MailBox]:
        """The mailbox as its owner would open it."""
        import ssl

        contexte = ssl.create_default_context(cafile=str(self.autorite))
        with MailBox("127.0.0.1", self.chiffre, 20, ssl_context=contexte).login(COMPTE, SECRET) as ouverte:
            yield ouverte

    def recoit(self, *mails: bytes) -> None:
        with self.boite() as ouverte:
            for octets in mails:
                ouverte.append(octets, "INBOX")

    def contenu(self) -> dict[str, int]:
        """How many mails each folder holds."""
        with self.boite() as ouverte:
            dossiers = {d.name for d in ouverte.folder.list() if "\\Noselect" not in d.flags}
            return {nom: ouverte.folder.status(nom)["MESSAGES"] for nom in sorted(dossiers)}


@contextmanager
def dovecot(separateur: str = "/", prefixe: str = "", capacites: str = "") -> Iterator[Dovecot]:
    """Started, ready, and ended with the block; `capacites` is all it says it can do, to stand in for an older server. As root its mail belongs to nobody, as Dovecot wants; else to oneself."""
    with tempfile.TemporaryDirectory(prefix="dovecot-") as ou:
        ici = Path(ou)
        ici.chmod(0o755)  # its own users go through it
        serveur = Dovecot(_port(), _port(), ici / "autorite.pem", ici)
        _certifie(ici)
        conf = _configuration(serveur, separateur, prefixe)
        (ici / "conf").write_text(f"{conf}imap_capability = {capacites}\n" if capacites else conf, encoding="utf-8")
        programme = shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin") or "dovecot"
        processus = subprocess.Popen([programme, "-F", "-c", str(ici / "conf")])
        try:
            _attend(serveur, processus)
            yield serveur
        finally:
            processus.terminate()
            processus.wait(10)


def _configuration(s: Dovecot, separateur: str, prefixe: str) -> str:
    moi = getpass.getuser()
    racine = os.geteuid() == 0
    (s.ici / "courrier").mkdir()
    proprietaire = "nobody" if racine else moi
    if racine:
        os.chown(s.ici / "courrier", pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("nobody").pw_gid)
    return CONFIGURATION.format(
        ici=s.ici, lieu=f"maildir:{s.ici}/courrier/boite", separateur=separateur, prefixe=prefixe, secret=SECRET,
        clair=s.clair, chiffre=s.chiffre, proprietaire=proprietaire, groupe_du_courrier=pwd.getpwnam(proprietaire).pw_gid,
        interne="dovecot" if racine else moi, porte="dovenull" if racine else moi,
        groupe="dovecot" if racine else os.getgid(),
    )  # fmt: skip


def _certifie(ici: Path) -> None:
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(ici / "autorite.pem"))
    certificat = ca.issue_cert("127.0.0.1", MACHINE)
    certificat.private_key_pem.write_to_path(str(ici / "cle.pem"))
    certificat.cert_chain_pems[0].write_to_path(str(ici / "certificat.pem"))


def _port() -> int:
    with socket.socket() as libre:
        libre.bind(("127.0.0.1", 0))
        return int(libre.getsockname()[1])


def _attend(serveur: Dovecot, processus: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        with suppress(OSError), serveur.boite():
            return
        if processus.poll() is not None:
            break
        time.sleep(0.1)
    journal = serveur.ici / "journal"
    raise RuntimeError(f"Dovecot did not start: {journal.read_text() if journal.exists() else processus.returncode}")
