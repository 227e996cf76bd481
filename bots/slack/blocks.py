"""Answers → Slack's Block Kit: the figure first, on what it stands, then its lines, then what to ask next. Pure.

A chat is hosted elsewhere: no text that someone typed in a trame ever gets in here, only totals, codes and cell
addresses. A label is shown when it is one of ours (folder, catalogue of checks), else its line is named by its reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from bots.answer_words import closed
from bots.letters.letter import Piece
from config.folder import Folder
from config.french import NO_RATE, count_words, day, euros, rate, rounded_amount
from reports.changes import CAUSES
from reports.sayable import known_labels, sayable_cell, sayable_reference
from reports.todo import TASK_CODES
from sheets.checks import CATALOGUE

MOST_BLOCKS, LONGEST_HEADER, SECTION, LONGEST_FIELD, LONGEST_BUTTON, VALUE = 50, 150, 3000, 2000, 75, 2000
"""What Slack takes: blocks in a message; characters in a header, a section, a field, a button's words and its value."""
MOST_FIELDS = 10
MOST_LINES = 30
"""Lines behind a figure that a message shows; the command line has them all."""
FALLBACK = 300
"""Characters of the text that notifications show in place of the blocks."""

Block = dict[str, Any]
AnswerObject = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NextQuestion:
    """A button: its words, and the question it asks; `confirmation` is what is said before it is taken at its word."""

    cle: str
    words: str
    question: str
    confirmation: str = ""


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


def sentence(text: str, next_questions: Sequence[NextQuestion] = ()) -> Message:
    """A message of words, as many sections as it takes, then what may be asked instead."""
    block_list = [_section(part) for part in _parts(_escaped(text))]
    return Message(_cut(_escaped(text), FALLBACK), _numbered_blocks([*block_list, *_buttons(next_questions)]))


def letter(title: str, text: str, name: str, buttons: Sequence[Block] = ()) -> Message:
    """A letter: its header bears a name of its own, by which it can be found again."""
    header = {
        "type": "header",
        "block_id": name,
        "text": {"type": "plain_text", "text": _cut(_escaped(title), LONGEST_HEADER), "emoji": False},
    }
    body = sentence(text).block_list[: MOST_BLOCKS - 1 - len(buttons)]
    return Message(_cut(_escaped(title), FALLBACK), (header, *body, *buttons))


def answer(
    answer_object: AnswerObject,
    folder: Folder,
    next_questions: Sequence[NextQuestion] = (),
    costliest: AnswerObject | None = None,
    choices: Sequence[LineChoice] = (),
) -> Message:
    """An answer of `vigie ask` for the chat. `costliest` is the answer to « rejets », whose first lines come along; `choices`
    are the lines on which its reader may act."""
    if "unite" not in answer_object:
        return sentence(str(answer_object["texte"]))
    title, first = (
        _escaped(_figure(answer_object)),
        _escaped(without_reason(str(answer_object["texte"]).partition("\n")[0])),
    )
    block_list = [
        {"type": "header", "text": {"type": "plain_text", "text": _cut(title, LONGEST_HEADER), "emoji": False}},
        _section(_cut(first, SECTION)),
        _fields_block(_facts(answer_object)),
        *_closed(answer_object),
        *_heavy(answer_object),
        *_lines_blocks(answer_object, folder),
        *(_findings_blocks(costliest, folder) if costliest and costliest["lignes"] else []),
        *_choices_block(choices),
    ]
    return Message(_cut(f"{title} · {first}", FALLBACK), _numbered_blocks([*block_list, *_buttons(next_questions)]))


def header(text: str) -> Block:
    """A title in words of ours."""
    return {
        "type": "header",
        "text": {"type": "plain_text", "text": _cut(_escaped(text), LONGEST_HEADER), "emoji": False},
    }


def paragraph(text: str) -> Block:
    """Words of ours in one section, cut when they are too long for it."""
    return _section(_cut(_escaped(text), SECTION))


