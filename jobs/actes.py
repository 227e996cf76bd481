"""The commands by which people act: decide, note, judge again, extend, validate, lock. Shows what each act changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from bots import act_words, terminal
from config import safe_write
from config.campaign import current_campaign
from config.errors import UserError
from config.french import count_words, day, enumeration, euros
from config.territory import FRANCE
from jobs.rejudge import JudgementChange, judge_again, left_alone
from jobs.wiring import Workshop
from reports import findings_workbook, progress
from reports.view import Subject
from sheets.register import acts
from sheets.register.acts import Main
from sheets.register.database import FIRST_STEP


def _main(workshop: Workshop, email: str | None) -> Main:
    if not email:
        raise UserError("Dites qui agit : ajoutez --as EMAIL. Chaque décision porte un nom.")
    view = workshop.view()
    return Main(view.db, view.folder, workshop.person(email), workshop.current_time())


def decide(workshop: Workshop, reference: str, direction: str, reason: str, email: str | None) -> None:
    """One decision on one line."""
    main = _main(workshop, email)
    if direction == "distinguer":
        line = acts.tell_apart(main, reference, reason)
        click.echo(
            f"{line.reference} : c'est une autre action. Elle prendra son numéro au prochain « vigie rejudge --yes »."
        )
        return
    click.echo(act_words.decision_words(acts.decide(main, reference, direction, reason), direction))


def decide_from_workbook(workshop: Workshop, file: Path, email: str | None) -> None:
    """The decisions filled in a workbook of findings: all of them, or none."""
    if not file.is_file():
        raise UserError(f"Fichier introuvable : {file}.")
    main = _main(workshop, email)
    requests = findings_workbook.read_decisions(file.read_bytes())
    if not requests:
        raise UserError(
            f"{file.name} : aucune décision. Remplissez les colonnes « Décision » et « Motif », puis relancez."
        )
    for line, (_, direction, _) in zip(acts.decide_all(main, requests), requests, strict=True):
        click.echo(act_words.decision_words(line, direction))


def note(workshop: Workshop, reference: str, text: str, email: str | None) -> None:
    """A word left on a line."""
    line = acts.note(_main(workshop, email), reference, text)
    click.echo(act_words.note_taken(line))


def judge_all_again(workshop: Workshop, yes: bool, locked_too: bool = False) -> None:
    """What today's rules change; with `yes`, it is done; with `locked_too`, what they would change in what is locked."""
    if yes and locked_too:
        raise UserError(
            "--y-compris-verrouillees montre ce qu'une règle changerait, et n'écrit jamais : ce qui est verrouillé le reste. "
            "Retirez --yes, ou levez d'abord le verrou (vigie campaign lock --annuler)."
        )
    view = workshop.view()
    alone = {} if locked_too else left_alone(view.db, view.as_of)
    with terminal.progress_bar("Jugement") as advance:
        changes = judge_again(
            view.db, view.folder, workshop.current_time, write=yes, advance=advance, locked_too=locked_too
        )
    if alone:
        left_open = [
            f"{count_words(len(ghts), 'GHT', 'GHT')} en {campaign}" for campaign, ghts in sorted(alone.items())
        ]
        terminal.write(
            f"Verrouillés, laissés tels quels : {enumeration(left_open)}. Pour voir ce que les règles y changeraient : "
            "vigie rejudge --y-compris-verrouillees",
            "yellow",
        )
    for c in changes:
        if c.not_read_again:
            terminal.write(
                f"{Path(c.file).name} — n'a pas pu être relu, son jugement reste : {c.not_read_again}", "yellow"
            )
    changes = [c for c in changes if not c.not_read_again]
    if not changes:
        what = "tout ce qui n'est pas verrouillé" if alone else "tout"
        terminal.write(f"Rien ne change : {what} est déjà jugé selon les règles en vigueur.", "green")
        return
    by_ght: dict[tuple[str, str], list[JudgementChange]] = defaultdict(list)
    for c in changes:
        by_ght[c.ght, c.campaign].append(c)
    names = view.folder.territory.ghts
    rows = [
        (names[ght].name if ght in names else ght or "GHT inconnu", campaign, str(sum(c.lines for c in theirs)),
         str(sum(c.findings for c in theirs)), _signed(sum(c.declare for c in theirs)), _signed(sum(c.kept for c in theirs)))
        for (ght, campaign), theirs in sorted(by_ght.items())
    ]  # fmt: skip
    terminal.print_table(("GHT", "Campagne", "Lignes", "Constats", "Déclaré", "Retenu"), rows, (2, 3, 4, 5))
    total = sum(c.kept for c in changes)
    end = "" if yes else " Rien n’est encore écrit : ajoutez --yes."
    if locked_too:
        end = " C'est un essai : rien n'est écrit."
    terminal.write(
        f"{count_words(len(changes), 'fichier')} {'rejugé' if yes else 'à rejuger'}{'s' if len(changes) > 1 else ''}, "
        f"{_signed(total)} de retenu.{end}",
        "bold",
    )


