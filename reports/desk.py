"""What stands on someone's desk: each campaign under way, its figures, its states, what is to be done. Never words it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from config.campaign import Campaign, current_campaign
from config.territory import Scope
from reports import deadlines
from reports.answer import Answer
from reports.gains import gains
from reports.progress import State, states
from reports.quality import rejections
from reports.todo import tasks, undecided_lines
from reports.view import Subject, View

COSTLIEST_SHOWN = 5
"""Findings shown: the costliest; the rejects tell them all."""


@dataclass(frozen=True, slots=True)
class CampaignUnderWay:
    """A campaign under way seen from a territory. The euros are those of its exercice, as every answer says them."""

    campaign: Campaign
    gains: Answer
    deadline: date
    """The campaign's, or the GHT's own when it was extended."""

    @property
    def scope(self) -> Scope:
        return self.gains.scope


@dataclass(frozen=True, slots=True)
class Detail:
    """What only someone who may see the lines of the territory finds beside the figures."""

    states: tuple[State, ...]
    tasks: Answer
    undecided_lines: tuple[int, int]
    """Lines that wait for a decision, and their cents."""
    rejections: Answer


def campaigns_under_way(view: View) -> list[Campaign]:
    """Those opened and not past their lock, the nearest deadline first; when there is none, the last one opened."""
    all_of_those = view.folder.campaigns.values()
    open_campaigns = [c for c in all_of_those if c.opening <= view.as_of <= c.lock]
    return sorted(open_campaigns, key=lambda c: (c.deadline, c.code)) or [current_campaign(all_of_those, view.as_of)]


def under_way(view: View, campaign: Campaign, scope: Scope) -> CampaignUnderWay:
    """Raises UserError when nobody is awaited in that territory."""
    deadline, _ = deadlines.deadline_of(view, Subject(scope, campaign.exercice), campaign)
    return CampaignUnderWay(campaign, gains(view, Subject(scope, campaign.exercice)), deadline)


def detail(view: View, p: CampaignUnderWay) -> Detail:
    """The states and the things to do of that campaign; the costliest findings in what counts for its exercice."""
    campaign_subject = Subject(p.scope, p.campaign.exercice, p.campaign.code)
    still_left = undecided_lines(view, view.tabs_that_count(campaign_subject)).values()
    return Detail(
        tuple(states(view, campaign_subject)),
        tasks(view, campaign_subject),
        (sum(n for n, _ in still_left), sum(cents for _, cents in still_left)),
        rejections(view, Subject(p.scope, p.campaign.exercice, limit=COSTLIEST_SHOWN)),
    )
