"""`vigie courrier`: the trames that came to the mailbox, taken in and answered; dry unless asked."""

import click

from jobs.command_line import open_workshop, vigie_command
from jobs.taking_in.mails import show_mail


@vigie_command("courrier")
@click.option("--send", "send", is_flag=True, help="Prendre, répondre et ranger ; sans elle, montre ce qui le serait.")
def command(send: bool) -> None:
    show_mail(open_workshop(), send=send)
