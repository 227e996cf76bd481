"""The attachments of one person's mail: judged, taken in when they may, each with its sentence and its companion.

Judged in expendable processes like any file, and once: the register keeps what was judged, with the bytes it came in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import PurePosixPath

from bots.piece import XLSX, Piece
from config.french import count_words, enumeration
from config.rights import Person, Sight, best_sight, hands_in_somewhere, out_of_reach
from config.territory import Scope
from jobs.companions import COMPANION_SUFFIX
from jobs.taking_in.looked_into import SUFFIXES
from jobs.taking_in.take_in import LONGEST_WAIT, Sender, is_companion, take_in
from jobs.wiring import Workshop
from reports.progress import states
from reports.view import Subject
from sheets.findings import Severity
from sheets.judged import JudgedWorkbook
from sheets.judging.once import once
from sheets.judging.workers import judge_all
from sheets.matching.known import companion_bytes, with_register
from sheets.register.database import only_one_pull
from sheets.register.pulls import BY_MAIL, FoundFile
from sheets.sources.attachments import Attachment


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one attachment, in a sentence; `needs_a_look` when someone should look at it."""

    name: str
    sentence: str
    companion: Piece | None = None
    needs_a_look: bool = False


@dataclass(frozen=True)
class MailSending:
    """Who sent, under which name for ever; without `write`, nothing is taken in and what would be is said."""

    workshop: Workshop
    person: Person
    key: str
    write: bool

    @property
    def as_of(self) -> date:
        return self.workshop.current_time().date()


def handle_attachments(sending: MailSending, pieces: Sequence[Attachment]) -> list[Outcome]:
    """What becomes of each attachment, in their order."""
    workshop, now = sending.workshop, sending.workshop.current_time()  # one mail, one instant
    found_files = [_found_file(sending, p, now) for p in pieces if not p.trouble and is_workbook(p.name)]
    names = ((PurePosixPath(d.path).name, d.raw_bytes) for d in found_files)
    judged_workbooks = list(once(judge_all)(names, workshop.folder)) if found_files else []
    sender = Sender(refusal=partial(_refusal, sending))
    handed = [
        (d, judged) for d, judged in zip(found_files, judged_workbooks, strict=True) if not sender.refusal(judged)
    ]
    ignored: dict[str, str] = {}
    if sending.write and handed:
        with only_one_pull(workshop.register, LONGEST_WAIT):
            taken_in = take_in(workshop.register, workshop.folder, sender, handed, workshop.current_time)
        ignored = {path: r.reason for path, r in taken_in.received_files.items() if r.state == "inchange" and r.reason}
    judged_ones = iter(zip(found_files, judged_workbooks, strict=True))
    return [
        _not_a_workbook(p) if p.trouble or not is_workbook(p.name) else _outcome(sending, *next(judged_ones), ignored)
        for p in pieces
    ]


def is_workbook(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in SUFFIXES


def _found_file(sending: MailSending, piece: Attachment, now: datetime) -> FoundFile:
    """An attachment as the register knows it: its path follows from the mail it came in and from what it holds."""
    content_hash = hashlib.sha256(piece.raw_bytes).hexdigest()
    when = int(now.timestamp() * 1e9)
    path = f"{BY_MAIL}/{sending.key}-{content_hash[:8]}/{piece.name}"
    return FoundFile(path, len(piece.raw_bytes), when, content_hash, piece.raw_bytes)


def _not_a_workbook(piece: Attachment) -> Outcome:
    return Outcome(
        piece.name,
        piece.trouble or "Ce n'est pas un classeur. Envoyez la trame au format .xlsx.",
        None,
        bool(piece.trouble),
    )


def _scopes_concerned(judged: JudgedWorkbook) -> list[Scope]:
    """What a workbook bears on: the établissements whose tabs count, or would once their headings are learnt; else its GHT."""
    if judged.stamp is None:
        return []
    useful = [Scope("etablissement", o.finess) for o in judged.tabs if o.usable or o.refused]
    return useful or [Scope("ght", judged.stamp.ght)]


def _refusal(sending: MailSending, judged: JudgedWorkbook) -> str:
    """Why this workbook is not taken in from its sender, who must be able to hand in all of it. One without a stamp bears
    on nobody: from whoever hands in somewhere it is kept, and refused."""
    folder, person = sending.workshop.folder, sending.person
    targets = _scopes_concerned(judged)
    if is_companion(judged) or not (targets or hands_in_somewhere(person, folder.persons, "courriel", sending.as_of)):
        return _unread_sentence(judged)
    campaign = folder.campaigns.get(judged.stamp.campaign) if judged.stamp else None
    situation = campaign.situation if campaign else sending.as_of
    beyond = out_of_reach(person, folder.persons, "courriel", targets, folder.territory, situation, sending.as_of)
    if not beyond:
        return ""
    names = enumeration([folder.territory.name(c) for c in beyond], 3)
    return (
        f"Cette trame porte sur {names}, pour qui votre adresse ne peut pas remettre : elle n'a pas été prise. "
        "Faites-la envoyer par son équipe, ou voyez avec votre référent ARS."
    )


def _unread_sentence(judged: JudgedWorkbook) -> str:
    return f"{judged.findings[0].message} {judged.findings[0].correction}"


def _outcome(
    sending: MailSending, found_file: FoundFile, judged: JudgedWorkbook, ignored: Mapping[str, str]
) -> Outcome:
    name = PurePosixPath(found_file.path).name
    if found_file.path in ignored:
        return Outcome(name, ignored[found_file.path], None, True)
    if not judged.readable:
        return Outcome(name, _unread_sentence(judged), None, not is_companion(judged))
    if refusal := _refusal(sending, judged):
        return Outcome(name, refusal, None, True)
    sentence = _where_it_stands(sending, judged)
    companion = _companion(sending, judged, found_file, name)
    if companion:
        sentence += f" « {companion.name} », ci-joint, montre quoi corriger, cellule par cellule."
    return Outcome(name, sentence, companion)


def _where_it_stands(sending: MailSending, judged: JudgedWorkbook) -> str:
    """« GHT Jura, campagne annuelle 2021 : remise, 3 lignes à corriger. », as the bot would say it now."""
    assert judged.stamp is not None
    folder = sending.workshop.folder
    ght, campaign = folder.territory.ghts[judged.stamp.ght], folder.campaigns[judged.stamp.campaign]
    start = f"{ght.name}, {campaign.title} :"
    if not sending.write:
        return f"{start} {count_words(judged.totals.lines_read, 'ligne lue', 'lignes lues')}, serait relevée."
    view = sending.workshop.view()
    seen_ones = states(view, Subject(Scope("ght", ght.code), campaign.exercice, campaign.code))
    return f"{start} {seen_ones[0].words if seen_ones else 'relevée'}."


def _companion(sending: MailSending, judged: JudgedWorkbook, found_file: FoundFile, name: str) -> Piece | None:
    """The companion, when there is something to mend and the sender may see the lines."""
    if not sending.write or all(c.severity is Severity.INFO for c in judged.findings):
        return None
    d = sending.workshop.folder
    sights = {best_sight(sending.person, d.persons, c, d.territory, sending.as_of) for c in _scopes_concerned(judged)}
    if sights != {Sight.EVERYTHING}:
        return None
    view = sending.workshop.view()
    workbook, settled = with_register(view.db, view.folder, view.as_of, judged, found_file.content_hash)
    return Piece(f"{PurePosixPath(name).stem}{COMPANION_SUFFIX}", companion_bytes(workbook, view.folder, settled), XLSX)
