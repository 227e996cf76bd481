"""Commands that tell: what is due now, to whom, dry unless asked."""

from __future__ import annotations

from typing import Any

import click

from jobs.cli.racine import atelier, communes, vigie
from jobs.francais import Commande


@vigie.command(cls=Commande)
@click.option("--send", "envoie", is_flag=True, help="Envoyer vraiment ; sans elle, montre ce qui partirait.")
@click.option("--json", "en_json", is_flag=True, help="Sortie pour les programmes.")
@communes
def remind(envoie: bool, en_json: bool, **options: Any) -> None:
    """Dit qui serait relancé maintenant, de quoi, et pourquoi pas les autres. Avec --send, relance."""
    from jobs.remind import est_une_alerte, relance

    relance(atelier(**options), envoie, en_json, lambda genre, _: not est_une_alerte(genre))


@vigie.command(cls=Commande)
@click.option("--send", "envoie", is_flag=True, help="Envoyer vraiment ; sans elle, montre ce qui partirait.")
@click.option("--json", "en_json", is_flag=True, help="Sortie pour les programmes.")
@communes
def alert(envoie: bool, en_json: bool, **options: Any) -> None:
    """Montre les alertes du moment : points de campagne et de la semaine, total qui bouge, grosse ligne retirée."""
    from jobs.remind import est_une_alerte, relance

    relance(atelier(**options), envoie, en_json, lambda genre, _: est_une_alerte(genre))