def verdict(
    title: str, facts: Sequence[tuple[str, str]], all_said: Sequence[str], next_questions: Sequence[NextQuestion]
) -> Message:
    """What is thought of a file: in brief, its amounts, its rules, what may be done of it."""
    sections = [_section(part) for said in all_said for part in _parts(_escaped(said))]
    return Message(
        _cut(_escaped(title), FALLBACK),
        _numbered_blocks([header(title), _fields_block(facts), *sections, *_buttons(next_questions)]),
    )


def together(messages: Sequence[Message]) -> Message:
    """Several messages as one, with the files of all."""
    return Message(
        _cut(" · ".join(m.text for m in messages), FALLBACK),
        _numbered_blocks(b for m in messages for b in m.block_list),
        pieces=tuple(p for m in messages for p in m.pieces),
    )


def _figure(o: AnswerObject) -> str:
    """The figure, as one says it aloud, with what it counts."""
    value = o["valeur"]
    if value is None:
        return "Chiffre non communiqué" if o.get("masque") else "Chiffre inconnu"
    if o["unite"] == "EUR":
        words = {"gains": " retenus", "pourquoi": "" if o.get("chiffre") else " retenus", "rejets": " retirés", "changements": " d'écart",
                "objectif": " d'objectif"}  # fmt: skip
        sign_shown = "+" if o["intention"] == "changements" and Decimal(value) > 0 else ""
        return sign_shown + rounded_amount(cents(value)) + words.get(o["intention"], "")
    if o["unite"] == "taux":
        return rate(Decimal(str(value)))
    if o["unite"] == "constats":
        return count_words(int(value), "constat")
    if o["intention"] == "taches":
        return count_words(int(value), "chose à faire", "choses à faire")
    if o["unite"] == "trames":
        lists_missing = o["intention"] == "retards"
        return count_words(int(value), "trame manquante" if lists_missing else "trame remise",
                      "trames manquantes" if lists_missing else "trames remises")  # fmt: skip
    return str(value)


def _facts(o: AnswerObject) -> list[tuple[str, str]]:
    """Objective and attainment, declared and kept, trames, day: on what every figure stands."""
    received_so_far, expected_trames = o["trames"]["recues"], o["trames"]["attendues"]
    said = (("Retenu", o["totaux"]["gain_retenu"]), ("Déclaré", o["declare"]))
    facts = [(words, rounded_amount(cents(amount))) for words, amount in said if amount is not None]
    if under := cents(o.get("sous_alerte") or 0):
        without = o.get("retenu_hors_alerte")
        beside = f" ; hors alerte {rounded_amount(cents(without))}" if without is not None else ""
        facts.append(("Sous alerte", f"{rounded_amount(under)}{beside}"))
    if o["objectif"] is not None:
        shared_out = " (réparti)" if o["objectif_reparti"] else ""
        facts.append((f"Objectif{shared_out}", rounded_amount(cents(o["objectif"]))))
        attained = o["taux_atteinte"]
        facts.append(("Atteint à", rate(Decimal(str(attained))) if attained is not None else NO_RATE))
    facts.append(("Trames", f"{count_words(received_so_far, 'reçue')} sur {expected_trames}"))
    if provisional := cents(o["dont_provisoire"] or 0):
        facts.append(("Dont provisoire", f"{rounded_amount(provisional)} (trames vues, pas encore remises)"))
    if adjustment := cents(o["ajustement"]):
        facts.append(("Ajustement", rounded_amount(adjustment)))
    return [*facts, ("Au", f"{day(date.fromisoformat(o['au']))}, {' et '.join(o['campagnes']) or o['campagne']}")]


def _closed(o: AnswerObject) -> list[Block]:
    """What is rounded, and what is withheld with its reason."""
    said = closed(cents(o.get("arrondi") or 0), {m["chiffre"]: m["motif"] for m in o.get("masque") or ()})
    return [_section(_escaped(said))] if said else []


