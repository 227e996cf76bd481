"""What the service does again and again, one row each. Every step is stateless: run late or twice, it adds nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPException
from threading import Lock
from urllib.request import urlopen

from sqlite_utils import Database

from config import environment
from config.environment import setting
from config.errors import UserError
from config.french import count_words
from jobs.subprocesses import backup_apart, mail_apart, pull_apart
from jobs.wiring import Workshop, sources
from sheets.register import future_facts, health
from sheets.register.database import opened_by_this_thread
from sheets.register.step_history import breakdown, last_success_of

ONE_PULL_AT_A_TIME = Lock()
"""Folders and mail take turns: the register takes in one pull at a time."""
ONE_DAY, BACKUPS_KEPT = timedelta(days=1), 30
"""How often the register is copied, and how many copies are kept."""
PATIENCE = 2700
"""Seconds without a success after which a step is said to hang, however often it is taken."""
TIMEOUT = 10.0
"""Seconds left to the watch to answer."""


@dataclass(frozen=True, slots=True)
class Step:
    """`action` does it and returns what it did, in a few words; it raises when it could not. `seconds` is its pace."""

    key: str
    title: str
    """« le relevé des dossiers », to be said of it."""
    seconds: int
    action: Callable[[Workshop], str]


def pull_step(workshop: Workshop) -> str:
    """Pull the configured sources."""
    if not sources():
        return "aucune source réglée"
    with ONE_PULL_AT_A_TIME:
        result = pull_apart(workshop)
    new_count = sum(f["etat"] != "inchange" for f in result["fichiers"])
    said = f"{count_words(len(result['fichiers']), 'classeur')}, {count_words(new_count, 'lu', 'lus')}"
    for key, singular, plural_words in (
        ("absentes", "source absente", "sources absentes"),
        ("illisibles", "illisible", "illisibles"),
    ):
        said += f", {count_words(len(result[key]), singular, plural_words)}" if result[key] else ""
    return said


def mail_step(workshop: Workshop) -> str:
    """Take in what came by mail, and answer."""
    if setting(environment.IMAP_URL) is None:
        return "aucune boîte réglée"
    with ONE_PULL_AT_A_TIME:
        return mail_apart(workshop).removesuffix(".")


def tell_everyone(workshop: Workshop) -> str:
    """Put the locks at their hour, then tell everyone what they are due."""
    from bots import delivery
    from jobs.locks_due import lock_on_time
    from jobs.messages_due import summary

    with workshop.fresh_view() as view:
        locks = sum(map(len, lock_on_time(view, workshop.current_time()).values()))
        words = [count_words(locks, "GHT verrouillé", "GHT verrouillés")] if locks else []
        delivery_channels = workshop.delivery_channels()
        if not delivery_channels:
            return ", ".join([*words, "ni Slack ni le courrier ne sont réglés"])
        facts = delivery.deliver_due(view, workshop.current_time, delivery_channels).facts
        return ", ".join([*words, summary(facts)])


def backup(workshop: Workshop) -> str:
    """Copy the register once a day, verified; the register itself says when that was last done."""
    last_backup_made = health.last_backup(opened_by_this_thread(workshop.register_path))
    current_time = workshop.current_time()
    if (
        last_backup_made
        and current_time - ONE_DAY < datetime.fromisoformat(last_backup_made.dated) < current_time + ONE_DAY
    ):
        return f"faite le {datetime.fromisoformat(last_backup_made.dated):%d/%m/%Y à %Hh%M}"
    return backup_apart(workshop, BACKUPS_KEPT).removesuffix(".")


def trouble_of(db: Database, step: Step, current_time: datetime) -> str:
    """Why a step is failing, or that it has not come to its end for too long; empty when it goes well."""
    if fault := breakdown(db, step.key):
        return f"a échoué le {fault.dated:%d/%m/%Y à %Hh%M} : {fault.said}"
    last_success = last_success_of(db, step.key)
    too_long = timedelta(seconds=max(PATIENCE, 3 * step.seconds))
    return (
        f"n'a pas abouti depuis le {last_success.dated:%d/%m/%Y à %Hh%M}."
        if last_success and current_time - last_success.dated > too_long
        else ""
    )


def signal_alive(workshop: Workshop) -> str:
    """Tell the watch that all is well, at VIGIE_VEILLE_URL; its silence is what warns. Nothing is said while a step fails."""
    address = setting(environment.WATCH_URL)
    if address is None:
        return "aucune adresse réglée"
    db = opened_by_this_thread(workshop.register_path)
    if future_facts.ahead(db, workshop.current_time().date()):
        return "retenu : des faits sont datés après aujourd'hui"
    if any(trouble_of(db, p, workshop.current_time()) for p in STEPS if p.action is not signal_alive):
        return "retenu : un pas est en panne"
    try:
        if address.startswith(("https://", "http://")):
            with urlopen(address, timeout=TIMEOUT):  # noqa: S310 - just looked at
                return "envoyé"
    except (OSError, ValueError, HTTPException):
        pass  # their words hold the address, which is a secret
    raise UserError(f"L'adresse de veille ({environment.WATCH_URL}) ne répond pas. Vérifiez-la, ou retirez-la.")


STEPS = (
    Step("releve", "le relevé des dossiers", 60, pull_step),
    Step("courrier", "le relevé de la boîte aux lettres", 120, mail_step),
    Step("messages", "l'envoi des messages", 60, tell_everyone),
    Step("sauvegarde", "la sauvegarde du registre", 1800, backup),
    Step("veille", "le signal de veille", 300, signal_alive),
)
