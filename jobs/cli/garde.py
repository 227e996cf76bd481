"""Commands that keep the register: back up, put back, erase what is old."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from jobs.cli.racine import PATH, common_options, vigie, workshop
from jobs.francais import FrenchCommand


@vigie.command(cls=FrenchCommand)
@click.argument("file", metavar="[FICHIER]", required=False, type=PATH)
@click.option(
    "--garde", "keep", type=click.IntRange(min=1), metavar="N", help="Ne garder que les N dernières sauvegardes datées."
)
@common_options
def backup(file: Path | None, keep: int | None, **options: Any) -> None:
    """Copie le registre, même pendant un relevé, et vérifie la copie ; par défaut dans « sauvegardes », datée."""
    from jobs.keeping import back_up

    back_up(workshop(**options), file, keep)


@vigie.command(cls=FrenchCommand)
@click.argument("file", metavar="FICHIER", type=PATH)
@click.option("--yes", "yes", is_flag=True, help="Remplacer vraiment ; sans cela, montre ce qui le serait.")
@common_options
def restore(file: Path, yes: bool, **options: Any) -> None:
    """Vérifie une sauvegarde, puis la met à la place du registre, qui est gardé à côté sous un nom daté."""
    from jobs.keeping import restore_backup

    restore_backup(workshop(**options), file, yes)


@vigie.command(cls=FrenchCommand)
@click.option("--yes", "yes", is_flag=True, help="Effacer vraiment ; sans cela, montre ce qui le serait.")
@common_options
def purge(yes: bool, **options: Any) -> None:
    """Efface classeurs, contacts et textes libres des campagnes anciennes (conservation_annees) ; aucun chiffre ne change."""
    from jobs.keeping import purge as erase

    erase(workshop(**options), yes)


@vigie.command("horloge", cls=FrenchCommand)
@click.option("--yes", "yes", is_flag=True, help="Ramener vraiment ; sans cela, montre ce qui le serait.")
@common_options
def bring_back_dates(yes: bool, **options: Any) -> None:
    """Ramène à aujourd'hui ce qu'une horloge fausse, ou un --today mal tapé, a daté d'un jour à venir."""
    from jobs.clock import bring_back

    bring_back(workshop(**options), yes)
