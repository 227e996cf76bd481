"""The doctor: a damaged, restyled or outdated trame → a clean one of the current version with the person's values in it.

What is carried reads back the same; what cannot be is listed. Never guesses a value, never touches the person's file.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from openpyxl import Workbook

from config.campaign import Campaign
from config.folder import Folder
from config.french import count_words, enumeration
from sheets import first_tab
from sheets.checks import on_workbooks as checks
from sheets.companion_mark import is_companion
from sheets.findings import Finding
from sheets.first_tab import FirstTab
from sheets.judging.tabs import SentWorkbook, by_trust, etablissement_of
from sheets.judging.workbook import most_frequent, stamp_of, top_texts_of
from sheets.judging.workers import in_workers
from sheets.places import all_year, places
from sheets.reading import opening
from sheets.reading.opening import Misread, RawTab, Refusal
from sheets.reading.second_try import rewrite_and_reread
from sheets.reading.unwrapping import unwrapped
from sheets.repairing.carried_first_tab import write_answers
from sheets.repairing.carried_tab import CarriedTab, carry_tab, content, line_moves
from sheets.repairing.page_of_changes import write_page_of_changes
from sheets.repairing.what_changed import ORDER, Change, Nature
from sheets.stamp import Stamp, read_stamp
from sheets.tab_names import OUR_TABS
from sheets.trame import Trame
from sheets.trames import TRAMES
from sheets.writing import tab as template_tab
from sheets.writing.book import workbook
from sheets.writing.seal import sealed
from sheets.writing.tab import HEADING_ROW
from sheets.writing.written_lines import ReadyLine, write_lines

MARGIN = 50
"""Lines prepared beyond those carried over, where the usual number does not do."""


class RepairedTrame(NamedTuple):
    """A clean trame as the bytes of an .xlsx, what it is for, and what differs from the person's file."""

    raw_bytes: bytes
    stamp: Stamp
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class _OpenedFile:
    """The file as opened: what it says it is, and its tabs."""

    sending: SentWorkbook
    shown: Stamp | None
    raw_tabs: list[RawTab]
    stamps: list[Stamp | None]
    first: RawTab | None


def repair(
    raw_bytes: bytes, folder: Folder, ght: str = "", campaign: str = "", far_cells: Sequence[str] = ()
) -> RepairedTrame:  # fmt: skip
    """Write the clean trame of a file. `ght` and `campaign`, when given, are believed over its stamp, or without one.

    `far_cells` are cells that were cut off before reading. Runs in a worker process, as everything that opens what
    people sent. Raises Refus for a file that is no trame, or whose GHT or campaign is not known.
    """
    opened = _open_file(raw_bytes, folder, ght, campaign)
    changes = _first_changes(opened)
    if far_cells:
        text = f"Cellules hors de portée, non lues : {enumeration(list(far_cells))}."
        changes.append(Change(Nature.LEFT_ASIDE, text))
    carried_tabs = _carried_tabs(opened, changes)
    sending = opened.sending
    how_many = {r.finess: len(r.lines) + MARGIN for r in carried_tabs if len(r.lines) > template_tab.LINES}
    book = workbook(sending.trame, sending.stamp.ght, sending.campaign, folder, how_many)
    for carried_tab in carried_tabs:
        _write_tab(book, sending.names[carried_tab.finess], carried_tab)
        changes += carried_tab.changes
    changes += write_answers(book, sending, opened.first)
    changes.sort(key=lambda c: ORDER[c.nature])
    write_page_of_changes(book, changes)
    return RepairedTrame(sealed(book), sending.stamp, tuple(changes))


def repair_all(
    files: Iterable[tuple[str, bytes]], folder: Folder, ght: str = "", campaign: str = ""
) -> Iterator[tuple[str, RepairedTrame | Finding]]:
    """Yield (name, clean trame) for each (name, bytes), in order; or the finding that says why there is none."""
    return in_workers(partial(_repair_in_worker, ght, campaign), files, folder)


def _repair_in_worker(
    ght: str, campaign: str, _file: str, raw_bytes: bytes, folder: Folder, trimmed: bool
) -> RepairedTrame | Finding:
    """One workbook, rewritten through another parser when the first reading fails or is `trimmed` from the start."""
    try:
        try:
            if not trimmed:
                return repair(raw_bytes, folder, ght, campaign)
        except Misread:
            pass
        read_again = rewrite_and_reread(raw_bytes)
        return repair(read_again.raw_bytes, folder, ght, campaign, read_again.far_cells)
    except Refusal as refusal:
        return refusal.finding


