"""`vigie retour`: a companion beside each workbook, that shows what to mend, cell by cell."""

from pathlib import Path

import click

from jobs.command_line import PATH, open_workshop, vigie_command
from jobs.companions import write_companions


@vigie_command("retour")
@click.argument("files", metavar="FICHIER…", nargs=-1, required=True, type=PATH)
@click.option("-o", "--output", "output", type=PATH, metavar="DOSSIER", help="Où écrire (à côté de chaque fichier).")
def command(files: tuple[Path, ...], output: Path | None) -> int:
    return write_companions(open_workshop(), files, output)
