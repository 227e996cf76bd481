"""A second opinion on what a region's figures were on any day: replays what happened, from what was typed alone.

Knows nothing of the product: a list of events, Decimal arithmetic, and the written rules. Slow and plain on purpose.
Each typed line says which purchase it is; how the product finds that out from numbers and titles is what is tested.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)


@dataclass(frozen=True)
class TypedLine:
    """One line as typed. `purchase` is the purchase it is for, whatever number or title it bears."""

    purchase: str
    gain: Decimal | None
    reference: Decimal | None
    ordered_on: date | None
    statut: str = "réalisé"
    is_justified: bool = False
    number: str | None = "="
    """What stands in the column of numbers: a number, nothing, or « = », the template's own. The oracle never reads it."""
    title: str = ""
    """The same: another title than the purchase's usual one."""


@dataclass(frozen=True)
class SentFile:
    day: date
    file: str
    ght: str
    campaign: str
    tabs: Mapping[str, Sequence[TypedLine]]
    handing_in: bool = True
    readable: bool = True


@dataclass(frozen=True)
class Decision:
    day: date
    campaign: str
    finess: str
    purchase: str
    direction: str


@dataclass(frozen=True)
class Bound:
    """From that day, a gain above that share of its reference is struck out unless it is explained."""

    day: date
    part: Decimal


@dataclass(frozen=True)
class JudgedAgain:
    day: date


@dataclass(frozen=True)
class Lock:
    day: date
    campaign: str
    ght: str
    put: bool = True


@dataclass(frozen=True)
class Extension:
    day: date
    campaign: str
    ght: str
    until_day: date


@dataclass(frozen=True)
class Neant:
    day: date
    campaign: str
    finess: str


@dataclass(frozen=True)
class Revision:
    """The region's objective for an exercice becomes that many euros."""

    day: date
    exercice: int
    amount: Decimal


Event = SentFile | Decision | Bound | JudgedAgain | Lock | Extension | Neant | Revision


@dataclass(frozen=True)
class Campaign:
    code: str
    exercice: int
    opening: date
    deadline: date


@dataclass(frozen=True)
class JudgedLine:
    """A line as judged. Euros: what it is worth in its exercice, and what it leaves for the next one."""

    rank: int
    part: Decimal
    report: Decimal
    gain: Decimal | None
    reference: Decimal | None
    blocked: bool
    ordered_on: date | None
    statut: str
    is_carried_over: bool = False
    """It continues a line of the exercice before."""

    @property
    def state(self) -> "State":
        return self.gain, self.reference, self.ordered_on, self.statut


State = tuple[Decimal | None, Decimal | None, date | None, str]
"""What a decision is taken on."""


@dataclass(frozen=True)
class DecisionTaken:
    """A decision that was taken: on what, and when among all that happened."""

    decision: Decision
    state: State
    order: int


@dataclass(frozen=True)
class CountedLine:
    """A line that counts on a day, decisions taken."""

    file: str
    rank: int
    declare: Decimal
    struck: Decimal
    blocked: bool
    sending: int
    """Which sending it comes from."""
    decision: tuple[str, date, bool] | None
    """Kept or struck, when, and whether that has lapsed."""
    report: Decimal
    judged_line: JudgedLine
    after_lock: bool
    """The decision was taken once the campaign was locked."""

    @property
    def is_carried_over(self) -> bool:
        return self.judged_line.is_carried_over


@dataclass(frozen=True)
class Sums:
    declare: Decimal
    struck: Decimal

    @property
    def kept(self) -> Decimal:
        return self.declare - self.struck


@dataclass(frozen=True)
class Situation:
    """Where a GHT stands."""

    progress: str
    tabs: int
    lines_to_mend: int
    late: bool
    extended: bool
    locked: bool
    after_lock: bool


@dataclass
class Sending:
    """A sending that could be read, and its judgement by tab and purchase."""

    rank: int
    sending: SentFile
    lines: dict[str, dict[str, JudgedLine]] = field(default_factory=dict)


LineKey = tuple[str, str]
"""FINESS and purchase."""


