"""`vigie backup`: the register copied, even during a pull, and the copy verified."""

from __future__ import annotations

from pathlib import Path

import click

from config.french import count_words, size_in_words
from jobs.command_line import PATH, open_workshop, vigie_command
from sheets.register import backup

BACKUP_FOLDER = "sauvegardes"


@vigie_command("backup")
@click.argument("file", metavar="[FICHIER]", required=False, type=PATH)
@click.option(
    "--garde", "keep", type=click.IntRange(min=1), metavar="N", help="Ne garder que les N dernières sauvegardes datées."
)
def command(file: Path | None, keep: int | None) -> None:
    """Copy the register, verified, under a dated name unless one is given; keep the `keep` latest of its own."""
    workshop = open_workshop()
    when, register = workshop.current_time(), workshop.register_path
    db = workshop.existing_register
    destination = file or register.parent / BACKUP_FOLDER / backup.dated_name(register, when)
    content = backup.back_up(db, register, destination, when)
    click.echo(f"Sauvegardé et vérifié : {destination}, {size_in_words(content.raw_bytes)}, {content.in_words}.")
    removed = backup.thin_out_backups(destination.parent, register, keep) if keep else []
    if removed:
        click.echo(
            f"{count_words(len(removed), 'sauvegarde plus ancienne retirée', 'sauvegardes plus anciennes retirées')}."
        )
    backup.note(db, destination, when, content.raw_bytes)
