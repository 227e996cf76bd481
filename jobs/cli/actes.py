"""Commands by which people act: decide, note, judge again, and the life of a campaign."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from config.errors import UserError
from jobs.cli.racine import PATH, DayParam, common_options, vigie, workshop
from jobs.francais import FrenchCommand, FrenchGroup

_author_option = click.option("--as", "email", metavar="EMAIL", help="Qui agit : l'adresse est dans personnes.csv.")
_reason_option = click.option(
    "--motif", "reason", metavar="TEXTE", default="", help="Pourquoi ; se lit partout où se lit le chiffre."
)


@vigie.command(cls=FrenchCommand)
@click.argument("line", metavar="[LIGNE]", required=False)
@click.option("--retenir", "direction", flag_value="retenir", help="Garde une ligne que les contrôles retirent.")
@click.option("--retirer", "direction", flag_value="retirer", help="Retire une ligne que les contrôles gardent.")
@click.option("--revenir", "direction", flag_value="revenir", help="Rend la ligne aux contrôles.")
@click.option("--distinguer", "direction", flag_value="distinguer", help="Ce n'est pas l'action que Vigie a reconnue.")
@click.option("--file", "file", type=PATH, metavar="FICHIER", help="Le classeur de constats rempli (vigie report).")
@_reason_option
@_author_option
@common_options
def decide(
    line: str | None, direction: str | None, file: Path | None, reason: str, email: str | None, **options: Any
) -> None:
    """Garde ou retire une ligne, une par une ou en nombre. LIGNE s'écrit comme les réponses la montrent."""
    from jobs.actes import decide as decide_one
    from jobs.actes import decide_from_workbook

    if file:
        decide_from_workbook(workshop(**options), file, email)
    elif line and direction:
        decide_one(workshop(**options), line, direction, reason, email)
    else:
        raise UserError("Dites quelle ligne et quoi faire : vigie decide LIGNE --retenir --motif « … » --as EMAIL")


@vigie.command(cls=FrenchCommand)
@click.argument("line", metavar="LIGNE")
@click.argument("text", metavar="TEXTE")
@_author_option
@common_options
def note(line: str, text: str, email: str | None, **options: Any) -> None:
    """Laisse un mot sur une ligne, entre l'ARS et le GHT."""
    from jobs.actes import note as write

    write(workshop(**options), line, text, email)


@vigie.command(cls=FrenchCommand)
@click.option("--yes", "yes", is_flag=True, help="Écrit les nouveaux jugements ; sans elle, montre ce qui changerait.")
@click.option("--y-compris-verrouillees", "locked_too", is_flag=True,
              help="Montre aussi ce qui changerait dans les campagnes verrouillées ; n'écrit jamais.")  # fmt: skip
@common_options
def rejudge(yes: bool, locked_too: bool, **options: Any) -> None:
    """Juge à nouveau tout ce qui a été reçu, après un changement de règle, de seuil ou de libellé."""
    from jobs.actes import judge_all_again

    judge_all_again(workshop(**options), yes, locked_too)


@vigie.command(cls=FrenchCommand)
@click.option(
    "--out", "output", type=PATH, default=Path("out/rapports"), metavar="DOSSIER", help="Où écrire (out/rapports)."
)
@click.option("--campagne", "campaign_code", metavar="CODE", help="La campagne ; celle en cours par défaut.")
@common_options
def report(output: Path, campaign_code: str | None, **options: Any) -> None:
    """Écrit le classeur des constats, à remplir pour décider en nombre."""
    from jobs.actes import write_findings

    write_findings(workshop(**options), output, campaign_code)


@vigie.group(cls=FrenchGroup)
def campaign() -> None:
    """La vie d'une campagne : ouvrir, relancer, prolonger, valider, verrouiller, répondre pour un GHT."""


_ght = click.option("--ght", metavar="CODE", required=True, help="Le GHT.")
_campaign_argument = click.argument("campaign_code", metavar="CAMPAGNE")


@campaign.command("list", cls=FrenchCommand)
@common_options
def campaign_list(**options: Any) -> None:
    """Les campagnes, leur calendrier, et combien de GHT ont répondu."""
    from jobs.actes import list_campaigns

    list_campaigns(workshop(**options))


@campaign.command("open", cls=FrenchCommand)
@_campaign_argument
@click.option("--send", "send", is_flag=True, help="Envoyer vraiment ; sans elle, montre ce qui partirait.")
@click.option("--json", "as_json", is_flag=True, help="Sortie pour les programmes.")
@common_options
def campaign_open(campaign_code: str, send: bool, as_json: bool, **options: Any) -> None:
    """Ouvre : à chaque GHT, sa trame avec les lignes déjà connues. Avec --send, l'envoie."""
    from jobs.remind import open_campaign

    open_campaign(workshop(**options), campaign_code, send, as_json)


@campaign.command("extend", cls=FrenchCommand)
@_campaign_argument
@_ght
@click.option("--jusqu-au", "until_day", type=DayParam(), metavar="DATE", required=True, help="La nouvelle échéance.")
@_reason_option
@_author_option
@common_options
def campaign_extend(
    campaign_code: str, ght: str, until_day: date, reason: str, email: str | None, **options: Any
) -> None:
    """Prolonge l'échéance d'un GHT."""
    from jobs.actes import extend

    extend(workshop(**options), campaign_code, ght, until_day, reason, email)


@campaign.command("validate", cls=FrenchCommand)
@_campaign_argument
@_ght
@click.option("--annuler", "undo", is_flag=True, help="Lève la validation.")
@_reason_option
@_author_option
@common_options
def campaign_validate(campaign_code: str, ght: str, undo: bool, reason: str, email: str | None, **options: Any) -> None:
    """Valide ce qu'un GHT a remis."""
    from jobs.actes import validate

    validate(workshop(**options), campaign_code, ght, reason, email, not undo)


@campaign.command("lock", cls=FrenchCommand)
@_campaign_argument
@click.option("--ght", metavar="CODE", help="Un seul GHT ; sinon tous ceux de la personne.")
@click.option("--annuler", "undo", is_flag=True, help="Lève le verrou.")
@_reason_option
@_author_option
@common_options
def campaign_lock(
    campaign_code: str, ght: str | None, undo: bool, reason: str, email: str | None, **options: Any
) -> None:
    """Verrouille : ce qui compte à cet instant comptera. Un envoi d'après est gardé et montré, sans compter."""
    from jobs.actes import lock_ghts

    lock_ghts(workshop(**options), campaign_code, ght, reason, email, not undo)


@campaign.command("remind", cls=FrenchCommand)
@_campaign_argument
@_ght
@_author_option
@common_options
def campaign_remind(campaign_code: str, ght: str, email: str | None, **options: Any) -> None:
    """Demande que l'équipe d'un GHT soit relancée au prochain passage, quoi que dise l'échelle."""
    from jobs.actes import remind

    remind(workshop(**options), campaign_code, ght, email)


@campaign.command("neant", cls=FrenchCommand)
@_campaign_argument
@click.option("--finess", metavar="FINESS", required=True, help="L'établissement.")
@_reason_option
@_author_option
@common_options
def campaign_neant(campaign_code: str, finess: str, reason: str, email: str | None, **options: Any) -> None:
    """Note qu'un établissement n'a rien à déclarer, dit par exemple au téléphone."""
    from jobs.actes import declare_neant

    declare_neant(workshop(**options), campaign_code, finess, reason, email)
