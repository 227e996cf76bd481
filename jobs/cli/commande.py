"""Every command, and what is said in French when one goes wrong, with what to do next."""

from __future__ import annotations

import sys

import click

from config.errors import UserError
from jobs.cli.racine import vigie
from jobs.francais import machine, phrase

# isort: off
# In the order of the help page: importing them declares the commands.
from jobs.cli import trames, questions, actes, rappels, garde, service
# isort: on

__all__ = ["actes", "garde", "lance", "questions", "rappels", "service", "trames", "vigie"]


def lance() -> None:
    """Run a command. Exit 2 on what the user can mend, said in one sentence."""
    try:
        vigie(standalone_mode=False)
    except click.exceptions.Exit as sortie:
        sys.exit(sortie.exit_code)
    except UserError as faute:
        click.echo(str(faute), err=True)
        sys.exit(2)
    except OSError as faute:
        click.echo(machine(faute), err=True)
        sys.exit(2)
    except click.Abort:
        click.echo("Interrompu.", err=True)
        sys.exit(130)
    except click.ClickException as faute:
        click.echo(phrase(faute), err=True)
        sys.exit(2)
