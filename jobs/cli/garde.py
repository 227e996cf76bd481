"""Commands that keep the register: back up, put back, erase what is old."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from jobs.cli.racine import CHEMIN, atelier, communes, vigie
from jobs.francais import Commande


@vigie.command(cls=Commande)
@click.argument("fichier", metavar="[FICHIER]", required=False, type=CHEMIN)
@click.option(
    "--garde", type=click.IntRange(min=1), metavar="N", help="Ne garder que les N dernières sauvegardes datées."
)
@communes
def backup(fichier: Path | None, garde: int | None, **options: Any) -> None:
    """Copie le registre, même pendant un relevé, et vérifie la copie ; par défaut dans « sauvegardes », datée."""
    from jobs.keeping import sauve

    sauve(atelier(**options), fichier, garde)


@vigie.command(cls=Commande)
@click.argument("fichier", metavar="FICHIER", type=CHEMIN)
@click.option("--yes", "oui", is_flag=True, help="Remplacer vraiment ; sans cela, montre ce qui le serait.")
@communes
def restore(fichier: Path, oui: bool, **options: Any) -> None:
    """Vérifie une sauvegarde, puis la met à la place du registre, qui est gardé à côté sous un nom daté."""
    from jobs.keeping import restaure

    restaure(atelier(**options), fichier, oui)


@vigie.command(cls=Commande)
@click.option("--yes", "oui", is_flag=True, help="Effacer vraiment ; sans cela, montre ce qui le serait.")
@communes
def purge(oui: bool, **options: Any) -> None:
    """Efface classeurs, contacts et textes libres des campagnes anciennes (conservation_annees) ; aucun chiffre ne change."""
    from jobs.keeping import purge as efface

    efface(atelier(**options), oui)


@vigie.command(cls=Commande)
@click.option("--yes", "oui", is_flag=True, help="Ramener vraiment ; sans cela, montre ce qui le serait.")
@communes
def horloge(oui: bool, **options: Any) -> None:
    """Ramène à aujourd'hui ce qu'une horloge fausse, ou un --today mal tapé, a daté d'un jour à venir."""
    from jobs.clock import bring_back

    bring_back(atelier(**options), oui)
