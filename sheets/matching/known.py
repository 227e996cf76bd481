"""A judged workbook with what the register knows of it: earlier actions, decisions, notes, findings of its campaign.

Reads the register, never writes it; judges nothing anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from sqlite_utils import Database

from config.folder import Folder
from sheets.checks.catalogue import Context
from sheets.findings import Finding, rank
from sheets.judged import JudgedWorkbook
from sheets.matching.decided import apply_decisions
from sheets.matching.identity import tie_lines
from sheets.places import period, split_reference
from sheets.register import stored_lines
from sheets.register.decisions import Decision, decisions, notes
from sheets.register.known_actions import Sending, memory
from sheets.register.what_counts import counting_tabs
from sheets.trames import CATALOGUE, TABLES

if TYPE_CHECKING:
    from sheets.returning.companion_tab import Settled


def tie_to_register(
    db: Database, folder: Folder, workbook: JudgedWorkbook, as_of: date, sending: Sending | None = None
) -> JudgedWorkbook:
    """Its lines tied to the actions already known of the same établissements; `sending` is the one judged again."""
    campaign = period(folder, workbook.stamp.campaign) if workbook.stamp else None
    if campaign is None or not workbook.tabs:
        return workbook
    context = Context(campaign, folder.nomenclature, folder.thresholds, folder.rules_on_trial)
    for code in dict.fromkeys(o.table for o in workbook.tabs):
        theirs = [o.finess for o in workbook.tabs if o.table == code]
        known = memory(db, folder, campaign, TABLES[code], theirs, as_of, sending)
        workbook = tie_lines(workbook, known, TABLES[code], context)
    return workbook


def with_register(
    db: Database, folder: Folder, as_of: date, judged: JudgedWorkbook, content_hash: str, *, in_full: bool = True
) -> tuple[JudgedWorkbook, list[Settled]]:
    """The workbook with what is known of it, and what was settled on its lines, in sentences.

    `content_hash` is the hash of its bytes. Unless `in_full`, no text comes along that was not in this very file: neither
    the words that people left with their decisions, nor what was typed in an earlier one.
    """
    if judged.stamp is None or not judged.tabs:
        return judged, []
    campaign, finess = judged.stamp.campaign, [o.finess for o in judged.tabs]
    tabs_that_count = counting_tabs(db, [campaign], as_of, finess)
    taken_decisions = decisions(db, [o.id for o in tabs_that_count.values()], as_of)
    workbook = tie_to_register(db, folder, judged, as_of)
    workbook = apply_decisions(workbook, {(d.finess, split_reference(d.reference)[2]): d for d in taken_decisions})
    all_of_them = (*workbook.findings, *stored_lines.campaign_findings(db, content_hash, as_of))
    if not in_full:
        all_of_them = tuple(c if c in judged.findings else _title_only(c) for c in all_of_them)
    words = [(d.reference, f"Ligne {d.words if in_full else _without_reason(d)}.") for d in taken_decisions]
    if in_full:
        words += [(n.reference, f"{n.by}, le {n.dated[:10]} : {n.text}") for n in notes(db, campaign, finess, as_of)]
    return replace(workbook, findings=tuple(sorted(all_of_them, key=rank))), _at_their_lines(workbook, campaign, words)


def _title_only(c: Finding) -> Finding:
    return c._replace(message=f"{CATALOGUE[c.code].title}.", value="")


def _without_reason(d: Decision) -> str:
    return f"{'retirée' if d.blocked else 'gardée'} par décision le {d.dated[:10]}"


def _at_their_lines(workbook: JudgedWorkbook, campaign: str, words: Iterable[tuple[str, str]]) -> list[Settled]:
    from sheets.returning.companion_tab import Settled  # noqa: PLC0415 - what writes workbooks loads only when one is wanted

    places = {f"{campaign}/{o.finess}/{li.action_id}": (o.sheet, li.number) for o in workbook.tabs for li in o.lines}
    return [Settled(*places[reference], text) for reference, text in words if reference in places]


def companion_bytes(workbook: JudgedWorkbook, folder: Folder, settled: Sequence[Settled]) -> bytes:
    """The companion's bytes."""
    from sheets.returning.companion import companion_book  # noqa: PLC0415
    from sheets.writing.seal import sealed  # noqa: PLC0415

    return sealed(companion_book(workbook, folder, settled))
