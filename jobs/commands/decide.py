"""`vigie decide`: a line struck or kept by someone, or all those of a workbook of findings."""

from __future__ import annotations

from pathlib import Path

import click

from config.errors import UserError
from jobs.act_commands import acts_of, asked, flags, options
from jobs.command_line import PATH, author_option, open_workshop, vigie_command
from jobs.wiring import Workshop
from reports import acting, findings_workbook
from reports.acting import REASON, Given, Request
from reports.every_act import ACTS


@vigie_command("decide")
@click.argument("line", metavar="[LIGNE]", required=False)
@options(*flags(acts_of("decide")))
@click.option("--file", "file", type=PATH, metavar="FICHIER", help="Le classeur de constats rempli (vigie report).")
@options(*asked([REASON]), author_option)
def command(line: str | None, code: str | None, file: Path | None, reason: str, email: str | None) -> None:
    if file:
        _decide_from_workbook(open_workshop(), file, email)
    elif line and code:
        click.echo(acting.perform(open_workshop().hand_of(email), Request(ACTS[code], (line,), Given(reason))))
    else:
        raise UserError("Dites quelle ligne et quoi faire : vigie decide LIGNE --retenir --motif « … » --as EMAIL")


def _decide_from_workbook(workshop: Workshop, file: Path, email: str | None) -> None:
    """The decisions filled in a workbook of findings: all of them, or none."""
    if not file.is_file():
        raise UserError(f"Fichier introuvable : {file}.")
    main = workshop.hand_of(email)
    read = findings_workbook.read_decisions(file.read_bytes())
    if not read:
        raise UserError(
            f"{file.name} : aucune décision. Remplissez les colonnes « Décision » et « Motif », puis relancez."
        )
    requests = [Request(ACTS[code], (reference,), Given(reason)) for reference, code, reason in read]
    click.echo("\n".join(acting.decide_all(main, requests)))
