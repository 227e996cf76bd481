"""`vigie campaign`: the life of a campaign. Each act is done in the name of a person, and shows what it changes."""

from __future__ import annotations

from collections.abc import Sequence

import click

from bots import terminal
from config.errors import UserError
from config.french import day
from config.territory import FRANCE
from config.working_hours import at_opening
from jobs.act_commands import add_to_campaign
from jobs.command_line import json_option, open_workshop, send_option, vigie_group
from jobs.messages_due import tell_due
from reports import progress
from reports.view import Subject
from sheets.register.acts import named_campaign
from sheets.register.database import FIRST_STEP


@vigie_group("campaign")
def command() -> None:
    pass


@command.command("list")
def list_campaigns() -> None:
    """Les campagnes, leur calendrier, et combien de GHT ont répondu."""
    workshop = open_workshop()
    view = workshop.starting_view()
    rows = []
    for c in sorted(view.folder.campaigns.values(), key=lambda c: c.opening):
        states = progress.states(view, Subject(FRANCE, c.exercice, c.code))
        rows.append((c.code, day(c.opening), day(c.deadline), day(c.lock), _where_it_stands(states)))
    terminal.print_table(("Campagne", "Ouverture", "Échéance", "Verrou", "Trames"), rows)
    if not workshop.register_path.exists():
        click.echo(f"Le registre « {workshop.register_path} » n'existe pas encore. {FIRST_STEP}")


def _where_it_stands(states: Sequence[progress.State]) -> str:
    has_answered, locked_count = sum(e.has_answered for e in states), sum(e.locked for e in states)
    locked_words = f", {locked_count} verrouillées" if locked_count else ""
    return f"{has_answered} sur {len(states)}{locked_words}"


@command.command("open")
@click.argument("campaign", metavar="CAMPAGNE")
@send_option
@json_option
def open_campaign(campaign: str, send: bool, as_json: bool) -> None:
    """Ouvre : à chaque GHT, sa trame avec les lignes déjà connues. Avec --send, l'envoie."""
    workshop = open_workshop()
    c = named_campaign(workshop.folder, campaign)
    if workshop.current_time() < at_opening(c.opening, workshop.folder.hours):
        raise UserError(
            f"La {c.title} ouvre le {day(c.opening)} : rien ne part avant. Pour l'ouvrir plus tôt, changez "
            f"« ouverture » dans {workshop.folder.path / 'campagnes.csv'}."
        )
    workshop.begin()
    tell_due(workshop, send, as_json, lambda kind, code: kind in ("", "ouverture") and code == campaign)


add_to_campaign(command)
