"""`vigie purge`: what is old erased, in the register and beside it: trames dropped in the chat, registers that a restore set
aside. Erases nothing without --yes, and no figure ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time
from pathlib import Path
from typing import NamedTuple

import click
from sqlite_utils import Database

from config.campaign import PARIS
from config.errors import UserError
from config.french import count_words, day, enumeration, size_in_words
from jobs.command_line import open_workshop, vigie_command
from jobs.wiring import Workshop
from sheets.register import erasing
from sheets.register.database import only_one_pull, open_register, open_to_read, path_of
from sheets.register.erasing import Erased, Outdated
from sheets.register.pulls import BY_SLACK, FoundFile


class Leftovers(NamedTuple):
    """Files dropped that have had their time; registers set aside that still hold what is erased; those that cannot tell."""

    drops: tuple[Path, ...]
    registers: tuple[Path, ...]
    damaged: tuple[Path, ...]


@vigie_command("purge")
@click.option("--yes", "yes", is_flag=True, help="Effacer vraiment ; sans cela, montre ce qui le serait.")
def command(yes: bool) -> None:
    purge(open_workshop(), yes)


def purge(workshop: Workshop, yes: bool) -> None:
    """Erase the originals, contacts and free texts of campaigns past their time; say what until `yes`."""
    outdated, register = _outdated(workshop), workshop.register_path
    db = workshop.existing_register
    if not yes:
        _show(erasing.count_outdated(db, outdated), _find_leftovers(db, register, outdated), outdated, "serait effacé")
        return
    with only_one_pull(db):
        rest = _find_leftovers(db, register, outdated)
        erase = erasing.erase(db, outdated, workshop.current_time())
        _show(erase, rest, outdated, "est effacé")
        _clean_leftovers(rest, outdated, workshop.current_time())
        if not erase.is_nothing or erasing.is_owed(db):
            regained = erasing.reclaim_space(db, workshop.current_time())
            click.echo(
                f"{size_in_words(regained)} regagnés : {path_of(db).name} fait {size_in_words(path_of(db).stat().st_size)}."
                " Les sauvegardes faites avant gardent encore ce qui a été effacé."
            )


def _outdated(workshop: Workshop) -> Outdated:
    """What was locked (or, for what bears no campaign, received) more than `conservation_annees` ago."""
    current_day, years = workshop.current_time().date(), workshop.folder.keeping.conservation_annees
    since = _years_before(current_day, years)
    campaigns = workshop.folder.campaigns.values()
    return Outdated(tuple(c.code for c in campaigns if c.lock < since), tuple(c.code for c in campaigns), since)


def _years_before(day_: date, years: int) -> date:
    """The same day some years before; 28 February for a 29th that was not."""
    year = max(day_.year - years, 1)
    try:
        return day_.replace(year=year)
    except ValueError:
        return day_.replace(year=year, day=28)


def _show(e: Erased, rest: Leftovers, outdated: Outdated, verb: str) -> None:
    what = f"Campagnes closes avant le {day(outdated.since)} : {enumeration(outdated.campaigns) or 'aucune'}."
    for damaged in rest.damaged:
        click.echo(
            f"« {damaged} » est trop abîmé pour être nettoyé, et tient peut-être encore tout cela : supprimez-le dès qu'il "
            "ne sert plus."
        )
    if e.is_nothing and not (rest.drops or rest.registers):
        click.echo(f"{what} Rien à effacer.")
        return
    click.echo(f"{what} Ce qui {verb} :")
    for n, singular, plural_words in (
        (e.originals, "classeur d'origine", "classeurs d'origine"),
        (e.contacts, "contact", "contacts"),
        (e.texts, "ligne avec un texte libre", "lignes avec un texte libre"),
        (e.notes, "note", "notes"),
        (e.questions, "question posée, avec l'adresse de qui l'a posée", "questions posées, avec l'adresse de qui les a posées"),
        (e.messages, "message envoyé, avec l'adresse de son destinataire", "messages envoyés, avec l'adresse de leurs destinataires"),
        (e.reasons, "motif d'une trame saisie pour un GHT", "motifs de trames saisies pour un GHT"),
        (len(rest.drops), "trame déposée sur Slack, dans son dossier", "trames déposées sur Slack, dans leurs dossiers"),
        (len(rest.registers), "ancien registre mis de côté, nettoyé de même", "anciens registres mis de côté, nettoyés de même"),
        (e.folders, "liste de personnes d'un ancien dossier", "listes de personnes d'anciens dossiers"),
    ):  # fmt: skip
        if n:
            raw_bytes = f" ({size_in_words(e.raw_bytes)})" if "classeur" in singular else ""
            click.echo(f"  {count_words(n, singular, plural_words)}{raw_bytes}")
    click.echo("Les montants, les constats, les décisions et les totaux restent : aucun chiffre du passé ne change.")
    if verb == "serait effacé":
        click.echo("Rien n'a été effacé. Pour le faire, ajoutez --yes.")


def _find_leftovers(db: Database, register: Path, due: Outdated) -> Leftovers:
    """What is left beside a register. Changes nothing."""
    held, damaged = [], []
    for aside in sorted(register.parent.glob(f"{register.stem}-remplace-*.sqlite")):
        try:
            with closing(open_to_read(aside)) as old:
                owed = erasing.is_owed(old) or not erasing.count_outdated(old, due).is_nothing
        except UserError:
            damaged.append(aside)
            continue
        held += [aside] if owed else []
    return Leftovers(tuple(_drops(db, register, due)), tuple(held), tuple(damaged))


def _clean_leftovers(found: Leftovers, due: Outdated, when: datetime) -> None:
    """Take away the files, erase the same things from the registers set aside; nothing else of theirs changes."""
    for drop in found.drops:
        drop.unlink(missing_ok=True)
        for folder in (drop.parent, drop.parent.parent):
            if not any(folder.iterdir()):
                folder.rmdir()
    for aside in found.registers:
        with closing(open_register(aside)) as old:
            erasing.erase(old, due, when)
            erasing.reclaim_space(old, when)


def _drops(db: Database, register: Path, due: Outdated) -> Iterator[Path]:
    """The files dropped in the chat of which nothing younger was received; one that was never taken in goes by its date."""
    known, old = erasing.paths(db, due)
    first_kept = datetime.combine(due.since, time(), PARIS).timestamp()
    for file in sorted((register.resolve().parent / BY_SLACK).glob("*/*")):
        name = FoundFile(str(file), 0, 0).name
        if file.is_file() and (name in old or (name not in known and file.stat().st_mtime < first_kept)):
            yield file
