"""A file's bytes → a judged workbook: typed lines, findings at their cells, control totals.

The whole judgement of one file, with the region's folder and nothing else. Runs in a worker process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from config.campaign import Campaign
from config.folder import Folder
from config.secrets import MASK, SECRET, mask
from sheets import first_tab
from sheets.cells import Problem
from sheets.checks import on_workbooks
from sheets.companion_mark import is_companion
from sheets.findings import Finding, Severity, rank
from sheets.first_tab import FirstTab
from sheets.judged import JudgedWorkbook, Line, Tab
from sheets.judging.lines import judge_lines, judge_trame
from sheets.judging.tabs import SentWorkbook, StampedTab, bears_the_name_of, by_trust, etablissement_of, set_aside
from sheets.places import all_year, places
from sheets.reading import opening, sheet_xml
from sheets.reading import rows as reading
from sheets.reading.opening import RawTab
from sheets.reading.read_tab import TabRead
from sheets.reading.second_try import rewrite_and_reread
from sheets.reading.unwrapping import unwrapped
from sheets.stamp import Stamp, read_stamp
from sheets.trame import Table, Trame
from sheets.trames import CATALOGUE, TRAMES

STAMP_DEPTH = 12


def judge(file: str, raw_bytes: bytes, folder: Folder) -> JudgedWorkbook:
    """Read and judge one workbook. Never raises for what the file holds: a refusal is a finding.

    A reading that fails, or that the XML contradicts, is taken again on the workbook rewritten.
    """
    try:
        return _without_secrets(_judge(file, raw_bytes, folder))
    except opening.Misread:
        return judge_trimmed(file, raw_bytes, folder)


def _without_secrets(result: JudgedWorkbook) -> JudgedWorkbook:
    """The judged workbook with what is secret in the names of its tabs and in its headings hidden; cells are already."""
    needs_a_look = any(mask(o.sheet) != o.sheet for o in result.tabs)
    tabs = tuple(replace(o, sheet=mask(o.sheet)) for o in result.tabs) if needs_a_look else result.tabs
    findings = tuple(_masked(c) if needs_a_look or c.line is None else c for c in result.findings)
    return replace(result, file=mask(result.file), tabs=tabs, findings=findings)


def _masked(c: Finding) -> Finding:
    return c._replace(message=mask(c.message), correction=mask(c.correction), sheet=mask(c.sheet), value=mask(c.value))


def judge_trimmed(file: str, raw_bytes: bytes, folder: Folder) -> JudgedWorkbook:
    """The second try, on the workbook rewritten and cut down to what is within reach of a table."""
    try:
        trimmed = rewrite_and_reread(raw_bytes)
        result = _without_secrets(_judge(file, trimmed.raw_bytes, folder, read_again=True))
    except opening.Refusal as refusal:
        return _without_secrets(JudgedWorkbook(file, None, (), (refusal.finding,), readable=False))
    all_said = [on_workbooks.far_cell(list(trimmed.far_cells))] if trimmed.far_cells else []
    all_said += [on_workbooks.tab_without_content(name, sheet=name) for name in map(mask, trimmed.missing_tabs)]
    return replace(result, findings=(*result.findings, *all_said))


def _judge(file: str, raw_bytes: bytes, folder: Folder, *, read_again: bool = False) -> JudgedWorkbook:
    """One reading and its judgement; `read_again` if two parsers have agreed on it. Raises MalLu when it cannot be trusted."""
    stamp = None
    try:
        raw_bytes = unwrapped(raw_bytes)
        raw_tabs = opening.open_workbook(raw_bytes)
        stamps = [stamp_of(o) for o in raw_tabs]
        properties = opening.properties(raw_bytes)
        property_ = read_stamp(properties.get("vigie", ""))
        if is_companion(properties, map(top_texts_of, raw_tabs), any(stamps) or property_ is not None):
            raise opening.Refusal(on_workbooks.companion_sent_back())
        stamp = most_frequent([t.of_workbook for t in stamps if t]) or property_
        if stamp is None:
            raise opening.Refusal(on_workbooks.unknown_trame([o.name for o in raw_tabs]))
        trame, campaign = _recognise(stamp, folder)
    except opening.Misread:
        raise
    except opening.Refusal as refusal:
        return JudgedWorkbook(file, stamp, (), (refusal.finding,), readable=False)
    first = first_tab.first_tab(zip(raw_tabs, stamps, strict=True))
    said = first_tab.read(first) if first else FirstTab()
    suspects = _suspect_purchases(said, folder, campaign)
    found = places(trame, stamp.ght, campaign.situation, folder.territory)
    sending = SentWorkbook(raw_bytes, trame, campaign, stamp, folder, said, found, read_again)
    others = ((o, t) for o, t in zip(raw_tabs, stamps, strict=True) if o is not first)
    tabs, findings = _read_tabs(sending, others)
    findings = sorted([*findings, *suspects, *_first_tab_findings(sending, first, property_, stamp)], key=rank)
    return JudgedWorkbook(
        file, stamp, tuple(tabs), tuple(findings), True, said.handed_in, said.contact, campaign.exercice
    )


def _suspect_purchases(said: FirstTab, folder: Folder, campaign: Campaign) -> list[Finding]:
    """Total purchases ten times larger or smaller than those known: said, and set aside."""
    suspects = []
    for finess, amount in list(said.purchases.items()):
        known = folder.known_purchases(finess, campaign.exercice)
        if known and not known / 10 <= amount <= known * 10:
            name = folder.territory.name_of(finess)
            suspects.append(on_workbooks.suspect_purchases(name, amount, known, sheet=first_tab.TITLE))
            del said.purchases[finess]
    return suspects


def _first_tab_findings(
    sending: SentWorkbook, first: RawTab | None, property_: Stamp | None, stamp: Stamp
) -> Iterator[Finding]:
    """What the first tab and the workbook's property say that cannot be read, or that contradicts the tabs."""
    if property_ and property_ != stamp:
        yield on_workbooks.stamp_contradicted(f"Les propriétés du classeur disent « {property_} »", f"« {stamp} »")
    if first is None:
        yield on_workbooks.first_tab_missing(first_tab.TITLE)
        return
    said = stamp_of(first)
    if said and said != stamp:
        yield on_workbooks.stamp_contradicted(f"Le premier onglet dit « {said} »", f"« {stamp} »", sheet=first.name)
    yield from _units_of_the_first_tab(sending.said, first.name)
    blank_cells = sending.said.without_purchases | ({sending.said.not_answered} - {""})
    unreadable_ones = sending.said.unreadable_ones | sheet_xml.hidden_problems(
        sending.raw_bytes, first.name, blank_cells, sending.said.zeros
    )
    for cell, problem in unreadable_ones.items():
        check, what = (
            CATALOGUE[problem.code],
            first_tab.HANDED_IN_LABEL if cell == sending.said.answered else first_tab.PURCHASES,
        )
        yield check(what, False, problem, sheet=first.name, cell=cell)
    for cell, (question, typed_word) in sending.said.unclear.items():
        if not cell and sending.trame.is_permanent:
            continue  # it is never handed in
        yield on_workbooks.reply_not_understood(question, typed_word, sheet=first.name, cell=cell)
    for hidden_word in (c for c in (MASK, SECRET) if c in sending.said.contact):
        problem = Problem("donnee-personnelle", hidden_word, "")
        yield CATALOGUE[problem.code](first_tab.CONTACT, False, problem, sheet=first.name)


