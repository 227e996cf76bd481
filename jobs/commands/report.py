"""`vigie report`: the workbook of findings of a campaign, to be filled by those who decide. Never replaces one that someone filled."""

from __future__ import annotations

from pathlib import Path

import click

from config import safe_write
from config.campaign import current_campaign
from config.territory import FRANCE
from jobs.command_line import PATH, open_workshop, vigie_command
from jobs.wiring import Workshop
from reports import findings_workbook
from reports.view import Subject
from sheets.register import acts
from sheets.writing.seal import is_untouched


@vigie_command("report")
@click.option(
    "--out", "output", type=PATH, default=Path("out/rapports"), metavar="DOSSIER", help="Où écrire (out/rapports)."
)
@click.option("--campagne", "campaign_code", metavar="CODE", help="La campagne ; celle en cours par défaut.")
def command(output: Path, campaign_code: str | None) -> None:
    write_findings(open_workshop(), output, campaign_code)


def write_findings(workshop: Workshop, output: Path, campaign: str | None) -> None:
    """The workbook of findings of a campaign, the one under way by default. Raises TakenError when someone filled it."""
    view = workshop.view()
    c = (
        acts.named_campaign(view.folder, campaign)
        if campaign
        else current_campaign(view.folder.campaigns.values(), view.as_of)
    )
    path = output / f"constats-{c.code}.xlsx"
    raw_bytes = findings_workbook.as_bytes(findings_workbook.workbook(view, Subject(FRANCE, c.exercice, c.code)))
    safe_write.create(path, raw_bytes, ours=is_untouched)
    click.echo(f"{path} : remplissez « Décision » et « Motif », puis : vigie decide --file {path} --as EMAIL")
