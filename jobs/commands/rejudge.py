"""`vigie rejudge`: all that was received judged again, after a rule or a bound changed. Dry unless asked; locked GHT are left alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import click
from sqlite_utils import Database

from bots import terminal
from config.errors import UserError
from config.folder import Folder
from config.french import count_words, enumeration, euros
from jobs.command_line import open_workshop, vigie_command
from reports.view import View
from sheets.judged import JudgedWorkbook
from sheets.judging.workers import judge_all
from sheets.matching.known import tie_to_register
from sheets.matching.whole_campaign import cross_check
from sheets.register import pulls, received_files
from sheets.register.database import only_one_pull
from sheets.register.decisions import ght_decisions
from sheets.register.known_actions import Sending
from sheets.register.received_files import KeptFile


@vigie_command("rejudge")
@click.option("--yes", "yes", is_flag=True, help="Écrit les nouveaux jugements ; sans elle, montre ce qui changerait.")
@click.option("--y-compris-verrouillees", "locked_too", is_flag=True,
              help="Montre aussi ce qui changerait dans les campagnes verrouillées ; n'écrit jamais.")  # fmt: skip
def command(yes: bool, locked_too: bool) -> None:
    """What today's rules change; with `yes`, it is done; with `locked_too`, what they would change in what is locked."""
    workshop = open_workshop()
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
    _say_what_stays(alone, changes)
    changes = [c for c in changes if not c.not_read_again]
    if not changes:
        what = "tout ce qui n'est pas verrouillé" if alone else "tout"
        terminal.write(f"Rien ne change : {what} est déjà jugé selon les règles en vigueur.", "green")
        return
    _print_by_ght(view, changes)
    end = "" if yes else " Rien n’est encore écrit : ajoutez --yes."
    if locked_too:
        end = " C'est un essai : rien n'est écrit."
    terminal.write(
        f"{count_words(len(changes), 'fichier')} {'rejugé' if yes else 'à rejuger'}{'s' if len(changes) > 1 else ''}, "
        f"{_signed(sum(c.kept for c in changes))} de retenu.{end}",
        "bold",
    )


def _say_what_stays(alone: Mapping[str, set[str]], changes: Sequence[JudgementChange]) -> None:
    """The GHT that are locked, and the files that could not be read again."""
    if alone:
        locked = [f"{count_words(len(ghts), 'GHT', 'GHT')} en {campaign}" for campaign, ghts in sorted(alone.items())]
        terminal.write(
            f"Verrouillés, laissés tels quels : {enumeration(locked)}. Pour voir ce que les règles y changeraient : "
            "vigie rejudge --y-compris-verrouillees",
            "yellow",
        )
    for c in (c for c in changes if c.not_read_again):
        terminal.write(f"{Path(c.file).name} — n'a pas pu être relu, son jugement reste : {c.not_read_again}", "yellow")


def _print_by_ght(view: View, changes: Sequence[JudgementChange]) -> None:
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


def _signed(cents: int) -> str:
    return f"{'+' if cents > 0 else ''}{euros(cents)}"


@dataclass(frozen=True, slots=True)
class JudgementChange:
    """What judging a file again changes. Amounts in cents of the exercice."""

    ght: str
    campaign: str
    file: str
    lines: int
    """Lines struck that were not, no longer struck, numbered otherwise, or worth another amount."""
    declare: int
    struck: int
    findings: int
    """Findings that appear or go."""
    not_read_again: str = ""
    """Why it could not be read this time: its former judgement stands, a slow machine must not cost a figure."""

    @property
    def kept(self) -> int:
        return self.declare - self.struck


def judge_again(
    db: Database, folder: Folder, clock: Callable[[], datetime], *, write: bool,
    advance: Callable[[int, int], None] = lambda done, over: None, locked_too: bool = False,
) -> list[JudgementChange]:  # fmt: skip
    """What today's rules change in what counts; with `write`, those judgements replace the former ones from now on.

    With `locked_too`, what they would change in campaigns that are locked as well: a look, never written (ValueError).
    """
    if write and locked_too:
        raise ValueError("what is locked is never judged again")
    with only_one_pull(db):
        return list(_judge_again(db, folder, clock, write, advance, locked_too))


