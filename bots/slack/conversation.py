"""An event of a chat → the message that answers it: who asks, once, with their rights. Knows no chat's library.

Never opens a connection: what the chat knows of a person is handed in, what is to be said is handed back.
"""

from __future__ import annotations

import html
import logging
import re
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime

from bots.answer_files import ANSWER_MAKERS
from bots.answer_words import reply_lines
from bots.answering import answer_question
from bots.companion_to_chat import WITHOUT_TEXTS
from bots.next_questions import NextQuestion, next_questions
from bots.questions import BY_KEY
from bots.reply import Reply, Told
from bots.slack import answer_blocks, blocks, home_tab
from bots.slack.blocks import Message
from bots.slack.dropped_trame import Take
from config.errors import UserError
from config.rights import Person, Sight
from reports.answer import Answer
from reports.quality import rejections
from reports.view import Subject, View
from sheets.judging.once import Judge, once
from sheets.judging.workers import judge_all
from sheets.register import claimed_events
from sheets.register.acts import Main

MARKED = 4_000
"""Characters of a message that are looked at for Slack's own marks: a question is far shorter."""
COSTLIEST_SHOWN = 3
"""Findings shown under a figure."""
SERVICE = "slack"
UNKNOWN_PERSON = "Bonjour. Je ne vous connais pas encore : demandez à votre référent d'ajouter votre adresse à la liste des personnes."
BREAKDOWN = (
    "Je n'ai pas pu répondre, et c'est de mon fait. Réessayez dans un instant ; si cela se répète, donnez cette "
    "référence à votre référent : {reference}."
)
journal = logging.getLogger("vigie.chat")


@dataclass(frozen=True)
class BotHost:
    """What the bot needs of the house: a view of the register as it is now, closed after use, the clock, what takes a
    trame in, which is done to the right of this room, and what judges one, in expendable processes, and remembers it."""

    view: Callable[[], AbstractContextManager[View]]
    current_time: Callable[[], datetime]
    take: Take
    judge: Judge = field(default_factory=lambda: once(judge_all))
    robot: str = field(default_factory=lambda: uuid.uuid4().hex)
    """Which process answers: what another one left unanswered is taken up."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a chat says of someone. `email` is empty unless the chat vouches for it."""

    identifier: str
    email: str = ""


@dataclass(frozen=True, slots=True)
class ChatEvent:
    """Something said to the bot. `keys` are all the names under which it may be delivered again."""

    keys: tuple[str, ...]
    author: str
    text: str
    body: str = ""
    """What it takes to answer it later, should the process die first."""


Replier = Callable[[str, Person, View, datetime], Message]
"""What answers someone known, as the register is at that moment. Raises UserError for what it refuses."""


def handle_event(
    event: ChatEvent, host: BotHost, profile: Callable[[str], Profile], reply: Replier | None = None, *,
    again: bool = False,
) -> Message | None:  # fmt: skip
    """The answer to an event; None when it was already taken. What goes wrong is one sentence, whose reference is logged.

    `reply` is what answers it, a question in words unless said otherwise; what it refuses in a sentence is said. With
    `again`, it was claimed before, and never answered.
    """
    try:
        with host.view() as view:
            taken = claimed_events.take(view.db, event.keys, host.current_time(), event.body, host.robot) or again
            if not taken:
                return None
            person = who(profile(event.author), view)
            if person is None:
                return welcome_sentence()
            return _reply_or_refusal(reply or answer_message, event.text, person, view, host.current_time())
    except Exception:
        return breakdown()


def follow(host: BotHost, event: ChatEvent, state: str) -> None:
    """Keep what became of a question: « part », « échec », « doute », or nothing left to say of it (« dite »)."""
    try:
        with host.view() as view:
            claimed_events.settle(view.db, event.keys[0]) if state == "dite" else claimed_events.mark(
                view.db, event.keys[0], state
            )
    except Exception:
        journal.exception("Ce qu'est devenue une question n'a pas pu être noté.")


def _reply_or_refusal(reply: Replier, text: str, person: Person, view: View, current_time: datetime) -> Message:
    try:
        return reply(text, person, view, current_time)
    except UserError as refusal:
        return blocks.sentence(str(refusal))


def breakdown() -> Message:
    """The sentence for a fault of ours; to be called where it is caught: the fault is logged under the same reference."""
    reference = uuid.uuid4().hex[:8]
    journal.exception("Une question est restée sans réponse (référence %s).", reference)
    return blocks.sentence(BREAKDOWN.format(reference=reference))


def welcome_sentence() -> Message:
    return blocks.sentence(UNKNOWN_PERSON)


def who(profile: Profile, view: View) -> Person | None:
    """The person of the folder, by identifier first, else by the address that the chat vouches for."""
    persons = view.folder.persons
    by_identifier = next((p for p in persons.values() if p.slack and p.slack == profile.identifier), None)
    found_one = by_identifier or persons.get(profile.email.lower())
    # An identifier given in the folder is the only one: the same address on another account is somebody else.
    return None if found_one and found_one.slack not in ("", profile.identifier) else found_one


def answer_message(text: str, person: Person, view: View, current_time: datetime) -> Message:
    """What `vigie ask` would say to that person, as a message with the next questions, or as the file they asked for.

    Raises UserError when there is no such file for them.
    """
    reply = answer_question(question(text), person, view, current_time, limit=answer_blocks.MOST_LINES)
    message = _in_words(reply, person, view, current_time)
    maker = ANSWER_MAKERS.get(reply.question.form)
    if maker is None or not isinstance(reply.outcome, Told):
        return message
    # The figure in one sentence beside the file; its lines were asked as a file, not as a message.
    text = f"{message.text}\n{WITHOUT_TEXTS}" if reply.question.form == "retour" else message.text
    return replace(message, text=text, block_list=(), pieces=(maker(reply),))


def _in_words(reply: Reply, person: Person, view: View, current_time: datetime) -> Message:
    if not isinstance(reply.outcome, Told):
        next_tries = [NextQuestion(f"essai-{n}", p, p) for n, p in enumerate(reply.suggestions)]
        return blocks.sentence("\n".join(reply_lines(reply)), next_tries)
    answer, subject = reply.outcome.answer, reply.outcome.subject
    if reply.outcome.sight is not Sight.EVERYTHING:
        return answer_blocks.answer_message(answer, view.folder)
    costliest = _costliest_findings(answer, subject, view)
    shown_ones = [*answer.elements, *(costliest.elements if costliest else ())]
    choices = home_tab.choices(Main(view.db, view.folder, person, current_time), shown_ones)
    buttons = next_questions(BY_KEY[answer.intention].buttons, subject, view.folder)
    return answer_blocks.answer_message(answer, view.folder, buttons, costliest, choices)


def question(text: str) -> str:
    """What was typed, without the mention of the bot and Slack's own marks."""
    without_marks = re.sub(r"<[@#!][^>]*>", " ", text[:MARKED])
    without_links = re.sub(r"<[^|>]*\|([^>]*)>|<([^>]*)>", lambda m: m[1] or m[2] or "", without_marks)
    return " ".join(html.unescape(without_links).split())


def _costliest_findings(answer: Answer, subject: Subject, view: View) -> Answer | None:
    """The costliest findings, under a figure in euros that something was struck out of."""
    if not BY_KEY[answer.intention].of_a_total or not answer.totals.struck:
        return None
    try:
        found = rejections(view, replace(subject, limit=COSTLIEST_SHOWN, by=""))
    except UserError:
        return None
    return replace(found, elements=found.elements[:COSTLIEST_SHOWN])
