"""The command that runs by itself: the bot and the schedule."""

from __future__ import annotations

import sys
from typing import Any

import click

from jobs.cli.racine import common_options, vigie, workshop
from jobs.francais import FrenchCommand


@vigie.command(cls=FrenchCommand)
@click.option("--once", "once", is_flag=True, help="Un seul tour, sans le robot, puis s'arrête : pour un cron.")
@common_options
def run(once: bool, **options: Any) -> None:
    """Le service : relève, prévient et répond, jusqu'à Ctrl-C. Code 1 si un tour (--once) a échoué."""
    from jobs.chat import leave
    from jobs.service import every_step_once, run_until_stopped

    if once:
        sys.exit(every_step_once(workshop(**options)))
    leave(run_until_stopped(workshop(**options)))