def left_alone(db: Database, dated: date) -> dict[str, set[str]]:
    """By campaign, the GHT that are not judged again that day because they are locked."""
    alone: dict[str, set[str]] = {}
    for g in received_files.files_to_judge_again(db, dated):
        if _is_locked(db, g, dated):
            alone.setdefault(g.campaign, set()).add(g.ght)
    return alone


def _judge_again(
    db: Database, folder: Folder, clock: Callable[[], datetime], write: bool, advance: Callable[[int, int], None],
    locked_too: bool,
) -> Iterator[JudgementChange]:  # fmt: skip
    dated = clock().date()
    kept_files = [
        g for g in received_files.files_to_judge_again(db, dated) if locked_too or not _is_locked(db, g, dated)
    ]
    # Earliest exercice first: what is carried over takes the value judged just before.
    kept_files.sort(
        key=lambda g: folder.campaigns[g.campaign].situation if g.campaign in folder.campaigns else date.max
    )
    pull = pulls.start_pull(db, folder, clock()) if write else 0
    contents = ((g.path, received_files.original(db, g.content_hash)) for g in kept_files)
    states: list[pulls.FileState] = []
    for done, (kept_file, judged) in enumerate(zip(kept_files, judge_all(contents, folder), strict=True), 1):
        advance(done, len(kept_files))
        if judged.stamp is None and kept_file.state != "refuse":
            yield JudgementChange(
                kept_file.ght, kept_file.campaign, kept_file.path, 0, 0, 0, 0, judged.findings[0].message
            )
            continue
        workbook = tie_to_register(db, folder, judged, dated, Sending(kept_file.id, kept_file.arrival))
        change = _compare(db, kept_file, workbook)
        if change is None:
            continue
        yield change
        if write:
            pulls.judge_again(db, pull, kept_file.id, workbook)
            states.append("modifie")
    if write:
        for campaign in pulls.received_campaigns(db):  # their checks may have changed, even where no line did
            cross_check(db, folder, pull, campaign, dated)
        pulls.close_pull(db, pull, clock(), states)


def _is_locked(db: Database, kept_file: KeptFile, dated: date) -> bool:
    decided = ght_decisions(db, kept_file.campaign, dated).get(kept_file.ght)
    return decided is not None and decided.locked_on is not None


def _compare(db: Database, kept_file: KeptFile, workbook: JudgedWorkbook) -> JudgementChange | None:
    """The difference with the judgement in force, or None when there is none."""
    before, findings_before = received_files.judgement_of(db, kept_file.id)
    after = {(o.finess, li.number): (li.action_id, li.declared, li.struck) for o in workbook.tabs for li in o.lines}
    findings = {(c.code, c.severity.value, c.sheet, c.line, c.message) for c in workbook.findings}
    if before == after and findings == findings_before and workbook.readable == (kept_file.state != "refuse"):
        return None
    (declared_before, struck_before), (declare, struck) = (
        _count_cents(kept_file, before),
        _count_cents(kept_file, after),
    )
    return JudgementChange(
        workbook.stamp.ght if workbook.stamp else kept_file.ght,
        kept_file.campaign,
        kept_file.path,
        sum(before.get(key) != after.get(key) for key in before.keys() | after.keys()),
        declare - declared_before,
        struck - struck_before,
        len(findings ^ findings_before),
    )


def _count_cents(kept_file: KeptFile, lines: Mapping[tuple[str, int], tuple[str, int, int]]) -> tuple[int, int]:
    """Cents declared and struck in the tabs in force; all those of a file that was refused. Decisions hold."""
    declare = struck = 0
    for (finess, _), (action_id, gain, by_the_checks) in lines.items():
        if kept_file.state == "refuse" or finess in kept_file.tabs_that_count:
            decide = kept_file.tabs_that_count.get(finess, {}).get(action_id)
            declare += gain
            struck += by_the_checks if decide is None else max(gain, 0) if decide else 0
    return declare, struck
