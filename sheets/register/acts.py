"""What people do: decide on a line, leave a note, extend, validate, lock, answer for a GHT. Rights are checked here.

Every act is a row with who, when and why; none is ever changed. Bot and command line call the same functions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlite_utils import Database

from config.campaign import Campaign
from config.errors import UserError
from config.folder import Folder
from config.french import day, did_you_mean, euros, text_key
from config.rights import Person, may_act_over
from config.territory import Scope
from sheets.cells import mask, tidied
from sheets.places import ght_of, period, split_reference
from sheets.register import future_facts, stored_lines
from sheets.register.database import write_transaction
from sheets.register.decisions import ON_A_LINE, GhtDecisions, ght_decisions
from sheets.register.what_counts import counting_tabs, last_file

NO_REASON = "Un motif est demandé : il se lira partout où se lit le chiffre."
EXTENSION = timedelta(days=366)
"""How far from its campaign's deadline a GHT's own may be: beyond, it is a slip of the keyboard."""


@dataclass(frozen=True, slots=True)
class Main:
    """Whoever acts, on what, at what moment."""

    db: Database
    folder: Folder
    person: Person
    when: datetime
    before: Callable[[], None] | None = None
    """Called in the transaction of the act, before it is written; what it raises leaves everything as it was."""

    @property
    def day(self) -> date:
        return self.when.date()


@dataclass(frozen=True, slots=True)
class TargetLine:
    """The line an act names, as it counts now, checks alone having judged it. Amounts in cents."""

    reference: str
    campaign: str
    ght: str
    finess: str
    action_id: str
    title: str
    declared: int
    blocked: bool
    cell: str
    tab: int
    taken_on: str
    """What a decision on it rests on."""


class LineNotFound(UserError):  # noqa: N818 - what was found, in the words of the trade
    """The line named is in none of the tabs that count: there never was one, or a later file came."""


def target_line(main: Main, reference: str, *, ght_too: bool = False) -> TargetLine:
    """The line that « 2021-annuelle/390780146/0042 » names, for someone who may act on it.

    Raises UserError without the right, before anything is said of what was received, and when no such line counts.
    """
    code, place, number = split_reference(reference.strip())
    if not number:
        raise UserError(
            f"« {reference} » n'est pas une référence de ligne. Elle s'écrit comme les réponses la montrent : 2021-annuelle/390780146/0042"
        )
    campaign = named_campaign(main.folder, code)
    require_right(main, _ght_of(main, place, campaign), code, ght_too=ght_too)
    tab = counting_tabs(main.db, [code], main.day, [place]).get(place)
    if tab is None:
        raise LineNotFound(f"Aucune trame de l'établissement {place} ne compte dans la campagne {code}.")
    lines = stored_lines.targets_in(main.db, tab.id)
    if number not in lines:
        raise LineNotFound(f"Pas de ligne « {number} » dans l'onglet « {tab.sheet} »{did_you_mean(number, lines)}")
    return TargetLine(reference.strip(), code, tab.ght, place, number, *lines[number])


def _ght_of(main: Main, finess: str, campaign: Campaign) -> str:
    ght = ght_of(finess, campaign.situation, main.folder.territory)
    if ght is None:
        raise UserError(f"L'établissement « {finess} » n'est dans aucun GHT au {day(campaign.situation)}.")
    return ght


def decide(main: Main, reference: str, direction: str, reason: str) -> TargetLine:
    """Keep (`retenir`), strike (`retirer`) or give back to the checks (`revenir`) one line; return it as it was.

    Raises UserError without the right, without a reason, or when no such line counts.
    """
    if direction not in ON_A_LINE:
        raise ValueError(direction)
    target = target_line(main, reference)
    _write_acts(
        main,
        [(direction, target.campaign, target.ght, target.finess, target.action_id, target.taken_on, _reason(reason))],
    )
    return target


def decide_all(main: Main, requests: Sequence[tuple[str, str, str]]) -> list[TargetLine]:
    """Take many (reference, sens, motif) at once: all, or none and a UserError that lists every complaint."""
    complaints, acts, seen_lines = [], [], []
    for reference, direction, reason in requests:
        try:
            target = target_line(main, reference)
            acts.append(
                (
                    direction,
                    target.campaign,
                    target.ght,
                    target.finess,
                    target.action_id,
                    target.taken_on,
                    _reason(reason),
                )
            )
            seen_lines.append(target)
        except UserError as fault:
            complaints.append(f"{reference} : {fault}")
    if complaints:
        raise UserError("Aucune décision n'est prise :\n" + "\n".join(f"  • {p}" for p in complaints))
    _write_acts(main, acts)
    return seen_lines


def tell_apart(main: Main, reference: str, reason: str) -> TargetLine:
    """Say that a line recognised as a known action is another one: it gets its own number when judged again."""
    target = target_line(main, reference)
    _write_acts(
        main,
        [
            (
                "distinguer",
                target.campaign,
                target.ght,
                target.finess,
                target.action_id,
                text_key(target.title),
                _reason(reason),
            )
        ],
    )
    return target


def note(main: Main, reference: str, text: str) -> TargetLine:
    """Leave a word on a line; ARS and the GHT itself may."""
    target = target_line(main, reference, ght_too=True)
    _write_acts(main, [("noter", target.campaign, target.ght, target.finess, target.action_id, "", _reason(text))])
    return target


def extend(main: Main, campaign: str, ght: str, until_day: date, reason: str) -> None:
    """Give a GHT its own deadline: after the campaign's, to come, and at most `EXTENSION` after it."""
    c = named_campaign(main.folder, campaign)
    require_right(main, ght, campaign)
    last = c.deadline + EXTENSION
    if until_day <= c.deadline or until_day < main.day:
        raise UserError(
            f"L'échéance de la campagne {campaign} est le {day(c.deadline)} : donnez un jour d'après, et à venir."
        )
    if until_day > last:
        raise UserError(
            f"Le {day(until_day)} est trop loin : une échéance se prolonge d'un an au plus, ici jusqu'au {day(last)}."
        )
    _write_acts(main, [("prolonger", campaign, ght, "", "", until_day.isoformat(), _reason(reason))])


