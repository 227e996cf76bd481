"""Someone's desk → the blocks of their home tab: what to do today first, then the figures, then what costs most.

Never shows more than their rights open, nor a word that someone typed in a trame; never acts: its buttons open forms.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bots import answer_words
from bots.answering import Sights, for_totals
from bots.questions import BY_KEY
from bots.slack import answer_blocks, blocks
from bots.slack.act_forms import ACT_FORMS, ActForm, simple
from bots.slack.blocks import Block, LineChoice
from config.errors import UserError
from config.french import count_words, day, enumeration, euros, rounded_amount, time_left_words
from config.rights import Sight, best_sight, stood_in_for
from reports import desk
from reports.answer import Answer, Element
from reports.desk import CampaignUnderWay, Detail
from reports.progress import State
from reports.sayable import element_outside, sayable_reference
from reports.todo import TASK_CODES
from reports.view import Subject, View
from sheets.places import ght_of, period, split_reference
from sheets.register import acts, claimed_events
from sheets.register.acts import Aim, Main
from sheets.register.step_history import THE_SERVICE

PER_PAGE = 12
"""Things to do that one sees at once; a button shows the following ones."""
SECTIONS = 4
"""Campaigns and territories on one desk: more would not fit in the hundred blocks that Slack takes."""
QUIET_SHOWN = 12
"""GHT that are named when nothing is asked of them."""
NOTHING = (
    "Aucun territoire n'est ouvert à votre profil ({fonction}). Si vous en attendez un, dites-le à votre référent."
)
VERBS = {"relancer": "à relancer", "completer": "à compléter", "trancher": "à trancher", "valider": "à valider"}


@dataclass(frozen=True, slots=True)
class HomePage:
    """Which part of a long list is shown: of which campaign and territory, from which place."""

    list_key: str = ""
    start: int = 0

    @classmethod
    def page_from(cls, value: str) -> HomePage:
        """What a button carries: « 12 2021-annuelle/BFC »."""
        start, _, list_key = value.partition(" ")
        return cls(list_key, int(start))

    def offset_of(self, list_key: str) -> int:
        return self.start if list_key == self.list_key else 0


def home_blocks(main: Main, view: View, page: HomePage | None = None) -> tuple[Block, ...]:
    """The home tab of someone known, at most a hundred blocks."""
    block_list: list[Block] = []
    for p, sight_given in _campaigns_with_sight(main, view)[:SECTIONS]:
        block_list += [{"type": "divider"}] if block_list else []
        if sight_given is Sight.TOTALS:
            block_list += answer_blocks.answer_message(_told(main, view, p), view.folder).block_list
        elif p.scope.type in ("national", "region"):
            block_list += _referent_blocks(main, view, p, page or HomePage())
        else:
            block_list += _trame_blocks(main, view, p)
    block_list = block_list or [blocks.paragraph(NOTHING.format(fonction=main.person.position))]
    block_list += _service_blocks(main, view)
    return tuple({**b, "block_id": f"bureau-{rank}"} for rank, b in enumerate(block_list))


def _told(main: Main, view: View, p: CampaignUnderWay) -> Answer:
    """The figures of a desk whose detail is closed, as the bot would tell them."""
    subject = Subject(p.scope, p.campaign.exercice)
    return for_totals(view, subject, p.gains, Sights(main.person, view), BY_KEY["gains"])


def _service_blocks(main: Main, view: View) -> list[Block]:
    """When the service last gave a sign of life, to those who would have it mended."""
    sign = claimed_events.last_sign(view.db, THE_SERVICE) if main.person.role in ("ars", "dgos") else None
    if sign is None:
        return []
    said = f"{'Le service est arrêté depuis' if sign.state == 'arrêté' else 'Dernier signe de vie du service :'} le {sign.dated:%d/%m/%Y à %Hh%M}."
    return [{"type": "context", "elements": [simple(said)]}]


def _campaigns_with_sight(main: Main, view: View) -> list[tuple[CampaignUnderWay, Sight]]:
    """The campaigns under way of one's own territory, then of those one answers for that day, with how far one may look."""
    d, myself = view.folder, main.person
    places = dict.fromkeys(p.scope for p in (myself, *stood_in_for(myself, d.persons, view.as_of)))
    results = []
    for place in places:
        sight_given = best_sight(myself, d.persons, place, d.territory, view.as_of)
        for c in desk.campaigns_under_way(view) if sight_given is not Sight.NOTHING else ():
            try:
                results.append((desk.under_way(view, c, place), sight_given))
            except UserError:  # nobody is awaited there
                continue
    return results


