"""The command that runs by itself: the bot and the schedule."""

from __future__ import annotations

import sys
from typing import Any

import click

from jobs.cli.racine import atelier, communes, vigie
from jobs.francais import Commande


@vigie.command(cls=Commande)
@click.option("--once", "une_fois", is_flag=True, help="Un seul tour, sans le robot, puis s'arrête : pour un cron.")
@communes
def run(une_fois: bool, **options: Any) -> None:
    """Le service : relève, prévient et répond, jusqu'à Ctrl-C. Code 1 si un tour (--once) a échoué."""
    from jobs.chat import sors
    from jobs.service import tourne, un_tour

    if une_fois:
        sys.exit(un_tour(atelier(**options)))
    sors(tourne(atelier(**options)))
