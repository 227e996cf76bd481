"""`vigie ask`: a question asked by hand, its answer in words, its picture and its workbook where they are wanted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import click

from bots import answering, console
from bots.answering import Rendu
from bots.documents import FABRIQUES
from bots.grammaire.question import Forme
from bots.messages import MONTRES
from config import safe_write
from config.langue import jour
from jobs.wiring import Atelier
from sheets.register import demandes


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
        console.ecrit(premiere, "bold")
        for ligne in suite:
            console.ecrit(ligne)
    _ecrit_les_fichiers(rendu, vers)


OPTIONS: dict[Forme, str] = {"image": "--image FICHIER.png", "tableur": "--xlsx FICHIER.xlsx"}
"""Where the command line puts each form of an answer."""


def _ecrit_les_fichiers(rendu: Rendu, vers: Mapping[Forme, Path | None]) -> None:
    """Write what was asked as a file, and say where; asked in words without a place for it, say how."""
    from sheets.template.seal import is_untouched

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
    dites = demandes.incomprises(atelier.vue().db)
    if en_json:
        click.echo(
            json.dumps(
                [{**i._asdict(), "derniere": i.derniere.isoformat()} for i in dites], ensure_ascii=False, indent=1
            )
        )
    elif not dites:
        console.ecrit("Tout ce qui a été demandé a été compris.", "green")
    else:
        console.tableau(
            ("Fois", "Dernière", "Question"), [(str(i.fois), jour(i.derniere), i.texte) for i in dites], (0,)
        )
