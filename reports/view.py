"""The register and the region's folder seen on a given day: what counts there, and what was expected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlite_utils import Database

from config.campaign import Campaign, current_campaign
from config.errors import UserError
from config.folder import Folder
from config.objectives import Objective, in_force, shared_out
from config.territory import Ght, Scope
from sheets.judged import Totals, total
from sheets.register import past_folders, stored_lines
from sheets.register.what_counts import ReceivedTab, counting_tabs


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked: a territory, an exercice, possibly one campaign instead of the one that counts."""

    scope: Scope
    exercice: int
    campaign: str | None = None
    by: str = ""
    since: date | None = None
    """The earlier day of a comparison between two days."""
    limit: int = -1
    """At most that many lines behind the figure; -1 is all of them."""
    others: tuple[Scope, ...] = ()
    """The territories it is compared with."""
    exercices: tuple[int, ...] = ()
    """The exercices compared, or walked through; none said, those that are known."""
    but_for: tuple[Scope, ...] = ()
    """What is left out of the territory."""
    how_many: int = 0
    """How many of a ranking; 0 is all of them."""
    from_bottom: bool = False
    """The last of a ranking rather than the first."""
    place: Scope | None = None
    """Whose rank is asked."""
    figure: str = ""
    """Whose lines « pourquoi » opens: prevision, couverture, performance; nothing said, the gains."""

    @property
    def revealed_scopes(self) -> tuple[Scope, ...]:
        """Every territory whose figure the answer lets out: what is left out of a total is told by difference."""
        return (self.scope, *self.others, *self.but_for, *([self.place] if self.place else []))


