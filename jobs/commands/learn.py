"""`vigie learn`: the labels nobody knows, and one learnt. Never changes a word that someone wrote in the folder."""

from __future__ import annotations

import click

from bots import terminal
from config import synonyms
from config.errors import UserError
from config.french import nearest
from config.territory import FRANCE
from jobs.command_line import open_workshop, vigie_command
from jobs.wiring import Workshop
from reports.view import Subject
from sheets.register import stored_lines


@vigie_command("learn")
@click.argument("written", metavar="[ÉCRIT]", required=False)
@click.argument("label", metavar="[LIBELLÉ]", required=False)
def command(written: str | None, label: str | None) -> None:
    if written and not label:
        raise UserError('Dites aussi le libellé officiel : vigie learn "ÉCRIT" "LIBELLÉ OFFICIEL"')
    learn(open_workshop(), written, label)


def learn(workshop: Workshop, write: str | None, label: str | None) -> None:
    """Learn that a label typed in the trames means an official one; without labels, show what is not known yet."""
    if not write:
        _show_unknown(workshop)
        return
    folder, nomenclature = workshop.folder_to_write(), workshop.folder.nomenclature
    level = synonyms.level_of(nomenclature, label or "")
    synonyms.learn(folder, nomenclature, level, write, label or "")
    click.echo(f"Appris : « {write} » se lit « {label} ». Les trames déjà reçues gardent leur constat.")


def _show_unknown(workshop: Workshop) -> None:
    """The labels of the trames that nobody knows, with the nearest official one."""
    view, nomenclature = workshop.view(), workshop.folder.nomenclature
    tabs_that_count = [
        o.id
        for n in {c.exercice for c in workshop.folder.campaigns.values()}
        for o in view.tabs_that_count(Subject(FRANCE, n))
    ]
    rows = [
        (r, e, str(n), nearest(e, nomenclature.labels(r)) or "—")
        for r, e, n in stored_lines.unknown_labels(view.db, tabs_that_count)
        if nomenclature.label(r, e) is None
    ]
    if not rows:
        terminal.write("Tous les libellés reçus sont connus.", "green")
        return
    terminal.print_table(("Niveau", "Écrit dans les trames", "Lignes", "Le plus proche"), rows, (2,))
    terminal.write('Pour l\'apprendre : vigie learn "ÉCRIT" "LIBELLÉ OFFICIEL"')
