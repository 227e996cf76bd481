"""The forms by which people act from a chat: what each shows, asks and does. Never opens one, never says that it was sent.

What each does is the very act of the command line; what each shows holds no word that was typed in a trame.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from bots import act_words
from bots.slack.blocks import Block
from config.campaign import Campaign
from config.errors import UserError
from config.french import day, enumeration, euros, rounded_amount
from config.territory import Scope
from reports.due.reminders import recipients
from reports.gains import gains
from reports.progress import State, states
from reports.sayable import sayable_reference
from reports.view import Subject, View
from sheets.cells import date_
from sheets.findings import Severity
from sheets.register import acts, stored_lines
from sheets.register.acts import Main, TargetLine
from sheets.register.decisions import Decision, GhtDecisions, decisions, ght_decisions, have_changed
from sheets.register.what_counts import counting_tabs
from sheets.trames import CATALOGUE

FINDINGS_SHOWN = 6
"""Findings named on the form of one line."""
OPTIONS, OPTION = 100, 75
"""What Slack takes: choices in a list, characters in one."""
DISCRETION_HINT = "Ce mot passe par Slack : ni fournisseur, ni prix."

Values = Mapping[str, str]
"""What was typed or chosen, by field; empty when nothing was."""


@dataclass(frozen=True, slots=True)
class FormTarget:
    """What a form is about as it stands now, in words of ours, and what its list offers: (value, words)."""

    stake: str
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def content_hash(self) -> str:
        """Changes whenever what was shown does."""
        return hashlib.sha256(repr((self.stake, self.choices)).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class ActForm:
    """`target` and `perform` raise UserError without the right; a refusal is shown under `form_field`, or in place of the form."""

    words: str
    """How it is offered."""
    title: str
    submit_label: str
    form_field: str
    target: Callable[[Main, View, str], FormTarget]
    fields: Callable[[FormTarget], list[Block]]
    perform: Callable[[Main, str, Values], str]
    """Does it, and says so in a sentence."""


def simple(text: str) -> Block:
    """Words of ours where Slack takes no mark."""
    return {"type": "plain_text", "text": text, "emoji": False}


# What each form shows


def _line_sentence(main: Main, line: TargetLine) -> str:
    """Whose line, at which cell, what it is worth, where it stands, what the checks say of it."""
    t = main.folder.territory
    findings = [
        r.finding.code
        for r in stored_lines.findings_of(main.db, [line.tab], (Severity.REJECTION, Severity.ALERT), main.day)
        if r.reference == line.reference
    ]
    all_said = [f"• {CATALOGUE[c].title} ({c}). {CATALOGUE[c].why}" for c in dict.fromkeys(findings) if c in CATALOGUE]
    state = _state_of(main, line, _decision(main, line))
    return "\n".join([
        f"*{t.etablissements[line.finess].name}* ({t.ghts[line.ght].name})",
        f"Ligne {sayable_reference(line.reference)}, cellule {line.cell}",
        f"Gain de l'exercice : *{euros(line.declared)}*, {state}",
        *all_said[:FINDINGS_SHOWN],
    ])  # fmt: skip


def _decision(main: Main, line: TargetLine) -> Decision | None:
    taken_decisions = decisions(main.db, [line.tab], main.day)
    return next((d for d in taken_decisions if d.reference == line.reference), None)


def _state_of(main: Main, line: TargetLine, d: Decision | None) -> str:
    """« retirée par les contrôles », « gardée par décision du 10/03/2022 (Référent PHARE) »: never the reason typed."""
    if d is None:
        return "retirée par les contrôles" if line.blocked else "comptée"
    by = main.folder.persons.get(d.by)
    who = f"décision du {day(date.fromisoformat(d.dated[:10]))}{f' ({by.position})' if by else ''}"
    if d.lapsed:
        return f"{'retirée' if d.blocked else 'comptée'} : {have_changed(d.changed)} depuis la {who}"
    to_review = f" ; {have_changed(d.changed)} depuis : à revoir" if d.changed else ""
    return f"{'retirée' if d.blocked else 'gardée'} par {who}{to_review}"


def _to_decide(main: Main, view: View, target: str) -> FormTarget:
    line = acts.target_line(main, target)
    d = _decision(main, line)
    struck_line = d.blocked if d else line.blocked
    already_decided = d is not None and not d.changed and d.blocked
    choices = [("retenir", "Garder : elle compte")] if struck_line else []
    choices += (
        [("retirer", "Laisser retirée : c'est tranché" if struck_line else "Retirer : elle ne compte plus")]
        if not already_decided
        else []
    )
    choices += [("revenir", "Rendre la ligne aux contrôles")] if d else []
    return FormTarget(_line_sentence(main, line), tuple(choices))


def _line_to_note(main: Main, view: View, target: str) -> FormTarget:
    return FormTarget(_line_sentence(main, acts.target_line(main, target, ght_too=True)))


def _ght(main: Main, view: View, target: str, *, ght_too: bool = False) -> tuple[Campaign, State, str]:
    """A GHT in a campaign (« 2021-annuelle/BFC-08 »), and what is said of it on every form about it."""
    code, _, ght = target.partition("/")
    c = acts.named_campaign(main.folder, code)
    acts.require_right(main, ght, c.code, ght_too=ght_too)
    subject = Subject(Scope("ght", ght), c.exercice, c.code)
    (state,) = states(view, subject)
    t = gains(view, subject).totals
    words = "\n".join([
        f"*{state.ght.name}*, {c.title}, à rendre le {day(state.deadline)} : {state.outside_words}",
        f"{rounded_amount(t.declared)} déclarés, {rounded_amount(t.struck)} retirés, {rounded_amount(t.kept)} retenus",
    ])  # fmt: skip
    return c, state, words


def _one_ght(main: Main, view: View, target: str) -> FormTarget:
    return FormTarget(_ght(main, view, target)[2])


def silent_etablissements(main: Main, campaign: Campaign, ght: str) -> tuple[tuple[str, str], ...]:
    """The établissements of a GHT (FINESS, name) that have neither sent a tab nor said they had nothing to declare."""
    members = main.folder.territory.members(ght, campaign.situation)
    received_tabs = counting_tabs(main.db, [campaign.code], main.day, [e.finess for e in members])
    all_said = ght_decisions(main.db, campaign.code, main.day).get(ght, GhtDecisions()).neants
    return tuple((e.finess, e.name) for e in members if e.finess not in received_tabs and e.finess not in all_said)


def _etablissements_without_answer(main: Main, view: View, target: str) -> FormTarget:
    c, state, words = _ght(main, view, target, ght_too=True)
    choices = silent_etablissements(main, c, state.ght.code)
    if not choices:
        raise UserError(f"Tous les établissements de {state.ght.name} ont déjà répondu : faites corriger la trame.")
    return FormTarget(words, choices)


def _ght_to_remind(main: Main, view: View, target: str) -> FormTarget:
    _, state, words = _ght(main, view, target)
    if state.has_answered:
        raise UserError(f"{state.ght.name} a déjà répondu : il n'y a rien à relancer.")
    who = enumeration(list(dict.fromkeys(p.position for p in recipients(view, state.ght, "ght"))), 3)
    return FormTarget(f"{words}\nSera relancé : {who}")


# What each form asks


def _reason_input(input_label: str = "Motif", hint: str = DISCRETION_HINT) -> Block:
    text_input = {"type": "plain_text_input", "action_id": "motif", "multiline": True, "max_length": 500}
    return {
        "type": "input",
        "block_id": "motif",
        "label": simple(input_label),
        "element": text_input,
        "hint": simple(hint),
    }


def _options(choices: tuple[tuple[str, str], ...]) -> list[Block]:
    return [{"text": simple(words[:OPTION]), "value": value} for value, words in choices[:OPTIONS]]


def _decision_and_reason(target: FormTarget) -> list[Block]:
    buttons = {"type": "radio_buttons", "action_id": "sens", "options": _options(target.choices)}
    return [{"type": "input", "block_id": "sens", "label": simple("Décision"), "element": buttons}, _reason_input()]


def _etablissement_and_reason(target: FormTarget) -> list[Block]:
    drop_down = {"type": "static_select", "action_id": "finess", "options": _options(target.choices),
             "placeholder": simple("Choisissez")}  # fmt: skip
    form_field = {"type": "input", "block_id": "finess", "label": simple("Établissement"), "element": drop_down}
    return [form_field, _reason_input("Motif", f"Qui l'a dit, et comment. {DISCRETION_HINT}")]


def _day_and_reason(_: FormTarget) -> list[Block]:
    date_picker = {"type": "datepicker", "action_id": "jusqu_au"}
    return [
        {"type": "input", "block_id": "jusqu_au", "label": simple("Nouvelle échéance"), "element": date_picker},
        _reason_input(),
    ]


# What each form does


def _decide(main: Main, target: str, v: Values) -> str:
    return act_words.decision_words(acts.decide(main, target, v["sens"], v["motif"]), v["sens"])


def _note(main: Main, target: str, v: Values) -> str:
    return act_words.note_taken(acts.note(main, target, v["motif"]))


def _extend(main: Main, target: str, v: Values) -> str:
    campaign, _, ght = target.partition("/")
    until_day = date_(v["jusqu_au"])
    if not isinstance(until_day, date):
        raise UserError(f"« {v['jusqu_au']} » n'est pas une date ; écrivez 2022-03-31 ou 31/03/2022.")
    acts.extend(main, campaign, ght, until_day, v["motif"])
    return act_words.extended(main.folder.territory.ghts[ght].name, campaign, until_day)


def _validate(main: Main, target: str, v: Values, *, yes: bool = True) -> str:
    campaign, _, ght = target.partition("/")
    acts.validate(main, campaign, ght, v["motif"], yes=yes)
    return act_words.validated(main.folder.territory.ghts[ght].name, campaign, yes=yes)


def _undo_validation(main: Main, target: str, v: Values) -> str:
    return _validate(main, target, v, yes=False)


def _declare_neant(main: Main, target: str, v: Values) -> str:
    campaign = target.partition("/")[0]
    acts.declare_neant(main, campaign, v["finess"], v["motif"])
    return act_words.neant(v["finess"], campaign, main.person.position)


def _remind(main: Main, target: str, _: Values) -> str:
    campaign, _sep, ght = target.partition("/")
    acts.remind(main, campaign, ght)
    return act_words.reminded(main.folder.territory.ghts[ght].name, campaign)


ACT_FORMS = {
    "decider": ActForm("Décider", "Garder ou retirer", "Décider", "sens", _to_decide, _decision_and_reason, _decide),
    "noter": ActForm("Laisser un mot", "Laisser un mot", "Noter", "motif", _line_to_note, lambda _: [_reason_input("Mot")], _note),
    "valider": ActForm("Valider", "Valider la trame", "Valider", "motif", _one_ght, lambda _: [_reason_input()], _validate),
    "devalider": ActForm("Lever la validation", "Lever la validation", "Lever", "motif", _one_ght, lambda _: [_reason_input()],
                            _undo_validation),
    "prolonger": ActForm("Prolonger l'échéance", "Prolonger l'échéance", "Prolonger", "jusqu_au", _one_ght, _day_and_reason,
                            _extend),
    "neant": ActForm("N'a rien à déclarer", "Rien à déclarer", "Noter", "finess", _etablissements_without_answer, _etablissement_and_reason,
                        _declare_neant),
    "relancer": ActForm("Relancer maintenant", "Relancer maintenant", "Relancer", "", _ght_to_remind, lambda _: [], _remind),
}  # fmt: skip
"""Every form, by the name that a button carries."""
