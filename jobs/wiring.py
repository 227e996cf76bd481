"""Builds once what every command needs: settings, the region's folder, the register, the clock.

The only module that reads the wall clock.
"""

from __future__ import annotations

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

from config import environment
from config.campaign import PARIS
from config.environment import setting
from config.errors import UserError
from config.folder import EXAMPLE, Folder, load_folder
from config.french import did_you_mean
from config.rights import AT_KEYBOARD, Person
from reports.view import View
from sheets.register import past_folders
from sheets.register.acts import Main
from sheets.register.database import empty, open_existing, open_register, opened_by_this_thread
from sheets.trames import CATALOGUE

if TYPE_CHECKING:
    from bots import outgoing_mail
    from bots.delivery import DeliveryChannel
    from bots.slack.web_api import SlackSettings
    from sheets.sources import mailbox

REGISTER = Path("vigie.sqlite")


@dataclass(frozen=True)
class Workshop:
    """The house, wired: `current_day` stands in for the clock when it is given."""

    folder_path: Path
    register_path: Path
    current_day: date | None = None

    @cached_property
    def folder(self) -> Folder:
        """The region's folder, as it was when first asked for. Raises UserError with every complaint."""
        folder = load_folder(self.folder_path)
        for code in sorted(folder.rules_on_trial - CATALOGUE.keys()):
            file = folder.path / "reglages.toml"
            raise UserError(f"{file} : le contrôle à l'essai « {code} » n'existe pas{did_you_mean(code, CATALOGUE)}")
        return folder

    @cached_property
    def register(self) -> Database:
        """The register; a new one is begun, and said, in a folder that exists. Raises UserError elsewhere."""
        path = self.register_path
        if not path.parent.is_dir():
            raise UserError(
                f"Le registre « {path} » n'est pas créé : le dossier « {path.parent} » n'existe pas. Corrigez --registre "
                f"(ou {environment.REGISTER}), ou créez ce dossier."
            )
        is_new = not path.exists()
        db = open_register(path)
        if is_new:
            click.echo(f"Nouveau registre : {path.resolve()}", err=True)
        return db

    def begin(self) -> None:
        """Begin the register if there is none. Raises UserError where its folder does not exist."""
        if not self.register_path.exists():
            self.register.close()
            del self.__dict__["register"]

    @cached_property
    def existing_register(self) -> Database:
        """The register, to be read. Raises UserError when there is none."""
        return open_existing(self.register_path)

    def current_time(self) -> datetime:
        """Now in Paris; noon of the given day when a day stands in for the clock."""
        if self.current_day:
            return datetime.combine(self.current_day, time(12), PARIS)
        return datetime.now(PARIS)

    def view(self) -> View:
        """The register as of today; the folder is kept if it changed, so that the past can be asked."""
        folder = self.folder  # first: a folder to mend is said before a register to make
        return self._make_view(folder, self.existing_register)

    def starting_view(self) -> View:
        """The register as of today, or an empty one while there is none: what is shown writes nothing."""
        return self.view() if self.register_path.exists() else self._make_view(self.folder, empty())

    def _make_view(self, folder: Folder, db: Database) -> View:
        past_folders.note(db, folder, self.current_time())
        return View(db, folder, self.current_time().date())

    @contextmanager
    def fresh_view(self) -> Iterator[View]:
        """A view for one question: the folder and the register as they are now, through this thread's connection."""
        yield self._make_view(replace(self).folder, opened_by_this_thread(self.register_path))

    def delivery_channels(self) -> tuple[DeliveryChannel, ...]:
        """The ways to people that are set, the preferred one first; none when nobody set any."""
        from bots import outgoing_mail
        from bots.slack import direct_messages

        settings, mail_room = slack(), smtp(self.current_time)
        return (
            *([direct_messages.delivery_channel(settings)] if settings.bot else []),
            *([outgoing_mail.delivery_channel(mail_room)] if mail_room else []),
        )

    def person(self, email: str | None) -> Person:
        """Who asks. Raises UserError when the address is not in personnes.csv."""
        if email is None:
            return AT_KEYBOARD
        known_person = self.folder.persons.get(email.lower())
        if known_person is None:
            file, known_persons = self.folder.path / "personnes.csv", self.folder.persons
            raise UserError(f"« {email} » n'est pas dans {file}{did_you_mean(email, known_persons)}")
        return known_person

    def hand_of(self, email: str | None) -> Main:
        """The register in the hand of who acts. Raises UserError when nobody is named, or nobody known."""
        if not email:
            raise UserError("Dites qui agit : ajoutez --as EMAIL. Chaque décision porte un nom.")
        view = self.view()
        return Main(view.db, view.folder, self.person(email), self.current_time())

    def folder_to_write(self, then: str = "") -> Path:
        """The region's own folder; `then` is what to do once there is one. Raises UserError on the example."""
        if self.folder_path.resolve() == EXAMPLE.resolve():
            raise UserError(
                f"Le dossier d'exemple n'est pas modifié. Copiez-le d'abord ({EXAMPLE}){then}, en ajoutant --dossier COPIE"
            )
        return self.folder_path


def workshop(folder: Path | None, register: Path | None, current_day: date | None) -> Workshop:
    """Wire the house from options, else from the environment, else from the example region.

    A register named by a link is the one it leads to: what lies beside it (locks, backups) is found by both names.
    """
    register = register or Path(setting(environment.REGISTER) or REGISTER)
    return Workshop(
        folder or Path(setting(environment.FOLDER) or EXAMPLE),
        register.resolve() if register.is_symlink() else register,
        current_day,
    )


def slack() -> SlackSettings:
    """The chat's settings: VIGIE_SLACK_BOT_TOKEN (xoxb-…), VIGIE_SLACK_APP_TOKEN (xapp-…, Socket Mode) and
    VIGIE_SLACK_BASE_URL, for a local server to stand in."""
    from bots.slack.web_api import SlackSettings

    names = (environment.SLACK_BOT_TOKEN, environment.SLACK_APP_TOKEN, environment.SLACK_BASE_URL)
    return SlackSettings(*map(setting, names))


def smtp(clock: Callable[[], datetime]) -> outgoing_mail.SmtpSettings | None:
    """The way out for mail, VIGIE_SMTP_URL (smtps://…, or smtp://… with STARTTLS); None when it is not set."""
    from bots import outgoing_mail

    url = setting(environment.SMTP_URL)
    return outgoing_mail.read_settings(url, clock) if url else None


def imap_settings() -> mailbox.MailboxSettings | None:
    """The mailbox that trames are sent to, VIGIE_IMAP_URL (imaps://…, or imap://… with STARTTLS); None when it is not set."""
    from sheets.sources import mailbox

    url = setting(environment.IMAP_URL)
    return mailbox.read_settings(url) if url else None


def sources() -> list[Path]:
    """The folders where trames are dropped, VIGIE_SOURCES: one a line, or separated by « : ». They belong to the machine,
    not to the region's folder: another machine reaches the same share by another path."""
    return [Path(path.strip()) for path in re.split(r"[\n:]", setting(environment.SOURCES) or "") if path.strip()]
