"""`vigie retour`: a companion beside each workbook, that shows what to mend, cell by cell."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from jobs.command_line import PATH, vigie_command, workshop
from jobs.companions import write_companions


@vigie_command("retour")
@click.argument("files", metavar="FICHIER…", nargs=-1, required=True, type=PATH)
@click.option("-o", "--output", "output", type=PATH, metavar="DOSSIER", help="Où écrire (à côté de chaque fichier).")
def command(files: tuple[Path, ...], output: Path | None) -> None:
    sys.exit(write_companions(workshop(), files, output))
