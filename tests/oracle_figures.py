"""A second opinion on forecast, coverage, performance and quality, and on whom they belong to when territories change.

Knows nothing of the product: it adds up the lines that `oracle_histoire` judged, from the written rules alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tests.oracle_history import ZERO, CountedLine, LineKey, World, part


@dataclass(frozen=True)
class Member:
    finess: str
    ght: str
    start: date = date.min
    end: date = date.max


@dataclass(frozen=True)
class Situation:
    """Of a campaign: the day it looks at, and the day from which it is the one under way."""

    day: date
    opening: date


@dataclass(frozen=True)
class Books:
    """What is known on a day, and who belonged where."""

    world: World
    members: Sequence[Member]
    situations: Mapping[str, Situation]

    def ght_of(self, finess: str, day: date) -> str | None:
        return next((m.ght for m in self.members if m.finess == finess and m.start <= day <= m.end), None)

    def campaigns(self, exercice: int) -> list[str]:
        return [c.code for c in self.world.campaigns.values() if c.exercice == exercice]

    def under_way(self, exercice: int) -> str:
        """The last campaign that was opened, else the first to come."""
        codes = self.campaigns(exercice)
        opened = [c for c in codes if self.situations[c].opening <= self.world.day]
        return opened[-1] if opened else codes[0]

    def homes(self, exercice: int) -> dict[str, str]:
        """By FINESS, the GHT it counts for: at the campaign of its tab that counts, else at the one under way."""
        counted = self.world.tabs_that_count(self.campaigns(exercice))
        now = self.under_way(exercice)
        rows = {}
        for finess in {m.finess for m in self.members}:
            code = counted[finess].sending.campaign if finess in counted else now
            if ght := self.ght_of(finess, self.situations[code].day):
                rows[finess] = ght
        return rows

    def kept(self, exercice: int, ghts: set[str]) -> Decimal:
        return sum((li.declare - li.struck for _, li in self._lines(exercice, ghts)), ZERO)

    def _lines(self, exercice: int, ghts: set[str]) -> Iterator[tuple[LineKey, CountedLine]]:
        homes = self.homes(exercice)
        for key, line in self.world.exercice(exercice).items():
            if homes.get(key[0]) in ghts:
                yield key, line

    def notified(self, exercice: int, ghts: set[str]) -> Decimal:
        total, counted = ZERO, self.world.tabs_that_count(self.campaigns(exercice))
        for (finess, _), line in self._lines(exercice, ghts):
            j = line.judged_line
            if j.statut == "notifié" and j.gain and not j.is_carried_over:
                day = self.situations[counted[finess].sending.campaign].day
                after = date(day.year + day.month // 12, day.month % 12 + 1, 1)
                worth = part(j.gain, j.ordered_on or after, exercice)
                total += min(worth, ZERO) if line.blocked else worth
        return total

    def inherited(self, exercice: int, ghts: set[str]) -> Decimal:
        """Line by line: what is kept of the exercice before, falls in this one, and that no line continues."""
        homes, now, total = self.homes(exercice), self.world.exercice(exercice), ZERO
        for key, line in (self.world.exercice(exercice - 1) if self.campaigns(exercice - 1) else {}).items():
            if homes.get(key[0]) in ghts and not (key in now and now[key].judged_line.is_carried_over):
                total += min(line.report, ZERO) if line.blocked else line.report
        return total

    def forecast(self, exercice: int, ghts: set[str]) -> Decimal:
        return self.kept(exercice, ghts) + self.notified(exercice, ghts) + self.inherited(exercice, ghts)

    def treated(self, exercice: int, ghts: set[str]) -> tuple[Decimal, Decimal]:
        """(annual gains, references) of kept lines first ordered in the exercice, declared in it or in the next one."""
        homes, ours = self.homes(exercice), self.world.exercice(exercice)
        later = self.world.exercice(exercice + 1) if self.campaigns(exercice + 1) else {}
        late = {k: li for k, li in later.items() if not (li.judged_line.is_carried_over and k in ours)}
        gain = reference = ZERO
        for (finess, _), line in (*ours.items(), *late.items()):
            j = line.judged_line
            first = j.ordered_on is not None and j.ordered_on.year == exercice and j.statut == "réalisé"
            if homes.get(finess) in ghts and first and not line.blocked and j.reference is not None:
                gain, reference = gain + (j.gain or ZERO), reference + j.reference
        return gain, reference

    def quality(self, exercice: int, ghts: set[str]) -> tuple[int, int, int]:
        """(declared lines, those that no check strikes, those that are kept once people decided)."""
        lines = [li for _, li in self._lines(exercice, ghts)]
        return len(lines), sum(not li.judged_line.blocked for li in lines), sum(not li.blocked for li in lines)
