"""The commands that write in the region's folder: a label learnt, the territory loaded. Each shows what it changes.

Never touch the example, nor a word that someone wrote in the folder.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from bots import terminal
from config import official_list, synonyms
from config.csv_tables import Complaints, decode, separator_of
from config.errors import UserError
from config.folder import EXAMPLE, edit
from config.folder_files import read_territory
from config.french import after_de, count_words, day, enumeration, nearest
from config.territory import FRANCE, Membership, Territory
from jobs.wiring import Workshop
from reports.view import Subject
from sheets.cells import text
from sheets.reading import opening
from sheets.reading.second_try import tabs_of
from sheets.register import stored_lines

TERRITORY = "territoire.csv"


def learn(workshop: Workshop, write: str | None, label: str | None) -> None:
    """Learn that a label typed in the trames means an official one; without labels, show what is not known yet."""
    if not write:
        _show_unknown(workshop)
        return
    _not_the_example(workshop, "")
    nomenclature = workshop.folder.nomenclature
    level = synonyms.level_of(nomenclature, label or "")
    synonyms.learn(workshop.folder_path, nomenclature, level, write, label or "")
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


def load_territory(workshop: Workshop, file: Path, yes: bool) -> None:
    """Merge an official list into the folder's `territory.csv`; memberships end only with `yes`.

    The territory alone is read: the files that name its codes may be filled before it. Raises UserError.
    """
    if not file.is_file():
        raise UserError(f"Fichier introuvable : {file}.")
    _not_the_example(workshop, f", puis : vigie territory {file}")
    folder = workshop.folder_path
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


def _not_the_example(workshop: Workshop, then: str) -> None:
    if workshop.folder_path.resolve() == EXAMPLE.resolve():
        raise UserError(
            f"Le dossier d'exemple n'est pas modifié. Copiez-le d'abord ({EXAMPLE}){then}, en ajoutant --dossier COPIE"
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