def _units_of_the_first_tab(said: FirstTab, sheet: str) -> Iterator[Finding]:
    """Other units that the first tab gives to the amounts of the tabs, or to its own."""
    for cell, (typed_word, unit) in said.units.items():
        yield on_workbooks.column_unit(typed_word, "euros TTC", unit, sheet=sheet, cell=cell)
    if said.unit_of_purchases:
        cell, (typed_word, unit) = said.unit_of_purchases
        yield on_workbooks.column_unit(typed_word, first_tab.PURCHASES, unit, sheet=sheet, cell=cell)


def most_frequent(stamps: list[Stamp]) -> Stamp | None:
    """The stamp most tabs bear; the first one when they are as many."""
    return Counter(stamps).most_common(1)[0][0] if stamps else None


def top_texts_of(tab: RawTab) -> Iterator[str]:
    """The texts at the top of a tab, where its stamp stands."""
    return (c for row in tab.rows[:STAMP_DEPTH] for c in row if isinstance(c, str))


def stamp_of(tab: RawTab) -> Stamp | None:
    return next((t for t in map(read_stamp, top_texts_of(tab)) if t), None)


def _recognise(stamp: Stamp, folder: Folder) -> tuple[Trame, Campaign]:
    """The trame and campaign a stamp names. Raises Refus when the file cannot be trusted to be one of ours."""
    trame = TRAMES.get(stamp.trame)
    if trame is None or stamp.version not in trame.versions_read:
        versions_known = trame.versions_read if trame else tuple(TRAMES)
        raise opening.Refusal(on_workbooks.version_not_read(f"{stamp.trame} {stamp.version}", versions_known))
    if stamp.ght not in folder.territory.ghts:
        raise opening.Refusal(on_workbooks.unknown_ght(stamp.ght))
    campaign = all_year(trame) if trame.is_permanent else folder.campaigns.get(stamp.campaign)
    if campaign is None or campaign.code != stamp.campaign:
        raise opening.Refusal(on_workbooks.unknown_campaign(stamp.campaign, list(folder.campaigns)))
    return trame, campaign


