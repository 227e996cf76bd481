"""`vigie territory`: the GHT and their members, from an official list into the region's folder. Ends no membership without --yes."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from config import official_list
from config.csv_tables import Complaints, decode, separator_of
from config.errors import UserError
from config.folder import EXAMPLE, edit
from config.folder_files import read_territory
from config.french import after_de, count_words, day, enumeration
from config.territory import Membership, Territory
from jobs.command_line import PATH, open_workshop, vigie_command
from jobs.wiring import Workshop
from sheets.cells import text
from sheets.reading import opening
from sheets.reading.second_try import tabs_of

TERRITORY = "territoire.csv"


@vigie_command("territory")
@click.argument("file", metavar="FICHIER", type=PATH)
@click.option(
    "--yes", "yes", is_flag=True, help="Mettre fin aux appartenances absentes de la liste ; sans elle, les montre."
)
def command(file: Path, yes: bool) -> None:
    load_territory(open_workshop(), file, yes)


def load_territory(workshop: Workshop, file: Path, yes: bool) -> None:
    """Merge an official list into the folder's `territoire.csv`; memberships end only with `yes`.

    The territory alone is read: the files that name its codes may be filled before it. Raises UserError.
    """
    if not file.is_file():
        raise UserError(f"Fichier introuvable : {file}.")
    folder = workshop.folder_to_write(f", puis : vigie territory {file}")
    old = _territory_of(folder)
    list_labels = official_list.read(_rows(file), old.regions)
    new_list = official_list.merge(old, list_labels, workshop.current_time().date())
    closes = official_list.ended(old, new_list)
    click.echo(
        f"{count_words(len(list_labels.ghts), 'GHT', 'GHT')} et {count_words(len(list_labels.etablissements), 'établissement')} lus."
    )
    if closes and not yes:
        _show_ends(new_list, closes, "finirait", "serait effacée")
        click.echo(
            "Rien n'a été écrit. Si la liste se trompe ou s'il y manque une ligne, corrigez-la ; s'ils sont vraiment "
            "partis, ajoutez --yes."
        )
        return
    path = folder / TERRITORY
    left = edit(folder, TERRITORY, official_list.applied(old, new_list, path.read_bytes()))
    additions = len(set(new_list.memberships) - set(old.memberships)) - sum(a.end is not None for a in closes)
    click.echo(f"{count_words(additions, 'appartenance ajoutée', 'appartenances ajoutées')} dans {path}.")
    _show_ends(new_list, closes, "finit", "est effacée")
    _show_regions(new_list)
    if left:
        click.echo("\n".join(["Reste à corriger dans les autres fichiers :", *(f"  {c}" for c in left[:8])]))


def _territory_of(folder: Path) -> Territory:
    """The territory of a folder whose other files may be at fault. Raises UserError with its own complaints."""
    if not folder.is_dir():
        raise UserError(f"Le dossier de la région « {folder} » n'existe pas. Copiez d'abord l'exemple : {EXAMPLE}")
    complaints = Complaints()
    territory = read_territory(folder, complaints)
    complaints.raise_if_any(f"Le dossier de la région « {folder} » est à corriger :")
    return territory


def _show_ends(territory: Territory, closes: Sequence[Membership], ends: str, never: str) -> None:
    """Each membership that the list no longer holds: the day it ends, or, not yet begun, that its row goes."""
    for a in closes:
        name, ght = territory.etablissements[a.finess].name, territory.ghts[a.ght].name
        then = f"{ends} le {day(a.end)}" if a.end else f"à venir {never}"
        click.echo(f"  {name} ({a.finess}) n'est plus au {ght} dans cette liste : son appartenance {then}")


def _show_regions(territory: Territory) -> None:
    """Say when the folder describes several regions: the example's own is easily left in."""
    counts = Counter(g.region for g in territory.ghts.values())
    if len(counts) > 1:
        said = [f"{count_words(n, 'GHT', 'GHT')} {after_de(territory.regions[r].name)}" for r, n in counts.items()]
        click.echo(
            f"Le dossier décrit maintenant {enumeration(said)}. Si l'une de ces régions n'est pas la vôtre, effacez ses "
            "lignes de territoire.csv, achats.csv et personnes.csv."
        )


def _rows(file: Path) -> list[list[str]]:
    """The rows of a CSV or of a workbook's first tab, as text."""
    raw_bytes = file.read_bytes()
    if file.suffix.lower() in (".csv", ".txt"):
        content = decode(raw_bytes)
        return list(csv.reader(io.StringIO(content), delimiter=separator_of(content)))
    try:
        first = tabs_of(raw_bytes)[0]
    except opening.Refusal as refusal:
        raise UserError(f"{file} : {refusal.finding.message} {refusal.finding.correction}") from None
    return [[] for _ in range(first.first_row)] + [[text(c) or "" for c in row] for row in first.rows]
