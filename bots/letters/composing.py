"""Messages due to one person → one letter: the parts in order, as text and as HTML, the trame with the opening.

Never delivers it, and never decides that it is due.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bots.answer_files import image
from bots.answering import reply_to
from bots.companion_to_chat import retour
from bots.grammar.question import Question
from bots.letters.alert_words import ALERT_PARTS, URGENT
from bots.letters.letter import XLSX, Letter, Piece
from bots.letters.reminder_words import REMINDER_PARTS, LetterPart, in_their_place, more_time, signature
from bots.reply import Reply, Told
from config.errors import UserError
from config.ladder import ALERT
from config.rights import Person
from config.territory import Scope, ScopeKind
from reports.due.reminders import Reminder
from reports.view import Subject, View
from sheets import writing
from sheets.register.known_actions import expected_lines
from sheets.register.replies import WITH_REPLIES
from sheets.trames import TRAMES
from sheets.writing.seal import sealed

PARTIES = REMINDER_PARTS | ALERT_PARTS
"""The words of each kind of message, for those of one kind and campaign, to one person."""
_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), undefined=StrictUndefined, autoescape=True
)


def letter(view: View, reminders: Sequence[Reminder], person: Person, cle: str, address: str) -> Letter:
    """One letter for everything due to someone; its subject is that of its first part. The trames are those of now."""
    parts, closing = _parties(view, reminders), signature(view, reminders)
    why, more_time_words = in_their_place(view, reminders), more_time(view, reminders, person)
    mail_subject = parts[0].title + _and_the_rest(len(parts) - 1)
    html = _PAGES.get_template("lettre.html.j2").render(
        mail_subject=mail_subject, why=why, parts=parts, more_time_words=more_time_words, signature=closing
    )
    can_reply = any(r.kind in WITH_REPLIES for r in reminders)
    pieces = [PIECES[r.kind](view, r) for r in reminders if r.kind in PIECES]
    pieces += [p for r in reminders if r.kind in READER_ATTACHMENTS and (p := _reader_attachment(view, r, person))]
    return Letter(
        cle,
        address,
        mail_subject,
        _compose_text(why, parts, more_time_words, closing),
        html,
        tuple(pieces),
        takes_replies=can_reply,
    )


def _and_the_rest(n: int) -> str:
    """What a subject says of the parts after the first."""
    return ("", ", et un autre sujet")[n] if n < 2 else f", et {n} autres sujets"


def _parties(view: View, reminders: Sequence[Reminder]) -> list[LetterPart]:
    """One part for each kind and campaign: what is urgent, what came due, and the week last."""
    by_kind: dict[tuple[str, str], list[Reminder]] = {}
    for r in sorted(reminders, key=lambda r: (_urgency_rank(r.kind), r.moment, r.cle)):
        by_kind.setdefault((r.kind, r.cle.campaign), []).append(r)
    return [PARTIES[kind](view, its_own) for (kind, _), its_own in by_kind.items()]


def _urgency_rank(kind: str) -> int:
    return 0 if kind in URGENT else 2 if kind == "hebdo" else 1


def _compose_text(why: str, parts: Sequence[LetterPart], more_time_words: str, closing: str) -> str:
    paragraphs = ["Bonjour,", why]
    for p in parts:
        paragraphs += [
            f"— {p.title} —" if len(parts) > 1 else "",
            "\n".join([p.sentence, *(f"  • {point}" for point in p.points)]),
            p.next_step,
        ]
    return "\n\n".join(b for b in (*paragraphs, more_time_words, closing) if b) + "\n"


def _reader_attachment(view: View, r: Reminder, person: Person) -> Piece | None:
    """What goes with a message as its reader may see it, asked in their name; none when nothing came."""
    intention, subject, maker = READER_ATTACHMENTS[r.kind](view, r)
    reply = reply_to(Question("", intention, subject), person, view, view)
    if not isinstance(reply.outcome, Told) or not reply.outcome.answer.received_so_far:
        return None
    if r.state and not r.state.lines_to_mend:
        return None
    try:
        return maker(reply)
    except UserError:
        return None


def trame(view: View, r: Reminder) -> Piece:
    """The trame of a GHT as it would be written now, with the lines already known."""
    d, ght = view.folder, r.cle.unite
    layout = TRAMES["paat"]
    members = [e.finess for e in d.territory.members(ght, r.campaign.situation)]
    lines, taken = expected_lines(view.db, d, r.campaign, members, layout, view.as_of)
    book = writing.prefilled(layout, ght, r.campaign, d, lines, taken)
    return Piece(writing.file_name_of(ght, r.campaign, d), sealed(book), XLSX)


PIECES: dict[str, Callable[[View, Reminder], Piece]] = {"ouverture": trame}
"""What goes with a kind of message, one for each territory it is about."""


def _picture(view: View, r: Reminder) -> tuple[str, Subject, Callable[[Reply], Piece]]:
    kind: ScopeKind = "ght" if r.cle.unite in view.folder.territory.ghts else "region"
    return "gains", Subject(Scope(kind, r.cle.unite), r.campaign.exercice), image


def _companion(_view: View, r: Reminder) -> tuple[str, Subject, Callable[[Reply], Piece]]:
    return "statut", Subject(Scope("ght", r.cle.unite), r.campaign.exercice, r.campaign.code), retour


READER_ATTACHMENTS = {ALERT: _picture, "accuse": _companion}
"""What goes with a kind of message according to its reader's rights: what is asked, and what makes the piece of its answer."""
