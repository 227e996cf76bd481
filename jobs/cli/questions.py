"""Commands that ask: questions, the state of the service, the chat."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from config.errors import UserError
from jobs.cli.racine import CHEMIN, Jour, atelier, communes, vigie
from jobs.francais import Commande


@vigie.command(cls=Commande)
@click.argument("question", metavar="QUESTION", nargs=-1)
@click.option("--as", "email", metavar="EMAIL", help="Répondre comme à cette personne.")
@click.option("--as-of", "au", type=Jour(), metavar="DATE", help="Ce qu'on aurait répondu ce jour-là.")
@click.option(
    "--incomprises", "incomprises_", is_flag=True, help="Montre ce qui n'a pas été compris, sans dire qui l'a demandé."
)
@click.option("--json", "en_json", is_flag=True, help="Sortie pour les programmes.")
@click.option("--image", type=CHEMIN, metavar="FICHIER", help="Écrire aussi l'image de la réponse (PNG).")
@click.option("--xlsx", type=CHEMIN, metavar="FICHIER", help="Écrire aussi les lignes du chiffre (feuille de calcul).")
@click.option(
    "--lot",
    type=CHEMIN,
    metavar="FICHIER",
    help="Répondre à toutes les questions d'un CSV (conversation;profil;jour;question), un objet JSON par ligne.",
)
@communes
def ask(
    question: tuple[str, ...], email: str | None, au: date | None, incomprises_: bool, en_json: bool,
    image: Path | None, xlsx: Path | None, lot: Path | None, **options: Any,
) -> None:  # fmt: skip
    """Répond à une question en français : « gains bfc 2021 par famille », « qui n'a pas remis ? », « pourquoi ? »."""
    from jobs.reponses import incomprises, repond

    if lot:
        from jobs.many_questions import answer_all

        if question or incomprises_ or email or au or image or xlsx:
            raise UserError("--lot se donne seul (ou avec --json) : le fichier dit qui demande, quel jour, et quoi.")
        answer_all(atelier(**options), lot)
        return
    if bool(question) is incomprises_:
        raise UserError(
            'Posez une question, par exemple : vigie ask "gains bfc 2021" ; ou seulement : vigie ask --incomprises'
        )
    if incomprises_:
        incomprises(atelier(**options), en_json)
    else:
        repond(atelier(**options), " ".join(question), email, au, en_json, {"image": image, "tableur": xlsx})


@vigie.command(cls=Commande)
@click.option("--json", "en_json", is_flag=True, help="Sortie pour les programmes.")
@click.option("--sante", "seule", is_flag=True, help="Dire seulement si le service vit : pour une supervision.")
@communes
def status(en_json: bool, seule: bool, **options: Any) -> None:
    """Dit ce qui a été relevé, quand, et ce qui ne va pas. Code 1 si quelque chose ne va pas."""
    from jobs.status import etat, sante

    sys.exit(sante(atelier(**options)) if seule else etat(atelier(**options), en_json))


@vigie.command(cls=Commande)
@communes
def doctor(**options: Any) -> None:
    """Examine les réglages, le dossier de la région, le registre, Slack et le courrier, une phrase chacun. Code 1 s'il y a à régler."""
    from jobs.diagnostic import examine

    sys.exit(examine(atelier(**options)))


@vigie.command(cls=Commande)
@communes
def slack(**options: Any) -> None:
    """Répond sur Slack jusqu'à Ctrl-C : /vigie, mentions, messages directs. Code 1 si Slack ne répond plus."""
    from jobs.chat import sors, tient_le_chat

    sors(tient_le_chat(atelier(**options)))
