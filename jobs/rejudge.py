"""Judges again all that was received, after a rule or a bound changed. Dry unless asked; locked GHT are left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlite_utils import Database

from config.folder import Folder
from sheets.judged import JudgedWorkbook
from sheets.judging.workers import judge_all
from sheets.matching.known import tie_to_register
from sheets.matching.whole_campaign import cross_check
from sheets.register import pulls, received_files
from sheets.register.database import only_one_pull
from sheets.register.decisions import ght_decisions
from sheets.register.known_actions import Sending
from sheets.register.received_files import KeptFile


@dataclass(frozen=True, slots=True)
class JudgementChange:
    """What judging a file again changes. Amounts in cents of the exercice."""

    ght: str
    campaign: str
    file: str
    lines: int
    """Lines struck that were not, no longer struck, numbered otherwise, or worth another amount."""
    declare: int
    retire: int
    findings: int
    """Findings that appear or go."""
    not_read_again: str = ""
    """Why it could not be read this time: its former judgement stands, a slow machine must not cost a figure."""

    @property
    def kept(self) -> int:
        return self.declare - self.retire


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
    after = {
        (o.finess, li.number): (li.action_id, li.worth.gain_exercice, li.retire)
        for o in workbook.tabs
        for li in o.lines
    }
    findings = {(c.code, c.severity.value, c.sheet, c.line, c.message) for c in workbook.findings}
    if before == after and findings == findings_before and workbook.readable == (kept_file.state != "refuse"):
        return None
    (declared_before, struck_before), (declare, retire) = (
        _count_cents(kept_file, before),
        _count_cents(kept_file, after),
    )
    return JudgementChange(
        workbook.stamp.ght if workbook.stamp else kept_file.ght,
        kept_file.campaign,
        kept_file.path,
        sum(before.get(cle) != after.get(cle) for cle in before.keys() | after.keys()),
        declare - declared_before,
        retire - struck_before,
        len(findings ^ findings_before),
    )


def _count_cents(kept_file: KeptFile, lines: Mapping[tuple[str, int], tuple[str, int, int]]) -> tuple[int, int]:
    """Cents declared and struck in the tabs in force; all those of a file that was refused. Decisions hold."""
    declare = retire = 0
    for (finess, _), (action_id, gain, by_the_checks) in lines.items():
        if kept_file.state == "refuse" or finess in kept_file.tabs_that_count:
            decide = kept_file.tabs_that_count.get(finess, {}).get(action_id)
            declare += gain
            retire += by_the_checks if decide is None else max(gain, 0) if decide else 0
    return declare, retire
