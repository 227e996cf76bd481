"""When trames are awaited: the dates of the campaigns, and a GHT's own deadline when it was extended. No figure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from config.campaign import Campaign, by_situation
from config.errors import UserError
from config.french import count_words, day
from reports.answer import Answer, Element
from reports.gains import base
from reports.view import Subject, View
from sheets.register.decisions import ght_decisions


def all_deadlines(view: View, subject: Subject) -> Answer:
    """The campaigns under way or to come, or those of the exercice that was named; the next deadline among the facts."""
    chosen_campaigns = _chosen_campaigns(view, subject)
    nearest_campaign = next(
        (c for c in chosen_campaigns if deadline_of(view, subject, c)[0] >= view.as_of), chosen_campaigns[-1]
    )
    current_subject = replace(subject, exercice=nearest_campaign.exercice, campaign=nearest_campaign.code)
    answer = base(view, current_subject, "echeances", view.tabs_that_count(current_subject))
    elements = tuple(Element(c.title, None, _dates(view, subject, c), code=c.code, ours=True) for c in chosen_campaigns)
    facts = {"echeance": deadline_of(view, subject, nearest_campaign)[0], "ouverture": nearest_campaign.opening}
    return replace(answer, campaign=nearest_campaign.code, elements=elements, facts=facts)


def _chosen_campaigns(view: View, subject: Subject) -> list[Campaign]:
    all_of_those = by_situation(view.folder.campaigns.values())
    if subject.campaign or subject.exercices:
        named_ones = [c for n in subject.exercices or (subject.exercice,) for c in view.folder.campaigns_of(n)]
        chosen_campaigns = [c for c in named_ones if subject.campaign in (None, c.code)]
        if not chosen_campaigns:
            known_ones = sorted({str(c.exercice) for c in all_of_those})
            raise UserError(f"Aucune campagne pour {subject.exercice} ; exercices connus : {', '.join(known_ones)}.")
        return chosen_campaigns
    return [c for c in all_of_those if c.lock >= view.as_of or c == view.campaign(subject)]


def deadline_of(view: View, subject: Subject, campaign: Campaign) -> tuple[date, bool]:
    """The deadline, and whether it is the GHT's own: later than the campaign's."""
    if subject.scope.type in ("ght", "etablissement"):
        for g in view.folder.territory.ghts_of(subject.scope, campaign.situation):
            decided = ght_decisions(view.db, campaign.code, view.as_of).get(g.code)
            if decided and decided.extended_to:
                return decided.extended_to, True
    return campaign.deadline, False


def _dates(view: View, subject: Subject, c: Campaign) -> str:
    """« ouverte du 10/01/2022 au 28/02/2022 (dans 12 jours), verrou le 15/03/2022 »."""
    deadline, extended = deadline_of(view, subject, c)
    rest = (deadline - view.as_of).days
    time_left = "aujourd'hui" if not rest else f"dans {count_words(rest, 'jour')}" if rest > 0 else "passée"
    for_this_ght = ", prolongée pour ce GHT" if extended else ""
    return (
        f"situation au {day(c.situation)}, ouverture le {day(c.opening)}, à rendre le {day(deadline)} "
        f"({time_left}{for_this_ght}), verrou le {day(c.lock)}"
    )