def part(gain: Decimal, ordered_on: date, exercice: int) -> Decimal:
    """Twelve months from the month of the first order: what is earned at the end of the year, less at its start."""

    def cumulative(year: int) -> Decimal:
        month = (year - ordered_on.year) * 12 + 13 - ordered_on.month
        return (gain * min(max(month, 0), 12) / 12).quantize(Decimal("0.01"), ROUND_HALF_UP)

    return cumulative(exercice) - cumulative(exercice - 1)


class World:
    """All that is known at the end of a day."""

    def __init__(self, campaigns: Sequence[Campaign], members: Mapping[str, Sequence[str]]) -> None:
        self.campaigns = {c.code: c for c in campaigns}
        """In the order of their situations."""
        self.members = members
        self.day = date.min
        self.borne = Decimal("0.30")
        self.received_files: list[Sending] = []
        self.decisions: list[DecisionTaken] = []
        self.locks: dict[tuple[str, str], tuple[int, int]] = {}
        """(last sending seen, when among all that happened)"""
        self.order = 0
        self.all_deadlines: dict[tuple[str, str], date] = {}
        self.neants: dict[tuple[str, str], date] = {}
        self.empties: dict[tuple[str, str], int] = {}
        """How many sendings had come when nothing was said to be declared: an empty tab at that moment."""
        self.objectives: dict[int, Decimal] = {}

    @classmethod
    def as_of(
        cls,
        day: date,
        events: Iterable[Event],
        campaigns: Sequence[Campaign],
        members: Mapping[str, Sequence[str]],
    ) -> "World":
        world = cls(campaigns, members)
        for e in events:
            if e.day <= day:
                world.learn(e)
        world.day = day
        return world

    def learn(self, e: Event) -> None:
        self.day = e.day
        self.order += 1
        match e:
            case SentFile():
                if e.readable:
                    self.received_files.append(self.judge(Sending(len(self.received_files) + 1, e)))
            case Decision():
                line = self.lines([e.campaign])[e.finess, e.purchase]
                self.decisions.append(DecisionTaken(e, line.judged_line.state, self.order))
            case Bound():
                self.borne = e.part
            case JudgedAgain():
                self.judge_again()
            case Lock():
                self.locks[e.campaign, e.ght] = len(self.received_files), self.order
                if not e.put:
                    del self.locks[e.campaign, e.ght]
            case Extension():
                self.all_deadlines[e.campaign, e.ght] = e.until_day
            case Neant():
                self.neants[e.campaign, e.finess] = e.day
                self.empties[e.campaign, e.finess] = len(self.received_files)
            case Revision():
                self.objectives[e.exercice] = e.amount

    def judge_again(self) -> None:
        """Everything in force and not locked is judged again by the rules of the day, earliest exercice first."""
        for code in self.campaigns:
            in_force = {r.rank: r for r in self.tabs_that_count([code]).values()}
            for r in [in_force[rank] for rank in sorted(in_force)]:
                if (code, r.sending.ght) not in self.locks:
                    self.judge(r)

    def judge(self, arrival: Sending) -> Sending:
        exercice = self.campaigns[arrival.sending.campaign].exercice
        known_actions = self.lines([c.code for c in self.campaigns.values() if c.exercice == exercice - 1])
        arrival.lines = {
            finess: {
                s.purchase: self.judged_line(s, rank, exercice, known_actions.get((finess, s.purchase)))
                for rank, s in enumerate(typed_lines)
            }
            for finess, typed_lines in arrival.sending.tabs.items()
        }
        return arrival

    def judged_line(self, s: TypedLine, rank: int, exercice: int, known_action: CountedLine | None) -> JudgedLine:
        is_carried = bool(known_action and known_action.report)
        if (
            known_action
            and is_carried
            and (not known_action.blocked or (known_action.decision and known_action.decision[0] == "retirer"))
        ):
            # What is known counts; what strikes it, or keeps it, is decided in the exercice before.
            j = known_action.judged_line
            blocked = j.blocked and any(self.faults(s, exercice))
            return JudgedLine(
                rank, known_action.report, ZERO, j.gain, j.reference, blocked, j.ordered_on, j.statut, True
            )
        counts = s.statut == "réalisé" and s.gain is not None and s.ordered_on is not None
        parts = [
            part(s.gain, s.ordered_on, n) if counts and s.gain and s.ordered_on else ZERO
            for n in (exercice, exercice + 1)
        ]
        blocked = any(self.faults(s, exercice))
        return JudgedLine(rank, parts[0], parts[1], s.gain, s.reference, blocked, s.ordered_on, s.statut, is_carried)

    def faults(self, s: TypedLine, exercice: int) -> Iterator[bool]:
        if s.statut in ("réalisé", "notifié"):
            yield s.gain is None or s.reference is None
        if s.statut == "réalisé":
            yield s.ordered_on is None
            if s.ordered_on:
                yield not date(exercice - 1, 2, 1) <= s.ordered_on <= date(exercice, 12, 31)
        if s.gain and s.reference and s.gain > 0:
            yield s.gain >= s.reference
            yield s.gain / s.reference > self.borne and not s.is_justified

    def tabs_that_count(self, campaigns: Iterable[str]) -> dict[str, Sending]:
        """By établissement: the last campaign with a usable tab, and there the last sending, that of the lock if locked.

        « Rien à déclarer » is an empty tab at its instant: it leaves nothing, until a later tab of its campaign.
        """
        kept_tabs: dict[str, Sending] = {}
        for code in campaigns:
            for (_, finess), when in ((c, n) for c, n in self.empties.items() if c[0] == code):
                if finess in kept_tabs and not (
                    kept_tabs[finess].sending.campaign == code and kept_tabs[finess].rank > when
                ):
                    del kept_tabs[finess]
            for r in self.received_files:
                lock = self.locks.get((code, r.sending.ght))
                if r.sending.campaign == code and (lock is None or r.rank <= lock[0]):
                    kept_tabs |= {
                        finess: r
                        for finess, typed_lines in r.sending.tabs.items()
                        if typed_lines and r.rank > self.empties.get((code, finess), 0)
                    }
        return kept_tabs

    def lines(self, campaigns: Iterable[str]) -> dict[LineKey, CountedLine]:
        """What counts, line by line."""
        return {
            (finess, purchase): self.counted_line(r, finess, purchase, j)
            for finess, r in self.tabs_that_count(campaigns).items()
            for purchase, j in r.lines[finess].items()
        }

    def counted_line(self, r: Sending, finess: str, purchase: str, j: JudgedLine) -> CountedLine:
        decision_taken = self.decision_taken(r.sending.campaign, finess, purchase, j)
        blocked, said_one, is_late = j.blocked, None, False
        if decision_taken and decision_taken.decision.direction != "revenir":
            lapsed = decision_taken.decision.direction == "retenir" and changed_since(decision_taken.state, j.state)
            blocked = j.blocked if lapsed else decision_taken.decision.direction == "retirer"
            said_one = (decision_taken.decision.direction, decision_taken.decision.day, lapsed)
        if decision_taken and (lock := self.locks.get((r.sending.campaign, r.sending.ght))):
            is_late = decision_taken.order > lock[1]
        struck = max(j.part, ZERO) if blocked else ZERO
        return CountedLine(r.sending.file, j.rank, j.part, struck, blocked, r.rank, said_one, j.report, j, is_late)

    def decision_taken(self, campaign: str, finess: str, purchase: str, j: JudgedLine) -> DecisionTaken | None:
        """The last decision on a line: there, in an earlier campaign of its exercice, or on what it continues."""
        rows, here = list(self.campaigns), self.campaigns[campaign].exercice
        for p in reversed(self.decisions):
            d, year = p.decision, self.campaigns[p.decision.campaign].exercice
            is_followed = (year == here and rows.index(d.campaign) <= rows.index(campaign)) or (
                year == here - 1 and j.is_carried_over
            )
            if (d.finess, d.purchase) == (finess, purchase) and is_followed:
                return p
        return None

    def exercice(self, n: int) -> dict[LineKey, CountedLine]:
        return self.lines([c.code for c in self.campaigns.values() if c.exercice == n])

    def total_of(self, exercice: int, ght: str | None = None) -> Sums:
        """Of a GHT, or of the region."""
        lines = [li for (f, _), li in self.exercice(exercice).items() if ght is None or f in self.members[ght]]
        return Sums(sum((li.declare for li in lines), ZERO), sum((li.struck for li in lines), ZERO))

    def situation(self, code: str, ght: str) -> Situation:
        c, members = self.campaigns[code], self.members[ght]
        theirs = {f: r for f, r in self.tabs_that_count([code]).items() if f in members}
        all_said = {f: self.neants[code, f] for f in members if (code, f) in self.neants and f not in theirs}
        rows = {r.rank for r in theirs.values()}
        lock, deadline = self.locks.get((code, ght)), self.all_deadlines.get((code, ght), c.deadline)
        lines = [li for (f, _), li in self.lines([code]).items() if f in members]
        progress = "ouverte" if c.opening <= self.day else "attendue"
        if any((r.sending.campaign, r.sending.ght) == (code, ght) for r in self.received_files):
            progress = "vue"  # were it after the lock
        if theirs:
            progress = "remise" if all(r.sending.handing_in for r in theirs.values()) else "vue"
        elif len(all_said) == len(members):
            progress = "néant"
        days = [r.sending.day for r in theirs.values()] + list(all_said.values())
        return Situation(
            progress,
            len(theirs) + len(all_said),
            sum(li.blocked for li in lines),
            (max(days) if progress in ("remise", "néant") else self.day) > deadline,
            (code, ght) in self.all_deadlines,
            lock is not None,
            lock is not None
            and any(
                r.rank > lock[0] and r.rank not in rows and (r.sending.campaign, r.sending.ght) == (code, ght)
                for r in self.received_files
            ),
        )


