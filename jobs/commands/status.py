"""`vigie status`: when the register was last fed, and what is wrong; or whether the service lives, and nothing else."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from bots import terminal
from config.folder import EXAMPLE
from config.french import count_words, size_in_words
from config.json_keys import as_object
from jobs.command_line import json_option, open_workshop, vigie_command
from jobs.health_checks import examine
from jobs.pull_words import states_words
from jobs.status_report import SILENCE, StatusReport, age, day_and_hour
from jobs.wiring import Workshop
from sheets.register import claimed_events, step_history


@vigie_command("status")
@json_option
@click.option("--sante", "only_health", is_flag=True, help="Dire seulement si le service vit : pour une supervision.")
def command(as_json: bool, only_health: bool) -> int:
    return says_alive(open_workshop()) if only_health else state(open_workshop(), as_json)


def state(workshop: Workshop, as_json: bool) -> int:
    """Say when the register was last fed and what is wrong; 1 if anything is."""
    c = examine(workshop)
    if as_json:
        terminal.print_json(as_object(c))
    else:
        _show(c, workshop.folder.content_hash)
    return int(bool(c.troubles))


def says_alive(workshop: Workshop) -> int:
    """Say whether the service lives, and nothing else; 1 if it does not. A step that fails is no reason to start it again."""
    sign = claimed_events.last_sign(workshop.existing_register, step_history.THE_SERVICE)
    is_alive = sign is not None and sign.state == "vivant" and age(sign, workshop.current_time()) <= SILENCE
    when = f", dernier signe de vie le {day_and_hour(sign.dated)}" if sign else ""
    terminal.write(
        f"Le service vit{when}." if is_alive else f"Le service ne vit pas{when}.", "" if is_alive else "yellow"
    )
    return int(not is_alive)


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
