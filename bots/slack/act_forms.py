"""The forms by which people act from a chat, from the records of acts. Never opens one, never says that it was sent.

What each does is the very act of the command line; what each shows holds no word that was typed in a trame.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bots.slack.blocks import Block
from config.errors import UserError
from config.french import day, euros, rounded_amount
from config.territory import Scope
from reports import acting
from reports.acting import Act, Ask, Form, Given, Request
from reports.every_act import ACTS, silent_etablissements
from reports.gains import gains
from reports.progress import State, states
from reports.sayable import sayable_reference
from reports.view import Subject, View
from sheets.cells import date_
from sheets.findings import Severity
from sheets.register import acts, stored_lines
from sheets.register.acts import Aim, Main
from sheets.register.decisions import Decision, decisions, have_changed
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
    """A form and its acts: one, or several told apart by a choice on the line. All are on the same, for the same people."""

    words: Form
    acts: tuple[Act, ...]

    @property
    def act(self) -> Act:
        return self.acts[0]

    @property
    def choice_field(self) -> str:
        """The field that says which act, or on what; empty when neither is asked."""
        return "finess" if self.act.on == "etablissement" else "sens" if self.act.choice else ""


def simple(text: str) -> Block:
    """Words of ours where Slack takes no mark."""
    return {"type": "plain_text", "text": text, "emoji": False}


# What each form shows


def shown(f: ActForm, main: Main, view: View, target: str) -> FormTarget:
    """What a form is about. Raises UserError without the right, and when there is nothing to do."""
    if f.act.on == "ligne":
        line = acts.on_line(main, f.act.roles, target)
        taken = _decision(main, line)
        choices = tuple((a.code, words) for a in f.acts if a.choice and (words := a.choice(line, taken)))
        return FormTarget(_line_sentence(main, line, taken), choices)
    campaign, _, ght = target.partition("/")
    aim = acts.on_ght(main, f.act.roles, campaign, ght)
    state, words = _ght_sentence(view, aim)
    choices = silent_etablissements(main, aim) if f.act.on == "etablissement" else ()
    if f.act.on == "etablissement" and not choices:
        raise UserError(f"Tous les établissements de {state.ght.name} ont déjà répondu : faites corriger la trame.")
    return FormTarget(words + f.words.adds(view, state), choices)


def _line_sentence(main: Main, line: Aim, taken: Decision | None) -> str:
    """Whose line, at which cell, what it is worth, where it stands, what the checks say of it."""
    t = main.folder.territory
    findings = [
        r.finding.code
        for r in stored_lines.findings_of(main.db, [line.tab], (Severity.REJECTION, Severity.ALERT), main.day)
        if r.reference == line.reference
    ]
    all_said = [f"• {CATALOGUE[c].title} ({c}). {CATALOGUE[c].why}" for c in dict.fromkeys(findings) if c in CATALOGUE]
    state = _state_of(main, line, taken)
    return "\n".join([
        f"*{t.etablissements[line.finess].name}* ({t.ghts[line.ght].name})",
        f"Ligne {sayable_reference(line.reference)}, cellule {line.cell}",
        f"Gain de l'exercice : *{euros(line.declared)}*, {state}",
        *all_said[:FINDINGS_SHOWN],
    ])  # fmt: skip


def _decision(main: Main, line: Aim) -> Decision | None:
    taken_decisions = decisions(main.db, [line.tab], main.day)
    return next((d for d in taken_decisions if d.reference == line.reference), None)


def _state_of(main: Main, line: Aim, d: Decision | None) -> str:
    """« retirée par les contrôles », « gardée par décision du 10/03/2022 (Référent PHARE) »: never the reason typed."""
    if d is None:
        return "retirée par les contrôles" if line.blocked else "comptée"
    by = main.folder.persons.get(d.by)
    who = f"décision du {day(date.fromisoformat(d.dated[:10]))}{f' ({by.position})' if by else ''}"
    if d.lapsed:
        return f"{'retirée' if d.blocked else 'comptée'} : {have_changed(d.changed)} depuis la {who}"
    to_review = f" ; {have_changed(d.changed)} depuis : à revoir" if d.changed else ""
    return f"{'retirée' if d.blocked else 'gardée'} par {who}{to_review}"


def _ght_sentence(view: View, aim: Aim) -> tuple[State, str]:
    """Where a GHT stands in a campaign, and what is said of it on every form about it."""
    c = aim.campaign
    subject = Subject(Scope("ght", aim.ght), c.exercice, c.code)
    (state,) = states(view, subject)
    t = gains(view, subject).totals
    words = "\n".join([
        f"*{state.ght.name}*, {c.title}, à rendre le {day(state.deadline)} : {state.outside_words}",
        f"{rounded_amount(t.declared)} déclarés, {rounded_amount(t.struck)} retirés, {rounded_amount(t.kept)} retenus",
    ])  # fmt: skip
    return state, words


# What each form asks


def fields(f: ActForm, choices: tuple[tuple[str, str], ...]) -> list[Block]:
    """The fields of a form: which act or on what, when that is to be chosen, then what its acts ask."""
    list_of: dict[str, tuple[str, Block]] = {
        "sens": ("Décision", {"type": "radio_buttons"}),
        "finess": ("Établissement", {"type": "static_select", "placeholder": simple("Choisissez")}),
    }
    chosen = []
    if key := f.choice_field:
        label, element = list_of[key]
        options = [{"text": simple(words[:OPTION]), "value": value} for value, words in choices[:OPTIONS]]
        chosen = [_input(key, label, {**element, "options": options})]
    return chosen + [_asked(a) for a in f.act.asks]


def _asked(a: Ask) -> Block:
    if a.kind == "jour":
        return _input(a.key, a.label, {"type": "datepicker"})
    element = {"type": "plain_text_input", "multiline": True, "max_length": 500}
    return {**_input(a.key, a.label, element), "hint": simple(f"{a.hint} {DISCRETION_HINT}".strip())}


def _input(key: str, label: str, element: Block) -> Block:
    return {"type": "input", "block_id": key, "label": simple(label), "element": {**element, "action_id": key}}


# What each form does


def perform(f: ActForm, main: Main, target: str, v: Values) -> str:
    """Do the act that was chosen, and say so. Raises UserError when it cannot be done."""
    chosen = v.get(f.choice_field, "")
    act = next(a for a in f.acts if a.code == chosen) if f.choice_field == "sens" else f.act
    campaign, _, ght = target.partition("/")
    place = (target,) if act.on == "ligne" else (campaign, chosen or ght)
    given = Given(**{a.field: _value(a, v[a.key]) for a in act.asks})
    return acting.perform(main, Request(act, place, given))


def _value(a: Ask, typed: str) -> Any:
    read = date_(typed) if a.kind == "jour" else typed
    if a.kind == "jour" and not isinstance(read, date):
        raise UserError(f"« {typed} » n'est pas une date ; écrivez 2022-03-31 ou 31/03/2022.")
    return read


def forms_of(every_act: Collection[Act]) -> dict[str, ActForm]:
    """The forms of these acts, by the name that a button carries."""
    forms = dict.fromkeys(a.form for a in every_act if a.form)
    return {form.code: ActForm(form, tuple(a for a in every_act if a.form is form)) for form in forms}


ACT_FORMS = forms_of(ACTS.values())
