"""Messages due to one person → one letter: the parts in order, as text and as HTML, and their pieces.

Never delivers it, and never decides that it is due.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bots.letters.letter import Letter
from bots.letters.message_kinds import KINDS
from bots.letters.reminder_words import LetterPart, in_their_place, more_time, signature
from config.ladder import takes_replies
from config.rights import Person
from reports.due.reminders import Reminder
from reports.view import View

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), undefined=StrictUndefined, autoescape=True
)


def letter(view: View, reminders: Sequence[Reminder], person: Person, key: str, address: str) -> Letter:
    """One letter for everything due to someone; its subject is that of its first part. The trames are those of now."""
    parts, closing = _parties(view, reminders), signature(view, reminders)
    with_time = [r for r in reminders if KINDS[r.kind].may_ask_for_time]
    why, more_time_words = in_their_place(view, reminders), more_time(view, with_time, person)
    mail_subject = parts[0].title + _and_the_rest(len(parts) - 1)
    html = _PAGES.get_template("lettre.html.j2").render(
        mail_subject=mail_subject, why=why, parts=parts, more_time_words=more_time_words, signature=closing
    )
    can_reply = any(takes_replies(r.kind) for r in reminders)
    in_order = sorted(reminders, key=lambda r: list(KINDS).index(r.kind))
    pieces = [p for r in in_order if (p := KINDS[r.kind].piece(view, r, person))]
    return Letter(
        key,
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
    for r in sorted(reminders, key=lambda r: (KINDS[r.kind].place.value, r.moment, r.key)):
        by_kind.setdefault((r.kind, r.key.campaign), []).append(r)
    return [KINDS[kind].words(view, its_own) for (kind, _), its_own in by_kind.items()]


def _compose_text(why: str, parts: Sequence[LetterPart], more_time_words: str, closing: str) -> str:
    paragraphs = ["Bonjour,", why]
    for p in parts:
        paragraphs += [
            f"— {p.title} —" if len(parts) > 1 else "",
            "\n".join([p.sentence, *(f"  • {point}" for point in p.points)]),
            p.next_step,
        ]
    return "\n\n".join(b for b in (*paragraphs, more_time_words, closing) if b) + "\n"
