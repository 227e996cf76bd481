"""`vigie pull`: the trames dropped in folders, taken into the register, and what came in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from bots import terminal
from config import environment
from config.errors import UserError
from jobs import wiring
from jobs.command_line import PATH, json_option, open_workshop, vigie_command
from jobs.judged_files import totals_json
from jobs.pull_words import show_summary
from jobs.taking_in.folders import STABLE
from jobs.taking_in.folders import pull as pull_all
from jobs.taking_in.take_in import ANYONE, Sender, on_behalf_of_a_ght
from jobs.wiring import Workshop
from sheets.cells import mask, tidied
from sheets.register.pulls import Entry


@vigie_command("pull")
@click.argument("sources", metavar="[SOURCE]…", nargs=-1, type=PATH)
@json_option
@click.option(
    "--pour-le-compte", "reason", metavar="TEXTE", default="", help="Trames saisies pour un GHT : pourquoi (appel…)."
)
@click.option("--as", "email", metavar="EMAIL", help="Qui les a saisies.")
def command(sources: tuple[Path, ...], as_json: bool, reason: str, email: str | None) -> int:
    return pull_sources(open_workshop(), sources, as_json, reason, email)


def pull_sources(
    workshop: Workshop, sources: Sequence[Path], as_json: bool, reason: str = "", email: str | None = None
) -> int:
    """Pull the sources into the register and show what came in; with `reason`, on behalf of their GHT.

    1 when something that lay there could not be read, by its rights or its name; a workbook that is refused was read.
    """
    configured = [] if sources else wiring.sources()
    if not (sources or configured):
        raise UserError(
            f"Donnez un dossier de trames à relever : vigie pull DOSSIER, ou réglez {environment.SOURCES}, qui les nomme tous."
        )
    sender = _on_behalf(workshop, reason, email)
    with terminal.progress_bar("Relevé") as advance:
        summary = pull_all(
            workshop.register, workshop.folder, sources or configured, workshop.current_time, advance, sender,
            patience=STABLE if configured else 0,
        )  # fmt: skip
    if as_json:
        files = [
            {"fichier": r.file, "etat": r.state, "motif": r.reason, "totaux": totals_json(r.totals)}
            for r in summary.received_files
        ]
        result = {"fichiers": files, "totaux": totals_json(summary.totals)}
        result |= {"absentes": list(summary.missing_sources), "en_ecriture": list(summary.being_written)}
        result |= {"illisibles": [{"chemin": u.path, "phrase": u.sentence} for u in summary.unread]}
        terminal.print_json(result)
    else:
        show_summary(summary)
    return int(bool(summary.unread))


def _on_behalf(workshop: Workshop, reason: str, email: str | None) -> Sender:
    """Who enters trames on behalf of a GHT, why, and for which GHT they may."""
    if not reason:
        return ANYONE
    if not email:
        raise UserError("Dites qui a saisi ces trames : ajoutez --as EMAIL.")
    person, entry = workshop.person(email), Entry(email, mask(tidied(reason)))
    return on_behalf_of_a_ght(person, "saisie", workshop.folder, workshop.current_time().date(), entry)
