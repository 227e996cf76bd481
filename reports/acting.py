"""What an act is, and how it is done: its record says who, on what and what it asks; every way in comes through here.

Knows no act of its own: they are the records of `every_act`, from which forms, commands and the workbook follow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from config.errors import UserError
from config.french import day, enumeration, euros
from reports.progress import State
from reports.view import View
from sheets.register.acts import (
    ActRow,
    Aim,
    Main,
    named_campaign,
    on_etablissement,
    on_ght,
    on_line,
    reason_kept,
    write_acts,
)
from sheets.register.decisions import Decision


class Given(NamedTuple):
    """What was given with an act."""

    reason: str = ""
    until_day: date | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """Something an act asks: a field of its form, an option of its command."""

    field: Literal["reason", "until_day"]
    """Where it stands in `Given`."""
    key: str
    label: str
    kind: Literal["texte", "jour"] = "texte"
    hint: str = ""
    option_help: str = ""


REASON = Ask("reason", "motif", "Motif", option_help="Pourquoi ; se lit partout où se lit le chiffre.")


@dataclass(frozen=True, slots=True)
class Form:
    """How an act is offered and asked in a chat. Acts of one form are told apart by a choice."""

    code: str
    """What its buttons carry."""
    button: str
    title: str
    submit: str
    rank: int = 0
    """Its place in the menu of a GHT."""
    fits: Callable[[Main, Aim, State], bool] | None = None
    """Whether it is offered for a GHT as it stands."""
    adds: Callable[[View, State], str] = lambda _view, _state: ""
    """What it shows of a GHT beside where it stands. Raises UserError when there is nothing to do."""
    own_button: str = ""
    """How it is offered to the GHT itself."""


@dataclass(frozen=True, slots=True)
class Command:
    """How an act is typed: a command of `vigie campaign`, or with `flag` an option of a command."""

    name: str
    help_text: str
    flag: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """One record per act. In its words, braces stand for what `said` puts there."""

    code: str
    """The kind of its rows in the register."""
    on: Literal["ligne", "ght", "etablissement"]
    roles: tuple[str, ...]
    said: str
    """Once it is done."""
    command: Command
    form: Form | None = None
    asks: tuple[Ask, ...] = (REASON,)
    keeps: Callable[[Main, Aim, Given], str | None] = lambda _main, _aim, _given: ""
    """What its row keeps beside the reason, None when there is nothing to do. Raises UserError when it cannot be done."""
    write: Callable[[Main, Sequence[ActRow]], None] = write_acts
    strikes: bool | None = None
    """Whether it takes the line out of what counts, puts it in, or neither."""
    choice: Callable[[Aim, Decision | None], str] | None = None
    """How it is offered on the form of a line as it stands; empty when it is not."""
    in_workbook: str = ""
    """What is chosen for it in the workbook of findings."""
    nothing: str = ""
    """What is said when there was nothing to do. With it, the act may be asked for all the GHT of someone at once."""
    left_out: str = ""
    """The GHT that were then left out, by their codes."""


class Request(NamedTuple):
    """An act to do. `target` is a reference of line, or a campaign and the GHT or établissement in it."""

    act: Act
    target: tuple[str, ...]
    given: Given


def perform(main: Main, request: Request) -> str:
    """Do an act, and say so. Raises UserError without the right, and when it cannot be done."""
    act, target, given = request
    aims = perform_all(main, [request])
    return said(main, act, aims, given) if aims else act.nothing.format(campaign=target[0])


def perform_for_all(main: Main, act: Act, campaign: str, given: Given) -> list[str]:
    """Do an act for all the GHT of whoever acts, and say so."""
    c = named_campaign(main.folder, campaign)
    theirs = [g.code for g in main.folder.territory.ghts_of(main.person.scope, c.situation)]
    aims = perform_all(main, [Request(act, (campaign, ght), given) for ght in theirs])
    if not aims:
        return [act.nothing.format(campaign=campaign)]
    left = [ght for ght in theirs if ght not in [a.ght for a in aims]]
    left_out = [act.left_out.format(codes=enumeration(left, 20))] if left and act.left_out else []
    return [said(main, act, aims, given), *left_out]


def perform_all(main: Main, requests: Sequence[Request]) -> list[Aim]:
    """Do acts that are written alike, all or none. Return what was done, without those that had nothing to do."""
    return _write(main, requests, [_prepared(main, r) for r in requests])


def decide_all(main: Main, requests: Sequence[Request]) -> list[str]:
    """Take many decisions, and say each: all, or none and a UserError that lists every complaint."""
    complaints, prepared = [], []
    for request in requests:
        try:
            prepared.append(_prepared(main, request))
        except UserError as fault:
            complaints.append(f"{request.target[0]} : {fault}")
    if complaints:
        raise none_taken(complaints)
    aims = _write(main, requests, prepared)
    return [said(main, r.act, [aim], r.given) for r, aim in zip(requests, aims, strict=True)]


def none_taken(complaints: Sequence[str]) -> UserError:
    """Every complaint about decisions in bulk."""
    return UserError("Aucune décision n'est prise :\n" + "\n".join(f"  • {p}" for p in complaints))


def said(main: Main, act: Act, aims: Sequence[Aim], given: Given) -> str:
    """What was done, in the words of its record."""
    first, ghts = aims[0], main.folder.territory.ghts
    return act.said.format(
        reference=first.reference,
        declared=euros(first.declared),
        effect=_effect(act, first),
        campaign=first.campaign.code,
        ght=enumeration([ghts[a.ght].name if a.ght in ghts else a.ght for a in aims], 20),
        finess=first.finess,
        until_day=day(given.until_day) if given.until_day else "",
        position=main.person.position,
    )


def _effect(act: Act, line: Aim) -> str:
    """« : +165 381 € par rapport aux contrôles », when the checks alone would say otherwise."""
    moved = max(line.declared, 0) if act.strikes is not None and act.strikes != line.blocked else 0
    words = euros(-moved) if act.strikes else f"+{euros(moved)}"
    return f" : {words} par rapport aux contrôles" if moved else ""


_AIMS: dict[str, Callable[..., Aim]] = {"ligne": on_line, "ght": on_ght, "etablissement": on_etablissement}


def _prepared(main: Main, request: Request) -> tuple[Aim, ActRow] | None:
    act, target, given = request
    aim = _AIMS[act.on](main, act.roles, *target)
    value = act.keeps(main, aim, given)
    if value is None:
        return None
    reason = reason_kept(given.reason) if any(a.field == "reason" for a in act.asks) else ""
    return aim, ActRow(act.code, aim.campaign.code, aim.ght, aim.finess, aim.action_id, value, reason)


def _write(main: Main, requests: Sequence[Request], prepared: Sequence[tuple[Aim, ActRow] | None]) -> list[Aim]:
    facts = [p for p in prepared if p]
    if requests:
        requests[0].act.write(main, [row for _, row in facts])
    return [aim for aim, _ in facts]
