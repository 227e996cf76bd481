"""Every command, and what is said in French when one goes wrong, with what to do next."""

from __future__ import annotations

import sys

import click

from config.errors import UserError
from jobs.cli.racine import vigie
from jobs.francais import machine, sentence

# isort: off
# In the order of the help page: importing them declares the commands.
from jobs.cli import trames, questions, actes, rappels, garde, service
# isort: on

__all__ = ["actes", "garde", "questions", "rappels", "run", "service", "trames", "vigie"]


def run() -> None:
    """Run a command. Exit 2 on what the user can mend, said in one sentence."""
    try:
        vigie(standalone_mode=False)
    except click.exceptions.Exit as output:
        sys.exit(output.exit_code)
    except UserError as fault:
        click.echo(str(fault), err=True)
        sys.exit(2)
    except OSError as fault:
        click.echo(machine(fault), err=True)
        sys.exit(2)
    except click.Abort:
        click.echo("Interrompu.", err=True)
        sys.exit(130)
    except click.ClickException as fault:
        click.echo(sentence(fault), err=True)
        sys.exit(2)
