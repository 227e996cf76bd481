"""Commands that tell: what is due now, to whom, dry unless asked."""

from __future__ import annotations

from typing import Any

import click

from jobs.cli.racine import common_options, vigie, workshop
from jobs.francais import FrenchCommand


@vigie.command(cls=FrenchCommand)
@click.option("--send", "send", is_flag=True, help="Envoyer vraiment ; sans elle, montre ce qui partirait.")
@click.option("--json", "as_json", is_flag=True, help="Sortie pour les programmes.")
@common_options
def remind(send: bool, as_json: bool, **options: Any) -> None:
    """Dit qui serait relancé maintenant, de quoi, et pourquoi pas les autres. Avec --send, relance."""
    from jobs.remind import is_alert, remind_due

    remind_due(workshop(**options), send, as_json, lambda kind, _: not is_alert(kind))


@vigie.command(cls=FrenchCommand)
@click.option("--send", "send", is_flag=True, help="Envoyer vraiment ; sans elle, montre ce qui partirait.")
@click.option("--json", "as_json", is_flag=True, help="Sortie pour les programmes.")
@common_options
def alert(send: bool, as_json: bool, **options: Any) -> None:
    """Montre les alertes du moment : points de campagne et de la semaine, total qui bouge, grosse ligne retirée."""
    from jobs.remind import is_alert, remind_due

    remind_due(workshop(**options), send, as_json, lambda kind, _: is_alert(kind))
