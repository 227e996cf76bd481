"""Builds once what every command needs: settings, the region's folder, the register, the clock.

The only module that reads the wall clock and the environment.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click
from sqlite_utils import Database

from config.campaign import PARIS
from config.errors import UserError
from config.folder import EXEMPLE, Dossier, charge
from config.french import vouliez_vous
from config.rights import CLAVIER, Personne
from reports.view import Vue
from sheets.checks import CATALOGUE
from sheets.register import past_folders
from sheets.register.database import empty, ouvert_par_ce_fil, ouvre, ouvre_existant

if TYPE_CHECKING:
    from bots import outgoing_mail
    from bots.delivery import Canal
    from bots.slack.web_api import Reglages
    from sheets.sources import mailbox

REGISTRE = Path("vigie.sqlite")


@dataclass(frozen=True)
class Atelier:
    """The house, wired: `aujourd_hui` stands in for the clock when it is given."""

    chemin_dossier: Path
    chemin_registre: Path
    aujourd_hui: date | None = None

    @cached_property
    def dossier(self) -> Dossier:
        """The region's folder, as it was when first asked for. Raises UserError with every complaint."""
        dossier = charge(self.chemin_dossier)
        for code in sorted(dossier.essais - CATALOGUE.keys()):
            fichier = dossier.chemin / "reglages.toml"
            raise UserError(f"{fichier} : le contrôle à l'essai « {code} » n'existe pas{vouliez_vous(code, CATALOGUE)}")
        return dossier

    @cached_property
    def registre(self) -> Database:
        """The register; a new one is begun, and said, in a folder that exists. Raises UserError elsewhere."""
        path = self.chemin_registre
        if not path.parent.is_dir():
            raise UserError(
                f"Le registre « {path} » n'est pas créé : le dossier « {path.parent} » n'existe pas. Corrigez --registre "
                "(ou VIGIE_REGISTRE), ou créez ce dossier."
            )
        is_new = not path.exists()
        db = ouvre(path)
        if is_new:
            click.echo(f"Nouveau registre : {path.resolve()}", err=True)
        return db

    def begin(self) -> None:
        """Begin the register if there is none. Raises UserError where its folder does not exist."""
        if not self.chemin_registre.exists():
            self.registre.close()
            del self.__dict__["registre"]

    @cached_property
    def registre_existant(self) -> Database:
        """The register, to be read. Raises UserError when there is none."""
        return ouvre_existant(self.chemin_registre)

    def maintenant(self) -> datetime:
        """Now in Paris; noon of the given day when a day stands in for the clock."""
        if self.aujourd_hui:
            return datetime.combine(self.aujourd_hui, time(12), PARIS)
        return datetime.now(PARIS)

    def vue(self) -> Vue:
        """The register as of today; the folder is kept if it changed, so that the past can be asked."""
        dossier = self.dossier  # first: a folder to mend is said before a register to make
        return self._vue(dossier, self.registre_existant)

    def vue_du_debut(self) -> Vue:
        """The register as of today, or an empty one while there is none: what is shown writes nothing."""
        return self.vue() if self.chemin_registre.exists() else self._vue(self.dossier, empty())

    def _vue(self, dossier: Dossier, db: Database) -> Vue:
        past_folders.note(db, dossier, self.maintenant())
        return Vue(db, dossier, self.maintenant().date())

    @contextmanager
    def vue_fraiche(self) -> Iterator[Vue]:
        """A view for one question: the folder and the register as they are now, through this thread's connection."""
        yield self._vue(replace(self).dossier, ouvert_par_ce_fil(self.chemin_registre))

    def canaux(self) -> tuple[Canal, ...]:
        """The ways to people that are set, the preferred one first; none when nobody set any."""
        from bots import outgoing_mail
        from bots.slack import direct_messages

        reglages, poste = slack(), smtp(self.maintenant)
        return (
            *([direct_messages.canal(reglages)] if reglages.bot else []),
            *([outgoing_mail.canal(poste)] if poste else []),
        )

    def personne(self, email: str | None) -> Personne:
        """Who asks. Raises UserError when the address is not in personnes.csv."""
        if email is None:
            return CLAVIER
        connue = self.dossier.personnes.get(email.lower())
        if connue is None:
            fichier, connues = self.dossier.chemin / "personnes.csv", self.dossier.personnes
            raise UserError(f"« {email} » n'est pas dans {fichier}{vouliez_vous(email, connues)}")
        return connue


def atelier(dossier: Path | None, registre: Path | None, aujourd_hui: date | None) -> Atelier:
    """Wire the house from options, else from the environment, else from the example region.

    A register named by a link is the one it leads to: what lies beside it (locks, backups) is found by both names.
    """
    registre = registre or Path(os.environ.get("VIGIE_REGISTRE") or REGISTRE)
    return Atelier(
        dossier or Path(os.environ.get("VIGIE_DOSSIER") or EXEMPLE),
        registre.resolve() if registre.is_symlink() else registre,
        aujourd_hui,
    )


def reglage(nom: str) -> str | None:
    """A setting of the environment, or the content of the file that `…_FILE` names; None when there is neither."""
    if valeur := os.environ.get(nom, "").strip():
        return valeur
    fichier = os.environ.get(f"{nom}_FILE", "").strip()
    if not fichier:
        return None
    try:
        return Path(fichier).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as faute:
        raise UserError(f"{nom}_FILE : « {fichier} » ne peut pas être lu. Donnez un fichier de texte.") from faute


def slack() -> Reglages:
    """The chat's settings: VIGIE_SLACK_BOT_TOKEN (xoxb-…), VIGIE_SLACK_APP_TOKEN (xapp-…, Socket Mode) and
    VIGIE_SLACK_BASE_URL, for a local server to stand in."""
    from bots.slack.web_api import Reglages

    return Reglages(*(reglage(f"VIGIE_SLACK_{n}") for n in ("BOT_TOKEN", "APP_TOKEN", "BASE_URL")))


def smtp(horloge: Callable[[], datetime]) -> outgoing_mail.Reglages | None:
    """The way out for mail, VIGIE_SMTP_URL (smtps://…, or smtp://… with STARTTLS); None when it is not set."""
    from bots import outgoing_mail

    url = reglage(outgoing_mail.REGLAGE)
    return outgoing_mail.lit_reglages(url, horloge) if url else None


def imap() -> mailbox.Reglages | None:
    """The mailbox that trames are sent to, VIGIE_IMAP_URL (imaps://…, or imap://… with STARTTLS); None when it is not set."""
    from sheets.sources import mailbox

    url = reglage(mailbox.REGLAGE)
    return mailbox.lit_reglages(url) if url else None


def sources() -> list[Path]:
    """The folders where trames are dropped, VIGIE_SOURCES: one a line, or separated by « : ». They belong to the machine,
    not to the region's folder: another machine reaches the same share by another path."""
    return [Path(chemin.strip()) for chemin in re.split(r"[\n:]", reglage("VIGIE_SOURCES") or "") if chemin.strip()]