@dataclass(frozen=True, eq=False, slots=True)
class View:
    """`as_of` is the day the answer would have been given; nothing received after it is seen."""

    db: Database
    folder: Folder
    as_of: date

    def dated(self, day: date) -> View:
        """The same register seen on another day, with the folder of that day; the future has today's."""
        folder = self.folder if day >= self.as_of else past_folders.as_of_day(self.db, self.folder, day)
        return View(self.db, folder, day)

    def campaigns(self, subject: Subject) -> list[Campaign]:
        """The campaigns that may count for a subject, earliest situation first. Raises UserError if there are none."""
        all_of_those = self.folder.campaigns_of(subject.exercice)
        chosen_campaigns = [c for c in all_of_those if subject.campaign in (None, c.code)]
        if not chosen_campaigns:
            known_ones = sorted({str(c.exercice) for c in self.folder.campaigns.values()})
            raise UserError(f"Aucune campagne pour {subject.exercice} ; exercices connus : {', '.join(known_ones)}.")
        return chosen_campaigns

    def campaign(self, subject: Subject) -> Campaign:
        """The campaign under way for a subject that day: the last one opened."""
        return current_campaign(self.campaigns(subject), self.as_of)

    def ghts(self, subject: Subject) -> tuple[Ght, ...]:
        """The GHT expected to answer: those that have somebody left in the territory."""
        territory, situation = self.folder.territory, self.campaign(subject).situation
        all_of_them = territory.ghts_of(subject.scope, situation)
        if not subject.but_for:
            return all_of_them
        ours = self.inside(subject, situation)
        return tuple(g for g in all_of_them if any(e.finess in ours for e in territory.members(g.code, situation)))

    def tabs_that_count(self, subject: Subject, *, at_lock: bool = False) -> list[ReceivedTab]:
        """The tabs that make the figure of a subject, one per établissement; with `at_lock`, as they were when locked."""
        campaigns = self.campaigns(subject)
        # Who belonged where is asked at the situation of the campaign each tab was filled for.
        inside = {c.code: self.inside(subject, c.situation) for c in campaigns}
        all_of_them = self.finess(subject)
        kept_tabs = counting_tabs(self.db, [c.code for c in campaigns], self.as_of, all_of_them, at_lock=at_lock)
        return [o for finess, o in sorted(kept_tabs.items()) if finess in inside[o.campaign]]

    def inside(self, subject: Subject, situation: date) -> frozenset[str]:
        """The établissements of the territory that day, but for what is left out of it."""
        territory = self.folder.territory
        ours = territory.finess_of(subject.scope, situation)
        if subject.scope.type == "etablissement":
            ours = frozenset(f for f in ours if territory.ght_of(f, situation))
        return ours.difference(*(territory.finess_of(p, situation) for p in subject.but_for))

    def members(self, subject: Subject) -> frozenset[str]:
        """Whose figure it is: each établissement where its tab that counts was filled, else at the campaign under way.

        So each is in one GHT, and the parts of a figure that needs more than the tabs still add up.
        """
        campaigns, last = self.campaigns(subject), self.campaign(subject).code
        inside = {c.code: self.inside(subject, c.situation) for c in campaigns}
        known = frozenset[str]().union(*inside.values())
        seen = None if subject.scope.type == "national" else known
        now = counting_tabs(self.db, [c.code for c in campaigns], self.as_of, seen)
        return frozenset(f for f in known if f in inside[now[f].campaign if f in now else last])

    def in_exercice(self, subject: Subject, exercice: int) -> dict[str, ReceivedTab]:
        """The tabs that count in another exercice for those whose figure it is, by FINESS; none without a campaign."""
        codes = [c.code for c in self.folder.campaigns_of(exercice)]
        if not codes:
            return {}
        ours = self.members(subject)
        all_of_them = None if subject.scope.type == "national" else ours
        return {f: o for f, o in counting_tabs(self.db, codes, self.as_of, all_of_them).items() if f in ours}

    def received(self, subject: Subject, tabs: Iterable[ReceivedTab]) -> tuple[int, int]:
        """(GHT of which something counts, GHT expected): a GHT that is gone by then is neither."""
        expected = {g.code for g in self.ghts(subject)}
        return len(expected & {self.ght_of(o) for o in tabs}), len(expected)

    def finess(self, subject: Subject) -> frozenset[str] | None:
        """Whoever was in a territory at one of the campaigns that may count; None for the whole country."""
        if subject.scope.type == "national":
            return None
        territory = self.folder.territory
        # The GHT whole, for an établissement: where it stands is told with the others'.
        return frozenset(
            e.finess
            for c in self.campaigns(subject)
            for g in territory.ghts_of(subject.scope, c.situation)
            for e in territory.members(g.code, c.situation)
        )

    def ght_of(self, tab: ReceivedTab) -> str | None:
        """The GHT an établissement belonged to at the situation of the campaign its tab was filled for."""
        return self.folder.territory.ght_of(tab.finess, self.folder.campaigns[tab.campaign].situation)

    def purchases(self, exercice: int, finess: Iterable[str]) -> dict[str, int | None]:
        """Total purchases in cents of each établissement: the trame's, else the folder's, else the latest known."""
        codes = [c.code for c in reversed(self.folder.campaigns_of(exercice))]
        finess = frozenset(finess)
        declares = stored_lines.declared_purchases(self.db, codes, finess, self.as_of)
        return {
            f: next((declares[f, c] for c in codes if (f, c) in declares), None)
            or self.folder.known_purchases(f, exercice)
            for f in finess
        }

    @property
    def whole_country(self) -> bool:
        """Whether every region of the folder has GHT in its territory."""
        return self.folder.territory.regions.keys() == {g.region for g in self.folder.territory.ghts.values()}

    def objective(self, subject: Subject) -> Objective | None:
        """The objective in force that day; for a GHT without one, its share of the region's."""
        if subject.but_for or (subject.scope.type == "national" and not self.whole_country):
            return None  # a country's objective says nothing of the few regions that are here, nor a whole's of a part
        own_objective = in_force(self.folder.objectives, subject.scope, subject.exercice, self.as_of)
        if own_objective or subject.scope.type != "ght":
            return own_objective
        territory, situation = self.folder.territory, self.campaign(subject).situation
        region = territory.parents(subject.scope, situation)[0]
        objective_of_whole = in_force(self.folder.objectives, region, subject.exercice, self.as_of)
        if objective_of_whole is None:
            return None
        theirs = territory.finess_of(subject.scope, situation)
        if not theirs:
            return None  # a GHT that is gone has no share of what is aimed at
        purchases = self.purchases(subject.exercice, territory.finess_of(region, situation))
        return shared_out(objective_of_whole, subject.scope, purchases, theirs)


def total_of(tabs: Iterable[ReceivedTab]) -> Totals:
    return total(o.totals for o in tabs)
