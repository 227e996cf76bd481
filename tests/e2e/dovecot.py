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

ACCOUNT, SECRET = "trames@exemple.invalid", "Mot2Passe-Boite"
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
    plain_port: int
    encrypted: int
    authority: Path
    here: Path

    @property
    def url(self) -> str:
        return f"imaps://{ACCOUNT.replace('@', '%40')}:{SECRET}@127.0.0.1:{self.encrypted}"

    @contextmanager
    def mailbox(self) -> Iterator[MailBox]:
        """The mailbox as its owner would open it."""
        import ssl

        context = ssl.create_default_context(cafile=str(self.authority))
        with MailBox("127.0.0.1", self.encrypted, 20, ssl_context=context).login(ACCOUNT, SECRET) as opened_one:
            yield opened_one

    def receive(self, *mails: bytes) -> None:
        with self.mailbox() as opened_one:
            for raw_bytes in mails:
                opened_one.append(raw_bytes, "INBOX")

    def content(self) -> dict[str, int]:
        """How many mails each folder holds."""
        with self.mailbox() as opened_one:
            folders = {d.name for d in opened_one.folder.list() if "\\Noselect" not in d.flags}
            return {name: opened_one.folder.status(name)["MESSAGES"] for name in sorted(folders)}


@contextmanager
def dovecot(separator: str = "/", prefix: str = "", capabilities: str = "") -> Iterator[Dovecot]:
    """Started, ready, and ended with the block; `capabilities` is all it says it can do, to stand in for an older server. As root its mail belongs to nobody, as Dovecot wants; else to oneself."""
    with tempfile.TemporaryDirectory(prefix="dovecot-") as where:
        here = Path(where)
        here.chmod(0o755)  # its own users go through it
        server = Dovecot(_port(), _port(), here / "autorite.pem", here)
        _write_certificates(here)
        conf = _configuration(server, separator, prefix)
        (here / "conf").write_text(
            f"{conf}imap_capability = {capabilities}\n" if capabilities else conf, encoding="utf-8"
        )
        program = shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin") or "dovecot"
        process = subprocess.Popen([program, "-F", "-c", str(here / "conf")])
        try:
            _wait_for(server, process)
            yield server
        finally:
            process.terminate()
            process.wait(10)


def _configuration(s: Dovecot, separator: str, prefix: str) -> str:
    myself = getpass.getuser()
    root = os.geteuid() == 0
    (s.here / "courrier").mkdir()
    owner = "nobody" if root else myself
    if root:
        os.chown(s.here / "courrier", pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("nobody").pw_gid)
    return CONFIGURATION.format(
        ici=s.here, lieu=f"maildir:{s.here}/courrier/boite", separateur=separator, prefixe=prefix, secret=SECRET,
        clair=s.plain_port, chiffre=s.encrypted, proprietaire=owner, groupe_du_courrier=pwd.getpwnam(owner).pw_gid,
        interne="dovecot" if root else myself, porte="dovenull" if root else myself,
        groupe="dovecot" if root else os.getgid(),
    )  # fmt: skip


def _write_certificates(here: Path) -> None:
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(here / "autorite.pem"))
    certificate = ca.issue_cert("127.0.0.1", MACHINE)
    certificate.private_key_pem.write_to_path(str(here / "cle.pem"))
    certificate.cert_chain_pems[0].write_to_path(str(here / "certificat.pem"))


def _port() -> int:
    with socket.socket() as free_socket:
        free_socket.bind(("127.0.0.1", 0))
        return int(free_socket.getsockname()[1])


def _wait_for(server: Dovecot, process: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        with suppress(OSError), server.mailbox():
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    journal = server.here / "journal"
    raise RuntimeError(f"Dovecot did not start: {journal.read_text() if journal.exists() else process.returncode}")
