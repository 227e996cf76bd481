"""`vigie decide`: a line struck or kept by someone, or all those of a workbook of findings."""

from __future__ import annotations

from pathlib import Path

import click

from bots import act_words
from config.errors import UserError
from jobs.command_line import PATH, author_option, open_workshop, reason_option, vigie_command
from jobs.wiring import Workshop
from reports import findings_workbook
from sheets.register import acts


@vigie_command("decide")
@click.argument("line", metavar="[LIGNE]", required=False)
@click.option("--retenir", "direction", flag_value="retenir", help="Garde une ligne que les contrôles retirent.")
@click.option("--retirer", "direction", flag_value="retirer", help="Retire une ligne que les contrôles gardent.")
@click.option("--revenir", "direction", flag_value="revenir", help="Rend la ligne aux contrôles.")
@click.option("--distinguer", "direction", flag_value="distinguer", help="Ce n'est pas l'action que Vigie a reconnue.")
@click.option("--file", "file", type=PATH, metavar="FICHIER", help="Le classeur de constats rempli (vigie report).")
@reason_option
@author_option
def command(line: str | None, direction: str | None, file: Path | None, reason: str, email: str | None) -> None:
    if file:
        _decide_from_workbook(open_workshop(), file, email)
    elif line and direction:
        _decide(open_workshop(), line, direction, reason, email)
    else:
        raise UserError("Dites quelle ligne et quoi faire : vigie decide LIGNE --retenir --motif « … » --as EMAIL")


def _decide(workshop: Workshop, reference: str, direction: str, reason: str, email: str | None) -> None:
    """One decision on one line."""
    main = workshop.hand_of(email)
    if direction == "distinguer":
        line = acts.tell_apart(main, reference, reason)
        click.echo(
            f"{line.reference} : c'est une autre action. Elle prendra son numéro au prochain « vigie rejudge --yes »."
        )
        return
    click.echo(act_words.decision_words(acts.decide(main, reference, direction, reason), direction))


def _decide_from_workbook(workshop: Workshop, file: Path, email: str | None) -> None:
    """The decisions filled in a workbook of findings: all of them, or none."""
    if not file.is_file():
        raise UserError(f"Fichier introuvable : {file}.")
    main = workshop.hand_of(email)
    requests = findings_workbook.read_decisions(file.read_bytes())
    if not requests:
        raise UserError(
            f"{file.name} : aucune décision. Remplissez les colonnes « Décision » et « Motif », puis relancez."
        )
    for line, (_, direction, _) in zip(acts.decide_all(main, requests), requests, strict=True):
        click.echo(act_words.decision_words(line, direction))