def _figures(p: CampaignUnderWay, view: View) -> Block:
    """When it is due, then kept, objective and attainment, struck and declared, trames received, day."""
    first = answer_words.first_line(p.gains, view.folder)
    rest = time_left_words((p.deadline - view.as_of).days)
    when = f"à rendre le {day(p.deadline)} ({rest}), verrou le {day(p.campaign.lock)}"
    return blocks.paragraph(f"*{p.campaign.title.capitalize()}*, {when}\n{first}\n{answer_words.base(p.gains)}")


# The referent's desk


def _referent_blocks(main: Main, view: View, p: CampaignUnderWay, page: HomePage) -> list[Block]:
    d = desk.detail(view, p)
    states = {e.ght.code: e for e in d.states}
    name, key = view.folder.territory.name(p.scope), f"{p.campaign.code}/{p.scope.code}"
    start = page.offset_of(key) if page.offset_of(key) < len(d.tasks.elements) else 0
    shown_ones = d.tasks.elements[start : start + PER_PAGE]
    return [
        blocks.header(f"{name} : {count_words(len(d.tasks.elements), 'chose')} à faire"),
        *([blocks.paragraph(_today_sentence(d))] if d.tasks.elements else []),
        _figures(p, view),
        *(_task_block(main, p, e, states[e.territory.code]) for e in shown_ones if e.territory),
        *_pages(key, start, len(d.tasks.elements)),
        *_findings_blocks(main, view, d),
        *_quiet_ghts(d),
    ]


def _today_sentence(d: Detail) -> str:
    """« 1 GHT à relancer, 2 à compléter, 8 à trancher (23 lignes, 2,2 M€) et 2 à valider. »"""
    how_many = Counter(e.code for e in d.tasks.elements)
    lines, cents = d.undecided_lines
    stake = {"trancher": f" ({count_words(lines, 'ligne')}, {rounded_amount(cents)})"}
    all_said = [f"*{how_many[c]}* {words}{stake.get(c, '')}" for c, words in VERBS.items() if how_many[c]]
    return f"GHT : {enumeration(all_said)}."


def _task_block(main: Main, p: CampaignUnderWay, e: Element, state: State) -> Block:
    """« *Relancer GHT Nièvre* — rien reçu », and what can be done about it."""
    block = blocks.paragraph(f"*{e.label}* — {e.said_outside}")
    forms = _possible_forms(main, p, state)
    if not forms:
        return block
    target = f"{p.campaign.code}/{state.ght.code}"
    options = [{"text": simple(f.words.button), "value": f"{f.words.code} {target}"} for f in forms]
    return {**block, "accessory": {"type": "overflow", "action_id": "bureau-geste", "options": options}}


def _possible_forms(main: Main, p: CampaignUnderWay, state: State) -> list[ActForm]:
    """What someone may do of a GHT, as it stands: at most five, as Slack takes."""
    aim = Aim(p.campaign, state.ght.code)
    forms = [
        f for f in ACT_FORMS.values()
        if f.words.fits and f.words.fits(main, aim, state)
        and acts.may_act(main, aim.ght, p.campaign.code, f.act.roles)
    ]  # fmt: skip
    return sorted(forms, key=lambda f: f.words.rank)[:5]


def _pages(key: str, start: int, how_many: int) -> list[Block]:
    rest = how_many - start - PER_PAGE
    buttons = (
        [_button(f"et {count_words(rest, 'autre')}", f"{start + PER_PAGE} {key}", "bureau-page-suite")]
        if rest > 0
        else []
    )
    buttons += [_button("Revenir au début", f"0 {key}", "bureau-page-debut")] if start else []
    return [{"type": "actions", "elements": buttons}] if buttons else []


def _button(words: str, value: str, action: str) -> Block:
    return {"type": "button", "action_id": action, "text": simple(words), "value": value}


def _findings_blocks(main: Main, view: View, d: Detail) -> list[Block]:
    """The findings that cost most, each with the form that decides on its line."""
    costliest = [e for e in d.rejections.elements if int(e.value or 0) > 0][: desk.COSTLIEST_SHOWN]
    all_said = _lines_blocks(main, view, d.rejections, costliest, _whose)
    return [blocks.paragraph("*Ce qui coûte le plus*"), *all_said] if all_said else []


