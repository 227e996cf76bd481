"""`vigie campaign`: the life of a campaign. Each act is done in the name of a person, and shows what it changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import click

from bots import act_words, terminal
from config.errors import UserError
from config.french import day, enumeration
from config.territory import FRANCE
from config.working_hours import at_opening
from jobs.command_line import DAY, author_option, json_option, open_workshop, reason_option, send_option, vigie_group
from jobs.messages_due import tell_due
from reports import progress
from reports.view import Subject
from sheets.register import acts
from sheets.register.database import FIRST_STEP


@vigie_group("campaign")
def command() -> None:
    pass


_campaign_argument = click.argument("campaign", metavar="CAMPAGNE")
_ght_option = click.option("--ght", metavar="CODE", required=True, help="Le GHT.")


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
@_campaign_argument
@send_option
@json_option
def open_campaign(campaign: str, send: bool, as_json: bool) -> None:
    """Ouvre : à chaque GHT, sa trame avec les lignes déjà connues. Avec --send, l'envoie."""
    workshop = open_workshop()
    c = acts.named_campaign(workshop.folder, campaign)
    if workshop.current_time() < at_opening(c.opening, workshop.folder.hours):
        raise UserError(
            f"La {c.title} ouvre le {day(c.opening)} : rien ne part avant. Pour l'ouvrir plus tôt, changez "
            f"« ouverture » dans {workshop.folder.path / 'campagnes.csv'}."
        )
    workshop.begin()
    tell_due(workshop, send, as_json, lambda kind, code: kind in ("", "ouverture") and code == campaign)


@command.command("extend")
@_campaign_argument
@_ght_option
@click.option("--jusqu-au", "until_day", type=DAY, metavar="DATE", required=True, help="La nouvelle échéance.")
@reason_option
@author_option
def extend(campaign: str, ght: str, until_day: date, reason: str, email: str | None) -> None:
    """Prolonge l'échéance d'un GHT."""
    hand = open_workshop().hand_of(email)
    acts.extend(hand, campaign, ght, until_day, reason)
    click.echo(act_words.extended(hand.folder.territory.ghts[ght].name, campaign, until_day))


@command.command("validate")
@_campaign_argument
@_ght_option
@click.option("--annuler", "undo", is_flag=True, help="Lève la validation.")
@reason_option
@author_option
def validate(campaign: str, ght: str, undo: bool, reason: str, email: str | None) -> None:
    """Valide ce qu'un GHT a remis."""
    hand = open_workshop().hand_of(email)
    acts.validate(hand, campaign, ght, reason, yes=not undo)
    click.echo(act_words.validated(hand.folder.territory.ghts[ght].name, campaign, yes=not undo))


@command.command("lock")
@_campaign_argument
@click.option("--ght", metavar="CODE", help="Un seul GHT ; sinon tous ceux de la personne.")
@click.option("--annuler", "undo", is_flag=True, help="Lève le verrou.")
@reason_option
@author_option
def lock(campaign: str, ght: str | None, undo: bool, reason: str, email: str | None) -> None:
    """Verrouille : ce qui compte à cet instant comptera. Un envoi d'après est gardé et montré, sans compter."""
    hand = open_workshop().hand_of(email)
    c = acts.named_campaign(hand.folder, campaign)
    aimed_ghts = [g.code for g in hand.folder.territory.ghts_of(hand.person.scope, c.situation)]
    facts = acts.lock_ghts(hand, campaign, [ght] if ght else aimed_ghts, reason, yes=not undo)
    if not facts:
        click.echo(f"{campaign} : rien à {'déverrouiller' if undo else 'verrouiller'}.")
        return
    names = enumeration([hand.folder.territory.ghts[g].name for g in facts], 20)
    click.echo(f"{campaign} : {'déverrouillé' if undo else 'verrouillé'} pour {names}.")
    left_open = [] if ght else [g for g in aimed_ghts if g not in facts]
    if left_open and not undo:
        click.echo(f"Laissés ouverts (prolongés, ou déjà verrouillés) : {enumeration(left_open, 20)}.")


@command.command("remind")
@_campaign_argument
@_ght_option
@author_option
def remind(campaign: str, ght: str, email: str | None) -> None:
    """Demande que l'équipe d'un GHT soit relancée au prochain passage, quoi que dise l'échelle."""
    hand = open_workshop().hand_of(email)
    acts.remind(hand, campaign, ght)
    click.echo(act_words.reminded(hand.folder.territory.ghts[ght].name, campaign))


@command.command("neant")
@_campaign_argument
@click.option("--finess", metavar="FINESS", required=True, help="L'établissement.")
@reason_option
@author_option
def declare_neant(campaign: str, finess: str, reason: str, email: str | None) -> None:
    """Note qu'un établissement n'a rien à déclarer, dit par exemple au téléphone."""
    hand = open_workshop().hand_of(email)
    acts.declare_neant(hand, campaign, finess, reason)
    click.echo(act_words.neant(finess, campaign, hand.person.position))
