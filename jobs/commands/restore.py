"""`vigie restore`: a backup put in the place of the register, which is kept beside. Replaces nothing without --yes."""

from __future__ import annotations

from pathlib import Path

import click

from bots import terminal
from config.errors import UserError
from config.french import count_words, enumeration
from jobs.command_line import PATH, open_workshop, vigie_command
from sheets.register import backup
from sheets.register.carry_over import CarriedOver
from sheets.register.database import lock_of


@vigie_command("restore")
@click.argument("file", metavar="FICHIER", type=PATH)
@click.option("--yes", "yes", is_flag=True, help="Remplacer vraiment ; sans cela, montre ce qui le serait.")
def command(file: Path, yes: bool) -> None:
    """Put a backup in the place of the register, once verified; show what would change until `yes`."""
    workshop = open_workshop()
    register, when = workshop.register_path, workshop.current_time()
    if not file.is_file():
        raise UserError(f"Fichier introuvable : {file}. Donnez une sauvegarde faite par vigie backup.")
    if register.exists() and register.samefile(file):
        raise UserError(f"« {file} » est le registre lui-même. Donnez une sauvegarde faite par vigie backup.")
    with backup.prepare(file, register, when) as (copy_path, content):
        terminal.write(f"Sauvegarde vérifiée : {file}, {content.in_words}.")
        terminal.write(f"Registre en place : {register}, {_register_in_place(register)}.")
        if not yes:
            _say_what_was_restored(backup.preview_carry_over(register, copy_path), "serait gardé")
            click.echo("Rien n'a été remplacé. Pour le faire, ajoutez --yes : le registre en place sera gardé à côté.")
            return
        with lock_of(register):
            set_aside = _free_path(register.parent / backup.dated_name(register, when, "-remplace"))
            restored = backup.replace_register(register, copy_path, set_aside)
    _say_what_was_restored(restored, "est gardé")
    click.echo(f"Restauré. L'ancien registre est gardé sous {set_aside}." if restored else "Restauré.")


def _free_path(path: Path) -> Path:
    """That name, or the next one that nobody bears."""
    names = (path, *(path.with_name(f"{path.stem}-{n}{path.suffix}") for n in range(2, 1000)))
    return next(n for n in names if not n.exists())


def _register_in_place(register: Path) -> str:
    if not register.exists():
        return "qui n'existe pas encore"
    content = backup.resume(register)
    return content.in_words if content else "qui ne peut pas être lu"


def _say_what_was_restored(restored: CarriedOver | None, verb: str) -> None:
    """How much of what was said since the backup is carried over; what it means when not all could be."""
    if restored is None:
        return
    if not restored.missing or any(restored[:3]):
        all_said = (
            count_words(restored.messages, "message"),
            count_words(restored.replies, "réponse à des rappels", "réponses à des rappels"),
            count_words(restored.mails, "courriel traité", "courriels traités"),
        )
        terminal.write(f"Ce qui a été dit depuis la sauvegarde {verb} : {enumeration(all_said)}.")
    if restored.missing:
        terminal.write(
            f"Ce qui a été dit depuis la sauvegarde ne peut pas être repris en entier du registre en place, qui est {restored.missing} : "
            "des lettres peuvent partir deux fois ; voyez par vigie remind ce qui partirait, avant de rallumer le service."
        )