def validate(main: Main, campaign: str, ght: str, reason: str, *, yes: bool = True) -> None:
    """Say that what a GHT handed in is good (or no longer): only what was received can be validated."""
    named_campaign(main.folder, campaign)
    require_right(main, ght, campaign)
    members = _members(main, campaign, ght)
    decided = ght_decisions(main.db, campaign, main.day).get(ght, GhtDecisions())
    if yes and not counting_tabs(main.db, [campaign], main.day, members) and not decided.neants:
        raise UserError(f"Rien n'a été reçu de {_ght_name(main, ght)} pour {campaign} : il n'y a rien à valider.")
    _write_acts(main, [("valider" if yes else "devalider", campaign, ght, "", "", "", _reason(reason))])


def lock_ghts(main: Main, campaign: str, ghts: Sequence[str], reason: str, *, yes: bool = True) -> list[str]:
    """Lock (or unlock) GHT: what counts now is what will count. Return those done; GHT still extended are left out."""
    named_campaign(main.folder, campaign)
    for ght in ghts:
        require_right(main, ght, campaign)
    decided = ght_decisions(main.db, campaign, main.day)
    facts = []
    for ght in ghts:
        s = decided.get(ght, GhtDecisions())
        extended = yes and s.extended_to is not None and s.extended_to >= main.day
        if not extended and (s.locked_on is None) is yes:
            facts.append(ght)
    last_number, kind = str(last_file(main.db, main.day)), "verrouiller" if yes else "deverrouiller"
    _write_acts(main, [(kind, campaign, ght, "", "", last_number if yes else "", _reason(reason)) for ght in facts])
    return facts