def _open_file(raw_bytes: bytes, folder: Folder, ght: str, campaign: str) -> _OpenedFile:
    raw_bytes = unwrapped(raw_bytes)
    raw_tabs = opening.open_workbook(raw_bytes)
    properties = opening.properties(raw_bytes)
    stamps = [stamp_of(o) for o in raw_tabs]
    shown = most_frequent([t.of_workbook for t in stamps if t]) or read_stamp(properties.get("vigie", ""))
    if is_companion(properties, map(top_texts_of, raw_tabs), shown is not None):
        raise Refusal(checks.companion_sent_back())
    if shown is None and not (ght and campaign):
        raise Refusal(checks.unknown_trame([o.name for o in raw_tabs]))
    trame, stamp, c = _target_trame(shown, folder, ght, campaign)
    first = first_tab.first_tab(zip(raw_tabs, stamps, strict=True))
    said = first_tab.read(first) if first else FirstTab()
    found = places(trame, stamp.ght, c.situation, folder.territory)
    return _OpenedFile(SentWorkbook(raw_bytes, trame, c, stamp, folder, said, found), shown, raw_tabs, stamps, first)


def _target_trame(shown: Stamp | None, folder: Folder, ght: str, campaign: str) -> tuple[Trame, Stamp, Campaign]:
    """What the clean trame is to be: the current version, whatever the old one was. Raises Refus."""
    trame = TRAMES.get(shown.trame) if shown else next(iter(TRAMES.values()))
    if trame is None:
        assert shown is not None
        raise Refusal(checks.version_not_read(f"{shown.trame} {shown.version}", tuple(TRAMES)))
    ght = ght or (shown.ght if shown else "")
    campaign = campaign or (shown.campaign if shown else "")
    if ght not in folder.territory.ghts:
        raise Refusal(checks.unknown_ght(ght))
    when = all_year(trame) if trame.is_permanent else folder.campaigns.get(campaign)
    if when is None:
        raise Refusal(checks.unknown_campaign(campaign, list(folder.campaigns)))
    return trame, Stamp(trame.code, trame.version, ght, when.code), when


def _first_changes(opened: _OpenedFile) -> list[Change]:
    """What the clean trame has anew, and what of the old workbook no trame has."""
    shown, stamp = opened.shown, opened.sending.stamp
    facts = [
        Change(
            Nature.RENEWED, "Mise en forme, listes déroulantes, formules, couleurs et verrous sont ceux de la trame."
        )
    ]
    if shown is None:
        facts.append(
            Change(
                Nature.UNDERSTOOD_SO,
                f"Le tampon avait disparu : trame de {stamp.ght}, campagne {stamp.campaign}, comme demandé.",
            )
        )
    elif shown != stamp:
        before = (f"version {shown.version}", shown.ght, f"campagne {shown.campaign}")
        after = (f"version {stamp.version}", stamp.ght, f"campagne {stamp.campaign}")
        pairs = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
        text = f"La trame était de : {', '.join(a for a, _ in pairs)} ; celle-ci est de : {', '.join(b for _, b in pairs)}."
        facts.append(Change(Nature.UNDERSTOOD_SO, text))
    if opened.first is None:
        facts.append(
            Change(Nature.TO_MEND, f"Le premier onglet avait disparu : remplissez de nouveau « {first_tab.TITLE} ».")
        )
    return facts + [Change(Nature.LEFT_ASIDE, said) for said in _parties(opened.sending.raw_bytes)]


def _parties(raw_bytes: bytes) -> list[str]:
    """What else a workbook may hold and a trame does not."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw_bytes)) as z:
            names = z.namelist()
    except zipfile.BadZipFile:
        return []
    kinds = {
        "xl/media/": "Des images.", "xl/charts/": "Des graphiques.", "xl/pivotTables/": "Des tableaux croisés.",
        "xl/vbaProject": "Des macros.", "xl/externalLinks/externalLink": "Des liens vers d'autres classeurs.",
    }  # fmt: skip
    return [said for start, said in kinds.items() if any(n.startswith(start) for n in names)]


def _carried_tabs(opened: _OpenedFile, changes: list[Change]) -> list[CarriedTab]:
    """The tabs carried over; each of the others that holds something is named with the reason."""
    carried_tabs: list[CarriedTab] = []
    believed = replace(opened.sending, stamp=opened.shown or opened.sending.stamp)
    for _, (raw, stamp) in by_trust(believed, zip(opened.raw_tabs, opened.stamps, strict=True)):
        if raw is opened.first or raw.name in OUR_TABS or not content(raw):
            continue
        finess, doubt = etablissement_of(believed, raw.name, stamp, {r.finess: r.raw.name for r in carried_tabs})
        carried_tab = None if doubt else carry_tab(opened.sending, raw, finess)
        if carried_tab:
            carried_tabs.append(carried_tab)
            continue
        reason = doubt or "Cet onglet n'a plus d'en-têtes que l'on puisse reconnaître."
        text = f"{reason} {count_words(content(raw), 'ligne remplie laissée', 'lignes remplies laissées')} de côté."
        changes.append(Change(Nature.LEFT_ASIDE, text, raw.name))
    return carried_tabs


def _write_tab(book: Workbook, name: str, carried_tab: CarriedTab) -> None:
    """Write the lines below one another, and say which ones moved."""
    write_lines(book[name], carried_tab.table, [ReadyLine(li.action_id, li.cell_values) for li in carried_tab.lines])
    for before, after in line_moves(carried_tab.lines, HEADING_ROW + 1):
        carried_tab.note(Nature.UNDERSTOOD_SO, f"{before.capitalize()} de votre fichier : maintenant {after}.")
