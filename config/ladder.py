"""The ladder of reminders a region decides: which message, how many days from which date, to whom. Pure but for its file.

Never knows who still owes anything: that is asked at the moment of telling.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal, NamedTuple

from config.campaign import Campaign
from config.csv_tables import Complaints, TableRow, read_table

FILE_NAME = "rappels.csv"


class LadderMessage(NamedTuple):
    """What a rung may say: about the GHT that still owe something, those that answered, or all."""

    code: str
    about: Literal["owing", "answered", "all"] = "owing"
    once_closed: bool = False
    """It is said after the lock, and stays worth saying for a while."""


MESSAGES = {m.code: m for m in (
    LadderMessage("ouverture"), LadderMessage("rappel"), LadderMessage("escalade"), LadderMessage("signalement"),
    LadderMessage("cloture", once_closed=True), LadderMessage("merci", "answered", once_closed=True),
    LadderMessage("alerte", "all"),
)}  # fmt: skip
ANCHORS = ("ouverture", "situation", "echeance", "verrou")
RECIPIENTS = ("ght", "direction", "referent")
USEFUL_DAYS = 15
"""Days after the lock during which it is still worth telling."""


@dataclass(frozen=True, slots=True)
class Dates:
    """A campaign's calendar as it is for one GHT: an extension moves its deadline, and its lock if need be."""

    opening: date
    situation: date
    deadline: date
    lock: date

    def at(self, anchor: str) -> date:
        """The date that an anchor of `rappels.csv` names."""
        dates = {
            "ouverture": self.opening,
            "situation": self.situation,
            "echeance": self.deadline,
            "verrou": self.lock,
        }
        return dates[anchor]


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung: `days` before (negative) or after the date that `anchor` names."""

    stage: str
    message: str
    anchor: str
    days: int
    a: str

    @property
    def says(self) -> LadderMessage:
        return MESSAGES[self.message]

    def day(self, dates: Dates) -> date:
        anchor = dates.at(self.anchor)
        return anchor + timedelta(days=self.days)

    def expires(self, dates: Dates) -> date:
        """The last day it is worth saying."""
        if self.says.once_closed:
            return dates.lock + timedelta(days=max(self.days, 0) + USEFUL_DAYS)
        before = self.anchor in ("ouverture", "situation") or (self.anchor == "echeance" and self.days <= 0)
        return dates.deadline if before and self.day(dates) <= dates.deadline else dates.lock


DEFAULT_LADDER = (
    Rung("ouverture", "ouverture", "ouverture", 0, "ght"),
    *(Rung(f"J-{n}", "rappel", "echeance", -n, "ght") for n in (30, 15, 7, 2)),
    Rung("J+1", "rappel", "echeance", 1, "ght"),
    Rung("J+3", "escalade", "echeance", 3, "direction"),
    Rung("J+5", "signalement", "echeance", 5, "referent"),
    Rung("clôture", "cloture", "verrou", 1, "ght"),
    Rung("merci", "merci", "verrou", 1, "ght"),
    Rung("point", "alerte", "situation", 1, "referent"),
    Rung("point direction", "alerte", "situation", 1, "direction"),
    Rung("bilan", "alerte", "verrou", 2, "referent"),
    Rung("bilan direction", "alerte", "verrou", 2, "direction"),
)
"""The ladder of a folder that has none: decided here, no source says."""


def takes_replies(kind: str) -> bool:
    """Whether a kind of message asks for something still owed, which its reader may put off."""
    said = MESSAGES.get(kind)
    return said is not None and said.about == "owing" and not said.once_closed


def dates(campaign: Campaign, deadline: date) -> Dates:
    """`deadline` is the GHT's own; a GHT extended to the lock or past it is locked the day after."""
    lock = campaign.lock
    if deadline > campaign.deadline:
        lock = max(lock, deadline + timedelta(days=1))
    return Dates(campaign.opening, campaign.situation, deadline, lock)


def read_rungs(path: Path, complaints: Complaints) -> tuple[Rung, ...]:
    """The ladder of the region's folder, in the order of its file. A folder without the file has the default one."""
    if not (path / FILE_NAME).is_file():
        return DEFAULT_LADDER
    rungs: list[Rung] = []
    for r in read_table(path / FILE_NAME, ("etape", "message", "repere", "jours", "a"), complaints):
        rung = Rung(
            r.text("etape"), r.among("message", tuple(MESSAGES)), r.among("repere", ANCHORS), _days(r), r.among("a", RECIPIENTS)
        )  # fmt: skip
        if any(other.stage == rung.stage for other in rungs):
            r.complain(f"l'étape « {rung.stage} » est déjà décrite plus haut.")
        once_closed = rung.message in MESSAGES and rung.says.once_closed
        if once_closed and rung.anchor in ANCHORS and rung.anchor != "verrou":
            r.complain(f"« {rung.message} » se dit une fois la collecte close : le repère attendu est « verrou ».")
        rungs.append(rung)
    return tuple(rungs)


def _days(r: TableRow) -> int:
    """« -30 », « 0 », « +5 »: before, on or after the date. Excel may have put a true minus sign."""
    value = r.text("jours").replace("\N{MINUS SIGN}", "-")
    if not re.fullmatch(r"[+-]?[0-9]{1,3}", value):
        if value:
            r.complain(f"« {value} » dans « jours » ; un nombre de jours était attendu, par exemple -15 ou 3.")
        return 0
    return int(value)
