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
    from jobs.remind import relance

    relance(atelier(**options), envoie, en_json)