def _lines_blocks(
    main: Main, view: View, r: Answer, elements: Sequence[Element], introduction: Callable[[Main, Element], str]
) -> list[Block]:
    """The lines of an answer, one a block, each with what one may do of it, without what may not be said in a chat."""
    return [
        {**blocks.paragraph(f"{introduction(main, e)}{_line(e, r, view)}"), **_accessory(main, e)} for e in elements
    ]


def _line(e: Element, r: Answer, view: View) -> str:
    return answer_words.element(element_outside(e, view.folder), r)


def _what_to_do(_: Main, e: Element) -> str:
    return "" if e.code in TASK_CODES else "*Corriger* — "


def _whose(main: Main, e: Element) -> str:
    """The GHT of a line, to someone who has several."""
    ght = _ght(main, e.address.reference) if e.address else ""
    return f"*{main.folder.territory.ghts[ght].name}* — " if ght else ""


def _ght(main: Main, reference: str) -> str:
    """The GHT of a line; nothing when that is no line of one."""
    code, place, number = split_reference(reference)
    when = period(main.folder, code)
    return (ght_of(place, when.situation, main.folder.territory) if when and number else None) or ""


def _accessory(main: Main, e: Element) -> Block:
    act_key = act_on_line(main, e.address.reference) if e.address else ""
    if not act_key or not e.address:
        return {}
    return {"accessory": _button(ACT_FORMS[act_key].words.button, f"{act_key} {e.address.reference}", "bureau-geste")}


def act_on_line(main: Main, reference: str) -> str:
    """What someone may do of a line: decide, else leave a word; nothing when its number was typed, and so may not leave."""
    ght, code = _ght(main, reference), split_reference(reference)[0]
    if not ght or sayable_reference(reference) != reference:
        return ""
    forms = (f for f in ACT_FORMS.values() if f.act.on == "ligne")
    return next((f.words.code for f in forms if acts.may_act(main, ght, code, f.act.roles)), "")


def _quiet_ghts(d: Detail) -> list[Block]:
    """Where the others stand, of whom nothing is asked."""
    busy = {e.territory.code for e in d.tasks.elements if e.territory}
    quiet = [e for e in d.states if e.ght.code not in busy]
    all_said = [f"• {e.ght.name} — {e.outside_words}" for e in quiet[:QUIET_SHOWN]]
    all_said += [f"et {count_words(len(quiet) - QUIET_SHOWN, 'autre')}"] if len(quiet) > QUIET_SHOWN else []
    return [blocks.paragraph("\n".join(["*Rien à faire*", *all_said]))] if all_said else []


# The desk of a GHT, or of one of its établissements


def _trame_blocks(main: Main, view: View, p: CampaignUnderWay) -> list[Block]:
    """What is expected, what to mend by cost, where the trame is."""
    d = desk.detail(view, p)
    how_many = len(d.tasks.elements)
    expected = f"{count_words(how_many, 'chose')} à faire" if how_many else "rien à faire"
    return [
        blocks.header(f"{view.folder.territory.name(p.scope)} : {expected}"),
        *(blocks.paragraph(f"Votre trame, {e.ght.name} : *{e.outside_words}*") for e in d.states),
        *_lines_blocks(main, view, d.tasks, d.tasks.elements[:PER_PAGE], _what_to_do),
        _figures(p, view),
        *(block for e in d.states for block in _own_acts(main, p, e)),
    ]


def _own_acts(main: Main, p: CampaignUnderWay, state: State) -> Iterator[Block]:
    """What a GHT may say of itself."""
    for f in _possible_forms(main, p, state):
        if f.words.own_button:
            value = f"{f.words.code} {p.campaign.code}/{state.ght.code}"
            yield {"type": "actions", "elements": [_button(f.words.own_button, value, "bureau-geste")]}


# From an answer to the form of a line


def choices(main: Main, lines: Iterable[Element]) -> tuple[LineChoice, ...]:
    """The lines of answers on which someone may act, each once: what a list under the answer offers."""
    results: dict[str, LineChoice] = {}
    for e in lines:
        reference = e.address.reference if e.address else ""
        if act_key := act_on_line(main, reference):
            amount = f" · {euros(int(e.value))}" if e.value else ""
            words = f"{ACT_FORMS[act_key].words.button} : {reference.partition('/')[2]}{amount}"
            results.setdefault(reference, LineChoice(f"{act_key} {reference}", words))
    return tuple(results.values())
