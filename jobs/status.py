"""What is stale or wrong: pulls, sources, folder, backups, deadlines. Looks at everything, changes nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from bots import terminal
from bots.slack.conversation import SERVICE
from config.campaign import Campaign, current_campaign
from config.folder import EXAMPLE
from config.french import count_words, day, enumeration, size_in_words
from config.json_keys import as_object
from config.secrets import is_masked
from config.territory import FRANCE
from jobs.commands import states_words
from jobs.steps import STEPS, trouble_of
from jobs.wiring import Workshop, sources
from reports.progress import states
from reports.view import Subject, View
from sheets.register import (
    claimed_events,
    erasing,
    future_facts,
    health,
    mail_replies,
    outbox,
    received_files,
    step_history,
)
from sheets.register.claimed_events import SignOfLife
from sheets.register.database import FIRST_STEP
from sheets.register.decisions import impossible_extensions
from sheets.register.future_facts import WAY_BACK
from sheets.register.pulls import BY_SLACK

WAITING_DAYS = 14
"""Days for which an answer that did not leave is told."""
NOT_WORTH_MENDING_AFTER = timedelta(days=15)
"""After which a message that went wrong is no longer worth mending."""
SHOWN = 20
"""Sentences of one kind; the rest is counted."""
SILENCE = 180
"""Seconds without a sign of life after which the bot is taken for dead; it leaves one every half minute."""


@dataclass
class StatusReport:
    """What was looked at. `troubles` make the exit code 1; `to_note` does not: a late GHT is not a fault of Vigie."""

    folder: str
    register: str
    size: int | None = None
    last_pull_counts: dict[str, Any] | None = None
    days_since_pull: int | None = None
    folder_changed: bool = False
    last_backup: dict[str, Any] | None = None
    sources: list[dict[str, Any]] = field(default_factory=list)
    slack: dict[str, Any] | None = None
    service: dict[str, Any] | None = None
    mails_waiting: list[dict[str, Any]] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    to_note: list[str] = field(default_factory=list)


def state(workshop: Workshop, as_json: bool) -> int:
    """Say when the register was last fed and what is wrong; 1 if anything is."""
    content_hash = workshop.folder.content_hash  # first: what is wrong in the folder is said before all else
    c = StatusReport(str(workshop.folder_path), str(workshop.register_path))
    if workshop.register_path.exists():
        view = workshop.view()
        files = (Path(f"{workshop.register_path}{suffix}") for suffix in ("", "-wal"))
        c.size = sum(f.stat().st_size for f in files if f.exists())
        _clock(c, view)
        _last_pull(c, view, content_hash)
        _sources(c, view)
        _unreadable_files(c, view)
        _last_backup(c, view)
        _purge(c, view)
        _service(c, view, workshop.current_time())
        _chat(c, view, workshop.current_time())
        _unsent_mail(c, view, workshop.current_time())
        _messages(c, view, workshop.current_time())
        _late_ones(c, view)
        _extensions(c, view)
    else:
        c.troubles.append(f"Le registre « {c.register} » n'existe pas encore. {FIRST_STEP}")
    if as_json:
        click.echo(json.dumps(as_object(c), ensure_ascii=False, indent=1))
    else:
        _show(c, content_hash)
    return int(bool(c.troubles))


def says_alive(workshop: Workshop) -> int:
    """Say whether the service lives, and nothing else; 1 if it does not. A step that fails is no reason to start it again."""
    sign = claimed_events.last_sign(workshop.existing_register, step_history.THE_SERVICE)
    is_alive = sign is not None and sign.state == "vivant" and _age(sign, workshop.current_time()) <= SILENCE
    when = f", dernier signe de vie le {_day_and_hour(sign.dated)}" if sign else ""
    terminal.write(
        f"Le service vit{when}." if is_alive else f"Le service ne vit pas{when}.", "" if is_alive else "yellow"
    )
    return int(not is_alive)


def _age(sign: SignOfLife, current_time: datetime) -> float:
    """Seconds between a sign of life and now; one that bears a later hour is as far from now as it says."""
    return abs((current_time - sign.dated).total_seconds())


def _clock(c: StatusReport, view: View) -> None:
    if last := future_facts.ahead(view.db, view.as_of):
        c.troubles.append(
            f"Le registre a des faits datés jusqu'au {day(last)}, après aujourd'hui ({day(view.as_of)}) : ils ne sont pas "
            f"comptés, et rien d'autre n'est relevé. {WAY_BACK}"
        )


def _extensions(c: StatusReport, view: View) -> None:
    """A deadline that cannot be was given: it counts for nothing, and whoever gave it should give another."""
    for e in impossible_extensions(view.db):
        ght = view.folder.territory.ghts.get(e.ght)
        c.troubles.append(
            f"La prolongation de {ght.name if ght else e.ght} pour {e.campaign}, donnée par {e.by} le {e.dated[:10]}, dit « {e.value} » : "
            f"elle ne compte pas. Donnez-en une autre : vigie campaign extend {e.campaign} --ght {e.ght} --jusqu-au DATE"
        )


def _last_pull(c: StatusReport, view: View, content_hash: str) -> None:
    c.last_pull_counts = received_files.last_pull_counts(view.db)
    if c.last_pull_counts is None:
        return
    c.days_since_pull = _days_since(c.last_pull_counts["debut"], view.as_of)
    if c.last_pull_counts["etat"] == "interrompu":
        c.troubles.append("Le dernier relevé a été interrompu ; relancez vigie pull, rien n'est perdu.")
    opened_one = _campaign_of_today(view)
    limit = view.folder.keeping.releve_jours
    if opened_one.opening <= view.as_of <= opened_one.lock and c.days_since_pull > limit:
        c.troubles.append(
            f"Le dernier relevé date de {count_words(c.days_since_pull, 'jour')}, et la {opened_one.title} est ouverte "
            f"({limit} au plus) ; lancez vigie pull."
        )
    c.folder_changed = health.folder_of_last_pull(view.db) != content_hash
    if c.folder_changed:
        c.troubles.append(
            "Le dossier de la région a changé depuis le dernier relevé : ce qui a déjà été reçu reste jugé selon "
            "l'ancien. Lancez : vigie rejudge"
        )


def _sources(c: StatusReport, view: View) -> None:
    """A source is silent when it is gone, or holds nothing where it held workbooks. Once some are set, only those matter."""
    settled = {str(s.resolve()): s for s in sources()}
    for s in health.sources(view.db):
        is_silent = not _still_there(s.path) or (s.workbooks == 0 and s.at_most > 0)
        c.sources.append(
            {"chemin": s.path, "dernier_releve": s.last_pull_counts, "classeurs": s.workbooks, "muette": is_silent}
        )
        if is_silent and (s.path in settled or not (settled or BY_SLACK in Path(s.path).parts)):
            what = "ne tient plus aucun classeur" if _still_there(s.path) else "n'existe plus, ou n'est plus accessible"
            c.troubles.append(
                f"La source « {s.path} » {what} (elle en a eu jusqu'à {s.at_most}). Rétablissez-la, puis relancez vigie pull."
            )
    for path in settled.keys() - {s["chemin"] for s in c.sources}:
        if not _still_there(path):
            c.troubles.append(
                f"La source « {path} » n'a jamais pu être relevée. Corrigez VIGIE_SOURCES, ou rétablissez-la."
            )


def _unreadable_files(c: StatusReport, view: View) -> None:
    c.troubles += bounded(
        [sentence for _, sentence in health.unread(view.db)],
        "autre fichier ou dossier illisible",
        "autres fichiers ou dossiers illisibles",
    )
    refusals = [
        f"{Path(path).name}{f', onglet {sheet}' if sheet else ''} : {message}"
        for path, sheet, message in received_files.unread(view.db, view.as_of)
        if _still_there(path)
    ]
    c.troubles += bounded(refusals, "autre fichier ou onglet refusé", "autres fichiers ou onglets refusés")


def bounded(sentences: Sequence[str], one: str, many: str) -> list[str]:
    """The first sentences of a kind, and how many more there are: a page that scrolls for ever is read by nobody."""
    rest = len(sentences) - SHOWN
    return [*sentences[:SHOWN], *([f"… et {count_words(rest, one, many)}."] if rest > 0 else [])]


def _last_backup(c: StatusReport, view: View) -> None:
    last_backup_made, first = health.last_backup(view.db), health.first_pull(view.db)
    limit = view.folder.keeping.sauvegarde_jours
    if last_backup_made:
        c.last_backup = {**as_object(last_backup_made), "jours": _days_since(last_backup_made.dated, view.as_of)}
        if not _still_there(last_backup_made.path):
            c.to_note.append(f"La dernière sauvegarde n'est plus à sa place ({last_backup_made.path}).")
    age = (
        _days_since(last_backup_made.dated if last_backup_made else first, view.as_of)
        if last_backup_made or first
        else 0
    )
    if age > limit:
        what = (
            "La dernière sauvegarde date de"
            if last_backup_made
            else "Aucune sauvegarde depuis le premier relevé, il y a"
        )
        c.troubles.append(f"{what} {count_words(age, 'jour')} ({limit} au plus) ; lancez vigie backup.")


def _purge(c: StatusReport, view: View) -> None:
    if erasing.is_owed(view.db):
        c.troubles.append(
            "Une purge a été interrompue avant de rendre la place au disque ; relancez : vigie purge --yes"
        )


def _service(c: StatusReport, view: View, current_time: datetime) -> None:
    """Whether the service lives, and how each of its steps last went. Nothing where no step was ever taken."""
    sign = claimed_events.last_sign(view.db, step_history.THE_SERVICE)
    if sign and sign.state == "arrêté":
        c.to_note.append(f"Le service est arrêté depuis le {_day_and_hour(sign.dated)} ; pour le relancer : vigie run")
    elif sign and _age(sign, current_time) > SILENCE:
        c.troubles.append(
            f"Le service ne donne plus signe de vie depuis le {_day_and_hour(sign.dated)} ; relancez vigie run."
        )
    not_said: dict[str, dict[str, str | None]] = {}
    for p in STEPS:
        last_success, fault = step_history.last_success_of(view.db, p.cle), step_history.breakdown(view.db, p.cle)
        if last_success or fault:
            not_said[p.cle] = {
                "le": last_success.dated.isoformat() if last_success else None,
                "panne": fault.said if fault else None,
            }
        if fault or (sign and sign.state == "vivant"):
            said = trouble_of(view.db, p, current_time)
            c.troubles += [f"{p.title.capitalize()} {said}"] if said else []
    if sign or not_said:
        c.service = {
            "etat": sign.state if sign else None,
            "le": sign.dated.isoformat() if sign else None,
            "pas": not_said,
        }


def _day_and_hour(dated: datetime) -> str:
    return f"{dated:%d/%m/%Y à %Hh%M}"


def _chat(c: StatusReport, view: View, current_time: datetime) -> None:
    """A bot that was stopped on purpose is noted; one that fell silent is a fault. Nothing where there never was one."""
    sign = claimed_events.last_sign(view.db, SERVICE)
    if sign is None:
        return
    age = int(_age(sign, current_time))
    c.slack = {"etat": sign.state, "le": sign.dated.isoformat(), "secondes": age}
    when = _day_and_hour(sign.dated)
    if sign.state == "arrêté":
        c.to_note.append(f"Le robot Slack est arrêté depuis le {when} ; pour le relancer : vigie slack")
    elif sign.state == "muet" or age > SILENCE:
        c.troubles.append(
            f"Le robot Slack ne donne plus signe de vie depuis le {when} ; lancez vigie doctor, puis vigie slack."
        )


def _unsent_mail(c: StatusReport, view: View, current_time: datetime) -> None:
    """The answers to mails that did not leave, or may not have. Whether the mailbox is read at all is told with the steps."""
    all_said = []
    for r in mail_replies.stuck_replies(view.db, current_time, WAITING_DAYS):
        what = {"à répondre": "n'a pas encore pu partir", "refusé": "n'est pas partie", "doute": "est douteuse"}[
            r.state
        ]
        c.mails_waiting.append({"expediteur": r.sender, "etat": r.state, "le": r.dated, "motif": r.reason})
        all_said.append(
            f"Courrier : la réponse à {r.sender} {what} ({day(date.fromisoformat(r.dated[:10]))}) : {r.reason}"
        )
    c.troubles += bounded(all_said, "autre réponse à un courriel", "autres réponses à des courriels")
    if capped := mail_replies.turned_away(view.db, current_time - timedelta(days=1)):
        c.to_note.append(
            f"Courrier : {count_words(capped, 'courriel')} d'expéditeurs inconnus depuis un jour, au-delà du plafond de lettres : "
            "sans réponse, dans « À voir ». Pour changer le plafond : VIGIE_IMAP_URL, ?inconnus=NOMBRE."
        )


def _messages(c: StatusReport, view: View, current_time: datetime) -> None:
    """Messages that may have arrived, that nobody took, or that are stuck: each is named once, for a while."""
    sentences = {
        "doute": "est peut-être arrivé, peut-être pas, et ne sera pas redit : demandez-lui",
        "refusé": "n'a pas pu être dit : corrigez personnes.csv, et prévenez autrement",
        "pris": "est resté en route : relancez vigie remind --send",
    }
    all_said = []
    for r in outbox.in_states(view.db, *sentences):
        age = current_time - r.dated
        if age < NOT_WORTH_MENDING_AFTER and (r.state != "pris" or age > outbox.LEASE):
            why = f" ({r.reason})" if r.reason else ""
            all_said.append(
                f"Le message « {r.cle.stage} » ({r.cle.campaign}, {r.cle.unite}) à {r.cle.person}, du "
                f"{r.dated:%d/%m/%Y à %Hh%M}, {sentences[r.state]}{why}."
            )
    c.troubles += bounded(all_said, "autre message", "autres messages")


def _late_ones(c: StatusReport, view: View) -> None:
    """The GHT whose deadline has passed and that still owe their trame, in the campaign under way."""
    campaign = _campaign_of_today(view)
    all_of_them = states(view, Subject(FRANCE, campaign.exercice, campaign.code))
    c.late = [e.ght.code for e in all_of_them if e.late and not e.has_answered]
    if c.late:
        names = enumeration([e.ght.name for e in all_of_them if e.ght.code in c.late], 5)
        c.to_note.append(
            f"{campaign.title.capitalize()}, échéance du {day(campaign.deadline)} passée : "
            f"{count_words(len(c.late), 'GHT attendu', 'GHT attendus')} ({names})."
        )


def _campaign_of_today(view: View) -> Campaign:
    return current_campaign(view.folder.campaigns.values(), view.as_of)


def _days_since(iso: str | None, as_of: date) -> int:
    return (as_of - datetime.fromisoformat(iso).date()).days if iso else 0


def _show(c: StatusReport, content_hash: str) -> None:
    name = "l'exemple fourni" if Path(c.folder) == EXAMPLE else c.folder
    terminal.write(f"Dossier : {name} ({content_hash[:8]}), sans faute. Registre : {c.register}")
    if c.last_pull_counts:
        when = f"{datetime.fromisoformat(c.last_pull_counts['debut']):%d/%m/%Y à %Hh%M}"
        said = states_words(c.last_pull_counts) if c.last_pull_counts["etat"] == "fini" else c.last_pull_counts["etat"]
        terminal.write(f"Dernier relevé le {when}, {_days_ago(c.days_since_pull)} : {said}.")
    if c.size is not None:
        s = c.last_backup
        backup_words = f"{_days_ago(s['jours'])}, {s['chemin']} ({size_in_words(s['octets'])})" if s else "aucune"
        terminal.write(f"Taille du registre : {size_in_words(c.size)}. Dernière sauvegarde : {backup_words}.")
    for trouble in c.troubles:
        terminal.write(f"À voir : {trouble}", "yellow")
    for note in c.to_note:
        terminal.write(f"À noter : {note}")
    if not c.troubles:
        terminal.write("Tout est en ordre.", "green")


def _days_ago(days: int | None) -> str:
    return f"il y a {count_words(days, 'jour')}" if days else "aujourd'hui"


def _still_there(path: str) -> bool:
    """Whether a file or a folder is still there; one whose name is hidden is taken to be."""
    try:
        return is_masked(path) or Path(path).exists()
    except OSError:  # a share that no longer answers
        return False
