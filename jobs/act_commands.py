"""The command line of the acts, from their records: options, help, what is said. Knows no act of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import click

from jobs.command_line import DAY, WorkshopGroup, author_option, open_workshop
from reports import acting
from reports.acting import Act, Ask, Given, Request
from reports.every_act import ACTS

Decorator = Callable[[Any], Any]
_KINDS: dict[str, dict[str, Any]] = {
    "texte": {"metavar": "TEXTE", "default": ""},
    "jour": {"type": DAY, "metavar": "DATE", "required": True},
}


def acts_of(command: str) -> list[Act]:
    """The acts that a command does: without an option to name it, then those that one names."""
    return [act for act in ACTS.values() if act.command.name == command]


def asked(asks: Iterable[Ask]) -> Iterator[Decorator]:
    """An option for each thing that is asked."""
    for a in asks:
        yield click.option(f"--{a.key.replace('_', '-')}", a.field, help=a.option_help, **_KINDS[a.kind])


def flags(acts: Iterable[Act]) -> Iterator[Decorator]:
    """An option for each act that is named by one."""
    for act in acts:
        if act.command.flag:
            yield click.option(act.command.flag, "code", flag_value=act.code, help=act.command.help_text)


def options(*decorators: Decorator) -> Decorator:
    """These options, in that order."""

    def decorate(function: Any) -> Any:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


def _unit(act: Act) -> Decorator:
    if act.on == "etablissement":
        return click.option("--finess", "unit", metavar="FINESS", required=True, help="L'établissement.")
    help_text = "Un seul GHT ; sinon tous ceux de la personne." if act.nothing else "Le GHT."
    return click.option("--ght", "unit", metavar="CODE", required=not act.nothing, help=help_text)


def add_to_campaign(group: WorkshopGroup) -> None:
    """Every act on a GHT or an établissement, as a command of this group."""
    for name in dict.fromkeys(a.command.name for a in ACTS.values() if a.on != "ligne"):
        _add(group, name)


def _add(group: WorkshopGroup, name: str) -> None:
    acts = acts_of(name)
    plain = next(a for a in acts if not a.command.flag)

    @group.command(name, help=plain.command.help_text)
    @click.argument("campaign", metavar="CAMPAGNE")
    @options(_unit(plain), *flags(acts), *asked(plain.asks), author_option)
    def command(campaign: str, unit: str | None, email: str | None, code: str | None = None, **given: Any) -> None:
        hand = open_workshop().hand_of(email)
        act, answer = ACTS[code or plain.code], Given(**given)
        if unit is None:
            said = acting.perform_for_all(hand, act, campaign, answer)
        else:
            said = [acting.perform(hand, Request(act, (campaign, unit), answer))]
        click.echo("\n".join(said))