def declare_neant(main: Main, campaign: str, finess: str, reason: str) -> None:
    """Record, on behalf of an établissement, that it has nothing to declare. Raises UserError when lines were received."""
    ght = _ght_of(main, finess, named_campaign(main.folder, campaign))
    require_right(main, ght, campaign, ght_too=True)
    tab = counting_tabs(main.db, [campaign], main.day, [finess]).get(finess)
    if tab and tab.file:
        raise UserError(
            f"L'établissement {finess} a déjà répondu pour {campaign} ({euros(tab.totals.declared)} déclarés) : "
            "faites corriger sa trame."
        )
    by = "" if may_act(main, ght, campaign) else "ght"  # after the lock, what a GHT says of itself does not count
    _write_acts(main, [("neant", campaign, ght, finess, "", by, _reason(reason))])


def remind(main: Main, campaign: str, ght: str) -> None:
    """Ask that a GHT be reminded at the next working moment, whatever the ladder says; twice a day is once."""
    named_campaign(main.folder, campaign)
    require_right(main, ght, campaign)
    with write_transaction(main.db):
        if main.before:
            main.before()
        main.db.execute(
            "INSERT INTO gestes (le, par, pour, genre, campagne, unite, jusqu_au) VALUES (?, ?, '', 'relancer', ?, ?, ?)",
            (main.when.isoformat(timespec="seconds"), main.person.email, campaign, ght, main.day.isoformat()),
        )


def named_campaign(folder: Folder, code: str) -> Campaign:
    """Raises UserError, with the nearest one, when there is no such campaign."""
    campaign = period(folder, code)
    if campaign is None:
        raise UserError(f"La campagne « {code} » n'existe pas{did_you_mean(code, folder.campaigns)}")
    return campaign


def require_right(main: Main, ght: str, campaign: str, *, ght_too: bool = False) -> None:
    """Raises UserError when the person may not act for that GHT."""
    territory = main.folder.territory
    if ght not in territory.ghts:
        raise UserError(f"Le GHT « {ght} » n'existe pas{did_you_mean(ght, territory.ghts)}")
    if not may_act(main, ght, campaign, ght_too=ght_too):
        raise UserError(
            f"{main.person.email} ({main.person.position}) ne peut pas agir pour {territory.ghts[ght].name} : "
            f"c'est au référent de sa région{' ou au GHT' if ght_too else ''}."
        )


def may_act(main: Main, ght: str, campaign: str, *, ght_too: bool = False) -> bool:
    """Whether the person may act for that GHT in that campaign, as its referent or, with `ght_too`, as the GHT itself."""
    roles = ("ars", "dgos", "ght") if ght_too else ("ars", "dgos")
    territory, situation = main.folder.territory, named_campaign(main.folder, campaign).situation
    return may_act_over(main.person, main.folder.persons, roles, Scope("ght", ght), territory, situation, main.day)


def _reason(reason: str) -> str:
    clean = mask(tidied(reason))[:500]
    if not clean:
        raise UserError(NO_REASON)
    return clean


def _members(main: Main, campaign: str, ght: str) -> list[str]:
    situation = named_campaign(main.folder, campaign).situation
    return [e.finess for e in main.folder.territory.members(ght, situation)]


def _ght_name(main: Main, ght: str) -> str:
    return main.folder.territory.ghts[ght].name


def _write_acts(main: Main, acts: Sequence[tuple[Any, ...]]) -> None:
    """Write the acts, all or none. Raises UserError when they would be dated before what is known: the past stays."""
    dated = main.when.isoformat(timespec="seconds")
    with write_transaction(main.db):
        if main.before:
            main.before()
        query = "SELECT max(le) FROM (SELECT max(debut) AS le FROM pulls UNION ALL SELECT max(le) FROM actes)"
        last_number = main.db.execute(query).fetchone()[0]
        if last_number and dated[:10] < last_number[:10]:
            raise future_facts.refusal(last_number, main.when)
        main.db.conn.executemany(
            "INSERT INTO actes (le, par, genre, campagne, ght, finess, action_id, valeur, motif)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(dated, main.person.email, *act) for act in acts],
        )
