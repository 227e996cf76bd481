"""The state of each GHT in a campaign, and who owes what: asked by the bot, the reminders and the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from config.campaign import Campaign
from config.french import count_words, day
from config.territory import Ght
from reports.answer import Answer, Element
from reports.gains import base
from reports.view import Subject, View, total_of
from sheets.register import received_files
from sheets.register.decisions import GhtDecisions, ght_decisions
from sheets.register.received_files import StoredFile
from sheets.register.what_counts import ReceivedTab, counting_tabs

ANSWERED = ("remise", "validée", "néant")
"""How far a GHT must be to owe nothing more."""


@dataclass(frozen=True, slots=True)
class State:
    """Where a GHT stands, on two axes: how far it is, and how sound what it sent is; and what was decided of it."""

    ght: Ght
    progress: str
    """attendue, ouverte, vue, remise, validée, néant."""
    health: str
    """en ordre, à corriger, illisible; empty when nothing was received."""
    tabs: int
    expected_tabs: int
    lines_to_mend: int
    struck: int
    """Cents struck out."""
    deadline: date
    """The campaign's, or the GHT's own when it was extended."""
    extended: bool = False
    late: bool = False
    """Owes its trame past its deadline, or handed it in after."""
    locked: bool = False
    after_lock: bool = False
    """A file came after the lock: kept and shown, not counted."""
    on_behalf: str = ""
    """Why someone entered it on the GHT's behalf."""
    extended_on: str = ""
    """The instant, as ISO text, at which it was extended."""

    @property
    def has_answered(self) -> bool:
        return self.progress in ANSWERED

    @property
    def words(self) -> str:
        """« remise, 3 lignes à corriger, 2 onglets sur 5 »; once locked, nobody can mend them: they are struck."""
        return self._words(f" ({self.on_behalf})")

    @property
    def outside_words(self) -> str:
        """The same without the reason that someone typed: what may leave the house."""
        return self._words("")

    def _words(self, reason: str) -> str:
        if self.progress in ("attendue", "ouverte"):
            words = ["fichier illisible" if self.health == "illisible" else "rien reçu"]
        else:
            words = ["vue, pas encore remise" if self.progress == "vue" else self.progress]
            if self.lines_to_mend and self.locked:
                words.append(count_words(self.lines_to_mend, "ligne retirée", "lignes retirées"))
            elif self.lines_to_mend:
                words.append(count_words(self.lines_to_mend, "ligne") + " à corriger")
            if self.health == "illisible":
                words.append("dernier envoi illisible")
            if self.tabs < self.expected_tabs:
                words.append(f"{count_words(self.tabs, 'onglet')} sur {self.expected_tabs}")
        if self.has_answered and self.late:
            words.append("en retard")
        if self.extended:
            words.append(f"prolongée jusqu'au {day(self.deadline)}")
        if self.on_behalf:
            words.append(f"saisie pour son compte{reason}")
        if self.after_lock:
            words.append("un envoi après le verrou, non compté")
        elif self.locked:
            words.append("trame verrouillée")
        return ", ".join(words)


def states(view: View, subject: Subject, tabs_that_count: dict[str, ReceivedTab] | None = None) -> list[State]:
    """The state of every GHT of a territory in the campaign under way, in the order of their codes.

    `tabs_that_count` spares the look-up of the tabs that count in that campaign, by FINESS, to whoever has them.
    """
    campaign = view.campaign(subject)
    if tabs_that_count is None:
        tabs_that_count = counting_tabs(view.db, [campaign.code], view.as_of, view.finess(subject))
    expected_tabs = view.ghts(subject)
    files_by_ght: dict[str, list[StoredFile]] = {}
    for f in received_files.received_files(view.db, [campaign.code], view.as_of, [g.code for g in expected_tabs]):
        files_by_ght.setdefault(f.ght, []).append(f)
    decides = ght_decisions(view.db, campaign.code, view.as_of)
    return [
        _state_of(view, g, campaign, tabs_that_count, files_by_ght.get(g.code, []), decides.get(g.code, GhtDecisions()))
        for g in expected_tabs
    ]