def _heavy(o: AnswerObject) -> list[Block]:
    """The lines that alone make much of the total, by their place."""
    said_ones = [
        f"Une seule ligne fait {euros(cents(e['valeur']))} de ce total  [{place}]"
        for e in o.get("lignes_qui_pesent", ())
        if (place := _place(e))
    ]
    return [_section(_escaped("\n".join(said_ones)))] if said_ones else []


def _place(e: AnswerObject) -> str:
    """« 2021-annuelle/390780146/0042 · S44 », as far as it may be said."""
    places = (sayable_reference(str(e.get("reference", ""))), sayable_cell(str(e.get("cellule", ""))))
    return " · ".join(filter(None, places))


def _lines_blocks(o: AnswerObject, folder: Folder) -> list[Block]:
    if o["intention"] == "statut" and o["trames"]["attendues"] == 1:
        return []  # the sentence says it already
    said_ones = [f"• {_escaped(words)}" for e in o["lignes"][:MOST_LINES] if (words := line(e, o, folder))]
    line_count = int(o["faits"].get("lignes", o["faits"].get("constats", len(o["lignes"]))))
    if rest := max(line_count, len(o["lignes"])) - len(said_ones):
        end = "ne se montre pas ici" if rest < 2 else "ne se montrent pas ici"
        said_ones += [f"… {count_words(rest, 'autre ligne', 'autres lignes')} {end}."] if said_ones else []
    return [_section(part) for part in _parts("\n".join(said_ones))]


def _findings_blocks(costliest: AnswerObject, folder: Folder) -> list[Block]:
    said_ones = [f"• {_escaped(words)}" for e in costliest["lignes"] if (words := line(e, costliest, folder))]
    return [{"type": "divider"}, _section(_cut("\n".join(["*Constats les plus coûteux*", *said_ones]), SECTION))]


def line(e: AnswerObject, o: AnswerObject, folder: Folder) -> str:
    """One line: what names it without quoting anyone, its euros, its state, its cell. Empty when nothing may be said."""
    name = _name(e, folder)
    if not name:
        return ""
    words = [name]
    if e.get("valeur") is not None and o["unite"] == "EUR":
        exact = "cellule" in e or o["intention"] in ("changements", "rejets")
        words.append(euros(cents(e["valeur"])) if exact else rounded_amount(cents(e["valeur"])))
        if under := cents(e.get("sous_alerte", 0)):
            words[-1] += f", dont {rounded_amount(under)} sous alerte"
    words += filter(None, [_state_of(str(e.get("precision", "")), o["intention"])])
    address = _place(e)
    return " — ".join(words) + (f"  [{address}]" if address else "")


def _name(e: AnswerObject, folder: Folder) -> str:
    """What names a line: its check, its cause, its établissement, or a label of ours; empty when it is none of them."""
    code, label = str(e.get("code", "")), str(e["libelle"])
    if code in CATALOGUE:
        return f"{CATALOGUE[code].title} ({code})"
    if code in CAUSES:
        return f"Ligne {CAUSES[code]}" if "cellule" in e else label
    if code in TASK_CODES:
        return label
    if code == "decision":
        return "Ligne retirée par décision"
    if "cellule" in e:
        etablissement = folder.territory.etablissements.get(_finess(e))
        return etablissement.name if etablissement else "Ligne"
    return label if label in known_labels(folder) else ""


def _state_of(precision: str, intention: str) -> str:
    """What is said beside a line, without the reason that someone wrote."""
    if intention in ("statut", "retards", "gains", "taches"):
        return without_reason(precision)
    if intention == "alertes":
        return precision.partition(" ;")[0]  # the tabs named after it bear the names that people gave them
    sign_shown = next((m for m in ("retirée", "gardée") if precision.startswith(m)), "")
    report = re.search(r"report de \d{4}-[a-z-]+$", precision)
    return ", ".join(filter(None, (sign_shown, report[0] if report else "")))


