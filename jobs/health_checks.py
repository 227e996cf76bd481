"""What is stale or wrong in what is kept: the folder, pulls, sources, backups, deadlines. Looks at everything, changes nothing."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from config import environment
from config.campaign import Campaign, current_campaign
from config.french import count_words, day, enumeration
from config.json_keys import as_object
from config.secrets import is_masked
from config.territory import FRANCE
from jobs.service_checks import check_service
from jobs.status_report import StatusReport, bounded
from jobs.wiring import Workshop, sources
from reports.progress import states
from reports.view import Subject, View
from sheets.register import erasing, future_facts, health, received_files
from sheets.register.database import FIRST_STEP
from sheets.register.decisions import impossible_extensions
from sheets.register.future_facts import WAY_BACK
from sheets.register.pulls import BY_SLACK


def examine(workshop: Workshop) -> StatusReport:
    """Everything looked at, in the order in which it is told."""
    content_hash = workshop.folder.content_hash  # first: what is wrong in the folder is said before all else
    c = StatusReport(str(workshop.folder_path), str(workshop.register_path))
    if not workshop.register_path.exists():
        c.troubles.append(f"Le registre « {c.register} » n'existe pas encore. {FIRST_STEP}")
        return c
    view = workshop.view()
    files = (Path(f"{workshop.register_path}{suffix}") for suffix in ("", "-wal"))
    c.size = sum(f.stat().st_size for f in files if f.exists())
    _clock(c, view)
    _last_pull(c, view, content_hash)
    _sources(c, view)
    _unreadable_files(c, view)
    _last_backup(c, view)
    _purge(c, view)
    check_service(c, view, workshop.current_time())
    _late_ones(c, view)
    _extensions(c, view)
    return c


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
                f"La source « {path} » n'a jamais pu être relevée. Corrigez {environment.SOURCES}, ou rétablissez-la."
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


def _still_there(path: str) -> bool:
    """Whether a file or a folder is still there; one whose name is hidden is taken to be."""
    try:
        return is_masked(path) or Path(path).exists()
    except OSError:  # a share that no longer answers
        return False