def _state_of(
    view: View,
    ght: Ght,
    campaign: Campaign,
    tabs_that_count: dict[str, ReceivedTab],
    files_by_ght: list[StoredFile],
    decided: GhtDecisions,
) -> State:
    members = view.folder.territory.members(ght.code, campaign.situation)
    theirs = [
        tabs_that_count[e.finess] for e in members if e.finess in tabs_that_count and tabs_that_count[e.finess].file
    ]
    received_tabs = {o.finess for o in theirs}
    declared_neants = {
        e.finess: decided.neants[e.finess] for e in members if e.finess in decided.neants.keys() - received_tabs
    }
    totals = total_of(theirs)
    files_that_count = {o.file for o in theirs}
    typed_reasons = [f.typed_reason for f in files_by_ght if f.id in files_that_count and f.typed_by]
    deadline = decided.extended_to or campaign.deadline
    is_complete = len(theirs) + len(declared_neants) == len(members)
    progress = _progress(campaign, theirs, declared_neants, is_complete, files_by_ght, decided, view.as_of)
    has_answered = [f.received_on for f in files_by_ght if f.id in files_that_count] + [
        day.isoformat() for day in declared_neants.values()
    ]
    return State(
        ght,
        progress,
        _health(theirs, files_by_ght, totals.lines_struck),
        len(theirs) + len(declared_neants),
        len(members),
        totals.lines_struck,
        totals.struck,
        deadline,
        extended=decided.extended_to is not None,
        late=max(has_answered) > deadline.isoformat() if progress in ANSWERED else view.as_of > deadline,
        locked=decided.locked_on is not None,
        after_lock=decided.locked_on is not None
        and any(f.id > decided.locked_at and f.id not in files_that_count for f in files_by_ght),
        on_behalf=typed_reasons[-1] if typed_reasons else "",
        extended_on=decided.extended_on,
    )


def _progress(
    campaign: Campaign, theirs: list[ReceivedTab], neants: Mapping[str, date], is_complete: bool, files_by_ght: list[StoredFile],
    decided: GhtDecisions, as_of: date,
) -> str:  # fmt: skip
    """How far a GHT is: what was read, what was said, what the referent validated.

    « Néant » said of some établissements does not answer for the others, unless the trame was handed in.
    """
    if decided.validated_on and (theirs or neants):
        return "validée"
    is_handed_in = bool(theirs) and all(o.handed_in for o in theirs)
    if all(o.neant for o in theirs) and (is_complete or is_handed_in):
        return "néant"
    if is_handed_in:
        return "remise"
    if theirs or any(f.state != "refuse" for f in files_by_ght):
        return "vue"
    return "ouverte" if campaign.opening <= as_of else "attendue"


def _health(theirs: list[ReceivedTab], files_by_ght: list[StoredFile], rejected: int) -> str:
    if files_by_ght and files_by_ght[-1].state == "refuse":
        return "illisible"
    return "à corriger" if rejected else "en ordre" if theirs else ""


def status(view: View, subject: Subject) -> Answer:
    """How many have answered, and where each stands."""
    situation = states(view, subject)
    answer = base(view, subject, "statut", view.tabs_that_count(subject))
    elements = tuple(_element(e) for e in situation)
    return replace(answer, value=sum(e.has_answered for e in situation), unit="trames", campaign=view.campaign(subject).code,
                   elements=elements)  # fmt: skip


def _element(e: State) -> Element:
    return Element(e.ght.name, None, e.words, code=e.ght.code, ours=True, outside=e.outside_words)


def late_ones(view: View, subject: Subject) -> Answer:
    """Who has not handed in, then who did without all their tabs; `value` counts the former."""
    campaign = view.campaign(subject)
    all_of_them = states(view, subject)
    ghts_missing = [e for e in all_of_them if not e.has_answered]
    incomplete_ones = [e for e in all_of_them if e.has_answered and e.tabs < e.expected_tabs]
    answer = base(view, subject, "retards", view.tabs_that_count(subject))
    elements = tuple(_element(e) for e in ghts_missing + incomplete_ones)
    return replace(answer, value=len(ghts_missing), unit="trames", campaign=campaign.code, elements=elements,
                   facts={"echeance": campaign.deadline, "incomplets": len(incomplete_ones)})  # fmt: skip
