"""`vigie note`: a word left on a line, between the ARS and the GHT."""

import click

from bots import act_words
from jobs.command_line import author_option, open_workshop, vigie_command
from sheets.register import acts


@vigie_command("note")
@click.argument("line", metavar="LIGNE")
@click.argument("text", metavar="TEXTE")
@author_option
def command(line: str, text: str, email: str | None) -> None:
    click.echo(act_words.note_taken(acts.note(open_workshop().hand_of(email), line, text)))
