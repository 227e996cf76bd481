"""`vigie note`: a word left on a line, between the ARS and the GHT."""

import click

from jobs.command_line import author_option, open_workshop, vigie_command
from reports.acting import Given, Request, perform
from reports.every_act import ACTS


@vigie_command("note")
@click.argument("line", metavar="LIGNE")
@click.argument("text", metavar="TEXTE")
@author_option
def command(line: str, text: str, email: str | None) -> None:
    click.echo(perform(open_workshop().hand_of(email), Request(ACTS["noter"], (line,), Given(text))))
