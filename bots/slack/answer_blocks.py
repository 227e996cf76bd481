"""An answer → Slack's Block Kit: the figure first, on what it stands, then its lines, then what to ask next. Pure.

A chat is hosted elsewhere: no text that someone typed in a trame ever gets in here (see `sayable.outside`).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bots import answer_words
from bots.amount_words import attained
from bots.next_questions import NextQuestion
from bots.questions import BY_KEY
from bots.slack import blocks
from bots.slack.blocks import Block, LineChoice, Message, paragraph, parts, section
from config.folder import Folder
from config.french import count_words, day, rate, rounded_amount
from reports.answer import Answer
from reports.sayable import outside

MOST_LINES = 30
"""Lines behind a figure that a message shows; the command line has them all."""


def answer_message(
    answer: Answer,
    folder: Folder,
    next_questions: Sequence[NextQuestion] = (),
    costliest: Answer | None = None,
    choices: Sequence[LineChoice] = (),
) -> Message:
    """An answer for the chat. `costliest` is the answer to « rejets », whose first lines come along; `choices` are the lines
    on which its reader may act."""
    r = outside(answer, folder)
    title, first = _title(r), answer_words.first_line(r, folder)
    said_besides = [answer_words.withheld(r), "\n".join(map(answer_words.heavy, r.heavy))]
    block_list = [
        blocks.header(title),
        paragraph(first),
        blocks.fields_block(_facts(r)),
        *map(paragraph, filter(None, said_besides)),
        *_lines_blocks(r),
        *map(paragraph, filter(None, [answer_words.closed(r)])),
        *(_findings_blocks(outside(costliest, folder)) if costliest and costliest.elements else []),
        *blocks.choices_block(choices),
    ]
    return blocks.message(f"{title} · {first}", [*block_list, *blocks.buttons(next_questions)])


def _title(r: Answer) -> str:
    """The figure, as one says it aloud, with what it counts; the name of what was asked when there is none to say."""
    asked = BY_KEY[r.intention]
    if "valeur" in r.mask:
        return "Chiffre non communiqué"
    if asked.title and (own := asked.title(r)):
        return own
    if r.value is None:
        return f"{asked.metric.name[0].upper()}{asked.metric.name[1:]} : pas de chiffre"
    return rate(Decimal(r.value)) if r.unit == "taux" else rounded_amount(int(r.value))


def _facts(r: Answer) -> list[tuple[str, str]]:
    """On what the figure stands: objective and attainment, what was declared, trames, days. Nothing its words do not say."""
    received = f"{count_words(r.received_so_far, 'reçue')} sur {r.expected_trames}"
    facts = [
        *(_amounts(r) if BY_KEY[r.intention].of_a_total and not r.mask.keys() & {"valeur", "retenu"} else []),
        ("Trames", received if r.expected_trames else answer_words.NOBODY_EXPECTED),
        ("Reçues", answer_words.received_days(r)),
        ("Dont provisoire", f"{rounded_amount(r.provisional)} ({answer_words.PROVISIONAL})" if r.provisional else ""),
        ("Au", f"{day(r.as_of)}, {answer_words.campaigns(r)}"),
    ]
    return [(title, said) for title, said in facts if said]


def _amounts(r: Answer) -> list[tuple[str, str]]:
    """What a total stands on; nothing when nothing was received, or of an objective that nobody knows."""
    if r.nothing_received or r.value is None:
        return []
    t, declared = r.totals, BY_KEY[r.intention].declared_too and r.totals.struck and "declare" not in r.mask
    shared_out = " (réparti)" if r.objective and r.objective.shared_out else ""
    return [
        ("Retenu", rounded_amount(t.kept)),
        ("Déclaré", rounded_amount(t.declared) if declared else ""),
        ("Sous alerte", rounded_amount(r.under_alert) if r.under_alert else ""),
        (f"Objectif{shared_out}", rounded_amount(r.objective.amount) if r.objective else ""),
        ("Atteint à", attained(r)),
    ]


def _lines_blocks(r: Answer) -> list[Block]:
    """The lines behind the figure, and how many more there are."""
    said, rest = answer_words.shown(r, MOST_LINES)
    lines = [f"• {blocks.escaped(words)}" for words in said]
    if rest and lines:
        end = "ne se montre pas ici" if rest < 2 else "ne se montrent pas ici"
        lines.append(f"… {count_words(rest, 'autre ligne', 'autres lignes')} {end}.")
    return [section(part) for part in parts("\n".join(lines))]


def _findings_blocks(costliest: Answer) -> list[Block]:
    lines = [f"• {blocks.escaped(answer_words.element(e, costliest))}" for e in costliest.elements]
    return [
        {"type": "divider"},
        section(blocks.cut("\n".join(["*Constats les plus coûteux*", *lines]), blocks.SECTION)),
    ]
