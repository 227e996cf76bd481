"""`vigie template`: the trame of a GHT, or of all, with the lines already known. Never writes over one that someone filled."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from bots import terminal
from config.campaign import Campaign
from config.errors import UserError
from config.french import count_words, day, did_you_mean, enumeration
from jobs.command_line import PATH, open_workshop, vigie_command
from jobs.wiring import Workshop
from sheets import writing
from sheets.places import all_year, places
from sheets.register.known_actions import ExpectedLine, expected_lines
from sheets.trame import Trame
from sheets.trames import TRAMES


@vigie_command("template")
@click.argument("trame", metavar="TRAME")
@click.option("--ght", metavar="CODE", help="Le GHT à qui la trame est destinée.")
@click.option(
    "--campagne",
    "campaign",
    metavar="CODE",
    help="La campagne, par exemple 2021-annuelle ; aucune si la trame est permanente.",
)
@click.option(
    "-o", "--output", "output", type=PATH, metavar="FICHIER", help="Fichier (ou dossier, avec --all) à écrire."
)
@click.option("--all", "for_all", is_flag=True, help="Une trame pour chaque GHT de la région.")
@click.option("--vierge", "blank", is_flag=True, help="Sans les lignes déjà connues du registre.")
def command(trame: str, ght: str | None, campaign: str | None, output: Path | None, for_all: bool, blank: bool) -> None:
    write_trames(open_workshop(), trame, None if for_all else ght or "", campaign, output, blank=blank)


def write_trames(
    workshop: Workshop, trame: str, ght: str | None, campaign: str | None, output: Path | None, *, blank: bool = False
) -> None:
    """Write one trame, or (ght None) one per GHT into a folder: with the lines already known, unless `blank`."""
    layout: Trame = _chosen("le type de trame", trame, TRAMES)
    c = all_year(layout) if layout.is_permanent else _campaign(workshop, campaign)
    if ght is None:
        _say_trames(_write_all(workshop, layout, c, output or Path("trames"), blank=blank))
        return
    if not ght:
        raise UserError("Dites pour quel GHT (--ght CODE), ou --all pour tous.")
    _chosen("le GHT", ght, workshop.folder.territory.ghts)
    if not workshop.folder.territory.members(ght, c.situation):
        raise UserError(
            f"Le GHT « {ght} » n'a plus d'établissement au {day(c.situation)}, date de situation de la campagne."
        )
    name = writing.file_name_of(ght, c, workshop.folder)
    path = output / name if output and output.is_dir() else output or Path(name)
    known_lines = _write_trame(workshop, layout, ght, c, path, blank=blank)
    with_lines = f" avec {count_words(known_lines, 'ligne déjà connue', 'lignes déjà connues')}" if known_lines else ""
    click.echo(f"Trame écrite{with_lines} : {path}")


def _campaign(workshop: Workshop, code: str | None) -> Campaign:
    if code is None:
        ctx = click.get_current_context()
        raise click.MissingParameter(ctx=ctx, param=next(p for p in ctx.command.params if p.name == "campaign"))
    campaign: Campaign = _chosen("la campagne", code, workshop.folder.campaigns)
    return campaign


def _chosen(what: str, code: str, known_ones: dict[str, Any]) -> Any:
    """The thing that bears this code. Raises UserError with the nearest code and the known ones."""
    if code in known_ones:
        return known_ones[code]
    end = f"{did_you_mean(code, known_ones)} Connus : {enumeration(sorted(known_ones), 8)}."
    raise UserError(f"Je ne connais pas {what} « {code} »{end}")


def _write_trame(workshop: Workshop, trame: Trame, ght: str, campaign: Campaign, path: Path, *, blank: bool) -> int:
    """Save one trame; return how many known lines it comes with."""
    lines: dict[str, list[ExpectedLine]] = {}
    taken: dict[str, frozenset[str]] = {}
    if not blank and workshop.register_path.exists():
        whole = places(trame, ght, campaign.situation, workshop.folder.territory).values()
        db, as_of = workshop.existing_register, workshop.current_time().date()
        lines, taken = expected_lines(db, workshop.folder, campaign, whole, as_of)
    writing.write(writing.prefilled(trame, ght, campaign, workshop.folder, lines, taken), path)
    return sum(map(len, lines.values()))


def _write_all(
    workshop: Workshop, trame: Trame, campaign: Campaign, output_folder: Path, *, blank: bool = False
) -> dict[Path, bool]:
    """A trame for every GHT of the folder that has members at the situation date; whether each was written.

    One that is already there is left as it is: someone may have filled it.
    """
    territory = workshop.folder.territory
    ghts = [g for g in territory.ghts.values() if territory.members(g.code, campaign.situation)]
    written_ones = {}
    with terminal.progress_bar("Trames") as advance:
        for rank, g in enumerate(ghts, 1):
            path = output_folder / writing.file_name_of(g.code, campaign, workshop.folder)
            written_ones[path] = not path.exists()
            if written_ones[path]:
                _write_trame(workshop, trame, g.code, campaign, path, blank=blank)
            advance(rank, len(ghts))
    return written_ones


def _say_trames(written_ones: Mapping[Path, bool]) -> None:
    """How many were written, and which were there before."""
    kept_paths = [path for path, written_one in written_ones.items() if not written_one]
    folders = enumeration(sorted({str(path.parent) for path in written_ones}))
    click.echo(f"{count_words(len(written_ones) - len(kept_paths), 'trame écrite', 'trames écrites')} dans {folders}")
    if kept_paths:
        one, many = "trame y était déjà et reste telle quelle", "trames y étaient déjà et restent telles quelles"
        click.echo(f"{count_words(len(kept_paths), one, many)} :")
        for path in kept_paths:
            click.echo(f"  {path.name}")
        click.echo("Pour en écrire une à neuf, déplacez d'abord l'ancienne.")