def without_reason(text: str) -> str:
    """A state without the words of whoever entered it on somebody's behalf."""
    return re.sub(r"(saisie pour son compte) \(.*\)", r"\1", text, flags=re.DOTALL)


def _finess(e: AnswerObject) -> str:
    return str(e.get("reference", "")).partition("/")[2].partition("/")[0]


def _buttons(next_questions: Sequence[NextQuestion]) -> list[Block]:
    buttons = [_button(s) for s in next_questions if len(s.question) <= VALUE]
    return [{"type": "actions", "elements": buttons}] if buttons else []


def _choices_block(choices: Sequence[LineChoice]) -> list[Block]:
    """The lines to choose from: each opens its form."""
    options = [
        {"text": {"type": "plain_text", "text": _cut(c.words, LONGEST_BUTTON), "emoji": False}, "value": c.value}
        for c in choices[:MOST_LINES]
        if len(c.value) <= LONGEST_BUTTON
    ]
    if not options:
        return []
    drop_down = {"type": "static_select", "action_id": "bureau-geste", "options": options,
             "placeholder": {"type": "plain_text", "text": "Choisir une ligne", "emoji": False}}  # fmt: skip
    return [{**_section("Agir sur une de ces lignes :"), "accessory": drop_down}]


def _button(s: NextQuestion) -> Block:
    button: Block = {"type": "button", "action_id": f"vigie-{s.cle}", "value": s.question, "text": _simple(s.words)}
    if s.confirmation:
        words = {"title": s.words, "text": s.confirmation, "confirm": "Oui", "deny": "Non"}
        button["confirm"] = {name: _simple(said, 300 if name == "text" else 30) for name, said in words.items()}
    return button


def _simple(text: str, at_most: int = LONGEST_BUTTON) -> Block:
    return {"type": "plain_text", "text": _cut(text, at_most), "emoji": False}


def _section(text: str) -> Block:
    # verbatim: Slack looks for no link, channel or person in what is written
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _fields_block(facts: Sequence[tuple[str, str]]) -> Block:
    fields = [
        {"type": "mrkdwn", "text": _cut(f"*{title}*\n{_escaped(value)}", LONGEST_FIELD), "verbatim": True}
        for title, value in facts[:MOST_FIELDS]
    ]
    return {"type": "section", "fields": fields}


def _numbered_blocks(block_list: Iterable[Block]) -> tuple[Block, ...]:
    """At most as many as Slack takes, each with a name of its own; the last one, buttons or not, is always there."""
    all_of_them = list(block_list)
    kept_ones = all_of_them if len(all_of_them) <= MOST_BLOCKS else [*all_of_them[: MOST_BLOCKS - 1], all_of_them[-1]]
    return tuple({**b, "block_id": f"vigie-{rank}"} for rank, b in enumerate(kept_ones))


def _parts(text: str) -> list[str]:
    """A text in pieces that each fit a section, cut between lines where they can be."""
    parts: list[str] = []
    for line in text.split("\n"):
        short = _cut(line, SECTION)
        if parts and len(parts[-1]) + len(short) < SECTION:
            parts[-1] += f"\n{short}"
        else:
            parts.append(short)
    return [p for p in (p.strip("\n") for p in parts) if p.strip()]


def _escaped(text: str) -> str:
    """Slack's three signs escaped; an @ followed by nothing Slack could call; no control character."""
    without = text
    if not "".join(text.split()).isprintable():  # nearly never: spared the look at each character
        without = "".join(c if c.isprintable() or c.isspace() else " " for c in text)
    escaped = without.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("@", "@\N{WORD JOINER}")


def _cut(text: str, at_most: int) -> str:
    """The text, cut with « … » when too long, never in the middle of an escaped sign."""
    if len(text) <= at_most:
        return text
    return re.sub(r"&[a-z]{0,4}$", "", text[: at_most - 1]) + "…"


def cents(typed_euros: Any) -> int:
    """Euros as the answers write them → cents."""
    return int(Decimal(str(typed_euros)) * 100)
