"""Ties the lines of a new sending to the actions already known: same number, or a careful match that is said.

Never guesses between two candidates; a match can be refused. For a line carried over, the known value counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace

from config.french import text_key
from sheets.checks import on_history, on_workbooks
from sheets.checks.catalogue import Context, Deviation
from sheets.findings import Finding, Severity, rank
from sheets.judged import JudgedWorkbook, Line, Tab
from sheets.judging.lines import finding_at_cell
from sheets.judging.workbook import with_blocked_lines
from sheets.matching.alike import by_trait, distance
from sheets.register.known_actions import NOTHING, KnownAction, Memory
from sheets.spelling import number_key
from sheets.trame import CarryingOver, Table
from sheets.trames import CATALOGUE


def tie_lines(received: JudgedWorkbook, memory: Memory, table: Table, context: Context) -> JudgedWorkbook:
    """The judged workbook with each line of a table under the number of its action, and what that revealed."""
    if memory is NOTHING or not received.tabs:
        return received
    tabs: list[Tab] = []
    findings = list(received.findings)
    for tab in received.tabs:
        if tab.table != table.code:
            tabs.append(tab)
            continue
        tab_lines = TabLines(tab, memory, table, context)
        tabs.append(replace(tab, lines=tuple(tab_lines.lines)))
        findings = [*tab_lines.kept_findings(findings), *tab_lines.findings]
        findings += tab_lines.looked_at_again(findings)
    tabs, findings = with_blocked_lines(tabs, findings)
    return replace(received, tabs=tuple(tabs), findings=tuple(sorted(findings, key=rank)))


class TabLines:
    """The lines of one tab while they are given their numbers. `lines` and `findings` are what comes out."""

    def __init__(self, tab: Tab, memory: Memory, table: Table, context: Context) -> None:
        self.tab, self.table, self.context = tab, table, context
        self.ways, self.unlike = table.identity.ways, len(table.identity.ways)
        self.sure = self.unlike - 1  # the last way says little
        self.lines = list(tab.lines)
        self.findings: list[Finding] = []
        self.recognised: set[int] = set()
        self.copied_lines: set[int] = set()
        self.said: set[int] = set()
        self.carried_lines: dict[int, KnownAction] = {}
        f = tab.finess
        actions, carried = memory.actions.get(f, ()), memory.carried.get(f, ())
        known_actions = {k.action_id: k for k in (*carried, *actions)}
        former = {k.action_id: k for k in memory.former.get(f, ()) if k.action_id not in known_actions}
        refusal = {(a, t) for finess, a, t in memory.told_apart if finess == f}
        self._respell(former.keys() | known_actions.keys())
        self._give_back_to_originals(known_actions)
        self._give_back_to_wiped(known_actions, refusal)
        self._doubt_moved_numbers(known_actions, former)
        self._recognise([*known_actions.values()], refusal)
        self._recognise([*former.values()], refusal)
        self.copied_lines.clear()  # those that were not found again keep the number they bear
        numbers_given = {n: a for n, a in memory.numbers_given.get(f, {}).items() if a not in known_actions}
        self._renumber(memory.numbers.get(f, frozenset()) | known_actions.keys(), numbers_given)
        self._say_copies()
        self._carry_over({k.action_id: k for k in carried})
        self._compare({k.action_id: k for k in actions})

    def kept_findings(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """The findings of the reading that still hold, now that numbers are given and known values count."""
        for c in findings:
            if c.sheet != self.tab.sheet or not self._is_outdated(c):
                yield c
            elif c.code == "donnee-personnelle":
                yield c._replace(severity=Severity.ALERT)  # a number to wipe, that takes nothing from the known value

    def _is_outdated(self, finding: Finding) -> bool:
        of_the_tab = {c.code for c in self.table.checks_for("tableau")} if self.carries else set()
        if finding.code == "numero-en-double" or finding.code in of_the_tab:
            return True  # they are all said again
        known = self.carried_lines.get(finding.line or 0)
        return finding.severity is Severity.REJECTION and known is not None and not known.blocked

    @property
    def carries(self) -> bool:
        return any(li.carried_from for li in self.lines)

    def looked_at_again(self, found: Iterable[Finding]) -> Iterator[Finding]:
        """What the checks on a tab say now that lines carried over are known, and come first: of two alike, the other is
        the copy."""
        if not self.carries:
            return
        struck = {c.line for c in found if c.sheet == self.tab.sheet and c.severity is Severity.REJECTION}
        sound = sorted((li for li in self.lines if li.number not in struck), key=lambda li: not li.carried_from)
        for check in self.table.checks_for("tableau"):
            for line, deviation in check.function(sound, self.context):
                yield finding_at_cell(check, deviation, self.tab.sheet, line, self.tab.columns, self.context)

    def _respell(self, known: Set[str]) -> None:
        """Numbers that a spreadsheet or a person wrote otherwise (0022 → 22) are the known ones; said once for the tab.

        Two spellings in one tab stay two lines, and so does one that could be either of two known numbers.
        """
        borne = {li.written for li in self.lines}
        free: dict[str, list[str]] = {}
        spellings: dict[str, list[str]] = {}
        for n in known - borne:
            free.setdefault(number_key(n), []).append(n)
        for n in filter(None, borne - known):
            spellings.setdefault(number_key(n), []).append(n)
        given = {s[0]: free[k][0] for k, s in spellings.items() if len(s) == 1 and len(free.get(k, ())) == 1}
        for place, line in enumerate(self.lines):
            if line.written in given:
                self.lines[place] = line._replace(written=given[line.written])
                if line.action_id == line.written:
                    self._give_number(place, given[line.written])
        if given:
            said = on_history.numbers_respelled(sorted(given.items()))
            self.findings.append(CATALOGUE["identite-reconnue"].finding(said, sheet=self.tab.sheet))

    def _give_back_to_originals(self, known_actions: dict[str, KnownAction]) -> None:
        """A line copied above its original took its number: it is given back to the one more like the known action."""
        bearers = {li.action_id: rank for rank, li in enumerate(self.lines) if li.written == li.action_id}
        for place, copied_line in enumerate(self.lines):
            if not copied_line.written or not self._is_unnumbered(place) or copied_line.written not in known_actions:
                continue
            bearer, known_action = bearers[copied_line.written], known_actions[copied_line.written]
            if self._distance(place, known_action) < self._distance(bearer, known_action):
                self._give_number(bearer, copied_line.action_id)
                self._give_number(place, copied_line.written)
                bearers[copied_line.written] = place

    def _give_back_to_wiped(self, known_actions: Mapping[str, KnownAction], refusal: Set[tuple[str, str]]) -> None:
        """Another purchase bears the number of a known action, which stands elsewhere with its own wiped: it gets it back."""
        bearers = {li.action_id: place for place, li in enumerate(self.lines) if li.written == li.action_id}
        for number, known_action in known_actions.items():
            bearer = bearers.get(number)
            if bearer is None or self._distance(bearer, known_action) < self.unlike:
                continue
            its_own = [
                p for p, li in enumerate(self.lines) if not li.written and self._distance(p, known_action) < self.sure
            ]
            if (
                len(its_own) == 1
                and (number, self._title(known_action)) not in refusal
                and self._is_unnumbered(its_own[0])
            ):
                self._give_number(bearer, self.lines[its_own[0]].action_id)
                self._recognised_as(its_own[0], known_action, self.ways[self._distance(its_own[0], known_action)][0])

    def _recognised_as(self, place: int, known_action: KnownAction, reason: str) -> None:
        """Give a line the number of the known action it is; a finding says so, unless one already says that its number was a copy."""
        written = self.lines[place].written
        self._give_number(place, known_action.action_id)
        self.recognised.add(self.lines[place].number)
        if not written or self.lines[place].number in self.said:
            deviation = on_history.recognised_identity.function(known_action.action_id, reason, written)
            self._add_finding("identite-reconnue", deviation, place)

    def _doubt_moved_numbers(self, known_actions: Mapping[str, KnownAction], former: Mapping[str, KnownAction]) -> None:
        """A column filled anew: a line nothing like the action of its number, or under a number nobody ever bore, that is
        one known action which no line like it bears. It waits for its number; whatever took that one gives it back.
        """
        bearers = {li.action_id: place for place, li in enumerate(self.lines) if li.written == li.action_id}
        unlike = {
            n for n, p in bearers.items() if n in known_actions and self._distance(p, known_actions[n]) == self.unlike
        }
        free = [k for n, k in known_actions.items() if n not in bearers or n in unlike]
        index = [by_trait((trait(k.values), k) for k in free) for _, trait in self.ways[: self.sure]]
        claims: dict[str, list[int]] = {}
        for number, place in bearers.items():
            if number in unlike or (number not in known_actions and not self._is_former(place, former)):
                line = self.lines[place]
                alike = {k.action_id for (_, trait), known in zip(self.ways, index, strict=False)
                         for k in known.get(trait(line.values), ())}  # fmt: skip
                if len(alike) == 1:
                    claims.setdefault(alike.pop(), []).append(place)
                    self.copied_lines.add(line.number)
                    self.said |= set() if number in known_actions or number in former else {line.number}
        for number, places in claims.items():
            taker = bearers.get(number)
            if len(places) == 1 and taker is not None and self.lines[taker].number not in self.copied_lines:
                self._give_number(taker, "")

    def _is_former(self, place: int, former: Mapping[str, KnownAction]) -> bool:
        known = former.get(self.lines[place].action_id)
        return known is not None and self._distance(place, known) < self.unlike

    def _recognise(self, known_actions: Sequence[KnownAction], refusal: set[tuple[str, str]]) -> None:
        """Lines without number that are like one known action, and like no other."""
        for pass_number, (reason, trait) in enumerate(self.ways):
            borne = {li.action_id for r, li in enumerate(self.lines) if not self._is_unnumbered(r)}
            free_numbers = by_trait((trait(k.values), k) for k in known_actions if k.action_id not in borne)
            candidates = by_trait((trait(li.values), r) for r, li in enumerate(self.lines) if self._is_unnumbered(r))
            for traits, places in candidates.items():
                alike_lines = free_numbers.get(traits, [])
                # Lines alike in everything may stand for one another; otherwise one alone must fit, on both sides.
                if pass_number and (len(places), len(alike_lines)) != (1, 1):
                    continue
                for place, known_action in zip(places, alike_lines, strict=False):
                    if (known_action.action_id, self._title(known_action)) not in refusal:
                        self._recognised_as(place, known_action, reason)

    def _is_unnumbered(self, place: int) -> bool:
        """Whether a line still waits for its number: none was typed, or that of the line it was copied from."""
        line = self.lines[place]
        without = line.written != line.action_id or line.number in self.copied_lines
        return without and line.number not in self.recognised

    def _renumber(self, taken: Set[str], numbers_given: Mapping[int, str]) -> None:
        """A new action takes a number that none ever bore; judged again, the one it was given the first time."""
        new_lines = [place for place in range(len(self.lines)) if self._is_unnumbered(place)]
        borne = {li.action_id for place, li in enumerate(self.lines) if not self._is_unnumbered(place)}
        free_numbers = iter(n for n in (f"{n:04d}" for n in range(1, 10_000)) if n not in taken and n not in borne)
        unnumbered = []
        for place in new_lines:
            number = numbers_given.get(self.lines[place].number, "")
            if number and number not in borne:
                self._give_number(place, number)
                borne.add(number)
            else:
                unnumbered.append(place)
        for place in unnumbered:
            given = self.lines[place].action_id
            if not given or given in taken or given in borne:
                self._give_number(place, next(n for n in free_numbers if n not in borne))
            borne.add(self.lines[place].action_id)

    def _say_copies(self) -> None:
        for line in self.lines:
            if line.written and line.written != line.action_id and line.number not in self.said & self.recognised:
                self._say_copy(line, line.action_id)

    def _distance(self, place: int, known_action: KnownAction) -> int:
        return distance(self.lines[place], known_action, self.table.identity)

    def _title(self, known_action: KnownAction) -> str:
        return text_key(getattr(known_action.values, self.table.titled_by) or "")

    def _carry_over(self, carried: dict[str, KnownAction]) -> None:
        """Lines carried over from the exercice before: the known value counts, whatever was typed over it."""
        carrying, missing_lines = self.table.carrying, dict(carried)
        if carrying is None:
            return
        for place, line in enumerate(self.lines):
            known_action = carried.get(line.action_id)
            if not known_action or not carrying.is_same(line.values, known_action.values):
                continue
            del missing_lines[line.action_id]
            self.lines[place] = line._replace(carried_from=known_action.reference)
            if known_action.settled:
                self._carry(place, known_action, carrying)
        for missing_line in missing_lines.values():
            if not missing_line.struck:
                campaign = missing_line.reference.split("/")[0]
                check = carrying.not_taken_up
                deviation = check.function(missing_line.action_id, campaign, missing_line.carried)
                self.findings.append(check.finding(deviation, sheet=self.tab.sheet))

    def _carry(self, place: int, known_action: KnownAction, carrying: CarryingOver) -> None:
        """The line takes its known value; a decision on the action of the exercice before follows it there."""
        typed, campaign = self.lines[place].values, self.context.campaign
        known = carrying.known_over(typed, known_action.values)
        worth = self.table.worth(known, campaign.exercice, campaign.situation)
        self.lines[place] = self.lines[place]._replace(values=known, worth=worth, declared=self.table.declared(worth))
        self.carried_lines[self.lines[place].number] = known_action
        said, counts = carrying.in_words(typed), carrying.in_words(known)
        if said != counts:
            origin = known_action.reference.split("/")[0]
            deviation = carrying.modified.function(origin, said, counts, self.table.amount)
            self._add_finding(carrying.modified.code, deviation, place)

    def _compare(self, actions: dict[str, KnownAction]) -> None:
        """What the trame has to say of a line against the same one before."""
        for place, line in enumerate(self.lines):
            known_action = actions.get(line.action_id)
            if known_action is None or line.number in self.carried_lines:
                continue
            for check, deviation in self.table.identity.compared(known_action.values, line.values):
                self._add_finding(check.code, deviation, place)

    def _give_number(self, place: int, number: str) -> None:
        line = self.lines[place]
        self.lines[place] = line._replace(action_id=number, values=line.values._replace(action_id=number))

    def _say_copy(self, line: Line, given: str) -> None:
        cell = self.tab.cell("action_id", line.number)
        self.findings.append(
            on_workbooks.duplicate_number(line.written, given, sheet=self.tab.sheet, line=line.number, cell=cell)
        )

    def _add_finding(self, code: str, deviation: Deviation, place: int) -> None:
        number = self.lines[place].number
        cell = self.tab.cell(deviation.column, number)
        self.findings.append(CATALOGUE[code].finding(deviation, sheet=self.tab.sheet, line=number, cell=cell))
