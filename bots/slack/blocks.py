"""Slack's Block Kit: messages, sections, buttons, each within what Slack takes, nothing in them that Slack could call. Pure.

Never says anything of its own: an answer is laid out by `answer_blocks`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bots.next_questions import NextQuestion
from bots.piece import Piece

MOST_BLOCKS, LONGEST_HEADER, SECTION, LONGEST_FIELD, LONGEST_BUTTON, VALUE = 50, 150, 3000, 2000, 75, 2000
"""What Slack takes: blocks in a message; characters in a header, a section, a field, a button's words and its value."""
MOST_FIELDS = 10
MOST_LINES = 30
"""Lines behind a figure that a message shows; the command line has them all."""
FALLBACK = 300
"""Characters of the text that notifications show in place of the blocks."""

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LineChoice:
    """A line on which whoever reads may act: the form it opens, and how it is named."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: blocks, and the text that stands in for them in a notification."""

    text: str
    block_list: tuple[Block, ...]
    pieces: tuple[Piece, ...] = ()
    """Files that go with it, to its addressee alone."""


def message(text: str, block_list: Iterable[Block]) -> Message:
    """Blocks, and the words that stand in for them."""
    return Message(cut(escaped(text), FALLBACK), numbered_blocks(block_list))


def sentence(text: str, next_questions: Sequence[NextQuestion] = ()) -> Message:
    """A message of words, as many sections as it takes, then what may be asked instead."""
    block_list = [section(part) for part in parts(escaped(text))]
    return message(text, [*block_list, *buttons(next_questions)])


def letter(title: str, text: str, name: str, buttons: Sequence[Block] = ()) -> Message:
    """A letter: its header bears a name of its own, by which it can be found again."""
    header = {
        "type": "header",
        "block_id": name,
        "text": {"type": "plain_text", "text": cut(escaped(title), LONGEST_HEADER), "emoji": False},
    }
    body = sentence(text).block_list[: MOST_BLOCKS - 1 - len(buttons)]
    return Message(cut(escaped(title), FALLBACK), (header, *body, *buttons))


def header(text: str) -> Block:
    """A title in words of ours."""
    return {
        "type": "header",
        "text": {"type": "plain_text", "text": cut(escaped(text), LONGEST_HEADER), "emoji": False},
    }


def paragraph(text: str) -> Block:
    """Words of ours in one section, cut when they are too long for it."""
    return section(cut(escaped(text), SECTION))


def verdict(
    title: str, facts: Sequence[tuple[str, str]], all_said: Sequence[str], next_questions: Sequence[NextQuestion]
) -> Message:
    """What is thought of a file: in brief, its amounts, its rules, what may be done of it."""
    sections = [section(part) for said in all_said for part in parts(escaped(said))]
    return message(title, [header(title), fields_block(facts), *sections, *buttons(next_questions)])


def together(messages: Sequence[Message]) -> Message:
    """Several messages as one, with the files of all."""
    return Message(
        cut(" · ".join(m.text for m in messages), FALLBACK),
        numbered_blocks(b for m in messages for b in m.block_list),
        pieces=tuple(p for m in messages for p in m.pieces),
    )


def buttons(next_questions: Sequence[NextQuestion]) -> list[Block]:
    elements = [_button(s) for s in next_questions if len(s.question) <= VALUE]
    return [{"type": "actions", "elements": elements}] if elements else []


def choices_block(choices: Sequence[LineChoice]) -> list[Block]:
    """The lines to choose from: each opens its form."""
    options = [
        {"text": {"type": "plain_text", "text": cut(c.words, LONGEST_BUTTON), "emoji": False}, "value": c.value}
        for c in choices[:MOST_LINES]
        if len(c.value) <= LONGEST_BUTTON
    ]
    if not options:
        return []
    drop_down = {"type": "static_select", "action_id": "bureau-geste", "options": options,
             "placeholder": {"type": "plain_text", "text": "Choisir une ligne", "emoji": False}}  # fmt: skip
    return [{**section("Agir sur une de ces lignes :"), "accessory": drop_down}]


def _button(s: NextQuestion) -> Block:
    button: Block = {"type": "button", "action_id": f"vigie-{s.key}", "value": s.question, "text": _simple(s.words)}
    if s.confirmation:
        words = {"title": s.words, "text": s.confirmation, "confirm": "Oui", "deny": "Non"}
        button["confirm"] = {name: _simple(said, 300 if name == "text" else 30) for name, said in words.items()}
    return button


def _simple(text: str, at_most: int = LONGEST_BUTTON) -> Block:
    return {"type": "plain_text", "text": cut(text, at_most), "emoji": False}


def section(text: str) -> Block:
    # verbatim: Slack looks for no link, channel or person in what is written
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def fields_block(facts: Sequence[tuple[str, str]]) -> Block:
    fields = [
        {"type": "mrkdwn", "text": cut(f"*{title}*\n{escaped(value)}", LONGEST_FIELD), "verbatim": True}
        for title, value in facts[:MOST_FIELDS]
    ]
    return {"type": "section", "fields": fields}


def numbered_blocks(block_list: Iterable[Block]) -> tuple[Block, ...]:
    """At most as many as Slack takes, each with a name of its own; the last one, buttons or not, is always there."""
    all_of_them = list(block_list)
    kept_ones = all_of_them if len(all_of_them) <= MOST_BLOCKS else [*all_of_them[: MOST_BLOCKS - 1], all_of_them[-1]]
    return tuple({**b, "block_id": f"vigie-{rank}"} for rank, b in enumerate(kept_ones))


def parts(text: str) -> list[str]:
    """A text in pieces that each fit a section, cut between lines where they can be."""
    parts: list[str] = []
    for line in text.split("\n"):
        short = cut(line, SECTION)
        if parts and len(parts[-1]) + len(short) < SECTION:
            parts[-1] += f"\n{short}"
        else:
            parts.append(short)
    return [p for p in (p.strip("\n") for p in parts) if p.strip()]


def escaped(text: str) -> str:
    """Slack's three signs escaped; an @ followed by nothing Slack could call; no control character."""
    without = text
    if not "".join(text.split()).isprintable():  # nearly never: spared the look at each character
        without = "".join(c if c.isprintable() or c.isspace() else " " for c in text)
    escaped = without.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("@", "@\N{WORD JOINER}")


def cut(text: str, at_most: int) -> str:
    """The text, cut with « … » when too long, never in the middle of an escaped sign."""
    if len(text) <= at_most:
        return text
    return re.sub(r"&[a-z]{0,4}$", "", text[: at_most - 1]) + "…"
