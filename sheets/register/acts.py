"""What an act needs of the register: who acts on what, with which right, and the row that stays of it.

Every act is a row with who, when and why; none is ever changed. What each one is stands in `reports/every_act`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

from sqlite_utils import Database

from config.campaign import Campaign
from config.errors import UserError
from config.folder import Folder
from config.french import day, did_you_mean
from config.rights import Person, may_act_over
from config.territory import Scope
from sheets.cells import mask, tidied
from sheets.places import ght_of, period, split_reference
from sheets.register import future_facts, stored_lines
from sheets.register.database import write_transaction
from sheets.register.what_counts import counting_tabs

NO_REASON = "Un motif est demandé : il se lira partout où se lit le chiffre."
Roles = tuple[str, ...]


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
class Aim:
    """What an act is on: a GHT in a campaign, one of its établissements, or a line as it counts now. Amounts in cents."""

    campaign: Campaign
    ght: str
    finess: str = ""
    action_id: str = ""
    title: str = ""
    declared: int = 0
    blocked: bool = False
    """What checks alone say of the line."""
    cell: str = ""
    tab: int = 0
    taken_on: str = ""
    """What a decision on it rests on."""

    @property
    def reference(self) -> str:
        return f"{self.campaign.code}/{self.finess}/{self.action_id}"


class ActRow(NamedTuple):
    """What stays of an act, beside who and when."""

    kind: str
    campaign: str
    ght: str
    finess: str
    action_id: str
    value: str
    reason: str


class LineNotFound(UserError):  # noqa: N818 - what was found, in the words of the trade
    """The line named is in none of the tabs that count: there never was one, or a later file came."""


def on_line(main: Main, roles: Roles, reference: str) -> Aim:
    """The line that « 2021-annuelle/390780146/0042 » names, for someone who may act on it.

    Raises UserError without the right, before anything is said of what was received, and when no such line counts.
    """
    code, place, number = split_reference(reference.strip())
    if not number:
        raise UserError(
            f"« {reference} » n'est pas une référence de ligne. Elle s'écrit comme les réponses la montrent : "
            "2021-annuelle/390780146/0042"
        )
    around = on_etablissement(main, roles, code, place)
    tab = counting_tabs(main.db, [code], main.day, [place]).get(place)
    if tab is None:
        raise LineNotFound(f"Aucune trame de l'établissement {place} ne compte dans la campagne {code}.")
    lines = stored_lines.targets_in(main.db, tab.id)
    if number not in lines:
        raise LineNotFound(f"Pas de ligne « {number} » dans l'onglet « {tab.sheet} »{did_you_mean(number, lines)}")
    return Aim(around.campaign, tab.ght, place, number, *lines[number])


def on_etablissement(main: Main, roles: Roles, campaign: str, finess: str) -> Aim:
    """An établissement in a campaign. Raises UserError when it is in no GHT, or without the right over its GHT."""
    c = named_campaign(main.folder, campaign)
    ght = ght_of(finess, c.situation, main.folder.territory)
    if ght is None:
        raise UserError(f"L'établissement « {finess} » n'est dans aucun GHT au {day(c.situation)}.")
    return replace(on_ght(main, roles, campaign, ght), finess=finess)


def on_ght(main: Main, roles: Roles, campaign: str, ght: str) -> Aim:
    """A GHT in a campaign. Raises UserError when there is none of that name, or without the right."""
    c, territory = named_campaign(main.folder, campaign), main.folder.territory
    if ght not in territory.ghts:
        raise UserError(f"Le GHT « {ght} » n'existe pas{did_you_mean(ght, territory.ghts)}")
    if not may_act(main, ght, campaign, roles):
        raise UserError(
            f"{main.person.email} ({main.person.position}) ne peut pas agir pour {territory.ghts[ght].name} : "
            f"c'est au référent de sa région{' ou au GHT' if 'ght' in roles else ''}."
        )
    return Aim(c, ght)


def named_campaign(folder: Folder, code: str) -> Campaign:
    """Raises UserError, with the nearest one, when there is no such campaign."""
    campaign = period(folder, code)
    if campaign is None:
        raise UserError(f"La campagne « {code} » n'existe pas{did_you_mean(code, folder.campaigns)}")
    return campaign


def may_act(main: Main, ght: str, campaign: str, roles: Roles) -> bool:
    """Whether the person, or someone they stand in for, holds one of these roles over that GHT in that campaign."""
    territory, situation = main.folder.territory, named_campaign(main.folder, campaign).situation
    return may_act_over(main.person, main.folder.persons, roles, Scope("ght", ght), territory, situation, main.day)


def reason_kept(reason: str) -> str:
    """The reason as it is written. Raises UserError when there is none."""
    clean = mask(tidied(reason))[:500]
    if not clean:
        raise UserError(NO_REASON)
    return clean


def write_acts(main: Main, acts: Sequence[ActRow]) -> None:
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


def write_wishes(main: Main, acts: Sequence[ActRow]) -> None:
    """The same of what is asked of the reminders, for that day: twice a day is once."""
    with write_transaction(main.db):
        if main.before:
            main.before()
        main.db.conn.executemany(
            "INSERT INTO gestes (le, par, pour, genre, campagne, unite, jusqu_au) VALUES (?, ?, '', ?, ?, ?, ?)",
            [
                (main.when.isoformat(timespec="seconds"), main.person.email, a.kind, a.campaign, a.ght, a.value)
                for a in acts
            ],
        )
