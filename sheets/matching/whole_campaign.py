"""Looks at a whole campaign after a pull: what one line says of another, whoever sent them and in whatever order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import PurePath

from sqlite_utils import Database

from config.campaign import Campaign
from config.folder import Folder
from config.french import euros
from sheets.checks import on_history
from sheets.findings import Finding
from sheets.places import codes_until, period
from sheets.register import known_actions, pulls, stored_lines
from sheets.register.copies import ignored
from sheets.register.decisions import ght_decisions
from sheets.register.rivals import Rivals, Sent, differing, first_received, rivals
from sheets.register.what_counts import ReceivedTab, counting_tabs
from sheets.trames import TABLES

Found = tuple[int, int, Finding]
"""(file, tab, finding)."""


def cross_check(db: Database, folder: Folder, pull: int, campaign: str, as_of: date) -> None:
    """Run the checks on all that counts in a campaign that day, and store what they find with this pull."""
    tabs_that_count, when = counting_tabs(db, [campaign], as_of), period(folder, campaign)
    tabs = [o.id for o in tabs_that_count.values()]
    found_ones = [
        *_findings(db, folder, tabs),
        *(_gone_actions(db, folder, when, tabs_that_count) if when else ()),
        *_after_lock(db, campaign, as_of, tabs_that_count),
        *rival_findings(db, campaign),
    ]
    pulls.cross_check(db, pull, campaign, found_ones)


def _gone_actions(
    db: Database, folder: Folder, campaign: Campaign, tabs_that_count: dict[str, ReceivedTab]
) -> Iterator[Found]:
    """Actions received earlier in the exercice that are no longer there."""
    codes = codes_until(folder, campaign)
    by_id = {o.id: o for o in tabs_that_count.values()}
    for d in known_actions.gone_lines(db, codes, by_id):
        tab = by_id[d.tab]
        table = TABLES[tab.table]
        worth = f" : {euros(d.declared)} pour l'exercice" if table.headline else ""
        said = on_history.line_gone(
            d.action_id, d.number, d.received_on, worth, table.identity.gone_advice, sheet=tab.sheet
        )
        yield tab.file, tab.id, said


def _after_lock(db: Database, campaign: str, as_of: date, tabs_that_count: dict[str, ReceivedTab]) -> Iterator[Found]:
    """What was sent after the lock, line by line, against what counts."""
    locked_ghts = {ght: s.locked_on for ght, s in ght_decisions(db, campaign, as_of).items() if s.locked_on}
    if not locked_ghts:
        return
    last_tabs = counting_tabs(db, [campaign], as_of, lock=False)
    for finess, locked_tab in tabs_that_count.items():
        last_tab = last_tabs[finess]
        if last_tab.id == locked_tab.id or not locked_tab.file or locked_tab.ght not in locked_ghts:
            continue
        table = TABLES[locked_tab.table]
        before, after = (known_actions.lines_by_number(db, table, o.id) for o in (locked_tab, last_tab))
        for number in sorted(before.keys() | after.keys()):
            a, b = before.get(number), after.get(number)
            if (a and a[1:]) != (b and b[1:]):
                said = on_history.changed_after_lock(
                    locked_ghts[locked_tab.ght], a and a.declared, b and b.declared, table.amount,
                    sheet=locked_tab.sheet, line=a.number if a else None)  # fmt: skip
                yield locked_tab.file, locked_tab.id, said


def _findings(db: Database, folder: Folder, tabs: list[int]) -> Iterator[Found]:
    places = stored_lines.columns_of(db, tabs)
    for table, lines in stored_lines.lines_to_cross_check(db, tabs):
        for check in table.checks_for("campagne"):
            for line, deviation in check.function(lines, folder):
                file, sheet, columns = places[line.tab]
                cell = f"{columns[deviation.column]}{line.number}" if deviation.column in columns else ""
                yield file, line.tab, check.finding(deviation, sheet=sheet, line=line.number, cell=cell)


def rival_findings(db: Database, campaign: str) -> Iterator[Found]:
    """`sendings-concurrents` on both, `version-carried_tab` on what counts, `copied-ignoree` on what replaced it."""
    for r in rivals(db, campaign):
        yield from _competing(db, r)
        if r.replaced and (numbers := differing(db, r.counts.tab, r.replaced.tab)):
            received = first_received(db, r.counts)
            kept = (r.counts.kept, r.replaced.kept)
            said = on_history.version_back(_name(r.counts), received, numbers, kept, sheet=r.counts.sheet)
            yield r.counts.file, r.counts.tab, said
    for copy in ignored(db, campaign):
        said = on_history.copy_ignored(copy.path, PurePath(copy.counts).name, sheet=copy.sheet)
        yield copy.file, copy.tab, said


def _competing(db: Database, r: Rivals) -> Iterator[Found]:
    for other in (*r.together, *([r.older] if r.older else [])):
        if numbers := differing(db, r.counts.tab, other.tab):
            kept = (r.counts.kept, other.kept)
            for sent in (r.counts, other):
                said = on_history.rival_sendings(
                    _name(r.counts), _name(other), other is r.older, numbers, kept, sheet=sent.sheet
                )
                yield sent.file, sent.tab, said


def _name(sent: Sent) -> str:
    return PurePath(sent.path).name
