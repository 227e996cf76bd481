"""Commands that ask: questions, the state of the service, the chat."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from config.errors import UserError
from jobs.cli.racine import PATH, DayParam, common_options, vigie, workshop
from jobs.francais import FrenchCommand


@vigie.command(cls=FrenchCommand)
@click.argument("question", metavar="QUESTION", nargs=-1)
@click.option("--as", "email", metavar="EMAIL", help="Répondre comme à cette personne.")
@click.option("--as-of", "as_of", type=DayParam(), metavar="DATE", help="Ce qu'on aurait répondu ce jour-là.")
@click.option(
    "--incomprises",
    "show_not_understood",
    is_flag=True,
    help="Montre ce qui n'a pas été compris, sans dire qui l'a demandé.",
)
@click.option("--json", "as_json", is_flag=True, help="Sortie pour les programmes.")
@click.option("--image", type=PATH, metavar="FICHIER", help="Écrire aussi l'image de la réponse (PNG).")
@click.option("--xlsx", type=PATH, metavar="FICHIER", help="Écrire aussi les lignes du chiffre (feuille de calcul).")
@click.option(
    "--lot",
    type=PATH,
    metavar="FICHIER",
    help="Répondre à toutes les questions d'un CSV (conversation;profil;jour;question), un objet JSON par ligne.",
)
@common_options
def ask(
    question: tuple[str, ...], email: str | None, as_of: date | None, show_not_understood: bool, as_json: bool,
    image: Path | None, xlsx: Path | None, lot: Path | None, **options: Any,
) -> None:  # fmt: skip
    """Répond à une question en français : « gains bfc 2021 par famille », « qui n'a pas remis ? », « pourquoi ? »."""
    from jobs.reponses import answer_question, questions_not_understood

    if lot:
        from jobs.many_questions import answer_all

        if question or show_not_understood or email or as_of or image or xlsx:
            raise UserError("--lot se donne seul (ou avec --json) : le fichier dit qui demande, quel jour, et quoi.")
        answer_all(workshop(**options), lot)
        return
    if bool(question) is show_not_understood:
        raise UserError(
            'Posez une question, par exemple : vigie ask "gains bfc 2021" ; ou seulement : vigie ask --incomprises'
        )
    if show_not_understood:
        questions_not_understood(workshop(**options), as_json)
    else:
        answer_question(
            workshop(**options), " ".join(question), email, as_of, as_json, {"image": image, "tableur": xlsx}
        )


@vigie.command(cls=FrenchCommand)
@click.option("--json", "as_json", is_flag=True, help="Sortie pour les programmes.")
@click.option("--sante", "only_health", is_flag=True, help="Dire seulement si le service vit : pour une supervision.")
@common_options
def status(as_json: bool, only_health: bool, **options: Any) -> None:
    """Dit ce qui a été relevé, quand, et ce qui ne va pas. Code 1 si quelque chose ne va pas."""
    from jobs.status import says_alive, state

    sys.exit(says_alive(workshop(**options)) if only_health else state(workshop(**options), as_json))


@vigie.command(cls=FrenchCommand)
@common_options
def doctor(**options: Any) -> None:
    """Examine les réglages, le dossier de la région, le registre, Slack et le courrier, une phrase chacun. Code 1 s'il y a à régler."""
    from jobs.diagnostic import examine

    sys.exit(examine(workshop(**options)))


@vigie.command(cls=FrenchCommand)
@common_options
def slack(**options: Any) -> None:
    """Répond sur Slack jusqu'à Ctrl-C : /vigie, mentions, messages directs. Code 1 si Slack ne répond plus."""
    from jobs.chat import leave, run_the_chat

    leave(run_the_chat(workshop(**options)))