def _signed(cents: int) -> str:
    return f"{'+' if cents > 0 else ''}{euros(cents)}"


def list_campaigns(workshop: Workshop) -> None:
    """Every campaign with its calendar and where it stands; before the first one, what begins it."""
    view = workshop.starting_view()
    rows = []
    for c in sorted(view.folder.campaigns.values(), key=lambda c: c.opening):
        states = progress.states(view, Subject(FRANCE, c.exercice, c.code))
        rows.append((c.code, day(c.opening), day(c.deadline), day(c.lock), _where_it_stands(states)))
    terminal.print_table(("Campagne", "Ouverture", "Échéance", "Verrou", "Trames"), rows)
    if not workshop.register_path.exists():
        click.echo(f"Le registre « {workshop.register_path} » n'existe pas encore. {FIRST_STEP}")


def _where_it_stands(states: Sequence[progress.State]) -> str:
    has_answered, locked_count = sum(e.has_answered for e in states), sum(e.locked for e in states)
    locked_words = f", {locked_count} verrouillées" if locked_count else ""
    return f"{has_answered} sur {len(states)}{locked_words}"


def extend(workshop: Workshop, campaign: str, ght: str, until_day: date, reason: str, email: str | None) -> None:
    main = _main(workshop, email)
    acts.extend(main, campaign, ght, until_day, reason)
    click.echo(act_words.extended(main.folder.territory.ghts[ght].name, campaign, until_day))


def validate(workshop: Workshop, campaign: str, ght: str, reason: str, email: str | None, yes: bool) -> None:
    main = _main(workshop, email)
    acts.validate(main, campaign, ght, reason, yes=yes)
    click.echo(act_words.validated(main.folder.territory.ghts[ght].name, campaign, yes=yes))


def lock_ghts(workshop: Workshop, campaign: str, ght: str | None, reason: str, email: str | None, yes: bool) -> None:
    """One GHT, or all those of the person's territory."""
    main = _main(workshop, email)
    c = acts.named_campaign(main.folder, campaign)
    aimed_ghts = [g.code for g in main.folder.territory.ghts_of(main.person.scope, c.situation)]
    facts = acts.lock_ghts(main, campaign, [ght] if ght else aimed_ghts, reason, yes=yes)
    if not facts:
        click.echo(f"{campaign} : rien à {'verrouiller' if yes else 'déverrouiller'}.")
        return
    names = enumeration([main.folder.territory.ghts[g].name for g in facts], 20)
    click.echo(f"{campaign} : {'verrouillé' if yes else 'déverrouillé'} pour {names}.")
    left_open = [] if ght else [g for g in aimed_ghts if g not in facts]
    if yes and left_open:
        click.echo(f"Laissés ouverts (prolongés, ou déjà verrouillés) : {enumeration(left_open, 20)}.")


def declare_neant(workshop: Workshop, campaign: str, finess: str, reason: str, email: str | None) -> None:
    main = _main(workshop, email)
    acts.declare_neant(main, campaign, finess, reason)
    click.echo(act_words.neant(finess, campaign, main.person.position))


def remind(workshop: Workshop, campaign: str, ght: str, email: str | None) -> None:
    main = _main(workshop, email)
    acts.remind(main, campaign, ght)
    click.echo(act_words.reminded(main.folder.territory.ghts[ght].name, campaign))


def write_findings(workshop: Workshop, output: Path, campaign: str | None) -> None:
    """The workbook of findings of a campaign, the one under way by default. Raises TakenError when someone filled it."""
    from sheets.writing.seal import is_untouched

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
