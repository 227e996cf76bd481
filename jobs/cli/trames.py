"""Commands on trames: written, checked, handed back, mended, pulled; labels and territory learnt."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from config.errors import UserError
from jobs.cli.racine import CHEMIN, atelier, communes, vigie
from jobs.francais import Commande


@vigie.command(cls=Commande)
@click.argument("trame", metavar="TRAME")
@click.option("--ght", metavar="CODE", help="Le GHT à qui la trame est destinée.")
@click.option("--campagne", metavar="CODE", required=True, help="La campagne, par exemple 2021-annuelle.")
@click.option(
    "-o", "--output", "sortie", type=CHEMIN, metavar="FICHIER", help="Fichier (ou dossier, avec --all) à écrire."
)
@click.option("--all", "tous", is_flag=True, help="Une trame pour chaque GHT de la région.")
@click.option("--vierge", is_flag=True, help="Sans les lignes déjà connues du registre.")
@communes
def template(
    trame: str, ght: str | None, campagne: str, sortie: Path | None, tous: bool, vierge: bool, **options: Any
) -> None:
    """Écrit la trame d'un GHT, ou de tous ; les lignes déjà reçues ou reportées y sont, s'il y en a."""
    from jobs.commands import ecrit_les_trames

    ecrit_les_trames(atelier(**options), trame, None if tous else ght or "", campagne, sortie, vierge=vierge)


@vigie.command(cls=Commande)
@click.argument("fichiers", metavar="FICHIER…", nargs=-1, required=True, type=CHEMIN)
@click.option("--json", "en_json", is_flag=True, help="Sortie pour les programmes.")
@communes
def check(fichiers: tuple[Path, ...], en_json: bool, **options: Any) -> None:
    """Juge des classeurs, sans registre. Code 0 : rien de bloquant ; 1 : constats bloquants ; 2 : illisible."""
    from jobs.commands import controle

    sys.exit(controle(atelier(**options), fichiers, en_json))


@vigie.command(cls=Commande)
@click.argument("fichiers", metavar="FICHIER…", nargs=-1, required=True, type=CHEMIN)
@click.option("-o", "--output", "sortie", type=CHEMIN, metavar="DOSSIER", help="Où écrire (à côté de chaque fichier).")
@communes
def retour(fichiers: tuple[Path, ...], sortie: Path | None, **options: Any) -> None:
    """Écrit pour chaque classeur un retour qui montre quoi corriger, cellule par cellule. Codes de sortie de check."""
    from jobs.retours import ecrit_les_retours

    sys.exit(ecrit_les_retours(atelier(**options), fichiers, sortie))


@vigie.command(cls=Commande)
@click.argument("fichiers", metavar="FICHIER…", nargs=-1, required=True, type=CHEMIN)
@click.option("-o", "--output", "sortie", type=CHEMIN, metavar="DOSSIER", help="Où écrire (à côté de chaque fichier).")
@click.option("--ght", metavar="CODE", default="", help="Le GHT, si le tampon du fichier a disparu ou se trompe.")
@click.option(
    "--campagne", metavar="CODE", default="", help="La campagne de la trame propre, si ce n'est pas la sienne."
)
@communes
def soigne(fichiers: tuple[Path, ...], sortie: Path | None, ght: str, campagne: str, **options: Any) -> None:
    """Recopie une trame abîmée ou ancienne dans une trame propre, et dit ce qui a changé. Codes de sortie de check."""
    from jobs.retours import soigne_les_trames

    sys.exit(soigne_les_trames(atelier(**options), fichiers, sortie, ght, campagne))


@vigie.command(cls=Commande)
@click.argument("sources", metavar="[SOURCE]…", nargs=-1, type=CHEMIN)
@click.option("--json", "en_json", is_flag=True, help="Sortie pour les programmes.")
@click.option(
    "--pour-le-compte", "motif", metavar="TEXTE", default="", help="Trames saisies pour un GHT : pourquoi (appel…)."
)
@click.option("--as", "email", metavar="EMAIL", help="Qui les a saisies.")
@communes
def pull(sources: tuple[Path, ...], en_json: bool, motif: str, email: str | None, **options: Any) -> None:
    """Relève les trames déposées : lit ce qui a changé, juge, enregistre. Code 1 si un fichier n'a pas pu être lu."""
    from jobs.commands import releve

    sys.exit(releve(atelier(**options), sources, en_json, motif, email))


@vigie.command(cls=Commande)
@click.option(
    "--send", "envoie", is_flag=True, help="Prendre, répondre et ranger ; sans elle, montre ce qui le serait."
)
@communes
def courrier(envoie: bool, **options: Any) -> None:
    """Relève les trames arrivées dans la boîte aux lettres (VIGIE_IMAP_URL), répond à chaque envoi, range ce qui est vu."""
    from jobs.taking_in.mails import montre_le_courrier

    montre_le_courrier(atelier(**options), envoie=envoie)


@vigie.command(cls=Commande)
@click.argument("ecrit", metavar="[ÉCRIT]", required=False)
@click.argument("label", metavar="[LIBELLÉ]", required=False)
@communes
def learn(ecrit: str | None, label: str | None, **options: Any) -> None:
    """Montre les libellés inconnus des trames ; apprend qu'un libellé écrit en vaut un officiel."""
    from jobs.region_folder import learn as learns

    if ecrit and not label:
        raise UserError('Dites aussi le libellé officiel : vigie learn "ÉCRIT" "LIBELLÉ OFFICIEL"')
    learns(atelier(**options), ecrit, label)


@vigie.command(cls=Commande)
@click.argument("fichier", metavar="FICHIER", type=CHEMIN)
@click.option(
    "--yes", "oui", is_flag=True, help="Mettre fin aux appartenances absentes de la liste ; sans elle, les montre."
)
@communes
def territory(fichier: Path, oui: bool, **options: Any) -> None:
    """Charge les GHT et leurs membres depuis une liste officielle (CSV ou Excel). Sans --yes, ne met fin à aucune appartenance."""
    from jobs.region_folder import load_territory

    load_territory(atelier(**options), fichier, oui)


@vigie.command(cls=Commande)
@click.option("--out", "sortie", type=CHEMIN, default=Path("out/demo"), metavar="DOSSIER", help="Où écrire (out/demo).")
@communes
def demo(sortie: Path, **_options: Any) -> None:
    """La visite : trames vierges, trames remplies avec leurs fautes, relevé, tableau de la région, questions."""
    from jobs.demo.tour import visite

    visite(sortie)
