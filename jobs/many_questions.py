"""`vigie ask --lot`: the questions of a file, in its order, one JSON object a line.

Remembers nothing in the register: questions follow one another inside the file alone, by conversation and by person.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click

from bots import terminal
from bots.answer_json import reply_object
from bots.answering import answer_after
from bots.understood import as_understood
from config.csv_tables import decode, separator_of
from config.errors import UserError
from config.french import count_words, enumeration, text_key
from jobs.wiring import Workshop
from reports.view import View
from sheets.cells import date_

COLUMNS = ("conversation", "profil", "jour", "question")


@dataclass(frozen=True, slots=True)
class Asked:
    """One row of the file: its line, its cells by column, and what is wrong with the row itself."""

    line: int
    cells: dict[str, str]
    wrong: str = ""


def answer_all(workshop: Workshop, file: Path) -> None:
    """Answer every question of a file on standard output. Raises UserError when the file as a whole cannot be read."""
    asked, today = read(file), workshop.view()
    memory: dict[tuple[str, str], dict[str, Any]] = {}
    mistakes = 0
    with terminal.progress_bar("Questions") as advance:
        for done, row in enumerate(asked, 1):
            said = _answer(workshop, today, row, memory)
            mistakes += "erreur" in said
            click.echo(json.dumps({"ligne": row.line, **said}, ensure_ascii=False))
            advance(done, len(asked))
    wrong = f", dont {count_words(mistakes, 'ligne en erreur', 'lignes en erreur')}" if mistakes else ""
    click.echo(f"{count_words(len(asked), 'question', 'questions')}{wrong}.", err=True)


def _answer(
    workshop: Workshop, today: View, row: Asked, memory: dict[tuple[str, str], dict[str, Any]]
) -> dict[str, Any]:  # fmt: skip
    """The answer to a row, or the sentence that says what is wrong with it; an empty conversation follows nothing."""
    conversation, profile, day, question = (row.cells.get(c, "") for c in COLUMNS)
    said = {"conversation": conversation, "question": question}
    thread = (conversation, profile.lower())
    try:
        if row.wrong or not question:
            raise UserError(row.wrong or "La colonne « question » est vide : écrivez-y une question.")
        person = workshop.person(profile or None)
        view = View(today.db, today.folder, _day(day)) if day else today
        reply, known = answer_after(memory.get(thread), question, person, view)
    except UserError as mistake:
        return {**said, "erreur": str(mistake)}
    if conversation and known:
        memory[thread] = known
    return {**said, **reply_object(reply), "comprise": as_understood(reply.question, reply.view)}


def _day(text: str) -> date:
    day = date_(text)
    if not isinstance(day, date):
        raise UserError(f"« {text} » dans « jour » n'est pas une date ; écrivez 2022-03-31 ou 31/03/2022.")
    return day


def read(file: Path) -> list[Asked]:
    """The rows of a file, blank ones left out. Raises UserError when it is missing or lacks a column."""
    if not file.is_file():
        raise UserError(f"Fichier introuvable : {file}.")
    text = decode(file.read_bytes())
    rows = csv.reader(io.StringIO(text), delimiter=separator_of(text))
    try:
        titles = [text_key(t).replace(" ", "_") for t in next(rows, [])]
        wrong = [c for c in COLUMNS if titles.count(c) != 1]
        if wrong:
            raise UserError(
                f"{file}, ligne 1 : colonnes absentes ou en double : {enumeration(wrong)}. Il en faut une de chaque : "
                f"{';'.join(COLUMNS)}."
            )
        return list(_rows(rows, titles))
    except csv.Error as fault:
        raise UserError(f"{file}, ligne {rows.line_num} : ce n'est pas un fichier CSV lisible.") from fault


def _rows(rows: Any, titles: list[str]) -> Iterator[Asked]:
    for cells in rows:
        if not any(c.strip() for c in cells):
            continue
        wrong = ""
        if len(cells) != len(titles):
            wrong = (
                f"Cette ligne a {count_words(len(cells), 'cellule', 'cellules')}, les titres en ont {len(titles)} : mettez "
                "entre guillemets une question qui contient le séparateur."
            )
        elif any("\n" in c for c in cells):
            wrong = "Une cellule court sur plusieurs lignes : un guillemet n'est sans doute pas refermé."
        yield Asked(rows.line_num, {t: c.strip() for t, c in zip(titles, cells, strict=False)}, wrong)
