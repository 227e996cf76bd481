"""Commands on trames: written, checked, handed back, mended, pulled; labels and territory learnt."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from config.errors import UserError
from jobs.cli.racine import PATH, common_options, vigie, workshop
from jobs.francais import FrenchCommand


@vigie.command(cls=FrenchCommand)
@click.argument("trame", metavar="TRAME")
@click.option("--ght", metavar="CODE", help="Le GHT à qui la trame est destinée.")
@click.option("--campagne", "campaign", metavar="CODE", required=True, help="La campagne, par exemple 2021-annuelle.")
@click.option(
    "-o", "--output", "output", type=PATH, metavar="FICHIER", help="Fichier (ou dossier, avec --all) à écrire."
)
@click.option("--all", "for_all", is_flag=True, help="Une trame pour chaque GHT de la région.")
@click.option("--vierge", "blank", is_flag=True, help="Sans les lignes déjà connues du registre.")
@common_options
def template(
    trame: str, ght: str | None, campaign: str, output: Path | None, for_all: bool, blank: bool, **options: Any
) -> None:
    """Écrit la trame d'un GHT, ou de tous ; les lignes déjà reçues ou reportées y sont, s'il y en a."""
    from jobs.commands import write_trames

    write_trames(workshop(**options), trame, None if for_all else ght or "", campaign, output, blank=blank)


@vigie.command(cls=FrenchCommand)
@click.argument("files", metavar="FICHIER…", nargs=-1, required=True, type=PATH)
@click.option("--json", "as_json", is_flag=True, help="Sortie pour les programmes.")
@common_options
def check(files: tuple[Path, ...], as_json: bool, **options: Any) -> None:
    """Juge des classeurs, sans registre. Code 0 : rien de bloquant ; 1 : constats bloquants ; 2 : illisible."""
    from jobs.commands import check_workbooks

    sys.exit(check_workbooks(workshop(**options), files, as_json))


@vigie.command(cls=FrenchCommand)
@click.argument("files", metavar="FICHIER…", nargs=-1, required=True, type=PATH)
@click.option("-o", "--output", "output", type=PATH, metavar="DOSSIER", help="Où écrire (à côté de chaque fichier).")
@common_options
def retour(files: tuple[Path, ...], output: Path | None, **options: Any) -> None:
    """Écrit pour chaque classeur un retour qui montre quoi corriger, cellule par cellule. Codes de sortie de check."""
    from jobs.retours import write_companions

    sys.exit(write_companions(workshop(**options), files, output))


@vigie.command("soigne", cls=FrenchCommand)
@click.argument("files", metavar="FICHIER…", nargs=-1, required=True, type=PATH)
@click.option("-o", "--output", "output", type=PATH, metavar="DOSSIER", help="Où écrire (à côté de chaque fichier).")
@click.option("--ght", metavar="CODE", default="", help="Le GHT, si le tampon du fichier a disparu ou se trompe.")
@click.option(
    "--campagne",
    "campaign",
    metavar="CODE",
    default="",
    help="La campagne de la trame propre, si ce n'est pas la sienne.",
)
@common_options
def repair(files: tuple[Path, ...], output: Path | None, ght: str, campaign: str, **options: Any) -> None:
    """Recopie une trame abîmée ou ancienne dans une trame propre, et dit ce qui a changé. Codes de sortie de check."""
    from jobs.retours import repair_trames

    sys.exit(repair_trames(workshop(**options), files, output, ght, campaign))


@vigie.command(cls=FrenchCommand)
@click.argument("sources", metavar="[SOURCE]…", nargs=-1, type=PATH)
@click.option("--json", "as_json", is_flag=True, help="Sortie pour les programmes.")
@click.option(
    "--pour-le-compte", "reason", metavar="TEXTE", default="", help="Trames saisies pour un GHT : pourquoi (appel…)."
)
@click.option("--as", "email", metavar="EMAIL", help="Qui les a saisies.")
@common_options
def pull(sources: tuple[Path, ...], as_json: bool, reason: str, email: str | None, **options: Any) -> None:
    """Relève les trames déposées : lit ce qui a changé, juge, enregistre. Code 1 si un fichier n'a pas pu être lu."""
    from jobs.commands import pull_sources

    sys.exit(pull_sources(workshop(**options), sources, as_json, reason, email))


@vigie.command("courrier", cls=FrenchCommand)
@click.option("--send", "send", is_flag=True, help="Prendre, répondre et ranger ; sans elle, montre ce qui le serait.")
@common_options
def read_mailbox(send: bool, **options: Any) -> None:
    """Relève les trames arrivées dans la boîte aux lettres (VIGIE_IMAP_URL), répond à chaque envoi, range ce qui est vu."""
    from jobs.taking_in.mails import show_mail

    show_mail(workshop(**options), send=send)


@vigie.command(cls=FrenchCommand)
@click.argument("written", metavar="[ÉCRIT]", required=False)
@click.argument("label", metavar="[LIBELLÉ]", required=False)
@common_options
def learn(written: str | None, label: str | None, **options: Any) -> None:
    """Montre les libellés inconnus des trames ; apprend qu'un libellé écrit en vaut un officiel."""
    from jobs.region_folder import learn as learns

    if written and not label:
        raise UserError('Dites aussi le libellé officiel : vigie learn "ÉCRIT" "LIBELLÉ OFFICIEL"')
    learns(workshop(**options), written, label)


@vigie.command(cls=FrenchCommand)
@click.argument("file", metavar="FICHIER", type=PATH)
@click.option(
    "--yes", "yes", is_flag=True, help="Mettre fin aux appartenances absentes de la liste ; sans elle, les montre."
)
@common_options
def territory(file: Path, yes: bool, **options: Any) -> None:
    """Charge les GHT et leurs membres depuis une liste officielle (CSV ou Excel). Sans --yes, ne met fin à aucune appartenance."""
    from jobs.region_folder import load_territory

    load_territory(workshop(**options), file, yes)


@vigie.command(cls=FrenchCommand)
@click.option("--out", "output", type=PATH, default=Path("out/demo"), metavar="DOSSIER", help="Où écrire (out/demo).")
@common_options
def demo(output: Path, **_options: Any) -> None:
    """La visite : trames vierges, trames remplies avec leurs fautes, relevé, tableau de la région, questions."""
    from jobs.demo.tour import run_tour

    run_tour(output)
