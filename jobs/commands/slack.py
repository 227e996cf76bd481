"""`vigie slack`: the bot by itself, until it is stopped."""

from __future__ import annotations

import click

from bots import log
from jobs.chat import answer_on_slack, leave, stop_event
from jobs.command_line import vigie_command, workshop
from jobs.wiring import Workshop


@vigie_command("slack")
def command() -> None:
    leave(run_the_chat(workshop()))


def run_the_chat(workshop: Workshop) -> int:
    """The bot alone, until stopped (0), or until Slack can no longer be reached (1). Raises UserError before it starts."""
    log.start_logging()
    _ = workshop.register
    workshop.view()  # what is wrong in the folder is said before Slack is called
    stop = stop_event()
    click.echo("Vigie répond sur Slack. Ctrl-C pour arrêter.", err=True)
    went_well = answer_on_slack(workshop, stop)
    click.echo(
        "Vigie ne répond plus sur Slack."
        if went_well
        else "Slack ne répond plus : Vigie s'arrête. Voyez vigie doctor.",
        err=True,
    )
    return 0 if went_well else 1
