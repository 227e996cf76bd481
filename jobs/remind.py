"""`vigie remind` and `campaign open`: who would be told what, now, and why not the others; with --send, tells them.

Words nothing itself. Also puts the lock at its hour."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import Any

import click

from bots import delivery, terminal
from bots.delivery import DeliveryChannel, Mailing, MessageFilter
from bots.letters import composing
from bots.letters.alert_words import ALERT_PARTS
from bots.letters.letter import Letter
from config.campaign import PARIS
from config.errors import UserError
from config.french import count_words, day, enumeration
from config.json_keys import as_object
from config.ladder import dates
from config.rights import Person
from config.territory import FRANCE
from config.working_hours import at_opening, reason_to_wait
from jobs.wiring import Workshop
from reports import progress
from reports.due.reminders import Silence, as_of_day, under_way
from reports.view import Subject, View
from sheets.register.acts import Main, lock_ghts, named_campaign
from sheets.register.decisions import last_locks

SERVICE = Person("vigie", "le service", "dgos", FRANCE)
"""In whose name the lock is put when nobody puts it by hand."""
NO_CHANNEL = (
    "Rien ne peut partir : ni Slack ni le courrier ne sont réglés. Donnez VIGIE_SLACK_BOT_TOKEN "
    "(docs/installer-slack.md) ou VIGIE_SMTP_URL (docs/recevoir.md)."
)
MOST_SHOWN = 8
"""Territories named under one reason for silence; `--json` names every person."""


def is_alert(kind: str) -> bool:
    """Whether a kind of message tells where things stand, rather than what someone owes."""
    return kind in ALERT_PARTS


def remind_due(
    workshop: Workshop, send: bool, as_json: bool, is_chosen: MessageFilter = lambda kind, campaign: True
) -> None:
    """Show what is due, or deliver it. Raises UserError when nothing can carry it."""
    view, instant = workshop.view(), workshop.current_time()
    delivery_channels = workshop.delivery_channels()
    if not send:
        (_print_json if as_json else _show)(view, workshop, delivery_channels, is_chosen)
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


def open_campaign(workshop: Workshop, campaign: str, send: bool, as_json: bool) -> None:
    """The opening of one campaign, alone: each GHT's trame, to its team. Begins the register. Raises UserError before its day."""
    c = named_campaign(workshop.folder, campaign)
    if workshop.current_time() < at_opening(c.opening, workshop.folder.hours):
        raise UserError(
            f"La {c.title} ouvre le {day(c.opening)} : rien ne part avant. Pour l'ouvrir plus tôt, changez "
            f"« ouverture » dans {workshop.folder.path / 'campagnes.csv'}."
        )
    workshop.begin()
    remind_due(workshop, send, as_json, lambda kind, code: kind in ("", "ouverture") and code == campaign)


def lock_on_time(view: View, instant: datetime) -> dict[str, list[str]]:
    """Lock the GHT whose hour has come: the end of the working day of their lock. Return them, by campaign.

    Idempotent, and never against a referent: what one took off since stays off.
    """
    view, facts = as_of_day(view, instant), {}
    main = Main(view.db, view.folder, SERVICE, instant)
    for c in (c for c in under_way(view) if c.lock <= view.as_of):
        touched = last_locks(view.db, c.code)
        come_due = []
        for e in progress.states(view, Subject(FRANCE, c.exercice, c.code)):
            hour = datetime.combine(dates(c, e.deadline).lock, time(view.folder.hours.ferme), PARIS)
            last_change = touched.get(e.ght.code)
            if hour <= instant and not e.locked and not (last_change and last_change >= hour):
                come_due.append(e.ght.code)
        if come_due:
            facts[c.code] = lock_ghts(main, c.code, come_due, "verrou prévu au calendrier de la campagne")
    return facts


def _letters_due(
    view: View, workshop: Workshop, delivery_channels: Sequence[DeliveryChannel], is_chosen: MessageFilter
) -> tuple[list[tuple[Mailing, str, Letter]], list[Silence]]:
    """(to whom, by which channel, the letter) of all that would leave, and the silences."""
    instant = workshop.current_time()
    sendings, silences = delivery.letters_due(view, instant, is_chosen)
    given_back = []
    for e in sendings:
        delivery_channel = next((c for c in delivery_channels if c.address(e.person)), None)
        address = delivery_channel.address(e.person) if delivery_channel else e.person.email
        letter = composing.letter(as_of_day(view, instant), e.reminders, e.person, "", address)
        given_back.append((e, delivery_channel.name if delivery_channel else "", letter))
    return given_back, silences


def _print_json(
    view: View, workshop: Workshop, delivery_channels: Sequence[DeliveryChannel], is_chosen: MessageFilter
) -> None:
    letters, silences = _letters_due(view, workshop, delivery_channels, is_chosen)
    sendings: list[dict[str, Any]] = [
        {"a": e.person.email, "fonction": e.person.position, "canal": delivery_channel, "objet": letter.mail_subject,
         "texte": letter.text, "pieces": [p.name for p in letter.pieces],
         "messages": [{**as_object(r.cle), "genre": r.kind} for r in e.reminders]}
        for e, delivery_channel, letter in letters
    ]  # fmt: skip
    result = {
        "au": workshop.current_time().isoformat(timespec="seconds"), "envois": sendings,
        "silences": [as_object(s) for s in silences],
    }  # fmt: skip
    click.echo(json.dumps(result, ensure_ascii=False, indent=1))


def _show(
    view: View, workshop: Workshop, delivery_channels: Sequence[DeliveryChannel], is_chosen: MessageFilter
) -> None:
    letters, silences = _letters_due(view, workshop, delivery_channels, is_chosen)
    what = "Partiraient maintenant" if delivery_channels else "À envoyer"
    terminal.title(f"{what} ({workshop.current_time():%d/%m/%Y à %Hh%M}) : {count_words(len(letters), 'lettre')}")
    for e, delivery_channel, letter in letters:
        show_letter(e, delivery_channel, letter)
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
        terminal.write("Rien n'est parti : ajoutez --send pour envoyer." if delivery_channels else NO_CHANNEL, "bold")


def show_letter(e: Mailing, delivery_channel: str, letter: Letter) -> None:
    """One letter as it would leave, its words as they are."""
    stages = enumeration(list(dict.fromkeys(r.cle.stage for r in e.reminders)))
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
    view: View, silences: Iterable[Silence], letters: Sequence[tuple[Mailing, str, Letter]]
) -> dict[tuple[str, str, str], list[str]]:
    """By campaign, function and reason, the territories for which someone is told nothing now, under any role."""
    ghts, persons = view.folder.territory.ghts, view.folder.persons
    result = defaultdict[tuple[str, str, str], dict[str, None]](dict)
    told_pairs = {(r.cle.unite, r.cle.person) for e, _, _ in letters for r in e.reminders}
    for s in silences:
        if (s.unite, s.person) not in told_pairs:
            who = persons[s.person].position if s.person in persons else ""
            result[s.campaign, who, s.reason][ghts[s.unite].name if s.unite in ghts else s.unite] = None
    return {cle: list(names) for cle, names in result.items()}
