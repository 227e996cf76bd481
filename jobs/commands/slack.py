"""`vigie slack`: the bot by itself, until it is stopped."""

import click

from bots import log
from jobs.chat import answer_on_slack, leave, stop_event
from jobs.command_line import open_workshop, vigie_command


@vigie_command("slack")
def command() -> int:
    workshop = open_workshop()
    log.start_logging()
    _ = workshop.register
    workshop.view()  # what is wrong in the folder is said before Slack is called
    stop = stop_event()
    click.echo("Vigie répond sur Slack. Ctrl-C pour arrêter.", err=True)
    went_well = answer_on_slack(workshop, stop)
    last_words = (
        "Vigie ne répond plus sur Slack." if went_well else "Slack ne répond plus : Vigie s'arrête. Voyez vigie doctor."
    )
    click.echo(last_words, err=True)
    return leave(0 if went_well else 1)
