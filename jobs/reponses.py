"""`vigie ask`: a question asked by hand, its answer in words, its picture and its workbook where they are wanted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import click

from bots import answering, terminal
from bots.answer_files import FABRIQUES
from bots.answer_words import MONTRES
from bots.answering import Rendu
from bots.grammar.question import Forme
from config import safe_write
from config.french import jour
from jobs.wiring import Atelier
from sheets.register import asked


def repond(
    atelier: Atelier, question: str, email: str | None, au: date | None, en_json: bool, vers: Mapping[Forme, Path | None]
) -> None:  # fmt: skip
    """Answer a question, for someone, as of a day; `vers` says where its picture and its workbook go, if anywhere."""
    limite = -1 if en_json else MONTRES
    rendu = answering.rend(question, atelier.personne(email), atelier.vue(), atelier.maintenant(), au, limite)
    if en_json:
        click.echo(json.dumps(rendu.objet, ensure_ascii=False, indent=1))
    else:
        premiere, *suite = str(rendu.objet["texte"]).split("\n")
        terminal.ecrit(premiere, "bold")
        for ligne in suite:
            terminal.ecrit(ligne)
    _ecrit_les_fichiers(rendu, vers)


OPTIONS: dict[Forme, str] = {"image": "--image FICHIER.png", "tableur": "--xlsx FICHIER.xlsx"}
"""Where the command line puts each form of an answer."""


def _ecrit_les_fichiers(rendu: Rendu, vers: Mapping[Forme, Path | None]) -> None:
    """Write what was asked as a file, and say where; asked in words without a place for it, say how."""
    from sheets.writing.seal import is_untouched

    quoi = rendu.question.forme
    if quoi in OPTIONS and not vers.get(quoi):
        click.echo(f"Pour l'avoir en fichier, ajoutez {OPTIONS[quoi]}", err=True)
    for forme, chemin in vers.items():
        if chemin:
            piece = FABRIQUES[forme](rendu)
            safe_write.create(chemin, piece.octets, ours=is_untouched)
            click.echo(f"Écrit : {chemin}", err=True)
            if piece.alternative:
                click.echo(f"Ce que montre l'image : {piece.alternative}", err=True)


def incomprises(atelier: Atelier, en_json: bool) -> None:
    """What people asked and was not understood, most frequent first; who asked is not said."""
    dites = asked.incomprises(atelier.vue().db)
    if en_json:
        click.echo(
            json.dumps(
                [{**i._asdict(), "derniere": i.derniere.isoformat()} for i in dites], ensure_ascii=False, indent=1
            )
        )
    elif not dites:
        terminal.ecrit("Tout ce qui a été demandé a été compris.", "green")
    else:
        terminal.tableau(
            ("Fois", "Dernière", "Question"), [(str(i.fois), jour(i.derniere), i.texte) for i in dites], (0,)
        )
