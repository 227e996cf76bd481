"""`vigie ask`: a question asked by hand, its answer in words, its picture and its workbook where they are wanted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import click

from bots import answering, terminal
from bots.answer_files import ANSWER_MAKERS
from bots.answer_json import reply_object
from bots.answer_words import MOST_SHOWN, reply_lines
from bots.grammar.question import AnswerForm
from bots.reply import Reply
from config import safe_write
from config.errors import UserError
from config.french import day
from config.json_keys import as_object
from jobs.command_line import DAY, PATH, json_option, open_workshop, vigie_command
from jobs.many_questions import answer_all
from jobs.wiring import Workshop
from sheets.register import asked
from sheets.writing.seal import is_untouched


@vigie_command("ask")
@click.argument("question", metavar="QUESTION", nargs=-1)
@click.option("--as", "email", metavar="EMAIL", help="Répondre comme à cette personne.")
@click.option("--as-of", "as_of", type=DAY, metavar="DATE", help="Ce qu'on aurait répondu ce jour-là.")
@click.option(
    "--incomprises",
    "show_not_understood",
    is_flag=True,
    help="Montre ce qui n'a pas été compris, sans dire qui l'a demandé.",
)
@json_option
@click.option("--image", type=PATH, metavar="FICHIER", help="Écrire aussi l'image de la réponse (PNG).")
@click.option("--xlsx", type=PATH, metavar="FICHIER", help="Écrire aussi les lignes du chiffre (feuille de calcul).")
@click.option(
    "--lot",
    "batch",
    type=PATH,
    metavar="FICHIER",
    help="Répondre à toutes les questions d'un CSV (conversation;profil;jour;question), un objet JSON par ligne.",
)
def command(
    question: tuple[str, ...], email: str | None, as_of: date | None, show_not_understood: bool, as_json: bool,
    image: Path | None, xlsx: Path | None, batch: Path | None,
) -> None:  # fmt: skip
    if batch:
        if question or show_not_understood or email or as_of or image or xlsx:
            raise UserError("--lot se donne seul (ou avec --json) : le fichier dit qui demande, quel jour, et quoi.")
        answer_all(open_workshop(), batch)
        return
    if bool(question) is show_not_understood:
        raise UserError(
            'Posez une question, par exemple : vigie ask "gains bfc 2021" ; ou seulement : vigie ask --incomprises'
        )
    if show_not_understood:
        questions_not_understood(open_workshop(), as_json)
    else:
        answer_question(open_workshop(), " ".join(question), email, as_of, as_json, {"image": image, "tableur": xlsx})


def answer_question(
    workshop: Workshop, question: str, email: str | None, as_of: date | None, as_json: bool, to: Mapping[AnswerForm, Path | None]
) -> None:  # fmt: skip
    """Answer a question, for someone, as of a day; `to` says where its picture and its workbook go, if anywhere."""
    limit = -1 if as_json else MOST_SHOWN
    reply = answering.answer_question(
        question, workshop.person(email), workshop.view(), workshop.current_time(), as_of, limit
    )
    if as_json:
        terminal.print_json(reply_object(reply))
    else:
        first, *next_lines = reply_lines(reply)
        terminal.write(first, "bold")
        for line in next_lines:
            terminal.write(line)
    _write_files(reply, to)


OPTIONS: dict[AnswerForm, str] = {"image": "--image FICHIER.png", "tableur": "--xlsx FICHIER.xlsx"}
"""Where the command line puts each form of an answer."""


def _write_files(reply: Reply, to: Mapping[AnswerForm, Path | None]) -> None:
    """Write what was asked as a file, and say where; asked in words without a place for it, say how."""
    what = reply.question.form
    if what in OPTIONS and not to.get(what):
        click.echo(f"Pour l'avoir en fichier, ajoutez {OPTIONS[what]}", err=True)
    for form, path in to.items():
        if path:
            piece = ANSWER_MAKERS[form](reply)
            safe_write.create(path, piece.raw_bytes, ours=is_untouched)
            click.echo(f"Écrit : {path}", err=True)
            if piece.alternative:
                click.echo(f"Ce que montre l'image : {piece.alternative}", err=True)


def questions_not_understood(workshop: Workshop, as_json: bool) -> None:
    """What people asked and was not understood, most frequent first; who asked is not said."""
    not_understood = asked.questions_not_understood(workshop.view().db)
    if as_json:
        terminal.print_json([{**as_object(i), "derniere": i.last_time.isoformat()} for i in not_understood])
    elif not not_understood:
        terminal.write("Tout ce qui a été demandé a été compris.", "green")
    else:
        terminal.print_table(
            ("Fois", "Dernière", "Question"), [(str(i.times), day(i.last_time), i.text) for i in not_understood], (0,)
        )
