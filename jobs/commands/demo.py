"""`vigie demo`: the newcomer's tour, into a folder made anew."""

from pathlib import Path

import click

from jobs.command_line import PATH, vigie_command
from jobs.demo.tour import run_tour


@vigie_command("demo")
@click.option("--out", "output", type=PATH, default=Path("out/demo"), metavar="DOSSIER", help="Où écrire (out/demo).")
def command(output: Path) -> None:
    run_tour(output)
