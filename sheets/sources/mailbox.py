"""A mailbox by IMAP: lists what came, hands a mail over, files it away. Never deletes, never marks as read, never answers.

imap-tools rather than imaplib alone: it reads and writes the names of folders in the alphabet of IMAP.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError

from config.errors import UserError
from config.mail_server import Serveur, lit_serveur, pourquoi
from sheets.sources.mail_headers import ENTETES, Entetes, lit_entetes

REGLAGE = "VIGIE_IMAP_URL"
EXEMPLE = "imaps://COMPTE:MOT DE PASSE@imap.exemple.fr/INBOX"
PORTS = {"imaps": 993, "imap": 143}
DELAI = 60.0
"""Seconds without an answer after which the server is given up."""
INCONNUS = 20
"""Letters a day to people Vigie does not know, unless the setting says otherwise."""
LOURD = 60 * 1024 * 1024
"""Bytes of a mail past which it is not fetched."""


@dataclass(frozen=True, slots=True)
class Reglages:
    """The mailbox, the folder that is looked into, the mail server of ours that vouches for senders, if one must, and how
    many letters a day may leave for people nobody knows."""

    serveur: Serveur
    dossier: str
    garant: str
    strangers: int = INCONNUS


@dataclass(frozen=True, slots=True)
class Apercu:
    """A mail before it is fetched: its number in the folder, its size in bytes, its headers, how many stand behind it."""

    numero: str
    taille: int
    entetes: Entetes
    behind: int = 0


def lit_reglages(url: str) -> Reglages:
    """Read VIGIE_IMAP_URL. Raises UserError, without the secret in it, when it cannot be used."""
    serveur = lit_serveur(REGLAGE, url, PORTS, frozenset({"garant", "inconnus"}), EXEMPLE)
    if not serveur.compte:
        raise UserError(f"{REGLAGE} ne dit pas de quel compte est la boîte. Par exemple {EXEMPLE}")
    strangers = serveur.options.get("inconnus", str(INCONNUS))
    if not re.fullmatch(r"[0-9]{1,4}", strangers):
        raise UserError(
            f"{REGLAGE} porte une option « inconnus » qui ne se lit pas : un nombre de lettres par jour était attendu, "
            f"par exemple ?inconnus={INCONNUS}"
        )
    return Reglages(serveur, serveur.chemin or "INBOX", serveur.options.get("garant", ""), int(strangers))


@dataclass(frozen=True, slots=True)
class Boite:
    """A mailbox that is open. Every method raises UserError when the server fails it."""

    client: BaseMailBox
    serveur: Serveur

    def liste(self, au_plus: int) -> Iterator[Apercu]:
        """The mails in the folder, oldest first, each looked at when it is asked for. One that goes meanwhile, or that the
        server does not give, is passed over."""
        numeros = self.numeros()
        for rang, n in enumerate(numeros[:au_plus], 1):
            with _dit(self.serveur):
                rendu = self._cherche(n, f"(RFC822.SIZE BODY.PEEK[HEADER]<0.{ENTETES + 1}>)")
            if rendu:
                yield Apercu(n, _taille(rendu), lit_entetes(rendu[1]), len(numeros) - rang)

    def numeros(self) -> list[str]:
        with _dit(self.serveur):
            return self.client.uids()

    def octets(self, numero: str) -> bytes:
        """A whole mail, a byte past `LOURD` at most, whatever size was announced; nothing when it went meanwhile."""
        with _dit(self.serveur):
            rendu = self._cherche(numero, f"(BODY.PEEK[]<0.{LOURD + 1}>)")
        return rendu[1] if rendu else b""

    def range(self, numero: str, place: Sequence[str]) -> None:
        """Move a mail to a folder of the mailbox, made on first need: `place` is its path, a name for each level."""
        with _dit(self.serveur):
            racine = self.client.folder.list("", "INBOX")
            separateur = racine[0].delim if racine else "/"
            chemin = separateur.join([*self._prefixe(separateur), *place])
            if not self.client.folder.exists(chemin):
                self.client.folder.create(chemin)
            if "MOVE" in self.client.client.capabilities:
                self.client.move(numero, chemin)
            else:
                self._deplace(numero, chemin)

    def _deplace(self, numero: str, chemin: str) -> None:
        """Copy, then take away that very mail: a plain EXPUNGE would also erase what people marked as deleted."""
        self.client.copy(numero, chemin)
        for commande, *autres in (("STORE", "+FLAGS.SILENT", r"(\Deleted)"), ("EXPUNGE",)):
            etat, _ = self.client.client.uid(commande, numero, *autres)
            if etat != "OK":
                raise imaplib.IMAP4.error(f"{commande} {etat}")

    def _prefixe(self, separateur: str) -> list[str]:
        """Where the server lets one create folders: some want all of them under INBOX."""
        if "NAMESPACE" not in self.client.client.capabilities:
            return []
        _, rendu = self.client.client.namespace()
        dit = re.match(rb'\(\("([^"]*)"', rendu[0] or b"")
        prefixe = dit[1].decode() if dit else ""
        return [prefixe.removesuffix(separateur)] if prefixe else []

    def _cherche(self, numero: str, quoi: str) -> tuple[bytes, bytes, bytes] | None:
        """(what stands before, the literal, what stands after) of one answer to FETCH; None when the server gives nothing."""
        _, rendu = self.client.client.uid("FETCH", numero, quoi)
        for rang, partie in enumerate(rendu):
            if isinstance(partie, tuple):
                suite = rendu[rang + 1] if rang + 1 < len(rendu) else b""
                return partie[0], partie[1], suite if isinstance(suite, bytes) else b""
        return None


def _taille(rendu: tuple[bytes, bytes, bytes]) -> int:
    """In bytes, wherever in its answer the server says it."""
    dite = re.search(rb"RFC822\.SIZE (\d+)", rendu[0] + rendu[2])
    return int(dite[1]) if dite else 0


@contextmanager
def ouvre(reglages: Reglages, *, sans_toucher: bool = False) -> Iterator[Boite]:
    """Open the mailbox on its folder; with `sans_toucher`, nothing can be moved.

    Raises UserError, in one sentence that names the setting and never the secret.
    """
    serveur = reglages.serveur
    with _dit(serveur):
        client = _connexion(serveur)
    try:
        with _dit(serveur):
            _entre(client, serveur)
        if not {"MOVE", "UIDPLUS"} & set(client.client.capabilities):
            raise UserError(
                f"La boîte aux lettres {serveur} ne sait pas ranger un courriel sans en effacer d'autres (ni MOVE, ni UIDPLUS). "
                "Demandez une boîte sur un serveur plus récent."
            )
        try:
            client.folder.set(reglages.dossier, readonly=sans_toucher)
        except MailboxFolderSelectError:
            raise UserError(
                f"La boîte aux lettres {serveur} n'a pas de dossier « {reglages.dossier} ». Corrigez la fin de {REGLAGE}."
            ) from None
        yield Boite(client, serveur)
    finally:
        for sort in (client.logout, client.client.shutdown):
            with suppress(Exception):  # leaving badly changes nothing of what was done
                sort()


@contextmanager
def _dit(serveur: Serveur) -> Iterator[None]:
    """What goes wrong with the server, as a sentence to the user. What is our own fault stays what it is."""
    try:
        yield
    except MailboxLoginError:
        raise UserError(
            f"La boîte aux lettres {serveur} refuse le compte ou le mot de passe. Corrigez {REGLAGE}."
        ) from None
    except ssl.SSLError as faute:
        raise UserError(
            f"La connexion chiffrée avec {serveur} échoue ({pourquoi(faute)}). Vérifiez le port et le protocole de {REGLAGE}, "
            "et que la machine connaît l'autorité du certificat (SSL_CERT_FILE)."
        ) from None
    except (OSError, imaplib.IMAP4.error, ImapToolsError) as faute:
        raise UserError(
            f"La boîte aux lettres {serveur} ne répond pas ({pourquoi(faute)}). Vérifiez le réseau et {REGLAGE}."
        ) from None


def examine(reglages: Reglages) -> tuple[list[str], list[str]]:
    """(what is in order, what is to be mended) of the mailbox, a sentence each. Looks, touches nothing."""
    try:
        with ouvre(reglages, sans_toucher=True) as boite:
            combien = len(boite.numeros())
    except UserError as faute:
        return [], [str(faute)]
    return [f"Boîte aux lettres (IMAP) : {reglages.serveur}, dossier {reglages.dossier}, {combien} à relever."], []


def _connexion(serveur: Serveur) -> BaseMailBox:
    if serveur.chiffre:
        return MailBox(serveur.machine, serveur.port, DELAI, ssl_context=ssl.create_default_context())
    if serveur.ici:
        return MailBoxUnencrypted(serveur.machine, serveur.port, DELAI)
    return MailBoxStartTls(serveur.machine, serveur.port, DELAI, ssl_context=ssl.create_default_context())


def _entre(client: BaseMailBox, serveur: Serveur) -> None:
    entree = client.login if (serveur.compte + serveur.secret).isascii() else client.login_utf8
    entree(serveur.compte, serveur.secret, None)
    _, dites = client.client.capability()  # a server says more of itself to whoever has logged in
    client.client.capabilities = tuple(dites[-1].decode("ascii", "replace").upper().split())