def changed_since(decision_taken: State, state: State) -> bool:
    """Whether amounts, date or status differ; what was notified and is realised, with its amounts, has not changed."""
    now_realised = (decision_taken[3], state[3]) == ("notifié", "réalisé")
    return decision_taken[:2] != state[:2] if now_realised else decision_taken != state


def moved_by_cause(
    before: Mapping[LineKey, CountedLine], after: Mapping[LineKey, CountedLine]
) -> dict[tuple[str, LineKey], Decimal]:
    """What moved *retenu* from one day to another: euros by cause and line."""
    parts: dict[tuple[str, LineKey], Decimal] = {}
    for key in before.keys() | after.keys():
        a, b = before.get(key), after.get(key)
        declare = (b.declare if b else ZERO) - (a.declare if a else ZERO)
        struck = (b.struck if b else ZERO) - (a.struck if a else ZERO)
        same = bool(a and b and a.sending == b.sending)
        for cause, euros in ((_declared_cause(a, b, same), declare), (_struck_cause(a, b, same, struck), -struck)):
            if euros:
                parts[cause, key] = parts.get((cause, key), ZERO) + euros
    return parts


def _declared_cause(a: CountedLine | None, b: CountedLine | None, same: bool) -> str:
    if a and b:
        return "regle" if same else "modifiee"
    return "apparue" if b else "disparue"


def _struck_cause(a: CountedLine | None, b: CountedLine | None, same: bool, struck: Decimal) -> str:
    if b is None:
        return "disparue"
    if (a.decision if a else None) != b.decision or (b.decision and not b.decision[2] and not same):
        return "apres_verrou" if b.after_lock else "decision"
    if same:
        return "regle"
    return "retiree" if struck > 0 else "retablie"


def change(typed_lines: Sequence[TypedLine], purchase: str, **what: object) -> list[TypedLine]:
    """The same lines with something else typed on one of them."""
    assert any(s.purchase == purchase for s in typed_lines)
    return [replace(s, **what) if s.purchase == purchase else s for s in typed_lines]  # type: ignore[arg-type]