def _read_tabs(sending: SentWorkbook, raw_tabs: Iterable[StampedTab]) -> tuple[list[Tab], list[Finding]]:
    """Every tab of the workbook, then what needs all of them."""
    tabs_by_place: dict[int, Tab] = {}
    findings: list[Finding] = []
    for place, (raw, stamp) in by_trust(sending, raw_tabs):
        tab, theirs = _read_tab(sending, raw, stamp, {o.finess: o.sheet for o in tabs_by_place.values()})
        tabs_by_place |= {place: tab} if tab else {}
        findings += theirs
    tabs = [tab for _, tab in sorted(tabs_by_place.items())]
    tabs += _neant_tabs(sending, {o.finess for o in tabs})
    missing_tabs = [name for finess, name in sending.members.items() if finess not in {o.finess for o in tabs}]
    if missing_tabs:
        findings.append(on_workbooks.missing_tab(missing_tabs))
    for table in sending.trame.tables:
        findings += judge_trame([o for o in tabs if o.table == table.code], table, sending.context())
    return with_blocked_lines(tabs, findings)


def _read(sending: SentWorkbook, raw: RawTab, stamp: Stamp | None) -> tuple[Table, TabRead | None]:
    """A tab read as the table that it is of; else as the first one whose headings it has."""
    tables = sending.tables_of(raw.name, stamp)
    for table in tables:
        cell_readers = reading.cell_readers(table, sending.folder)
        tab_read = reading.read(raw, table, cell_readers, sending.raw_bytes, read_again=sending.read_again)
        if tab_read is not None:
            return table, tab_read
    return tables[0], None


def _read_tab(
    sending: SentWorkbook, raw: RawTab, stamp: Stamp | None, tabs_so_far: Mapping[str, str]
) -> tuple[Tab | None, list[Finding]]:
    """One tab and its findings; no tab when it is not one of this trame (a note, a list) or cannot be trusted."""
    table, tab_read = _read(sending, raw, stamp)
    if tab_read and sending.said.units:  # the first tab says that no amount of the workbook is in euros TTC
        tab_read = replace(tab_read, lines=[], empties=0, ignored_lines=0, usable=False)
    if (said := set_aside(sending, raw, stamp, tab_read, table)) is not None:
        return None, said
    finess, doubt = etablissement_of(sending, raw.name, stamp, tabs_so_far)
    if tab_read is None:
        doubt = doubt or f"L'onglet « {raw.name} » n'a plus ses en-têtes de colonnes."
    if doubt or tab_read is None:
        return None, [on_workbooks.unknown_tab(doubt, sheet=raw.name)]
    lines, findings = judge_lines(tab_read, raw.name, table, sending.context(finess))
    tab = Tab(
        sheet=raw.name,
        finess=finess,
        table=table.code,
        columns=tab_read.columns,
        lines=tuple(lines),
        empties=tab_read.empties,
        ignored_lines=tab_read.ignored_lines,
        heading_row=tab_read.heading_row,
        purchases=sending.said.purchases.get(finess),
        neant=not lines and finess in sending.said.neants,
        refused=not tab_read.usable,
    )
    if lines and finess in sending.said.neants:
        findings.append(on_workbooks.contradicted_neant(sending.members[finess], len(lines), sheet=raw.name))
    if other := bears_the_name_of(sending, raw.name, finess):
        shown = f"L'onglet « {raw.name} » porte le nom de {other} et le tampon de {sending.members[finess]}"
        findings.append(on_workbooks.stamp_contradicted(shown, f"celui de {sending.members[finess]}", sheet=raw.name))
    if tab_read.usable and not tab.usable:
        findings.append(on_workbooks.empty_tab(sending.members[finess], sheet=raw.name))
    return tab, tab_read.findings + findings


def _neant_tabs(sending: SentWorkbook, tabs_so_far: set[str]) -> list[Tab]:
    """Établissements without a tab that say « rien à déclarer » on the first one."""
    silent_finess = sorted(sending.said.neants & (sending.members.keys() - tabs_so_far))
    return [
        Tab(
            first_tab.TITLE,
            f,
            {},
            purchases=sending.said.purchases.get(f),
            neant=True,
            table=sending.places[f].table.code,
        )
        for f in silent_finess
    ]


def with_blocked_lines(tabs: list[Tab], findings: list[Finding]) -> tuple[list[Tab], list[Finding]]:
    """Mark the lines that a blocking finding stands on, and write on each such finding the cents it strikes out."""
    blocked_lines = {(c.sheet, c.line) for c in findings if c.severity is Severity.REJECTION and c.line}
    marked_tabs = [replace(o, lines=tuple(_marquee(o, li, blocked_lines) for li in o.lines)) for o in tabs]
    retires = {(o.sheet, li.number): li.struck for o in marked_tabs for li in o.lines if li.struck}
    # The euros of a line stand on its first blocking finding only, so that findings add up to what is struck out.
    figures = [_with_cents(c, retires) for c in findings]
    return marked_tabs, sorted(figures, key=rank)


def _marquee(tab: Tab, line: Line, blocked_lines: Collection[tuple[str, int]]) -> Line:
    blocked = (tab.sheet, line.number) in blocked_lines
    return line if line.blocked is blocked else line._replace(blocked=blocked)


def _with_cents(finding: Finding, retires: dict[tuple[str, int], int]) -> Finding:
    rejection = finding.severity is Severity.REJECTION
    stake = retires.pop((finding.sheet, finding.line or 0), 0) if rejection else 0
    return finding if finding.stake == stake else finding._replace(stake=stake)
