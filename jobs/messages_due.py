"""What is due now: shown, with those who are told nothing and why; with `send`, told to everyone. Words nothing itself."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import click

from bots import delivery, terminal
from bots.delivery import DeliveryChannel, Mailing, MessageFilter
from bots.letters import composing
from bots.letters.letter import Letter
from bots.letters.message_kinds import KINDS
from config import environment
from config.errors import UserError
from config.french import count_words, enumeration
from config.json_keys import as_object
from config.working_hours import reason_to_wait
from jobs.wiring import Workshop
from reports.due.reminders import Silence, as_of_day, under_way
from reports.view import View

NO_CHANNEL = (
    f"Rien ne peut partir : ni Slack ni le courrier ne sont réglés. Donnez {environment.SLACK_BOT_TOKEN} "
    f"(docs/installer-slack.md) ou {environment.SMTP_URL} (docs/recevoir.md)."
)
NOTHING_LEFT = "Rien n'est parti : ajoutez --send pour envoyer."
MOST_SHOWN = 8
"""Territories named under one reason for silence; `--json` names every person."""
LetterDue = tuple[Mailing, str, Letter]
"""To whom, by which channel if any, what."""


def is_alert(kind: str) -> bool:
    """Whether a kind of message tells where things stand, rather than what someone owes."""
    return kind in KINDS and KINDS[kind].is_alert


def tell_due(
    workshop: Workshop, send: bool, as_json: bool, is_chosen: MessageFilter = lambda kind, campaign: True
) -> None:
    """Show what is due, or deliver it. Raises UserError when nothing can carry it."""
    view, instant = workshop.view(), workshop.current_time()
    delivery_channels = workshop.delivery_channels()
    if not send:
        letters, silences = _letters_due(view, instant, delivery_channels, is_chosen)
        if as_json:
            _print_json(instant, letters, silences)
        else:
            _show(view, instant, letters, silences, NOTHING_LEFT if delivery_channels else NO_CHANNEL)
        return
    if not delivery_channels:
        raise UserError(NO_CHANNEL)
    facts = delivery.deliver_due(view, workshop.current_time, delivery_channels, is_chosen).facts
    if as_json:
        click.echo(json.dumps({"au": instant.isoformat(timespec="seconds"), "messages": facts}, ensure_ascii=False))
    else:
        terminal.write(f"{summary(facts)}.")
        if reason := reason_to_wait(instant, view.folder.hours):
            terminal.write(f"Rien ne part maintenant : {reason}.")


def summary(facts: Mapping[str, int]) -> str:
    """« 11 messages dits, 2 à dire plus tard »."""
    words = {
        "dit": ("message dit", "messages dits"), "à dire": ("à dire plus tard", "à dire plus tard"),
        "refusé": ("refusé", "refusés"), "doute": ("douteux", "douteux"), "nul": ("devenu inutile", "devenus inutiles"),
    }  # fmt: skip
    all_said = [
        count_words(facts.get(state, 0), *m) for state, m in words.items() if state == "dit" or facts.get(state)
    ]
    return ", ".join(all_said)


def _letters_due(
    view: View, instant: datetime, delivery_channels: Sequence[DeliveryChannel], is_chosen: MessageFilter
) -> tuple[list[LetterDue], list[Silence]]:
    """All that would leave, and the silences."""
    sendings, silences = delivery.letters_due(view, instant, is_chosen)
    given_back = []
    for e in sendings:
        delivery_channel = next((c for c in delivery_channels if c.address(e.person)), None)
        address = delivery_channel.address(e.person) if delivery_channel else e.person.email
        letter = composing.letter(as_of_day(view, instant), e.reminders, e.person, "", address)
        given_back.append((e, delivery_channel.name if delivery_channel else "", letter))
    return given_back, silences


def _print_json(instant: datetime, letters: Sequence[LetterDue], silences: Sequence[Silence]) -> None:
    sendings: list[dict[str, Any]] = [
        {"a": e.person.email, "fonction": e.person.position, "canal": delivery_channel, "objet": letter.mail_subject,
         "texte": letter.text, "pieces": [p.name for p in letter.pieces],
         "messages": [{**as_object(r.key), "genre": r.kind} for r in e.reminders]}
        for e, delivery_channel, letter in letters
    ]  # fmt: skip
    said = [as_object(s) for s in silences]
    terminal.print_json({"au": instant.isoformat(timespec="seconds"), "envois": sendings, "silences": said})


def _show(
    view: View, instant: datetime, letters: Sequence[LetterDue], silences: Sequence[Silence], last_words: str
) -> None:
    what = "À envoyer" if last_words == NO_CHANNEL else "Partiraient maintenant"
    terminal.title(f"{what} ({instant:%d/%m/%Y à %Hh%M}) : {count_words(len(letters), 'lettre')}")
    for e, delivery_channel, letter in letters:
        _show_letter(e, delivery_channel, letter)
    reasons = _by_reason(view, silences, letters)
    if reasons or letters:
        terminal.title("Ne reçoivent rien")
    for (campaign, who, reason), names in sorted(reasons.items()):
        terminal.write(f"  {' · '.join(filter(None, (campaign, who, reason)))} : {enumeration(names, MOST_SHOWN)}")
    if not reasons and letters:
        terminal.write("  personne : tout ce qui est à envoyer est ci-dessus.")
    elif not reasons:
        terminal.write("Rien n'est dû en ce moment." if any(under_way(view)) else "Aucune campagne n'est en cours.")
    if letters:
        terminal.write(last_words, "bold")


def _show_letter(e: Mailing, delivery_channel: str, letter: Letter) -> None:
    """One letter as it would leave, its words as they are."""
    stages = enumeration(list(dict.fromkeys(r.key.stage for r in e.reminders)))
    terminal.write("")
    terminal.write(
        f"→ {e.person.email} ({e.person.position}){f', {delivery_channel}' if delivery_channel else ''} — {stages}",
        "bold cyan",
    )
    terminal.write(f"  {letter.mail_subject}", "bold")
    for line in letter.text.rstrip().split("\n"):
        terminal.write(f"  | {line}".rstrip())
    for piece in letter.pieces:
        terminal.write(f"  Jointe : {piece.name}")


def _by_reason(
    view: View, silences: Iterable[Silence], letters: Sequence[LetterDue]
) -> dict[tuple[str, str, str], list[str]]:
    """By campaign, function and reason, the territories for which someone is told nothing now, under any role."""
    ghts, persons = view.folder.territory.ghts, view.folder.persons
    result = defaultdict[tuple[str, str, str], dict[str, None]](dict)
    told_pairs = {(r.key.unit, r.key.person) for e, _, _ in letters for r in e.reminders}
    for s in silences:
        if (s.unit, s.person) not in told_pairs:
            who = persons[s.person].position if s.person in persons else ""
            result[s.campaign, who, s.reason][ghts[s.unit].name if s.unit in ghts else s.unit] = None
    return {key: list(names) for key, names in result.items()}
