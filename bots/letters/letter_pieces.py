"""What goes with a message: the trame to fill in, or what its reader may be shown. Never words anything."""

from __future__ import annotations

from collections.abc import Callable

from bots.answer_files import image
from bots.answering import reply_to
from bots.companion_to_chat import last_companion
from bots.grammar.question import Question
from bots.piece import XLSX, Piece
from bots.reply import Reply, Told
from config.errors import UserError
from config.rights import Person
from config.territory import Scope, ScopeKind
from reports.due.reminders import Reminder
from reports.view import Subject, View
from sheets import writing
from sheets.places import places
from sheets.register.known_actions import expected_lines
from sheets.trames import TRAMES
from sheets.writing.seal import sealed


def trame(view: View, r: Reminder, _person: Person) -> Piece:
    """The trame of a GHT as it would be written now, with the lines already known."""
    d, ght = view.folder, r.key.unit
    layout = TRAMES["paat"]
    whole = places(layout, ght, r.campaign.situation, d.territory).values()
    lines, taken = expected_lines(view.db, d, r.campaign, whole, view.as_of)
    book = writing.prefilled(layout, ght, r.campaign, d, lines, taken)
    return Piece(writing.file_name_of(ght, r.campaign, d), sealed(book), XLSX)


def picture(view: View, r: Reminder, person: Person) -> Piece | None:
    """The gains of the territory told, drawn."""
    kind: ScopeKind = "ght" if r.key.unit in view.folder.territory.ghts else "region"
    subject = Subject(Scope(kind, r.key.unit), r.campaign.exercice)
    return _of_an_answer(view, person, "gains", subject, image)


def companion(view: View, r: Reminder, person: Person) -> Piece | None:
    """The companion of what was received, when there is something to mend."""
    if r.state and not r.state.lines_to_mend:
        return None
    subject = Subject(Scope("ght", r.key.unit), r.campaign.exercice, r.campaign.code)
    return _of_an_answer(view, person, "statut", subject, last_companion)


def _of_an_answer(
    view: View, person: Person, intention: str, subject: Subject, maker: Callable[[Reply], Piece]
) -> Piece | None:
    """What is made of an answer as the reader may see it, asked in their name; none when nothing came."""
    reply = reply_to(Question("", intention, subject), person, view, view)
    if not isinstance(reply.outcome, Told) or not reply.outcome.answer.received_so_far:
        return None
    try:
        return maker(reply)
    except UserError:
        return None
