"""Backing up, putting back, erasing what is old: what these commands do and say. Replaces or erases nothing without --yes."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from bots import terminal
from config.errors import UserError
from config.french import count_words, day, enumeration, size_in_words
from jobs import leftovers
from jobs.leftovers import Leftovers
from jobs.wiring import Workshop
from sheets.register import backup, erasing
from sheets.register.backup import RegisterContent
from sheets.register.carry_over import CarriedOver
from sheets.register.database import lock_of, only_one_pull, path_of
from sheets.register.erasing import Erased, Outdated

BACKUP_FOLDER = "sauvegardes"


def back_up(workshop: Workshop, file: Path | None, keeping: int | None) -> None:
    """Copy the register, verified, under a dated name unless one is given; keep the `keeping` latest of its own."""
    when, register = workshop.current_time(), workshop.register_path
    db = workshop.existing_register
    destination = file or register.parent / BACKUP_FOLDER / backup.dated_name(register, when)
    content = backup.back_up(db, register, destination, when)
    click.echo(
        f"Sauvegardé et vérifié : {destination}, {size_in_words(content.raw_bytes)}, {_content_sentence(content)}."
    )
    removed = backup.thin_out_backups(destination.parent, register, keeping) if keeping else []
    if removed:
        click.echo(
            f"{count_words(len(removed), 'sauvegarde plus ancienne retirée', 'sauvegardes plus anciennes retirées')}."
        )
    backup.note(db, destination, when, content.raw_bytes)


def restore_backup(workshop: Workshop, file: Path, yes: bool) -> None:
    """Put a backup in the place of the register, once verified; show what would change until `yes`."""
    register, when = workshop.register_path, workshop.current_time()
    if not file.is_file():
        raise UserError(f"Fichier introuvable : {file}. Donnez une sauvegarde faite par vigie backup.")
    if register.exists() and register.samefile(file):
        raise UserError(f"« {file} » est le registre lui-même. Donnez une sauvegarde faite par vigie backup.")
    with backup.prepare(file, register, when) as (copy_path, content):
        terminal.write(f"Sauvegarde vérifiée : {file}, {_content_sentence(content)}.")
        terminal.write(f"Registre en place : {register}, {_register_in_place(register)}.")
        if not yes:
            _say_what_was_restored(backup.preview_carry_over(register, copy_path), "serait gardé")
            click.echo("Rien n'a été remplacé. Pour le faire, ajoutez --yes : le registre en place sera gardé à côté.")
            return
        with lock_of(register):
            set_aside = _free_path(register.parent / backup.dated_name(register, when, "-remplace"))
            restored = backup.replace_register(register, copy_path, set_aside)
    _say_what_was_restored(restored, "est gardé")
    click.echo(f"Restauré. L'ancien registre est gardé sous {set_aside}." if restored else "Restauré.")


def _free_path(path: Path) -> Path:
    """That name, or the next one that nobody bears."""
    names = (path, *(path.with_name(f"{path.stem}-{n}{path.suffix}") for n in range(2, 1000)))
    return next(n for n in names if not n.exists())


def _register_in_place(register: Path) -> str:
    if not register.exists():
        return "qui n'existe pas encore"
    content = backup.resume(register)
    return _content_sentence(content) if content else "qui ne peut pas être lu"


def _say_what_was_restored(restored: CarriedOver | None, verb: str) -> None:
    """How much of what was said since the backup is carried over; what it means when not all could be."""
    if restored is None:
        return
    if not restored.missing or any(restored[:3]):
        all_said = (
            count_words(restored.messages, "message"),
            count_words(restored.replies, "réponse à des rappels", "réponses à des rappels"),
            count_words(restored.mails, "courriel traité", "courriels traités"),
        )
        terminal.write(f"Ce qui a été dit depuis la sauvegarde {verb} : {enumeration(all_said)}.")
    if restored.missing:
        terminal.write(
            f"Ce qui a été dit depuis la sauvegarde ne peut pas être repris en entier du registre en place, qui est {restored.missing} : "
            "des lettres peuvent partir deux fois ; voyez par vigie remind ce qui partirait, avant de rallumer le service."
        )


def _content_sentence(c: RegisterContent) -> str:
    """« dernier relevé le 31/03/2022 à 12h00, 11 fichiers, 2 décisions »."""
    when = datetime.fromisoformat(c.debut).strftime("%d/%m/%Y à %Hh%M") if c.debut else ""
    all_said = [f"dernier relevé le {when}" if when else "aucun relevé", count_words(c.files, "fichier")]
    return ", ".join([*all_said, count_words(c.acts, "décision")] if c.acts else all_said)


def purge(workshop: Workshop, yes: bool) -> None:
    """Erase the originals, contacts and free texts of campaigns past their time; say what until `yes`."""
    outdated, register = _outdated(workshop), workshop.register_path
    db = workshop.existing_register
    if not yes:
        _show(erasing.count_outdated(db, outdated), leftovers.find(db, register, outdated), outdated, "serait effacé")
        return
    with only_one_pull(db):
        rest = leftovers.find(db, register, outdated)
        erase = erasing.erase(db, outdated, workshop.current_time())
        _show(erase, rest, outdated, "est effacé")
        leftovers.clean(rest, outdated, workshop.current_time())
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
